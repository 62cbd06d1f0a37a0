#include "crypto/digest.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace arpad {
namespace {

std::string hex(const Digest& digest) {
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::span<const std::uint8_t> octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The examples of FIPS 180-4.
TEST(Digest, IsSha256) {
    EXPECT_EQ(hex(digest_of("")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex(digest_of("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, OfAMillionOctetsIsSha256) {
    EXPECT_EQ(hex(digest_of(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digester, DoesNotDependOnThePieces) {
    const std::string text(10'000, 'x');
    for (const std::size_t piece : {1U, 7U, 4095U, 4096U, 4097U, 9999U}) {
        Digester digester;
        for (std::size_t at = 0; at < text.size(); at += piece)
            digester.add(octets_of(std::string_view(text).substr(at, piece)));
        EXPECT_EQ(digester.finish(), digest_of(text)) << piece;
    }
}

TEST(Digester, IsRightAroundTheSizeOfItsBuffer) {
    for (const std::size_t size : {4095U, 4096U, 4097U, 8192U}) {
        const std::string text(size, 'x');
        Digester digester;
        digester.add(octets_of(text).first(size - 1));
        digester.add(octets_of(text).last(1));
        EXPECT_EQ(digester.finish(), digest_of(text)) << size;
    }
}

TEST(Digester, AddsNumbersInNetworkOrder) {
    Digester digester;
    digester.add_u32(0x61626364);
    EXPECT_EQ(digester.finish(), digest_of("abcd"));
}

TEST(Digester, AddsAnOctet) {
    Digester digester;
    digester.add_u8('a');
    EXPECT_EQ(digester.finish(), digest_of("a"));
}

// What is small waits in a buffer, what is large goes past it: their order must stay.
TEST(Digester, KeepsTheOrderOfSmallAndLargePieces) {
    std::string text;
    Digester digester;
    char fill = 'a';
    for (const std::size_t piece : {3U, 4096U, 1U, 5000U, 4095U, 4095U, 2U, 8193U, 4092U, 4U}) {
        const std::string octets(piece, fill++);
        digester.add(octets_of(octets));
        text += octets;
    }
    EXPECT_EQ(digester.finish(), digest_of(text));
}

TEST(Digester, NoOctetsChangeNothing) {
    Digester digester;
    digester.add({});
    digester.add(octets_of("abc"));
    digester.add({});
    EXPECT_EQ(digester.finish(), digest_of("abc"));
}

TEST(Digester, GoesOnAfterAMove) {
    Digester digester;
    digester.add(octets_of("ab"));
    Digester moved = std::move(digester);
    moved.add(octets_of("c"));
    EXPECT_EQ(moved.finish(), digest_of("abc"));
}

}  // namespace
}  // namespace arpad

#include "dns/reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dns/name.hpp"

namespace arpad {
namespace {

using Wire = std::vector<std::uint8_t>;

/// A name of `octets` octets, 3 to 255, in labels as long as they may be.
Wire name_of_octets(std::size_t octets) {
    Wire wire;
    while (wire.size() + 1 < octets) {
        std::size_t label = std::min(max_label_octets, octets - 2 - wire.size());
        // What is left behind a label must have room for a label again.
        if (octets - 1 - wire.size() - 1 - label == 1) --label;
        wire.push_back(static_cast<std::uint8_t>(label));
        wire.insert(wire.end(), label, 'x');
    }
    wire.push_back(0);
    return wire;
}

Wire skipped(const Wire& wire, std::size_t start = 0) {
    WireReader reader(wire, start);
    reader.skip_name();
    if (!reader.is_intact()) return {};
    return {wire.begin() + static_cast<std::ptrdiff_t>(start),
            wire.begin() + static_cast<std::ptrdiff_t>(reader.position())};
}

bool can_skip(const Wire& wire, std::size_t start = 0) {
    WireReader reader(wire, start);
    reader.skip_name();
    return reader.is_intact();
}

bool can_read_plain_name(const Wire& wire) {
    WireReader reader(wire);
    return !reader.read_plain_name().empty() && reader.is_intact();
}

TEST(WireReader, ReadsNumbersInNetworkOrder) {
    const Wire wire{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07};
    WireReader reader(wire);
    EXPECT_EQ(reader.read_u8(), 0x01);
    EXPECT_EQ(reader.read_u16(), 0x0203);
    EXPECT_EQ(reader.read_u32(), 0x04050607U);
    EXPECT_EQ(reader.remaining(), 0U);
    EXPECT_TRUE(reader.is_intact());
}

TEST(WireReader, StartsWhereItIsTold) {
    const Wire wire{1, 2, 3};
    WireReader reader(wire, 2);
    EXPECT_EQ(reader.remaining(), 1U);
    EXPECT_EQ(reader.read_u8(), 3);
}

TEST(WireReader, IsNotIntactBehindTheEnd) {
    const Wire wire{1, 2, 3};
    const WireReader reader(wire, 4);
    EXPECT_FALSE(reader.is_intact());
    EXPECT_EQ(reader.remaining(), 0U);
}

TEST(WireReader, MayStartAtTheEnd) {
    const Wire wire{1, 2, 3};
    EXPECT_TRUE(WireReader(wire, 3).is_intact());
}

TEST(WireReader, YieldsZeroPastTheEnd) {
    const Wire wire{0xff};
    WireReader reader(wire);
    EXPECT_EQ(reader.read_u16(), 0);
    EXPECT_FALSE(reader.is_intact());
}

TEST(WireReader, DoesNotRecoverByAShorterRead) {
    const Wire wire{0xff};
    WireReader reader(wire);
    (void)reader.read_u16();
    EXPECT_EQ(reader.read_u8(), 0);
    EXPECT_FALSE(reader.is_intact());
}

TEST(WireReader, HalfAU32IsNotIntact) {
    const Wire wire{1, 2, 3};
    WireReader reader(wire);
    (void)reader.read_u32();
    EXPECT_FALSE(reader.is_intact());
}

TEST(WireReader, ReadsOctetsWhereTheyStand) {
    const Wire wire{1, 2, 3};
    WireReader reader(wire);
    const auto octets = reader.read_octets(2);
    EXPECT_EQ(octets.data(), wire.data());
    EXPECT_EQ(octets.size(), 2U);
    EXPECT_EQ(reader.position(), 2U);
}

TEST(WireReader, NoOctetsMayBeReadAtTheEnd) {
    WireReader reader({});
    EXPECT_TRUE(reader.read_octets(0).empty());
    EXPECT_TRUE(reader.is_intact());
}

TEST(WireReader, ReadsNoOctetsIfOneIsMissing) {
    const Wire wire{1, 2, 3};
    WireReader reader(wire);
    EXPECT_TRUE(reader.read_octets(4).empty());
    EXPECT_FALSE(reader.is_intact());
}

TEST(ReadPlainName, TakesTheRoot) {
    const Wire wire{0, 0xff};
    WireReader reader(wire);
    EXPECT_EQ(reader.read_plain_name().size(), 1U);
    EXPECT_EQ(reader.position(), 1U);
}

TEST(ReadPlainName, StopsAtTheRootLabel) {
    const Wire wire{1, 'a', 2, 'b', 'c', 0, 0xff};
    WireReader reader(wire);
    EXPECT_EQ(NameView::of_valid_wire(reader.read_plain_name()).to_text(), "a.bc.");
    EXPECT_EQ(reader.position(), 6U);
}

TEST(ReadPlainName, Takes255Octets) {
    EXPECT_TRUE(can_read_plain_name(name_of_octets(255)));
}

TEST(ReadPlainName, Refuses256Octets) {
    EXPECT_FALSE(can_read_plain_name(name_of_octets(256)));
}

TEST(ReadPlainName, RefusesEveryLengthOver255) {
    for (std::size_t octets = 256; octets < 400; ++octets)
        EXPECT_FALSE(can_read_plain_name(name_of_octets(octets))) << octets;
}

TEST(ReadPlainName, CountsFromItsOwnStart) {
    Wire wire(300, 0xff);
    const Wire longest = name_of_octets(255);
    wire.insert(wire.end(), longest.begin(), longest.end());
    WireReader reader(wire, 300);
    EXPECT_EQ(reader.read_plain_name().size(), 255U);
}

TEST(ReadPlainName, RefusesEveryTruncation) {
    const Wire whole{3, 'a', 'b', 'c', 1, 'd', 0};
    for (std::size_t octets = 0; octets < whole.size(); ++octets)
        EXPECT_FALSE(can_read_plain_name(
            {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(octets)}))
            << octets;
}

TEST(ReadPlainName, RefusesEveryLengthOctetOver63) {
    for (unsigned length = 64; length < 256; ++length) {
        Wire wire{static_cast<std::uint8_t>(length)};
        wire.resize(300, 0);
        EXPECT_FALSE(can_read_plain_name(wire)) << length;
    }
}

TEST(SkipName, PassesOverAPlainName) {
    EXPECT_EQ(skipped({1, 'a', 0, 0xff}), (Wire{1, 'a', 0}));
}

TEST(SkipName, PassesOverAPointer) {
    EXPECT_EQ(skipped({1, 'a', 0, 0xc0, 0, 0xff}, 3), (Wire{0xc0, 0}));
}

TEST(SkipName, PassesOverLabelsThatEndInAPointer) {
    EXPECT_EQ(skipped({1, 'a', 0, 1, 'b', 0xc0, 0, 0xff}, 3), (Wire{1, 'b', 0xc0, 0}));
}

TEST(SkipName, UnderstandsPointersOfFourteenBits) {
    Wire wire(0x3fff + 1, 0);
    wire.insert(wire.end(), {0xff, 0xff});
    EXPECT_EQ(skipped(wire, 0x3fff + 1), (Wire{0xff, 0xff}));
}

TEST(SkipName, RefusesAPointerToItself) {
    EXPECT_FALSE(can_skip({0, 0xc0, 1}, 1));
}

TEST(SkipName, RefusesAForwardPointer) {
    EXPECT_FALSE(can_skip({0, 0xc0, 3, 0}, 1));
}

// RFC 1035 4.1.4: a pointer leads to a prior occurrence, so one into its own name is a loop.
TEST(SkipName, RefusesAPointerToTheStartOfItsOwnName) {
    EXPECT_FALSE(can_skip({0, 1, 'a', 0xc0, 1}, 1));
}

TEST(SkipName, RefusesAHalfPointer) {
    EXPECT_FALSE(can_skip({0, 0xc0}, 1));
}

TEST(SkipName, RefusesLabelTypes01And10) {
    for (unsigned length = 64; length < 0xc0; ++length) {
        Wire wire{0, static_cast<std::uint8_t>(length)};
        wire.resize(300, 0);
        EXPECT_FALSE(can_skip(wire, 1)) << length;
    }
}

TEST(SkipName, Takes255Octets) {
    EXPECT_TRUE(can_skip(name_of_octets(255)));
}

TEST(SkipName, RefusesEveryLengthOver255) {
    for (std::size_t octets = 256; octets < 400; ++octets)
        EXPECT_FALSE(can_skip(name_of_octets(octets))) << octets;
}

TEST(SkipName, RefusesEveryTruncation) {
    const Wire whole{3, 'a', 'b', 'c', 1, 'd', 0};
    for (std::size_t octets = 0; octets < whole.size(); ++octets)
        EXPECT_FALSE(can_skip({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(octets)}))
            << octets;
}

/// The name that begins at `start`, and where the reader stands behind it; none if there is none.
std::optional<std::pair<std::string, std::size_t>> read_name(const Wire& wire, std::size_t start) {
    WireReader reader(wire, start);
    NameBuffer name;
    reader.read_name(name);
    if (!reader.is_intact()) return std::nullopt;
    return std::pair(name.view().to_text(), reader.position());
}

TEST(ReadName, FollowsPointers) {
    const Wire wire{1, 'A', 1, 'b', 0, 1, 'c', 0xc0, 2, 1, 'd', 0xc0, 5, 0xc0, 9};
    EXPECT_EQ(read_name(wire, 0), std::pair(std::string("a.b."), std::size_t{5}));
    EXPECT_EQ(read_name(wire, 5), std::pair(std::string("c.b."), std::size_t{9}));
    EXPECT_EQ(read_name(wire, 9), std::pair(std::string("d.c.b."), std::size_t{13}));
    EXPECT_EQ(read_name(wire, 13), std::pair(std::string("d.c.b."), std::size_t{15}));
}

TEST(ReadName, RefusesPointersThatDoNotLeadBack) {
    EXPECT_EQ(read_name({0xc0, 0}, 0), std::nullopt);
    EXPECT_EQ(read_name({1, 'a', 0xc0, 0}, 0), std::nullopt);
    EXPECT_EQ(read_name({1, 'a', 0xc0, 4, 1, 'b', 0xc0, 0}, 4), std::nullopt);
    EXPECT_EQ(read_name({0, 0xc0, 3, 0}, 1), std::nullopt);
}

TEST(ReadName, RefusesWhatIsTooLong) {
    // Labels of 63 octets that lead to each other: the fourth makes 256 octets.
    Wire wire{0};
    std::size_t last = 0;
    for (int i = 0; i < 5; ++i) {
        const std::size_t start = wire.size();
        wire.push_back(63);
        wire.insert(wire.end(), 63, 'x');
        wire.push_back(static_cast<std::uint8_t>(0xc0 | last >> 8U));
        wire.push_back(static_cast<std::uint8_t>(last));
        EXPECT_EQ(read_name(wire, start).has_value(), i < 3) << i;
        last = start;
    }
}

TEST(ReadName, RefusesEveryTruncation) {
    const Wire whole{3, 'a', 'b', 'c', 1, 'd', 0};
    for (std::size_t octets = 0; octets < whole.size(); ++octets)
        EXPECT_EQ(
            read_name({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(octets)}, 0),
            std::nullopt);
}

}  // namespace
}  // namespace arpad

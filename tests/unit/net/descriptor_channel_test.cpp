#include "net/descriptor_channel.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace arpad {
namespace {

/// Both ends of a channel.
struct Channels {
    DescriptorChannel near;
    DescriptorChannel far;
};

Channels make_channels() {
    auto ends = *DescriptorChannel::make();
    return {std::move(ends.first), DescriptorChannel(std::move(ends.second))};
}

/// The two ends of a pipe.
std::pair<Descriptor, Descriptor> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) ADD_FAILURE() << "no pipe";
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::ptrdiff_t open_files() {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
}

TEST(DescriptorChannel, MessagesArriveOneByOne) {
    Channels channels = make_channels();
    EXPECT_FALSE(channels.near.send("one"));
    EXPECT_FALSE(channels.near.send("two"));
    EXPECT_EQ(channels.far.receive()->text, "one");
    EXPECT_EQ(channels.far.receive()->text, "two");
}

TEST(DescriptorChannel, DescriptorsAreOfTheSameFiles) {
    Channels channels = make_channels();
    std::vector<Descriptor> sent;
    auto [reader, writer] = make_pipe();
    sent.push_back(std::move(writer));
    ASSERT_FALSE(channels.near.send("a pipe", sent));
    sent.clear();
    const auto message = channels.far.receive();
    ASSERT_TRUE(message);
    ASSERT_EQ(message->descriptors.size(), 1U);
    EXPECT_EQ(::write(message->descriptors.front().number(), "x", 1), 1);
    char octet = 0;
    EXPECT_EQ(::read(reader.number(), &octet, 1), 1);
    EXPECT_EQ(octet, 'x');
}

TEST(DescriptorChannel, NothingComesFromAClosedEnd) {
    Channels channels = make_channels();
    { const DescriptorChannel closed = std::move(channels.near); }
    EXPECT_FALSE(channels.far.receive());
    EXPECT_TRUE(channels.far.send("to nobody"));
}

TEST(DescriptorChannel, SendsNothingThatIsNotReceived) {
    Channels channels = make_channels();
    EXPECT_TRUE(channels.near.send(std::string(257, 'x')));
    std::vector<Descriptor> many;
    for (int i = 0; i < 9; ++i) many.push_back(Descriptor::copy_of(channels.near.number()));
    EXPECT_TRUE(channels.near.send("many", many));
}

TEST(DescriptorChannel, WhatIsTooLongIsDroppedWithItsDescriptors) {
    Channels channels = make_channels();
    std::string text(1000, 'x');
    iovec span{text.data(), text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> rights{};
    msghdr header{};
    header.msg_iov = &span;
    header.msg_iovlen = 1;
    header.msg_control = rights.data();
    header.msg_controllen = rights.size();
    cmsghdr* const control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = channels.near.number();
    std::memcpy(CMSG_DATA(control), &number, sizeof number);
    ASSERT_GT(::sendmsg(channels.near.number(), &header, 0), 0);
    const auto before = open_files();
    EXPECT_FALSE(channels.far.receive());
    EXPECT_EQ(open_files(), before);
}

}  // namespace
}  // namespace arpad

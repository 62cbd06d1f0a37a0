#include "net/descriptor_channel.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace arpad {
namespace {

constexpr std::size_t most_octets = 256;
constexpr std::size_t most_descriptors = 8;
constexpr timeval patience{10, 0};

std::error_code last_error() {
    return {errno, std::generic_category()};
}

/// Room for the control message with the descriptors.
struct Rights {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(most_descriptors * sizeof(int))> octets{};
};

std::vector<Descriptor> descriptors_of(msghdr& header) {
    std::vector<Descriptor> descriptors;
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
         control = CMSG_NXTHDR(&header, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(control) + i * sizeof number, sizeof number);
            descriptors.emplace_back(number);
        }
    }
    return descriptors;
}

}  // namespace

Result<std::pair<DescriptorChannel, Descriptor>, std::error_code> DescriptorChannel::make() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return last_error();
    }
    return std::pair(DescriptorChannel(Descriptor(ends[0])), Descriptor(ends[1]));
}

DescriptorChannel::DescriptorChannel(Descriptor socket) : socket_(std::move(socket)) {
    // Another process that hangs must not make this one hang.
    ::setsockopt(socket_.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

std::error_code DescriptorChannel::send(std::string_view text,
                                        std::span<const Descriptor> descriptors) {
    if (text.size() > most_octets || descriptors.size() > most_descriptors) {
        return std::make_error_code(std::errc::message_size);
    }
    std::string octets(text);
    iovec span{octets.data(), octets.size()};
    Rights rights;
    msghdr header{};
    header.msg_iov = &span;
    header.msg_iovlen = 1;
    if (!descriptors.empty()) {
        header.msg_control = rights.octets.data();
        header.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
        cmsghdr* const control = CMSG_FIRSTHDR(&header);
        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = SCM_RIGHTS;
        control->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
        for (std::size_t i = 0; i < descriptors.size(); ++i) {
            const int number = descriptors[i].number();
            std::memcpy(CMSG_DATA(control) + i * sizeof number, &number, sizeof number);
        }
    }
    while (::sendmsg(socket_.number(), &header, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR) return last_error();
    }
    return {};
}

std::optional<DescriptorChannel::Message> DescriptorChannel::receive() {
    std::array<char, most_octets> octets{};
    iovec span{octets.data(), octets.size()};
    Rights rights;
    msghdr header{};
    header.msg_iov = &span;
    header.msg_iovlen = 1;
    header.msg_control = rights.octets.data();
    header.msg_controllen = rights.octets.size();
    ssize_t count = -1;
    do {
        count = ::recvmsg(socket_.number(), &header, MSG_CMSG_CLOEXEC);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return std::nullopt;
    std::vector<Descriptor> descriptors = descriptors_of(header);
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return std::nullopt;
    return Message{std::string(octets.data(), static_cast<std::size_t>(count)),
                   std::move(descriptors)};
}

}  // namespace arpad

// What the programs that send packets read: numbers of their command lines, and files of packets,
// each behind its length in two octets, most significant first.
#pragma once

#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

namespace arpad::bench {

using Octets = std::vector<std::uint8_t>;

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// The packets of a file; none if it cannot be read or ends within a packet.
inline std::vector<Octets> read_packets(const char* path) {
    std::ifstream file(path, std::ios::binary);
    const Octets all{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    std::vector<Octets> packets;
    for (std::span<const std::uint8_t> rest(all); !rest.empty();) {
        if (rest.size() < 2) return {};
        const std::size_t length = static_cast<std::size_t>(rest[0]) << 8 | rest[1];
        if (rest.size() < 2 + length) return {};
        packets.emplace_back(rest.begin() + 2, rest.begin() + 2 + static_cast<long>(length));
        rest = rest.subspan(2 + length);
    }
    return packets;
}

}  // namespace arpad::bench

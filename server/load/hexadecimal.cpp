#include "load/hexadecimal.hpp"

#include <charconv>

namespace arpad {

std::optional<std::vector<std::uint8_t>> octets_from_hex(std::string_view digits) {
    if (digits.empty() || digits.size() % 2 != 0) return std::nullopt;
    std::vector<std::uint8_t> octets;
    for (; !digits.empty(); digits.remove_prefix(2)) {
        std::uint8_t octet = 0;
        const char* const end = digits.data() + 2;
        if (std::from_chars(digits.data(), end, octet, 16).ptr != end) return std::nullopt;
        octets.push_back(octet);
    }
    return octets;
}

}  // namespace arpad

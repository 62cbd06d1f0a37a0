/// \file  Endings that host names share, each stored once.
///
/// Names such as `host-7.customers.example.net` and `host-8.customers.example.net` differ in their
/// first label; what is behind it is their ending. Endings keep the case they are written with.
/// Threads: NameEndings is immutable; a NameEndingsWriter is used by one thread.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/name.hpp"

namespace arpad {

/// The octets of all endings, with some behind them that may be read over. Where an ending stands
/// in it, its address data says.
using NameEndings = std::vector<std::uint8_t>;

/// See above.
class NameEndingsWriter {
public:
    /// Where the octets of all endings together have to end: an offset has 24 bits.
    static constexpr std::size_t max_octets = std::size_t{1} << 24U;

    /// Where `ending` stands, now if not before; none if there is no room for it.
    [[nodiscard]] std::optional<std::uint32_t> intern(NameView ending);

    /// All of them. The writer is spent.
    [[nodiscard]] NameEndings finish();

private:
    /// Lets the hash be asked for what is not a std::string.
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>()(text);
        }
    };

    [[nodiscard]] std::string_view last() const;

    NameEndings octets_;
    boost::unordered_flat_map<std::string, std::uint32_t, Hash, std::equal_to<>> offsets_;
    std::uint32_t last_offset_ = 0;  // of the ending asked for last, as neighbours often share one
    std::size_t last_octets_ = 0;
};

}  // namespace arpad

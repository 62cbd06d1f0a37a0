#include "load/address_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "load/file_findings.hpp"

namespace arpad {
namespace {

/// The numbers of a text of four decimal numbers of up to nine digits with dots between them.
std::optional<std::vector<unsigned>> dotted_numbers(std::string_view text) {
    constexpr std::ptrdiff_t max_digits = 9;
    std::vector<unsigned> numbers;
    const char* const end = text.data() + text.size();
    for (const char* next = text.data();; ++next) {
        unsigned number = 0;
        const auto [stop, error] = std::from_chars(next, end, number);
        if (error != std::errc{} || stop - next > max_digits) return std::nullopt;
        numbers.push_back(number);
        next = stop;
        if (next == end || *next != '.' || numbers.size() == 4) {
            const bool is_whole = next == end && numbers.size() == 4;
            return is_whole ? std::optional(numbers) : std::nullopt;
        }
    }
}

AddressFlaw explain_numbers(std::string_view text, const std::vector<unsigned>& numbers) {
    const auto large = std::ranges::find_if(numbers, [](unsigned number) { return number > 255; });
    if (large != numbers.end())
        return {fmt::format("{} has the octet {}", text, *large), "an octet is at most 255"};
    return {fmt::format("{} has an octet with a leading zero", text),
            fmt::format("write {}; some programs read such an octet as octal",
                        fmt::join(numbers, "."))};
}

}  // namespace

AddressFlaw explain_bad_address(std::string_view text) {
    const auto numbers = dotted_numbers(text);
    if (numbers) return explain_numbers(text, *numbers);
    if (text.find('/') != std::string_view::npos)
        return {fmt::format("{} is no address", in_backquotes(text)),
                "write one address without a length"};
    return {fmt::format("{} is no address", in_backquotes(text)),
            "write it like 192.0.2.7 or 2001:db8::7"};
}

AddressFlaw explain_bad_prefix(std::string_view text, PrefixError error) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::string_view before = text.substr(0, slash);
    const auto address = Address::from_text(before);
    switch (error) {
        case PrefixError::no_slash:
            if (address)
                return {fmt::format("{} has no prefix length", in_backquotes(text)),
                        fmt::format("write {}/{} for the address alone", text, address->bits())};
            break;
        case PrefixError::bad_address:
            return explain_bad_address(before);
        case PrefixError::bad_length:
            if (address)
                return {
                    fmt::format("{} has a wrong prefix length", in_backquotes(text)),
                    fmt::format("write a number from 0 to {} behind the slash", address->bits())};
            break;
        case PrefixError::host_bits_set: {
            unsigned length = 0;
            std::from_chars(text.data() + slash + 1, text.data() + text.size(), length);
            if (address && length <= address->bits())
                return {fmt::format("{} has bits set beyond its length", in_backquotes(text)),
                        fmt::format("write {}", Prefix(*address, length).to_text())};
            break;
        }
    }
    return {fmt::format("{} is no prefix", in_backquotes(text)),
            "write it like 192.0.2.0/24 or 2001:db8::/32"};
}

std::optional<AddressFlaw> explain_outside(const AddressRange& range, std::string_view noun,
                                           const Prefix& network) {
    const Family family = range.first.family();
    if (family != network.family())
        return AddressFlaw{
            fmt::format("{} is {} {}, but {} is {} network", to_text(range), with_article(family),
                        noun, network.to_text(), with_article(network.family())),
            fmt::format("move it to the file of {} network", with_article(family))};
    const bool begins_inside = network.contains(range.first);
    const bool ends_inside = network.contains(range.last);
    if (begins_inside && ends_inside) return std::nullopt;
    const Prefix neighbour(range.first, network.length());
    if (neighbour != network && neighbour.contains(range.last))
        return AddressFlaw{
            fmt::format("{} is outside {}", to_text(range), network.to_text()),
            fmt::format("move it to the file of {}, or widen `network`", neighbour.to_text())};
    return AddressFlaw{fmt::format("{} is not wholly inside {}", to_text(range), network.to_text()),
                       "write only the part inside, or widen `network`"};
}

std::string to_text(const AddressRange& range) {
    const Uint128 mask = range.last.value() - range.first.value();
    const bool is_prefix = (mask & (mask + 1)) == 0 && (range.first.value() & mask) == 0;
    if (!is_prefix) return fmt::format("{}-{}", range.first.to_text(), range.last.to_text());
    unsigned length = range.first.bits();
    while (Prefix(range.first, length).last() != range.last) --length;
    return Prefix(range.first, length).to_text();
}

std::string_view with_article(Family family) {
    return family == Family::ipv4 ? "an IPv4" : "an IPv6";
}

}  // namespace arpad

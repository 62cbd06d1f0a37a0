#include "import/name_shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "reverse/ipv6_groups.hpp"

namespace arpad {
namespace {

constexpr unsigned octet_widths = 3;  // digits of an octet: {d}, {d:02}, {d:03}
constexpr unsigned host_widths = 10;  // of a distance
constexpr unsigned first_host_bit = 4 * octet_widths;
constexpr unsigned literal_bit = first_host_bit + host_widths;

constexpr NameShape::Meanings bit(unsigned number) {
    return NameShape::Meanings{1} << number;
}

bool is_digit(char letter) noexcept {
    return letter >= '0' && letter <= '9';
}

/// The bits, from `first_bit` on, of the widths with which `value` is written `digits`.
NameShape::Meanings widths_of(Uint128 value, std::string_view digits, unsigned first_bit,
                              unsigned most) {
    constexpr std::size_t longest = 10;
    if (digits.size() > longest) return 0;
    std::uint64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (number != value) return 0;
    const bool is_padded = digits.size() > 1 && digits[0] == '0';
    NameShape::Meanings mask = 0;
    for (unsigned width = 1; width <= most; ++width) {
        // Padded digits have exactly their width; others at least it.
        const bool fits = is_padded ? digits.size() == width : digits.size() >= width;
        if (fits) mask |= bit(first_bit + width - 1);
    }
    return mask;
}

unsigned octet_of(Address address, unsigned index) noexcept {
    return static_cast<unsigned>(address.value() >> (24 - 8 * index)) & 0xFFU;
}

std::string with_dashes(std::string text) {
    std::ranges::replace(text, ':', '-');
    // What a template puts where a label would begin or end with a dash.
    if (text.starts_with('-')) text.insert(0, 1, '0');
    if (text.ends_with('-')) text += '0';
    return text;
}

/// RFC 5952 without mixed notation, which templates do not use.
std::string ip_text(Uint128 value) {
    const Groups groups = groups_of(value);
    const ZeroRun run = longest_zero_run(groups);
    const auto begin = groups.begin();
    const auto join = [](auto first, auto last) {
        return fmt::format("{:x}", fmt::join(first, last, ":"));
    };
    if (run.begin == run.end) return with_dashes(join(begin, groups.end()));
    return with_dashes(join(begin, begin + run.begin) + "::" + join(begin + run.end, groups.end()));
}

std::string hex_text(Address address) {
    if (address.family() == Family::ipv4) {
        return fmt::format("{:08x}", static_cast<std::uint32_t>(address.value()));
    }
    return fmt::format("{:04x}", fmt::join(groups_of(address.value()), ""));
}

std::uint64_t mix(std::uint64_t hash, std::string_view text) noexcept {
    constexpr std::uint64_t prime = 0x100'0000'01b3U;  // FNV-1a
    for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * prime;
    return hash;
}

/// What a number means in the end: an octet, `host`, or nothing.
struct Meaning {
    int octet = -1;  // -1: none
    bool is_host = false;
    unsigned width = 1;
};

/// The meaning with the least width among the bits that begin at `first_bit`.
std::optional<unsigned> width_in(NameShape::Meanings mask, unsigned first_bit, unsigned most) {
    const NameShape::Meanings bits = mask >> first_bit & (bit(most) - 1);
    if (bits == 0) return std::nullopt;
    return static_cast<unsigned>(std::countr_zero(bits)) + 1;
}

}  // namespace

NameShape::NameShape(std::string_view name, Address address) : name_(name), address_(address) {
    find_address_text();
    find_numbers();
}

void NameShape::find_address_text() {
    const auto find = [this](std::string_view text, std::string_view placeholder) {
        const std::size_t at = name_.find(text);
        if (at == std::string_view::npos || address_text_.digits != 0) return;
        address_text_ = {at, text.size()};
        address_placeholder_ = placeholder;
    };
    find(hex_text(address_), "{hex}");
    if (address_.family() == Family::ipv4) return;
    find(fmt::format("{:04x}", fmt::join(groups_of(address_.value()), "-")), "{groups}");
    find(ip_text(address_.value()), "{ip}");
}

void NameShape::find_numbers() {
    hash_ = 0xcbf2'9ce4'8422'2325U;
    for (std::size_t at = 0; at < name_.size();) {
        if (address_text_.digits != 0 && at == address_text_.begin) {
            hash_ = mix(hash_, address_placeholder_);
            at += address_text_.digits;
            continue;
        }
        std::size_t end = at;
        const std::size_t stop = at < address_text_.begin ? address_text_.begin : name_.size();
        while (end < stop && is_digit(name_[end])) ++end;
        if (end == at || count_ == max_numbers) {
            hash_ = mix(hash_, name_.substr(at, 1));
            ++at;
            continue;
        }
        numbers_[count_++] = {at, end - at};
        hash_ = mix(hash_, "\1");
        at = end;
    }
}

NameShape::Meanings NameShape::meanings_of(std::string_view digits, Address first) const {
    if (address_.family() == Family::ipv6) return 0;
    Meanings mask =
        widths_of(address_.value() - first.value(), digits, first_host_bit, host_widths);
    for (unsigned octet = 0; octet < 4; ++octet) {
        mask |= widths_of(octet_of(address_, octet), digits, octet * octet_widths, octet_widths);
    }
    return mask;
}

std::array<NameShape::Meanings, NameShape::max_numbers> NameShape::meanings(const NameShape& model,
                                                                            Address first) const {
    std::array<Meanings, max_numbers> masks{};
    for (std::size_t i = 0; i < count_; ++i) {
        const std::string_view digits = text_of(numbers_[i]);
        masks[i] = meanings_of(digits, first);
        if (digits == model.text_of(model.numbers_[i])) masks[i] |= bit(literal_bit);
    }
    return masks;
}

namespace {

/// The meaning of `mask` as octet `octet`, if it has it.
std::optional<Meaning> octet_meaning(NameShape::Meanings mask, int octet) {
    if (octet < 0 || octet > 3) return std::nullopt;
    const auto width = width_in(mask, static_cast<unsigned>(octet) * octet_widths, octet_widths);
    if (!width) return std::nullopt;
    return Meaning{octet, false, *width};
}

/// The meaning of a number by itself: as little as explains it.
Meaning lone_meaning(NameShape::Meanings mask) {
    if ((mask & bit(literal_bit)) != 0) return {};
    for (int octet = 3; octet >= 0; --octet) {
        if (const auto meaning = octet_meaning(mask, octet)) return *meaning;
    }
    return {-1, true, width_in(mask, first_host_bit, host_widths).value_or(1)};
}

std::string placeholder(const Meaning& meaning) {
    const std::string called =
        meaning.is_host ? "host" : std::string(1, static_cast<char>('a' + meaning.octet));
    if (meaning.width == 1) return fmt::format("{{{}}}", called);
    return fmt::format("{{{}:0{}}}", called, meaning.width);
}

}  // namespace

std::string NameShape::to_template(const std::array<Meanings, max_numbers>& meanings) const {
    std::array<Meaning, max_numbers> chosen{};
    for (std::size_t i = 0; i < count_; ++i) chosen[i] = lone_meaning(meanings[i]);
    // Octets beside each other are meant as such even where they do not vary: 10-0-0-7 is an
    // address.
    const auto join = [&](std::size_t known, std::size_t open) {
        const auto [left, right] = std::minmax(known, open);
        const bool is_beside =
            numbers_[left].begin + numbers_[left].digits + 1 == numbers_[right].begin;
        if (!is_beside || chosen[known].octet < 0 || chosen[open].octet >= 0) return;
        for (const int octet : {chosen[known].octet - 1, chosen[known].octet + 1}) {
            const auto meaning = octet_meaning(meanings[open], octet);
            if (meaning && chosen[open].octet < 0) chosen[open] = *meaning;
        }
    };
    for (std::size_t i = count_; i-- > 1;) join(i, i - 1);
    for (std::size_t i = 1; i < count_; ++i) join(i - 1, i);
    std::string text;
    std::size_t at = 0;
    for (std::size_t i = 0; at < name_.size();) {
        if (address_text_.digits != 0 && at == address_text_.begin) {
            text += address_placeholder_;
            at += address_text_.digits;
        } else if (i < count_ && at == numbers_[i].begin) {
            const bool is_literal = chosen[i].octet < 0 && !chosen[i].is_host;
            text += is_literal ? std::string(text_of(numbers_[i])) : placeholder(chosen[i]);
            at += numbers_[i++].digits;
        } else {
            text += name_[at++];
        }
    }
    constexpr std::string_view octets = "{a}-{b}-{c}-{d}";
    const std::size_t found = text.find(octets);
    return found == std::string::npos ? text : text.replace(found, octets.size(), "{ip}");
}

}  // namespace arpad

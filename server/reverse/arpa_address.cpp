#include "reverse/arpa_address.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstring>

namespace arpad {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the first octet is the lowest one of a number");

constexpr std::size_t ipv4_labels = 4;
constexpr std::size_t shortest_ipv4_label = 2;  // with its length octet
constexpr std::size_t ipv4_root_octets = 14;
constexpr std::size_t ipv6_nibbles = 32;
constexpr std::size_t ipv6_root_octets = 10;

template <class Number>
Number load(const std::uint8_t* from) noexcept {
    Number number;
    std::memcpy(&number, from, sizeof number);
    return number;
}

/// Eight octets, and which of them are letters, whose case does not matter.
struct Pattern {
    std::uint64_t octets;
    std::uint64_t letters;  // 0x20 in their place

    [[nodiscard]] bool matches(std::uint64_t word) const noexcept {
        return (word | letters) == octets;
    }
};

constexpr Pattern pattern(const std::array<char, 8>& text) noexcept {
    Pattern made{};
    for (unsigned i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<std::uint64_t>(static_cast<std::uint8_t>(text[i]));
        const bool is_letter = text[i] >= 'a' && text[i] <= 'z';
        made.octets |= octet << (8 * i);
        made.letters |= std::uint64_t{is_letter ? 0x20U : 0U} << (8 * i);
    }
    return made;
}

// Each root is matched by two words that overlap.
constexpr Pattern in_addr = pattern({7, 'i', 'n', '-', 'a', 'd', 'd', 'r'});
constexpr Pattern addr_arpa = pattern({'d', 'r', 4, 'a', 'r', 'p', 'a', 0});
constexpr Pattern ip6_arp = pattern({3, 'i', 'p', '6', 4, 'a', 'r', 'p'});
constexpr Pattern p6_arpa = pattern({'p', '6', 4, 'a', 'r', 'p', 'a', 0});

/// The octet that the label at `at` stands for, above 255 if it is none. Reads four octets behind
/// its length.
unsigned octet_at(const std::uint8_t* at) noexcept {
    constexpr unsigned none = 256;
    const unsigned digits = *at;
    if (digits - 1 > 2) return none;
    const unsigned unused = 8 * (4 - digits);
    // The last digit into the highest octet, without the octets behind it.
    const std::uint32_t values =
        (load<std::uint32_t>(at + 1) << unused) ^ (std::uint32_t{0x3030'3030} << unused);
    constexpr std::uint32_t high_bits = 0x8080'8080;
    constexpr std::uint32_t beyond_nine = 0x7676'7676;  // reaches the high bit from 10 on
    if ((((values + beyond_nine) | values) & high_bits) != 0) return none;
    const bool has_leading_zero = digits > 1 && (values >> unused & 0xFFU) == 0;
    if (has_leading_zero) return none;
    return (values >> 24U) + 10 * (values >> 16U & 0xFFU) + 100 * (values >> 8U & 0xFFU);
}

std::optional<ArpaAddress> read_ipv4(std::span<const std::uint8_t> octets) noexcept {
    constexpr std::size_t least =
        ipv4_labels * shortest_ipv4_label + ipv4_root_octets + octets_behind_name;
    if (octets.size() < least) return std::nullopt;
    const std::uint8_t* at = octets.data();
    std::uint32_t value = 0;
    for (unsigned label = 0; label < ipv4_labels; ++label) {
        const unsigned octet = octet_at(at);
        if (octet > 255) return std::nullopt;
        value |= octet << (8 * label);
        at += 1U + *at;
    }
    const auto read = static_cast<std::size_t>(at - octets.data());
    if (octets.size() < read + ipv4_root_octets + octets_behind_name) return std::nullopt;
    const bool is_below_root =
        in_addr.matches(load<std::uint64_t>(at)) && addr_arpa.matches(load<std::uint64_t>(at + 6));
    if (!is_below_root) return std::nullopt;
    return ArpaAddress{Address(Family::ipv4, value), read + ipv4_root_octets};
}

#ifdef __SSE2__

/// Sixteen nibbles' labels, the lowest nibble first, as numbers; `valid` becomes all zeros where
/// one is no nibble.
__m128i nibbles_at(const std::uint8_t* at, __m128i& valid) noexcept {
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16));
    const __m128i lengths = _mm_set1_epi16(0x00FF);
    const __m128i ones = _mm_set1_epi16(1);
    const __m128i have_one_digit =
        _mm_and_si128(_mm_cmpeq_epi16(_mm_and_si128(first, lengths), ones),
                      _mm_cmpeq_epi16(_mm_and_si128(second, lengths), ones));
    const __m128i digits = _mm_packus_epi16(_mm_srli_epi16(first, 8), _mm_srli_epi16(second, 8));
    const __m128i decimal = _mm_sub_epi8(digits, _mm_set1_epi8('0'));
    const __m128i letter =
        _mm_sub_epi8(_mm_or_si128(digits, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
    const auto is_up_to = [](__m128i values, char most) {
        return _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(most)), values);
    };
    const __m128i is_decimal = is_up_to(decimal, 9);
    const __m128i is_letter = is_up_to(letter, 5);
    valid =
        _mm_and_si128(valid, _mm_and_si128(have_one_digit, _mm_or_si128(is_decimal, is_letter)));
    return _mm_or_si128(_mm_and_si128(is_decimal, decimal),
                        _mm_and_si128(is_letter, _mm_add_epi8(letter, _mm_set1_epi8(10))));
}

/// The number that 32 nibbles' labels at `at` stand for, the lowest one first.
std::optional<Uint128> read_nibbles(const std::uint8_t* at) noexcept {
    __m128i valid = _mm_set1_epi8(-1);
    const __m128i low = nibbles_at(at, valid);
    const __m128i high = nibbles_at(at + 32, valid);
    if (_mm_movemask_epi8(valid) != 0xFFFF) return std::nullopt;
    // Two neighbours are the low and the high half of one octet.
    const auto join = [](__m128i pairs) {
        return _mm_and_si128(_mm_or_si128(pairs, _mm_srli_epi16(pairs, 4)), _mm_set1_epi16(0x00FF));
    };
    const __m128i joined = _mm_packus_epi16(join(low), join(high));
    Uint128 value;
    std::memcpy(&value, &joined, sizeof value);
    return value;
}

#else

std::optional<Uint128> read_nibbles(const std::uint8_t* at) noexcept {
    Uint128 value = 0;
    for (unsigned i = 0; i < ipv6_nibbles; ++i, at += 2) {
        const auto digit = static_cast<std::uint8_t>(at[1] - '0');
        const auto letter = static_cast<std::uint8_t>((at[1] | 0x20) - 'a');
        if (at[0] != 1 || (digit > 9 && letter > 5)) return std::nullopt;
        value |= Uint128{digit <= 9 ? digit : letter + 10U} << (4 * i);
    }
    return value;
}

#endif

std::optional<ArpaAddress> read_ipv6(std::span<const std::uint8_t> octets) noexcept {
    constexpr std::size_t labels_octets = 2 * ipv6_nibbles;
    constexpr std::size_t name_octets = labels_octets + ipv6_root_octets;
    if (octets.size() < name_octets + octets_behind_name) return std::nullopt;
    const std::uint8_t* const root = octets.data() + labels_octets;
    const bool is_below_root = ip6_arp.matches(load<std::uint64_t>(root)) &&
                               p6_arpa.matches(load<std::uint64_t>(root + 2));
    if (!is_below_root) return std::nullopt;
    const auto value = read_nibbles(octets.data());
    if (!value) return std::nullopt;
    return ArpaAddress{Address(Family::ipv6, *value), name_octets};
}

}  // namespace

std::optional<ArpaAddress> read_arpa_address(std::span<const std::uint8_t> octets) noexcept {
    if (const auto ipv4 = read_ipv4(octets)) return ipv4;
    return read_ipv6(octets);
}

}  // namespace arpad

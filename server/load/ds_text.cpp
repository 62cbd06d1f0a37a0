#include "load/ds_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "load/file_findings.hpp"
#include "load/hexadecimal.hpp"

namespace arpad {
namespace {

constexpr std::size_t number_count = 3;  // key tag, algorithm, digest type
constexpr std::size_t header_octets = 4;

std::vector<std::string_view> split_at_blanks(std::string_view text) {
    constexpr std::string_view blanks = " \t\n";
    std::vector<std::string_view> words;
    for (;;) {
        const std::size_t start = text.find_first_not_of(blanks);
        if (start == std::string_view::npos) return words;
        text.remove_prefix(start);
        const std::string_view word = text.substr(0, text.find_first_of(blanks));
        words.push_back(word);
        text.remove_prefix(word.size());
    }
}

/// A number of a DS record.
struct Number {
    std::string_view name;
    std::string_view written;
    unsigned most;
};

Result<unsigned, DsFlaw> read_number(const Number& number) {
    unsigned value = 0;
    const char* const last = number.written.data() + number.written.size();
    const auto [end, error] = std::from_chars(number.written.data(), last, value);
    if (error == std::errc{} && end == last && value <= number.most) return value;
    return DsFlaw{fmt::format("the {} of a DS record is no number from 0 to {}: {}", number.name,
                              number.most, in_backquotes(number.written)),
                  "write key tag, algorithm, digest type and digest, as in a zone file"};
}

/// Octets of a digest of `type`, as far as registered: SHA-1, SHA-256 and SHA-384 (RFC 4034 A.2,
/// RFC 4509, RFC 6605).
std::optional<std::size_t> digest_octets(unsigned type) {
    switch (type) {
        case 1:
            return 20;
        case 2:
            return 32;
        case 4:
            return 48;
        default:
            return std::nullopt;
    }
}

Result<std::vector<std::uint8_t>, DsFlaw> read_digest(const std::string& digits, unsigned type) {
    auto digest = octets_from_hex(digits);
    if (!digest)
        return DsFlaw{
            fmt::format("the digest of a DS record is not hexadecimal: {}", in_backquotes(digits)),
            "write pairs of hexadecimal digits"};
    const auto octets = digest_octets(type);
    if (octets && *octets != digest->size())
        return DsFlaw{fmt::format("a digest of type {} has {} octets, but {} are written", type,
                                  *octets, digest->size()),
                      "write the whole digest, or correct its type"};
    return std::move(*digest);
}

}  // namespace

Result<Rdata, DsFlaw> ds_from_text(std::string_view text) {
    const std::vector<std::string_view> words = split_at_blanks(text);
    if (words.size() <= number_count)
        return DsFlaw{in_backquotes(text) + " is no DS record",
                      "write key tag, algorithm, digest type and digest, as in a zone file"};
    const auto key_tag = read_number({"key tag", words[0], 65535});
    if (!key_tag) return key_tag.error();
    const auto algorithm = read_number({"algorithm", words[1], 255});
    if (!algorithm) return algorithm.error();
    const auto digest_type = read_number({"digest type", words[2], 255});
    if (!digest_type) return digest_type.error();
    std::string digits;
    for (std::size_t index = number_count; index < words.size(); ++index) digits += words[index];
    const auto digest = read_digest(digits, *digest_type);
    if (!digest) return digest.error();
    Rdata rdata;
    rdata.reserve(header_octets + digest->size());
    for (const unsigned octet : {*key_tag >> 8U, *key_tag & 0xFFU, *algorithm, *digest_type})
        rdata.push_back(static_cast<std::uint8_t>(octet));
    rdata.insert(rdata.end(), digest->begin(), digest->end());
    return rdata;
}

}  // namespace arpad

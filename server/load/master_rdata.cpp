#include "load/master_rdata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

// Behind the standard library: it defines `false`.
#include <ldns/ldns.h>

#include "dns/reader.hpp"
#include "dns/writer.hpp"
#include "load/file_findings.hpp"
#include "load/ldns_pointers.hpp"
#include "load/master_name.hpp"
#include "reverse/address.hpp"

namespace arpad {
namespace {

using Octets = std::vector<std::uint8_t>;

/// RFC 1348 has a name in it; ldns takes it for a string.
constexpr auto nsap_ptr = static_cast<RrType>(23);

/// Whether the RDATA of `type` is read as a name.
bool is_read_as_name(RrType type) noexcept {
    return is_one_name(type) || type == nsap_ptr;
}

bool is_digit(char letter) noexcept {
    return letter >= '0' && letter <= '9';
}

std::optional<std::uint8_t> hex_digit(char letter) noexcept {
    if (is_digit(letter)) return static_cast<std::uint8_t>(letter - '0');
    const auto lower = to_lower(static_cast<std::uint8_t>(letter));
    if (lower >= 'a' && lower <= 'f') return static_cast<std::uint8_t>(lower - 'a' + 10);
    return std::nullopt;
}

/// How ldns describes the fields of a type.
class Layout {
public:
    explicit Layout(RrType type)
        : type_(type), descriptor_(ldns_rr_descript(static_cast<std::uint16_t>(type))) {}

    /// Whether there is a form other than the generic one.
    [[nodiscard]] bool is_known() const noexcept {
        // ldns loses the first octet of ATMA, which says what the others are.
        if (ldns_rr_descriptor_field_type(descriptor_, 0) == LDNS_RDF_TYPE_ATMA) return false;
        if (ldns_rr_descriptor_field_type(descriptor_, 0) == LDNS_RDF_TYPE_INT16_DATA) return false;
        return is_described() && field(0) != LDNS_RDF_TYPE_UNKNOWN &&
               field(least_fields() > 1 ? 1 : 0) != LDNS_RDF_TYPE_UNKNOWN;
    }

    /// Whether ldns knows the type at all.
    [[nodiscard]] bool is_described() const noexcept {
        return descriptor_->_type == static_cast<ldns_rr_type>(type_) && descriptor_->_type != 0;
    }

    [[nodiscard]] std::size_t least_fields() const noexcept {
        return ldns_rr_descriptor_minimum(descriptor_);
    }
    [[nodiscard]] std::size_t most_fields() const noexcept {
        return ldns_rr_descriptor_maximum(descriptor_);
    }
    [[nodiscard]] ldns_rdf_type field(std::size_t index) const noexcept {
        if (type_ == nsap_ptr) return LDNS_RDF_TYPE_DNAME;
        return ldns_rr_descriptor_field_type(descriptor_, index);
    }

private:
    RrType type_;
    const ldns_rr_descriptor* descriptor_;
};

/// Fields that may be written in several words where they are the last, or are always.
bool takes_all_words(ldns_rdf_type field) noexcept {
    switch (field) {
        case LDNS_RDF_TYPE_B64:
        case LDNS_RDF_TYPE_HEX:
        case LDNS_RDF_TYPE_LOC:
        case LDNS_RDF_TYPE_WKS:
        case LDNS_RDF_TYPE_SVCPARAMS:
        case LDNS_RDF_TYPE_NSEC:
        case LDNS_RDF_TYPE_NSAP:
            return true;
        default:
            return false;
    }
}

/// Reads the fields of one record one after the other.
class FieldReader {
public:
    FieldReader(RrType type, std::span<const MasterToken> tokens, const std::optional<Name>& origin)
        : type_(type), tokens_(tokens), origin_(origin) {}

    Result<Octets, RdataFlaw> read() {
        const Layout layout(type_);
        std::size_t index = 0;
        for (; index < layout.most_fields() && !is_at_end(); ++index) {
            if (auto flaw = read_field(layout.field(index))) return std::move(*flaw);
        }
        if (index < layout.least_fields()) return ends_too_early();
        if (!is_at_end()) {
            return flaw_here(
                fmt::format("{} is too much for a record of type {}", quoted(), called()),
                "remove it, or put a string with blanks in quotes");
        }
        if (octets_.size() > max_rdata_octets) {
            return RdataFlaw{0, "the data of the record is over 65535 octets long", "shorten it"};
        }
        return std::move(octets_);
    }

private:
    using Flaw = std::optional<RdataFlaw>;

    [[nodiscard]] bool is_at_end() const noexcept { return at_ == tokens_.size(); }
    [[nodiscard]] std::string called() const { return to_mnemonic(type_); }
    [[nodiscard]] std::string quoted() const { return in_backquotes(tokens_[at_].text); }

    [[nodiscard]] RdataFlaw flaw_here(std::string message, std::string advice) const {
        return {at_, std::move(message), std::move(advice)};
    }

    /// Reads a field of which at least one word is there.
    Flaw read_field(ldns_rdf_type field) {
        switch (field) {
            case LDNS_RDF_TYPE_DNAME:
                return read_name();
            case LDNS_RDF_TYPE_STR:
                return read_string();
            case LDNS_RDF_TYPE_LONG_STR:
                return append_text();
            case LDNS_RDF_TYPE_INT8:
                return read_integer<std::uint8_t>();
            case LDNS_RDF_TYPE_INT16:
                return read_integer<std::uint16_t>();
            case LDNS_RDF_TYPE_INT32:
                return read_integer<std::uint32_t>();
            case LDNS_RDF_TYPE_PERIOD:
                return read_period();
            case LDNS_RDF_TYPE_A:
                return read_address(Family::ipv4);
            case LDNS_RDF_TYPE_AAAA:
                return read_address(Family::ipv6);
            case LDNS_RDF_TYPE_IPSECKEY:
                return read_ipseckey();
            default:
                return read_by_ldns(field);
        }
    }

    Flaw read_name() {
        const MasterToken& token = tokens_[at_];
        if (token.is_quoted)
            return flaw_here(quoted() + " is a string, no name", "remove the quotes");
        const auto name = name_from_master_text(token.text, origin_);
        if (!name) return flaw_here(name.error().message, name.error().advice);
        const auto wire = name->view().wire();
        octets_.insert(octets_.end(), wire.begin(), wire.end());
        ++at_;
        return std::nullopt;
    }

    /// A character-string (RFC 1035 3.3).
    Flaw read_string() {
        constexpr std::size_t most_octets = 255;
        const std::size_t length_at = octets_.size();
        octets_.push_back(0);
        if (auto flaw = append_text()) return flaw;
        const std::size_t octets = octets_.size() - length_at - 1;
        if (octets > most_octets) {
            --at_;
            return flaw_here(fmt::format("the string {} is over 255 octets long", quoted()),
                             "split it into several strings");
        }
        octets_[length_at] = static_cast<std::uint8_t>(octets);
        return std::nullopt;
    }

    /// Appends the octets of a word, escapes decoded.
    Flaw append_text() {
        const std::string_view text = tokens_[at_].text;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '\\') {
                octets_.push_back(static_cast<std::uint8_t>(text[i]));
                continue;
            }
            const auto octet = read_escape(text.substr(i + 1));
            if (!octet) {
                return flaw_here(fmt::format("{} has a bad escape", quoted()),
                                 "a backslash needs a character or three digits up to 255 behind "
                                 "it");
            }
            octets_.push_back(*octet);
            i += is_digit(text[i + 1]) ? 3U : 1U;
        }
        ++at_;
        return std::nullopt;
    }

    static std::optional<std::uint8_t> read_escape(std::string_view rest) noexcept {
        if (rest.empty()) return std::nullopt;
        if (!is_digit(rest[0])) return static_cast<std::uint8_t>(rest[0]);
        unsigned value = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            if (i == rest.size() || !is_digit(rest[i])) return std::nullopt;
            value = value * 10 + static_cast<unsigned>(rest[i] - '0');
        }
        if (value > 255) return std::nullopt;
        return static_cast<std::uint8_t>(value);
    }

    template <class Integer>
    Flaw read_integer() {
        const std::string_view text = tokens_[at_].text;
        Integer number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
            return flaw_here(fmt::format("{} is no number from 0 to {}", quoted(),
                                         std::numeric_limits<Integer>::max()),
                             "correct it");
        }
        append_number(number);
        ++at_;
        return std::nullopt;
    }

    template <class Integer>
    void append_number(Integer number) {
        for (std::size_t octet = sizeof number; octet-- > 0;) {
            octets_.push_back(static_cast<std::uint8_t>(std::uint64_t{number} >> (8 * octet)));
        }
    }

    Flaw read_period() {
        const auto seconds = seconds_from_master_text(tokens_[at_].text);
        if (!seconds) return flaw_here(quoted() + " is no duration", "write seconds, or 1h30m");
        append_number(*seconds);
        ++at_;
        return std::nullopt;
    }

    Flaw read_address(Family family) {
        const auto address = Address::from_text(tokens_[at_].text);
        if (!address || address->family() != family) {
            const auto* const version = family == Family::ipv4 ? "IPv4" : "IPv6";
            return flaw_here(fmt::format("{} is no {} address", quoted(), version), "correct it");
        }
        for (unsigned bits = address->bits(); bits > 0; bits -= 8) {
            octets_.push_back(static_cast<std::uint8_t>(address->value() >> (bits - 8)));
        }
        ++at_;
        return std::nullopt;
    }

    /// RFC 4025 3: what the gateway is, the second number says. ldns would take a relative name for
    /// absolute.
    Flaw read_ipseckey() {
        constexpr std::size_t numbers = 3;
        const std::size_t type_at = octets_.size() + 1;
        for (std::size_t i = 0; i < numbers; ++i) {
            if (is_at_end()) return ends_too_early();
            if (auto flaw = read_integer<std::uint8_t>()) return flaw;
        }
        if (is_at_end()) return ends_too_early();
        if (auto flaw = read_gateway(octets_[type_at])) return flaw;
        return is_at_end() ? std::nullopt : read_by_ldns(LDNS_RDF_TYPE_B64);
    }

    Flaw read_gateway(std::uint8_t type) {
        switch (type) {
            case 0:
                if (tokens_[at_].text != ".") {
                    return flaw_here(quoted() + " is no gateway of type 0", "write a dot");
                }
                ++at_;
                return std::nullopt;
            case 1:
                return read_address(Family::ipv4);
            case 2:
                return read_address(Family::ipv6);
            case 3:
                return read_name();
            default:
                return flaw_here(fmt::format("{} is no type of gateway", type),
                                 "write 0, 1, 2 or 3, or the record in the generic form");
        }
    }

    [[nodiscard]] RdataFlaw ends_too_early() const {
        return flaw_here(fmt::format("the data of the {} record ends too early", called()),
                         "write what is missing");
    }

    Flaw read_by_ldns(ldns_rdf_type field) {
        constexpr std::size_t hip_words = 3;  // algorithm, tag and key are one field
        std::size_t words = takes_all_words(field) ? tokens_.size() - at_ : 1;
        if (field == LDNS_RDF_TYPE_HIP) words = std::min(tokens_.size() - at_, hip_words);
        const std::string text = join(field, words);
        ldns_rdf* made = nullptr;
        const bool has_nul = text.find('\0') != std::string::npos;
        const auto status = has_nul ? LDNS_STATUS_SYNTAX_ERR : convert(field, text, made);
        const LdnsRdf rdf(made);
        if (status != LDNS_STATUS_OK || !rdf) {
            return flaw_here(fmt::format("{} cannot stand here in a record of type {}: {}",
                                         quoted(), called(), ldns_get_errorstr_by_id(status)),
                             "correct it");
        }
        octets_.insert(octets_.end(), ldns_rdf_data(rdf.get()),
                       ldns_rdf_data(rdf.get()) + ldns_rdf_size(rdf.get()));
        at_ += words;
        return std::nullopt;
    }

    static ldns_status convert(ldns_rdf_type field, const std::string& text, ldns_rdf*& made) {
        // For WKS ldns asks getservbyname(), which has one result for all threads.
        static std::mutex one_at_a_time;
        std::unique_lock lock(one_at_a_time, std::defer_lock);
        if (field == LDNS_RDF_TYPE_WKS) lock.lock();
        made = ldns_rdf_new_frm_str(field, text.c_str());
        return made == nullptr ? LDNS_STATUS_SYNTAX_RDATA_ERR : LDNS_STATUS_OK;
    }

    /// The next `words` words as ldns wants them: what was written together stays together, as in
    /// alpn="h2,h3".
    [[nodiscard]] std::string join(ldns_rdf_type field, std::size_t words) const {
        std::string text;
        const bool is_digits =
            field == LDNS_RDF_TYPE_HEX || field == LDNS_RDF_TYPE_B64 || field == LDNS_RDF_TYPE_NSAP;
        std::size_t end_of_last = 0;
        for (std::size_t i = 0; i < words; ++i) {
            const MasterToken& token = tokens_[at_ + i];
            if (i > 0 && !is_digits && token.offset != end_of_last) text += ' ';
            if (field == LDNS_RDF_TYPE_SVCPARAMS && token.is_quoted) {
                text += fmt::format("\"{}\"", token.text);
            } else {
                text += token.text;
            }
            end_of_last = token.offset + token.text.size() + (token.is_quoted ? 2 : 0);
        }
        return text;
    }

    RrType type_;
    std::span<const MasterToken> tokens_;
    const std::optional<Name>& origin_;
    std::size_t at_ = 0;
    Octets octets_;
};

/// The octets of `\# LENGTH HEX` without a look at what they mean.
Result<Octets, RdataFlaw> read_generic_octets(std::span<const MasterToken> tokens) {
    const auto length = tokens.size() > 1 ? seconds_from_master_text(tokens[1].text) : std::nullopt;
    if (!length || *length > max_rdata_octets || !is_digit(tokens[1].text.back())) {
        return RdataFlaw{1, "behind `\\#` there is no number of octets from 0 to 65535",
                         "write it, and the octets in hexadecimal behind it"};
    }
    Octets octets;
    octets.reserve(*length);
    std::size_t digits = 0;
    for (std::size_t i = 2; i < tokens.size(); ++i) {
        for (const char letter : tokens[i].text) {
            const auto digit = hex_digit(letter);
            if (!digit || tokens[i].is_quoted) {
                return RdataFlaw{i, in_backquotes(tokens[i].text) + " is not hexadecimal",
                                 "write two hexadecimal digits for each octet"};
            }
            if (digits++ % 2 == 0) {
                octets.push_back(static_cast<std::uint8_t>(*digit << 4U));
            } else {
                octets.back() |= *digit;
            }
        }
    }
    if (digits == std::size_t{2} * *length) return octets;
    return RdataFlaw{1, fmt::format("{} hexadecimal digits are no {} octets", digits, *length),
                     "correct the number of octets or the digits"};
}

Result<Octets, RdataFlaw> read_generic(RrType type, std::span<const MasterToken> tokens) {
    auto octets = read_generic_octets(tokens);
    if (!octets || is_valid_rdata(type, *octets)) return octets;
    return RdataFlaw{0, fmt::format("the octets are no data of type {}", to_mnemonic(type)),
                     "correct them, or write the record in the type's own form"};
}

/// Whether `rdata` is `names` names behind `octets_before` octets, and then `octets_behind`.
bool holds_names(std::span<const std::uint8_t> rdata, RdataNames layout,
                 std::size_t octets_behind) noexcept {
    WireReader reader(rdata);
    reader.read_octets(layout.octets_before);
    for (unsigned i = 0; i < layout.names; ++i) reader.read_plain_name();
    return reader.is_intact() && reader.remaining() == octets_behind;
}

/// Whether ldns reads `rdata` and writes the same: then nothing in it is compressed or left over.
bool survives_ldns(RrType type, std::span<const std::uint8_t> rdata) {
    const auto number = static_cast<std::uint16_t>(type);
    Octets record{0,
                  static_cast<std::uint8_t>(number >> 8U),
                  static_cast<std::uint8_t>(number),
                  0,
                  1,
                  0,
                  0,
                  0,
                  0,
                  static_cast<std::uint8_t>(rdata.size() >> 8U),
                  static_cast<std::uint8_t>(rdata.size())};
    record.insert(record.end(), rdata.begin(), rdata.end());
    ldns_rr* made = nullptr;
    std::size_t position = 0;
    const auto status =
        ldns_wire2rr(&made, record.data(), record.size(), &position, LDNS_SECTION_ANSWER);
    const LdnsRr rr(made);
    if (status != LDNS_STATUS_OK || !rr) return false;
    const std::size_t fields = ldns_rr_rd_count(rr.get());
    if (fields < Layout(type).least_fields()) return false;
    Octets written;
    for (std::size_t i = 0; i < fields; ++i) {
        const ldns_rdf* const rdf = ldns_rr_rdf(rr.get(), i);
        written.insert(written.end(), ldns_rdf_data(rdf), ldns_rdf_data(rdf) + ldns_rdf_size(rdf));
    }
    return std::ranges::equal(written, rdata);
}

}  // namespace

Result<Octets, RdataFlaw> read_master_rdata(RrType type, std::span<const MasterToken> tokens,
                                            const std::optional<Name>& origin) {
    if (!tokens.empty() && tokens[0].text == "\\#" && !tokens[0].is_quoted) {
        return read_generic(type, tokens);
    }
    if (is_read_as_name(type)) return FieldReader(type, tokens, origin).read();
    if (Layout(type).is_known()) {
        auto rdata = FieldReader(type, tokens, origin).read();
        // Fields that can each be read, such as an empty NSAP address, may come to nothing.
        if (!rdata || is_valid_rdata(type, *rdata)) return rdata;
        return RdataFlaw{0, fmt::format("this is no data of a {} record", to_mnemonic(type)),
                         "correct it, or write \\# and the octets in hexadecimal (RFC 3597 5)"};
    }
    return RdataFlaw{0,
                     fmt::format("the data of {} records can only be written in the generic "
                                 "form",
                                 to_mnemonic(type)),
                     "write \\#, the number of octets, and the octets in hexadecimal (RFC 3597 5)"};
}

bool is_valid_rdata(RrType type, std::span<const std::uint8_t> rdata) {
    if (rdata.size() > max_rdata_octets) return false;
    constexpr std::size_t soa_numbers = 20;
    const RdataNames compressible = compressible_names(type);
    if (compressible.names > 0) {
        return holds_names(rdata, compressible, type == RrType::soa ? soa_numbers : 0);
    }
    if (is_read_as_name(type)) return holds_names(rdata, {0, 1}, 0);
    const Layout layout(type);
    return !layout.is_known() || survives_ldns(type, rdata);
}

}  // namespace arpad

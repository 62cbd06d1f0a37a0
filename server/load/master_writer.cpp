#include "load/master_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

// Behind the standard library: it defines `false`.
#include <ldns/ldns.h>

#include "load/master_lexer.hpp"
#include "load/master_name.hpp"
#include "load/master_rdata.hpp"

namespace arpad {
namespace {

/// RFC 3597 5.
std::string generic_text(std::span<const std::uint8_t> rdata) {
    return fmt::format("\\# {}{}{:02X}", rdata.size(), rdata.empty() ? "" : " ",
                       fmt::join(rdata, ""));
}

/// A record at the root with `rdata`, in wire form.
std::vector<std::uint8_t> record_wire(RrType type, std::span<const std::uint8_t> rdata) {
    std::vector<std::uint8_t> wire{0};
    const auto put = [&wire](std::size_t number) {
        wire.push_back(static_cast<std::uint8_t>(number >> 8U));
        wire.push_back(static_cast<std::uint8_t>(number));
    };
    put(static_cast<std::size_t>(type));
    put(static_cast<std::size_t>(RrClass::in));
    put(0);
    put(0);
    put(rdata.size());
    wire.insert(wire.end(), rdata.begin(), rdata.end());
    return wire;
}

/// What ldns makes of `rdata`; none if it cannot read it, and for WKS, whose services every machine
/// may call otherwise.
std::optional<std::string> ldns_text(RrType type, std::span<const std::uint8_t> rdata) {
    constexpr auto wks = static_cast<RrType>(11);
    if (type == wks) return std::nullopt;
    const std::vector<std::uint8_t> wire = record_wire(type, rdata);
    ldns_rr* record = nullptr;
    std::size_t position = 0;
    const ldns_status status =
        ldns_wire2rr(&record, wire.data(), wire.size(), &position, LDNS_SECTION_ANSWER);
    const std::unique_ptr<ldns_rr, void (*)(ldns_rr*)> owner(record, ldns_rr_free);
    if (status != LDNS_STATUS_OK) return std::nullopt;
    std::string text;
    for (std::size_t i = 0; i < ldns_rr_rd_count(record); ++i) {
        char* field = ldns_rdf2str(ldns_rr_rdf(record, i));
        if (field == nullptr) return std::nullopt;
        if (i > 0) text += ' ';
        text += field;
        LDNS_FREE(field);
    }
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

/// Whether `text` is one line of printable ASCII from which a reader of master files gets `rdata`
/// again.
bool reads_as(const std::string& text, RrType type, std::span<const std::uint8_t> rdata) {
    const bool is_printable =
        std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter < '\x7f'; });
    MasterLexer lexer(text);
    if (!is_printable || !lexer.next() || lexer.flaw()) return false;
    const auto read = read_master_rdata(type, lexer.tokens(), std::nullopt);
    return read && std::ranges::equal(*read, rdata) && !lexer.next();
}

}  // namespace

std::string rdata_to_text(RrType type, std::span<const std::uint8_t> rdata) {
    if (is_one_name(type)) return NameView::of_valid_wire(rdata).to_text();
    const auto text = ldns_text(type, rdata);
    return text && reads_as(*text, type, rdata) ? *text : generic_text(rdata);
}

std::string master_line(NameView owner, Ttl ttl, RrType type, std::span<const std::uint8_t> rdata) {
    return fmt::format("{} {} IN {} {}", owner.to_text(), ttl.seconds, to_mnemonic(type),
                       rdata_to_text(type, rdata));
}

}  // namespace arpad

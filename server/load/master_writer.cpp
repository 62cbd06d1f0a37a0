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
    std::string text = fmt::format("\\# {}", rdata.size());
    if (!rdata.empty()) text += fmt::format(" {:02x}", fmt::join(rdata, ""));
    return text;
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

/// What ldns makes of `rdata`; none if it cannot read it.
std::optional<std::string> ldns_text(RrType type, std::span<const std::uint8_t> rdata) {
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
    return text;
}

/// Whether a reader of master files gets `rdata` from `text` again.
bool reads_as(const std::string& text, RrType type, std::span<const std::uint8_t> rdata) {
    // The line begins with a word, as what begins with white space has an owner left out.
    const std::string line = "x " + text;
    MasterLexer lexer(line);
    if (!lexer.next() || lexer.flaw()) return false;
    const auto read = read_master_rdata(type, lexer.tokens().subspan(1), Name());
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

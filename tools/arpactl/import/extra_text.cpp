#include "import/extra_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

// Behind the standard library: it defines `false`.
#include <ldns/ldns.h>

#include "load/master_lexer.hpp"
#include "load/master_name.hpp"
#include "load/master_rdata.hpp"

namespace arpad {
namespace {

struct RrDeleter {
    void operator()(ldns_rr* rr) const noexcept { ldns_rr_free(rr); }
};
struct TextDeleter {
    void operator()(char* text) const noexcept { std::free(text); }
};

/// The data as ldns writes it; none if it cannot, and for WKS, whose services every machine may
/// call otherwise.
std::optional<std::string> ldns_text(const ZoneRecord& record) {
    constexpr std::uint16_t wks = 11;
    const auto type = static_cast<std::uint16_t>(record.type);
    if (type == wks) return std::nullopt;
    const std::size_t octets = record.rdata.size();
    std::vector<std::uint8_t> wire{
        0, static_cast<std::uint8_t>(type >> 8U),   static_cast<std::uint8_t>(type),  0, 1, 0, 0, 0,
        0, static_cast<std::uint8_t>(octets >> 8U), static_cast<std::uint8_t>(octets)};
    wire.insert(wire.end(), record.rdata.begin(), record.rdata.end());
    ldns_rr* made = nullptr;
    std::size_t position = 0;
    const auto status =
        ldns_wire2rr(&made, wire.data(), wire.size(), &position, LDNS_SECTION_ANSWER);
    const std::unique_ptr<ldns_rr, RrDeleter> rr(made);
    if (status != LDNS_STATUS_OK || !rr) return std::nullopt;
    std::string text;
    for (std::size_t i = 0; i < ldns_rr_rd_count(rr.get()); ++i) {
        const std::unique_ptr<char, TextDeleter> field(ldns_rdf2str(ldns_rr_rdf(rr.get(), i)));
        if (!field) return std::nullopt;
        text += text.empty() ? "" : " ";
        text += field.get();
    }
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

/// Whether `text` is one line of printable ASCII that reads as the data of `record`.
bool reads_as(const std::string& text, const ZoneRecord& record) {
    const bool is_printable =
        std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter < '\x7f'; });
    MasterLexer lexer(text);
    if (!is_printable || !lexer.next() || lexer.flaw()) return false;
    const auto rdata = read_master_rdata(record.type, lexer.tokens(), std::nullopt);
    return rdata && *rdata == record.rdata;
}

std::string generic_text(const ZoneRecord& record) {
    return fmt::format("\\# {}{}{:02X}", record.rdata.size(), record.rdata.empty() ? "" : " ",
                       fmt::join(record.rdata, ""));
}

}  // namespace

std::string relative_text(NameView owner, NameView apex) {
    if (owner == apex) return "@";
    std::string text = owner.to_text();
    const std::size_t apex_text = apex.is_root() ? 1 : apex.to_text().size() + 1;
    text.resize(text.size() - apex_text);
    return text;
}

std::string record_text(const ZoneRecord& record) {
    const auto text = ldns_text(record);
    const bool is_good = text && reads_as(*text, record);
    return fmt::format("{:<5}  {}", to_mnemonic(record.type),
                       is_good ? *text : generic_text(record));
}

}  // namespace arpad

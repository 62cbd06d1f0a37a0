#include "load/extra_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "load/master_file.hpp"

namespace arpad {
namespace {

/// Line number `number`, counted from 1, of `text`.
std::string_view line_of(std::string_view text, std::uint32_t number) {
    for (; number > 1 && !text.empty(); --number) {
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    }
    return text.substr(0, text.find('\n'));
}

/// How many columns the lines of a block scalar are moved in, seen from its text: `lines` are those
/// of the file from the first line of the block on.
std::uint32_t indentation_of(std::string_view lines, std::string_view text) {
    const auto leading_blanks = [](std::string_view in) {
        for (;;) {
            const std::size_t first = in.find_first_not_of(' ');
            if (first == std::string_view::npos) return std::size_t{0};
            if (in[first] != '\n' && in[first] != '\r') return first;
            in.remove_prefix(std::min(in.find('\n'), in.size() - 1) + 1);
        }
    };
    const std::size_t file = leading_blanks(lines);
    const std::size_t block = leading_blanks(text);
    return static_cast<std::uint32_t>(file - std::min(file, block));
}

/// Turns what the master-file reader finds into models and findings.
class ExtraSink final : public MasterSink {
public:
    ExtraSink(const ExtraText& extra, FileFindings& findings)
        : extra_(extra), findings_(findings) {}

    void take_record(MasterRecord record) override {
        records_.push_back({std::move(record.owner), record.type, record.ttl,
                            std::move(record.rdata), place_of(record.place)});
    }

    void take_flaw(MasterFlaw flaw) override {
        findings_.error(place_of(flaw.place), std::move(flaw.message), std::move(flaw.advice));
    }

    [[nodiscard]] std::vector<ExtraModel> take_records() { return std::move(records_); }

private:
    [[nodiscard]] Place place_of(Place in_text) const {
        if (!extra_.is_block) return extra_.place;
        return {extra_.place.line + in_text.line - 1, extra_.place.column + in_text.column - 1};
    }

    const ExtraText& extra_;
    FileFindings& findings_;
    std::vector<ExtraModel> records_;
};

}  // namespace

std::optional<ExtraText> find_extra_text(const Fields& fields, std::string_view file_text,
                                         FileFindings& findings) {
    const auto value = fields.find("extra");
    if (!value || value->is_null()) return std::nullopt;
    const auto text = fields.text("extra");
    if (!text) return std::nullopt;
    const Place place = value->place();
    if (value->style() == YamlStyle::folded) {
        findings.error(place, "`>` makes one line of all records",
                       "write `extra: |`, and the records below it");
        return std::nullopt;
    }
    const bool is_block = value->style() == YamlStyle::literal;
    if (!is_block) return ExtraText{std::string(*text), place, false};
    const std::string_view first = line_of(file_text, place.line + 1);
    const std::string_view lines =
        file_text.substr(static_cast<std::size_t>(first.data() - file_text.data()));
    return ExtraText{std::string(*text), {place.line + 1, indentation_of(lines, *text) + 1}, true};
}

std::vector<ExtraModel> read_extra(const ExtraText& extra, const std::optional<Name>& origin,
                                   Ttl ttl, FileFindings& findings) {
    MasterOptions options;
    options.origin = origin;
    options.ttl = ttl;
    options.generate_advice = "write `ranges`, or the records themselves";
    ExtraSink sink(extra, findings);
    read_master_file(findings.file(), extra.text, options, sink);
    return sink.take_records();
}

std::optional<Name> extra_origin(const Layout& layout, std::size_t network) {
    const auto zones = layout.zones_of(network);
    if (zones.size() != 1) return std::nullopt;
    return zones.front().apex;
}

}  // namespace arpad

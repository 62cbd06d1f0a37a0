#include "control/edit_csv.hpp"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <sstream>

#include "load/host_name.hpp"
#include "load/text_check.hpp"

namespace arpad {
namespace {

using Line = std::vector<std::string>;

constexpr std::size_t max_lines = 100'001;

/// libcsv, which calls back for each field and line.
class CsvReader {
public:
    CsvReader() { csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL); }
    ~CsvReader() { csv_free(&parser_); }
    CsvReader(const CsvReader&) = delete;
    CsvReader& operator=(const CsvReader&) = delete;

    /// The lines of `text`; none if one is wrong, which `last_line` tells.
    [[nodiscard]] std::optional<std::vector<Line>> read(std::string_view text) {
        const std::size_t octets =
            csv_parse(&parser_, text.data(), text.size(), &take_field, &take_line, this);
        const bool is_whole =
            octets == text.size() && csv_fini(&parser_, &take_field, &take_line, this) == 0;
        if (!is_whole || lines_.size() > max_lines) return std::nullopt;
        return std::move(lines_);
    }

    /// The number of the line that was read last.
    [[nodiscard]] std::size_t last_line() const noexcept { return lines_.size() + 1; }

private:
    static void take_field(void* octets, std::size_t count, void* self) {
        auto& line = static_cast<CsvReader*>(self)->line_;
        if (octets == nullptr) {
            line.emplace_back();
        } else {
            line.emplace_back(static_cast<const char*>(octets), count);
        }
    }

    static void take_line(int /*end*/, void* self) {
        auto& reader = *static_cast<CsvReader*>(self);
        reader.lines_.push_back(std::move(reader.line_));
        reader.line_.clear();
    }

    csv_parser parser_{};
    Line line_;
    std::vector<Line> lines_;
};

void append_field(std::string& text, std::string_view field, char end) {
    std::string quoted(2 * field.size() + 2, '\0');
    const std::size_t octets = csv_write(quoted.data(), quoted.size(), field.data(), field.size());
    text.append(quoted, 0, octets);
    text += end;
}

}  // namespace

std::string csv_of(const std::vector<BookRow>& rows) {
    std::string text = "server,hostname,address,primary,name,origin\r\n";
    for (const BookRow& row : rows) {
        std::string names;
        if (row.ptr) {
            for (const Name& name : targets_of(*row.ptr)) {
                names += (names.empty() ? "" : " ") + host_name_text(name);
            }
        }
        const ServerModel* const server = row.entry.server;
        append_field(text, server == nullptr ? "" : server->name, ',');
        append_field(text, server == nullptr ? "" : host_name_text(server->host_name), ',');
        append_field(text, row.entry.address.to_text(), ',');
        append_field(text, row.entry.is_primary ? "yes" : "no", ',');
        append_field(text, names, ',');
        append_field(text, to_text(row.origin), '\r');
        text += '\n';
    }
    return text;
}

Result<std::vector<CsvEdit>, std::string> read_edit_csv(std::string_view text) {
    text = without_byte_order_mark(text);
    if (const auto flaw = find_text_flaw(text)) {
        return fmt::format("line {}: {}: {}", flaw->place.line, flaw->message, flaw->advice);
    }
    CsvReader reader;
    const auto lines = reader.read(text);
    if (!lines) {
        return fmt::format("line {}: the quotes do not match, or there are too many lines",
                           reader.last_line());
    }
    constexpr std::string_view advice =
        "the first line has to name the columns `address` and `name`";
    if (lines->empty()) return std::string(advice);
    const Line& head = lines->front();
    const auto column = [&head](std::string_view name) {
        const auto found = std::ranges::find(head, name);
        return static_cast<std::size_t>(found - head.begin());
    };
    const std::size_t address_at = column("address");
    const std::size_t name_at = column("name");
    if (address_at == head.size() || name_at == head.size()) return std::string(advice);
    std::vector<CsvEdit> edits;
    for (std::size_t i = 1; i < lines->size(); ++i) {
        const Line& line = (*lines)[i];
        if (line.size() == 1 && line.front().empty()) continue;
        if (line.size() != head.size()) {
            return fmt::format("line {}: it has {} fields, and the first line {}", i + 1,
                               line.size(), head.size());
        }
        CsvEdit edit{line[address_at], std::nullopt};
        std::istringstream words(line[name_at]);
        for (std::string name; words >> name;) {
            if (!edit.names) edit.names.emplace();
            edit.names->push_back(name);
        }
        edits.push_back(std::move(edit));
    }
    return edits;
}

}  // namespace arpad

#include "load/record_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "base/diagnostics.hpp"
#include "load/host_name.hpp"
#include "load/yaml_document.hpp"

namespace arpad {
namespace {

/// The lines of a text, each with its end.
std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    if (!lines.empty() && !lines.back().ends_with('\n')) lines.back() += '\n';
    return lines;
}

bool is_blank_or_comment(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos || line[first] == '#';
}

std::size_t indentation_of(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

/// What stands behind the address.
std::string value_text(const RecordEntry& entry) {
    std::string names;
    for (const Name& name : entry.names) {
        names += (names.empty() ? "" : ", ") + host_name_text(name);
    }
    if (entry.names.size() > 1) names = "[" + names + "]";
    return entry.ttl ? fmt::format("{{name: {}, ttl: {}}}", names, entry.ttl->seconds) : names;
}

std::string key_text(Address address) {
    // A colon in a plain key is not what every reader of YAML expects.
    return address.family() == Family::ipv6 ? "\"" + address.to_text() + "\"" : address.to_text();
}

/// Where a value ends that begins on the line of its key.
struct ValueEnd {
    std::size_t line = 0;    // index
    std::size_t column = 0;  // index behind the last octet of the value
};

/// The end of the value that begins at `column` of line `line`: of a scalar, or of what stands in
/// brackets, perhaps over several lines. `lines` is well-formed YAML.
ValueEnd end_of_value(const std::vector<std::string>& lines, std::size_t line, std::size_t column) {
    std::size_t depth = 0;
    char quote = 0;
    ValueEnd end{line, column};
    for (; line < lines.size(); ++line, column = 0) {
        const std::string& text = lines[line];
        for (; column < text.size(); ++column) {
            const char octet = text[column];
            const bool is_space = octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
            const bool is_after_space =
                column > 0 && (text[column - 1] == ' ' || text[column - 1] == '\t');
            if (quote != 0) {
                if (octet == '\\' && quote == '"') {
                    ++column;
                } else if (octet == quote) {
                    quote = 0;
                }
            } else if (octet == '"' || octet == '\'') {
                quote = octet;
            } else if (octet == '#' && is_after_space) {
                break;
            } else if (octet == '[' || octet == '{') {
                ++depth;
            } else if (octet == ']' || octet == '}') {
                --depth;
            }
            if (!is_space) end = {line, std::min(column, text.size() - 1) + 1};
        }
        if (depth == 0 && quote == 0) break;
    }
    return end;
}

/// One entry of `records` in the text.
struct WrittenEntry {
    Address address;
    std::size_t line = 0;          // index of the line with its key
    std::size_t value_line = 0;    // and of the one where its value begins
    std::size_t value_column = 0;  // index in it
    std::size_t indentation = 0;
};

class Folding {
public:
    Folding(std::vector<std::string> lines, std::vector<WrittenEntry> written)
        : lines_(std::move(lines)), written_(std::move(written)) {}

    /// Exchanges the value of the entry at `index`.
    void exchange(std::size_t index, const std::string& value) {
        const WrittenEntry& entry = written_[index];
        std::string& line = lines_[entry.line];
        if (entry.value_line == entry.line) {
            const ValueEnd end = end_of_value(lines_, entry.line, entry.value_column);
            const std::string behind = lines_[end.line].substr(end.column);
            line.replace(entry.value_column, std::string::npos, value + behind);
            empty(entry.line + 1, end.line + 1);
            return;
        }
        // The value stands on lines of its own, up to the next entry.
        std::size_t behind = entry.value_line;
        for (std::size_t i = entry.value_line; i < end_of_entry(index); ++i) {
            if (!is_blank_or_comment(lines_[i])) behind = i + 1;
        }
        const std::size_t colon = line.rfind(':', std::min(line.find(" #"), line.size()));
        line.insert(colon + 1, " " + value);
        empty(entry.line + 1, behind);
    }

    /// Adds an entry where its address belongs.
    void add(const RecordEntry& entry) {
        const auto next = std::ranges::find_if(
            written_, [&](const WrittenEntry& each) { return entry.address < each.address; });
        const WrittenEntry& pattern = next == written_.end() ? written_.back() : *next;
        std::string line(pattern.indentation, ' ');
        line += fmt::format("{}: {}\n", key_text(entry.address), value_text(entry));
        if (next != written_.end()) {
            before_[next->line] += line;
        } else {
            std::size_t last = written_.back().line;
            for (std::size_t i = last; i < end_of_entry(written_.size() - 1); ++i) {
                if (!is_blank_or_comment(lines_[i])) last = i;
            }
            behind_[last] += line;
        }
    }

    [[nodiscard]] std::string text() const {
        std::string text;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (const auto found = before_.find(i); found != before_.end()) text += found->second;
            text += lines_[i];
            if (const auto found = behind_.find(i); found != behind_.end()) text += found->second;
        }
        return text;
    }

private:
    /// The line behind the entry at `index`, with what stands between it and the next one.
    [[nodiscard]] std::size_t end_of_entry(std::size_t index) const {
        if (index + 1 < written_.size()) return written_[index + 1].line;
        const WrittenEntry& entry = written_[index];
        for (std::size_t i = entry.line + 1; i < lines_.size(); ++i) {
            const bool is_other =
                !is_blank_or_comment(lines_[i]) && indentation_of(lines_[i]) < entry.indentation;
            if (is_other) return i;
        }
        return lines_.size();
    }

    void empty(std::size_t first, std::size_t end) {
        for (std::size_t i = first; i < end; ++i) lines_[i].clear();
    }

    std::vector<std::string> lines_;
    std::vector<WrittenEntry> written_;  // ascending by line
    std::map<std::size_t, std::string> before_;
    std::map<std::size_t, std::string> behind_;
};

constexpr std::string_view by_hand =
    "`records` is written in brackets: write one entry on each line below it, and try again";

}  // namespace

Result<std::string, UnwritableRecords> with_records(std::string_view text,
                                                    std::vector<RecordEntry> entries) {
    if (entries.empty()) return std::string(text);
    Diagnostics diagnostics;
    const auto document = parse_yaml("", text, "", diagnostics);
    if (!document) return UnwritableRecords{{}, "it is no YAML: `arpactl check` says where"};
    std::ranges::sort(entries, {}, &RecordEntry::address);
    std::vector<std::string> lines = lines_of(text);
    std::vector<WrittenEntry> written;
    std::optional<std::size_t> records_line;
    for (const YamlEntry& top : document->root().entries()) {
        if (top.key.text() != "records") continue;
        records_line = top.key.place().line - 1;
        if (!top.value.is_mapping()) continue;
        for (const YamlEntry& entry : top.value.entries()) {
            const auto address = Address::from_text(entry.key.text());
            const std::size_t line = entry.key.place().line - 1;
            const std::size_t column = entry.key.place().column - 1;
            // In brackets an entry may have a line of its own, and the bracket one before.
            const bool is_in_brackets =
                lines[top.value.place().line - 1].substr(top.value.place().column - 1, 1) == "{" ||
                indentation_of(lines[line]) != column;
            if (is_in_brackets || !address)
                return UnwritableRecords{entry.key.place(), std::string(by_hand)};
            const bool is_null = entry.value.is_null() && entry.value.text().empty();
            if (is_null && entry.value.place().line == 0)
                return UnwritableRecords{entry.key.place(), std::string(by_hand)};
            written.push_back({*address, line, entry.value.place().line - 1,
                               entry.value.place().column - 1, column});
        }
    }
    if (written.empty()) {
        std::string added;
        for (const RecordEntry& entry : entries) {
            added += fmt::format("  {}: {}\n", key_text(entry.address), value_text(entry));
        }
        std::string whole;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (records_line && i == *records_line) lines[i] = "records:\n" + added;
            whole += lines[i];
        }
        return records_line ? whole : whole + "records:\n" + added;
    }
    Folding folding(std::move(lines), written);
    for (const RecordEntry& entry : entries) {
        const auto known = std::ranges::find(written, entry.address, &WrittenEntry::address);
        if (known == written.end()) {
            folding.add(entry);
        } else {
            folding.exchange(static_cast<std::size_t>(known - written.begin()), value_text(entry));
        }
    }
    return folding.text();
}

}  // namespace arpad

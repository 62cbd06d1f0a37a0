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

constexpr std::size_t max_lines = 100'000;  // behind the first
constexpr std::size_t max_columns = 100;
constexpr std::size_t max_words = 20;  // more than an address may have names

/// The words of `text`, up to `max_words`; none if there are none.
std::optional<std::vector<std::string>> words_in(const std::string& text) {
    std::istringstream words(text);
    std::optional<std::vector<std::string>> found;
    for (std::string word; words >> word;) {
        if (!found) found.emplace();
        if (found->size() == max_words) break;
        found->push_back(word);
    }
    return found;
}

/// Edits in CSV. libcsv calls back for each field and line; no more is kept than what is wanted of
/// them, whatever somebody sends.
class CsvReader {
public:
    CsvReader() { csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL); }
    ~CsvReader() { csv_free(&parser_); }
    CsvReader(const CsvReader&) = delete;
    CsvReader& operator=(const CsvReader&) = delete;

    /// What `text` asks for, or what is wrong with it.
    [[nodiscard]] Result<std::vector<CsvEdit>, std::string> read(std::string_view text) {
        const std::size_t octets =
            csv_parse(&parser_, text.data(), text.size(), &take_field, &take_line, this);
        const bool is_whole =
            octets == text.size() && csv_fini(&parser_, &take_field, &take_line, this) == 0;
        if (flaw_.empty() && !is_whole) flaw_ = at_line("the quotes do not match");
        if (flaw_.empty() && line_ == 0) flaw_ = head_advice;
        if (!flaw_.empty()) return std::move(flaw_);
        return std::move(edits_);
    }

private:
    static constexpr std::string_view head_advice =
        "the first line has to name the columns `address` and `name`";

    static void take_field(void* octets, std::size_t count, void* self) {
        std::string_view text;
        if (octets != nullptr) text = {static_cast<const char*>(octets), count};
        static_cast<CsvReader*>(self)->add_field(text);
    }

    static void take_line(int /*end*/, void* self) { static_cast<CsvReader*>(self)->end_line(); }

    void add_field(std::string_view text) {
        const std::size_t column = fields_++;
        is_blank_ = column == 0 && text.empty();
        if (!flaw_.empty()) return;
        if (line_ == 0) {
            if (text == "address" && !address_at_) address_at_ = column;
            if (text == "name" && !name_at_) name_at_ = column;
            if (column == max_columns) flaw_ = at_line("it has too many fields");
        } else if (column == address_at_) {
            address_ = text;
        } else if (column == name_at_) {
            names_ = text;
        }
    }

    void end_line() {
        if (flaw_.empty() && line_ == 0) {
            columns_ = fields_;
            if (!address_at_ || !name_at_) flaw_ = head_advice;
        } else if (flaw_.empty() && !is_blank_) {
            add_edit();
        }
        ++line_;
        fields_ = 0;
    }

    void add_edit() {
        if (fields_ != columns_) {
            flaw_ =
                at_line(fmt::format("it has {} fields, and the first line {}", fields_, columns_));
        } else if (edits_.size() == max_lines) {
            flaw_ = at_line("there are too many lines");
        } else {
            edits_.push_back({std::move(address_), words_in(names_)});
        }
    }

    [[nodiscard]] std::string at_line(std::string_view what) const {
        return fmt::format("line {}: {}", line_ + 1, what);
    }

    csv_parser parser_{};
    std::size_t line_ = 0;  // those that have ended
    std::size_t fields_ = 0;
    bool is_blank_ = false;  // the line, so far
    std::size_t columns_ = 0;
    std::optional<std::size_t> address_at_;
    std::optional<std::size_t> name_at_;
    std::string address_;
    std::string names_;
    std::vector<CsvEdit> edits_;
    std::string flaw_;  // the first
};

void append_field(std::string& text, std::string_view written, char end) {
    // Spreadsheets take what begins so for a formula. No host name does, but others may be served.
    const bool is_formula = !written.empty() && std::string_view("=+-@").find(written.front()) !=
                                                    std::string_view::npos;
    const std::string field = (is_formula ? "'" : "") + std::string(written);
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
    return CsvReader().read(text);
}

}  // namespace arpad

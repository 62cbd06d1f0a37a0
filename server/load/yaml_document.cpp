#include "load/yaml_document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <istream>
#include <iterator>
#include <streambuf>
#include <utility>

#include "load/file_findings.hpp"
#include "load/text_check.hpp"

namespace arpad {
namespace {

/// Leaves the parser from within an event: what follows would make no sense.
struct Abandoned {};

/// Feeds the text to yaml-cpp without copying it, and stops when brackets pile up: yaml-cpp queues
/// everything up to the end of the outermost bracket (11 GB for 50 MB of `[`, 2026-11-22), and
/// reports their depth too late.
class TextFeed : public std::streambuf {
public:
    explicit TextFeed(std::string_view text) : text_(text) {}

    /// Begins to count anew, as the parser has understood all brackets so far.
    void forget_brackets() noexcept { open_brackets_ = 0; }

    [[nodiscard]] bool gave_up() const noexcept { return gave_up_; }

protected:
    int_type underflow() override {
        const std::size_t size = std::min(part_octets, text_.size() - offset_);
        if (size == 0 || gave_up_) return traits_type::eof();
        count_brackets(text_.substr(offset_, size));
        // setg() wants pointers to non-const, but nothing writes through them.
        char* begin = const_cast<char*>(text_.data());
        setg(begin, begin + offset_, begin + offset_ + size);
        offset_ += size;
        return traits_type::to_int_type(*gptr());
    }

private:
    static constexpr std::size_t part_octets = 4096;

    void count_brackets(std::string_view part) noexcept {
        for (const char letter : part) {
            if (letter == '[' || letter == '{') ++open_brackets_;
            if (letter == ']' || letter == '}') --open_brackets_;
        }
        gave_up_ = open_brackets_ > static_cast<std::ptrdiff_t>(max_open_brackets);
    }

    std::string_view text_;
    std::size_t offset_ = 0;
    std::ptrdiff_t open_brackets_ = 0;
    bool gave_up_ = false;
};

/// What to tell about an error of the parser.
struct Explanation {
    std::string_view yaml_cpp;  ///< How its message begins.
    std::string_view message;
    std::string_view advice;
};

constexpr std::array explanations{
    Explanation{"illegal map value", "a `:` that belongs to no key",
                "put each `key: value` on a line of its own, indented like its neighbours; quote "
                "text that holds `: `"},
    Explanation{"end of map not found", "this does not fit into the mapping around it",
                "write `key: value`, indented like its neighbours"},
    Explanation{"end of sequence not found", "this does not fit into the list around it",
                "begin it with `- ` in the column of the items above"},
    Explanation{"end of map flow not found", "a mapping in braces goes wrong here",
                "separate its entries by `,` and close it with `}`"},
    Explanation{"end of sequence flow not found", "a list in brackets goes wrong here",
                "separate its items by `,` and close it with `]`"},
    Explanation{"illegal flow end", "a closing bracket without an opening one", "remove it"},
    Explanation{"unknown token", "nothing can begin with this character", "put the text in quotes"},
    Explanation{"unknown escape character", "an unknown escape in a quoted text",
                "write the backslash twice, or use single quotes"},
    Explanation{"illegal block entry", "a `-` where no list can begin",
                "begin the list on a line of its own"},
    Explanation{"the referenced anchor is not defined", "aliases are not supported",
                "write the value out"},
};

bool is_blank(char letter) {
    return letter == ' ' || letter == '\t';
}

/// Builds the tape from yaml-cpp's events and reports what we do not support.
class TapeBuilder final : public YAML::EventHandler {
public:
    TapeBuilder(std::string_view text, TextFeed& feed, FileFindings& findings)
        : text_(text), feed_(feed), findings_(findings), cursor_(text) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        ++documents_;
        if (documents_ == 1) return;
        report_second_document(offset_of(mark));
        throw Abandoned{};
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        begin_node(mark, YamlKind::null, "?");
        end_node();
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse(mark, "aliases are not supported");
        begin_node(mark, YamlKind::null, "?");
        end_node();
    }

    void OnAnchor(const YAML::Mark& mark, const std::string&) override {
        refuse(mark, "anchors are not supported");
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  const std::string& value) override {
        YamlTape::Item& item = begin_node(mark, YamlKind::scalar, tag);
        const bool is_plain = tag != "!";
        item.style = is_plain ? YamlStyle::plain : style_at(offset_of(mark));
        item.text_offset = static_cast<std::uint32_t>(tape_.text.size());
        item.text_octets = static_cast<std::uint32_t>(value.size());
        if (is_key_next() && is_plain && value == "<<")
            refuse(mark, "merge keys are not supported");
        tape_.text += value;
        end_node();
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                         YAML::EmitterStyle::value style) override {
        open_container(mark, YamlKind::sequence, tag);
        open_.back().is_block = style == YAML::EmitterStyle::Block;
    }
    void OnSequenceEnd() override { close_container(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                    YAML::EmitterStyle::value style) override {
        open_container(mark, YamlKind::mapping, tag);
        open_.back().is_block = style == YAML::EmitterStyle::Block;
    }
    void OnMapEnd() override { close_container(); }

    /// Reports an error of the parser, or what is more likely the cause of it.
    void report(const YAML::Exception& exception);

    /// Reports a quoted text without an end, which yaml-cpp ends with the file. Whether it did.
    bool report_open_quote();

    /// Reports what nests too deep at the place of the last node.
    [[noreturn]] void abandon_depth() {
        findings_.error(
            cursor_.place_of(last_offset_),
            fmt::format("lists and mappings lie more than {} deep in each other", max_yaml_depth),
            "no configuration needs that: look for a bracket that is never closed");
        throw Abandoned{};
    }

    [[nodiscard]] YamlTape take_tape() { return std::move(tape_); }

private:
    /// A sequence or mapping that has not ended yet.
    struct Container {
        std::uint32_t item;
        YamlKind kind;
        bool wants_key;          ///< Of a mapping: what comes next is a key.
        bool is_block;           ///< Written without brackets or braces.
        std::size_t key_offset;  ///< Of the last key.
    };

    std::size_t offset_of(const YAML::Mark& mark) const {
        return mark.pos < 0 ? text_.size() : static_cast<std::size_t>(mark.pos);
    }

    bool is_key_next() const { return !open_.empty() && open_.back().wants_key; }

    /// The style of a scalar that is not plain and begins at `offset`.
    [[nodiscard]] YamlStyle style_at(std::size_t offset) const {
        if (text_.substr(offset).starts_with('|')) return YamlStyle::literal;
        if (text_.substr(offset).starts_with('>')) return YamlStyle::folded;
        return YamlStyle::quoted;
    }

    void refuse(const YAML::Mark& mark, std::string message) {
        findings_.error(cursor_.place_of(offset_of(mark)), std::move(message),
                        "write the value out");
    }

    YamlTape::Item& begin_node(const YAML::Mark& mark, YamlKind kind, std::string_view tag);
    [[noreturn]] void abandon_root(std::size_t offset, YamlKind kind);
    void end_node();
    void open_container(const YAML::Mark& mark, YamlKind kind, std::string_view tag);
    void close_container();
    void check_key(std::size_t offset, YamlKind kind);
    Place place_of_null(std::size_t offset);
    [[nodiscard]] bool is_null_written_at(std::size_t offset) const;
    [[nodiscard]] std::uint32_t line_of_last_text_before(std::size_t offset);
    bool report_tab_before(std::size_t offset);
    void report_second_document(std::size_t offset);

    std::string_view text_;
    TextFeed& feed_;
    FileFindings& findings_;
    PlaceCursor cursor_;
    YamlTape tape_;
    std::vector<Container> open_;
    std::size_t documents_ = 0;
    std::size_t last_offset_ = 0;      // of the last node
    std::uint32_t last_tab_line_ = 0;  // the line whose tabs were reported last
    bool last_is_quoted_ = false;      // whether the last scalar begins with a quote
    std::size_t last_scalar_ = 0;      // offset of the last scalar
};

YamlTape::Item& TapeBuilder::begin_node(const YAML::Mark& mark, YamlKind kind,
                                        std::string_view tag) {
    const std::size_t offset = offset_of(mark);
    last_offset_ = offset;
    if (feed_.gave_up()) abandon_depth();
    feed_.forget_brackets();
    if (open_.empty() && kind != YamlKind::mapping && kind != YamlKind::null)
        abandon_root(offset, kind);
    report_tab_before(offset);
    if (tag != "?" && tag != "!" && !tag.empty()) refuse(mark, "tags are not supported");
    if (is_key_next()) check_key(offset, kind);
    if (kind == YamlKind::scalar) {
        last_scalar_ = offset;
        last_is_quoted_ = offset < text_.size() && (text_[offset] == '"' || text_[offset] == '\'');
    }
    YamlTape::Item item;
    item.kind = kind;
    item.place = kind == YamlKind::null ? place_of_null(offset) : cursor_.place_of(offset);
    item.next = static_cast<std::uint32_t>(tape_.items.size()) + 1;
    return tape_.items.emplace_back(item);
}

void TapeBuilder::abandon_root(std::size_t offset, YamlKind kind) {
    findings_.error(cursor_.place_of(offset),
                    kind == YamlKind::sequence ? "the file is a list, not a mapping"
                                               : "the file is a text, not a mapping",
                    "write `key: value` lines");
    throw Abandoned{};
}

void TapeBuilder::end_node() {
    if (open_.empty() || open_.back().kind != YamlKind::mapping) return;
    open_.back().wants_key = !open_.back().wants_key;
}

void TapeBuilder::open_container(const YAML::Mark& mark, YamlKind kind, std::string_view tag) {
    const auto index = static_cast<std::uint32_t>(tape_.items.size());
    begin_node(mark, kind, tag);
    if (open_.size() >= max_yaml_depth) abandon_depth();
    open_.push_back({index, kind, kind == YamlKind::mapping, false, 0});
}

void TapeBuilder::close_container() {
    tape_.items[open_.back().item].next = static_cast<std::uint32_t>(tape_.items.size());
    open_.pop_back();
    end_node();
}

void TapeBuilder::check_key(std::size_t offset, YamlKind kind) {
    open_.back().key_offset = offset;
    if (kind == YamlKind::scalar) return;
    findings_.error(cursor_.place_of(offset),
                    kind == YamlKind::null ? "a key is missing" : "a key is no plain text",
                    "write `key: value`; put the key in quotes if it begins with a bracket or is "
                    "`~` or `null`");
}

/// Whether a null is written out at `offset`.
bool TapeBuilder::is_null_written_at(std::size_t offset) const {
    const std::string_view text = text_.substr(offset);
    constexpr std::array<std::string_view, 4> nulls{"~", "null", "Null", "NULL"};
    return std::ranges::any_of(nulls, [text](std::string_view null) {
        const std::string_view behind = text.substr(std::min(null.size(), text.size()));
        return text.starts_with(null) && (behind.empty() || behind.find_first_of(" \t\r\n") == 0);
    });
}

/// The last line before `offset` with something else on it than a comment.
std::uint32_t TapeBuilder::line_of_last_text_before(std::size_t offset) {
    std::uint32_t line = cursor_.place_of(offset).line;
    for (std::size_t end = offset;; --line) {
        const std::size_t start = text_.substr(0, end).rfind('\n') + 1;
        const std::size_t first = std::min(text_.find_first_not_of(" \t\r", start), end);
        if (start == 0 || (first < end && text_[first] != '#')) return line;
        end = start - 1;
    }
}

Place TapeBuilder::place_of_null(std::size_t offset) {
    const Place place = cursor_.place_of(offset);
    // yaml-cpp reports an item that was left out where the next thing stands.
    if (!open_.empty() && open_.back().kind == YamlKind::sequence && open_.back().is_block &&
        !is_null_written_at(offset))
        return {line_of_last_text_before(offset), tape_.items[open_.back().item].place.column};
    if (open_.empty() || open_.back().kind != YamlKind::mapping || open_.back().wants_key)
        return place;
    const std::size_t key_offset = open_.back().key_offset;
    const Place key_place = cursor_.place_of(key_offset);
    // yaml-cpp takes a last line without a colon for a key without a value, and reports both at
    // one place.
    if (open_.back().is_block && offset == key_offset &&
        tape_.items.back().kind == YamlKind::scalar)
        findings_.error(key_place, "a key without a `:`", "write `key: value`");
    return place.line == key_place.line ? place : key_place;
}

bool TapeBuilder::report_tab_before(std::size_t offset) {
    std::size_t start = offset;
    std::size_t tab = text_.size();
    while (start > 0 && is_blank(text_[start - 1])) {
        --start;
        if (text_[start] == '\t') tab = start;
    }
    const bool is_line_start = start == 0 || text_[start - 1] == '\n';
    if (!is_line_start || tab == text_.size()) return false;
    const Place place = cursor_.place_of(tab);
    if (place.line != last_tab_line_)
        findings_.error(place, "a tab is used as indentation", "indent with spaces");
    last_tab_line_ = place.line;
    return true;
}

void TapeBuilder::report_second_document(std::size_t offset) {
    const Place place = cursor_.place_of(offset);
    if (text_.substr(offset).starts_with("---"))
        findings_.error(place, "a second document begins here",
                        "a file holds one: remove the `---`, or move what follows it to a file of "
                        "its own");
    else
        findings_.error(place, "this belongs to nothing above it",
                        "begin all keys of one mapping in the same column");
}

bool TapeBuilder::report_open_quote() {
    if (!last_is_quoted_) return false;
    const char quote = text_[last_scalar_];
    for (std::size_t offset = last_scalar_ + 1; offset < text_.size(); ++offset) {
        const bool is_escape = quote == '"' && text_[offset] == '\\';
        const bool is_doubled = quote == '\'' && text_.substr(offset).starts_with("''");
        if (is_escape || is_doubled) {
            ++offset;
        } else if (text_[offset] == quote) {
            return false;
        }
    }
    findings_.error(cursor_.place_of(last_scalar_), "a quoted text that begins here never ends",
                    fmt::format("write the closing {}", quote));
    return true;
}

void TapeBuilder::report(const YAML::Exception& exception) {
    std::size_t offset = std::min(offset_of(exception.mark), text_.size());
    if (report_open_quote()) return;
    const std::size_t line_start = text_.substr(0, offset).rfind('\n') + 1;
    const std::size_t first = text_.find_first_not_of(" \t", line_start);
    if (report_tab_before(std::min(first, text_.size()))) return;
    // At the end of the file the mistake is what was left open.
    const bool is_at_end = text_.find_first_not_of(" \t\r\n", offset) == std::string_view::npos;
    const Place place = is_at_end && !open_.empty() ? tape_.items[open_.back().item].place
                                                    : cursor_.place_of(offset);
    for (const Explanation& explanation : explanations) {
        if (!exception.msg.starts_with(explanation.yaml_cpp)) continue;
        findings_.error(place, std::string(explanation.message), std::string(explanation.advice));
        return;
    }
    findings_.error(place, "not YAML: " + exception.msg, "correct the line, or quote the text");
}

/// Runs yaml-cpp over `text`; what is wrong goes to `findings`.
YamlTape build_tape(std::string_view text, FileFindings& findings) {
    TextFeed feed(text);
    std::istream stream(&feed);
    TapeBuilder builder(text, feed, findings);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
        if (feed.gave_up()) builder.abandon_depth();
        builder.report_open_quote();
    } catch (const Abandoned&) {
        return {};
    } catch (const YAML::Exception& exception) {
        builder.report(exception);
    } catch (const std::exception& exception) {
        findings.error({}, fmt::format("the file cannot be read: {}", exception.what()),
                       "make it smaller");
    }
    return builder.take_tape();
}

bool has_content(const YamlTape& tape) {
    return !tape.items.empty() && tape.items.front().kind != YamlKind::null;
}

/// The line of a file that is line number `line` of a part of it.
std::uint32_t line_in_file(std::uint32_t line, std::span<const LineGap> gaps) {
    const auto behind = std::ranges::upper_bound(gaps, line, {}, &LineGap::line);
    return behind == gaps.begin() ? line : line + std::prev(behind)->left_out;
}

}  // namespace

std::optional<YamlDocument> parse_yaml(std::string_view file, std::string_view text,
                                       std::string advice_if_empty, Diagnostics& diagnostics) {
    FileFindings findings(file, diagnostics);
    text = without_byte_order_mark(text);
    if (auto flaw = find_text_flaw(text)) {
        findings.error(flaw->place, std::move(flaw->message), std::move(flaw->advice));
        return std::nullopt;
    }
    YamlTape tape = build_tape(text, findings);
    if (findings.error_count() > 0) return std::nullopt;
    if (!has_content(tape)) {
        findings.error({}, "the file is empty", std::move(advice_if_empty));
        return std::nullopt;
    }
    return YamlDocument(std::move(tape));
}

std::optional<YamlDocument> parse_yaml_part(std::string_view text, std::span<const LineGap> gaps) {
    Diagnostics untold;
    FileFindings findings({}, untold);
    YamlTape tape = build_tape(text, findings);
    if (findings.error_count() > 0 || !has_content(tape)) return std::nullopt;
    for (YamlTape::Item& item : tape.items) item.place.line = line_in_file(item.place.line, gaps);
    return YamlDocument(std::move(tape));
}

}  // namespace arpad

#include "load/record_lines.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "dns/name.hpp"
#include "load/text_block.hpp"

namespace arpad {
namespace {

constexpr std::string_view records_key = "records:";

/// A host name as PTR records hold it, read from text.
class WireName {
public:
    /// Reads the host name that `text` has at `offset` and says how many octets of text it takes.
    /// None unless it has at least two labels of letters, digits and hyphens, and nothing that
    /// host_name_from_text() refuses or warns of. `text` must have something at `offset`.
    [[nodiscard]] std::optional<std::size_t> read(std::string_view text,
                                                  std::size_t offset) noexcept;

    /// What was read.
    [[nodiscard]] std::span<const std::uint8_t> wire() const noexcept {
        return std::span(wire_).first(octets_);
    }

private:
    [[nodiscard]] bool end_labels(BlockMask dots, std::size_t block_start) noexcept;
    [[nodiscard]] bool end_name(std::size_t written) noexcept;
    /// One octet more than the text for the first label's length, and a block that only begins
    /// within the name.
    std::array<std::uint8_t, max_name_octets + TextBlock::size> wire_{};
    std::size_t octets_ = 0;
    std::size_t label_ = 0;  // where the next label's length belongs
    std::size_t last_label_ = 0;
    std::size_t labels_ = 0;
};

std::optional<std::size_t> WireName::read(std::string_view text, std::size_t offset) noexcept {
    label_ = 0;
    labels_ = 0;
    BlockMask label_begins = 1;   // at the first octet of the block
    BlockMask hyphen_before = 0;  // as the last octet of the block before
    for (std::size_t length = 0; offset + length < text.size();) {
        const TextBlock block = TextBlock::of(text, offset + length);
        const BlockMask dots_and_more = block.equal_to('.');
        const BlockMask hyphens_and_more = block.equal_to('-');
        const BlockMask legal = dots_and_more | hyphens_and_more | block.between('a', 'z') |
                                block.between('A', 'Z') | block.between('0', '9');
        const auto octets = static_cast<std::size_t>(std::countr_one(legal));
        const BlockMask within = (BlockMask{1} << octets) - 1;
        const BlockMask dots = dots_and_more & within;
        const BlockMask hyphens = hyphens_and_more & within;
        const bool has_label_of_hyphen = (hyphens & (dots << 1 | label_begins)) != 0 ||
                                         ((hyphens << 1 | hyphen_before) & dots) != 0;
        if (has_label_of_hyphen) return std::nullopt;
        block.copy_to(&wire_[1 + length]);
        if (!end_labels(dots, length)) return std::nullopt;
        length += octets;
        if (length > max_name_octets - 1) return std::nullopt;
        if (octets < TextBlock::size || offset + length == text.size())
            return end_name(length) ? std::optional(length) : std::nullopt;
        label_begins = dots >> (TextBlock::size - 1);
        hyphen_before = hyphens >> (TextBlock::size - 1);
    }
    return std::nullopt;
}

/// Writes the length of each label that ends in a block; false if one has none or too many octets.
bool WireName::end_labels(BlockMask dots, std::size_t block_start) noexcept {
    for (; dots != 0; dots &= dots - 1) {
        const std::size_t dot = block_start + static_cast<std::size_t>(std::countr_zero(dots));
        const std::size_t octets = dot - label_;
        if (octets == 0 || octets > max_label_octets) return false;
        wire_[label_] = static_cast<std::uint8_t>(octets);
        last_label_ = label_;
        label_ = dot + 1;
        ++labels_;
    }
    return true;
}

/// Ends a name of `written` octets of text; false if it is none.
bool WireName::end_name(std::size_t written) noexcept {
    octets_ = written + 1;  // a final dot becomes the root label
    if (label_ != written) {
        if (wire_[written] == '-' || !end_labels(1, written)) return false;
        octets_ = written + 2;
    }
    if (labels_ < 2 || octets_ > max_name_octets) return false;
    wire_[octets_ - 1] = 0;
    const auto last_label = wire().subspan(last_label_ + 1, wire_[last_label_]);
    return !std::ranges::all_of(last_label,
                                [](std::uint8_t octet) { return octet >= '0' && octet <= '9'; });
}

/// The most brackets that are open at once, as far as a TextFeed sees: in any part of a text.
class BracketCount {
public:
    void count(std::string_view part) noexcept {
        for (const char letter : part) {
            if (letter == '[' || letter == '{') most_ = std::max(most_, ++open_);
            if ((letter == ']' || letter == '}') && open_ > 0) --open_;
        }
    }

    [[nodiscard]] std::size_t most() const noexcept { return most_; }

private:
    std::size_t open_ = 0;
    std::size_t most_ = 0;
};

/// The number of the line behind those that end in `text`.
std::size_t count_lines(std::string_view text) noexcept {
    std::size_t lines = 1;
    for (std::size_t offset = 0; offset < text.size(); offset += TextBlock::size) {
        const BlockMask line_ends = TextBlock::of(text, offset).equal_to('\n');
        lines += static_cast<std::size_t>(std::popcount(line_ends));
    }
    return lines;
}

/// What a line of the block is, told by its beginning.
enum class LineKind : std::uint8_t {
    empty,   ///< Nothing but spaces.
    remark,  ///< A comment alone.
    entry,   ///< In the column of the block's first entry.
    inner,   ///< Indented otherwise: goes on with what stands above it, or fits nowhere.
    behind,  ///< In the first column: the block has ended.
};

/// Goes over the lines of a text once; see scan_record_lines().
class LineScanner {
public:
    explicit LineScanner(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] std::optional<ScannedText> scan();

private:
    /// Lines that are being left out.
    struct OpenGap {
        std::size_t offset;
        std::uint32_t line;
    };

    [[nodiscard]] std::optional<std::size_t> find_records() const noexcept;
    void scan_block();
    [[nodiscard]] LineKind kind_of(std::size_t first) noexcept;
    [[nodiscard]] bool take_record(std::size_t first);
    void put_back_last_record();
    void close_gap(std::size_t offset, std::uint32_t line);
    void pass_to(std::size_t next) noexcept;

    [[nodiscard]] char at(std::size_t offset) const noexcept {
        return offset < text_.size() ? text_[offset] : '\0';
    }
    [[nodiscard]] std::uint32_t column() const noexcept {
        return static_cast<std::uint32_t>(indent_ + 1);
    }
    [[nodiscard]] std::size_t next_line(std::size_t offset) const noexcept;
    [[nodiscard]] std::optional<std::size_t> end_of_value(std::size_t offset) const noexcept;

    std::string_view text_;
    std::size_t line_start_ = 0;
    std::uint32_t line_ = 1;
    std::size_t indent_ = 0;  // of the block's entries; 0 before the first
    WireName name_;
    BracketCount brackets_;
    ScannedText result_;
    std::size_t kept_from_ = 0;  // where what is not yet in the rest begins
    std::uint32_t left_out_ = 0;
    std::optional<OpenGap> gap_;
    std::optional<OpenGap> last_record_;  // the last line if it was taken, but for empty ones
};

std::optional<ScannedText> LineScanner::scan() {
    const auto records = find_records();
    if (!records) return std::nullopt;
    line_ = static_cast<std::uint32_t>(count_lines(text_.substr(0, *records)));
    result_.records_key = {line_, 1};
    pass_to(next_line(*records));
    // Memory that is not used costs nothing, but what a vector outgrows had to be fetched.
    result_.lines.records.reserve(count_lines(text_.substr(line_start_)));
    result_.lines.names.reserve(text_.size() - line_start_);
    scan_block();
    if (result_.lines.records.empty()) return std::nullopt;
    result_.lines.column = column();
    close_gap(line_start_, line_);
    result_.rest += text_.substr(kept_from_);
    brackets_.count(text_.substr(line_start_));
    if (brackets_.most() > max_open_brackets) return std::nullopt;
    return std::move(result_);
}

/// Where the first line stands that says `records:` and nothing else.
std::optional<std::size_t> LineScanner::find_records() const noexcept {
    for (std::size_t start = 0;; ++start) {
        start = text_.find(records_key, start);
        if (start == std::string_view::npos) return std::nullopt;
        const bool begins_line = start == 0 || text_[start - 1] == '\n';
        if (begins_line && end_of_value(start + records_key.size())) return start;
    }
}

/// Takes the plain lines out of the block, up to the first line behind it.
void LineScanner::scan_block() {
    while (line_start_ < text_.size()) {
        std::size_t first = line_start_;
        while (at(first) == ' ') ++first;
        switch (kind_of(first)) {
            case LineKind::empty:
            case LineKind::remark:
                break;
            case LineKind::entry:
                if (take_record(first)) continue;
                close_gap(line_start_, line_);
                last_record_.reset();
                result_.entries.push_back({line_, column()});
                break;
            case LineKind::inner:
                put_back_last_record();
                break;
            case LineKind::behind:
                result_.behind = Place{line_, 1};
                return;
        }
        pass_to(next_line(first));
    }
}

/// What the line at `line_start_` is whose first octet that is no space stands at `first`.
LineKind LineScanner::kind_of(std::size_t first) noexcept {
    const char letter = at(first);
    if (first == text_.size() || letter == '\n' || letter == '\r') return LineKind::empty;
    if (letter == '#') return LineKind::remark;
    if (letter == '\t') return LineKind::inner;
    const std::size_t indent = first - line_start_;
    if (indent == 0) return LineKind::behind;
    if (indent_ == 0) indent_ = indent;
    // A list that is the value of a key may stand in the key's own column.
    const char next = at(first + 1);
    const bool is_item =
        letter == '-' && (next == ' ' || next == '\t' || next == '\n' || next == '\r');
    return indent != indent_ || is_item ? LineKind::inner : LineKind::entry;
}

/// Leaves the line at `line_start_` out, if it is a plain one, and goes to the next.
bool LineScanner::take_record(std::size_t first) {
    constexpr std::size_t max_key_octets = 47;  // of an address, its colon and a space
    const std::size_t space = text_.substr(first, max_key_octets).find(' ');
    if (space == std::string_view::npos || space == 0 || text_[first + space - 1] != ':')
        return false;
    const auto address = Address::from_text(text_.substr(first, space - 1));
    if (!address) return false;
    std::size_t value = first + space + 1;
    while (at(value) == ' ') ++value;
    const auto name_octets = name_.read(text_, value);
    if (!name_octets) return false;
    const auto next = end_of_value(value + *name_octets);
    if (!next) return false;
    const std::size_t names = result_.lines.names.size();
    const auto wire = name_.wire();
    result_.lines.records.push_back({address->value(), line_, static_cast<std::uint32_t>(names),
                                     static_cast<std::uint8_t>(wire.size()), address->family()});
    result_.lines.names.insert(result_.lines.names.end(), wire.begin(), wire.end());
    last_record_ = {line_start_, line_};
    if (!gap_) gap_ = last_record_;
    brackets_.count(text_.substr(value + *name_octets, *next - value - *name_octets));
    line_start_ = *next;
    ++line_;
    return true;
}

/// Keeps the last record that was taken if nothing but empty lines and comments came since: its
/// value goes on in the line at `line_start_`.
void LineScanner::put_back_last_record() {
    if (!last_record_) return;
    const PlainRecord record = result_.lines.records.back();
    result_.entries.push_back({record.line, column()});
    result_.lines.names.resize(record.name_offset);
    result_.lines.records.pop_back();
    close_gap(last_record_->offset, last_record_->line);
    last_record_.reset();
}

/// Ends the lines that are left out, if there are any, before the one at `offset`.
void LineScanner::close_gap(std::size_t offset, std::uint32_t line) {
    if (!gap_) return;
    if (line != gap_->line) {
        result_.rest += text_.substr(kept_from_, gap_->offset - kept_from_);
        left_out_ += line - gap_->line;
        result_.gaps.push_back({line - left_out_, left_out_});
        kept_from_ = offset;
    }
    gap_.reset();
}

/// Goes to the line that begins at `next`.
void LineScanner::pass_to(std::size_t next) noexcept {
    brackets_.count(text_.substr(line_start_, next - line_start_));
    line_start_ = next;
    ++line_;
}

/// Where the line behind that at `offset` begins.
std::size_t LineScanner::next_line(std::size_t offset) const noexcept {
    return std::min(text_.find('\n', offset), text_.size() - 1) + 1;
}

/// Where the next line begins, if at `offset`, behind a value, only blanks and a comment stand.
std::optional<std::size_t> LineScanner::end_of_value(std::size_t offset) const noexcept {
    if (at(offset) == '\n') return offset + 1;
    std::size_t first = offset;
    while (at(first) == ' ') ++first;
    const bool is_end = first == text_.size() || at(first) == '\n' || at(first) == '\r';
    const bool is_comment = at(first) == '#' && first != offset;
    return is_end || is_comment ? std::optional(next_line(first)) : std::nullopt;
}

}  // namespace

std::optional<ScannedText> scan_record_lines(std::string_view text) {
    return LineScanner(text).scan();
}

}  // namespace arpad

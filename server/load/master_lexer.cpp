#include "load/master_lexer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace arpad {
namespace {

bool is_blank(char letter) noexcept {
    return letter == ' ' || letter == '\t' || letter == '\r';
}

/// Whether each octet ends a word.
constexpr std::array<bool, 256> make_word_ends() {
    std::array<bool, 256> ends{};
    for (const char letter : std::string_view(" \t\r\n;()\"")) {
        ends[static_cast<unsigned char>(letter)] = true;
    }
    return ends;
}

constexpr auto word_ends = make_word_ends();

bool ends_word(char letter) noexcept {
    return word_ends[static_cast<unsigned char>(letter)];
}

bool continues_code_point(char octet) noexcept {
    return (static_cast<unsigned char>(octet) & 0xC0U) == 0x80U;
}

}  // namespace

MasterLexer::MasterLexer(std::string_view text) noexcept : text_(text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (!text_.starts_with(byte_order_mark)) return;
    at_ = byte_order_mark.size();
    line_start_ = at_;
}

bool MasterLexer::next() {
    do {
        if (at_ >= text_.size()) return false;
        read_entry();
    } while (tokens_.empty() && !flaw_);
    return true;
}

void MasterLexer::read_entry() {
    tokens_.clear();
    flaw_.reset();
    depth_ = 0;
    begins_with_blank_ = is_blank(text_[at_]);
    while (read_item()) {
    }
}

/// Reads a word, a line end or what stands between them; false at the end of the entry.
bool MasterLexer::read_item() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    if (at_ == text_.size()) {
        if (depth_ > 0) report_unclosed_parenthesis();
        return false;
    }
    switch (text_[at_]) {
        case '\n':
            if (depth_ > 0 && !lines_may_join()) {
                report_unclosed_parenthesis();
                return false;
            }
            begin_line();
            return depth_ > 0;
        case ';':
            at_ = line_end();
            break;
        case '(':
            open_parenthesis();
            break;
        case ')':
            close_parenthesis();
            break;
        case '"':
            read_quoted();
            break;
        default:
            read_word();
    }
    return !flaw_;
}

void MasterLexer::begin_line() noexcept {
    ++at_;
    ++line_;
    line_start_ = at_;
}

void MasterLexer::read_word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !ends_word(text_[at_])) {
        const bool is_escape = text_[at_] == '\\' && at_ + 1 < text_.size();
        at_ += is_escape && text_[at_ + 1] != '\n' && text_[at_ + 1] != '\r' ? 2U : 1U;
    }
    add(begin, at_ - begin);
}

void MasterLexer::read_quoted() {
    MasterToken token = here();
    token.is_quoted = true;
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\n') {
        const bool is_escape = text_[end] == '\\' && end + 1 < text_.size();
        end += is_escape && text_[end + 1] != '\n' ? 2U : 1U;
    }
    if (end >= text_.size() || text_[end] != '"') {
        stop_at_line_end(token, "the string that begins here is not closed in its line",
                         "write the second `\"`; a line end in a string is written \\010");
        return;
    }
    token.text = text_.substr(at_ + 1, end - at_ - 1);
    tokens_.push_back(token);
    at_ = end + 1;
}

void MasterLexer::open_parenthesis() {
    if (depth_ == 0) outermost_parenthesis_ = here();
    ++depth_;
    ++at_;
}

void MasterLexer::close_parenthesis() {
    if (depth_ == 0) {
        stop_at_line_end(here(), "`)` closes nothing", "remove it, or write the `(`");
        return;
    }
    --depth_;
    ++at_;
}

/// Goes on in the line behind the parenthesis.
void MasterLexer::report_unclosed_parenthesis() {
    const MasterToken where = *outermost_parenthesis_;
    at_ = where.offset;
    line_ = where.line;
    line_start_ = where.line_start;
    ++second_readings_;
    stop_at_line_end(where, "`(` is not closed", "write the `)`");
}

/// A text of many unclosed parentheses would be read over and over: behind the first few each has
/// to be closed in its line.
bool MasterLexer::lines_may_join() const noexcept {
    constexpr unsigned most_second_readings = 8;
    return second_readings_ < most_second_readings;
}

void MasterLexer::add(std::size_t begin, std::size_t octets) {
    MasterToken token = here();
    token.offset = begin;
    token.text = text_.substr(begin, octets);
    if (tokens_.size() == max_tokens && depth_ > 0) {
        report_unclosed_parenthesis();
        return;
    }
    if (tokens_.size() == max_tokens) {
        stop_at_line_end(token, "the record has too many words", "write fewer, longer words");
        return;
    }
    tokens_.push_back(token);
}

void MasterLexer::stop_at_line_end(MasterToken where, std::string message, std::string advice) {
    flaw_ = MasterLexFlaw{place_of(where), std::move(message), std::move(advice)};
    tokens_.clear();
    at_ = line_end();
    if (at_ < text_.size()) begin_line();
}

MasterToken MasterLexer::here() const noexcept {
    return {{}, false, at_, line_start_, line_};
}

std::size_t MasterLexer::line_end() const noexcept {
    return std::min(text_.find('\n', at_), text_.size());
}

Place MasterLexer::place_of(const MasterToken& token) const noexcept {
    const auto before = text_.substr(token.line_start, token.offset - token.line_start);
    const auto column =
        1 + std::ranges::count_if(before, [](char octet) { return !continues_code_point(octet); });
    return {token.line, static_cast<std::uint32_t>(column)};
}

}  // namespace arpad

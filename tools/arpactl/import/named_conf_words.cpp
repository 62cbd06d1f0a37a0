#include "import/named_conf_words.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace arpad {
namespace {

bool is_blank(char letter) noexcept {
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

bool is_sign(char letter) noexcept {
    return letter == '{' || letter == '}' || letter == ';';
}

}  // namespace

Place ConfWords::here() const noexcept {
    return {line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)};
}

void ConfWords::move_to(std::size_t at) noexcept {
    for (; at_ < at; ++at_) {
        if (text_[at_] != '\n') continue;
        ++line_;
        line_start_ = at_ + 1;
    }
}

/// Passes over white space and comments; false at the end.
bool ConfWords::skip_to_word() {
    while (at_ < text_.size()) {
        const std::string_view rest = text_.substr(at_);
        if (is_blank(rest[0])) {
            move_to(at_ + 1);
        } else if (rest[0] == '#' || rest.starts_with("//")) {
            move_to(std::min(text_.find('\n', at_), text_.size()));
        } else if (rest.starts_with("/*")) {
            const std::size_t end = text_.find("*/", at_ + 2);
            if (end == std::string_view::npos) {
                unclosed_ = here();
                return false;
            }
            move_to(end + 2);
        } else {
            return true;
        }
    }
    return false;
}

std::optional<ConfWord> ConfWords::read_string() {
    ConfWord word{{}, true, here()};
    std::size_t at = at_ + 1;
    for (; at < text_.size() && text_[at] != '"'; ++at) {
        if (text_[at] == '\\' && at + 1 < text_.size()) ++at;
        word.text += text_[at];
    }
    if (at >= text_.size()) {
        unclosed_ = word.place;
        return std::nullopt;
    }
    move_to(at + 1);
    return word;
}

std::optional<ConfWord> ConfWords::next() {
    if (!skip_to_word()) return std::nullopt;
    if (text_[at_] == '"') return read_string();
    ConfWord word{{}, false, here()};
    std::size_t end = at_ + 1;
    if (!is_sign(text_[at_])) {
        while (end < text_.size() && !is_blank(text_[end]) && !is_sign(text_[end]) &&
               text_[end] != '"') {
            ++end;
        }
    }
    word.text = text_.substr(at_, end - at_);
    move_to(end);
    return word;
}

}  // namespace arpad

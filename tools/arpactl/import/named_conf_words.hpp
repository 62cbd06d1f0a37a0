/// \file  The words of a named.conf.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "dns/name.hpp"

namespace arpad {

/// A word, a string in quotes, or one of `{`, `}` and `;`.
struct ConfWord {
    std::string text;
    bool is_quoted = false;
    Place place;

    /// Whether it is the keyword `word`, whatever its case.
    [[nodiscard]] bool is(std::string_view word) const noexcept {
        const auto lower = [](char letter) { return to_lower(static_cast<std::uint8_t>(letter)); };
        return !is_quoted && std::ranges::equal(text, word, {}, lower, lower);
    }
};

/// Goes through a named.conf word by word; comments (`#`, `//`, `/* */`) are passed over.
class ConfWords {
public:
    /// Borrows `text`.
    explicit ConfWords(std::string_view text) noexcept : text_(text) {}

    /// The next word; none at the end of the text, and where a string or comment is never closed.
    [[nodiscard]] std::optional<ConfWord> next();

    /// Where something was never closed, if that ended the text.
    [[nodiscard]] std::optional<Place> unclosed() const noexcept { return unclosed_; }

private:
    [[nodiscard]] bool skip_to_word();
    [[nodiscard]] std::optional<ConfWord> read_string();
    [[nodiscard]] Place here() const noexcept;
    void move_to(std::size_t at) noexcept;

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    std::uint32_t line_ = 1;
    std::optional<Place> unclosed_;
};

}  // namespace arpad

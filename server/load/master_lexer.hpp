/// \file  The words of a DNS master file (RFC 1035 5.1).
///
/// An entry is a line, or several lines that parentheses make one. Comments and parentheses are
/// gone from it; escapes are still in its words. A string in quotes ends in the line it begins in,
/// as BIND has it: one that is not closed would swallow what follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"

namespace arpad {

/// A word of an entry. Borrows the text.
struct MasterToken {
    std::string_view text;       ///< Without quotes, escapes not decoded.
    bool is_quoted = false;      ///< Whether it was written in quotes.
    std::size_t offset = 0;      ///< Where it begins in the text, its quote included.
    std::size_t line_start = 0;  ///< Where its line begins in the text.
    std::uint32_t line = 0;      ///< Number of its line.
};

/// Why an entry cannot be split into words, in the words of Diagnostic.
struct MasterLexFlaw {
    Place place;
    std::string message;
    std::string advice;
};

/// Goes through a text entry by entry. Work and memory are bounded by the text, whatever it is.
class MasterLexer {
public:
    /// Words that an entry may have: those of 65,535 octets in hexadecimal, each digit by itself.
    static constexpr std::size_t max_tokens = 150'000;

    /// Borrows `text`. A byte order mark at its beginning is passed over.
    explicit MasterLexer(std::string_view text) noexcept;

    /// Goes to the next entry that is not empty; false if there is none. Behind a flaw it goes on
    /// in the next line.
    [[nodiscard]] bool next();

    /// The words of the entry. Valid until the next entry is read.
    [[nodiscard]] std::span<const MasterToken> tokens() const noexcept { return tokens_; }

    /// Whether the entry begins with white space: its owner is that of the record before.
    [[nodiscard]] bool begins_with_blank() const noexcept { return begins_with_blank_; }

    /// What is wrong with the entry, if it could not be split into words.
    [[nodiscard]] const std::optional<MasterLexFlaw>& flaw() const noexcept { return flaw_; }

    /// Line and column of `token`, counted in code points.
    [[nodiscard]] Place place_of(const MasterToken& token) const noexcept;

private:
    void read_entry();
    [[nodiscard]] bool read_item();
    void begin_line() noexcept;
    void read_word();
    void read_quoted();
    void open_parenthesis();
    void close_parenthesis();
    void report_unclosed_parenthesis();
    [[nodiscard]] bool lines_may_join() const noexcept;
    void add(std::size_t begin, std::size_t octets);
    void stop_at_line_end(MasterToken where, std::string message, std::string advice);
    [[nodiscard]] MasterToken here() const noexcept;
    [[nodiscard]] std::size_t line_end() const noexcept;

    std::string_view text_;
    std::vector<MasterToken> tokens_;
    std::optional<MasterLexFlaw> flaw_;
    std::optional<MasterToken> outermost_parenthesis_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    std::uint32_t line_ = 1;
    unsigned depth_ = 0;  // of parentheses
    bool begins_with_blank_ = false;
    unsigned second_readings_ = 0;  // how often the lines behind a `(` were read anew
};

}  // namespace arpad

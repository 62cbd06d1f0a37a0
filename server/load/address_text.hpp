/// \file  Why a text is no address or prefix, for operators.
#pragma once

#include <string>
#include <string_view>

#include "reverse/prefix.hpp"

namespace arpad {

/// What is wrong and what to do about it, in the words of Diagnostic.
struct AddressFlaw {
    std::string message;
    std::string advice;
};

/// What is wrong with `text`, which Address::from_text() refuses.
[[nodiscard]] AddressFlaw explain_bad_address(std::string_view text);

/// What is wrong with `text`, which Prefix::from_text() refuses for the reason `error`.
[[nodiscard]] AddressFlaw explain_bad_prefix(std::string_view text, PrefixError error);

/// "an IPv4" or "an IPv6", to be followed by a noun.
[[nodiscard]] std::string_view with_article(Family family);

}  // namespace arpad

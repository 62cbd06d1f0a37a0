/// \file  Addresses, prefixes and ranges in messages to operators, and what is wrong with them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reverse/name_template.hpp"
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

/// What is wrong with `range`, which messages call a `noun`, if it is not wholly inside `network`.
[[nodiscard]] std::optional<AddressFlaw> explain_outside(const AddressRange& range,
                                                         std::string_view noun,
                                                         const Prefix& network);

/// `192.0.2.128/25` if `range` is a prefix, else `192.0.2.16-192.0.2.40`.
[[nodiscard]] std::string to_text(const AddressRange& range);

/// "an IPv4" or "an IPv6", to be followed by a noun.
[[nodiscard]] std::string_view with_article(Family family);

}  // namespace arpad

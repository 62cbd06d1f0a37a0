/// \file  Names, numbers and types as a master file has them (RFC 1035 5.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"

namespace arpad {

/// Why a word cannot be used, in the words of Diagnostic.
struct MasterWordFlaw {
    std::string message;
    std::string advice;
};

/// What to do about a relative name where there is no origin.
inline constexpr std::string_view full_names_advice = "write full names ending in a dot";

/// Reads a name: absolute with a final dot, else below `origin`; `@` is the origin itself. Case is
/// kept. Without an origin only absolute names are accepted.
[[nodiscard]] Result<Name, MasterWordFlaw> name_from_master_text(std::string_view text,
                                                                 const std::optional<Name>& origin);

/// Reads `3600` or, as BIND does, `1h30m`. None if `text` is no such number; `text` that is one but
/// is over 2147483647 gives a flaw.
[[nodiscard]] std::optional<Result<Ttl, MasterWordFlaw>> ttl_from_master_text(
    std::string_view text);

/// The seconds of `3600` or `1h30m`, up to 4294967295; none for anything else.
[[nodiscard]] std::optional<std::uint32_t> seconds_from_master_text(std::string_view text) noexcept;

/// The class that `text` names, whatever its case: a mnemonic or CLASS and a number.
[[nodiscard]] std::optional<RrClass> class_from_text(std::string_view text) noexcept;

/// The type that `text` names, whatever its case: a mnemonic or TYPE and a number.
[[nodiscard]] std::optional<RrType> type_from_text(std::string_view text);

/// "PTR", "DNSKEY", or "TYPE65280" where there is no mnemonic: knows more types than to_text().
[[nodiscard]] std::string to_mnemonic(RrType type);

}  // namespace arpad

/// \file  What may be done with a query, before any zone is looked at.
#pragma once

#include <cstdint>
#include <optional>

#include "dns/message.hpp"
#include "dns/types.hpp"

namespace arpad {

/// What to do with a query.
struct Verdict {
    enum class Kind : std::uint8_t {
        ignore,         ///< Send nothing.
        reject,         ///< Send `rcode` alone.
        tell_identity,  ///< Class CH: about the server itself.
        look_up,        ///< Class IN: from the zones.
    };

    Kind kind = Kind::ignore;
    Rcode rcode = Rcode::no_error;               ///< For `reject`.
    std::optional<ExtendedError> extended = {};  ///< For `reject`.
};

/// Judges `query`. No allocation.
[[nodiscard]] Verdict judge(const Query& query) noexcept;

}  // namespace arpad

/// \file  What may be done with a query, before any zone is looked at.
#pragma once

#include <cstdint>
#include <optional>

#include "answer/request.hpp"
#include "dns/message.hpp"
#include "dns/types.hpp"

namespace arpad {

/// What to do with a query.
struct Verdict {
    enum class Kind : std::uint8_t {
        ignore,         ///< Send nothing.
        reject,         ///< Send `rcode` alone.
        give_cookie,    ///< There is no question: a cookie is asked for (RFC 7873 5.4).
        tell_identity,  ///< Class CH: about the server itself.
        look_up,        ///< Class IN: from the zones.
        transfer,       ///< Class IN: a whole zone, or what has changed in it.
        take_notice,    ///< A zone is said to have changed at its primary (RFC 1996).
        take_update,    ///< A zone is to be changed (RFC 2136).
    };

    Kind kind = Kind::ignore;
    Rcode rcode = Rcode::no_error;               ///< For `reject`.
    std::optional<ExtendedError> extended = {};  ///< For `reject`.
};

/// Judges `query`, which came over `transport`. No allocation.
[[nodiscard]] Verdict judge(const Query& query, Transport transport) noexcept;

}  // namespace arpad

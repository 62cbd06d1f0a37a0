/// \file  Another nameserver, as the operator writes it.
#pragma once

#include <optional>
#include <vector>

#include "dns/name.hpp"
#include "reverse/endpoint.hpp"

namespace arpad {

/// See above.
struct Remote {
    Endpoint endpoint;
    std::optional<Name> key;       ///< What messages to it are signed with; in lower case.
    bool is_arpad = false;         ///< Of a primary: it is arpad, and sends ranges as they are.
    std::optional<Name> tls = {};  ///< Of a primary: it is asked over TLS, and has this name.

    bool operator==(const Remote&) const = default;
};

/// Who is told of new versions of a zone.
struct NotifyList {
    std::vector<Remote> remotes;
    bool has_nameservers = false;  ///< The zone's NS too, but the one that its SOA names.

    bool operator==(const NotifyList&) const = default;
};

}  // namespace arpad

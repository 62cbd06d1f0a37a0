/// \file  What is known of a zone before anything in it is.
#pragma once

#include <optional>

#include "dns/name.hpp"
#include "reverse/prefix.hpp"
#include "zone/transfer_policy.hpp"

namespace arpad {

/// See above.
struct ZoneFrame {
    Name apex;                   ///< In lower case.
    std::optional<Prefix> base;  ///< Aligned prefix that the apex stands for, if it does.
    TransferPolicy transfer;     ///< Where it comes from, and who may take it from us.

    bool operator==(const ZoneFrame&) const = default;
};

}  // namespace arpad

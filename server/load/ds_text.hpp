/// \file  DS records as operators copy them from a child's zone (RFC 4034 5.3).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// Why a text is no DS record, in the words of Diagnostic.
struct DsFlaw {
    std::string message;
    std::string advice;
};

/// Reads `KEYTAG ALGORITHM DIGESTTYPE DIGEST` as RDATA (RFC 4034 5.1). The numbers are decimal, the
/// digest is hexadecimal and may have blanks in it. A digest of a type whose length is known (1, 2
/// and 4) must have that length.
[[nodiscard]] Result<Rdata, DsFlaw> ds_from_text(std::string_view text);

}  // namespace arpad

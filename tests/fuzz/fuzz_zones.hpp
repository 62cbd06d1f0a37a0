/// \file  The zones that the fuzz targets ask for: nested networks of both families, RFC 2317
///        children, ranges, wildcards, DNAMEs, cuts with and without glue, loops, a zone that is
///        broken, and a name with more PTRs than UDP carries.
#pragma once

#include "answer/responder.hpp"

namespace arpad {

/// A responder for these zones, with every identity configured, whose time stands still.
[[nodiscard]] Responder make_fuzz_responder();

}  // namespace arpad

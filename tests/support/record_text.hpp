/// \file  Records for tests, written as in a master file and read by ldns: another implementation
///        than ours.
#pragma once

#include <string_view>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// One record.
struct RecordText {
    Name owner;
    Ttl ttl;
    RrType type = RrType::txt;
    Rdata rdata;
};

/// The record that `line` is: `OWNER [TTL] TYPE RDATA`. Names are relative to `origin`, "@" is the
/// origin itself; without a TTL it is `ttl`. Throws if ldns cannot read it.
[[nodiscard]] RecordText read_record(std::string_view line, NameView origin, Ttl ttl = {3600});

}  // namespace arpad

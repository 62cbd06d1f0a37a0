/// \file  An update (RFC 2136) that a worker hands over.
#pragma once

#include <chrono>
#include <memory>

#include "crypto/tsig.hpp"
#include "support/query_maker.hpp"
#include "support/signing.hpp"

namespace arpad {

/// The key that the updates below are signed with.
inline TsigKey update_key() {
    return {*Name::from_text("key.example"), TsigAlgorithm::hmac_sha256, Secret(Octets(32, 7))};
}

/// One of the zone of `snapshot_with`, without changes.
inline Octets signed_update() {
    Octets message = ask("2.0.192.in-addr.arpa", RrType::soa).opcode(Opcode::update).octets();
    TsigRequester requester(std::make_shared<const TsigKey>(update_key()));
    sign(requester, message, tsig_time(std::chrono::system_clock::now()));
    return message;
}

}  // namespace arpad

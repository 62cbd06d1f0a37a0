/// \file  A signed UPDATE (RFC 2136) on its way to those who make changes, and the reply to it.
///
/// Beside the query path: it keeps the message, and allocates.
/// Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "answer/encode.hpp"
#include "answer/identity.hpp"
#include "answer/request.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/tsig.hpp"
#include "dns/name.hpp"
#include "zone/update.hpp"

namespace arpad {

/// What came of an update.
struct UpdateResult {
    Rcode rcode = Rcode::no_error;
    std::string text;  ///< Why it was not made, for people (RFC 8914 2); empty if it was.
    std::optional<std::chrono::seconds> lease = {};  ///< That was granted (RFC 9664).
};

/// See above.
class PendingUpdate {
public:
    /// Keeps `request`, which is an UPDATE without defects that `tsig` has found to be signed.
    /// `answers` is what the reply tells, its NSID in the `identity`.
    PendingUpdate(const Request& request, TsigReplier tsig,
                  std::shared_ptr<const Identity> identity, const EdnsAnswers& answers);

    [[nodiscard]] const Address& client() const noexcept { return client_; }

    /// What is signed, and how.
    struct Signature {
        Digest
            content;  ///< Messages that differ in what is not signed, as their ids, have the same.
        std::chrono::system_clock::time_point time;
        std::chrono::seconds fudge;  ///< It is good for so long before and after its time.
    };

    [[nodiscard]] Signature signature() const;

    /// Who has signed it.
    [[nodiscard]] const Name& key() const noexcept { return key_; }

    /// What it asks for, for the holder of `policy`. The error is of a message that RFC 2136 2
    /// does not allow.
    [[nodiscard]] Result<Update, UpdateRefusal> read(const UpdatePolicy& policy) const;

    /// The reply that says what came of it, signed at `now`. Once.
    [[nodiscard]] std::vector<std::uint8_t> reply(const UpdateResult& result,
                                                  std::chrono::system_clock::time_point now);

private:
    std::vector<std::uint8_t> message_;
    Transport transport_;
    Address client_;
    TsigReplier tsig_;
    Name key_;
    std::shared_ptr<const Identity> identity_;
    EdnsAnswers answers_;
};

}  // namespace arpad

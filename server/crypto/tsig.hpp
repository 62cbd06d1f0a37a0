/// \file  TSIG (RFC 8945): messages signed with a key that both sides have.
///
/// A message is given as it is on the wire. Beside the query path: it allocates.
/// Threads: keys are immutable; the rest is one thread's at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"
#include "dns/name.hpp"
#include "dns/tsig_record.hpp"
#include "dns/types.hpp"

namespace arpad {

/// How messages are signed (RFC 8945 6).
enum class TsigAlgorithm : std::uint8_t { hmac_sha1, hmac_sha256, hmac_sha384, hmac_sha512 };

/// "hmac-sha256", which is also the algorithm's name on the wire.
[[nodiscard]] std::string_view to_text(TsigAlgorithm algorithm) noexcept;

/// Reads "hmac-sha256" and the like, in any case.
[[nodiscard]] std::optional<TsigAlgorithm> tsig_algorithm_from_text(std::string_view text);

/// Octets of a whole MAC.
[[nodiscard]] std::size_t mac_octets(TsigAlgorithm algorithm) noexcept;

/// A key that we share with others.
struct TsigKey {
    Name name;  ///< In lower case.
    TsigAlgorithm algorithm = TsigAlgorithm::hmac_sha256;
    Secret secret;

    bool operator==(const TsigKey&) const = default;
};

/// All keys of a server.
class Keyring {
public:
    /// No keys.
    Keyring() = default;

    /// Takes `keys`, no two with one name.
    explicit Keyring(std::vector<TsigKey> keys);

    /// The key called `name`, in any case; null if there is none.
    [[nodiscard]] std::shared_ptr<const TsigKey> find(NameView name) const noexcept;

private:
    std::vector<std::shared_ptr<const TsigKey>> keys_;  // by name
};

/// Time as TSIG counts it: seconds since 1970.
[[nodiscard]] std::uint64_t tsig_time(std::chrono::system_clock::time_point time) noexcept;

/// The server's side of an exchange: a request that has been checked, and what is replied to it.
class TsigReplier {
public:
    /// Checks the record `tsig` of the `request` that it ends, at the time `now` (RFC 8945 5.2).
    TsigReplier(const Keyring& keys, std::span<const std::uint8_t> request, const TsigRecord& tsig,
                std::uint64_t now);

    /// Whether the MAC has a length that none may have: then the reply is FORMERR, without TSIG.
    [[nodiscard]] bool is_malformed() const noexcept { return is_malformed_; }

    /// What is wrong with the request; then the reply is NOTAUTH.
    [[nodiscard]] TsigError error() const noexcept { return error_; }

    /// Who has signed the request; null if nobody has who is known.
    [[nodiscard]] const TsigKey* signer() const noexcept {
        return error_ == TsigError::none && !is_malformed_ ? key_.get() : nullptr;
    }

    /// Octets that signing adds to each reply, at most.
    [[nodiscard]] std::size_t added_octets() const noexcept;

    /// Signs the reply in the first `octets` octets of `buffer`, which has room for what that adds.
    /// Of several replies to a request each is signed with respect to the one before (RFC 8945
    /// 5.3.1). Returns how many octets the reply has now.
    [[nodiscard]] std::size_t sign(std::span<std::uint8_t> buffer, std::size_t octets,
                                   std::uint64_t now);

private:
    [[nodiscard]] TsigError check(std::span<const std::uint8_t> request, const TsigRecord& tsig,
                                  std::uint64_t now);

    std::shared_ptr<const TsigKey> key_;  // null if it is not known
    bool is_malformed_ = false;
    TsigError error_ = TsigError::none;
    NameBuffer key_name_;  // as the request has them
    std::vector<std::uint8_t> algorithm_;
    std::uint64_t request_time_ = 0;
    std::vector<std::uint8_t> last_mac_;  // of the request, then of the last reply
    bool is_first_ = true;
};

/// The client's side of an exchange: a request that is signed, and the replies that are checked.
class TsigRequester {
public:
    /// An exchange that is signed with `key`.
    explicit TsigRequester(std::shared_ptr<const TsigKey> key);

    /// As TsigReplier's.
    [[nodiscard]] std::size_t added_octets() const noexcept;
    [[nodiscard]] std::size_t sign(std::span<std::uint8_t> buffer, std::size_t octets,
                                   std::uint64_t now);

    /// What is wrong with a reply.
    enum class Failure : std::uint8_t {
        malformed,     ///< The message, or its TSIG record, cannot be read.
        no_record,     ///< It has none where it has to have one.
        wrong_key,     ///< It is signed with another key or algorithm.
        wrong_mac,     ///< It is not what was signed.
        wrong_time,    ///< It was signed too long before or after.
        remote_error,  ///< The other side says that something is wrong: see `remote_error()`.
    };

    /// Checks the next message of the reply (RFC 8945 5.3.1, 5.4). Of several the first has to be
    /// signed, and at least every hundredth, and the last one, which `is_complete()` tells.
    [[nodiscard]] std::optional<Failure> check(std::span<const std::uint8_t> message,
                                               std::uint64_t now);

    /// Whether the last message that was checked was signed: only then may it be the last one.
    [[nodiscard]] bool is_complete() const noexcept { return pending_.empty() && !is_first_; }

    /// What the TSIG record of the last message says went wrong on the other side.
    [[nodiscard]] TsigError remote_error() const noexcept { return remote_error_; }

private:
    std::shared_ptr<const TsigKey> key_;
    std::vector<std::uint8_t> last_mac_;
    std::vector<std::uint8_t> pending_;  // messages without a TSIG since the last one with
    unsigned unsigned_messages_ = 0;
    bool is_first_ = true;
    TsigError remote_error_ = TsigError::none;
};

/// "the key is not known" and the like.
[[nodiscard]] std::string_view to_text(TsigError error) noexcept;
[[nodiscard]] std::string_view to_text(TsigRequester::Failure failure) noexcept;

/// The TSIG record of a message.
struct FoundTsig {
    bool is_intact = false;  ///< The message can be read, and has no TSIG record but at its end.
    std::optional<TsigRecord> record = {};
};

/// The TSIG record that ends `message`, if it has one.
[[nodiscard]] FoundTsig find_tsig(std::span<const std::uint8_t> message) noexcept;

}  // namespace arpad

/// \file  The spine: a message in, a reply out.
///
/// One Responder per worker, used by that worker's thread alone. It knows no socket, so it is
/// tested, fuzzed and benchmarked as it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "answer/encode.hpp"
#include "answer/identity.hpp"
#include "answer/pending_update.hpp"
#include "answer/policy.hpp"
#include "answer/request.hpp"
#include "crypto/cookie.hpp"
#include "crypto/tsig.hpp"
#include "transfer/outgoing_transfer.hpp"
#include "zone/snapshot.hpp"

namespace arpad {

/// See above. Own cache lines: no worker writes where another reads.
class alignas(64) Responder {
public:
    using Clock = std::chrono::system_clock::time_point (*)();

    /// Answers from `snapshot` until another is adopted, without keys and without cookies. `clock`
    /// tells the time that signatures and cookies are checked against.
    Responder(std::shared_ptr<const Snapshot> snapshot, std::shared_ptr<const Identity> identity,
              Clock clock = &std::chrono::system_clock::now);

    /// Answers from `snapshot` from now on. Returns the one before, to be freed elsewhere.
    [[nodiscard]] std::shared_ptr<const Snapshot> adopt(std::shared_ptr<const Snapshot> snapshot);

    /// Knows `keys` from now on, and no others.
    void adopt(std::shared_ptr<const Keyring> keys) { keys_ = std::move(keys); }

    /// Gives cookies of `cookies` from now on, and takes them back; null: it knows of no cookies.
    void adopt(std::shared_ptr<const CookieJar> cookies) { cookies_ = std::move(cookies); }

    /// Calls `take(apex, from)` with each zone that somebody who may says has changed at its
    /// primary; `apex` is borrowed.
    void tell_notices_to(std::function<void(NameView apex, const Address& from)> take) {
        take_notice_ = std::move(take);
    }

    /// Accepts signed updates, which are to be taken with `take_update`. Before the first request.
    void accept_updates() noexcept { accepts_updates_ = true; }

    /// What it answers from.
    [[nodiscard]] const Snapshot& snapshot() const noexcept { return *snapshot_; }

    /// Prepares for `messages`, which are about to be responded to one after the other. Changes
    /// nothing but the time that takes.
    void expect(std::span<const std::span<const std::uint8_t>> messages) const noexcept;

    /// Answers `request` in `buffer`, which holds at least 1232 octets for UDP and 65,535 for TCP
    /// and does not overlap the request. Takes no lock, logs nothing, and allocates nothing but for
    /// requests with a TSIG record, transfers, notices and updates.
    [[nodiscard]] Outcome respond(const Request& request, std::span<std::uint8_t> buffer) noexcept;

    /// Replies to `request`, which came by UDP and has an answer, without that: in a way that has
    /// the client ask again and prove that it is there. By BADCOOKIE, with a cookie, if it takes
    /// cookies, else truncated, for it to come by TCP. Otherwise like `respond`.
    [[nodiscard]] Outcome ask_for_proof(const Request& request,
                                        std::span<std::uint8_t> buffer) noexcept;

    /// The transfer that the last request has led to.
    [[nodiscard]] std::unique_ptr<OutgoingTransfer> take_transfer() noexcept {
        return std::move(transfer_);
    }

    /// The update that the last request is.
    [[nodiscard]] std::unique_ptr<PendingUpdate> take_update() noexcept {
        return std::move(update_);
    }

    /// As `respond`, but without the short way for plain questions (answer/plain_answer). Both give
    /// the same reply; this is there to be compared.
    [[nodiscard]] Outcome respond_the_long_way(const Request& request,
                                               std::span<std::uint8_t> buffer) noexcept;

private:
    class Chain;

    struct Client;

    [[nodiscard]] Client client_of(const Request& request, const Query& query) const noexcept;
    [[nodiscard]] Outcome respond_signed(const Request& request, const Query& query,
                                         const Client& client, Verdict verdict,
                                         std::span<std::uint8_t> buffer);
    [[nodiscard]] Outcome carry_out(const Verdict& verdict, const Request& request,
                                    const Query& query, const Client& client,
                                    std::optional<TsigReplier>& tsig, Reply& reply) noexcept;
    [[nodiscard]] Outcome transfer(const Request& request, const Query& query,
                                   std::optional<TsigReplier>& tsig, Reply& reply) noexcept;
    [[nodiscard]] Outcome take_notice(const Request& request, const Question& question,
                                      const std::optional<TsigReplier>& tsig,
                                      Reply& reply) const noexcept;
    [[nodiscard]] Outcome take_update(const Request& request, const Question& question,
                                      const Client& client, std::optional<TsigReplier>& tsig,
                                      Reply& reply);
    [[nodiscard]] Outcome give_cookie(const Query& query, const Client& client,
                                      Reply& reply) const noexcept;
    [[nodiscard]] const Zone* find_apex(NameView apex) const noexcept;
    [[nodiscard]] Outcome tell_identity(const Question& question, Reply& reply) const noexcept;
    [[nodiscard]] Outcome answer_from_zones(const Request& request, const Question& question,
                                            const std::optional<TsigReplier>& tsig,
                                            Reply& reply) const noexcept;

    std::shared_ptr<const Snapshot> snapshot_;
    std::shared_ptr<const Identity> identity_;
    std::shared_ptr<const Keyring> keys_;
    std::shared_ptr<const CookieJar> cookies_;  // null: off
    Clock clock_;
    std::unique_ptr<OutgoingTransfer> transfer_;
    std::unique_ptr<PendingUpdate> update_;
    bool accepts_updates_ = false;
    std::function<void(NameView apex, const Address& from)> take_notice_;
};

}  // namespace arpad

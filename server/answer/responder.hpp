/// \file  The spine: a message in, a reply out.
///
/// One Responder per worker, used by that worker's thread alone. It knows no socket, so it is
/// tested, fuzzed and benchmarked as it is.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "answer/encode.hpp"
#include "answer/identity.hpp"
#include "answer/policy.hpp"
#include "answer/request.hpp"
#include "zone/snapshot.hpp"

namespace arpad {

/// See above. Own cache lines: no worker writes where another reads.
class alignas(64) Responder {
public:
    /// Answers from `snapshot` until another is adopted.
    Responder(std::shared_ptr<const Snapshot> snapshot, std::shared_ptr<const Identity> identity);

    /// Answers from `snapshot` from now on. Returns the one before, to be freed elsewhere.
    [[nodiscard]] std::shared_ptr<const Snapshot> adopt(std::shared_ptr<const Snapshot> snapshot);

    /// What it answers from.
    [[nodiscard]] const Snapshot& snapshot() const noexcept { return *snapshot_; }

    /// Prepares for `messages`, which are about to be responded to one after the other. Changes
    /// nothing but the time that takes.
    void expect(std::span<const std::span<const std::uint8_t>> messages) const noexcept;

    /// Answers `request` in `buffer`, which holds at least 1232 octets for UDP and 65,535 for TCP
    /// and does not overlap the request. Allocates nothing, takes no lock, logs nothing.
    [[nodiscard]] Outcome respond(const Request& request,
                                  std::span<std::uint8_t> buffer) const noexcept;

    /// As `respond`, but without the short way for plain questions (answer/plain_answer). Both give
    /// the same reply; this is there to be compared.
    [[nodiscard]] Outcome respond_the_long_way(const Request& request,
                                               std::span<std::uint8_t> buffer) const noexcept;

private:
    class Chain;

    [[nodiscard]] Outcome carry_out(const Verdict& verdict, const Query& query,
                                    Reply& reply) const noexcept;
    [[nodiscard]] Outcome tell_identity(const Question& question, Reply& reply) const noexcept;
    [[nodiscard]] Outcome answer_from_zones(const Question& question, Reply& reply) const noexcept;

    std::shared_ptr<const Snapshot> snapshot_;
    std::shared_ptr<const Identity> identity_;
};

}  // namespace arpad

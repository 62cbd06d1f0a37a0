/// \file  Makes the updates (RFC 2136) that workers have taken.
///
/// The way of an update: a worker has found it signed and hands it over, here it is read and its
/// key looked up, the reloader's thread makes it, and the reply goes back to the worker.
/// Threads: the main one, unless said otherwise.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "app/credentials.hpp"
#include "app/recent_updates.hpp"
#include "app/reloader.hpp"
#include "base/log.hpp"
#include "crypto/digest.hpp"
#include "net/pending_updates.hpp"

namespace arpad {

/// How many updates were answered, by rcode.
using UpdateCounts = std::map<Rcode, std::uint64_t>;

/// See above.
class UpdateService {
public:
    UpdateService(boost::asio::io_context& io, Reloader& reloader) : io_(io), reloader_(reloader) {}
    UpdateService(const UpdateService&) = delete;
    UpdateService& operator=(const UpdateService&) = delete;

    /// Who may do what from now on.
    void adopt(std::shared_ptr<const UpdatePolicies> policies) { policies_ = std::move(policies); }

    /// What workers hand updates to; any thread.
    [[nodiscard]] PendingUpdates::Make maker();

    [[nodiscard]] const UpdateCounts& counts() const noexcept { return counts_; }

private:
    using Done = std::function<void(const UpdateResult&)>;

    void take(const std::shared_ptr<PendingUpdate>& update, const Done& done);
    void make(const PendingUpdate& update, const Done& done);
    void note(const PendingUpdate& update, const UpdateResult& result);
    [[nodiscard]] std::optional<UpdateResult> refuse(
        const PendingUpdate& update, const PendingUpdate::Signature& signature) const;

    boost::asio::io_context& io_;
    Reloader& reloader_;
    std::shared_ptr<const UpdatePolicies> policies_ = std::make_shared<const UpdatePolicies>();
    std::map<Name, RecentUpdates, CanonicalLess> recent_;  // by key
    std::map<Digest, std::vector<Done>> under_way_;  // who waits, by what is signed of the message
    UpdateCounts counts_{{Rcode::no_error, 0}, {Rcode::refused, 0}};  // told from the start
    LogThrottle throttle_;
};

}  // namespace arpad

/// \file  Who sends a request to the API or the page, and whether that is believed.
///
/// Programs show a token (RFC 6750 2.1). Browsers show a cookie; what they are made to send by
/// other sites is told from what the page sends by where it comes from (RFC 6454 7). Threads: one
/// at a time.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "control/attempt_limit.hpp"
#include "control/http_request.hpp"
#include "load/server_config.hpp"
#include "state/access_store.hpp"
#include "zone/change.hpp"

namespace arpad {

/// Somebody who is believed.
struct Visitor {
    Caller caller;
    Channel channel = Channel::api;

    [[nodiscard]] const Grant& grant() const noexcept { return caller.grant; }
};

/// See above.
class Access {
public:
    using Clock = std::chrono::system_clock::time_point (*)();

    /// `store` outlives it.
    Access(AccessStore& store, const WebConfig& config,
           Clock clock = &std::chrono::system_clock::now);

    /// Why a request is not even looked at; none if it may be. Whoever has a name lead to us that
    /// is theirs (DNS rebinding) gets nothing.
    [[nodiscard]] std::optional<HttpReply> refuse(const HttpRequest& request) const;

    /// Who shows something that is believed with `request`. For what they may do, `identify` has
    /// the say.
    [[nodiscard]] std::optional<Caller> find_caller(const HttpRequest& request);

    /// Who sends `request`; else the reply that it gets.
    [[nodiscard]] Result<Visitor, HttpReply> identify(const HttpRequest& request);

    /// Opens a session for whoever has `secret`, a token's or a link's. The value of Set-Cookie, or
    /// the reply that the request gets.
    [[nodiscard]] Result<std::string, HttpReply> sign_in(const HttpRequest& request,
                                                         std::string_view secret);

    /// Ends the session of `request`, if it has one. The value of Set-Cookie.
    [[nodiscard]] std::string sign_out(const HttpRequest& request);

    /// The secret of a link that signs in to `account`, on behalf of `maker`, within `lifetime`.
    [[nodiscard]] std::string create_link(const std::string& account, const Caller& maker,
                                          std::chrono::seconds lifetime);

private:
    [[nodiscard]] AccessStore::Time now() const;
    [[nodiscard]] std::string cookie(std::string_view value, std::chrono::seconds lifetime) const;
    [[nodiscard]] std::string_view cookie_name() const noexcept;
    [[nodiscard]] bool comes_from_page(const HttpRequest& request) const;
    [[nodiscard]] HttpReply note_failure(const Prefix& client);

    AccessStore& store_;
    const WebConfig& config_;
    Clock clock_;
    AttemptLimit attempts_;
};

}  // namespace arpad

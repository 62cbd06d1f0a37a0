#include "control/access.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/url/parse.hpp>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "control/api_support.hpp"
#include "net/connection_limits.hpp"

namespace arpad {
namespace {

bool is_same_text(std::string_view left, std::string_view right) {
    return boost::algorithm::iequals(left, right, std::locale::classic());
}

/// The client that `request` comes from: a proxy on this machine says for whom it asks.
Prefix sender_of(const HttpRequest& request) {
    if (!request.client) return {};
    Address client = *request.client;
    if (const auto forwarded = request.header("x-forwarded-for");
        forwarded && client.is_loopback()) {
        std::string_view last = *forwarded;
        last.remove_prefix(last.find_last_of(", ") + 1);  // npos + 1 is 0
        client = Address::from_text(last).value_or(client);
    }
    return ConnectionLimits::Client(client).host;
}

/// Whether `authority` is an address or the loopback's name: neither can be made to lead here by
/// somebody else.
bool is_unmistakable(std::string_view authority) {
    const auto parsed = boost::urls::parse_authority(authority);
    if (!parsed) return false;
    const auto type = parsed->host_type();
    return type == boost::urls::host_type::ipv4 || type == boost::urls::host_type::ipv6 ||
           is_same_text(parsed->encoded_host(), "localhost");
}

/// The token that `request` shows; none if it shows none.
std::optional<std::string_view> token_in(const HttpRequest& request) {
    constexpr std::string_view scheme = "Bearer ";
    const auto authorization = request.header("authorization");
    if (!authorization || !boost::algorithm::istarts_with(*authorization, scheme)) {
        return std::nullopt;
    }
    return authorization->substr(scheme.size());
}

bool changes_something(const HttpRequest& request) {
    return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

HttpReply unknown_visitor(std::string_view detail) {
    HttpReply reply = problem_reply(401, "who are you?", detail);
    reply.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"arpad\"");
    return reply;
}

}  // namespace

Access::Access(AccessStore& store, const WebConfig& config, Clock clock)
    : store_(store), config_(config), clock_(clock) {}

AccessStore::Time Access::now() const {
    return std::chrono::time_point_cast<std::chrono::seconds>(clock_());
}

std::string_view Access::cookie_name() const noexcept {
    // Browsers take it only over TLS, and only for this host (RFC 6265bis 4.1.3).
    return config_.is_secure ? "__Host-arpad" : "arpad";
}

std::optional<HttpReply> Access::refuse(const HttpRequest& request) const {
    const auto host = request.header("host");
    const bool is_ours =
        host && ((!config_.authority.empty() && is_same_text(*host, config_.authority)) ||
                 is_unmistakable(*host));
    if (is_ours) return std::nullopt;
    return problem_reply(421, "not here",
                         "this server is not called so: its operator has to write `url` in `web`");
}

std::optional<Caller> Access::find_caller(const HttpRequest& request) {
    if (const auto token = token_in(request)) return store_.find_token(*token, now());
    const auto session = request.cookie(cookie_name());
    return session ? store_.find_session(*session, now()) : std::nullopt;
}

Result<Visitor, HttpReply> Access::identify(const HttpRequest& request) {
    if (request.header("authorization")) {
        if (const auto token = token_in(request)) {
            if (auto caller = store_.find_token(*token, now())) {
                return Visitor{std::move(*caller), Channel::api};
            }
        }
        return note_failure(sender_of(request));
    }
    const auto session = request.cookie(cookie_name());
    auto caller = session ? store_.find_session(*session, now()) : std::nullopt;
    if (!caller) {
        return unknown_visitor("sign in, or send a token: `Authorization: Bearer TOKEN`");
    }
    if (changes_something(request) && !comes_from_page(request)) {
        log_refusal(fmt::format("{} {} with a session's cookie, and not from the page",
                                request.method, request.target));
        return problem_reply(403, "not from the page",
                             "what changes something is to be sent by the page itself");
    }
    return Visitor{std::move(*caller), Channel::page};
}

Result<std::string, HttpReply> Access::sign_in(const HttpRequest& request,
                                               std::string_view secret) {
    if (!comes_from_page(request)) {
        return problem_reply(403, "not from the page", "sign in on the page itself");
    }
    auto caller = store_.find_token(secret, now());
    if (!caller) caller = store_.use_link(secret, now());
    if (!caller) return note_failure(sender_of(request));
    spdlog::info("web: {} signs in", caller->who);
    return cookie(store_.open_session(*caller, now(), config_.session), config_.session);
}

std::string Access::sign_out(const HttpRequest& request) {
    if (const auto session = request.cookie(cookie_name())) store_.close_session(*session);
    return cookie("", std::chrono::seconds(0));
}

std::string Access::create_link(const std::string& account, const Caller& maker,
                                std::chrono::seconds lifetime) {
    return store_.create_link(account, maker, now(), lifetime);
}

std::string Access::cookie(std::string_view value, std::chrono::seconds lifetime) const {
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", cookie_name(),
                       value, lifetime.count(), config_.is_secure ? "; Secure" : "");
}

/// Browsers say where a request that changes something comes from, and scripts of other sites
/// cannot have them say otherwise.
bool Access::comes_from_page(const HttpRequest& request) const {
    if (const auto site = request.header("sec-fetch-site"); site && *site != "same-origin") {
        return false;
    }
    const auto origin = request.header("origin");
    const auto host = request.header("host");
    if (!origin || !host) return false;
    const auto url = boost::urls::parse_uri(*origin);
    return url && is_same_text(url->encoded_host_and_port(), *host);
}

/// Whoever shows a secret that is one is believed, however often others with the same address have
/// shown what is none: of secrets of 256 bits none is found by trying. Who goes on trying is told
/// to wait, and fills no log.
HttpReply Access::note_failure(const Prefix& client) {
    const auto now = std::chrono::steady_clock::now();
    if (!attempts_.admits(client, now)) {
        HttpReply reply =
            problem_reply(429, "too many attempts", "wait for a minute, then try again once");
        reply.headers.emplace_back("Retry-After", std::to_string(AttemptLimit::window.count()));
        return reply;
    }
    attempts_.note_failure(client, now);
    spdlog::warn("web: {} shows a token or link that is of no use", client.to_text());
    return unknown_visitor(
        "the token or link is unknown, used, revoked or expired: get another one");
}

}  // namespace arpad

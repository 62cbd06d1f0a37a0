/// \file  Any octets as what an HTTP client sends: in one piece and in small ones they mean the
/// same; nobody is believed without a secret, and a browser only where the page has it ask.
///
/// The first octet gives the size of the pieces. In headers TOKEN and SESSION stand for secrets
/// that are known.

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/invariant.hpp"
#include "control/access.hpp"
#include "control/api_requests.hpp"
#include "control/http_message.hpp"
#include "control/http_routes.hpp"
#include "support/own_directory.hpp"

namespace arpad {
namespace {

/// A request as far as it has come.
struct Received {
    std::optional<HttpHead> head;
    std::string body;
    bool is_done = false;

    bool operator==(const Received& other) const {
        const auto same_head = [](const HttpHead& left, const HttpHead& right) {
            return left.request.method == right.request.method &&
                   left.request.target == right.request.target &&
                   left.request.headers == right.request.headers && left.segments == right.segments;
        };
        return is_done == other.is_done && body == other.body &&
               head.has_value() == other.head.has_value() &&
               (!head || same_head(*head, *other.head));
    }
};

/// Reads the request that `octets` begin with, in pieces of `piece` octets.
Received receive(std::span<const std::uint8_t> octets, std::size_t piece) {
    constexpr std::uint64_t max_body_octets = 1U << 16U;
    HttpParser parser;
    bound_headers(parser);
    parser.body_limit(max_body_octets);
    parser.eager(true);
    boost::beast::flat_buffer buffer;
    boost::beast::error_code error;
    Received received;
    while (!octets.empty() && !parser.is_done()) {
        const auto next = octets.first(std::min(piece, octets.size()));
        octets = octets.subspan(next.size());
        std::ranges::copy(next, static_cast<std::uint8_t*>(buffer.prepare(next.size()).data()));
        buffer.commit(next.size());
        const std::size_t used = parser.put(buffer.data(), error);
        if (error == boost::beast::http::error::need_more) error = {};
        if (error) return {};
        buffer.consume(used);
    }
    if (!parser.is_done()) return {};
    received.is_done = true;
    received.head = read_head(parser);
    received.body = parser.get().body();
    return received;
}

/// Where one token and one session are known.
class Door {
public:
    Door() {
        spdlog::set_level(spdlog::level::off);
        config_.authority = "names.example.net";
    }

    /// Lets `request` in, or does not.
    void open(HttpRequest request) {
        bool has_secret = false;
        for (auto& [name, value] : request.headers) {
            const std::string sent = value;
            boost::replace_all(value, "TOKEN", token_);
            boost::replace_all(value, "SESSION", session_);
            has_secret = has_secret || value != sent;
        }
        request.client = Address::from_text("127.0.0.1");
        if (!access_.refuse(request)) {
            ensure(request.header("host").has_value(), "whom nobody has asked for does not answer");
        }
        const auto visitor = access_.identify(request);
        ensure(!visitor || has_secret, "nobody is believed without a secret");
        const bool is_of_browser = visitor && visitor->channel == Channel::page;
        const bool only_looks =
            request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
        if (is_of_browser && !only_looks) {
            const auto site = request.header("sec-fetch-site");
            ensure(request.header("origin") && (!site || *site == "same-origin"),
                   "a browser changes something only for the page");
        }
        ensure(!access_.sign_in(request, request.body), "nobody signs in without a secret");
    }

private:
    using Store = AccessStore;

    [[nodiscard]] static Store::Time now() {
        return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
    }

    [[nodiscard]] std::string make_session() {
        const auto caller = store_.find_token(token_, now());
        ensure(caller.has_value(), "a token that was made is known");
        return store_.open_session(*caller, now(), std::chrono::years(1));
    }

    test::OwnDirectory directory_;
    Store store_{directory_.path()};
    WebConfig config_;
    Access access_{store_, config_};
    std::string token_ = store_.create_token("fuzz", {Role::staff, {}}, now(), std::nullopt).secret;
    std::string session_ = make_session();
};

/// Everything that is looked at before a handler is called.
void look_at(HttpRequest request, const std::vector<std::string>& segments,
             const std::string& body) {
    static const HttpRoutes routes = [] {
        HttpRoutes all;
        const HttpHandler nothing = [](const HttpRequest&, const HttpRespond&) {};
        all.add("GET", "/api/v1/addresses", nothing);
        all.add("PUT", "/api/v1/addresses/{}", nothing);
        all.add("POST", "/api/v1/changes/{}/undo", nothing);
        return all;
    }();
    const auto found = routes.find(request.method, segments);
    ensure(found.handler == nullptr || !found.methods.empty(), "a route has its methods");
    for (const std::string& part : found.parts) {
        const std::string encoded = percent_encoded(part);
        const auto target = read_target("/changes/" + encoded);
        ensure(target && target->segments == std::vector<std::string>{"changes", part},
               "what is decoded can be encoded");
    }
    (void)request.cookie("session");
    (void)request.media_type();
    if (const auto match = request.header("if-match")) (void)read_tag(*match);
    if (const auto query = read_book_query(request)) {
        ensure(query->limit >= 1 && query->limit <= max_rows_per_page, "a page is not too large");
    }
    (void)read_form(body);
    request.body = body;
    (void)read_wishes(request);
    static Door door;
    door.open(request);
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    constexpr std::size_t max_octets = 64 * 1024;
    if (size < 2 || size > max_octets) return 0;
    const std::span<const std::uint8_t> octets(data + 1, size - 1);
    const Received whole = receive(octets, octets.size());
    const Received pieces = receive(octets, 1U + data[0]);
    if (whole.is_done && pieces.is_done) {
        ensure(whole == pieces, "the request does not depend on how it is cut");
    }
    if (whole.head) look_at(whole.head->request, whole.head->segments, whole.body);
    return 0;
}

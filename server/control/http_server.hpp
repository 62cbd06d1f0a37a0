/// \file  HTTP over a Unix socket, for the operator's tools, or over TCP, with or without TLS, for
/// all others.
///
/// Who may connect to the Unix socket is the file system's to say: it belongs to the user that runs
/// arpad, and that user and its group may use it. What the requests do is added by others.
/// Threads: one, that of its io_context.
#pragma once

#include <sys/types.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "control/body_room.hpp"
#include "control/http_request.hpp"
#include "control/http_routes.hpp"
#include "crypto/tls.hpp"
#include "load/server_config.hpp"
#include "net/listen_sockets.hpp"

namespace arpad {

/// Bounds on what clients may do.
struct HttpLimits {
    unsigned connections = 64;
    unsigned connections_per_client = 64;            ///< Per IPv4 address or IPv6 /64.
    std::uint64_t body_octets = 1U << 20U;           ///< Of a request of anybody.
    std::uint64_t long_bodies_octets = 256U << 20U;  ///< Of all longer bodies together.
    std::chrono::seconds patience{30};  ///< For a request to come, or a reply to be taken.
};

/// See above.
class HttpServer {
public:
    using Respond = HttpRespond;
    using Handler = HttpHandler;

    /// Looks at a request before its body has come; a reply of it is sent, and the body not read.
    using Gate = std::function<std::optional<HttpReply>(const HttpRequest&)>;

    /// What is granted to a request whose body has not come yet.
    struct BodyGrant {
        std::uint64_t octets = 0;
        std::string holder;  ///< Who sends it: gets a quarter of the room for long ones at most.
        BodyRoom::Sender sender = BodyRoom::Sender::customer;
    };

    /// Asked only where the body may be longer than the limits grant to anybody.
    using BodyLimit = std::function<BodyGrant(const HttpRequest&)>;

    /// What becomes of a server that listens at a path already.
    enum class Other : std::uint8_t { is_respected, is_replaced };

    /// Listens at `path`, where a socket may have been left over. The error says what failed, and
    /// what to do about it.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> open(
        boost::asio::io_context& io, const std::filesystem::path& path,
        Other other = Other::is_respected);

    /// Listens at `endpoint`, over TCP.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> open(
        boost::asio::io_context& io, const Endpoint& endpoint, const HttpLimits& limits = {});

    /// Listens on a TCP socket of another process.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> adopt(
        boost::asio::io_context& io, SharedAcceptor shared, const HttpLimits& limits = {});

    ~HttpServer();  ///< Removes the Unix socket. Sessions that are open come to their end.
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Where it listens over TCP; it has a port.
    [[nodiscard]] Endpoint endpoint() const;

    /// Its TCP socket, for another process.
    [[nodiscard]] SharedAcceptor share();

    /// Whether its Unix socket stands where it was made.
    [[nodiscard]] bool is_in_place() const;

    /// Leaves further requests to others who have its socket.
    void stop_accepting();

    /// Has connections that are made from now on use TLS with `context`.
    void offer_tls(TlsContext context);

    /// Has every reply carry these headers.
    void set_headers(std::vector<std::pair<std::string, std::string>> headers);

    void set_gate(Gate gate);

    /// For longer bodies than the limits grant.
    void set_body_limit(BodyLimit limit);

    /// As HttpRoutes::add.
    void add(std::string method, std::string_view path, Handler handler);

private:
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;
    struct Shared;
    template <class Stream>
    class Session;

    HttpServer(boost::asio::io_context& io, const HttpLimits& limits);
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> serve(
        boost::asio::io_context& io, Result<boost::asio::ip::tcp::acceptor, ListenFailure> acceptor,
        const HttpLimits& limits);
    void listen_at(const std::filesystem::path& path);
    void accept();
    void pause_accepting(const boost::system::error_code& error);
    void begin(boost::asio::generic::stream_protocol::socket socket);

    std::filesystem::path path_;     // of the Unix socket; empty if there is none
    std::pair<dev_t, ino_t> bound_;  // what stands there, if nobody has put another in its place
    std::shared_ptr<Acceptor> acceptor_;  // gone with the server: what it accepts then is dropped
    LogThrottle throttle_;
    std::shared_ptr<Shared> shared_;  // what open sessions share
};

}  // namespace arpad

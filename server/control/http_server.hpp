/// \file  HTTP over a Unix socket, for the operator's tools, or over TCP, for those that measure.
///
/// Who may connect to the Unix socket is the file system's to say: it belongs to the user that runs
/// arpad, and that user and its group may use it. What the requests do is added by app/.
/// Threads: one, that of its io_context.
#pragma once

#include <sys/types.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "load/server_config.hpp"
#include "net/listen_sockets.hpp"

namespace arpad {

/// A reply to a request.
struct HttpReply {
    unsigned status = 200;  ///< RFC 9110 15.
    std::string body;
    std::string type = "application/json";
};

/// What went wrong, as a problem document (RFC 9457); `detail` says what to do.
[[nodiscard]] HttpReply problem_reply(unsigned status, std::string_view title,
                                      std::string_view detail);

/// See above.
class HttpServer {
public:
    /// Takes the reply, once, then or later, on the thread of the server. The client may be gone.
    using Respond = std::function<void(HttpReply)>;

    /// Handles a request with this body.
    using Handler = std::function<void(const std::string& body, Respond respond)>;

    /// What becomes of a server that listens at a path already.
    enum class Other : std::uint8_t { is_respected, is_replaced };

    /// Listens at `path`, where a socket may have been left over. The error says what failed, and
    /// what to do about it.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> open(
        boost::asio::io_context& io, const std::filesystem::path& path,
        Other other = Other::is_respected);

    /// Listens at `endpoint`, over TCP.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> open(
        boost::asio::io_context& io, const Endpoint& endpoint);

    /// Listens on a TCP socket of another process.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> adopt(
        boost::asio::io_context& io, SharedAcceptor shared);

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

    /// Handles requests of `method` for `target`, such as GET and /v1/status.
    void add(std::string method, std::string target, Handler handler);

private:
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;
    class Routes;
    class Session;

    explicit HttpServer(boost::asio::io_context& io);
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>, std::string> serve(
        boost::asio::io_context& io,
        Result<boost::asio::ip::tcp::acceptor, ListenFailure> acceptor);
    void listen_at(const std::filesystem::path& path);
    void accept();

    std::filesystem::path path_;     // of the Unix socket; empty if there is none
    std::pair<dev_t, ino_t> bound_;  // what stands there, if nobody has put another in its place
    std::shared_ptr<Acceptor> acceptor_;  // gone with the server: what it accepts then is dropped
    std::shared_ptr<Routes> routes_;      // which open sessions share
    std::shared_ptr<std::size_t> sessions_;  // that are open
};

}  // namespace arpad

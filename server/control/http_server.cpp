#include "control/http_server.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <type_traits>

#include "control/http_message.hpp"
#include "net/connection_limits.hpp"
#include "net/endpoints.hpp"
#include "net/listen_sockets.hpp"

namespace arpad {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using UnixProtocol = asio::local::stream_protocol;
using asio::generic::stream_protocol;

using PlainStream = beast::basic_stream<stream_protocol>;
using TlsStream = asio::ssl::stream<PlainStream>;

constexpr std::size_t passed_over_at_once = 64 * 1024;
constexpr std::uint64_t max_passed_over_octets = 64U << 20U;
constexpr mode_t socket_mode = 0660;
constexpr std::chrono::milliseconds accept_pause{100};

/// Who has opened a connection.
struct Sender {
    std::optional<uid_t> user;      // over a Unix socket
    std::optional<Address> client;  // over TCP
};

/// None if the connection is gone already.
std::optional<Sender> sender_of(stream_protocol::socket& socket) {
    boost::system::error_code error;
    const auto remote = socket.remote_endpoint(error);
    if (error) return std::nullopt;
    if (remote.protocol().family() == AF_UNIX) {
        ucred credentials{};
        socklen_t octets = sizeof credentials;
        const int result =
            ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &octets);
        return result == 0 ? std::optional(Sender{credentials.uid, {}}) : std::nullopt;
    }
    sockaddr_storage address{};
    std::memcpy(&address, remote.data(), std::min(remote.size(), sizeof address));
    return Sender{{}, endpoint_of(address).address};
}

std::string failure_at(const std::filesystem::path& path, std::string_view reason,
                       std::string_view advice) {
    return fmt::format("control socket {}: {}\n  {}", path.string(), reason, advice);
}

/// What tells the file at `path` from any other; none if there is none.
std::optional<std::pair<dev_t, ino_t>> identity_of(const std::filesystem::path& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return std::nullopt;
    return std::pair(found.st_dev, found.st_ino);
}

/// Whether somebody listens at `path`.
bool is_alive(asio::io_context& io, const std::filesystem::path& path) {
    UnixProtocol::socket socket(io);
    boost::system::error_code error;
    socket.connect(UnixProtocol::endpoint(path.string()), error);
    return !error;
}

}  // namespace

/// What sessions share with each other, and with the server as long as that lives.
struct HttpServer::Shared {
    explicit Shared(const HttpLimits& bounds)
        : limits(bounds),
          long_bodies(bounds.long_bodies_octets),
          clients({.connections = bounds.connections,
                   .connections_per_client = bounds.connections_per_client,
                   .connections_per_prefix =
                       std::max(bounds.connections_per_client, bounds.connections / 2)}) {}

    HttpLimits limits;
    BodyRoom long_bodies;
    ConnectionLimits clients;
    TlsContext tls;  // null: without TLS
    HttpRoutes routes;
    Gate gate;
    BodyLimit body_limit;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// One connection: requests and replies in turn. It may outlive the server.
template <class Stream>
class HttpServer::Session : public std::enable_shared_from_this<HttpServer::Session<Stream>> {
public:
    Session(Stream stream, std::shared_ptr<Shared> shared, ConnectionLimits::Place place,
            const Sender& sender)
        : shared_(std::move(shared)),
          place_(std::move(place)),
          sender_(sender),
          stream_(std::move(stream)) {}

    void start() {
        if constexpr (is_encrypted) {
            lowest().expires_after(shared_->limits.patience);
            stream_.async_handshake(asio::ssl::stream_base::server,
                                    [self = this->shared_from_this()](beast::error_code error) {
                                        if (!error) self->read();
                                    });
        } else {
            read();
        }
    }

private:
    static constexpr bool is_encrypted = !std::is_same_v<Stream, PlainStream>;

    PlainStream& lowest() {
        if constexpr (is_encrypted) {
            return stream_.next_layer();
        } else {
            return stream_;
        }
    }

    void read() {
        lowest().expires_after(shared_->limits.patience);
        parser_.emplace();
        bound_headers(*parser_);
        http::async_read_header(
            stream_, buffer_, *parser_,
            [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                if (error) {
                    self->refuse(error);
                } else {
                    self->judge();
                }
            });
    }

    /// Decides what becomes of a request whose headers have come.
    void judge() {
        const auto& message = parser_->get();
        keeps_alive_ = message.keep_alive();
        is_head_ = message.method() == http::verb::head;
        auto head = read_head(*parser_);
        if (!head) {
            end_with(problem_reply(400, "no such resource", "the target of the request is broken"));
            return;
        }
        request_ = std::move(head->request);
        segments_ = std::move(head->segments);
        request_.user = sender_.user;
        request_.client = sender_.client;
        if (shared_->gate) {
            if (auto reply = shared_->gate(request_)) {
                end_with(std::move(*reply));
                return;
            }
        }
        const auto length = parser_->content_length();
        const bool is_long = length && *length > shared_->limits.body_octets;
        grant_ = {shared_->limits.body_octets, {}};
        if ((is_long || parser_->chunked()) && shared_->body_limit) {
            grant_ = shared_->body_limit(request_);
        }
        parser_->body_limit(grant_.octets);
        if (length && *length > grant_.octets) {
            refuse(http::error::body_limit);
        } else if (is_long && !take_room(*length)) {
            refuse_for_now();
        } else if (message[http::field::expect].empty()) {
            read_body();
        } else {
            ask_for_body();
        }
    }

    /// Whether there is room for a long body of `octets` octets, which then is taken.
    bool take_room(std::uint64_t octets) {
        auto room = shared_->long_bodies.take(grant_.holder, grant_.sender, octets);
        if (room) room_.emplace(std::move(*room));
        return room.has_value();
    }

    /// What a request has brought is needed no more.
    void forget_body() {
        parser_.reset();
        request_.body = std::string();
        room_.reset();
    }

    /// The client waits for a word before it sends the body (RFC 9110 10.1.1).
    void ask_for_body() {
        static constexpr std::string_view word = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(stream_, asio::buffer(word),
                          [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                              if (!error) self->read_body();
                          });
    }

    /// How long a body in chunks will be nobody knows before it is.
    void read_body() {
        if (parser_->is_done()) {
            handle();
            return;
        }
        parser_->eager(true);
        http::async_read_some(
            stream_, buffer_, *parser_,
            [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                if (error) {
                    self->refuse(error);
                } else if (self->has_room()) {
                    self->read_body();
                } else {
                    self->refuse_for_now();
                }
            });
    }

    /// Whether what has come of a body may be kept: if it is long, room for all of it is taken.
    bool has_room() {
        const bool is_long = parser_->get().body().size() > shared_->limits.body_octets;
        return !is_long || room_ || take_room(grant_.octets);
    }

    void refuse_for_now() {
        HttpReply reply = problem_reply(503, "too much at once",
                                        "other long requests are under way: try again soon");
        reply.headers.emplace_back("Retry-After", "5");
        end_with(std::move(reply));
    }

    /// Says what is wrong with a request that cannot be read, unless the client is gone.
    void refuse(beast::error_code error) {
        if (error == http::error::body_limit) {
            end_with(
                problem_reply(413, "too much at once",
                              fmt::format("send at most {} octets in a request", grant_.octets)));
        } else if (error == http::error::header_limit) {
            end_with(
                problem_reply(431, "too long headers",
                              fmt::format("send at most {} octets of headers", max_header_octets)));
        } else if (error.category() == make_error_code(http::error::bad_method).category() &&
                   error != http::error::end_of_stream && error != http::error::partial_message) {
            end_with(problem_reply(400, "no HTTP", "send HTTP/1.1 requests (RFC 9112)"));
        } else if (error == http::error::end_of_stream) {
            end();
        }
    }

    void end_with(HttpReply reply) {
        keeps_alive_ = false;
        is_unread_ = true;
        send(std::move(reply));
    }

    void handle() {
        lowest().expires_never();  // a reload takes as long as it takes
        request_.body = std::move(parser_->get().body());
        auto found = shared_->routes.find(is_head_ ? "GET" : request_.method, segments_);
        if (found.handler != nullptr) {
            request_.parts = std::move(found.parts);
            (*found.handler)(request_, [self = this->shared_from_this()](HttpReply reply) {
                self->send(std::move(reply));
            });
        } else if (!found.methods.empty()) {
            HttpReply reply = problem_reply(405, "wrong method",
                                            fmt::format("use {} for this resource", found.methods));
            reply.headers.emplace_back("Allow", found.methods);
            send(std::move(reply));
        } else {
            send(problem_reply(404, "no such resource",
                               fmt::format("{} is not known: use an arpactl of this version, or "
                                           "look into the description of the API",
                                           request_.target)));
        }
    }

    void send(HttpReply reply) {
        lowest().expires_after(shared_->limits.patience);
        reply_head_ = head_octets(reply, shared_->headers, keeps_alive_);
        reply_body_ = is_head_ ? std::string() : std::move(reply.body);
        asio::async_write(stream_, std::array{asio::buffer(reply_head_), asio::buffer(reply_body_)},
                          [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                              self->go_on(error);
                          });
    }

    void go_on(beast::error_code error) {
        if (error) return;
        forget_body();
        if (keeps_alive_) {
            read();
        } else {
            end();
        }
    }

    void end() {
        lowest().expires_after(shared_->limits.patience);
        boost::system::error_code ignored;  // the client may be gone
        if (is_unread_) {
            lowest().socket().shutdown(stream_protocol::socket::shutdown_send, ignored);
            pass_over(0);
        } else if constexpr (is_encrypted) {
            stream_.async_shutdown([self = this->shared_from_this()](beast::error_code) {});
        } else {
            stream_.socket().shutdown(stream_protocol::socket::shutdown_both, ignored);
        }
    }

    /// Takes what the client still sends: who is cut off while sending does not read the reply
    /// (RFC 9112 9.6).
    void pass_over(std::uint64_t octets) {
        if (octets > max_passed_over_octets) return;
        buffer_.consume(buffer_.size());
        lowest().async_read_some(
            buffer_.prepare(passed_over_at_once),
            [self = this->shared_from_this(), octets](beast::error_code error, std::size_t more) {
                if (!error) self->pass_over(octets + more);
            });
    }

    std::shared_ptr<Shared> shared_;
    ConnectionLimits::Place place_;
    Sender sender_;
    Stream stream_;
    beast::flat_buffer buffer_;
    std::optional<HttpParser> parser_;
    std::optional<BodyRoom::Place> room_;
    std::string reply_head_;
    std::string reply_body_;
    HttpRequest request_;
    std::vector<std::string> segments_;  // of its target
    BodyGrant grant_;                    // of its body
    bool keeps_alive_ = false;
    bool is_unread_ = false;  // the client may be sending yet
    bool is_head_ = false;
};

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::open(asio::io_context& io,
                                                                  const std::filesystem::path& path,
                                                                  Other other) {
    if (path.native().size() >= sizeof(sockaddr_un::sun_path)) {
        return failure_at(path, "the path is too long for a socket",
                          "choose a `state` directory with a shorter path");
    }
    if (other == Other::is_respected && is_alive(io, path)) {
        return failure_at(path, "another arpad listens there", "give each a `state` of its own");
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {  // left over from a crash
        const int reason = errno;
        return failure_at(path, std::strerror(reason),
                          reason == EISDIR
                              ? "remove what is there"
                              : "make the `state` directory writable for the user that runs arpad");
    }
    try {
        std::unique_ptr<HttpServer> server(new HttpServer(io, HttpLimits()));
        server->listen_at(path);
        return server;
    } catch (const boost::system::system_error& error) {
        return failure_at(path, error.code().message(),
                          "make the `state` directory writable for the user that runs arpad");
    }
}

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::open(asio::io_context& io,
                                                                  const Endpoint& endpoint,
                                                                  const HttpLimits& limits) {
    return serve(io, open_acceptor(io, endpoint), limits);
}

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::adopt(asio::io_context& io,
                                                                   SharedAcceptor shared,
                                                                   const HttpLimits& limits) {
    return serve(io, adopt_acceptor(io, std::move(shared)), limits);
}

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::serve(
    asio::io_context& io, Result<asio::ip::tcp::acceptor, ListenFailure> acceptor,
    const HttpLimits& limits) {
    if (!acceptor) return acceptor.error().to_text();
    std::unique_ptr<HttpServer> server(new HttpServer(io, limits));
    *server->acceptor_ = std::move(*acceptor);
    server->accept();
    return server;
}

HttpServer::HttpServer(asio::io_context& io, const HttpLimits& limits)
    : acceptor_(std::make_shared<Acceptor>(io)), shared_(std::make_shared<Shared>(limits)) {}

void HttpServer::listen_at(const std::filesystem::path& path) {
    acceptor_->open(UnixProtocol());
    // Nobody gets in while it has a name and not yet its mode.
    ::fchmod(acceptor_->native_handle(), 0);
    acceptor_->bind(UnixProtocol::endpoint(path.string()));
    path_ = path;
    bound_ = identity_of(path_).value_or(std::pair<dev_t, ino_t>());
    ::chmod(path_.c_str(), socket_mode);
    acceptor_->listen();
    accept();
}

HttpServer::~HttpServer() {
    if (!path_.empty() && is_in_place()) ::unlink(path_.c_str());
}

bool HttpServer::is_in_place() const {
    return identity_of(path_) == bound_;
}

Endpoint HttpServer::endpoint() const {
    sockaddr_storage address{};
    const auto local = acceptor_->local_endpoint();
    std::memcpy(&address, local.data(), std::min(local.size(), sizeof address));
    return endpoint_of(address);
}

SharedAcceptor HttpServer::share() {
    return {endpoint(), Descriptor::copy_of(acceptor_->native_handle())};
}

void HttpServer::stop_accepting() {
    boost::system::error_code ignored;  // there is nothing left to be done about it
    acceptor_->close(ignored);
}

void HttpServer::offer_tls(TlsContext context) {
    shared_->tls = std::move(context);
}

void HttpServer::set_headers(std::vector<std::pair<std::string, std::string>> headers) {
    shared_->headers = std::move(headers);
}

void HttpServer::set_gate(Gate gate) {
    shared_->gate = std::move(gate);
}

void HttpServer::set_body_limit(BodyLimit limit) {
    shared_->body_limit = std::move(limit);
}

void HttpServer::add(std::string method, std::string_view path, Handler handler) {
    shared_->routes.add(std::move(method), path, std::move(handler));
}

void HttpServer::accept() {
    acceptor_->async_accept(
        [this, acceptor = std::weak_ptr(acceptor_)](const boost::system::error_code& error,
                                                    stream_protocol::socket socket) {
            const auto open = acceptor.lock();
            if (!open || !open->is_open() || error == asio::error::operation_aborted) return;
            if (error) {
                pause_accepting(error);
                return;
            }
            begin(std::move(socket));
            accept();
        });
}

/// Out of descriptors or memory: trying again at once would only spin.
void HttpServer::pause_accepting(const boost::system::error_code& error) {
    if (throttle_.admits(std::chrono::steady_clock::now())) {
        spdlog::warn("accepting HTTP connections: {} ({} more such errors not shown)",
                     error.message(), throttle_.take_suppressed());
    }
    const auto pause = std::make_shared<asio::steady_timer>(acceptor_->get_executor());
    pause->expires_after(accept_pause);
    pause->async_wait([this, pause, acceptor = std::weak_ptr(acceptor_)](const auto& cancelled) {
        const auto open = acceptor.lock();
        if (!cancelled && open && open->is_open()) accept();
    });
}

/// Begins a session, unless there are too many.
void HttpServer::begin(stream_protocol::socket socket) {
    auto sender = sender_of(socket);
    if (!sender) return;
    // All users of a Unix socket are one client.
    auto place = shared_->clients.enter(sender->client.value_or(Address()));
    if (!place) return;
    PlainStream stream(std::move(socket));
    if (!shared_->tls) {
        std::make_shared<Session<PlainStream>>(std::move(stream), shared_, std::move(*place),
                                               *sender)
            ->start();
        return;
    }
    SSL* const connection = new_tls_server(shared_->tls);
    if (connection == nullptr) return;
    std::make_shared<Session<TlsStream>>(TlsStream(std::move(stream), connection), shared_,
                                         std::move(*place), *sender)
        ->start();
}

}  // namespace arpad

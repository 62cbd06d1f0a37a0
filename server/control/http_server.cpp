#include "control/http_server.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <optional>

#include "net/endpoints.hpp"
#include "net/listen_sockets.hpp"

namespace arpad {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using UnixProtocol = asio::local::stream_protocol;
using asio::generic::stream_protocol;

constexpr std::size_t max_sessions = 64;
constexpr std::uint64_t max_body_octets = 1 << 20;
constexpr std::chrono::seconds patience{30};
constexpr mode_t socket_mode = 0660;

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

HttpReply problem_reply(unsigned status, std::string_view title, std::string_view detail) {
    boost::json::object problem;
    problem["title"] = title;
    problem["status"] = status;
    problem["detail"] = detail;
    return {status, boost::json::serialize(problem), "application/problem+json"};
}

/// What is done with which requests.
class HttpServer::Routes {
public:
    void add(std::string method, std::string target, Handler handler) {
        handlers_.emplace(std::pair(std::move(target), std::move(method)), std::move(handler));
    }

    /// Null if there is none.
    [[nodiscard]] const Handler* find(std::string_view method, std::string_view target) const {
        const auto found = handlers_.find(std::pair(std::string(target), std::string(method)));
        return found == handlers_.end() ? nullptr : &found->second;
    }

    /// Whether there is one for any method.
    [[nodiscard]] bool knows(std::string_view target) const {
        return std::ranges::any_of(handlers_,
                                   [&](const auto& entry) { return entry.first.first == target; });
    }

private:
    std::map<std::pair<std::string, std::string>, Handler> handlers_;  // by target and method
};

/// One connection: a request, a reply, the end. It may outlive the server.
class HttpServer::Session : public std::enable_shared_from_this<HttpServer::Session> {
public:
    Session(stream_protocol::socket socket, const HttpServer& server)
        : stream_(std::move(socket)), routes_(server.routes_), count_(server.sessions_) {
        ++*count_;
    }
    ~Session() { --*count_; }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void start() {
        stream_.expires_after(patience);
        parser_.body_limit(max_body_octets);
        http::async_read(stream_, buffer_, parser_,
                         [self = shared_from_this()](beast::error_code error, std::size_t) {
                             if (!error) self->handle();
                         });
    }

private:
    void handle() {
        stream_.expires_never();  // a reload takes as long as it takes
        const auto& request = parser_.get();
        const std::string method(request.method_string());
        const std::string target(request.target());
        if (const Handler* const handler = routes_->find(method, target)) {
            (*handler)(request.body(), [self = shared_from_this()](HttpReply reply) {
                self->send(std::move(reply));
            });
        } else if (routes_->knows(target)) {
            send(problem_reply(405, "wrong method",
                               fmt::format("{} cannot be used with {}", method, target)));
        } else {
            send(problem_reply(
                404, "no such resource",
                fmt::format("{} is not known: use an arpactl of this version", target)));
        }
    }

    void send(HttpReply reply) {
        stream_.expires_after(patience);
        response_.result(reply.status);
        response_.version(parser_.get().version());
        response_.keep_alive(false);
        response_.set(http::field::content_type, reply.type);
        response_.body() = std::move(reply.body);
        response_.prepare_payload();
        http::async_write(
            stream_, response_, [self = shared_from_this()](beast::error_code, std::size_t) {
                boost::system::error_code ignored;  // the client may be gone
                self->stream_.socket().shutdown(stream_protocol::socket::shutdown_both, ignored);
            });
    }

    beast::basic_stream<stream_protocol> stream_;
    std::shared_ptr<const Routes> routes_;
    std::shared_ptr<std::size_t> count_;
    beast::flat_buffer buffer_;
    http::request_parser<http::string_body> parser_;
    http::response<http::string_body> response_;
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
        std::unique_ptr<HttpServer> server(new HttpServer(io));
        server->listen_at(path);
        return server;
    } catch (const boost::system::system_error& error) {
        return failure_at(path, error.code().message(),
                          "make the `state` directory writable for the user that runs arpad");
    }
}

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::open(asio::io_context& io,
                                                                  const Endpoint& endpoint) {
    return serve(io, open_acceptor(io, endpoint));
}

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::adopt(asio::io_context& io,
                                                                   SharedAcceptor shared) {
    return serve(io, adopt_acceptor(io, std::move(shared)));
}

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::serve(
    asio::io_context& io, Result<asio::ip::tcp::acceptor, ListenFailure> acceptor) {
    if (!acceptor) return acceptor.error().to_text();
    std::unique_ptr<HttpServer> server(new HttpServer(io));
    *server->acceptor_ = std::move(*acceptor);
    server->accept();
    return server;
}

HttpServer::HttpServer(asio::io_context& io)
    : acceptor_(std::make_shared<Acceptor>(io)),
      routes_(std::make_shared<Routes>()),
      sessions_(std::make_shared<std::size_t>(0)) {}

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

void HttpServer::add(std::string method, std::string target, Handler handler) {
    routes_->add(std::move(method), std::move(target), std::move(handler));
}

void HttpServer::accept() {
    acceptor_->async_accept(
        [this, acceptor = std::weak_ptr(acceptor_)](const boost::system::error_code& error,
                                                    stream_protocol::socket socket) {
            if (acceptor.expired() || error == asio::error::operation_aborted) return;
            if (!error && *sessions_ < max_sessions) {
                std::make_shared<Session>(std::move(socket), *this)->start();
            }
            accept();
        });
}

}  // namespace arpad

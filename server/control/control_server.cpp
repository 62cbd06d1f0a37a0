#include "control/control_server.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <optional>

namespace arpad {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::local::stream_protocol;

constexpr std::size_t max_sessions = 64;
constexpr std::uint64_t max_body_octets = 1 << 20;
constexpr std::chrono::seconds patience{30};
constexpr mode_t socket_mode = 0660;

std::string failure_at(const std::filesystem::path& path, std::string_view reason,
                       std::string_view advice) {
    return fmt::format("control socket {}: {}\n  {}", path.string(), reason, advice);
}

/// Whether somebody listens at `path`.
bool is_alive(asio::io_context& io, const std::filesystem::path& path) {
    stream_protocol::socket socket(io);
    boost::system::error_code error;
    socket.connect(stream_protocol::endpoint(path.string()), error);
    return !error;
}

}  // namespace

ControlReply problem_reply(unsigned status, std::string_view title, std::string_view detail) {
    const boost::json::object problem{{"title", title}, {"status", status}, {"detail", detail}};
    return {status, boost::json::serialize(problem), "application/problem+json"};
}

/// One connection: a request, a reply, the end.
class ControlServer::Session : public std::enable_shared_from_this<ControlServer::Session> {
public:
    Session(stream_protocol::socket socket, const ControlServer& server)
        : stream_(std::move(socket)), server_(server), count_(server.sessions_) {
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
        if (const Handler* const handler = server_.find(method, target)) {
            (*handler)(request.body(), [self = shared_from_this()](ControlReply reply) {
                self->send(std::move(reply));
            });
        } else if (server_.knows(target)) {
            send(problem_reply(405, "wrong method",
                               fmt::format("{} cannot be used with {}", method, target)));
        } else {
            send(problem_reply(
                404, "no such resource",
                fmt::format("{} is not known: use an arpactl of this version", target)));
        }
    }

    void send(ControlReply reply) {
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
    const ControlServer& server_;
    std::shared_ptr<std::size_t> count_;
    beast::flat_buffer buffer_;
    http::request_parser<http::string_body> parser_;
    http::response<http::string_body> response_;
};

Result<std::unique_ptr<ControlServer>, std::string> ControlServer::open(
    asio::io_context& io, const std::filesystem::path& path) {
    if (path.native().size() >= sizeof(sockaddr_un::sun_path)) {
        return failure_at(path, "the path is too long for a socket",
                          "choose a `state` directory with a shorter path");
    }
    if (is_alive(io, path)) {
        return failure_at(path, "another arpad listens there", "give each a `state` of its own");
    }
    ::unlink(path.c_str());  // left over from a crash; if it cannot be removed, bind says so
    try {
        std::unique_ptr<ControlServer> server(new ControlServer(io, path));
        server->accept();
        return server;
    } catch (const boost::system::system_error& error) {
        return failure_at(path, error.code().message(),
                          "make the `state` directory writable for the user that runs arpad");
    }
}

ControlServer::ControlServer(asio::io_context& io, std::filesystem::path path)
    : path_(std::move(path)), acceptor_(io), sessions_(std::make_shared<std::size_t>(0)) {
    acceptor_.open();
    // Nobody gets in while it has a name and not yet its mode.
    ::fchmod(acceptor_.native_handle(), 0);
    acceptor_.bind(stream_protocol::endpoint(path_.string()));
    ::chmod(path_.c_str(), socket_mode);
    acceptor_.listen();
}

ControlServer::~ControlServer() {
    ::unlink(path_.c_str());
}

void ControlServer::add(std::string method, std::string target, Handler handler) {
    handlers_.emplace(std::pair(std::move(target), std::move(method)), std::move(handler));
}

void ControlServer::accept() {
    acceptor_.async_accept(
        [this](const boost::system::error_code& error, stream_protocol::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (!error && *sessions_ < max_sessions) {
                std::make_shared<Session>(std::move(socket), *this)->start();
            }
            accept();
        });
}

const ControlServer::Handler* ControlServer::find(std::string_view method,
                                                  std::string_view target) const {
    const auto found = handlers_.find(std::pair(std::string(target), std::string(method)));
    return found == handlers_.end() ? nullptr : &found->second;
}

bool ControlServer::knows(std::string_view target) const {
    return std::ranges::any_of(handlers_,
                               [&](const auto& entry) { return entry.first.first == target; });
}

}  // namespace arpad

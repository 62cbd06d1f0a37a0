/// \file  The control socket: HTTP over a Unix socket, for the operator's tools.
///
/// Who may connect is the file system's to say: the socket belongs to the user that runs arpad, and
/// that user and its group may use it. What the requests do is added by app/.
/// Threads: one, that of its io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace arpad {

/// A reply to a request.
struct ControlReply {
    unsigned status = 200;  ///< RFC 9110 15.
    std::string body;
    std::string type = "application/json";
};

/// What went wrong, as a problem document (RFC 9457); `detail` says what to do.
[[nodiscard]] ControlReply problem_reply(unsigned status, std::string_view title,
                                         std::string_view detail);

/// See above.
class ControlServer {
public:
    /// Takes the reply, once, then or later, on the thread of the server. The client may be gone.
    using Respond = std::function<void(ControlReply)>;

    /// Handles a request with this body.
    using Handler = std::function<void(const std::string& body, Respond respond)>;

    /// Listens at `path`, where a socket may have been left over. The error says what failed, and
    /// what to do about it.
    [[nodiscard]] static Result<std::unique_ptr<ControlServer>, std::string> open(
        boost::asio::io_context& io, const std::filesystem::path& path);

    ~ControlServer();  ///< Removes the socket.
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    /// Handles requests of `method` for `target`, such as GET and /v1/status.
    void add(std::string method, std::string target, Handler handler);

private:
    class Session;

    ControlServer(boost::asio::io_context& io, std::filesystem::path path);
    void accept();
    [[nodiscard]] const Handler* find(std::string_view method, std::string_view target) const;
    [[nodiscard]] bool knows(std::string_view target) const;

    std::filesystem::path path_;
    boost::asio::local::stream_protocol::acceptor acceptor_;
    std::map<std::pair<std::string, std::string>, Handler> handlers_;  // by target and method
    std::shared_ptr<std::size_t> sessions_;                            // that are open
};

}  // namespace arpad

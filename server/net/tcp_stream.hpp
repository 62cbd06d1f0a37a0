/// \file  A TCP connection, with or without TLS on it.
///
/// Reads and writes like an Asio stream, so that whoever uses it needs not know which it is.
/// Threads: those of its executor, one at a time.
#pragma once

#include <openssl/types.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <string>
#include <utility>

#include "crypto/tls.hpp"

namespace arpad {

/// See above.
class TcpStream {
public:
    using executor_type = boost::asio::ip::tcp::socket::executor_type;
    using Socket = boost::asio::ip::tcp::socket;

    explicit TcpStream(Socket socket) : socket_(std::move(socket)) {}
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;

    [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }

    /// What is below TLS, to be connected and closed.
    [[nodiscard]] Socket& socket() noexcept { return socket_; }

    [[nodiscard]] bool is_encrypted() const noexcept { return tls_ != nullptr; }

    /// Offers TLS to the client that has connected, and calls `handler(error)` when it has taken
    /// it; nothing is read or written before.
    template <class Handler>
    void async_offer_tls(const TlsContext& context, Handler&& handler) {
        add_tls(new_tls_server(context));
        tls_->async_handshake(boost::asio::ssl::stream_base::server,
                              std::forward<Handler>(handler));
    }

    /// Asks the server, connected to, for TLS and a certificate for `name`; likewise.
    template <class Handler>
    void async_ask_for_tls(const TlsContext& context, const std::string& name, Handler&& handler) {
        add_tls(new_tls_client(context, name));
        tls_->async_handshake(boost::asio::ssl::stream_base::client,
                              std::forward<Handler>(handler));
    }

    /// What is wrong with the server's certificate; empty if nothing is known to be.
    [[nodiscard]] std::string certificate_fault() const;

    /// Tells the other side that no more comes, and calls `handler(error)` when it has said so too.
    /// Over TLS only.
    template <class Handler>
    void async_end_tls(Handler&& handler) {
        tls_->async_shutdown(std::forward<Handler>(handler));
    }

    template <class Buffers, class Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) {
            tls_->async_read_some(buffers, std::forward<Handler>(handler));
        } else {
            socket_.async_read_some(buffers, std::forward<Handler>(handler));
        }
    }

    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) {
            tls_->async_write_some(buffers, std::forward<Handler>(handler));
        } else {
            socket_.async_write_some(buffers, std::forward<Handler>(handler));
        }
    }

    /// Closes it at once, with whatever is under way.
    void close() noexcept;

private:
    void add_tls(SSL* connection);

    Socket socket_;
    std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls_;
};

/// What `error` of a stream says, in words for an operator.
[[nodiscard]] std::string describe(const boost::system::error_code& error);

}  // namespace arpad

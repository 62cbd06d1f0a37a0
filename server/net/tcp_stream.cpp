#include "net/tcp_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include "base/invariant.hpp"

namespace arpad {

using boost::system::error_code;

std::string TcpStream::certificate_fault() const {
    return tls_ ? arpad::certificate_fault(tls_->native_handle()) : std::string();
}

void TcpStream::close() noexcept {
    error_code ignored;  // there is nothing left to be done about it
    socket_.close(ignored);
}

void TcpStream::add_tls(SSL* connection) {
    ensure(connection != nullptr, "there is memory for a connection");
    tls_ = std::make_unique<boost::asio::ssl::stream<Socket&>>(socket_, connection);
}

std::string describe(const error_code& error) {
    namespace ssl = boost::asio::ssl;
    if (error == boost::asio::error::eof || error == ssl::error::stream_truncated) {
        return "it closes the connection";
    }
    return error.message();
}

}  // namespace arpad

#include "net/tcp_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <utility>

namespace arpad {

using boost::system::error_code;

TcpConnection::TcpConnection(boost::asio::ip::tcp::socket socket, const Peer& client,
                             ConnectionLimits::Place place, TcpListener& listener)
    : socket_(std::move(socket)),
      place_(std::move(place)),
      listener_(listener),
      session_(listener.responder_, listener.telemetry_, listener.scratch_, client) {}

void TcpConnection::start() {
    go_on();
}

void TcpConnection::finish() {
    is_finishing_ = true;
    go_on();
}

void TcpConnection::close() {
    if (!socket_.is_open()) return;
    error_code ignored;  // there is nothing left to be done about it
    socket_.close(ignored);
    listener_.remove(*this);
}

/// Starts whatever can be done now; closes if nothing is left to be done.
void TcpConnection::go_on() {
    if (!socket_.is_open()) return;
    if (!is_writing_ && session_.has_output()) write();
    if (is_finishing_ && !is_writing_ && !must_drain()) {
        close();
        return;
    }
    if (!is_reading_ && !is_ended_ && (is_finishing_ || session_.wants_input())) read();
    if (!is_reading_ && !is_writing_) close();
}

/// Whether the client still sends while nothing is to be answered any more. Closing would then
/// reset the connection, which may destroy replies on their way; instead the client is told that no
/// more comes, so that it reads to the end and closes its side.
bool TcpConnection::must_drain() {
    error_code ignored;  // the peer may have gone already
    if (is_draining_ || socket_.available(ignored) == 0) return is_draining_;
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    is_draining_ = true;
    return true;
}

void TcpConnection::read() {
    is_reading_ = true;
    const auto space = is_finishing_ ? listener_.scratch_ : session_.input_space();
    socket_.async_read_some(
        boost::asio::buffer(space.data(), space.size()),
        [this, self = shared_from_this()](const error_code& error, std::size_t octets) {
            is_reading_ = false;
            if (error) {
                // The client may have closed its side only, and wait for the rest of its answers.
                is_ended_ = true;
            } else if (!is_finishing_) {
                receive(octets);
            }
            go_on();
        });
}

void TcpConnection::receive(std::size_t octets) {
    const auto queries = session_.query_count();
    session_.receive(octets);
    if (session_.query_count() != queries) listener_.note_progress(*this);
}

void TcpConnection::write() {
    is_writing_ = true;
    session_.take_output(sending_);
    send_rest(0);
}

/// Sends `sending_` from `start` on. Each piece that the peer takes is progress.
void TcpConnection::send_rest(std::size_t start) {
    socket_.async_write_some(
        boost::asio::buffer(sending_) + start,
        [this, start, self = shared_from_this()](const error_code& error, std::size_t octets) {
            if (error) {
                is_writing_ = false;
                close();
                return;
            }
            listener_.note_progress(*this);
            if (start + octets < sending_.size()) {
                send_rest(start + octets);
                return;
            }
            is_writing_ = false;
            go_on();
        });
}

}  // namespace arpad

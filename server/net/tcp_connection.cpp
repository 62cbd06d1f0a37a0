#include "net/tcp_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <utility>

#include "base/counted.hpp"
#include "base/log.hpp"

namespace arpad {

using boost::system::error_code;

namespace {

/// Whoever reads more slowly keeps a zone from being freed.
constexpr std::chrono::minutes longest_transfer{120};

/// Who takes less than this in the idle timeout, and not all there is, does not get on.
constexpr std::size_t decent_octets = 16'384;

/// Frees what `octets`, which are not needed any more, take, unless it is little.
void free_if_large(std::vector<std::uint8_t>& octets) {
    constexpr std::size_t little = 2048;
    octets.clear();
    if (octets.capacity() > little) octets.shrink_to_fit();
}

}  // namespace

TcpConnection::TcpConnection(TcpStream::Socket socket, const Endpoint& client,
                             ConnectionLimits::Place place, TcpListener& listener)
    : stream_(std::move(socket)),
      place_(std::move(place)),
      listener_(listener),
      session_(listener.responder_, listener.telemetry_, listener.scratch_, client,
               listener.transport_) {}

void TcpConnection::start(const TlsContext& tls) {
    if (!tls) {
        go_on();
        return;
    }
    stream_.async_offer_tls(tls, [this, self = shared_from_this()](const error_code& error) {
        if (error) {
            listener_.note_failed_handshake();
            close();
            return;
        }
        go_on();
    });
}

void TcpConnection::finish() {
    is_finishing_ = true;
    go_on();
}

/// Closes once the client knows that nothing was cut off: by TLS it has to be told.
void TcpConnection::end() {
    if (!stream_.is_encrypted()) {
        close();
        return;
    }
    is_ending_tls_ = true;
    stream_.async_end_tls([this, self = shared_from_this()](const error_code&) { close(); });
}

void TcpConnection::close() {
    if (!stream_.socket().is_open()) return;
    if (session_.transfer() != nullptr) note_unfinished_transfer();
    stream_.close();
    place_.reset();  // others may come, though what is under way here ends later
    session_.discard_input();
    if (session_.transfer() != nullptr && !is_making_part_) end_transfer();
    listener_.remove(*this);
}

/// Starts whatever can be done now; closes if nothing is left to be done.
void TcpConnection::go_on() {
    if (!stream_.socket().is_open() || is_ending_tls_) return;
    if (!is_writing_ && session_.has_output()) write();
    if (session_.is_updating()) make_update();
    if (!is_making_part_ && session_.transfer() != nullptr && !session_.has_output()) {
        make_part();
        if (!stream_.socket().is_open()) return;
    }
    const bool is_sending = is_busy();
    if (is_finishing_ && !is_sending && !must_drain()) {
        end();
        return;
    }
    if (!is_reading_ && !is_ended_ && (is_finishing_ || session_.wants_input())) read();
    if (!is_reading_ && !is_sending) end();
}

/// Hands the update over, once.
void TcpConnection::make_update() {
    auto update = session_.take_update();
    if (!update) return;
    listener_.updates_.begin(std::move(update),
                             [waiting = weak_from_this()](const std::vector<std::uint8_t>& reply) {
                                 const auto self = waiting.lock();
                                 if (!self || !self->stream_.socket().is_open()) return;
                                 self->session_.end_update(reply);
                                 self->listener_.note_progress(*self);
                                 self->go_on();
                             });
}

/// Has the next messages of a transfer made while those before are sent.
void TcpConnection::make_part() {
    if (!may_transfer()) return;
    if (std::chrono::steady_clock::now() - transfer_start_ > longest_transfer) {
        worker_log().warn("transfer of {} to {} stopped: it takes more than {} minutes",
                          session_.transfer()->zone().apex().to_text(),
                          session_.client().address.to_text(), longest_transfer.count());
        close();
        return;
    }
    is_making_part_ = true;
    listener_.transfers_.make_part(*session_.transfer(), std::move(part_), stream_.get_executor(),
                                   [this, self = shared_from_this()](TransferThread::Part part) {
                                       take_part(std::move(part));
                                   });
}

void TcpConnection::take_part(TransferThread::Part part) {
    is_making_part_ = false;
    if (!stream_.socket().is_open()) {
        end_transfer();
        return;
    }
    if (session_.transfer()->has_failed()) {
        worker_log().error(
            "transfer of {} to {} stopped: a record of it fits into no signed message",
            session_.transfer()->zone().apex().to_text(), session_.client().address.to_text());
        close();
        return;
    }
    session_.add_part(part);
    part_ = std::move(part);
    if (session_.transfer()->is_finished()) {
        note_transfer();
        // The next transfer would have as long again.
        if (is_past_lifetime(std::chrono::steady_clock::now())) {
            is_finishing_ = true;
            session_.discard_input();
        }
        end_transfer();
    }
    go_on();
}

/// Whether it is the transfer's turn; if not, this goes on when it is.
bool TcpConnection::may_transfer() {
    if (!transfer_place_) {
        transfer_start_ = std::chrono::steady_clock::now();
        transfer_place_ = listener_.transfers_.limit().line_up(
            ConnectionLimits::Client(session_.client().address), stream_.get_executor(),
            [waiting = weak_from_this()] {
                const auto self = waiting.lock();
                if (!self) return;
                self->listener_.note_progress(*self);
                self->go_on();
            });
    }
    return transfer_place_->is_admitted();
}

void TcpConnection::note_unfinished_transfer() {
    ++listener_.telemetry_.transfers().failed;
    const std::string apex = session_.transfer()->zone().apex().to_text();
    const std::string client = session_.client().address.to_text();
    if (transfer_place_ && transfer_place_->is_admitted()) {
        worker_log().info("transfer of {} to {} broken off", apex, client);
        return;
    }
    if (!listener_.transfer_throttle_.admits(std::chrono::steady_clock::now())) return;
    worker_log().warn(
        "no transfer of {} to {}: it waited while others were under way, as many as `transfers` of "
        "`tcp` allows, or half of that to this client ({} more such transfers not shown)",
        apex, client, listener_.transfer_throttle_.take_suppressed());
}

void TcpConnection::note_transfer() const {
    const OutgoingTransfer& transfer = *session_.transfer();
    TransferCounts& counts = listener_.telemetry_.transfers();
    ++(transfer.is_incremental() ? counts.incremental : counts.full);
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - transfer_start_;
    worker_log().info(
        "transferred {}{} serial {} to {}{}: {}, {} ({:.0f} ms)",
        transfer.is_incremental() ? "the changes of " : "", transfer.zone().apex().to_text(),
        transfer.zone().serial().value, session_.client().address.to_text(),
        stream_.is_encrypted() ? " over TLS" : "", counted(transfer.records(), "record"),
        counted(transfer.messages(), "message"), taken.count());
}

/// Its zone may be the last of its kind, and large: the other thread frees it.
void TcpConnection::end_transfer() {
    listener_.transfers_.free(session_.end_transfer());
    part_ = {};
    transfer_place_.reset();
}

/// Whether the client still sends while nothing is to be answered any more. Closing would then
/// reset the connection, which may destroy replies on their way; instead the client is told that no
/// more comes, so that it reads to the end and closes its side.
bool TcpConnection::must_drain() {
    if (stream_.is_encrypted()) return false;  // ending TLS does that
    error_code ignored;                        // the peer may have gone already
    if (is_draining_ || stream_.socket().available(ignored) == 0) return is_draining_;
    stream_.socket().shutdown(TcpStream::Socket::shutdown_send, ignored);
    is_draining_ = true;
    return true;
}

void TcpConnection::read() {
    is_reading_ = true;
    const auto space = is_finishing_ ? listener_.scratch_ : session_.input_space();
    stream_.async_read_some(
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
    session_.tell_keepalive(listener_.limits_.idle_timeout());
    session_.receive(octets);
    if (session_.query_count() == queries) return;
    listener_.note_progress(*this);
    if (is_past_lifetime(last_progress_)) is_finishing_ = true;
}

bool TcpConnection::is_past_lifetime(std::chrono::steady_clock::time_point now) const {
    return now - opened_at_ > listener_.lifetime_;
}

void TcpConnection::write() {
    is_writing_ = true;
    session_.take_output(sending_);
    send_rest(0);
}

/// Sends `sending_` from `start` on. That the peer takes all of it is progress, or a good deal.
void TcpConnection::send_rest(std::size_t start) {
    stream_.async_write_some(
        boost::asio::buffer(sending_) + start,
        [this, start, self = shared_from_this()](const error_code& error, std::size_t octets) {
            if (error) {
                is_writing_ = false;
                close();
                return;
            }
            const bool is_all = start + octets == sending_.size();
            taken_ += octets;
            if (is_all || taken_ >= decent_octets) {
                taken_ = 0;
                listener_.note_progress(*this);
            }
            if (!is_all) {
                send_rest(start + octets);
                return;
            }
            is_writing_ = false;
            free_if_large(sending_);
            go_on();
        });
}

}  // namespace arpad

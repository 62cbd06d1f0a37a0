/// \file  One connection of a client, by TCP or TLS: a StreamSession on a TcpStream.
///
/// Owned by its TcpListener and by the operations under way. Threads: the worker's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "net/connection_limits.hpp"
#include "net/stream_session.hpp"
#include "net/tcp_listener.hpp"
#include "net/tcp_stream.hpp"
#include "net/transfer_thread.hpp"

namespace arpad {

/// See above.
class TcpConnection : public std::enable_shared_from_this<TcpConnection> {
public:
    TcpConnection(TcpStream::Socket socket, const Endpoint& client, ConnectionLimits::Place place,
                  TcpListener& listener);

    /// Starts to read; with `tls`, once the client has agreed on TLS.
    void start(const TlsContext& tls);

    /// Answers no more, and closes once everything answered has been sent; where the client still
    /// sends, once that has closed its side.
    void finish();

    /// Closes at once.
    void close();

    /// Whether the client waits for something that is being made or sent.
    [[nodiscard]] bool is_busy() const noexcept {
        return is_writing_ || is_transferring() || is_updating();
    }
    [[nodiscard]] bool is_transferring() const noexcept { return session_.transfer() != nullptr; }
    [[nodiscard]] bool is_updating() const noexcept { return session_.is_updating(); }

private:
    friend class TcpListener;

    void end();
    void read();
    void receive(std::size_t octets);
    void write();
    void send_rest(std::size_t start);
    void go_on();
    void make_update();
    void make_part();
    [[nodiscard]] bool may_transfer();
    void note_unfinished_transfer();
    void take_part(TransferThread::Part part);
    void note_transfer() const;
    void end_transfer();
    [[nodiscard]] bool must_drain();
    [[nodiscard]] bool is_past_lifetime(std::chrono::steady_clock::time_point now) const;

    TcpStream stream_;
    std::optional<ConnectionLimits::Place> place_;  // while it is open
    TcpListener& listener_;
    StreamSession session_;
    std::vector<std::uint8_t> sending_;  // replies that are being sent
    std::size_t taken_ = 0;              // octets, since the last progress
    bool is_reading_ = false;
    bool is_writing_ = false;

    // Of the transfer that is under way.
    std::unique_ptr<TransferLimit::Place> transfer_place_;
    std::chrono::steady_clock::time_point transfer_start_;  // when it was asked for
    TransferThread::Part part_;                             // room for the next
    bool is_making_part_ = false;

    bool is_ended_ = false;      // the client sends no more
    bool is_finishing_ = false;  // the server answers no more
    bool is_draining_ = false;   // and waits for the client to notice
    bool is_ending_tls_ = false;

    // The listener's: when this connection was opened, when it last got on, and where it stands in
    // its list.
    std::chrono::steady_clock::time_point opened_at_;
    std::chrono::steady_clock::time_point last_progress_;
    std::list<std::shared_ptr<TcpConnection>>::iterator position_;
};

}  // namespace arpad

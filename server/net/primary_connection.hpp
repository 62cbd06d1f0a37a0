/// \file  A connection to a primary, by TCP or TLS (RFC 9103), over which zones are taken one after
/// the other.
///
/// Threads: the one that runs the io_context.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/tls.hpp"
#include "net/tcp_stream.hpp"
#include "reverse/endpoint.hpp"
#include "transfer/incoming_transfer.hpp"
#include "zone/remote.hpp"

namespace arpad {

/// How long a primary is waited for.
struct PrimaryPatience {
    std::chrono::milliseconds connection{10'000};
    std::chrono::milliseconds message{30'000};      ///< Until each is here as a whole.
    std::chrono::milliseconds transfer{7'200'000};  ///< For all of one.
};

/// See above. Owned by what runs it: its own handlers keep it alive.
class PrimaryConnection : public std::enable_shared_from_this<PrimaryConnection> {
public:
    /// Called when a transfer has ended, with what is wrong with the connection; empty if it can be
    /// used for another. May not keep the connection: each would keep the other.
    using Done = std::function<void(PrimaryConnection& connection, const std::string& failure)>;

    /// Not connected yet. Sends from `source`; none: from any address. `tls` is for primaries that
    /// are asked over TLS.
    PrimaryConnection(boost::asio::io_context& io, const Remote& primary, TlsContext tls,
                      std::optional<Address> source, const PrimaryPatience& patience);

    /// Has `transfer`, which is kept until `done` is called, ask and receive. One at a time.
    void run(IncomingTransfer& transfer, Done done);

    /// Whether transfers have been run before.
    [[nodiscard]] bool is_used() const noexcept { return transfers_ > 1; }

    /// Whether the primary has said anything to the last one.
    [[nodiscard]] bool has_heard() const noexcept { return has_heard_; }

    /// Ends it without a word to `done`.
    void close();

private:
    void connect();
    void ask_for_tls();
    void send();
    void read_length();
    void read_message(std::size_t octets);
    void take(std::size_t octets);
    void wait(std::chrono::milliseconds patience);
    void end(const std::string& failure);
    [[nodiscard]] bool has_ended(const boost::system::error_code& error);

    Remote primary_;
    TlsContext tls_;
    std::optional<Address> source_;
    PrimaryPatience patience_;
    TcpStream stream_;
    boost::asio::steady_timer timer_;
    IncomingTransfer* transfer_ = nullptr;
    Done done_;
    std::chrono::steady_clock::time_point start_;
    std::vector<std::uint8_t> sending_;
    std::array<std::uint8_t, 2> length_{};
    std::vector<std::uint8_t> message_;
    unsigned transfers_ = 0;
    bool has_heard_ = false;
};

}  // namespace arpad

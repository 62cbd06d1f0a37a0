/// \file  Another nameserver or resolver on loopback, as far as a test needs one.
///
/// Threads: one, that of its io_context.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "reverse/endpoint.hpp"
#include "support/zone_fixtures.hpp"

namespace arpad::test {

/// Takes datagrams of up to 512 octets.
class UdpPeer {
public:
    using Sender = boost::asio::ip::udp::endpoint;
    using Take = std::function<void(const Sender& sender, std::vector<std::uint8_t> message)>;

    UdpPeer(boost::asio::io_context& io, Take take)
        : take_(std::move(take)), socket_(io, {boost::asio::ip::address_v4::loopback(), 0}) {
        receive();
    }

    [[nodiscard]] Endpoint endpoint() const {
        return {address("127.0.0.1"), socket_.local_endpoint().port()};
    }

    void send(const Sender& to, const std::vector<std::uint8_t>& message) {
        socket_.send_to(boost::asio::buffer(message), to);
    }

private:
    void receive() {
        socket_.async_receive_from(
            boost::asio::buffer(buffer_), sender_,
            [this](const boost::system::error_code& error, std::size_t octets) {
                if (error) return;
                const auto end = buffer_.begin() + static_cast<std::ptrdiff_t>(octets);
                take_(sender_, std::vector<std::uint8_t>(buffer_.begin(), end));
                receive();
            });
    }

    Take take_;
    boost::asio::ip::udp::socket socket_;
    Sender sender_;
    std::array<std::uint8_t, 512> buffer_{};
};

/// Has `io` go on until `is_reached`, for `patience` at most; whether it was.
inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& is_reached,
                      std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!is_reached() && std::chrono::steady_clock::now() < end) {
        io.run_for(std::chrono::milliseconds(10));
        io.restart();
    }
    return is_reached();
}

}  // namespace arpad::test

#include "net/primary_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "dns/message.hpp"
#include "net/endpoints.hpp"

namespace arpad {

using boost::asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

PrimaryConnection::PrimaryConnection(boost::asio::io_context& io, const Remote& primary,
                                     TlsContext tls, std::optional<Address> source,
                                     const PrimaryPatience& patience)
    : primary_(primary),
      tls_(std::move(tls)),
      source_(source),
      patience_(patience),
      stream_(TcpStream::Socket(io)),
      timer_(io),
      message_(max_message_octets) {}

void PrimaryConnection::run(IncomingTransfer& transfer, Done done) {
    transfer_ = &transfer;
    done_ = std::move(done);
    start_ = steady_clock::now();
    has_heard_ = false;
    ++transfers_;
    if (stream_.socket().is_open()) {
        send();
    } else {
        connect();
    }
}

void PrimaryConnection::close() {
    transfer_ = nullptr;
    done_ = {};
    timer_.cancel();
    stream_.close();
}

void PrimaryConnection::connect() {
    const tcp::endpoint endpoint(to_asio(primary_.endpoint.address), primary_.endpoint.port);
    tcp::socket& socket = stream_.socket();
    error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error && source_) socket.bind(tcp::endpoint(to_asio(*source_), 0), error);
    if (error) {
        boost::asio::post(stream_.get_executor(),
                          [this, self = shared_from_this(), error] { end(error.message()); });
        return;
    }
    wait(patience_.connection);
    socket.async_connect(endpoint, [this, self = shared_from_this()](const error_code& failure) {
        if (has_ended(failure)) return;
        error_code ignored;
        stream_.socket().set_option(tcp::no_delay(true), ignored);
        if (primary_.tls) {
            ask_for_tls();
        } else {
            send();
        }
    });
}

/// RFC 9103 7.1: without a certificate for the primary's name nothing is asked.
void PrimaryConnection::ask_for_tls() {
    std::string name = primary_.tls->to_text();
    if (name.ends_with('.')) name.pop_back();
    stream_.async_ask_for_tls(
        tls_, name, [this, name, self = shared_from_this()](const error_code& error) {
            if (transfer_ == nullptr) return;
            const std::string fault = stream_.certificate_fault();
            if (error && !fault.empty()) {
                end(fmt::format("it shows no certificate that stands for {}: {}", name, fault));
            } else if (error) {
                end(fmt::format("TLS: {}", describe(error)));
            } else {
                send();
            }
        });
}

/// Sends the next request, and reads what is replied.
void PrimaryConnection::send() {
    const std::vector<std::uint8_t> request = transfer_->take_request();
    sending_.assign({static_cast<std::uint8_t>(request.size() >> 8U),
                     static_cast<std::uint8_t>(request.size())});
    sending_.insert(sending_.end(), request.begin(), request.end());
    wait(patience_.message);
    boost::asio::async_write(
        stream_, boost::asio::buffer(sending_),
        [this, self = shared_from_this()](const error_code& error, std::size_t) {
            if (!has_ended(error)) read_length();
        });
}

void PrimaryConnection::read_length() {
    const auto left = start_ + patience_.transfer - steady_clock::now();
    wait(std::min(patience_.message, std::chrono::duration_cast<std::chrono::milliseconds>(left)));
    boost::asio::async_read(
        stream_, boost::asio::buffer(length_),
        [this, self = shared_from_this()](const error_code& error, std::size_t) {
            if (has_ended(error)) return;
            has_heard_ = true;
            read_message(static_cast<std::size_t>(length_[0] << 8U | length_[1]));
        });
}

void PrimaryConnection::read_message(std::size_t octets) {
    boost::asio::async_read(
        stream_, boost::asio::buffer(message_.data(), octets),
        [this, self = shared_from_this()](const error_code& error, std::size_t received) {
            if (!has_ended(error)) take(received);
        });
}

void PrimaryConnection::take(std::size_t octets) {
    transfer_->receive({message_.data(), octets});
    switch (transfer_->state()) {
        case IncomingTransfer::State::under_way:
            if (transfer_->has_request()) {
                send();
            } else {
                read_length();
            }
            return;
        case IncomingTransfer::State::failed:
            // What else may come is not known.
            end("the transfer has failed");
            return;
        case IncomingTransfer::State::current:
        case IncomingTransfer::State::received:
            end({});
            return;
    }
}

void PrimaryConnection::wait(std::chrono::milliseconds patience) {
    timer_.expires_after(patience);
    timer_.async_wait([this, self = shared_from_this()](const error_code& error) {
        // What is under way when the next wait begins cannot be cancelled any more.
        const bool is_over = timer_.expiry() <= std::chrono::steady_clock::now();
        if (!error && is_over) end("it does not answer");
    });
}

void PrimaryConnection::end(const std::string& failure) {
    timer_.cancel();
    if (!failure.empty()) stream_.close();
    if (transfer_ == nullptr) return;
    transfer_ = nullptr;
    std::exchange(done_, {})(*this, failure);
}

/// Whether there is nothing to go on with: it was ended already, or ends with `error`.
bool PrimaryConnection::has_ended(const error_code& error) {
    if (transfer_ == nullptr) return true;
    if (!error) return false;
    end(describe(error));
    return true;
}

}  // namespace arpad

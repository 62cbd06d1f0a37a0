#include "net/dns_client.hpp"

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "net/endpoints.hpp"

namespace arpad {

using boost::asio::ip::udp;
using boost::system::error_code;

/// How many are open; shared by all of them, which may outlive the client.
struct DnsClient::Count {
    std::size_t open = 0;
    bool is_over = false;  // the client is gone
};

/// One question.
class DnsClient::Exchange : public std::enable_shared_from_this<DnsClient::Exchange> {
public:
    Exchange(boost::asio::io_context& io, std::shared_ptr<Count> count,
             std::vector<std::uint8_t> query, Take take)
        : socket_(io),
          timer_(io),
          count_(std::move(count)),
          query_(std::move(query)),
          take_(std::move(take)) {
        ++count_->open;
    }
    ~Exchange() { --count_->open; }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    void start(const Endpoint& server, std::chrono::milliseconds patience) {
        error_code error;
        const udp::endpoint remote(to_asio(server.address), server.port);
        socket_.connect(remote, error);  // opens it; what others send is dropped by the system
        if (!error) socket_.send(boost::asio::buffer(query_), 0, error);
        timer_.expires_after(error ? std::chrono::milliseconds(0) : patience);
        timer_.async_wait([self = shared_from_this()](error_code reason) {
            if (!reason) self->end({});
        });
        if (!error) receive();
    }

private:
    void receive() {
        socket_.async_receive(boost::asio::buffer(buffer_),
                              [self = shared_from_this()](error_code error, std::size_t octets) {
                                  if (error == boost::asio::error::operation_aborted) return;
                                  if (error) {
                                      self->end({});
                                  } else {
                                      self->take(octets);
                                  }
                              });
    }

    void take(std::size_t octets) {
        if (count_->is_over || !take_) return;
        if (take_(std::span(buffer_).first(octets))) {
            take_ = nullptr;
            end({});
        } else {
            receive();
        }
    }

    void end(std::span<const std::uint8_t> nothing) {
        timer_.cancel();
        error_code ignored;
        socket_.close(ignored);
        if (count_->is_over || !take_) return;
        (void)std::exchange(take_, nullptr)(nothing);
    }

    udp::socket socket_;
    boost::asio::steady_timer timer_;
    std::shared_ptr<Count> count_;
    std::vector<std::uint8_t> query_;
    Take take_;
    std::array<std::uint8_t, 4096> buffer_;
};

DnsClient::DnsClient(boost::asio::io_context& io) : io_(io), count_(std::make_shared<Count>()) {}

DnsClient::~DnsClient() {
    count_->is_over = true;
}

void DnsClient::ask(const Endpoint& server, std::vector<std::uint8_t> query,
                    std::chrono::milliseconds patience, Take take) {
    if (count_->open >= max_open) {
        boost::asio::post(io_, [take = std::move(take)] { (void)take({}); });
        return;
    }
    std::make_shared<Exchange>(io_, count_, std::move(query), std::move(take))
        ->start(server, patience);
}

}  // namespace arpad

/// \file  Asks other nameservers over UDP.
///
/// Threads: one, that of its io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "reverse/endpoint.hpp"

namespace arpad {

/// See above. Each question has a socket of its own, so the system chooses a port for it that
/// nobody can guess.
class DnsClient {
public:
    /// Takes a message from the one that was asked, which may be any; or nothing, if none came in
    /// time. If it says that the message is not what was waited for, the next one is.
    using Take = std::function<bool(std::span<const std::uint8_t> reply)>;

    explicit DnsClient(boost::asio::io_context& io);
    ~DnsClient();  ///< Nobody is called any more.
    DnsClient(const DnsClient&) = delete;
    DnsClient& operator=(const DnsClient&) = delete;

    /// Sends `query` to `server` and waits so long. Where too many questions are open already, this
    /// one counts as not replied to.
    void ask(const Endpoint& server, std::vector<std::uint8_t> query,
             std::chrono::milliseconds patience, Take take);

    /// Questions that may be open at once.
    static constexpr std::size_t max_open = 200;

private:
    class Exchange;
    struct Count;

    boost::asio::io_context& io_;
    std::shared_ptr<Count> count_;
};

}  // namespace arpad

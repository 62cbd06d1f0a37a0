/// \file  Tells other nameservers that zones have new versions, off the workers: the sockets, the
/// clock and the names of transfer/notifier.
///
/// One thread of low priority. Threads: public functions are called by any.
#pragma once

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "crypto/tsig.hpp"
#include "dns/message.hpp"
#include "reverse/endpoint.hpp"
#include "transfer/notifier.hpp"
#include "zone/zone.hpp"

namespace arpad {

/// See above.
class NotifyThread {
public:
    using Zones = std::vector<std::shared_ptr<const Zone>>;

    /// Sends from the first of the `listening` addresses that can reach a remote, since that is the
    /// one that it knows, and from any if there is none. `prepare` is called on the thread first.
    NotifyThread(std::vector<Endpoint> listening, std::shared_ptr<const Keyring> keys,
                 std::function<void()> prepare = {});

    /// What was not told yet is not told any more.
    ~NotifyThread();
    NotifyThread(const NotifyThread&) = delete;
    NotifyThread& operator=(const NotifyThread&) = delete;

    /// Has those told whom each of `zones` names of its version.
    void announce(Zones zones);

    /// Signs with `keys` from now on.
    void adopt(std::shared_ptr<const Keyring> keys);

private:
    struct Socket;

    /// What is known of the name of a nameserver.
    struct Host {
        std::vector<Endpoint> endpoints;
        std::optional<std::chrono::steady_clock::time_point> looked_up;
        bool is_being_looked_up = false;
        Zones waiting;
    };

    void announce(const std::shared_ptr<const Zone>& zone);
    void announce_to_nameservers(const std::shared_ptr<const Zone>& zone);
    void look_up(const Name& name, Host& host);
    void take_addresses(const Name& name, std::vector<Endpoint> endpoints);
    void proceed();
    void send(const Endpoint& remote, std::span<const std::uint8_t> message);
    [[nodiscard]] Socket* socket_to(const Endpoint& remote);
    void receive(Socket& socket);

    std::vector<Endpoint> listening_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer timer_;
    boost::asio::ip::udp::resolver resolver_;
    Notifier notifier_;
    std::list<Socket> sockets_;
    std::map<Name, Host, CanonicalLess> hosts_;
    std::thread thread_;
};

}  // namespace arpad

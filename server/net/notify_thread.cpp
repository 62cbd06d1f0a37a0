#include "net/notify_thread.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <string_view>
#include <utility>

#include "base/background_thread.hpp"
#include "base/counted.hpp"
#include "base/log.hpp"
#include "dns/reader.hpp"
#include "net/endpoints.hpp"

namespace arpad {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;
using std::chrono::steady_clock;
namespace {

/// How long the addresses of a nameserver are taken to be what they were.
constexpr std::chrono::minutes address_lifetime{5};

std::string without_dot(const Name& name) {
    std::string text = name.to_text();
    if (text.size() > 1) text.pop_back();
    return text;
}

void log(const NotifyEvent& event) {
    const std::string remote = event.remote.to_text();
    const std::string zone = event.zone.to_text();
    switch (event.kind) {
        case NotifyEvent::Kind::silent:
            spdlog::warn(
                "{} does not reply to NOTIFY: it is yet to be told of {}, {} first; arpad goes on "
                "trying\n  see whether it runs and is reached over UDP",
                remote, counted(event.zones, "zone"), zone);
            break;
        case NotifyEvent::Kind::answers:
            spdlog::info("{} replies to NOTIFY again", remote);
            break;
        case NotifyEvent::Kind::abandoned:
            spdlog::warn(
                "{} has not replied to NOTIFY for a day: it is told no more of {}, and of the next "
                "changes again\n  take it out of `notify` if it is not there any more",
                remote, counted(event.zones, "zone"));
            break;
        case NotifyEvent::Kind::unheard:
            spdlog::warn("{} replies to NOTIFY, but not about {}\n  see whether it has that zone",
                         remote, zone);
            break;
        case NotifyEvent::Kind::refused:
            spdlog::warn(
                "{} replies to NOTIFY about {} with {}\n  see whether it has that zone, and takes "
                "NOTIFY from this server",
                remote, zone, to_text(event.rcode));
            break;
        case NotifyEvent::Kind::bad_key:
            spdlog::warn(
                "{} does not take the signature of NOTIFY about {}: {}\n  compare key and clock",
                remote, zone, to_text(event.tsig_error));
            break;
        case NotifyEvent::Kind::unknown_key:
            spdlog::warn("{} is not told of {}: its key is not there any more", remote, zone);
            break;
    }
}

/// MNAME (RFC 1035 3.3.13).
NameView primary_of(const Zone& zone) {
    return NameView::of_valid_wire(WireReader(*zone.soa().begin()).read_plain_name());
}

/// `endpoints`, but those that `list` names itself, and those in `own`.
std::vector<Remote> remotes_of(std::span<const Endpoint> endpoints, const NotifyList& list,
                               std::span<const Endpoint> own) {
    std::vector<Remote> remotes;
    for (const Endpoint& endpoint : endpoints) {
        const bool is_named =
            std::ranges::find(list.remotes, endpoint, &Remote::endpoint) != list.remotes.end();
        const bool is_own =
            std::ranges::find(own, endpoint.address, &Endpoint::address) != own.end();
        if (!is_named && !is_own) remotes.push_back({endpoint, std::nullopt});
    }
    return remotes;
}

}  // namespace

/// One for each address that is sent from.
struct NotifyThread::Socket {
    explicit Socket(asio::io_context& io) : socket(io) {}

    std::optional<Address> local;  // none: any
    Family family = Family::ipv4;
    udp::socket socket;
    udp::endpoint sender;
    std::array<std::uint8_t, max_message_octets> message;
};

NotifyThread::NotifyThread(std::vector<Endpoint> listening, std::shared_ptr<const Keyring> keys,
                           std::function<void()> prepare)
    : listening_(std::move(listening)),
      work_(asio::make_work_guard(io_)),
      timer_(io_),
      resolver_(io_),
      notifier_(&log) {
    notifier_.adopt(std::move(keys));
    notifier_.wait_until(steady_clock::now() + Notifier::gap);
    thread_ = std::thread([this, prepare = std::move(prepare)] {
        become_background_thread("arpad-notify");
        if (prepare) prepare();
        io_.run();
    });
}

NotifyThread::~NotifyThread() {
    io_.stop();
    thread_.join();
}

void NotifyThread::adopt(std::shared_ptr<const Keyring> keys) {
    asio::post(io_, [this, keys = std::move(keys)]() mutable { notifier_.adopt(std::move(keys)); });
}

void NotifyThread::announce(Zones zones) {
    if (zones.empty()) return;
    asio::post(io_, [this, zones = std::move(zones)] {
        for (const auto& zone : zones) announce(zone);
        proceed();
    });
}

void NotifyThread::announce(const std::shared_ptr<const Zone>& zone) {
    const NotifyList& list = zone->transfer().notify;
    notifier_.announce(*zone, list.remotes);
    if (list.has_nameservers) announce_to_nameservers(zone);
}

/// RFC 1996 2: all of the NS RRset but the server in the SOA's MNAME, which is taken to be us.
void NotifyThread::announce_to_nameservers(const std::shared_ptr<const Zone>& zone) {
    const NameView primary = primary_of(*zone);
    for (const RrsetView rrset : zone->apex_node()) {
        if (rrset.type() != RrType::ns) continue;
        for (const auto rdata : rrset) {
            const NameView nameserver = NameView::of_valid_wire(rdata);
            if (nameserver == primary) continue;
            Host& host = hosts_[Name(nameserver)];
            const auto now = steady_clock::now();
            if (host.looked_up && now - *host.looked_up < address_lifetime) {
                notifier_.announce(*zone,
                                   remotes_of(host.endpoints, zone->transfer().notify, listening_));
                continue;
            }
            host.waiting.push_back(zone);
            if (!host.is_being_looked_up) look_up(Name(nameserver), host);
        }
    }
}

void NotifyThread::look_up(const Name& name, Host& host) {
    host.is_being_looked_up = true;
    resolver_.async_resolve(
        without_dot(name), "53", udp::resolver::numeric_service,
        [this, name](const error_code& error, const udp::resolver::results_type& results) {
            std::vector<Endpoint> endpoints;
            for (const auto& result : results) {
                const udp::endpoint endpoint = result.endpoint();
                endpoints.push_back({from_asio(endpoint.address()), endpoint.port()});
            }
            if (error) {
                spdlog::warn("the nameserver {} is not told of changes: it has no address: {}",
                             name.to_text(), error.message());
            }
            take_addresses(name, std::move(endpoints));
        });
}

void NotifyThread::take_addresses(const Name& name, std::vector<Endpoint> endpoints) {
    Host& host = hosts_[name];
    host.is_being_looked_up = false;
    host.looked_up = steady_clock::now();
    host.endpoints = std::move(endpoints);
    for (const auto& zone : std::exchange(host.waiting, {})) {
        notifier_.announce(*zone, remotes_of(host.endpoints, zone->transfer().notify, listening_));
    }
    proceed();
}

void NotifyThread::proceed() {
    const auto next = notifier_.proceed(
        steady_clock::now(), [this](const Endpoint& remote, std::span<const std::uint8_t> message) {
            send(remote, message);
        });
    if (!next) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(*next);
    timer_.async_wait([this](const error_code& error) {
        if (!error) proceed();
    });
}

/// What cannot be sent is as good as lost on its way: it is tried again.
void NotifyThread::send(const Endpoint& remote, std::span<const std::uint8_t> message) {
    Socket* const socket = socket_to(remote);
    if (socket == nullptr) return;
    error_code ignored;
    socket->socket.send_to(asio::buffer(message.data(), message.size()),
                           udp::endpoint(to_asio(remote.address), remote.port), 0, ignored);
}

/// Null if the system gives none.
NotifyThread::Socket* NotifyThread::socket_to(const Endpoint& remote) {
    const Family family = remote.address.family();
    const auto source = source_for(remote.address, listening_);
    for (Socket& open : sockets_) {
        if (open.family == family && open.local == source) return &open;
    }
    Socket& fresh = sockets_.emplace_back(io_);
    fresh.family = family;
    fresh.local = source;
    error_code error;
    fresh.socket.open(family == Family::ipv4 ? udp::v4() : udp::v6(), error);
    if (!error && source) fresh.socket.bind(udp::endpoint(to_asio(*source), 0), error);
    if (!error && !source) {
        fresh.socket.bind(udp::endpoint(fresh.socket.local_endpoint().protocol(), 0), error);
    }
    if (!error) fresh.socket.non_blocking(true, error);
    if (error) {
        spdlog::warn("no socket to send NOTIFY to {} from: {}", remote.to_text(), error.message());
        sockets_.pop_back();
        return nullptr;
    }
    receive(fresh);
    return &fresh;
}

void NotifyThread::receive(Socket& socket) {
    socket.socket.async_receive_from(
        asio::buffer(socket.message), socket.sender,
        [this, &socket](const error_code& error, std::size_t octets) {
            if (error) {
                // Another is opened when there is something to be sent.
                sockets_.remove_if([&](const Socket& open) { return &open == &socket; });
                return;
            }
            const Endpoint sender{from_asio(socket.sender.address()), socket.sender.port()};
            notifier_.receive(sender, std::span(socket.message).first(octets), steady_clock::now());
            proceed();
            receive(socket);
        });
}

}  // namespace arpad

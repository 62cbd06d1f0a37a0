#include "app/inheritance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace arpad {
namespace {

// One message each, of the kind, and the endpoint where there is one. What comes first names the
// protocol, so that versions that do not understand each other say so.
constexpr std::string_view greeting = "arpad inheritance 1";
constexpr std::string_view state_kind = "state";
constexpr std::string_view sockets_kind = "sockets ";
constexpr std::string_view tls_kind = "tls ";
constexpr std::string_view metrics_kind = "metrics ";
constexpr std::string_view web_kind = "web ";
constexpr std::string_view last_message = "that is all";

/// Takes what `message` brings into `inheritance`; false if it cannot be understood.
bool take(DescriptorChannel::Message& message, Inheritance& inheritance) {
    const std::string_view text = message.text;
    std::vector<Descriptor>& descriptors = message.descriptors;
    if (text == state_kind && descriptors.size() == 1) {
        inheritance.state_lock = std::move(descriptors.front());
        return true;
    }
    if (text.starts_with(sockets_kind) && descriptors.size() == 2) {
        const auto endpoint = Endpoint::from_text(text.substr(sockets_kind.size()));
        if (!endpoint) return false;
        inheritance.sockets.push_back(
            {*endpoint, std::move(descriptors[0]), std::move(descriptors[1])});
        return true;
    }
    const auto take_acceptor = [&](std::string_view kind) -> std::optional<SharedAcceptor> {
        if (!text.starts_with(kind) || descriptors.size() != 1) return std::nullopt;
        const auto endpoint = Endpoint::from_text(text.substr(kind.size()));
        if (!endpoint) return std::nullopt;
        return SharedAcceptor{*endpoint, std::move(descriptors.front())};
    };
    if (auto tls = take_acceptor(tls_kind)) {
        inheritance.tls.push_back(std::move(*tls));
        return true;
    }
    if (auto web = take_acceptor(web_kind)) {
        inheritance.web.push_back(std::move(*web));
        return true;
    }
    inheritance.metrics = take_acceptor(metrics_kind);
    return inheritance.metrics.has_value();
}

/// Whether `wanted`, perhaps with any port, is `endpoint`.
bool is_meant(const Endpoint& wanted, const Endpoint& endpoint) {
    return endpoint.address == wanted.address && (endpoint.port == wanted.port || wanted.port == 0);
}

/// The first endpoint of `all` that `wanted` means.
template <class Shared>
std::optional<Endpoint> find_meant(const std::vector<Shared>& all, const Endpoint& wanted) {
    const auto found = std::ranges::find_if(
        all, [&](const Shared& shared) { return is_meant(wanted, shared.endpoint); });
    return found == all.end() ? std::nullopt : std::optional(found->endpoint);
}

/// The first of `all` that `wanted` means, which is then not among them any more.
std::optional<SharedAcceptor> take_meant(std::vector<SharedAcceptor>& all, const Endpoint& wanted) {
    const auto found = std::ranges::find_if(
        all, [&](const SharedAcceptor& shared) { return is_meant(wanted, shared.endpoint); });
    if (found == all.end()) return std::nullopt;
    SharedAcceptor taken = std::move(*found);
    all.erase(found);
    return taken;
}

}  // namespace

std::optional<Endpoint> Inheritance::find(const Endpoint& wanted) const {
    return find_meant(sockets, wanted);
}

std::optional<Endpoint> Inheritance::find_tls(const Endpoint& wanted) const {
    return find_meant(tls, wanted);
}

std::optional<SharedAcceptor> Inheritance::take_tls(const Endpoint& endpoint) {
    return take_meant(tls, endpoint);
}

std::optional<SharedAcceptor> Inheritance::take_web(const Endpoint& wanted) {
    return take_meant(web, wanted);
}

std::optional<SharedAcceptor> Inheritance::take_metrics(const Endpoint& wanted) {
    if (!metrics || !is_meant(wanted, metrics->endpoint)) return std::nullopt;
    return std::exchange(metrics, std::nullopt);
}

std::vector<SharedSockets> Inheritance::part_of(std::size_t worker, std::size_t workers,
                                                const Endpoint& endpoint) const {
    std::vector<const SharedSockets*> all;
    for (const SharedSockets& shared : sockets) {
        if (shared.endpoint == endpoint) all.push_back(&shared);
    }
    std::vector<SharedSockets> part;
    if (all.empty()) return part;
    for (std::size_t i = worker; i < std::max(all.size(), workers); i += workers) {
        const SharedSockets& shared = *all[i % all.size()];
        part.push_back({endpoint, Descriptor::copy_of(shared.udp.number()),
                        Descriptor::copy_of(shared.tcp.number())});
    }
    return part;
}

std::optional<std::string> send_inheritance(DescriptorChannel& channel,
                                            const Inheritance& inheritance) {
    std::error_code error = channel.send(greeting);
    const auto send = [&](std::string_view kind, std::string_view endpoint,
                          std::initializer_list<const Descriptor*> shared) {
        std::vector<Descriptor> descriptors;
        for (const Descriptor* const one : shared) {
            descriptors.push_back(Descriptor::copy_of(one->number()));
            if (!descriptors.back().is_open()) error = {errno, std::generic_category()};
        }
        if (!error) error = channel.send(fmt::format("{}{}", kind, endpoint), descriptors);
    };
    if (inheritance.state_lock.is_open()) send(state_kind, "", {&inheritance.state_lock});
    for (const SharedSockets& shared : inheritance.sockets) {
        send(sockets_kind, shared.endpoint.to_text(), {&shared.udp, &shared.tcp});
    }
    for (const SharedAcceptor& shared : inheritance.tls) {
        send(tls_kind, shared.endpoint.to_text(), {&shared.socket});
    }
    if (inheritance.metrics) {
        send(metrics_kind, inheritance.metrics->endpoint.to_text(), {&inheritance.metrics->socket});
    }
    for (const SharedAcceptor& shared : inheritance.web) {
        send(web_kind, shared.endpoint.to_text(), {&shared.socket});
    }
    send(last_message, "", {});
    if (error) return error.message();
    return std::nullopt;
}

Result<Inheritance, std::string> receive_inheritance(DescriptorChannel& channel) {
    auto message = channel.receive();
    if (!message) return std::string("the running arpad does not send what it has");
    if (message->text != greeting) {
        return std::string("the running arpad is of a version that hands over in another way");
    }
    Inheritance inheritance;
    for (message = channel.receive(); message; message = channel.receive()) {
        if (message->text == last_message) return inheritance;
        if (!take(*message, inheritance)) {
            return fmt::format("the running arpad sends what is not understood: {}", message->text);
        }
    }
    return std::string("the running arpad has not sent everything");
}

}  // namespace arpad

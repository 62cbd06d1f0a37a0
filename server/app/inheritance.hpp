/// \file  What a running arpad leaves to the one that takes its place: the lock of the state, and
/// the sockets, so that what waits in them is answered by one or the other.
///
/// Both run while it is handed over, and may be of different versions.
/// Threads: the main thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "control/http_server.hpp"
#include "load/server_config.hpp"
#include "net/descriptor_channel.hpp"
#include "net/listen_sockets.hpp"

namespace arpad {

/// See above.
struct Inheritance {
    Descriptor state_lock;                  ///< Not open if there is none.
    std::vector<SharedSockets> sockets;     ///< Of each worker for each endpoint.
    std::vector<SharedAcceptor> tls;        ///< Of each endpoint that is listened on by TLS.
    std::optional<SharedAcceptor> metrics;  ///< None if metrics are not offered.
    std::vector<SharedAcceptor> web;        ///< Of the page and the API.

    /// The endpoint that is listened on already and is what `wanted` asks for: with port 0, one of
    /// the same address.
    [[nodiscard]] std::optional<Endpoint> find(const Endpoint& wanted) const;

    /// Likewise of those that are listened on by TLS.
    [[nodiscard]] std::optional<Endpoint> find_tls(const Endpoint& wanted) const;

    /// The listener by TLS at `endpoint`, if there is one.
    [[nodiscard]] std::optional<SharedAcceptor> take_tls(const Endpoint& endpoint);

    /// The metrics' listener, if it is what `wanted` asks for.
    [[nodiscard]] std::optional<SharedAcceptor> take_metrics(const Endpoint& wanted);

    /// The page's listener for `wanted`, if there is one.
    [[nodiscard]] std::optional<SharedAcceptor> take_web(const Endpoint& wanted);

    /// What worker number `worker` of `workers` is to listen on for `endpoint`. No socket is left
    /// out, as what waits in it would be lost; if there are more workers, some share one. Empty if
    /// nothing is left for `endpoint`.
    [[nodiscard]] std::vector<SharedSockets> part_of(std::size_t worker, std::size_t workers,
                                                     const Endpoint& endpoint) const;
};

/// Sends it. The reason if that fails.
[[nodiscard]] std::optional<std::string> send_inheritance(DescriptorChannel& channel,
                                                          const Inheritance& inheritance);

/// Receives it, or says why that fails.
[[nodiscard]] Result<Inheritance, std::string> receive_inheritance(DescriptorChannel& channel);

/// Said by the new process once it answers, and then by the old one once it has let go.
inline constexpr const char* serving_message = "serving";
inline constexpr const char* released_message = "released";

}  // namespace arpad

/// \file  Any octets as an inventory, beside two networks that it may name addresses of.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/diagnostics.hpp"
#include "base/invariant.hpp"
#include "load/inventory_file.hpp"
#include "load/loader.hpp"

namespace arpad {
namespace {

constexpr std::size_t max_octets = 64 * 1024;

constexpr const char* tail =
    "nameservers: [ns1.example.net]\nsoa: {contact: hostmaster.example.net}\n";

/// What the reader's header promises of every server.
void check_server(const ServerModel& server) {
    ensure(!server.allocations.empty(), "a server has addresses");
    for (const PrimaryModel& primary : server.primaries) {
        const bool is_allocated =
            std::ranges::any_of(server.allocations, [&](const AllocationModel& allocation) {
                return allocation.prefix.contains(primary.address);
            });
        ensure(is_allocated, "a primary address is one of the server's");
    }
}

void load(std::string_view text) {
    Diagnostics diagnostics;
    const auto inventory = read_inventory("fuzz.yaml", text, diagnostics);
    ensure(inventory.has_value() == (diagnostics.error_count() == 0),
           "what is not used has an error");
    if (inventory) {
        for (const ServerModel& server : inventory->servers) check_server(server);
    }
    Sources sources;
    for (const char* network : {"192.0.2.0/24", "2001:db8::/32"}) {
        sources.zones.push_back(
            {network, network, "network: " + std::string(network) + "\n" + tail});
    }
    sources.inventory = SourceFile{"fuzz.yaml", "inventory", std::string(text)};
    NoCopies copies;
    FirstSerials serials;
    const Load loaded = load_zones(sources, {}, copies, serials);
    for (const LoadedNetwork& network : loaded.networks) {
        ensure(network.standing == Standing::current, "no inventory breaks a network");
    }
    ensure(loaded.inventory &&
               (loaded.inventory->standing == Standing::current) == inventory.has_value(),
           "a good inventory is used");
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    if (size > max_octets) return 0;
    load({reinterpret_cast<const char*>(data), size});
    return 0;
}

#include "load/loader.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/counted.hpp"
#include "zone/builder.hpp"

namespace arpad {
Load load_zones(const Sources& sources, const ZoneDefaults& defaults, LastGoodCopies& copies,
                SerialSource& serials) {
    Load load;
    Settlement settlement(sources, defaults, copies, load.diagnostics);
    load.snapshot = std::make_shared<const Snapshot>(
        build_zones(settlement.assembly(), serials, load.diagnostics));
    load.networks = settlement.networks();
    load.inventory = settlement.inventory();
    load.diagnostics.sort();
    return load;
}

std::string summary_of(const Load& load) {
    std::size_t networks = 0;
    std::size_t records = 0;
    for (const LoadedNetwork& network : load.networks) {
        if (network.standing > Standing::last_good) continue;
        ++networks;
        records += network.records;
    }
    std::size_t zones = 0;
    for (const auto& zone : load.snapshot->zones()) {
        if (zone->is_available()) ++zones;
    }
    std::string summary = fmt::format("{}, {}, {}", counted(zones, "zone"),
                                      counted(networks, "network"), counted(records, "record"));
    if (load.inventory) summary += ", " + counted(load.inventory->servers, "server");
    return summary;
}

SerialDecision FirstSerials::serial_for(const Name&, const SerialModel& model,
                                        const Digest& content) {
    return decide_serial(model, content, std::nullopt, SerialFormat::counter,
                         std::chrono::system_clock::time_point());
}

}  // namespace arpad

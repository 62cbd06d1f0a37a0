#include "load/loader.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/counted.hpp"
#include "zone/builder.hpp"

namespace arpad {

Load load_zones(const Sources& sources, const ZoneDefaults& defaults, LastGoodCopies& copies,
                SerialSource& serials) {
    Load load;
    if (sources.inventory) {
        load.inventory = read_inventory_or_copy(*sources.inventory, copies, load.diagnostics);
    }
    Settlement settlement(sources.zones, load.inventory ? &*load.inventory : nullptr, defaults,
                          copies, load.diagnostics);
    load.snapshot = std::make_shared<const Snapshot>(
        build_zones(settlement.assembly(), serials, load.diagnostics));
    load.networks = settlement.networks();
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
    if (load.inventory) {
        const auto& model = load.inventory->model;
        summary += ", " + counted(model ? model->servers.size() : 0, "server");
    }
    return summary;
}

SerialDecision FirstSerials::serial_for(const Name&, const SerialModel& model,
                                        const Digest& content) {
    return decide_serial(model, content, std::nullopt, SerialFormat::counter,
                         std::chrono::system_clock::time_point());
}

}  // namespace arpad

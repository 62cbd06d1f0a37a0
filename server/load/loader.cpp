#include "load/loader.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/counted.hpp"
#include "zone/builder.hpp"

namespace arpad {

Load load_zones(const Sources& sources, const ZoneDefaults& defaults, LastGoodCopies& copies,
                SerialSource& serials, const Beside& beside) {
    Load load;
    if (sources.inventory) {
        load.inventory =
            read_inventory_or_copy(*sources.inventory, copies, beside.servers, load.diagnostics);
    }
    Settlement settlement(sources.zones, load.inventory ? &*load.inventory : nullptr, defaults,
                          copies, load.diagnostics, Extent::all, beside.edits);
    load.snapshot = snapshot_of(build_zones(settlement.assembly(), serials, load.diagnostics));
    load.networks = settlement.networks();
    load.diagnostics.sort();
    return load;
}

void Summary::add(Standing standing, std::size_t records) noexcept {
    if (standing > Standing::last_good) return;
    ++networks_;
    records_ += records;
}

std::string Summary::to_text(const Snapshot& snapshot, const InventoryReading* inventory) const {
    std::size_t zones = 0;
    for (const auto& zone : snapshot.zones()) {
        if (zone->is_available()) ++zones;
    }
    std::string summary = fmt::format("{}, {}, {}", counted(zones, "zone"),
                                      counted(networks_, "network"), counted(records_, "record"));
    if (inventory != nullptr) {
        const std::size_t servers = inventory->model ? inventory->model->servers.size() : 0;
        summary += ", " + counted(servers, "server");
    }
    return summary;
}

std::string summary_of(const Load& load) {
    Summary summary;
    for (const LoadedNetwork& network : load.networks) {
        summary.add(network.standing, network.records);
    }
    return summary.to_text(*load.snapshot, load.inventory ? &*load.inventory : nullptr);
}

SerialDecision FirstSerials::serial_for(const Name&, const SerialModel& model,
                                        const Digest& content) {
    return decide_serial(model, content, std::nullopt, SerialFormat::counter,
                         std::chrono::system_clock::time_point());
}

}  // namespace arpad

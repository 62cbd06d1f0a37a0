/// \file  Networks from models to a snapshot, as the loader has them built.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "support/zone_fixtures.hpp"
#include "zone/builder.hpp"
#include "zone/snapshot.hpp"

namespace arpad::test {

/// Networks, checked and, if they have no error, built. Stays where it was made.
class Built {
public:
    explicit Built(std::vector<Network> networks, SerialDecision decision = {.serial = {1}})
        : Built(std::move(networks), std::nullopt, decision) {}

    Built(std::vector<Network> networks, std::optional<Inventory> inventory,
          SerialDecision decision = {.serial = {1}})
        : world_(std::move(networks), std::move(inventory)), serials_(decision) {
        const auto assembly = check_networks(world_.input(), diagnostics_);
        if (diagnostics_.error_count() != 0) return;
        snapshot_ = snapshot_of(build_zones(*assembly, serials_, diagnostics_));
    }

    [[nodiscard]] const World& world() const { return world_; }
    [[nodiscard]] const Snapshot& snapshot() const { return *snapshot_; }
    [[nodiscard]] std::shared_ptr<const Snapshot> shared_snapshot() const { return snapshot_; }
    [[nodiscard]] const Diagnostics& diagnostics() const { return diagnostics_; }

    /// The zone at `apex`.
    [[nodiscard]] const Zone& zone(std::string_view apex) const {
        const Zone* const found = snapshot_->find_zone(buffer(name(apex)), RrType::soa);
        EXPECT_EQ(found->apex(), name(apex).view());
        return *found;
    }

    /// Digest of the zone at `apex`.
    [[nodiscard]] Digest content_of(const std::string& apex) const {
        return serials_.content_of(apex);
    }

private:
    World world_;
    Diagnostics diagnostics_;
    SerialScript serials_;
    std::shared_ptr<const Snapshot> snapshot_;
};

/// Each finding as it is printed, in the order reported.
inline std::vector<std::string> texts_of(const Diagnostics& diagnostics) {
    std::vector<std::string> texts;
    for (const Diagnostic& entry : diagnostics.entries()) texts.push_back(entry.to_text());
    return texts;
}

}  // namespace arpad::test

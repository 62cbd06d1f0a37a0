/// \file  What every zone holds, as follows from all networks together: names, cuts, CNAMEs,
/// ranges.
///
/// Made by zone/builder for each load, to be checked and, if nothing is wrong with it, built.
/// Threads: one at a time.
#pragma once

#include <cstddef>
#include <map>
#include <span>

#include "base/diagnostics.hpp"
#include "zone/edit.hpp"
#include "zone/inventory.hpp"
#include "zone/layout.hpp"
#include "zone/zone_builder.hpp"

namespace arpad {

/// All that networks are built from. Borrowed: an Assembly made of it refers to the models, whose
/// records are not copied, to the layout and to the inventory until it has been built.
struct BuildInput {
    std::span<const NetworkEntry> networks;
    const Layout& layout;
    const InventoryModel* inventory = nullptr;  ///< Null if there is none.
    EditSource* edits = nullptr;                ///< Null if there are none.
    bool is_part = false;  ///< There are other networks, which do not concern these.
};

/// See above. Refers to what the input refers to, which must not be moved meanwhile.
class Assembly {
public:
    /// Builders by apex, of all zones that are made of what their network's model says.
    using Builders = std::map<Name, ZoneBuilder, CanonicalLess>;

    /// Puts the zones of `input` together. Reports entries of delegations and `extra` that have no
    /// place in a zone of their network, which are left out, and secondary zones that have to be
    /// delegated and whose nameservers are not known.
    Assembly(const BuildInput& input, Diagnostics& diagnostics);

    Assembly(const Assembly&) = delete;
    Assembly& operator=(const Assembly&) = delete;

    [[nodiscard]] const BuildInput& input() const noexcept { return input_; }

    [[nodiscard]] Builders& builders() noexcept { return builders_; }

    /// The builder of the zone at `apex`; null if its network is broken or has primaries.
    [[nodiscard]] ZoneBuilder* builder_at(const Name& apex);

private:
    void add_apex(const PlannedZone& zone);
    void add_delegations(std::size_t network, Diagnostics& diagnostics);
    void add_names(std::size_t network);
    void leave_out_inner(std::size_t network);
    void delegate(const PlannedZone& zone, Diagnostics& diagnostics);
    void copy_glue(const PlannedZone& zone, ZoneBuilder& parent);
    void add_cnames(std::size_t network);
    void add_defaults();

    [[nodiscard]] const NetworkModel* model_of(std::size_t network) const {
        return input_.networks[network].model;
    }

    /// The same where the network's zones are made of it; null for one with primaries.
    [[nodiscard]] const NetworkModel* source_of(std::size_t network) const {
        const NetworkModel* const model = model_of(network);
        return model == nullptr || model->transfer.is_secondary() ? nullptr : model;
    }

    BuildInput input_;
    Builders builders_;
};

/// The NS RRset at the apex of the zones of `model`.
[[nodiscard]] Rrset ns_rrset(const NetworkModel& model);

}  // namespace arpad

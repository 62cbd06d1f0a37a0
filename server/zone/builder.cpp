#include "zone/builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reverse/arpa_name.hpp"
#include "zone/allocations.hpp"
#include "zone/content_check.hpp"
#include "zone/inventory.hpp"

namespace arpad {
namespace {

std::size_t ptr_octets(const RecordView& record) {
    Rrset rrset{RrType::ptr, {}, {}};
    for (const NameView name : record.names) rrset.rdatas.push_back(name_rdata(name));
    return wire_octets(rrset);
}

/// Checks what one network says against the others and the bounds of a message.
class NetworkCheck {
public:
    NetworkCheck(std::span<const NetworkEntry> networks, const Layout& layout,
                 Diagnostics& diagnostics)
        : networks_(networks), layout_(layout), diagnostics_(diagnostics) {}

    void run() {
        for (std::size_t network = 0; network < networks_.size(); ++network) {
            if (is_checkable(network)) check_sizes(network);
            const auto outer = layout_.outer_of(network);
            if (outer && is_checkable(*outer)) check_places(*outer, network);
        }
    }

private:
    [[nodiscard]] bool is_checkable(std::size_t network) const {
        return networks_[network].model != nullptr && layout_.is_sound(network);
    }

    /// The names of the addresses of `inner` belong into its file, not into that of `network`.
    void check_places(std::size_t network, std::size_t inner) {
        const RecordsView records = networks_[network].model->records.view();
        for (const RecordView record : records.within(range_of(*networks_[inner].key.network))) {
            report_place(network, record);
        }
    }

    void report_place(std::size_t network, const RecordView& record) {
        const NetworkEntry& inner = networks_[*layout_.network_of(record.address)];
        diagnostics_.error(networks_[network].file, record.place,
                           fmt::format("{} belongs to the nested network {}",
                                       record.address.to_text(), display_name(inner.key)),
                           fmt::format("move it to {}", inner.file));
    }

    void check_sizes(std::size_t network) {
        for (const RecordView record : networks_[network].model->records) {
            if (record.names.size() < 2 || ptr_octets(record) <= max_rrset_octets) continue;
            diagnostics_.error(networks_[network].file, record.place,
                               fmt::format("the {} names of {} do not fit into a DNS message",
                                           record.names.size(), record.address.to_text()),
                               "remove some of them");
        }
    }

    std::span<const NetworkEntry> networks_;
    const Layout& layout_;
    Diagnostics& diagnostics_;
};

bool is_shut(const ZoneBuilder& zone, NameView name) {
    if (zone.find_way_out(name)) return true;
    if (find_rrset(zone.find(name), RrType::dname) != nullptr) return true;
    for (; name != zone.apex(); name = name.parent()) {
        if (find_rrset(zone.find(name), RrType::cname) != nullptr) return true;
    }
    return false;
}

/// Warns of the primary addresses in `zone` whose names do not exist in the DNS of ours.
void check_shut(const ZoneBuilder& zone, const std::string& file, Diagnostics& diagnostics) {
    for (const PlacedPtr& standard : zone.defaults()) {
        const auto name = address_name(zone.apex(), *zone.base(), standard.address);
        if (!name || !is_shut(zone, *name)) continue;
        diagnostics.warning(
            file, standard.place,
            fmt::format("{} gets no default name: its name is delegated or an alias",
                        standard.address.to_text()),
            "name it in the zone that it leads to");
    }
}

/// Prefixes of which none contains another, ascending.
std::vector<Prefix> outermost(std::vector<Prefix> prefixes) {
    std::ranges::sort(prefixes);
    std::vector<Prefix> found;
    for (const Prefix& prefix : prefixes) {
        if (found.empty() || !found.back().contains(prefix)) found.push_back(prefix);
    }
    return found;
}

bool is_in_one_of(const std::vector<Prefix>& outermost, Address address) {
    const auto behind = std::ranges::upper_bound(outermost, address, {}, &Prefix::first);
    return behind != outermost.begin() && (behind - 1)->contains(address);
}

std::vector<Prefix> prefixes_of(std::span<const NetworkEntry> networks) {
    std::vector<Prefix> prefixes;
    for (const NetworkEntry& entry : networks) {
        if (entry.key.network) prefixes.push_back(*entry.key.network);
    }
    return prefixes;
}

/// Tells what edits do to a network that its operator may not expect: the first of each kind one by
/// one, the others as a number.
class EditReport {
public:
    EditReport(const BuildInput& input, const NetworkModel& model, Diagnostics& diagnostics)
        : input_(input), model_(model), diagnostics_(diagnostics) {}

    /// `edit` is heard in place of `record`.
    void note_hidden(const Edit& edit, const RecordView& record) {
        if (++hidden_ > listed) return;
        diagnostics_.warning(
            model_.file, record.place,
            fmt::format("{} is hidden by an edit{}", edit.address.to_text(), maker_of(edit)),
            "lock it, or undo the edit; `arpactl adopt` writes edits into the file");
    }

    /// `edit` is not heard, as its address is not its customer's any more.
    void note_dormant(const Edit& edit) {
        if (++dormant_ > listed) return;
        const EditHolder holder = holder_of(input_.inventory, edit.address);
        diagnostics_.warning(
            model_.file, {},
            fmt::format(
                "the name that {} gave {} on {}{} is not heard: the address is {} now",
                edit.holder.account, edit.address.to_text(), edit.holder.server, maker_of(edit),
                holder.is_nobody() ? std::string("nobody's")
                                   : fmt::format("that of {} ({})", holder.server, holder.account)),
            "`arpactl edits reset` forgets it; it is heard again if the address goes back");
    }

    /// `edit` is not heard, as files say what `hidden` has.
    void note_unheard(const Edit& edit, const Name& hidden) {
        if (++unheard_ > listed) return;
        diagnostics_.warning(
            model_.file, {},
            fmt::format("what leads away or is a wildcard at {} by {} is not heard: files say what "
                        "{} has{}",
                        owner_text(edit), edit.layer == EditLayer::edit ? "an edit" : "a lease",
                        hidden.to_text(), maker_of(edit)),
            "delete them with an UPDATE, or remove that from the files");
    }

    void finish() const {
        const auto tell = [this](std::size_t count, std::string_view what) {
            if (count <= listed) return;
            diagnostics_.warning(model_.file, {}, fmt::format("{} more {}", count - listed, what),
                                 "`arpactl edits list` lists all edits");
        };
        tell(hidden_, "records are hidden by edits");
        tell(dormant_, "names of customers are not heard");
        tell(unheard_, "records are not heard, as files say what they would hide");
    }

private:
    static constexpr std::size_t listed = 100;

    [[nodiscard]] std::string maker_of(const Edit& edit) const {
        const std::string maker = input_.edits->maker_of(edit);
        return maker.empty() ? maker : fmt::format(" of {}", maker);
    }

    const BuildInput& input_;
    const NetworkModel& model_;
    Diagnostics& diagnostics_;
    std::size_t hidden_ = 0;
    std::size_t dormant_ = 0;
    std::size_t unheard_ = 0;
};

/// The edits of `zone`, which `builder` is to build, that are heard.
std::vector<Edit> edits_of(const BuildInput& input, const ZoneBuilder& builder,
                           const PlannedZone& zone, EditReport& report) {
    std::vector<Edit> edits = named_edits_of(input, zone);
    if (input.edits == nullptr || !zone.base) return edits;
    const NetworkModel& model = *input.networks[zone.network].model;
    const RecordsView records = model.records.view();
    input.edits->for_each_edit(range_of(*zone.base), [&](const Edit& edit) {
        const auto network = input.layout.network_of(edit.address);
        if (network != zone.network || input.layout.zone_of(*network, edit.address) != &zone) {
            return;
        }
        const auto record = records.find(edit.address);
        const auto name = address_name(zone.apex, *zone.base, edit.address);
        const bool is_locked = record && record->locked && is_kept_by_locked(edit.type);
        if (is_locked || !name || is_shut(builder, *name)) return;
        if (!is_awake(edit, input.inventory)) {
            report.note_dormant(edit);
            return;
        }
        const bool hides = edit.type == RrType::ptr && edit.layer == EditLayer::edit;
        if (record && hides) report.note_hidden(edit, *record);
        edits.push_back(edit);
    });
    return edits;
}

Serial serial_of(const PlannedZone& zone, const NetworkModel& model, const Digest& content,
                 SerialSource& serials, Diagnostics& diagnostics) {
    const auto decision = serials.serial_for(zone.apex, model.soa.serial, content);
    if (decision.floor_is_old) {
        diagnostics.warning(
            model.file, model.soa.serial.place,
            fmt::format("the content of {} changed, but `serial` is still {}: serving {}",
                        zone.apex.to_text(), model.soa.serial.value.value, decision.serial.value),
            "raise it with each change, or leave `serial` out: the server keeps it");
    }
    return decision.serial;
}

BuiltZone finish(ZoneBuilder& builder, const PlannedZone& zone, const BuildInput& input,
                 SerialSource& serials, Diagnostics& diagnostics) {
    const NetworkModel& model = *input.networks[zone.network].model;
    EditReport report(input, model, diagnostics);
    const std::vector<Edit> edits = edits_of(input, builder, zone, report);
    BuiltZone built;
    built.base.content = builder.content();
    if (auto layers = builder.ptr_layers(); !layers.low.empty() || !layers.silent.empty()) {
        built.base.layers = std::make_shared<const PtrLayers>(std::move(layers));
    }
    if (edits.empty()) {
        report.finish();
        built.content = built.base.content;
        built.zone = builder.build(serial_of(zone, model, built.content, serials, diagnostics));
        built.base.zone = built.zone;
        return built;
    }
    built.base.zone = builder.build(Serial());
    const ZoneEditor editor(built.base, edits, edit_ttl(model));
    for (const Edit& edit : edits) {
        if (const auto hidden = editor.find_hidden(edit)) report.note_unheard(edit, *hidden);
    }
    report.finish();
    built.base = editor.base();
    built.content = content_with_edits(built.base.content, built.base.edits);
    built.zone = editor.zone(serial_of(zone, model, built.content, serials, diagnostics));
    return built;
}

}  // namespace

std::unique_ptr<Assembly> check_networks(const BuildInput& input, Diagnostics& diagnostics) {
    NetworkCheck(input.networks, input.layout, diagnostics).run();
    for (std::size_t network = 0; network < input.networks.size(); ++network) {
        if (!input.layout.is_sound(network)) return nullptr;
    }
    auto assembly = std::make_unique<Assembly>(input, diagnostics);
    for (const auto& [apex, builder] : assembly->builders()) {
        const PlannedZone& zone = input.layout.zones().at(apex);
        check_content(builder, *input.networks[zone.network].model, diagnostics);
    }
    if (input.inventory == nullptr) return assembly;
    if (!input.is_part) check_coverage(*input.inventory, prefixes_of(input.networks), diagnostics);
    for (const auto& [apex, builder] : assembly->builders()) {
        check_shut(builder, input.inventory->file, diagnostics);
    }
    return assembly;
}

void check_coverage(const InventoryModel& inventory, std::vector<Prefix> networks,
                    Diagnostics& diagnostics) {
    const std::vector<Prefix> covered = outermost(std::move(networks));
    for (const ServerModel& server : inventory.servers) {
        for (const auto& [prefix, place] : server.allocations) {
            if (is_in_one_of(covered, prefix.first()) && is_in_one_of(covered, prefix.last())) {
                continue;
            }
            diagnostics.warning(
                inventory.file, place,
                fmt::format("{} of {} lies in no network",
                            prefix.is_address() ? prefix.first().to_text() : prefix.to_text(),
                            server.name),
                "write a zone file for its network, or correct the address");
        }
    }
}

std::vector<BuiltZone> build_zones(Assembly& assembly, SerialSource& serials,
                                   Diagnostics& diagnostics) {
    const BuildInput& input = assembly.input();
    std::vector<BuiltZone> zones;
    zones.reserve(input.layout.zones().size());
    for (const auto& [apex, zone] : input.layout.zones()) {
        ZoneBuilder* const builder = assembly.builder_at(apex);
        const NetworkModel* const model = input.networks[zone.network].model;
        if (builder != nullptr) {
            zones.push_back(finish(*builder, zone, input, serials, diagnostics));
        } else {
            zones.push_back(
                {Zone::make_unavailable(
                     {apex, zone.base, model == nullptr ? TransferPolicy() : model->transfer}),
                 {},
                 {}});
        }
    }
    return zones;
}

std::vector<Edit> named_edits_of(const BuildInput& input, const PlannedZone& zone) {
    std::vector<Edit> edits;
    if (input.edits == nullptr) return edits;
    const auto is_of_zone = [&](NameView name) {
        for (; name != zone.apex.view(); name = name.parent()) {
            if (input.layout.zones().contains(Name(name))) return false;
        }
        return true;
    };
    input.edits->for_each_named_edit(zone.apex, [&](const Edit& edit) {
        const bool is_address = address_below(zone.apex, zone.base, *edit.name).has_value();
        if (!is_address && is_of_zone(*edit.name)) edits.push_back(edit);
    });
    return edits;
}

std::shared_ptr<const Snapshot> snapshot_of(std::span<const BuiltZone> zones) {
    std::vector<std::shared_ptr<const Zone>> served;
    served.reserve(zones.size());
    for (const BuiltZone& zone : zones) served.push_back(zone.zone);
    return std::make_shared<const Snapshot>(std::move(served));
}

}  // namespace arpad

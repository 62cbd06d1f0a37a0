#include "zone/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "reverse/arpa_name.hpp"
#include "zone/builder.hpp"
#include "zone/zone_editor.hpp"

namespace arpad {
namespace {

/// The names that the RDATA of `rrset` are; none if they are no names.
std::vector<Name> names_of(const Rrset& rrset) {
    std::vector<Name> names;
    if (!is_one_name(rrset.type)) return names;
    for (const Rdata& rdata : rrset.rdatas) names.emplace_back(NameView::of_valid_wire(rdata));
    return names;
}

std::vector<Name> owned(NamesView views) {
    std::vector<Name> names;
    for (const NameView view : views) names.emplace_back(view);
    return names;
}

/// A finding that says which PTR an address has.
NameFinding ptr_finding(NameLayer layer, std::string file, Place place, std::vector<Name> names) {
    NameFinding finding;
    finding.layer = layer;
    finding.file = std::move(file);
    finding.place = place;
    finding.records = names.size();
    finding.names = std::move(names);
    return finding;
}

/// Collects what is said about one name.
class Inquiry {
public:
    Inquiry(const BuildInput& input, const Name& name, RrType type)
        : input_(input), type_(type), assembly_(input, ignored_) {
        result_.name = name;
    }

    Explanation run() {
        const PlannedZone* const zone = zone_of_name();
        if (zone == nullptr) return std::move(result_);
        const NetworkEntry& entry = input_.networks[zone->network];
        result_.network = display_name(entry.key);
        result_.file = entry.file;
        result_.zone = zone->apex;
        result_.is_broken = entry.model == nullptr;
        if (result_.is_broken) return std::move(result_);
        result_.primaries = entry.model->transfer.primaries;
        if (!result_.primaries.empty()) return std::move(result_);
        model_ = entry.model;
        builder_ = assembly_.builder_at(zone->apex);
        find_address();
        build(*zone);
        gather();
        decide();
        return std::move(result_);
    }

private:
    [[nodiscard]] const PlannedZone* zone_of_name() const {
        const PlannedZone* const zone = input_.layout.closest_zone(result_.name);
        if (zone == nullptr || type_ != RrType::ds || result_.name != zone->apex) return zone;
        const PlannedZone* const parent = input_.layout.parent_of(zone->apex);
        return parent == nullptr ? zone : parent;
    }

    void find_address() {
        if (!builder_->base()) return;
        NameBuffer name;
        name.assign(result_.name);
        const LabelPath path = read_labels(name, builder_->apex().label_count(), *builder_->base());
        const bool is_whole = path.end == LabelPath::End::name && path.prefix.is_address();
        if (is_whole) result_.address = path.prefix.first();
    }

    /// What exists, and whether an address gets a name at all, only the zone as a whole can say.
    void build(const PlannedZone& zone) {
        EditBase base;
        base.layers = std::make_shared<const PtrLayers>(builder_->ptr_layers());
        base.zone = files_ = builder_->build(Serial{});
        editor_.emplace(base, named_edits_of(input_, zone), edit_ttl(*model_));
        edited_ = editor_->zone(Serial{});
    }

    void gather() {
        way_out_ = builder_->find_way_out(result_.name);
        if (!way_out_) look_for_edits_above();
        const bool is_ds_at_cut =
            type_ == RrType::ds && way_out_ && *way_out_ == result_.name.view();
        if (is_ds_at_cut) way_out_.reset();
        if (way_out_ && *way_out_ != result_.name.view()) add_rrsets(*way_out_);
        add_rrsets(result_.name);
        add_edits();
        if (result_.address) {
            add_record();
            add_defaults();
            add_ranges();
        }
        look_at_zone();
        std::ranges::stable_sort(result_.findings, {}, &NameFinding::layer);
    }

    /// What delegations, `extra` and other networks put at `owner`.
    void add_rrsets(NameView owner) {
        for (const PlacedRrset& placed : builder_->find(owner)) {
            NameFinding finding;
            finding.layer = layer_of(placed.origin, owner);
            finding.file = finding.layer == NameLayer::nested_network
                               ? file_behind(placed.rrset, owner)
                               : model_->file;
            finding.place = placed.origin.place;
            if (owner != result_.name.view()) finding.owner = owner.to_text();
            finding.type = placed.rrset.type;
            finding.names = names_of(placed.rrset);
            finding.records = placed.rrset.rdatas.size();
            finding.ttl = placed.rrset.ttl;
            result_.findings.push_back(std::move(finding));
        }
    }

    [[nodiscard]] NameLayer layer_of(const RrsetOrigin& origin, NameView owner) const {
        switch (origin.kind) {
            case RrsetOrigin::Kind::delegation:
                return NameLayer::delegation;
            case RrsetOrigin::Kind::extra:
                return NameLayer::extra;
            case RrsetOrigin::Kind::derived:
                break;
        }
        return owner == builder_->apex() ? NameLayer::settings : NameLayer::nested_network;
    }

    /// The file of the network that `rrset` leads to.
    [[nodiscard]] std::string file_behind(const Rrset& rrset, NameView owner) const {
        const NameView target =
            rrset.type == RrType::cname ? NameView::of_valid_wire(rrset.rdatas.front()) : owner;
        const PlannedZone* const zone = input_.layout.closest_zone(target);
        return zone == nullptr ? std::string() : input_.networks[zone->network].file;
    }

    /// Edits of a name above may lead away, too.
    void look_for_edits_above() {
        const auto above = find_obstacle_above(*edited_, result_.name);
        if (!above) return;
        led_away_by_ = above->owner;
        way_out_ = led_away_by_.view();
        add_named_edits(led_away_by_);
    }

    void add_edits() {
        if (input_.edits != nullptr && result_.address) {
            input_.edits->for_each_edit({*result_.address, *result_.address},
                                        [this](const Edit& edit) { add_edit(edit); });
        }
        add_named_edits(result_.name);
    }

    void add_named_edits(const Name& owner) {
        if (input_.edits == nullptr) return;
        input_.edits->for_each_named_edit(owner, [&](const Edit& edit) {
            if (*edit.name == owner) add_edit(edit);
        });
    }

    void add_edit(const Edit& edit) {
        if (!is_awake(edit, input_.inventory)) return;
        NameFinding finding;
        finding.layer = edit.layer == EditLayer::edit ? NameLayer::edit : NameLayer::lease;
        finding.type = edit.type;
        finding.names = names_of({edit.type, {}, edit.rdatas});
        finding.records = edit.rdatas.size();
        if (!edit.is_hole) finding.ttl = edit.ttl.value_or(edit_ttl(*model_));
        if (edit.name && *edit.name != result_.name) finding.owner = edit.name->to_text();
        finding.is_unheard = editor_->find_hidden(edit).has_value();
        finding.made_by = input_.edits->maker_of(edit);
        result_.findings.push_back(std::move(finding));
    }

    void add_record() {
        const auto record = model_->records.view().find(*result_.address);
        if (!record) return;
        is_locked_ = record->locked;
        auto& finding = result_.findings.emplace_back(
            ptr_finding(NameLayer::record, model_->file, record->place, owned(record->names)));
        if (!record->names.empty()) finding.ttl = record->ttl.value_or(model_->ttl);
    }

    void add_defaults() {
        if (input_.inventory == nullptr) return;
        for (const ServerModel& server : input_.inventory->servers) {
            for (const PrimaryModel& primary : server.primaries) {
                if (primary.address != *result_.address) continue;
                auto& finding = result_.findings.emplace_back(
                    ptr_finding(NameLayer::server_default, input_.inventory->file, primary.place,
                                {server.host_name}));
                finding.made_by = fmt::format("{} of product {}", server.name, server.product);
                finding.ttl = input_.inventory->ttl.value_or(model_->ttl);
            }
        }
    }

    /// The ranges around the address, the smallest first.
    void add_ranges() {
        const Address address = *result_.address;
        // The model has an outer range before all it contains.
        for (const RangeModel& range : std::views::reverse(model_->ranges)) {
            if (address < range.range.first || range.range.last < address) continue;
            auto& finding = result_.findings.emplace_back(
                ptr_finding(NameLayer::range, model_->file, range.place, {}));
            if (!range.names) continue;
            NameSpace space;
            finding.names.emplace_back(range.names->render(address, space));
            finding.records = 1;
            finding.made_by = range.names->text();
            finding.ttl = range.ttl.value_or(model_->ttl);
        }
    }

    void look_at_zone() {
        NameBuffer name;
        name.assign(result_.name);
        const LabelPath path = files_->read_path(name);
        unsigned labels = name.label_count();
        if (const auto data = files_->find_name(name, labels, path)) {
            has_ptr_ = data->has_one_ptr() || data->node.find(RrType::ptr).has_value();
        }
        if (way_out_ || edited_->find_name(name, labels, path)) return;
        // RFC 4592 3.3.1: only the wildcard directly below the closest encloser may answer.
        while (!edited_->find_name(name, --labels, path)) {
        }
        add_wildcard(result_.name.view().suffix(labels));
    }

    void add_wildcard(NameView encloser) {
        const auto wildcard = Name(encloser).below("*");
        if (!wildcard) return;
        const std::size_t known = result_.findings.size();
        add_rrsets(*wildcard);
        add_named_edits(*wildcard);
        for (NameFinding& finding : result_.findings | std::views::drop(known)) {
            finding.layer = NameLayer::wildcard;
        }
    }

    /// Says which findings answers come from.
    void decide() {
        const NameFinding* const shut = find_shut();
        const NameFinding* const ptr = shut == nullptr ? find_ptr() : nullptr;
        for (NameFinding& finding : result_.findings) {
            if (shut != nullptr) {
                finding.is_effective = leads_away(finding.type) && finding.owner == shut->owner;
            } else {
                finding.is_effective = &finding == ptr || finding.layer == NameLayer::wildcard ||
                                       (finding.type != RrType::ptr && is_first(finding));
            }
            if (is_unheard(finding)) finding.is_effective = false;
            if (finding.is_effective && finding.type == RrType::cname) {
                result_.leads_to = finding.names.front();
            }
        }
    }

    /// Whether it would lead away from names that files say something of or lock, or, as a lease,
    /// from what others say.
    [[nodiscard]] bool is_unheard(const NameFinding& finding) const {
        if (finding.is_unheard) return true;
        const bool is_lease = finding.layer == NameLayer::lease;
        if (!leads_away(finding.type) || (!is_lease && finding.layer != NameLayer::edit)) {
            return false;
        }
        const auto is_above = [](const NameFinding& other) {
            return other.owner.empty() &&
                   (other.layer == NameLayer::edit || other.layer == NameLayer::record ||
                    other.layer == NameLayer::extra);
        };
        return is_locked_ || (is_lease && std::ranges::any_of(result_.findings, is_above));
    }

    /// Whether nobody is heard before it about its type.
    [[nodiscard]] bool is_first(const NameFinding& finding) const {
        const auto first =
            std::ranges::find_if(result_.findings, [&finding](const NameFinding& other) {
                return other.type == finding.type && other.owner == finding.owner;
            });
        return first->layer == finding.layer;
    }

    /// What keeps everything else from the name: a cut or DNAME at or above it, or a CNAME at it.
    [[nodiscard]] const NameFinding* find_shut() const {
        const bool is_above = way_out_ && *way_out_ != result_.name.view();
        const std::string owner = is_above ? way_out_->to_text() : std::string();
        for (const NameFinding& finding : result_.findings) {
            const bool is_candidate = leads_away(finding.type) && finding.owner == owner &&
                                      finding.layer != NameLayer::settings &&
                                      finding.layer != NameLayer::wildcard;
            if (is_unheard(finding)) continue;
            if (is_candidate && (way_out_ || finding.type == RrType::cname)) return &finding;
        }
        return nullptr;
    }

    /// The finding that says which PTR the name has, or that it has none; null if none is heard: a
    /// CNAME above, say, or a nested network keeps defaults and ranges from a name.
    [[nodiscard]] const NameFinding* find_ptr() const {
        const NameFinding* const first = find_first_ptr();
        const bool is_of_files = first == nullptr || (first->layer != NameLayer::edit &&
                                                      first->layer != NameLayer::lease);
        if (!is_of_files) return first;
        return first != nullptr && first->records > 0 && !has_ptr_ ? nullptr : first;
    }

    [[nodiscard]] const NameFinding* find_first_ptr() const {
        const NameFinding* standard = nullptr;
        for (const NameFinding& finding : result_.findings) {
            if (finding.type != RrType::ptr) continue;
            if (finding.layer == NameLayer::edit && is_locked_) continue;
            const bool is_low =
                finding.layer == NameLayer::lease || finding.layer == NameLayer::server_default;
            if (is_low) {
                if (standard == nullptr) standard = &finding;
            } else if (finding.layer == NameLayer::range && standard != nullptr) {
                // A hole is heard before a lease or a default, a template after them.
                return finding.records > 0 ? standard : &finding;
            } else {
                return &finding;
            }
        }
        return standard;
    }

    const BuildInput& input_;
    RrType type_;
    Diagnostics ignored_;
    Assembly assembly_;
    Explanation result_;
    const NetworkModel* model_ = nullptr;
    ZoneBuilder* builder_ = nullptr;
    std::shared_ptr<const Zone> files_;   // the zone as files make it
    std::optional<ZoneEditor> editor_;    // of what edits of names that are no address's make of it
    std::shared_ptr<const Zone> edited_;  // that
    std::optional<NameView> way_out_;
    Name led_away_by_;        // where an edit has what leads away
    bool is_locked_ = false;  // what `records` says of the address
    bool has_ptr_ = false;    // the name, in the zone as files make it
};

}  // namespace

std::string_view to_text(NameLayer layer) noexcept {
    switch (layer) {
        case NameLayer::settings:
            return "settings";
        case NameLayer::nested_network:
            return "nested network";
        case NameLayer::delegation:
            return "delegation";
        case NameLayer::edit:
            return "edit";
        case NameLayer::record:
            return "record";
        case NameLayer::extra:
            return "extra";
        case NameLayer::lease:
            return "lease";
        case NameLayer::server_default:
            return "server default";
        case NameLayer::range:
            return "range";
        case NameLayer::wildcard:
            return "wildcard";
    }
    return "";
}

Explanation explain(const BuildInput& input, const Name& name, RrType type) {
    return Inquiry(input, name, type).run();
}

Name name_to_explain(const BuildInput& input, Address address) {
    Name name = arpa_name(address);
    if (input.layout.closest_zone(name) != nullptr) return name;
    const auto network = input.layout.network_of(address);
    const PlannedZone* const zone = network ? input.layout.zone_of(*network, address) : nullptr;
    const auto inside = zone == nullptr ? Result<Name, NameError>(name)
                                        : address_name(zone->apex, *zone->base, address);
    return inside ? *inside : name;
}

}  // namespace arpad

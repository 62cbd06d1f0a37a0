#include "load/edit_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "load/master_name.hpp"
#include "reverse/arpa_name.hpp"
#include "zone/allocations.hpp"
#include "zone/content_check.hpp"
#include "zone/range_index.hpp"

namespace arpad {
namespace {

std::size_t octets_of(const Edit& edit) {
    return wire_octets({edit.type, {}, edit.rdatas});
}

bool is_locked(const Edit& edit, const EditRules& rules) {
    return !edit.name && is_kept_by_locked(edit.type) &&
           std::ranges::binary_search(rules.locked, edit.address);
}

/// What zone files or edits of people have at a name beside RRsets of `type`, which a lease of that
/// type would hide.
std::optional<std::pair<RrType, DataLayer>> hidden_by_lease(const EditedData& data, RrType type) {
    if (!leads_away(type)) return std::nullopt;
    const auto is_above = [](DataLayer layer) {
        return layer == DataLayer::edit || layer == DataLayer::file;
    };
    for (const EditedData::Held& held : data.rrsets) {
        if (is_above(held.layer)) return std::pair(held.rrset.type, held.layer);
    }
    for (const EditedData::Hole& hole : data.holes) {
        if (is_above(hole.layer)) return std::pair(hole.type, hole.layer);
    }
    return std::nullopt;
}

bool has_one_twice(const Edit& edit) {
    std::vector<Rdata> rdatas;
    rdatas.reserve(edit.rdatas.size());
    for (const Rdata& rdata : edit.rdatas) rdatas.push_back(comparable_rdata(edit.type, rdata));
    std::ranges::sort(rdatas);
    return std::ranges::adjacent_find(rdatas) != rdatas.end();
}

EditRefusal refusal_of(const Edit& edit, std::string text, std::string advice) {
    return {EditRefusal::Kind::not_allowed, edit.name ? std::nullopt : std::optional(edit.address),
            std::move(text), std::move(advice)};
}

EditRefusal refusal_of(UpdateRefusal refusal) {
    return {EditRefusal::Kind::not_allowed, std::nullopt, std::move(refusal.text),
            std::move(refusal.advice), refusal.rcode};
}

Edit at(Address address) {
    Edit edit;
    edit.address = address;
    return edit;
}

/// Whether `edit` only has what is there last longer.
bool is_renewal(const Edit& edit, const Edit& before) {
    return edit.says_anything() && edit.is_hole == before.is_hole && edit.ttl == before.ttl &&
           edit.rdatas == before.rdatas && edit.holder == before.holder;
}

/// The change that the name of an address with these edits comes from; 0 if from none.
ChangeId last_change_of(std::span<const Edit> edits, const InventoryModel* inventory) {
    ChangeId last = 0;
    for (const Edit& edit : edits) {
        if (edit.type == RrType::ptr && is_awake(edit, inventory)) {
            last = std::max(last, edit.change);
        }
    }
    return last;
}

/// Why a zone that cannot be edited cannot be; and what to do about it.
std::pair<std::string, std::string> flaw_of(const ServedZone* zone, const EditRules& rules) {
    if (zone != nullptr && zone->zone->transfer().is_secondary()) {
        return {fmt::format("{} is taken from primaries", zone->zone->apex().to_text()),
                "change the name there"};
    }
    if (zone != nullptr) {
        return {fmt::format("{} cannot be used", rules.file), "mend it: `arpactl check` says how"};
    }
    return {fmt::format("no zone of {} holds the address", rules.file),
            "`arpactl explain` says where its name leads"};
}

}  // namespace

EditRules edit_rules_of(const NetworkModel& model) {
    EditRules rules{model.file, model.soa.serial, edit_ttl(model), {}};
    for (const RecordView record : model.records) {
        if (record.locked) rules.locked.push_back(record.address);
    }
    return rules;
}

EditGroup::EditGroup(Ground ground, MadeChange::Time time)
    : ground_(std::move(ground)), time_(time), last_(ground_.changes.last_change()) {}

Result<ChangeId, EditRefusal> EditGroup::add(const Change& change) {
    std::vector<Edit> edits = change.edits;
    for (Edit& edit : edits) {
        name_address(edit);
        if (!change.account) continue;
        if (auto refusal = find_foreign(edit, *change.account)) return std::move(*refusal);
        if (edit.says_anything()) edit.holder = holder_of(ground_.inventory, edit.address);
    }
    for (const Expectation& expectation : change.expectations) {
        if (auto refusal = find_unmet(expectation)) return std::move(*refusal);
    }
    if (change.account) {
        if (auto refusal = find_excess(edits)) return std::move(*refusal);
    }
    return make(edits, change.origin, std::nullopt);
}

/// Whether `edit` is not about an address of `account`: it may have been when it was asked for.
std::optional<EditRefusal> EditGroup::find_foreign(const Edit& edit,
                                                   const std::string& account) const {
    const bool is_theirs =
        !edit.name && holder_of(ground_.inventory, edit.address).account == account;
    if (is_theirs) return std::nullopt;
    return EditRefusal{EditRefusal::Kind::not_theirs,
                       edit.name ? std::nullopt : std::optional(edit.address),
                       fmt::format("{} does not belong to this account", owner_text(edit)),
                       "change the names of the account's own addresses"};
}

/// Whether an account would have named more addresses of a prefix with `edits` than it may. What
/// the same change gives back does not count.
std::optional<EditRefusal> EditGroup::find_excess(const std::vector<Edit>& edits) {
    std::map<Prefix, std::size_t> added;
    for (const Edit& edit : edits) {
        const bool is_named = std::ranges::any_of(edits_at(edit), [&](const Edit& known) {
            return are_of_one_kind(known, edit) && names_an_address(known);
        });
        if (is_named || !edit.says_anything()) continue;
        const auto found = find_allocation(edit.address);
        if (!found || found->prefix.is_address()) continue;
        if (count_named(found->prefix) + ++added[found->prefix] <= max_named_of_prefix) continue;
        return EditRefusal{EditRefusal::Kind::too_many, edit.address,
                           fmt::format("{} addresses of {} have names already", max_named_of_prefix,
                                       found->prefix.to_text()),
                           "restore the default of some first"};
    }
    return std::nullopt;
}

/// How many addresses of the allocation `prefix`, and of none inside it, have names of their own by
/// now.
std::size_t EditGroup::count_named(const Prefix& prefix) {
    const auto [found, is_new] = named_before_.try_emplace(prefix, 0);
    if (is_new) {
        ground_.edits.for_each_edit(range_of(prefix), [&](const Edit& edit) {
            if (names_an_address(edit) && find_allocation(edit.address)->prefix == prefix) {
                ++found->second;
            }
        });
    }
    return found->second + newly_named_[prefix];
}

/// Whether `edit` is a name that is heard, and not that of a lease.
bool EditGroup::names_an_address(const Edit& edit) const {
    return !edit.name && edit.type == RrType::ptr && edit.layer == EditLayer::edit &&
           edit.says_anything() && is_awake(edit, ground_.inventory);
}

std::optional<Allocations::Found> EditGroup::find_allocation(Address address) const {
    return ground_.inventory == nullptr ? std::nullopt
                                        : ground_.inventory->allocations.find(address);
}

/// Has `edit` be about the address that its name is that of, if it is one's.
void EditGroup::name_address(Edit& edit) const {
    if (!edit.name) return;
    const Target target = ground_.find_name(*edit.name);
    if (!target.is_editable()) return;
    const auto address = address_of_owner(*target.zone->base.zone, *edit.name);
    if (!address) return;
    edit.address = *address;
    edit.name.reset();
}

Result<ChangeId, EditRefusal> EditGroup::add(const Undo& undo) {
    const auto known = std::ranges::find(changes_, undo.change, &MadeChange::id);
    const auto change =
        known != changes_.end() ? std::optional(*known) : ground_.changes.find_change(undo.change);
    const bool is_theirs =
        change && (!undo.account || std::ranges::all_of(change->edits, [&](const MadeEdit& made) {
            return made.holder.account == *undo.account && !made.edit.name &&
                   made.edit.type == RrType::ptr && made.edit.layer == EditLayer::edit;
        }));
    if (!is_theirs) {
        return EditRefusal{EditRefusal::Kind::unknown,
                           {},
                           fmt::format("there is no change {}", undo.change),
                           "look into the history for its number"};
    }
    if (auto refusal = find_changed_since(*change)) return std::move(*refusal);
    std::vector<Edit> edits;
    for (const MadeEdit& made : change->edits) {
        if (undo.account) {
            if (auto refusal = find_foreign(made.edit, *undo.account)) return std::move(*refusal);
        }
        edits.push_back(made.before ? *made.before : reset_of(made.edit));
    }
    if (undo.account) {
        if (auto refusal = find_excess(edits)) return std::move(*refusal);
    }
    return make(edits, undo.origin, undo.change);
}

/// What an update sees of a zone.
class EditGroup::ZoneView final : public UpdatedZone {
public:
    ZoneView(EditGroup& group, const Target& target) : group_(group), target_(target) {}

    [[nodiscard]] std::optional<Prefix> base() const override {
        return target_.zone->zone->parts().base;
    }

    [[nodiscard]] EditedData data_at(const Edit& owner) override {
        const ZoneEditor& editor = group_.editor_of(target_);
        EditedData data = arpad::lay_over(editor.files_of(owner), group_.heard_at(owner, target_),
                                          target_.rules->ttl);
        const Zone& zone = *target_.zone->zone;
        if (owner.name && owner.name->view() == zone.apex()) {
            const RrsetView soa = zone.soa();
            const auto rdata = *soa.begin();
            data.rrsets.push_back(
                {{RrType::soa, soa.ttl(), {{rdata.begin(), rdata.end()}}}, DataLayer::file});
        }
        return data;
    }

    [[nodiscard]] std::optional<Name> zone_of(NameView name) override {
        const Target target = group_.ground_.find_name(name);
        return target.zone == nullptr ? std::nullopt
                                      : std::optional<Name>(target.zone->zone->apex());
    }

private:
    EditGroup& group_;
    const Target& target_;
};

Result<ChangeId, EditRefusal> EditGroup::add(const UpdateRequest& request) {
    const Update& update = request.update;
    const Target target = ground_.find_name(update.zone);
    const bool is_apex = target.zone != nullptr && target.zone->zone->apex() == update.zone.view();
    if (!is_apex) {
        return refusal_of({Rcode::not_auth,
                           fmt::format("{} is no zone of ours", update.zone.to_text()),
                           "`arpactl zones` lists them"});
    }
    if (!target.is_editable()) {
        const auto [text, advice] = flaw_of(target.zone, *target.rules);
        return refusal_of({Rcode::serv_fail, text, advice});
    }
    ZoneView view(*this, target);
    auto edits = evaluate(update, view, std::chrono::floor<std::chrono::seconds>(time_));
    if (!edits) return refusal_of(edits.error());
    for (const Edit& edit : *edits) {
        const ServedZone* const right = find_target(edit).zone;
        if (right == target.zone) continue;
        return refusal_of({Rcode::not_zone,
                           fmt::format("{} lies outside of the network of {}", owner_text(edit),
                                       update.zone.to_text()),
                           right == nullptr
                               ? "no network that is served here has it"
                               : fmt::format("update {}", right->zone->apex().to_text())});
    }
    // What says nothing already says nothing then.
    std::erase_if(*edits, [this](const Edit& edit) {
        return !edit.says_anything() &&
               std::ranges::none_of(edits_at(edit), [&edit](const Edit& known) {
                   return are_of_one_kind(known, edit);
               });
    });
    if (edits->empty()) return ChangeId{0};
    return make(*edits, request.origin, std::nullopt);
}

Result<ChangeId, EditRefusal> EditGroup::add(const Expiry& expiry) {
    std::vector<Edit> edits;
    for (const Edit& edit : expiry.edits) {
        const EditsThere& there = edits_at(edit);
        const auto now = std::ranges::find_if(
            there, [&edit](const Edit& known) { return are_of_one_kind(known, edit); });
        const bool is_over = now != there.end() && now->expires && *now->expires <= time_;
        if (is_over) edits.push_back(reset_of(edit));
    }
    if (edits.empty()) return ChangeId{0};
    return note(edits, {Channel::expiry, {}}, std::nullopt);
}

EditGroup::Target EditGroup::find_target(const Edit& edit) const {
    return edit.name ? ground_.find_name(*edit.name) : ground_.find(edit.address);
}

/// Whether the address is not what whoever changes it has seen.
std::optional<EditRefusal> EditGroup::find_unmet(const Expectation& expectation) {
    const Target target = ground_.find(expectation.address);
    std::optional<Rrset> served;
    if (target.is_editable()) served = editor_of(target).ptr_of(expectation.address);
    const ChangeId last = last_change_of(edits_at(at(expectation.address)), ground_.inventory);
    if (tag_of(served, last) == expectation.tag) return std::nullopt;
    return EditRefusal{EditRefusal::Kind::outdated, expectation.address,
                       fmt::format("{} has been changed meanwhile", expectation.address.to_text()),
                       "look at it again, and decide anew"};
}

/// Whether something else has been done to a name of `change` since.
std::optional<EditRefusal> EditGroup::find_changed_since(const MadeChange& change) {
    for (const MadeEdit& made : change.edits) {
        const EditsThere& there = edits_at(made.edit);
        const auto now = std::ranges::find_if(
            there, [&](const Edit& edit) { return are_of_one_kind(edit, made.edit); });
        const bool is_same = !made.edit.says_anything()
                                 ? now == there.end()
                                 : now != there.end() && now->change == change.id;
        if (is_same) continue;
        return EditRefusal{
            EditRefusal::Kind::outdated,
            made.edit.name ? std::nullopt : std::optional(made.edit.address),
            fmt::format("{} has been changed since change {}", owner_text(made.edit), change.id),
            "look into its history, and set its name anew"};
    }
    return std::nullopt;
}

Result<ChangeId, EditRefusal> EditGroup::make(const std::vector<Edit>& edits,
                                              const ChangeOrigin& origin,
                                              std::optional<ChangeId> undoes) {
    std::set<std::tuple<Address, std::string, RrType, EditLayer>> kinds;
    for (const Edit& edit : edits) {
        if (auto refusal = find_refusal(edit, find_target(edit))) return std::move(*refusal);
        const std::string name = edit.name ? edit.name->to_text() : std::string();
        if (kinds.emplace(edit.address, name, edit.type, edit.layer).second) continue;
        return refusal_of(edit, fmt::format("{} is there twice", owner_text(edit)),
                          "change each address once");
    }
    if (auto refusal = find_void(edits)) return std::move(*refusal);
    if (auto refusal = find_misfit(edits)) return std::move(*refusal);
    return note(edits, origin, undoes);
}

/// Makes a change that may be made. Its number, or that of the one which has said the same.
ChangeId EditGroup::note(const std::vector<Edit>& edits, const ChangeOrigin& origin,
                         std::optional<ChangeId> undoes) {
    MadeChange made{last_ + 1, time_, origin, undoes, {}, {}};
    std::map<const ServedZone*, Layer> layers;
    for (Edit edit : edits) {
        const Target target = find_target(edit);
        Layer* const layer =
            target.is_editable()
                ? &layers.try_emplace(target.zone, Layer{target, true, {}}).first->second
                : nullptr;
        edit.change = made.id;
        made.edits.push_back(put(std::move(edit), layer));
    }
    std::set<const ServedZone*> zones;
    for (const auto& [zone, layer] : layers) {
        lay_over(layer);
        zones.insert(zone);
    }
    for (MadeEdit& each : made.edits) {
        const Target target = find_target(each.edit);
        if (!target.is_editable()) continue;
        each.served = editor_of(target).rrset_of(each.edit, each.edit.type);
    }
    ChangeId number = 0;
    for (const MadeEdit& each : made.edits) number = std::max(number, each.edit.change);
    // Where all that was there only lasts longer, nothing is told of it but what made it.
    made.id = number > last_ ? ++last_ : 0;
    changes_.push_back(std::move(made));
    zones_by_change_.push_back(std::move(zones));
    return number;
}

std::optional<EditRefusal> EditGroup::find_refusal(const Edit& edit, const Target& target) {
    const auto refusal = [&edit](std::string text, std::string advice) {
        return refusal_of(edit, std::move(text), std::move(advice));
    };
    const std::string owner = owner_text(edit);
    if (target.rules == nullptr) {
        return refusal(fmt::format("{} lies in no network that is served", owner),
                       "write a zone file for its network");
    }
    const EditRules& rules = *target.rules;
    if (!target.is_editable()) {
        const auto [text, advice] = flaw_of(target.zone, rules);
        return refusal(fmt::format("{} cannot be named: {}", owner, text), advice);
    }
    if (rules.serial.kind == SerialModel::Kind::fixed) {
        return refusal(fmt::format("{} cannot be named: the serial of its zone is fixed in {}",
                                   owner, rules.file),
                       "remove `fixed` there, or write the name there");
    }
    const bool is_cleaned_up = edit.type != RrType::ptr && !edit.says_anything();
    if (is_locked(edit, rules) && !is_cleaned_up) {
        return refusal(fmt::format("{} is locked in {}", owner, rules.file),
                       "change it there, or remove `locked` there");
    }
    if (const auto hidden = editor_of(target).find_hidden(edit)) {
        return refusal(fmt::format("{} cannot get {} records: files say what {} has", owner,
                                   to_mnemonic(edit.type), hidden->to_text()),
                       "remove that there first");
    }
    if (const auto obstacle = editor_of(target).find_obstacle(edit)) {
        const Target other = ground_.find_name(obstacle->owner);
        const bool is_other = other.zone != nullptr && other.zone != target.zone;
        return refusal(
            fmt::format("{} cannot be named: {} has a {} record", owner, obstacle->owner.to_text(),
                        to_mnemonic(obstacle->type)),
            is_other ? fmt::format("name it in the zone {}", other.zone->zone->apex().to_text())
                     : "name it in the zone that this leads to");
    }
    if (edit.layer == EditLayer::lease && edit.says_anything()) {
        const auto data =
            arpad::lay_over(editor_of(target).files_of(edit), heard_at(edit, target), rules.ttl);
        const auto held_by = [&](RrType type, DataLayer layer, std::string advice) {
            return refusal(fmt::format("{} {} is held by the layer `{}`", owner, to_mnemonic(type),
                                       to_text(layer)),
                           std::move(advice));
        };
        const auto holder = data.layer_of(edit.type);
        if (holder == DataLayer::edit || holder == DataLayer::file) {
            return held_by(edit.type, *holder, "a lease would not be heard");
        }
        if (const auto hidden = hidden_by_lease(data, edit.type)) {
            return held_by(hidden->first, hidden->second, "a lease may not lead away from it");
        }
    }
    if (has_one_twice(edit)) {
        return refusal(fmt::format("{} gets a name twice", owner), "give each name once");
    }
    if (octets_of(edit) > max_rrset_octets) {
        return refusal(fmt::format("{} of {} does not fit into a DNS message",
                                   edit.rdatas.size() == 1
                                       ? fmt::format("the {} record", to_mnemonic(edit.type))
                                       : fmt::format("what the {} {} records say",
                                                     edit.rdatas.size(), to_mnemonic(edit.type)),
                                   owner),
                       edit.rdatas.size() == 1 ? "make it shorter" : "give it fewer");
    }
    return std::nullopt;
}

/// Why `edits`, which are to be made together, cannot leave an address without anything.
std::optional<EditRefusal> EditGroup::find_void(const std::vector<Edit>& edits) {
    std::map<Address, std::vector<const Edit*>> edits_by_address;
    for (const Edit& edit : edits) {
        if (!edit.name && is_in_wildcard(*find_target(edit).zone->base.zone, edit.address)) {
            edits_by_address[edit.address].push_back(&edit);
        }
    }
    for (const auto& [address, its_edits] : edits_by_address) {
        const Edit& first = *its_edits.front();
        const Target target = find_target(first);
        EditsThere there = heard_at(first, target);
        for (const Edit* const each : its_edits) {
            std::erase_if(there,
                          [each](const Edit& known) { return are_of_one_kind(known, *each); });
            if (each->says_anything()) there.push_back(*each);
        }
        const FileData files = editor_of(target).files_of(first);
        if (!arpad::lay_over(files, there, target.rules->ttl).rrsets.empty()) continue;
        return refusal_of(first,
                          fmt::format("{} cannot be left without a name: to other nameservers its "
                                      "range is a wildcard",
                                      owner_text(first)),
                          "name it, or write `ranges: expand` under `transfer` of the zone file");
    }
    return std::nullopt;
}

/// Why no file could have what `edits`, which are to be made together, say; none if one could.
std::optional<EditRefusal> EditGroup::find_misfit(const std::vector<Edit>& edits) {
    using EditsByOwner = std::map<Name, const Edit*, CanonicalLess>;
    std::map<const ServedZone*, EditsByOwner> delegations;
    for (const Edit& edit : edits) {
        if (!leads_away_below(edit.type) || !edit.says_anything() || edit.is_hole) continue;
        const ServedZone* const served = find_target(edit).zone;
        Name owner = owner_of(*served->zone, edit);
        if (owner.view() == served->zone->apex() && edit.type == RrType::ns) continue;
        delegations[served].emplace(std::move(owner), &edit);
    }
    if (delegations.empty()) return std::nullopt;
    const auto refusal = [](const Name& owner, const Edit& edit) {
        return refusal_of(edit,
                          fmt::format("{} cannot get {} records: there are names below it",
                                      owner.to_text(), to_mnemonic(edit.type)),
                          "remove these first");
    };
    for (const auto& [zone, owners] : delegations) {
        std::set<Name, CanonicalLess> names;
        for (const auto& [owner, edit] : owners) names.insert(owner);
        const auto found = zones_.at(zone).editor.find_above_data(names);
        if (found) return refusal(*found, *owners.at(*found));
    }
    for (const Edit& edit : edits) {
        if (!edit.says_anything() || edit.is_hole || holds_address(edit.type)) continue;
        const ServedZone* const served = find_target(edit).zone;
        const auto owners = delegations.find(served);
        if (owners == delegations.end()) continue;
        const Name owner = owner_of(*served->zone, edit);
        for (NameView rest = owner; rest != served->zone->apex();) {
            rest = rest.parent();
            const auto above = owners->second.find(rest);
            if (above != owners->second.end()) return refusal(above->first, *above->second);
        }
    }
    return std::nullopt;
}

/// The edits of the name that `owner` is about, as they are by now.
EditGroup::EditsThere& EditGroup::edits_at(const Edit& owner) {
    if (owner.name) {
        const auto [found, is_new] = named_edits_.try_emplace(*owner.name);
        if (is_new) {
            ground_.edits.for_each_named_edit(*owner.name, [&](const Edit& edit) {
                if (edit.name == owner.name) found->second.push_back(edit);
            });
        }
        return found->second;
    }
    const auto [found, is_new] = edits_.try_emplace(owner.address);
    if (is_new) {
        ground_.edits.for_each_edit(
            {owner.address, owner.address},
            [&edits = found->second](const Edit& edit) { edits.push_back(edit); });
    }
    return found->second;
}

/// Those that are heard in a zone that can be edited.
EditGroup::EditsThere EditGroup::heard_at(const Edit& owner, const Target& target) {
    EditsThere heard = edits_at(owner);
    std::erase_if(heard, [&](const Edit& each) {
        return !is_awake(each, ground_.inventory) || is_locked(each, *target.rules) ||
               editor_of(target).find_hidden(each);
    });
    return heard;
}

ZoneEditor& EditGroup::editor_of(const Target& target) {
    auto found = zones_.find(target.zone);
    if (found == zones_.end()) {
        ZoneEditor editor(target.zone->base, target.zone->zone);
        found = zones_.emplace(target.zone, Edited{target, std::move(editor)}).first;
    }
    return found->second.editor;
}

/// Puts `edit` among those of its name; what it changes in a zone that can be edited is noted in
/// `layer`, null if there is none.
MadeEdit EditGroup::put(Edit edit, Layer* layer) {
    EditsThere& there = edits_at(edit);
    MadeEdit made;
    if (!edit.name) made.holder = holder_of(ground_.inventory, edit.address);
    if (layer != nullptr) {
        made.served_before = editor_of(layer->target).rrset_of(edit, edit.type);
        note_owner(edit, *layer);
    }
    const auto before = std::ranges::find_if(
        there, [&](const Edit& known) { return are_of_one_kind(known, edit); });
    if (before != there.end()) {
        if (is_renewal(edit, *before)) edit.change = before->change;
        made.before = std::move(*before);
        there.erase(before);
    }
    if (edit.says_anything()) there.push_back(edit);
    if (layer != nullptr) note_owner(edit, *layer);
    made.edit = std::move(edit);
    if (const auto found = made.edit.name ? std::nullopt : find_allocation(made.edit.address)) {
        std::size_t& count = newly_named_[found->prefix];
        if (names_an_address(made.edit)) ++count;
        if (made.before && names_an_address(*made.before)) --count;  // below 0 it wraps, and back
    }
    return made;
}

/// Has `layer` have the name that `owner` is about.
void EditGroup::note_owner(const Edit& owner, Layer& layer) {
    if (!layer.is_plain) return;
    layer.is_plain = !owner.name && editor_of(layer.target).is_plain(heard_at(owner, layer.target));
    layer.addresses.insert(owner.address);
}

/// Has the names in `layer` have what their edits say by now.
void EditGroup::lay_over(const Layer& layer) {
    const Target& target = layer.target;
    ZoneEditor& editor = editor_of(target);
    if (!layer.is_plain) {
        editor = ZoneEditor(target.zone->base, all_edits(target), target.rules->ttl);
        return;
    }
    for (const Address address : layer.addresses) {
        editor.apply(address, heard_at(at(address), target), target.rules->ttl);
    }
}

/// All edits of the zone of `target` that are heard, as they are by now, as ZoneEditor takes them.
std::vector<Edit> EditGroup::all_edits(const Target& target) {
    const Zone& zone = *target.zone->base.zone;
    const auto& base = zone.parts().base;
    std::set<Name, CanonicalLess> names;
    std::set<Address> addresses;
    const auto note_name = [&](const Name& name) {
        if (ground_.find_name(name).zone == target.zone) names.insert(name);
    };
    ground_.edits.for_each_named_edit(Name(zone.apex()),
                                      [&](const Edit& edit) { note_name(*edit.name); });
    for (const auto& [name, edits] : named_edits_) note_name(name);
    const auto note_address = [&](Address address) {
        if (ground_.find(address).zone == target.zone) addresses.insert(address);
    };
    if (base) {
        ground_.edits.for_each_edit(range_of(*base),
                                    [&](const Edit& edit) { note_address(edit.address); });
        for (const auto& [address, edits] : edits_) {
            if (base->contains(address)) note_address(address);
        }
    }
    std::vector<Edit> all;
    const auto add = [&all](const EditsThere& edits) {
        all.insert(all.end(), edits.begin(), edits.end());
    };
    for (const Name& name : names) {
        Edit owner;
        owner.name = name;
        add(heard_at(owner, target));
    }
    for (const Address address : addresses) {
        if (!find_obstacle(zone, address)) add(heard_at(at(address), target));
    }
    return all;
}

void EditGroup::for_each_zone(
    SerialSource& serials,
    const std::function<void(const Target& before, ServedZone after)>& visit) {
    std::map<const ServedZone*, Serial> serials_by_zone;
    for (const auto& [before, edited] : zones_) {
        const EditBase& base = edited.editor.base();
        const Digest content = content_with_edits(base.content, base.edits);
        serials_by_zone.emplace(before, before->zone->serial());
        if (content == before->content) continue;
        const Name apex(before->zone->apex());
        const Serial serial = serials.serial_for(apex, edited.target.rules->serial, content).serial;
        serials_by_zone[before] = serial;
        visit(edited.target, {edited.editor.zone(serial), content, base});
    }
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        for (const ServedZone* const zone : zones_by_change_[i]) {
            changes_[i].zones.emplace_back(zone->zone->apex(), serials_by_zone.at(zone));
        }
        std::ranges::sort(changes_[i].zones, CanonicalLess(), &std::pair<Name, Serial>::first);
    }
}

}  // namespace arpad

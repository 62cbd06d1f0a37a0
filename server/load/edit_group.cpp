#include "load/edit_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "load/master_name.hpp"
#include "zone/content_check.hpp"

namespace arpad {
namespace {

std::size_t octets_of(const Edit& edit) {
    return wire_octets({edit.type, {}, edit.rdatas});
}

bool has_one_twice(const Edit& edit) {
    std::vector<Rdata> rdatas;
    rdatas.reserve(edit.rdatas.size());
    for (const Rdata& rdata : edit.rdatas) rdatas.push_back(comparable_rdata(edit.type, rdata));
    std::ranges::sort(rdatas);
    return std::ranges::adjacent_find(rdatas) != rdatas.end();
}

bool is_of_one_kind(const Edit& left, const Edit& right) {
    return left.type == right.type && left.layer == right.layer;
}

EditRefusal refusal_of(Address address, std::string text, std::string advice) {
    return {EditRefusal::Kind::not_allowed, address, std::move(text), std::move(advice)};
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
    for (const Expectation& expectation : change.expectations) {
        if (auto refusal = find_unmet(expectation)) return std::move(*refusal);
    }
    return make(change.edits, change.origin, std::nullopt);
}

Result<ChangeId, EditRefusal> EditGroup::add(const Undo& undo) {
    const auto known = std::ranges::find(changes_, undo.change, &MadeChange::id);
    const auto change =
        known != changes_.end() ? std::optional(*known) : ground_.changes.find_change(undo.change);
    const bool is_theirs =
        change && (!undo.account || std::ranges::all_of(change->edits, [&](const MadeEdit& made) {
            return made.holder.account == *undo.account;
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
        Edit edit = made.edit;
        edit.rdatas.clear();
        edit.ttl.reset();
        edit.holder = {};
        edits.push_back(made.before ? *made.before : edit);
    }
    return make(edits, undo.origin, undo.change);
}

/// Whether the address is not what whoever changes it has seen.
std::optional<EditRefusal> EditGroup::find_unmet(const Expectation& expectation) {
    const Target target = ground_.find(expectation.address);
    std::optional<Rrset> served;
    if (target.zone != nullptr && target.zone->base.zone) {
        served = editor_of(target).ptr_of(expectation.address);
    }
    const ChangeId last = last_change_of(edits_at(expectation.address), ground_.inventory);
    if (tag_of(served, last) == expectation.tag) return std::nullopt;
    return EditRefusal{EditRefusal::Kind::outdated, expectation.address,
                       fmt::format("{} has been changed meanwhile", expectation.address.to_text()),
                       "look at it again, and decide anew"};
}

/// Whether something else has been done to an address of `change` since.
std::optional<EditRefusal> EditGroup::find_changed_since(const MadeChange& change) {
    for (const MadeEdit& made : change.edits) {
        const EditsThere& there = edits_at(made.edit.address);
        const auto now = std::ranges::find_if(
            there, [&](const Edit& edit) { return is_of_one_kind(edit, made.edit); });
        const bool is_same = made.edit.rdatas.empty()
                                 ? now == there.end()
                                 : now != there.end() && now->change == change.id;
        if (is_same) continue;
        return EditRefusal{EditRefusal::Kind::outdated, made.edit.address,
                           fmt::format("{} has been changed since change {}",
                                       made.edit.address.to_text(), change.id),
                           "look into its history, and set its name anew"};
    }
    return std::nullopt;
}

Result<ChangeId, EditRefusal> EditGroup::make(const std::vector<Edit>& edits,
                                              const ChangeOrigin& origin,
                                              std::optional<ChangeId> undoes) {
    std::vector<Target> targets;
    targets.reserve(edits.size());
    std::set<Address> addresses;
    for (const Edit& edit : edits) {
        targets.push_back(ground_.find(edit.address));
        if (auto refusal = find_refusal(edit, targets.back())) return std::move(*refusal);
        if (addresses.insert(edit.address).second) continue;
        return refusal_of(edit.address, fmt::format("{} is there twice", edit.address.to_text()),
                          "change each address once");
    }
    MadeChange made{++last_, time_, origin, undoes, {}, {}};
    std::set<const ServedZone*> zones;
    for (std::size_t i = 0; i < edits.size(); ++i) {
        Edit edit = edits[i];
        edit.change = made.id;
        made.edits.push_back(apply(std::move(edit), targets[i]));
        zones.insert(targets[i].zone);
    }
    changes_.push_back(std::move(made));
    zones_by_change_.push_back(std::move(zones));
    return last_;
}

std::optional<EditRefusal> EditGroup::find_refusal(const Edit& edit, const Target& target) const {
    const auto refusal = [&edit](std::string text, std::string advice) {
        return refusal_of(edit.address, std::move(text), std::move(advice));
    };
    const std::string address = edit.address.to_text();
    if (target.rules == nullptr) {
        return refusal(fmt::format("{} lies in no network that is served", address),
                       "write a zone file for its network");
    }
    const EditRules& rules = *target.rules;
    if (target.zone == nullptr || !target.zone->base.zone) {
        const auto [text, advice] = flaw_of(target.zone, rules);
        return refusal(fmt::format("{} cannot be named: {}", address, text), advice);
    }
    if (rules.serial.kind == SerialModel::Kind::fixed) {
        return refusal(fmt::format("{} cannot be named: the serial of its zone is fixed in {}",
                                   address, rules.file),
                       "remove `fixed` there, or write the name there");
    }
    if (std::ranges::binary_search(rules.locked, edit.address)) {
        return refusal(fmt::format("{} is locked in {}", address, rules.file),
                       "change it there, or remove `locked` there");
    }
    if (const auto obstacle = find_obstacle(*target.zone->base.zone, edit.address)) {
        return refusal(fmt::format("{} cannot be named: {} has a {} record", address,
                                   obstacle->owner.to_text(), to_mnemonic(obstacle->type)),
                       "name it in the zone that this leads to");
    }
    if (has_one_twice(edit)) {
        return refusal(fmt::format("{} gets a name twice", address), "give each name once");
    }
    if (edit.rdatas.size() > 1 && octets_of(edit) > max_rrset_octets) {
        return refusal(fmt::format("the {} names of {} do not fit into a DNS message",
                                   edit.rdatas.size(), address),
                       "give it fewer");
    }
    return std::nullopt;
}

/// The edits of `address`, as they are by now.
EditGroup::EditsThere& EditGroup::edits_at(Address address) {
    const auto [found, is_new] = edits_.try_emplace(address);
    if (is_new) {
        ground_.edits.for_each_edit({address, address}, [&edits = found->second](const Edit& edit) {
            edits.push_back(edit);
        });
    }
    return found->second;
}

ZoneEditor& EditGroup::editor_of(const Target& target) {
    auto found = zones_.find(target.zone);
    if (found == zones_.end()) {
        ZoneEditor editor(target.zone->base, *target.zone->zone);
        found = zones_.emplace(target.zone, Edited{target, std::move(editor)}).first;
    }
    return found->second.editor;
}

MadeEdit EditGroup::apply(Edit edit, const Target& target) {
    ZoneEditor& editor = editor_of(target);
    EditsThere& there = edits_at(edit.address);
    MadeEdit made;
    made.holder = holder_of(ground_.inventory, edit.address);
    made.served_before = editor.ptr_of(edit.address);
    const auto before =
        std::ranges::find_if(there, [&](const Edit& known) { return is_of_one_kind(known, edit); });
    if (before != there.end()) {
        made.before = std::move(*before);
        there.erase(before);
    }
    if (!edit.rdatas.empty()) there.push_back(edit);
    EditsThere heard = there;
    std::erase_if(heard, [this](const Edit& each) { return !is_awake(each, ground_.inventory); });
    editor.apply(edit.address, heard, target.rules->ttl);
    made.served = editor.ptr_of(edit.address);
    made.edit = std::move(edit);
    return made;
}

void EditGroup::for_each_zone(
    SerialSource& serials,
    const std::function<void(const Target& before, ServedZone after)>& visit) {
    std::map<const ServedZone*, Serial> serials_by_zone;
    for (const auto& [before, edited] : zones_) {
        const EditBase& base = before->base;
        const Digest content = content_with_edits(base.content, edited.editor.edits());
        serials_by_zone.emplace(before, before->zone->serial());
        if (content == before->content) continue;
        const Name apex(before->zone->apex());
        const Serial serial = serials.serial_for(apex, edited.target.rules->serial, content).serial;
        serials_by_zone[before] = serial;
        visit(edited.target, {edited.editor.zone(serial),
                              content,
                              {base.zone, base.content, edited.editor.edits()}});
    }
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        for (const ServedZone* const zone : zones_by_change_[i]) {
            changes_[i].zones.emplace_back(zone->zone->apex(), serials_by_zone.at(zone));
        }
        std::ranges::sort(changes_[i].zones, CanonicalLess(), &std::pair<Name, Serial>::first);
    }
}

}  // namespace arpad

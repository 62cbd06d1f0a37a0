#include "load/edit_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "load/master_name.hpp"
#include "zone/builder.hpp"
#include "zone/content_check.hpp"

namespace arpad {
namespace {

std::size_t octets_of(const Edit& edit) {
    Rrset rrset{RrType::ptr, {}, {}};
    for (const Name& name : edit.names) rrset.rdatas.push_back(name_rdata(name));
    return wire_octets(rrset);
}

bool has_one_twice(std::vector<Name> names) {
    std::ranges::sort(names, CanonicalLess());
    return std::ranges::adjacent_find(names) != names.end();
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

std::optional<EditRefusal> EditGroup::add(std::span<const Edit> change) {
    std::vector<Target> targets;
    targets.reserve(change.size());
    for (const Edit& edit : change) {
        targets.push_back(find_(edit.address));
        if (auto refusal = find_refusal(edit, targets.back())) return refusal;
    }
    for (std::size_t i = 0; i < change.size(); ++i) apply(change[i], targets[i]);
    edits_.insert(edits_.end(), change.begin(), change.end());
    return std::nullopt;
}

std::optional<EditRefusal> EditGroup::find_refusal(const Edit& edit, const Target& target) const {
    const auto refusal = [&edit](std::string text, std::string advice) {
        return EditRefusal{edit.address, std::move(text), std::move(advice)};
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
    if (has_one_twice(edit.names)) {
        return refusal(fmt::format("{} gets a name twice", address), "give each name once");
    }
    if (edit.names.size() > 1 && octets_of(edit) > max_rrset_octets) {
        return refusal(fmt::format("the {} names of {} do not fit into a DNS message",
                                   edit.names.size(), address),
                       "give it fewer");
    }
    return std::nullopt;
}

void EditGroup::apply(const Edit& edit, const Target& target) {
    auto found = zones_.find(target.zone);
    if (found == zones_.end()) {
        ZoneEditor editor(target.zone->base, *target.zone->zone);
        found = zones_.emplace(target.zone, Edited{target, std::move(editor)}).first;
    }
    found->second.editor.apply(edit, target.rules->ttl);
}

void EditGroup::for_each_zone(
    SerialSource& serials,
    const std::function<void(const Target& before, ServedZone after)>& visit) const {
    for (const auto& [before, edited] : zones_) {
        const EditBase& base = before->base;
        const Digest content = content_with_edits(base.content, edited.editor.edits());
        if (content == before->content) continue;
        const Name apex(before->zone->apex());
        const Serial serial = serials.serial_for(apex, edited.target.rules->serial, content).serial;
        visit(edited.target, {edited.editor.zone(serial),
                              content,
                              {base.zone, base.content, edited.editor.edits()}});
    }
}

}  // namespace arpad

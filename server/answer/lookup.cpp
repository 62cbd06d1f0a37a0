#include "answer/lookup.hpp"

namespace arpad {
namespace {

/// The highest cut at or above `name`, from the apex down. DS at the cut itself is data of this
/// zone (RFC 4035 3.1.4.1).
std::optional<Lookup> find_cut(const Zone& zone, const NameBuffer& name, RrType type,
                               const LabelPath& path) noexcept {
    if (zone.cuts().none()) return std::nullopt;
    for (unsigned labels = zone.apex_labels() + 1; labels <= name.label_count(); ++labels) {
        if (!zone.cuts().test(labels - zone.apex_labels())) continue;
        if (type == RrType::ds && labels == name.label_count()) continue;
        const auto node = zone.find_node(name, labels, path);
        if (!node) return std::nullopt;  // then nothing below it exists either
        if (const auto servers = node->find(RrType::ns)) {
            return Lookup{Lookup::Kind::referral, servers, labels};
        }
    }
    return std::nullopt;
}

}  // namespace

Lookup look_up(const Zone& zone, const NameBuffer& name, RrType type) noexcept {
    const LabelPath path = zone.read_path(name);
    if (const auto referral = find_cut(zone, name, type, path)) return *referral;

    const unsigned labels = name.label_count();
    const auto node = zone.find_node(name, labels, path);
    if (!node) return {Lookup::Kind::name_absent};
    if (node->is_empty()) return {Lookup::Kind::empty_non_terminal};
    if (type == RrType::any) return {Lookup::Kind::answer, *node->begin(), labels};
    if (const auto rrset = node->find(type)) return {Lookup::Kind::answer, rrset, labels};
    if (const auto alias = node->find(RrType::cname)) return {Lookup::Kind::alias, alias, labels};
    return {Lookup::Kind::no_data};
}

}  // namespace arpad

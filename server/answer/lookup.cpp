#include "answer/lookup.hpp"

namespace arpad {
namespace {

/// The highest cut at or above `name`, or DNAME above it, from the apex down: what is below one is
/// not this zone's to answer from (RFC 1034 4.3.2, RFC 6672 3.2).
std::optional<Lookup> find_way_out(const Zone& zone, const NameBuffer& name, RrType type,
                                   const LabelPath& path) noexcept {
    if (zone.cuts().none() && zone.dnames().none()) return std::nullopt;
    const unsigned end = name.label_count();
    for (unsigned labels = zone.apex_labels(); labels <= end; ++labels) {
        const unsigned depth = labels - zone.apex_labels();
        if (!zone.cuts().test(depth) && !zone.dnames().test(depth)) continue;
        const NodeView node = zone.find_stored(name, labels, path);
        // RFC 4035 3.1.4.1: DS at the cut itself is data of this zone. NS at the apex is no cut.
        const bool may_be_cut =
            labels > zone.apex_labels() && !(type == RrType::ds && labels == end);
        if (const auto servers = may_be_cut ? node.find(RrType::ns) : std::nullopt) {
            return Lookup{Lookup::Kind::referral, {}, servers, labels, labels, node};
        }
        if (const auto dname = labels < end ? node.find(RrType::dname) : std::nullopt) {
            return Lookup{Lookup::Kind::redirection, {}, dname, labels, labels, node};
        }
    }
    return std::nullopt;
}

/// What `node` has of `type`; `found` says where the node is.
Lookup choose(Lookup found, NodeView node, RrType type) noexcept {
    found.node = node;
    found.kind = Lookup::Kind::no_data;
    if (node.is_empty()) {
        found.kind = Lookup::Kind::empty_non_terminal;
    } else if (type == RrType::any) {
        found.kind = Lookup::Kind::answer;
        found.rrset = *node.begin();
    } else if (const auto rrset = node.find(type)) {
        found.kind = Lookup::Kind::answer;
        found.rrset = rrset;
    } else if (const auto alias = node.find(RrType::cname)) {
        found.kind = Lookup::Kind::alias;
        found.rrset = alias;
    }
    return found;
}

/// The most labels that an existing name above `name`, which does not exist, has. Names above one
/// that exists exist too, so this is a binary search.
unsigned closest_encloser(const Zone& zone, const NameBuffer& name,
                          const LabelPath& path) noexcept {
    unsigned exists = zone.apex_labels();
    unsigned is_absent = name.label_count();
    while (is_absent - exists > 1) {
        const unsigned middle = exists + (is_absent - exists) / 2;
        (zone.find_name(name, middle, path) ? exists : is_absent) = middle;
    }
    return exists;
}

/// RFC 4592 3.3.1: only the wildcard directly below the closest encloser may answer.
Lookup look_up_wildcard(const Zone& zone, const NameBuffer& name, RrType type,
                        const LabelPath& path) noexcept {
    Lookup found{Lookup::Kind::name_absent};
    found.owner_labels = name.label_count();
    if (zone.wildcards().none()) return found;
    found.encloser_labels = closest_encloser(zone, name, path);
    if (!zone.wildcards().test(found.encloser_labels - zone.apex_labels())) return found;
    const auto node = zone.find_wildcard(name, found.encloser_labels);
    if (!node) return found;
    found.source = Lookup::Source::wildcard;
    return choose(found, *node, type);
}

}  // namespace

Lookup look_up(const Zone& zone, const NameBuffer& name, RrType type, MadeRrset& space) noexcept {
    const LabelPath path = zone.read_path(name);
    if (const auto way_out = find_way_out(zone, name, type, path)) return *way_out;

    const unsigned labels = name.label_count();
    const auto data = zone.find_name(name, labels, path);
    if (!data) return look_up_wildcard(zone, name, type, path);
    Lookup found;
    found.owner_labels = labels;
    found.encloser_labels = labels;
    if (!data->has_one_ptr()) return choose(found, data->node, type);
    if (data->range != nullptr) {
        found.source = Lookup::Source::range;
        make_ptr(*data->range, path.prefix.first(), space);
    } else {
        make_ptr(*data->lone_ptr, space);
    }
    return choose(found, space.node(), type);
}

}  // namespace arpad

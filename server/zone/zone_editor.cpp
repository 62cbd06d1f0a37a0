#include "zone/zone_editor.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/invariant.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

/// The sum of digests does not depend on their order, and any can be taken away again.
Digest sum_of(const Digest& left, const Digest& right) {
    Digest sum{};
    unsigned carry = 0;
    for (std::size_t i = 0; i < sum.size(); ++i) {
        carry += unsigned{left[i]} + right[i];
        sum[i] = static_cast<std::uint8_t>(carry);
        carry >>= 8U;
    }
    return sum;
}

Digest negative(Digest digest) {
    for (std::uint8_t& octet : digest) octet = static_cast<std::uint8_t>(~octet);
    Digest one{};
    one[0] = 1;
    return sum_of(digest, one);
}

void add(Digester& digester, std::size_t number) {
    digester.add_u32(static_cast<std::uint32_t>(number));
}

/// The digest of what `address` has.
Digest digest_at(Address address, std::span<const Rrset> rrsets) {
    Digester digester;
    for (unsigned shift = 128; shift > 0; shift -= 32) {
        digester.add_u32(static_cast<std::uint32_t>(address.value() >> (shift - 32)));
    }
    for (const Rrset& rrset : rrsets) {
        digester.add_u32(static_cast<std::uint32_t>(rrset.type));
        digester.add_u32(rrset.ttl.seconds);
        add(digester, rrset.rdatas.size());
        for (const Rdata& rdata : rrset.rdatas) {
            add(digester, rdata.size());
            digester.add(rdata);
        }
    }
    return digester.finish();
}

std::vector<Rrset> rrsets_at(const AddressIndex& addresses, Address address) {
    const auto data = addresses.find(address);
    if (!data) return {};
    if (!data->is_lone_ptr()) return to_rrsets(data->node());
    MadeRrset space;
    (void)make_ptr(*data, space);
    return to_rrsets(space.node());
}

std::vector<Rrset> ptrs_among(std::vector<Rrset> rrsets) {
    std::erase_if(rrsets, [](const Rrset& rrset) { return rrset.type != RrType::ptr; });
    return rrsets;
}

}  // namespace

Digest content_with_edits(const Digest& files, const Digest& edits) {
    if (edits == Digest{}) return files;
    Digester digester;
    digester.add(files);
    digester.add(edits);
    return digester.finish();
}

std::optional<Obstacle> find_obstacle(const Zone& zone, Address address) {
    const auto owner = address_name(zone.apex(), *zone.parts().base, address);
    ensure(static_cast<bool>(owner), "addresses of the base have names");
    NameBuffer name;
    name.assign(*owner);
    const LabelPath path = zone.read_path(name);
    const unsigned labels = owner->view().label_count();
    for (unsigned depth = zone.apex_labels(); depth <= labels; ++depth) {
        const NodeView node = zone.find_stored(name, depth, path);
        for (const RrType type : {RrType::cname, RrType::ns, RrType::dname}) {
            const bool is_of_apex = depth == zone.apex_labels() && type == RrType::ns;
            if (is_of_apex || !node.find(type)) continue;
            return Obstacle{Name(owner->view().suffix(depth)), type};
        }
    }
    return std::nullopt;
}

ZoneEditor::ZoneEditor(const EditBase& base, const Zone& edited)
    : base_(base), edited_(edited), addresses_(edited.addresses()), edits_(base.edits) {
    if (edited.parts().base->is_address()) apex_ = to_rrsets(edited.apex_node());
}

void ZoneEditor::apply(Address address, std::span<const Edit> edits, Ttl ttl) {
    const Rrsets from_files = rrsets_in_files(address);
    const Rrsets before = rrsets_now(address);
    Rrsets after = from_files;
    for (const Edit& edit : edits) {
        if (edit.rdatas.empty()) continue;
        std::erase_if(after, [&edit](const Rrset& rrset) { return rrset.type == edit.type; });
        after.insert(after.begin(), {edit.type, edit.ttl.value_or(ttl), edit.rdatas});
    }
    if (after == before) return;
    if (before != from_files) edits_ = sum_of(edits_, negative(digest_at(address, before)));
    if (after != from_files) edits_ = sum_of(edits_, digest_at(address, after));
    store(address, after);
}

std::optional<Rrset> ZoneEditor::ptr_of(Address address) const {
    Rrsets ptrs = ptrs_among(rrsets_now(address));
    if (!ptrs.empty()) return std::move(ptrs.front());
    const NamedRange* const range = edited_.parts().ranges.find(address);
    if (range == nullptr) return std::nullopt;
    MadeRrset space;
    (void)make_ptr(*range, address, space);
    return to_rrsets(space.node()).front();
}

std::shared_ptr<const Zone> ZoneEditor::zone(Serial serial) const {
    return apex_.empty() ? edited_.with_addresses(addresses_, serial)
                         : edited_.with_apex(apex_, serial);
}

bool ZoneEditor::is_apex(Address address) const noexcept {
    return !apex_.empty() && edited_.parts().base->first() == address;
}

ZoneEditor::Rrsets ZoneEditor::rrsets_in_files(Address address) const {
    if (is_apex(address)) return ptrs_among(to_rrsets(base_.zone->apex_node()));
    return rrsets_at(base_.zone->addresses(), address);
}

ZoneEditor::Rrsets ZoneEditor::rrsets_now(Address address) const {
    if (is_apex(address)) return ptrs_among(apex_);
    return rrsets_at(addresses_, address);
}

void ZoneEditor::store(Address address, const Rrsets& rrsets) {
    if (is_apex(address)) {
        std::erase_if(apex_, [](const Rrset& rrset) { return rrset.type == RrType::ptr; });
        apex_.insert(apex_.end(), rrsets.begin(), rrsets.end());
    } else if (rrsets.empty()) {
        addresses_ = addresses_.without(address);
    } else if (is_one_ptr(rrsets)) {
        const auto target = NameView::of_valid_wire(rrsets.front().rdatas.front());
        addresses_ = addresses_.with_ptr(address, rrsets.front().ttl, target);
    } else {
        addresses_ = addresses_.with_rrsets(address, rrsets);
    }
}

}  // namespace arpad

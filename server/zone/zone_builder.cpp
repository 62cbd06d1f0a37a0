#include "zone/zone_builder.hpp"

#include <algorithm>
#include <utility>

#include "base/invariant.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

void append(Rdata& rdata, std::span<const std::uint8_t> octets) {
    rdata.insert(rdata.end(), octets.begin(), octets.end());
}

void append_u32(Rdata& rdata, std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        rdata.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

/// Makes `rrset` the PTR RRset with `targets`; keeps its memory, as it is used a million times.
void set_ptr(Rrset& rrset, Ttl ttl, std::span<const Name> targets) {
    rrset.type = RrType::ptr;
    rrset.ttl = ttl;
    rrset.rdatas.resize(targets.size());
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto wire = targets[i].view().wire();
        rrset.rdatas[i].assign(wire.begin(), wire.end());
    }
}

void digest_rrset(Digester& digester, const Rrset& rrset) {
    std::vector<std::span<const std::uint8_t>> sorted(rrset.rdatas.begin(), rrset.rdatas.end());
    std::ranges::sort(sorted, std::ranges::lexicographical_compare);
    digester.add_u32(static_cast<std::uint32_t>(rrset.type));
    digester.add_u32(rrset.ttl.seconds);
    digester.add_u32(static_cast<std::uint32_t>(sorted.size()));
    for (const auto rdata : sorted) {
        digester.add_u32(static_cast<std::uint32_t>(rdata.size()));
        digester.add(rdata);
    }
}

/// Adds the RRsets of one owner as a set, and each as a set of RRs: their order says nothing.
void digest_rrsets(Digester& digester, std::span<const Rrset> rrsets) {
    std::vector<const Rrset*> sorted;
    for (const Rrset& rrset : rrsets) sorted.push_back(&rrset);
    std::ranges::sort(sorted, {}, &Rrset::type);
    digester.add_u32(static_cast<std::uint32_t>(sorted.size()));
    for (const Rrset* const rrset : sorted) digest_rrset(digester, *rrset);
}

}  // namespace

Rdata name_rdata(NameView name) {
    return {name.wire().begin(), name.wire().end()};
}

ZoneBuilder::ZoneBuilder(const Name& apex, std::optional<Prefix> base, const SoaModel& soa,
                         Ttl soa_ttl)
    : apex_(apex.lower_case()), base_(base), soa_(soa), soa_ttl_(soa_ttl) {}

void ZoneBuilder::add(const Name& owner, Rrset rrset) {
    ensure(owner.view().is_at_or_below(apex_), "the names of a zone are at or below its apex");
    if (owner == apex_) {
        apex_rrsets_.push_back(std::move(rrset));
        return;
    }
    NameBuffer name;
    name.assign(owner);
    const unsigned apex_labels = apex_.view().label_count();
    if (rrset.type == RrType::ns) cuts_.set(name.label_count() - apex_labels);
    if (base_) {
        const LabelPath path = read_labels(name, apex_labels, *base_);
        if (path.end == LabelPath::End::name &&
            path.prefix.length() == path.prefix.first().bits()) {
            addresses_[path.prefix.first()].push_back(std::move(rrset));
            return;
        }
    }
    names_[Name(name.view())].push_back(std::move(rrset));
}

void ZoneBuilder::add_ptr(Address address, Ttl ttl, std::span<const Name> targets) {
    ensure(base_ && base_->contains(address), "an address lies in the zone");
    if (base_->length() == address.bits()) {
        set_ptr(apex_rrsets_.emplace_back(), ttl, targets);
        return;
    }
    ordered_ = ordered_ && (ptrs_.empty() || ptrs_.back().address < address);
    ptrs_.push_back({address, ttl, targets});
}

Rrset ZoneBuilder::soa_rrset(Serial serial) const {
    Rdata rdata = name_rdata(soa_.primary);
    append(rdata, soa_.contact.view().wire());
    for (const std::uint32_t number :
         {serial.value, soa_.refresh, soa_.retry, soa_.expire, soa_.negative_ttl.seconds}) {
        append_u32(rdata, number);
    }
    return {RrType::soa, soa_ttl_, {std::move(rdata)}};
}

template <class Visit>
void ZoneBuilder::for_each_address(const Visit& visit) {
    if (!ordered_) std::ranges::sort(ptrs_, {}, &PtrEntry::address);
    ordered_ = true;
    std::vector<Rrset> rrsets;
    auto other = addresses_.cbegin();
    const auto visit_others_below = [&](Address limit) {
        for (; other != addresses_.cend() && other->first < limit; ++other) {
            visit(other->first, std::span(other->second));
        }
    };
    for (const PtrEntry& entry : ptrs_) {
        visit_others_below(entry.address);
        rrsets.resize(1);
        set_ptr(rrsets.front(), entry.ttl, entry.targets);
        if (other != addresses_.cend() && other->first == entry.address) {
            rrsets.insert(rrsets.end(), other->second.begin(), other->second.end());
            ++other;
        }
        visit(entry.address, std::span(std::as_const(rrsets)));
    }
    for (; other != addresses_.cend(); ++other) visit(other->first, std::span(other->second));
}

Digest ZoneBuilder::content() {
    constexpr std::uint32_t one_more = 1;
    constexpr std::uint32_t end = 0;
    Digester digester;
    std::vector<Rrset> apex_rrsets = apex_rrsets_;
    apex_rrsets.push_back(soa_rrset(Serial{0}));
    digester.add(apex_.view().wire());
    digest_rrsets(digester, apex_rrsets);
    for_each_address([&](Address address, std::span<const Rrset> rrsets) {
        digester.add_u32(one_more);
        for (const unsigned shift : {96U, 64U, 32U, 0U}) {
            digester.add_u32(static_cast<std::uint32_t>(address.value() >> shift));
        }
        digest_rrsets(digester, rrsets);
    });
    digester.add_u32(end);
    for (const auto& [name, rrsets] : names_) {
        digester.add(name.view().wire());
        digest_rrsets(digester, rrsets);
    }
    return digester.finish();
}

std::vector<AddressIndex::Entry> ZoneBuilder::store_addresses(NodeStore& nodes) {
    std::vector<AddressIndex::Entry> entries;
    entries.reserve(ptrs_.size() + addresses_.size());
    for_each_address([&](Address address, std::span<const Rrset> rrsets) {
        entries.push_back({address, nodes.add(rrsets)});
    });
    return entries;
}

std::shared_ptr<const Zone> ZoneBuilder::build(Serial serial) {
    ZoneParts parts{.apex = apex_,
                    .base = base_,
                    .nodes = {},
                    .apex_node = {},
                    .addresses = {},
                    .names = {},
                    .cuts = cuts_};
    apex_rrsets_.insert(apex_rrsets_.begin(), soa_rrset(serial));
    parts.apex_node = parts.nodes.add(apex_rrsets_);
    if (base_) {
        parts.addresses = AddressIndex(base_->family(), store_addresses(parts.nodes));
    }
    std::vector<NameIndex::Entry> names;
    names.reserve(names_.size());
    for (const auto& [name, rrsets] : names_) names.push_back({name, parts.nodes.add(rrsets)});
    const NodeId empty_node = parts.nodes.add({});
    parts.names = NameIndex(apex_, names, empty_node);
    parts.nodes.shrink_to_fit();
    return std::make_shared<const Zone>(std::move(parts));
}

}  // namespace arpad

#include "zone/address_index.hpp"

#include <array>
#include <utility>

#include "base/invariant.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

std::array<Rrset, 1> ptr_rrset(Ttl ttl, NameView target) {
    return {Rrset{RrType::ptr, ttl, {Rdata(target.wire().begin(), target.wire().end())}}};
}

}  // namespace

bool AddressIndex::has_any_in(const Prefix& prefix) const noexcept {
    if (prefix.family() != family_) return false;
    const Uint128 first = prefix.first().value();
    return family_ == Family::ipv4
               ? has_prefix(ipv4_, static_cast<std::uint32_t>(first), prefix.length())
               : has_prefix(ipv6_, first, prefix.length());
}

AddressIndex AddressIndex::with_stored(Address address, std::span<const std::uint8_t> data) const {
    ensure(address.family() == family_, "an index holds one family");
    AddressIndex changed = *this;
    if (!find(address)) ++changed.size_;
    if (family_ == Family::ipv4) {
        changed.ipv4_ = with_data(ipv4_, static_cast<std::uint32_t>(address.value()), data);
    } else {
        changed.ipv6_ = with_data(ipv6_, address.value(), data);
    }
    return changed;
}

/// The endings belong to all copies, so a name that comes later is stored whole.
AddressIndex AddressIndex::with_ptr(Address address, Ttl ttl, NameView target) const {
    if (ends_in_arpa(target)) return with_rrsets(address, ptr_rrset(ttl, target));
    std::vector<std::uint8_t> data;
    append_lone_ptr(data, ttl, target.wire(), 0, 0);
    return with_stored(address, data);
}

AddressIndex AddressIndex::with_rrsets(Address address, std::span<const Rrset> rrsets) const {
    std::vector<std::uint8_t> data;
    append_address_node(data, rrsets);
    return with_stored(address, data);
}

AddressIndex AddressIndex::without(Address address) const {
    AddressIndex changed = *this;
    if (!find(address)) return changed;
    --changed.size_;
    if (family_ == Family::ipv4) {
        changed.ipv4_ = without_key(ipv4_, static_cast<std::uint32_t>(address.value()));
    } else {
        changed.ipv6_ = without_key(ipv6_, address.value());
    }
    return changed;
}

AddressIndexWriter::AddressIndexWriter(Family family, std::size_t expected) : family_(family) {
    family == Family::ipv4 ? ipv4_keys_.reserve(expected) : ipv6_keys_.reserve(expected);
}

void AddressIndexWriter::announce(Address address) {
    ensure(address.family() == family_, "an index holds one family");
    if (family_ == Family::ipv4) {
        ipv4_keys_.push_back(static_cast<std::uint32_t>(address.value()));
    } else {
        ipv6_keys_.push_back(address.value());
    }
}

template <class Use>
void AddressIndexWriter::with_tree(const Use& use) {
    if (family_ == Family::ipv4) {
        if (!ipv4_) ipv4_.emplace(ipv4_keys_);
        use(*ipv4_);
    } else {
        if (!ipv6_) ipv6_.emplace(ipv6_keys_);
        use(*ipv6_);
    }
}

void AddressIndexWriter::put_ptr(Ttl ttl, NameView target) {
    if (ends_in_arpa(target)) {
        put_node(ptr_rrset(ttl, target));
        return;
    }
    const auto wire = target.wire();
    std::size_t beginning = wire.size();
    std::uint32_t offset = 0;
    if (!target.is_root() && !target.parent().is_root()) {
        if (const auto interned = endings_.intern(target.parent())) {
            offset = *interned;
            beginning = wire.size() - target.parent().octets();
        }
    }
    with_tree([&](auto& tree) {
        append_lone_ptr(tree.data_space(), ttl, wire.first(beginning), offset,
                        wire.size() - beginning);
        tree.add_next();
    });
}

void AddressIndexWriter::put_rrsets(std::span<const Rrset> rrsets) {
    if (is_one_ptr(rrsets)) {
        const Rrset& ptr = rrsets.front();
        put_ptr(ptr.ttl, NameView::of_valid_wire(ptr.rdatas.front()));
    } else {
        put_node(rrsets);
    }
}

void AddressIndexWriter::put_node(std::span<const Rrset> rrsets) {
    with_tree([&](auto& tree) {
        append_address_node(tree.data_space(), rrsets);
        tree.add_next();
    });
}

AddressIndex AddressIndexWriter::finish() {
    AddressIndex index;
    index.family_ = family_;
    index.size_ = ipv4_keys_.size() + ipv6_keys_.size();
    if (family_ == Family::ipv4) {
        with_tree([&](auto&) { index.ipv4_ = ipv4_->finish(); });
    } else {
        with_tree([&](auto&) { index.ipv6_ = ipv6_->finish(); });
    }
    index.endings_ = std::make_shared<const NameEndings>(endings_.finish());
    return index;
}

}  // namespace arpad

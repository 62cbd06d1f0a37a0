/// \file  The addresses of a zone that have anything of their own, in order.
///
/// A tree over pages (zone/address_tree, zone/address_page): two or three reads of memory lead from
/// an address to what it has. What lies between is found without being stored: an empty
/// non-terminal is a prefix with at least one address in it. A changed copy shares all but one page
/// and the way to it with its predecessor, whatever their size.
/// Threads: immutable; any number of readers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "reverse/prefix.hpp"
#include "zone/address_page.hpp"
#include "zone/address_tree.hpp"
#include "zone/name_endings.hpp"
#include "zone/tree_difference.hpp"

namespace arpad {

/// See above. Cheap to copy: copies share all they have. A PTR whose target ends in `arpa` is kept
/// as a node and not as a lone PTR, so that no lone one shares a label with a question.
class AddressIndex {
public:
    /// No addresses, and none to come.
    AddressIndex() = default;

    /// What `address` has, if it is there. No allocation.
    [[nodiscard]] std::optional<AddressData> find(Address address) const noexcept {
        if (address.family() != family_) return std::nullopt;
        const std::uint8_t* const data =
            family_ == Family::ipv4 ? find_in(ipv4_, static_cast<std::uint32_t>(address.value()))
                                    : find_in(ipv6_, address.value());
        if (data == nullptr) return std::nullopt;
        return AddressData(data, endings_->data());
    }

    /// Whether any address of `prefix` is there. No allocation.
    [[nodiscard]] bool has_any_in(const Prefix& prefix) const noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Calls `visit(address, data)` for each address, ascending.
    template <class Visit>
    void for_each(const Visit& visit) const {
        const auto visit_data = [&](auto key, const std::uint8_t* data) {
            visit(Address(family_, key), AddressData(data, endings_->data()));
        };
        visit_all(ipv4_, visit_data);
        visit_all(ipv6_, visit_data);
    }

    /// Calls `visit(address, data)` for each address from `first` on, which is of the index'
    /// family, ascending, until it returns false. Whether it never did.
    template <class Visit>
    bool visit_from(Address first, const Visit& visit) const {
        const auto visit_data = [&](auto key, const std::uint8_t* data) {
            return visit(Address(family_, key), AddressData(data, endings_->data()));
        };
        return family_ == Family::ipv4
                   ? arpad::visit_from(ipv4_, static_cast<std::uint32_t>(first.value()), visit_data)
                   : arpad::visit_from(ipv6_, first.value(), visit_data);
    }

    /// Calls `visit(address, before, after)` with the data, ascending, of each address that stands
    /// in a page which `before` and `after` do not share; none where it is not there. Both are of
    /// one family, or one is empty.
    template <class Visit>
    friend void visit_unshared(const AddressIndex& before, const AddressIndex& after,
                               const Visit& visit) {
        const Family family = before.size_ > 0 ? before.family_ : after.family_;
        const auto data_of = [](const AddressIndex& index, const std::uint8_t* data) {
            return data == nullptr ? std::nullopt
                                   : std::optional(AddressData(data, index.endings_->data()));
        };
        const auto visit_data = [&](auto key, const std::uint8_t* old_data,
                                    const std::uint8_t* new_data) {
            visit(Address(family, key), data_of(before, old_data), data_of(after, new_data));
        };
        arpad::visit_unshared(before.ipv4_, after.ipv4_, visit_data);
        arpad::visit_unshared(before.ipv6_, after.ipv6_, visit_data);
    }

    /// A copy in which `address`, of the index' family, has one PTR and nothing else.
    [[nodiscard]] AddressIndex with_ptr(Address address, Ttl ttl, NameView target) const;

    /// A copy in which `address`, of the index' family, has `rrsets`.
    [[nodiscard]] AddressIndex with_rrsets(Address address, std::span<const Rrset> rrsets) const;

    /// A copy without `address`.
    [[nodiscard]] AddressIndex without(Address address) const;

private:
    friend class AddressIndexWriter;
    friend class AddressSearch;

    [[nodiscard]] AddressIndex with_stored(Address address,
                                           std::span<const std::uint8_t> data) const;

    Family family_ = Family::ipv4;
    AddressSubtree<std::uint32_t> ipv4_;  // one of the two is empty
    AddressSubtree<Uint128> ipv6_;
    std::shared_ptr<const NameEndings> endings_;
    std::size_t size_ = 0;
};

/// A search that is made in steps. Each lets the processor fetch what the next one reads, so that
/// many searches wait for memory at the same time: after the last step `find` finds all of it in
/// the cache.
class AddressSearch {
public:
    /// None.
    AddressSearch() noexcept = default;

    /// For `address` in `index`, which must stay.
    AddressSearch(const AddressIndex& index, Address address) noexcept
        : key_(address.value()), family_(address.family()) {
        if (family_ != index.family_) return;
        next_ = Next::subtree;
        place_ = family_ == Family::ipv4 ? static_cast<const void*>(&index.ipv4_) : &index.ipv6_;
    }

    /// Makes the next step. False if there was none left.
    bool step() noexcept {
        return family_ == Family::ipv4 ? step_in(static_cast<std::uint32_t>(key_)) : step_in(key_);
    }

private:
    /// What the next step looks at.
    enum class Next : std::uint8_t { nothing, subtree, branch, page };

    template <class Key>
    bool step_in(Key key) noexcept {
        switch (next_) {
            case Next::nothing:
                return false;
            case Next::subtree:
                return look_at(*static_cast<const AddressSubtree<Key>*>(place_));
            case Next::branch: {
                const auto& branch = *static_cast<const AddressBranch<Key>*>(place_);
                next_ = Next::subtree;
                place_ = &branch.child(branch.position_of(key));
                fetch_ahead(place_);
                return true;
            }
            case Next::page:
                next_ = Next::nothing;
                place_ = static_cast<const AddressPage<Key>*>(place_)->find(key);
                if (place_ != nullptr) fetch_ahead(place_);
                return true;
        }
        return false;
    }

    template <class Key>
    bool look_at(const AddressSubtree<Key>& subtree) noexcept {
        if (subtree.is_branch()) {
            next_ = Next::branch;
            place_ = subtree.branch();
            fetch_ahead(place_);
        } else if (const auto* const page = subtree.page()) {
            next_ = Next::page;
            place_ = page;
            page->prefetch();
        } else {
            next_ = Next::nothing;
        }
        return true;
    }

    Uint128 key_ = 0;
    const void* place_ = nullptr;
    Next next_ = Next::nothing;
    Family family_ = Family::ipv4;
};

/// Makes an index of many addresses. First all addresses are announced, then what each of them has
/// is put, in the same order. Threads: one.
class AddressIndexWriter {
public:
    /// For addresses of `family`, about `expected` of them.
    AddressIndexWriter(Family family, std::size_t expected);

    /// Announces `address`, of the family and above all before it.
    void announce(Address address);

    /// Puts one PTR as all that the next address has.
    void put_ptr(Ttl ttl, NameView target);

    /// Puts `rrsets` as what the next address has.
    void put_rrsets(std::span<const Rrset> rrsets);

    /// The index, once everything has been put. The writer is spent.
    [[nodiscard]] AddressIndex finish();

private:
    void put_node(std::span<const Rrset> rrsets);

    /// Calls `use` with the writer of the tree, made when all is announced.
    template <class Use>
    void with_tree(const Use& use);

    Family family_;
    std::vector<std::uint32_t> ipv4_keys_;  // one of the two is empty
    std::vector<Uint128> ipv6_keys_;
    std::optional<AddressTreeWriter<std::uint32_t>> ipv4_;
    std::optional<AddressTreeWriter<Uint128>> ipv6_;
    NameEndingsWriter endings_;
};

}  // namespace arpad

/// \file  The entries of `records`: a million of them in two runs of memory.
///
/// Entries are of one size; the names of all of them stand in one pool of octets. So a plain entry
/// costs 48 octets and its name, no allocation of its own, and no time to free.
/// Threads: filled by one thread, then read by any number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/large_array.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "reverse/name_template.hpp"
#include "zone/names_view.hpp"

namespace arpad {

/// One entry of `records`: the PTR RRset of an address.
struct RecordModel {
    Address address;
    std::vector<Name> names;  ///< Targets in the order written, no two equal; empty for `~`.
    std::optional<Ttl> ttl;   ///< Its own TTL, else the network's.
    bool locked = false;      ///< Stands above edits.
    Place place;              ///< Of the key.
};

/// The same, borrowed: its names are valid until the next entry is added.
struct RecordView {
    Address address;
    NamesView names;         ///< Targets in the order written, no two equal; empty for `~`.
    std::optional<Ttl> ttl;  ///< Its own TTL, else the network's.
    bool locked = false;     ///< Stands above edits.
    Place place;             ///< Of the key.
};

class RecordModels;

/// Entries one behind the other, borrowed.
class RecordsView {
public:
    /// None.
    constexpr RecordsView() noexcept = default;

    /// Numbers `first` to `last` of `records`, the last one not included.
    constexpr RecordsView(const RecordModels& records, std::size_t first, std::size_t last) noexcept
        : records_(&records), first_(first), last_(last) {}

    /// Goes from entry to entry, making a view of each.
    class Iterator {
    public:
        using value_type = RecordView;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::forward_iterator_tag;

        constexpr Iterator() noexcept = default;
        constexpr Iterator(const RecordModels* records, std::size_t index) noexcept
            : records_(records), index_(index) {}

        [[nodiscard]] RecordView operator*() const noexcept;
        Iterator& operator++() noexcept {
            ++index_;
            return *this;
        }
        Iterator operator++(int) noexcept {
            const Iterator before = *this;
            ++*this;
            return before;
        }
        friend constexpr bool operator==(const Iterator&, const Iterator&) noexcept = default;

    private:
        const RecordModels* records_ = nullptr;
        std::size_t index_ = 0;
    };

    [[nodiscard]] constexpr std::size_t size() const noexcept { return last_ - first_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return first_ == last_; }
    [[nodiscard]] Iterator begin() const noexcept { return {records_, first_}; }
    [[nodiscard]] Iterator end() const noexcept { return {records_, last_}; }

    /// Those of the addresses of `range`. All must be in the order of their addresses.
    [[nodiscard]] RecordsView within(const AddressRange& range) const noexcept;

    /// The one of `address`, if there is one. All must be in the order of their addresses.
    [[nodiscard]] std::optional<RecordView> find(Address address) const noexcept;

private:
    const RecordModels* records_ = nullptr;
    std::size_t first_ = 0;
    std::size_t last_ = 0;
};

/// See above. Entries are in the order in which they were added, until they are sorted.
class RecordModels {
public:
    /// Adds an entry.
    void add(const RecordModel& record);

    /// Adds `address: NAME`, not locked. `wire` is the name, uncompressed and in the case written.
    void add_plain(Address address, Place place, std::span<const std::uint8_t> wire,
                   std::optional<Ttl> ttl = std::nullopt) {
        Entry entry = make_entry(address, place, 1, wire.size());
        if (ttl) entry.ttl = ttl->seconds;
        append(entry);
        names_.append(wire);
    }

    /// Makes room for `records` entries whose names have `octets` octets together.
    void reserve(std::size_t records, std::size_t octets);

    /// Puts the entries into the order of their addresses. Costs nothing where they are in it.
    void sort();

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    /// Entry number `index`, below `size()`.
    [[nodiscard]] RecordView operator[](std::size_t index) const noexcept {
        const Entry& entry = entries_[index];
        return {entry.address,
                NamesView::of_valid_wire({names_.data() + entry.first_octet, entry.octets},
                                         entry.names),
                entry.ttl == no_ttl ? std::nullopt : std::optional(Ttl{entry.ttl}),
                entry.is_locked != 0, entry.place};
    }

    [[nodiscard]] RecordsView::Iterator begin() const noexcept { return {this, 0}; }
    [[nodiscard]] RecordsView::Iterator end() const noexcept { return {this, size()}; }

    /// All of them.
    [[nodiscard]] RecordsView view() const noexcept { return {*this, 0, size()}; }

    using const_iterator = RecordsView::Iterator;
    using value_type = RecordView;

private:
    friend RecordsView;

    static constexpr std::uint32_t no_ttl = 0xffff'ffff;  // longer than a TTL may be

    struct Entry {
        Address address;
        Place place;
        std::uint32_t ttl;  // `no_ttl` if it has none of its own
        std::uint32_t first_octet;
        std::uint32_t octets;
        std::uint32_t names : 31;
        std::uint32_t is_locked : 1;
    };
    static_assert(sizeof(Entry) == 48);

    [[nodiscard]] Entry make_entry(Address address, Place place, std::size_t names,
                                   std::size_t octets) const;

    void append(const Entry& entry) {
        is_ascending_ = is_ascending_ && (empty() || entries_[size() - 1].address <= entry.address);
        entries_.push_back(entry);
    }

    LargeArray<Entry> entries_;
    LargeArray<std::uint8_t> names_;
    bool is_ascending_ = true;
};

inline RecordView RecordsView::Iterator::operator*() const noexcept {
    return (*records_)[index_];
}

}  // namespace arpad

#include "zone/address_page.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "base/invariant.hpp"

namespace arpad {
namespace {

template <class Number>
void append_number(std::vector<std::uint8_t>& octets, Number number) {
    std::array<std::uint8_t, sizeof number> stored{};
    std::memcpy(stored.data(), &number, sizeof number);
    octets.insert(octets.end(), stored.begin(), stored.end());
}

std::size_t node_octets(NodeView node) noexcept {
    std::size_t octets = stored::node_header_octets;
    for (const RrsetView rrset : node) octets += rrset.stored_octets();
    return octets;
}

}  // namespace

template <class Key>
AddressPage<Key>* AddressPage<Key>::make(std::span<const PageEntry<Key>> entries,
                                         TreeChunks* chunks) {
    ensure(!entries.empty() && entries.size() <= max_entries, "a page has 1 to 32 entries");
    constexpr unsigned head_bits = 8;
    const std::size_t count = entries.size();
    const unsigned tail_bits = width_of(static_cast<Key>(entries.front().key ^ entries.back().key));
    const unsigned rest_bits = tail_bits > head_bits ? tail_bits - head_bits : 0;
    const std::size_t rest_octets = (rest_bits + 7) / 8;
    std::size_t octets = sizeof(AddressPage) + sizeof(Key) +
                         count * (1 + rest_octets + sizeof(std::uint32_t)) + overread_octets;
    for (const auto& entry : entries) octets += entry.data.size();

    const TreeSpace space = allocate_tree_space(chunks, octets);
    auto* const page = new (space.data) AddressPage(space.memory);
    page->count_ = static_cast<std::uint8_t>(count);
    page->tail_bits_ = static_cast<std::uint8_t>(tail_bits);
    page->rest_bits_ = static_cast<std::uint8_t>(rest_bits);
    auto* const begin = reinterpret_cast<std::uint8_t*>(page);
    std::uint8_t* at = begin + sizeof(AddressPage);
    const auto put = [&at](const auto& number, std::size_t size) {
        std::memcpy(at, &number, size);
        at += size;
    };
    const Key shared = entries.front().key;
    const Key prefix =
        tail_bits == key_bits ? Key{0} : static_cast<Key>(shared & ~low_mask(tail_bits));
    put(prefix, sizeof prefix);
    // Of a tail shorter than a head some bits of the prefix are in the head too; they agree.
    for (const auto& entry : entries) put(static_cast<std::uint8_t>(entry.key >> rest_bits), 1);
    for (const auto& entry : entries) {
        put(static_cast<Key>(entry.key & low_mask(rest_bits)), rest_octets);
    }
    auto offset = static_cast<std::uint32_t>(at - begin) +
                  static_cast<std::uint32_t>(count * sizeof(std::uint32_t));
    for (const auto& entry : entries) {
        put(offset, sizeof offset);
        offset += static_cast<std::uint32_t>(entry.data.size());
    }
    for (const auto& entry : entries) at = std::ranges::copy(entry.data, at).out;
    std::memset(at, 0, overread_octets);
    return page;
}

template <class Key>
void AddressPage<Key>::release() const noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    auto* const self = const_cast<AddressPage*>(this);
    const TreeMemory memory = memory_;
    self->~AddressPage();
    free_tree_space({self, memory});
}

template <class Key>
std::size_t AddressPage<Key>::data_octets_at(std::size_t position) const noexcept {
    const std::uint8_t* const data = data_at(position);
    const AddressData entry(data, nullptr);
    if (entry.is_lone_ptr()) return AddressData::lone_ptr_header_octets + data[0];
    return 1 + node_octets(entry.node());
}

template class AddressPage<std::uint32_t>;
template class AddressPage<Uint128>;

void append_lone_ptr(std::vector<std::uint8_t>& octets, Ttl ttl,
                     std::span<const std::uint8_t> beginning, std::uint32_t ending_offset,
                     std::size_t ending_octets) {
    ensure(!beginning.empty() && beginning.size() + ending_octets <= max_name_octets,
           "a name has 1 to 255 octets");
    ensure(ending_offset < 1U << 24U, "the place of an ending fits 24 bits");
    octets.push_back(static_cast<std::uint8_t>(beginning.size()));
    append_number(octets, ttl.seconds);
    append_number(octets, ending_offset << 8U | static_cast<std::uint32_t>(ending_octets));
    octets.insert(octets.end(), beginning.begin(), beginning.end());
}

void append_address_node(std::vector<std::uint8_t>& octets, std::span<const Rrset> rrsets) {
    octets.push_back(0);
    append_node(octets, rrsets);
}

}  // namespace arpad

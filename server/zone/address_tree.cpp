#include "zone/address_tree.hpp"

#include <algorithm>
#include <bit>
#include <memory>

#include "base/invariant.hpp"

namespace arpad {
namespace {

/// What a page should hold, roughly: fewer would waste the space of its header, more would leave no
/// room for additions.
constexpr std::size_t usual_page_entries = 12;

/// So many fill a chunk, of which the last one stays half empty.
constexpr std::size_t least_keys_for_chunks = 50'000;

template <class Key>
constexpr unsigned key_bits = AddressPage<Key>::key_bits;

/// The first key in `tree`, which is not empty.
template <class Key>
Key first_key(const AddressSubtree<Key>& tree) noexcept {
    const AddressSubtree<Key>* at = &tree;
    while (at->is_branch()) {
        at = &*std::ranges::find_if_not(at->branch()->children(), &AddressSubtree<Key>::is_empty);
    }
    return at->page()->key_at(0);
}

/// Which bits of a key a branch chooses by.
struct Choice {
    unsigned shift;
    unsigned bits;
};

/// Such that about `usual_page_entries` of the ascending `keys` share a child, if they are spread
/// evenly.
template <class Key>
Choice choose(std::span<const Key> keys) noexcept {
    const unsigned differing =
        width_of(static_cast<Key>(keys.front() ^ keys.back()));  // bits that are not all the same
    const auto wanted = static_cast<unsigned>(std::bit_width(keys.size() / usual_page_entries)) - 1;
    const unsigned bits = std::min({std::max(wanted, 1U), AddressBranch<Key>::max_bits, differing});
    return {differing - bits, bits};
}

/// An entry of a page that is being changed.
template <class Key>
std::vector<PageEntry<Key>> entries_of(const AddressPage<Key>& page) {
    std::vector<PageEntry<Key>> entries;
    for (std::size_t i = 0; i < page.size(); ++i) {
        entries.push_back({page.key_at(i), {page.data_at(i), page.data_octets_at(i)}});
    }
    return entries;
}

template <class Key>
AddressSubtree<Key> tree_of(std::span<const PageEntry<Key>> entries) {
    if (entries.size() <= AddressPage<Key>::max_entries) {
        return AddressSubtree<Key>(AddressPage<Key>::make(entries));
    }
    std::vector<Key> keys;
    for (const auto& entry : entries) keys.push_back(entry.key);
    AddressTreeWriter<Key> writer(keys);
    for (const auto& entry : entries) {
        writer.data_space().insert(writer.data_space().end(), entry.data.begin(), entry.data.end());
        writer.add_next();
    }
    return writer.finish();
}

template <class Key>
AddressSubtree<Key> with_entry(const AddressPage<Key>& page, const PageEntry<Key>& entry) {
    std::vector<PageEntry<Key>> entries = entries_of(page);
    const auto at = std::ranges::lower_bound(entries, entry.key, {}, &PageEntry<Key>::key);
    if (at != entries.end() && at->key == entry.key) {
        *at = entry;
    } else {
        entries.insert(at, entry);
    }
    return tree_of<Key>(entries);
}

/// A branch over `tree` and a new page of `entry`, whose key differs from all in it left of what
/// they are chosen by.
template <class Key>
AddressSubtree<Key> fork(const AddressSubtree<Key>& tree, const PageEntry<Key>& entry,
                         Key key_in_tree) {
    const unsigned differing = width_of(static_cast<Key>(entry.key ^ key_in_tree));
    AddressBranch<Key>* const made = AddressBranch<Key>::make(differing - 1, 1);
    AddressSubtree<Key> owner(made);
    made->children()[made->position_of(key_in_tree)] = tree;
    made->children()[made->position_of(entry.key)] =
        AddressSubtree<Key>(AddressPage<Key>::make({&entry, 1}));
    return owner;
}

/// A copy of `branch` that shares its children but number `position`, which is `child`.
template <class Key>
AddressSubtree<Key> with_child(const AddressBranch<Key>& branch, std::size_t position,
                               AddressSubtree<Key> child) {
    AddressBranch<Key>* const made = AddressBranch<Key>::make(branch.shift(), branch.bits());
    AddressSubtree<Key> owner(made);
    for (std::size_t i = 0; i < branch.children().size(); ++i) {
        if (i != position) made->children()[i] = branch.children()[i];
    }
    made->children()[position] = std::move(child);
    return owner;
}

}  // namespace

template <class Key>
AddressBranch<Key>* AddressBranch<Key>::make(unsigned shift, unsigned bits, TreeChunks* chunks) {
    ensure(bits >= 1 && bits <= max_bits, "a branch has 2 to 256 children");
    const std::size_t count = std::size_t{1} << bits;
    const TreeSpace space =
        allocate_tree_space(chunks, sizeof(AddressBranch) + count * sizeof(AddressSubtree<Key>));
    auto* const branch = new (space.data) AddressBranch(shift, bits, space.memory);
    auto* const first = static_cast<std::byte*>(space.data) + sizeof(AddressBranch);
    std::uninitialized_default_construct_n(reinterpret_cast<AddressSubtree<Key>*>(first), count);
    return branch;
}

template <class Key>
void AddressBranch<Key>::release() const noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    auto* const self = const_cast<AddressBranch*>(this);
    std::ranges::destroy(self->children());
    const TreeMemory memory = memory_;
    self->~AddressBranch();
    free_tree_space({self, memory});
}

template <class Key>
bool has_prefix(const AddressSubtree<Key>& tree, Key key, unsigned length) noexcept {
    const unsigned tail = key_bits<Key> - length;
    const auto agrees = [&](Key other) { return above(static_cast<Key>(key ^ other), tail) == 0; };
    const AddressSubtree<Key>* at = &tree;
    while (at->is_branch() && at->branch()->shift() >= tail) {
        at = &at->branch()->children()[at->branch()->position_of(key)];
    }
    if (at->is_empty()) return false;
    if (at->is_branch()) {
        const AddressBranch<Key>& branch = *at->branch();
        // The children that agree with the bits of the prefix that the branch chooses by.
        const unsigned open = std::min(tail - branch.shift(), branch.bits());
        const std::size_t first = branch.position_of(key) >> open << open;
        const auto candidates = branch.children().subspan(first, std::size_t{1} << open);
        const auto child = std::ranges::find_if_not(candidates, &AddressSubtree<Key>::is_empty);
        return child != candidates.end() && agrees(first_key(*child));
    }
    const AddressPage<Key>& page = *at->page();
    for (std::size_t i = 0; i < page.size(); ++i) {
        if (agrees(page.key_at(i))) return true;
    }
    return false;
}

template <class Key>
AddressSubtree<Key> with_data(const AddressSubtree<Key>& tree, Key key,
                              std::span<const std::uint8_t> data) {
    const PageEntry<Key> entry{key, data};
    if (tree.is_empty()) return AddressSubtree<Key>(AddressPage<Key>::make({&entry, 1}));
    if (!tree.is_branch()) return with_entry(*tree.page(), entry);
    const AddressBranch<Key>& branch = *tree.branch();
    const Key known = first_key(tree);
    const unsigned chosen = branch.shift() + branch.bits();
    if (above(static_cast<Key>(key ^ known), chosen) != 0) return fork(tree, entry, known);
    const std::size_t position = branch.position_of(key);
    return with_child(branch, position, with_data(branch.children()[position], key, data));
}

template <class Key>
AddressSubtree<Key> without_key(const AddressSubtree<Key>& tree, Key key) {
    if (find_in(tree, key) == nullptr) return tree;
    if (!tree.is_branch()) {
        std::vector<PageEntry<Key>> entries = entries_of(*tree.page());
        std::erase_if(entries, [key](const auto& entry) { return entry.key == key; });
        return entries.empty() ? AddressSubtree<Key>() : tree_of<Key>(entries);
    }
    const AddressBranch<Key>& branch = *tree.branch();
    const std::size_t position = branch.position_of(key);
    AddressSubtree<Key> child = without_key(branch.children()[position], key);
    const auto is_other = [&](const AddressSubtree<Key>& other) {
        return !other.is_empty() && &other != &branch.children()[position];
    };
    if (child.is_empty() && std::ranges::none_of(branch.children(), is_other)) return child;
    return with_child(branch, position, std::move(child));
}

template <class Key>
AddressTreeWriter<Key>::AddressTreeWriter(std::span<const Key> keys) : keys_(keys) {
    ensure(std::ranges::adjacent_find(keys, std::greater_equal<>()) == keys.end(),
           "the addresses of an index ascend");
    if (keys.size() >= least_keys_for_chunks) chunks_.emplace();
    pages_.reserve(keys.size() / usual_page_entries);
    if (!keys.empty()) lay_out(keys, root_);
}

template <class Key>
void AddressTreeWriter<Key>::lay_out(std::span<const Key> keys, AddressSubtree<Key>& slot) {
    if (keys.size() <= AddressPage<Key>::max_entries) {
        pages_.push_back({&slot, static_cast<std::uint32_t>(keys.size())});
        return;
    }
    const auto [shift, bits] = choose(keys);
    AddressBranch<Key>* const branch = AddressBranch<Key>::make(shift, bits, chunks());
    slot = AddressSubtree<Key>(branch);
    for (auto begin = keys.begin(); begin != keys.end();) {
        const std::size_t position = branch->position_of(*begin);
        const auto end = std::find_if(
            begin, keys.end(), [&](Key key) { return branch->position_of(key) != position; });
        lay_out({begin, end}, branch->children()[position]);
        begin = end;
    }
}

template <class Key>
void AddressTreeWriter<Key>::add_next() {
    ensure(page_ < pages_.size(), "every key gets its data once");
    ends_.push_back(data_.size());
    if (ends_.size() == pages_[page_].size) finish_page();
}

template <class Key>
void AddressTreeWriter<Key>::finish_page() {
    std::array<PageEntry<Key>, AddressPage<Key>::max_entries> entries;
    std::size_t start = 0;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
        entries[i] = {keys_[page_first_ + i], std::span(data_).subspan(start, ends_[i] - start)};
        start = ends_[i];
    }
    const auto filled = std::span<const PageEntry<Key>>(entries).first(ends_.size());
    *pages_[page_].slot = AddressSubtree<Key>(AddressPage<Key>::make(filled, chunks()));
    page_first_ += ends_.size();
    ++page_;
    data_.clear();
    ends_.clear();
}

template <class Key>
AddressSubtree<Key> AddressTreeWriter<Key>::finish() {
    ensure(page_ == pages_.size(), "every key has its data");
    chunks_.reset();
    return std::move(root_);
}

template class AddressBranch<std::uint32_t>;
template class AddressBranch<Uint128>;
template class AddressTreeWriter<std::uint32_t>;
template class AddressTreeWriter<Uint128>;
template bool has_prefix(const AddressSubtree<std::uint32_t>&, std::uint32_t, unsigned) noexcept;
template bool has_prefix(const AddressSubtree<Uint128>&, Uint128, unsigned) noexcept;
template AddressSubtree<std::uint32_t> with_data(const AddressSubtree<std::uint32_t>&,
                                                 std::uint32_t, std::span<const std::uint8_t>);
template AddressSubtree<Uint128> with_data(const AddressSubtree<Uint128>&, Uint128,
                                           std::span<const std::uint8_t>);
template AddressSubtree<std::uint32_t> without_key(const AddressSubtree<std::uint32_t>&,
                                                   std::uint32_t);
template AddressSubtree<Uint128> without_key(const AddressSubtree<Uint128>&, Uint128);

}  // namespace arpad

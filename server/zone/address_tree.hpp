/// \file  The tree that leads to the pages of an address index.
///
/// A branch chooses one of up to 256 children by some bits of the key. Bits that all keys below
/// share are passed over unread: a page knows its keys. So the depth follows the keys and not
/// their length: two branches lead to a million random addresses.
/// Threads: immutable once made; references are counted, so that generations share subtrees.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "zone/address_page.hpp"

namespace arpad {

template <class Key>
class AddressBranch;

/// A branch, a page, or nothing. Holds one reference.
template <class Key>
class AddressSubtree {
public:
    AddressSubtree() noexcept = default;

    /// Takes the caller's reference over.
    explicit AddressSubtree(const AddressPage<Key>* page) noexcept
        : tagged_(reinterpret_cast<std::uintptr_t>(page)) {}
    explicit AddressSubtree(const AddressBranch<Key>* branch) noexcept
        : tagged_(reinterpret_cast<std::uintptr_t>(branch) | branch_tag) {}

    AddressSubtree(const AddressSubtree& other) noexcept : tagged_(other.tagged_) {
        if (is_branch()) {
            branch()->retain();
        } else if (!is_empty()) {
            page()->retain();
        }
    }
    AddressSubtree(AddressSubtree&& other) noexcept : tagged_(std::exchange(other.tagged_, 0)) {}
    AddressSubtree& operator=(AddressSubtree other) noexcept {
        std::swap(tagged_, other.tagged_);
        return *this;
    }
    ~AddressSubtree() {
        if (is_branch()) {
            branch()->release();
        } else if (!is_empty()) {
            page()->release();
        }
    }

    [[nodiscard]] bool is_empty() const noexcept { return tagged_ == 0; }
    [[nodiscard]] bool is_branch() const noexcept { return (tagged_ & branch_tag) != 0; }

    /// The page; must be one, or nothing: then it is null.
    [[nodiscard]] const AddressPage<Key>* page() const noexcept {
        return reinterpret_cast<const AddressPage<Key>*>(tagged_);
    }

    /// The branch; must be one.
    [[nodiscard]] const AddressBranch<Key>* branch() const noexcept {
        return reinterpret_cast<const AddressBranch<Key>*>(tagged_ - branch_tag);
    }

private:
    static constexpr std::uintptr_t branch_tag = 1;  // pages and branches stand at even places

    std::uintptr_t tagged_ = 0;
};

/// See above. Has at least one child that is not empty.
template <class Key>
class AddressBranch {
public:
    static constexpr unsigned max_bits = 8;

    /// A branch over empty children with one reference; they are set before it is shared. Chooses
    /// by `bits` bits (1 to `max_bits`) of the key that have `shift` bits to their right. In
    /// `chunks`, or on the heap if that is null.
    [[nodiscard]] static AddressBranch* make(unsigned shift, unsigned bits,
                                             TreeChunks* chunks = nullptr);

    AddressBranch(const AddressBranch&) = delete;
    AddressBranch& operator=(const AddressBranch&) = delete;

    void retain() const noexcept { references_.fetch_add(1, std::memory_order_relaxed); }

    /// Gives a reference back, and with the last one the branch and what only it leads to.
    void release() const noexcept;

    [[nodiscard]] unsigned shift() const noexcept { return shift_; }
    [[nodiscard]] unsigned bits() const noexcept { return bits_; }

    /// Which child `key` is below, if its other bits are right.
    [[nodiscard]] std::size_t position_of(Key key) const noexcept {
        return static_cast<std::size_t>(key >> shift_) & ((std::size_t{1} << bits_) - 1);
    }

    [[nodiscard]] const AddressSubtree<Key>& child(std::size_t position) const noexcept {
        return first_child()[position];
    }

    [[nodiscard]] std::span<const AddressSubtree<Key>> children() const noexcept {
        return {first_child(), std::size_t{1} << bits_};
    }
    [[nodiscard]] std::span<AddressSubtree<Key>> children() noexcept {
        return {const_cast<AddressSubtree<Key>*>(first_child()), std::size_t{1} << bits_};
    }

private:
    AddressBranch(unsigned shift, unsigned bits, TreeMemory memory) noexcept
        : shift_(static_cast<std::uint8_t>(shift)),
          bits_(static_cast<std::uint8_t>(bits)),
          memory_(memory) {}
    ~AddressBranch() = default;

    [[nodiscard]] const AddressSubtree<Key>* first_child() const noexcept {
        return std::launder(reinterpret_cast<const AddressSubtree<Key>*>(
            reinterpret_cast<const std::byte*>(this) + sizeof(AddressBranch)));
    }

    mutable std::atomic<std::uint32_t> references_{1};
    std::uint8_t shift_;
    std::uint8_t bits_;
    TreeMemory memory_;
    // The children stand behind.
    static_assert(alignof(AddressSubtree<Key>) <= 8);
};

/// The page of `tree` that has `key` if any has; null if none has.
template <class Key>
[[nodiscard]] inline const AddressPage<Key>* find_page(const AddressSubtree<Key>& tree,
                                                       Key key) noexcept {
    const AddressSubtree<Key>* at = &tree;
    while (at->is_branch()) at = &at->branch()->child(at->branch()->position_of(key));
    return at->page();
}

/// The data of `key` in `tree`; null if it is not there.
template <class Key>
[[nodiscard]] inline const std::uint8_t* find_in(const AddressSubtree<Key>& tree,
                                                 Key key) noexcept {
    const AddressPage<Key>* const page = find_page(tree, key);
    return page == nullptr ? nullptr : page->find(key);
}

/// Whether any key in `tree` has the leftmost `length` bits of `key`.
template <class Key>
[[nodiscard]] bool has_prefix(const AddressSubtree<Key>& tree, Key key, unsigned length) noexcept;

/// `tree` with `data` in place of what `key` has, if anything. Shares all that is not on the way
/// to it.
template <class Key>
[[nodiscard]] AddressSubtree<Key> with_data(const AddressSubtree<Key>& tree, Key key,
                                            std::span<const std::uint8_t> data);

/// `tree` without `key`.
template <class Key>
[[nodiscard]] AddressSubtree<Key> without_key(const AddressSubtree<Key>& tree, Key key);

/// A tree whose pages are filled one after the other, in ascending order of the keys, which are all
/// known before.
template <class Key>
class AddressTreeWriter {
public:
    /// Lays out the tree for `keys`, strictly ascending.
    explicit AddressTreeWriter(std::span<const Key> keys);

    /// Adds the data of the next key, appended to `data_space()`.
    void add_next();

    /// Where the data of the next key is to be appended.
    [[nodiscard]] std::vector<std::uint8_t>& data_space() noexcept { return data_; }

    /// The tree. All keys must have got their data.
    [[nodiscard]] AddressSubtree<Key> finish();

private:
    struct PlannedPage {
        AddressSubtree<Key>* slot;
        std::uint32_t size;
    };

    void lay_out(std::span<const Key> keys, AddressSubtree<Key>& slot);
    void finish_page();
    [[nodiscard]] TreeChunks* chunks() noexcept { return chunks_ ? &*chunks_ : nullptr; }

    std::span<const Key> keys_;
    std::optional<TreeChunks> chunks_;  // none for a few keys
    AddressSubtree<Key> root_;
    std::vector<PlannedPage> pages_;
    std::size_t page_ = 0;            // the one being filled
    std::size_t page_first_ = 0;      // its first key
    std::vector<std::uint8_t> data_;  // of the page being filled
    std::vector<std::size_t> ends_;   // of each entry in it
};

/// Calls `visit(key, data)` for each key in `tree`, ascending.
template <class Key, class Visit>
void visit_all(const AddressSubtree<Key>& tree, const Visit& visit) {
    if (tree.is_branch()) {
        for (const auto& child : tree.branch()->children()) visit_all(child, visit);
    } else if (!tree.is_empty()) {
        const AddressPage<Key>& page = *tree.page();
        for (std::size_t i = 0; i < page.size(); ++i) visit(page.key_at(i), page.data_at(i));
    }
}

/// Any key in `tree`, which is not empty.
template <class Key>
[[nodiscard]] Key any_key_in(const AddressSubtree<Key>& tree) noexcept {
    const AddressSubtree<Key>* at = &tree;
    while (at->is_branch()) {
        const auto children = at->branch()->children();
        at = &*std::ranges::find_if(children, [](const auto& child) { return !child.is_empty(); });
    }
    return at->page()->key_at(0);
}

/// As `visit_all` from `first` on, until `visit` returns false. Whether it never did.
template <class Key, class Visit>
bool visit_from(const AddressSubtree<Key>& tree, Key first, const Visit& visit) {
    if (tree.is_empty()) return true;
    if (!tree.is_branch()) {
        const AddressPage<Key>& page = *tree.page();
        for (std::size_t i = 0; i < page.size(); ++i) {
            const Key key = page.key_at(i);
            if (key >= first && !visit(key, page.data_at(i))) return false;
        }
        return true;
    }
    // All keys below a branch have the same bits above those that it chooses by.
    const AddressBranch<Key>& branch = *tree.branch();
    const unsigned below = branch.shift() + branch.bits();
    const Key shared = above(any_key_in(tree), below);
    if (above(first, below) > shared) return true;
    const std::size_t start = above(first, below) < shared ? 0 : branch.position_of(first);
    const auto children = branch.children();
    for (std::size_t i = start; i < children.size(); ++i) {
        if (!visit_from(children[i], first, visit)) return false;
    }
    return true;
}

extern template class AddressBranch<std::uint32_t>;
extern template class AddressBranch<Uint128>;
extern template class AddressTreeWriter<std::uint32_t>;
extern template class AddressTreeWriter<Uint128>;

}  // namespace arpad

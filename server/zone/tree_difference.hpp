/// \file  Two address trees side by side: what generations share is passed over, whatever its size.
///
/// Beside the query path. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "zone/address_tree.hpp"

namespace arpad {

/// Goes over the entries of a tree page by page, ascending.
template <class Key>
class PageWalk {
public:
    /// Stands at the first entry of `tree`, which must stay.
    explicit PageWalk(const AddressSubtree<Key>& tree) : waiting_{std::span(&tree, 1)} {
        leave_page();
    }

    /// Null at the end.
    [[nodiscard]] const AddressPage<Key>* page() const noexcept { return page_; }
    [[nodiscard]] bool is_at_first() const noexcept { return entry_ == 0; }
    [[nodiscard]] Key key() const noexcept { return page_->key_at(entry_); }
    [[nodiscard]] const std::uint8_t* data() const noexcept { return page_->data_at(entry_); }

    void step() {
        if (++entry_ == page_->size()) leave_page();
    }

    /// Goes to the first entry of the next page.
    void leave_page() {
        page_ = nullptr;
        entry_ = 0;
        while (page_ == nullptr && !waiting_.empty()) {
            auto& siblings = waiting_.back();
            if (siblings.empty()) {
                waiting_.pop_back();
                continue;
            }
            const AddressSubtree<Key>& next = siblings.front();
            siblings = siblings.subspan(1);
            if (next.is_branch()) {
                waiting_.push_back(next.branch()->children());
            } else {
                page_ = next.page();
            }
        }
    }

private:
    std::vector<std::span<const AddressSubtree<Key>>> waiting_;  // on the way to the page
    const AddressPage<Key>* page_ = nullptr;
    std::size_t entry_ = 0;
};

/// Calls `visit(key, before, after)` with the data of each key, ascending, that is in a page of one
/// tree which the other has not. The data may be the same; null where a tree does not have the key.
template <class Key, class Visit>
void visit_unshared(const AddressSubtree<Key>& before, const AddressSubtree<Key>& after,
                    const Visit& visit) {
    if (before.is_branch() && after.is_branch()) {
        const AddressBranch<Key>& old_branch = *before.branch();
        const AddressBranch<Key>& new_branch = *after.branch();
        if (&old_branch == &new_branch) return;
        const unsigned below = old_branch.shift() + old_branch.bits();
        const bool choose_alike =
            old_branch.shift() == new_branch.shift() && old_branch.bits() == new_branch.bits() &&
            above(any_key_in(before), below) == above(any_key_in(after), below);
        if (choose_alike) {
            for (std::size_t i = 0; i < old_branch.children().size(); ++i) {
                visit_unshared(old_branch.child(i), new_branch.child(i), visit);
            }
            return;
        }
    }
    PageWalk<Key> old_walk(before);
    PageWalk<Key> new_walk(after);
    while (old_walk.page() != nullptr || new_walk.page() != nullptr) {
        const bool is_shared =
            old_walk.page() == new_walk.page() && old_walk.is_at_first() && new_walk.is_at_first();
        if (is_shared) {
            old_walk.leave_page();
            new_walk.leave_page();
        } else if (new_walk.page() == nullptr ||
                   (old_walk.page() != nullptr && old_walk.key() < new_walk.key())) {
            visit(old_walk.key(), old_walk.data(), nullptr);
            old_walk.step();
        } else if (old_walk.page() == nullptr || new_walk.key() < old_walk.key()) {
            visit(new_walk.key(), nullptr, new_walk.data());
            new_walk.step();
        } else {
            visit(old_walk.key(), old_walk.data(), new_walk.data());
            old_walk.step();
            new_walk.step();
        }
    }
}

}  // namespace arpad

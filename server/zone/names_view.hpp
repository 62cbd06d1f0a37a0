/// \file  Several names, borrowed: uncompressed wire names one behind the other in one run of
/// octets.
///
/// Threads: a value; the usual rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "dns/name.hpp"

namespace arpad {

/// See above. 16 octets.
class NamesView {
public:
    /// None.
    constexpr NamesView() noexcept = default;

    /// The one name `name`.
    explicit NamesView(NameView name) noexcept
        : first_(name.wire().data()),
          octets_(static_cast<std::uint32_t>(name.octets())),
          size_(1) {}

    /// The `size` names that fill `wire`.
    static constexpr NamesView of_valid_wire(std::span<const std::uint8_t> wire,
                                             std::uint32_t size) noexcept {
        NamesView names;
        names.first_ = wire.data();
        names.octets_ = static_cast<std::uint32_t>(wire.size());
        names.size_ = size;
        return names;
    }

    /// Goes from name to name by their labels.
    class Iterator {
    public:
        using value_type = NameView;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::forward_iterator_tag;

        constexpr Iterator() noexcept = default;
        constexpr explicit Iterator(const std::uint8_t* at) noexcept : at_(at) {}

        [[nodiscard]] NameView operator*() const noexcept {
            return NameView::of_valid_wire({at_, octets_at(at_)});
        }
        Iterator& operator++() noexcept {
            at_ += octets_at(at_);
            return *this;
        }
        Iterator operator++(int) noexcept {
            const Iterator before = *this;
            ++*this;
            return before;
        }
        friend constexpr bool operator==(Iterator, Iterator) noexcept = default;

    private:
        static std::size_t octets_at(const std::uint8_t* name) noexcept {
            const std::uint8_t* label = name;
            while (*label != 0) label += 1U + *label;
            return static_cast<std::size_t>(label + 1 - name);
        }

        const std::uint8_t* at_ = nullptr;
    };

    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] constexpr Iterator begin() const noexcept { return Iterator(first_); }
    [[nodiscard]] constexpr Iterator end() const noexcept { return Iterator(first_ + octets_); }

    /// Name number `index`, below `size()`. Takes a step for each name before it.
    [[nodiscard]] NameView operator[](std::size_t index) const noexcept {
        return *std::next(begin(), static_cast<std::ptrdiff_t>(index));
    }

    /// All names, one behind the other: the wire form of the name, if there is one.
    [[nodiscard]] constexpr std::span<const std::uint8_t> wire() const noexcept {
        return {first_, octets_};
    }

private:
    const std::uint8_t* first_ = nullptr;
    std::uint32_t octets_ = 0;
    std::uint32_t size_ = 0;
};

}  // namespace arpad

/// \file  Domain names in uncompressed wire form (RFC 1035 3.1).
///
/// `NameView` borrows, `Name` owns on the heap, `NameBuffer` owns 255 octets in place for the query
/// path. All three hold valid names only: labels of 1 to 63 octets, the root label at the end, 255
/// octets at most. Comparisons ignore the case of ASCII letters (RFC 4343).
/// Threads: values; the usual rules.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace arpad {

inline constexpr std::size_t max_name_octets = 255;
inline constexpr std::size_t max_label_octets = 63;
inline constexpr std::size_t max_labels = 127;  ///< Without the root label.

/// Why a text or an octet string is no domain name.
enum class NameError : std::uint8_t {
    empty,           ///< Nothing there; the root is written ".".
    empty_label,     ///< Two dots in a row, or a leading dot; wire form: a root label too early.
    label_too_long,  ///< Over 63 octets.
    name_too_long,   ///< Over 255 octets.
    bad_escape,      ///< A backslash without a character or three digits up to 255 behind it.
    truncated,       ///< Wire form: ends before the root label.
    bad_label_type,  ///< Wire form: a compression pointer or an unknown label type.
};

/// The error in words, for operators.
[[nodiscard]] std::string_view to_text(NameError error) noexcept;

/// `letter` in lower case, if it is an ASCII letter.
[[nodiscard]] constexpr std::uint8_t to_lower(std::uint8_t letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<std::uint8_t>(letter | 0x20) : letter;
}

/// A borrowed name.
class NameView {
public:
    /// The root.
    constexpr NameView() noexcept = default;

    /// Borrows `wire`, which must be a valid uncompressed name with nothing behind it.
    static constexpr NameView of_valid_wire(std::span<const std::uint8_t> wire) noexcept {
        return NameView(wire);
    }

    /// All octets, the root label included.
    [[nodiscard]] constexpr std::span<const std::uint8_t> wire() const noexcept { return wire_; }
    [[nodiscard]] constexpr std::size_t octets() const noexcept { return wire_.size(); }
    [[nodiscard]] constexpr bool is_root() const noexcept { return wire_.size() == 1; }

    /// Labels without the root label: 0 to 127.
    [[nodiscard]] unsigned label_count() const noexcept;

    /// The leftmost label without its length octet; empty for the root.
    [[nodiscard]] constexpr std::span<const std::uint8_t> first_label() const noexcept {
        return wire_.subspan(1, wire_[0]);
    }

    /// Whether it stands for names that are not there (RFC 4592 2.1.1).
    [[nodiscard]] constexpr bool is_wildcard() const noexcept {
        return wire_[0] == 1 && wire_[1] == '*';
    }

    /// The name without its leftmost label. Must not be the root.
    [[nodiscard]] constexpr NameView parent() const noexcept {
        return NameView(wire_.subspan(1U + wire_[0]));
    }

    /// The rightmost `labels` labels; at most `label_count()`.
    [[nodiscard]] NameView suffix(unsigned labels) const noexcept;

    /// Whether this is `ancestor` or a name below it.
    [[nodiscard]] bool is_at_or_below(NameView ancestor) const noexcept;

    /// Presentation form (RFC 1035 5.1) with a final dot and escapes where needed; "." for the
    /// root.
    [[nodiscard]] std::string to_text() const;

    /// Equal but for case.
    friend bool operator==(NameView left, NameView right) noexcept;

private:
    static constexpr std::array<std::uint8_t, 1> root_wire_{0};

    constexpr explicit NameView(std::span<const std::uint8_t> wire) noexcept : wire_(wire) {}

    std::span<const std::uint8_t> wire_{root_wire_};
};

/// Canonical order (RFC 4034 6.1): by labels from the right, case ignored.
[[nodiscard]] std::weak_ordering canonical_order(NameView left, NameView right) noexcept;

/// An owned name. Keeps the case it was made with.
class Name {
public:
    /// The root.
    Name() : wire_(1, '\0') {}

    explicit Name(NameView view)
        : wire_(reinterpret_cast<const char*>(view.wire().data()), view.octets()) {}

    /// Reads presentation form with escapes (RFC 1035 5.1). The name is taken as absolute, with or
    /// without a final dot. Which characters a *host* name may have is not asked here.
    [[nodiscard]] static Result<Name, NameError> from_text(std::string_view text);

    /// Checks and copies an uncompressed name that fills `wire`.
    [[nodiscard]] static Result<Name, NameError> from_wire(std::span<const std::uint8_t> wire);

    // NOLINTNEXTLINE(google-explicit-constructor): a Name is usable wherever a NameView is.
    operator NameView() const noexcept { return view(); }
    [[nodiscard]] NameView view() const noexcept {
        return NameView::of_valid_wire(
            {reinterpret_cast<const std::uint8_t*>(wire_.data()), wire_.size()});
    }

    /// This name with `label` (1 to 63 octets, no escapes) put before it, or why it does not fit.
    [[nodiscard]] Result<Name, NameError> below(std::string_view label) const;

    /// This name with all labels of `relative` (its root label left out) put before it.
    [[nodiscard]] Result<Name, NameError> below(NameView relative) const;

    /// This name in lower case.
    [[nodiscard]] Name lower_case() const;

    [[nodiscard]] std::string to_text() const { return view().to_text(); }

    friend bool operator==(const Name& left, const Name& right) noexcept {
        return left.view() == right.view();
    }

private:
    explicit Name(std::string wire) : wire_(std::move(wire)) {}

    std::string wire_;
};

/// A name in lower case in a buffer of its own, with the place of each of its labels. Made once per
/// query; allocates nothing.
class NameBuffer {
public:
    /// The root.
    NameBuffer() noexcept = default;

    /// Copies `name` in lower case and notes where its labels start.
    void assign(NameView name) noexcept;

    [[nodiscard]] NameView view() const noexcept {
        return NameView::of_valid_wire({wire_.data(), octets_});
    }
    [[nodiscard]] unsigned label_count() const noexcept { return labels_; }

    /// The rightmost `labels` labels; at most `label_count()`.
    [[nodiscard]] NameView suffix(unsigned labels) const noexcept {
        const std::size_t start = offsets_[labels_ - labels];
        return NameView::of_valid_wire({wire_.data() + start, octets_ - start});
    }

    /// The label that is number `index` from the right, root not counted: 0 is the top-level label.
    /// Must be below `label_count()`.
    [[nodiscard]] std::span<const std::uint8_t> label_from_right(unsigned index) const noexcept {
        const std::size_t start = offsets_[labels_ - 1 - index];
        return {wire_.data() + start + 1, wire_[start]};
    }

private:
    std::array<std::uint8_t, max_name_octets> wire_{};
    std::array<std::uint8_t, max_labels + 1> offsets_{};  // of each label, the root's last
    std::size_t octets_ = 1;
    unsigned labels_ = 0;
};

/// Canonical order as a comparison for ordered containers.
struct CanonicalLess {
    using is_transparent = void;
    bool operator()(NameView left, NameView right) const noexcept {
        return canonical_order(left, right) < 0;
    }
};

/// Hash of a name in lower case, for unordered containers; not for input an attacker may flood
/// unless `seed` is secret.
[[nodiscard]] std::uint64_t hash_of(NameView lower_case_name, std::uint64_t seed = 0) noexcept;

}  // namespace arpad

/// \file  What of a name may come from its address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reverse/address.hpp"

namespace arpad {

/// A name cut into pieces: literal text, numbers, and texts of the whole address.
///
/// Two names of one template have the same shape, and each of their numbers has a meaning in
/// common. Meanings are bits of a mask: an octet or the distance from the first address of the
/// range, each with a number of digits, or nothing but the digits themselves.
class NameShape {
public:
    using Meanings = std::uint32_t;
    static constexpr std::size_t max_numbers = 12;  ///< Further digits are literal text.

    /// Reads `name`, lower case or not, the name of `address`.
    NameShape(std::string_view name, Address address);

    /// Whether everything but the numbers is alike. Equal hashes are taken for equal texts: who
    /// uses the template compares the names.
    [[nodiscard]] bool is_like(const NameShape& other) const noexcept {
        return hash_ == other.hash_ && count_ == other.count_;
    }

    /// For each number, what it can mean here if the range begins with `first` and the digits that
    /// `model` has in this place are literal text.
    [[nodiscard]] std::array<Meanings, max_numbers> meanings(const NameShape& model,
                                                             Address first) const;

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

    /// The template that the name is an example of, where its numbers have these meanings.
    [[nodiscard]] std::string to_template(const std::array<Meanings, max_numbers>& meanings) const;

private:
    struct Number {
        std::size_t begin = 0;
        std::size_t digits = 0;
    };

    [[nodiscard]] std::string_view text_of(const Number& number) const noexcept {
        return name_.substr(number.begin, number.digits);
    }
    void find_address_text();
    void find_numbers();
    [[nodiscard]] Meanings meanings_of(std::string_view digits, Address first) const;

    std::string_view name_;
    Address address_;
    std::array<Number, max_numbers> numbers_{};
    std::size_t count_ = 0;
    Number address_text_;                   // none if it has no digits
    std::string_view address_placeholder_;  // that stands for it
    std::uint64_t hash_ = 0;
};

}  // namespace arpad

#include "dns/name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace arpad {
namespace {

using Octets = std::span<const std::uint8_t>;

constexpr std::size_t word_octets = sizeof(std::uint64_t);

std::uint64_t load_word(const std::uint8_t* from) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, from, word_octets);
    return word;
}

/// Eight octets at once in lower case. The octets stay below 0x80 in each sum, so none carries into
/// its neighbour.
constexpr std::uint64_t to_lower_word(std::uint64_t word) noexcept {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
    constexpr std::uint64_t high_bits = ones * 0x80;
    const std::uint64_t low_seven = word & ~high_bits;
    const std::uint64_t from_a = low_seven + ones * (0x80 - 'A');
    const std::uint64_t above_z = low_seven + ones * (0x7f - 'Z');
    const std::uint64_t upper = (from_a ^ above_z) & ~word & high_bits;
    return word | upper >> 2;
}

/// Length octets are at most 63 and so below 'A': a whole name may be folded without a look at its
/// labels.
bool equals_but_for_case(Octets left, Octets right) noexcept {
    if (left.size() != right.size()) return false;
    std::size_t at = 0;
    for (; at + word_octets <= left.size(); at += word_octets) {
        if (to_lower_word(load_word(&left[at])) != to_lower_word(load_word(&right[at])))
            return false;
    }
    for (; at < left.size(); ++at) {
        if (to_lower(left[at]) != to_lower(right[at])) return false;
    }
    return true;
}

/// Copies `from` in lower case to `to`, which has room for it.
void copy_in_lower_case(Octets from, std::uint8_t* to) noexcept {
    std::size_t at = 0;
    for (; at + word_octets <= from.size(); at += word_octets) {
        const std::uint64_t word = to_lower_word(load_word(&from[at]));
        std::memcpy(to + at, &word, word_octets);
    }
    for (; at < from.size(); ++at) to[at] = to_lower(from[at]);
}

/// Where each label of a name starts.
struct LabelStarts {
    explicit LabelStarts(Octets wire) noexcept {
        for (std::size_t at = 0; wire[at] != 0; at += 1U + wire[at])
            starts[count++] = static_cast<std::uint8_t>(at);
    }

    std::array<std::uint8_t, max_labels> starts;
    unsigned count = 0;
};

std::weak_ordering label_order(Octets left, Octets right) noexcept {
    return std::lexicographical_compare_three_way(
        left.begin(), left.end(), right.begin(), right.end(),
        [](std::uint8_t a, std::uint8_t b) { return to_lower(a) <=> to_lower(b); });
}

bool is_printable(std::uint8_t octet) noexcept {
    return octet > ' ' && octet < 0x7f;
}

bool is_digit(char character) noexcept {
    return character >= '0' && character <= '9';
}

void append_octet(std::string& text, std::uint8_t octet) {
    constexpr std::string_view special = ".\\\";@$()";
    const char character = static_cast<char>(octet);
    if (!is_printable(octet)) {
        text += fmt::format("\\{:03}", octet);
        return;
    }
    if (special.find(character) != std::string_view::npos) text += '\\';
    text += character;
}

/// An octet, and how many characters it is written with.
struct WrittenOctet {
    char octet;
    std::size_t characters;
};

/// Reads `\X` or `\DDD` at the start of `text`.
Result<WrittenOctet, NameError> read_escape(std::string_view text) {
    if (text.size() < 2) return NameError::bad_escape;
    if (!is_digit(text[1])) return WrittenOctet{text[1], 2};
    if (text.size() < 4 || !is_digit(text[2]) || !is_digit(text[3])) return NameError::bad_escape;
    const int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
    if (value > 255) return NameError::bad_escape;
    return WrittenOctet{static_cast<char>(value), 4};
}

/// A label, and how many characters it is written with, the dot behind it included.
struct WrittenLabel {
    std::string octets;
    std::size_t characters;
};

/// Reads the label at the start of `text`, up to a dot or the end.
Result<WrittenLabel, NameError> read_label(std::string_view text) {
    std::string octets;
    std::size_t at = 0;
    while (at < text.size() && text[at] != '.') {
        WrittenOctet next{text[at], 1};
        if (text[at] == '\\') {
            const auto escape = read_escape(text.substr(at));
            if (!escape) return escape.error();
            next = *escape;
        }
        octets += next.octet;
        at += next.characters;
    }
    if (octets.empty()) return NameError::empty_label;
    if (octets.size() > max_label_octets) return NameError::label_too_long;
    return WrittenLabel{std::move(octets), std::min(at + 1, text.size())};
}

std::uint64_t multiply_and_fold(std::uint64_t left, std::uint64_t right) noexcept {
    __extension__ using Product = unsigned __int128;
    const Product product = Product{left} * right;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// The last octets of a name that fill no word of their own: of a longer name its last eight, of a
/// shorter one all of them.
std::uint64_t last_word(Octets wire) noexcept {
    if (wire.size() >= word_octets) return load_word(&wire[wire.size() - word_octets]);
    std::uint64_t word = 0;
    for (const std::uint8_t octet : wire) word = word << 8 | octet;
    return word;
}

}  // namespace

std::string_view to_text(NameError error) noexcept {
    switch (error) {
        case NameError::empty:
            return "the name is empty; the root is written \".\"";
        case NameError::empty_label:
            return "a label is empty";
        case NameError::label_too_long:
            return "a label is longer than 63 octets";
        case NameError::name_too_long:
            return "the name is longer than 255 octets";
        case NameError::bad_escape:
            return "a backslash needs a character or three digits up to 255 behind it";
        case NameError::truncated:
            return "the name ends before the root label";
        case NameError::bad_label_type:
            return "a label is compressed or of an unknown type";
    }
    return "no domain name";
}

unsigned NameView::label_count() const noexcept {
    unsigned labels = 0;
    for (std::size_t at = 0; wire_[at] != 0; at += 1U + wire_[at]) ++labels;
    return labels;
}

NameView NameView::suffix(unsigned labels) const noexcept {
    NameView rest = *this;
    for (unsigned above = label_count() - labels; above != 0; --above) rest = rest.parent();
    return rest;
}

bool NameView::is_at_or_below(NameView ancestor) const noexcept {
    NameView rest = *this;
    while (rest.octets() > ancestor.octets()) rest = rest.parent();
    return rest == ancestor;
}

std::string NameView::to_text() const {
    if (is_root()) return ".";
    std::string text;
    text.reserve(octets());
    for (NameView rest = *this; !rest.is_root(); rest = rest.parent()) {
        for (const std::uint8_t octet : rest.first_label()) append_octet(text, octet);
        text += '.';
    }
    return text;
}

bool operator==(NameView left, NameView right) noexcept {
    return equals_but_for_case(left.wire_, right.wire_);
}

std::weak_ordering canonical_order(NameView left, NameView right) noexcept {
    const LabelStarts left_labels(left.wire());
    const LabelStarts right_labels(right.wire());
    const auto label_at = [](Octets wire, std::size_t start) {
        return wire.subspan(start + 1, wire[start]);
    };
    const unsigned shared = std::min(left_labels.count, right_labels.count);
    for (unsigned index = 1; index <= shared; ++index) {
        const auto order =
            label_order(label_at(left.wire(), left_labels.starts[left_labels.count - index]),
                        label_at(right.wire(), right_labels.starts[right_labels.count - index]));
        if (order != 0) return order;
    }
    return left_labels.count <=> right_labels.count;
}

Result<Name, NameError> Name::from_text(std::string_view text) {
    if (text.empty()) return NameError::empty;
    if (text == ".") return Name();
    std::string wire;
    while (!text.empty()) {
        const auto label = read_label(text);
        if (!label) return label.error();
        wire += static_cast<char>(label->octets.size());
        wire += label->octets;
        text.remove_prefix(label->characters);
    }
    wire += '\0';
    if (wire.size() > max_name_octets) return NameError::name_too_long;
    return Name(std::move(wire));
}

Result<Name, NameError> Name::from_wire(std::span<const std::uint8_t> wire) {
    std::size_t at = 0;
    while (at < wire.size() && wire[at] != 0) {
        if (wire[at] > max_label_octets) return NameError::bad_label_type;
        at += 1U + wire[at];
        if (at >= max_name_octets) return NameError::name_too_long;
    }
    if (at >= wire.size()) return NameError::truncated;
    if (at + 1 != wire.size()) return NameError::empty_label;
    return Name(NameView::of_valid_wire(wire));
}

Result<Name, NameError> Name::below(std::string_view label) const {
    if (label.empty()) return NameError::empty_label;
    if (label.size() > max_label_octets) return NameError::label_too_long;
    if (1 + label.size() + wire_.size() > max_name_octets) return NameError::name_too_long;
    std::string wire(1, static_cast<char>(label.size()));
    wire += label;
    wire += wire_;
    return Name(std::move(wire));
}

Result<Name, NameError> Name::below(NameView relative) const {
    const auto labels = relative.wire().first(relative.octets() - 1);
    if (labels.size() + wire_.size() > max_name_octets) return NameError::name_too_long;
    std::string wire(labels.begin(), labels.end());
    wire += wire_;
    return Name(std::move(wire));
}

Name Name::lower_case() const {
    std::string wire(wire_.size(), '\0');
    copy_in_lower_case(view().wire(), reinterpret_cast<std::uint8_t*>(wire.data()));
    return Name(std::move(wire));
}

void NameBuffer::assign(NameView name) noexcept {
    copy_in_lower_case(name.wire(), wire_.data());
    octets_ = name.octets();
    labels_ = 0;
    std::size_t at = 0;
    for (; wire_[at] != 0; at += 1U + wire_[at])
        offsets_[labels_++] = static_cast<std::uint8_t>(at);
    offsets_[labels_] = static_cast<std::uint8_t>(at);
}

// After wyhash (public domain): multiply 64 by 64 bits, fold the halves onto each other.
std::uint64_t hash_of(NameView lower_case_name, std::uint64_t seed) noexcept {
    constexpr std::uint64_t first_secret = 0xa076'1d64'78bd'642fU;
    constexpr std::uint64_t second_secret = 0xe703'7ed1'a0b4'28dbU;
    const Octets wire = lower_case_name.wire();
    std::uint64_t hash = seed ^ first_secret;
    for (std::size_t at = 0; at + word_octets < wire.size(); at += word_octets)
        hash = multiply_and_fold(hash ^ load_word(&wire[at]), second_secret);
    hash = multiply_and_fold(hash ^ last_word(wire), second_secret);
    return multiply_and_fold(hash ^ wire.size(), first_secret);
}

}  // namespace arpad

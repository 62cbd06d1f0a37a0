#include "reverse/arpa_name.hpp"

#include <array>
#include <span>

#include "base/invariant.hpp"

namespace arpad {
namespace {

Prefix whole_family(Family family) noexcept {
    return {Address(family, 0), 0};
}

Name fixed_name(std::string_view text) {
    const auto name = Name::from_text(text);
    ensure(name.has_value(), "a name in the source is valid");
    return *name;
}

std::optional<unsigned> octet_of(std::span<const std::uint8_t> label) noexcept {
    if (label.size() > 3 || (label.size() > 1 && label[0] == '0')) return std::nullopt;
    unsigned value = 0;
    for (const std::uint8_t digit : label) {
        if (digit < '0' || digit > '9') return std::nullopt;
        value = value * 10 + digit - '0';
    }
    if (value > 255) return std::nullopt;
    return value;
}

std::optional<unsigned> nibble_of(std::span<const std::uint8_t> label) noexcept {
    if (label.size() != 1) return std::nullopt;
    const std::uint8_t digit = label[0];
    if (digit >= '0' && digit <= '9') return digit - unsigned{'0'};
    if (digit >= 'a' && digit <= 'f') return digit - unsigned{'a'} + 10;
    return std::nullopt;
}

}  // namespace

const Name& arpa_root(Family family) {
    static const Name ipv4 = fixed_name("in-addr.arpa.");
    static const Name ipv6 = fixed_name("ip6.arpa.");
    return family == Family::ipv4 ? ipv4 : ipv6;
}

bool ends_in_arpa(NameView name) noexcept {
    constexpr std::array<std::uint8_t, 6> arpa{4, 'a', 'r', 'p', 'a', 0};
    return name.is_at_or_below(NameView::of_valid_wire(arpa));
}

Name arpa_name(Address address) {
    return arpa_name(Prefix(address, address.bits()));
}

Name arpa_name(const Prefix& aligned) {
    const Family family = aligned.family();
    const auto name = prefix_name(arpa_root(family), whole_family(family), aligned);
    ensure(name.has_value(), "every reverse name fits into 255 octets");
    return *name;
}

Result<Name, NameError> address_name(NameView apex, const Prefix& base, Address address) {
    return prefix_name(apex, base, Prefix(address, address.bits()));
}

std::optional<Address> address_below(NameView apex, const std::optional<Prefix>& base,
                                     NameView owner) noexcept {
    if (!base || owner.octets() <= apex.octets()) return std::nullopt;
    NameBuffer name;
    name.assign(owner);
    const unsigned apex_labels = apex.label_count();
    const LabelPath path = read_labels(name, apex_labels, *base);
    const bool is_whole = path.labels == name.label_count() - apex_labels &&
                          path.prefix.length() == address_bits(base->family());
    return is_whole ? std::optional(path.prefix.first()) : std::nullopt;
}

std::size_t write_address_labels(const Prefix& base, Address address,
                                 std::span<std::uint8_t, max_name_octets> room) noexcept {
    return write_prefix_labels(base, Prefix(address, address.bits()), room);
}

std::size_t write_prefix_labels(const Prefix& base, const Prefix& aligned,
                                std::span<std::uint8_t, max_name_octets> room) noexcept {
    if (aligned.length() == 0) return 0;
    const unsigned step = label_bits(base.family());
    Uint128 value = aligned.first().value() >> (address_bits(base.family()) - aligned.length());
    std::uint8_t* at = room.data();
    for (unsigned length = aligned.length(); length > base.length(); length -= step) {
        const auto label = static_cast<unsigned>(value & low_bits_mask(step));
        value >>= step;
        if (base.family() == Family::ipv6) {
            *at++ = 1;
            *at++ = static_cast<std::uint8_t>(label < 10 ? '0' + label : 'a' + label - 10);
            continue;
        }
        std::uint8_t* const start = at++;
        if (label >= 100) *at++ = static_cast<std::uint8_t>('0' + label / 100);
        if (label >= 10) *at++ = static_cast<std::uint8_t>('0' + label / 10 % 10);
        *at++ = static_cast<std::uint8_t>('0' + label % 10);
        *start = static_cast<std::uint8_t>(at - start - 1);
    }
    return static_cast<std::size_t>(at - room.data());
}

Result<Name, NameError> prefix_name(NameView apex, const Prefix& base, const Prefix& aligned) {
    ensure(base.is_aligned() && aligned.is_aligned(), "only aligned prefixes have a reverse name");
    ensure(base.contains(aligned), "a prefix is named below one that contains it");
    std::array<std::uint8_t, max_name_octets> labels;
    const std::size_t octets = write_prefix_labels(base, aligned, labels);
    labels[octets] = 0;
    return Name(apex).below(NameView::of_valid_wire(std::span(labels).first(octets + 1)));
}

std::optional<Prefix> prefix_of_arpa_name(NameView name) {
    NameBuffer buffer;
    buffer.assign(name);
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        const NameView root = arpa_root(family);
        if (!name.is_at_or_below(root)) continue;
        const LabelPath path = read_labels(buffer, root.label_count(), whole_family(family));
        if (path.end == LabelPath::End::name) return path.prefix;
    }
    return std::nullopt;
}

LabelPath read_labels(const NameBuffer& name, unsigned apex_labels, const Prefix& base) noexcept {
    ensure(base.is_aligned(), "the apex of an address zone is at a label boundary");
    const Family family = base.family();
    const unsigned bits = address_bits(family);
    Uint128 value = base.first().value();
    unsigned length = base.length();
    unsigned labels = 0;
    LabelPath::End end = LabelPath::End::name;
    for (; apex_labels + labels < name.label_count(); ++labels) {
        if (length == bits) {
            end = LabelPath::End::full_address;
            break;
        }
        const auto label = name.label_from_right(apex_labels + labels);
        const auto number = family == Family::ipv4 ? octet_of(label) : nibble_of(label);
        if (!number) {
            end = LabelPath::End::foreign_label;
            break;
        }
        length += label_bits(family);
        value |= Uint128{*number} << (bits - length);
    }
    return {Prefix(Address(family, value), length), labels, end};
}

}  // namespace arpad

#include "import/zone_plan.hpp"

#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

bool is_letter_or_digit(std::uint8_t octet) noexcept {
    const std::uint8_t lower = to_lower(octet);
    return (lower >= 'a' && lower <= 'z') || (octet >= '0' && octet <= '9');
}

}  // namespace

ZoneForm form_of(const Name& apex) {
    if (const auto prefix = prefix_of_arpa_name(apex)) return {apex, *prefix, {}, *prefix};
    const auto parent = classless_base(apex);
    if (!parent) return {apex, {}, {}, {}};
    // Whatever addresses a smaller meaning has, the largest has them too.
    const auto meanings = classless_meanings(apex.view().first_label(), *parent);
    return {apex, meanings.front().prefix, meanings.front().style, *parent};
}

std::optional<Prefix> ZoneForm::prefix_of(NameView owner) const {
    if (!network) return std::nullopt;
    NameBuffer buffer;
    buffer.assign(owner);
    const LabelPath path = read_labels(buffer, apex.view().label_count(), base);
    if (path.end != LabelPath::End::name) return std::nullopt;
    return path.prefix;
}

std::optional<Address> ZoneForm::address_of(NameView owner) const {
    const auto prefix = prefix_of(owner);
    if (!prefix || prefix->length() != address_bits(prefix->family())) return std::nullopt;
    if (!network->contains(prefix->first())) return std::nullopt;
    return prefix->first();
}

std::string plain_text(NameView name) {
    std::string text;
    text.reserve(name.octets());
    for (NameView rest = name; !rest.is_root(); rest = rest.parent()) {
        const auto label = rest.first_label();
        if (!text.empty()) text += '.';
        text.append(reinterpret_cast<const char*>(label.data()), label.size());
    }
    return text;
}

bool is_host_name(NameView name) noexcept {
    if (name.is_root()) return false;
    bool last_has_letter = false;
    for (NameView rest = name; !rest.is_root(); rest = rest.parent()) {
        const auto label = rest.first_label();
        if (label.front() == '-' || label.back() == '-') return false;
        last_has_letter = false;
        for (const std::uint8_t octet : label) {
            if (!is_letter_or_digit(octet) && octet != '-' && octet != '_') return false;
            last_has_letter = last_has_letter || octet < '0' || octet > '9';
        }
    }
    return last_has_letter;
}

}  // namespace arpad

#include "zone/edit.hpp"

#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

std::vector<Name> names_in(std::span<const Rdata> rdatas) {
    std::vector<Name> names;
    names.reserve(rdatas.size());
    for (const Rdata& rdata : rdatas) names.emplace_back(NameView::of_valid_wire(rdata));
    return names;
}

}  // namespace

std::string_view to_text(EditLayer layer) noexcept {
    return layer == EditLayer::edit ? "edit" : "lease";
}

std::string owner_text(const Edit& edit) {
    return edit.name ? edit.name->to_text() : edit.address.to_text();
}

std::optional<AddressRange> addresses_led_away_by(const Edit& edit, NameView apex,
                                                  const Prefix& base) {
    if (!edit.name || !leads_away_below(edit.type)) return std::nullopt;
    const NameView owner = *edit.name;
    const bool is_ns_of_zone = owner == apex && edit.type == RrType::ns;
    if (is_ns_of_zone || !owner.is_at_or_below(apex)) return std::nullopt;
    NameBuffer name;
    name.assign(owner);
    const LabelPath path = read_labels(name, apex.label_count(), base);
    if (path.end != LabelPath::End::name) return std::nullopt;
    return AddressRange{path.prefix.first(), path.prefix.last()};
}

Edit reset_of(const Edit& edit) {
    Edit reset;
    reset.address = edit.address;
    reset.type = edit.type;
    reset.layer = edit.layer;
    reset.name = edit.name;
    return reset;
}

Edit ptr_edit(Address address, std::span<const Name> names, std::optional<Ttl> ttl) {
    Edit edit;
    edit.address = address;
    edit.ttl = ttl;
    for (const Name& name : names) {
        const auto wire = name.view().wire();
        edit.rdatas.emplace_back(wire.begin(), wire.end());
    }
    return edit;
}

std::vector<Name> targets_of(const Edit& edit) {
    if (edit.type != RrType::ptr) return {};
    return names_in(edit.rdatas);
}

std::vector<Name> targets_of(const Rrset& rrset) {
    if (rrset.type != RrType::ptr) return {};
    return names_in(rrset.rdatas);
}

}  // namespace arpad

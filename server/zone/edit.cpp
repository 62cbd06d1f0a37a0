#include "zone/edit.hpp"

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

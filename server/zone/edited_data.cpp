#include "zone/edited_data.hpp"

#include <algorithm>

namespace arpad {
namespace {

using Held = EditedData::Held;

/// Puts what the edits of `layer` say behind what is in `data` already. Leases do not lead away
/// from what others say.
void add_layer(std::span<const Edit> edits, EditLayer layer, Ttl ttl, EditedData& data) {
    const DataLayer holder = layer == EditLayer::edit ? DataLayer::edit : DataLayer::lease;
    const bool may_lead_away =
        layer == EditLayer::edit || (data.rrsets.empty() && data.holes.empty());
    for (const Edit& edit : edits) {
        if (edit.layer != layer || !edit.says_anything() || data.layer_of(edit.type)) continue;
        if (leads_away(edit.type) && !may_lead_away) continue;
        if (edit.is_hole) {
            data.holes.push_back({edit.type, holder});
        } else {
            data.rrsets.push_back({{edit.type, edit.ttl.value_or(ttl), edit.rdatas}, holder});
        }
    }
}

/// RFC 2181 10.1.
void drop_what_a_cname_excludes(EditedData& data) {
    const Held* const cname = data.find(RrType::cname);
    if (cname == nullptr || data.rrsets.size() < 2) return;
    const bool is_written = cname->layer == DataLayer::file;
    std::erase_if(data.rrsets, [is_written](const Held& held) {
        return (held.rrset.type == RrType::cname) != is_written;
    });
}

}  // namespace

std::string_view to_text(DataLayer layer) noexcept {
    switch (layer) {
        case DataLayer::edit:
            return "edit";
        case DataLayer::file:
            return "record";
        case DataLayer::lease:
            return "lease";
        case DataLayer::low:
            return "default";
    }
    return {};
}

std::vector<Rrset> FileData::all() const {
    std::vector<Rrset> rrsets = written;
    if (low_ptr) rrsets.push_back(*low_ptr);
    return rrsets;
}

const EditedData::Held* EditedData::find(RrType type) const noexcept {
    const auto found =
        std::ranges::find_if(rrsets, [type](const Held& held) { return held.rrset.type == type; });
    return found == rrsets.end() ? nullptr : &*found;
}

std::optional<DataLayer> EditedData::layer_of(RrType type) const noexcept {
    if (const Held* const held = find(type)) return held->layer;
    const auto hole = std::ranges::find(holes, type, &Hole::type);
    return hole == holes.end() ? std::nullopt : std::optional(hole->layer);
}

std::vector<Rrset> EditedData::all() const {
    std::vector<Rrset> found;
    found.reserve(rrsets.size());
    for (const Held& held : rrsets) found.push_back(held.rrset);
    return found;
}

EditedData lay_over(const FileData& files, std::span<const Edit> edits, Ttl ttl) {
    EditedData data;
    add_layer(edits, EditLayer::edit, ttl, data);
    if (files.is_silent) data.written.push_back(RrType::ptr);
    for (const Rrset& rrset : files.written) {
        data.written.push_back(rrset.type);
        if (!data.layer_of(rrset.type)) data.rrsets.push_back({rrset, DataLayer::file});
    }
    if (files.is_silent && !data.layer_of(RrType::ptr)) {
        data.holes.push_back({RrType::ptr, DataLayer::file});
    }
    add_layer(edits, EditLayer::lease, ttl, data);
    drop_what_a_cname_excludes(data);
    const bool is_low_heard = !data.layer_of(RrType::ptr) && data.find(RrType::cname) == nullptr;
    if (files.low_ptr && is_low_heard) data.rrsets.push_back({*files.low_ptr, DataLayer::low});
    std::ranges::sort(data.rrsets, {}, [](const Held& held) { return held.rrset.type; });
    return data;
}

bool are_same(std::vector<Rrset> left, std::vector<Rrset> right) {
    std::ranges::sort(left, {}, &Rrset::type);
    std::ranges::sort(right, {}, &Rrset::type);
    return left == right;
}

}  // namespace arpad

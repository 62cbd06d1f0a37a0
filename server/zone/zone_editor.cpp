#include "zone/zone_editor.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "base/invariant.hpp"
#include "reverse/arpa_name.hpp"
#include "zone/content_check.hpp"
#include "zone/zone_builder.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

/// The sum of digests does not depend on their order, and any can be taken away again.
Digest sum_of(const Digest& left, const Digest& right) {
    Digest sum{};
    unsigned carry = 0;
    for (std::size_t i = 0; i < sum.size(); ++i) {
        carry += unsigned{left[i]} + right[i];
        sum[i] = static_cast<std::uint8_t>(carry);
        carry >>= 8U;
    }
    return sum;
}

Digest negative(Digest digest) {
    for (std::uint8_t& octet : digest) octet = static_cast<std::uint8_t>(~octet);
    Digest one{};
    one[0] = 1;
    return sum_of(digest, one);
}

void add(Digester& digester, std::size_t number) {
    digester.add_u32(static_cast<std::uint32_t>(number));
}

void add(Digester& digester, Address address) {
    for (unsigned shift = 128; shift > 0; shift -= 32) {
        digester.add_u32(static_cast<std::uint32_t>(address.value() >> (shift - 32)));
    }
}

void add(Digester& digester, const Name& name) {
    digester.add(name.view().wire());
}

/// The digest of what `owner` has, an address or another name.
template <class Owner>
Digest digest_at(const Owner& owner, std::span<const Rrset> rrsets) {
    Digester digester;
    add(digester, owner);
    for (const Rrset& rrset : rrsets) {
        digester.add_u32(static_cast<std::uint32_t>(rrset.type));
        digester.add_u32(rrset.ttl.seconds);
        add(digester, rrset.rdatas.size());
        for (const Rdata& rdata : rrset.rdatas) {
            add(digester, rdata.size());
            digester.add(rdata);
        }
    }
    return digester.finish();
}

std::vector<Rrset> rrsets_at(const AddressIndex& addresses, Address address) {
    const auto data = addresses.find(address);
    if (!data) return {};
    if (!data->is_lone_ptr()) return to_rrsets(data->node());
    MadeRrset space;
    (void)make_ptr(*data, space);
    return to_rrsets(space.node());
}

std::vector<Rrset> ptrs_among(std::vector<Rrset> rrsets) {
    std::erase_if(rrsets, [](const Rrset& rrset) { return rrset.type != RrType::ptr; });
    return rrsets;
}

std::optional<Rrset> range_ptr(const Zone& zone, Address address) {
    const NamedRange* const range = zone.parts().ranges.find(address);
    if (range == nullptr) return std::nullopt;
    MadeRrset space;
    (void)make_ptr(*range, address, space);
    return to_rrsets(space.node()).front();
}

Rrset copy_of(RrsetView view) {
    Rrset rrset{view.type(), view.ttl(), {}};
    for (const auto rdata : view) rrset.rdatas.emplace_back(rdata.begin(), rdata.end());
    return rrset;
}

std::vector<Rrset> stored_at(const Zone& zone, NameView owner) {
    NameBuffer name;
    name.assign(owner);
    std::vector<Rrset> rrsets =
        to_rrsets(zone.find_stored(name, name.label_count(), zone.read_path(name)));
    std::erase_if(rrsets, [](const Rrset& rrset) { return rrset.type == RrType::soa; });
    return rrsets;
}

bool has(std::span<const Rrset> rrsets, RrType type) {
    return std::ranges::find(rrsets, type, &Rrset::type) != rrsets.end();
}

/// Whether files could have `rrsets` at one name: `is_apex` says whether that is the apex.
bool fit_together(std::span<const Rrset> rrsets, bool is_apex) {
    const bool is_alone = !has(rrsets, RrType::cname) || (rrsets.size() == 1 && !is_apex);
    const bool is_ambiguous = !is_apex && has(rrsets, RrType::ns) && has(rrsets, RrType::dname);
    return is_alone && !is_ambiguous && (!is_apex || has(rrsets, RrType::ns)) &&
           std::ranges::all_of(
               rrsets, [](const Rrset& rrset) { return wire_octets(rrset) <= max_rrset_octets; });
}

}  // namespace

bool is_in_wildcard(const Zone& zone, Address address) noexcept {
    return zone.transfer().ranges == RangesInTransfers::wildcard &&
           zone.parts().ranges.find(address) != nullptr;
}

Digest content_with_edits(const Digest& files, const Digest& edits) {
    if (edits == Digest{}) return files;
    Digester digester;
    digester.add(files);
    digester.add(edits);
    return digester.finish();
}

Name owner_of(const Zone& zone, const Edit& edit) {
    if (edit.name) return *edit.name;
    auto name = address_name(zone.apex(), *zone.parts().base, edit.address);
    ensure(static_cast<bool>(name), "addresses of the base have names");
    return std::move(*name);
}

std::optional<Address> address_of_owner(const Zone& zone, NameView owner) {
    return address_below(zone.apex(), zone.parts().base, owner);
}

namespace {

/// The addresses of `zone` whose names are those below `owner`, which is at or below its apex; none
/// if no address's is.
std::optional<AddressRange> addresses_below(const Zone& zone, NameView owner) {
    if (!zone.parts().base) return std::nullopt;
    NameBuffer name;
    name.assign(owner);
    const LabelPath path = zone.read_path(name);
    const bool is_above_addresses = path.end == LabelPath::End::name && !path.prefix.is_address();
    return is_above_addresses ? std::optional(range_of(path.prefix)) : std::nullopt;
}

/// Whether `edit` names a nameserver `name`, whose addresses then are glue (RFC 1034 4.2.1).
bool has_as_nameserver(const Edit& edit, NameView name) {
    return edit.type == RrType::ns && std::ranges::any_of(edit.rdatas, [name](const Rdata& rdata) {
               return NameView::of_valid_wire(rdata) == name;
           });
}

/// What stands at `owner`, or at the names above it, of `labels` labels at most, and is of a type
/// that is in the way.
std::optional<Obstacle> find_obstacle_at(const Zone& zone, NameView owner, unsigned labels,
                                         bool (*is_in_the_way)(RrType)) {
    NameBuffer name;
    name.assign(owner);
    const LabelPath path = zone.read_path(name);
    for (unsigned depth = zone.apex_labels(); depth <= labels; ++depth) {
        const NodeView node = zone.find_stored(name, depth, path);
        for (const RrsetView rrset : node) {
            const bool is_of_apex = depth == zone.apex_labels() && rrset.type() == RrType::ns;
            if (is_of_apex || !is_in_the_way(rrset.type())) continue;
            return Obstacle{Name(owner.suffix(depth)), rrset.type()};
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<Obstacle> find_obstacle(const Zone& zone, Address address) {
    const auto owner = address_name(zone.apex(), *zone.parts().base, address);
    ensure(static_cast<bool>(owner), "addresses of the base have names");
    return find_obstacle_at(zone, *owner, owner->view().label_count(), leads_away);
}

std::optional<Obstacle> find_obstacle_above(const Zone& zone, NameView owner) {
    if (owner == zone.apex()) return std::nullopt;
    return find_obstacle_at(zone, owner, owner.label_count() - 1, leads_away_below);
}

ZoneEditor::ZoneEditor(EditBase base, std::shared_ptr<const Zone> edited) : base_(std::move(base)) {
    begin_with(std::move(edited));
}

ZoneEditor::ZoneEditor(const EditBase& base, std::span<const Edit> edits, Ttl ttl)
    : base_{base.zone, base.content, {}, base.layers, nullptr} {
    begin_with(base.zone);
    const auto is_unheard = [this](const Edit& edit) { return find_hidden(edit).has_value(); };
    std::vector<Edit> heard;
    if (std::ranges::any_of(edits, is_unheard)) {
        std::ranges::remove_copy_if(edits, std::back_inserter(heard), is_unheard);
        edits = heard;
    }
    const NameView apex = base_.zone->apex();
    RrsetsByOwner owners;
    std::vector<std::span<const Edit>> plain;
    for (std::span<const Edit> rest(edits); !rest.empty();) {
        const Edit& first = rest.front();
        const auto behind = std::ranges::find_if_not(
            rest, [&first](const Edit& edit) { return have_one_owner(edit, first); });
        const auto there = rest.first(static_cast<std::size_t>(behind - rest.begin()));
        rest = rest.subspan(there.size());
        if (is_plain(there)) {
            plain.push_back(there);
            continue;
        }
        const FileData files = files_of(first);
        const Rrsets after = lay_over(files, there, ttl).all();
        const Name owner = owner_of(*base_.zone, first);
        if (after.empty() && !first.name && is_in_wildcard(*base_.zone, first.address)) continue;
        const bool is_heard = fit_together(after, owner.view() == apex) &&
                              !find_obstacle_above(*base_.zone, owner) &&
                              !are_same(after, files.all());
        if (!is_heard) continue;
        note({}, digest_at(owner, after));
        owners.emplace(owner, after);
    }
    if (!owners.empty()) {
        base_.ground = rebuilt(owners);
        begin_with(base_.ground);
    }
    for (const auto there : plain) {
        const Address address = there.front().address;
        if (!arpad::find_obstacle(ground(), address)) apply(address, there, ttl);
    }
}

void ZoneEditor::begin_with(std::shared_ptr<const Zone> zone) {
    edited_ = std::move(zone);
    addresses_ = edited_->addresses();
    apex_.clear();
    if (edited_->parts().base && edited_->parts().base->is_address()) {
        apex_ = to_rrsets(edited_->apex_node());
    }
}

/// The zone that files make, with what `owners` have in place of what they have there.
std::shared_ptr<const Zone> ZoneEditor::rebuilt(const RrsetsByOwner& owners) const {
    const Zone& zone = *base_.zone;
    ZoneBuilder builder(Name(zone.apex()), zone.parts().base, soa_model(*zone.soa().begin()),
                        zone.soa().ttl());
    builder.set_transfer(zone.transfer());
    std::vector<AddressRange> shut;
    for (const auto& [owner, rrsets] : owners) {
        for (const Rrset& rrset : rrsets) builder.add(owner, rrset);
        const auto prefix = builder.prefix_of(owner);
        const bool is_shut =
            owner.view() != zone.apex() && (has(rrsets, RrType::ns) || has(rrsets, RrType::dname));
        if (prefix && is_shut) shut.push_back(range_of(*prefix));
        // It has what it has, and nothing that a range makes.
        if (prefix && prefix->is_address()) builder.leave_out(range_of(*prefix));
    }
    shut = merge(std::move(shut));
    RecordModels ptrs;
    walk(zone, RangeWalk::omit, [&](NameView owner, RrsetView rrset) {
        if (rrset.type() == RrType::soa || owners.contains(Name(owner))) return;
        const auto address = address_of_owner(zone, owner);
        const bool is_ptr = rrset.type() == RrType::ptr;
        const bool is_low = is_ptr && address && base_.layers && base_.layers->is_low(*address);
        if (is_low && is_in_any(shut, *address)) return;
        if (is_ptr && address && rrset.size() == 1) {
            ptrs.add_plain(*address, {}, *rrset.begin(), rrset.ttl());
        } else {
            builder.add(Name(owner), copy_of(rrset));
        }
    });
    ptrs.sort();
    builder.add_records(ptrs.view(), {});
    const RangeIndex& ranges = zone.parts().ranges;
    for (const RangeSegment& segment : ranges.segments()) {
        NamedRange range = ranges.range_of_segment(segment);
        const Family family = range.range.first.family();
        range.range = {Address(family, segment.first), Address(family, segment.last)};
        builder.add_range(std::move(range));
    }
    return builder.build(zone.serial());
}

FileData ZoneEditor::file_data(const Zone& zone, Address address) const {
    FileData files;
    files.written = stored_in(zone, address);
    const auto ptr = std::ranges::find(files.written, RrType::ptr, &Rrset::type);
    if (ptr == files.written.end()) {
        files.low_ptr = range_ptr(zone, address);
    } else if (base_.layers && base_.layers->is_low(address)) {
        files.low_ptr = std::move(*ptr);
        files.written.erase(ptr);
    }
    files.is_silent = base_.layers && base_.layers->is_silent(address);
    return files;
}

FileData ZoneEditor::files_of(const Edit& edit) const {
    if (!edit.name) return file_data(*base_.zone, edit.address);
    FileData files;
    files.written = stored_at(*base_.zone, *edit.name);
    // The PTR of an address that is an apex is that of the address.
    if (!apex_.empty() && edit.name->view() == base_.zone->apex()) {
        std::erase_if(files.written, [](const Rrset& rrset) { return rrset.type == RrType::ptr; });
    }
    return files;
}

std::optional<Name> ZoneEditor::find_hidden(const Edit& edit) const {
    const bool is_of_other_names = edit.name || leads_away_below(edit.type);
    if (!is_of_other_names || !edit.says_anything() || edit.is_hole) return std::nullopt;
    const Zone& zone = *base_.zone;
    const Name owner = owner_of(zone, edit);
    if (owner.view() != zone.apex() && owner.view().is_wildcard() && is_kept_by_locked(edit.type)) {
        const auto range = addresses_below(zone, owner.view().parent());
        if (auto silent = range ? find_silent_in(*range) : std::nullopt) return silent;
    }
    const bool is_of_apex = owner.view() == zone.apex() && edit.type == RrType::ns;
    if (!leads_away_below(edit.type) || is_of_apex) return std::nullopt;
    if (const auto range = addresses_below(zone, owner)) {
        if (auto silent = find_silent_in(*range)) return silent;
        if (auto written = find_written_in(*range)) return written;
    }
    return find_named_below(owner, edit);
}

/// An address of `range` that files leave without a name.
std::optional<Name> ZoneEditor::find_silent_in(const AddressRange& range) const {
    if (!base_.layers) return std::nullopt;
    const auto& silent = base_.layers->silent;
    const auto found = std::ranges::lower_bound(silent, range.first, {}, &AddressRange::last);
    if (found == silent.end() || range.last < found->first) return std::nullopt;
    const Address address = std::max(found->first, range.first);
    return *address_name(base_.zone->apex(), *base_.zone->parts().base, address);
}

/// An address of `range` to which files give more than a default.
std::optional<Name> ZoneEditor::find_written_in(const AddressRange& range) const {
    std::optional<Address> found;
    base_.zone->addresses().visit_from(range.first, [&](Address address, const AddressData& data) {
        if (range.last < address) return false;
        const bool is_low = data.is_lone_ptr() && base_.layers && base_.layers->is_low(address);
        if (!is_low) found = address;
        return is_low;
    });
    if (!found) return std::nullopt;
    return *address_name(base_.zone->apex(), *base_.zone->parts().base, *found);
}

/// A name below `owner` that is no address's, and no glue for `edit`, and to which files give
/// something.
std::optional<Name> ZoneEditor::find_named_below(NameView owner, const Edit& edit) const {
    const ZoneParts& parts = base_.zone->parts();
    // A name with any below it is in the index itself: most owners need no look through all names.
    if (owner != base_.zone->apex() && !parts.names.find(owner)) return std::nullopt;
    std::optional<Name> found;
    parts.names.for_each([&](NameView name, NodeId id) {
        const NodeView node = parts.nodes.at(id);
        if (found || node.is_empty() || name == owner || !name.is_at_or_below(owner)) return;
        const bool is_glue = has_as_nameserver(edit, name) &&
                             std::ranges::all_of(to_rrsets(node), holds_address, &Rrset::type);
        if (!is_glue) found.emplace(name);
    });
    return found;
}

bool ZoneEditor::is_plain(std::span<const Edit> edits) const {
    if (edits.empty()) return true;
    const Edit& first = edits.front();
    if (first.name) return false;
    if (std::ranges::any_of(edits, leads_away_below, &Edit::type)) return false;
    // An address of a range that has nothing at all is one that the range does not have.
    const bool is_of_range = base_.zone->parts().ranges.find(first.address) != nullptr;
    return !is_of_range || !lay_over(files_of(first), edits, {}).rrsets.empty();
}

void ZoneEditor::apply(Address address, std::span<const Edit> edits, Ttl ttl) {
    const FileData files = file_data(ground(), address);
    const Rrsets from_files = files.all();
    const Rrsets before = visible_now(address);
    Rrsets after = lay_over(files, edits, ttl).all();
    if (are_same(after, before)) return;
    const bool is_as_in_files = are_same(after, from_files);
    note(are_same(before, from_files) ? Digest() : digest_at(address, before),
         is_as_in_files ? Digest() : digest_at(address, after));
    store(address, is_as_in_files ? stored_in(ground(), address) : after);
}

/// Has `edits` be the digest with `after` in place of `before`, zeros for nothing.
void ZoneEditor::note(const Digest& before, const Digest& after) {
    base_.edits = sum_of(base_.edits, negative(before));
    base_.edits = sum_of(base_.edits, after);
}

std::optional<Rrset> ZoneEditor::ptr_of(Address address) const {
    Rrsets ptrs = ptrs_among(visible_now(address));
    return ptrs.empty() ? std::nullopt : std::optional(std::move(ptrs.front()));
}

std::optional<Rrset> ZoneEditor::rrset_of(const Edit& edit, RrType type) const {
    const Rrsets rrsets = edit.name ? stored_at(*edited_, *edit.name) : visible_now(edit.address);
    const auto found = std::ranges::find(rrsets, type, &Rrset::type);
    return found == rrsets.end() ? std::nullopt : std::optional(*found);
}

std::optional<Obstacle> ZoneEditor::find_obstacle(const Edit& edit) const {
    const Zone& zone = *base_.zone;
    // What edits themselves have at a name is not in their way.
    if (auto found = edit.name ? find_obstacle_above(zone, *edit.name)
                               : arpad::find_obstacle(zone, edit.address)) {
        return found;
    }
    if (!base_.ground) return std::nullopt;
    const Name owner = owner_of(zone, edit);
    if (edit.name) return find_obstacle_above(*base_.ground, owner);
    if (owner.view() == zone.apex()) return std::nullopt;
    return find_obstacle_at(*base_.ground, owner, owner.view().label_count() - 1, leads_away);
}

std::optional<Name> ZoneEditor::find_above_data(const std::set<Name, CanonicalLess>& owners) const {
    std::optional<Name> found;
    const Zone& zone = *edited_;
    walk(*this->zone(zone.serial()), RangeWalk::omit, [&](NameView name, RrsetView rrset) {
        if (found) return;
        auto above = owners.end();
        for (NameView rest = name; above == owners.end() && rest != zone.apex();) {
            rest = rest.parent();
            above = owners.find(rest);
        }
        if (above == owners.end()) return;
        const auto address = address_of_owner(*base_.zone, name);
        const bool is_low = rrset.type() == RrType::ptr && address && base_.layers &&
                            base_.layers->is_low(*address);
        if (!is_low && !holds_address(rrset.type())) found = *above;
    });
    return found;
}

std::shared_ptr<const Zone> ZoneEditor::zone(Serial serial) const {
    return apex_.empty() ? edited_->with_addresses(addresses_, serial)
                         : edited_->with_apex(apex_, serial);
}

bool ZoneEditor::is_apex(Address address) const noexcept {
    return !apex_.empty() && edited_->parts().base->first() == address;
}

/// What `zone`, which the editor has begun with or goes on from, has in store for `address`.
ZoneEditor::Rrsets ZoneEditor::stored_in(const Zone& zone, Address address) const {
    if (is_apex(address)) return ptrs_among(to_rrsets(zone.apex_node()));
    return rrsets_at(zone.addresses(), address);
}

ZoneEditor::Rrsets ZoneEditor::rrsets_now(Address address) const {
    if (is_apex(address)) return ptrs_among(apex_);
    return rrsets_at(addresses_, address);
}

/// The same with what a range makes.
ZoneEditor::Rrsets ZoneEditor::visible_now(Address address) const {
    Rrsets rrsets = rrsets_now(address);
    if (!rrsets.empty()) return rrsets;
    if (auto ptr = range_ptr(*edited_, address)) rrsets.push_back(std::move(*ptr));
    return rrsets;
}

void ZoneEditor::store(Address address, const Rrsets& rrsets) {
    if (is_apex(address)) {
        std::erase_if(apex_, [](const Rrset& rrset) { return rrset.type == RrType::ptr; });
        apex_.insert(apex_.end(), rrsets.begin(), rrsets.end());
    } else if (rrsets.empty()) {
        addresses_ = addresses_.without(address);
    } else if (is_one_ptr(rrsets)) {
        const auto target = NameView::of_valid_wire(rrsets.front().rdatas.front());
        addresses_ = addresses_.with_ptr(address, rrsets.front().ttl, target);
    } else {
        addresses_ = addresses_.with_rrsets(address, rrsets);
    }
}

}  // namespace arpad

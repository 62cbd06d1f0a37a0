#include "zone/zone_builder.hpp"

#include <algorithm>
#include <utility>

#include "base/invariant.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

void append(Rdata& rdata, std::span<const std::uint8_t> octets) {
    rdata.insert(rdata.end(), octets.begin(), octets.end());
}

void append_u32(Rdata& rdata, std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        rdata.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

/// Makes `rrset` the PTR RRset with `targets`; keeps its memory, as it is used a million times.
void set_ptr(Rrset& rrset, Ttl ttl, std::span<const Name> targets) {
    rrset.type = RrType::ptr;
    rrset.ttl = ttl;
    rrset.rdatas.resize(targets.size());
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto wire = targets[i].view().wire();
        rrset.rdatas[i].assign(wire.begin(), wire.end());
    }
}

void digest_number(Digester& digester, Uint128 number) {
    for (const unsigned shift : {96U, 64U, 32U, 0U}) {
        digester.add_u32(static_cast<std::uint32_t>(number >> shift));
    }
}

void digest_rrset(Digester& digester, const Rrset& rrset) {
    std::vector<std::span<const std::uint8_t>> sorted(rrset.rdatas.begin(), rrset.rdatas.end());
    std::ranges::sort(sorted, std::ranges::lexicographical_compare);
    digester.add_u32(static_cast<std::uint32_t>(rrset.type));
    digester.add_u32(rrset.ttl.seconds);
    digester.add_u32(static_cast<std::uint32_t>(sorted.size()));
    for (const auto rdata : sorted) {
        digester.add_u32(static_cast<std::uint32_t>(rdata.size()));
        digester.add(rdata);
    }
}

/// Adds the RRsets of one owner as a set, and each as a set of RRs: their order says nothing.
void digest_rrsets(Digester& digester, std::span<const Rrset> rrsets) {
    std::vector<const Rrset*> sorted;
    for (const Rrset& rrset : rrsets) sorted.push_back(&rrset);
    std::ranges::sort(sorted, {}, &Rrset::type);
    digester.add_u32(static_cast<std::uint32_t>(sorted.size()));
    for (const Rrset* const rrset : sorted) digest_rrset(digester, *rrset);
}

std::vector<Rrset> without_origins(std::span<const PlacedRrset> rrsets) {
    std::vector<Rrset> plain;
    for (const PlacedRrset& placed : rrsets) plain.push_back(placed.rrset);
    return plain;
}

void sort_by_address(std::vector<PlacedPtr>& ptrs) {
    if (!std::ranges::is_sorted(ptrs, {}, &PlacedPtr::address)) {
        std::ranges::sort(ptrs, {}, &PlacedPtr::address);
    }
}

bool is_there(std::span<const PlacedPtr> ascending, Address address) {
    return std::ranges::binary_search(ascending, address, {}, &PlacedPtr::address);
}

bool is_in_any(std::span<const AddressRange> merged, Address address) {
    const auto after = std::ranges::upper_bound(merged, address, {}, &AddressRange::first);
    return after != merged.begin() && !((after - 1)->last < address);
}

/// An outer range before all that it contains.
bool is_outer_first(const NamedRange& left, const NamedRange& right) {
    if (left.range.first != right.range.first) return left.range.first < right.range.first;
    return right.range.last < left.range.last;
}

}  // namespace

Rdata name_rdata(NameView name) {
    return {name.wire().begin(), name.wire().end()};
}

const PlacedRrset* find_rrset(std::span<const PlacedRrset> rrsets, RrType type) noexcept {
    for (const PlacedRrset& placed : rrsets) {
        if (placed.rrset.type == type) return &placed;
    }
    return nullptr;
}

ZoneBuilder::ZoneBuilder(const Name& apex, std::optional<Prefix> base, const SoaModel& soa,
                         Ttl soa_ttl)
    : apex_(apex.lower_case()), base_(base), soa_(soa), soa_ttl_(soa_ttl) {}

void ZoneBuilder::add(const Name& owner, Rrset rrset, RrsetOrigin origin) {
    ensure(owner.view().is_at_or_below(apex_), "the names of a zone are at or below its apex");
    rrsets_[owner.lower_case()].push_back({std::move(rrset), origin});
}

void ZoneBuilder::add_record(const PlacedPtr& ptr) {
    ensure(base_ && base_->contains(ptr.address), "an address lies in the zone");
    records_.push_back(ptr);
}

void ZoneBuilder::add_default(const PlacedPtr& ptr) {
    ensure(base_ && base_->contains(ptr.address), "an address lies in the zone");
    defaults_.push_back(ptr);
}

void ZoneBuilder::add_range(NamedRange range) {
    ensure(base_ && base_->family() == range.range.first.family(),
           "a range is of the zone's family");
    ranges_.push_back(std::move(range));
}

std::span<const PlacedRrset> ZoneBuilder::find(NameView owner) const {
    const auto found = rrsets_.find(owner);
    if (found == rrsets_.end()) return {};
    return found->second;
}

std::optional<NameView> ZoneBuilder::find_way_out(NameView owner) const {
    const unsigned end = owner.label_count();
    for (unsigned labels = apex_.view().label_count(); labels <= end; ++labels) {
        const NameView name = owner.suffix(labels);
        const auto rrsets = find(name);
        if (rrsets.empty()) continue;
        if (labels < end && find_rrset(rrsets, RrType::dname) != nullptr) return name;
        if (name != apex_.view() && find_rrset(rrsets, RrType::ns) != nullptr) return name;
    }
    return std::nullopt;
}

Rrset ZoneBuilder::soa_rrset(Serial serial) const {
    Rdata rdata = name_rdata(soa_.primary);
    append(rdata, soa_.contact.view().wire());
    for (const std::uint32_t number :
         {serial.value, soa_.refresh, soa_.retry, soa_.expire, soa_.negative_ttl.seconds}) {
        append_u32(rdata, number);
    }
    return {RrType::soa, soa_ttl_, {std::move(rdata)}};
}

std::optional<Prefix> ZoneBuilder::prefix_of(NameView owner) const {
    if (!base_) return std::nullopt;
    NameBuffer name;
    name.assign(owner);
    const LabelPath path = read_labels(name, apex_.view().label_count(), *base_);
    if (path.end != LabelPath::End::name) return std::nullopt;
    return path.prefix;
}

bool ZoneBuilder::is_apex_address() const {
    return base_ && base_->is_address();
}

/// Decides what names each address. Everything has been added.
void ZoneBuilder::settle() {
    if (is_settled_) return;
    is_settled_ = true;
    std::erase_if(records_, [this](const PlacedPtr& record) {
        if (record.targets.empty()) leave_out({record.address, record.address});
        return record.targets.empty();
    });
    sort_by_address(records_);
    sort_by_address(defaults_);
    std::ranges::stable_sort(ranges_, is_outer_first);
    for (const auto& entry : rrsets_) note_owner(entry);
    std::ranges::sort(addresses_, {}, &AddressRrsets::address);
    const std::vector<RangeSegment> segments = flatten(ranges_);
    left_out_ = merge(std::move(left_out_));
    settle_defaults(segments);
    settle_ranges(segments);
    settle_apex_address();
}

/// Sorts `owner` into addresses and names. A CNAME, NS or DNAME shuts out every default and range
/// at and below it.
void ZoneBuilder::note_owner(const Rrsets::value_type& entry) {
    const auto& [owner, rrsets] = entry;
    const auto prefix = prefix_of(owner);
    const bool is_apex = owner == apex_;
    const bool is_shut = std::ranges::any_of(rrsets, [is_apex](const PlacedRrset& placed) {
        const RrType type = placed.rrset.type;
        return type == RrType::cname || type == RrType::dname || (type == RrType::ns && !is_apex);
    });
    if (prefix && is_shut) leave_out(range_of(*prefix));
    if (is_apex) return;
    if (prefix && prefix->is_address()) {
        addresses_.push_back({prefix->first(), &rrsets});
    } else {
        names_.push_back(&entry);
    }
}

void ZoneBuilder::settle_defaults(std::span<const RangeSegment> segments) {
    const auto is_void = [&](const PlacedPtr& ptr) {
        if (is_there(records_, ptr.address) || is_in_any(left_out_, ptr.address)) return true;
        const auto found =
            std::ranges::lower_bound(addresses_, ptr.address, {}, &AddressRrsets::address);
        const bool has_ptr = found != addresses_.end() && found->address == ptr.address &&
                             find_rrset(*found->rrsets, RrType::ptr) != nullptr;
        const RangeSegment* const segment = find_segment(segments, ptr.address.value());
        return has_ptr || (segment != nullptr && !ranges_[segment->range].names);
    };
    std::erase_if(defaults_, is_void);
}

void ZoneBuilder::settle_ranges(std::span<const RangeSegment> segments) {
    if (segments.empty()) return;
    const RangeSegment base{base_->first().value(), base_->last().value(), 0};
    std::vector<RangeSegment> inside;
    for (RangeSegment segment : subtract(segments, left_out_)) {
        segment.first = std::max(segment.first, base.first);
        segment.last = std::min(segment.last, base.last);
        if (segment.first <= segment.last) inside.push_back(segment);
    }
    range_index_ = RangeIndex(base_->family(), ranges_, inside);
}

/// The PTR of the one address of a zone whose apex is that address.
void ZoneBuilder::settle_apex_address() {
    if (!is_apex_address()) return;
    std::vector<PlacedRrset>& rrsets = rrsets_[apex_];
    if (find_rrset(rrsets, RrType::ptr) == nullptr) {
        if (const auto& ptrs = records_.empty() ? defaults_ : records_; !ptrs.empty()) {
            set_ptr(rrsets.emplace_back().rrset, ptrs.front().ttl, ptrs.front().targets);
        } else if (auto made = range_ptr(base_->first())) {
            rrsets.push_back({std::move(*made), {}});
        }
    }
    range_index_ = RangeIndex();
}

/// The PTR that a range makes for `address`; none if none does.
std::optional<Rrset> ZoneBuilder::range_ptr(Address address) const {
    const NamedRange* const range = range_index_.find(address);
    if (range == nullptr) return std::nullopt;
    NameSpace space;
    return Rrset{RrType::ptr, range->ttl, {name_rdata(range->names->render(address, space))}};
}

/// All RRsets of an address that has more than a PTR of its own.
std::vector<Rrset> ZoneBuilder::gather(const AddressRrsets& other, const Rrset* ptr) const {
    std::vector<Rrset> rrsets;
    if (ptr != nullptr) {
        rrsets.push_back(*ptr);
    } else if (find_rrset(*other.rrsets, RrType::ptr) == nullptr) {
        if (auto made = range_ptr(other.address)) rrsets.push_back(std::move(*made));
    }
    for (const PlacedRrset& placed : *other.rrsets) rrsets.push_back(placed.rrset);
    return rrsets;
}

template <class Visit>
void ZoneBuilder::for_each_address(const Visit& visit) const {
    if (is_apex_address()) return;
    Rrset ptr;
    auto record = records_.cbegin();
    auto standard = defaults_.cbegin();
    auto other = addresses_.cbegin();
    for (;;) {
        std::optional<Address> next;
        const auto consider = [&next](const auto& at, const auto& end) {
            if (at != end && (!next || at->address < *next)) next = at->address;
        };
        consider(record, records_.cend());
        consider(standard, defaults_.cend());
        consider(other, addresses_.cend());
        if (!next) return;
        bool has_ptr = false;
        const auto take_ptr = [&](auto& at, const auto& end) {
            if (at == end || at->address != *next) return;
            set_ptr(ptr, at->ttl, at->targets);
            has_ptr = true;
            ++at;
        };
        take_ptr(record, records_.cend());
        take_ptr(standard, defaults_.cend());
        if (other != addresses_.cend() && other->address == *next) {
            visit(*next, std::span<const Rrset>(gather(*other, has_ptr ? &ptr : nullptr)));
            ++other;
        } else {
            visit(*next, std::span<const Rrset>(&ptr, 1));
        }
    }
}

void ZoneBuilder::digest_ranges(Digester& digester) const {
    for (const RangeSegment& segment : range_index_.segments()) {
        const NamedRange& range = range_index_.range_of_segment(segment);
        digest_number(digester, segment.first);
        digest_number(digester, segment.last);
        digester.add_u32(range.ttl.seconds);
        const std::string_view text = range.names->text();
        digester.add_u32(static_cast<std::uint32_t>(text.size()));
        digester.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
        digest_number(digester, range.range.first.value());
    }
}

Digest ZoneBuilder::content() {
    settle();
    constexpr std::uint32_t one_more = 1;
    constexpr std::uint32_t end = 0;
    Digester digester;
    std::vector<Rrset> apex_rrsets = without_origins(find(apex_));
    apex_rrsets.push_back(soa_rrset(Serial{0}));
    digester.add(apex_.view().wire());
    digest_rrsets(digester, apex_rrsets);
    for_each_address([&](Address address, std::span<const Rrset> rrsets) {
        digester.add_u32(one_more);
        digest_number(digester, address.value());
        digest_rrsets(digester, rrsets);
    });
    digester.add_u32(end);
    for (const auto* const entry : names_) {
        digester.add_u32(one_more);
        digester.add(entry->first.view().wire());
        digest_rrsets(digester, without_origins(entry->second));
    }
    digester.add_u32(end);
    digest_ranges(digester);
    return digester.finish();
}

std::vector<AddressIndex::Entry> ZoneBuilder::store_addresses(NodeStore& nodes) const {
    std::vector<AddressIndex::Entry> entries;
    entries.reserve(records_.size() + defaults_.size() + addresses_.size());
    for_each_address([&](Address address, std::span<const Rrset> rrsets) {
        entries.push_back({address, nodes.add(rrsets)});
    });
    return entries;
}

NameIndex ZoneBuilder::store_names(NodeStore& nodes) const {
    std::vector<NameIndex::Entry> names;
    names.reserve(names_.size());
    for (const auto* const entry : names_) {
        names.push_back({entry->first, nodes.add(without_origins(entry->second))});
    }
    const NodeId empty_node = nodes.add({});
    // Names below an address make the address an empty non-terminal, if it has nothing itself.
    return {apex_, names, empty_node};
}

/// Notes at which depths the query path has to look for cuts, DNAMEs and wildcards.
void ZoneBuilder::note_depths(ZoneParts& parts) const {
    const unsigned apex_labels = apex_.view().label_count();
    for (const auto& [owner, rrsets] : rrsets_) {
        const unsigned depth = owner.view().label_count() - apex_labels;
        if (depth > 0 && find_rrset(rrsets, RrType::ns) != nullptr) parts.cuts.set(depth);
        if (find_rrset(rrsets, RrType::dname) != nullptr) parts.dnames.set(depth);
        NameView name = owner;
        for (unsigned above = depth; above > 0; --above, name = name.parent()) {
            const auto label = name.first_label();
            if (label.size() == 1 && label[0] == '*') parts.wildcards.set(above - 1);
        }
    }
}

std::shared_ptr<const Zone> ZoneBuilder::build(Serial serial) {
    settle();
    ZoneParts parts;
    parts.apex = apex_;
    parts.base = base_;
    std::vector<Rrset> apex_rrsets = without_origins(find(apex_));
    apex_rrsets.insert(apex_rrsets.begin(), soa_rrset(serial));
    parts.apex_node = parts.nodes.add(apex_rrsets);
    if (base_) parts.addresses = AddressIndex(base_->family(), store_addresses(parts.nodes));
    parts.names = store_names(parts.nodes);
    parts.ranges = std::move(range_index_);
    note_depths(parts);
    parts.nodes.shrink_to_fit();
    return std::make_shared<const Zone>(std::move(parts));
}

}  // namespace arpad

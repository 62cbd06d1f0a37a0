#include "zone/zone_builder.hpp"

#include <algorithm>
#include <utility>

#include "base/invariant.hpp"
#include "dns/reader.hpp"
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

/// Makes `rrset` the RRset of `ptr`; keeps its memory, as it is used a million times.
void set_ptr(Rrset& rrset, const PlacedPtr& ptr) {
    rrset.type = RrType::ptr;
    rrset.ttl = ptr.ttl;
    rrset.rdatas.resize(ptr.targets.size());
    auto rdata = rrset.rdatas.begin();
    for (const NameView target : ptr.targets) {
        rdata->assign(target.wire().begin(), target.wire().end());
        ++rdata;
    }
}

Rrset rrset_of(const PlacedPtr& ptr) {
    Rrset rrset;
    set_ptr(rrset, ptr);
    return rrset;
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

/// What comes next, so that no two zones have the same octets.
constexpr std::uint8_t no_more = 0;
constexpr std::uint8_t one_more = 1;
constexpr std::uint8_t ipv4_name = 2;
constexpr std::uint8_t ipv6_name = 3;

/// An address with one name and nothing else, as nearly all are: half as many octets as RRsets
/// take, as a zone may have a million of them.
void digest_name(Digester& digester, Address address, Ttl ttl, std::span<const std::uint8_t> name) {
    if (address.family() == Family::ipv4) {
        digester.add_u8(ipv4_name);
        digester.add_u32(static_cast<std::uint32_t>(address.value()));
    } else {
        digester.add_u8(ipv6_name);
        digest_number(digester, address.value());
    }
    digester.add_u32(ttl.seconds);
    digester.add(name);
}

void digest_address(Digester& digester, Address address, std::span<const Rrset> rrsets) {
    if (is_one_ptr(rrsets)) {
        digest_name(digester, address, rrsets.front().ttl, rrsets.front().rdatas.front());
        return;
    }
    digester.add_u8(one_more);
    digest_number(digester, address.value());
    digest_rrsets(digester, rrsets);
}

void digest_ptr(Digester& digester, const PlacedPtr& ptr) {
    if (ptr.targets.size() == 1) {
        digest_name(digester, ptr.address, ptr.ttl, ptr.targets.wire());
        return;
    }
    const Rrset rrset = rrset_of(ptr);
    digest_address(digester, ptr.address, {&rrset, 1});
}

std::vector<Rrset> without_origins(std::span<const PlacedRrset> rrsets) {
    std::vector<Rrset> plain;
    for (const PlacedRrset& placed : rrsets) plain.push_back(placed.rrset);
    return plain;
}

Name read_plain_name(WireReader& reader) {
    return Name(NameView::of_valid_wire(reader.read_plain_name()));
}

/// An outer range before all that it contains.
bool is_outer_first(const NamedRange& left, const NamedRange& right) {
    if (left.range.first != right.range.first) return left.range.first < right.range.first;
    return right.range.last < left.range.last;
}

}  // namespace

SoaModel soa_model(std::span<const std::uint8_t> rdata) {
    WireReader reader(rdata);
    SoaModel soa;
    soa.primary = read_plain_name(reader);
    soa.contact = read_plain_name(reader);
    const auto numbers = soa_numbers(rdata);
    ensure(reader.is_intact() && numbers, "the RDATA of a SOA is valid");
    soa.refresh = numbers->refresh;
    soa.retry = numbers->retry;
    soa.expire = numbers->expire;
    soa.negative_ttl = numbers->minimum;
    return soa;
}

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

void ZoneBuilder::add_records(RecordsView records, Ttl ttl) {
    ensure(records_.empty(), "the records of a zone are those of one network");
    const bool is_inside = base_ && records.within(range_of(*base_)).size() == records.size();
    ensure(is_inside || records.empty(), "an address lies in the zone");
    records_ = records;
    records_ttl_ = ttl;
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
    for (const RecordView record : records_) {
        if (record.names.empty()) silent_.push_back({record.address, record.address});
    }
    left_out_.insert(left_out_.end(), silent_.begin(), silent_.end());
    std::ranges::sort(defaults_, {}, &PlacedPtr::address);
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
        return leads_away(type) && !(type == RrType::ns && is_apex);
    });
    if (prefix && is_shut) leave_out(range_of(*prefix));
    note_diverted(owner, rrsets);
    if (is_apex) return;
    if (prefix && prefix->is_address()) {
        addresses_.push_back({prefix->first(), &rrsets});
    } else {
        names_.push_back(&entry);
    }
}

/// Notes which addresses cannot be answered from by their own data: those at or below a cut or
/// DNAME, and that which `owner` lies below.
void ZoneBuilder::note_diverted(NameView owner, std::span<const PlacedRrset> rrsets) {
    const bool is_way_out = find_rrset(rrsets, RrType::dname) != nullptr ||
                            (find_rrset(rrsets, RrType::ns) != nullptr && owner != apex_.view());
    if (const auto prefix = prefix_of(owner)) {
        if (is_way_out) diverted_.push_back(range_of(*prefix));
        return;
    }
    for (NameView above = owner; above != apex_.view(); above = above.parent()) {
        const auto prefix = prefix_of(above);
        if (prefix && prefix->is_address()) diverted_.push_back(range_of(*prefix));
    }
}

void ZoneBuilder::settle_defaults(std::span<const RangeSegment> segments) {
    const auto is_void = [&](const PlacedPtr& ptr) {
        if (records_.find(ptr.address) || is_in_any(left_out_, ptr.address)) return true;
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
    const Family family = base_->family();
    for (const RangeSegment& segment : segments) {
        if (ranges_[segment.range].names) continue;
        silent_.push_back({Address(family, segment.first), Address(family, segment.last)});
    }
    const RangeSegment base{base_->first().value(), base_->last().value(), 0};
    std::vector<RangeSegment> inside;
    for (RangeSegment segment : subtract(segments, left_out_)) {
        segment.first = std::max(segment.first, base.first);
        segment.last = std::min(segment.last, base.last);
        if (segment.first <= segment.last) inside.push_back(segment);
    }
    range_index_ = RangeIndex(base_->family(), ranges_, inside);
}

PlacedPtr ZoneBuilder::ptr_of(const RecordView& record) const {
    return {record.address, record.ttl.value_or(records_ttl_), record.names, record.place};
}

/// The PTR that a record or default gives the address of a zone whose apex is that address.
std::optional<PlacedPtr> ZoneBuilder::apex_ptr() const {
    for (const RecordView record : records_) {
        if (!record.names.empty()) return ptr_of(record);
    }
    return defaults_.empty() ? std::nullopt : std::optional(defaults_.front());
}

/// The PTR of the one address of a zone whose apex is that address.
void ZoneBuilder::settle_apex_address() {
    if (!is_apex_address()) return;
    diverted_.push_back(range_of(*base_));
    std::vector<PlacedRrset>& rrsets = rrsets_[apex_];
    is_apex_ptr_written_ = find_rrset(rrsets, RrType::ptr) != nullptr ||
                           std::ranges::any_of(records_, [](const RecordView record) {
                               return !record.names.empty();
                           });
    if (find_rrset(rrsets, RrType::ptr) == nullptr) {
        if (const auto ptr = apex_ptr()) {
            rrsets.push_back({rrset_of(*ptr), {}});
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
std::vector<Rrset> ZoneBuilder::gather(const AddressRrsets& other, const PlacedPtr* ptr) const {
    std::vector<Rrset> rrsets;
    if (ptr != nullptr) {
        rrsets.push_back(rrset_of(*ptr));
    } else if (find_rrset(*other.rrsets, RrType::ptr) == nullptr) {
        if (auto made = range_ptr(other.address)) rrsets.push_back(std::move(*made));
    }
    for (const PlacedRrset& placed : *other.rrsets) rrsets.push_back(placed.rrset);
    return rrsets;
}

template <class VisitPtr, class VisitRrsets>
void ZoneBuilder::for_each_address(const VisitPtr& visit_ptr,
                                   const VisitRrsets& visit_rrsets) const {
    if (is_apex_address()) return;
    auto standard = defaults_.cbegin();
    auto other = addresses_.cbegin();
    const auto visit_other = [&](const PlacedPtr* ptr) {
        visit_rrsets(other->address, std::span<const Rrset>(gather(*other, ptr)));
        ++other;
    };
    const auto visit = [&](const PlacedPtr& ptr) {
        while (other != addresses_.cend() && other->address < ptr.address) visit_other(nullptr);
        if (other != addresses_.cend() && other->address == ptr.address) {
            visit_other(&ptr);
        } else {
            visit_ptr(ptr);
        }
    };
    for (const RecordView record : records_) {
        if (record.names.empty()) continue;
        for (; standard != defaults_.cend() && standard->address < record.address; ++standard) {
            visit(*standard);
        }
        visit(ptr_of(record));
    }
    for (; standard != defaults_.cend(); ++standard) visit(*standard);
    while (other != addresses_.cend()) visit_other(nullptr);
}

void ZoneBuilder::digest_ranges(Digester& digester) const {
    // What secondaries get of ranges is what they have under a serial.
    const bool is_all = transfer_.ranges == RangesInTransfers::expand || range_index_.is_empty();
    if (!is_all) digester.add_u8(static_cast<std::uint8_t>(transfer_.ranges));
    for (const RangeSegment& segment : range_index_.segments()) {
        const NamedRange& range = range_index_.range_of_segment(segment);
        digest_number(digester, segment.first);
        digest_number(digester, segment.last);
        digester.add_u32(range.ttl.seconds);
        const std::string_view text = range.names->text();
        digester.add_u32(static_cast<std::uint32_t>(text.size()));
        digester.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
        digest_number(digester, range.names->range().first.value());
        digest_number(digester, range.names->range().last.value());
    }
}

Digest ZoneBuilder::content() {
    settle();
    Digester digester;
    std::vector<Rrset> apex_rrsets = without_origins(find(apex_));
    apex_rrsets.push_back(soa_rrset(Serial{0}));
    digester.add(apex_.view().wire());
    digest_rrsets(digester, apex_rrsets);
    for_each_address([&](const PlacedPtr& ptr) { digest_ptr(digester, ptr); },
                     [&](Address address, std::span<const Rrset> rrsets) {
                         digest_address(digester, address, rrsets);
                     });
    digester.add_u8(no_more);
    for (const auto* const entry : names_) {
        digester.add_u8(one_more);
        digester.add(entry->first.view().wire());
        digest_rrsets(digester, without_origins(entry->second));
    }
    digester.add_u8(no_more);
    digest_ranges(digester);
    return digester.finish();
}

PtrLayers ZoneBuilder::ptr_layers() {
    settle();
    PtrLayers layers;
    for (const PlacedPtr& ptr : defaults_) layers.low.push_back({ptr.address, ptr.address});
    for (const AddressRrsets& other : addresses_) {
        const bool is_written =
            records_.find(other.address) || find_rrset(*other.rrsets, RrType::ptr) != nullptr;
        if (is_written || range_index_.find(other.address) == nullptr) continue;
        layers.low.push_back({other.address, other.address});
    }
    if (is_apex_address() && !is_apex_ptr_written_) layers.low.push_back(range_of(*base_));
    layers.low = merge(std::move(layers.low));
    layers.silent = merge(silent_);
    return layers;
}

AddressIndex ZoneBuilder::store_addresses() const {
    AddressIndexWriter writer(base_->family(),
                              records_.size() + defaults_.size() + addresses_.size());
    for_each_address([&](const PlacedPtr& ptr) { writer.announce(ptr.address); },
                     [&](Address address, std::span<const Rrset>) { writer.announce(address); });
    Rrset rrset;
    for_each_address(
        [&](const PlacedPtr& ptr) {
            if (ptr.targets.size() == 1) {
                writer.put_ptr(ptr.ttl, *ptr.targets.begin());
            } else {
                set_ptr(rrset, ptr);
                writer.put_rrsets({&rrset, 1});
            }
        },
        [&](Address, std::span<const Rrset> rrsets) { writer.put_rrsets(rrsets); });
    return writer.finish();
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
            if (name.is_wildcard()) parts.wildcards.set(above - 1);
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
    parts.names = store_names(parts.nodes);
    AddressIndex addresses = base_ ? store_addresses() : AddressIndex();
    parts.ranges = std::move(range_index_);
    parts.diverted = merge(std::move(diverted_));
    note_depths(parts);
    parts.transfer = std::move(transfer_);
    parts.nodes.shrink_to_fit();
    return std::make_shared<const Zone>(std::move(parts), apex_rrsets, std::move(addresses));
}

}  // namespace arpad

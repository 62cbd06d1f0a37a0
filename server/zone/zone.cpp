#include "zone/zone.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/invariant.hpp"

namespace arpad {
namespace {

/// Writes `serial` into the RDATA of a SOA.
void set_serial(Rdata& soa, Serial serial) {
    std::uint8_t* at = soa.data() + soa.size() - SoaNumbers::octets;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        *at++ = static_cast<std::uint8_t>(serial.value >> shift);
    }
}

/// `rrsets` with `serial` in the SOA among them.
std::vector<Rrset> with_serial(std::vector<Rrset> rrsets, Serial serial) {
    for (Rrset& rrset : rrsets) {
        if (rrset.type == RrType::soa) set_serial(rrset.rdatas.front(), serial);
    }
    return rrsets;
}

}  // namespace

RrsetView make_ptr(const AddressData& data, MadeRrset& space) noexcept {
    return space.finish(RrType::ptr, data.ttl(), data.copy_to(space.name_space()));
}

RrsetView make_ptr(const NamedRange& range, Address address, MadeRrset& space) noexcept {
    const NameView target = range.names->render(address, space.name_space());
    return space.finish(RrType::ptr, range.ttl, target.octets());
}

Zone::Zone(ZoneParts parts, std::span<const Rrset> apex_rrsets, AddressIndex addresses)
    : Zone(std::make_shared<const ZoneParts>(std::move(parts)), apex_rrsets, std::move(addresses)) {
}

Zone::Zone(std::shared_ptr<const ZoneParts> parts, std::span<const Rrset> apex_rrsets,
           AddressIndex addresses)
    : parts_(std::move(parts)),
      addresses_(std::move(addresses)),
      apex_labels_(parts_->apex.view().label_count()),
      apex_hash_(hash_of(parts_->apex)) {
    const NodeId node = apex_.add(apex_rrsets);
    apex_.shrink_to_fit();
    const auto soa = apex_.at(node).find(RrType::soa);
    ensure(soa.has_value(), "a zone has a SOA at its apex");
    soa_ = soa->stored_at();
    negative_ttl_ = std::min(soa->ttl(), soa_numbers().minimum);
    negative_answer_ = NegativeAnswer(apex(), *soa, negative_ttl_);
}

Zone::Zone(ZoneFrame frame, Unavailability why)
    : apex_labels_(frame.apex.view().label_count()),
      apex_hash_(hash_of(frame.apex)),
      unavailability_(why) {
    auto parts = std::make_shared<ZoneParts>();
    parts->apex = std::move(frame.apex);
    parts->base = frame.base;
    parts->transfer = std::move(frame.transfer);
    parts_ = std::move(parts);
}

std::shared_ptr<const Zone> Zone::make_unavailable(ZoneFrame frame, Unavailability why) {
    return std::shared_ptr<const Zone>(new Zone(std::move(frame), why));
}

std::shared_ptr<const Zone> Zone::make_unavailable(const Name& apex) {
    return make_unavailable({apex.lower_case(), std::nullopt, {}});
}

ZoneFrame Zone::frame() const {
    return {parts_->apex, parts_->base, parts_->transfer};
}

std::shared_ptr<const Zone> Zone::with_addresses(AddressIndex addresses, Serial serial) const {
    return std::shared_ptr<const Zone>(
        new Zone(parts_, with_serial(to_rrsets(apex_node()), serial), std::move(addresses)));
}

std::shared_ptr<const Zone> Zone::with_apex(std::vector<Rrset> apex_rrsets, Serial serial) const {
    return std::shared_ptr<const Zone>(
        new Zone(parts_, with_serial(std::move(apex_rrsets), serial), addresses_));
}

std::shared_ptr<const Zone> Zone::with_history(std::shared_ptr<const ZoneHistory> history) const {
    const std::vector<Rrset> rrsets = to_rrsets(apex_node());
    const std::shared_ptr<Zone> zone(new Zone(parts_, rrsets, addresses_));
    zone->history_ = std::move(history);
    return zone;
}

SoaNumbers Zone::soa_numbers() const noexcept {
    return *arpad::soa_numbers(*soa().begin());
}

LabelPath Zone::read_path(const NameBuffer& name) const noexcept {
    if (!parts_->base) return {.prefix = {}, .labels = 0, .end = LabelPath::End::foreign_label};
    return read_labels(name, apex_labels_, *parts_->base);
}

/// The prefix that the first `depth` labels below the apex stand for, if they read as one.
std::optional<Prefix> Zone::prefix_at(unsigned depth, const LabelPath& path) const noexcept {
    if (!parts_->base || depth > path.labels) return std::nullopt;
    const unsigned length = parts_->base->length() + depth * label_bits(parts_->base->family());
    return Prefix(path.prefix.first(), length);
}

NodeView Zone::find_stored(const NameBuffer& name, unsigned labels,
                           const LabelPath& path) const noexcept {
    if (labels == apex_labels_) return apex_node();
    const auto prefix = prefix_at(labels - apex_labels_, path);
    if (prefix && prefix->is_address()) {
        const auto data = addresses_.find(prefix->first());
        return data && !data->is_lone_ptr() ? data->node() : NodeView();
    }
    const auto node = parts_->names.find(name.suffix(labels));
    return node ? parts_->nodes.at(*node) : NodeView();
}

std::optional<NameData> Zone::find_name(const NameBuffer& name, unsigned labels,
                                        const LabelPath& path) const noexcept {
    if (labels == apex_labels_) return NameData{apex_node()};
    const auto prefix = prefix_at(labels - apex_labels_, path);
    if (prefix && prefix->is_address()) {
        if (const auto data = addresses_.find(prefix->first())) {
            return data->is_lone_ptr() ? NameData{NodeView(), data} : NameData{data->node()};
        }
        if (const NamedRange* const range = parts_->ranges.find(prefix->first())) {
            return NameData{NodeView(), std::nullopt, range};
        }
    }
    if (const auto node = parts_->names.find(name.suffix(labels))) {
        return NameData{parts_->nodes.at(*node)};
    }
    // RFC 8020: a name with anything below it exists, with no data of its own.
    if (prefix && !prefix->is_address() &&
        (addresses_.has_any_in(*prefix) || parts_->ranges.has_any_in(*prefix))) {
        return NameData{};
    }
    return std::nullopt;
}

bool Zone::is_diverted(Address address) const noexcept {
    return is_in_any(parts_->diverted, address);
}

std::optional<NodeView> Zone::find_wildcard(const NameBuffer& name,
                                            unsigned labels) const noexcept {
    const auto parent = name.suffix(labels).wire();
    std::array<std::uint8_t, max_name_octets> wire{1, '*'};
    if (parent.size() + 2 > wire.size()) return std::nullopt;
    std::ranges::copy(parent, wire.begin() + 2);
    const auto node =
        parts_->names.find(NameView::of_valid_wire(std::span(wire).first(parent.size() + 2)));
    if (!node) return std::nullopt;
    return parts_->nodes.at(*node);
}

}  // namespace arpad

#include "zone/received_zone.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/invariant.hpp"
#include "dns/reader.hpp"
#include "reverse/arpa_name.hpp"
#include "zone/zone_builder.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using Rrsets = std::vector<Rrset>;
using RrsetsByOwner = std::map<Name, Rrsets, CanonicalLess>;

Name read_plain_name(WireReader& reader) {
    return Name(NameView::of_valid_wire(reader.read_plain_name()));
}

/// RFC 1035 3.3.13.
SoaModel soa_model(std::span<const std::uint8_t> rdata) {
    WireReader reader(rdata);
    SoaModel soa;
    soa.primary = read_plain_name(reader);
    soa.contact = read_plain_name(reader);
    (void)reader.read_u32();  // the serial
    soa.refresh = reader.read_u32();
    soa.retry = reader.read_u32();
    soa.expire = reader.read_u32();
    soa.negative_ttl = Ttl{reader.read_u32()};
    ensure(reader.is_intact(), "the RDATA of a SOA is valid");
    return soa;
}

/// The address in `base` that `owner`, below `apex`, stands for; none if it stands for none.
std::optional<Address> address_below(NameView apex, const std::optional<Prefix>& base,
                                     NameView owner) {
    if (!base || owner.octets() <= apex.octets()) return std::nullopt;
    NameBuffer name;
    name.assign(owner);
    const unsigned apex_labels = apex.label_count();
    const LabelPath path = read_labels(name, apex_labels, *base);
    const bool is_whole = path.labels == name.label_count() - apex_labels &&
                          path.prefix.length() == address_bits(base->family());
    return is_whole ? std::optional(path.prefix.first()) : std::nullopt;
}

void remove_repeats(std::vector<Rdata>& rdatas) {
    if (rdatas.size() < 2) return;
    std::ranges::sort(rdatas);
    const auto repeats = std::ranges::unique(rdatas);
    rdatas.erase(repeats.begin(), repeats.end());
}

/// `records`, sorted, with the names of each address in one entry.
RecordModels merged(const RecordModels& records) {
    RecordModels whole;
    for (std::size_t i = 0; i < records.size();) {
        const RecordView first = records[i];
        RecordModel entry{first.address, {}, first.ttl, false, {}};
        for (; i < records.size() && records[i].address == entry.address; ++i) {
            const NameView target = *records[i].names.begin();
            const bool is_known = std::ranges::any_of(entry.names, [target](const Name& name) {
                return std::ranges::equal(name.view().wire(), target.wire());
            });
            if (!is_known) entry.names.emplace_back(target);
        }
        whole.add(entry);
    }
    return whole;
}

bool has_repeats(const RecordModels& records) {
    for (std::size_t i = 1; i < records.size(); ++i) {
        if (records[i - 1].address == records[i].address) return true;
    }
    return false;
}

/// Whether all but the serial is the same.
bool differ_in_serial_only(RrsetView before, const ReceivedRecord& after) {
    const auto old_rdata = *before.begin();
    if (before.ttl() != after.ttl || old_rdata.size() != after.rdata.size()) return false;
    const std::size_t serial_at = old_rdata.size() - 20;
    return std::equal(old_rdata.begin(), old_rdata.begin() + static_cast<std::ptrdiff_t>(serial_at),
                      after.rdata.begin()) &&
           std::equal(old_rdata.begin() + static_cast<std::ptrdiff_t>(serial_at) + 4,
                      old_rdata.end(),
                      after.rdata.begin() + static_cast<std::ptrdiff_t>(serial_at) + 4);
}

/// Types that concern other names than their own.
bool reaches_further(RrType type) noexcept {
    return type == RrType::ns || type == RrType::dname;
}

/// A zone while steps are applied to it: the owners that they touch.
class Patch {
public:
    explicit Patch(const Zone& zone) : zone_(zone) {}

    /// Whether `step` fits.
    bool apply(const ReceivedStep& step) {
        for (const ReceivedRecord& record : step.removed) {
            if (!remove(record)) return false;
        }
        for (const ReceivedRecord& record : step.added) {
            if (!add(record)) return false;
        }
        soa_ = step.soa;
        return true;
    }

    [[nodiscard]] std::shared_ptr<const Zone> build() {
        const bool is_plain = concerns_addresses_only_ && differ_in_serial_only(zone_.soa(), soa_);
        return is_plain ? with_addresses() : rebuilt();
    }

private:
    /// What stands at `owner` by now.
    Rrsets& rrsets_at(const Name& owner) {
        const auto found = touched_.find(owner);
        if (found != touched_.end()) return found->second;
        return touched_.emplace(owner.lower_case(), stored_at(owner)).first->second;
    }

    Rrsets stored_at(const Name& owner) {
        NameBuffer name;
        name.assign(owner);
        const unsigned labels = name.label_count();
        if (name.view() == zone_.apex()) {
            concerns_addresses_only_ = false;
            return to_rrsets(zone_.apex_node());
        }
        const auto address = address_below(zone_.apex(), zone_.parts().base, owner);
        const auto data = address ? zone_.addresses().find(*address) : std::nullopt;
        if (!address || zone_.is_diverted(*address)) concerns_addresses_only_ = false;
        if (data && data->is_lone_ptr()) {
            MadeRrset space;
            const RrsetView ptr = make_ptr(*data, space);
            const auto target = *ptr.begin();
            return {{RrType::ptr, ptr.ttl(), {{target.begin(), target.end()}}}};
        }
        return to_rrsets(zone_.find_stored(name, labels, zone_.read_path(name)));
    }

    bool remove(const ReceivedRecord& record) {
        Rrsets& rrsets = rrsets_at(record.owner);
        const auto rrset = std::ranges::find(rrsets, record.type, &Rrset::type);
        if (rrset == rrsets.end()) return false;
        if (std::erase(rrset->rdatas, record.rdata) == 0) return false;
        if (rrset->rdatas.empty()) rrsets.erase(rrset);
        note(record.type);
        return true;
    }

    bool add(const ReceivedRecord& record) {
        Rrsets& rrsets = rrsets_at(record.owner);
        auto rrset = std::ranges::find(rrsets, record.type, &Rrset::type);
        if (rrset == rrsets.end()) rrset = rrsets.insert(rrset, {record.type, record.ttl, {}});
        if (std::ranges::find(rrset->rdatas, record.rdata) != rrset->rdatas.end()) return false;
        rrset->ttl = record.ttl;
        rrset->rdatas.push_back(record.rdata);
        note(record.type);
        return true;
    }

    void note(RrType type) noexcept {
        if (reaches_further(type)) concerns_addresses_only_ = false;
    }

    [[nodiscard]] std::shared_ptr<const Zone> with_addresses() const {
        AddressIndex addresses = zone_.addresses();
        for (const auto& [owner, rrsets] : touched_) {
            const Address address = *address_below(zone_.apex(), zone_.parts().base, owner);
            if (rrsets.empty()) {
                addresses = addresses.without(address);
            } else if (is_one_ptr(rrsets)) {
                addresses =
                    addresses.with_ptr(address, rrsets.front().ttl,
                                       NameView::of_valid_wire(rrsets.front().rdatas.front()));
            } else {
                addresses = addresses.with_rrsets(address, rrsets);
            }
        }
        return zone_.with_addresses(std::move(addresses), *soa_serial(soa_.rdata));
    }

    [[nodiscard]] std::shared_ptr<const Zone> rebuilt() const {
        const ZoneParts& parts = zone_.parts();
        ReceivedZone fresh({parts.apex, parts.base, parts.transfer});
        fresh.add(soa_);
        const auto add = [&fresh](NameView owner, RrType type, Ttl ttl,
                                  std::span<const std::uint8_t> rdata) {
            if (type == RrType::soa) return;
            fresh.add({Name(owner), type, ttl, {rdata.begin(), rdata.end()}});
        };
        walk(zone_, RangeWalk::omit, [&](NameView owner, RrsetView rrset) {
            if (touched_.contains(Name(owner))) return;
            for (const auto rdata : rrset) add(owner, rrset.type(), rrset.ttl(), rdata);
        });
        for (const auto& [owner, rrsets] : touched_) {
            for (const Rrset& rrset : rrsets) {
                for (const Rdata& rdata : rrset.rdatas) add(owner, rrset.type, rrset.ttl, rdata);
            }
        }
        return fresh.build();
    }

    const Zone& zone_;
    RrsetsByOwner touched_;
    ReceivedRecord soa_;
    bool concerns_addresses_only_ = true;
};

}  // namespace

ReceivedZone::ReceivedZone(ZoneFrame frame) : frame_(std::move(frame)) {}

void ReceivedZone::add(const ReceivedRecord& record) {
    if (record.type == RrType::soa) {
        soa_ = record;
        return;
    }
    if (record.type == RrType::ptr) {
        if (const auto address = address_below(frame_.apex, frame_.base, record.owner)) {
            ptrs_.add_plain(*address, {}, record.rdata, record.ttl);
            return;
        }
    }
    Rrsets& rrsets = rrsets_[record.owner.lower_case()];
    auto rrset = std::ranges::find(rrsets, record.type, &Rrset::type);
    if (rrset == rrsets.end()) rrset = rrsets.insert(rrset, {record.type, record.ttl, {}});
    rrset->rdatas.push_back(record.rdata);
}

std::shared_ptr<const Zone> ReceivedZone::build() {
    if (!soa_) return nullptr;
    ZoneBuilder builder(frame_.apex, frame_.base, soa_model(soa_->rdata), soa_->ttl);
    builder.set_transfer(frame_.transfer);
    ptrs_.sort();
    if (has_repeats(ptrs_)) ptrs_ = merged(ptrs_);
    builder.add_records(ptrs_.view(), {});
    for (auto& [owner, rrsets] : rrsets_) {
        for (Rrset& rrset : rrsets) {
            remove_repeats(rrset.rdatas);
            builder.add(owner, std::move(rrset));
        }
    }
    rrsets_.clear();
    return builder.build(*soa_serial(soa_->rdata));
}

std::shared_ptr<const Zone> with_steps(const Zone& zone, std::span<const ReceivedStep> steps) {
    Patch patch(zone);
    for (const ReceivedStep& step : steps) {
        if (!patch.apply(step)) return nullptr;
    }
    return steps.empty() ? nullptr : patch.build();
}

}  // namespace arpad

#include "zone/extra.hpp"

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>

namespace arpad {
namespace {

/// An RRset of `extra` while its records are being gathered.
struct Gathered {
    Rrset rrset;
    Place place;                    // of its first record
    std::map<Rdata, Place> places;  // of each, by what it is compared by
};

/// Gathers records into RRsets.
class ExtraGathering {
public:
    ExtraGathering(const NetworkModel& model, std::size_t network, const Layout& layout,
                   Diagnostics& diagnostics)
        : model_(model), network_(network), layout_(layout), diagnostics_(diagnostics) {}

    void add(const ExtraModel& record) {
        const PlannedZone* const zone = layout_.zone_above(network_, record.owner);
        if (zone == nullptr) {
            report(record,
                   fmt::format("{} lies in no zone of this network", record.owner.to_text()),
                   "correct the name, or move the record to the file of its zone");
        } else if (record.type == RrType::soa) {
            report(record, "a SOA in `extra`", "write `soa` instead: the server makes the record");
        } else if (record.type == RrType::ns && record.owner == zone->apex) {
            report(record, "an NS of the zone itself in `extra`", "write it in `nameservers`");
        } else {
            gather(record, rrsets_[zone->apex][{record.owner.lower_case(), record.type}]);
        }
    }

    /// Hands what was gathered to the builders.
    void put(Assembly::Builders& builders) {
        for (auto& [apex, rrsets] : rrsets_) {
            ZoneBuilder& builder = builders.at(apex);
            for (auto& [key, gathered] : rrsets) {
                const RrsetOrigin origin{RrsetOrigin::Kind::extra, model_.file, gathered.place};
                builder.add(key.first, std::move(gathered.rrset), origin);
            }
        }
    }

private:
    struct KeyLess {
        bool operator()(const std::pair<Name, RrType>& left,
                        const std::pair<Name, RrType>& right) const {
            const auto order = canonical_order(left.first, right.first);
            return order == 0 ? left.second < right.second : order < 0;
        }
    };

    void gather(const ExtraModel& record, Gathered& gathered) {
        const Ttl ttl = record.ttl.value_or(model_.ttl);
        Rrset& rrset = gathered.rrset;
        if (rrset.rdatas.empty()) {
            rrset.type = record.type;
            rrset.ttl = ttl;
            gathered.place = record.place;
        }
        const auto [known, is_new] =
            gathered.places.emplace(comparable_rdata(record.type, record.rdata), record.place);
        if (!is_new) {
            report(record, fmt::format("the same record stands in line {}", known->second.line),
                   "keep one of the two");
            return;
        }
        if (rrset.ttl != ttl) {
            report(record,
                   fmt::format("{} {} has the TTL {} here and {} in line {}",
                               record.owner.to_text(), to_text(record.type), ttl.seconds,
                               rrset.ttl.seconds, gathered.place.line),
                   "give all records of one name and type the same TTL");
        }
        rrset.rdatas.push_back(record.rdata);
    }

    void report(const ExtraModel& record, std::string message, std::string advice) {
        diagnostics_.error(model_.file, record.place, std::move(message), std::move(advice));
    }

    const NetworkModel& model_;
    std::size_t network_;
    const Layout& layout_;
    Diagnostics& diagnostics_;
    std::map<Name, std::map<std::pair<Name, RrType>, Gathered, KeyLess>, CanonicalLess> rrsets_;
};

}  // namespace

void add_extra(const NetworkModel& model, std::size_t network, const Layout& layout,
               Assembly::Builders& builders, Diagnostics& diagnostics) {
    ExtraGathering gathering(model, network, layout, diagnostics);
    for (const ExtraModel& record : model.extra) gathering.add(record);
    gathering.put(builders);
}

}  // namespace arpad

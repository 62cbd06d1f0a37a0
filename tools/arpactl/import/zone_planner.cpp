#include "import/zone_planner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include "dns/reader.hpp"
#include "import/delegation_finder.hpp"
#include "import/range_finder.hpp"
#include "import/record_index.hpp"
#include "load/host_name.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

/// Counts TTLs and finds the most frequent.
class TtlCount {
public:
    void add(Ttl ttl) { ++counts_[ttl.seconds]; }
    [[nodiscard]] bool is_empty() const noexcept { return counts_.empty(); }

    /// Of equally frequent ones the smallest.
    [[nodiscard]] Ttl most_frequent() const {
        const auto less = [](const auto& left, const auto& right) {
            return left.second != right.second ? left.second < right.second
                                               : left.first > right.first;
        };
        return {std::ranges::max_element(counts_, less)->first};
    }

private:
    std::unordered_map<std::uint32_t, std::uint64_t> counts_;
};

/// The contact of an SOA as a mail address if it reads as one, else in the form of the SOA; none if
/// a zone file can hold neither.
std::optional<std::string> contact_text(NameView contact) {
    if (contact.is_root()) return std::nullopt;
    const auto label = contact.first_label();
    const std::string local(label.begin(), label.end());
    for (const std::string& text :
         {local + '@' + plain_text(contact.parent()), contact.to_text()}) {
        const auto read = contact_from_text(text);
        const bool is_same = read && std::ranges::equal(read->name.view().wire(), contact.wire());
        if (is_same) return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
    }
    return std::nullopt;
}

class Planner {
public:
    Planner(ZoneRecords records, const std::string& source, BadRecords bad_records,
            Diagnostics& diagnostics)
        : all_(std::move(records)), bad_records_(bad_records), diagnostics_(diagnostics) {
        plan_.source = source;
    }

    std::optional<ZonePlan> plan() {
        if (!find_apex()) return std::nullopt;
        remove_outsiders();
        sort_records(all_.others);
        settle_others();
        settle_address_names();
        find_barred();
        sort_out_address_names();
        lift_soa();
        lift_nameservers();
        lift_delegations();
        choose_ttl();
        lift_ranges();
        if (diagnostics_.error_count() > 0) return std::nullopt;
        plan_.extra = std::move(all_.others);
        plan_.source_records = std::move(all_);
        return std::move(plan_);
    }

private:
    [[nodiscard]] const std::string& file_of(const RecordSource& source) const {
        return all_.files[source.file];
    }
    [[nodiscard]] NameView apex() const noexcept { return plan_.form.apex; }

    void report(const RecordSource& where, std::string message, std::string advice) {
        diagnostics_.error(file_of(where), where.place, std::move(message), std::move(advice));
    }

    void report_bad(const RecordSource& where, std::string message, std::string advice) {
        report_bad_record(file_of(where), where.place, std::move(message), std::move(advice),
                          bad_records_, diagnostics_);
    }

    /// The owner of the SOA record is the apex. A second SOA record, as a transfer ends with, must
    /// be the same.
    bool find_apex() {
        const auto is_soa = [](const ZoneRecord& record) { return record.type == RrType::soa; };
        const auto soa = std::ranges::find_if(all_.others, is_soa);
        if (soa == all_.others.end()) {
            diagnostics_.error(plan_.source, {}, "there is no SOA record",
                               "import the whole file of one zone");
            return false;
        }
        plan_.form = form_of(soa->owner);
        for (auto other = std::next(soa); other != all_.others.end(); ++other) {
            if (!is_soa(*other)) continue;
            if (other->owner == soa->owner && other->rdata == soa->rdata) continue;
            report(other->origin,
                   fmt::format("there is a second SOA record; the first is in line {}",
                               soa->origin.place.line),
                   "import one zone at a time");
            return false;
        }
        return true;
    }

    // What is in the zone, and what is an address in it

    void remove_outsiders() {
        const bool is_named_by_prefix = plan_.form.network && !plan_.form.style;
        std::erase_if(all_.address_names, [&](const AddressName& name) {
            if (is_named_by_prefix && plan_.form.network->contains(name.address)) return false;
            keep_as_other(name, arpa_name(name.address));
            return true;
        });
        std::erase_if(all_.others, [this](const ZoneRecord& record) {
            if (record.owner.view().is_at_or_below(apex())) return false;
            report_bad(
                record.origin,
                fmt::format("{} is outside the zone {}", record.owner.to_text(), apex().to_text()),
                "move it to its own zone; a name without a final dot is below $ORIGIN");
            return true;
        });
        if (plan_.form.style) find_classless_addresses();
    }

    void keep_as_other(const AddressName& name, Name owner) {
        const auto wire = all_.target(name).wire();
        all_.others.push_back({std::move(owner), RrType::ptr, name.ttl,
                               Rdata(wire.begin(), wire.end()), name.origin});
    }

    /// In an RFC 2317 zone the addresses' names are known only now.
    void find_classless_addresses() {
        std::erase_if(all_.others, [this](const ZoneRecord& record) {
            if (record.type != RrType::ptr) return false;
            const auto address = plan_.form.address_of(record.owner);
            if (address) all_.add(*address, name_in(record), record.ttl, record.origin);
            return address.has_value();
        });
    }

    // RRsets: no record twice, one TTL (RFC 2181 5)

    void warn_of_ttl(const RecordSource& where, const std::string& owner, Ttl kept) {
        diagnostics_.warning(file_of(where), where.place,
                             fmt::format("the TTL of {} differs from that of a record before; it "
                                         "becomes {}",
                                         owner, kept.seconds),
                             "records of one name and type have one TTL (RFC 2181 5.2)");
    }

    void settle_others() {
        std::vector<ZoneRecord> settled;
        settled.reserve(all_.others.size());
        std::size_t first = 0;  // of the RRset, in `settled`
        std::set<Rdata> known;  // of the RRset
        for (ZoneRecord& record : all_.others) {
            const bool continues = !settled.empty() && settled[first].type == record.type &&
                                   settled[first].owner == record.owner;
            if (!continues) {
                first = settled.size();
                known.clear();
            }
            if (!known.insert(comparable_rdata(record.type, record.rdata)).second) continue;
            if (continues && record.ttl != settled[first].ttl) {
                warn_of_ttl(record.origin, record.owner.to_text(), settled[first].ttl);
                record.ttl = settled[first].ttl;
            }
            settled.push_back(std::move(record));
        }
        all_.others = std::move(settled);
    }

    [[nodiscard]] Rdata octets_of(const AddressName& name) const {
        return comparable_rdata(RrType::ptr, all_.target(name).wire());
    }

    void settle_address_names() {
        auto& names = all_.address_names;
        if (!std::ranges::is_sorted(names, {}, &AddressName::address)) {
            std::ranges::stable_sort(names, {}, &AddressName::address);
        }
        std::size_t kept = 0;
        std::size_t first = 0;  // of the RRset
        std::set<Rdata> known;  // of the RRset, should it have more than one record
        for (std::size_t i = 0; i < names.size(); ++i) {
            AddressName name = names[i];
            if (kept == 0 || names[first].address != name.address) first = kept;
            if (kept == first) {
                known.clear();
            } else {
                if (known.empty()) known.insert(octets_of(names[first]));
                if (!known.insert(octets_of(name)).second) continue;
            }
            if (kept > first && name.ttl != names[first].ttl) {
                warn_of_ttl(name.origin, name.address.to_text(), names[first].ttl);
                name.ttl = names[first].ttl;
            }
            names[kept++] = name;
        }
        names.resize(kept);
    }

    // Addresses that `records` and `ranges` must leave alone

    /// What is at or below a cut, a DNAME or a CNAME.
    void find_barred() {
        for (const ZoneRecord& record : all_.others) {
            const bool is_cut = record.type == RrType::ns && record.owner.view() != apex();
            if (!is_cut && record.type != RrType::dname && record.type != RrType::cname) continue;
            if (const auto prefix = plan_.form.prefix_of(record.owner)) {
                barred_.push_back({prefix->first(), prefix->last()});
            }
        }
        std::ranges::sort(barred_, {}, [](const AddressRange& range) {
            return std::pair(range.first, Uint128{0} - range.last.value());
        });
        std::vector<AddressRange> disjoint;
        for (const AddressRange& range : barred_) {
            const bool is_inside = !disjoint.empty() && range.first <= disjoint.back().last;
            if (!is_inside) disjoint.push_back(range);
        }
        barred_ = std::move(disjoint);
    }

    [[nodiscard]] bool is_barred(Address address) const {
        const auto behind = std::ranges::upper_bound(barred_, address, {}, &AddressRange::first);
        return behind != barred_.begin() && address <= std::prev(behind)->last;
    }

    /// Moves to the other records what `records` cannot hold.
    void sort_out_address_names() {
        auto& names = all_.address_names;
        plan_.address_names.reserve(names.size());
        for (std::size_t begin = 0; begin < names.size();) {
            std::size_t end = begin;
            bool is_fit = !is_barred(names[begin].address);
            for (; end < names.size() && names[end].address == names[begin].address; ++end) {
                is_fit = is_fit && is_host_name(all_.target(names[end]));
            }
            const auto rrset = std::span(names).subspan(begin, end - begin);
            if (is_fit) {
                plan_.address_names.insert(plan_.address_names.end(), rrset.begin(), rrset.end());
            } else {
                keep_rrset_as_other(rrset);
            }
            begin = end;
        }
        sort_records(all_.others);
    }

    void keep_rrset_as_other(std::span<const AddressName> rrset) {
        const Address address = rrset.front().address;
        const auto owner = address_name(apex(), plan_.form.base, address);
        for (const AddressName& name : rrset) keep_as_other(name, *owner);
        named_elsewhere_.push_back(address);
    }

    // What has keys of its own

    void lift_soa() {
        const auto span = find_rrset(all_.others, apex(), RrType::soa);
        const ZoneRecord record = all_.others[span.begin];
        all_.others.erase(all_.others.begin() + static_cast<std::ptrdiff_t>(span.begin));
        WireReader reader(record.rdata);
        const auto primary = NameView::of_valid_wire(reader.read_plain_name());
        const auto contact_name = NameView::of_valid_wire(reader.read_plain_name());
        if (!is_host_name(primary)) {
            report(record.origin,
                   fmt::format("the primary nameserver of the SOA record, {}, is no host name",
                               primary.to_text()),
                   "correct the first name of the SOA record");
        }
        const auto contact = contact_text(contact_name);
        if (!contact) {
            report(record.origin,
                   fmt::format("the contact of the SOA record, {}, is no mail address",
                               contact_name.to_text()),
                   "correct the second name of the SOA record");
        }
        plan_.soa = {
            plain_text(primary), contact.value_or(""), reader.read_u32(), reader.read_u32(),
            reader.read_u32(),   reader.read_u32(),    reader.read_u32(), record.ttl};
        for (const std::uint32_t seconds :
             {plan_.soa.refresh, plan_.soa.retry, plan_.soa.expire, plan_.soa.negative_ttl}) {
            if (seconds > max_ttl.seconds) {
                report(record.origin,
                       fmt::format("{} seconds in the SOA record are too many", seconds),
                       "write at most 2147483647");
            }
        }
    }

    void lift_nameservers() {
        const auto span = find_rrset(all_.others, apex(), RrType::ns);
        if (span.is_empty()) {
            diagnostics_.error(plan_.source, {},
                               fmt::format("the zone {} has no NS record", apex().to_text()),
                               "add the nameservers of the zone");
            return;
        }
        plan_.nameservers_ttl = all_.others[span.begin].ttl;
        for (std::size_t i = span.begin; i < span.end; ++i) {
            const ZoneRecord& record = all_.others[i];
            const NameView name = name_in(record);
            if (!is_host_name(name)) {
                report(record.origin,
                       fmt::format("the nameserver {} is no host name", name.to_text()),
                       "correct the NS record");
            }
            plan_.nameservers.push_back(plain_text(name));
        }
        const auto begin = all_.others.begin();
        all_.others.erase(begin + static_cast<std::ptrdiff_t>(span.begin),
                          begin + static_cast<std::ptrdiff_t>(span.end));
    }

    void lift_delegations() {
        auto found = find_delegations(plan_.form, all_.others);
        plan_.delegations = std::move(found.delegations);
        std::vector<ZoneRecord> left;
        for (std::size_t i = 0; i < all_.others.size(); ++i) {
            if (!found.is_lifted[i]) left.push_back(std::move(all_.others[i]));
        }
        all_.others = std::move(left);
    }

    /// The TTL that most entries can do without.
    void choose_ttl() {
        TtlCount count;
        const auto& names = plan_.address_names;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (i == 0 || names[i].address != names[i - 1].address) count.add(names[i].ttl);
        }
        if (count.is_empty()) {
            for (const ZoneRecord& record : all_.others) count.add(record.ttl);
            for (const PlannedDelegation& delegation : plan_.delegations) count.add(delegation.ttl);
            count.add(plan_.nameservers_ttl);
            count.add(plan_.soa.ttl);
        }
        plan_.ttl = count.most_frequent();
    }

    void lift_ranges() {
        const auto& names = plan_.address_names;
        auto found = find_ranges(names, all_, barred_, named_elsewhere_);
        plan_.ranges = std::move(found.ranges);
        plan_.ranged_names = found.ranged_names;
        std::vector<PlannedRecord> records;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (found.is_ranged[i]) continue;
            if (records.empty() || records.back().address != names[i].address) {
                records.push_back({names[i].address, i, 0});
            }
            ++records.back().count;
        }
        std::vector<PlannedRecord> holes;
        holes.reserve(found.holes.size());
        for (const Address address : found.holes) holes.push_back({address, 0, 0});
        plan_.records.reserve(records.size() + holes.size());
        std::ranges::merge(records, holes, std::back_inserter(plan_.records), {},
                           &PlannedRecord::address, &PlannedRecord::address);
    }

    ZoneRecords all_;
    BadRecords bad_records_;
    Diagnostics& diagnostics_;
    std::vector<AddressRange> barred_;      // disjoint, by address
    std::vector<Address> named_elsewhere_;  // addresses whose PTR is in `extra`, ascending
    ZonePlan plan_;
};

}  // namespace

std::optional<ZonePlan> plan_zone(ZoneRecords records, const std::string& source,
                                  BadRecords bad_records, Diagnostics& diagnostics) {
    return Planner(std::move(records), source, bad_records, diagnostics).plan();
}

}  // namespace arpad

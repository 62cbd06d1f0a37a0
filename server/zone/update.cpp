#include "zone/update.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

using Rrsets = std::vector<Rrset>;
using std::chrono::seconds;

/// RFC 9664 10: shorter leases would be nothing but load.
constexpr seconds shortest_lease{30};

UpdateRefusal malformed(std::string text) {
    return {Rcode::form_err, std::move(text), "send what RFC 2136 2.4 and 2.5 describe"};
}

bool contains(const Rrset& rrset, const Rdata& rdata) {
    const Rdata wanted = comparable_rdata(rrset.type, rdata);
    return std::ranges::any_of(rrset.rdatas, [&](const Rdata& each) {
        return comparable_rdata(rrset.type, each) == wanted;
    });
}

/// One update while it is evaluated.
class Evaluation {
public:
    Evaluation(const Update& update, UpdatedZone& zone, Edit::Time now)
        : update_(update), zone_(zone), base_(zone.base()), now_(now) {}

    Result<std::vector<Edit>, UpdateRefusal> run() {
        // RFC 2136 3.2: prerequisites first, then whether it may, then the updates themselves.
        if (auto refusal = check_prerequisites()) return std::move(*refusal);
        for (const UpdateRecord& record : update_.changes) {
            if (auto refusal = check_form(record)) return std::move(*refusal);
        }
        for (const UpdateRecord& record : update_.changes) {
            if (auto refusal = check_permission(record)) return std::move(*refusal);
        }
        for (const UpdateRecord& record : update_.changes) {
            if (auto refusal = apply(record)) return std::move(*refusal);
        }
        return edits();
    }

private:
    /// A name that the update speaks of.
    struct Place {
        Edit owner;                  // without an RRset: the name
        EditedData data;             // before
        Rrsets rrsets;               // by now; without defaults and ranges
        std::vector<RrType> stored;  // types that records were added to, changed or not
    };

    /// Those of the name `name`, which lies in the zone.
    Place& place_of(const Name& name) {
        const auto found = places_.find(name);
        if (found != places_.end()) return found->second;
        Place place;
        if (is_address_apex(name)) {
            place.owner.address = base_->first();
        } else if (const auto address = address_of(name)) {
            place.owner.address = *address;
        } else {
            place.owner.name = name.lower_case();
        }
        place.data = zone_.data_at(place.owner);
        for (const EditedData::Held& held : place.data.rrsets) {
            if (held.layer != DataLayer::low) place.rrsets.push_back(held.rrset);
        }
        return places_.emplace(name, std::move(place)).first->second;
    }

    /// Whether `name` is the apex of a zone that is one address: that one's PTR stands there.
    [[nodiscard]] bool is_address_apex(const Name& name) const {
        return base_ && base_->is_address() && name == update_.zone;
    }

    [[nodiscard]] std::optional<Address> address_of(const Name& name) const {
        return address_below(update_.zone, base_, name);
    }

    static Rrset* find(Place& place, RrType type) {
        const auto found = std::ranges::find(place.rrsets, type, &Rrset::type);
        return found == place.rrsets.end() ? nullptr : &*found;
    }

    [[nodiscard]] bool is_apex(const UpdateRecord& record) const {
        return record.owner == update_.zone;
    }

    std::optional<UpdateRefusal> check_zone(const UpdateRecord& record) {
        if (record.owner.view().is_at_or_below(update_.zone)) return std::nullopt;
        const auto right = zone_.zone_of(record.owner);
        return UpdateRefusal{
            Rcode::not_zone,
            fmt::format("{} is not in {}", record.owner.to_text(), update_.zone.to_text()),
            right ? fmt::format("update {}", right->to_text())
                  : std::string("no zone that is served here has it")};
    }

    // RFC 2136 3.2.

    std::optional<UpdateRefusal> check_prerequisites() {
        std::map<Name, Rrsets, CanonicalLess> expected;
        for (const UpdateRecord& record : update_.prerequisites) {
            if (record.ttl != 0) return malformed("a prerequisite with a TTL");
            if (auto refusal = check_zone(record)) return refusal;
            if (record.rr_class == RrClass::in) {
                if (is_meta_type(record.type)) return malformed("a prerequisite of a query type");
                Rrsets& rrsets = expected[record.owner];
                auto rrset = std::ranges::find(rrsets, record.type, &Rrset::type);
                if (rrset == rrsets.end()) rrset = rrsets.insert(rrset, {record.type, {}, {}});
                if (!contains(*rrset, record.rdata)) rrset->rdatas.push_back(record.rdata);
            } else if (auto refusal = check_existence(record)) {
                return refusal;
            }
        }
        for (const auto& [owner, rrsets] : expected) {
            for (const Rrset& rrset : rrsets) {
                if (is_there(owner, rrset)) continue;
                return UpdateRefusal{
                    Rcode::nx_rrset,
                    fmt::format("{} has another {} RRset than the prerequisites say",
                                owner.to_text(), to_text(rrset.type)),
                    "look at it again"};
            }
        }
        return std::nullopt;
    }

    /// RFC 2136 2.4.1, 2.4.3 to 2.4.5.
    std::optional<UpdateRefusal> check_existence(const UpdateRecord& record) {
        const bool is_to_exist = record.rr_class == RrClass::any;
        if (!is_to_exist && record.rr_class != RrClass::none) {
            return malformed("a prerequisite of another class");
        }
        if (!record.rdata.empty()) return malformed("a prerequisite of no class with data");
        const bool is_of_name = record.type == RrType::any;
        if (!is_of_name && is_meta_type(record.type)) {
            return malformed("a prerequisite of a query type");
        }
        Place& place = place_of(record.owner);
        const bool exists = is_of_name ? !place.rrsets.empty() || is_zone_apex(record)
                                       : find(place, record.type) != nullptr || is_soa(record);
        if (exists == is_to_exist) return std::nullopt;
        const Rcode rcode = is_of_name ? (exists ? Rcode::yx_domain : Rcode::nx_domain)
                                       : (exists ? Rcode::yx_rrset : Rcode::nx_rrset);
        return UpdateRefusal{
            rcode,
            fmt::format("{} has {}{}", record.owner.to_text(), exists ? "" : "no ",
                        is_of_name ? std::string("records") : to_text(record.type) + " records"),
            "a prerequisite is not met"};
    }

    /// The SOA is not among what files say of names: the server makes it.
    [[nodiscard]] bool is_zone_apex(const UpdateRecord& record) const { return is_apex(record); }
    [[nodiscard]] bool is_soa(const UpdateRecord& record) const {
        return is_apex(record) && record.type == RrType::soa;
    }

    bool is_there(const Name& owner, const Rrset& expected) {
        const Rrset* const rrset = find(place_of(owner), expected.type);
        return rrset != nullptr && rrset->rdatas.size() == expected.rdatas.size() &&
               std::ranges::all_of(expected.rdatas,
                                   [&](const Rdata& rdata) { return contains(*rrset, rdata); });
    }

    // RFC 2136 3.4.1.

    std::optional<UpdateRefusal> check_form(const UpdateRecord& record) {
        if (auto refusal = check_zone(record)) return refusal;
        switch (record.rr_class) {
            case RrClass::in:
                if (is_meta_type(record.type)) return malformed("a record of a query type");
                return std::nullopt;
            case RrClass::any:
                if (record.ttl != 0 || !record.rdata.empty()) {
                    return malformed("a deletion of an RRset with TTL or data");
                }
                if (record.type != RrType::any && is_meta_type(record.type)) {
                    return malformed("a deletion of a query type");
                }
                return std::nullopt;
            case RrClass::none:
                if (record.ttl != 0) return malformed("a deletion of a record with a TTL");
                if (is_meta_type(record.type)) return malformed("a deletion of a query type");
                return std::nullopt;
            default:
                return malformed("an update of another class");
        }
    }

    // RFC 2136 3.3.

    UpdateRefusal refuse(const UpdateRecord& record, std::string_view what,
                         std::string advice) const {
        return {Rcode::refused,
                fmt::format("{} may not change {} {}", update_.key, record.owner.to_text(), what),
                std::move(advice)};
    }

    std::optional<UpdateRefusal> check_permission(const UpdateRecord& record) {
        const UpdatePolicy& policy = update_.policy;
        const Place& place = place_of(record.owner);
        if (place.owner.name && !policy.allows_any_name) {
            return refuse(record, "which is the name of no address",
                          "write `names: any` for the key in `updates`");
        }
        if (!policy.prefixes.empty()) {
            const auto prefix = prefix_around(record.owner);
            if (!prefix || !policy.allows(*prefix)) {
                return refuse(record, "which is outside its prefixes",
                              "write its prefix for the key in `updates`");
            }
        }
        const bool is_ptr = record.type == RrType::ptr || record.type == RrType::any;
        if (is_address_apex(record.owner) && !is_ptr) {
            return refuse(record, to_text(record.type) + ": its zone is this address alone",
                          "write the record into `extra` of the zone file");
        }
        const auto bad_type = forbidden_type(record, place);
        if (!bad_type) return std::nullopt;
        return refuse(record, to_text(*bad_type), "write the type for the key in `updates`");
    }

    /// The smallest prefix that `name` is in by its labels.
    [[nodiscard]] std::optional<Prefix> prefix_around(const Name& name) const {
        if (!base_) return std::nullopt;
        NameBuffer buffer;
        buffer.assign(name);
        return read_labels(buffer, update_.zone.view().label_count(), *base_).prefix;
    }

    /// The type among those that `record` changes which the key may not; none if it may all.
    [[nodiscard]] std::optional<RrType> forbidden_type(const UpdateRecord& record,
                                                       const Place& place) const {
        const UpdatePolicy& policy = update_.policy;
        if (record.type != RrType::any) {
            return policy.allows(record.type) ? std::nullopt : std::optional(record.type);
        }
        for (const Rrset& rrset : place.rrsets) {
            if (!policy.allows(rrset.type)) return rrset.type;
        }
        return std::nullopt;
    }

    // RFC 2136 3.4.2.

    std::optional<UpdateRefusal> apply(const UpdateRecord& record) {
        Place& place = place_of(record.owner);
        switch (record.rr_class) {
            case RrClass::in:
                return add(record, place);
            case RrClass::any:
                remove_rrsets(record, place);
                return std::nullopt;
            default:
                remove_record(record, place);
                return std::nullopt;
        }
    }

    /// The RFC would have the record ignored in silence; nobody would learn where it belongs.
    UpdateRefusal refuse_alias(const UpdateRecord& record, const EditedData::Held& alias) {
        const NameView target = NameView::of_valid_wire(alias.rrset.rdatas.front());
        const auto right = zone_.zone_of(target);
        return refuse(record, fmt::format("which is an alias of {}", target.to_text()),
                      right ? fmt::format("update {}", right->to_text())
                            : std::string("update the zone that this leads to"));
    }

    /// 3.4.2.2.
    std::optional<UpdateRefusal> add(const UpdateRecord& record, Place& place) {
        if (record.type == RrType::soa) {
            const Rrset* const soa = is_apex(record) ? find(place, RrType::soa) : nullptr;
            const auto serial = soa_serial(record.rdata);
            const auto served = soa == nullptr ? serial : soa_serial(soa->rdatas.front());
            if (!serial || !served || !is_newer(*serial, *served)) return std::nullopt;
            return refuse(record, "SOA, which the server makes",
                          "change `soa` of the zone file; the server keeps the serial");
        }
        if (record.type == RrType::arpad_range) {
            return refuse(record, to_text(record.type), "write `ranges` in the zone file");
        }
        const bool is_cname = record.type == RrType::cname;
        const EditedData::Held* const alias = place.data.find(RrType::cname);
        const bool is_elsewhere =
            alias != nullptr && alias->layer == DataLayer::file && !place.owner.name;
        if (is_elsewhere) return refuse_alias(record, *alias);
        const bool has_others = std::ranges::any_of(place.rrsets, [is_cname](const Rrset& rrset) {
            return (rrset.type == RrType::cname) != is_cname;
        });
        if (has_others || (is_cname && is_apex(record))) return std::nullopt;
        const Ttl ttl{record.ttl > max_ttl.seconds ? 0 : record.ttl};
        Rrset* rrset = find(place, record.type);
        if (rrset == nullptr) rrset = &place.rrsets.emplace_back(Rrset{record.type, ttl, {}});
        rrset->ttl = ttl;  // RFC 2181 5.2: one for all
        const bool is_single = is_cname || record.type == RrType::dname;
        if (is_single) rrset->rdatas.clear();
        if (!contains(*rrset, record.rdata)) rrset->rdatas.push_back(record.rdata);
        place.stored.push_back(record.type);
        return std::nullopt;
    }

    /// 3.4.2.3.
    void remove_rrsets(const UpdateRecord& record, Place& place) const {
        std::erase_if(place.rrsets, [&](const Rrset& rrset) {
            const bool is_kept =
                is_apex(record) && (rrset.type == RrType::ns || rrset.type == RrType::soa);
            return !is_kept && (record.type == RrType::any || record.type == rrset.type);
        });
    }

    /// 3.4.2.4.
    void remove_record(const UpdateRecord& record, Place& place) const {
        Rrset* const rrset = find(place, record.type);
        if (rrset == nullptr || record.type == RrType::soa) return;
        const bool is_last_ns =
            is_apex(record) && record.type == RrType::ns && rrset->rdatas.size() == 1;
        if (is_last_ns) return;
        const Rdata unwanted = comparable_rdata(record.type, record.rdata);
        std::erase_if(rrset->rdatas, [&](const Rdata& rdata) {
            return comparable_rdata(record.type, rdata) == unwanted;
        });
        if (rrset->rdatas.empty()) {
            std::erase_if(place.rrsets,
                          [&record](const Rrset& each) { return each.type == record.type; });
        }
    }

    Result<std::vector<Edit>, UpdateRefusal> edits() {
        std::vector<Edit> edits;
        for (auto& [name, place] : places_) {
            std::vector<RrType> types;
            for (const Rrset& rrset : place.rrsets) types.push_back(rrset.type);
            for (const EditedData::Held& held : place.data.rrsets) {
                if (held.layer != DataLayer::low) types.push_back(held.rrset.type);
            }
            std::ranges::sort(types);
            const auto repeats = std::ranges::unique(types);
            types.erase(repeats.begin(), repeats.end());
            for (const RrType type : types) {
                if (auto refusal = add_edits(name, place, type, edits)) return std::move(*refusal);
            }
        }
        return edits;
    }

    /// Adds what has `type` at `place` be what it is by now, if it is not.
    std::optional<UpdateRefusal> add_edits(const Name& name, Place& place, RrType type,
                                           std::vector<Edit>& edits) const {
        const EditedData::Held* const before = place.data.find(type);
        const bool was_there = before != nullptr && before->layer != DataLayer::low;
        const Rrset* const after = find(place, type);
        const bool is_same = was_there && after != nullptr && before->rrset == *after;
        const auto holder = place.data.layer_of(type);
        const bool is_held = holder && *holder != DataLayer::low && *holder != DataLayer::lease;
        const bool is_over = update_.policy.is_over_records;
        if (is_same) {
            // What is stored again is to last as long as if it were new.
            const bool is_stored = std::ranges::find(place.stored, type) != place.stored.end();
            const bool is_ours = *holder == (is_over ? DataLayer::edit : DataLayer::lease);
            if (!is_stored || !is_ours || !lifetime_of(update_)) return std::nullopt;
        }
        Edit edit = place.owner;
        edit.type = type;
        edit.layer = is_over ? EditLayer::edit : EditLayer::lease;
        if (is_held && !is_over) {
            return UpdateRefusal{
                Rcode::refused,
                fmt::format("{} {} is held by the layer `{}`", name.to_text(), to_text(type),
                            to_text(*holder)),
                *holder == DataLayer::edit
                    ? "undo the edit, or write `over_records: true` for the key in `updates`"
                    : "change the zone file, or write `over_records: true` for the key in "
                      "`updates`"};
        }
        if (after != nullptr) {
            edit.rdatas = after->rdatas;
            edit.ttl = after->ttl;
            if (const auto lifetime = lifetime_of(update_)) edit.expires = now_ + *lifetime;
            edits.push_back(std::move(edit));
            return std::nullopt;
        }
        add_removal(place, std::move(edit), edits);
        return std::nullopt;
    }

    /// Has nobody say anything of what `edit` is about, or `edit` say that there is nothing.
    static void add_removal(const Place& place, Edit edit, std::vector<Edit>& edits) {
        if (edit.layer == EditLayer::lease) {
            edits.push_back(std::move(edit));
            return;
        }
        // What files say would come back if nobody said anything.
        const auto& written = place.data.written;
        edit.is_hole = std::ranges::find(written, edit.type) != written.end();
        edits.push_back(edit);
        edit.is_hole = false;
        edit.layer = EditLayer::lease;
        edits.push_back(edit);
    }

    const Update& update_;
    UpdatedZone& zone_;
    std::optional<Prefix> base_;
    Edit::Time now_;
    std::map<Name, Place, CanonicalLess> places_;
};

}  // namespace

bool UpdatePolicy::allows(const Prefix& prefix) const noexcept {
    return prefixes.empty() ||
           std::ranges::any_of(prefixes, [&](const Prefix& each) { return each.contains(prefix); });
}

bool UpdatePolicy::allows(RrType type) const noexcept {
    return !types || std::ranges::find(*types, type) != types->end();
}

std::optional<seconds> lifetime_of(const Update& update) {
    const auto& most = update.policy.lifetime;
    if (!update.lease) return most;
    const seconds wanted = std::max(*update.lease, shortest_lease);
    return most ? std::min(wanted, *most) : wanted;
}

Result<std::vector<Edit>, UpdateRefusal> evaluate(const Update& update, UpdatedZone& zone,
                                                  Edit::Time now) {
    return Evaluation(update, zone, now).run();
}

}  // namespace arpad

#include "zone/content_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

using Kind = RrsetOrigin::Kind;

/// "line 12", or what an RRset follows from if nobody wrote it.
std::string place_of(const RrsetOrigin& origin) {
    if (origin.place.line == 0) return "made by the server";
    return fmt::format("in line {}", origin.place.line);
}

/// Goes over one zone.
class ContentCheck {
public:
    ContentCheck(const ZoneBuilder& zone, const NetworkModel& model, Diagnostics& diagnostics)
        : zone_(zone), model_(model), diagnostics_(diagnostics) {
        for (const auto& [owner, rrsets] : zone_.rrsets()) note_glue(owner, rrsets);
    }

    void run() {
        for (const auto& [owner, rrsets] : zone_.rrsets()) {
            for (const PlacedRrset& placed : rrsets) {
                check_size(owner, placed);
                check_occlusion(owner, placed);
            }
            check_beside(owner, rrsets);
            if (const auto* const servers = find_rrset(rrsets, RrType::ns)) {
                check_servers(owner, *servers);
                check_wildcard_cut(owner, *servers);
            }
        }
        check_records();
    }

private:
    /// Notes the names that NS of cuts point to: their addresses are glue.
    void note_glue(const Name& owner, std::span<const PlacedRrset> rrsets) {
        const PlacedRrset* const servers = find_rrset(rrsets, RrType::ns);
        if (servers == nullptr || owner == zone_.apex()) return;
        for (const Rdata& rdata : servers->rrset.rdatas) {
            glue_names_.insert(Name(NameView::of_valid_wire(rdata)).lower_case());
        }
    }

    void check_size(const Name& owner, const PlacedRrset& placed) {
        if (wire_octets(placed.rrset) <= max_rrset_octets) return;
        error(placed.origin,
              fmt::format("the {} {} records of {} do not fit into a DNS message",
                          placed.rrset.rdatas.size(), to_text(placed.rrset.type), owner.to_text()),
              "remove some of them");
    }

    void check_occlusion(const Name& owner, const PlacedRrset& placed) {
        if (placed.origin.kind != Kind::extra) return;
        const auto way_out = zone_.find_way_out(owner);
        if (!way_out) return;
        const RrType type = placed.rrset.type;
        const auto above = zone_.find(*way_out);
        const bool is_cut = *way_out != zone_.apex() && find_rrset(above, RrType::ns) != nullptr;
        const bool is_at_cut = is_cut && *way_out == owner;
        if (is_at_cut && (type == RrType::ns || type == RrType::ds)) return;
        if (is_cut && holds_address(type) && glue_names_.contains(owner)) return;
        warning(placed.origin,
                fmt::format("{} {} is never answered: it lies {} the {} of {}", owner.to_text(),
                            to_text(type), is_at_cut ? "at" : "below", is_cut ? "NS" : "DNAME",
                            way_out->to_text()),
                is_cut ? "remove it, unless it is kept for glue or transfers"
                       : "remove it, unless it is kept for transfers");
    }

    /// RFC 1034 3.6.2, RFC 2181 10.1; RFC 6672 2.4.
    void check_beside(const Name& owner, std::span<const PlacedRrset> rrsets) {
        for (std::size_t i = 0; i < rrsets.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) check_pair(owner, rrsets[j], rrsets[i]);
            const RrType type = rrsets[i].rrset.type;
            const bool is_single = type == RrType::cname || type == RrType::dname;
            if (is_single && rrsets[i].rrset.rdatas.size() > 1) {
                error(rrsets[i].origin,
                      fmt::format("{} has several {} records", owner.to_text(), to_text(type)),
                      "keep one of them");
            }
        }
    }

    void check_pair(const Name& owner, const PlacedRrset& first, const PlacedRrset& second) {
        // What the operator wrote later, or wrote at all, is what is to be mended.
        const bool is_second = first.origin.place < second.origin.place;
        const PlacedRrset& placed = is_second ? second : first;
        const PlacedRrset& other = is_second ? first : second;
        const RrType type = placed.rrset.type;
        const RrType other_type = other.rrset.type;
        if (type == other_type) {
            error(placed.origin,
                  fmt::format("{} {} is also {}", owner.to_text(), to_text(type),
                              place_of(other.origin)),
                  "write it in one place");
        } else if (type == RrType::cname || other_type == RrType::cname) {
            error(placed.origin,
                  fmt::format("{} has a CNAME and other records: {}, and {} {}", owner.to_text(),
                              to_text(type), to_text(other_type), place_of(other.origin)),
                  "remove one of the two: a CNAME stands alone");
        } else if (is_ns_and_dname(type, other_type) && owner != zone_.apex()) {
            error(placed.origin,
                  fmt::format("{} has both NS and DNAME: {}, and {} {}", owner.to_text(),
                              to_text(type), to_text(other_type), place_of(other.origin)),
                  "remove one of the two: the DNAME belongs to the apex of the delegated zone");
        }
    }

    static bool is_ns_and_dname(RrType left, RrType right) {
        return (left == RrType::ns && right == RrType::dname) ||
               (left == RrType::dname && right == RrType::ns);
    }

    void check_servers(const Name& owner, const PlacedRrset& servers) {
        const bool is_apex = owner == zone_.apex();
        if (!is_apex) check_referral_size(owner, servers);
        // What an inner network's file says is checked there.
        if (!is_apex && servers.origin.kind == Kind::derived) return;
        for (std::size_t i = 0; i < servers.rrset.rdatas.size(); ++i) {
            const NameView server = NameView::of_valid_wire(servers.rrset.rdatas[i]);
            if (!server.is_at_or_below(zone_.apex()) || has_address(server)) continue;
            if (is_apex) {
                const Place written = model_.nameservers[i].place;
                diagnostics_.error(
                    model_.file, written.line == 0 ? model_.key.place : written,
                    fmt::format("the nameserver {} lies in this zone, and has no address here",
                                server.to_text()),
                    "write its A or AAAA record in `extra`, or name a server elsewhere");
            } else {
                warning(
                    servers.origin,
                    fmt::format("the nameserver {} of {} lies in this zone, and has no address "
                                "here",
                                server.to_text(), owner.to_text()),
                    "write `{name: ..., addresses: [...]}`, or its A or AAAA record in `extra`");
            }
        }
    }

    /// A referral has all glue below its cut with it (RFC 9471 3.1), over TCP too.
    void check_referral_size(const Name& owner, const PlacedRrset& servers) {
        std::size_t octets = wire_octets(servers.rrset);
        for (const Rdata& rdata : servers.rrset.rdatas) {
            const NameView server = NameView::of_valid_wire(rdata);
            if (!server.is_at_or_below(owner)) continue;
            for (const PlacedRrset& placed : zone_.find(server)) {
                if (holds_address(placed.rrset.type)) octets += wire_octets(placed.rrset);
            }
        }
        if (octets <= max_rrset_octets) return;
        error(servers.origin,
              fmt::format("the nameservers of {} and their addresses do not fit into a DNS message",
                          owner.to_text()),
              "remove some of them");
    }

    /// RFC 4592 4.2 gives it no meaning.
    void check_wildcard_cut(const Name& owner, const PlacedRrset& servers) {
        if (!owner.view().is_wildcard()) return;
        warning(servers.origin,
                fmt::format("{} has NS, which means something else to each nameserver",
                            owner.to_text()),
                "write the NS at the names that are delegated; BIND refuses such a zone");
    }

    [[nodiscard]] bool has_address(NameView server) const {
        const auto rrsets = zone_.find(server);
        return find_rrset(rrsets, RrType::a) != nullptr ||
               find_rrset(rrsets, RrType::aaaa) != nullptr;
    }

    /// Looks at the entries of `records` that something else in the zone may concern: of a million
    /// these are few.
    void check_records() {
        std::vector<AddressRange> concerned;
        std::vector<AddressRange> beside_wildcards;
        for (const auto& [owner, rrsets] : zone_.rrsets()) {
            if (std::ranges::any_of(rrsets, may_concern_records)) {
                if (const auto prefix = zone_.prefix_of(owner)) {
                    concerned.push_back(range_of(*prefix));
                }
            }
            if (owner.view().is_wildcard() && owner != zone_.apex() && names_addresses(rrsets)) {
                if (const auto prefix = zone_.prefix_of(owner.view().parent())) {
                    beside_wildcards.push_back(range_of(*prefix));
                }
            }
        }
        for (const AddressRange& range : merge(std::move(concerned))) {
            for (const RecordView record : zone_.records().within(range)) check_record(record);
        }
        for (const AddressRange& range : merge(std::move(beside_wildcards))) {
            for (const RecordView record : zone_.records().within(range)) {
                if (record.names.empty()) check_wildcard(record);
            }
        }
    }

    /// Whether it may be in the way of the records at its name, or at any below it.
    static bool may_concern_records(const PlacedRrset& placed) {
        return placed.rrset.type == RrType::ptr ||
               (leads_away(placed.rrset.type) && placed.origin.kind == Kind::extra);
    }

    static bool names_addresses(std::span<const PlacedRrset> rrsets) {
        return find_rrset(rrsets, RrType::ptr) != nullptr ||
               find_rrset(rrsets, RrType::cname) != nullptr;
    }

    [[nodiscard]] std::optional<Name> name_of(const RecordView& record) const {
        const auto name = address_name(zone_.apex(), *zone_.base(), record.address);
        return name ? std::optional(*name) : std::nullopt;
    }

    /// An entry of `records`: an extra PTR beside it, or a CNAME, NS or DNAME at or above it.
    void check_record(const RecordView& record) {
        const auto name = name_of(record);
        if (!name) return;
        if (const auto* const ptr = find_rrset(zone_.find(*name), RrType::ptr)) {
            error(RrsetOrigin{Kind::extra, model_.file, record.place},
                  fmt::format("{} also has a PTR in `extra`, {}", record.address.to_text(),
                              place_of(ptr->origin)),
                  "write it in one place");
        }
        if (record.names.empty()) return;  // there is no name that anything could shut out
        for (unsigned labels = zone_.apex().label_count(); labels <= name->view().label_count();
             ++labels) {
            const NameView above = name->view().suffix(labels);
            if (report_shut(record, above)) return;
        }
    }

    /// A wildcard beside a name that does not exist names it too, as it does in every nameserver.
    void check_wildcard(const RecordView& record) {
        const auto name = name_of(record);
        if (!name) return;
        const auto wildcard = Name(name->view().parent()).below("*");
        const auto below = zone_.rrsets().lower_bound(*name);
        const bool exists =
            below != zone_.rrsets().end() && below->first.view().is_at_or_below(*name);
        if (!wildcard || exists) return;
        const auto rrsets = zone_.find(*wildcard);
        for (const RrType type : {RrType::ptr, RrType::cname}) {
            const PlacedRrset* const found = find_rrset(rrsets, type);
            if (found == nullptr) continue;
            diagnostics_.warning(
                model_.file, record.place,
                fmt::format("{} has no name of its own, and gets that of {} {}",
                            record.address.to_text(), wildcard->to_text(), place_of(found->origin)),
                "remove the wildcard, or write ranges in its place");
        }
    }

    bool report_shut(const RecordView& record, NameView above) {
        const auto rrsets = zone_.find(above);
        for (const RrType type : {RrType::cname, RrType::ns, RrType::dname}) {
            const PlacedRrset* const found = find_rrset(rrsets, type);
            if (found == nullptr || found->origin.kind != Kind::extra) continue;
            diagnostics_.error(
                model_.file, record.place,
                fmt::format("{} has no name of its own: there is a {} at {} in line {}",
                            record.address.to_text(), to_text(type), above.to_text(),
                            found->origin.place.line),
                "remove one of the two");
            return true;
        }
        return false;
    }

    void error(const RrsetOrigin& origin, std::string message, std::string_view advice) {
        const Place place = origin.place.line == 0 ? model_.key.place : origin.place;
        diagnostics_.error(model_.file, place, std::move(message), std::string(advice));
    }

    void warning(const RrsetOrigin& origin, std::string message, std::string_view advice) {
        const Place place = origin.place.line == 0 ? model_.key.place : origin.place;
        diagnostics_.warning(model_.file, place, std::move(message), std::string(advice));
    }

    const ZoneBuilder& zone_;
    const NetworkModel& model_;
    Diagnostics& diagnostics_;
    std::set<Name, CanonicalLess> glue_names_;
};

}  // namespace

void check_content(const ZoneBuilder& zone, const NetworkModel& model, Diagnostics& diagnostics) {
    ContentCheck(zone, model, diagnostics).run();
}

}  // namespace arpad

// What a few networks come to, written out name by name, by the rules of docs/zone-files.md and by
// nothing of the server's: for random networks it must be what zone_walk visits, what look_up
// finds, what the responder answers and what explain tells, for every address, every name above
// one, and names below.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer/lookup.hpp"
#include "reverse/classless.hpp"
#include "support/built_networks.hpp"
#include "support/test_responder.hpp"
#include "zone/explanation.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using test::Built;
using test::Inventory;
using test::name;
using test::Network;
using test::prefix;

/// An RRset whose RDATA is kept as text: a name, or octets as they are.
struct PlainRrset {
    std::uint32_t ttl = 0;
    std::multiset<std::string> values;

    bool operator==(const PlainRrset&) const = default;
};

void PrintTo(const PlainRrset& rrset, std::ostream* out) {
    *out << rrset.ttl;
    for (const std::string& value : rrset.values) *out << " " << value;
}

using PlainNode = std::map<RrType, PlainRrset>;

std::string value_of(RrType type, std::span<const std::uint8_t> rdata) {
    if (is_one_name(type)) return test::name_text(rdata);
    return fmt::format("{:02x}", fmt::join(rdata, ""));
}

/// All that one zone holds but its SOA and NS.
struct PlainZone {
    Name apex;
    std::map<Name, PlainNode, CanonicalLess> nodes;

    [[nodiscard]] const PlainRrset* find(NameView owner, RrType type) const {
        const auto node = nodes.find(owner);
        if (node == nodes.end()) return nullptr;
        const auto found = node->second.find(type);
        return found == node->second.end() ? nullptr : &found->second;
    }
    [[nodiscard]] bool exists(NameView owner) const {
        if (owner == apex.view()) return true;
        const auto found = nodes.lower_bound(owner);
        return found != nodes.end() && found->first.view().is_at_or_below(owner);
    }
    void add(const Name& owner, RrType type, std::uint32_t ttl, std::string value) {
        PlainRrset& rrset = nodes[owner.lower_case()][type];
        rrset.ttl = ttl;
        rrset.values.insert(std::move(value));
    }
};

std::vector<std::string> lines_of(const PlainZone& zone) {
    std::vector<std::string> lines;
    for (const auto& [owner, node] : zone.nodes) {
        for (const auto& [type, rrset] : node) {
            lines.push_back(fmt::format("{} {} {}", owner.to_text(), to_text(type),
                                        testing::PrintToString(rrset)));
        }
    }
    return lines;
}

/// What is found at a name.
struct PlainLookup {
    Lookup::Kind kind = Lookup::Kind::name_absent;
    Name owner;
    RrType type = RrType::ptr;
    const PlainRrset* rrset = nullptr;
};

bool is_cut(const PlainZone& zone, NameView owner) {
    return owner != zone.apex.view() && zone.find(owner, RrType::ns) != nullptr;
}

PlainLookup choose(const PlainZone& zone, const Name& asked, NameView at, RrType type) {
    using Kind = Lookup::Kind;
    if (at == zone.apex.view()) return {Kind::no_data, asked, type, nullptr};
    if (!zone.nodes.contains(at)) return {Kind::empty_non_terminal, asked, type, nullptr};
    if (const auto* rrset = zone.find(at, type)) return {Kind::answer, asked, type, rrset};
    if (const auto* rrset = zone.find(at, RrType::cname)) {
        return {Kind::alias, asked, RrType::cname, rrset};
    }
    return {Kind::no_data, asked, type, nullptr};
}

/// RFC 1034 4.3.2 with RFC 4592 and RFC 6672, step by step. `type` is neither DS nor of the apex.
PlainLookup find(const PlainZone& zone, const Name& asked, RrType type) {
    const unsigned all = asked.view().label_count();
    for (unsigned labels = zone.apex.view().label_count(); labels <= all; ++labels) {
        const Name above{asked.view().suffix(labels)};
        if (is_cut(zone, above)) {
            return {Lookup::Kind::referral, above, RrType::ns, zone.find(above, RrType::ns)};
        }
        const auto* const dname = zone.find(above, RrType::dname);
        if (dname != nullptr && labels < all) {
            return {Lookup::Kind::redirection, above, RrType::dname, dname};
        }
    }
    if (const auto* ptr = zone.find(asked, type); ptr != nullptr) {
        return {Lookup::Kind::answer, asked, type, ptr};
    }
    if (zone.exists(asked)) return choose(zone, asked, asked, type);
    NameView encloser = asked;
    while (!zone.exists(encloser)) encloser = encloser.parent();
    const Name wildcard = *Name(encloser).below("*");
    if (!zone.exists(wildcard)) return {Lookup::Kind::name_absent, asked, type, nullptr};
    return choose(zone, asked, wildcard, type);
}

/// Where random things are put, and which names are asked for.
struct Arena {
    std::string_view around;    ///< The outermost network.
    std::string_view core;      ///< Where everything else is.
    std::string_view universe;  ///< Which addresses are asked for.
};

void PrintTo(const Arena& arena, std::ostream* out) {
    *out << arena.around;
}

/// Random networks and inventory.
class Scene {
public:
    Scene(const Arena& arena, std::mt19937_64& random)
        : core_(prefix(arena.core)), random_(random) {
        std::set<Prefix> prefixes{prefix(arena.around)};
        for (std::uint64_t i = pick(4); i > 0; --i) prefixes.insert(some_prefix(core_));
        std::uint32_t ttl = 1000;
        for (const Prefix& each : prefixes) {
            Network network(each.to_text());
            network.ttl(ttl++);
            network.model().nameservers = {{name(fmt::format("ns{}.example.", ttl)), {}}};
            networks_.push_back(std::move(network));
        }
        for (std::uint64_t i = pick(4); i > 0; --i) add_server();
    }

    /// Fills the networks. Zones are known by then.
    void fill(const Layout& layout) {
        for (std::size_t i = 0; i < networks_.size(); ++i) {
            Network& network = networks_[i];
            for (std::uint64_t count = pick(5); count > 0; --count) add_range(network);
            if (chance(2)) add_delegation(network);
            for (std::uint64_t count = pick(5); count > 0; --count) add_extra(network, i, layout);
            for (std::uint64_t count = pick(4); count > 0; --count) add_record(network);
        }
        std::ranges::shuffle(networks_, random_);
    }

    [[nodiscard]] const std::vector<Network>& networks() const { return networks_; }
    [[nodiscard]] const Inventory& inventory() const { return inventory_; }

private:
    [[nodiscard]] std::uint64_t pick(std::uint64_t below) { return random_() % below; }
    [[nodiscard]] bool chance(std::uint64_t in) { return pick(in) == 0; }

    [[nodiscard]] Prefix some_prefix(const Prefix& around) {
        const unsigned bits = around.first().bits();
        const auto length =
            around.length() + static_cast<unsigned>(pick(bits - around.length() + 1));
        return {test::random_address(around, random_), length};
    }

    /// The part of a network in which things are put.
    [[nodiscard]] Prefix core_of(const Network& network) const {
        const Prefix own = *network.model().key.network;
        return own.contains(core_) ? core_ : own;
    }

    /// Addresses near each other are likelier to meet.
    [[nodiscard]] Address some_address(const Network& network) {
        const Prefix own = core_of(network);
        const Prefix near(own.first(), std::max(own.length(), own.first().bits() - 4));
        return test::random_address(chance(2) ? near : own, random_);
    }

    void add_server() {
        const Address at = test::random_address(core_, random_);
        if (!servers_.insert(at).second) return;
        inventory_.server(fmt::format("server{}.example.", servers_.size()), {at.to_text()});
    }

    void add_range(Network& network) {
        Prefix part = some_prefix(core_of(network));
        for (const RangeModel& other : network.model().ranges) {
            if (other.range == range_of(part)) return;
        }
        if (chance(4)) {
            network.hole(part.to_text());
            return;
        }
        const std::size_t number = network.model().ranges.size();
        const bool is_ipv4 = part.family() == Family::ipv4;
        network.range(
            part.to_text(), fmt::format("r{}-{}.example.", number, is_ipv4 ? "{ip}" : "{hex}"),
            chance(2) ? std::optional(Ttl{static_cast<std::uint32_t>(number)}) : std::nullopt);
    }

    void add_delegation(Network& network) {
        const Prefix part = some_prefix(core_of(network));
        network.delegation(part.to_text(), {"given.example."}, [&](DelegationModel& entry) {
            if (chance(2)) entry.ttl = Ttl{7};
            const bool is_child = part.family() == Family::ipv4 && part.length() > 24;
            if (is_child && chance(2)) entry.style = ClasslessStyle::dash;
        });
    }

    void add_record(Network& network) {
        const Address at = some_address(network);
        for (const RecordView other : network.model().records) {
            if (other.address == at) return;
        }
        for (const DelegationModel& other : network.model().delegations) {
            if (other.prefix.contains(at)) return;
        }
        if (chance(4)) {
            network.ptr(at, {});
        } else {
            network.ptr(at, {"record.example.", "second.example."},
                        chance(2) ? std::optional(Ttl{11}) : std::nullopt);
        }
    }

    void add_extra(Network& network, std::size_t number, const Layout& layout) {
        const Address at = some_address(network);
        const PlannedZone* const zone = layout.zone_of(number, at);
        if (zone == nullptr) return;
        const unsigned step = label_bits(at.family());
        unsigned length = at.bits();
        while (chance(3) && length >= zone->base->length() + step) length -= step;
        Name owner = *prefix_name(zone->apex, *zone->base, Prefix(at, length));
        if (chance(4)) owner = *owner.below(chance(2) ? "*" : "x");
        constexpr std::array<RrType, 7> types{RrType::txt,   RrType::txt, RrType::ptr,  RrType::ptr,
                                              RrType::cname, RrType::ns,  RrType::dname};
        const RrType type = types.at(pick(types.size()));
        ExtraModel record{owner, type, std::nullopt, {1, 'x'}, {70, 3}};
        if (type != RrType::txt) record.rdata = name_rdata(some_target());
        if (chance(2)) record.ttl = Ttl{13};
        network.model().extra.push_back(std::move(record));
    }

    /// Chains into our own zones are what makes it interesting.
    [[nodiscard]] Name some_target() {
        if (chance(2)) return name("target.example.");
        return arpa_name(test::random_address(core_, random_));
    }

    Prefix core_;
    std::mt19937_64& random_;
    std::vector<Network> networks_;
    Inventory inventory_;
    std::set<Address> servers_;
};

/// Works out by itself what all zones hold.
class PlainExpansion {
public:
    PlainExpansion(const Built& built, const InventoryModel& inventory, const Prefix& universe)
        : entries_(built.world().entries()), layout_(built.world().layout()) {
        for (const auto& [apex, planned] : layout_.zones()) zones_[apex].apex = apex;
        for (std::size_t i = 0; i < entries_.size(); ++i) add_written(i);
        const auto written = zones_;
        for (const auto& [apex, planned] : layout_.zones()) delegate(planned, written);
        const auto cut = zones_;
        for (std::size_t i = 0; i < entries_.size(); ++i) alias(i, cut);
        for (Uint128 at = universe.first().value(); at <= universe.last().value(); ++at) {
            name_address(Address(universe.family(), at), inventory);
        }
    }

    using Zones = std::map<Name, PlainZone, CanonicalLess>;
    [[nodiscard]] const Zones& zones() const { return zones_; }

    /// The zone with the longest apex at or above `asked`; null if there is none.
    [[nodiscard]] const PlainZone* zone_at(NameView asked) const {
        for (unsigned labels = asked.label_count();; --labels) {
            const auto found = zones_.find(asked.suffix(labels));
            if (found != zones_.end()) return &found->second;
            if (labels == 0) return nullptr;
        }
    }

private:
    [[nodiscard]] const Prefix& network(std::size_t i) const { return *entries_[i].key.network; }

    /// The smallest network that contains all of `part` and is not number `but`.
    [[nodiscard]] std::optional<std::size_t> smallest(const Prefix& part, std::size_t but) const {
        std::optional<std::size_t> found;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (i == but || !network(i).contains(part)) continue;
            if (!found || network(*found).contains(network(i))) found = i;
        }
        return found;
    }

    /// The zone that network number `i` has `at` in.
    [[nodiscard]] const PlannedZone* planned_for(std::size_t i, Address at) const {
        for (const PlannedZone& planned : layout_.zones_of(i)) {
            if (planned.covered->contains(at)) return &planned;
        }
        return nullptr;
    }

    /// The zone of network number `i` that `owner` lies in, whatever inner networks have there.
    [[nodiscard]] PlainZone& own_zone_above(std::size_t i, NameView owner) {
        const PlannedZone* found = nullptr;
        for (const PlannedZone& planned : layout_.zones_of(i)) {
            if (owner.is_at_or_below(planned.apex)) found = &planned;
        }
        return zones_.at(found->apex);
    }

    void add_written(std::size_t i) {
        const NetworkModel& model = *entries_[i].model;
        for (const ExtraModel& record : model.extra) {
            own_zone_above(i, record.owner)
                .add(record.owner, record.type, record.ttl.value_or(model.ttl).seconds,
                     value_of(record.type, record.rdata));
        }
        for (const DelegationModel& delegation : model.delegations) {
            const std::uint32_t ttl = delegation.ttl.value_or(model.ttl).seconds;
            const Prefix& part = delegation.prefix;
            const bool is_child = part.family() == Family::ipv4 && part.length() > 24 &&
                                  (part.length() < 32 || delegation.style);
            if (is_child) {
                add_child(i, delegation, ttl);
                continue;
            }
            for (const Prefix& piece : split_at_labels(part)) {
                const PlannedZone& planned = *planned_for(i, piece.first());
                const Name owner = *prefix_name(planned.apex, *planned.base, piece);
                for (const auto& server : delegation.nameservers) {
                    zones_.at(planned.apex).add(owner, RrType::ns, ttl, server.name.to_text());
                }
            }
        }
    }

    void add_child(std::size_t i, const DelegationModel& delegation, std::uint32_t ttl) {
        const Prefix& part = delegation.prefix;
        const PlannedZone& planned = *planned_for(i, part.first());
        PlainZone& zone = zones_.at(planned.apex);
        const Name last_octets_of =
            *prefix_name(planned.apex, *planned.base, Prefix(part.first(), 24));
        const Name child = *last_octets_of.below(
            classless_label(part, delegation.style.value_or(ClasslessStyle::slash)));
        for (const auto& server : delegation.nameservers) {
            zone.add(child, RrType::ns, ttl, server.name.to_text());
        }
        for (Uint128 at = part.first().value(); at <= part.last().value(); ++at) {
            const auto octet = std::to_string(static_cast<unsigned>(at & 255U));
            zone.add(*last_octets_of.below(octet), RrType::cname, ttl,
                     child.below(octet)->to_text());
        }
    }

    /// Whether a cut at or above `owner`, or a DNAME above it, is in `zone`.
    static bool leads_out(const PlainZone& zone, NameView owner) {
        for (unsigned labels = zone.apex.view().label_count(); labels <= owner.label_count();
             ++labels) {
            const NameView above = owner.suffix(labels);
            if (is_cut(zone, above)) return true;
            if (above != owner && zone.find(above, RrType::dname) != nullptr) return true;
        }
        return false;
    }

    void delegate(const PlannedZone& planned, const Zones& written) {
        if (planned.apex == Name()) return;
        const PlainZone* const parent = zone_at(planned.apex.view().parent());
        if (parent == nullptr || leads_out(written.at(parent->apex), planned.apex)) return;
        const NetworkModel& model = *entries_[planned.network].model;
        for (const NameserverModel& server : model.nameservers) {
            zones_.at(parent->apex)
                .add(planned.apex, RrType::ns, model.ttl.seconds, server.name.to_text());
        }
    }

    /// An IPv4 network longer than /24 is reached by CNAMEs in the zone of the one around it.
    void alias(std::size_t i, const Zones& cut) {
        const Prefix& own = network(i);
        const auto outer = smallest(own, i);
        if (own.family() != Family::ipv4 || own.length() <= 24 || !outer) return;
        if (own.length() == 32) return;  // without a style it is at the address's own name
        const PlannedZone& to = layout_.zones_of(i).front();
        const PlannedZone& from = *planned_for(*outer, own.first());
        for (Uint128 at = own.first().value(); at <= own.last().value(); ++at) {
            const Address address(Family::ipv4, at);
            const Name owner = *address_name(from.apex, *from.base, address);
            if (zone_at(owner)->apex != from.apex) continue;
            const PlainZone& before = cut.at(from.apex);
            if (leads_out(before, owner) || before.find(owner, RrType::cname) != nullptr) continue;
            zones_.at(from.apex).add(owner, RrType::cname, entries_[*outer].model->ttl.seconds,
                                     address_name(to.apex, *to.base, address)->to_text());
        }
    }

    void name_address(Address at, const InventoryModel& inventory) {
        const auto i = smallest(Prefix(at, at.bits()), entries_.size());
        if (!i) return;
        const NetworkModel& model = *entries_[*i].model;
        const PlannedZone& planned = *planned_for(*i, at);
        PlainZone& zone = zones_.at(planned.apex);
        const Name owner = *address_name(planned.apex, *planned.base, at);
        for (const RecordView record : model.records) {
            if (record.address != at) continue;
            for (const NameView target : record.names) {
                zone.add(owner, RrType::ptr, record.ttl.value_or(model.ttl).seconds,
                         target.to_text());
            }
            return;
        }
        if (is_shut(zone, owner) || zone.find(owner, RrType::ptr) != nullptr) return;
        const RangeModel* range = nullptr;
        for (const RangeModel& each : model.ranges) {
            const bool is_in = each.range.first <= at && at <= each.range.last;
            if (!is_in) continue;
            const bool is_smaller = range == nullptr || (range->range.first <= each.range.first &&
                                                         each.range.last <= range->range.last);
            if (is_smaller) range = &each;
        }
        if (range != nullptr && !range->names) return;
        for (const ServerModel& server : inventory.servers) {
            for (const PrimaryModel& primary : server.primaries) {
                if (primary.address != at) continue;
                zone.add(owner, RrType::ptr, model.ttl.seconds, server.host_name.to_text());
                return;
            }
        }
        if (range == nullptr) return;
        zone.add(owner, RrType::ptr, range->ttl.value_or(model.ttl).seconds, render(*range, at));
    }

    static bool is_shut(const PlainZone& zone, NameView owner) {
        for (NameView above = owner;; above = above.parent()) {
            if (zone.find(above, RrType::dname) != nullptr) return true;
            if (above == zone.apex.view()) return false;
            if (zone.find(above, RrType::cname) != nullptr) return true;
            if (zone.find(above, RrType::ns) != nullptr) return true;
        }
    }

    static std::string render(const RangeModel& range, Address at) {
        std::string text = range.written;
        const auto begin = text.find('{');
        const auto length = text.find('}') + 1 - begin;
        std::string made;
        if (at.family() == Family::ipv4) {
            made = at.to_text();
            std::ranges::replace(made, '.', '-');
        } else {
            made = fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(at.value() >> 64U),
                               static_cast<std::uint64_t>(at.value()));
        }
        return text.replace(begin, length, made);
    }

    std::span<const NetworkEntry> entries_;
    const Layout& layout_;
    Zones zones_;
};

/// What zone_walk visits, without SOA and NS of the apex.
PlainZone walked(const Zone& zone) {
    PlainZone plain;
    plain.apex = Name(zone.apex());
    walk(zone, RangeWalk::expand, [&](NameView owner, RrsetView rrset) {
        const bool is_given = rrset.type() == RrType::soa || rrset.type() == RrType::ns;
        if (owner == zone.apex() && is_given) return;
        for (const auto rdata : rrset) {
            plain.add(Name(owner), rrset.type(), rrset.ttl().seconds,
                      value_of(rrset.type(), rdata));
        }
    });
    return plain;
}

/// Compares what `zone` says of `asked` with what `plain` says.
void expect_same_lookup(const Zone& zone, const PlainZone& plain, const Name& asked, RrType type) {
    MadeRrset space;
    const Lookup found = look_up(zone, test::buffer(asked), type, space);
    const PlainLookup expected = find(plain, asked, type);
    ASSERT_EQ(found.kind, expected.kind) << asked.to_text() << " " << to_text(type);
    if (expected.rrset == nullptr) {
        ASSERT_FALSE(found.rrset) << asked.to_text();
        return;
    }
    ASSERT_EQ(found.rrset->type(), expected.type) << asked.to_text();
    ASSERT_EQ(found.owner_labels, expected.owner.view().label_count()) << asked.to_text();
    PlainRrset rrset{found.rrset->ttl().seconds, {}};
    for (const auto rdata : *found.rrset) rrset.values.insert(value_of(expected.type, rdata));
    ASSERT_EQ(rrset, *expected.rrset) << asked.to_text();
}

/// The answer section and the rcode that `asked` PTR comes to.
struct PlainAnswer {
    std::multiset<std::string> records;
    Rcode rcode = Rcode::no_error;
};

PlainAnswer answer_of(const PlainExpansion& expansion, Name asked) {
    PlainAnswer answer;
    std::set<std::string> seen;
    for (int link = 0; link < 9 && seen.insert(asked.lower_case().to_text()).second; ++link) {
        const PlainZone* const zone = expansion.zone_at(asked);
        if (zone == nullptr) return answer;
        const PlainLookup found = find(*zone, asked, RrType::ptr);
        answer.rcode = found.kind == Lookup::Kind::name_absent ? Rcode::nx_domain : Rcode::no_error;
        const auto put = [&](const Name& owner, RrType type, const std::string& value) {
            const auto line = fmt::format("{} {} IN {} {}", owner.to_text(), found.rrset->ttl,
                                          to_text(type), value);
            const bool is_sent_once = type == RrType::dname && answer.records.contains(line);
            if (!is_sent_once) answer.records.insert(line);
        };
        if (found.kind == Lookup::Kind::answer) {
            for (const auto& value : found.rrset->values) put(asked, RrType::ptr, value);
            return answer;
        }
        if (found.kind == Lookup::Kind::alias) {
            const std::string target = *found.rrset->values.begin();
            put(asked, RrType::cname, target);
            asked = name(target);
        } else if (found.kind == Lookup::Kind::redirection) {
            const std::string target = *found.rrset->values.begin();
            put(found.owner, RrType::dname, target);
            const std::string whole = asked.to_text();
            const std::string kept = whole.substr(0, whole.size() - found.owner.to_text().size());
            put(asked, RrType::cname, kept + target);
            asked = name(kept + target);
        } else {
            return answer;
        }
    }
    return answer;
}

/// Every address of `universe` and what is above it, and something below and beside.
std::set<Name, CanonicalLess> names_to_ask(const Built& built, const Prefix& universe) {
    std::set<Name, CanonicalLess> asked;
    const auto add_path = [&](Name owner, NameView apex) {
        asked.insert(*owner.below("x"));
        asked.insert(*owner.below("*"));
        for (; owner != apex; owner = Name(owner.view().parent())) asked.insert(owner);
    };
    for (const auto& [apex, planned] : built.world().layout().zones()) {
        for (Uint128 value = universe.first().value(); value <= universe.last().value(); ++value) {
            const Address at(universe.family(), value);
            if (!planned.base->contains(at)) continue;
            add_path(*address_name(apex, *planned.base, at), apex);
        }
    }
    return asked;
}

/// Compares what is told about `asked` with what is found there.
void expect_same_explanation(const Built& built, const PlainZone& plain, const Name& asked) {
    const PlainLookup expected = find(plain, asked, RrType::ptr);
    const Explanation told = explain(built.world().input(), asked);
    ASSERT_EQ(told.zone, plain.apex) << asked.to_text();
    std::multiset<std::string> ptrs;
    std::set<RrType> heard;
    for (const NameFinding& finding : told.findings) {
        if (!finding.is_effective || finding.records == 0) continue;
        heard.insert(finding.type);
        if (finding.type != RrType::ptr) continue;
        for (const Name& target : finding.names) ptrs.insert(target.to_text());
    }
    using Kind = Lookup::Kind;
    const bool is_answer = expected.kind == Kind::answer;
    ASSERT_EQ(ptrs, is_answer ? expected.rrset->values : std::multiset<std::string>())
        << asked.to_text();
    ASSERT_EQ(told.leads_to.has_value(), expected.kind == Kind::alias) << asked.to_text();
    if (told.leads_to) {
        ASSERT_EQ(told.leads_to->to_text(), *expected.rrset->values.begin());
    }
    if (expected.kind == Kind::referral) {
        ASSERT_TRUE(heard.contains(RrType::ns)) << asked.to_text();
    }
    if (expected.kind == Kind::redirection) {
        ASSERT_TRUE(heard.contains(RrType::dname)) << asked.to_text();
    }
}

void compare(const Built& built, const Inventory& inventory, const Prefix& universe) {
    const PlainExpansion expansion(built, inventory.model(), universe);
    for (const auto& [apex, plain] : expansion.zones()) {
        const Zone& zone = built.zone(apex.to_text());
        ASSERT_EQ(lines_of(walked(zone)), lines_of(plain)) << apex.to_text();
    }
    const auto zones = built.snapshot().zones();
    TestResponder responder({zones.begin(), zones.end()});
    std::size_t number = 0;
    for (const Name& asked : names_to_ask(built, universe)) {
        const PlainZone& plain = *expansion.zone_at(asked);
        constexpr std::size_t some = 61;  // it puts all networks together each time
        if (number++ % some == 0) {
            expect_same_explanation(built, plain, asked);
            if (testing::Test::HasFatalFailure()) return;
        }
        for (const RrType type : {RrType::ptr, RrType::txt}) {
            expect_same_lookup(built.zone(plain.apex.to_text()), plain, asked, type);
            if (testing::Test::HasFatalFailure()) return;
        }
        const PlainAnswer expected = answer_of(expansion, asked);
        const ReplyText reply =
            responder.reply_to(ask(asked.to_text(), RrType::ptr), Transport::tcp);
        ASSERT_EQ(std::multiset<std::string>(reply.answer.begin(), reply.answer.end()),
                  expected.records)
            << asked.to_text();
        ASSERT_THAT(reply, has_rcode(expected.rcode)) << asked.to_text();
    }
}

class Expansion : public testing::TestWithParam<Arena> {};

TEST_P(Expansion, IsWhatIsWalkedFoundAnsweredAndExplained) {
    std::mt19937_64 random(4592);
    constexpr int wanted = 20;
    int compared = 0;
    for (int round = 0; compared < wanted; ++round) {
        SCOPED_TRACE(round);
        ASSERT_LT(round, 20 * wanted) << "most rounds have something to compare";
        Scene scene(GetParam(), random);
        const test::World shapes(scene.networks());
        ASSERT_TRUE(shapes.diagnostics().is_empty()) << shapes.diagnostics().to_text();
        scene.fill(shapes.layout());
        // Some contradict themselves; that is other tests' subject.
        const Built built(scene.networks(), scene.inventory());
        if (built.diagnostics().error_count() > 0) continue;
        compare(built, scene.inventory(), prefix(GetParam().universe));
        if (HasFatalFailure()) return;
        ++compared;
    }
}

INSTANTIATE_TEST_SUITE_P(
    OfRandomNetworks, Expansion,
    testing::Values(Arena{"192.0.2.0/24", "192.0.2.0/24", "192.0.2.0/24"},
                    Arena{"192.0.2.0/25", "192.0.2.0/25", "192.0.2.0/25"},
                    Arena{"192.0.0.0/16", "192.0.2.0/24", "192.0.2.0/23"},
                    Arena{"192.0.0.0/15", "192.0.255.224/27", "192.0.255.0/24"},
                    Arena{"2001:db8::/120", "2001:db8::/120", "2001:db8::/120"},
                    Arena{"2001:db8::/48", "2001:db8::/121", "2001:db8::/120"}));

}  // namespace
}  // namespace arpad

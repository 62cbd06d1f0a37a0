/// \file  Short ways to write names, addresses, networks and zones in tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "dns/name.hpp"
#include "reverse/arpa_name.hpp"
#include "reverse/prefix.hpp"
#include "support/record_text.hpp"
#include "support/zone_maker.hpp"
#include "zone/assembly.hpp"
#include "zone/inventory.hpp"
#include "zone/layout.hpp"
#include "zone/model.hpp"
#include "zone/serials.hpp"
#include "zone/zone.hpp"

namespace arpad::test {

/// The name that `text` must be.
inline Name name(std::string_view text) {
    return *Name::from_text(text);
}

/// The address that `text` must be.
inline Address address(std::string_view text) {
    return *Address::from_text(text);
}

/// The prefix that `text` must be.
inline Prefix prefix(std::string_view text) {
    return *Prefix::from_text(text);
}

/// `view` as the query path has it.
inline NameBuffer buffer(NameView view) {
    NameBuffer made;
    made.assign(view);
    return made;
}

/// The name whose uncompressed octets are `wire`.
inline std::string name_text(std::span<const std::uint8_t> wire) {
    return NameView::of_valid_wire(wire).to_text();
}

/// An address somewhere in `around`.
inline Address random_address(const Prefix& around, std::mt19937_64& random) {
    const Uint128 bits = Uint128{random()} << 64 | random();
    const Uint128 mask = low_bits_mask(around.first().bits() - around.length());
    return {around.family(), around.first().value() | (bits & mask)};
}

/// `records` as values of their own.
inline std::vector<RecordModel> owned_records(const RecordModels& records) {
    std::vector<RecordModel> owned;
    for (const RecordView view : records) {
        owned.push_back({view.address, {}, view.ttl, view.locked, view.place});
        for (const NameView target : view.names) owned.back().names.emplace_back(target);
    }
    return owned;
}

/// One zone file, written step by step. Lines are counted from 10 for records, 30 for ranges, 50
/// for delegations (their nameservers have the same places, moved in), 70 for `extra`.
class Network {
public:
    explicit Network(std::string_view network) : Network() {
        model_.key.network = prefix(network);
        model_.file = "zones/" + std::string(network) + ".yaml";
    }

    /// A file with nothing but `zone`, which reads as no prefix.
    static Network of_zone(std::string_view zone) {
        Network network;
        network.model_.key.zone = name(zone);
        network.model_.file = "zones/" + std::string(zone) + "yaml";
        return network;
    }

    Network& file(std::string file) {
        model_.file = std::move(file);
        return *this;
    }
    Network& zone(std::string_view zone) {
        model_.key.zone = name(zone);
        return *this;
    }
    Network& style(ClasslessStyle style) {
        model_.key.style = style;
        return *this;
    }
    Network& ptr(std::string_view at, std::vector<std::string_view> targets,
                 std::optional<Ttl> ttl = std::nullopt) {
        return ptr(address(at), targets, ttl);
    }
    Network& ptr(Address at, const std::vector<std::string_view>& targets,
                 std::optional<Ttl> ttl = std::nullopt) {
        RecordModel record;
        record.address = at;
        for (const std::string_view target : targets) record.names.push_back(name(target));
        record.ttl = ttl;
        record.place = {static_cast<std::uint32_t>(10 + model_.records.size()), 3};
        model_.records.add(record);
        model_.records.sort();
        return *this;
    }
    Network& ttl(std::uint32_t seconds) {
        model_.ttl = {seconds};
        return *this;
    }
    /// Names for a prefix or FIRST-LAST.
    Network& range(std::string_view addresses, std::string_view names,
                   std::optional<Ttl> ttl = std::nullopt) {
        const AddressRange range = range_from_text(addresses);
        return add({range, *NameTemplate::make(names, range), std::string(names), ttl, {}});
    }
    /// The same with `~`.
    Network& hole(std::string_view addresses) {
        return add({range_from_text(addresses), std::nullopt, {}, std::nullopt, {}});
    }
    /// `change` may write more into the entry.
    Network& delegation(std::string_view given_away, const std::vector<std::string_view>& servers,
                        const std::function<void(DelegationModel&)>& change = nullptr) {
        DelegationModel entry;
        entry.prefix = prefix(given_away);
        entry.place = {static_cast<std::uint32_t>(50 + model_.delegations.size()), 3};
        for (const std::string_view server : servers) {
            entry.nameservers.push_back({name(server), {}, {entry.place.line, 20}});
        }
        if (change) change(entry);
        model_.delegations.push_back(std::move(entry));
        std::ranges::sort(model_.delegations, {}, &DelegationModel::prefix);
        return *this;
    }
    /// Changes number `index` of the entries of `records`.
    Network& edit(std::size_t index, const std::function<void(RecordModel&)>& change) {
        std::vector<RecordModel> records = owned_records(model_.records);
        change(records.at(index));
        model_.records = {};
        for (const RecordModel& record : records) model_.records.add(record);
        model_.records.sort();
        model_.records.sort();
        return *this;
    }
    /// A line of `extra`. Names are relative to the root, or to `zone` if it is written.
    Network& extra(std::string_view line, std::string_view zone = ".") {
        RecordText read = read_record(line, name(zone), Ttl{no_ttl});
        std::optional<Ttl> ttl = read.ttl;
        if (ttl->seconds == no_ttl) ttl.reset();
        const auto number = static_cast<std::uint32_t>(70 + model_.extra.size());
        model_.extra.push_back(
            {std::move(read.owner), read.type, ttl, std::move(read.rdata), {number, 3}});
        return *this;
    }
    Network& broken() {
        is_broken_ = true;
        return *this;
    }

    NetworkModel& model() { return model_; }
    [[nodiscard]] const NetworkModel& model() const { return model_; }
    [[nodiscard]] NetworkEntry entry() const {
        return {model_.file, model_.key, is_broken_ ? nullptr : &model_};
    }

private:
    static constexpr std::uint32_t no_ttl = 123'456'789;  // nobody writes this one

    Network& add(RangeModel range) {
        range.place = {static_cast<std::uint32_t>(30 + model_.ranges.size()), 3};
        model_.ranges.push_back(std::move(range));
        std::ranges::sort(model_.ranges, [](const RangeModel& left, const RangeModel& right) {
            if (left.range.first != right.range.first) return left.range.first < right.range.first;
            return right.range.last < left.range.last;
        });
        return *this;
    }

    Network() {
        model_.key.place = {1, 1};
        model_.nameservers = {{name("ns1.example.net."), {}}, {name("ns2.example.net."), {}}};
        model_.soa.primary = name("ns1.example.net.");
        model_.soa.contact = name("hostmaster.example.net.");
    }

    NetworkModel model_;
    bool is_broken_ = false;
};

/// An inventory, written step by step. Lines of servers are counted from 10.
class Inventory {
public:
    Inventory() { model_.file = "inventory.yaml"; }

    /// A server whose addresses, each of which is a primary one, have `host_name`.
    Inventory& server(std::string_view host_name, const std::vector<std::string_view>& addresses) {
        ServerModel server;
        server.host_name = name(host_name);
        server.name = server.host_name.to_text();
        server.name.resize(server.name.find('.'));
        server.product = "product";
        server.place = {static_cast<std::uint32_t>(10 + model_.servers.size()), 3};
        std::uint32_t column = 5;
        for (const std::string_view text : addresses) {
            const Address at = address(text);
            const Place place{server.place.line, column++};
            server.allocations.push_back({Prefix(at, at.bits()), place});
            server.primaries.push_back({at, place});
        }
        model_.servers.push_back(std::move(server));
        return *this;
    }

    InventoryModel& model() { return model_; }
    [[nodiscard]] const InventoryModel& model() const { return model_; }

private:
    InventoryModel model_;
};

/// Networks with their layout. Stays where it was made, since the layout refers to it.
class World {
public:
    explicit World(std::vector<Network> networks, std::optional<Inventory> inventory = std::nullopt)
        : networks_(std::move(networks)), inventory_(std::move(inventory)) {
        for (const Network& network : networks_) entries_.push_back(network.entry());
        layout_.emplace(entries_, diagnostics_);
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] const Layout& layout() const { return *layout_; }
    [[nodiscard]] std::span<const NetworkEntry> entries() const { return entries_; }
    [[nodiscard]] BuildInput input() const {
        return {entries_, *layout_, inventory_ ? &inventory_->model() : nullptr};
    }
    [[nodiscard]] const Diagnostics& diagnostics() const { return diagnostics_; }

    /// Apexes of all zones, in canonical order.
    [[nodiscard]] std::vector<std::string> apexes() const {
        std::vector<std::string> texts;
        for (const auto& [apex, zone] : layout_->zones()) texts.push_back(apex.to_text());
        return texts;
    }

    /// Apexes of the zones of network number `network`, in canonical order.
    [[nodiscard]] std::vector<std::string> apexes_of(std::size_t network) const {
        std::vector<std::string> texts;
        for (const auto& [apex, zone] : layout_->zones()) {
            if (zone.network == network) texts.push_back(apex.to_text());
        }
        return texts;
    }

private:
    std::vector<Network> networks_;
    std::optional<Inventory> inventory_;
    std::vector<NetworkEntry> entries_;
    Diagnostics diagnostics_;
    std::optional<Layout> layout_;
};

/// Gives every zone the serial that it is told, and keeps what it was asked.
class SerialScript final : public SerialSource {
public:
    explicit SerialScript(SerialDecision decision = {.serial = {1}}) : decision_(decision) {}

    SerialDecision serial_for(const Name& apex, const SerialModel&,
                              const Digest& content) override {
        contents_[apex.to_text()] = content;
        return decision_;
    }

    /// The content of the zone at `apex` when its serial was asked for.
    [[nodiscard]] Digest content_of(const std::string& apex) const { return contents_.at(apex); }

private:
    SerialDecision decision_;
    std::map<std::string, Digest> contents_;
};

/// What is at a name; of a lone PTR a node is made.
class FoundNode : public NodeView {
public:
    explicit FoundNode(const NameData& data) : NodeView(data.node) {
        if (!data.lone_ptr) return;
        space_ = std::make_shared<MadeRrset>();
        make_ptr(*data.lone_ptr, *space_);
        static_cast<NodeView&>(*this) = space_->node();
    }

private:
    std::shared_ptr<MadeRrset> space_;
};

/// What stands at `owner`, empty at an empty non-terminal; none if there is no such name.
inline std::optional<FoundNode> find_node(const Zone& zone, NameView owner) {
    const NameBuffer query = buffer(owner);
    const auto data = zone.find_name(query, query.label_count(), zone.read_path(query));
    if (!data) return std::nullopt;
    return FoundNode(*data);
}

/// Names that the RRset of `type` at `owner` holds; none if it is not there.
inline std::vector<std::string> targets_at(const Zone& zone, std::string_view owner, RrType type) {
    std::vector<std::string> texts;
    const auto node = find_node(zone, name(owner));
    const auto rrset = node ? node->find(type) : std::nullopt;
    if (!rrset) return texts;
    for (const auto rdata : *rrset) texts.push_back(name_text(rdata));
    return texts;
}

/// TTL of the RRset of `type` at `owner`; none if it is not there.
inline std::optional<Ttl> ttl_at(const Zone& zone, std::string_view owner, RrType type) {
    const auto node = find_node(zone, name(owner));
    const auto rrset = node ? node->find(type) : std::nullopt;
    return rrset ? std::optional(rrset->ttl()) : std::nullopt;
}

}  // namespace arpad::test

#include "load/networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "base/invariant.hpp"
#include "load/inventory_file.hpp"
#include "load/loader.hpp"
#include "reverse/arpa_name.hpp"
#include "zone/builder.hpp"
#include "zone/received_zone.hpp"

namespace arpad {
namespace {

using std::chrono::system_clock;

/// The name that an inventory gives an address.
struct DefaultName {
    Address address;
    NameView name;

    bool operator==(const DefaultName&) const noexcept = default;
};

std::vector<DefaultName> default_names(const InventoryModel* inventory) {
    std::vector<DefaultName> names;
    if (inventory == nullptr) return names;
    for (const ServerModel& server : inventory->servers) {
        for (const PrimaryModel& primary : server.primaries) {
            names.push_back({primary.address, server.host_name});
        }
    }
    std::ranges::sort(names, {}, &DefaultName::address);
    return names;
}

/// The addresses that two inventories give different names, as networks of their own.
std::vector<NetworkKey> named_otherwise(const InventoryModel* before, const InventoryModel* after) {
    const std::vector<DefaultName> old_names = default_names(before);
    const std::vector<DefaultName> new_names = default_names(after);
    const bool is_ttl_same = before != nullptr && after != nullptr && before->ttl == after->ttl;
    std::vector<NetworkKey> keys;
    const auto add = [&keys](Address address) {
        keys.push_back({Prefix(address, address.bits()), std::nullopt, std::nullopt, {}});
    };
    auto next_old = old_names.begin();
    for (const DefaultName& name : new_names) {
        for (; next_old != old_names.end() && next_old->address < name.address; ++next_old) {
            add(next_old->address);
        }
        const bool is_same = next_old != old_names.end() && *next_old == name && is_ttl_same;
        if (!is_same) add(name.address);
        if (next_old != old_names.end() && next_old->address == name.address) ++next_old;
    }
    for (; next_old != old_names.end(); ++next_old) add(next_old->address);
    return keys;
}

/// Whose a prefix is.
struct Holding {
    Prefix prefix;
    std::string_view server;
    std::string_view account;

    auto operator<=>(const Holding&) const noexcept = default;
};

std::vector<Holding> holdings(const InventoryModel* inventory) {
    std::vector<Holding> found;
    if (inventory == nullptr) return found;
    for (const ServerModel& server : inventory->servers) {
        const std::string_view account =
            server.account ? std::string_view(*server.account) : std::string_view();
        for (const AllocationModel& allocation : server.allocations) {
            found.push_back({allocation.prefix, server.name, account});
        }
    }
    std::ranges::sort(found);
    return found;
}

/// The prefixes that two inventories say are somebody else's, likewise: edits of customers come and
/// go with them.
std::vector<NetworkKey> held_otherwise(const InventoryModel* before, const InventoryModel* after) {
    std::vector<Holding> changed;
    std::ranges::set_symmetric_difference(holdings(before), holdings(after),
                                          std::back_inserter(changed));
    std::vector<NetworkKey> keys;
    keys.reserve(changed.size());
    for (const Holding& holding : changed) {
        keys.push_back({holding.prefix, std::nullopt, std::nullopt, {}});
    }
    return keys;
}

/// Whether there certainly is no `file`, rather than a directory that cannot be looked into.
bool is_absent(const std::string& file) {
    const auto stamp = stamp_of(file);
    return !stamp && (stamp.error() == std::errc::no_such_file_or_directory ||
                      stamp.error() == std::errc::not_a_directory);
}

/// The time of a file, as its owner sees it.
system_clock::time_point time_of(const FileStamp& stamp) {
    const std::chrono::nanoseconds since_1970(stamp.modified_ns);
    return system_clock::time_point(std::chrono::duration_cast<system_clock::duration>(since_1970));
}

/// `version`, which may have come when the zone had another frame, in `frame`; without a zone,
/// which is to be taken anew, where that does not hold its ranges.
ReceivedVersion fitted(ReceivedVersion version, const ZoneFrame& frame) {
    if (!version.zone || version.zone->frame() == frame) return version;
    auto history = version.zone->history();
    version.zone = in_frame(*version.zone, frame);
    if (!version.zone) return {};
    version.zone = version.zone->with_history(std::move(history));
    return version;
}

/// Adds those of the zones of a network to `names`.
void add_names(const NetworkState& state, Subscribing::Names& names) {
    for (const ServedZone& zone : state.zones) names.emplace(zone.zone->apex());
}

}  // namespace

/// One look at the files.
class Networks::Look {
public:
    Look(const Networks& networks, const ZoneDefaults& defaults, bool are_defaults_new,
         Missing missing, const CatalogPlan& catalogs,
         const std::optional<std::vector<StoredServer>>& servers)
        : networks_(networks),
          servers_(servers),
          defaults_(defaults),
          catalog_(catalogs.made),
          sources_(catalogs.taken),
          is_all_anew_(are_defaults_new),
          missing_(missing),
          now_(networks.clock_()),
          exchange_(networks.kept_.histories, networks.history_octets_) {}

    NetworksUpdate run() {
        find_files();
        find_inventory_changes();
        load_concerned();
        compare_zones();
        update_catalog();
        update_subscriptions();
        look_at_coverage();
        return std::move(update_);
    }

private:
    /// A file that is to be loaded.
    struct Source {
        SourceFile file;
        SeenFile seen;
        Diagnostics findings;  // of reading it
    };

    void find_files() {
        found_ = scan_zone_directory(networks_.paths_.zones, update_.findings);
        update_.directories = found_.directories;
        update_.is_readable = !update_.findings.has_error_in(networks_.paths_.zones.string());
        update_.is_complete = update_.findings.error_count() == 0;
        if (found_.files.empty() && update_.is_complete) report_no_files();
        // Both are ordered by key.
        auto known = networks_.files_.begin();
        const auto end = networks_.files_.end();
        for (const FoundFile& found : found_.files) {
            for (; known != end && known->first < found.key; ++known) note_missing(*known);
            const bool is_known = known != end && known->first == found.key;
            look_at(found, is_known ? &known->second : nullptr);
            if (is_known) ++known;
        }
        for (; known != end; ++known) note_missing(*known);
    }

    /// `known` is what is in service of the file; null if nothing is.
    void look_at(const FoundFile& found, const NetworkState* known) {
        note_time(found.stamp);
        const bool is_same = known != nullptr && found.stamp && known->seen.stamp == found.stamp;
        if (is_same && !is_all_anew_) return;
        Source source = read(found);
        // What could not be read before and cannot be read now is the same too.
        const bool is_text_same =
            known != nullptr && !known->is_gone && known->seen.digest == source.seen.digest;
        if (is_text_same && !is_all_anew_) {
            update_.touched.emplace(found.key, source.seen);
            return;
        }
        if (known != nullptr && known->key) keys_.push_back(*known->key);
        changed_.emplace(found.key, std::move(source));
    }

    void note_time(const std::optional<FileStamp>& stamp) {
        if (!stamp) return;
        const auto time = time_of(*stamp);
        if (!update_.newest_input || *update_.newest_input < time) update_.newest_input = time;
    }

    Source read(const FoundFile& found) {
        Source source;
        source.file = read_source(found, source.findings);
        ++update_.files_read;
        source.seen = seen_as(found, source.file);
        return source;
    }

    /// A stamp that is too young to tell, or of a file that could not be read, is no stamp.
    SeenFile seen_as(const FoundFile& found, const SourceFile& source) const {
        SeenFile seen;
        if (!source.text) return seen;
        seen.digest = digest_of(*source.text);
        if (found.stamp && !found.stamp->is_young(now_)) seen.stamp = found.stamp;
        return seen;
    }

    void report_no_files() {
        const std::string directory = networks_.paths_.zones.string();
        if (networks_.files_.empty()) {
            warn_of_no_zone_file(networks_.paths_.zones, update_.findings);
            return;
        }
        update_.is_complete = false;
        update_.findings.error(directory, {},
                               "holds no zone file any more: all networks are served as they were",
                               "put the files back; to serve nothing, restart arpad");
    }

    void note_missing(const std::pair<const std::string, NetworkState>& known) {
        const auto& [key, state] = known;
        if (missing_ == Missing::keep || !update_.is_complete) {
            if (is_absent(state.file)) update_.gone.insert(key);
            return;
        }
        update_.dropped.insert(key);
        if (state.key) keys_.push_back(*state.key);
    }

    void find_inventory_changes() {
        if (!networks_.paths_.inventory) return;
        const FoundFile found = find_inventory(*networks_.paths_.inventory);
        note_time(found.stamp);
        const auto& known = networks_.inventory_;
        if (known && !servers_ && found.stamp && known->seen.stamp == found.stamp) return;
        InventoryState state;
        SourceFile source = read_inventory_source(*networks_.paths_.inventory, state.findings);
        if (found.stamp) ++update_.files_read;
        state.seen = seen_as(found, source);
        if (known && !servers_ && state.seen.digest == known->seen.digest) {
            state.reading = known->reading;
            state.findings = known->findings;
            update_.inventory = std::move(state);
            return;
        }
        read_inventory_in(source, state);
        const InventoryModel* const before = known ? known->reading.model.get() : nullptr;
        const InventoryModel* const after = state.reading.model.get();
        for (const auto& concerned :
             {named_otherwise(before, after), held_otherwise(before, after)}) {
            keys_.insert(keys_.end(), concerned.begin(), concerned.end());
        }
        update_.inventory = std::move(state);
        update_.inventory_source = std::move(source);
    }

    /// A running server has the last good inventory in memory.
    void read_inventory_in(const SourceFile& source, InventoryState& state) {
        const auto& known = networks_.inventory_;
        const std::vector<StoredServer> stored =
            servers_ ? *servers_ : networks_.kept_.servers.stored_servers();
        if (!known || !known->reading.model) {
            state.reading =
                read_inventory_or_copy(source, networks_.kept_.copies, stored, state.findings);
            return;
        }
        std::optional<InventoryModel> model;
        if (source.text) model = read_inventory(source.file, *source.text, state.findings, stored);
        state.reading = model
                            ? InventoryReading{Standing::current,
                                               std::make_shared<InventoryModel>(std::move(*model))}
                            : InventoryReading{Standing::last_good, known->reading.model};
    }

    [[nodiscard]] const InventoryReading* inventory() const {
        if (update_.inventory) return &update_.inventory->reading;
        return networks_.inventory_ ? &networks_.inventory_->reading : nullptr;
    }

    /// Loads the files that have changed, and those of networks that they concern or concerned.
    void load_concerned() {
        add_concerned(keys_);
        while (!changed_.empty()) {
            settle();
            std::vector<NetworkKey> keys;
            for (const auto& [key, state] : update_.loaded) {
                if (state.key) keys.push_back(*state.key);
            }
            const std::size_t count = changed_.size();
            add_concerned(keys);
            const std::vector<std::string> replaced = replaced_files();
            if (changed_.size() == count && replaced.empty()) break;
            // Files turned out to be of networks that concern others: once more, with those.
            for (SourceFile& file : update_.sources) {
                changed_.at(file.key).file = std::move(file);
            }
            for (const std::string& key : replaced) {
                update_.gone.erase(key);
                update_.dropped.insert(key);
                changed_.erase(key);
            }
            update_.loaded.clear();
            update_.received.clear();
            keys_by_file_.clear();
        }
    }

    /// Files that are gone and whose networks are those of files that are there: they have got
    /// other names.
    [[nodiscard]] std::vector<std::string> replaced_files() const {
        if (update_.gone.empty()) return {};
        std::set<Prefix> networks;
        for (const auto& [key, state] : update_.loaded) {
            const bool is_there = !update_.gone.contains(key) && state.key && state.key->network;
            if (is_there) networks.insert(*state.key->network);
        }
        std::vector<std::string> keys;
        for (const std::string& key : update_.gone) {
            const auto& known = networks_.files_.at(key).key;
            if (known && known->network && networks.contains(*known->network)) keys.push_back(key);
        }
        return keys;
    }

    void add_concerned(std::span<const NetworkKey> keys) {
        for (const std::string& key : networks_.related_.find(keys)) {
            if (changed_.contains(key) || update_.dropped.contains(key)) continue;
            changed_.emplace(key, read_again(key));
        }
    }

    Source read_again(const std::string& key) {
        const NetworkState& state = networks_.files_.at(key);
        update_.touched.erase(key);
        const auto found = std::ranges::lower_bound(found_.files, key, {}, &FoundFile::key);
        if (found != found_.files.end() && found->key == key) return read(*found);
        return {{state.file, key, networks_.kept_.copies.find_copy(key)}, state.seen, {}};
    }

    void settle() {
        if (update_.newest_input) networks_.kept_.serials.note_newest_input(*update_.newest_input);
        std::vector<SourceFile> files;
        files.reserve(changed_.size());
        for (auto& [key, source] : changed_) files.push_back(std::move(source.file));
        Diagnostics findings;
        Settlement settlement(files, inventory(), defaults_, networks_.kept_.copies, findings,
                              Extent::part, &networks_.kept_.edits);
        auto zones = build_zones(settlement.assembly(), networks_.kept_.serials, findings);
        const std::vector<LoadedNetwork> networks = settlement.networks();
        for (std::size_t i = 0; i < networks.size(); ++i) {
            keep(networks[i], files[i], changed_.at(files[i].key));
        }
        const BuildInput input = settlement.input();
        for (const NetworkEntry& network : input.networks) {
            if (network.model != nullptr) {
                state_of(network.file)->edit_rules = edit_rules_of(*network.model);
            }
        }
        for (auto& [zone, content, base] : zones) {
            const PlannedZone& planned = input.layout.zones().at(Name(zone->apex()));
            state_of(input.networks[planned.network].file)
                ->zones.push_back(zone->transfer().is_secondary()
                                      ? received(zone->frame())
                                      : ServedZone{std::move(zone), content, std::move(base)});
        }
        for (const Diagnostic& finding : findings.entries()) place(finding);
        for (auto& [key, state] : update_.loaded) state.findings.sort();
        update_.sources = std::move(files);
    }

    /// The zone of `frame` as its primaries have sent it.
    ServedZone received(const ZoneFrame& frame) {
        ReceivedVersion version = networks_.version_of(frame);
        ServedZone zone = served_of(frame, version, now_);
        update_.received.insert_or_assign(frame.apex, std::move(version));
        return zone;
    }

    void keep(const LoadedNetwork& network, const SourceFile& file, const Source& source) {
        NetworkState state;
        state.file = file.file;
        state.edit_rules.file = file.file;
        state.seen = source.seen;
        state.is_gone = update_.gone.contains(file.key);
        state.standing = state.is_gone && network.standing == Standing::current
                             ? Standing::last_good
                             : network.standing;
        state.key = network.key;
        state.name = network.name;
        state.records = network.records;
        state.findings = source.findings;
        state.loaded_at = state.standing == Standing::current ? now_ : last_loaded_at(file.key);
        keys_by_file_.emplace(file.file, file.key);
        update_.loaded.emplace(file.key, std::move(state));
    }

    [[nodiscard]] std::optional<system_clock::time_point> last_loaded_at(
        const std::string& key) const {
        const auto known = networks_.files_.find(key);
        return known == networks_.files_.end() ? std::nullopt : known->second.loaded_at;
    }

    /// The network of `file` among those that are being loaded; null if it is none of them.
    NetworkState* state_of(const std::string& file) {
        const auto key = keys_by_file_.find(file);
        return key == keys_by_file_.end() ? nullptr : &update_.loaded.at(key->second);
    }

    /// What is found in the inventory concerns networks that will be loaded together again.
    void place(const Diagnostic& finding) {
        NetworkState* const state = state_of(finding.file);
        Diagnostics& findings =
            state == nullptr ? update_.loaded.begin()->second.findings : state->findings;
        findings.add(finding);
    }

    /// Keeps the zones that are what they were, so that nobody takes them for changed.
    void compare_zones() {
        std::map<Name, ServedZone, CanonicalLess> before;
        const auto take = [&](const std::string& key) {
            const auto known = networks_.files_.find(key);
            if (known == networks_.files_.end()) return;
            for (const ServedZone& zone : known->second.zones) {
                before.emplace(Name(zone.zone->apex()), zone);
            }
        };
        for (const auto& [key, state] : update_.loaded) take(key);
        for (const std::string& key : update_.dropped) take(key);
        for (auto& [key, state] : update_.loaded) {
            for (ServedZone& zone : state.zones) {
                const auto old = before.find(zone.zone->apex());
                exchange_.exchange(old == before.end() ? nullptr : &old->second, zone,
                                   update_.changes);
                if (old != before.end()) before.erase(old);
            }
        }
        for (const auto& [apex, zone] : before) update_.changes.push_back({zone.zone, nullptr});
    }

    void update_catalog() {
        const CatalogState& before = networks_.catalog_;
        update_.catalog = before;
        const bool are_members_same = std::ranges::all_of(update_.changes, [](const auto& change) {
            return are_same_member(change.before.get(), change.after.get());
        });
        if (before.model == catalog_ && are_members_same && !before.is_behind) return;
        update_.catalog = {catalog_, {}, false};
        const bool is_of_one_name =
            before.served.zone && catalog_ && before.served.zone->apex() == catalog_->zone.view();
        const ServedZone* const old = is_of_one_name ? &before.served : nullptr;
        if (catalog_) build_catalog(old);
        if (before.served.zone && !is_of_one_name) {
            update_.changes.push_back({before.served.zone, nullptr});
        }
    }

    /// `old` is what it was under the same name; null if there was none.
    void build_catalog(const ServedZone* old) {
        std::vector<std::shared_ptr<const Zone>> members;
        const std::string name = catalog_->zone.to_text();
        const NetworkState* unknown = nullptr;
        for_each_network([&](const NetworkState& state) {
            if (state.standing == Standing::unknown) unknown = &state;
            for (const ServedZone& zone : state.zones) members.push_back(zone.zone);
        });
        const bool is_taken = std::ranges::any_of(
            members, [&](const auto& member) { return member->apex() == catalog_->zone.view(); });
        if (is_taken) {
            update_.findings.error(name, {}, "the catalog has the name of a zone of a network",
                                   "give it a name that is nowhere else");
            update_.catalog.is_behind = true;
            if (old != nullptr) update_.changes.push_back({old->zone, nullptr});
            return;
        }
        ServedZone& served = update_.catalog.served;
        if (unknown == nullptr) {
            ZoneBuilder builder = make_catalog(*catalog_, members);
            served.content = builder.content();
            served.zone = builder.build(
                networks_.kept_.serials.serial_for(catalog_->zone, {}, served.content).serial);
        } else {
            // Secondaries drop what is no member any more.
            update_.catalog.is_behind = true;
            served = old != nullptr ? *old
                                    : ServedZone{Zone::make_unavailable(catalog_->zone), Digest{}};
            update_.findings.warning(
                unknown->file, {},
                fmt::format("the catalog {} is {} until this file is mended, since it is not known "
                            "which zones it has",
                            name,
                            served.zone->is_available() ? "served as it was" : "unavailable"));
        }
        exchange_.exchange(old, served, update_.changes);
    }

    /// What networks have taken or given up may be a member of a catalog, and other catalogs may be
    /// asked for.
    void update_subscriptions() {
        const bool are_names_same = std::ranges::all_of(
            update_.changes, [](const auto& change) { return change.before && change.after; });
        if (are_names_same && networks_.is_subscribed_to(sources_)) return;
        Subscribing::Names taken;
        for_each_network([&taken](const NetworkState& state) { add_names(state, taken); });
        if (update_.catalog.served.zone) taken.emplace(update_.catalog.served.zone->apex());
        for (const CatalogSource& source : sources_) {
            if (!taken.contains(source.frame.apex)) continue;
            update_.findings.error(source.frame.apex.to_text(), {},
                                   "the catalog of `catalogs_from` has the name of a zone that is "
                                   "made here, and is not taken",
                                   "remove one of the two");
        }
        update_.subscriptions = networks_.subscribe(sources_, std::move(taken), {}, exchange_,
                                                    {update_.changes, update_.received});
    }

    /// Calls `visit(state)` with each network as it will be.
    template <class Visit>
    void for_each_network(const Visit& visit) const {
        for (const auto& [key, state] : networks_.files_) {
            if (!update_.dropped.contains(key) && !update_.loaded.contains(key)) visit(state);
        }
        for (const auto& [key, state] : update_.loaded) visit(state);
    }

    void look_at_coverage() {
        const InventoryReading* const reading = inventory();
        const bool is_new =
            update_.inventory || !update_.loaded.empty() || !update_.dropped.empty();
        if (reading == nullptr || !is_new) return;
        update_.coverage.emplace();
        if (!reading->model || reading->standing != Standing::current) return;
        std::vector<Prefix> networks;
        for_each_network([&](const NetworkState& state) { add_prefix(state, networks); });
        check_coverage(*reading->model, std::move(networks), *update_.coverage);
    }

    static void add_prefix(const NetworkState& state, std::vector<Prefix>& prefixes) {
        const bool has_place = state.standing != Standing::unknown;
        if (has_place && state.key && state.key->network) prefixes.push_back(*state.key->network);
    }

    const Networks& networks_;
    const std::optional<std::vector<StoredServer>>& servers_;  // in place of those that are kept
    const ZoneDefaults& defaults_;
    const std::optional<CatalogModel>& catalog_;
    const std::vector<CatalogSource>& sources_;
    bool is_all_anew_;
    Missing missing_;
    system_clock::time_point now_;
    ZoneExchange exchange_;
    FoundDirectory found_;
    std::map<std::string, Source> changed_;  // by key
    std::vector<NetworkKey> keys_;           // of networks that what has changed concerns
    std::map<std::string, std::string> keys_by_file_;
    NetworksUpdate update_;
};

Networks::Networks(Paths paths, Kept kept, Clock clock)
    : paths_(std::move(paths)),
      kept_(kept),
      clock_(clock),
      snapshot_(std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>())) {}

NetworksUpdate Networks::look(const ZoneDefaults& defaults, bool are_defaults_new, Missing missing,
                              const CatalogPlan& catalogs,
                              const std::optional<std::vector<StoredServer>>& servers) const {
    return Look(*this, defaults, are_defaults_new, missing, catalogs, servers).run();
}

/// The last version of the zone of `frame`, in it.
ReceivedVersion Networks::version_of(const ZoneFrame& frame) const {
    const auto known = secondaries_.find(frame.apex);
    if (known != secondaries_.end()) return fitted(known->second.version, frame);
    return kept_.versions.find_version(frame).value_or(ReceivedVersion{});
}

Subscriptions Networks::subscribe(std::span<const CatalogSource> sources, Subscribing::Names taken,
                                  Subscribing::Zones news, ZoneExchange& exchange,
                                  Subscribing::Outcome outcome) const {
    return Subscribing(
               subscriptions_, std::move(taken), std::move(news),
               [this](const ZoneFrame& frame) { return version_of(frame); }, exchange, clock_(),
               outcome)
        .run(sources);
}

bool Networks::is_subscribed_to(std::span<const CatalogSource> sources) const {
    return sources.size() == subscriptions_.size() &&
           std::ranges::all_of(sources, [this](const CatalogSource& source) {
               const auto found = subscriptions_.find(source.frame.apex);
               return found != subscriptions_.end() && found->second.source == source;
           });
}

void Networks::adopt(NetworksUpdate update) {
    for (const std::string& key : update.dropped) {
        forget(key);
        files_.erase(key);
    }
    std::erase_if(secondaries_, [&update](const auto& entry) {
        const std::string& file = entry.second.file;
        return !file.empty() && (update.dropped.contains(file) || update.loaded.contains(file));
    });
    for (auto& [key, state] : update.loaded) {
        forget(key);
        if (state.key) related_.add(key, *state.key);
        const bool has_place = state.standing != Standing::unknown;
        if (has_place && state.key && state.key->network) by_address_.add(*state.key->network, key);
        for (const ServedZone& served : state.zones) {
            keys_by_apex_.insert_or_assign(Name(served.zone->apex()), key);
            const auto received = update.received.find(served.zone->apex());
            if (received == update.received.end()) continue;
            secondaries_.insert_or_assign(received->first,
                                          Secondary{key, {}, std::move(received->second)});
        }
        files_.insert_or_assign(key, std::move(state));
    }
    for (const auto& [key, seen] : update.touched) files_.at(key).seen = seen;
    for (auto& [key, state] : files_) state.is_gone = update.gone.contains(key);
    if (update.inventory) inventory_ = std::move(update.inventory);
    catalog_ = std::move(update.catalog);
    if (update.subscriptions) take_over(std::move(*update.subscriptions), update.received);
    if (update.coverage) coverage_ = std::move(*update.coverage);
    directory_findings_ = std::move(update.findings);
    publish(update.changes);
}

/// Where the network of a file stands among others.
void Networks::forget(const std::string& key) {
    related_.remove(key);
    const auto known = files_.find(key);
    if (known == files_.end()) return;
    for (const ServedZone& zone : known->second.zones) {
        const auto apex = keys_by_apex_.find(zone.zone->apex());
        // The zone may be another file's by now.
        if (apex != keys_by_apex_.end() && apex->second == key) keys_by_apex_.erase(apex);
    }
    if (!known->second.key || !known->second.key->network) return;
    by_address_.remove(*known->second.key->network, key);
}

void Networks::count_histories(const std::vector<ZoneChange>& changes) {
    for (const auto& [before, after] : changes) {
        if (before) history_octets_ -= octets_of_history(*before);
        if (after) history_octets_ += octets_of_history(*after);
    }
}

/// Makes a snapshot of what is in service now, unless nothing has changed.
void Networks::publish(const std::vector<ZoneChange>& changes) {
    if (changes.empty()) return;
    count_histories(changes);
    std::vector<std::shared_ptr<const Zone>> zones;
    for (const auto& [key, state] : files_) {
        for (const ServedZone& zone : state.zones) zones.push_back(zone.zone);
    }
    if (catalog_.served.zone) zones.push_back(catalog_.served.zone);
    for (const auto& [name, subscription] : subscriptions_) {
        zones.push_back(subscription.catalog.zone);
        for (const auto& [member, zone] : subscription.members) zones.push_back(zone.zone);
    }
    snapshot_ = std::make_shared<const Snapshot>(std::move(zones));
}

/// The same where no zone has come or gone, and only `exchanged` are others than before.
void Networks::publish(const std::vector<ZoneChange>& changes,
                       std::span<const std::shared_ptr<const Zone>> exchanged) {
    if (changes.empty()) return;
    count_histories(changes);
    snapshot_ = snapshot_->with_zones(exchanged);
}

void Networks::take_over(Subscriptions subscriptions,
                         std::map<Name, ReceivedVersion, CanonicalLess>& received) {
    std::map<Name, Secondary, CanonicalLess> fresh;
    const auto keep = [&](const Name& apex, std::optional<Name> catalog) {
        const auto found = received.find(apex);
        const auto known = secondaries_.find(apex);
        Secondary secondary{{}, std::move(catalog), {}};
        if (found != received.end()) {
            secondary.version = std::move(found->second);
        } else if (known != secondaries_.end()) {
            secondary.version = known->second.version;
        }
        fresh.emplace(apex, std::move(secondary));
    };
    for (const auto& [name, subscription] : subscriptions) {
        keep(name, std::nullopt);
        for (const auto& [member, zone] : subscription.members) keep(member, name);
    }
    std::erase_if(secondaries_, [](const auto& entry) { return entry.second.file.empty(); });
    secondaries_.merge(fresh);
    subscriptions_ = std::move(subscriptions);
}

template <class Self>
auto& Networks::served_of_file(Self& self, NameView apex, const std::string& key) {
    auto& zones = self.files_.at(key).zones;
    const auto found = std::ranges::find_if(
        zones, [apex](const ServedZone& zone) { return zone.zone->apex() == apex; });
    ensure(found != zones.end(), "a zone is where it was found");
    return *found;
}

template <class Self>
auto& Networks::served(Self& self, const Name& apex, const Secondary& secondary) {
    if (secondary.catalog) return self.subscriptions_.at(*secondary.catalog).members.at(apex);
    if (secondary.file.empty()) return self.subscriptions_.at(apex).catalog;
    return served_of_file(self, apex, secondary.file);
}

ReceivedUpdate Networks::exchange(std::vector<Refresh> refreshed) const {
    ReceivedUpdate update;
    ZoneExchange zone_exchange(kept_.histories, history_octets_);
    // Catalogs first: what is no member any more is of no use.
    const auto others = std::ranges::partition(refreshed, [this](const Refresh& refresh) {
        return subscriptions_.contains(refresh.apex);
    });
    for (auto refresh = refreshed.begin(); refresh != others.begin(); ++refresh) {
        exchange(*refresh, update, zone_exchange);
    }
    if (!update.changes.empty()) subscribe_again(update, zone_exchange);
    for (Refresh& refresh : others) exchange(refresh, update, zone_exchange);
    return update;
}

void Networks::exchange(Refresh& refresh, ReceivedUpdate& update,
                        ZoneExchange& zone_exchange) const {
    const auto known = secondaries_.find(refresh.apex);
    if (known == secondaries_.end()) return;
    const Secondary& secondary = known->second;
    if (update.subscriptions && secondary.catalog) {
        const auto catalog = update.subscriptions->find(*secondary.catalog);
        const bool is_member = catalog != update.subscriptions->end() &&
                               catalog->second.members.contains(refresh.apex);
        if (!is_member) return;
    }
    const ServedZone& old = served(*this, refresh.apex, secondary);
    const ZoneFrame frame = old.zone->frame();
    refresh.version = fitted(std::move(refresh.version), frame);
    refresh.version.catalog = secondary.catalog;
    ServedZone zone = served_of(frame, refresh.version, clock_());
    zone_exchange.exchange(&old, zone, update.changes);
    // With the history that it has got.
    if (zone.zone->is_available()) refresh.version.zone = zone.zone;
    update.zones.push_back(std::move(zone));
    update.refreshed.push_back(std::move(refresh));
}

/// What the catalogs in `update` say of their members.
void Networks::subscribe_again(ReceivedUpdate& update, ZoneExchange& zone_exchange) const {
    Subscribing::Zones catalogs;
    for (std::size_t i = 0; i < update.refreshed.size(); ++i) {
        catalogs.emplace(update.refreshed[i].apex, update.zones[i]);
    }
    Subscribing::Names taken;
    for (const auto& [key, state] : files_) add_names(state, taken);
    if (catalog_.served.zone) taken.emplace(catalog_.served.zone->apex());
    std::vector<CatalogSource> sources;
    for (const auto& [name, subscription] : subscriptions_) sources.push_back(subscription.source);
    update.subscriptions = subscribe(sources, std::move(taken), std::move(catalogs), zone_exchange,
                                     {update.changes, update.received});
}

void Networks::adopt(ReceivedUpdate update) {
    const bool has_other_members = update.subscriptions.has_value();
    if (has_other_members) take_over(std::move(*update.subscriptions), update.received);
    std::vector<std::shared_ptr<const Zone>> exchanged;
    for (std::size_t i = 0; i < update.refreshed.size(); ++i) {
        Refresh& refresh = update.refreshed[i];
        const auto secondary = secondaries_.find(refresh.apex);
        if (secondary == secondaries_.end()) continue;  // a member that has just gone
        ServedZone& zone = served(*this, refresh.apex, secondary->second);
        zone = std::move(update.zones[i]);
        exchanged.push_back(zone.zone);
        secondary->second.version = std::move(refresh.version);
    }
    if (has_other_members) {
        publish(update.changes);
    } else {
        publish(update.changes, exchanged);
    }
}

EditGroup::Target Networks::find_target(Address address) const {
    const std::string* const key = by_address_.find(address);
    if (key == nullptr) return {};
    const NetworkState& state = files_.at(*key);
    EditGroup::Target target{*key, &state.edit_rules, nullptr};
    for (const ServedZone& zone : state.zones) {
        const auto& base = zone.zone->parts().base;
        if (base && base->contains(address)) target.zone = &zone;
    }
    return target;
}

EditGroup::Target Networks::find_target(NameView name) const {
    for (;; name = name.parent()) {
        const auto found = keys_by_apex_.find(name);
        if (found != keys_by_apex_.end()) {
            const NetworkState& state = files_.at(found->second);
            return {found->second, &state.edit_rules,
                    &served_of_file(*this, found->first, found->second)};
        }
        if (name.is_root()) return {};
    }
}

EditUpdate Networks::edit(std::span<const ChangeRequest> requests) const {
    EditGroup group({[this](Address address) { return find_target(address); },
                     [this](NameView name) { return find_target(name); }, kept_.edits,
                     kept_.changes, inventory_ ? inventory_->reading.model.get() : nullptr},
                    std::chrono::time_point_cast<std::chrono::microseconds>(clock_()));
    EditUpdate update;
    update.results.reserve(requests.size());
    for (const ChangeRequest& request : requests) {
        update.results.push_back(
            std::visit([&group](const auto& change) { return group.add(change); }, request));
    }
    ZoneExchange exchange(kept_.histories, history_octets_);
    group.for_each_zone(kept_.serials, [&](const EditGroup::Target& before, ServedZone after) {
        exchange.exchange(before.zone, after, update.changes);
        update.zones.emplace_back(before.network, std::move(after));
    });
    update.made = group.take_changes();
    return update;
}

void Networks::adopt(EditUpdate update) {
    std::vector<std::pair<std::string, ServedZone>> zones = std::move(update.zones);
    std::vector<std::shared_ptr<const Zone>> exchanged;
    exchanged.reserve(zones.size());
    for (auto& [key, zone] : zones) {
        ServedZone& served = served_of_file(*this, zone.zone->apex(), key);
        served = std::move(zone);
        exchanged.push_back(served.zone);
    }
    publish(update.changes, exchanged);
}

std::vector<SecondaryZone> Networks::secondaries() const {
    std::vector<SecondaryZone> zones;
    zones.reserve(secondaries_.size());
    for (const auto& [apex, secondary] : secondaries_) {
        zones.push_back({served(*this, apex, secondary).zone->frame(), secondary.version});
    }
    return zones;
}

std::vector<ClasslessNetwork> Networks::classless() const {
    std::vector<ClasslessNetwork> networks;
    for (const auto& [key, state] : files_) {
        if (!state.key || !state.key->network) continue;
        for (const ServedZone& served : state.zones) {
            const Zone& zone = *served.zone;
            const auto& base = zone.parts().base;
            const bool is_reversed = base && arpa_name(*base).view() == zone.apex();
            if (base && !is_reversed) networks.push_back({*state.key->network, Name(zone.apex())});
        }
    }
    return networks;
}

Diagnostics Networks::general_findings() const {
    Diagnostics findings = directory_findings_;
    if (inventory_) findings.append(inventory_->findings);
    findings.append(coverage_);
    findings.sort();
    return findings;
}

std::string summary_of(const Networks& networks) {
    Summary summary;
    for (const auto& [key, state] : networks.files()) summary.add(state.standing, state.records);
    const auto& inventory = networks.inventory();
    return summary.to_text(*networks.snapshot(), inventory ? &inventory->reading : nullptr);
}

}  // namespace arpad

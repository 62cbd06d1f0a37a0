/// \file  All networks of the server, and how they follow their files.
///
/// `look` finds the files that have changed, loads them and whatever they concern, and says what
/// that makes of the zones; `adopt` makes it so. Between the two the caller makes it durable, or
/// drops it. All or nothing per network, as in load/settlement.
/// Threads: one at a time; files are read on several, which have ended when `look` returns.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/file_stamp.hpp"
#include "crypto/digest.hpp"
#include "load/edit_group.hpp"
#include "load/network_index.hpp"
#include "load/related_networks.hpp"
#include "load/served_zone.hpp"
#include "load/settlement.hpp"
#include "load/subscriptions.hpp"
#include "load/zone_directory.hpp"
#include "zone/catalog.hpp"
#include "zone/received_version.hpp"
#include "zone/serials.hpp"
#include "zone/served_ptr.hpp"
#include "zone/snapshot.hpp"
#include "zone/zone_history.hpp"

namespace arpad {

/// What was last seen of a file.
struct SeenFile {
    std::optional<FileStamp> stamp;  ///< None if it has to be read again.
    std::optional<Digest> digest;    ///< Of its text; none if it could not be read.
};

/// One zone file, and what is in service of it.
struct NetworkState {
    std::string file;  ///< As in SourceFile.
    SeenFile seen;
    Standing standing = Standing::unknown;
    bool is_gone = false;           ///< The file has disappeared, and its network has been kept.
    std::optional<NetworkKey> key;  ///< None if that could not be read.
    std::string name;               ///< "192.0.2.0/24", or the file's name if there is no key.
    std::size_t records = 0;        ///< Entries of `records` in service.
    std::vector<ServedZone> zones;
    EditRules edit_rules;
    Diagnostics findings;  ///< Of the file as it is now, and of what it concerns.
    /// When what is in service was made of the file; none if this process has not done that.
    std::optional<std::chrono::system_clock::time_point> loaded_at;
};

/// The inventory, and what is in service of it.
struct InventoryState {
    SeenFile seen;
    InventoryReading reading;
    Diagnostics findings;
};

/// The catalog of the zones, if there is to be one.
struct CatalogState {
    std::optional<CatalogModel> model;
    ServedZone served;       ///< Its zone is null if there is none.
    bool is_behind = false;  ///< It waits for a file to be mended.
};

/// What `look` has found.
struct NetworksUpdate {
    std::map<std::string, NetworkState> loaded;  ///< What was loaded, by key.
    std::map<std::string, SeenFile> touched;     ///< Files with new stamps and the same text.
    std::set<std::string> dropped;               ///< Keys of networks that are not served any more.
    std::set<std::string> gone;                  ///< Keys of files that are not there, but served.
    std::optional<InventoryState> inventory;     ///< If it has changed.
    CatalogState catalog;
    std::optional<Subscriptions> subscriptions;  ///< If there may be others than before.
    std::map<Name, ReceivedVersion, CanonicalLess> received;  ///< Of zones that have primaries.
    std::optional<Diagnostics> coverage;  ///< Of the inventory by the networks, if looked at.
    std::vector<ZoneChange> changes;      ///< Zones that are not what they were.
    std::vector<SourceFile> sources;      ///< What was loaded, as it was read.
    std::optional<SourceFile> inventory_source;  ///< Likewise.
    std::size_t files_read = 0;
    std::vector<std::filesystem::path> directories;  ///< Those that zone files were looked for in.
    Diagnostics findings;                            ///< Of the directories.
    bool is_readable = true;                         ///< The zones directory could be looked into.
    bool is_complete =
        true;  ///< Everything in it could be, and there are files: what is missing is gone.
    std::optional<std::chrono::system_clock::time_point> newest_input;  ///< Newest file's time.

    /// Whether anything is served otherwise than before.
    [[nodiscard]] bool changes_zones() const noexcept { return !changes.empty(); }
};

/// What `exchange` would change.
struct ReceivedUpdate {
    std::vector<Refresh> refreshed;              ///< Those of zones that are taken from primaries.
    std::vector<ServedZone> zones;               ///< What is then served of each.
    std::vector<ZoneChange> changes;             ///< Zones that are not what they were.
    std::optional<Subscriptions> subscriptions;  ///< If a catalog has changed.
    std::map<Name, ReceivedVersion, CanonicalLess> received;  ///< Of members that are new.
};

/// What `edit` would change.
struct EditUpdate {
    std::vector<Result<ChangeId, EditRefusal>> results;     ///< By request.
    std::vector<MadeChange> made;                           ///< In order.
    std::vector<std::pair<std::string, ServedZone>> zones;  ///< Others than before, with the keys
                                                            ///< of their files.
    std::vector<ZoneChange> changes;                        ///< Zones that are not what they were.
};

/// See above.
class Networks {
public:
    /// What they take what is kept from; all of it outlives them.
    struct Kept {
        LastGoodCopies& copies;
        SerialSource& serials;
        HistorySource& histories;
        ReceivedVersions& versions;
        EditSource& edits;
        ChangeSource& changes;
        ServerSource& servers;
    };

    /// Where the files are.
    struct Paths {
        std::filesystem::path zones;
        std::optional<std::filesystem::path> inventory;
    };

    /// What becomes of a network whose file has disappeared.
    enum class Missing : std::uint8_t { keep, drop };

    using Clock = std::chrono::system_clock::time_point (*)();

    /// No networks yet. `clock` tells the time.
    Networks(Paths paths, Kept kept, Clock clock = &std::chrono::system_clock::now);
    Networks(const Networks&) = delete;
    Networks& operator=(const Networks&) = delete;

    /// Loads what has changed since the last update that was adopted. `are_defaults_new`: nothing
    /// that is in service was made with `defaults`, so all is loaded anew. Networks are never
    /// dropped where anything in the zones directory cannot be looked at, or it holds no zone file
    /// any more.
    /// If there are `servers`, they take the place of those that are kept beside the inventory.
    [[nodiscard]] NetworksUpdate look(
        const ZoneDefaults& defaults, bool are_defaults_new, Missing missing,
        const CatalogPlan& catalogs = {},
        const std::optional<std::vector<StoredServer>>& servers = {}) const;

    /// Makes `update`, the last one that `look` returned, what is in service.
    void adopt(NetworksUpdate update);

    /// Finds what the refreshed zones, which are taken from primaries, are served as now; those
    /// that are not among the networks any more are left out.
    [[nodiscard]] ReceivedUpdate exchange(std::vector<Refresh> refreshed) const;

    /// Makes `update`, the last one that `exchange` returned, what is in service.
    void adopt(ReceivedUpdate update);

    /// Finds what `requests` make of the zones, each as a whole or not at all.
    [[nodiscard]] EditUpdate edit(std::span<const ChangeRequest> requests) const;

    /// Makes `update`, the last one that `edit` returned, what is in service.
    void adopt(EditUpdate update);

    /// The zones that are taken from primaries.
    [[nodiscard]] std::vector<SecondaryZone> secondaries() const;

    /// The networks whose addresses are reached by CNAMEs.
    [[nodiscard]] std::vector<ClasslessNetwork> classless() const;

    /// What is in service.
    [[nodiscard]] const std::shared_ptr<const Snapshot>& snapshot() const noexcept {
        return snapshot_;
    }

    /// All zone files, by key.
    [[nodiscard]] const std::map<std::string, NetworkState>& files() const noexcept {
        return files_;
    }

    /// None if there is none.
    [[nodiscard]] const std::optional<InventoryState>& inventory() const noexcept {
        return inventory_;
    }

    /// The catalog of all these.
    [[nodiscard]] const CatalogState& catalog() const noexcept { return catalog_; }

    /// The catalogs that are taken from primaries, and their members.
    [[nodiscard]] const Subscriptions& subscriptions() const noexcept { return subscriptions_; }

    /// What was found of the inventory and the directories, and of no zone file.
    [[nodiscard]] Diagnostics general_findings() const;

private:
    class Look;

    /// Where a zone that is taken from primaries belongs to, and what has come of it.
    struct Secondary {
        std::string file;             // key; empty if it belongs to a catalog
        std::optional<Name> catalog;  // that it is a member of; none: it is one, or of a file
        ReceivedVersion version;
    };

    /// What is in service of the zone at `apex`.
    template <class Self>
    static auto& served(Self& self, const Name& apex, const Secondary& secondary);
    template <class Self>
    static auto& served_of_file(Self& self, NameView apex, const std::string& key);
    void exchange(Refresh& refresh, ReceivedUpdate& update, ZoneExchange& zone_exchange) const;
    [[nodiscard]] ReceivedVersion version_of(const ZoneFrame& frame) const;
    [[nodiscard]] Subscriptions subscribe(std::span<const CatalogSource> sources,
                                          Subscribing::Names taken, Subscribing::Zones news,
                                          ZoneExchange& exchange,
                                          Subscribing::Outcome outcome) const;
    [[nodiscard]] bool is_subscribed_to(std::span<const CatalogSource> sources) const;
    void subscribe_again(ReceivedUpdate& update, ZoneExchange& zone_exchange) const;
    void take_over(Subscriptions subscriptions,
                   std::map<Name, ReceivedVersion, CanonicalLess>& received);
    void forget(const std::string& key);
    [[nodiscard]] EditGroup::Target find_target(Address address) const;
    [[nodiscard]] EditGroup::Target find_target(NameView name) const;
    void count_histories(const std::vector<ZoneChange>& changes);
    void publish(const std::vector<ZoneChange>& changes);
    void publish(const std::vector<ZoneChange>& changes,
                 std::span<const std::shared_ptr<const Zone>> exchanged);

    Paths paths_;
    Kept kept_;
    Clock clock_;
    std::map<std::string, NetworkState> files_;
    std::map<Name, Secondary, CanonicalLess> secondaries_;
    RelatedNetworks related_;
    NetworkIndex by_address_;
    std::map<Name, std::string, CanonicalLess> keys_by_apex_;  // of files
    std::optional<InventoryState> inventory_;
    CatalogState catalog_;
    Subscriptions subscriptions_;
    Diagnostics coverage_;
    Diagnostics directory_findings_;
    std::shared_ptr<const Snapshot> snapshot_;
    std::size_t history_octets_ = 0;  // of all zones
};

/// "4 zones, 3 networks, 120 records, 2 servers": what is in service.
[[nodiscard]] std::string summary_of(const Networks& networks);

}  // namespace arpad

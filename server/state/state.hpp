/// \file  What must survive a restart: the edits, the serials served, what the last versions of
/// zones differ in, what primaries have sent, and the last good copy of each zone file.
///
/// Kept on disk by state/state_store, or in memory by state/passing_state where the disk cannot be
/// had. Threads: one at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "crypto/digest.hpp"
#include "load/networks.hpp"
#include "load/settlement.hpp"
#include "state/stored_servers.hpp"
#include "zone/change.hpp"
#include "zone/edit.hpp"
#include "zone/inventory.hpp"
#include "zone/received_version.hpp"
#include "zone/serials.hpp"
#include "zone/zone_history.hpp"

namespace arpad {

/// A zone file that is in service as it is.
struct GoodCopy {
    std::string_view key;               ///< As in SourceFile.
    std::string_view text;              ///< Its content.
    std::optional<Digest> digest = {};  ///< Of the text, if it is known already.
};

/// See above.
class State : public LastGoodCopies,
              public SerialSource,
              public HistorySource,
              public ReceivedVersions,
              public EditSource,
              public ChangeSource,
              public ServerSource {
public:
    std::shared_ptr<const ZoneHistory> history_of(const Name& /*apex*/) override { return nullptr; }

    std::optional<ReceivedVersion> find_version(const ZoneFrame& /*frame*/) override {
        return std::nullopt;
    }

    void for_each_edit(const AddressRange& /*range*/,
                       const std::function<void(const Edit&)>& /*visit*/) override {}

    /// Edits that have come to their end by `now`, the oldest first, up to `limit`.
    [[nodiscard]] virtual std::vector<Edit> expired_edits(Edit::Time /*now*/,
                                                          std::size_t /*limit*/) {
        return {};
    }

    /// When the next edit comes to its end, or to look again where that cannot be read; none if
    /// none does.
    [[nodiscard]] virtual std::optional<Edit::Time> next_expiry() { return std::nullopt; }

    std::optional<MadeChange> find_change(ChangeId /*id*/) override { return std::nullopt; }

    [[nodiscard]] ChangeId last_change() const override { return 0; }

    /// Has the next commit keep `changes`, and their edits in place of what is kept for their
    /// addresses.
    virtual void note_changes(std::span<const MadeChange> /*changes*/) {}

    std::vector<StoredServer> stored_servers() override { return {}; }

    /// Has the next commit keep what `change` makes of the servers.
    virtual void note_servers(const ServerChange& /*change*/) {}

    /// Has the next commit keep the histories of the zones that changed, in place of those before,
    /// and forget what primaries have sent of zones that are not taken from them any more.
    virtual void note_histories(std::span<const ZoneChange> /*changes*/) {}

    /// Has the next commit keep the versions of zones that primaries have sent or confirmed.
    virtual void note_versions(std::span<const Refresh> /*refreshed*/) {}

    /// Forgets what was decided and noted since the last commit.
    virtual void forget_decisions() noexcept = 0;

    /// Makes these hold, and `copies` the last good ones, all or nothing. The error says what
    /// failed and what to do about it; nothing is then changed.
    [[nodiscard]] virtual std::optional<std::string> commit(std::span<const GoodCopy> copies) = 0;

    /// Knows from now on what another process has committed, which had the lock meanwhile.
    virtual void catch_up() {}

    /// The lock that keeps other servers off, for one that takes this one's place; not open if
    /// there is none.
    [[nodiscard]] virtual Descriptor share_lock() const { return {}; }

    /// Whether what was committed is on disk.
    [[nodiscard]] virtual bool is_durable() const noexcept = 0;
};

}  // namespace arpad

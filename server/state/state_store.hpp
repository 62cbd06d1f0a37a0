/// \file  The state on disk.
///
/// One SQLite database in the state directory; beside it large copies in files of their own, and a
/// lock so that no second server uses the same state. What `commit` has acknowledged is on disk.
/// Threads: one at a time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "base/file_stamp.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "state/database.hpp"
#include "state/served_serials.hpp"
#include "state/state.hpp"
#include "state/text_files.hpp"
#include "zone/serials.hpp"

namespace arpad {

/// See above.
class StateStore final : public State {
public:
    /// Why a state cannot be opened.
    struct Failure {
        std::string text;          ///< What failed, and what to do about it.
        bool is_conflict = false;  ///< Another arpad uses it, or a newer one did: keep off.
    };

    /// Opens the state in `directory`, which is created if missing, and locks it; `lock` is that
    /// lock if another process has shared it.
    [[nodiscard]] static Result<std::unique_ptr<StateStore>, Failure> open(
        const std::filesystem::path& directory, SerialFormat format, Descriptor lock = {});

    std::optional<std::string> find_copy(const std::string& key) override;

    /// Decides by what was served last. The decision holds from `commit` on.
    SerialDecision serial_for(const Name& apex, const SerialModel& model,
                              const Digest& content) override;

    std::shared_ptr<const ZoneHistory> history_of(const Name& apex) override;
    void note_histories(std::span<const ZoneChange> changes) override;

    std::optional<ReceivedVersion> find_version(const ZoneFrame& frame) override;
    void note_versions(std::span<const Refresh> refreshed) override;

    void for_each_edit(const AddressRange& range,
                       const std::function<void(const Edit&)>& visit) override;
    void for_each_named_edit(const Name& apex,
                             const std::function<void(const Edit&)>& visit) override;
    [[nodiscard]] std::vector<Edit> expired_edits(Edit::Time now, std::size_t limit) override;
    [[nodiscard]] std::optional<Edit::Time> next_expiry() override;
    [[nodiscard]] std::string maker_of(const Edit& edit) override;
    std::optional<MadeChange> find_change(ChangeId id) override;
    [[nodiscard]] ChangeId last_change() const override { return last_change_; }
    void note_changes(std::span<const MadeChange> changes) override;

    std::vector<StoredServer> stored_servers() override { return servers_; }
    void note_servers(const ServerChange& change) override { noted_servers_ = change; }

    void forget_decisions() noexcept override {
        decided_.clear();
        noted_changes_.clear();
        noted_servers_.reset();
        unreadable_.clear();
        noted_.clear();
        noted_versions_.clear();
        given_up_.clear();
    }

    /// As one transaction. What is known already is not written again.
    [[nodiscard]] std::optional<std::string> commit(std::span<const GoodCopy> copies) override;

    void catch_up() override;
    [[nodiscard]] Descriptor share_lock() const override;
    [[nodiscard]] bool is_durable() const noexcept override { return true; }

private:
    /// A copy that is not kept yet.
    struct NewCopy {
        GoodCopy copy;
        Digest digest;  // of its text
    };

    /// All of a zone that was received, as it was at one serial, from which its history leads on;
    /// not kept yet.
    struct NewBase {
        Name apex;
        Serial serial;
        Digest digest{};  // of the octets
        std::string octets;
    };

    StateStore(std::filesystem::path directory, Descriptor lock, SerialFormat format);
    void prepare_schema();
    void note_unreadable(const DatabaseError& failure);
    [[nodiscard]] bool is_still_there() const;
    void read_histories();
    void write_served();
    void write_histories();
    void read_bases();
    [[nodiscard]] std::optional<ReceivedVersion> read_version(const ZoneFrame& frame);
    [[nodiscard]] std::vector<NewBase> find_new_bases() const;
    [[nodiscard]] std::optional<std::string> write_if_large(const Digest& digest,
                                                            std::string_view text) const;
    void write_versions(std::span<const NewBase> bases);
    [[nodiscard]] std::vector<NewCopy> find_new(std::span<const GoodCopy> copies);
    void write_copies(std::span<const NewCopy> copies);
    void remove_old_texts();

    std::filesystem::path directory_;
    Descriptor lock_;  // the system lets go of it even after a crash
    SerialFormat format_;
    Database database_;
    std::optional<FileStamp> opened_;  // the database's file
    TextFiles texts_;                  // of copies too large for the database
    ServedContents served_;
    ServedContents decided_;  // since the last commit
    ChangeId last_change_ = 0;
    std::vector<MadeChange> noted_changes_;      // since the last commit
    std::vector<StoredServer> servers_;          // that are kept
    std::optional<ServerChange> noted_servers_;  // since the last commit
    std::string unreadable_;  // why edits could not be read since then; empty if all could be
    using Histories = std::map<Name, std::shared_ptr<const ZoneHistory>, CanonicalLess>;
    Histories histories_;
    Histories noted_;                              // since the last commit; null: none any more
    std::map<Name, Serial, CanonicalLess> bases_;  // those that are kept
    std::map<Name, ReceivedVersion, CanonicalLess> noted_versions_;  // since the last commit
    std::set<Name, CanonicalLess> given_up_;  // likewise: not taken from primaries any more
};

}  // namespace arpad

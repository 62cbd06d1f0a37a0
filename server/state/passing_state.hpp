/// \file  The state of a server that cannot write to its state directory.
///
/// Edits, serials and copies are those that can still be read there; what is committed is known
/// until the end, and nothing can be edited. New content gets the time of the newest file that it
/// is made of (seconds since 1970), or the last serial plus one if that is newer: the same files
/// give the same serial at each start, and no serial goes back while files get newer. Threads: one
/// at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

#include "state/kept_edits.hpp"
#include "state/served_serials.hpp"
#include "state/state.hpp"

namespace arpad {

/// See above.
class PassingState final : public State {
public:
    /// Begins with what can be read in `directory`; nothing, if nothing can be.
    explicit PassingState(const std::filesystem::path& directory);

    std::optional<std::string> find_copy(const std::string& key) override;
    void note_newest_input(std::chrono::system_clock::time_point time) override { newest_ = time; }
    SerialDecision serial_for(const Name& apex, const SerialModel& model,
                              const Digest& content) override;
    void for_each_edit(const AddressRange& range,
                       const std::function<void(const Edit&)>& visit) override {
        edits_.for_each_edit(range, visit);
    }
    void for_each_named_edit(const Name& apex,
                             const std::function<void(const Edit&)>& visit) override {
        edits_.for_each_named_edit(apex, visit);
    }
    void forget_decisions() noexcept override { decided_.clear(); }
    [[nodiscard]] std::optional<std::string> commit(std::span<const GoodCopy> copies) override;
    [[nodiscard]] bool is_durable() const noexcept override { return false; }

private:
    void read(const std::filesystem::path& directory, Database& database);

    ServedContents served_;
    ServedContents decided_;                     // since the last commit
    std::map<std::string, std::string> copies_;  // by key
    KeptEdits edits_;
    std::chrono::system_clock::time_point newest_{};
};

}  // namespace arpad

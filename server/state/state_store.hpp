/// \file  What must survive a restart: the serials served, and the last good copy of each zone
/// file.
///
/// One SQLite database in the state directory; beside it large copies in files of their own, and a
/// lock so that no second server uses the same state. What `commit` has acknowledged is on disk.
/// Threads: one at a time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "load/loader.hpp"
#include "state/database.hpp"
#include "state/served_serials.hpp"
#include "state/text_files.hpp"
#include "zone/serials.hpp"

namespace arpad {

/// A zone file that is in service as it is.
struct GoodCopy {
    std::string_view key;   ///< As in SourceFile.
    std::string_view text;  ///< Its content.
};

/// See above.
class StateStore final : public LastGoodCopies, public SerialSource {
public:
    /// Opens the state in `directory`, which is created if missing, and locks it. The error says
    /// what failed and what to do about it.
    [[nodiscard]] static Result<std::unique_ptr<StateStore>, std::string> open(
        const std::filesystem::path& directory, SerialFormat format);

    ~StateStore() override;
    StateStore(const StateStore&) = delete;
    StateStore& operator=(const StateStore&) = delete;

    std::optional<std::string> find_copy(const std::string& key) override;

    /// Decides by what was served last. The decision holds from `commit` on.
    SerialDecision serial_for(const Name& apex, const SerialModel& model,
                              const Digest& content) override;

    /// Makes all decisions since the last commit durable, and `copies` the last good ones, as one
    /// transaction. What is known already is not written again. The error says what failed and what
    /// to do about it; nothing is then changed.
    [[nodiscard]] std::optional<std::string> commit(std::span<const GoodCopy> copies);

private:
    class Lock;

    /// A copy that is not kept yet.
    struct NewCopy {
        GoodCopy copy;
        Digest digest;  // of its text
    };

    StateStore(std::filesystem::path directory, std::unique_ptr<Lock> lock, SerialFormat format);
    void prepare_schema();
    void write_served();
    [[nodiscard]] std::vector<NewCopy> find_new(std::span<const GoodCopy> copies);
    void write_copies(std::span<const NewCopy> copies);
    void remove_old_texts();

    std::filesystem::path directory_;
    std::unique_ptr<Lock> lock_;
    SerialFormat format_;
    Database database_;
    TextFiles texts_;  // of copies too large for the database
    ServedContents served_;
    ServedContents decided_;  // since the last commit
};

}  // namespace arpad

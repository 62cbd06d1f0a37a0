#include "state/passing_state.hpp"

#include <algorithm>

#include "state/text_files.hpp"

namespace arpad {

PassingState::PassingState(const std::filesystem::path& directory) {
    // A database that another one may write to needs files beside it; on a full or read-only file
    // system it has to be read without.
    for (const auto access : {Database::Access::read_only, Database::Access::immutable}) {
        try {
            Database database(directory / "state.db", access);
            read(directory, database);
            return;
        } catch (const DatabaseError&) {
            served_.clear();
            copies_.clear();
            edits_ = {};
        }
    }
}

void PassingState::read(const std::filesystem::path& directory, Database& database) {
    served_ = read_served(database);
    edits_ = KeptEdits(database);
    const TextFiles texts(directory);
    Statement rows(database, "SELECT file, text, digest, text IS NULL FROM last_good");
    while (rows.step()) {
        const auto key = rows.octets(0);
        const auto text = rows.octets(1);
        std::optional<std::string> copy(std::in_place, text.begin(), text.end());
        if (rows.integer(3) != 0) {
            Digest digest{};
            const auto octets = rows.octets(2);
            std::ranges::copy_n(octets.begin(),
                                static_cast<std::ptrdiff_t>(std::min(octets.size(), digest.size())),
                                digest.begin());
            copy = texts.find(digest);
        }
        if (copy) copies_.emplace(std::string(key.begin(), key.end()), std::move(*copy));
    }
}

std::optional<std::string> PassingState::find_copy(const std::string& key) {
    const auto found = copies_.find(key);
    return found == copies_.end() ? std::nullopt : std::optional(found->second);
}

SerialDecision PassingState::serial_for(const Name& apex, const SerialModel& model,
                                        const Digest& content) {
    const auto found = served_.find(apex);
    const auto last =
        found == served_.end() ? std::nullopt : std::optional<ServedContent>(found->second);
    const SerialDecision decision =
        decide_serial(model, content, last, SerialFormat::unix_time, newest_);
    decided_.insert_or_assign(apex, ServedContent{decision.serial, content});
    return decision;
}

std::optional<std::string> PassingState::commit(std::span<const GoodCopy> copies) {
    for (auto& [apex, served] : decided_) served_.insert_or_assign(apex, served);
    decided_.clear();
    for (const GoodCopy& copy : copies) copies_.insert_or_assign(std::string(copy.key), copy.text);
    return std::nullopt;
}

}  // namespace arpad

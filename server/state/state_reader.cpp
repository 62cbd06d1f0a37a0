#include "state/state_reader.hpp"

namespace arpad {

StateReader::StateReader(const std::filesystem::path& directory)
    : database_(directory / "state.db", Database::Access::read_only) {
    (void)read_last_change(database_);  // SQLite looks at a file when it is first read
}

std::vector<Edit> StateReader::edits(const AddressRange& range) {
    std::vector<Edit> found;
    read_edits(database_, range, [&found](const Edit& edit) { found.push_back(edit); });
    return found;
}

}  // namespace arpad

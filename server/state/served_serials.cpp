#include "state/served_serials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>

namespace arpad {

ServedContents read_served(Database& database) {
    ServedContents contents;
    Statement rows(database, "SELECT apex, serial, content FROM served");
    while (rows.step()) {
        const auto apex = Name::from_wire(rows.octets(0));
        ServedContent served{{static_cast<std::uint32_t>(rows.integer(1))}, {}};
        const auto content = rows.octets(2);
        if (!apex || content.size() != served.content.size()) {
            throw DatabaseError("holds something that arpad did not write");
        }
        std::ranges::copy(content, served.content.begin());
        contents.emplace(*apex, served);
    }
    return contents;
}

Result<ServedSerials, std::string> ServedSerials::read(const std::filesystem::path& directory,
                                                       SerialFormat format) {
    const auto path = directory / "state.db";
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) return ServedSerials({}, format);
    try {
        Database database(path, Database::Access::read_only);
        return ServedSerials(read_served(database), format);
    } catch (const DatabaseError& failure) {
        return fmt::format("{}: {}\n  run this as a user that may read the state of the server",
                           path.string(), failure.what());
    }
}

SerialDecision ServedSerials::serial_for(const Name& apex, const SerialModel& model,
                                         const Digest& content) {
    const auto found = served_.find(apex);
    const auto last =
        found == served_.end() ? std::nullopt : std::optional<ServedContent>(found->second);
    return decide_serial(model, content, last, format_, std::chrono::system_clock::now());
}

}  // namespace arpad

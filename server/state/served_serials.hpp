/// \file  The serials that a server has served, read beside it.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.hpp"
#include "dns/name.hpp"
#include "state/database.hpp"
#include "zone/serials.hpp"

namespace arpad {

/// What each zone was last served with, by apex in lower case.
using ServedContents = std::map<Name, ServedContent, CanonicalLess>;

/// All that `database`, the state of a server, says of it.
[[nodiscard]] ServedContents read_served(Database& database);

/// Gives zones the serials that the server whose state this is would give them now, and remembers
/// nothing: for tools. Threads: one at a time.
class ServedSerials final : public SerialSource {
public:
    /// Reads the state in `directory`, which a server may be using meanwhile. Where there is none
    /// yet, nothing was served. The error says what failed and what to do about it.
    [[nodiscard]] static Result<ServedSerials, std::string> read(
        const std::filesystem::path& directory, SerialFormat format);

    SerialDecision serial_for(const Name& apex, const SerialModel& model,
                              const Digest& content) override;

private:
    ServedSerials(ServedContents served, SerialFormat format)
        : served_(std::move(served)), format_(format) {}

    ServedContents served_;
    SerialFormat format_;
};

}  // namespace arpad

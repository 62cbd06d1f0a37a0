/// \file  How the serial of a zone goes on when what it holds has changed.
///
/// Serials are compared by RFC 1982 only; a serial once answered never gets other content.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/digest.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/model.hpp"

namespace arpad {

/// What a serial that the server keeps looks like.
enum class SerialFormat : std::uint8_t {
    counter,    ///< Last plus one, starting at 1.
    unix_time,  ///< Seconds since 1970, or last plus one if that is newer.
    date,       ///< YYYYMMDDnn (UTC); past nn = 99, or if the clock went back, last plus one.
};

/// Reads `counter`, `unixtime` or `date`.
[[nodiscard]] std::optional<SerialFormat> serial_format_from_text(std::string_view text) noexcept;

/// The serial for content that was never served before. `last` is the serial served last, none if
/// the zone is new. Never older than or equal to `last`.
[[nodiscard]] Serial next_serial(SerialFormat format, std::optional<Serial> last,
                                 std::chrono::system_clock::time_point now) noexcept;

/// What a zone was last served with.
struct ServedContent {
    Serial serial;
    Digest content;  ///< Of everything in the zone but the serial.
};

/// The serial that a zone gets.
struct SerialDecision {
    Serial serial;
    bool floor_is_old = false;  ///< The content changed, and the operator's floor did not.
};

/// The serial of a zone that now holds `content`, given what the operator says about it and what
/// it was last served with, none if never. Unchanged content keeps its serial unless the floor was
/// raised; a fixed serial never moves.
[[nodiscard]] SerialDecision decide_serial(const SerialModel& model, const Digest& content,
                                           const std::optional<ServedContent>& last,
                                           SerialFormat format,
                                           std::chrono::system_clock::time_point now) noexcept;

/// Gives zones their serials while a snapshot is built. Implemented where the served ones are kept.
class SerialSource {
public:
    virtual ~SerialSource() = default;

    /// Says when the newest of the files was written that the zones asked about next are made of.
    virtual void note_newest_input(std::chrono::system_clock::time_point /*time*/) {}

    /// The serial of the zone at `apex` (in lower case), which now holds `content`.
    [[nodiscard]] virtual SerialDecision serial_for(const Name& apex, const SerialModel& model,
                                                    const Digest& content) = 0;
};

}  // namespace arpad

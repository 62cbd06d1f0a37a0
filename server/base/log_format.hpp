/// \file  What lines of the log look like.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arpad {

/// See above.
enum class LogFormat : std::uint8_t {
    text,     ///< Time, level, text.
    json,     ///< One JSON object a line: `time`, `level`, `message`.
    journal,  ///< The priority as `<3>`, then text: sd-daemon(3). The journal adds the time.
};

/// How much is logged.
enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// Reads `text`, `json` or `journal`.
[[nodiscard]] std::optional<LogFormat> log_format_from_text(std::string_view text) noexcept;

/// Reads `debug`, `info`, `warning` or `error`.
[[nodiscard]] std::optional<LogLevel> log_level_from_text(std::string_view text) noexcept;

/// `text` as a JSON string, quotes included (RFC 8259 7). What is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace arpad

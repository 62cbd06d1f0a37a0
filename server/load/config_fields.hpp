/// \file  What several sections of the server configuration have: endpoints, lists, durations and
/// paths.
///
/// What is wrong goes to `findings`.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/yaml_document.hpp"
#include "reverse/endpoint.hpp"

namespace arpad {

/// An address to listen on; `usual_port` is that of one without a port, as for all of these.
[[nodiscard]] std::optional<Endpoint> read_endpoint(YamlNode item, std::uint16_t usual_port,
                                                    FileFindings& findings);

/// The list `listen`, which must be there; no two entries are equal.
[[nodiscard]] std::vector<Endpoint> read_listen(const Fields& fields, std::uint16_t usual_port,
                                                FileFindings& findings);

/// The entries of the list `key`, each read by `read(text)`, which gives none for what is no
/// `kind`.
template <class Read>
[[nodiscard]] auto read_list(const Fields& fields, std::string_view key, std::string_view kind,
                             std::string_view example, const Read& read, FileFindings& findings) {
    std::vector<typename decltype(read(std::string_view()))::value_type> entries;
    const auto list = fields.find(key);
    if (!list) return entries;
    if (!list->is_sequence()) {
        findings.error(list->place(), fmt::format("`{}` is no list", key),
                       fmt::format("write `{}: [{}]`", key, example));
        return entries;
    }
    for (const YamlNode item : list->items()) {
        const auto text = read_text(item, fmt::format("an entry of `{}`", key), findings);
        if (!text) continue;
        const auto entry = read(*text);
        if (entry) {
            entries.push_back(*entry);
        } else {
            findings.error(item.place(), fmt::format("{} is no {}", in_backquotes(*text), kind),
                           fmt::format("write it like {}", example));
        }
    }
    return entries;
}

/// Whether a section says that it is off.
[[nodiscard]] bool is_off(YamlNode section);

/// Whether `section`, called `key`, which is not off, is a mapping, such as `example`.
[[nodiscard]] bool has_settings(YamlNode section, std::string_view key, std::string_view example,
                                FileFindings& findings);

/// Durations that a setting may have.
struct SecondsRange {
    std::uint32_t least;
    std::uint32_t most;
    std::string_view text;    ///< The range, for messages: "1s to 1h".
    std::string_view advice;  ///< What suits most.
};

/// Takes `duration` from `key`, if that is written.
void read_duration(const Fields& fields, std::string_view key, const SecondsRange& range,
                   std::chrono::seconds& duration, FileFindings& findings);

/// The path of a `kind` that `key` says, as relative to `base`; none if it is not written.
[[nodiscard]] std::optional<std::filesystem::path> read_path(const Fields& fields,
                                                             std::string_view key,
                                                             std::string_view kind,
                                                             const std::filesystem::path& base,
                                                             FileFindings& findings);

}  // namespace arpad

#include "load/config_fields.hpp"

#include <fmt/format.h>

#include "load/repeats.hpp"

namespace arpad {
namespace {

void explain_bad_endpoint(std::string_view text, EndpointError error, std::uint16_t usual_port,
                          Place place, FileFindings& findings) {
    switch (error) {
        case EndpointError::no_brackets:
            findings.error(place, fmt::format("{} has no brackets", in_backquotes(text)),
                           fmt::format("write \"[{}]:{}\"", text, usual_port));
            break;
        case EndpointError::bad_port:
            findings.error(place, fmt::format("{} has a wrong port", in_backquotes(text)),
                           "write a port from 0 to 65535 behind the colon");
            break;
        case EndpointError::bad_address:
            findings.error(place, fmt::format("{} is no address to listen on", in_backquotes(text)),
                           fmt::format("write \"192.0.2.53:{0}\" or \"[2001:db8::53]:{0}\"; all "
                                       "addresses are \"0.0.0.0:{0}\" and \"[::]:{0}\"",
                                       usual_port));
            break;
    }
}

/// An endpoint and where it is written.
struct PlacedEndpoint {
    Endpoint endpoint;
    Place place;
};

void report_repeated_endpoints(const std::vector<PlacedEndpoint>& entries, FileFindings& findings) {
    const auto is_before = [](const PlacedEndpoint& left, const PlacedEndpoint& right) {
        return left.endpoint < right.endpoint;
    };
    for_each_repeat(entries, is_before,
                    [&findings](const PlacedEndpoint& first, const PlacedEndpoint& second) {
                        findings.error(second.place,
                                       fmt::format("{} is listed twice, first in line {}",
                                                   second.endpoint.to_text(), first.place.line),
                                       "remove one of the two");
                    });
}

}  // namespace

std::optional<Endpoint> read_endpoint(YamlNode item, std::uint16_t usual_port,
                                      FileFindings& findings) {
    const auto text = read_text(item, "an entry of `listen`", findings);
    if (!text) return std::nullopt;
    const auto endpoint = Endpoint::from_text(*text, usual_port);
    if (endpoint) return *endpoint;
    explain_bad_endpoint(*text, endpoint.error(), usual_port, item.place(), findings);
    return std::nullopt;
}

std::vector<Endpoint> read_listen(const Fields& fields, std::uint16_t usual_port,
                                  FileFindings& findings) {
    std::vector<Endpoint> endpoints;
    const auto list = fields.find("listen");
    if (!list || !list->is_sequence() || list->is_empty()) {
        const Place place = list ? list->place() : fields.place();
        findings.error(place, list ? "`listen` is no list of addresses" : "`listen` is missing",
                       fmt::format("write `listen: [\"0.0.0.0:{0}\", \"[::]:{0}\"]`", usual_port));
        return endpoints;
    }
    std::vector<PlacedEndpoint> entries;
    for (const YamlNode item : list->items()) {
        if (const auto endpoint = read_endpoint(item, usual_port, findings))
            entries.push_back({*endpoint, item.place()});
    }
    for (const PlacedEndpoint& entry : entries) endpoints.push_back(entry.endpoint);
    report_repeated_endpoints(entries, findings);
    return endpoints;
}

bool is_off(YamlNode section) {
    return section.is_scalar() && section.text() == "off";
}

bool has_settings(YamlNode section, std::string_view key, std::string_view example,
                  FileFindings& findings) {
    if (section.is_mapping()) return true;
    findings.error(section.place(), fmt::format("`{}` is neither `off` nor a mapping", key),
                   fmt::format("write `{0}: off`, or `{0}: {1}`", key, example));
    return false;
}

void read_duration(const Fields& fields, std::string_view key, const SecondsRange& range,
                   std::chrono::seconds& duration, FileFindings& findings) {
    const auto seconds = fields.seconds(key);
    if (!seconds) return;
    duration = std::chrono::seconds(*seconds);
    if (*seconds >= range.least && *seconds <= range.most) return;
    const YamlNode node = *fields.find(key);
    findings.error(
        node.place(),
        fmt::format("`{}` is not from {}: {}", key, range.text, in_backquotes(node.text())),
        std::string(range.advice));
}

std::optional<std::filesystem::path> read_path(const Fields& fields, std::string_view key,
                                               std::string_view kind,
                                               const std::filesystem::path& base,
                                               FileFindings& findings) {
    const auto text = fields.text(key);
    if (!text) return std::nullopt;
    if (text->empty()) {
        findings.error(fields.find(key)->place(), fmt::format("`{}` is empty", key),
                       fmt::format("write the path of a {}", kind));
        return std::nullopt;
    }
    return (base / std::filesystem::path(*text)).lexically_normal();
}

}  // namespace arpad

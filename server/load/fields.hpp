/// \file  Reading mappings strictly, and the scalars in them.
///
/// All functions report what is wrong and return none then, so that a caller goes on with the next
/// thing and the operator sees all mistakes at once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "load/file_findings.hpp"
#include "load/yaml_document.hpp"

namespace arpad {

/// Whole numbers from `least` to `most`.
struct IntegerRange {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
};

/// Seconds that a duration may have at most (RFC 2181 8).
inline constexpr std::uint32_t max_seconds = max_ttl.seconds;

/// Reads a scalar as it is. `what` is how messages call it, as for all functions below.
[[nodiscard]] std::optional<std::string_view> read_text(YamlNode node, std::string_view what,
                                                        FileFindings& findings);

/// Reads `90`, `90s`, `15m`, `1h`, `2d` or `1w` as seconds, up to `max_seconds`.
[[nodiscard]] std::optional<std::uint32_t> read_seconds(YamlNode node, std::string_view what,
                                                        FileFindings& findings);

/// Reads a decimal number in `range`.
[[nodiscard]] std::optional<std::uint64_t> read_integer(YamlNode node, std::string_view what,
                                                        IntegerRange range, FileFindings& findings);

/// Reads `true` or `false`.
[[nodiscard]] std::optional<bool> read_boolean(YamlNode node, std::string_view what,
                                               FileFindings& findings);

/// Warns that `name`, a host name or a template of one, has an underscore.
void warn_of_underscore(std::string_view name, Place place, FileFindings& findings);

/// Reads a host name; warns of underscores.
[[nodiscard]] std::optional<Name> read_host_name(YamlNode node, std::string_view what,
                                                 FileFindings& findings);

/// Reads the name of a zone, which may be any domain name.
[[nodiscard]] std::optional<Name> read_zone_name(YamlNode node, std::string_view what,
                                                 FileFindings& findings);

/// A name and where it is written.
struct PlacedName {
    Name name;
    Place place;
};

/// Reads a list of at least one host name, no two equal. Leaves out those that are wrong.
[[nodiscard]] std::vector<PlacedName> read_host_names(YamlNode list, std::string_view what,
                                                      FileFindings& findings);

/// The entries of one mapping whose keys are known beforehand.
///
/// Borrows the document, the keys and the FileFindings.
class Fields {
public:
    /// Looks up `known` in `mapping` and reports all other keys, keys written twice, and a node
    /// that is no mapping. Null is an empty mapping. `what` is how messages call the mapping.
    Fields(YamlNode mapping, std::string_view what, std::span<const std::string_view> known,
           FileFindings& findings);

    /// Where the mapping begins.
    [[nodiscard]] Place place() const noexcept { return place_; }

    /// Whether `key` is written at all; it must be a known one, as for all functions below.
    [[nodiscard]] bool has(std::string_view key) const { return field(key).value.has_value(); }

    /// Whether `key` is written more than once, which was reported.
    [[nodiscard]] bool is_repeated(std::string_view key) const { return field(key).is_repeated; }

    /// The (first) value of `key`.
    [[nodiscard]] std::optional<YamlNode> find(std::string_view key) const {
        return field(key).value;
    }

    /// Where `key` is written; 0 if it is not.
    [[nodiscard]] Place key_place(std::string_view key) const { return field(key).place; }

    /// The value of `key`, read by the function of the same name above; none if it is not written.
    [[nodiscard]] std::optional<std::string_view> text(std::string_view key) const;
    [[nodiscard]] std::optional<std::uint32_t> seconds(std::string_view key) const;
    [[nodiscard]] std::optional<Ttl> ttl(std::string_view key) const;
    [[nodiscard]] std::optional<std::uint64_t> integer(std::string_view key,
                                                       IntegerRange range) const;
    [[nodiscard]] std::optional<bool> boolean(std::string_view key) const;
    [[nodiscard]] std::optional<Name> host_name(std::string_view key) const;

private:
    struct Field {
        std::string_view key;
        std::optional<YamlNode> value;
        Place place;
        bool is_repeated = false;
    };

    [[nodiscard]] const Field& field(std::string_view key) const;
    void adopt(const YamlEntry& entry, std::string_view what);
    void report_unknown(const YamlNode& key, std::string_view what) const;

    std::vector<Field> fields_;
    Place place_;
    FileFindings& findings_;
};

}  // namespace arpad

/// \file  The plain lines of `records`, read without a YAML parser.
///
/// A million of `  192.0.2.7: www.example.net` take yaml-cpp seconds. Here lines of that form, of
/// which is known what YAML and the reader of `records` make of them, are taken out of a file:
/// yaml-cpp gets the rest. A text cannot tell by itself whether a line stands where it seems to,
/// for it may be part of a quoted text that begins anywhere above. So this only proposes, and says
/// what the parse of the rest must show; load/zone_document sees to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "dns/name.hpp"
#include "load/yaml_document.hpp"
#include "reverse/address.hpp"

namespace arpad {

/// A line `ADDRESS: NAME`. Small, as there may be millions.
struct PlainRecord {
    Uint128 address_value = 0;
    std::uint32_t line = 0;
    std::uint32_t name_offset = 0;  ///< In the names of its RecordLines, as the next.
    std::uint8_t name_octets = 0;
    Family family = Family::ipv4;

    [[nodiscard]] Address address() const noexcept { return {family, address_value}; }
};

/// Plain lines in the order written, whose addresses may be any.
struct RecordLines {
    std::vector<PlainRecord> records;
    std::vector<std::uint8_t> names;  ///< In wire form, one behind the other.
    std::uint32_t column = 0;         ///< Where all addresses stand.

    /// Where the address of `record` stands.
    [[nodiscard]] Place place_of(const PlainRecord& record) const noexcept {
        return {record.line, column};
    }

    /// The name of `record`, which is a host name without underscores, in the case written.
    [[nodiscard]] NameView name_of(const PlainRecord& record) const noexcept {
        return NameView::of_valid_wire(
            std::span(names).subspan(record.name_offset, record.name_octets));
    }
};

/// A text of which plain lines were taken out, with comments and empty lines behind them.
struct ScannedText {
    RecordLines lines;
    std::string rest;            ///< What is left, in whole lines.
    std::vector<LineGap> gaps;   ///< Where lines are missing in it.
    Place records_key;           ///< Of the key `records`, as all places here in the whole text.
    std::vector<Place> entries;  ///< Where the keys of the entries stand that are left.
    std::optional<Place>
        behind;  ///< The first key behind the entries; none if the text ends there.
};

/// Takes the plain lines out of `text`, which find_text_flaw() has passed. None if there are none,
/// or if what is there makes it doubtful that they are what they seem.
///
/// If yaml-cpp finds nothing wrong with the rest, and in it
///  - the file is a mapping in block style that has one key `records`, at `records_key`;
///  - the value of that is null or a mapping in block style, whose keys stand at `entries`;
///  - one of the file's keys stands at `behind`, if there is such a place;
/// then the text as a whole is what the rest is, with the plain lines among the entries. For each
/// gap ends at such a key or with the text. So the parser stands between two lines of the mapping
/// there, outside of quotes, brackets and indented blocks, and what stands before the gap is the
/// same with and without it.
[[nodiscard]] std::optional<ScannedText> scan_record_lines(std::string_view text);

}  // namespace arpad

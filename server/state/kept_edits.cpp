#include "state/kept_edits.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace arpad {
namespace {

std::int64_t number_of(Family family) {
    return family == Family::ipv4 ? 4 : 6;
}

/// 4 or 16 octets, in network order.
std::vector<std::uint8_t> octets_of(Address address) {
    std::vector<std::uint8_t> octets;
    for (unsigned bits = address.bits(); bits > 0; bits -= 8) {
        octets.push_back(static_cast<std::uint8_t>(address.value() >> (bits - 8)));
    }
    return octets;
}

std::vector<std::uint8_t> wire_of(std::span<const Name> names) {
    std::vector<std::uint8_t> wire;
    for (const Name& name : names) {
        const auto octets = name.view().wire();
        wire.insert(wire.end(), octets.begin(), octets.end());
    }
    return wire;
}

[[noreturn]] void refuse() {
    throw DatabaseError("holds an edit that arpad did not write");
}

std::vector<Name> names_from(std::span<const std::uint8_t> wire) {
    std::vector<Name> names;
    while (!wire.empty()) {
        std::size_t octets = 0;
        while (octets < wire.size() && wire[octets] != 0) octets += 1U + wire[octets];
        if (octets >= wire.size()) refuse();
        const auto name = Name::from_wire(wire.first(octets + 1));
        if (!name) refuse();
        names.push_back(*name);
        wire = wire.subspan(octets + 1);
    }
    if (names.empty()) refuse();
    return names;
}

Address address_from(std::int64_t family, std::span<const std::uint8_t> octets) {
    const bool is_ipv4 = family == number_of(Family::ipv4);
    if (octets.size() != (is_ipv4 ? 4U : 16U)) refuse();
    Uint128 value = 0;
    for (const std::uint8_t octet : octets) value = value << 8U | octet;
    return {is_ipv4 ? Family::ipv4 : Family::ipv6, value};
}

/// The edit in the row at which `rows` is: family, address, names, ttl, whether that is missing.
Edit edit_at(const Statement& rows) {
    Edit edit{address_from(rows.integer(0), rows.octets(1)), names_from(rows.octets(2))};
    if (rows.integer(4) == 0) edit.ttl = Ttl{static_cast<std::uint32_t>(rows.integer(3))};
    return edit;
}

}  // namespace

void read_edits(Database& database, const AddressRange& range,
                const std::function<void(const Edit&)>& visit) {
    Statement rows(database,
                   "SELECT family, address, names, ttl, ttl IS NULL FROM edits "
                   "WHERE family = ? AND address BETWEEN ? AND ? ORDER BY address");
    const auto first = octets_of(range.first);
    const auto last = octets_of(range.last);
    rows.bind(0, number_of(range.first.family()));
    rows.bind(1, std::span<const std::uint8_t>(first));
    rows.bind(2, std::span<const std::uint8_t>(last));
    while (rows.step()) visit(edit_at(rows));
}

void write_edits(Database& database, std::span<const Edit> edits) {
    Statement write(database,
                    "INSERT OR REPLACE INTO edits (family, address, names, ttl) "
                    "VALUES (?, ?, ?, ?)");
    Statement remove(database, "DELETE FROM edits WHERE family = ? AND address = ?");
    for (const Edit& edit : edits) {
        const auto address = octets_of(edit.address);
        const auto names = wire_of(edit.names);
        Statement& statement = names.empty() ? remove : write;
        statement.bind(0, number_of(edit.address.family()));
        statement.bind(1, std::span<const std::uint8_t>(address));
        if (!names.empty()) statement.bind(2, std::span<const std::uint8_t>(names));
        if (!names.empty() && edit.ttl) statement.bind(3, std::int64_t{edit.ttl->seconds});
        if (!names.empty() && !edit.ttl) statement.bind_null(3);
        statement.step();
    }
}

KeptEdits::KeptEdits(Database& database) {
    {
        Statement table(database, "SELECT 1 FROM sqlite_master WHERE name = 'edits'");
        bool is_there = false;
        while (table.step()) is_there = true;
        if (!is_there) return;
    }
    Statement rows(database, "SELECT family, address, names, ttl, ttl IS NULL FROM edits");
    while (rows.step()) {
        Edit edit = edit_at(rows);
        edits_.insert_or_assign(edit.address, std::move(edit));
    }
}

Result<KeptEdits, std::string> KeptEdits::read(const std::filesystem::path& directory) {
    const auto path = directory / "state.db";
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) return KeptEdits();
    try {
        Database database(path, Database::Access::read_only);
        return KeptEdits(database);
    } catch (const DatabaseError& failure) {
        return fmt::format("{}: {}\n  run this as a user that may read the state of the server",
                           path.string(), failure.what());
    }
}

void KeptEdits::for_each_edit(const AddressRange& range,
                              const std::function<void(const Edit&)>& visit) {
    const auto end = edits_.upper_bound(range.last);
    for (auto edit = edits_.lower_bound(range.first); edit != end; ++edit) visit(edit->second);
}

}  // namespace arpad

#include "state/edit_log.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <utility>

namespace arpad {

const char* const edit_log_schema = R"(
    CREATE TABLE edits (
        family INTEGER NOT NULL,   -- 4 or 6
        address BLOB NOT NULL,     -- 4 or 16 octets, in network order
        type INTEGER NOT NULL,     -- of the RRset
        layer INTEGER NOT NULL,    -- as EditLayer
        rdatas BLOB NOT NULL,      -- u16 octets of RDATA, RDATA, one behind the other
        ttl INTEGER,               -- NULL for the network's edit_ttl
        account TEXT NOT NULL,     -- whose it is; empty for an operator's
        server TEXT NOT NULL,      -- likewise
        change INTEGER NOT NULL,   -- that it comes from; 0 for one of before there was a history
        PRIMARY KEY (family, address, type, layer)
    ) WITHOUT ROWID;
    CREATE TABLE changes (
        id INTEGER PRIMARY KEY,    -- from 1, in the order in which they were made
        time INTEGER NOT NULL,     -- microseconds since 1970
        channel INTEGER NOT NULL,  -- as Channel
        who TEXT NOT NULL,
        undoes INTEGER             -- the change that it takes back
    );
    CREATE TABLE history (
        family INTEGER NOT NULL,
        address BLOB NOT NULL,
        change INTEGER NOT NULL,
        type INTEGER NOT NULL,
        layer INTEGER NOT NULL,
        rdatas BLOB NOT NULL,      -- what the layer says since then; empty for nothing
        ttl INTEGER,
        account TEXT NOT NULL,     -- whose the edit is, as in edits
        server TEXT NOT NULL,
        old_rdatas BLOB,           -- what the layer said before; NULL for nothing
        old_ttl INTEGER,
        old_account TEXT,
        old_server TEXT,
        served BLOB,               -- RDATA of the RRset that is served since then; NULL for none
        served_ttl INTEGER,
        old_served BLOB,           -- and before
        old_served_ttl INTEGER,
        holder_account TEXT NOT NULL,  -- whose the address was; empty for nobody's
        holder_server TEXT NOT NULL,
        PRIMARY KEY (family, address, change, type, layer)
    ) WITHOUT ROWID;
    CREATE INDEX history_by_change ON history (change);
    CREATE INDEX history_by_account ON history (holder_account, change);
    CREATE TABLE changed_zones (
        change INTEGER NOT NULL,
        apex BLOB NOT NULL,        -- wire form, lower case
        serial INTEGER NOT NULL,   -- the first that has the change
        PRIMARY KEY (change, apex)
    ) WITHOUT ROWID;
)";

namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::string_view edit_columns =
    "family, address, type, layer, rdatas, ttl, account, server, change";

constexpr std::string_view insert_edit =
    "INSERT OR REPLACE INTO edits (family, address, type, layer, rdatas, ttl, account, server, "
    "change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

std::int64_t number_of(Family family) {
    return family == Family::ipv4 ? 4 : 6;
}

/// 4 or 16 octets, in network order.
Octets octets_of(Address address) {
    Octets octets;
    for (unsigned bits = address.bits(); bits > 0; bits -= 8) {
        octets.push_back(static_cast<std::uint8_t>(address.value() >> (bits - 8)));
    }
    return octets;
}

Octets octets_of(std::span<const Rdata> rdatas) {
    Octets octets;
    for (const Rdata& rdata : rdatas) {
        octets.push_back(static_cast<std::uint8_t>(rdata.size() >> 8U));
        octets.push_back(static_cast<std::uint8_t>(rdata.size()));
        octets.insert(octets.end(), rdata.begin(), rdata.end());
    }
    return octets;
}

[[noreturn]] void refuse() {
    throw DatabaseError("holds an edit that arpad did not write");
}

std::vector<Rdata> rdatas_from(std::span<const std::uint8_t> octets, RrType type) {
    std::vector<Rdata> rdatas;
    while (!octets.empty()) {
        if (octets.size() < 2) refuse();
        const std::size_t length = std::size_t{octets[0]} << 8U | octets[1];
        octets = octets.subspan(2);
        if (octets.size() < length) refuse();
        const auto rdata = octets.first(length);
        if (type == RrType::ptr && !Name::from_wire(rdata)) refuse();
        rdatas.emplace_back(rdata.begin(), rdata.end());
        octets = octets.subspan(length);
    }
    return rdatas;
}

Address address_from(std::int64_t family, std::span<const std::uint8_t> octets) {
    const bool is_ipv4 = family == number_of(Family::ipv4);
    if (octets.size() != (is_ipv4 ? 4U : 16U)) refuse();
    Uint128 value = 0;
    for (const std::uint8_t octet : octets) value = value << 8U | octet;
    return {is_ipv4 ? Family::ipv4 : Family::ipv6, value};
}

EditLayer layer_from(std::int64_t number) {
    if (number != static_cast<int>(EditLayer::edit)) refuse();
    return EditLayer::edit;
}

/// Columns of a row, one after the other.
class Columns {
public:
    explicit Columns(const Statement& row) : row_(row) {}

    std::int64_t integer() { return row_.integer(next_++); }
    std::span<const std::uint8_t> octets() { return row_.octets(next_++); }
    std::string text() {
        const auto octets = row_.octets(next_++);
        return {octets.begin(), octets.end()};
    }

    /// Whether the next column is NULL, which is then passed over with `others` behind it.
    bool skip_null(int others = 0) {
        if (!row_.is_null(next_)) return false;
        next_ += 1 + others;
        return true;
    }

    std::optional<Ttl> ttl() {
        if (skip_null()) return std::nullopt;
        return Ttl{static_cast<std::uint32_t>(integer())};
    }

    std::optional<Rrset> rrset(RrType type) {
        if (skip_null(1)) return std::nullopt;
        Rrset rrset{type, {}, rdatas_from(octets(), type)};
        rrset.ttl = ttl().value_or(Ttl());
        return rrset;
    }

private:
    const Statement& row_;
    int next_ = 0;
};

/// Parameters of a statement, one after the other. What is bound must live until it has run.
class Parameters {
public:
    explicit Parameters(Statement& statement) : statement_(statement) {}

    template <class Value>
    Parameters& add(const Value& value) {
        statement_.bind(next_++, value);
        return *this;
    }
    Parameters& add(const Octets& octets) { return add(std::span<const std::uint8_t>(octets)); }
    Parameters& add(const std::string& text) { return add(std::string_view(text)); }

    Parameters& add_null() {
        statement_.bind_null(next_++);
        return *this;
    }

    Parameters& add(const std::optional<Ttl>& ttl) {
        return ttl ? add(std::int64_t{ttl->seconds}) : add_null();
    }

private:
    Statement& statement_;
    int next_ = 0;
};

/// The edit in the columns: rdatas, ttl, account, server.
Edit edit_from(Columns& columns, Address address, RrType type, EditLayer layer) {
    Edit edit;
    edit.address = address;
    edit.type = type;
    edit.layer = layer;
    edit.rdatas = rdatas_from(columns.octets(), type);
    edit.ttl = columns.ttl();
    edit.holder.account = columns.text();
    edit.holder.server = columns.text();
    return edit;
}

/// The edit in a row of `edits`: family, address, type, layer, rdatas, ttl, account, server,
/// change.
Edit edit_at(const Statement& row) {
    Columns columns(row);
    const std::int64_t family = columns.integer();
    const Address address = address_from(family, columns.octets());
    const auto type = static_cast<RrType>(columns.integer());
    const EditLayer layer = layer_from(columns.integer());
    Edit edit = edit_from(columns, address, type, layer);
    edit.change = columns.integer();
    return edit;
}

void bind_key(Parameters& parameters, const Edit& edit, const Octets& address) {
    parameters.add(number_of(edit.address.family()))
        .add(address)
        .add(std::int64_t{static_cast<std::uint16_t>(edit.type)})
        .add(std::int64_t{static_cast<std::uint8_t>(edit.layer)});
}

void write_edit(Statement& write, const Edit& edit) {
    const Octets address = octets_of(edit.address);
    const Octets rdatas = octets_of(edit.rdatas);
    Parameters parameters(write);
    bind_key(parameters, edit, address);
    parameters.add(rdatas)
        .add(edit.ttl)
        .add(edit.holder.account)
        .add(edit.holder.server)
        .add(edit.change);
    write.step();
}

void remove_edit(Statement& remove, const Edit& edit) {
    const Octets address = octets_of(edit.address);
    Parameters parameters(remove);
    bind_key(parameters, edit, address);
    remove.step();
}

void write_history(Statement& write, ChangeId change, const MadeEdit& made) {
    const Octets address = octets_of(made.edit.address);
    const Octets rdatas = octets_of(made.edit.rdatas);
    const Octets old_rdatas = made.before ? octets_of(made.before->rdatas) : Octets();
    const Octets served = made.served ? octets_of(made.served->rdatas) : Octets();
    const Octets old_served = made.served_before ? octets_of(made.served_before->rdatas) : Octets();
    Parameters parameters(write);
    bind_key(parameters, made.edit, address);
    parameters.add(change)
        .add(rdatas)
        .add(made.edit.ttl)
        .add(made.edit.holder.account)
        .add(made.edit.holder.server);
    if (made.before) {
        parameters.add(old_rdatas)
            .add(made.before->ttl)
            .add(made.before->holder.account)
            .add(made.before->holder.server);
    } else {
        parameters.add_null().add_null().add_null().add_null();
    }
    const auto add_rrset = [&parameters](const std::optional<Rrset>& rrset, const Octets& octets) {
        if (rrset) {
            parameters.add(octets).add(std::int64_t{rrset->ttl.seconds});
        } else {
            parameters.add_null().add_null();
        }
    };
    add_rrset(made.served, served);
    add_rrset(made.served_before, old_served);
    parameters.add(made.holder.account).add(made.holder.server);
    write.step();
}

constexpr std::string_view change_columns = "changes.id, time, channel, who, undoes";
constexpr std::string_view history_columns =
    "family, address, type, layer, rdatas, ttl, account, server, "
    "old_rdatas, old_ttl, old_account, old_server, "
    "served, served_ttl, old_served, old_served_ttl, holder_account, holder_server";

MadeChange change_from(Columns& columns) {
    MadeChange change;
    change.id = columns.integer();
    change.time = MadeChange::Time(std::chrono::microseconds(columns.integer()));
    change.origin.channel = static_cast<Channel>(columns.integer());
    change.origin.who = columns.text();
    if (!columns.skip_null()) change.undoes = columns.integer();
    return change;
}

MadeEdit made_edit_from(Columns& columns) {
    const std::int64_t family = columns.integer();
    const Address address = address_from(family, columns.octets());
    const auto type = static_cast<RrType>(columns.integer());
    const EditLayer layer = layer_from(columns.integer());
    MadeEdit made;
    made.edit = edit_from(columns, address, type, layer);
    constexpr int others_of_old = 3;
    if (!columns.skip_null(others_of_old)) made.before = edit_from(columns, address, type, layer);
    made.served = columns.rrset(type);
    made.served_before = columns.rrset(type);
    made.holder.account = columns.text();
    made.holder.server = columns.text();
    return made;
}

std::vector<std::pair<Name, Serial>> read_zones(Database& database, ChangeId id) {
    std::vector<std::pair<Name, Serial>> zones;
    Statement rows(database,
                   "SELECT apex, serial FROM changed_zones WHERE change = ? ORDER BY apex");
    rows.bind(0, id);
    while (rows.step()) {
        const auto apex = Name::from_wire(rows.octets(0));
        if (!apex) refuse();
        zones.emplace_back(*apex, Serial{static_cast<std::uint32_t>(rows.integer(1))});
    }
    return zones;
}

}  // namespace

void take_over_edits_of_version_5(Database& database) {
    database.run("ALTER TABLE edits RENAME TO edits_of_version_5");
    database.run(edit_log_schema);
    {
        Statement rows(database, "SELECT family, address, names, ttl FROM edits_of_version_5");
        Statement write(database, insert_edit);
        while (rows.step()) {
            Columns columns(rows);
            const std::int64_t family = columns.integer();
            Edit edit;
            edit.address = address_from(family, columns.octets());
            // Names in wire form, one behind the other.
            for (auto names = columns.octets(); !names.empty();) {
                std::size_t octets = 0;
                while (octets < names.size() && names[octets] != 0) octets += 1U + names[octets];
                if (octets >= names.size()) refuse();
                const auto name = names.first(octets + 1);
                if (!Name::from_wire(name)) refuse();
                edit.rdatas.emplace_back(name.begin(), name.end());
                names = names.subspan(octets + 1);
            }
            edit.ttl = columns.ttl();
            write_edit(write, edit);
        }
    }
    database.run("DROP TABLE edits_of_version_5");
}

void read_edits(Database& database, const AddressRange& range,
                const std::function<void(const Edit&)>& visit) {
    Statement rows(database, fmt::format("SELECT {} FROM edits WHERE family = ? "
                                         "AND address BETWEEN ? AND ? "
                                         "ORDER BY address, type, layer",
                                         edit_columns));
    const Octets first = octets_of(range.first);
    const Octets last = octets_of(range.last);
    Parameters(rows).add(number_of(range.first.family())).add(first).add(last);
    while (rows.step()) visit(edit_at(rows));
}

void write_changes(Database& database, std::span<const MadeChange> changes) {
    Statement write(database, insert_edit);
    Statement remove(database,
                     "DELETE FROM edits WHERE family = ? AND address = ? AND type = ? "
                     "AND layer = ?");
    Statement add_change(database,
                         "INSERT INTO changes (id, time, channel, who, undoes) "
                         "VALUES (?, ?, ?, ?, ?)");
    Statement add_history(
        database,
        "INSERT OR REPLACE INTO history (family, address, type, layer, change, rdatas, ttl, "
        "account, server, old_rdatas, old_ttl, old_account, old_server, served, served_ttl, "
        "old_served, old_served_ttl, holder_account, holder_server) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    Statement add_zone(database,
                       "INSERT INTO changed_zones (change, apex, serial) VALUES (?, ?, ?)");
    for (const MadeChange& change : changes) {
        Parameters parameters(add_change);
        parameters.add(change.id)
            .add(std::int64_t{change.time.time_since_epoch().count()})
            .add(std::int64_t{static_cast<std::uint8_t>(change.origin.channel)})
            .add(change.origin.who);
        if (change.undoes) {
            parameters.add(*change.undoes);
        } else {
            parameters.add_null();
        }
        add_change.step();
        for (const MadeEdit& made : change.edits) {
            if (made.edit.rdatas.empty()) {
                remove_edit(remove, made.edit);
            } else {
                write_edit(write, made.edit);
            }
            write_history(add_history, change.id, made);
        }
        for (const auto& [apex, serial] : change.zones) {
            Parameters(add_zone)
                .add(change.id)
                .add(apex.view().wire())
                .add(std::int64_t{serial.value});
            add_zone.step();
        }
    }
}

ChangeId read_last_change(Database& database) {
    Statement row(database, "SELECT max(id) FROM changes");
    ChangeId last = 0;
    while (row.step()) last = row.integer(0);
    return last;
}

std::optional<MadeChange> read_change_head(Database& database, ChangeId id) {
    std::optional<MadeChange> change;
    Statement row(database, fmt::format("SELECT {} FROM changes WHERE id = ?", change_columns));
    row.bind(0, id);
    while (row.step()) {
        Columns columns(row);
        change = change_from(columns);
    }
    return change;
}

std::optional<MadeChange> read_change(Database& database, ChangeId id) {
    std::optional<MadeChange> change = read_change_head(database, id);
    if (!change) return std::nullopt;
    Statement rows(database, fmt::format("SELECT {} FROM history WHERE change = ? "
                                         "ORDER BY family, address, type, layer",
                                         history_columns));
    rows.bind(0, id);
    while (rows.step()) {
        Columns columns(rows);
        change->edits.push_back(made_edit_from(columns));
        change->edits.back().edit.change = id;
    }
    change->zones = read_zones(database, id);
    return change;
}

std::vector<HistoryEntry> read_history(Database& database, const HistoryFilter& filter) {
    std::string conditions = "changes.id < ?";
    if (filter.addresses) conditions += " AND family = ? AND address BETWEEN ? AND ?";
    if (filter.account) conditions += " AND holder_account = ?";
    Statement rows(database,
                   fmt::format("SELECT {}, {} FROM history JOIN changes ON changes.id = change "
                               "WHERE {} ORDER BY changes.id DESC, family, address, type, layer "
                               "LIMIT ?",
                               change_columns, history_columns, conditions));
    Octets first;
    Octets last;
    Parameters parameters(rows);
    parameters.add(filter.before.value_or(std::numeric_limits<std::int64_t>::max()));
    if (filter.addresses) {
        first = octets_of(filter.addresses->first);
        last = octets_of(filter.addresses->last);
        parameters.add(number_of(filter.addresses->first.family())).add(first).add(last);
    }
    if (filter.account) parameters.add(*filter.account);
    parameters.add(static_cast<std::int64_t>(filter.limit));
    std::vector<HistoryEntry> entries;
    while (rows.step()) {
        Columns columns(rows);
        HistoryEntry entry;
        entry.change = change_from(columns);
        entry.edit = made_edit_from(columns);
        entry.edit.edit.change = entry.change.id;
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<std::vector<HistoryEntry>, std::string> read_history(const std::filesystem::path& directory,
                                                            const HistoryFilter& filter) {
    const auto path = directory / "state.db";
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) return std::vector<HistoryEntry>();
    try {
        Database database(path, Database::Access::read_only);
        return read_history(database, filter);
    } catch (const DatabaseError& failure) {
        return fmt::format("{}: {}\n  run this as a user that may read the state of the server",
                           path.string(), failure.what());
    }
}

}  // namespace arpad

#include "state/edit_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <utility>

namespace arpad {

const char* const edit_log_schema = R"(
    CREATE TABLE edits (
        family INTEGER NOT NULL,   -- 4 or 6; 0 for a name that is no address's
        address BLOB NOT NULL,     -- 4 or 16 octets, in network order; or the name: its labels
                                   -- with their lengths, the last one first
        type INTEGER NOT NULL,     -- of the RRset
        layer INTEGER NOT NULL,    -- as EditLayer
        rdatas BLOB NOT NULL,      -- u16 octets of RDATA, RDATA, one behind the other; empty where
                                   -- the layer says that there is none
        ttl INTEGER,               -- NULL for the network's edit_ttl
        expires INTEGER,           -- seconds since 1970; NULL for never
        account TEXT NOT NULL,     -- whose it is; empty for an operator's
        server TEXT NOT NULL,      -- likewise
        change INTEGER NOT NULL,   -- that it comes from; 0 for one of before there was a history
        PRIMARY KEY (family, address, type, layer)
    ) WITHOUT ROWID;
    CREATE INDEX edits_by_expiry ON edits (expires) WHERE expires IS NOT NULL;
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
        rdatas BLOB,               -- what the layer says since then; NULL for nothing
        ttl INTEGER,
        expires INTEGER,
        account TEXT NOT NULL,     -- whose the edit is, as in edits
        server TEXT NOT NULL,
        old_rdatas BLOB,           -- what the layer said before; NULL for nothing
        old_ttl INTEGER,
        old_expires INTEGER,
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

constexpr std::uint8_t max_octet = 0xFF;

constexpr std::string_view edit_columns =
    "family, address, type, layer, rdatas, ttl, expires, account, server, change";

constexpr std::string_view insert_edit =
    "INSERT OR REPLACE INTO edits (family, address, type, layer, rdatas, ttl, expires, account, "
    "server, change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// What stands for the family of a name that is no address's.
constexpr std::int64_t no_family = 0;

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

/// Its labels with their lengths, the last one first: names below another one begin as that does.
Octets octets_of(NameView name) {
    std::vector<NameView> names;
    for (; !name.is_root(); name = name.parent()) names.push_back(name);
    Octets octets;
    while (!names.empty()) {
        const auto label = names.back().first_label();
        octets.push_back(static_cast<std::uint8_t>(label.size()));
        octets.insert(octets.end(), label.begin(), label.end());
        names.pop_back();
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

Name name_from(std::span<const std::uint8_t> octets) {
    Octets wire{0};
    while (!octets.empty()) {
        const std::size_t length = std::size_t{1} + octets[0];
        if (length > octets.size()) refuse();
        wire.insert(wire.begin(), octets.begin(),
                    octets.begin() + static_cast<std::ptrdiff_t>(length));
        octets = octets.subspan(length);
    }
    auto name = Name::from_wire(wire);
    if (!name) refuse();
    return std::move(*name);
}

EditLayer layer_from(std::int64_t number) {
    const auto layer = static_cast<EditLayer>(number);
    if (layer != EditLayer::edit && layer != EditLayer::lease) refuse();
    return layer;
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

    std::optional<Edit::Time> time() {
        if (skip_null()) return std::nullopt;
        return Edit::Time(std::chrono::seconds(integer()));
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

    Parameters& add(const std::optional<Edit::Time>& time) {
        return time ? add(std::int64_t{time->time_since_epoch().count()}) : add_null();
    }

private:
    Statement& statement_;
    int next_ = 0;
};

/// What an edit is about, in the columns: family, address, type, layer.
Edit key_from(Columns& columns) {
    Edit edit;
    const std::int64_t family = columns.integer();
    const auto owner = columns.octets();
    if (family == no_family) {
        edit.name = name_from(owner);
    } else {
        edit.address = address_from(family, owner);
    }
    edit.type = static_cast<RrType>(columns.integer());
    edit.layer = layer_from(columns.integer());
    return edit;
}

/// The edit that is about what `key` is about, in the columns: rdatas, ttl, expires, account,
/// server. It says nothing if there are no rdatas.
Edit edit_from(Columns& columns, const Edit& key) {
    Edit edit = reset_of(key);
    if (!columns.skip_null()) {
        edit.rdatas = rdatas_from(columns.octets(), key.type);
        edit.is_hole = edit.rdatas.empty();
    }
    edit.ttl = columns.ttl();
    edit.expires = columns.time();
    edit.holder.account = columns.text();
    edit.holder.server = columns.text();
    return edit;
}

/// The edit in a row of `edits`, with the columns of `edit_columns`.
Edit edit_at(const Statement& row) {
    Columns columns(row);
    const Edit key = key_from(columns);
    Edit edit = edit_from(columns, key);
    edit.change = columns.integer();
    return edit;
}

Octets owner_octets(const Edit& edit) {
    return edit.name ? octets_of(*edit.name) : octets_of(edit.address);
}

void bind_key(Parameters& parameters, const Edit& edit, const Octets& owner) {
    parameters.add(edit.name ? no_family : number_of(edit.address.family()))
        .add(owner)
        .add(std::int64_t{static_cast<std::uint16_t>(edit.type)})
        .add(std::int64_t{static_cast<std::uint8_t>(edit.layer)});
}

void write_edit(Statement& write, const Edit& edit) {
    const Octets owner = owner_octets(edit);
    const Octets rdatas = octets_of(edit.rdatas);
    Parameters parameters(write);
    bind_key(parameters, edit, owner);
    parameters.add(rdatas)
        .add(edit.ttl)
        .add(edit.expires)
        .add(edit.holder.account)
        .add(edit.holder.server)
        .add(edit.change);
    write.step();
}

void remove_edit(Statement& remove, const Edit& edit) {
    const Octets owner = owner_octets(edit);
    Parameters parameters(remove);
    bind_key(parameters, edit, owner);
    remove.step();
}

void write_history(Statement& write, ChangeId change, const MadeEdit& made) {
    const Octets owner = owner_octets(made.edit);
    const Octets rdatas = octets_of(made.edit.rdatas);
    const Octets old_rdatas = made.before ? octets_of(made.before->rdatas) : Octets();
    const Octets served = made.served ? octets_of(made.served->rdatas) : Octets();
    const Octets old_served = made.served_before ? octets_of(made.served_before->rdatas) : Octets();
    Parameters parameters(write);
    bind_key(parameters, made.edit, owner);
    parameters.add(change);
    if (made.edit.says_anything()) {
        parameters.add(rdatas);
    } else {
        parameters.add_null();
    }
    parameters.add(made.edit.ttl)
        .add(made.edit.expires)
        .add(made.edit.holder.account)
        .add(made.edit.holder.server);
    if (made.before) {
        parameters.add(old_rdatas)
            .add(made.before->ttl)
            .add(made.before->expires)
            .add(made.before->holder.account)
            .add(made.before->holder.server);
    } else {
        parameters.add_null().add_null().add_null().add_null().add_null();
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
    "family, address, type, layer, rdatas, ttl, expires, account, server, "
    "old_rdatas, old_ttl, old_expires, old_account, old_server, "
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
    const Edit key = key_from(columns);
    MadeEdit made;
    made.edit = edit_from(columns, key);
    constexpr int others_of_old = 4;
    if (!columns.skip_null(others_of_old)) made.before = edit_from(columns, key);
    made.served = columns.rrset(key.type);
    made.served_before = columns.rrset(key.type);
    made.holder.account = columns.text();
    made.holder.server = columns.text();
    return made;
}

/// Calls `visit` with the edits of owners of `family` from `first` to `last`, in their order.
void visit_between(Database& database, std::int64_t family, const Octets& first, const Octets& last,
                   const std::function<void(const Edit&)>& visit) {
    Statement rows(database, fmt::format("SELECT {} FROM edits WHERE family = ? "
                                         "AND address BETWEEN ? AND ? "
                                         "ORDER BY address, type, layer",
                                         edit_columns));
    Parameters(rows).add(family).add(first).add(last);
    while (rows.step()) visit(edit_at(rows));
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

void take_over_edits_of_version_6(Database& database) {
    database.run(R"(
        DROP INDEX history_by_change;
        DROP INDEX history_by_account;
        ALTER TABLE edits RENAME TO edits_of_version_6;
        ALTER TABLE changes RENAME TO changes_of_version_6;
        ALTER TABLE history RENAME TO history_of_version_6;
        ALTER TABLE changed_zones RENAME TO changed_zones_of_version_6;
    )");
    database.run(edit_log_schema);
    database.run(R"(
        INSERT INTO edits
            SELECT family, address, type, layer, rdatas, ttl, NULL, account, server, change
            FROM edits_of_version_6;
        INSERT INTO changes SELECT * FROM changes_of_version_6;
        INSERT INTO history
            SELECT family, address, change, type, layer, nullif(rdatas, x''), ttl, NULL, account,
                server, old_rdatas, old_ttl, NULL, old_account, old_server, served, served_ttl,
                old_served, old_served_ttl, holder_account, holder_server
            FROM history_of_version_6;
        INSERT INTO changed_zones SELECT * FROM changed_zones_of_version_6;
        DROP TABLE edits_of_version_6;
        DROP TABLE changes_of_version_6;
        DROP TABLE history_of_version_6;
        DROP TABLE changed_zones_of_version_6;
    )");
}

void read_edits(Database& database, const AddressRange& range,
                const std::function<void(const Edit&)>& visit) {
    visit_between(database, number_of(range.first.family()), octets_of(range.first),
                  octets_of(range.last), visit);
}

void read_named_edits(Database& database, const Name& apex,
                      const std::function<void(const Edit&)>& visit) {
    const Octets first = octets_of(apex.view());
    Octets last = first;
    last.push_back(max_octet);  // more than the length of any label
    visit_between(database, no_family, first, last, visit);
}

std::vector<Edit> read_expired_edits(Database& database, Edit::Time now, std::size_t limit) {
    Statement rows(database, fmt::format("SELECT {} FROM edits WHERE expires <= ? "
                                         "ORDER BY expires LIMIT ?",
                                         edit_columns));
    Parameters(rows)
        .add(std::int64_t{now.time_since_epoch().count()})
        .add(static_cast<std::int64_t>(limit));
    std::vector<Edit> edits;
    while (rows.step()) edits.push_back(edit_at(rows));
    return edits;
}

std::optional<Edit::Time> read_next_expiry(Database& database) {
    Statement row(database, "SELECT min(expires) FROM edits WHERE expires IS NOT NULL");
    std::optional<Edit::Time> next;
    while (row.step()) {
        if (!row.is_null(0)) next = Edit::Time(std::chrono::seconds(row.integer(0)));
    }
    return next;
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
        "expires, account, server, old_rdatas, old_ttl, old_expires, old_account, old_server, "
        "served, served_ttl, old_served, old_served_ttl, holder_account, holder_server) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    Statement add_zone(database,
                       "INSERT INTO changed_zones (change, apex, serial) VALUES (?, ?, ?)");
    for (const MadeChange& change : changes) {
        for (const MadeEdit& made : change.edits) {
            if (made.edit.says_anything()) {
                write_edit(write, made.edit);
            } else {
                remove_edit(remove, made.edit);
            }
        }
        if (change.id == 0) continue;
        const auto is_told = [&change](const MadeEdit& made) {
            return made.edit.change == change.id;
        };
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
            if (is_told(made)) write_history(add_history, change.id, made);
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
    if (filter.is_of_ptrs_only) {
        conditions += fmt::format(" AND type = {} AND family <> {}",
                                  static_cast<std::uint16_t>(RrType::ptr), no_family);
    }
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

#include "control/address_book.hpp"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <locale>
#include <set>
#include <utility>

#include "load/host_name.hpp"
#include "zone/allocations.hpp"
#include "zone/change.hpp"
#include "zone/range_index.hpp"

namespace arpad {
namespace {

/// All addresses of an IPv4 prefix with at most so many are listed, of others those with a name.
constexpr std::size_t listed_of_prefix = 256;

std::string lower_case(std::string_view text) {
    return boost::algorithm::to_lower_copy(std::string(text), std::locale::classic());
}

bool contains(std::string_view text, std::string_view part) {
    return boost::algorithm::contains(lower_case(text), part);
}

bool is_small(const Prefix& prefix) {
    return prefix.family() == Family::ipv4 &&
           prefix.last().value() - prefix.first().value() < listed_of_prefix;
}

std::string name_text(const ServedPtr& served) {
    if (!served.rrset) return {};
    std::string text;
    for (const Name& name : targets_of(*served.rrset)) {
        text += (text.empty() ? "" : " ") + host_name_text(name);
    }
    return text;
}

NameOrigin origin_of(PtrSource source) {
    switch (source) {
        case PtrSource::stored:
            return NameOrigin::record;
        case PtrSource::range:
            return NameOrigin::range;
        case PtrSource::none:
            return NameOrigin::none;
        case PtrSource::delegated:
            return NameOrigin::delegated;
        case PtrSource::unavailable:
            return NameOrigin::unavailable;
        case PtrSource::elsewhere:
            return NameOrigin::elsewhere;
    }
    return NameOrigin::none;
}

}  // namespace

std::string_view to_text(NameOrigin origin) noexcept {
    switch (origin) {
        case NameOrigin::edit:
            return "edit";
        case NameOrigin::record:
            return "record";
        case NameOrigin::lease:
            return "lease";
        case NameOrigin::server_default:
            return "default";
        case NameOrigin::range:
            return "range";
        case NameOrigin::none:
            return "none";
        case NameOrigin::delegated:
            return "delegated";
        case NameOrigin::unavailable:
            return "unavailable";
        case NameOrigin::elsewhere:
            return "elsewhere";
    }
    return "none";
}

bool may_see(const ServerModel& server, const Grant& grant) {
    return grant.account.empty() || server.account == grant.account;
}

const Name* BookRow::default_name() const noexcept {
    return entry.is_primary ? &entry.server->host_name : nullptr;
}

void AddressBook::update(std::shared_ptr<const InventoryModel> inventory, ServedPtrs served) {
    inventory_ = std::move(inventory);
    served_ = std::move(served);
}

const AccountModel* AddressBook::find_account(std::string_view name) const {
    if (!inventory_) return nullptr;
    const auto found = std::ranges::find(inventory_->accounts, name, &AccountModel::name);
    return found == inventory_->accounts.end() ? nullptr : &*found;
}

const ServerModel* AddressBook::find_server(std::string_view name) const {
    if (!inventory_) return nullptr;
    const auto found = std::ranges::find(inventory_->servers, name, &ServerModel::name);
    return found == inventory_->servers.end() ? nullptr : &*found;
}

BookPage AddressBook::find(const BookQuery& query, const Grant& grant, StateReader& state) const {
    std::vector<BookEntry> found = entries(query, grant);
    if (!query.text.empty()) {
        const std::string text = lower_case(query.text);
        std::erase_if(found, [&](const BookEntry& entry) { return !matches(entry, text); });
    }
    if (query.is_edited) {
        const std::set<Address> edited = edited_addresses(state);
        std::erase_if(found,
                      [&](const BookEntry& entry) { return !edited.contains(entry.address); });
    }
    sort(found, query);
    BookPage page;
    page.total = found.size();
    const std::size_t first = std::min(query.offset, found.size());
    const std::size_t end = std::min(first + query.limit, found.size());
    for (std::size_t i = first; i < end; ++i) page.rows.push_back(row_of(found[i], state));
    return page;
}

/// The addresses with edits that are heard.
std::set<Address> AddressBook::edited_addresses(StateReader& state) const {
    std::set<Address> edited;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (const Edit& edit : state.edits(range_of(all_addresses(family)))) {
            const bool is_edit = edit.type == RrType::ptr && edit.layer == EditLayer::edit;
            if (is_edit && is_awake(edit, inventory_.get())) edited.insert(edit.address);
        }
    }
    return edited;
}

/// Puts `entries`, which are by server, into the order of `query`.
void AddressBook::sort(std::vector<BookEntry>& entries, const BookQuery& query) const {
    if (query.order == BookQuery::Order::address) {
        std::ranges::stable_sort(entries, {}, &BookEntry::address);
    } else if (query.order == BookQuery::Order::name) {
        using Named = std::pair<std::string, BookEntry>;
        std::vector<Named> named;
        named.reserve(entries.size());
        for (const BookEntry& entry : entries) {
            named.emplace_back(lower_case(name_text(served_.find(entry.address))), entry);
        }
        std::ranges::stable_sort(named, {}, &Named::first);
        std::ranges::transform(named, entries.begin(), &Named::second);
    }
    if (query.is_descending) std::ranges::reverse(entries);
}

std::optional<BookRow> AddressBook::find(Address address, const Grant& grant,
                                         StateReader& state) const {
    const BookEntry entry = entry_of(address);
    const bool is_seen =
        entry.server == nullptr ? grant.account.empty() : may_see(*entry.server, grant);
    if (!is_seen) return std::nullopt;
    return row_of(entry, state);
}

/// All addresses of the servers that `query` names and `grant` lets see, by server.
std::vector<BookEntry> AddressBook::entries(const BookQuery& query, const Grant& grant) const {
    std::vector<BookEntry> entries;
    if (!inventory_) return entries;
    for (const ServerModel& server : inventory_->servers) {
        if (!may_see(server, grant)) continue;
        if (!query.server.empty() && server.name != query.server) continue;
        if (!query.account.empty() && server.account != query.account) continue;
        for (const AllocationModel& allocation : server.allocations) {
            if (allocation.prefix.is_address()) {
                entries.push_back(entry_of(allocation.prefix.first()));
            } else {
                add_prefix(allocation.prefix, server, entries);
            }
        }
    }
    return entries;
}

/// Adds those addresses of `prefix`, allocated to `server`, that are to be listed.
void AddressBook::add_prefix(const Prefix& prefix, const ServerModel& server,
                             std::vector<BookEntry>& entries) const {
    const auto add = [&](Address address) {
        // A longer prefix inside may be another server's, or listed by itself.
        const BookEntry entry = entry_of(address);
        if (entry.server == &server && entry.prefix == prefix) entries.push_back(entry);
    };
    if (is_small(prefix)) {
        for (Uint128 value = prefix.first().value(); value <= prefix.last().value(); ++value) {
            add({prefix.family(), value});
        }
        return;
    }
    std::set<Address> named;
    for (const PrimaryModel& primary : server.primaries) {
        if (prefix.contains(primary.address)) named.insert(primary.address);
    }
    const auto note = [&](const Zone& zone) {
        zone.addresses().visit_from(prefix.first(), [&](Address address, const AddressData&) {
            if (prefix.last() < address) return false;
            named.insert(address);
            return true;
        });
    };
    for (const auto& zone : served_.snapshot().zones()) {
        const auto& base = zone->parts().base;
        const bool meets =
            base && zone->is_available() && (base->contains(prefix) || prefix.contains(*base));
        if (meets) note(*zone);
    }
    std::ranges::for_each(named, add);
}

BookEntry AddressBook::entry_of(Address address) const {
    BookEntry entry{address, nullptr, false, std::nullopt};
    const auto found = inventory_ ? inventory_->allocations.find(address) : std::nullopt;
    if (!found) return entry;
    entry.server = &inventory_->servers[found->server];
    entry.is_primary = std::ranges::any_of(
        entry.server->primaries,
        [address](const PrimaryModel& primary) { return primary.address == address; });
    if (!found->prefix.is_address()) entry.prefix = found->prefix;
    return entry;
}

BookRow AddressBook::row_of(const BookEntry& entry, StateReader& state) const {
    ServedPtr served = served_.find(entry.address);
    BookRow row{entry, origin_of(served.source), std::move(served.rrset), {}, {}, {}};
    ChangeId last = 0;
    for (const Edit& edit : state.edits({entry.address, entry.address})) {
        if (edit.type != RrType::ptr || !is_awake(edit, inventory_.get())) continue;
        last = std::max(last, edit.change);
        const bool is_heard = !row.edit && row.ptr && row.ptr->rdatas == edit.rdatas;
        if (is_heard || edit.layer == EditLayer::edit) row.edit = edit;
    }
    const Name* const standard = row.default_name();
    if (row.edit && row.ptr && row.ptr->rdatas == row.edit->rdatas) {
        row.origin = row.edit->layer == EditLayer::edit ? NameOrigin::edit : NameOrigin::lease;
        row.change = state.change_head(row.edit->change);
    } else if (row.origin == NameOrigin::record && standard != nullptr) {
        const std::vector<Name> names = targets_of(*row.ptr);
        if (names.size() == 1 && names.front() == *standard)
            row.origin = NameOrigin::server_default;
    }
    row.tag = tag_of(row.ptr, last);
    return row;
}

bool AddressBook::matches(const BookEntry& entry, std::string_view text) const {
    return contains(entry.server->name, text) ||
           contains(host_name_text(entry.server->host_name), text) ||
           contains(entry.address.to_text(), text) ||
           contains(name_text(served_.find(entry.address)), text);
}

}  // namespace arpad

#include "load/inventory_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <ranges>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "load/address_fields.hpp"
#include "load/address_text.hpp"
#include "load/fields.hpp"
#include "load/file_findings.hpp"
#include "load/host_name.hpp"
#include "load/inventory_conflicts.hpp"
#include "load/repeats.hpp"
#include "load/similar_name.hpp"
#include "load/yaml_document.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 4> inventory_keys{"products", "accounts", "servers", "ttl"};
constexpr std::array<std::string_view, 2> account_keys{"domains", "names"};

struct PolicyName {
    std::string_view text;
    NamePolicy policy;
};

constexpr std::array<PolicyName, 3> policies{{{"any", NamePolicy::any},
                                              {"own", NamePolicy::own_domains},
                                              {"confirmed", NamePolicy::confirmed}}};
constexpr std::array<std::string_view, 4> server_keys{"product", "account", "addresses", "primary"};
constexpr std::string_view placeholder = "{server}";

/// Templates by product; none for one that cannot be used, which was reported.
using Products = std::unordered_map<std::string_view, std::optional<std::string_view>>;

using AccountNames = std::unordered_set<std::string_view>;

/// The entries of the mapping called `key`, if it is written. Reports keys that come twice.
std::vector<YamlEntry> read_entries(const Fields& fields, std::string_view key,
                                    std::string_view example, FileFindings& findings) {
    std::vector<YamlEntry> entries;
    const auto mapping = fields.find(key);
    if (!mapping || mapping->is_null()) return entries;
    if (!mapping->is_mapping()) {
        findings.error(mapping->place(), fmt::format("`{}` is no mapping", key),
                       fmt::format("write lines like `{}`", example));
        return entries;
    }
    for (const YamlEntry entry : mapping->entries()) entries.push_back(entry);
    const auto is_before = [](const YamlEntry& left, const YamlEntry& right) {
        return left.key.text() < right.key.text();
    };
    for_each_repeat(
        entries, is_before, [&findings](const YamlEntry& first, const YamlEntry& second) {
            findings.error(second.key.place(),
                           fmt::format("{} has a second entry here; the first is in line {}",
                                       in_backquotes(second.key.text()), first.key.place().line),
                           "keep one of the two");
        });
    return entries;
}

/// The host name that `product` makes of a server's name.
std::string host_name_text(std::string_view product, std::string_view server) {
    std::string text;
    for (;;) {
        const std::size_t next = product.find(placeholder);
        text += product.substr(0, next);
        if (next == std::string_view::npos) return text;
        text += server;
        product.remove_prefix(next + placeholder.size());
    }
}

/// What is wrong with the placeholders of `product`.
std::optional<TemplateFlaw> find_placeholder_flaw(std::string_view product) {
    bool has_server = false;
    for (std::size_t brace = product.find('{'); brace != std::string_view::npos;
         brace = product.find('{', brace + 1)) {
        const std::size_t end = product.find('}', brace);
        if (end == std::string_view::npos)
            return TemplateFlaw{"a placeholder is not closed", "write the closing `}`"};
        const std::string_view written = product.substr(brace, end - brace + 1);
        if (written != placeholder)
            return TemplateFlaw{
                fmt::format("there is no placeholder {} in products", in_backquotes(written)),
                "write {server}, the server's name"};
        has_server = true;
    }
    if (has_server) return std::nullopt;
    return TemplateFlaw{in_backquotes(product) + " gives all servers one host name",
                        "write {server} where the server's name belongs"};
}

/// What is wrong with `product` whatever the server is called.
std::optional<TemplateFlaw> find_flaw(std::string_view product) {
    if (auto flaw = find_placeholder_flaw(product)) return flaw;
    const auto shortest = host_name_from_text(host_name_text(product, "a"));
    if (shortest) return std::nullopt;
    return TemplateFlaw{
        fmt::format("not even a server `a` gets a host name: {}", shortest.error().message),
        shortest.error().advice};
}

std::optional<std::string_view> read_product(const YamlEntry& entry, FileFindings& findings) {
    const auto text = read_text(entry.value, entry.key.text(), findings);
    if (!text) return std::nullopt;
    const Place place = entry.value.place();
    if (const auto flaw = find_flaw(*text)) {
        findings.error(place, flaw->message, flaw->advice);
        return std::nullopt;
    }
    if (text->find('_') != std::string_view::npos) warn_of_underscore(*text, place, findings);
    return text;
}

Products read_products(const Fields& fields, FileFindings& findings) {
    Products products;
    constexpr std::string_view example = "miniserver: \"{server}.example.net\"";
    for (const YamlEntry& entry : read_entries(fields, "products", example, findings))
        products.emplace(entry.key.text(), read_product(entry, findings));
    return products;
}

NamePolicy read_policy(const Fields& settings, FileFindings& findings) {
    const auto text = settings.text("names");
    if (!text) return NamePolicy::any;
    const auto found = std::ranges::find(policies, *text, &PolicyName::text);
    if (found != policies.end()) return found->policy;
    findings.error(
        settings.find("names")->place(),
        fmt::format("unknown rule for names {}", in_backquotes(*text)),
        "write `any`, `own` for names in the account's domains, or `confirmed` for names "
        "that lead back to the address");
    return NamePolicy::any;
}

std::vector<AccountModel> read_accounts(const Fields& fields, FileFindings& findings) {
    std::vector<AccountModel> accounts;
    constexpr std::string_view example = "acme: {domains: [acme.example]}";
    for (const YamlEntry& entry : read_entries(fields, "accounts", example, findings)) {
        AccountModel account{std::string(entry.key.text()), {}, {}, entry.key.place()};
        const Fields settings(entry.value, entry.key.text(), account_keys, findings);
        account.policy = read_policy(settings, findings);
        if (const auto list = settings.find("domains")) {
            for (PlacedName& domain : read_host_names(*list, "`domains`", findings))
                account.domains.push_back(std::move(domain.name));
        }
        accounts.push_back(std::move(account));
    }
    return accounts;
}

/// The one of `known` that `text` may be a typing mistake of, if looking for it is no great effort.
template <class Names>
std::optional<std::string_view> guess(std::string_view text, const Names& known,
                                      const FileFindings& findings) {
    constexpr std::size_t max_known = 10'000;
    if (known.size() > max_known || findings.error_count() >= FileFindings::max_listed)
        return std::nullopt;
    std::vector<std::string_view> names(known.begin(), known.end());
    std::ranges::sort(names);  // so that the guess does not hang on a hash
    return find_similar(text, names);
}

/// Reports that no `kind` is called as `node` says; `known` are the names there are.
template <class Names>
void report_unknown(YamlNode node, std::string_view kind, const Names& known,
                    FileFindings& findings) {
    const auto similar = guess(node.text(), known, findings);
    findings.error(node.place(), fmt::format("unknown {} {}", kind, in_backquotes(node.text())),
                   similar ? fmt::format("did you mean `{}`?", *similar)
                           : fmt::format("correct it, or write it below `{}s`", kind));
}

/// Reads an address, or a prefix.
std::optional<Prefix> read_allocation(YamlNode item, FileFindings& findings) {
    const auto text = read_text(item, "an entry of `addresses`", findings);
    if (!text) return std::nullopt;
    if (const auto address = Address::from_text(*text)) return Prefix(*address, address->bits());
    const auto prefix = Prefix::from_text(*text);
    if (prefix) return *prefix;
    const AddressFlaw flaw = prefix.error() == PrefixError::no_slash
                                 ? explain_bad_address(*text)
                                 : explain_bad_prefix(*text, prefix.error());
    findings.error(item.place(), flaw.message, flaw.advice);
    return std::nullopt;
}

std::vector<AllocationModel> read_allocations(const Fields& fields, std::string_view server,
                                              FileFindings& findings) {
    std::vector<AllocationModel> allocations;
    const auto list = fields.find("addresses");
    if (!list || !list->is_sequence() || list->is_empty()) {
        findings.error(list ? list->place() : fields.place(),
                       list ? "`addresses` is no list of addresses"
                            : fmt::format("{} has no addresses", in_backquotes(server)),
                       "write `addresses: [192.0.2.7, \"2001:db8:0:7::/64\"]`");
        return allocations;
    }
    for (const YamlNode item : list->items()) {
        if (const auto prefix = read_allocation(item, findings))
            allocations.push_back({*prefix, item.place()});
    }
    return allocations;
}

/// Reads an address, or a list of them, which may be empty for a server without default names.
std::vector<PrimaryModel> read_primaries(YamlNode value, FileFindings& findings) {
    std::vector<PrimaryModel> primaries;
    if (!value.is_sequence()) {
        if (const auto address = read_address(value, "`primary`", findings))
            primaries.push_back({*address, value.place()});
    } else if (!value.is_empty()) {
        for (const PlacedAddress& entry : read_addresses(value, "primary", findings))
            primaries.push_back({entry.address, entry.place});
    }
    return primaries;
}

/// The first single address of each family.
std::vector<PrimaryModel> default_primaries(const std::vector<AllocationModel>& allocations) {
    std::vector<PrimaryModel> primaries;
    for (const AllocationModel& entry : allocations) {
        const Family family = entry.prefix.family();
        const bool has_one = std::ranges::any_of(primaries, [family](const PrimaryModel& primary) {
            return primary.address.family() == family;
        });
        if (!has_one && entry.prefix.length() == address_bits(family))
            primaries.push_back({entry.prefix.first(), entry.place});
    }
    return primaries;
}

/// Reads the entries of `servers`.
///
/// Borrows the products, the accounts' names and the findings.
class ServerReader {
public:
    ServerReader(const Products& products, const AccountNames& accounts,
                 FileFindings& findings) noexcept
        : products_(products), accounts_(accounts), findings_(findings) {}

    [[nodiscard]] ServerModel read(const YamlEntry& entry) const {
        const std::string_view name = entry.key.text();
        const Fields fields(entry.value, name, server_keys, findings_);
        ServerModel server;
        server.name = name;
        server.place = entry.key.place();
        server.product = fields.text("product").value_or("");
        if (const auto product = find_product(fields, name))
            server.host_name = read_host_name(entry.key, *product);
        server.account = read_account(fields);
        server.allocations = read_allocations(fields, name, findings_);
        const auto primary = fields.find("primary");
        server.primaries =
            primary ? read_primaries(*primary, findings_) : default_primaries(server.allocations);
        return server;
    }

private:
    /// The template of the server's product; none if it has no usable one.
    std::optional<std::string_view> find_product(const Fields& fields,
                                                 std::string_view server) const {
        const auto value = fields.find("product");
        if (!value)
            findings_.error(fields.place(), fmt::format("{} has no product", in_backquotes(server)),
                            "write `product: NAME`, with a name from `products`");
        if (!value || !value->is_scalar()) return std::nullopt;
        const auto found = products_.find(value->text());
        if (found != products_.end()) return found->second;
        report_unknown(*value, "product", std::views::keys(products_), findings_);
        return std::nullopt;
    }

    /// The host name of the server called `key`; the root if it is no legal one.
    Name read_host_name(YamlNode key, std::string_view product) const {
        const std::string text = host_name_text(product, key.text());
        auto host_name = host_name_from_text(text);
        if (!host_name) {
            findings_.error(key.place(),
                            fmt::format("{} gets no host name: {}", in_backquotes(key.text()),
                                        host_name.error().message),
                            host_name.error().advice);
            return {};
        }
        if (host_name->has_underscore && product.find('_') == std::string_view::npos)
            warn_of_underscore(text, key.place(), findings_);
        return std::move(host_name->name);
    }

    std::optional<std::string> read_account(const Fields& fields) const {
        const auto name = fields.text("account");
        if (!name) return std::nullopt;
        if (!accounts_.contains(*name))
            report_unknown(*fields.find("account"), "account", accounts_, findings_);
        return std::string(*name);
    }

    const Products& products_;
    const AccountNames& accounts_;
    FileFindings& findings_;
};

std::vector<ServerModel> read_servers(const Fields& fields, const Products& products,
                                      const AccountNames& accounts, FileFindings& findings) {
    const ServerReader reader(products, accounts, findings);
    std::vector<ServerModel> servers;
    constexpr std::string_view example = "server1: {product: miniserver, addresses: [192.0.2.7]}";
    for (const YamlEntry& entry : read_entries(fields, "servers", example, findings))
        servers.push_back(reader.read(entry));
    if (!fields.has("servers"))
        findings.error(fields.place(), "`servers` is missing",
                       "write `servers:`, and below it lines like `" + std::string(example) + "`");
    return servers;
}

/// Adds servers that were put through the API to those of the file. What is wrong with them is
/// reported at the file, which has what they refer to.
class StoredServerReader {
public:
    StoredServerReader(const Products& products, const AccountNames& accounts,
                       FileFindings& findings) noexcept
        : products_(products), accounts_(accounts), findings_(findings) {}

    void add(std::span<const StoredServer> stored, std::vector<ServerModel>& servers) const {
        std::unordered_map<std::string_view, Place> written;
        for (const ServerModel& server : servers) written.emplace(server.name, server.place);
        std::vector<ServerModel> added;
        for (const StoredServer& server : stored) {
            const auto other = written.find(server.name);
            if (other != written.end()) {
                findings_.error(other->second,
                                fmt::format("{} was put through the API, too, on {:%Y-%m-%d}",
                                            in_backquotes(server.name), server.since),
                                "remove it from here, or through the API");
                continue;
            }
            added.push_back(read(server));
        }
        std::ranges::move(added, std::back_inserter(servers));
    }

private:
    [[nodiscard]] ServerModel read(const StoredServer& stored) const {
        ServerModel server;
        server.name = stored.name;
        server.product = stored.product;
        server.account = stored.account;
        server.host_name = host_name_of(stored);
        if (stored.account && !accounts_.contains(*stored.account)) {
            report(stored, fmt::format("is of an account {}, which is not there",
                                       in_backquotes(*stored.account)));
        }
        for (const Prefix& prefix : stored.allocations) server.allocations.push_back({prefix, {}});
        if (stored.primaries) {
            for (const Address address : *stored.primaries) {
                server.primaries.push_back({address, {}});
            }
            for_each_repeat(
                *stored.primaries, std::ranges::less(), [&](Address /*first*/, Address second) {
                    report(stored, fmt::format("has {} twice in `primary`", second.to_text()));
                });
        } else {
            server.primaries = default_primaries(server.allocations);
        }
        return server;
    }

    /// The root if it has none.
    [[nodiscard]] Name host_name_of(const StoredServer& stored) const {
        const auto product = products_.find(stored.product);
        if (product == products_.end() || !product->second) {
            report(stored, fmt::format("is of a product {}, which is not there",
                                       in_backquotes(stored.product)));
            return {};
        }
        auto host_name = host_name_from_text(host_name_text(*product->second, stored.name));
        if (host_name) return std::move(host_name->name);
        report(stored, fmt::format("gets no host name: {}", host_name.error().message));
        return {};
    }

    void report(const StoredServer& stored, const std::string& what) const {
        findings_.error(
            {}, fmt::format("{}, put through the API, {}", in_backquotes(stored.name), what),
            "write what it needs here, or put it anew through the API");
    }

    const Products& products_;
    const AccountNames& accounts_;
    FileFindings& findings_;
};

}  // namespace

std::optional<InventoryModel> read_inventory(const std::string& file, std::string_view text,
                                             Diagnostics& diagnostics,
                                             std::span<const StoredServer> stored) {
    const auto document =
        parse_yaml(file, text,
                   "write `products:` and `servers:`, or remove `inventory` from the "
                   "server configuration",
                   diagnostics);
    if (!document) return std::nullopt;
    FileFindings findings(file, diagnostics);
    const Fields fields(document->root(), "the inventory", inventory_keys, findings);
    InventoryModel inventory;
    inventory.file = file;
    inventory.ttl = fields.ttl("ttl");
    const Products products = read_products(fields, findings);
    inventory.accounts = read_accounts(fields, findings);
    AccountNames accounts;
    for (const AccountModel& account : inventory.accounts) accounts.insert(account.name);
    inventory.servers = read_servers(fields, products, accounts, findings);
    StoredServerReader(products, accounts, findings).add(stored, inventory.servers);
    report_conflicts(inventory.servers, findings);
    if (findings.error_count() > 0) return std::nullopt;
    inventory.allocations = Allocations(inventory);
    return inventory;
}

}  // namespace arpad

#include "load/inventory_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings_text.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// What is reported about an inventory called `f` that holds `text`.
std::vector<std::string> findings_of(std::string_view text) {
    Diagnostics diagnostics;
    const auto inventory = read_inventory("f", text, diagnostics);
    EXPECT_EQ(inventory.has_value(), diagnostics.error_count() == 0);
    return texts_of(diagnostics);
}

/// An inventory without a mistake.
InventoryModel inventory_of(std::string_view text) {
    Diagnostics diagnostics;
    auto inventory = read_inventory("f", text, diagnostics);
    EXPECT_THAT(texts_of(diagnostics), IsEmpty());
    return std::move(inventory).value();
}

/// An inventory with the product `mini`, the account `acme` and `servers`, from line 4 on.
std::string with_servers(std::string_view servers) {
    return "products: {mini: \"{server}.mini.example\"}\naccounts: {acme: ~}\nservers:\n" +
           std::string(servers);
}

std::vector<std::string> server_findings(std::string_view servers) {
    return findings_of(with_servers(servers));
}

/// Findings about a server with `addresses: ` in line 5 from column 5 on and `lines` behind it.
std::vector<std::string> address_findings(const std::string& addresses,
                                          const std::string& lines = "") {
    return server_findings("  web1:\n    addresses: " + addresses + "\n" + lines +
                           "    product: mini\n");
}

std::vector<std::string> primaries_of(const ServerModel& server) {
    std::vector<std::string> primaries;
    for (const PrimaryModel& primary : server.primaries)
        primaries.push_back(primary.address.to_text());
    return primaries;
}

/// The primary addresses of a server with `addresses` and `primary`.
std::vector<std::string> primaries_of(const std::string& addresses, const std::string& primary) {
    const InventoryModel inventory = inventory_of(with_servers(
        "  web1: {product: mini, addresses: " + addresses + ", primary: " + primary + "}\n"));
    return primaries_of(inventory.servers.at(0));
}

/// Findings about the product that is written in line 1 from column 18 on.
std::vector<std::string> product_findings(const std::string& text) {
    return findings_of("products: {mini: \"" + text + "\"}\nservers:\n");
}

constexpr std::string_view sample = R"(ttl: 5m
products:
  miniserver: "{server}.miniserver.example"
  full-server: "{server}.Memset.example."
accounts:
  acme:
    domains: [acme.example, Shop.example]
  other:
servers:
  examplaaa1:
    product: miniserver
    account: acme
    addresses: [192.0.2.20, 192.0.2.21, "2001:db8::20", "2001:db8:0:7::/64"]
  examplaaa2:
    product: full-server
    addresses: [192.0.2.22]
)";

TEST(Inventory, KnowsItsFile) {
    EXPECT_EQ(inventory_of(sample).file, "f");
}

TEST(Inventory, MayHaveATtl) {
    EXPECT_EQ(inventory_of(sample).ttl, Ttl{300});
    EXPECT_FALSE(inventory_of("servers:\n").ttl);
}

TEST(Inventory, HasAccounts) {
    const InventoryModel inventory = inventory_of(sample);
    ASSERT_THAT(inventory.accounts, SizeIs(2));
    EXPECT_EQ(inventory.accounts[0].name, "acme");
    EXPECT_EQ(inventory.accounts[0].place, (Place{6, 3}));
    ASSERT_THAT(inventory.accounts[0].domains, SizeIs(2));
    EXPECT_EQ(inventory.accounts[0].domains[1].to_text(), "Shop.example.");
    EXPECT_THAT(inventory.accounts[1].domains, IsEmpty());
    EXPECT_EQ(inventory.accounts[0].policy, NamePolicy::any);
}

TEST(Inventory, SaysWhichNamesAccountsMayGive) {
    const auto policy = [](std::string_view word) {
        return inventory_of("accounts: {a: {names: " + std::string(word) + "}}\nservers: {}\n")
            .accounts.front()
            .policy;
    };
    EXPECT_EQ(policy("any"), NamePolicy::any);
    EXPECT_EQ(policy("own"), NamePolicy::own_domains);
    EXPECT_EQ(policy("confirmed"), NamePolicy::confirmed);
    EXPECT_THAT(findings_of("accounts: {a: {names: all}}\nservers: {}\n"),
                ElementsAre("f:1:23: error: unknown rule for names `all`\n  write `any`, `own` for "
                            "names in the account's domains, or `confirmed` for names that lead "
                            "back to the address"));
}

TEST(Inventory, HasServers) {
    const InventoryModel inventory = inventory_of(sample);
    ASSERT_THAT(inventory.servers, SizeIs(2));
    const ServerModel& server = inventory.servers[0];
    EXPECT_EQ(server.name, "examplaaa1");
    EXPECT_EQ(server.product, "miniserver");
    EXPECT_EQ(server.account, "acme");
    EXPECT_EQ(server.place, (Place{10, 3}));
    ASSERT_THAT(server.allocations, SizeIs(4));
    EXPECT_EQ(server.allocations[1].prefix.to_text(), "192.0.2.21/32");
    EXPECT_EQ(server.allocations[1].place, (Place{13, 29}));
    EXPECT_EQ(server.allocations[3].prefix.to_text(), "2001:db8:0:7::/64");
    EXPECT_FALSE(inventory.servers[1].account);
}

TEST(Inventory, NamesServersByTheirProducts) {
    const InventoryModel inventory = inventory_of(sample);
    EXPECT_EQ(inventory.servers[0].host_name.to_text(), "examplaaa1.miniserver.example.");
    EXPECT_EQ(inventory.servers[1].host_name.to_text(), "examplaaa2.Memset.example.");
}

TEST(Inventory, MayNameAServerTwiceInItsHostName) {
    const InventoryModel inventory = inventory_of(
        "products: {p: \"{server}-{server}.example\"}\n"
        "servers: {a: {product: p, addresses: [192.0.2.1]}}\n");
    EXPECT_EQ(inventory.servers[0].host_name.to_text(), "a-a.example.");
}

TEST(Inventory, MayHaveServerNamesOfSeveralLabels) {
    EXPECT_THAT(server_findings("  web1.eu: {product: mini, addresses: [192.0.2.1]}\n"), IsEmpty());
}

TEST(Inventory, MustNotBeEmpty) {
    EXPECT_THAT(findings_of(""),
                ElementsAre("f: error: the file is empty\n"
                            "  write `products:` and `servers:`, or remove `inventory` from the "
                            "server configuration"));
}

// A file that was cut off must not take every default name with it.
TEST(Inventory, MustSayItsServers) {
    EXPECT_THAT(findings_of("accounts:\n"),
                ElementsAre("f:1:1: error: `servers` is missing\n"
                            "  write `servers:`, and below it lines like `server1: {product: "
                            "miniserver, addresses: [192.0.2.7]}`"));
}

TEST(Inventory, RefusesUnknownKeys) {
    EXPECT_THAT(findings_of("server: {}\nservers:\n"),
                ElementsAre("f:1:1: error: unknown key `server` in the inventory\n"
                            "  did you mean `servers`?"));
}

TEST(Inventory, RefusesLists) {
    EXPECT_THAT(findings_of("products: []\naccounts: []\nservers: []\n"),
                ElementsAre("f:1:11: error: `products` is no mapping\n"
                            "  write lines like `miniserver: \"{server}.example.net\"`",
                            "f:2:11: error: `accounts` is no mapping\n"
                            "  write lines like `acme: {domains: [acme.example]}`",
                            "f:3:10: error: `servers` is no mapping\n"
                            "  write lines like `server1: {product: miniserver, addresses: "
                            "[192.0.2.7]}`"));
}

TEST(Inventory, RefusesAProductWrittenTwice) {
    EXPECT_THAT(findings_of("products:\n  mini: \"{server}.a.example\"\n"
                            "  mini: \"{server}.b.example\"\nservers:\n"),
                ElementsAre("f:3:3: error: `mini` has a second entry here; the first is in line "
                            "2\n  keep one of the two"));
}

TEST(Inventory, RefusesAnAccountWrittenTwice) {
    EXPECT_THAT(findings_of("accounts:\n  acme:\n  acme:\nservers:\n"),
                ElementsAre("f:3:3: error: `acme` has a second entry here; the first is in line "
                            "2\n  keep one of the two"));
}

TEST(Inventory, RefusesAServerWrittenTwice) {
    EXPECT_THAT(
        findings_of("products: {p: \"{server}.a.example\", q: \"{server}.b.example\"}\nservers:\n"
                    "  web1: {product: p, addresses: [192.0.2.1]}\n"
                    "  web1: {product: q, addresses: [192.0.2.2]}\n"),
        ElementsAre("f:4:3: error: `web1` has a second entry here; the first is in line 3\n"
                    "  keep one of the two"));
}

TEST(InventoryProduct, NamesTheServer) {
    EXPECT_THAT(product_findings("mini.example"),
                ElementsAre("f:1:18: error: `mini.example` gives all servers one host name\n"
                            "  write {server} where the server's name belongs"));
}

TEST(InventoryProduct, HasNoOtherPlaceholders) {
    EXPECT_THAT(product_findings("{server}-{ip}.example"),
                ElementsAre("f:1:18: error: there is no placeholder `{ip}` in products\n"
                            "  write {server}, the server's name"));
}

TEST(InventoryProduct, ClosesItsPlaceholders) {
    EXPECT_THAT(product_findings("{server.example"),
                ElementsAre("f:1:18: error: a placeholder is not closed\n"
                            "  write the closing `}`"));
}

TEST(InventoryProduct, MakesHostNames) {
    EXPECT_THAT(product_findings("{server}..example"),
                ElementsAre("f:1:18: error: not even a server `a` gets a host name: label 2 of "
                            "`a..example` is empty\n  remove the extra dot"));
}

TEST(InventoryProduct, IsText) {
    EXPECT_THAT(findings_of("products: {mini: ~}\nservers:\n"),
                ElementsAre("f:1:18: error: mini has no value\n"
                            "  write one, or remove the line"));
}

TEST(InventoryProduct, IsWarnedOfForItsUnderscoreOnce) {
    EXPECT_THAT(findings_of("products: {p: \"{server}.a_b.example\"}\nservers:\n"
                            "  web1: {product: p, addresses: [192.0.2.1]}\n"),
                ElementsAre("f:1:15: warning: `{server}.a_b.example` has an underscore, which host "
                            "names do not have\n"
                            "  it is served as written; some programs will not accept it"));
}

TEST(InventoryAccount, HasDomainsThatAreHostNames) {
    EXPECT_THAT(findings_of("accounts: {acme: {domains: [a..example, b.example, B.example]}}\n"
                            "servers:\n"),
                ElementsAre("f:1:29: error: label 2 of `a..example` is empty\n"
                            "  remove the extra dot",
                            "f:1:52: error: B.example. is listed twice, first in line 1\n"
                            "  remove one of the two"));
}

TEST(InventoryAccount, IsAMapping) {
    EXPECT_THAT(findings_of("accounts: {acme: [a.example]}\nservers:\n"),
                ElementsAre("f:1:18: error: acme is a list, not a mapping\n"
                            "  write `key: value` lines"));
}

TEST(InventoryAccount, HasNoOtherKeys) {
    EXPECT_THAT(findings_of("accounts: {acme: {domain: a.example}}\nservers:\n"),
                ElementsAre("f:1:19: error: unknown key `domain` in acme\n"
                            "  did you mean `domains`?"));
}

TEST(InventoryServer, HasNoOtherKeys) {
    EXPECT_THAT(server_findings("  web1: {product: mini, addreses: 1, addresses: [192.0.2.1]}\n"),
                ElementsAre("f:4:25: error: unknown key `addreses` in web1\n"
                            "  did you mean `addresses`?"));
}

TEST(InventoryServer, NeedsAProductAndAddresses) {
    EXPECT_THAT(server_findings("  web1: {}\n"),
                ElementsAre("f:4:9: error: `web1` has no product\n"
                            "  write `product: NAME`, with a name from `products`",
                            "f:4:9: error: `web1` has no addresses\n"
                            "  write `addresses: [192.0.2.7, \"2001:db8:0:7::/64\"]`"));
}

TEST(InventoryServer, NeedsAKnownProduct) {
    EXPECT_THAT(server_findings("  web1: {product: minni, addresses: [192.0.2.1]}\n"),
                ElementsAre("f:4:19: error: unknown product `minni`\n"
                            "  did you mean `mini`?"));
    EXPECT_THAT(server_findings("  web1: {product: colossus, addresses: [192.0.2.1]}\n"),
                ElementsAre("f:4:19: error: unknown product `colossus`\n"
                            "  correct it, or write it below `products`"));
}

TEST(InventoryServer, NeedsAKnownAccount) {
    EXPECT_THAT(server_findings("  web1: {product: mini, account: ACNE, addresses: [192.0.2.1]}\n"),
                ElementsAre("f:4:34: error: unknown account `ACNE`\n"
                            "  did you mean `acme`?"));
    EXPECT_THAT(
        server_findings("  web1: {product: mini, account: initech, addresses: [192.0.2.1]}\n"),
        ElementsAre("f:4:34: error: unknown account `initech`\n"
                    "  correct it, or write it below `accounts`"));
}

TEST(InventoryServer, OfABrokenProductIsNotReportedToo) {
    EXPECT_THAT(findings_of("products: {p: x}\nservers:\n"
                            "  web1: {product: p, addresses: [192.0.2.1]}\n"
                            "  web2: {product: p, addresses: [192.0.2.2]}\n"),
                SizeIs(1));
}

TEST(InventoryServer, NeedsAHostName) {
    EXPECT_THAT(server_findings("  web 1: {product: mini, addresses: [192.0.2.1]}\n"),
                ElementsAre("f:4:3: error: `web 1` gets no host name: label 1 (`web 1`) of "
                            "`web 1.mini.example` has the character ` `\n"
                            "  a host name has letters, digits, hyphens and dots"));
}

TEST(InventoryServer, IsWarnedOfForItsUnderscore) {
    EXPECT_THAT(server_findings("  web_1: {product: mini, addresses: [192.0.2.1]}\n"),
                ElementsAre("f:4:3: warning: `web_1.mini.example` has an underscore, which host "
                            "names do not have\n"
                            "  it is served as written; some programs will not accept it"));
}

TEST(InventoryServer, IsWarnedOfIfAnotherHasItsHostName) {
    EXPECT_THAT(server_findings("  web1: {product: mini, addresses: [192.0.2.1]}\n"
                                "  WEB1: {product: mini, addresses: [192.0.2.2]}\n"),
                ElementsAre("f:5:3: warning: `WEB1` has the host name WEB1.mini.example., as has "
                            "`web1` in line 4\n"
                            "  rename one of them, or give it another product"));
}

TEST(InventoryAddresses, AreAList) {
    for (const char* const list : {"192.0.2.1", "[]", "~"})
        EXPECT_THAT(address_findings(list),
                    ElementsAre("f:5:16: error: `addresses` is no list of addresses\n"
                                "  write `addresses: [192.0.2.7, \"2001:db8:0:7::/64\"]`"));
}

TEST(InventoryAddresses, AreAddressesOrPrefixes) {
    EXPECT_THAT(address_findings("[192.0.2.256, 192.0.2.1/24, 192.0.2]"),
                ElementsAre("f:5:17: error: 192.0.2.256 has the octet 256\n"
                            "  an octet is at most 255",
                            "f:5:30: error: `192.0.2.1/24` has bits set beyond its length\n"
                            "  write 192.0.2.0/24",
                            "f:5:44: error: `192.0.2` is no address\n"
                            "  write it like 192.0.2.7 or 2001:db8::7"));
}

TEST(InventoryAddresses, AreNotListedTwice) {
    EXPECT_THAT(address_findings("[192.0.2.1, 192.0.2.1/32]"),
                ElementsAre("f:5:28: error: 192.0.2.1 is listed twice, first in line 5\n"
                            "  remove one of the two"));
}

TEST(InventoryAddresses, BelongToOneServer) {
    EXPECT_THAT(server_findings("  web1: {product: mini, addresses: [192.0.2.1]}\n"
                                "  web2: {product: mini, addresses: [192.0.2.1]}\n"),
                ElementsAre("f:5:37: error: 192.0.2.1 belongs to two servers, here to `web2` and "
                            "in line 4 to `web1`\n"
                            "  remove it from one of them"));
}

TEST(InventoryAddresses, AreTheSameInTwoSpellings) {
    EXPECT_THAT(server_findings("  web1: {product: mini, addresses: [\"2001:DB8::/64\"]}\n"
                                "  web2: {product: mini, addresses: [\"2001:db8:0::/64\"]}\n"),
                ElementsAre("f:5:37: error: 2001:db8::/64 belongs to two servers, here to `web2` "
                            "and in line 4 to `web1`\n"
                            "  remove it from one of them"));
}

TEST(InventoryAddresses, MayLieInAPrefixOfAnotherServer) {
    EXPECT_THAT(server_findings("  web1: {product: mini, addresses: [192.0.2.0/28]}\n"
                                "  web2: {product: mini, addresses: [192.0.2.1, 192.0.2.4/30]}\n"),
                IsEmpty());
}

TEST(InventoryPrimary, IsTheFirstAddressOfEachFamily) {
    EXPECT_THAT(primaries_of(inventory_of(sample).servers.at(0)),
                ElementsAre("192.0.2.20", "2001:db8::20"));
    EXPECT_EQ(inventory_of(sample).servers.at(0).primaries.at(1).place, (Place{13, 41}));
}

TEST(InventoryPrimary, IsNoneOfAPrefixByDefault) {
    const InventoryModel inventory = inventory_of(
        with_servers("  web1: {product: mini, addresses: [192.0.2.0/28, 192.0.2.20]}\n"));
    EXPECT_THAT(primaries_of(inventory.servers.at(0)), ElementsAre("192.0.2.20"));
}

TEST(InventoryPrimary, MayBeWritten) {
    EXPECT_THAT(primaries_of("[192.0.2.1, 192.0.2.2]", "192.0.2.2"), ElementsAre("192.0.2.2"));
}

TEST(InventoryPrimary, MayBeSeveral) {
    EXPECT_THAT(primaries_of("[192.0.2.1, 192.0.2.2, \"::1\"]", "[192.0.2.2, 192.0.2.1]"),
                ElementsAre("192.0.2.2", "192.0.2.1"));
}

TEST(InventoryPrimary, MayBeNone) {
    EXPECT_THAT(primaries_of("[192.0.2.1]", "[]"), IsEmpty());
}

TEST(InventoryPrimary, MayLieInAPrefix) {
    EXPECT_THAT(primaries_of("[\"2001:db8:0:7::/64\", 192.0.2.1]", "\"2001:db8:0:7::1\""),
                ElementsAre("2001:db8:0:7::1"));
}

TEST(InventoryPrimary, IsAnAddress) {
    EXPECT_THAT(address_findings("[192.0.2.1]", "    primary: 192.0.2.1/32\n"),
                ElementsAre("f:6:14: error: `192.0.2.1/32` is no address\n"
                            "  write one address without a length"));
}

TEST(InventoryPrimary, IsNoMapping) {
    EXPECT_THAT(address_findings("[192.0.2.1]", "    primary: {}\n"),
                ElementsAre("f:6:14: error: `primary` is a mapping, not a single value\n"
                            "  write one value, in quotes if it begins with a bracket"));
}

TEST(InventoryPrimary, IsNotListedTwice) {
    EXPECT_THAT(address_findings("[192.0.2.1]", "    primary: [192.0.2.1, 192.0.2.1]\n"),
                ElementsAre("f:6:26: error: 192.0.2.1 is listed twice, first in line 6\n"
                            "  remove one of the two"));
}

TEST(InventoryPrimary, IsAnAddressOfTheServer) {
    EXPECT_THAT(address_findings("[192.0.2.1, 192.0.2.16/28]", "    primary: 192.0.2.2\n"),
                ElementsAre("f:6:14: error: 192.0.2.2 is no address of `web1`\n"
                            "  write one of its `addresses`, or one in a prefix there"));
}

TEST(InventoryPrimary, IsNoAddressOfAnotherServer) {
    EXPECT_THAT(
        server_findings("  web1: {product: mini, addresses: [192.0.2.1]}\n"
                        "  web2: {product: mini, addresses: [192.0.2.2], primary: 192.0.2.1}\n"),
        ElementsAre("f:5:58: error: 192.0.2.1 is no address of `web2`\n"
                    "  write one of its `addresses`, or one in a prefix there"));
}

TEST(InventoryPrimary, IsNotInALongerPrefixOfAnotherServer) {
    EXPECT_THAT(
        server_findings("  web1: {product: mini, addresses: [192.0.2.0/28], primary: 192.0.2.5}\n"
                        "  web2: {product: mini, addresses: [192.0.2.4/30]}\n"),
        ElementsAre("f:4:61: error: 192.0.2.5 belongs to `web2`, which has 192.0.2.4/30 in line "
                    "5\n  write an address that no other server has"));
}

TEST(InventoryPrimary, IsFoundBehindAnInnerPrefixThatEndsBeforeIt) {
    EXPECT_THAT(
        server_findings("  web1: {product: mini, addresses: [192.0.2.0/28], primary: 192.0.2.9}\n"
                        "  web2: {product: mini, addresses: [192.0.2.4/30, 192.0.2.8]}\n"),
        IsEmpty());
}

TEST(Inventory, ReportsAllMistakesAtOnce) {
    EXPECT_THAT(server_findings("  web1: {product: min, account: x, addresses: [192.0.2.1]}\n"
                                "  web2: {product: mini, addresses: [a, 192.0.2.1]}\n"),
                SizeIs(4));
}

}  // namespace
}  // namespace arpad

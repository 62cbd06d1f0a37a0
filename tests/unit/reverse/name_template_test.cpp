#include "reverse/name_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reverse/prefix.hpp"

namespace arpad {
namespace {

using testing::HasSubstr;

AddressRange range_of(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash != std::string_view::npos) {
        return {*Address::from_text(text.substr(0, dash)),
                *Address::from_text(text.substr(dash + 1))};
    }
    const Prefix prefix = *Prefix::from_text(text);
    return {prefix.first(), prefix.last()};
}

std::string rendered(std::string_view text, std::string_view range, std::string_view address) {
    const auto made = NameTemplate::make(text, range_of(range));
    if (!made) return "refused: " + made.error().message;
    NameSpace space;
    return made->render(*Address::from_text(address), space).to_text();
}

std::string flaw_of(std::string_view text, std::string_view range) {
    const auto made = NameTemplate::make(text, range_of(range));
    return made ? "accepted" : made.error().message;
}

TEST(Render, ReplacesEveryPlaceholderOfIpv4) {
    EXPECT_EQ(rendered("{ip}.x.", "192.0.2.0/24", "192.0.2.7"), "192-0-2-7.x.");
    EXPECT_EQ(rendered("{hex}.x", "192.0.2.0/24", "192.0.2.7"), "c0000207.x.");
    EXPECT_EQ(rendered("{a}-{b}.{c}.h{d}.x", "192.0.2.0/24", "192.0.2.7"), "192-0.2.h7.x.");
    EXPECT_EQ(rendered("pool-{d:03}.x", "192.0.2.0/24", "192.0.2.7"), "pool-007.x.");
    EXPECT_EQ(rendered("h{host}.x", "192.0.2.4-192.0.2.9", "192.0.2.7"), "h3.x.");
}

TEST(Render, ReplacesEveryPlaceholderOfIpv6) {
    EXPECT_EQ(rendered("{ip}.x", "2001:db8::/32", "2001:db8::7"), "2001-db8--7.x.");
    EXPECT_EQ(rendered("{hex}.x", "2001:db8::/32", "2001:db8::7"),
              "20010db8000000000000000000000007.x.");
    EXPECT_EQ(rendered("{groups}.x", "2001:db8::/32", "2001:db8::7"),
              "2001-0db8-0000-0000-0000-0000-0000-0007.x.");
    EXPECT_EQ(rendered("h-{host}.x", "2001:db8::/32", "2001:db8::a7"), "h-a7.x.");
}

TEST(Render, WritesEmbeddedIpv4InHexadecimal) {
    EXPECT_EQ(rendered("{ip}.x", "::ffff:0:0/96", "::ffff:192.0.2.7"), "0--ffff-c000-207.x.");
}

TEST(Render, PadsWhereALabelWouldBeginOrEndWithADash) {
    EXPECT_EQ(rendered("{ip}.x", "::/0", "::1"), "0--1.x.");
    EXPECT_EQ(rendered("{ip}.x", "::/0", "2001:db8::"), "2001-db8--0.x.");
    EXPECT_EQ(rendered("{ip}.x", "::/0", "::"), "0--0.x.");
    EXPECT_EQ(rendered("{ip}-dyn.x", "::/0", "::"), "0--0-dyn.x.");
    EXPECT_EQ(rendered("{ip}-dyn.x", "::/0", "2001:db8::"), "2001-db8--0-dyn.x.");
}

TEST(Render, PadsWhereALabelWouldLookInternationalised) {
    EXPECT_EQ(rendered("{ip}.x", "::/0", "ab::1"), "0ab--1.x.");
    EXPECT_EQ(rendered("v{ip}.x", "::/0", "a::1"), "v0a--1.x.");
    EXPECT_EQ(rendered("vv{ip}.x", "::/0", "::1"), "vv0--1.x.");
    EXPECT_EQ(rendered("vv-{ip}.x", "::/0", "::1"), "vv-0--1.x.");
    EXPECT_EQ(rendered("vvvv{ip}.x", "::/0", "::1"), "vvvv--1.x.");
}

TEST(Render, KeepsTheCaseOfTheTemplate) {
    EXPECT_EQ(rendered("Host{d}.Example", "192.0.2.0/24", "192.0.2.7"), "Host7.Example.");
}

TEST(Make, TakesATemplateWithoutPlaceholdersAsConstant) {
    const auto made = NameTemplate::make("unused.example.net", range_of("192.0.2.0/24"));
    ASSERT_TRUE(made.has_value());
    EXPECT_TRUE(made->is_constant());
    EXPECT_EQ(made->recover(*Name::from_text("unused.example.net")), std::nullopt);
}

TEST(Make, RefusesWhatIsNoTemplate) {
    EXPECT_THAT(flaw_of("", "192.0.2.0/24"), HasSubstr("is empty"));
    EXPECT_THAT(flaw_of("{ip.x", "192.0.2.0/24"), HasSubstr("not closed"));
    EXPECT_THAT(flaw_of("{ip}..x", "192.0.2.0/24"), HasSubstr("label of the template is empty"));
    EXPECT_THAT(flaw_of("{ip} x", "192.0.2.0/24"), HasSubstr("have no ` `"));
    EXPECT_THAT(flaw_of("{e}.x", "192.0.2.0/24"), HasSubstr("no placeholder `{e}`"));
    EXPECT_THAT(flaw_of("{a}.x", "2001:db8::/32"), HasSubstr("no placeholder `{a}`"));
    EXPECT_THAT(flaw_of("{groups}.x", "192.0.2.0/24"), HasSubstr("no placeholder `{groups}`"));
    EXPECT_THAT(flaw_of("{d:3}.x", "192.0.2.0/24"), HasSubstr("`{d:3}` is no width"));
    EXPECT_THAT(flaw_of("{hex:03}.x", "192.0.2.0/24"), HasSubstr("is no width"));
    EXPECT_THAT(flaw_of("{d:040}.x", "192.0.2.0/24"), HasSubstr("is no width"));
}

TEST(Make, NamesAnAddressWhoseNameWouldBeIllegal) {
    EXPECT_EQ(flaw_of("-{d}.x", "192.0.2.0/24"),
              "the name of 192.0.2.0, `-0.x`, has a label that begins with a dash");
    EXPECT_EQ(flaw_of("{d}-.x", "192.0.2.0/24"),
              "the name of 192.0.2.0, `0-.x`, has a label that ends with a dash");
    // Only octets of two digits make the dashes third and fourth.
    EXPECT_EQ(flaw_of("{d}--x.y", "192.0.2.0/29"), "accepted");
    EXPECT_THAT(flaw_of("{d}--x.y", "192.0.2.0/28"),
                HasSubstr("the name of 192.0.2.15, `15--x.y`"));
}

TEST(Make, AcceptsAWrittenOutALabel) {
    EXPECT_EQ(flaw_of("{d}.xn--mller-kva.example", "192.0.2.0/24"), "accepted");
    EXPECT_THAT(flaw_of("{d}.xy--mller.example", "192.0.2.0/24"), HasSubstr("`--` in third"));
}

TEST(Make, RefusesALabelThatIsTooLongForTheLastAddressOnly) {
    const std::string literal(60, 'a');
    EXPECT_EQ(flaw_of(literal + "{d:03}.x", "192.0.2.0/24"), "accepted");
    EXPECT_EQ(flaw_of(literal + "b{d}.x", "192.0.2.0/25"), "the name of 192.0.2.127, `" + literal +
                                                               "b127.x`, has a label of more than "
                                                               "63 letters");
    EXPECT_EQ(flaw_of(literal + "b{d}.x", "192.0.2.0-192.0.2.99"), "accepted");
}

TEST(Make, RefusesANameOver255Octets) {
    std::string text = "{d}";
    while (text.size() < 250) text += ".aaaaaaa";
    EXPECT_THAT(flaw_of(text + ".aaa", "192.0.2.0/24"),
                testing::EndsWith("is longer than 255 octets"));
}

TEST(Make, RefusesATemplateThatLeavesOutAnOctetThatVaries) {
    EXPECT_THAT(flaw_of("{d}.x", "192.0.2.0/23"), HasSubstr("`{c}` is not in it"));
    EXPECT_EQ(flaw_of("{c}-{d}.x", "192.0.2.0/23"), "accepted");
    EXPECT_EQ(flaw_of("{d}.x", "192.0.2.0/24"), "accepted");
}

TEST(Make, TakesTheLastOctetAloneWhereARangeCrossesItsBorderOnce) {
    const AddressRange range = range_of("192.0.2.250-192.0.3.5");
    const auto made = NameTemplate::make("h{d}.x", range);
    ASSERT_TRUE(made) << made.error().message;
    NameSpace space;
    for (Uint128 value = range.first.value(); value <= range.last.value(); ++value) {
        const Address address(Family::ipv4, value);
        EXPECT_EQ(made->recover(made->render(address, space)), address) << address.to_text();
    }
    EXPECT_EQ(made->recover(*Name::from_text("h6.x")), std::nullopt);
    EXPECT_EQ(flaw_of("h{d}.x", "192.0.2.250-192.0.3.249"), "accepted");
    EXPECT_THAT(flaw_of("h{d}.x", "192.0.2.250-192.0.3.250"), HasSubstr("`{c}` is not in it"));
    EXPECT_EQ(flaw_of("h{c}-{d}.x", "192.0.255.250-192.1.0.5"), "accepted");
    EXPECT_THAT(flaw_of("h{b}-{d}.x", "192.0.2.250-192.0.3.5"), HasSubstr("`{c}` is not in it"));
}

TEST(Make, RefusesPlaceholdersThatRunTogether) {
    EXPECT_THAT(flaw_of("{c}{d}.x", "192.0.0.0/16"), HasSubstr("may get the same name"));
    EXPECT_THAT(flaw_of("{c}1{d}.x", "192.0.0.0/16"), HasSubstr("may get the same name"));
    EXPECT_EQ(flaw_of("{c:03}{d}.x", "192.0.0.0/16"), "accepted");
    EXPECT_EQ(flaw_of("{c}x{d}.x", "192.0.0.0/16"), "accepted");
    EXPECT_EQ(flaw_of("{c}{d}.x", "192.0.2.0/24"), "accepted");  // one value has one width
}

constexpr std::array ipv4_templates{"{ip}.dyn.example.net",
                                    "{ip}-dyn.example.net",
                                    "v-{ip}-dyn.x",
                                    "{hex}.x",
                                    "x{hex}y.z",
                                    "{a}-{b}-{c}-{d}.x",
                                    "{d}.{c}.{b}.{a}.x",
                                    "{a:03}{b:03}{c:03}{d:03}.x",
                                    "h{host}.x",
                                    "{host:010}-{ip}.x",
                                    "{host}.{ip}.x",
                                    "a{a}b{b}c{c}d{d}",
                                    "{c}{d:03}.{a}{b:03}.x"};

constexpr std::array ipv6_templates{"{ip}.dyn.example.net",
                                    "{ip}-dyn.example.net",
                                    "v{ip}.x",
                                    "vv{ip}.x",
                                    "vv-{ip}x.x",
                                    "{hex}.x",
                                    "{groups}.x",
                                    "h{host}.x",
                                    "{host}.{ip}",
                                    "{host:08}.{groups}.x",
                                    "ip-{ip}.x"};

void expect_legal(std::string_view name) {
    std::size_t start = 0;
    while (start < name.size()) {
        const std::string_view label = name.substr(start, name.find('.', start) - start);
        EXPECT_FALSE(label.empty()) << name;
        EXPECT_LE(label.size(), 63U) << name;
        EXPECT_FALSE(label.starts_with('-') || label.ends_with('-')) << name;
        EXPECT_FALSE(label.size() > 3 && label.substr(2, 2) == "--") << name;
        start += label.size() + 1;
    }
}

/// Renders random addresses of random prefixes and reads them back.
template <std::size_t count>
void expect_recoverable(Family family, const std::array<const char*, count>& templates) {
    std::mt19937_64 random(20261122);
    for (const char* text : templates) {
        for (int i = 0; i < 200; ++i) {
            const auto draw = [&random] { return (Uint128{random()} << 64U) | random(); };
            const Uint128 mask = low_bits_mask(address_bits(family));
            // Zero groups, as they are in real addresses.
            const Uint128 sparse =
                draw() & (random() % 2 == 0 ? draw() & draw() & draw() : ~Uint128{0});
            const Prefix prefix(Address(family, sparse & mask),
                                static_cast<unsigned>(random() % (address_bits(family) + 1)));
            const auto made = NameTemplate::make(text, {prefix.first(), prefix.last()});
            ASSERT_TRUE(made.has_value())
                << text << ' ' << prefix.to_text() << ' ' << made.error().message;
            const Uint128 host =
                draw() & draw() & low_bits_mask(address_bits(family) - prefix.length());
            const Address address(family, prefix.first().value() | host);
            NameSpace space;
            const NameView name = made->render(address, space);
            expect_legal(name.to_text());
            EXPECT_TRUE(Name::from_wire(name.wire()).has_value());
            EXPECT_EQ(made->recover(name), address) << text << ' ' << name.to_text();
        }
    }
}

TEST(Recover, GivesBackEveryIpv4Address) {
    expect_recoverable(Family::ipv4, ipv4_templates);
}

TEST(Recover, GivesBackEveryIpv6Address) {
    expect_recoverable(Family::ipv6, ipv6_templates);
}

TEST(Recover, IgnoresCase) {
    const auto made = NameTemplate::make("Host-{hex}.Example", range_of("192.0.2.0/24"));
    EXPECT_EQ(made->recover(*Name::from_text("hOST-C0000207.eXAMPLE")),
              Address::from_text("192.0.2.7"));
}

TEST(Recover, KnowsNoNameThatTheTemplateDoesNotMake) {
    const auto made = NameTemplate::make("{ip}.dyn.example", range_of("192.0.2.0/24"));
    for (const char* name :
         {"192-0-3-7.dyn.example", "192-0-2-07.dyn.example", "192-0-2.dyn.example",
          "192-0-2-7.dyn.other", "192-0-2-7.x.dyn.example", "192-0-2-7.dyn",
          "192-0-2-256.dyn.example", "a192-0-2-7.dyn.example", "dyn.example", "."}) {
        EXPECT_EQ(made->recover(*Name::from_text(name)), std::nullopt) << name;
    }
    const auto ipv6 = NameTemplate::make("{ip}.x", range_of("2001:db8::/32"));
    for (const char* name :
         {"2001-0db8--7.x", "2001-db8-0--7.x", "2001-db9--7.x", "--1.x", "g.x"}) {
        EXPECT_EQ(ipv6->recover(*Name::from_text(name)), std::nullopt) << name;
    }
}

// What `make` says of a small range, against what all its names say.
TEST(Make, AgreesWithTheNamesOfAWholeRange) {
    const std::vector<std::string> pieces{"{a}", "{b}", "{c}", "{d}", "{d:02}", "{host}", "{ip}",
                                          "-",   "--",  "x",   ".",   "1",      "a-"};
    const std::vector<std::string> ranges{"192.0.2.0/28", "192.0.1.250-192.0.2.10", "10.9.9.0/24",
                                          "192.0.2.7-192.0.2.7", "9.255.255.250-10.0.0.5"};
    std::mt19937_64 random(7);
    unsigned accepted = 0;
    for (int i = 0; i < 4000; ++i) {
        std::string text;
        for (std::uint64_t left = 1 + random() % 5; left > 0; --left) {
            text += pieces[random() % pieces.size()];
        }
        const AddressRange range = range_of(ranges[random() % ranges.size()]);
        const auto made = NameTemplate::make(text, range);
        if (!made) continue;
        ++accepted;
        std::set<std::string> names;
        const Uint128 count = range.last.value() - range.first.value() + 1;
        for (Uint128 step = 0; step < count; ++step) {
            NameSpace space;
            const Address address(Family::ipv4, range.first.value() + step);
            const std::string name = made->render(address, space).to_text();
            expect_legal(name);
            names.insert(name);
        }
        EXPECT_EQ(names.size(), made->is_constant() ? 1U : static_cast<std::size_t>(count)) << text;
    }
    EXPECT_GT(accepted, 200U);
}

}  // namespace
}  // namespace arpad

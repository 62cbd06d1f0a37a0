#include "reverse/arpa_name.hpp"

#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace arpad {
namespace {

Name name(std::string_view text) {
    return *Name::from_text(text);
}

Address address(std::string_view text) {
    return *Address::from_text(text);
}

Prefix prefix(std::string_view text) {
    return *Prefix::from_text(text);
}

Address random_address(Family family, std::mt19937_64& random) {
    const Uint128 value = Uint128{random()} << 64 | random();
    return {family, value & low_bits_mask(address_bits(family))};
}

Address random_address_in(const Prefix& base, std::mt19937_64& random) {
    const Uint128 host_bits = low_bits_mask(address_bits(base.family()) - base.length());
    const Uint128 host = random_address(base.family(), random).value() & host_bits;
    return {base.family(), base.first().value() | host};
}

Prefix whole(const Address& one) {
    return {one, one.bits()};
}

std::string upper_case(std::string text) {
    for (char& letter : text) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    return text;
}

/// Some prefixes of every aligned length, 0 and the whole address included.
std::vector<Prefix> aligned_prefixes(Family family) {
    std::mt19937_64 random(1035);
    std::vector<Prefix> prefixes;
    for (unsigned length = 0; length <= address_bits(family); length += label_bits(family)) {
        for (int count = 0; count < 8; ++count)
            prefixes.emplace_back(random_address(family, random), length);
    }
    return prefixes;
}

LabelPath read(std::string_view text, std::string_view apex, const Prefix& base) {
    NameBuffer buffer;
    buffer.assign(name(text));
    return read_labels(buffer, name(apex).view().label_count(), base);
}

// ldns as an oracle

struct FreeRdf {
    void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
};
using Rdf = std::unique_ptr<ldns_rdf, FreeRdf>;

std::string reverse_name_by_ldns(const Address& of) {
    const bool is_ipv4 = of.family() == Family::ipv4;
    std::array<std::uint8_t, 16> octets{};
    const std::size_t size = is_ipv4 ? 4 : 16;
    Uint128 value = of.value();
    for (std::size_t at = size; at-- != 0; value >>= 8)
        octets[at] = static_cast<std::uint8_t>(value);
    const Rdf rdf(
        ldns_rdf_new_frm_data(is_ipv4 ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA, size, octets.data()));
    const Rdf reversed(ldns_rdf_address_reverse(rdf.get()));
    const std::unique_ptr<char, decltype(&std::free)> text(ldns_rdf2str(reversed.get()),
                                                           &std::free);
    return text.get();
}

TEST(ArpaName, OfAnIpv4AddressIsThatOfLdns) {
    std::mt19937_64 random(4);
    for (int round = 0; round < 1000; ++round) {
        const Address one = random_address(Family::ipv4, random);
        ASSERT_EQ(arpa_name(one).to_text(), reverse_name_by_ldns(one));
    }
}

TEST(ArpaName, OfAnIpv6AddressIsThatOfLdns) {
    std::mt19937_64 random(6);
    for (int round = 0; round < 1000; ++round) {
        const Address one = random_address(Family::ipv6, random);
        ASSERT_EQ(arpa_name(one).to_text(), reverse_name_by_ldns(one));
    }
}

TEST(ArpaRoot, IsTheTreeOfTheFamily) {
    EXPECT_EQ(arpa_root(Family::ipv4).to_text(), "in-addr.arpa.");
    EXPECT_EQ(arpa_root(Family::ipv6).to_text(), "ip6.arpa.");
}

TEST(ArpaName, OfAnIpv4Address) {
    EXPECT_EQ(arpa_name(address("192.0.2.7")).to_text(), "7.2.0.192.in-addr.arpa.");
}

// RFC 3596 2.5, its own example
TEST(ArpaName, OfAnIpv6AddressIsInLowerCase) {
    EXPECT_EQ(arpa_name(address("4321:0:1:2:3:4:567:89ab")).to_text(),
              "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa.");
}

TEST(ArpaName, OfAnAlignedPrefix) {
    EXPECT_EQ(arpa_name(prefix("192.0.2.0/24")).to_text(), "2.0.192.in-addr.arpa.");
    EXPECT_EQ(arpa_name(prefix("10.0.0.0/8")).to_text(), "10.in-addr.arpa.");
    EXPECT_EQ(arpa_name(prefix("2001:db8::/32")).to_text(), "8.b.d.0.1.0.0.2.ip6.arpa.");
}

TEST(ArpaName, OfEverythingIsTheRootOfTheTree) {
    EXPECT_EQ(arpa_name(prefix("0.0.0.0/0")), arpa_root(Family::ipv4));
    EXPECT_EQ(arpa_name(prefix("::/0")), arpa_root(Family::ipv6));
}

TEST(ArpaName, OfAnAddressIsBelowThoseOfAllPrefixesAroundIt) {
    std::mt19937_64 random(2);
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        const Address one = random_address(family, random);
        const Name leaf = arpa_name(one);
        for (unsigned length = 0; length <= one.bits(); length += label_bits(family)) {
            const unsigned labels = 2 + length / label_bits(family);
            EXPECT_EQ(arpa_name(Prefix(one, length)), leaf.view().suffix(labels)) << length;
        }
    }
}

TEST(ArpaNameDeathTest, StopsAtAPrefixThatIsNotAligned) {
    EXPECT_DEATH(static_cast<void>(arpa_name(prefix("192.0.2.0/25"))), "broken invariant");
}

// Names below an apex

TEST(AddressName, CountsOnBelowTheApexOfAPrefix) {
    const Name apex = name("2.0.192.in-addr.arpa.");
    EXPECT_EQ(address_name(apex, prefix("192.0.2.0/24"), address("192.0.2.7"))->to_text(),
              "7.2.0.192.in-addr.arpa.");
}

TEST(AddressName, CountsOnBelowAClasslessApex) {
    const Name apex = name("64/26.2.0.192.in-addr.arpa.");
    EXPECT_EQ(address_name(apex, prefix("192.0.2.0/24"), address("192.0.2.77"))->to_text(),
              "77.64/26.2.0.192.in-addr.arpa.");
}

TEST(AddressName, CountsOnBelowAnyApex) {
    EXPECT_EQ(address_name(name("v6.example."), prefix("2001:db8::/120"), address("2001:db8::4b"))
                  ->to_text(),
              "b.4.v6.example.");
}

TEST(AddressName, IsTheApexIfThatStandsForTheAddress) {
    const Name apex = name("one.example.");
    EXPECT_EQ(address_name(apex, prefix("192.0.2.7/32"), address("192.0.2.7"))->to_text(),
              "one.example.");
}

TEST(AddressName, KeepsTheCaseOfTheApex) {
    EXPECT_EQ(address_name(name("V6.Example."), prefix("2001:db8::/124"), address("2001:db8::b"))
                  ->to_text(),
              "b.V6.Example.");
}

TEST(AddressName, FailsIfTheNameGetsTooLong) {
    const std::string label(63, 'x');
    const Name apex = name(label + "." + label + "." + label + "." + label.substr(0, 60));
    const Prefix base = prefix("192.0.2.0/24");
    ASSERT_EQ(apex.view().octets(), 254U);
    const auto result = address_name(apex, base, address("192.0.2.7"));
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error(), NameError::name_too_long);
}

TEST(AddressNameDeathTest, StopsAtAnAddressOutsideOfTheBase) {
    EXPECT_DEATH(static_cast<void>(address_name(name("2.0.192.in-addr.arpa."),
                                                prefix("192.0.2.0/24"), address("192.0.3.7"))),
                 "broken invariant");
}

TEST(PrefixName, LeadsFromTheBaseToThePrefix) {
    const Name apex = name("customer.example.");
    EXPECT_EQ(prefix_name(apex, prefix("10.0.0.0/8"), prefix("10.1.2.0/24"))->to_text(),
              "2.1.customer.example.");
    EXPECT_EQ(prefix_name(apex, prefix("2001:db8::/32"), prefix("2001:db8:1200::/40"))->to_text(),
              "2.1.customer.example.");
}

TEST(PrefixName, OfTheBaseIsTheApex) {
    const Name apex = name("customer.example.");
    EXPECT_EQ(*prefix_name(apex, prefix("10.0.0.0/8"), prefix("10.0.0.0/8")), apex);
}

TEST(PrefixNameDeathTest, StopsAtABaseThatIsNotAligned) {
    EXPECT_DEATH(
        static_cast<void>(prefix_name(name("a."), prefix("192.0.2.0/25"), prefix("192.0.2.0/32"))),
        "broken invariant");
}

// Reverse name to prefix

TEST(PrefixOfArpaName, OfARootIsEverything) {
    EXPECT_EQ(prefix_of_arpa_name(name("in-addr.arpa.")), prefix("0.0.0.0/0"));
    EXPECT_EQ(prefix_of_arpa_name(name("ip6.arpa.")), prefix("::/0"));
}

TEST(PrefixOfArpaName, ReadsOctets) {
    EXPECT_EQ(prefix_of_arpa_name(name("2.0.192.in-addr.arpa.")), prefix("192.0.2.0/24"));
    EXPECT_EQ(prefix_of_arpa_name(name("255.in-addr.arpa.")), prefix("255.0.0.0/8"));
}

TEST(PrefixOfArpaName, ReadsNibblesInEitherCase) {
    EXPECT_EQ(prefix_of_arpa_name(name("8.b.d.0.1.0.0.2.ip6.arpa.")), prefix("2001:db8::/32"));
    EXPECT_EQ(prefix_of_arpa_name(name("8.B.D.0.1.0.0.2.ip6.arpa.")), prefix("2001:db8::/32"));
}

TEST(PrefixOfArpaName, IgnoresTheCaseOfTheTree) {
    EXPECT_EQ(prefix_of_arpa_name(name("2.0.192.In-Addr.ARPA.")), prefix("192.0.2.0/24"));
    EXPECT_EQ(prefix_of_arpa_name(name("2.IP6.Arpa.")), prefix("2000::/4"));
}

TEST(PrefixOfArpaName, IsNoneOutsideOfBothTrees) {
    for (const char* text :
         {".", "arpa.", "e164.arpa.", "7.2.0.192.in-addr.arpa.example.", "2.0.192.xin-addr.arpa.",
          "in-addr.example.", "1.ip6.int.", "2.0.192.", "home.arpa."})
        EXPECT_EQ(prefix_of_arpa_name(name(text)), std::nullopt) << text;
}

TEST(PrefixOfArpaName, IsNoneForLabelsThatAreNoOctet) {
    for (const char* text : {"07", "00", "256", "1000", "1a", "a", "*", "64/26", "-1", "+1", "1-2",
                             "\\032", "4294967297"})
        EXPECT_EQ(prefix_of_arpa_name(name(std::string(text) + ".2.0.192.in-addr.arpa.")),
                  std::nullopt)
            << text;
}

TEST(PrefixOfArpaName, IsNoneForLabelsThatAreNoNibble) {
    for (const char* text : {"10", "00", "g", "G", "*", "/", ":", "`", "@", "-", "0x1", "\\032"})
        EXPECT_EQ(prefix_of_arpa_name(name(std::string(text) + ".8.b.d.0.1.0.0.2.ip6.arpa.")),
                  std::nullopt)
            << text;
}

TEST(PrefixOfArpaName, IsNoneBelowAFullAddress) {
    EXPECT_EQ(prefix_of_arpa_name(name("1.7.2.0.192.in-addr.arpa.")), std::nullopt);
    EXPECT_EQ(prefix_of_arpa_name(*arpa_name(address("2001:db8::1")).below("0")), std::nullopt);
}

TEST(PrefixOfArpaName, GivesBackEveryAlignedPrefix) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (const Prefix& aligned : aligned_prefixes(family))
            EXPECT_EQ(prefix_of_arpa_name(arpa_name(aligned)), aligned) << aligned.to_text();
    }
}

TEST(PrefixOfArpaName, GivesBackRandomAddressesInEitherCase) {
    std::mt19937_64 random(3596);
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (int round = 0; round < 2000; ++round) {
            const Address one = random_address(family, random);
            const std::string text = arpa_name(one).to_text();
            ASSERT_EQ(prefix_of_arpa_name(name(text)), whole(one)) << text;
            ASSERT_EQ(prefix_of_arpa_name(name(upper_case(text))), whole(one)) << text;
        }
    }
}

// Labels below an apex

struct Apex {
    Name name;
    Prefix base;
};

/// Every aligned base with its own reverse name and with names that have nothing to do with it.
std::vector<Apex> apexes() {
    std::vector<Apex> apexes;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (const Prefix& base : aligned_prefixes(family)) {
            apexes.push_back({arpa_name(base), base});
            apexes.push_back({name("64/26.2.0.192.in-addr.arpa."), base});
            apexes.push_back({name("1.2.3.Odd.Example."), base});
            apexes.push_back({Name(), base});
        }
    }
    return apexes;
}

TEST(ReadLabels, GivesBackTheAddressOfEveryNameBelowEveryApex) {
    std::mt19937_64 random(64);
    for (const Apex& apex : apexes()) {
        for (int round = 0; round < 20; ++round) {
            const Address one = random_address_in(apex.base, random);
            NameBuffer buffer;
            buffer.assign(*address_name(apex.name, apex.base, one));
            const LabelPath path = read_labels(buffer, apex.name.view().label_count(), apex.base);
            ASSERT_EQ(path.prefix, whole(one)) << buffer.view().to_text();
            ASSERT_EQ(path.end, LabelPath::End::name) << buffer.view().to_text();
            ASSERT_EQ(path.labels, (one.bits() - apex.base.length()) / label_bits(one.family()))
                << buffer.view().to_text();
        }
    }
}

TEST(ReadLabels, GivesBackEveryAlignedPrefixBelowEveryApex) {
    std::mt19937_64 random(26);
    for (const Apex& apex : apexes()) {
        const Address one = random_address_in(apex.base, random);
        const unsigned step = label_bits(one.family());
        for (unsigned length = apex.base.length(); length <= one.bits(); length += step) {
            const Prefix inner(one, length);
            NameBuffer buffer;
            buffer.assign(*prefix_name(apex.name, apex.base, inner));
            const LabelPath path = read_labels(buffer, apex.name.view().label_count(), apex.base);
            ASSERT_EQ(path.prefix, inner) << buffer.view().to_text();
            ASSERT_EQ(path.end, LabelPath::End::name) << buffer.view().to_text();
            ASSERT_EQ(path.labels, (length - apex.base.length()) / step) << buffer.view().to_text();
        }
    }
}

TEST(ReadLabels, OfTheApexGivesTheBase) {
    const LabelPath path =
        read("2.0.192.in-addr.arpa.", "2.0.192.in-addr.arpa.", prefix("192.0.2.0/24"));
    EXPECT_EQ(path.prefix, prefix("192.0.2.0/24"));
    EXPECT_EQ(path.labels, 0U);
    EXPECT_EQ(path.end, LabelPath::End::name);
}

TEST(ReadLabels, StopBelowAFullAddress) {
    const LabelPath path =
        read("x.7.2.0.192.in-addr.arpa.", "2.0.192.in-addr.arpa.", prefix("192.0.2.0/24"));
    EXPECT_EQ(path.prefix, prefix("192.0.2.7/32"));
    EXPECT_EQ(path.labels, 1U);
    EXPECT_EQ(path.end, LabelPath::End::full_address);
}

TEST(ReadLabels, StopBelowAnApexThatIsAFullAddress) {
    const LabelPath path = read("1.one.example.", "one.example.", prefix("192.0.2.7/32"));
    EXPECT_EQ(path.prefix, prefix("192.0.2.7/32"));
    EXPECT_EQ(path.labels, 0U);
    EXPECT_EQ(path.end, LabelPath::End::full_address);
}

TEST(ReadLabels, NumbersBelowAFullAddressAreNotRead) {
    const LabelPath path = read("1.2.3.4.5.6.in-addr.arpa.", "in-addr.arpa.", prefix("0.0.0.0/0"));
    EXPECT_EQ(path.prefix, prefix("6.5.4.3/32"));
    EXPECT_EQ(path.end, LabelPath::End::full_address);
}

TEST(ReadLabels, StopAtAForeignLabelWithWhatStandsBeforeIt) {
    const LabelPath path = read("1.x.2.10.in-addr.arpa.", "in-addr.arpa.", prefix("0.0.0.0/0"));
    EXPECT_EQ(path.prefix, prefix("10.2.0.0/16"));
    EXPECT_EQ(path.labels, 2U);
    EXPECT_EQ(path.end, LabelPath::End::foreign_label);
}

TEST(ReadLabels, ReadEveryOctet) {
    for (unsigned octet = 0; octet < 256; ++octet) {
        const std::string text = std::to_string(octet) + ".2.0.192.in-addr.arpa.";
        const LabelPath path = read(text, "2.0.192.in-addr.arpa.", prefix("192.0.2.0/24"));
        EXPECT_EQ(path.prefix, Prefix(Address(Family::ipv4, 0xc000'0200U + octet), 32)) << text;
    }
}

TEST(ReadLabels, OtherLabelsAreForeignToIpv4) {
    for (const char* text :
         {"07", "00", "007", "256",   "260", "300", "999",    "1000",   "0000",  "1a",
          "a1", "f",  "*",   "64/26", "-1",  "+1",  "\\0321", "1\\032", "\\000", "_tcp"}) {
        const LabelPath path = read(std::string(text) + ".2.0.192.in-addr.arpa.",
                                    "2.0.192.in-addr.arpa.", prefix("192.0.2.0/24"));
        EXPECT_EQ(path.end, LabelPath::End::foreign_label) << text;
        EXPECT_EQ(path.labels, 0U) << text;
        EXPECT_EQ(path.prefix, prefix("192.0.2.0/24")) << text;
    }
}

/// What a label of one octet stands for below ip6.arpa; none if it is foreign.
std::optional<unsigned> nibble(std::uint8_t octet) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::string_view upper = "0123456789ABCDEF";
    for (const std::string_view known : {digits, upper}) {
        const std::size_t at = known.find(static_cast<char>(octet));
        if (at != std::string_view::npos) return static_cast<unsigned>(at);
    }
    return std::nullopt;
}

TEST(ReadLabels, OfOneOctetAreHexDigitsForIpv6) {
    for (unsigned octet = 0; octet < 256; ++octet) {
        const char label = static_cast<char>(octet);
        NameBuffer buffer;
        buffer.assign(*name("example.").below(std::string_view(&label, 1)));
        const LabelPath path = read_labels(buffer, 1, prefix("2001:db8::/124"));
        const auto expected = nibble(static_cast<std::uint8_t>(octet));
        ASSERT_EQ(path.end, expected ? LabelPath::End::name : LabelPath::End::foreign_label)
            << octet;
        ASSERT_TRUE((path.prefix.first().value() & 0xf) == expected.value_or(0)) << octet;
    }
}

TEST(ReadLabels, LongerLabelsAreForeignToIpv6) {
    for (const char* text : {"10", "00", "0a", "ff", "0x1", "\\0001"}) {
        const LabelPath path = read(std::string(text) + ".8.b.d.0.1.0.0.2.ip6.arpa.",
                                    "8.b.d.0.1.0.0.2.ip6.arpa.", prefix("2001:db8::/32"));
        EXPECT_EQ(path.end, LabelPath::End::foreign_label) << text;
        EXPECT_EQ(path.prefix, prefix("2001:db8::/32")) << text;
    }
}

TEST(ReadLabelsDeathTest, StopsAtABaseThatIsNotAligned) {
    EXPECT_DEATH(static_cast<void>(read("7.example.", "example.", prefix("192.0.2.0/25"))),
                 "broken invariant");
}

TEST(ReadLabels, StopOfAVeryDeepNameAfter32Labels) {
    std::string text;
    for (int label = 0; label < 120; ++label) text += "0.";
    const LabelPath path = read(text + "ip6.arpa.", "ip6.arpa.", prefix("::/0"));
    EXPECT_EQ(path.labels, 32U);
    EXPECT_EQ(path.end, LabelPath::End::full_address);
}

}  // namespace
}  // namespace arpad

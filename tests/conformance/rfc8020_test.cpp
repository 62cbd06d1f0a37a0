// RFC 8020: NXDOMAIN: there really is nothing underneath. So a name with anything below it exists.

#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "reverse/arpa_name.hpp"
#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// A server with the one zone of `network`, in which `address` has a name.
TestResponder server_with(std::string_view network, const Address& address) {
    const Prefix base = *Prefix::from_text(network);
    const Name relative = *address_name(NameView(), base, address);  // the labels below the apex
    return TestResponder({zone_for(network).ptr(relative.to_text(), "a.example.").build()});
}

/// Checks every name between `address` and the apex, and one label beside each of them.
void expect_empty_non_terminals(std::string_view network, std::string_view address_text) {
    const Address address = Address::from_text(address_text).value();
    const Prefix base = *Prefix::from_text(network);
    const unsigned step = label_bits(address.family());
    TestResponder server = server_with(network, address);
    for (unsigned length = base.length() + step; length < address.bits(); length += step) {
        const Prefix above(address, length);
        const std::string name = arpa_name(above).to_text();
        const ReplyText reply = server.reply_to(name, RrType::ptr);
        EXPECT_THAT(reply, has_rcode(Rcode::no_error)) << name;
        EXPECT_THAT(reply.answer, IsEmpty()) << name;
        EXPECT_THAT(reply.authority, SizeIs(1)) << name;

        const Uint128 other_bit = Uint128{1} << (address.bits() - length);
        const Prefix beside(Address(address.family(), address.value() ^ other_bit), length);
        const std::string missing = arpa_name(beside).to_text();
        EXPECT_THAT(server.reply_to(missing, RrType::ptr), has_rcode(Rcode::nx_domain)) << missing;
    }
    EXPECT_THAT(server.reply_to(arpa_name(address).to_text(), RrType::ptr).answer, SizeIs(1));
}

// 2: at every octet.
TEST(Rfc8020, EmptyNonTerminalsOfIpv4AreNoData) {
    expect_empty_non_terminals("0.0.0.0/0", "192.0.2.7");
    expect_empty_non_terminals("192.0.0.0/8", "192.0.2.7");
    expect_empty_non_terminals("192.0.0.0/16", "192.0.255.255");
    expect_empty_non_terminals("0.0.0.0/0", "0.0.0.0");
    expect_empty_non_terminals("0.0.0.0/0", "255.255.255.255");
}

// 2: at every nibble.
TEST(Rfc8020, EmptyNonTerminalsOfIpv6AreNoData) {
    expect_empty_non_terminals("::/0", "2001:db8::1");
    expect_empty_non_terminals("2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
    expect_empty_non_terminals("2001:db8::/48", "2001:db8::");
    expect_empty_non_terminals("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

// 2: below a name that does not exist there is nothing.
TEST(Rfc8020, NamesBelowAMissingNameAreMissing) {
    TestResponder server = server_with("192.0.0.0/16", Address::from_text("192.0.2.7").value());
    for (const char* name : {"3.0.192.in-addr.arpa", "7.3.0.192.in-addr.arpa",
                             "x.7.3.0.192.in-addr.arpa", "a.b.c.d.e.3.0.192.in-addr.arpa"}) {
        EXPECT_THAT(server.reply_to(name, RrType::ptr), has_rcode(Rcode::nx_domain)) << name;
    }
}

// 2: a classless child's labels exist on the way to its names.
TEST(Rfc8020, NameAboveACutIsNoData) {
    TestResponder server({zone_for("192.0.0.0/16").ns("64/26.2", "ns.example.").build()});
    const ReplyText reply = server.reply_to("2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.authority, SizeIs(1));
}

/// `nibbles`, the first after the prefix first, as a name below 2001:db8::/32.
std::string nibbles_name(std::string_view nibbles) {
    std::string name = "8.b.d.0.1.0.0.2.ip6.arpa";
    for (const char nibble : nibbles) name.insert(0, {nibble, '.'});
    return name;
}

// 2: a range makes every name above its addresses exist, at every nibble, and no other.
TEST(Rfc8020, NamesAboveTheAddressesOfARangeAreNoData) {
    TestResponder server(
        {zone_for("2001:db8::/32").range("2001:db8:8000::/33", "{hex}.example.").build()});
    const std::string inside = "8f070f8a5c00000000001234";
    for (std::size_t length = 1; length <= inside.size(); ++length) {
        const std::string nibbles = inside.substr(0, length);
        const ReplyText reply = server.reply_to(nibbles_name(nibbles), RrType::ptr);
        EXPECT_THAT(reply, has_rcode(Rcode::no_error)) << nibbles;
        EXPECT_THAT(reply.answer, SizeIs(length == inside.size() ? 1 : 0)) << nibbles;
        const std::string outside = "7" + nibbles.substr(1);
        EXPECT_THAT(server.reply_to(nibbles_name(outside), RrType::ptr),
                    has_rcode(Rcode::nx_domain))
            << outside;
    }
}

TEST(Rfc8020, NamesAboveAHoleAreMissingWhereNothingElseIs) {
    TestResponder server({zone_for("2001:db8::/32")
                              .range("2001:db8::/32", "{hex}.example.")
                              .hole("2001:db8:1::/48")
                              .range("2001:db8:1:8000::/128", "one.example.")
                              .build()});
    EXPECT_THAT(server.reply_to(nibbles_name("000"), RrType::ptr), has_rcode(Rcode::no_error));
    EXPECT_THAT(server.reply_to(nibbles_name("0001"), RrType::ptr), has_rcode(Rcode::no_error));
    EXPECT_THAT(server.reply_to(nibbles_name("00017"), RrType::ptr), has_rcode(Rcode::nx_domain));
    EXPECT_THAT(server.reply_to(nibbles_name("00018"), RrType::ptr), has_rcode(Rcode::no_error));
    EXPECT_THAT(server.reply_to(nibbles_name("000180001"), RrType::ptr),
                has_rcode(Rcode::nx_domain));
}

TEST(Rfc8020, NamesBelowAnAddressOfARangeAreMissing) {
    TestResponder server({zone_for("192.0.2.0/24").range("192.0.2.0/24", "{ip}.example.").build()});
    EXPECT_THAT(server.reply_to("x.7.2.0.192.in-addr.arpa", RrType::ptr),
                has_rcode(Rcode::nx_domain));
}

}  // namespace
}  // namespace arpad

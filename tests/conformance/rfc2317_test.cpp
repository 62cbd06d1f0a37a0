// RFC 2317: Classless IN-ADDR.ARPA delegation.

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "support/built_networks.hpp"
#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TestResponder server_of_a_classless_zone() {
    return TestResponder(
        {zone_for("192.0.2.0/24")
             .ns("64/26", "ns.example.")
             .cname("65", "65.64/26.2.0.192.in-addr.arpa.")
             .cname("66", "66.64/26.2.0.192.in-addr.arpa.")
             .build(),
         zone_at("64/26.2.0.192.in-addr.arpa", "192.0.2.0/24").ptr("65", "a.example.").build()});
}

constexpr const char* first_link =
    "65.2.0.192.in-addr.arpa. 3600 IN CNAME 65.64/26.2.0.192.in-addr.arpa.";

// 4, 5.2: the name of the address is an alias of a name in the child zone. We serve both, so one
// answer holds the whole chain (RFC 1034 4.3.2 step 3a).
TEST(Rfc2317, ChainIsInOneAnswer) {
    TestResponder server = server_of_a_classless_zone();
    const ReplyText reply = server.reply_to("65.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply.answer,
                ElementsAre(first_link, "65.64/26.2.0.192.in-addr.arpa. 3600 IN PTR a.example."));
    EXPECT_THAT(reply.authority, IsEmpty());
}

// RFC 6604 3: the rcode is that of the last name in the chain.
TEST(Rfc2317, ChainToAMissingNameIsANameErrorWithItsLink) {
    TestResponder server = server_of_a_classless_zone();
    const ReplyText reply = server.reply_to("66.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::nx_domain));
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(
        reply.answer,
        ElementsAre("66.2.0.192.in-addr.arpa. 3600 IN CNAME 66.64/26.2.0.192.in-addr.arpa."));
    EXPECT_THAT(reply.authority,
                ElementsAre("64/26.2.0.192.in-addr.arpa. 900 IN SOA ns.example. host.example. 1 "
                            "7200 1800 1209600 900"));
}

TEST(Rfc2317, ChainToANameWithoutTheTypeIsNoDataWithItsLink) {
    TestResponder server = server_of_a_classless_zone();
    const ReplyText reply = server.reply_to("65.2.0.192.in-addr.arpa", RrType::txt);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.answer, ElementsAre(first_link));
    EXPECT_THAT(reply.authority,
                ElementsAre("64/26.2.0.192.in-addr.arpa. 900 IN SOA ns.example. host.example. 1 "
                            "7200 1800 1209600 900"));
}

// 4: the child zone is asked by its own names too, where the parent's server is another one.
TEST(Rfc2317, ChildZoneAnswersByItsOwnNames) {
    TestResponder server = server_of_a_classless_zone();
    EXPECT_THAT(server.reply_to("65.64/26.2.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("65.64/26.2.0.192.in-addr.arpa. 3600 IN PTR a.example."));
    EXPECT_THAT(server.reply_to("64/26.2.0.192.in-addr.arpa", RrType::ns).answer,
                ElementsAre("64/26.2.0.192.in-addr.arpa. 3600 IN NS ns.example."));
}

TEST(Rfc2317, ChildZoneOfAnotherServerIsReferredBehindItsLink) {
    TestResponder server({zone_for("192.0.2.0/24")
                              .ns("64/26", "ns.child.example.")
                              .cname("65", "65.64/26.2.0.192.in-addr.arpa.")
                              .build()});
    const ReplyText reply = server.reply_to("65.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_TRUE(reply.aa);
    EXPECT_THAT(reply.answer, ElementsAre(first_link));
    EXPECT_THAT(reply.authority,
                ElementsAre("64/26.2.0.192.in-addr.arpa. 3600 IN NS ns.child.example."));
}

TEST(Rfc2317, NestedChildrenAreOneChain) {
    TestResponder server({zone_for("192.0.2.0/24")
                              .ns("0/25", "ns.example.")
                              .cname("65", "65.0/25.2.0.192.in-addr.arpa.")
                              .build(),
                          zone_at("0/25.2.0.192.in-addr.arpa", "192.0.2.0/24")
                              .ns("64/26", "ns.example.")
                              .cname("65", "65.64/26.0/25.2.0.192.in-addr.arpa.")
                              .build(),
                          zone_at("64/26.0/25.2.0.192.in-addr.arpa", "192.0.2.0/24")
                              .ptr("65", "a.example.")
                              .build()});
    EXPECT_THAT(server.reply_to("65.2.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("65.2.0.192.in-addr.arpa. 3600 IN CNAME 65.0/25.2.0.192.in-addr.arpa.",
                            "65.0/25.2.0.192.in-addr.arpa. 3600 IN CNAME "
                            "65.64/26.0/25.2.0.192.in-addr.arpa.",
                            "65.64/26.0/25.2.0.192.in-addr.arpa. 3600 IN PTR a.example."));
}

TEST(Rfc2317, LinkAloneIsAnsweredToAQueryForIt) {
    TestResponder server = server_of_a_classless_zone();
    EXPECT_THAT(server.reply_to("65.2.0.192.in-addr.arpa", RrType::cname).answer,
                ElementsAre(first_link));
    EXPECT_THAT(server.reply_to("65.2.0.192.in-addr.arpa", RrType::any).answer,
                ElementsAre(first_link));
}

/// All zones of `networks`, as the loader has them built.
TestResponder server_of(std::vector<test::Network> networks) {
    const test::Built built(std::move(networks));
    EXPECT_EQ(built.diagnostics().error_count(), 0U) << built.diagnostics().to_text();
    const auto zones = built.snapshot().zones();
    return TestResponder({zones.begin(), zones.end()});
}

TEST(Rfc2317, RangeInTheChildZoneIsReachedByTheUsualNames) {
    TestResponder server =
        server_of({test::Network("192.0.2.0/24").ttl(60),
                   test::Network("192.0.2.64/26").range("192.0.2.64/26", "{ip}.example.")});
    EXPECT_THAT(server.reply_to("70.2.0.192.in-addr.arpa", RrType::ptr).answer,
                ElementsAre("70.2.0.192.in-addr.arpa. 60 IN CNAME 70.64/26.2.0.192.in-addr.arpa.",
                            "70.64/26.2.0.192.in-addr.arpa. 3600 IN PTR 192-0-2-70.example."));
}

// 5.2: the customer's servers are told behind the link, in each of the usual styles.
TEST(Rfc2317, DelegationIsALinkAndAReferral) {
    for (const auto& [style, label] : {std::pair{ClasslessStyle::slash, "64/26"},
                                       {ClasslessStyle::dash, "64-26"},
                                       {ClasslessStyle::range, "64-127"}}) {
        TestResponder server =
            server_of({test::Network("192.0.2.0/24")
                           .delegation("192.0.2.64/26", {"ns.customer.example."},
                                       [&](DelegationModel& entry) { entry.style = style; })});
        const ReplyText reply = server.reply_to("65.2.0.192.in-addr.arpa", RrType::ptr);
        const std::string child = std::string(label) + ".2.0.192.in-addr.arpa.";
        EXPECT_TRUE(reply.aa);
        EXPECT_THAT(reply.answer,
                    ElementsAre("65.2.0.192.in-addr.arpa. 3600 IN CNAME 65." + child));
        EXPECT_THAT(reply.authority, ElementsAre(child + " 3600 IN NS ns.customer.example."));
        EXPECT_THAT(server.reply_to("63.2.0.192.in-addr.arpa", RrType::ptr),
                    has_rcode(Rcode::nx_domain));
    }
}

TEST(Rfc2317, GlueOfADelegationIsInItsReferral) {
    TestResponder server = server_of(
        {test::Network("192.0.2.0/24")
             .delegation("192.0.2.64/26", {"ns.64-26.2.0.192.in-addr.arpa."},
                         [](DelegationModel& entry) {
                             entry.style = ClasslessStyle::dash;
                             entry.nameservers[0].addresses = {test::address("192.0.2.66")};
                         })});
    EXPECT_THAT(server.reply_to("65.2.0.192.in-addr.arpa", RrType::ptr).additional,
                ElementsAre("ns.64-26.2.0.192.in-addr.arpa. 3600 IN A 192.0.2.66"));
}

}  // namespace
}  // namespace arpad

// RFC 4892: Requirements for a mechanism identifying a name server instance.

#include <gmock/gmock.h>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;

QueryMaker ask_chaos(std::string_view name, RrType type = RrType::txt) {
    return ask(name, type).rr_class(RrClass::ch);
}

TestResponder server_with_identity() {
    return TestResponder(Zones{}, {.version = "arpad 1", .hostname = "ns1", .nsid = {}});
}

// 2.1, 2.2: a TXT record of class CHAOS with a TTL of 0.
TEST(Rfc4892, ConfiguredIdentityIsToldAsChaosText) {
    TestResponder server = server_with_identity();
    EXPECT_THAT(server.reply_to(ask_chaos("id.server")).answer,
                ElementsAre("id.server. 0 CH TXT \"ns1\""));
    EXPECT_THAT(server.reply_to(ask_chaos("hostname.bind")).answer,
                ElementsAre("hostname.bind. 0 CH TXT \"ns1\""));
    EXPECT_THAT(server.reply_to(ask_chaos("version.bind")).answer,
                ElementsAre("version.bind. 0 CH TXT \"arpad 1\""));
}

TEST(Rfc4892, AnswerIsAuthoritative) {
    TestResponder server = server_with_identity();
    EXPECT_TRUE(server.reply_to(ask_chaos("id.server")).aa);
}

TEST(Rfc4892, AnyIsAnsweredLikeTxt) {
    TestResponder server = server_with_identity();
    EXPECT_THAT(server.reply_to(ask_chaos("id.server", RrType::any)).answer,
                ElementsAre("id.server. 0 CH TXT \"ns1\""));
}

// 3: whether the identity is told must be for the operator to decide.
TEST(Rfc4892, IdentityThatIsNotConfiguredIsRefused) {
    TestResponder server{Zones{}};
    for (const char* name : {"id.server", "hostname.bind", "version.bind", "version.server"}) {
        const ReplyText reply = server.reply_to(ask_chaos(name));
        EXPECT_THAT(reply, has_rcode(Rcode::refused)) << name;
        EXPECT_THAT(reply, has_no_records()) << name;
    }
}

TEST(Rfc4892, OtherChaosNamesAndTypesAreRefused) {
    TestResponder server = server_with_identity();
    EXPECT_THAT(server.reply_to(ask_chaos("authors.bind")), has_rcode(Rcode::refused));
    EXPECT_THAT(server.reply_to(ask_chaos("id.server", RrType::a)), has_rcode(Rcode::refused));
}

TEST(Rfc4892, IdentityIsToldInClassChaosOnly) {
    TestResponder server = server_with_identity();
    EXPECT_THAT(server.reply_to("id.server", RrType::txt), has_rcode(Rcode::refused));
}

TEST(Rfc4892, ZonesAreNotServedInClassChaos) {
    TestResponder server({zone_for("192.0.2.0/24").ptr("7", "a.example.").build()});
    EXPECT_THAT(server.reply_to(ask_chaos("7.2.0.192.in-addr.arpa", RrType::ptr)),
                has_rcode(Rcode::refused));
}

}  // namespace
}  // namespace arpad

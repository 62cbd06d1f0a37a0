// RFC 8914: Extended DNS errors.

#include <gmock/gmock.h>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::IsEmpty;

constexpr unsigned not_ready = 14;
constexpr unsigned not_authoritative = 20;

// 4.21: a query for a name that the server has no authority for.
TEST(Rfc8914, NamesOfOthersAreNotAuthoritative) {
    TestResponder server({zone_for("192.0.2.0/24").build()});
    const ReplyText reply = server.reply_to(ask("example", RrType::ptr).edns());
    EXPECT_THAT(reply, has_rcode(Rcode::refused));
    EXPECT_THAT(reply, has_extended_error(not_authoritative));
}

// 4.15: a server that is not ready to serve.
TEST(Rfc8914, UnavailableZoneIsNotReady) {
    TestResponder server({Zone::make_unavailable(*Name::from_text("2.0.192.in-addr.arpa"))});
    const ReplyText reply = server.reply_to(ask("7.2.0.192.in-addr.arpa", RrType::ptr).edns());
    EXPECT_THAT(reply, has_rcode(Rcode::serv_fail));
    EXPECT_THAT(reply, has_extended_error(not_ready));
}

// 4.25: data that the server must not use any more.
TEST(Rfc8914, ExpiredZoneHasInvalidData) {
    constexpr unsigned invalid_data = 24;
    TestResponder server({Zone::make_unavailable({*Name::from_text("2.0.192.in-addr.arpa"), {}, {}},
                                                 Unavailability::expired)});
    const ReplyText reply = server.reply_to(ask("7.2.0.192.in-addr.arpa", RrType::ptr).edns());
    EXPECT_THAT(reply, has_rcode(Rcode::serv_fail));
    EXPECT_THAT(reply, has_extended_error(invalid_data));
}

// 2: it travels in an OPT, so there is none without EDNS.
TEST(Rfc8914, WithoutEdnsThereIsNoExtendedError) {
    TestResponder server{Zones{}};
    const QueryMaker query = ask("example", RrType::ptr);
    EXPECT_EQ(server.reply_to(query).octets.size(), query.octets().size());
}

TEST(Rfc8914, SuccessHasNoExtendedError) {
    TestResponder server({zone_for("192.0.2.0/24").ptr("7", "a.example.").build()});
    EXPECT_THAT(
        server.reply_to(ask("7.2.0.192.in-addr.arpa", RrType::ptr).edns()).edns.value().options,
        IsEmpty());
    EXPECT_THAT(
        server.reply_to(ask("8.2.0.192.in-addr.arpa", RrType::ptr).edns()).edns.value().options,
        IsEmpty());
}

TEST(Rfc8914, ExtendedErrorStandsBesideTheNsid) {
    TestResponder server(Zones{}, {.version = {}, .hostname = {}, .nsid = {1, 2}});
    const ReplyText reply = server.reply_to(ask("example", RrType::ptr).option(3, {}));
    EXPECT_THAT(reply, has_extended_error(not_authoritative));
    EXPECT_THAT(reply.edns.value().options, testing::SizeIs(2));
}

}  // namespace
}  // namespace arpad

// RFC 3225: Indicating resolver support of DNSSEC.

#include <gmock/gmock.h>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

constexpr std::uint16_t dnssec_ok = 0x8000;

QueryMaker ask_ptr() {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr);
}

TestResponder server_of_slash_24() {
    return TestResponder({zone_for("192.0.2.0/24").ptr("7", "a.example.").build()});
}

// 3: DO is copied into the response.
TEST(Rfc3225, DoIsCopied) {
    TestResponder server = server_of_slash_24();
    EXPECT_EQ(server.reply_to(ask_ptr().dnssec_ok()).edns.value().flags, dnssec_ok);
    EXPECT_EQ(server.reply_to(ask_ptr().edns()).edns.value().flags, 0);
}

TEST(Rfc3225, DoIsCopiedIntoErrorsToo) {
    TestResponder server = server_of_slash_24();
    EXPECT_EQ(server.reply_to(ask("example", RrType::ptr).dnssec_ok()).edns.value().flags,
              dnssec_ok);
    EXPECT_EQ(server.reply_to(ask_ptr().dnssec_ok().version(1)).edns.value().flags, dnssec_ok);
}

// 3: without signatures DO changes nothing else.
TEST(Rfc3225, DoChangesNoAnswerOfAnUnsignedZone) {
    TestResponder server = server_of_slash_24();
    EXPECT_EQ(server.reply_to(ask_ptr().dnssec_ok()).answer,
              server.reply_to(ask_ptr().edns()).answer);
}

}  // namespace
}  // namespace arpad

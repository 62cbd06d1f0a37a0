// RFC 5001: DNS name server identifier (NSID) option.

#include <gmock/gmock.h>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Pair;

constexpr std::uint16_t nsid_code = 3;
const Octets nsid{'n', 's', '1', 0};

QueryMaker ask_ptr() {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr);
}

TestResponder server_with_nsid() {
    return TestResponder({zone_for("192.0.2.0/24").ptr("7", "a.example.").build()},
                         {.version = {}, .hostname = {}, .nsid = nsid});
}

// 2.2: a server that understands NSID and chooses to respond includes it.
TEST(Rfc5001, NsidIsSentWhenAskedFor) {
    TestResponder server = server_with_nsid();
    EXPECT_THAT(server.reply_to(ask_ptr().option(nsid_code, {})).edns.value().options,
                Contains(Pair(nsid_code, nsid)));
}

// 2.2: it must not be sent unless asked for.
TEST(Rfc5001, NsidIsNotSentUnasked) {
    TestResponder server = server_with_nsid();
    EXPECT_THAT(server.reply_to(ask_ptr().edns()).edns.value().options, IsEmpty());
}

TEST(Rfc5001, NsidThatIsNotConfiguredIsNotSent) {
    TestResponder server({zone_for("192.0.2.0/24").build()});
    EXPECT_THAT(server.reply_to(ask_ptr().option(nsid_code, {})).edns.value().options, IsEmpty());
}

// 2.1: the resolver should send no content; a server must ignore what there is.
TEST(Rfc5001, ContentOfTheRequestIsIgnored) {
    TestResponder server = server_with_nsid();
    EXPECT_THAT(server.reply_to(ask_ptr().option(nsid_code, {1, 2, 3})).edns.value().options,
                Contains(Pair(nsid_code, nsid)));
}

TEST(Rfc5001, NsidIsSentWithErrorsToo) {
    TestResponder server = server_with_nsid();
    const ReplyText reply = server.reply_to(ask("example", RrType::ptr).option(nsid_code, {}));
    EXPECT_THAT(reply, has_rcode(Rcode::refused));
    EXPECT_THAT(reply.edns.value().options, Contains(Pair(nsid_code, nsid)));
}

TEST(Rfc5001, NsidIsFoundBehindOtherOptions) {
    TestResponder server = server_with_nsid();
    EXPECT_THAT(
        server.reply_to(ask_ptr().option(65001, {1, 2}).option(nsid_code, {})).edns.value().options,
        Contains(Pair(nsid_code, nsid)));
}

}  // namespace
}  // namespace arpad

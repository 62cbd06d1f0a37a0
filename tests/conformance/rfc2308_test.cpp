// RFC 2308: Negative caching of DNS queries.

#include <gmock/gmock.h>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string soa_with_ttl(unsigned ttl, unsigned minimum) {
    return "2.0.192.in-addr.arpa. " + std::to_string(ttl) +
           " IN SOA ns.example. host.example. 1 7200 1800 1209600 " + std::to_string(minimum);
}

// 3: the SOA of the zone goes to the authority section of a name error.
TEST(Rfc2308, NameErrorHasTheSoa) {
    TestResponder server({zone_for("192.0.2.0/24").build()});
    const ReplyText reply = server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(reply, has_rcode(Rcode::nx_domain));
    EXPECT_THAT(reply.answer, IsEmpty());
    EXPECT_THAT(reply.authority, ElementsAre(soa_with_ttl(900, 900)));
}

// 3, 2.2: and of an answer without data, whose rcode is NOERROR.
TEST(Rfc2308, NoDataHasTheSoa) {
    TestResponder server({zone_for("192.0.2.0/24").ptr("7", "a.example.").build()});
    const ReplyText reply = server.reply_to("7.2.0.192.in-addr.arpa", RrType::aaaa);
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.answer, IsEmpty());
    EXPECT_THAT(reply.authority, ElementsAre(soa_with_ttl(900, 900)));
}

// 3, 5: its TTL is the smaller of MINIMUM and the TTL of the SOA.
TEST(Rfc2308, NegativeTtlIsTheMinimumIfThatIsSmaller) {
    TestResponder server({zone_for("192.0.2.0/24").soa_ttl(500).negative_ttl(60).build()});
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).authority,
                ElementsAre(soa_with_ttl(60, 60)));
}

TEST(Rfc2308, NegativeTtlIsTheTtlOfTheSoaIfThatIsSmaller) {
    TestResponder server({zone_for("192.0.2.0/24").soa_ttl(60).negative_ttl(500).build()});
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).authority,
                ElementsAre(soa_with_ttl(60, 500)));
}

TEST(Rfc2308, SoaThatWasAskedForHasItsOwnTtl) {
    TestResponder server({zone_for("192.0.2.0/24").soa_ttl(500).negative_ttl(60).build()});
    EXPECT_THAT(server.reply_to("2.0.192.in-addr.arpa", RrType::soa).answer,
                ElementsAre(soa_with_ttl(500, 60)));
}

// 2.1: the SOA is that of the zone which lacks the name, not of one above it.
TEST(Rfc2308, SoaIsOfTheInnermostZone) {
    TestResponder server({zone_for("192.0.0.0/16").ns("2", "ns.example.").build(),
                          zone_for("192.0.2.0/24").build()});
    EXPECT_THAT(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).authority,
                ElementsAre(soa_with_ttl(900, 900)));
}

}  // namespace
}  // namespace arpad

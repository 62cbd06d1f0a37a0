// RFC 1996: NOTIFY, as a secondary takes it.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr unsigned prohibited = 18;

/// A server whose zone is taken from `primaries`, and what it was told.
class Secondary {
public:
    explicit Secondary(std::vector<Remote> primaries, std::vector<AccessRule> allow_notify = {})
        : server_({zone(std::move(primaries), std::move(allow_notify))}) {
        server_.responder().tell_notices_to([this](NameView apex, const Address& from) {
            told_.push_back(apex.to_text() + " " + from.to_text());
        });
    }

    ReplyText take(std::string_view name) {
        return server_.reply_to(ask(name, RrType::soa).edns().opcode(Opcode::notify));
    }

    [[nodiscard]] const std::vector<std::string>& told() const { return told_; }

private:
    static std::shared_ptr<const Zone> zone(std::vector<Remote> primaries,
                                            std::vector<AccessRule> allow_notify) {
        TransferPolicy policy;
        policy.primaries = std::move(primaries);
        policy.allow_notify = std::move(allow_notify);
        return zone_for("192.0.2.0/24").transfer(policy).build();
    }

    TestResponder server_;
    std::vector<std::string> told_;
};

/// Where the messages of these tests come from.
Remote client() {
    return {{*Address::from_text("0.0.0.0")}, std::nullopt};
}

Remote other() {
    return {{*Address::from_text("192.0.2.53")}, std::nullopt};
}

// 3.7: the reply has the question, QR and AA.
TEST(Rfc1996, NoticeOfAPrimaryIsTakenAndConfirmed) {
    Secondary secondary({other(), client()});
    const ReplyText reply = secondary.take("2.0.192.IN-ADDR.arpa");
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply, has_no_records());
    EXPECT_TRUE(reply.aa);
    EXPECT_EQ(reply.opcode, static_cast<unsigned>(Opcode::notify));
    EXPECT_THAT(secondary.told(), ElementsAre("2.0.192.in-addr.arpa. 0.0.0.0"));
}

// 3.10: only from primaries.
TEST(Rfc1996, NoticeOfOthersIsRefused) {
    Secondary secondary({other()});
    const ReplyText reply = secondary.take("2.0.192.in-addr.arpa");
    EXPECT_THAT(reply, has_rcode(Rcode::refused));
    EXPECT_THAT(reply, has_extended_error(prohibited));
    EXPECT_THAT(secondary.told(), IsEmpty());
}

TEST(Rfc1996, NoticeWithoutTheKeyOfThePrimaryIsRefused) {
    Remote primary = client();
    primary.key = *Name::from_text("key.example");
    Secondary secondary({primary});
    EXPECT_THAT(secondary.take("2.0.192.in-addr.arpa"), has_rcode(Rcode::refused));
    EXPECT_THAT(secondary.told(), IsEmpty());
}

TEST(Rfc1996, OthersMayBeAllowedTo) {
    Secondary secondary({other()}, {{*Prefix::from_text("0.0.0.0/8"), std::nullopt}});
    EXPECT_THAT(secondary.take("2.0.192.in-addr.arpa"), has_rcode(Rcode::no_error));
    EXPECT_THAT(secondary.told(), testing::SizeIs(1));
}

TEST(Rfc1996, NoticeOfAZoneThatIsMadeHereIsRefused) {
    Secondary secondary({});
    EXPECT_THAT(secondary.take("2.0.192.in-addr.arpa"), has_rcode(Rcode::refused));
}

TEST(Rfc1996, ServerIsNotAuthoritativeForOtherNames) {
    Secondary secondary({client()});
    EXPECT_THAT(secondary.take("7.2.0.192.in-addr.arpa"), has_rcode(Rcode::not_auth));
    EXPECT_THAT(secondary.take("example"), has_rcode(Rcode::not_auth));
    EXPECT_THAT(secondary.told(), IsEmpty());
}

// RFC 2136 3.1.2: what a secondary has it cannot change.
TEST(Rfc2136, UpdateOfASecondaryZoneIsNotAuthorized) {
    TransferPolicy policy;
    policy.primaries = {client()};
    TestResponder server(
        {zone_for("192.0.2.0/24").transfer(policy).build(), zone_for("198.51.100.0/24").build()});
    const auto update = [&server](std::string_view zone) {
        return server.reply_to(ask(zone, RrType::soa).opcode(Opcode::update));
    };
    EXPECT_THAT(update("2.0.192.in-addr.arpa"), has_rcode(Rcode::not_auth));
    EXPECT_THAT(update("example"), has_rcode(Rcode::not_auth));
    // 3.3: nobody is permitted to.
    EXPECT_THAT(update("100.51.198.in-addr.arpa"), has_rcode(Rcode::refused));
}

}  // namespace
}  // namespace arpad

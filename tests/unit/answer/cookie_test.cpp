// DNS cookies (RFC 7873) in what the responder says.

#include <gmock/gmock.h>

#include "answer/responder.hpp"
#include "support/signing.hpp"
#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint16_t cookie_option = 10;
const Octets client_cookie{1, 2, 3, 4, 5, 6, 7, 8};

std::chrono::system_clock::time_point now() {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
}

class CookieResponder : public testing::Test {
protected:
    CookieResponder() { responder_.adopt(jar_); }

    /// The reply to `query`; `outcome_` is what was told of it.
    ReplyText reply_to(const QueryMaker& query, Transport transport = Transport::udp) {
        return read([&](auto buffer) {
            return responder_.respond({message_ = query.octets(), transport, client_}, buffer);
        });
    }

    /// The same for what asks for proof instead.
    ReplyText proof_asked_of(const QueryMaker& query) {
        return read([&](auto buffer) {
            return responder_.ask_for_proof({message_ = query.octets(), Transport::udp, client_},
                                            buffer);
        });
    }

    [[nodiscard]] Octets our_cookie() const {
        const Cookie cookie = jar_->make(client_cookie, client_, cookie_time(now()));
        return {cookie.begin(), cookie.end()};
    }

    static Octets cookie_in(const ReplyText& reply) {
        return reply.edns.value().options.at(cookie_option);
    }

    static QueryMaker ask_ptr() { return ask("7.2.0.192.in-addr.arpa", RrType::ptr); }

    /// A query that does not take the short way.
    static QueryMaker ask_soa() { return ask("2.0.192.in-addr.arpa", RrType::soa); }

    /// A query without a question (RFC 7873 5.4).
    static Octets ask_cookie(const Octets& cookie) {
        const Octets whole = ask(".", RrType::ptr).option(cookie_option, cookie).octets();
        Octets message(whole.begin(), whole.begin() + 12);
        message[5] = 0;
        message.insert(message.end(), whole.begin() + 12 + 5, whole.end());
        return message;
    }

    ReplyText reply_to(const Octets& message) {
        return read([&](auto buffer) {
            return responder_.respond({message, Transport::udp, client_}, buffer);
        });
    }

    std::shared_ptr<const CookieJar> jar_ =
        std::make_shared<const CookieJar>(CookieJar::with_random_secret());
    Address client_ = *Address::from_text("198.51.100.7");
    Responder responder_{std::make_shared<const Snapshot>(
                             Zones{zone_for("192.0.2.0/24").ptr("7", "a.example.").build()}),
                         std::make_shared<const Identity>(IdentityConfig{}), &now};
    Outcome outcome_;

private:
    template <class Respond>
    ReplyText read(const Respond& respond) {
        Octets buffer(max_message_octets);
        outcome_ = respond(std::span(buffer));
        return read_reply(std::span(buffer).first(outcome_.octets)).value();
    }

    Octets message_;
};

TEST_F(CookieResponder, GivesACookieToWhoTakesOne) {
    for (const QueryMaker& query : {ask_ptr(), ask_soa()}) {
        const ReplyText reply = reply_to(QueryMaker(query).option(cookie_option, client_cookie));
        EXPECT_THAT(reply, has_rcode(Rcode::no_error));
        EXPECT_THAT(reply.answer, SizeIs(1));
        EXPECT_THAT(cookie_in(reply), ElementsAreArray(our_cookie()));
        EXPECT_EQ(outcome_.client, Outcome::Client::takes_cookies);
    }
}

TEST_F(CookieResponder, KnowsItsCookieAgain) {
    for (const QueryMaker& query : {ask_ptr(), ask_soa()}) {
        const ReplyText reply = reply_to(QueryMaker(query).option(cookie_option, our_cookie()));
        EXPECT_THAT(reply.answer, SizeIs(1));
        EXPECT_EQ(outcome_.client, Outcome::Client::proved);
    }
}

// RFC 7873 5.2.4: one that is wrong is as good as none.
TEST_F(CookieResponder, AnswersWhoShowsAWrongOne) {
    Octets wrong = our_cookie();
    wrong.back() ^= 1;
    const ReplyText reply = reply_to(ask_ptr().option(cookie_option, wrong));
    EXPECT_THAT(reply.answer, SizeIs(1));
    EXPECT_THAT(cookie_in(reply), ElementsAreArray(our_cookie()));
    EXPECT_EQ(outcome_.client, Outcome::Client::takes_cookies);
}

TEST_F(CookieResponder, GivesNoneToOthers) {
    EXPECT_EQ(reply_to(ask_ptr().edns()).edns.value().options.count(cookie_option), 0U);
    EXPECT_FALSE(reply_to(ask_ptr()).edns);
    EXPECT_EQ(outcome_.client, Outcome::Client::unproved);
}

// RFC 7873 5.2.2.
TEST_F(CookieResponder, RefusesMalformedOnes) {
    for (const std::size_t size : {0U, 7U, 9U, 15U, 41U}) {
        EXPECT_THAT(reply_to(ask_ptr().option(cookie_option, Octets(size, 1))),
                    has_rcode(Rcode::form_err))
            << size;
    }
}

// RFC 7873 5.4.
TEST_F(CookieResponder, GivesACookieWithoutAQuestion) {
    const ReplyText reply = reply_to(ask_cookie(client_cookie));
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.question, IsEmpty());
    EXPECT_THAT(reply, has_no_records());
    EXPECT_THAT(cookie_in(reply), ElementsAreArray(our_cookie()));
    EXPECT_THAT(reply_to(ask_cookie(our_cookie())), has_rcode(Rcode::no_error));
    Octets wrong = our_cookie();
    wrong.back() ^= 1;
    EXPECT_THAT(reply_to(ask_cookie(wrong)), has_rcode(Rcode::bad_cookie));
}

TEST_F(CookieResponder, WithoutCookiesKnowsNoQueryWithoutAQuestion) {
    responder_.adopt(std::shared_ptr<const CookieJar>());
    EXPECT_THAT(reply_to(ask_cookie(client_cookie)), has_rcode(Rcode::form_err));
    const ReplyText reply = reply_to(ask_ptr().option(cookie_option, client_cookie));
    EXPECT_THAT(reply.answer, SizeIs(1));
    EXPECT_EQ(reply.edns.value().options.count(cookie_option), 0U);
}

TEST_F(CookieResponder, AsksForProofByTruncation) {
    for (const QueryMaker& query : {ask_ptr(), ask_ptr().edns()}) {
        const ReplyText reply = proof_asked_of(query);
        EXPECT_TRUE(reply.tc);
        EXPECT_THAT(reply, has_rcode(Rcode::no_error));
        EXPECT_THAT(reply, has_no_records());
        EXPECT_THAT(reply.question, SizeIs(1));
        EXPECT_LE(outcome_.octets, query.octets().size());
    }
}

TEST_F(CookieResponder, AsksForProofWithNothingThatMakesItLonger) {
    Responder responder(std::make_shared<const Snapshot>(
                            Zones{zone_for("192.0.2.0/24").ptr("7", "a.example.").build()}),
                        std::make_shared<const Identity>(
                            IdentityConfig{{}, {}, std::vector<std::uint8_t>(128, 'n')}),
                        &now);
    constexpr std::uint16_t nsid_option = 3;
    const Octets query = ask_ptr().option(nsid_option, {}).octets();
    Octets buffer(max_message_octets);
    const Request request{query, Transport::udp, client_};
    EXPECT_GT(responder.respond(request, buffer).octets, 128U);
    EXPECT_LE(responder.ask_for_proof(request, buffer).octets, query.size());
}

// Clients that sign do not believe what is not signed, and would not ask again.
TEST_F(CookieResponder, SignsWhatAsksForProof) {
    const TsigKey key{*Name::from_text("key.example."), TsigAlgorithm::hmac_sha256,
                      Secret(std::vector<std::uint8_t>(32, 7))};
    responder_.adopt(std::make_shared<const Keyring>(std::vector{key}));
    for (const QueryMaker& maker : {ask_ptr(), ask_ptr().option(cookie_option, client_cookie)}) {
        TsigRequester client(std::make_shared<const TsigKey>(key));
        Octets query = maker.octets();
        sign(client, query, tsig_time(now()));
        Octets buffer(max_message_octets);
        const Outcome outcome =
            responder_.ask_for_proof({query, Transport::udp, client_}, std::span(buffer));
        EXPECT_EQ(client.check(std::span(buffer).first(outcome.octets), tsig_time(now())),
                  std::nullopt);
        EXPECT_TRUE(client.is_complete());
    }
}

TEST_F(CookieResponder, AsksForProofByACookie) {
    const ReplyText reply = proof_asked_of(ask_ptr().option(cookie_option, client_cookie));
    EXPECT_THAT(reply, has_rcode(Rcode::bad_cookie));
    EXPECT_FALSE(reply.tc);
    EXPECT_THAT(reply, has_no_records());
    EXPECT_THAT(cookie_in(reply), ElementsAreArray(our_cookie()));
}

TEST_F(CookieResponder, CookiesAreOfOneClient) {
    const Octets cookie = our_cookie();
    client_ = *Address::from_text("198.51.100.8");
    reply_to(ask_ptr().option(cookie_option, cookie));
    EXPECT_EQ(outcome_.client, Outcome::Client::takes_cookies);
}

}  // namespace
}  // namespace arpad

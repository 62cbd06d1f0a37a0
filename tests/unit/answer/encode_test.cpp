#include "answer/encode.hpp"

#include <gmock/gmock.h>

#include <string>

#include "dns/edns.hpp"
#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Authority = Reply::Authority;

/// A query and the buffer of a reply to it.
class Exchange {
public:
    explicit Exchange(const QueryMaker& maker, Transport transport = Transport::udp,
                      Octets nsid = {})
        : message_(maker.octets()),
          query_(decode_query(message_)),
          nsid_(std::move(nsid)),
          buffer_(transport == Transport::udp ? max_udp_octets : max_message_octets, 0xAA),
          reply(query_, transport, {.nsid = nsid_}, buffer_) {}

    /// The finished reply.
    [[nodiscard]] ReplyText finish(Rcode rcode, Authority authority,
                                   std::optional<ExtendedError> extended = {}) {
        outcome = reply.finish(rcode, authority, extended);
        return read_reply(std::span(buffer_).first(outcome.octets)).value();
    }

private:
    Octets message_;
    Query query_;
    Octets nsid_;
    Octets buffer_;

public:
    Reply reply;      ///< To be filled.
    Outcome outcome;  ///< Of `finish`.
};

/// A node with one PTR RRset of `names` names, each 20 octets long.
class PtrNode {
public:
    explicit PtrNode(unsigned names) {
        Rrset rrset{RrType::ptr, Ttl{60}, {}};
        for (unsigned i = 0; i < names; ++i) {
            Rdata rdata{10};
            for (const char letter : std::to_string(1'000'000'000 + i)) {
                rdata.push_back(static_cast<std::uint8_t>(letter));
            }
            rdata.insert(rdata.end(), {7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0});
            rrset.rdatas.push_back(std::move(rdata));
        }
        id_ = store_.add({&rrset, 1});
    }

    [[nodiscard]] RrsetView rrset() const { return *store_.at(id_).begin(); }

private:
    NodeStore store_;
    NodeId id_{};
};

QueryMaker ask_ptr() {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr);
}

Name owner() {
    return *Name::from_text("7.2.0.192.in-addr.arpa");
}

/// The most names that a reply to `query` takes before it is truncated.
unsigned most_names(const QueryMaker& query) {
    for (unsigned names = 1;; ++names) {
        const PtrNode node(names);
        const Name name = owner();
        Exchange exchange(query);
        exchange.reply.put_answer(name, node.rrset());
        if (exchange.finish(Rcode::no_error, Authority::ours).tc) return names - 1;
    }
}

TEST(Reply, PutsRecordsIntoTheirSections) {
    const PtrNode node(1);
    const Name name = owner();
    Exchange exchange(ask_ptr());
    exchange.reply.put_answer(name, node.rrset());
    exchange.reply.put_authority(name, node.rrset(), Ttl{5});
    const ReplyText reply = exchange.finish(Rcode::no_error, Authority::ours);
    EXPECT_THAT(reply.answer, ElementsAre("7.2.0.192.in-addr.arpa. 60 IN PTR 1000000000.example."));
    EXPECT_THAT(reply.authority,
                ElementsAre("7.2.0.192.in-addr.arpa. 5 IN PTR 1000000000.example."));
}

TEST(Reply, OwnerLikeTheQuestionIsAPointerToIt) {
    const PtrNode node(1);
    const Name name = owner();
    Exchange exchange(ask_ptr());
    exchange.reply.put_answer(name, node.rrset());
    const ReplyText reply = exchange.finish(Rcode::no_error, Authority::ours);
    const std::size_t question_end = ask_ptr().octets().size();
    EXPECT_EQ(reply.octets[question_end], 0xC0);
    EXPECT_EQ(reply.octets[question_end + 1], 12);
}

TEST(Reply, SaysWhatItIs) {
    Exchange exchange(ask_ptr());
    const ReplyText reply = exchange.finish(Rcode::nx_domain, Authority::ours);
    EXPECT_EQ(exchange.outcome.kind, Outcome::Kind::answer);
    EXPECT_EQ(exchange.outcome.rcode, Rcode::nx_domain);
    EXPECT_EQ(exchange.outcome.octets, reply.octets.size());
    EXPECT_FALSE(exchange.outcome.is_truncated);
}

TEST(Reply, AuthorityIsTheAaBit) {
    EXPECT_TRUE(Exchange(ask_ptr()).finish(Rcode::no_error, Authority::ours).aa);
    EXPECT_FALSE(Exchange(ask_ptr()).finish(Rcode::no_error, Authority::other).aa);
}

TEST(Reply, ErrorDropsTheRecordsPutBefore) {
    const PtrNode node(2);
    const Name name = owner();
    for (const Rcode rcode : {Rcode::form_err, Rcode::serv_fail, Rcode::not_imp, Rcode::refused}) {
        Exchange exchange(ask_ptr());
        exchange.reply.put_answer(name, node.rrset());
        exchange.reply.put_authority(name, node.rrset(), Ttl{5});
        EXPECT_THAT(exchange.finish(rcode, Authority::other), has_no_records()) << to_text(rcode);
    }
}

TEST(Reply, ErrorIsNotTruncatedByWhatItDrops) {
    const PtrNode node(1000);
    const Name name = owner();
    Exchange exchange(ask_ptr());
    exchange.reply.put_answer(name, node.rrset());
    const ReplyText reply = exchange.finish(Rcode::serv_fail, Authority::other);
    EXPECT_FALSE(reply.tc);
    EXPECT_FALSE(exchange.outcome.is_truncated);
}

TEST(Reply, WithoutEdnsHasNoOpt) {
    EXPECT_FALSE(Exchange(ask_ptr()).finish(Rcode::refused, Authority::other).edns);
}

TEST(Reply, WithoutEdnsDropsTheExtendedError) {
    const ReplyText reply = Exchange(ask_ptr()).finish(Rcode::refused, Authority::other,
                                                       ExtendedError::not_authoritative);
    EXPECT_EQ(reply.octets.size(), ask_ptr().octets().size());
}

TEST(Reply, NeverExceeds512OctetsWithoutEdns) {
    const Name name = owner();
    for (unsigned names = 1; names <= 40; ++names) {
        const PtrNode node(names);
        Exchange exchange(ask_ptr());
        exchange.reply.put_answer(name, node.rrset());
        EXPECT_LE(exchange.finish(Rcode::no_error, Authority::ours).octets.size(), 512U) << names;
    }
}

// Each RR takes 2 + 10 + 13 octets, the first 7 more: the others point to its `example.`
TEST(Reply, IsFilledToTheLastRecordThatFits) {
    const std::size_t fixed = ask_ptr().octets().size() + 7;
    EXPECT_EQ(most_names(ask_ptr()), (512 - fixed) / 25);
    EXPECT_EQ(most_names(ask_ptr().payload(1232)), (1232 - fixed - 11) / 25);
    EXPECT_EQ(most_names(ask_ptr().payload(4096)), (1232 - fixed - 11) / 25);
}

TEST(Reply, EveryAdvertisedSizeIsHonoured) {
    const PtrNode node(44);
    const Name name = owner();
    for (std::uint16_t payload = 0; payload < 1300; ++payload) {
        Exchange exchange(ask_ptr().payload(payload));
        exchange.reply.put_answer(name, node.rrset());
        const ReplyText reply = exchange.finish(Rcode::no_error, Authority::ours);
        ASSERT_LE(reply.octets.size(), std::clamp<std::size_t>(payload, 512, 1232)) << payload;
        ASSERT_EQ(reply.answer.size(), reply.tc ? 0U : 44U) << payload;
    }
}

TEST(Reply, TruncatedHasTheQuestionAndTheOptAlone) {
    const PtrNode node(100);
    const Name name = owner();
    Exchange exchange(ask_ptr().edns());
    exchange.reply.put_answer(name, node.rrset());
    const ReplyText reply = exchange.finish(Rcode::no_error, Authority::ours);
    EXPECT_TRUE(reply.tc);
    EXPECT_TRUE(exchange.outcome.is_truncated);
    EXPECT_THAT(reply, has_no_records());
    EXPECT_THAT(reply.question, SizeIs(1));
    EXPECT_TRUE(reply.edns);
}

TEST(Reply, AuthorityThatDoesNotFitTruncatesTheWhole) {
    const PtrNode one(1);
    const PtrNode many(100);
    const Name name = owner();
    Exchange exchange(ask_ptr());
    exchange.reply.put_answer(name, one.rrset());
    exchange.reply.put_authority(name, many.rrset(), Ttl{5});
    const ReplyText reply = exchange.finish(Rcode::no_error, Authority::ours);
    EXPECT_TRUE(reply.tc);
    EXPECT_THAT(reply, has_no_records());
}

TEST(Reply, TcpTakesWhatUdpDoesNot) {
    const PtrNode node(1000);
    const Name name = owner();
    Exchange exchange(ask_ptr(), Transport::tcp);
    exchange.reply.put_answer(name, node.rrset());
    const ReplyText reply = exchange.finish(Rcode::no_error, Authority::ours);
    EXPECT_FALSE(reply.tc);
    EXPECT_THAT(reply.answer, SizeIs(1000));
}

TEST(Reply, TcpIsTruncatedBeyondWhatAMessageHolds) {
    const PtrNode node(4000);
    const Name name = owner();
    Exchange exchange(ask_ptr().edns(), Transport::tcp);
    exchange.reply.put_answer(name, node.rrset());
    const ReplyText reply = exchange.finish(Rcode::no_error, Authority::ours);
    EXPECT_TRUE(reply.tc);
    EXPECT_THAT(reply, has_no_records());
}

TEST(Reply, LongestNsidAndQuestionFitTheSmallestReply) {
    std::string longest;
    for (int i = 0; i < 3; ++i) longest += std::string(63, 'a') + '.';
    longest += std::string(61, 'a');
    Exchange exchange(ask(longest, RrType::ptr).payload(0).option(3, {}), Transport::udp,
                      Octets(128, 'n'));
    const ReplyText reply =
        exchange.finish(Rcode::refused, Authority::other, ExtendedError::not_authoritative);
    EXPECT_THAT(reply.edns.value().options.at(3), SizeIs(128));
    EXPECT_THAT(reply, has_extended_error(20));
    EXPECT_LE(reply.octets.size(), 512U);
}

TEST(Reply, ExtendedErrorIsWholeOrLeftOut) {
    std::string longest;
    for (int i = 0; i < 3; ++i) longest += std::string(63, 'a') + '.';
    longest += std::string(61, 'a');
    constexpr std::uint16_t extended_error = 15;
    constexpr std::size_t most = 226;  // octets of an NSID that fills the smallest reply
    for (std::size_t left = 0; left < 20; ++left) {
        Exchange exchange(ask(longest, RrType::ptr).payload(0).option(3, {}), Transport::udp,
                          Octets(most - left, 'n'));
        const ReplyText reply =
            exchange.finish(Rcode::refused, Authority::other, ExtendedError::not_authoritative);
        const auto& options = reply.edns.value().options;
        EXPECT_THAT(options.at(3), SizeIs(most - left));
        EXPECT_EQ(options.contains(extended_error), left >= 6) << left;
        EXPECT_LE(reply.octets.size(), 512U) << left;
    }
}

TEST(Reply, SpaceForTheNsidIsKeptFree) {
    const Octets nsid(100, 'n');
    const Name name = owner();
    for (unsigned names = 1; names <= 25; ++names) {
        const PtrNode node(names);
        Exchange exchange(ask_ptr().payload(512).option(3, {}), Transport::udp, nsid);
        exchange.reply.put_answer(name, node.rrset());
        const ReplyText reply = exchange.finish(Rcode::no_error, Authority::ours);
        EXPECT_LE(reply.octets.size(), 512U) << names;
        EXPECT_EQ(reply.edns.value().options.at(3), nsid) << names;
    }
}

TEST(Reply, ToAnUnreadableQuestionHasNone) {
    const ReplyText reply =
        Exchange(ask_ptr().announce_questions(0)).finish(Rcode::form_err, Authority::other);
    EXPECT_THAT(reply.question, IsEmpty());
    EXPECT_EQ(reply.octets.size(), 12U);
}

TEST(Reply, ChaosTextHasItsClassAndNoTtl) {
    const Octets rdata{2, 'h', 'i'};
    Exchange exchange(ask("version.bind", RrType::txt).rr_class(RrClass::ch));
    exchange.reply.put_chaos_text(rdata);
    EXPECT_THAT(exchange.finish(Rcode::no_error, Authority::ours).answer,
                ElementsAre("version.bind. 0 CH TXT \"hi\""));
}

/// A reply with an answer of `names` names and then `additional` names of `need`.
ReplyText with_additional(const QueryMaker& query, unsigned names, unsigned additional,
                          Reply::Need need) {
    const PtrNode first(names);
    const PtrNode second(additional);
    const Name name = owner();
    Exchange exchange(query);
    exchange.reply.put_answer(name, first.rrset());
    exchange.reply.put_additional(name, second.rrset(), need);
    return exchange.finish(Rcode::no_error, Authority::ours);
}

TEST(Reply, AdditionalRecordsStandBesideTheOpt) {
    for (const auto need : {Reply::Need::required, Reply::Need::optional}) {
        const ReplyText reply = with_additional(ask_ptr().edns(), 1, 2, need);
        EXPECT_THAT(reply.additional,
                    ElementsAre("7.2.0.192.in-addr.arpa. 60 IN PTR 1000000000.example.",
                                "7.2.0.192.in-addr.arpa. 60 IN PTR 1000000001.example."));
        EXPECT_TRUE(reply.edns.has_value());
    }
}

// RFC 9471 3.1.
TEST(Reply, RequiredAdditionalRrsetThatDoesNotFitTruncates) {
    const unsigned most = most_names(ask_ptr());
    EXPECT_FALSE(with_additional(ask_ptr(), most - 1, 1, Reply::Need::required).tc);
    const ReplyText reply = with_additional(ask_ptr(), most, 5, Reply::Need::required);
    EXPECT_TRUE(reply.tc);
    EXPECT_THAT(reply, has_no_records());
}

// RFC 2181 9: never a part of an RRset.
TEST(Reply, OptionalAdditionalRrsetThatDoesNotFitIsLeftOutAsAWhole) {
    const unsigned most = most_names(ask_ptr());
    const ReplyText reply = with_additional(ask_ptr(), most - 1, 3, Reply::Need::optional);
    EXPECT_FALSE(reply.tc);
    EXPECT_THAT(reply.answer, SizeIs(most - 1));
    EXPECT_THAT(reply.additional, IsEmpty());
}

TEST(Reply, SmallerOptionalRrsetMayFollowOneThatWasLeftOut) {
    const unsigned most = most_names(ask_ptr());
    const PtrNode answer(most - 1);
    const PtrNode large(5);
    const PtrNode small(1);
    const Name name = owner();
    Exchange exchange(ask_ptr());
    exchange.reply.put_answer(name, answer.rrset());
    exchange.reply.put_additional(name, large.rrset(), Reply::Need::optional);
    exchange.reply.put_additional(name, small.rrset(), Reply::Need::optional);
    const ReplyText reply = exchange.finish(Rcode::no_error, Authority::ours);
    EXPECT_FALSE(reply.tc);
    EXPECT_THAT(reply.additional, SizeIs(1));
}

TEST(Reply, OptionalRrsetBehindATruncationLeavesItTruncated) {
    const unsigned most = most_names(ask_ptr());
    const ReplyText reply = with_additional(ask_ptr(), most + 1, 1, Reply::Need::optional);
    EXPECT_TRUE(reply.tc);
    EXPECT_THAT(reply, has_no_records());
}

TEST(Reply, AdditionalRecordsNeverTakeTheRoomOfTheOpt) {
    const auto query = ask_ptr().payload(512);
    for (unsigned names = 1; names <= most_names(query); ++names) {
        const ReplyText reply = with_additional(query, names, 2, Reply::Need::optional);
        EXPECT_TRUE(reply.edns.has_value()) << names;
        EXPECT_LE(reply.octets.size(), 512U) << names;
        EXPECT_FALSE(reply.tc) << names;
    }
}

TEST(Reply, IsPaddedOverTlsIfTheQueryIs) {
    constexpr std::uint16_t padding = 12;
    const auto padded = [&](Transport transport, const QueryMaker& query, unsigned names) {
        const PtrNode node(names);
        const Name name = owner();
        Exchange exchange(query, transport);
        exchange.reply.put_answer(name, node.rrset());
        const ReplyText reply = exchange.finish(Rcode::no_error, Authority::ours);
        const bool has_padding = reply.edns && reply.edns->options.contains(padding);
        return std::pair(has_padding, exchange.outcome.octets);
    };
    const QueryMaker query = ask_ptr().edns().option(padding, Octets(8));
    for (const unsigned names : {1U, 20U, 100U}) {
        const auto [has_padding, octets] = padded(Transport::tls, query, names);
        EXPECT_TRUE(has_padding) << names;
        EXPECT_EQ(octets % padding_block_octets, 0) << names;
    }
    EXPECT_FALSE(padded(Transport::tls, ask_ptr().edns(), 1).first);
    EXPECT_FALSE(padded(Transport::tcp, query, 1).first);
    EXPECT_FALSE(padded(Transport::udp, query, 1).first);
}

TEST(Reply, IsPaddedAsFarAsThereIsRoom) {
    const Name name = owner();
    unsigned filled = 0;  // to the last octet
    for (unsigned names = 2615; names < 2622; ++names) {
        const PtrNode node(names);
        for (std::size_t nsid = 1; nsid < 30; ++nsid) {
            Exchange exchange(ask_ptr().edns().option(3, {}).option(12, {}), Transport::tls,
                              Octets(nsid));
            exchange.reply.put_answer(name, node.rrset());
            const Outcome outcome =
                exchange.reply.finish(Rcode::no_error, Authority::ours, std::nullopt);
            EXPECT_LE(outcome.octets, max_message_octets) << names;
            if (!outcome.is_truncated && outcome.octets == max_message_octets) ++filled;
        }
    }
    EXPECT_GT(filled, 0U);
}

}  // namespace
}  // namespace arpad

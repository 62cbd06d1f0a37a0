#include "net/stream_session.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "dns/message.hpp"
#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t crowd_names = 1500;

/// A session with zones behind it: 7 has one name, 8 so many that a reply has about 38,000 octets.
class Script {
public:
    Script()
        : server_({zones()}),
          scratch_(max_message_octets),
          session(server_.responder(), telemetry_, scratch_, {}, Transport::tcp) {}

    /// Feeds `octets` as far as they are welcome, in pieces of at most `piece`. Returns how many
    /// were taken.
    std::size_t feed(std::span<const std::uint8_t> octets, std::size_t piece = 65'536) {
        std::size_t taken = 0;
        while (taken < octets.size() && session.wants_input()) {
            const auto space = session.input_space();
            const std::size_t count = std::min({piece, space.size(), octets.size() - taken});
            EXPECT_GT(count, 0U);
            std::copy_n(octets.begin() + static_cast<std::ptrdiff_t>(taken), count, space.begin());
            session.receive(count);
            taken += count;
        }
        return taken;
    }

    /// What the session has to send now.
    Octets take() {
        Octets sent;
        session.take_output(sent);
        return sent;
    }

    /// Feeds everything, taking replies whenever there are some. Returns all replies.
    Octets run(std::span<const std::uint8_t> octets, std::size_t piece = 65'536) {
        Octets replies;
        while (!octets.empty()) {
            octets = octets.subspan(feed(octets, piece));
            while (session.has_output()) {
                const Octets sent = take();
                replies.insert(replies.end(), sent.begin(), sent.end());
            }
        }
        return replies;
    }

private:
    static std::shared_ptr<const Zone> zones() {
        ZoneMaker maker = zone_for("192.0.2.0/24");
        maker.ptr("7", "a.example.");
        for (std::size_t i = 0; i < crowd_names; ++i) {
            maker.ptr("8", "host-" + std::to_string(10'000 + i) + ".example.");
        }
        return maker.build();
    }

    TestResponder server_;
    Telemetry telemetry_{Telemetry::Detail::all};
    Octets scratch_;

public:
    StreamSession session;  ///< Under test.
};

QueryMaker small_query(std::uint16_t id) {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr).id(id);
}

QueryMaker large_query(std::uint16_t id) {
    return ask("8.2.0.192.in-addr.arpa", RrType::ptr).id(id);
}

Octets joined(std::initializer_list<Octets> parts) {
    Octets all;
    for (const Octets& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

Octets three_queries() {
    return joined({small_query(1).framed(), small_query(2).edns().framed(),
                   ask("example", RrType::any).id(3).framed()});
}

/// The ids of the framed messages in `stream`, which must be whole.
std::vector<unsigned> ids_in(std::span<const std::uint8_t> stream) {
    std::vector<unsigned> ids;
    while (!stream.empty()) {
        const std::size_t length = static_cast<std::size_t>(stream[0] << 8U | stream[1]);
        EXPECT_GE(stream.size(), length + 2);
        const auto reply = read_reply(stream.subspan(2, length));
        EXPECT_TRUE(reply);
        ids.push_back(reply ? reply->id : 0x10000U);
        stream = stream.subspan(length + 2);
    }
    return ids;
}

TEST(StreamSession, FreshOneWantsInputAndHasNoOutput) {
    Script script;
    EXPECT_TRUE(script.session.wants_input());
    EXPECT_FALSE(script.session.has_output());
    EXPECT_EQ(script.session.query_count(), 0U);
}

TEST(StreamSession, AnswersAQueryInOnePiece) {
    Script script;
    EXPECT_THAT(ids_in(script.run(small_query(1).framed())), testing::ElementsAre(1));
}

TEST(StreamSession, AnswersSeveralQueriesInOnePieceInTheirOrder) {
    Script script;
    EXPECT_THAT(ids_in(script.run(three_queries())), testing::ElementsAre(1, 2, 3));
    EXPECT_EQ(script.session.query_count(), 3U);
}

TEST(StreamSession, QueriesMayBeCutAtAnyOctet) {
    const Octets input = three_queries();
    const Octets expected = Script().run(input);
    for (std::size_t cut = 1; cut < input.size(); ++cut) {
        Script script;
        Octets replies = script.run(std::span(input).first(cut));
        const Octets rest = script.run(std::span(input).subspan(cut));
        replies.insert(replies.end(), rest.begin(), rest.end());
        EXPECT_EQ(replies, expected) << cut;
    }
}

TEST(StreamSession, QueriesMayComeInPiecesOfAnySize) {
    const Octets input = three_queries();
    const Octets expected = Script().run(input);
    for (std::size_t piece = 1; piece < input.size(); ++piece) {
        EXPECT_EQ(Script().run(input, piece), expected) << piece;
    }
}

TEST(StreamSession, RepliesMayWaitUntilAllQueriesHaveCome) {
    Script script;
    const Octets input = three_queries();
    EXPECT_EQ(script.feed(input, 1), input.size());
    EXPECT_THAT(ids_in(script.take()), testing::ElementsAre(1, 2, 3));
}

TEST(StreamSession, QueryIsAnsweredAtItsLastOctet) {
    Script script;
    const Octets input = small_query(1).framed();
    script.feed(std::span(input).first(input.size() - 1));
    EXPECT_FALSE(script.session.has_output());
    EXPECT_EQ(script.session.query_count(), 0U);
    script.feed(std::span(input).last(1));
    EXPECT_TRUE(script.session.has_output());
    EXPECT_EQ(script.session.query_count(), 1U);
}

TEST(StreamSession, OutputIsTakenOnce) {
    Script script;
    script.feed(small_query(1).framed());
    EXPECT_THAT(script.take(), testing::Not(IsEmpty()));
    EXPECT_FALSE(script.session.has_output());
    EXPECT_THAT(script.take(), IsEmpty());
}

TEST(StreamSession, OutputReplacesWhatWasSentBefore) {
    Script script;
    script.feed(small_query(1).framed());
    Octets sent{1, 2, 3};
    script.session.take_output(sent);
    EXPECT_THAT(ids_in(sent), testing::ElementsAre(1));
}

TEST(StreamSession, BacklogOfRepliesStopsTheInput) {
    Script script;
    const Octets query = large_query(1).framed();
    std::size_t queries = 0;
    while (script.session.wants_input()) {
        script.feed(query);
        ASSERT_LT(++queries, 10U);
    }
    EXPECT_EQ(queries, 2U);
}

TEST(StreamSession, QueriesBehindTheBacklogWaitUnanswered) {
    Script script;
    Octets input;
    for (std::uint16_t id = 1; id <= 6; ++id) {
        const Octets query = large_query(id).framed();
        input.insert(input.end(), query.begin(), query.end());
    }
    ASSERT_EQ(script.feed(input), input.size());
    EXPECT_EQ(script.session.query_count(), 2U);
    EXPECT_FALSE(script.session.wants_input());
}

TEST(StreamSession, QueriesBehindTheBacklogAreAnsweredOnceItIsTaken) {
    Script script;
    Octets input;
    for (std::uint16_t id = 1; id <= 5; ++id) {
        const Octets query = large_query(id).framed();
        input.insert(input.end(), query.begin(), query.end());
    }
    script.feed(input);
    EXPECT_THAT(ids_in(script.take()), testing::ElementsAre(1, 2));
    EXPECT_THAT(ids_in(script.take()), testing::ElementsAre(3, 4));
    EXPECT_TRUE(script.session.wants_input());
    EXPECT_THAT(ids_in(script.take()), testing::ElementsAre(5));
    EXPECT_THAT(script.take(), IsEmpty());
}

TEST(StreamSession, InputGoesOnAfterABacklog) {
    Script script;
    Octets input;
    for (std::uint16_t id = 1; id <= 20; ++id) {
        const Octets query = id % 2 == 0 ? small_query(id).framed() : large_query(id).framed();
        input.insert(input.end(), query.begin(), query.end());
    }
    const Octets whole = Script().run(input);
    EXPECT_THAT(ids_in(whole), SizeIs(20));
    for (const std::size_t piece : {1U, 3U, 40U, 41U, 1000U}) {
        EXPECT_EQ(Script().run(input, piece), whole) << piece;
    }
}

TEST(StreamSession, EmptyFrameIsSilence) {
    Script script;
    const Octets input = joined({{0, 0}, small_query(1).framed(), {0, 0}, {0, 0}});
    EXPECT_THAT(ids_in(script.run(input)), testing::ElementsAre(1));
    EXPECT_EQ(script.session.query_count(), 4U);
}

TEST(StreamSession, FrameWithoutAReplyDoesNotStopTheNext) {
    Script script;
    const Octets input = joined(
        {small_query(1).flags(0x8000).framed(), framed(Octets{1, 2, 3}), small_query(2).framed()});
    EXPECT_THAT(ids_in(script.run(input)), testing::ElementsAre(2));
}

TEST(StreamSession, LongestFrameIsTaken) {
    Octets longest = small_query(1).octets();
    longest.resize(65'535);
    const Octets input = joined({framed(longest), small_query(2).framed()});
    for (const std::size_t piece : {65'536U, 1U, 2047U, 2048U, 2049U}) {
        Script script;
        EXPECT_THAT(ids_in(script.run(input, piece)), testing::ElementsAre(1, 2)) << piece;
    }
}

TEST(StreamSession, LongestFramesMayFollowEachOther) {
    Octets longest = small_query(1).octets();
    longest.resize(65'535);
    const Octets input = joined({framed(longest), framed(longest), framed(longest)});
    EXPECT_THAT(ids_in(Script().run(input)), SizeIs(3));
}

TEST(StreamSession, InputSpaceIsNeverEmpty) {
    Script script;
    Octets longest = small_query(1).octets();
    longest.resize(65'535);
    for (const std::uint8_t octet : framed(longest)) {
        ASSERT_TRUE(script.session.wants_input());
        const auto space = script.session.input_space();
        ASSERT_FALSE(space.empty());
        space.front() = octet;
        script.session.receive(1);
    }
}

TEST(StreamSession, UnfinishedFrameStaysUnanswered) {
    Script script;
    EXPECT_THAT(script.run(Octets{0xFF, 0xFF, 1, 2, 3}), IsEmpty());
    EXPECT_EQ(script.session.query_count(), 0U);
    EXPECT_TRUE(script.session.wants_input());
}

TEST(StreamSession, GarbageIsReadAsFrames) {
    Octets garbage(20'000);
    std::uint32_t state = 1;
    for (std::uint8_t& octet : garbage) {
        state = state * 1'664'525U + 1'013'904'223U;
        octet = static_cast<std::uint8_t>(state >> 24U);
    }
    const Octets whole = Script().run(garbage);
    EXPECT_EQ(Script().run(garbage, 1), whole);
    EXPECT_EQ(Script().run(garbage, 777), whole);
}

TEST(StreamSession, RepliesMayBeLongerThanUdpAllows) {
    Script script;
    const Octets stream = script.run(large_query(1).edns().framed());
    const auto reply = read_reply(std::span(stream).subspan(2));
    ASSERT_TRUE(reply);
    EXPECT_FALSE(reply->tc);
    EXPECT_THAT(reply->answer, SizeIs(crowd_names));
}

}  // namespace
}  // namespace arpad

#include "transfer/notifier.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dns/message.hpp"
#include "support/query_maker.hpp"
#include "support/signing.hpp"
#include "support/zone_maker.hpp"

namespace arpad {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Kind = NotifyEvent::Kind;

constexpr std::chrono::sys_seconds signing_time{seconds(1'700'000'000)};

std::shared_ptr<const Zone> zone_with_serial(std::string_view prefix, std::uint32_t serial) {
    const auto zone = zone_for(prefix).build();
    return zone->with_addresses(zone->addresses(), Serial{serial});
}

Remote remote_at(std::string_view endpoint, std::optional<Name> key = std::nullopt) {
    return {*Endpoint::from_text(endpoint), std::move(key)};
}

/// What ldns reads in a message: question and answer as text, a line each.
std::string read(std::span<const std::uint8_t> message) {
    ldns_pkt* raw = nullptr;
    EXPECT_EQ(ldns_wire2pkt(&raw, message.data(), message.size()), LDNS_STATUS_OK);
    const std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)> packet(raw, &ldns_pkt_free);
    if (!packet) return {};
    EXPECT_EQ(ldns_pkt_get_opcode(raw), LDNS_PACKET_NOTIFY);
    EXPECT_TRUE(ldns_pkt_aa(raw));
    EXPECT_FALSE(ldns_pkt_qr(raw));
    EXPECT_FALSE(ldns_pkt_rd(raw));
    const auto list = [](const ldns_rr_list* records) {
        const std::unique_ptr<char, decltype(&std::free)> text(ldns_rr_list2str(records),
                                                               &std::free);
        return std::string(text.get());
    };
    return list(ldns_pkt_question(raw)) + list(ldns_pkt_answer(raw));
}

class NotifierTest : public testing::Test {
protected:
    struct Sent {
        Endpoint remote;
        Octets message;
    };

    /// Goes on `pause` later; what was sent then.
    std::vector<Sent> proceed(seconds pause = seconds(0)) {
        now_ += pause;
        std::vector<Sent> sent;
        next_ = notifier_.proceed(
            now_, [&](const Endpoint& remote, std::span<const std::uint8_t> message) {
                sent.push_back({remote, {message.begin(), message.end()}});
            });
        return sent;
    }

    void reply(const Sent& sent, Rcode rcode = Rcode::no_error) {
        Octets message = sent.message;
        message[2] |= 0x80U;
        message[3] = static_cast<std::uint8_t>(rcode);
        notifier_.receive(sent.remote, message, now_);
    }

    std::vector<Kind> take_events() {
        std::vector<Kind> kinds;
        for (const NotifyEvent& event : std::exchange(events_, {})) kinds.push_back(event.kind);
        return kinds;
    }

    std::vector<NotifyEvent> events_;
    Notifier notifier_{[this](const NotifyEvent& event) { events_.push_back(event); },
                       []() -> std::chrono::system_clock::time_point { return signing_time; }};
    Notifier::Time now_{hours(1)};
    std::optional<Notifier::Time> next_;
    std::vector<Remote> remote_{remote_at("192.0.2.54")};
};

TEST_F(NotifierTest, TellsEachRemoteOfTheNewVersion) {
    const std::vector remotes{remote_at("192.0.2.54"), remote_at("[2001:db8::54]:5353")};
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remotes);
    const auto sent = proceed();
    ASSERT_THAT(sent, SizeIs(2));
    EXPECT_EQ(sent[0].remote.to_text(), "192.0.2.54:53");
    EXPECT_EQ(sent[1].remote.to_text(), "[2001:db8::54]:5353");
    for (const Sent& one : sent) {
        EXPECT_EQ(read(one.message),
                  "0.192.in-addr.arpa.\tIN\tSOA\n"
                  "0.192.in-addr.arpa.\t3600\tIN\tSOA\tns.example. host.example. 7 7200 1800 "
                  "1209600 900\n");
    }
    for (const Sent& one : sent) reply(one);
    EXPECT_THAT(proceed(hours(1)), IsEmpty());
    EXPECT_FALSE(next_);
    EXPECT_THAT(take_events(), IsEmpty());
}

TEST_F(NotifierTest, TellsOfAZoneThatChangesAllTheTimeOnceInAWhile) {
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remote_);
    reply(proceed().at(0));
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 8), remote_);
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 9), remote_);
    notifier_.announce(*zone_with_serial("198.51.0.0/16", 3), remote_);
    const auto other = proceed();
    ASSERT_THAT(other, SizeIs(1));
    EXPECT_THAT(read(other[0].message), testing::HasSubstr("51.198.in-addr.arpa."));
    reply(other[0]);
    EXPECT_THAT(proceed(seconds(1)), IsEmpty());
    ASSERT_TRUE(next_);
    EXPECT_LT(*next_ - now_, seconds(1));
    now_ = *next_;
    const auto later = proceed();
    ASSERT_THAT(later, SizeIs(1));
    EXPECT_THAT(read(later[0].message), testing::HasSubstr(" 9 7200"));
    reply(later[0]);
    EXPECT_THAT(proceed(hours(1)), IsEmpty());
    EXPECT_FALSE(next_);
}

TEST_F(NotifierTest, SaysNothingBeforeItsTime) {
    notifier_.wait_until(now_ + seconds(1));
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remote_);
    EXPECT_THAT(proceed(), IsEmpty());
    EXPECT_EQ(next_, now_ + seconds(1));
    EXPECT_THAT(proceed(seconds(1)), SizeIs(1));
}

TEST_F(NotifierTest, TriesAgainWithGrowingPausesAndSaysSoOnce) {
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remote_);
    std::vector<long> pauses;
    for (int i = 0; i < 12; ++i) {
        ASSERT_THAT(proceed(), SizeIs(1));
        ASSERT_TRUE(next_);
        EXPECT_THAT(proceed(), IsEmpty());
        pauses.push_back(std::chrono::duration_cast<seconds>(*next_ - now_).count());
        now_ = *next_;
    }
    EXPECT_THAT(pauses, ElementsAre(2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300));
    EXPECT_THAT(take_events(), ElementsAre(Kind::silent));
    reply(proceed().front());
    EXPECT_THAT(take_events(), ElementsAre(Kind::answers));
    EXPECT_THAT(proceed(hours(1)), IsEmpty());
}

TEST_F(NotifierTest, SilentRemoteGetsOneNoticeAtATimeWhateverTheNumberOfZones) {
    for (int i = 0; i < 200; ++i) {
        notifier_.announce(*zone_with_serial("10." + std::to_string(i) + ".0.0/16", 1), remote_);
    }
    EXPECT_THAT(proceed(), SizeIs(16));
    EXPECT_THAT(proceed(seconds(2)), SizeIs(1));
    EXPECT_THAT(proceed(seconds(4)), SizeIs(1));
    auto sent = proceed(seconds(8));
    EXPECT_THAT(sent, SizeIs(1));
    ASSERT_THAT(events_, SizeIs(1));
    EXPECT_EQ(events_.front().zones, 200U);
    // Once it is back it is told of all, faster and faster.
    std::size_t told = 0;
    std::size_t most = 0;
    while (!sent.empty()) {
        told += sent.size();
        most = std::max(most, sent.size());
        for (const Sent& one : sent) reply(one);
        sent = proceed();
    }
    EXPECT_EQ(told, 200U);
    EXPECT_GT(most, 16U);
    EXPECT_LE(most, 64U);
}

TEST_F(NotifierTest, WhatWasNotToldForADayIsForgotten) {
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remote_);
    for (int i = 0; i < 400 && (i == 0 || next_); ++i) {
        (void)proceed();
        if (next_) now_ = *next_;
    }
    EXPECT_FALSE(next_);
    EXPECT_THAT(take_events(), ElementsAre(Kind::silent, Kind::abandoned));
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 8), remote_);
    EXPECT_THAT(proceed(), SizeIs(1));
}

TEST_F(NotifierTest, NewerVersionIsToldWhenTheOlderHasBeenHeardOf) {
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remote_);
    const auto first = proceed();
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 8), remote_);
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 9), remote_);
    EXPECT_THAT(proceed(), IsEmpty());
    reply(first.at(0));
    EXPECT_THAT(proceed(), IsEmpty());
    const auto second = proceed(seconds(2));
    ASSERT_THAT(second, SizeIs(1));
    EXPECT_THAT(read(second[0].message), testing::HasSubstr(" 9 7200"));
    reply(second[0]);
    EXPECT_THAT(proceed(), IsEmpty());
}

TEST_F(NotifierTest, NewerVersionTakesThePlaceOfOneThatWasLost) {
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remote_);
    (void)proceed();
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 8), remote_);
    const auto again = proceed(seconds(2));
    ASSERT_THAT(again, SizeIs(1));
    EXPECT_THAT(read(again[0].message), testing::HasSubstr(" 8 7200"));
}

TEST_F(NotifierTest, RefusalIsToldOnceAndForTheThirdTime) {
    for (std::uint32_t serial = 7; serial < 10; ++serial) {
        notifier_.announce(*zone_with_serial("192.0.0.0/16", serial), remote_);
        for (const seconds pause : {seconds(0), seconds(4), seconds(8)}) {
            EXPECT_THAT(events_, SizeIs(serial == 7 ? 0 : 1));
            const auto sent = proceed(pause);
            ASSERT_THAT(sent, SizeIs(1));
            reply(sent[0], Rcode::refused);
        }
        EXPECT_THAT(proceed(hours(1)), IsEmpty());
    }
    ASSERT_THAT(events_, SizeIs(1));
    EXPECT_EQ(events_[0].kind, Kind::refused);
    EXPECT_EQ(events_[0].rcode, Rcode::refused);
}

TEST_F(NotifierTest, SecondaryMayLearnOfAZoneLater) {
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remote_);
    reply(proceed().at(0), Rcode::not_auth);
    EXPECT_THAT(proceed(seconds(3)), IsEmpty());
    reply(proceed(seconds(1)).at(0));
    EXPECT_THAT(proceed(hours(1)), IsEmpty());
    EXPECT_FALSE(next_);
    EXPECT_THAT(events_, IsEmpty());
}

TEST_F(NotifierTest, NewerVersionTakesThePlaceOfOneThatWasRefused) {
    const auto tell = [this](std::uint32_t serial, seconds pause) {
        notifier_.announce(*zone_with_serial("192.0.0.0/16", serial), remote_);
        auto sent = proceed(pause);
        EXPECT_THAT(sent, SizeIs(1));
        EXPECT_THAT(read(sent.at(0).message), testing::HasSubstr(fmt::format(" {} 7200", serial)));
        return sent.at(0);
    };
    reply(tell(7, seconds(0)), Rcode::not_auth);
    // The refused one's turn would come while the zone rests.
    reply(tell(8, seconds(3)));
    EXPECT_THAT(proceed(seconds(1)), IsEmpty());
    reply(tell(9, seconds(1)));
    EXPECT_THAT(proceed(hours(1)), IsEmpty());
    EXPECT_FALSE(next_);
}

TEST_F(NotifierTest, RefusalsOfVersionsThatComeQuicklyAreComplainedAbout) {
    for (std::uint32_t serial = 7; serial < 10; ++serial) {
        EXPECT_THAT(events_, IsEmpty());
        notifier_.announce(*zone_with_serial("192.0.0.0/16", serial), remote_);
        const auto sent = proceed(seconds(1));
        ASSERT_THAT(sent, SizeIs(1));
        reply(sent[0], Rcode::refused);
    }
    EXPECT_THAT(take_events(), ElementsAre(Kind::refused));
}

TEST_F(NotifierTest, NothingIsSaidAgainOfARefusedVersionWhereANewerOneWaits) {
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remote_);
    const auto first = proceed();
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 8), remote_);
    reply(first.at(0), Rcode::not_auth);
    const auto second = proceed(seconds(3));
    ASSERT_THAT(second, SizeIs(1));
    EXPECT_THAT(read(second[0].message), testing::HasSubstr(" 8 7200"));
    reply(second[0]);
    EXPECT_THAT(proceed(seconds(1)), IsEmpty());
    EXPECT_THAT(proceed(hours(1)), IsEmpty());
    EXPECT_FALSE(next_);
}

TEST_F(NotifierTest, ZoneThatIsNeverRepliedAboutHoldsUpNoOther) {
    notifier_.announce(*zone_with_serial("10.1.0.0/16", 1), remote_);
    std::vector<Kind> kinds;
    for (int i = 0; i < 60 && kinds.empty(); ++i) {
        notifier_.announce(*zone_with_serial("10.2.0.0/16", 1), remote_);
        for (const Sent& sent : proceed(seconds(2))) {
            if (read(sent.message).starts_with("2.10")) reply(sent);
        }
        kinds = take_events();
    }
    EXPECT_THAT(kinds, ElementsAre(Kind::unheard));
}

TEST_F(NotifierTest, ForgedRepliesCountForNothing) {
    notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remote_);
    const Sent sent = proceed().at(0);
    Sent forged = sent;
    forged.remote.port = 54;
    reply(forged);  // from elsewhere
    forged = sent;
    forged.message[0] ^= 1U;
    reply(forged);  // another id
    forged = sent;
    forged.message[13] ^= 1U;
    reply(forged);                                       // another zone
    notifier_.receive(sent.remote, sent.message, now_);  // no reply
    for (std::size_t octets = 0; octets < 30; ++octets) {
        notifier_.receive(sent.remote, std::span(sent.message).first(octets), now_);
    }
    EXPECT_THAT(proceed(seconds(2)), SizeIs(1));
}

class SignedNotifierTest : public NotifierTest {
protected:
    SignedNotifierTest() {
        remote_.front().key = key_.name;
        notifier_.adopt(std::make_shared<const Keyring>(std::vector{key_}));
        notifier_.announce(*zone_with_serial("192.0.0.0/16", 7), remote_);
    }

    /// Replies as a server that knows `keys`.
    void reply_signed(const Sent& sent, const Keyring& keys) {
        const auto tsig = find_tsig(sent.message);
        ASSERT_TRUE(tsig.record);
        const std::uint64_t now = tsig_time(signing_time);
        TsigReplier replier(keys, sent.message, *tsig.record, now);
        Octets message(sent.message.begin(),
                       sent.message.begin() + static_cast<std::ptrdiff_t>(tsig.record->start));
        message[2] |= 0x80U;
        if (replier.error() != TsigError::none)
            message[3] = static_cast<std::uint8_t>(Rcode::not_auth);
        message[11] = 0;
        sign(replier, message, now);
        notifier_.receive(sent.remote, message, now_);
    }

    TsigKey key_{*Name::from_text("k.example"), TsigAlgorithm::hmac_sha256,
                 Secret(std::vector<std::uint8_t>(32, 7))};
};

TEST_F(SignedNotifierTest, TakesSignedRepliesOnly) {
    const Sent sent = proceed().at(0);
    reply(sent);  // with the signature of the request
    Sent bare = sent;
    bare.message.resize(find_tsig(sent.message).record->start);
    bare.message[11] = 0;
    reply(bare);
    const auto again = proceed(seconds(2));
    ASSERT_THAT(again, SizeIs(1));
    reply_signed(again[0], Keyring({key_}));
    EXPECT_THAT(proceed(hours(1)), IsEmpty());
    EXPECT_THAT(take_events(), IsEmpty());
}

TEST_F(SignedNotifierTest, SaysThatTheKeyIsNotKnownThere) {
    reply_signed(proceed().at(0), Keyring());
    ASSERT_THAT(events_, SizeIs(1));
    EXPECT_EQ(events_[0].kind, Kind::bad_key);
    EXPECT_EQ(events_[0].tsig_error, TsigError::bad_key);
}

TEST_F(SignedNotifierTest, SendsNothingWithoutItsKey) {
    notifier_.adopt(std::make_shared<const Keyring>());
    EXPECT_THAT(proceed(), IsEmpty());
    EXPECT_THAT(take_events(), ElementsAre(Kind::unknown_key));
}

}  // namespace
}  // namespace arpad

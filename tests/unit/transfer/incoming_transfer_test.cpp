#include "transfer/incoming_transfer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "load/master_writer.hpp"
#include "support/query_maker.hpp"
#include "support/zone_maker.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using State = IncomingTransfer::State;
using Lines = std::vector<std::string>;

constexpr std::chrono::sys_seconds signing_time{std::chrono::seconds(1'700'000'000)};

std::chrono::system_clock::time_point now() {
    return signing_time;
}

std::string soa(unsigned serial) {
    return fmt::format(
        "0.192.in-addr.arpa. 3600 IN SOA ns.example. host.example. {} 7200 1800 "
        "1209600 900",
        serial);
}

std::string ptr(std::string_view owner, std::string_view target) {
    return fmt::format("{}.0.192.in-addr.arpa. 3600 IN PTR {}", owner, target);
}

const std::string ns = "0.192.in-addr.arpa. 3600 IN NS ns.example.";

std::shared_ptr<const Zone> zone_with_serial(unsigned serial) {
    const auto zone = zone_for("192.0.0.0/16").ptr("1.2", "a.example.").build();
    return zone->with_addresses(zone->addresses(), Serial{serial});
}

Lines lines_of(const Zone& zone) {
    Lines lines;
    walk(zone, RangeWalk::expand, [&](NameView owner, RrsetView rrset) {
        for (const auto rdata : rrset) {
            lines.push_back(master_line(Name(owner), rrset.ttl(), rrset.type(),
                                        Rdata(rdata.begin(), rdata.end())));
        }
    });
    std::ranges::sort(lines);
    return lines;
}

/// What a request asks for, in words.
std::string read_request(std::span<const std::uint8_t> message) {
    ldns_pkt* raw = nullptr;
    EXPECT_EQ(ldns_wire2pkt(&raw, message.data(), message.size()), LDNS_STATUS_OK);
    const std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)> packet(raw, &ldns_pkt_free);
    if (!packet) return {};
    const ldns_rr* const question = ldns_rr_list_rr(ldns_pkt_question(raw), 0);
    const std::unique_ptr<char, decltype(&std::free)> type(
        ldns_rr_type2str(ldns_rr_get_type(question)), &std::free);
    std::string text = type.get();
    if (ldns_pkt_nscount(raw) == 1) {
        const ldns_rr* const known = ldns_rr_list_rr(ldns_pkt_authority(raw), 0);
        text += fmt::format(" {}", ldns_rdf2native_int32(ldns_rr_rdf(known, 2)));
    }
    return text;
}

/// A reply to `request` with `lines`, made by ldns.
Octets reply_to(const Octets& request, const Lines& lines, int rcode = 0) {
    ldns_pkt* asked = nullptr;
    EXPECT_EQ(ldns_wire2pkt(&asked, request.data(), request.size()), LDNS_STATUS_OK);
    const std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)> packet(asked, &ldns_pkt_free);
    const std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)> reply(ldns_pkt_new(), &ldns_pkt_free);
    ldns_pkt_set_id(reply.get(), ldns_pkt_id(asked));
    ldns_pkt_set_qr(reply.get(), true);
    ldns_pkt_set_aa(reply.get(), true);
    ldns_pkt_set_rcode(reply.get(), static_cast<std::uint8_t>(rcode));
    ldns_pkt_push_rr(reply.get(), LDNS_SECTION_QUESTION,
                     ldns_rr_clone(ldns_rr_list_rr(ldns_pkt_question(asked), 0)));
    for (const std::string& line : lines) {
        ldns_rr* rr = nullptr;
        EXPECT_EQ(ldns_rr_new_frm_str(&rr, line.c_str(), 0, nullptr, nullptr), LDNS_STATUS_OK)
            << line;
        if (rr != nullptr) ldns_pkt_push_rr(reply.get(), LDNS_SECTION_ANSWER, rr);
    }
    std::uint8_t* wire = nullptr;
    std::size_t octets = 0;
    EXPECT_EQ(ldns_pkt2wire(&wire, reply.get(), &octets), LDNS_STATUS_OK);
    const std::unique_ptr<std::uint8_t, decltype(&std::free)> kept(wire, &std::free);
    return {wire, wire + octets};
}

class IncomingTransferTest : public testing::Test {
protected:
    void begin(std::shared_ptr<const Zone> current) {
        current_ = std::move(current);
        make();
    }

    void make() {
        transfer_.emplace(
            ZoneFrame{
                *Name::from_text("0.192.in-addr.arpa"), *Prefix::from_text("192.0.0.0/16"), {}},
            current_, key_, limits_, &now);
    }

    /// Takes the next request, which has to ask for `what`.
    void expect(const std::string& what) {
        const Octets request = transfer_->take_request();
        ASSERT_FALSE(request.empty())
            << "where " << what << " is to be asked for; " << transfer_->failure();
        request_ = request;
        EXPECT_EQ(read_request(request_), what);
    }

    void reply(const Lines& lines, int rcode = 0) {
        transfer_->receive(reply_to(request_, lines, rcode));
    }

    void expect_failure(const std::string& why) {
        EXPECT_EQ(transfer_->state(), State::failed);
        EXPECT_THAT(transfer_->failure(), HasSubstr(why));
        EXPECT_THAT(transfer_->take_request(), IsEmpty());
    }

    std::shared_ptr<const Zone> current_;
    std::shared_ptr<const TsigKey> key_;
    IncomingLimits limits_;
    std::optional<IncomingTransfer> transfer_;
    Octets request_;
};

TEST_F(IncomingTransferTest, TakesAllOfAZoneThatIsNotThereYet) {
    begin(nullptr);
    expect("AXFR");
    reply({soa(7), ns, ptr("1.2", "a.example.")});
    EXPECT_EQ(transfer_->state(), State::under_way);
    reply({ptr("2.2", "b.example."), soa(7)});
    ASSERT_EQ(transfer_->state(), State::received);
    EXPECT_EQ(transfer_->zone()->serial(), Serial{7});
    EXPECT_FALSE(transfer_->is_incremental());
    EXPECT_EQ(transfer_->records(), 5U);
    EXPECT_EQ(transfer_->messages(), 2U);
    EXPECT_THAT(lines_of(*transfer_->zone()), SizeIs(4));
}

TEST_F(IncomingTransferTest, FindsThatNothingIsNewer) {
    begin(zone_with_serial(7));
    expect("SOA");
    reply({soa(7)});
    EXPECT_EQ(transfer_->state(), State::current);
    EXPECT_THAT(transfer_->take_request(), IsEmpty());
}

TEST_F(IncomingTransferTest, TakesWhatHasChanged) {
    begin(zone_with_serial(7));
    expect("SOA");
    reply({soa(9)});
    expect("IXFR 7");
    reply({soa(9), soa(7), ptr("1.2", "a.example."), soa(8), ptr("1.2", "b.example.")});
    EXPECT_EQ(transfer_->state(), State::under_way);
    reply({soa(8), soa(9), ptr("3.2", "c.example."), soa(9)});
    ASSERT_EQ(transfer_->state(), State::received) << transfer_->failure();
    EXPECT_TRUE(transfer_->is_incremental());
    EXPECT_EQ(transfer_->zone()->serial(), Serial{9});
    EXPECT_THAT(lines_of(*transfer_->zone()),
                testing::IsSupersetOf({
                    std::string("1.2.0.192.in-addr.arpa. 3600 IN PTR b.example."),
                    std::string("3.2.0.192.in-addr.arpa. 3600 IN PTR c.example."),
                }));
}

/// RFC 1995 4: the reply to IXFR may be all of the zone.
TEST_F(IncomingTransferTest, TakesAllWhereThePrimaryDoesNotKnowWhatHasChanged) {
    begin(zone_with_serial(7));
    expect("SOA");
    reply({soa(9)});
    expect("IXFR 7");
    reply({soa(9), ns, ptr("9.2", "z.example."), soa(9)});
    ASSERT_EQ(transfer_->state(), State::received);
    EXPECT_FALSE(transfer_->is_incremental());
    EXPECT_THAT(lines_of(*transfer_->zone()), SizeIs(3));
}

TEST_F(IncomingTransferTest, TakesAZoneOfNothingButItsSoa) {
    begin(nullptr);
    expect("AXFR");
    reply({soa(1), soa(1)});
    EXPECT_EQ(transfer_->state(), State::received);
}

TEST_F(IncomingTransferTest, SerialsGoRoundAsRfc1982Says) {
    begin(zone_with_serial(0xFFFF'FFFE));
    expect("SOA");
    reply({soa(3)});
    expect("IXFR 4294967294");
}

TEST_F(IncomingTransferTest, AsksForAllWhereIxfrIsNotKnown) {
    for (const int rcode : {1, 2, 4, 5}) {
        begin(zone_with_serial(7));
        expect("SOA");
        reply({soa(9)});
        expect("IXFR 7");
        reply({}, rcode);
        expect("AXFR");
        EXPECT_THAT(transfer_->detour(), HasSubstr("to IXFR"));
        reply({soa(9), ns, soa(9)});
        EXPECT_EQ(transfer_->state(), State::received) << rcode;
    }
}

TEST_F(IncomingTransferTest, AsksForAllWhereWhatHasChangedDoesNotFit) {
    const std::vector<Lines> replies{
        {soa(9), soa(7), ptr("8.8", "not.there."), soa(9), soa(9)},
        {soa(9), soa(7), soa(9), ptr("1.2", "a.example."), soa(9)},
        {soa(9), soa(7), soa(8), soa(7), soa(9), soa(9)},
        {soa(9), soa(7), soa(9), "elsewhere.example. 60 IN TXT x", soa(9)},
        {soa(9), soa(7), soa(9), soa(9), ns},
        {ns},
        {},
    };
    for (const Lines& lines : replies) {
        begin(zone_with_serial(7));
        expect("SOA");
        reply({soa(9)});
        expect("IXFR 7");
        const Octets asked = request_;
        reply(lines);
        expect("AXFR");
        // What is left of the reply before is passed over.
        transfer_->receive(reply_to(asked, {ns}));
        reply({soa(9), ns, soa(9)});
        EXPECT_EQ(transfer_->state(), State::received) << transfer_->failure();
    }
}

TEST_F(IncomingTransferTest, RefusesWhatIsNoZone) {
    const std::vector<std::pair<Lines, std::string>> replies{
        {{ns, soa(7)}, "does not begin with a SOA"},
        {{soa(7), ns, soa(8)}, "changes while it is sent"},
        {{soa(7), ns, soa(7), ns}, "behind the end"},
        {{soa(7), "www.example. 60 IN A 192.0.2.1", soa(7)}, "outside of the zone"},
        {{soa(7), "192.in-addr.arpa. 60 IN TXT x", soa(7)}, "outside of the zone"},
        {{soa(7), "9.0.192.in-addr.arpa. 60 IN SOA a. b. 1 2 3 4 5", soa(7)}, "the SOA of"},
        {{soa(7), "0.192.in-addr.arpa. 60 CH TXT x", soa(7)}, "cannot be in a zone"},
        {{}, "an empty reply"},
    };
    for (const auto& [lines, why] : replies) {
        begin(nullptr);
        expect("AXFR");
        reply(lines);
        expect_failure(why);
    }
}

TEST_F(IncomingTransferTest, RefusesASerialThatGoesBack) {
    begin(zone_with_serial(7));
    expect("SOA");
    reply({soa(6)});
    expect_failure("its serial 6 is not newer than 7");
}

TEST_F(IncomingTransferTest, RefusesRepliesOfOthers) {
    begin(zone_with_serial(7));
    expect("SOA");
    Octets message = reply_to(request_, {soa(8)});
    message[0] ^= 1U;
    transfer_->receive(message);
    expect_failure("no reply");

    begin(zone_with_serial(7));
    expect("SOA");
    message = reply_to(request_, {soa(8)});
    message[2] &= 0x7FU;  // QR
    transfer_->receive(message);
    expect_failure("no reply");

    begin(zone_with_serial(7));
    expect("SOA");
    message = reply_to(request_, {soa(8)});
    message[2] &= 0xFBU;  // AA
    transfer_->receive(message);
    expect_failure("not authoritative");

    begin(zone_with_serial(7));
    expect("SOA");
    message = reply_to(request_, {soa(8)});
    message[13] ^= 1U;  // in the name of the question
    transfer_->receive(message);
    expect_failure("another question");

    begin(zone_with_serial(7));
    expect("SOA");
    transfer_->receive(Octets(5));
    expect_failure("without a header");
}

TEST_F(IncomingTransferTest, SaysWhatThePrimaryAnswers) {
    begin(nullptr);
    expect("AXFR");
    reply({}, 5);
    expect_failure("it answers REFUSED to AXFR");
}

TEST_F(IncomingTransferTest, EndsWhatDoesNotEnd) {
    limits_.octets = 100'000;
    begin(nullptr);
    expect("AXFR");
    reply({soa(7), ns});
    unsigned sent = 0;
    for (; transfer_->state() == State::under_way && sent < 10'000; ++sent) {
        reply({ptr("1.1", "a.example.")});
    }
    expect_failure("more than 100000 octets");
    EXPECT_LT(sent, 2'000U);
}

TEST_F(IncomingTransferTest, TakesNoMoreOfOtherRecordsThanItMay) {
    limits_.others = 2;
    for (const bool is_too_much : {false, true}) {
        begin(nullptr);
        expect("AXFR");
        Lines lines{soa(7), ns, ptr("1.1", "a.example."), "host.0.192.in-addr.arpa. 60 IN TXT x"};
        if (is_too_much) lines.push_back("host.0.192.in-addr.arpa. 60 IN TXT y");
        lines.push_back(soa(7));
        reply(lines);
        if (is_too_much)
            expect_failure("more than 2 records that are no PTR of addresses");
        else
            EXPECT_EQ(transfer_->state(), State::received) << transfer_->failure();
    }
}

TEST_F(IncomingTransferTest, AsksForAllWhereTooMuchHasChanged) {
    limits_.changes = 4;
    for (const bool is_too_much : {false, true}) {
        begin(zone_with_serial(7));
        expect("SOA");
        reply({soa(9)});
        expect("IXFR 7");
        Lines lines{soa(9), soa(7), soa(9), ptr("1.1", "a.example."), ptr("1.3", "a.example.")};
        if (is_too_much) lines.push_back(ptr("1.4", "a.example."));
        lines.push_back(soa(9));
        reply(lines);
        if (is_too_much) {
            expect("AXFR");
            reply({soa(9), ns, soa(9)});
            EXPECT_EQ(transfer_->detour(), "it sends more than 4 changes");
        }
        EXPECT_EQ(transfer_->state(), State::received) << transfer_->failure();
        EXPECT_EQ(transfer_->is_incremental(), !is_too_much);
    }
}

/// Any octets whatsoever lead to one of the three ends, or to nothing.
TEST_F(IncomingTransferTest, CutAndChangedMessagesDoNoHarm) {
    begin(zone_with_serial(7));
    expect("SOA");
    const Lines lines{soa(8)};
    const Octets whole = reply_to(request_, lines);
    for (std::size_t octets = 0; octets < whole.size(); ++octets) {
        make();
        expect("SOA");
        Octets cut = reply_to(request_, lines);
        cut.resize(octets);
        transfer_->receive(cut);
        EXPECT_EQ(transfer_->state(), State::failed) << octets;
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const unsigned bits : {1U, 0x80U, 0xFFU}) {
            make();
            expect("SOA");
            Octets changed = reply_to(request_, lines);
            changed[at] ^= static_cast<std::uint8_t>(bits);
            transfer_->receive(changed);
        }
    }
}

class SignedTransferTest : public IncomingTransferTest {
protected:
    SignedTransferTest() {
        key_ = std::make_shared<const TsigKey>(TsigKey{*Name::from_text("key.example"),
                                                       TsigAlgorithm::hmac_sha256,
                                                       Secret({1, 2, 3, 4, 5, 6, 7, 8})});
    }

    /// As the primary does.
    void accept_request() {
        replier_.emplace(Keyring({*key_}), request_, *find_tsig(request_).record,
                         tsig_time(signing_time));
        ASSERT_EQ(replier_->error(), TsigError::none);
    }

    Octets signed_reply(const Lines& lines) {
        Octets message = reply_to(request_, lines);
        const std::size_t octets = message.size();
        message.resize(octets + 512);
        message.resize(replier_->sign(message, octets, tsig_time(signing_time)));
        return message;
    }

    std::optional<TsigReplier> replier_;
};

TEST_F(SignedTransferTest, TakesWhatIsSigned) {
    begin(nullptr);
    expect("AXFR");
    accept_request();
    transfer_->receive(signed_reply({soa(7), ns}));
    transfer_->receive(signed_reply({soa(7)}));
    EXPECT_EQ(transfer_->state(), State::received) << transfer_->failure();
}

TEST_F(SignedTransferTest, SignsEachRequestAnew) {
    begin(zone_with_serial(7));
    expect("SOA");
    accept_request();
    transfer_->receive(signed_reply({soa(9)}));
    expect("IXFR 7");
    accept_request();
    transfer_->receive(signed_reply({soa(9), soa(7), soa(9), soa(9)}));
    EXPECT_EQ(transfer_->state(), State::received) << transfer_->failure();
}

TEST_F(SignedTransferTest, RefusesWhatIsNot) {
    begin(nullptr);
    expect("AXFR");
    reply({soa(7), ns, soa(7)});
    expect_failure("key key.example.: the message is not signed");
}

TEST_F(SignedTransferTest, RefusesALastMessageThatIsNot) {
    begin(nullptr);
    expect("AXFR");
    accept_request();
    transfer_->receive(signed_reply({soa(7), ns}));
    reply({soa(7)});
    expect_failure("the last message is not signed");
}

TEST_F(SignedTransferTest, RefusesWhatWasChangedOnTheWay) {
    begin(nullptr);
    expect("AXFR");
    accept_request();
    Octets message = signed_reply({soa(7), ns, soa(7)});
    message[40] ^= 1U;
    transfer_->receive(message);
    expect_failure("the signature is wrong");
}

}  // namespace
}  // namespace arpad

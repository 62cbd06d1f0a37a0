#include "answer/policy.hpp"

#include <gmock/gmock.h>

#include "support/query_maker.hpp"

namespace arpad {
namespace {

constexpr std::uint16_t response_flag = 0x8000;

Verdict verdict_on(const Octets& message, Transport transport = Transport::udp) {
    return judge(decode_query(message), transport);
}

Verdict verdict_on(const QueryMaker& query, Transport transport = Transport::udp) {
    return verdict_on(query.octets(), transport);
}

QueryMaker ask_ptr() {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr);
}

MATCHER_P(is_verdict, kind, "") {
    return arg.kind == kind;
}

MATCHER_P(is_rejected_with, rcode, "") {
    return arg.kind == Verdict::Kind::reject && arg.rcode == rcode;
}

TEST(Judge, QueryOfClassInIsLookedUp) {
    EXPECT_THAT(verdict_on(ask_ptr()), is_verdict(Verdict::Kind::look_up));
}

TEST(Judge, AnyTypeButTransfersIsLookedUp) {
    for (unsigned type = 0; type <= 0xFFFF; ++type) {
        const auto rr_type = static_cast<RrType>(type);
        if (rr_type == RrType::axfr || rr_type == RrType::ixfr) continue;
        ASSERT_THAT(verdict_on(ask("2.0.192.in-addr.arpa", rr_type)),
                    is_verdict(Verdict::Kind::look_up))
            << type;
    }
}

// RFC 7873 5.4; without a cookie to ask for it is malformed.
TEST(Judge, QueryWithoutAQuestionAsksForACookie) {
    const Octets header{0x12, 0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    EXPECT_THAT(verdict_on(header), is_rejected_with(Rcode::form_err));
    Octets message = header;
    message[11] = 1;
    const Octets opt{0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 12, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
    message.insert(message.end(), opt.begin(), opt.end());
    EXPECT_THAT(verdict_on(message), is_verdict(Verdict::Kind::give_cookie));
    message[2] = 4U << 3U;  // NOTIFY
    EXPECT_THAT(verdict_on(message), is_rejected_with(Rcode::form_err));
}

TEST(Judge, AxfrIsOverTcp) {
    const QueryMaker axfr = ask("2.0.192.in-addr.arpa", RrType::axfr);
    EXPECT_THAT(verdict_on(axfr, Transport::tcp), is_verdict(Verdict::Kind::transfer));
    EXPECT_THAT(verdict_on(axfr, Transport::udp), is_rejected_with(Rcode::form_err));
}

TEST(Judge, IxfrSaysWhichSerialIsKnown) {
    const Octets soa{0, 0, 6, 0, 1, 0, 0, 0, 0, 0, 22, 0, 0, 0, 0, 0, 7,
                     0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, 0};
    for (const Transport transport : {Transport::udp, Transport::tcp}) {
        Octets message = ask("2.0.192.in-addr.arpa", RrType::ixfr).octets();
        EXPECT_THAT(verdict_on(message, transport), is_rejected_with(Rcode::form_err));
        message[9] = 1;
        message.insert(message.end(), soa.begin(), soa.end());
        EXPECT_THAT(verdict_on(message, transport), is_verdict(Verdict::Kind::transfer));
        EXPECT_EQ(decode_query(message).known_serial, Serial{7});
    }
}

TEST(Judge, ClassChaosAsksForTheIdentity) {
    EXPECT_THAT(verdict_on(ask("version.bind", RrType::txt).rr_class(RrClass::ch)),
                is_verdict(Verdict::Kind::tell_identity));
}

TEST(Judge, OtherClassesAreRefused) {
    for (const unsigned rr_class : {0U, 2U, 4U, 254U, 255U, 65535U}) {
        EXPECT_THAT(verdict_on(ask_ptr().rr_class(static_cast<RrClass>(rr_class))),
                    is_rejected_with(Rcode::refused))
            << rr_class;
    }
}

TEST(Judge, MessageShorterThanAHeaderIsIgnored) {
    Octets message = ask_ptr().octets();
    for (std::size_t octets = 0; octets < 12; ++octets) {
        message.resize(octets);
        EXPECT_THAT(verdict_on(message), is_verdict(Verdict::Kind::ignore)) << octets;
    }
}

TEST(Judge, ResponseIsIgnored) {
    EXPECT_THAT(verdict_on(ask_ptr().flags(response_flag)), is_verdict(Verdict::Kind::ignore));
}

TEST(Judge, ResponseOfAnotherOpcodeIsIgnored) {
    EXPECT_THAT(verdict_on(ask_ptr().flags(response_flag).opcode(Opcode::notify)),
                is_verdict(Verdict::Kind::ignore));
}

TEST(Judge, OpcodesWithoutQuestionAreNotImplemented) {
    for (std::uint8_t opcode = 1; opcode < 16; ++opcode) {
        if (has_question(static_cast<Opcode>(opcode))) continue;
        EXPECT_THAT(verdict_on(ask_ptr().opcode(static_cast<Opcode>(opcode))),
                    is_rejected_with(Rcode::not_imp))
            << unsigned{opcode};
    }
}

TEST(Judge, OpcodeIsJudgedBeforeTheSections) {
    EXPECT_THAT(
        verdict_on(ask_ptr().opcode(Opcode::status).announce_questions(2).trailing({1, 2, 3})),
        is_rejected_with(Rcode::not_imp));
}

TEST(Judge, NotifyAndUpdateNameAZoneByItsSoa) {
    const auto zone = [](RrType type) { return ask("2.0.192.in-addr.arpa", type); };
    EXPECT_THAT(verdict_on(zone(RrType::soa).opcode(Opcode::notify)),
                is_verdict(Verdict::Kind::take_notice));
    EXPECT_THAT(verdict_on(zone(RrType::soa).opcode(Opcode::update)),
                is_verdict(Verdict::Kind::take_update));
    for (const Opcode opcode : {Opcode::notify, Opcode::update}) {
        EXPECT_THAT(verdict_on(zone(RrType::ptr).opcode(opcode)),
                    is_rejected_with(Rcode::form_err));
        EXPECT_THAT(verdict_on(zone(RrType::soa).opcode(opcode).announce_questions(2)),
                    is_rejected_with(Rcode::form_err));
        EXPECT_THAT(verdict_on(zone(RrType::soa).opcode(opcode).rr_class(RrClass::ch)),
                    is_rejected_with(Rcode::not_auth));
    }
}

TEST(Judge, QuestionCountOtherThanOneIsAFormatError) {
    for (const std::uint16_t count : std::vector<std::uint16_t>{0, 2, 65535}) {
        EXPECT_THAT(verdict_on(ask_ptr().announce_questions(count)),
                    is_rejected_with(Rcode::form_err))
            << count;
    }
}

TEST(Judge, QueryCutAnywhereBehindTheHeaderIsAFormatError) {
    const Octets whole = ask_ptr().edns().option(3, {}).octets();
    for (std::size_t octets = 12; octets < whole.size(); ++octets) {
        EXPECT_THAT(
            verdict_on(Octets(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(octets))),
            is_rejected_with(Rcode::form_err))
            << octets;
    }
}

TEST(Judge, TrailingOctetsAreAFormatError) {
    EXPECT_THAT(verdict_on(ask_ptr().trailing({0})), is_rejected_with(Rcode::form_err));
}

TEST(Judge, UnknownEdnsVersionIsBadVersion) {
    for (const std::uint8_t version : Octets{1, 2, 255}) {
        EXPECT_THAT(verdict_on(ask_ptr().version(version)), is_rejected_with(Rcode::bad_vers))
            << unsigned{version};
    }
}

TEST(Judge, OptionsOfAnUnknownEdnsVersionAreNotRead) {
    EXPECT_THAT(verdict_on(ask_ptr().version(1).raw_options({0xFF})),
                is_rejected_with(Rcode::bad_vers));
}

TEST(Judge, UnknownEdnsVersionIsJudgedBeforeTheQuestion) {
    EXPECT_THAT(verdict_on(ask_ptr().rr_class(RrClass::ch).version(1)),
                is_rejected_with(Rcode::bad_vers));
}

}  // namespace
}  // namespace arpad

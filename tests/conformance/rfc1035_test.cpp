// RFC 1035: Domain names, implementation and specification. Also the 0x20 bits of the question,
// which clients use against forgery (draft-vixie-dnsext-dns0x20).

#include <gmock/gmock.h>

#include <algorithm>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint16_t recursion_desired = 0x0100;

TestResponder server_of_slash_24() {
    return TestResponder({zone_for("192.0.2.0/24").ptr("7", "a.example.").build()},
                         {.version = "arpad", .hostname = {}, .nsid = {}});
}

QueryMaker ask_ptr() {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr);
}

/// One query for every way to answer.
std::vector<QueryMaker> every_kind() {
    return {ask_ptr(),
            ask("8.2.0.192.in-addr.arpa", RrType::ptr),
            ask("7.2.0.192.in-addr.arpa", RrType::a),
            ask("example", RrType::ptr),
            ask_ptr().announce_questions(2),
            ask_ptr().trailing({0}),
            ask_ptr().opcode(Opcode::status),
            ask_ptr().edns().version(3),
            ask("version.bind", RrType::txt).rr_class(RrClass::ch),
            ask("2.0.192.in-addr.arpa", RrType::axfr)};
}

// 4.1.1: the id is copied.
TEST(Rfc1035, IdIsCopied) {
    TestResponder server = server_of_slash_24();
    for (QueryMaker& query : every_kind()) {
        for (const std::uint16_t id : std::vector<std::uint16_t>{0x0000, 0x00FF, 0xABCD, 0xFFFF}) {
            EXPECT_EQ(server.reply_to(query.id(id)).id, id);
        }
    }
}

// 4.1.1: QR is set in a response.
TEST(Rfc1035, QrIsSet) {
    TestResponder server = server_of_slash_24();
    for (const QueryMaker& query : every_kind()) EXPECT_TRUE(server.reply_to(query).qr);
}

// 4.1.1: the opcode is copied.
TEST(Rfc1035, OpcodeIsCopied) {
    TestResponder server = server_of_slash_24();
    for (std::uint8_t opcode = 0; opcode < 16; ++opcode) {
        EXPECT_EQ(server.reply_to(ask_ptr().opcode(static_cast<Opcode>(opcode))).opcode, opcode);
    }
}

// 4.1.1: RD may be set in a query and is copied into the response.
TEST(Rfc1035, RdIsCopied) {
    TestResponder server = server_of_slash_24();
    for (QueryMaker& query : every_kind()) {
        EXPECT_FALSE(server.reply_to(query).rd);
        EXPECT_TRUE(server.reply_to(query.flags(recursion_desired)).rd);
    }
}

// 4.1.1: RA says that recursion is available, which it is not.
TEST(Rfc1035, RaIsClear) {
    TestResponder server = server_of_slash_24();
    for (QueryMaker& query : every_kind()) {
        EXPECT_FALSE(server.reply_to(query.flags(recursion_desired)).ra);
    }
}

// 4.1.1: Z is reserved: zero in all responses. AA, TC and RA of a query mean nothing. RFC 4035
// 3.1.6: CD and AD are cleared.
TEST(Rfc1035, OtherBitsOfTheQueryAreNotCopied) {
    TestResponder server = server_of_slash_24();
    const ReplyText reply =
        server.reply_to(ask("example", RrType::ptr).flags(0x07FF & ~recursion_desired));
    EXPECT_FALSE(reply.aa);
    EXPECT_FALSE(reply.tc);
    EXPECT_FALSE(reply.ra);
    EXPECT_FALSE(reply.z);
    EXPECT_FALSE(reply.ad);
    EXPECT_FALSE(reply.cd);
    EXPECT_THAT(reply, has_rcode(Rcode::refused));
}

// 4.1.1: AA says that the server is an authority for the name in question.
TEST(Rfc1035, AaIsSetInAnswersOfOurZonesOnly) {
    TestResponder server = server_of_slash_24();
    EXPECT_TRUE(server.reply_to("7.2.0.192.in-addr.arpa", RrType::ptr).aa);
    EXPECT_TRUE(server.reply_to("7.2.0.192.in-addr.arpa", RrType::a).aa);
    EXPECT_TRUE(server.reply_to("8.2.0.192.in-addr.arpa", RrType::ptr).aa);
    EXPECT_FALSE(server.reply_to("7.3.0.192.in-addr.arpa", RrType::ptr).aa);
    EXPECT_FALSE(server.reply_to(ask_ptr().trailing({0})).aa);
}

// 4.1.1: NOTIMP for a kind of query that is not supported. 6.4 (IQUERY) is obsolete by RFC 3425.
TEST(Rfc1035, OtherOpcodesAreNotImplemented) {
    TestResponder server = server_of_slash_24();
    for (std::uint8_t opcode = 1; opcode < 16; ++opcode) {
        if (has_question(static_cast<Opcode>(opcode))) continue;
        EXPECT_THAT(server.reply_to(ask_ptr().opcode(static_cast<Opcode>(opcode))),
                    has_rcode(Rcode::not_imp))
            << unsigned{opcode};
    }
}

// 4.1.1: FORMERR if the query could not be interpreted; RFC 9619: one question only.
TEST(Rfc1035, QuestionCountOtherThanOneIsAFormatError) {
    TestResponder server = server_of_slash_24();
    for (const std::uint16_t count : std::vector<std::uint16_t>{0, 2, 0xFFFF}) {
        const ReplyText reply = server.reply_to(ask_ptr().announce_questions(count));
        EXPECT_THAT(reply, has_rcode(Rcode::form_err)) << count;
        EXPECT_THAT(reply.question, IsEmpty()) << count;
    }
}

// 4.1.4 lets a pointer stand for a prior name; before the question there is none.
TEST(Rfc1035, CompressedQuestionIsAFormatError) {
    TestResponder server = server_of_slash_24();
    const Octets message{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 0x0C, 0, 12, 0, 1};
    EXPECT_THAT(server.send(message).value(), has_rcode(Rcode::form_err));
}

// 4.1.2: the question is carried back; 0x20: octet for octet.
TEST(Rfc1035, QuestionIsEchoedWithItsCase) {
    TestResponder server = server_of_slash_24();
    for (const char* name : {"7.2.0.192.iN-aDdR.ArPa", "8.2.0.192.IN-ADDR.arpa", "eXaMpLe"}) {
        const Octets query = ask(name, RrType::ptr).octets();
        const Octets reply = server.reply_to(name, RrType::ptr).octets;
        EXPECT_TRUE(std::equal(query.begin() + 12, query.end(), reply.begin() + 12)) << name;
    }
}

TEST(Rfc1035, OwnerOfTheAnswerHasTheCaseOfTheQuestion) {
    TestResponder server = server_of_slash_24();
    EXPECT_THAT(server.reply_to("7.2.0.192.iN-aDdR.ArPa", RrType::ptr).answer,
                ElementsAre("7.2.0.192.iN-aDdR.ArPa. 3600 IN PTR a.example."));
}

// 2.3.4: names of 255 octets are legal, and of 127 labels.
TEST(Rfc1035, LongestNamesAreAnswered) {
    TestResponder server = server_of_slash_24();
    std::string many_labels;
    while (many_labels.size() < 2 * 116) many_labels += "a.";
    const std::string below = many_labels + "2.0.192.in-addr.arpa";  // 22 octets and the rest
    EXPECT_THAT(server.reply_to(below, RrType::ptr), has_rcode(Rcode::nx_domain));
}

// 2.3.4: UDP messages have 512 octets or less.
TEST(Rfc1035, UdpReplyIsTruncatedAt512Octets) {
    ZoneMaker maker = zone_for("192.0.2.0/24");
    for (int i = 0; i < 40; ++i) maker.ptr("7", "host-" + std::to_string(i) + ".example.");
    TestResponder server({maker.build()});
    const ReplyText reply = server.reply_to(ask_ptr(), Transport::udp);
    EXPECT_TRUE(reply.tc);
    EXPECT_LE(reply.octets.size(), 512U);
}

// 4.2.2: over TCP there is no such limit.
TEST(Rfc1035, TcpReplyIsWhole) {
    ZoneMaker maker = zone_for("192.0.2.0/24");
    for (int i = 0; i < 40; ++i) maker.ptr("7", "host-" + std::to_string(i) + ".example.");
    TestResponder server({maker.build()});
    const ReplyText reply = server.reply_to(ask_ptr(), Transport::tcp);
    EXPECT_FALSE(reply.tc);
    EXPECT_THAT(reply.answer, testing::SizeIs(40));
}

// Answering what is a response could go on for ever between two servers.
TEST(Rfc1035, ResponsesGetNoReply) {
    TestResponder server = server_of_slash_24();
    for (QueryMaker& query : every_kind()) {
        EXPECT_FALSE(server.send(query.flags(0x8000).octets()));
    }
}

TEST(Rfc1035, WhatHasNoHeaderGetsNoReply) {
    TestResponder server = server_of_slash_24();
    Octets message = ask_ptr().octets();
    for (std::size_t octets = 0; octets < 12; ++octets) {
        message.resize(octets);
        EXPECT_FALSE(server.send(message)) << octets;
    }
}

// 3.5: an octet is a decimal number without leading zeros, up to 255.
TEST(Rfc1035, LabelsThatAreNoOctetDoNotExist) {
    TestResponder server = server_of_slash_24();
    for (const char* label : {"007", "07", "256", "999", "x", "7a", "+7"}) {
        EXPECT_THAT(server.reply_to(label + std::string(".2.0.192.in-addr.arpa"), RrType::ptr),
                    has_rcode(Rcode::nx_domain))
            << label;
    }
}

}  // namespace
}  // namespace arpad

// RFC 6891: Extension mechanisms for DNS (EDNS(0)).

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "support/test_responder.hpp"

namespace arpad {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint16_t nsid_code = 3;

/// 7 has a name, 8 has so many that about 2,500 octets are needed.
TestResponder server_of_slash_24() {
    ZoneMaker maker = zone_for("192.0.2.0/24");
    maker.ptr("7", "a.example.");
    for (int i = 0; i < 100; ++i) maker.ptr("8", "host-" + std::to_string(i) + ".example.");
    return TestResponder({maker.build()});
}

QueryMaker ask_ptr() {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr);
}

QueryMaker ask_large() {
    return ask("8.2.0.192.in-addr.arpa", RrType::ptr);
}

// 6.1.1: an OPT in the request, and only then, means an OPT in the response.
TEST(Rfc6891, OptAnswersOpt) {
    TestResponder server = server_of_slash_24();
    EXPECT_TRUE(server.reply_to(ask_ptr().edns()).edns);
    EXPECT_FALSE(server.reply_to(ask_ptr()).edns);
}

// 7: also in an error.
TEST(Rfc6891, OptAnswersOptInErrorsToo) {
    TestResponder server = server_of_slash_24();
    EXPECT_TRUE(server.reply_to(ask("example", RrType::ptr).edns()).edns);
    EXPECT_TRUE(server.reply_to(ask_ptr().edns().trailing({0})).edns);
}

// 6.2.3: the size that we offer is 1232 (RFC 9715).
TEST(Rfc6891, OwnPayloadSizeIs1232) {
    TestResponder server = server_of_slash_24();
    EXPECT_EQ(server.reply_to(ask_ptr().payload(4096)).edns.value().payload, 1232);
    EXPECT_EQ(server.reply_to(ask_ptr().payload(512)).edns.value().payload, 1232);
}

// 6.2.3: values lower than 512 mean 512.
TEST(Rfc6891, PayloadSizeBelow512Means512) {
    TestResponder server = server_of_slash_24();
    for (const std::uint16_t payload : std::vector<std::uint16_t>{0, 1, 100, 511}) {
        const ReplyText reply = server.reply_to(ask_ptr().payload(payload));
        EXPECT_THAT(reply.answer, SizeIs(1)) << payload;
        EXPECT_FALSE(reply.tc) << payload;
    }
}

// 6.2.5: the responder stays below the requestor's size.
TEST(Rfc6891, ReplyStaysWithinTheRequestorsSize) {
    TestResponder server = server_of_slash_24();
    for (unsigned payload = 0; payload <= 0xFFFF; payload += 97) {
        const ReplyText reply =
            server.reply_to(ask_large().payload(static_cast<std::uint16_t>(payload)));
        EXPECT_TRUE(reply.tc) << payload;
        EXPECT_LE(reply.octets.size(), std::clamp(payload, 512U, 1232U)) << payload;
    }
}

// 6.2.3 is about UDP: over TCP the size means nothing.
TEST(Rfc6891, PayloadSizeDoesNotBindTcp) {
    TestResponder server = server_of_slash_24();
    EXPECT_THAT(server.reply_to(ask_large().payload(512), Transport::tcp).answer, SizeIs(100));
}

// 6.1.3: BADVERS for a version that is not implemented, with the highest one that is.
TEST(Rfc6891, UnknownVersionIsBadVersion) {
    TestResponder server = server_of_slash_24();
    for (const std::uint8_t version : Octets{1, 2, 100, 255}) {
        const ReplyText reply = server.reply_to(ask_ptr().version(version));
        EXPECT_THAT(reply, has_rcode(Rcode::bad_vers)) << unsigned{version};
        EXPECT_EQ(reply.edns.value().version, 0) << unsigned{version};
        EXPECT_THAT(reply, has_no_records()) << unsigned{version};
        EXPECT_FALSE(reply.aa) << unsigned{version};
    }
}

// 6.1.2: options that are not known are ignored.
TEST(Rfc6891, UnknownOptionsAreIgnored) {
    TestResponder server = server_of_slash_24();
    const ReplyText reply =
        server.reply_to(ask_ptr().option(65001, {}).option(4, {1, 2, 3}).option(65535, {0}));
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_THAT(reply.answer, SizeIs(1));
    EXPECT_THAT(reply.edns.value().options, IsEmpty());
}

// 6.1.4: flags that are not known are ignored, and zero in the response.
TEST(Rfc6891, UnknownFlagsAreIgnored) {
    TestResponder server = server_of_slash_24();
    const ReplyText reply = server.reply_to(ask_ptr().edns_flags(0x7FFF));
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_EQ(reply.edns.value().flags, 0);
}

// 6.1.1: more than one OPT is a format error.
TEST(Rfc6891, TwoOptsAreAFormatError) {
    TestResponder server = server_of_slash_24();
    EXPECT_THAT(server.reply_to(ask_ptr().edns().additional(opt_record())),
                has_rcode(Rcode::form_err));
}

// 6.1.1: the OPT may be anywhere in the additional section.
TEST(Rfc6891, OptBeforeAnotherRecordIsRead) {
    TestResponder server = server_of_slash_24();
    const Octets a_record{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1};
    const ReplyText reply =
        server.reply_to(ask_ptr().additional(opt_record()).additional(a_record));
    EXPECT_THAT(reply, has_rcode(Rcode::no_error));
    EXPECT_TRUE(reply.edns);
}

// 6.1.2: the owner of an OPT must be the root.
TEST(Rfc6891, OptBelowTheRootIsAFormatError) {
    TestResponder server = server_of_slash_24();
    Octets record = opt_record();
    record.insert(record.begin(), {1, 'x'});
    EXPECT_THAT(server.reply_to(ask_ptr().additional(record)), has_rcode(Rcode::form_err));
}

// 6.1.2: options are code, length and data, and fill the RDATA.
TEST(Rfc6891, OptionsThatDoNotFillTheRdataAreAFormatError) {
    TestResponder server = server_of_slash_24();
    for (const Octets& options : {Octets{0}, Octets{0, 3}, Octets{0, 3, 0}, Octets{0, 3, 0, 1},
                                  Octets{0, 3, 0xFF, 0xFF}, Octets{0, 3, 0, 0, 0}}) {
        EXPECT_THAT(server.reply_to(ask_ptr().raw_options(options)), has_rcode(Rcode::form_err));
    }
}

TEST(Rfc6891, TruncatedReplyKeepsItsOpt) {
    TestResponder server = server_of_slash_24();
    const ReplyText reply = server.reply_to(ask_large().payload(512).option(nsid_code, {}));
    EXPECT_TRUE(reply.tc);
    EXPECT_TRUE(reply.edns);
}

}  // namespace
}  // namespace arpad

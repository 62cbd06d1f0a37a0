#include "dns/message.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace arpad {
namespace {

using Wire = std::vector<std::uint8_t>;

constexpr std::uint16_t id = 0xbeef;
constexpr std::uint16_t opt_type = 41;

Wire wire_of(std::string_view text) {
    const Name name = *Name::from_text(text);
    return {name.view().wire().begin(), name.view().wire().end()};
}

const Wire root{0};
const Wire question_pointer{0xc0, header_octets};

/// Numbers and octets one behind the other.
class Octets {
public:
    Octets& u8(std::uint8_t value) {
        wire_.push_back(value);
        return *this;
    }
    Octets& u16(std::uint16_t value) {
        return u8(static_cast<std::uint8_t>(value >> 8)).u8(static_cast<std::uint8_t>(value));
    }
    Octets& u32(std::uint32_t value) {
        return u16(static_cast<std::uint16_t>(value >> 16)).u16(static_cast<std::uint16_t>(value));
    }
    Octets& octets(const Wire& wire) {
        wire_.insert(wire_.end(), wire.begin(), wire.end());
        return *this;
    }
    // NOLINTNEXTLINE(google-explicit-constructor): octets are usable where a Wire is.
    operator const Wire&() const { return wire_; }

private:
    Wire wire_;
};

struct Counts {
    std::uint16_t questions = 1;
    std::uint16_t answers = 0;
    std::uint16_t authorities = 0;
    std::uint16_t additionals = 0;
};

Octets header(std::uint16_t flags, Counts counts) {
    Octets octets;
    octets.u16(id).u16(flags).u16(counts.questions).u16(counts.answers);
    octets.u16(counts.authorities).u16(counts.additionals);
    return octets;
}

Wire question(const Wire& name) {
    return Octets().octets(name).u16(12).u16(1);
}

Wire record(const Wire& owner, std::uint16_t type, std::uint16_t rr_class, std::uint32_t ttl,
            const Wire& rdata) {
    Octets octets;
    octets.octets(owner).u16(type).u16(rr_class).u32(ttl);
    return octets.u16(static_cast<std::uint16_t>(rdata.size())).octets(rdata);
}

Wire opt(const Wire& options = {}, std::uint16_t payload = 1232, std::uint32_t ttl = 0) {
    return record(root, opt_type, payload, ttl, options);
}

Wire option(std::uint16_t code, const Wire& data) {
    return Octets().u16(code).u16(static_cast<std::uint16_t>(data.size())).octets(data);
}

Wire message(Counts counts, const std::vector<Wire>& records, std::uint16_t flags = 0) {
    Octets octets = header(flags, counts);
    octets.octets(question(wire_of("7.2.0.192.in-addr.arpa.")));
    for (const Wire& each : records) octets.octets(each);
    return octets;
}

Wire with_additionals(const std::vector<Wire>& records) {
    return message({.additionals = static_cast<std::uint16_t>(records.size())}, records);
}

/// A query for `name`, whose octets are taken as they are.
Wire asking(const Wire& name) {
    return header(0, {}).octets(question(name));
}

/// A query with a record whose owner is `owner`, octets taken as they are.
Wire with_owner(const Wire& owner) {
    return with_additionals({record(owner, 1, 1, 0, {192, 0, 2, 7})});
}

/// A name of `octets` octets in labels of one octet and one that makes up the rest.
Wire long_name(std::size_t octets) {
    Wire wire;
    while (wire.size() + 5 < octets) wire.insert(wire.end(), {1, 'x'});
    const auto label = static_cast<std::uint8_t>(octets - wire.size() - 2);
    wire.push_back(label);
    wire.insert(wire.end(), label, 'y');
    wire.push_back(0);
    return wire;
}

Wire truncated(const Wire& whole, std::size_t octets) {
    return {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(octets)};
}

Defect defect_of(const Wire& wire) {
    return decode_query(wire).defect;
}

TEST(DecodeQuery, ReadsAPlainQuery) {
    const Wire wire = message({}, {});
    const Query query = decode_query(wire);
    EXPECT_EQ(query.defect, Defect::none);
    EXPECT_EQ(query.id, id);
    EXPECT_EQ(query.opcode, Opcode::query);
    ASSERT_TRUE(query.question);
    EXPECT_EQ(query.question->name.to_text(), "7.2.0.192.in-addr.arpa.");
    EXPECT_EQ(query.question->type, RrType::ptr);
    EXPECT_EQ(query.question->rr_class, RrClass::in);
    EXPECT_FALSE(query.edns);
}

TEST(DecodeQuery, KeepsTheCaseOfTheQuestion) {
    const Wire wire = asking(wire_of("7.2.0.192.In-aDDr.ARPA."));
    EXPECT_EQ(decode_query(wire).question->name.to_text(), "7.2.0.192.In-aDDr.ARPA.");
}

TEST(DecodeQuery, QuestionWireIsWhatStandsInTheMessage) {
    const Wire wire = with_additionals({opt()});
    const Query query = decode_query(wire);
    const Wire expected = question(wire_of("7.2.0.192.in-addr.arpa."));
    EXPECT_EQ(query.question->wire.data(), wire.data() + header_octets);
    EXPECT_EQ(Wire(query.question->wire.begin(), query.question->wire.end()), expected);
}

TEST(DecodeQuery, QuestionMayBeTheRoot) {
    const Wire wire = asking(root);
    const Query query = decode_query(wire);
    EXPECT_EQ(query.defect, Defect::none);
    EXPECT_TRUE(query.question->name.is_root());
}

TEST(DecodeQuery, SeesRecursionDesired) {
    EXPECT_FALSE(decode_query(message({}, {})).recursion_desired);
    EXPECT_TRUE(decode_query(message({}, {}, header_flag::recursion_desired)).recursion_desired);
}

TEST(DecodeQuery, IgnoresAllOtherFlagsOfAQuery) {
    constexpr std::uint16_t opcode_and_response = 0xf800;
    const std::uint16_t flags = 0xffff & ~opcode_and_response;
    EXPECT_EQ(defect_of(message({}, {}, flags)), Defect::none);
}

TEST(DecodeQuery, PassesOverRecordsOfEverySection) {
    const Wire a = record(question_pointer, 1, 1, 0, {192, 0, 2, 7});
    const Wire wire = message({1, 1, 2, 1}, {a, a, a, a});
    EXPECT_EQ(defect_of(wire), Defect::none);
}

TEST(DecodeEdns, IsReadFromTheOptRecord) {
    const Query query = decode_query(with_additionals({opt()}));
    EXPECT_EQ(query.defect, Defect::none);
    ASSERT_TRUE(query.edns);
    EXPECT_EQ(query.edns->payload_octets, 1232);
    EXPECT_EQ(query.edns->version, 0);
    EXPECT_FALSE(query.edns->dnssec_ok);
    EXPECT_FALSE(query.edns->asks_nsid);
}

// RFC 6891 6.2.3: values lower than 512 must be treated as equal to 512.
TEST(DecodeEdns, PayloadIsAtLeast512) {
    EXPECT_EQ(decode_query(with_additionals({opt({}, 0)})).edns->payload_octets, 512);
    EXPECT_EQ(decode_query(with_additionals({opt({}, 511)})).edns->payload_octets, 512);
    EXPECT_EQ(decode_query(with_additionals({opt({}, 513)})).edns->payload_octets, 513);
    EXPECT_EQ(decode_query(with_additionals({opt({}, 65535)})).edns->payload_octets, 65535);
}

TEST(DecodeEdns, DnssecOkIsItsOwnBit) {
    EXPECT_TRUE(decode_query(with_additionals({opt({}, 1232, 0x8000)})).edns->dnssec_ok);
    EXPECT_FALSE(decode_query(with_additionals({opt({}, 1232, 0x7fff)})).edns->dnssec_ok);
}

TEST(DecodeEdns, VersionIsTheSecondOctetOfTheTtl) {
    EXPECT_EQ(decode_query(with_additionals({opt({}, 1232, 0x12340000)})).edns->version, 0x34);
}

// RFC 6891 6.1.3: BADVERS is the answer to an unknown version, whatever form its options have.
TEST(DecodeEdns, OptionsOfAnUnknownVersionAreNotRead) {
    const Query query = decode_query(with_additionals({opt({0xff, 0xff, 0xff}, 1232, 0x00010000)}));
    EXPECT_EQ(query.defect, Defect::none);
    EXPECT_EQ(query.edns->version, 1);
}

TEST(DecodeEdns, SeesAnNsidOption) {
    EXPECT_TRUE(decode_query(with_additionals({opt(option(3, {}))})).edns->asks_nsid);
}

TEST(DecodeEdns, SeesAnNsidOptionBehindOthers) {
    const Wire options = Octets().octets(option(10, Wire(8, 0xcc))).octets(option(3, {}));
    EXPECT_TRUE(decode_query(with_additionals({opt(options)})).edns->asks_nsid);
}

TEST(DecodeEdns, DoesNotTakeDataForAnOption) {
    EXPECT_FALSE(decode_query(with_additionals({opt(option(10, option(3, {})))})).edns->asks_nsid);
}

TEST(DecodeEdns, MayStandBetweenOtherRecords) {
    const Wire a = record(root, 1, 1, 0, {192, 0, 2, 7});
    const Query query = decode_query(with_additionals({a, opt(), a}));
    EXPECT_EQ(query.defect, Defect::none);
    EXPECT_TRUE(query.edns);
}

// RFC 6891 6.1.1
TEST(DecodeEdns, TwoOptRecordsAreADefect) {
    const Query query = decode_query(with_additionals({opt({}, 1232), opt({}, 4096)}));
    EXPECT_EQ(query.defect, Defect::bad_edns);
    EXPECT_EQ(query.edns->payload_octets, 1232);
}

// RFC 6891 6.1.2
TEST(DecodeEdns, OptBelowTheRootIsADefect) {
    const Wire owner = wire_of("example.");
    EXPECT_EQ(defect_of(with_additionals({record(owner, opt_type, 1232, 0, {})})),
              Defect::bad_edns);
}

TEST(DecodeEdns, OptAtAPointerIsADefect) {
    EXPECT_EQ(defect_of(with_additionals({record(question_pointer, opt_type, 1232, 0, {})})),
              Defect::bad_edns);
}

TEST(DecodeEdns, OptionsThatOverrunAreADefect) {
    EXPECT_EQ(defect_of(with_additionals({opt({0, 3, 0, 1})})), Defect::bad_edns);
    EXPECT_EQ(defect_of(with_additionals({opt({0, 3, 0xff, 0xff, 0})})), Defect::bad_edns);
}

TEST(DecodeEdns, AnOptionDoesNotReachIntoTheNextRecord) {
    const Wire a = record(root, 1, 1, 0, {192, 0, 2, 7});
    EXPECT_EQ(defect_of(with_additionals({opt({0, 3, 0, 4}), a})), Defect::bad_edns);
}

TEST(DecodeEdns, HalfAnOptionHeaderIsADefect) {
    for (std::size_t octets = 1; octets < 4; ++octets)
        EXPECT_EQ(defect_of(with_additionals({opt(Wire(octets, 0))})), Defect::bad_edns) << octets;
}

TEST(DecodeEdns, IsKnownEvenIfItsOptionsAreBad) {
    const Query query = decode_query(with_additionals({opt({0, 3, 0, 1}, 1400, 0x8000)}));
    ASSERT_TRUE(query.edns);
    EXPECT_EQ(query.edns->payload_octets, 1400);
    EXPECT_TRUE(query.edns->dnssec_ok);
    EXPECT_FALSE(query.edns->asks_nsid);
}

TEST(DecodeTruncated, HasNoHeaderBelowTwelveOctets) {
    const Wire whole = message({}, {});
    for (std::size_t octets = 0; octets < header_octets; ++octets)
        EXPECT_EQ(defect_of(truncated(whole, octets)), Defect::no_header) << octets;
}

TEST(DecodeTruncated, HasABadQuestionUpToItsEnd) {
    const Wire whole = message({}, {});
    for (std::size_t octets = header_octets; octets < whole.size(); ++octets) {
        const Wire wire = truncated(whole, octets);
        const Query query = decode_query(wire);
        EXPECT_EQ(query.defect, Defect::bad_question) << octets;
        EXPECT_FALSE(query.question) << octets;
        EXPECT_EQ(query.id, id) << octets;
    }
}

TEST(DecodeTruncated, HasABadRecordUpToTheEndOfTheOpt) {
    const Wire whole = with_additionals({opt(option(3, {1, 2, 3}))});
    for (std::size_t octets = message({}, {}).size(); octets < whole.size(); ++octets) {
        const Wire wire = truncated(whole, octets);
        const Query query = decode_query(wire);
        EXPECT_EQ(query.defect, Defect::bad_record) << octets;
        EXPECT_TRUE(query.question) << octets;
        EXPECT_FALSE(query.edns) << octets;
    }
}

TEST(DecodeTruncated, KeepsTheEdnsThatStandsBeforeTheCut) {
    const Wire whole = with_additionals({opt(), record(question_pointer, 1, 1, 0, {1, 2, 3, 4})});
    const Query query = decode_query(truncated(whole, whole.size() - 1));
    EXPECT_EQ(query.defect, Defect::bad_record);
    EXPECT_TRUE(query.edns);
}

TEST(DecodeQuestion, PointerInItsNameIsADefect) {
    EXPECT_EQ(defect_of(asking({0xc0, header_octets})), Defect::bad_question);
    EXPECT_EQ(defect_of(asking({0xc0, 0})), Defect::bad_question);
    EXPECT_EQ(defect_of(asking({1, 'a', 0xc0, header_octets})), Defect::bad_question);
}

TEST(DecodeQuestion, MayHave255Octets) {
    const Wire wire = asking(long_name(255));
    EXPECT_EQ(decode_query(wire).question->name.octets(), 255U);
}

TEST(DecodeQuestion, OverLongNameIsADefect) {
    EXPECT_EQ(defect_of(asking(long_name(256))), Defect::bad_question);
    EXPECT_EQ(defect_of(asking(long_name(300))), Defect::bad_question);
}

TEST(DecodeQuestion, LabelTypes01And10AreDefects) {
    for (const unsigned length : {0x40U, 0x41U, 0x7fU, 0x80U, 0xbfU}) {
        Wire name{static_cast<std::uint8_t>(length)};
        name.resize(200, 0);
        EXPECT_EQ(defect_of(asking(name)), Defect::bad_question) << length;
    }
}

TEST(DecodeRecord, OwnerMayBeAPointerToTheQuestion) {
    EXPECT_EQ(defect_of(with_owner(question_pointer)), Defect::none);
}

TEST(DecodeRecord, OwnerMayHave255Octets) {
    EXPECT_EQ(defect_of(with_owner(long_name(255))), Defect::none);
}

TEST(DecodeRecord, OverLongOwnerIsADefect) {
    EXPECT_EQ(defect_of(with_owner(long_name(256))), Defect::bad_record);
}

TEST(DecodeRecord, PointersThatLeadNowhereBeforeAreDefects) {
    const auto here = static_cast<std::uint8_t>(message({}, {}).size());
    const auto behind = static_cast<std::uint8_t>(here + 2);
    EXPECT_EQ(defect_of(with_owner({0xc0, here})), Defect::bad_record) << "itself";
    EXPECT_EQ(defect_of(with_owner({0xc0, behind})), Defect::bad_record) << "forward";
    EXPECT_EQ(defect_of(with_owner({0xff, 0xff})), Defect::bad_record) << "outside the message";
    EXPECT_EQ(defect_of(with_owner({1, 'a', 0xc0, behind})), Defect::bad_record) << "itself again";
}

// RFC 1035 4.1.4: a pointer leads to a prior occurrence; this one makes the name endless.
TEST(DecodeRecord, PointerIntoItsOwnNameIsADefect) {
    const auto here = static_cast<std::uint8_t>(message({}, {}).size());
    EXPECT_EQ(defect_of(with_owner({1, 'a', 0xc0, here})), Defect::bad_record);
}

TEST(DecodeRecord, LabelTypes01And10AreDefects) {
    for (const unsigned length : {0x40U, 0x7fU, 0x80U, 0xbfU}) {
        Wire owner{static_cast<std::uint8_t>(length)};
        owner.resize(200, 0);
        EXPECT_EQ(defect_of(with_owner(owner)), Defect::bad_record) << length;
    }
}

TEST(DecodeRecord, RdataThatOverrunsIsADefect) {
    const Wire wire =
        message({.additionals = 1},
                {Octets().octets(root).u16(1).u16(1).u32(0).u16(5).octets({192, 0, 2, 7})});
    EXPECT_EQ(defect_of(wire), Defect::bad_record);
}

TEST(DecodeCounts, TooHighIsABadRecordInEverySection) {
    EXPECT_EQ(defect_of(message({.answers = 1}, {})), Defect::bad_record);
    EXPECT_EQ(defect_of(message({.authorities = 1}, {})), Defect::bad_record);
    EXPECT_EQ(defect_of(message({.additionals = 1}, {})), Defect::bad_record);
    EXPECT_EQ(defect_of(message({.additionals = 2}, {opt()})), Defect::bad_record);
}

TEST(DecodeCounts, TooLowLeavesTrailingOctets) {
    const Query query = decode_query(message({}, {opt()}));
    EXPECT_EQ(query.defect, Defect::trailing_octets);
    EXPECT_FALSE(query.edns);
}

TEST(DecodeCounts, OneTrailingOctetIsADefect) {
    EXPECT_EQ(defect_of(message({}, {{0}})), Defect::trailing_octets);
    EXPECT_EQ(defect_of(message({.additionals = 1}, {opt(), {0}})), Defect::trailing_octets);
}

TEST(DecodeCounts, QuestionMayBeMissing) {
    const Wire nothing = header(0, {.questions = 0});
    EXPECT_EQ(defect_of(nothing), Defect::no_question);
    const Wire asking_for_cookie =
        header(0, {.questions = 0, .additionals = 1}).octets(opt(option(10, Wire(8, 7))));
    const Query query = decode_query(asking_for_cookie);
    EXPECT_EQ(query.defect, Defect::no_question);
    EXPECT_EQ(query.edns.value().cookie.size(), 8U);
    EXPECT_FALSE(query.question);
}

// What is there, and not announced, is read as records.
TEST(DecodeCounts, MissingQuestionLeavesNothingBehind) {
    EXPECT_EQ(defect_of(message({.questions = 0}, {})), Defect::trailing_octets);
}

TEST(DecodeCounts, QuestionCountMustBeOne) {
    for (const std::uint16_t questions : std::vector<std::uint16_t>{2, 65535}) {
        const Query query = decode_query(message({.questions = questions}, {}));
        EXPECT_EQ(query.defect, Defect::question_count) << questions;
        EXPECT_FALSE(query.question) << questions;
    }
}

TEST(DecodeCounts, HeaderAloneLacksItsQuestion) {
    EXPECT_EQ(defect_of(header(0, {})), Defect::bad_question);
}

TEST(DecodeResponse, IsADefectWhateverTheOpcode) {
    for (std::uint16_t opcode = 0; opcode < 16; ++opcode) {
        const auto flags = static_cast<std::uint16_t>(header_flag::response | opcode << 11);
        EXPECT_EQ(defect_of(message({}, {}, flags)), Defect::is_response) << opcode;
    }
}

TEST(DecodeOpcode, IsReadForAllSixteen) {
    for (std::uint16_t opcode = 0; opcode < 16; ++opcode) {
        const Query query = decode_query(message({}, {}, static_cast<std::uint16_t>(opcode << 11)));
        EXPECT_EQ(query.opcode, static_cast<Opcode>(opcode));
        EXPECT_EQ(query.defect, Defect::none) << opcode;
    }
}

TEST(DecodeOpcode, WithoutQuestionLeavesTheRestUnread) {
    for (std::uint16_t opcode = 1; opcode < 16; ++opcode) {
        if (has_question(static_cast<Opcode>(opcode))) continue;
        const auto flags = static_cast<std::uint16_t>(opcode << 11);
        const Wire wire = header(flags, {65535, 65535, 65535, 65535}).octets({0xc0, 0xff, 0x40});
        const Query query = decode_query(wire);
        EXPECT_EQ(query.defect, Defect::none) << opcode;
        EXPECT_FALSE(query.question) << opcode;
        EXPECT_EQ(query.id, id) << opcode;
    }
}

TEST(DecodeOpcode, OfNotifyAndUpdateHasAQuestion) {
    for (const Opcode opcode : {Opcode::notify, Opcode::update}) {
        const Wire one = message({}, {}, opcode_bits(opcode));
        EXPECT_EQ(decode_query(one).defect, Defect::none);
        EXPECT_TRUE(decode_query(one).question);
        const Wire two = message({.questions = 2}, {}, opcode_bits(opcode));
        EXPECT_EQ(decode_query(two).defect, Defect::question_count);
    }
}

// RFC 7873 4: a client cookie of 8 octets, alone or with a server cookie of 8 to 32.
TEST(DecodeCookie, HasTheSizesOfTheRfc) {
    for (std::size_t size = 0; size <= 50; ++size) {
        const Query query = decode_query(with_additionals({opt(option(10, Wire(size, 0xAB)))}));
        const bool is_right = size == 8 || (size >= 16 && size <= 40);
        EXPECT_EQ(query.defect, is_right ? Defect::none : Defect::bad_edns) << size;
        if (is_right) {
            EXPECT_EQ(query.edns.value().cookie.size(), size);
        }
    }
}

// RFC 7873 5.2.
TEST(DecodeCookie, FirstOfSeveralCounts) {
    Wire options = option(10, Wire(8, 1));
    const Wire second = option(10, Wire(3, 2));
    options.insert(options.end(), second.begin(), second.end());
    const Wire wire = with_additionals({opt(options)});
    const Query query = decode_query(wire);
    EXPECT_EQ(query.defect, Defect::none);
    ASSERT_EQ(query.edns.value().cookie.size(), 8U);
    EXPECT_EQ(query.edns.value().cookie.front(), 1);
}

TEST(DecodeKeepalive, IsNotedWhateverItHolds) {
    for (const Wire& data : {Wire{}, Wire{0, 1}, Wire{1, 2, 3}}) {
        EXPECT_TRUE(
            decode_query(with_additionals({opt(option(11, data))})).edns.value().asks_keepalive);
    }
    EXPECT_FALSE(decode_query(with_additionals({opt()})).edns.value().asks_keepalive);
}

TEST(DecodeLargest, AllCountsAtMaximumEndWithTheMessage) {
    Wire wire = message({1, 65535, 65535, 65535}, {});
    wire.resize(max_message_octets, 0);
    EXPECT_EQ(defect_of(wire), Defect::bad_record);
}

TEST(DecodeLargest, FullOfTheSmallestRecordsIsRead) {
    constexpr std::size_t smallest_record = 11;
    Wire wire = asking(root);
    const auto records =
        static_cast<std::uint16_t>((max_message_octets - wire.size()) / smallest_record);
    wire = header(0, {.authorities = records}).octets(question(root));
    wire.resize(wire.size() + records * smallest_record, 0);
    EXPECT_EQ(defect_of(wire), Defect::none);
}

TEST(DecodeLargest, OneRecordMayFillTheMessage) {
    const std::size_t others = message({}, {}).size() + record(root, 1, 1, 0, {}).size();
    const Wire wire = with_additionals({record(root, 1, 1, 0, Wire(max_message_octets - others))});
    ASSERT_EQ(wire.size(), max_message_octets);
    EXPECT_EQ(defect_of(wire), Defect::none);
}

TEST(DecodeLargest, OptionsMayFillTheMessage) {
    const std::size_t others = message({}, {}).size() + opt().size();
    Wire options((max_message_octets - others) / 4 * 4, 0);
    const Query query = decode_query(with_additionals({opt(options)}));
    EXPECT_EQ(query.defect, Defect::none);
    EXPECT_FALSE(query.edns->asks_nsid);
}

}  // namespace
}  // namespace arpad

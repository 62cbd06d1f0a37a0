#include "dns/writer.hpp"

#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/message.hpp"

namespace arpad {
namespace {

using Wire = std::vector<std::uint8_t>;

Name name(std::string_view text) {
    return *Name::from_text(text);
}

Wire wire_of(NameView view) {
    return {view.wire().begin(), view.wire().end()};
}

/// A writer with a buffer of its own that holds more than any pointer reaches.
class Page {
public:
    explicit Page(std::size_t limit = max_message_octets) : writer_(buffer_, limit) {}

    MessageWriter* operator->() { return &writer_; }

    [[nodiscard]] Wire written(std::size_t from = 0) const {
        return {buffer_.begin() + static_cast<std::ptrdiff_t>(from),
                buffer_.begin() + static_cast<std::ptrdiff_t>(writer_.position())};
    }

    /// The name at `position`, pointers followed, as ldns reads it.
    [[nodiscard]] std::string name_at(std::size_t position) const {
        ldns_rdf* read = nullptr;
        if (ldns_wire2dname(&read, buffer_.data(), writer_.position(), &position) != LDNS_STATUS_OK)
            return "not a name";
        const std::unique_ptr<ldns_rdf, void (*)(ldns_rdf*)> dname(read, ldns_rdf_deep_free);
        return Name::from_wire({ldns_rdf_data(read), ldns_rdf_size(read)})->to_text();
    }

private:
    std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(max_message_octets, 0xee);
    MessageWriter writer_;
};

constexpr Wire::value_type pointer_bits = 0xc0;

TEST(MessageWriter, WritesNumbersInNetworkOrder) {
    Page page;
    page->put_u8(0x01);
    page->put_u16(0x0203);
    page->put_u32(0x04050607);
    EXPECT_EQ(page.written(), (Wire{1, 2, 3, 4, 5, 6, 7}));
}

TEST(MessageWriter, WritesOctets) {
    Page page;
    page->put_octets(Wire{1, 2, 3});
    page->put_octets({});
    EXPECT_EQ(page.written(), (Wire{1, 2, 3}));
}

TEST(MessageWriter, PatchesInPlace) {
    Page page;
    page->put_u32(0);
    page->patch_u16(1, 0xabcd);
    EXPECT_EQ(page.written(), (Wire{0, 0xab, 0xcd, 0}));
}

TEST(MessageWriter, LimitIsAtMostTheBuffer) {
    std::array<std::uint8_t, 4> buffer{};
    MessageWriter writer(buffer, 5);
    EXPECT_EQ(writer.limit(), 4U);
    writer.set_limit(100);
    EXPECT_EQ(writer.limit(), 4U);
    writer.set_limit(3);
    EXPECT_EQ(writer.limit(), 3U);
}

TEST(MessageWriter, FillsItsLimitExactly) {
    Page page(4);
    page->put_u32(1);
    EXPECT_TRUE(page->is_intact());
}

TEST(MessageWriterOverflow, WritesNoPartOfANumber) {
    Page page(3);
    page->put_u32(1);
    EXPECT_FALSE(page->is_intact());
    EXPECT_EQ(page->position(), 0U);
}

TEST(MessageWriterOverflow, WritesNoPartOfOctets) {
    Page page(2);
    page->put_octets(Wire{1, 2, 3});
    EXPECT_FALSE(page->is_intact());
    EXPECT_EQ(page->position(), 0U);
}

TEST(MessageWriterOverflow, NothingMoreIsWrittenThoughItWouldFit) {
    Page page(3);
    page->put_u32(1);
    page->put_u8(1);
    EXPECT_EQ(page->position(), 0U);
    EXPECT_FALSE(page->is_intact());
}

TEST(MessageWriterOverflow, StaysWhenTheLimitIsRaised) {
    Page page(3);
    page->put_u32(1);
    page->set_limit(100);
    page->put_u8(1);
    EXPECT_FALSE(page->is_intact());
}

TEST(MessageWriterOverflow, EndsAtARewind) {
    Page page(3);
    page->put_u8(7);
    const auto mark = page->mark();
    page->put_u32(1);
    page->rewind(mark);
    EXPECT_TRUE(page->is_intact());
    page->put_u16(0x0809);
    EXPECT_EQ(page.written(), (Wire{7, 8, 9}));
}

TEST(MessageWriterOverflow, LimitBelowThePositionWritesNothing) {
    Page page;
    page->put_u32(1);
    page->set_limit(2);
    page->put_u8(1);
    EXPECT_FALSE(page->is_intact());
    EXPECT_EQ(page->position(), 4U);
}

TEST(MessageWriterOverflow, NeverWritesBehindTheLimit) {
    const Name first = name("a.example.net.");
    const Name second = name("b.example.net.");
    const Wire rdata = [] {
        Wire octets{0, 10};
        const Wire target = wire_of(name("mail.example.net."));
        octets.insert(octets.end(), target.begin(), target.end());
        return octets;
    }();
    for (std::size_t limit = 0; limit < 40; ++limit) {
        std::array<std::uint8_t, 64> buffer{};
        buffer.fill(0xee);
        MessageWriter writer(buffer, limit);
        writer.put_name(first);
        writer.put_name(second);
        writer.put_rdata(RrType::mx, rdata);
        EXPECT_TRUE(std::all_of(buffer.begin() + static_cast<std::ptrdiff_t>(limit), buffer.end(),
                                [](std::uint8_t octet) { return octet == 0xee; }))
            << limit;
    }
}

TEST(MessageWriterOverflow, NameThatDidNotFitIsNoTarget) {
    const Name one = name("a.example.net.");
    Page page(10);
    const auto mark = page->mark();
    page->put_name(one);
    page->rewind(mark);
    page->set_limit(100);
    page->put_name(one);
    EXPECT_EQ(page.written(), wire_of(one));
}

TEST(PutName, WritesANewNameInFull) {
    const Name one = name("a.example.net.");
    Page page;
    page->put_name(one);
    EXPECT_EQ(page.written(), wire_of(one));
}

TEST(PutName, WritesTheRootAsItself) {
    const Name root;
    Page page;
    page->put_name(root);
    page->put_name(root);
    EXPECT_EQ(page.written(), (Wire{0, 0}));
}

TEST(PutName, PointsToTheQuestion) {
    const Name question = name("7.2.0.192.in-addr.arpa.");
    Page page;
    page->put_octets(Wire(header_octets, 0));
    page->put_octets(question.view().wire());
    page->remember_name(question, header_octets);
    const std::size_t start = page->position();
    page->put_name(question);
    EXPECT_EQ(page.written(start), (Wire{pointer_bits, header_octets}));
}

TEST(PutName, PointsToASuffixOfAnEarlierName) {
    const Name one = name("a.example.net.");
    const Name two = name("b.example.net.");
    Page page;
    page->put_name(one);
    const std::size_t start = page->position();
    page->put_name(two);
    EXPECT_EQ(page.written(start), (Wire{1, 'b', pointer_bits, 2}));
}

TEST(PutName, TakesTheLongestSuffix) {
    const Name one = name("net.");
    const Name two = name("example.net.");
    const Name three = name("a.example.net.");
    Page page;
    page->put_name(one);
    page->put_name(two);
    const std::size_t start = page->position();
    page->put_name(three);
    EXPECT_EQ(page.written(start), (Wire{1, 'a', pointer_bits, 5}));
}

TEST(PutName, PointsIntoWhatACompressedNameSpellsOut) {
    const Name one = name("example.net.");
    const Name two = name("b.c.example.net.");
    const Name three = name("d.c.example.net.");
    Page page;
    page->put_name(one);
    const std::size_t second = page->position();
    page->put_name(two);
    const std::size_t third = page->position();
    page->put_name(three);
    EXPECT_EQ(page.written(third), (Wire{1, 'd', pointer_bits, Wire::value_type(second + 2)}));
}

TEST(PutName, IgnoresCase) {
    const Name one = name("A.eXample.net.");
    const Name two = name("a.Example.NET.");
    Page page;
    page->put_name(one);
    const std::size_t start = page->position();
    page->put_name(two);
    EXPECT_EQ(page.written(start), (Wire{pointer_bits, 0}));
}

// The octets of "\003net." end both names, but in the first they belong to the label before.
TEST(PutName, DoesNotPointIntoALabel) {
    const Name one = name("x\\003net.");
    const Name two = name("net.");
    Page page;
    page->put_name(one);
    const std::size_t start = page->position();
    page->put_name(two);
    EXPECT_EQ(page.written(start), wire_of(two));
}

TEST(PutPlainName, IsNeverCompressed) {
    const Name one = name("a.example.net.");
    Page page;
    page->put_name(one);
    const std::size_t start = page->position();
    page->put_plain_name(one);
    EXPECT_EQ(page.written(start), wire_of(one));
}

TEST(PutPlainName, IsATargetForLaterNames) {
    const Name one = name("a.example.net.");
    Page page;
    page->put_plain_name(one);
    const std::size_t start = page->position();
    page->put_name(one);
    EXPECT_EQ(page.written(start), (Wire{pointer_bits, 0}));
}

TEST(PutName, PointsUpTo0x3fff) {
    const Name one = name("example.net.");
    Page page;
    page->put_octets(Wire(0x3fff, 0));
    page->put_name(one);
    const std::size_t start = page->position();
    page->put_name(one);
    EXPECT_EQ(page.written(start), (Wire{0xff, 0xff}));
}

TEST(PutName, DoesNotPointBeyond0x3fff) {
    const Name one = name("example.net.");
    Page page;
    page->put_octets(Wire(0x4000, 0));
    page->put_name(one);
    const std::size_t start = page->position();
    page->put_name(one);
    EXPECT_EQ(page.written(start), wire_of(one));
}

TEST(PutName, DoesNotPointToASuffixBeyond0x3fff) {
    const Name one = name("a.example.net.");
    const Name two = name("example.net.");
    Page page;
    page->put_octets(Wire(0x3fff, 0));
    page->put_name(one);
    const std::size_t start = page->position();
    page->put_name(two);
    EXPECT_EQ(page.written(start), wire_of(two));
}

TEST(PutName, IsRightWithMoreNamesThanAreRemembered) {
    std::vector<Name> names;
    for (int i = 0; i < 100; ++i) names.push_back(name("n" + std::to_string(i) + ".example.net."));
    Page page;
    page->put_octets(Wire(header_octets, 0));
    std::vector<std::size_t> starts;
    for (int round = 0; round < 2; ++round) {
        for (const Name& each : names) {
            starts.push_back(page->position());
            page->put_name(each);
        }
    }
    for (std::size_t i = 0; i < starts.size(); ++i)
        EXPECT_EQ(page.name_at(starts[i]), names[i % names.size()].to_text());
}

TEST(MessageWriterRewind, ForgetsNames) {
    const Name one = name("a.example.net.");
    const Name two = name("b.example.org.");
    Page page;
    page->put_name(one);
    const auto mark = page->mark();
    page->put_name(two);
    page->rewind(mark);
    page->put_u32(0);
    const std::size_t start = page->position();
    page->put_name(two);
    EXPECT_EQ(page.written(start), wire_of(two));
}

TEST(MessageWriterRewind, KeepsNamesFromBeforeTheMark) {
    const Name one = name("a.example.net.");
    Page page;
    page->put_name(one);
    const auto mark = page->mark();
    page->put_u32(0);
    page->rewind(mark);
    page->put_name(one);
    EXPECT_EQ(page.written(mark.position), (Wire{pointer_bits, 0}));
}

/// Random names over few labels, so that most have a suffix in common, escapes included.
Name random_name(std::mt19937_64& random) {
    static const std::array<std::string_view, 8> labels{"a",   "A",         "bc",     "example",
                                                        "NET", "x\\003net", "\\001a", "\\000"};
    std::string text;
    for (auto count = random() % 6; count != 0; --count)
        text += std::string(labels[random() % labels.size()]) + ".";
    return name(text.empty() ? "." : text);
}

// Whatever is compressed, ldns reads the names that were meant.
TEST(PutName, ReadsBackWithLdns) {
    std::mt19937_64 random(1035);
    for (int round = 0; round < 300; ++round) {
        std::vector<Name> names;
        for (int i = 0; i < 30; ++i) names.push_back(random_name(random));
        Page page;
        page->put_octets(Wire(0x3fff - random() % 120, 0));
        std::vector<std::size_t> starts;
        for (const Name& each : names) {
            starts.push_back(page->position());
            page->put_name(each);
        }
        for (std::size_t i = 0; i < names.size(); ++i)
            ASSERT_EQ(name(page.name_at(starts[i])), names[i]) << page.name_at(starts[i]);
    }
}

/// RDATA made of `before`, then `names`, then `behind`.
Wire rdata_of(const Wire& before, const std::vector<std::string_view>& names, const Wire& behind) {
    Wire rdata = before;
    for (const std::string_view each : names) {
        const Wire wire = wire_of(name(each));
        rdata.insert(rdata.end(), wire.begin(), wire.end());
    }
    rdata.insert(rdata.end(), behind.begin(), behind.end());
    return rdata;
}

/// What `put_rdata` writes behind "example.net." at 0.
Wire put_behind_a_name(RrType type, const Wire& rdata) {
    const Name before = name("example.net.");
    Page page;
    page->put_name(before);
    const std::size_t start = page->position();
    page->put_rdata(type, rdata);
    return page.written(start);
}

TEST(PutRdata, CompressesTheNameOfNsCnameAndPtr) {
    for (const RrType type : {RrType::ns, RrType::cname, RrType::ptr}) {
        EXPECT_EQ(put_behind_a_name(type, rdata_of({}, {"a.example.net."}, {})),
                  (Wire{0, 4, 1, 'a', pointer_bits, 0}))
            << to_text(type);
    }
}

TEST(PutRdata, CompressesTheNameOfMxBehindItsPreference) {
    EXPECT_EQ(put_behind_a_name(RrType::mx, rdata_of({0, 10}, {"a.example.net."}, {})),
              (Wire{0, 6, 0, 10, 1, 'a', pointer_bits, 0}));
}

TEST(PutRdata, CompressesBothNamesOfSoa) {
    Wire numbers(20);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::uint8_t>(i + 1);
    const Wire rdata = rdata_of({}, {"a.example.net.", "h.a.example.net."}, numbers);
    Wire expected{0, 28, 1, 'a', pointer_bits, 0, 1, 'h', pointer_bits, 15};
    expected.insert(expected.end(), numbers.begin(), numbers.end());
    EXPECT_EQ(put_behind_a_name(RrType::soa, rdata), expected);
}

// RFC 3597 4: only the types of RFC 1035 may have compressed names.
TEST(PutRdata, LeavesAllOtherTypesAlone) {
    const Wire rdata = rdata_of({}, {"example.net."}, {});
    Wire expected{0, static_cast<std::uint8_t>(rdata.size())};
    expected.insert(expected.end(), rdata.begin(), rdata.end());
    for (const int type : {16, 17, 18, 21, 24, 26, 33, 35, 36, 39, 46, 47, 65280}) {
        EXPECT_EQ(put_behind_a_name(static_cast<RrType>(type), rdata), expected) << type;
    }
}

TEST(PutRdata, OfNothingHasLengthZero) {
    EXPECT_EQ(put_behind_a_name(RrType::txt, {}), (Wire{0, 0}));
}

TEST(PutRdata, NameInItIsATargetForLaterNames) {
    const Wire rdata = rdata_of({}, {"a.example.net."}, {});
    const Name later = name("a.example.net.");
    Page page;
    page->put_rdata(RrType::ptr, rdata);
    const std::size_t start = page->position();
    page->put_name(later);
    EXPECT_EQ(page.written(start), (Wire{pointer_bits, 2}));
}

TEST(PutRdata, ThatDoesNotFitIsNotIntact) {
    const Wire rdata = rdata_of({0, 10}, {"mail.example.net."}, {});
    for (std::size_t limit = 0; limit < rdata.size() + 2; ++limit) {
        Page page(limit);
        page->put_rdata(RrType::mx, rdata);
        EXPECT_FALSE(page->is_intact()) << limit;
    }
}

TEST(PutRdata, WholeMessageReadsBackWithLdns) {
    const Name owner = name("7.2.0.192.in-addr.arpa.");
    const Wire ptr = rdata_of({}, {"Mail.example.net."}, {});
    const Wire soa = rdata_of({}, {"ns1.example.net.", "hostmaster.example.net."}, Wire(20, 1));
    const Wire mx = rdata_of({0, 5}, {"mail.EXAMPLE.net."}, {});
    Page page;
    for (const int word : {0x1234, 0x8400, 1, 3, 0, 0})
        page->put_u16(static_cast<std::uint16_t>(word));
    page->put_plain_name(owner);
    page->put_u16(12);
    page->put_u16(1);
    for (const auto& [type, rdata] :
         {std::pair{RrType::ptr, &ptr}, {RrType::soa, &soa}, {RrType::mx, &mx}}) {
        page->put_name(owner);
        page->put_u16(static_cast<std::uint16_t>(type));
        page->put_u16(1);
        page->put_u32(60);
        page->put_rdata(type, *rdata);
    }
    const Wire wire = page.written();
    ldns_pkt* read = nullptr;
    ASSERT_EQ(ldns_wire2pkt(&read, wire.data(), wire.size()), LDNS_STATUS_OK);
    const std::unique_ptr<ldns_pkt, void (*)(ldns_pkt*)> packet(read, ldns_pkt_free);
    const std::unique_ptr<char, void (*)(void*)> text(ldns_rr_list2str(ldns_pkt_answer(read)),
                                                      std::free);
    EXPECT_EQ(std::string(text.get()),
              "7.2.0.192.in-addr.arpa.\t60\tIN\tPTR\tMail.example.net.\n"
              "7.2.0.192.in-addr.arpa.\t60\tIN\tSOA\tns1.example.net. hostmaster.example.net. "
              "16843009 16843009 16843009 16843009 16843009\n"
              "7.2.0.192.in-addr.arpa.\t60\tIN\tMX\t5 Mail.example.net.\n");
}

TEST(CompressibleNames, AreThoseOfRfc1035) {
    EXPECT_EQ(compressible_names(RrType::ptr).names, 1U);
    EXPECT_EQ(compressible_names(RrType::mx).octets_before, 2U);
    EXPECT_EQ(compressible_names(RrType::soa).names, 2U);
    EXPECT_EQ(compressible_names(RrType::dname).names, 0U);
}

}  // namespace
}  // namespace arpad

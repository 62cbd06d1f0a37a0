#include "zone/range_record.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "reverse/arpa_name.hpp"
#include "support/zone_maker.hpp"

namespace arpad {
namespace {

Address address(std::string_view text) {
    return *Address::from_text(text);
}

NamedRange range(std::string_view first, std::string_view last, std::string_view names) {
    const AddressRange written{address(first), address(last)};
    return {written, *NameTemplate::make(names, written), Ttl{300}};
}

std::string name_of(const NamedRange& range, std::string_view text) {
    NameSpace space;
    return range.names->render(address(text), space).to_text();
}

// The example of docs/secondaries.md.
TEST(RangeRecord, HasTheWrittenLayout) {
    const NamedRange named = range("192.0.2.0", "192.0.2.255", "h{host}.x.");
    const RangeSegment run{0xC0000210, 0xC00002FF, 0};
    const Rdata expected{1, 1,  0,   0, 1, 44,  192, 0,   2,   0,   192, 0,   2,   255, 192, 0,
                         2, 16, 192, 0, 2, 255, 'h', '{', 'h', 'o', 's', 't', '}', '.', 'x', '.'};
    EXPECT_EQ(range_rdata(run, named), expected);
}

TEST(RangeRecord, IsReadBackAsARunThatNamesAsBefore) {
    const auto named = range("2001:db8::", "2001:db8::ffff", "{host}.x.example.");
    const Uint128 first = address("2001:db8::100").value();
    const auto read = range_from_rdata(range_rdata({first, first + 15, 0}, named),
                                       *Prefix::from_text("2001:db8::/32"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->range.first, address("2001:db8::100"));
    EXPECT_EQ(read->range.last, address("2001:db8::10f"));
    EXPECT_EQ(read->ttl, Ttl{300});
    EXPECT_EQ(name_of(*read, "2001:db8::101"), name_of(named, "2001:db8::101"));
}

TEST(RangeRecord, IsRefusedIfItMakesNoSense) {
    const Prefix base = *Prefix::from_text("192.0.2.0/24");
    const auto named = range("192.0.2.0", "192.0.2.255", "x.example.");
    const Rdata good = range_rdata({0xC0000210, 0xC000021F, 0}, named);
    ASSERT_TRUE(range_from_rdata(good, base));
    EXPECT_FALSE(range_from_rdata(good, *Prefix::from_text("192.0.3.0/24")));
    EXPECT_FALSE(range_from_rdata(good, *Prefix::from_text("192.0.2.0/28")));
    EXPECT_FALSE(range_from_rdata(good, *Prefix::from_text("2001:db8::/32")));
    for (std::size_t octets = 0; octets < 22; ++octets) {
        EXPECT_FALSE(range_from_rdata(std::span(good).first(octets), base)) << octets;
    }
    const auto changed = [&](std::size_t at, std::uint8_t octet) {
        Rdata rdata = good;
        rdata[at] = octet;
        return range_from_rdata(rdata, base).has_value();
    };
    EXPECT_FALSE(changed(0, 2));      // version
    EXPECT_FALSE(changed(1, 3));      // family
    EXPECT_FALSE(changed(2, 0x80));   // TTL (RFC 2181 8)
    EXPECT_FALSE(changed(17, 0x20));  // begins behind its end
    EXPECT_FALSE(changed(9, 0x12));   // begins before what was written
    EXPECT_FALSE(changed(22, '{'));
    EXPECT_FALSE(range_from_rdata(std::span(good).first(22), base));  // no name
}

TEST(RangeRecord, RunsThatMeetAreFound) {
    const auto one = range("192.0.2.0", "192.0.2.7", "x.");
    EXPECT_TRUE(are_disjoint(std::vector{range("192.0.2.8", "192.0.2.9", "x."), one}));
    EXPECT_FALSE(are_disjoint(std::vector{range("192.0.2.7", "192.0.2.9", "x."), one}));
    EXPECT_FALSE(are_disjoint(std::vector{one, one}));
    EXPECT_TRUE(are_disjoint({}));
}

}  // namespace
}  // namespace arpad

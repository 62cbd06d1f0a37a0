#include "zone/received_zone.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "load/master_writer.hpp"
#include "support/zone_maker.hpp"
#include "zone/zone_builder.hpp"
#include "zone/zone_history.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

std::vector<ReceivedRecord> records_of(const Zone& zone, RangeWalk ranges = RangeWalk::expand) {
    std::vector<ReceivedRecord> records;
    walk(zone, ranges, [&](NameView owner, RrsetView rrset) {
        for (const auto rdata : rrset) {
            records.push_back(
                {Name(owner), rrset.type(), rrset.ttl(), {rdata.begin(), rdata.end()}});
        }
    });
    return records;
}

std::string text_of(const ReceivedRecord& record) {
    return master_line(record.owner, record.ttl, record.type, record.rdata);
}

/// All records, each as a line, sorted.
std::vector<std::string> lines_of(const Zone& zone) {
    std::vector<std::string> lines;
    for (const ReceivedRecord& record : records_of(zone)) lines.push_back(text_of(record));
    std::ranges::sort(lines);
    return lines;
}

std::shared_ptr<const Zone> with_serial(const std::shared_ptr<const Zone>& zone,
                                        std::uint32_t serial) {
    return zone->with_addresses(zone->addresses(), Serial{serial});
}

/// What leads from one version to another.
ReceivedStep step_between(const Zone& before, const Zone& after) {
    const auto old_records = records_of(before);
    const auto new_records = records_of(after);
    const auto missing_in = [](const ReceivedRecord& record,
                               const std::vector<ReceivedRecord>& records) {
        return record.type != RrType::soa &&
               std::ranges::find(records, text_of(record), text_of) == records.end();
    };
    ReceivedStep step;
    for (const auto& record : old_records) {
        if (missing_in(record, new_records)) step.removed.push_back(record);
    }
    for (const auto& record : new_records) {
        if (record.type == RrType::soa) step.soa = record;
        if (missing_in(record, old_records)) step.added.push_back(record);
    }
    return step;
}

ZoneMaker mixed_zone() {
    ZoneMaker maker = zone_for("192.0.0.0/16");
    maker.record("@ TXT a b").record("www A 192.0.2.1").record("*.wild TXT w");
    maker.ns("7", "ns1.example.net.").cname("9.9", "9.9.elsewhere.");
    maker.ptr("1.2", "a.example.").ptr("1.2", "b.example.").record("2.2 TXT both");
    maker.ptr("2.2", "c.example.").ptr("x.3.2", "below.example.");
    for (int i = 0; i < 250; ++i) maker.ptr(fmt::format("{}.5", i), "Many.Example.");
    return maker;
}

ZoneFrame frame_of(const Zone& zone) {
    return {zone.parts().apex, zone.parts().base, {}};
}

TEST(ReceivedZone, IsWhatWasSentInWhateverOrder) {
    const auto zone = mixed_zone().build();
    auto records = records_of(*zone);
    for (int turn = 0; turn < 2; ++turn) {
        ReceivedZone received(frame_of(*zone));
        for (const auto& record : records) received.add(record);
        const auto built = received.build();
        ASSERT_NE(built, nullptr);
        EXPECT_EQ(built->serial(), zone->serial());
        EXPECT_EQ(lines_of(*built), lines_of(*zone));
        std::ranges::reverse(records);
    }
}

TEST(ReceivedZone, RecordThatComesTwiceIsOne) {
    const auto zone = mixed_zone().build();
    ReceivedZone received(frame_of(*zone));
    for (int turn = 0; turn < 2; ++turn) {
        for (const auto& record : records_of(*zone)) received.add(record);
    }
    EXPECT_EQ(lines_of(*received.build()), lines_of(*zone));
}

TEST(ReceivedZone, NeedsASoa) {
    EXPECT_EQ(ReceivedZone({*Name::from_text("a.example"), {}, {}}).build(), nullptr);
}

ReceivedRecord text_record(std::string_view owner, std::uint8_t first, std::size_t octets) {
    Rdata text{first};
    while (text.size() < octets) text.push_back(static_cast<std::uint8_t>(text.size()));
    return {*Name::from_text(owner), static_cast<RrType>(65'280), Ttl{60}, text};
}

TEST(ReceivedZone, HasNoRecordThatFitsIntoNoMessage) {
    const auto zone = mixed_zone().build();
    ReceivedZone received(frame_of(*zone));
    for (const auto& record : records_of(*zone)) received.add(record);
    received.add(text_record("big.0.192.in-addr.arpa", 1, 64'100));
    EXPECT_EQ(received.build(), nullptr);
}

TEST(ReceivedZone, MayHaveRrsetsThatAreTruncatedButNoneWhoseRecordsCannotBeCounted) {
    for (const std::uint32_t records : {65'535U, 65'536U}) {
        const auto zone = mixed_zone().build();
        ReceivedZone received(frame_of(*zone));
        for (const auto& record : records_of(*zone)) received.add(record);
        for (std::uint32_t i = 0; i < records; ++i) {
            received.add({*Name::from_text("big.0.192.in-addr.arpa"),
                          RrType::a,
                          Ttl{60},
                          {1, static_cast<std::uint8_t>(i >> 16U),
                           static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)}});
        }
        EXPECT_EQ(received.build() != nullptr, records == 65'535U);
    }
}

TEST(ReceivedZone, HasNoNameOfTooManyTypes) {
    const auto zone = mixed_zone().build();
    for (const unsigned types : {256U, 257U}) {
        ReceivedZone received(frame_of(*zone));
        ReceivedStep step;
        for (const auto& record : records_of(*zone)) {
            received.add(record);
            if (record.type == RrType::soa) step.soa = record;
        }
        for (unsigned i = 0; i < types; ++i) {
            step.added.push_back({*Name::from_text("1.3.0.192.in-addr.arpa"),
                                  static_cast<RrType>(1000 + i),
                                  Ttl{60},
                                  {1}});
            received.add(step.added.back());
        }
        EXPECT_EQ(received.build() != nullptr, types == 256);
        EXPECT_EQ(with_steps(*zone, std::vector{step}) != nullptr, types == 256);
    }
}

ZoneFrame arpad_frame_of(const Zone& zone) {
    ZoneFrame frame = frame_of(zone);
    frame.transfer.primaries = {{*Endpoint::from_text("192.0.2.53"), {}, true}};
    return frame;
}

ZoneMaker zone_with_ranges() {
    return mixed_zone()
        .range("192.0.0.0/20", "{ip}.outer.example.")
        .range("192.0.2.0/28", "h{host}.inner.example.")
        .hole("192.0.3.0/24");
}

TEST(ReceivedZone, OfArpadHasItsRanges) {
    const auto zone = zone_with_ranges().build();
    ReceivedZone received(arpad_frame_of(*zone));
    for (const auto& record : records_of(*zone, RangeWalk::keep)) received.add(record);
    const auto built = received.build();
    ASSERT_NE(built, nullptr);
    EXPECT_EQ(lines_of(*built), lines_of(*zone));
    const auto restored = received_from_octets(built->frame(), to_octets(*built));
    ASSERT_NE(restored, nullptr);
    EXPECT_EQ(lines_of(*restored), lines_of(*zone));
    EXPECT_EQ(lines_of(*in_frame(*built, built->frame())), lines_of(*zone));
}

TEST(ReceivedZone, OfArpadKeepsItsRangesOverSteps) {
    const auto before = zone_with_ranges().build();
    ReceivedZone received(arpad_frame_of(*before));
    for (const auto& record : records_of(*before, RangeWalk::keep)) received.add(record);
    const auto built = received.build();
    for (const char* const record : {"9.1 TXT x", "below.9.1 TXT x", "name TXT x", "@ TXT x"}) {
        const auto after = with_serial(zone_with_ranges().record(record).build(), 2);
        ReceivedZone other(arpad_frame_of(*before));
        for (const auto& one : records_of(*after, RangeWalk::keep)) other.add(one);
        const auto known = ZoneDifference::between(*built, *other.build(), 10'000);
        ASSERT_NE(known, nullptr);
        ASSERT_TRUE(known->covers(TransferView::arpad));
        const std::vector steps{*step_of(*known, Name(before->apex()))};
        const auto reached = with_steps(*built, steps);
        ASSERT_NE(reached, nullptr) << record;
        EXPECT_EQ(lines_of(*reached), lines_of(*after)) << record;
    }
}

TEST(ReceivedZone, OfOthersHasNoRanges) {
    const auto zone = zone_with_ranges().build();
    ReceivedZone received(frame_of(*zone));
    for (const auto& record : records_of(*zone, RangeWalk::keep)) received.add(record);
    EXPECT_TRUE(received.build()->parts().ranges.is_empty());
}

TEST(ReceivedZone, WithRangesThatMakeNoSenseIsNone) {
    const auto zone = zone_with_ranges().build();
    auto records = records_of(*zone, RangeWalk::keep);
    const auto range = *std::ranges::find(records, RrType::arpad_range, &ReceivedRecord::type);
    for (const bool is_cut : {true, false}) {
        ReceivedZone received(arpad_frame_of(*zone));
        for (const auto& record : records) received.add(record);
        auto other = range;
        if (is_cut) other.rdata.resize(5);
        received.add(other);
        EXPECT_EQ(received.build(), nullptr);
    }
}

TEST(ReceivedZone, MayHaveAnyName) {
    const auto zone =
        zone_at("example.net").record("www A 192.0.2.1").record("a.b MX 10 www").build();
    ReceivedZone received(frame_of(*zone));
    for (const auto& record : records_of(*zone)) received.add(record);
    EXPECT_EQ(lines_of(*received.build()), lines_of(*zone));
}

class ReceivedSteps : public testing::Test {
protected:
    /// The step from the mixed zone to `changed` makes of it what `changed` is.
    void expect_reached(const std::shared_ptr<const Zone>& changed) {
        const auto after = with_serial(changed, 2);
        const std::vector steps{step_between(*before_, *after)};
        const auto reached = with_steps(*before_, steps);
        ASSERT_NE(reached, nullptr);
        EXPECT_EQ(reached->serial(), Serial{2});
        EXPECT_EQ(lines_of(*reached), lines_of(*after));
    }

    std::shared_ptr<const Zone> before_ = mixed_zone().build();
};

TEST_F(ReceivedSteps, OfAddressesShareTheRest) {
    const auto after = with_serial(mixed_zone().ptr("9.2", "new.example.").build(), 2);
    const std::vector steps{step_between(*before_, *after)};
    const auto reached = with_steps(*before_, steps);
    ASSERT_NE(reached, nullptr);
    EXPECT_EQ(lines_of(*reached), lines_of(*after));
    EXPECT_EQ(&reached->parts(), &before_->parts());
}

TEST_F(ReceivedSteps, MayConcernAnything) {
    expect_reached(mixed_zone().ptr("1.2", "third.example.").build());
    expect_reached(mixed_zone().record("8.8 TXT new").ns("12", "ns.example.").build());
    expect_reached(mixed_zone().record("deep.er TXT new").build());
    expect_reached(mixed_zone().record("@ TXT more").build());
    expect_reached(mixed_zone().soa_ttl(7).build());
    expect_reached(mixed_zone().negative_ttl(7).build());
    expect_reached(zone_for("192.0.0.0/16").build());
    expect_reached(zone_for("192.0.0.0/16").ttl(60).ptr("1.2", "a.example.").build());
}

TEST_F(ReceivedSteps, OfOneNameCostNoMoreThanTheyAreLong) {
    const auto later = with_serial(before_, 2);
    ReceivedStep step = step_between(*before_, *later);
    constexpr unsigned names = 10'000;
    for (unsigned i = 0; i < names; ++i) {
        step.added.push_back({*Name::from_text("9.2.0.192.in-addr.arpa"), RrType::ptr, Ttl{60},
                              name_rdata(*Name::from_text(fmt::format("n{}.example", i)))});
    }
    ReceivedStep back = step;
    std::swap(back.removed, back.added);
    const auto reached = with_steps(*before_, std::vector{step});
    ASSERT_NE(reached, nullptr);
    EXPECT_EQ(lines_of(*reached).size(), lines_of(*before_).size() + names);
    EXPECT_EQ(lines_of(*with_steps(*before_, std::vector{step, back})), lines_of(*later));
    const auto again = in_frame(*reached, reached->frame());
    EXPECT_EQ(lines_of(*again), lines_of(*reached));
}

TEST_F(ReceivedSteps, FollowOneAnother) {
    const auto second = with_serial(mixed_zone().ptr("9.2", "new.example.").build(), 2);
    const auto third = with_serial(mixed_zone().record("deep.er TXT new").build(), 3);
    const std::vector steps{step_between(*before_, *second), step_between(*second, *third)};
    const auto reached = with_steps(*before_, steps);
    ASSERT_NE(reached, nullptr);
    EXPECT_EQ(lines_of(*reached), lines_of(*third));
}

TEST_F(ReceivedSteps, ThatDoNotFitLeadNowhere) {
    const auto after = with_serial(mixed_zone().ptr("9.2", "new.example.").build(), 2);
    const ReceivedStep step = step_between(*before_, *after);
    EXPECT_EQ(with_steps(*before_, std::vector{step, step}), nullptr);
    ReceivedStep removing = step;
    std::swap(removing.removed, removing.added);
    EXPECT_EQ(with_steps(*before_, std::vector{removing}), nullptr);
    EXPECT_EQ(with_steps(*before_, {}), nullptr);
    ReceivedStep growing = step;
    growing.added.push_back(text_record("9.2.0.192.in-addr.arpa", 1, 64'100));
    EXPECT_EQ(with_steps(*before_, std::vector{growing}), nullptr);
}

}  // namespace
}  // namespace arpad

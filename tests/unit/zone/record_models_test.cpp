#include "zone/record_models.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::address;
using test::name;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> texts_of(NamesView names) {
    std::vector<std::string> texts;
    for (const NameView each : names) texts.push_back(each.to_text());
    return texts;
}

TEST(RecordModels, AreEmptyAtFirst) {
    const RecordModels records;
    EXPECT_TRUE(records.empty());
    EXPECT_EQ(records.size(), 0U);
    EXPECT_EQ(records.begin(), records.end());
}

TEST(RecordModels, KeepEveryFieldOfAnEntry) {
    RecordModels records;
    records.add(
        {address("2001:db8::7"), {name("B.example."), name("a.example.")}, Ttl{5}, true, {7, 3}});
    const RecordView record = records[0];
    EXPECT_EQ(record.address, address("2001:db8::7"));
    EXPECT_THAT(texts_of(record.names), ElementsAre("B.example.", "a.example."));
    EXPECT_EQ(record.ttl, Ttl{5});
    EXPECT_TRUE(record.locked);
    EXPECT_EQ(record.place, (Place{7, 3}));
}

TEST(RecordModels, APlainEntryIsOneNameWithoutMore) {
    RecordModels records;
    records.add_plain(address("192.0.2.1"), {4, 3}, name("A.example.").view().wire());
    const RecordView record = records[0];
    EXPECT_EQ(record.address, address("192.0.2.1"));
    EXPECT_THAT(texts_of(record.names), ElementsAre("A.example."));
    EXPECT_FALSE(record.ttl);
    EXPECT_FALSE(record.locked);
    EXPECT_EQ(record.place, (Place{4, 3}));
}

TEST(RecordModels, AnEntryMayHaveNoName) {
    RecordModels records;
    records.add({address("192.0.2.1"), {}, std::nullopt, true, {}});
    EXPECT_TRUE(records[0].names.empty());
    EXPECT_THAT(texts_of(records[0].names), IsEmpty());
}

TEST(RecordModels, ZeroAndTheLongestTtlAreTtlsOfTheirOwn) {
    RecordModels records;
    records.add({address("192.0.2.1"), {name("a.")}, Ttl{0}, false, {}});
    records.add({address("192.0.2.2"), {name("a.")}, max_ttl, false, {}});
    EXPECT_EQ(records[0].ttl, Ttl{0});
    EXPECT_EQ(records[1].ttl, max_ttl);
}

TEST(RecordModels, ComeInTheOrderOfAdding) {
    RecordModels records;
    records.add_plain(address("192.0.2.9"), {}, name("nine.").view().wire());
    records.add({address("192.0.2.5"), {}, std::nullopt, false, {}});
    records.add({address("192.0.2.1"), {name("."), name("one.")}, std::nullopt, false, {}});
    std::vector<std::string> texts;
    for (const RecordView record : records) {
        texts.push_back(record.address.to_text());
        for (const NameView each : record.names) texts.push_back(each.to_text());
    }
    EXPECT_THAT(texts, ElementsAre("192.0.2.9", "nine.", "192.0.2.5", "192.0.2.1", ".", "one."));
}

TEST(RecordModels, StayWhatTheyAreWhenMoved) {
    RecordModels records;
    records.add_plain(address("192.0.2.1"), {}, name("a.example.").view().wire());
    const RecordView before = records[0];
    const RecordModels moved = std::move(records);
    EXPECT_EQ(moved[0].names.wire().data(), before.names.wire().data());
}

RecordModels records_at(const std::vector<std::string_view>& addresses) {
    RecordModels records;
    for (const std::string_view each : addresses) {
        const std::string target = std::string(each.substr(each.rfind('.') + 1)) + ".example.";
        records.add_plain(address(each), {}, name(target).view().wire());
    }
    return records;
}

std::vector<std::string> texts_of(RecordsView records) {
    std::vector<std::string> texts;
    for (const RecordView record : records) {
        texts.push_back(record.address.to_text() + " " + record.names[0].to_text());
    }
    return texts;
}

TEST(RecordModels, AreSortedByAddressWithTheirNames) {
    RecordModels records = records_at({"192.0.2.9", "192.0.2.1", "192.0.2.5"});
    records.sort();
    EXPECT_THAT(
        texts_of(records.view()),
        ElementsAre("192.0.2.1 1.example.", "192.0.2.5 5.example.", "192.0.2.9 9.example."));
}

TEST(RecordModels, MayBeAddedToWhenSorted) {
    RecordModels records = records_at({"192.0.2.9", "192.0.2.1"});
    records.sort();
    records.add_plain(address("192.0.2.5"), {}, name("5.example.").view().wire());
    records.sort();
    EXPECT_THAT(
        texts_of(records.view()),
        ElementsAre("192.0.2.1 1.example.", "192.0.2.5 5.example.", "192.0.2.9 9.example."));
}

TEST(RecordModels, AreFoundByRange) {
    const RecordModels records = records_at({"192.0.2.1", "192.0.2.5", "192.0.2.9"});
    const auto within = [&](const char* first, const char* last) {
        return texts_of(records.view().within({address(first), address(last)}));
    };
    EXPECT_THAT(within("192.0.2.1", "192.0.2.5"),
                ElementsAre("192.0.2.1 1.example.", "192.0.2.5 5.example."));
    EXPECT_THAT(within("192.0.2.2", "192.0.2.8"), ElementsAre("192.0.2.5 5.example."));
    EXPECT_THAT(within("192.0.2.2", "192.0.2.4"), IsEmpty());
    EXPECT_THAT(within("192.0.2.10", "192.0.2.99"), IsEmpty());
    EXPECT_THAT(within("0.0.0.0", "255.255.255.255"), ::testing::SizeIs(3));
}

TEST(RecordModels, APartIsSearchedAlone) {
    const RecordModels records = records_at({"192.0.2.1", "192.0.2.5", "192.0.2.9"});
    const RecordsView part = records.view().within({address("192.0.2.2"), address("192.0.2.6")});
    EXPECT_THAT(texts_of(part.within({address("192.0.2.0"), address("192.0.2.255")})),
                ElementsAre("192.0.2.5 5.example."));
    EXPECT_FALSE(part.find(address("192.0.2.1")));
    EXPECT_TRUE(part.find(address("192.0.2.5")));
}

TEST(RecordModelsDeathTest, AreNotSearchedUnsorted) {
    const RecordModels records = records_at({"192.0.2.9", "192.0.2.1"});
    EXPECT_DEATH((void)records.view().find(address("192.0.2.1")), "in the order");
}

// 48 octets and the name: a million entries with names of 25 octets take 73 MB.
TEST(RecordModels, AddressTakesNoMoreThan24Octets) {
    EXPECT_LE(sizeof(Address), 24U);
}

TEST(NamesView, OfOneNameIsThatName) {
    const Name one = name("A.example.");
    const NamesView names(one);
    EXPECT_EQ(names.size(), 1U);
    EXPECT_EQ(names[0].wire().data(), one.view().wire().data());
    EXPECT_EQ(names[0].octets(), one.view().octets());
}

TEST(NamesView, FindsEachNameByItsNumber) {
    const std::vector<std::uint8_t> wire{1, 'a', 0, 0, 1, 'b', 2, 'c', 'd', 0};
    const NamesView names = NamesView::of_valid_wire(wire, 3);
    EXPECT_EQ(names[0].to_text(), "a.");
    EXPECT_EQ(names[1].to_text(), ".");
    EXPECT_EQ(names[2].to_text(), "b.cd.");
}

}  // namespace
}  // namespace arpad

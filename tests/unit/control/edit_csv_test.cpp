#include "control/edit_csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// "192.0.2.1=a b" for each line; "default" where no name is written.
std::string read(std::string_view text) {
    const auto edits = read_edit_csv(text);
    if (!edits) return "error: " + edits.error();
    std::string told;
    for (const CsvEdit& edit : *edits) {
        told += edit.address + "=";
        if (!edit.names) told += "default";
        for (const std::string& name : edit.names.value_or(std::vector<std::string>())) {
            told += name + " ";
        }
        told += ";";
    }
    return told;
}

TEST(EditCsv, ReadsTheColumnsThatMatter) {
    EXPECT_EQ(read("address,name\n192.0.2.1,a.example\n192.0.2.2,\n"),
              "192.0.2.1=a.example ;192.0.2.2=default;");
    EXPECT_EQ(
        read("\xEF\xBB\xBFserver,name,address\r\n\"v,m\",\"a.example b.example\",::1\r\n\r\n"),
        "::1=a.example b.example ;");
    EXPECT_EQ(read("address,name\n192.0.2.1,\"a.example\""), "192.0.2.1=a.example ;");
    EXPECT_EQ(read("address,name\n"), "");
}

TEST(EditCsv, SaysWhatIsWrong) {
    EXPECT_THAT(read(""), HasSubstr("columns `address` and `name`"));
    EXPECT_THAT(read("192.0.2.1,a.example\n"), HasSubstr("columns `address` and `name`"));
    EXPECT_THAT(read("address,name\n1\n"), HasSubstr("line 2: it has 1 fields"));
    EXPECT_THAT(read("address,name\na,b\n\"x\n"), HasSubstr("line 3"));
    EXPECT_THAT(read("address,name\na,\"b\"c\n"), HasSubstr("line 2"));
    EXPECT_THAT(read("address,name\n\xff,b\n"), HasSubstr("line 2"));
}

TEST(EditCsv, KeepsWithinBounds) {
    EXPECT_THAT(read("address,name" + std::string(1000, ',') + "\n"), HasSubstr("too many fields"));
    EXPECT_THAT(read("address,name\n" + std::string(1'000'000, ',')),
                HasSubstr("line 2: it has 1000001 fields"));
    std::string many = "address,name\n";
    for (int i = 0; i < 100'000; ++i) many += "a,b\n";
    EXPECT_TRUE(read_edit_csv(many));
    EXPECT_THAT(read(many + "a,b\n"), HasSubstr("too many lines"));
    std::string words;
    for (int i = 0; i < 1000; ++i) words += "a ";
    EXPECT_EQ(read_edit_csv("address,name\n1," + words)->front().names->size(), 20U);
}

TEST(EditCsv, WritesNoFormula) {
    BookRow row{{test::address("192.0.2.1"), nullptr, true, {}}, NameOrigin::edit, {}, {}, {}, {}};
    row.ptr = Rrset{RrType::ptr, Ttl{60}, {name_rdata(test::name("=cmd.example."))}};
    EXPECT_THAT(csv_of({row}), HasSubstr(",\"'=cmd.example\","));
}

TEST(EditCsv, WritesWhatItReads) {
    ServerModel server;
    server.name = "a \"quoted\", name";
    server.host_name = test::name("vm.example.");
    BookRow row{{test::address("192.0.2.1"), &server, true, {}}, NameOrigin::edit, {}, {}, {}, {}};
    row.ptr = Rrset{RrType::ptr,
                    Ttl{60},
                    {name_rdata(test::name("a.example.")), name_rdata(test::name("b.example."))}};
    const std::string text = csv_of({row});
    EXPECT_EQ(text,
              "server,hostname,address,primary,name,origin\r\n"
              "\"a \"\"quoted\"\", name\",\"vm.example\",\"192.0.2.1\",\"yes\","
              "\"a.example b.example\",\"edit\"\r\n");
    EXPECT_EQ(read(text), "192.0.2.1=a.example b.example ;");
}

}  // namespace
}  // namespace arpad

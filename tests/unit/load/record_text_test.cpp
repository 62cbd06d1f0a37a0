#include "load/record_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::address;
using test::name;
using testing::HasSubstr;

/// `text` with names of addresses written into it; or why that cannot be.
std::string written(std::string_view text, std::vector<RecordEntry> entries) {
    const auto made = with_records(text, std::move(entries));
    return made ? *made : "error: " + made.error().reason;
}

RecordEntry entry(std::string_view where, std::string_view target, std::optional<Ttl> ttl = {}) {
    return {address(where), {name(target)}, ttl};
}

TEST(RecordText, ExchangesValuesAndKeepsTheRest) {
    EXPECT_EQ(written("# top\nrecords:\n"
                      "  192.0.2.1: one.example   # first\n"
                      "  # between\n"
                      "  192.0.2.2: {name: two.example, ttl: 5m}\n"
                      "  192.0.2.3: [a.example,\n"
                      "              b.example] # two\n"
                      "  192.0.2.4:\n"
                      "    name: four.example\n"
                      "    ttl: 5m\n"
                      "  # last\n"
                      "ranges: {}\n",
                      {entry("192.0.2.1", "x."), entry("192.0.2.2", "y.", Ttl{60}),
                       entry("192.0.2.3", "z."), entry("192.0.2.4", "w.")}),
              "# top\nrecords:\n"
              "  192.0.2.1: x   # first\n"
              "  # between\n"
              "  192.0.2.2: {name: y, ttl: 60}\n"
              "  192.0.2.3: z # two\n"
              "  192.0.2.4: w\n"
              "  # last\n"
              "ranges: {}\n");
}

TEST(RecordText, AddsWhereTheAddressBelongs) {
    EXPECT_EQ(written("records:\n    192.0.2.5: five.example\n    192.0.2.7: ~ # none\nttl: 1h\n",
                      {entry("192.0.2.9", "nine."), entry("192.0.2.6", "six."),
                       entry("192.0.2.1", "one.")}),
              "records:\n    192.0.2.1: one\n    192.0.2.5: five.example\n    192.0.2.6: six\n"
              "    192.0.2.7: ~ # none\n    192.0.2.9: nine\nttl: 1h\n");
    EXPECT_EQ(written("network: 2001:db8::/32\n", {entry("2001:db8::1", "a.")}),
              "network: 2001:db8::/32\nrecords:\n  \"2001:db8::1\": a\n");
    EXPECT_EQ(written("records: {}\nttl: 1h", {entry("192.0.2.1", "a.")}),
              "records:\n  192.0.2.1: a\nttl: 1h\n");
    EXPECT_EQ(written("records:\n  192.0.2.1: a.example",
                      {{address("192.0.2.2"), {name("b."), name("c.")}, Ttl{5}}}),
              "records:\n  192.0.2.1: a.example\n  192.0.2.2: {name: [b, c], ttl: 5}\n");
}

TEST(RecordText, UnderstandsQuotes) {
    EXPECT_EQ(written("records:\n  \"192.0.2.1\": \"a # b\" # c\n  '192.0.2.2': 'it''s'\n",
                      {entry("192.0.2.1", "x."), entry("192.0.2.2", "y.")}),
              "records:\n  \"192.0.2.1\": x # c\n  '192.0.2.2': y\n");
}

TEST(RecordText, SaysWhatItCannotDo) {
    EXPECT_THAT(written("records: {192.0.2.1: a.example}\n", {entry("192.0.2.1", "x.")}),
                HasSubstr("error: `records` is written in brackets"));
    EXPECT_THAT(written("records: [\n", {entry("192.0.2.1", "x.")}),
                HasSubstr("error: it is no YAML"));
}

}  // namespace
}  // namespace arpad

#include "answer/query_log.hpp"

#include <gmock/gmock.h>

#include "support/query_maker.hpp"

namespace arpad {
namespace {

using testing::ElementsAre;

/// An exchange that owns its message.
struct Made {
    explicit Made(const QueryMaker& query, Rcode rcode = Rcode::no_error)
        : message(query.octets()) {
        exchange.message = message;
        exchange.outcome = {.kind = Outcome::Kind::answer, .rcode = rcode, .octets = 77};
        exchange.client = {*Address::from_text("198.51.100.7"), 5353};
    }
    Made(const Made&) = delete;
    Made& operator=(const Made&) = delete;

    std::vector<std::uint8_t> message;
    Exchange exchange;
};

QueryMaker address_query() {
    return ask("7.2.0.192.in-addr.arpa", RrType::ptr);
}

std::vector<std::string> lines_of(QueryLogQueue& queue) {
    std::vector<std::string> lines;
    queue.drain(100, [&](const LoggedQuery& query) { lines.push_back(query.to_text()); });
    return lines;
}

TEST(QueryLog, SaysWhoAskedForWhatAndWhatCameOfIt) {
    QueryLogQueue queue({});
    queue.note(Made(address_query(), Rcode::nx_domain).exchange);
    Made truncated(ask("2.0.192.in-addr.arpa", RrType::soa).edns().flags(0x0100));
    truncated.exchange.transport = Transport::tcp;
    truncated.exchange.outcome.is_truncated = true;
    queue.note(truncated.exchange);
    EXPECT_THAT(lines_of(queue),
                ElementsAre("198.51.100.7#5353 udp 7.2.0.192.in-addr.arpa. PTR - NXDOMAIN 77",
                            "198.51.100.7#5353 tcp 2.0.192.in-addr.arpa. SOA +e NOERROR,TC 77"));
}

TEST(QueryLog, ShowsWhatHasNoQuestion) {
    QueryLogQueue queue({});
    Made made(address_query(), Rcode::form_err);
    made.exchange.message = made.exchange.message.first(12);
    queue.note(made.exchange);
    EXPECT_THAT(lines_of(queue), ElementsAre("198.51.100.7#5353 udp - - - FORMERR 77"));
}

TEST(QueryLog, LeavesOutSilence) {
    QueryLogQueue queue({});
    Made made(address_query());
    made.exchange.outcome = {};
    queue.note(made.exchange);
    EXPECT_TRUE(lines_of(queue).empty());
}

TEST(QueryLog, TakesOneInSoMany) {
    QueryLogQueue queue({3, {}, {}, {}});
    const Made made(address_query());
    for (int i = 0; i < 7; ++i) queue.note(made.exchange);
    EXPECT_EQ(lines_of(queue).size(), 3U);
}

TEST(QueryLog, CountsWhatFindsNoRoom) {
    QueryLogQueue queue({});
    const Made made(address_query());
    std::size_t noted = 0;
    while (queue.take_lost() == 0) {
        queue.note(made.exchange);
        ASSERT_LT(++noted, 100'000U);
    }
    EXPECT_EQ(queue.take_lost(), 0U);
    EXPECT_EQ(lines_of(queue).size(), 100U);
    queue.note(made.exchange);
    EXPECT_EQ(queue.take_lost(), 0U);
}

TEST(QueryLog, ConditionsMustAllBeMet) {
    const Made made(address_query(), Rcode::nx_domain);
    const Prefix near = *Prefix::from_text("192.0.2.0/28");
    const Prefix far = *Prefix::from_text("192.0.2.16/28");
    const Prefix client = *Prefix::from_text("198.51.100.0/24");
    EXPECT_TRUE(admits({}, made.exchange));
    EXPECT_TRUE(
        admits({1, {Rcode::refused, Rcode::nx_domain}, {far, near}, {client}}, made.exchange));
    EXPECT_FALSE(admits({1, {Rcode::refused}, {near}, {client}}, made.exchange));
    EXPECT_FALSE(admits({1, {Rcode::nx_domain}, {far}, {client}}, made.exchange));
    EXPECT_FALSE(admits({1, {Rcode::nx_domain}, {near}, {far}}, made.exchange));
}

TEST(QueryLog, NameOfAPrefixLiesInANetworkThatHoldsIt) {
    const Made made(ask("2.0.192.in-addr.arpa", RrType::ns));
    EXPECT_TRUE(admits({1, {}, {*Prefix::from_text("192.0.0.0/16")}, {}}, made.exchange));
    EXPECT_FALSE(admits({1, {}, {*Prefix::from_text("192.0.2.0/25")}, {}}, made.exchange));
    const Made other(ask("www.example", RrType::ns));
    EXPECT_FALSE(admits({1, {}, {*Prefix::from_text("192.0.0.0/16")}, {}}, other.exchange));
}

}  // namespace
}  // namespace arpad

#include "app/rate_limit_log.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <string>

namespace arpad {
namespace {

using std::chrono::steady_clock;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// What is logged goes here.
class RateLimitLogTest : public testing::Test {
protected:
    RateLimitLogTest() : before_(spdlog::default_logger()) {
        auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_);
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::move(sink)));
    }
    ~RateLimitLogTest() override { spdlog::set_default_logger(before_); }

    /// What the next look has to tell.
    std::string look() {
        lines_.str("");
        log_.write();
        return lines_.str();
    }

    /// So many answers to one address of each of the `prefixes` that begin with number `first`.
    void answer(std::uint32_t first, std::uint32_t prefixes, unsigned answers) {
        constexpr unsigned host_bits = 8;
        for (std::uint32_t i = first; i < first + prefixes; ++i) {
            for (unsigned j = 0; j < answers; ++j) {
                (void)limiter_.admits(Address(Family::ipv4, i << host_bits), AnswerClass::data,
                                      steady_clock::now());
            }
        }
    }

private:
    std::shared_ptr<spdlog::logger> before_;
    std::ostringstream lines_;
    boost::asio::io_context io_;
    RateLimiter limiter_{{.responses = 1, .nxdomain = 1, .errors = 1, .exempt = {}}};
    RateLimitLog log_{io_, limiter_};
};

TEST_F(RateLimitLogTest, TellsOnceOfWhatGoesOn) {
    EXPECT_THAT(look(), IsEmpty());
    answer(0xC00002, 1, 5);
    EXPECT_THAT(look(), HasSubstr("holding back answers with data to 192.0.2.0/24: more than 1 "));
    answer(0xC00002, 1, 5);
    EXPECT_THAT(look(), IsEmpty());
}

TEST_F(RateLimitLogTest, TellsOfTheEndOfWhatOthersHaveTakenThePlaceOf) {
    answer(0xC00002, 1, 5);
    EXPECT_THAT(look(), HasSubstr("holding back"));
    answer(0x010000, 300'000, 1);  // more than there is room for
    EXPECT_THAT(look(), ContainsRegex("\\] held back at least 4 answers .* to 192.0.2.0/24 in"));
    EXPECT_THAT(look(), IsEmpty());
}

TEST_F(RateLimitLogTest, NamesSoManyOnlyAndSaysOnceThatThereAreMore) {
    answer(0x010000, 200, 2);  // so few that none takes another's place
    EXPECT_THAT(look(), HasSubstr("to 190 more prefixes, which are not named"));
    for (int i = 0; i < 5; ++i) EXPECT_THAT(look(), Not(HasSubstr("more prefixes")));
}

}  // namespace
}  // namespace arpad

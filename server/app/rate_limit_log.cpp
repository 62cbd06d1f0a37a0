#include "app/rate_limit_log.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace arpad {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds interval{1};

// Whoever forges addresses has many: so many at a time, and in all, are told one by one.
constexpr std::size_t told_at_a_time = 10;
constexpr std::size_t told_in_all = 1000;

/// What kind of answers, as people call it.
std::string_view name_of(AnswerClass answers) noexcept {
    switch (answers) {
        case AnswerClass::data:
            return "answers with data";
        case AnswerClass::no_data:
            return "answers without data";
        case AnswerClass::name_absent:
            return "NXDOMAIN";
        case AnswerClass::error:
            return "errors";
    }
    return {};
}

}  // namespace

RateLimitLog::RateLimitLog(boost::asio::io_context& io, RateLimiter& limiter)
    : limiter_(limiter), timer_(io) {
    write_again_later();
}

void RateLimitLog::write_again_later() {
    timer_.expires_after(interval);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        write();
        write_again_later();
    });
}

void RateLimitLog::write() {
    const auto now = steady_clock::now();
    std::size_t begun = 0;
    std::size_t unnamed = 0;
    ++look_;
    for (const RateLimiter::Event& event : limiter_.take_events(now)) {
        const Key key{event.prefix, event.answers};
        auto told = told_.find(key);
        if (told == told_.end()) {
            if (begun == told_at_a_time || told_.size() >= told_in_all) {
                if (!event.is_over) ++unnamed;
                continue;
            }
            ++begun;
            begin(event);
            told = told_.emplace(key, Told{now}).first;
        }
        // Others may have taken its place, so that it is counted anew.
        if (event.held_back < told->second.held_back) told->second.is_exact = false;
        told->second.held_back = std::max(told->second.held_back, event.held_back);
        told->second.look = look_;
        if (!event.is_over) continue;
        end(key, told->second);
        told_.erase(told);
    }
    std::erase_if(told_, [this](const auto& entry) {
        Told told = entry.second;
        if (told.look == look_) return false;
        told.is_exact = false;
        end(entry.first, told);
        return true;
    });
    if (unnamed > 0 && throttle_.admits(now)) {
        spdlog::warn("holding back answers to {} more prefixes, which are not named", unnamed);
    }
}

void RateLimitLog::begin(const RateLimiter::Event& event) const {
    spdlog::warn("{} {} to {}: more than {} per second",
                 limiter_.config().is_dry_run ? "would hold back" : "holding back",
                 name_of(event.answers), event.prefix.to_text(), limiter_.rate(event.answers));
}

void RateLimitLog::end(const Key& key, const Told& told) const {
    const std::chrono::duration<double> taken = steady_clock::now() - told.since;
    spdlog::info("{} {}{} {} to {} in {:.0f} s",
                 limiter_.config().is_dry_run ? "would have held back" : "held back",
                 told.is_exact ? "" : "at least ", told.held_back, name_of(key.answers),
                 key.prefix.to_text(), taken.count() + static_cast<double>(interval.count()));
}

}  // namespace arpad

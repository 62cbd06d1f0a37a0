#include "answer/rate_limiter.hpp"

#include <algorithm>

namespace arpad {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr std::int64_t second = 1'000'000'000;

// An IPv4 prefix takes the place of an IPv6 one that is nobody's (RFC 4291 2.5.5 leaves 0::/8 to
// such forms), so that one number tells which of both it is.
constexpr std::uint64_t ipv4_mark = 0x0000'FFFF'0000'0000;
constexpr std::uint64_t ipv4_mask = 0xFFFF'FFFF'0000'0000;
constexpr unsigned half_bits = 64;  // of an IPv6 address

std::int64_t nanoseconds(RateLimiter::Instant instant) noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(instant.time_since_epoch()).count();
}

}  // namespace

std::string_view to_text(AnswerClass answers) noexcept {
    switch (answers) {
        case AnswerClass::data:
            return "data";
        case AnswerClass::no_data:
            return "nodata";
        case AnswerClass::name_absent:
            return "nxdomain";
        case AnswerClass::error:
            return "error";
    }
    return {};
}

AnswerClass class_of(const Outcome& outcome) noexcept {
    if (outcome.rcode == Rcode::nx_domain) return AnswerClass::name_absent;
    if (outcome.rcode != Rcode::no_error) return AnswerClass::error;
    return outcome.is_negative ? AnswerClass::no_data : AnswerClass::data;
}

RateLimiter::RateLimiter(const RateLimitConfig& config)
    : config_(config),
      accounts_(std::make_unique<Account[]>(answer_classes * sets * accounts_in_set)) {
    for (std::size_t i = 0; i < answer_classes; ++i) {
        intervals_[i] = second / rate(static_cast<AnswerClass>(i));
    }
}

unsigned RateLimiter::rate(AnswerClass answers) const noexcept {
    if (answers == AnswerClass::name_absent) return config_.nxdomain;
    return answers == AnswerClass::error ? config_.errors : config_.responses;
}

bool RateLimiter::admits(const Address& client, AnswerClass answers, Instant now) noexcept {
    // These must not use up what their neighbours have.
    if (is_exempt(client)) return true;
    const std::int64_t instant = nanoseconds(now);
    const std::int64_t interval = intervals_[static_cast<std::size_t>(answers)];
    Account& account = account_of(key_of(client), answers, instant);
    std::int64_t full_at = account.full_at.load(relaxed);
    while (true) {
        const std::int64_t used_from = std::max(full_at, instant);
        if (used_from - instant > second - interval) break;
        if (account.full_at.compare_exchange_weak(full_at, used_from + interval, relaxed)) {
            return true;
        }
    }
    account.held_back.fetch_add(1, relaxed);
    if (!holds_back_.load(relaxed)) holds_back_.store(true, relaxed);
    return false;
}

RateLimiter::Account& RateLimiter::account_of(std::uint64_t key, AnswerClass answers,
                                              std::int64_t now) noexcept {
    const std::size_t set = static_cast<std::size_t>(answers) * sets + hash_(key) % sets;
    const std::span accounts(&accounts_[set * accounts_in_set], accounts_in_set);
    Account* least_used = accounts.data();
    for (Account& account : accounts) {
        if (account.key.load(relaxed) == key) return account;
        if (account.full_at.load(relaxed) < least_used->full_at.load(relaxed)) {
            least_used = &account;
        }
    }
    std::uint64_t forgotten = least_used->key.load(relaxed);
    if (least_used->key.compare_exchange_strong(forgotten, key, relaxed)) {
        least_used->full_at.store(now, relaxed);
        least_used->held_back.store(0, relaxed);
    }
    return *least_used;
}

std::uint64_t RateLimiter::key_of(const Address& client) const noexcept {
    const bool is_ipv4 = client.family() == Family::ipv4;
    const Prefix prefix(client, is_ipv4 ? config_.ipv4_prefix : config_.ipv6_prefix);
    const Uint128 first = prefix.first().value();
    if (is_ipv4) return ipv4_mark | static_cast<std::uint32_t>(first);
    const auto key = static_cast<std::uint64_t>(first >> half_bits);
    return key == 0 ? 1 : key;  // 0 is nobody's account
}

Prefix RateLimiter::prefix_of(std::uint64_t key) const noexcept {
    if ((key & ipv4_mask) == ipv4_mark) {
        return {Address(Family::ipv4, static_cast<std::uint32_t>(key)), config_.ipv4_prefix};
    }
    return {Address(Family::ipv6, Uint128{key} << half_bits), config_.ipv6_prefix};
}

bool RateLimiter::is_exempt(const Address& client) const noexcept {
    return std::ranges::any_of(config_.exempt,
                               [&](const Prefix& prefix) { return prefix.contains(client); });
}

std::vector<RateLimiter::Event> RateLimiter::take_events(Instant now) {
    std::vector<Event> events;
    if (!holds_back_.exchange(false, relaxed)) return events;
    const std::int64_t instant = nanoseconds(now);
    for (std::size_t i = 0; i < answer_classes * sets * accounts_in_set; ++i) {
        Account& account = accounts_[i];
        if (account.held_back.load(relaxed) == 0) continue;
        const bool is_over = account.full_at.load(relaxed) <= instant;
        const std::uint64_t held_back =
            is_over ? account.held_back.exchange(0, relaxed) : account.held_back.load(relaxed);
        if (!is_over) holds_back_.store(true, relaxed);
        const auto answers = static_cast<AnswerClass>(i / (sets * accounts_in_set));
        events.push_back({prefix_of(account.key.load(relaxed)), answers, held_back, is_over});
    }
    return events;
}

}  // namespace arpad

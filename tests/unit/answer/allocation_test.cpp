// The responder's header promises that a reply costs no allocation. This program's own operator new
// counts, so every allocation of C++ code in it is seen.

#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "answer/rate_limiter.hpp"
#include "answer/telemetry.hpp"
#include "reverse/arpa_name.hpp"
#include "support/test_responder.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

void* allocate(std::size_t octets, std::size_t alignment) {
    ++allocations;
    const std::size_t rounded = (octets + alignment - 1) / alignment * alignment;
    void* const memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
    if (memory == nullptr) std::abort();
    return memory;
}

}  // namespace

// The array forms end in these. So does the nothrow form, which std::stable_sort uses, but not with
// AddressSanitizer, whose own would then be given back to another.
void* operator new(std::size_t octets) {
    return allocate(octets, alignof(std::max_align_t));
}
void* operator new(std::size_t octets, const std::nothrow_t&) noexcept {
    return allocate(octets, alignof(std::max_align_t));
}
void* operator new(std::size_t octets, std::align_val_t alignment) {
    return allocate(octets, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

namespace arpad {
namespace {

/// One kind of question, named after its answer.
struct Case {
    std::string name;
    QueryMaker query;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

Zones zones_of_every_kind() {
    ZoneMaker crowd = zone_for("192.0.4.0/24");
    for (int i = 0; i < 200; ++i) crowd.ptr("1", "host-" + std::to_string(i) + ".example.");
    const std::string label(63, 'x');
    ZoneMaker too_long = zone_at("example.org");
    too_long.record("@ DNAME " + label + "." + label + "." + label + ".example.");
    return {zone_for("192.0.0.0/16").ns("2", "ns.example.").ns("9", "ns.child.example.").build(),
            zone_for("192.0.2.0/24")
                .ptr("7", "a.example.")
                .ns("64/26", "ns.example.")
                .cname("65", "65.64/26.2.0.192.in-addr.arpa.")
                .build(),
            zone_at("64/26.2.0.192.in-addr.arpa", "192.0.2.0/24").ptr("65", "b.example.").build(),
            zone_for("2001:db8::/32")
                .ptr("0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0", "c.example.")
                .build(),
            crowd.build(),
            zone_for("198.51.0.0/16")
                .range("198.51.0.0/17", "{ip}.dyn.example.")
                .record("*.200 PTR any.example.")
                .record("*.201 CNAME 7.100.51.198.in-addr.arpa.")
                .record("202 DNAME 100.51.198.in-addr.arpa.")
                .record("203 DNAME 203.203.51.198.in-addr.arpa.")
                .record("204 NS ns.204.51.198.in-addr.arpa.")
                .record("204 NS ns.205.51.198.in-addr.arpa.")
                .record("205 NS ns.205.51.198.in-addr.arpa.")
                .record("ns.204 A 192.0.2.1")
                .record("ns.205 AAAA 2001:db8::1")
                .record("204 DS 1 13 2 0123")
                .record("206 CNAME 207.51.198.in-addr.arpa.")
                .record("207 CNAME 206.51.198.in-addr.arpa.")
                .build(),
            too_long.build(),
            Zone::make_unavailable(*Name::from_text("3.0.192.in-addr.arpa"))};
}

std::vector<Case> every_kind() {
    const auto in = [](std::string_view name) { return ask(name, RrType::ptr).edns(); };
    return {
        {"Answer", in("7.2.0.192.in-addr.arpa")},
        {"AnswerWithoutEdns", ask("7.2.0.192.in-addr.arpa", RrType::ptr)},
        {"AnswerInIpv6", in(arpa_name(*Address::from_text("2001:db8:1::")).to_text())},
        {"NameAbsentInIpv6", in(arpa_name(*Address::from_text("2001:db8::9")).to_text())},
        {"Chain", in("65.2.0.192.in-addr.arpa")},
        {"NoData", ask("7.2.0.192.in-addr.arpa", RrType::a).edns()},
        {"NameAbsent", in("8.2.0.192.in-addr.arpa")},
        {"EmptyNonTerminal", in("0.0.8.b.d.0.1.0.0.2.ip6.arpa")},
        {"Any", ask("2.0.192.in-addr.arpa", RrType::any).edns()},
        {"Referral", in("7.9.0.192.in-addr.arpa")},
        {"Range", in("7.100.51.198.in-addr.arpa")},
        {"RangeNoData", ask("7.100.51.198.in-addr.arpa", RrType::txt).edns()},
        {"RangeAny", ask("7.100.51.198.in-addr.arpa", RrType::any).edns()},
        {"BelowARange", in("x.7.100.51.198.in-addr.arpa")},
        {"EmptyNonTerminalOfARange", in("100.51.198.in-addr.arpa")},
        {"Wildcard", in("7.200.51.198.in-addr.arpa")},
        {"WildcardNoData", ask("7.200.51.198.in-addr.arpa", RrType::txt).edns()},
        {"WildcardAlias", in("7.201.51.198.in-addr.arpa")},
        {"Redirection", in("7.202.51.198.in-addr.arpa")},
        {"RedirectionThatGrows", in("7.203.51.198.in-addr.arpa")},
        {"RedirectionThatIsTooLong", in(std::string(60, 'y') + ".example.org")},
        {"AliasLoop", in("206.51.198.in-addr.arpa")},
        {"ReferralWithGlue", in("7.204.51.198.in-addr.arpa")},
        {"DsAtACut", ask("204.51.198.in-addr.arpa", RrType::ds).edns()},
        {"Truncated", in("1.4.0.192.in-addr.arpa")},
        {"Unavailable", in("7.3.0.192.in-addr.arpa")},
        {"Outside", in("example")},
        {"Transfer", ask("2.0.192.in-addr.arpa", RrType::axfr).edns()},
        {"OtherClass", in("7.2.0.192.in-addr.arpa").rr_class(RrClass::any)},
        {"Identity", ask("version.bind", RrType::txt).rr_class(RrClass::ch).edns()},
        {"NoSuchIdentity", ask("author.bind", RrType::txt).rr_class(RrClass::ch).edns()},
        {"Nsid", in("7.2.0.192.in-addr.arpa").option(3, {})},
        {"Cookie", in("7.2.0.192.in-addr.arpa").option(10, {1, 2, 3, 4, 5, 6, 7, 8})},
        {"CookieOfOthers", in("7.2.0.192.in-addr.arpa").option(10, Octets(24, 1))},
        {"BadVersion", in("7.2.0.192.in-addr.arpa").version(1)},
        {"FormatError", in("7.2.0.192.in-addr.arpa").trailing({0})},
        {"OtherOpcode", in("7.2.0.192.in-addr.arpa").opcode(Opcode::update)},
        {"Silence", in("7.2.0.192.in-addr.arpa").flags(0x8000)},
    };
}

class Allocation : public testing::TestWithParam<Case> {};

// One to prove that the counting works at all.
TEST(AllocationCount, SeesAVector) {
    const std::size_t before = allocations;
    const Octets octets(100);
    EXPECT_EQ(allocations - before, 1U);
}

TEST_P(Allocation, ReplyCostsNone) {
    Responder responder(std::make_shared<const Snapshot>(zones_of_every_kind()),
                        std::make_shared<const Identity>(IdentityConfig{
                            .version = "arpad", .hostname = "ns1", .nsid = {1, 2, 3}}));
    responder.adopt(std::make_shared<const CookieJar>(CookieJar::with_random_secret()));
    RateLimiter limiter({.responses = 1, .nxdomain = 1, .errors = 1, .exempt = {}});
    Telemetry telemetry(Telemetry::Detail::all);
    telemetry.expect(responder.snapshot());
    telemetry.log_to(std::make_shared<QueryLogQueue>(QueryLogConfig{}));
    const Octets message = GetParam().query.octets();
    Octets buffer(max_message_octets);
    for (const Transport transport : {Transport::udp, Transport::tcp}) {
        const std::size_t before = allocations;
        const std::span<const std::uint8_t> batch[] = {message};
        responder.expect(batch);
        const Outcome outcome = responder.respond({message, transport}, buffer);
        telemetry.count(outcome, transport, Family::ipv4);
        telemetry.look_at({message, outcome, transport, {}});
        for (int i = 0; i < 2; ++i) (void)limiter.admits({}, class_of(outcome), {});
        if (outcome.octets > 0) (void)responder.ask_for_proof({message, transport}, buffer);
        (void)responder.respond_the_long_way({message, transport}, buffer);
        EXPECT_EQ(allocations - before, 0U);
    }
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, Allocation, testing::ValuesIn(every_kind()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace arpad

// Measures Responder::respond() alone: see README.md beside this file.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer/identity.hpp"
#include "answer/responder.hpp"
#include "respond/allocations.hpp"
#include "respond/counted.hpp"
#include "respond/population.hpp"
#include "respond/query_cases.hpp"
#include "respond/report.hpp"

namespace arpad::bench {
namespace {

constexpr std::size_t udp_reply_octets = 1232;
constexpr std::size_t cache_line = 64;
constexpr std::size_t small_population = 20'000;
constexpr std::size_t counted_queries = 2'000;
constexpr std::size_t stream_queries = 1'000'000;

static_assert(alignof(Responder) >= cache_line, "two workers would write to one cache line");

using Buffer = std::vector<std::uint8_t>;

/// UDP, but the compiler cannot know: it must not make a respond() for UDP alone.
Transport udp() {
    Transport transport = Transport::udp;
    benchmark::DoNotOptimize(transport);
    return transport;
}

/// The populations, each made when it is first asked for.
class Populations {
public:
    explicit Populations(std::size_t records) : records_(records) {}

    const Population& of(Family family) {
        const std::lock_guard lock(mutex_);
        auto& population = family == Family::ipv4 ? ipv4_ : ipv6_;
        if (!population) {
            population.emplace(family, records_);
            constexpr double mebi = 1024.0 * 1024.0;
            fmt::print(stderr, "{} {} records: loaded in {:.1f} s, {:.1f} MiB\n",
                       population->records(), family == Family::ipv4 ? "IPv4" : "IPv6",
                       population->load_time().count(),
                       static_cast<double>(population->snapshot_octets()) / mebi);
        }
        return *population;
    }

    /// A worker's own responder over what all workers share.
    std::unique_ptr<Responder> responder(Family family) {
        return std::make_unique<Responder>(of(family).snapshot(), identity_);
    }

private:
    std::size_t records_;
    std::shared_ptr<const Identity> identity_ = std::make_shared<const Identity>(IdentityConfig{});
    std::mutex mutex_;
    std::optional<Population> ipv4_;
    std::optional<Population> ipv6_;
};

/// The queries of a case, made and tried when they are first asked for.
class Trial {
public:
    Trial(const QueryCase& query_case, Populations& populations, std::size_t most)
        : case_(query_case), populations_(populations), most_(most) {}

    [[nodiscard]] const QueryCase& query_case() const noexcept { return case_; }
    std::unique_ptr<Responder> responder() { return populations_.responder(case_.family); }

    /// The queries. Throws if the replies are not those expected.
    const QueryStream& sound_queries() {
        std::call_once(once_, [this] {
            queries_ = make_queries(case_, populations_.of(case_.family), most_);
            failure_ = try_out();
        });
        if (!failure_.empty()) throw std::runtime_error(failure_);
        return queries_;
    }

    /// Where the next run should go on, so that a run does not meet what the last one has left in
    /// the caches.
    std::atomic<std::size_t> next = 0;

private:
    std::string try_out() {
        const auto own = responder();
        Buffer reply(udp_reply_octets);
        const Transport transport = udp();
        for (std::size_t i = 0; i < queries_.size(); ++i) {
            const Outcome outcome = own->respond({queries_[i], transport}, reply);
            if (!is_expected(case_, std::span(reply).first(outcome.octets))) {
                return fmt::format("{}: the reply to query {} is not as expected", case_.name, i);
            }
        }
        return {};
    }

    const QueryCase& case_;
    Populations& populations_;
    std::size_t most_;
    std::once_flag once_;
    QueryStream queries_;
    std::string failure_;
};

void measure_respond(benchmark::State& state, Trial& trial) {
    const QueryStream& queries = trial.sound_queries();
    const auto responder = trial.responder();
    Buffer reply(udp_reply_octets);
    const Transport transport = udp();
    const auto thread = static_cast<std::size_t>(state.thread_index());
    const auto threads = static_cast<std::size_t>(state.threads());
    std::size_t at = (trial.next + thread * queries.size() / threads) % queries.size();
    benchmark::DoNotOptimize(reply.data());
    const std::size_t before = allocations_of_this_thread();
    for ([[maybe_unused]] auto _ : state) {
        const Outcome outcome = responder->respond({queries[at], transport}, reply);
        benchmark::DoNotOptimize(outcome.octets);
        benchmark::ClobberMemory();
        if (++at == queries.size()) at = 0;
    }
    const std::size_t allocations = allocations_of_this_thread() - before;
    state.counters["allocations"] = static_cast<double>(allocations);
    if (thread == 0) trial.next = at;
}

/// As the UDP listener does it: tells the responder of a batch before it answers each of it.
void measure_batches(benchmark::State& state, Trial& trial) {
    constexpr std::size_t batch = 32;
    const QueryStream& queries = trial.sound_queries();
    const auto responder = trial.responder();
    Buffer reply(udp_reply_octets);
    const Transport transport = udp();
    std::size_t at = trial.next % queries.size();
    std::array<std::span<const std::uint8_t>, batch> messages;
    const std::size_t before = allocations_of_this_thread();
    while (state.KeepRunningBatch(batch)) {
        for (auto& message : messages) {
            message = queries[at];
            if (++at == queries.size()) at = 0;
        }
        responder->expect(messages);
        for (const auto message : messages) {
            const Outcome outcome = responder->respond({message, transport}, reply);
            benchmark::DoNotOptimize(outcome.octets);
            benchmark::ClobberMemory();
        }
    }
    const std::size_t allocations = allocations_of_this_thread() - before;
    state.counters["allocations"] = static_cast<double>(allocations);
    trial.next = at;
}

/// As much memory as a snapshot has, to be read in one large circle, from each line to the next.
class Circle {
public:
    struct alignas(cache_line) Line {
        std::size_t next;
    };

    Circle(Family family, Populations& populations) : family_(family), populations_(populations) {}

    const std::vector<Line>& lines() {
        std::call_once(once_, [this] {
            const std::size_t count = populations_.of(family_).snapshot_octets() / cache_line;
            lines_.resize(std::max<std::size_t>(count, 1));
            for (std::size_t i = 0; i < lines_.size(); ++i) lines_[i].next = i;
            // Sattolo's shuffle leaves exactly one circle.
            Random random = repeatable(2);
            for (std::size_t i = lines_.size(); i-- > 1;) {
                std::swap(lines_[i].next, lines_[random() % i].next);
            }
        });
        return lines_;
    }

private:
    Family family_;
    Populations& populations_;
    std::once_flag once_;
    std::vector<Line> lines_;
};

void measure_random_reads(benchmark::State& state, Circle& circle) {
    const auto& lines = circle.lines();
    const auto thread = static_cast<std::size_t>(state.thread_index());
    const auto threads = static_cast<std::size_t>(state.threads());
    std::size_t at = thread * lines.size() / threads;
    for ([[maybe_unused]] auto _ : state) at = lines[at].next;
    benchmark::DoNotOptimize(at);
}

/// What a server could not do with less: for each of the hot queries, copies its question and an
/// answer that is ready in octets.
void measure_copy(benchmark::State& state, Trial& trial) {
    const QueryStream& queries = trial.sound_queries();
    const auto responder = trial.responder();
    Buffer reply(udp_reply_octets);
    const Transport transport = udp();
    QueryStream answers;
    for (std::size_t i = 0; i < queries.size(); ++i) {
        const Outcome outcome = responder->respond({queries[i], transport}, reply);
        answers.add(std::span(reply).first(outcome.octets).subspan(queries[i].size()));
    }
    benchmark::DoNotOptimize(reply.data());
    std::size_t at = 0;
    for ([[maybe_unused]] auto _ : state) {
        const auto query = queries[at];
        const auto answer = answers[at];
        std::memcpy(reply.data(), query.data(), query.size());
        std::memcpy(reply.data() + query.size(), answer.data(), answer.size());
        benchmark::ClobberMemory();
        if (++at == queries.size()) at = 0;
    }
}

/// Answers all queries, in their order.
void answer_all(Responder& responder, const QueryStream& queries) {
    Buffer reply(udp_reply_octets);
    const Transport transport = udp();
    count_in([&] {
        for (std::size_t i = 0; i < queries.size(); ++i) {
            (void)responder.respond({queries[i], transport}, reply);
        }
    });
}

/// A snapshot whose network has more or fewer addresses, to be changed.
struct Edited {
    Populations& populations;
    std::size_t most;  ///< Addresses of the network, if it has more.

    /// The zone of the network, with the first `most` of its addresses.
    [[nodiscard]] std::shared_ptr<const Zone> zone() const {
        for (const auto& zone : populations.of(Family::ipv4).snapshot()->zones()) {
            if (zone->addresses().size() < populations.of(Family::ipv4).records()) continue;
            return zone->with_addresses(first_of(zone->addresses()), zone->serial());
        }
        throw std::runtime_error("no zone has all records");
    }

private:
    [[nodiscard]] AddressIndex first_of(const AddressIndex& all) const {
        std::vector<Address> addresses;
        all.for_each([&](Address address, const AddressData&) { addresses.push_back(address); });
        addresses.resize(std::min(addresses.size(), most));
        AddressIndexWriter writer(arpad::Family::ipv4, addresses.size());
        for (const Address address : addresses) writer.announce(address);
        for (std::size_t i = 0; i < addresses.size(); ++i) writer.put_ptr(Ttl{60}, NameView());
        return writer.finish();
    }
};

/// From the name of one address to a snapshot that has it.
void measure_change(benchmark::State& state, Edited& edited) {
    const auto zone = edited.zone();
    const Snapshot snapshot({zone});
    const Name target = *Name::from_text("changed.customers.example.net.");
    Random random = repeatable(3);
    for ([[maybe_unused]] auto _ : state) {
        const Address address(arpad::Family::ipv4, 0x0A00'0000U | (random() & 0x00FF'FFFFU));
        auto changed = zone->with_addresses(zone->addresses().with_ptr(address, Ttl{60}, target),
                                            Serial{zone->serial().value + 1});
        benchmark::DoNotOptimize(snapshot.with_zones(std::array{std::move(changed)}));
    }
}

struct Arguments {
    std::size_t records = 0;  // 0: what the mode has by default
    std::size_t queries = counted_queries;
    std::vector<std::string> counted;
    bool does_count = false;
    bool does_check_writes = false;
    bool does_list = false;
    std::vector<std::string> passed_on;
};

std::optional<Arguments> parse(int argc, char** argv, int& status) {
    Arguments arguments;
    CLI::App app(
        "Measures Responder::respond(): nanoseconds and allocations for each kind of query.",
        "bench_respond");
    app.add_option(
           "--records", arguments.records,
           fmt::format("Records of each address family; {} unless told, {} with --count and "
                       "--check-writes",
                       stream_queries, small_population))
        ->type_name("N");
    CLI::Option* const count = app.add_option(
        "--count", arguments.counted,
        "Do not measure: load, then answer each of these cases in turn, or all, for callgrind");
    count->type_name("CASE")->expected(0, -1);
    app.add_option("--queries", arguments.queries, "Queries of each case with --count")
        ->type_name("N")
        ->capture_default_str();
    app.add_flag("--check-writes", arguments.does_check_writes,
                 "Do not measure: answer every case from a snapshot in read-only memory");
    app.add_flag("--list", arguments.does_list, "Print all cases and end");
    app.footer(
        "Options of Google Benchmark are understood too:\n"
        "  --benchmark_filter=REGEX       only these cases\n"
        "  --benchmark_repetitions=N      5 unless told\n"
        "  --benchmark_min_time=SECONDS   of each repetition; 0.2 unless told\n"
        "  --benchmark_out=FILE           writes JSON");
    app.allow_extras();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        status = app.exit(error) == 0 ? 0 : 2;
        return std::nullopt;
    }
    arguments.does_count = count->count() != 0;
    // An option without any value has an empty one.
    std::erase(arguments.counted, "");
    arguments.passed_on = app.remaining();
    if (arguments.records == 0) {
        const bool is_small = arguments.does_count || arguments.does_check_writes;
        arguments.records = is_small ? small_population : stream_queries;
    }
    return arguments;
}

/// All cases, ready to be measured.
struct Bench {
    explicit Bench(const Arguments& arguments, std::size_t most = stream_queries)
        : populations(arguments.records),
          circle(Family::ipv4, populations),
          circle6(Family::ipv6, populations) {
        for (const QueryCase& query_case : query_cases()) {
            trials.push_back(std::make_unique<Trial>(query_case, populations, most));
        }
    }

    Trial& trial(std::string_view name) {
        for (const auto& trial : trials) {
            if (trial->query_case().name == name) return *trial;
        }
        throw std::runtime_error(fmt::format("there is no case {}; --list shows all", name));
    }

    Populations populations;
    Circle circle;
    Circle circle6;
    Edited edited{populations, ~std::size_t{0}};
    Edited edited_small{populations, 1000};
    std::vector<std::unique_ptr<Trial>> trials;
};

void register_all(Bench& bench) {
    const auto add = [](const std::string& name, auto measure, auto& subject) {
        return benchmark::RegisterBenchmark(name.c_str(),
                                            [measure, &subject](benchmark::State& state) {
                                                try {
                                                    measure(state, subject);
                                                } catch (const std::exception& error) {
                                                    state.SkipWithError(error.what());
                                                }
                                            });
    };
    add("random_read", measure_random_reads, bench.circle);
    add("random_read", measure_random_reads, bench.circle)->Threads(2);
    add("random_read6", measure_random_reads, bench.circle6);
    add("copy", measure_copy, bench.trial("hot"));
    add("copy6", measure_copy, bench.trial("hot6"));
    add("change", measure_change, bench.edited);
    add("change_small", measure_change, bench.edited_small);
    for (const auto& trial : bench.trials) {
        const std::string name(trial->query_case().name);
        add(name, measure_respond, *trial);
        if (name == "hot" || name == "hit") add(name, measure_respond, *trial)->Threads(2);
        if (name == "hit" || name == "hit6" || name == "miss")
            add(name + ", in batches", measure_batches, *trial);
    }
}

int measure(const Arguments& arguments) {
    // What is written later wins.
    std::vector<std::string> words{"bench_respond", "--benchmark_repetitions=5",
                                   "--benchmark_min_time=0.2",
                                   "--benchmark_enable_random_interleaving=true"};
    words.insert(words.end(), arguments.passed_on.begin(), arguments.passed_on.end());
    std::vector<char*> argv;
    argv.reserve(words.size());
    for (std::string& word : words) argv.push_back(word.data());
    auto argc = static_cast<int>(argv.size());
    benchmark::Initialize(&argc, argv.data());
    if (benchmark::ReportUnrecognizedArguments(argc, argv.data())) return 2;

    Bench bench(arguments);
    register_all(bench);
    Report report;
    benchmark::RunSpecifiedBenchmarks(&report);
    report.print();
    if (!report.is_sound()) fmt::print(stderr, "bench_respond: wrong replies, or allocations\n");
    return report.is_sound() ? 0 : 1;
}

std::vector<Trial*> chosen_trials(Bench& bench, const std::vector<std::string>& names) {
    std::vector<Trial*> chosen;
    chosen.reserve(std::max(names.size(), bench.trials.size()));
    for (const std::string& name : names) chosen.push_back(&bench.trial(name));
    if (!chosen.empty()) return chosen;
    for (const auto& trial : bench.trials) chosen.push_back(trial.get());
    return chosen;
}

/// What `--count` prints: "NAME NUMBER" for each stretch that callgrind is to count, in order.
void announce(std::string_view name, std::size_t number) {
    fmt::print("{} {}\n", name, number);
}

int count(const Arguments& arguments) {
    fmt::print("compiler {}\n", __VERSION__);
    Bench bench(arguments, arguments.queries);
    const std::vector<Trial*> chosen = chosen_trials(bench, arguments.counted);
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        const auto is_of_family = [&](Trial* t) { return t->query_case().family == family; };
        if (std::none_of(chosen.begin(), chosen.end(), is_of_family)) continue;
        announce(family == Family::ipv4 ? "load" : "load6", bench.populations.of(family).records());
    }
    for (Trial* const trial : chosen) {
        const QueryStream& queries = trial->sound_queries();
        const auto responder = bench.populations.responder(trial->query_case().family);
        answer_all(*responder, queries);
        announce(trial->query_case().name, queries.size());
    }
    return 0;
}

/// Snapshot and identity are what all workers read; that none writes there is shown by taking the
/// right to do so away.
int check_writes(const Arguments& arguments) {
    std::optional<Bench> bench;
    {
        const Region region;
        bench.emplace(arguments, arguments.queries);
        (void)bench->populations.of(Family::ipv4);
        (void)bench->populations.of(Family::ipv6);
    }
    struct Worker {
        std::unique_ptr<Responder> responder;
        const QueryStream* queries;
    };
    std::vector<Worker> workers;
    for (const auto& trial : bench->trials) {
        workers.push_back(
            {bench->populations.responder(trial->query_case().family), &trial->sound_queries()});
    }
    protect_region();
    for (const Worker& worker : workers) answer_all(*worker.responder, *worker.queries);
    unprotect_region();
    fmt::print("{} kinds of queries, no write to memory that workers share\n", workers.size());
    return 0;
}

int list() {
    for (const QueryCase& query_case : query_cases()) {
        fmt::print("{:<16}{} {}\n", query_case.name,
                   query_case.family == Family::ipv4 ? "IPv4" : "IPv6", query_case.summary);
    }
    return 0;
}

int run(const Arguments& arguments) {
    if (arguments.does_list) return list();
    if (arguments.does_count) return count(arguments);
    if (arguments.does_check_writes) return check_writes(arguments);
    return measure(arguments);
}

}  // namespace
}  // namespace arpad::bench

int main(int argc, char** argv) {
    try {
        int status = 0;
        const auto arguments = arpad::bench::parse(argc, argv, status);
        return arguments ? arpad::bench::run(*arguments) : status;
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_respond: {}\n", error.what());
        return 1;
    }
}

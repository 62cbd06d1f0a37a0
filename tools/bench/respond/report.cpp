#include "respond/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace arpad::bench {
namespace {

constexpr double nanoseconds = 1e9;

std::string name_of(const benchmark::BenchmarkReporter::Run& run) {
    const std::string& name = run.run_name.function_name;
    return run.threads == 1 ? name : fmt::format("{}, {} threads", name, run.threads);
}

}  // namespace

bool Report::ReportContext(const Context&) {
    return true;
}

void Report::ReportRuns(const std::vector<Run>& runs) {
    Row row;
    row.name = name_of(runs.front());
    std::vector<double> times;
    for (const Run& run : runs) {
        if (run.error_occurred) row.error = run.error_message;
        if (run.error_occurred || run.run_type != Run::RT_Iteration) continue;
        // Both are sums over all threads.
        times.push_back(run.cpu_accumulated_time * nanoseconds /
                        static_cast<double>(run.iterations));
        const auto found = run.counters.find("allocations");
        if (found != run.counters.end()) row.allocations += found->second.value;
    }
    is_sound_ = is_sound_ && row.error.empty() && row.allocations == 0;
    if (!times.empty()) {
        std::sort(times.begin(), times.end());
        row.best = times.front();
        row.median = times[times.size() / 2];
        best_[row.name] = row.best;
    } else if (row.error.empty()) {
        return;
    }
    rows_[runs.front().family_index] = std::move(row);
}

void Report::print() const {
    fmt::print("{:<28}{:>10}{:>12}{:>14}\n", "case", "best ns", "median ns", "allocations");
    for (const auto& [number, row] : rows_) {
        if (row.error.empty()) {
            fmt::print("{:<28}{:>10.1f}{:>12.1f}{:>14}\n", row.name, row.best, row.median,
                       row.allocations);
        } else {
            fmt::print("{:<28}{}\n", row.name, row.error);
        }
    }
    print_ratios();
}

void Report::print_ratios() const {
    fmt::print("\n{:<46}{:>8}  {}\n", "ratio of best times", "", "aim");
    print_ratio("hit / dependent random read", "hit", "random_read", "3 at most");
    print_ratio("hit6 / dependent random read", "hit6", "random_read6", "3 at most");
    print_ratio("hit in batches / dependent random read", "hit, in batches", "random_read", "");
    print_ratio("hit6 in batches / dependent random read", "hit6, in batches", "random_read6", "");
    print_ratio("hot / copy of question and answer", "hot", "copy", "1.5 at most");
    print_ratio("hot6 / copy of question and answer", "hot6", "copy6", "1.5 at most");
    print_ratio("miss / hit", "miss", "hit", "");
    print_ratio("miss6 / hit6", "miss6", "hit6", "");
    print_ratio("random_name / hit", "random_name", "hit", "");
    print_ratio("change of a record among all / among 1,000", "change", "change_small", "");
    print_ratio("hot, 2 threads / 1", "hot, 2 threads", "hot", "1.05 at most");
    print_ratio("hit, 2 threads / 1", "hit, 2 threads", "hit", "1.05 at most");
    print_ratio("dependent random read, 2 threads / 1", "random_read, 2 threads", "random_read",
                "what the machine allows");
}

void Report::print_ratio(const char* title, const std::string& of, const std::string& to,
                         const char* aim) const {
    const auto left = best_.find(of);
    const auto right = best_.find(to);
    if (left == best_.end() || right == best_.end()) return;
    fmt::print("{:<46}{:>8.2f}  {}\n", title, left->second / right->second, aim);
}

}  // namespace arpad::bench

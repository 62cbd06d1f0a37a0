/// \file  What was measured, as a table, and the ratios that are of interest.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace arpad::bench {

/// Collects what the benchmarks report. Time is that of the processor: a thread that has to wait
/// for other programs costs nothing by that.
class Report final : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context& context) override;
    void ReportRuns(const std::vector<Run>& runs) override;

    /// Prints what was measured, in the order the benchmarks were registered, and the ratios.
    void print() const;

    /// Whether every reply was the one expected, and none cost an allocation.
    [[nodiscard]] bool is_sound() const noexcept { return is_sound_; }

private:
    struct Row {
        std::string name;
        double best = 0;  // nanoseconds, as the next
        double median = 0;
        double allocations = 0;
        std::string error;
    };

    void print_ratios() const;
    void print_ratio(const char* title, const std::string& of, const std::string& to,
                     const char* aim) const;

    std::map<std::int64_t, Row> rows_;    // by number of the benchmark
    std::map<std::string, double> best_;  // by name
    bool is_sound_ = true;
};

}  // namespace arpad::bench

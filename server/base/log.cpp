#include "base/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/background_thread.hpp"
#include "base/counted.hpp"

namespace arpad {

namespace {

/// Writes the lines of a format.
class LineFormatter final : public spdlog::formatter {
public:
    explicit LineFormatter(LogFormat format) : format_(format) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
        const std::string_view text(message.payload.data(), message.payload.size());
        switch (format_) {
            case LogFormat::text:
                append(line, "{} {}: {}\n", time_of(message), level_of(message), text);
                break;
            case LogFormat::json:
                append(line, "{{\"time\":\"{}\",\"level\":\"{}\",\"message\":{}}}\n",
                       time_of(message), level_of(message), json_string(text));
                break;
            case LogFormat::journal:
                put_for_journal(message.level, text, line);
                break;
        }
    }

    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<LineFormatter>(format_);
    }

private:
    template <class... Arguments>
    static void append(spdlog::memory_buf_t& line, fmt::format_string<Arguments...> format,
                       Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(line), format, std::forward<Arguments>(arguments)...);
    }

    /// RFC 3339, in local time, to the millisecond.
    static std::string time_of(const spdlog::details::log_msg& message) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(message.time);
        const auto thousandths =
            std::chrono::duration_cast<std::chrono::milliseconds>(message.time - seconds);
        const std::tm local = fmt::localtime(spdlog::log_clock::to_time_t(seconds));
        std::string zone = fmt::format("{:%z}", local);
        zone.insert(zone.size() - 2, ":");
        return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}{}", local, thousandths.count(), zone);
    }

    static std::string_view level_of(const spdlog::details::log_msg& message) {
        const auto name = spdlog::level::to_string_view(message.level);
        return {name.data(), name.size()};
    }

    /// Every line has its priority, since the journal takes each for a message of its own.
    static void put_for_journal(spdlog::level::level_enum level, std::string_view text,
                                spdlog::memory_buf_t& line) {
        const int priority = level >= spdlog::level::err    ? 3
                             : level == spdlog::level::warn ? 4
                             : level == spdlog::level::info ? 6
                                                            : 7;
        while (!text.empty()) {
            const std::string_view part = text.substr(0, text.find('\n'));
            append(line, "<{}>{}\n", priority, part);
            text.remove_prefix(std::min(part.size() + 1, text.size()));
        }
    }

    LogFormat format_;
};

/// Passes lines on, and says how many were lost before.
class LossTellingSink final : public spdlog::sinks::sink {
public:
    /// They wait in `pool`, whose thread alone calls this.
    LossTellingSink(spdlog::sink_ptr target, spdlog::details::thread_pool& pool)
        : target_(std::move(target)), pool_(pool) {}

    void log(const spdlog::details::log_msg& message) override {
        const std::size_t lost = pool_.overrun_counter();
        if (lost != told_) {
            const auto text = fmt::format("{} of the log lost: its reader does not keep up",
                                          counted(lost - std::exchange(told_, lost), "line"));
            target_->log({message.logger_name, spdlog::level::warn, text});
        }
        target_->log(message);
    }

    void flush() override { target_->flush(); }
    void set_pattern(const std::string& pattern) override { target_->set_pattern(pattern); }
    void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
        target_->set_formatter(std::move(formatter));
    }

private:
    spdlog::sink_ptr target_;
    spdlog::details::thread_pool& pool_;
    std::size_t told_ = 0;
};

/// Null until it has been started.
std::shared_ptr<spdlog::logger>& started_worker_log() {
    static std::shared_ptr<spdlog::logger> log;
    return log;
}

}  // namespace

void open_log(LogFormat format, LogLevel level) {
    auto logger = std::make_shared<spdlog::logger>(
        "arpad", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_formatter(std::make_unique<LineFormatter>(format));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
    set_log_level(level);
}

void set_log_level(LogLevel level) {
    constexpr std::array levels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                spdlog::level::err};
    spdlog::set_level(levels[static_cast<std::size_t>(level)]);
}

void start_worker_log(std::function<void()> prepare) {
    constexpr std::size_t most_waiting = 1000;
    spdlog::init_thread_pool(most_waiting, 1, [prepare = std::move(prepare)] {
        become_background_thread("arpad-log");
        if (prepare) prepare();
    });
    const spdlog::logger& log = *spdlog::default_logger_raw();
    auto sink = std::make_shared<LossTellingSink>(log.sinks().front(), *spdlog::thread_pool());
    auto workers = std::make_shared<spdlog::async_logger>(
        "arpad-workers", std::move(sink), spdlog::thread_pool(),
        spdlog::async_overflow_policy::overrun_oldest);
    workers->flush_on(spdlog::level::trace);
    workers->set_level(log.level());
    spdlog::register_logger(workers);  // so that set_log_level() finds it
    started_worker_log() = std::move(workers);
}

spdlog::logger& worker_log() {
    const auto& started = started_worker_log();
    return started ? *started : *spdlog::default_logger_raw();
}

bool leads_to_journal() {
    const char* const stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
    return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

bool LogThrottle::admits(std::chrono::steady_clock::time_point now) noexcept {
    constexpr std::chrono::seconds interval{10};
    if (now < next_) {
        ++suppressed_;
        return false;
    }
    next_ = now + interval;
    return true;
}

std::uint64_t LogThrottle::take_suppressed() noexcept {
    return std::exchange(suppressed_, 0);
}

}  // namespace arpad

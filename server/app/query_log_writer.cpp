#include "app/query_log_writer.hpp"

#include <chrono>
#include <cstdint>

#include "base/counted.hpp"
#include "base/log.hpp"

namespace arpad {
namespace {

constexpr std::chrono::milliseconds interval{100};
/// Of each worker at a time: the main thread has other things to do as well.
constexpr std::size_t most_at_once = 4096;

}  // namespace

void QueryLogWriter::log(const std::optional<QueryLogConfig>& config) {
    timer_.cancel();
    write();
    queues_.clear();
    for (Worker& worker : workers_) {
        auto queue = config ? std::make_shared<QueryLogQueue>(*config) : nullptr;
        worker.log_queries(queue);
        if (queue) queues_.push_back(std::move(queue));
    }
    if (config) write_again_later();
    spdlog::info("query log {}", config ? "on" : "off");
}

void QueryLogWriter::write_again_later() {
    timer_.expires_after(interval);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        write();
        write_again_later();
    });
}

void QueryLogWriter::write() {
    std::uint64_t lost = 0;
    for (const auto& queue : queues_) {
        queue->drain(most_at_once,
                     [](const LoggedQuery& query) { spdlog::info("query {}", query.to_text()); });
        lost += queue->take_lost();
    }
    if (lost > 0) {
        spdlog::warn(
            "{} of the query log lost: they came faster than they are written\n  log fewer "
            "queries: raise `sample`, or name rcodes, networks or clients",
            counted(lost, "line"));
    }
}

}  // namespace arpad

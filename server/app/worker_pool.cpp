#include "app/worker_pool.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <iterator>
#include <ranges>
#include <thread>
#include <utility>

#include "answer/identity.hpp"
#include "base/log.hpp"
#include "net/cores.hpp"

namespace arpad {
namespace {

/// A function that does `work` when it has been called so many times.
std::function<void()> once_called_by(std::size_t callers, std::function<void()> work) {
    return [waited_for = std::make_shared<std::size_t>(callers), work = std::move(work)] {
        if (--*waited_for == 0) work();
    };
}

}  // namespace

WorkerPool::WorkerPool(boost::asio::io_context& io, const ServerConfig& config)
    : io_(io),
      config_(config),
      size_(config.workers.value_or(std::max(1U, std::thread::hardware_concurrency()))),
      limits_(config.tcp),
      transfers_(config.tcp.transfers) {}

std::optional<ListenFailure> WorkerPool::open(const Endpoints& endpoints, Inheritance& inherited,
                                              const Credentials& credentials,
                                              const Others& others) {
    make_defences(credentials);
    for (std::size_t i = 0; i < size_; ++i) {
        if (auto failure = listen(add(credentials, others), i, endpoints.plain, inherited)) {
            return failure;
        }
    }
    if (endpoints.tls.empty()) return std::nullopt;
    return listen_by_tls(add(credentials, others), endpoints.tls, inherited, credentials.server);
}

/// Against those who write the addresses of others into their queries.
void WorkerPool::make_defences(const Credentials& credentials) {
    if (config_.rate_limit.is_on) {
        rate_limiter_.emplace(config_.rate_limit);
        rate_limit_log_.emplace(io_, *rate_limiter_);
    }
    if (!config_.cookies.is_on) return;
    cookies_ = credentials.cookies
                   ? credentials.cookies
                   : std::make_shared<const CookieJar>(CookieJar::with_random_secret());
}

Worker& WorkerPool::add(const Credentials& credentials, const Others& others) {
    const auto identity = std::make_shared<const Identity>(config_.identity);
    const auto detail = config_.metrics ? Telemetry::Detail::all : Telemetry::Detail::counts;
    const Worker::Shared shared{limits_, rate_limiter_ ? &*rate_limiter_ : nullptr, transfers_};
    Worker& worker = workers_.emplace_back(identity, config_.udp, config_.tcp, detail, shared);
    worker.adopt(credentials.keys);
    worker.adopt(cookies_);
    worker.accept_updates(others.make_update);
    worker.tell_notices_to(others.take_notice);
    return worker;
}

/// Has `worker`, the one with `number`, listen on all `endpoints`.
std::optional<ListenFailure> WorkerPool::listen(Worker& worker, std::size_t number,
                                                const std::vector<Endpoint>& endpoints,
                                                const Inheritance& inherited) const {
    for (const Endpoint& endpoint : endpoints) {
        auto part = inherited.part_of(number, size_, endpoint);
        if (part.empty()) {
            if (auto failure = worker.listen(endpoint)) return failure;
        }
        for (SharedSockets& sockets : part) {
            if (auto failure = worker.listen(std::move(sockets))) return failure;
        }
    }
    return std::nullopt;
}

/// Has `worker` listen on all `endpoints`, which are for TLS, and show clients `tls`.
std::optional<ListenFailure> WorkerPool::listen_by_tls(Worker& worker,
                                                       const std::vector<Endpoint>& endpoints,
                                                       Inheritance& inherited,
                                                       const TlsContext& tls) {
    for (const Endpoint& endpoint : endpoints) {
        auto shared = inherited.take_tls(endpoint);
        auto failure =
            shared ? worker.listen(std::move(*shared), tls) : worker.listen(endpoint, tls);
        if (failure) return failure;
    }
    return std::nullopt;
}

void WorkerPool::start(const std::function<void()>& prepare) {
    transfers_.start(prepare);
    for (Worker& worker : workers_) worker.start(prepare);
}

void WorkerPool::pin() {
    const std::vector<unsigned> cores = usable_cores();
    if (cores.empty()) return;
    std::size_t next = 0;
    for (Worker& worker : workers_ | std::views::take(size_)) {
        const unsigned core = cores[next++ % cores.size()];
        if (const auto error = worker.pin(core)) {
            spdlog::warn("a worker is not kept on core {}: {}", core, error.message());
        }
    }
}

void WorkerPool::adopt(const Credentials& credentials) {
    for (Worker& worker : workers_) {
        worker.adopt(credentials.keys);
        if (credentials.server) worker.adopt(credentials.server);
        if (credentials.cookies && config_.cookies.is_on) worker.adopt(credentials.cookies);
    }
}

void WorkerPool::publish(const std::shared_ptr<const Snapshot>& snapshot,
                         std::function<void()> published) {
    const auto adopted = once_called_by(workers_.size(), std::move(published));
    for (Worker& worker : workers_) {
        worker.adopt(snapshot, [this, adopted](std::shared_ptr<const Snapshot> retired) {
            // Freeing a large snapshot takes a while: that is the main thread's work.
            boost::asio::post(io_, [retired = std::move(retired), adopted] { adopted(); });
        });
    }
}

void WorkerPool::share_sockets(Inheritance& all) {
    for (Worker& worker : workers_) {
        std::ranges::move(worker.share_sockets(), std::back_inserter(all.sockets));
        std::ranges::move(worker.share_tls_sockets(), std::back_inserter(all.tls));
    }
}

void WorkerPool::release(std::chrono::milliseconds patience,
                         const std::function<void()>& released) {
    const auto all_released = once_called_by(workers_.size(), released);
    for (Worker& worker : workers_) {
        worker.release(patience, [this, all_released] { boost::asio::post(io_, all_released); });
    }
}

void WorkerPool::report(std::function<void(const TelemetryReport&)> done) {
    const auto total = std::make_shared<TelemetryReport>();
    const auto told =
        once_called_by(workers_.size(), [total, done = std::move(done)] { done(*total); });
    for (Worker& worker : workers_) {
        worker.report([this, total, told](TelemetryReport report) {
            boost::asio::post(io_, [total, told, report = std::move(report)] {
                total->add(report);
                told();
            });
        });
    }
}

TelemetryReport WorkerPool::stop(std::chrono::milliseconds patience) {
    for (Worker& worker : workers_) worker.stop(patience);
    TelemetryReport total;
    for (Worker& worker : workers_) {
        worker.join();
        worker.report([&total](const TelemetryReport& report) { total.add(report); });
    }
    if (rate_limit_log_) rate_limit_log_->write();
    return total;
}

}  // namespace arpad

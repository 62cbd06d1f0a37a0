/// \file  One thing done for many, on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace arpad {

/// How many threads this machine runs at once; at least 1.
[[nodiscard]] inline std::size_t hardware_threads() noexcept {
    return std::max(1U, std::thread::hardware_concurrency());
}

/// Calls `body(index)` once for each index below `count`, in no certain order, on up to `threads`
/// threads of which the caller's is one, and returns when all have ended. What `body` does for two
/// indices must not touch the same data. If it throws, what has not begun is left out, and the
/// first exception comes out here.
template <class Body>
void for_each_in_parallel(std::size_t count, std::size_t threads, const Body& body) {
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr first_exception;
    const auto work = [&] {
        try {
            for (std::size_t index = next++; index < count; index = next++) body(index);
        } catch (...) {
            next = count;
            const std::scoped_lock lock(mutex);
            if (!first_exception) first_exception = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> others;  // joined at the end of this block
        try {
            for (std::size_t other = 1; other < std::min(threads, count); ++other)
                others.emplace_back(work);
        } catch (const std::system_error&) {
            // The system has no more threads: those that there are do all of it.
        }
        work();
    }
    if (first_exception) std::rethrow_exception(first_exception);
}

}  // namespace arpad

#include "base/parallel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <thread>
#include <vector>

namespace arpad {
namespace {

using testing::Each;

TEST(ForEachInParallel, DoesEverythingOnce) {
    for (const std::size_t threads : {0U, 1U, 2U, 7U, 100U}) {
        std::vector<int> calls(50);
        for_each_in_parallel(calls.size(), threads, [&](std::size_t index) { ++calls[index]; });
        EXPECT_THAT(calls, Each(1)) << threads;
    }
}

TEST(ForEachInParallel, DoesNothingForNothing) {
    for_each_in_parallel(0, 4, [](std::size_t) { FAIL(); });
}

TEST(ForEachInParallel, StaysOnTheCallersThreadIfToldSo) {
    const auto caller = std::this_thread::get_id();
    for_each_in_parallel(5, 1, [&](std::size_t) { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

// Each call waits for the others, so all have to run at once.
TEST(ForEachInParallel, RunsOnAsManyThreadsAsTold) {
    std::barrier meeting(3);
    for_each_in_parallel(3, 3, [&](std::size_t) { meeting.arrive_and_wait(); });
}

TEST(ForEachInParallel, PassesAnExceptionOn) {
    for (const std::size_t threads : {1U, 4U}) {
        const auto fail = [](std::size_t index) {
            if (index == 3) throw std::runtime_error("three");
        };
        EXPECT_THROW(for_each_in_parallel(8, threads, fail), std::runtime_error);
    }
}

TEST(ForEachInParallel, BeginsNothingAfterAnException) {
    std::atomic<unsigned> calls = 0;
    const auto fail = [&](std::size_t) {
        ++calls;
        throw std::runtime_error("first");
    };
    EXPECT_THROW(for_each_in_parallel(1000, 1, fail), std::runtime_error);
    EXPECT_EQ(calls, 1U);
}

}  // namespace
}  // namespace arpad

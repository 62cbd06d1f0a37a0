#include "net/cores.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <future>
#include <thread>
#include <vector>

namespace arpad {
namespace {

TEST(Cores, AreThoseThatThisThreadRunsOn) {
    const auto cores = usable_cores();
    ASSERT_FALSE(cores.empty());
    const auto here = static_cast<unsigned>(sched_getcpu());
    EXPECT_NE(std::find(cores.begin(), cores.end(), here), cores.end());
}

TEST(Cores, APinnedThreadHasOne) {
    std::promise<void> is_pinned;
    std::vector<unsigned> cores;
    std::thread thread([&] {
        is_pinned.get_future().wait();
        cores = usable_cores();
    });
    const unsigned last = usable_cores().back();
    const auto error = pin(thread, last);
    is_pinned.set_value();
    thread.join();
    EXPECT_FALSE(error) << error.message();
    EXPECT_EQ(cores, std::vector<unsigned>{last});
}

TEST(Cores, ThatDoNotExistAreRefused) {
    std::promise<void> is_done;
    std::thread thread([&] { is_done.get_future().wait(); });
    const auto error = pin(thread, 1023);
    is_done.set_value();
    thread.join();
    EXPECT_TRUE(error);
}

}  // namespace
}  // namespace arpad

#include "app/file_watch.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace arpad {
namespace {

namespace fs = std::filesystem;

class FileWatchTest : public testing::Test {
protected:
    FileWatchTest() {
        fs::create_directories(directory_);
        watch({directory_}, {});
        (void)is_reported();  // that something new is watched
    }
    ~FileWatchTest() override { fs::remove_all(directory_); }

    void watch(const std::vector<fs::path>& directories, const std::vector<fs::path>& files) {
        watch_.watch(directories, files);
    }

    void write(const std::string& name) const { std::ofstream(directory_ / name) << "x"; }

    /// Whether something is reported soon.
    bool is_reported() {
        reports_ = 0;
        io_.restart();
        io_.run_for(std::chrono::milliseconds(1500));
        return reports_ > 0;
    }

    const fs::path directory_ = testing::TempDir() + "file_watch_test." +
                                testing::UnitTest::GetInstance()->current_test_info()->name();
    boost::asio::io_context io_;
    int reports_ = 0;
    FileWatch watch_{io_, [this] {
                         ++reports_;
                         io_.stop();
                     }};
};

TEST_F(FileWatchTest, ReportsWhatIsWrittenMovedAndRemoved) {
    write("a");
    EXPECT_TRUE(is_reported());
    fs::rename(directory_ / "a", directory_ / "b");
    EXPECT_TRUE(is_reported());
    fs::remove(directory_ / "b");
    EXPECT_TRUE(is_reported());
    fs::create_directory(directory_ / "c");
    EXPECT_TRUE(is_reported());
    fs::create_symlink("nowhere", directory_ / "link");
    EXPECT_TRUE(is_reported());
}

TEST_F(FileWatchTest, ReportsOnceForManyChangesAtATime) {
    for (int i = 0; i < 100; ++i) write(std::to_string(i));
    EXPECT_TRUE(is_reported());
    EXPECT_EQ(reports_, 1);
    EXPECT_FALSE(is_reported());
}

TEST_F(FileWatchTest, ReportsNothingOfWhatIsOnlyRead) {
    write("a");
    EXPECT_TRUE(is_reported());
    std::string text;
    std::ifstream(directory_ / "a") >> text;
    EXPECT_FALSE(is_reported());
}

TEST_F(FileWatchTest, OfFilesOnlyTheNamedOnesAreWatched) {
    watch({}, {directory_ / "a"});
    write("b");
    EXPECT_FALSE(is_reported());
    write("a");
    EXPECT_TRUE(is_reported());
}

TEST_F(FileWatchTest, ReportsThatSomethingNewIsWatched) {
    fs::create_directory(directory_ / "c");
    EXPECT_TRUE(is_reported());
    watch({directory_, directory_ / "c"}, {});
    EXPECT_TRUE(is_reported());
    watch({directory_, directory_ / "c"}, {});
    EXPECT_FALSE(is_reported());
}

TEST_F(FileWatchTest, ReportsNothingOnceItIsStopped) {
    write("a");
    watch_.stop();
    EXPECT_FALSE(is_reported());
}

}  // namespace
}  // namespace arpad

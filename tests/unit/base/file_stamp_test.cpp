#include "base/file_stamp.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace arpad {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

class FileStampTest : public testing::Test {
protected:
    FileStampTest() { fs::create_directories(directory_); }
    ~FileStampTest() override { fs::remove_all(directory_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(directory_ / name) << text;
    }

    const fs::path directory_ = testing::TempDir() + "file_stamp_test." +
                                testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(FileStampTest, IsTheSameByBothWays) {
    write("a", "text");
    const auto stamp = stamp_of(directory_ / "a");
    ASSERT_TRUE(stamp.has_value());
    EXPECT_EQ(*StampedDirectory(directory_).stamp_of("a"), *stamp);
    EXPECT_EQ(stamp->octets, 4U);
    EXPECT_TRUE(stamp->is_regular);
    EXPECT_TRUE(stamp_of(directory_)->is_directory);
}

TEST_F(FileStampTest, IsAnotherForAnotherFileOfTheSameSizeAndTime) {
    write("a", "text");
    write("b", "next");
    fs::last_write_time(directory_ / "b", fs::last_write_time(directory_ / "a"));
    EXPECT_NE(*stamp_of(directory_ / "a"), *stamp_of(directory_ / "b"));
}

TEST_F(FileStampTest, FollowsLinks) {
    write("a", "text");
    fs::create_symlink("a", directory_ / "link");
    EXPECT_EQ(*stamp_of(directory_ / "link"), *stamp_of(directory_ / "a"));
}

TEST_F(FileStampTest, OfNothingIsTheReason) {
    EXPECT_EQ(stamp_of(directory_ / "none").error(), std::errc::no_such_file_or_directory);
    EXPECT_TRUE(StampedDirectory(directory_ / "none").stamp_of("a").has_error());
}

TEST_F(FileStampTest, IsYoungForAWhile) {
    write("a", "text");
    const auto stamp = *stamp_of(directory_ / "a");
    EXPECT_TRUE(stamp.is_young(system_clock::now()));
    EXPECT_FALSE(stamp.is_young(system_clock::now() + std::chrono::seconds(3)));
    // A clock that was set back tells nothing.
    EXPECT_TRUE(stamp.is_young(system_clock::now() - std::chrono::hours(1)));
}

}  // namespace
}  // namespace arpad

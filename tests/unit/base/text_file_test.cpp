#include "base/text_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace arpad {
namespace {

/// A path of this test's own that is removed with it.
class ReadTextFile : public testing::Test {
protected:
    ~ReadTextFile() override {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path path_ =
        testing::TempDir() + "text_file_test." +
        testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ReadTextFile, ReadsEveryOctet) {
    const std::string text = std::string(200'000, 'a') + '\0' + "\r\n\xFF";
    std::ofstream(path_, std::ios::binary) << text;
    EXPECT_EQ(read_text_file(path_).value(), text);
}

TEST_F(ReadTextFile, ReadsAnEmptyFile) {
    std::ofstream(path_).flush();
    EXPECT_EQ(read_text_file(path_).value(), "");
}

TEST_F(ReadTextFile, TellsThatThereIsNone) {
    EXPECT_EQ(read_text_file(path_).error(), std::errc::no_such_file_or_directory);
}

TEST_F(ReadTextFile, TellsThatItIsADirectory) {
    std::filesystem::create_directory(path_);
    EXPECT_EQ(read_text_file(path_).error(), std::errc::is_a_directory);
}

}  // namespace
}  // namespace arpad

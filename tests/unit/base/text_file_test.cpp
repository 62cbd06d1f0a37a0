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

// So long that it is read into huge pages.
TEST_F(ReadTextFile, ReadsEveryOctetOfALongFile) {
    std::string text(30'000'000, 'a');
    for (std::size_t i = 0; i < text.size(); i += 1000) text[i] = static_cast<char>('b' + i % 7);
    std::ofstream(path_, std::ios::binary) << text;
    EXPECT_TRUE(read_text_file(path_).value() == text);
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

class WriteTextFile : public ReadTextFile {
protected:
    /// Files in the folder that are named after this test.
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(path_.parent_path())) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with(path_.filename().string())) ++count;
        }
        return count;
    }
};

TEST_F(WriteTextFile, MakesAFileThatIsMissing) {
    const std::string text = std::string(200'000, 'a') + '\0' + "\r\n\xFF";
    EXPECT_FALSE(write_text_file(path_, text, Overwriting::allowed, Readers::everybody));
    EXPECT_EQ(read_text_file(path_).value(), text);
}

TEST_F(WriteTextFile, PutsAShorterTextInPlaceOfALongerOne) {
    std::ofstream(path_) << "a longer text";
    EXPECT_FALSE(write_text_file(path_, "short", Overwriting::allowed, Readers::everybody));
    EXPECT_EQ(read_text_file(path_).value(), "short");
}

TEST_F(WriteTextFile, LeavesNothingBesideTheFile) {
    EXPECT_FALSE(write_text_file(path_, "text", Overwriting::allowed, Readers::everybody));
    EXPECT_EQ(files(), 1U);
}

TEST_F(WriteTextFile, IsForWhomItIsMeantWhateverTheUmask) {
    const auto permissions = [this](Readers readers) {
        EXPECT_FALSE(write_text_file(path_, "text", Overwriting::allowed, readers));
        return std::filesystem::status(path_).permissions();
    };
    EXPECT_EQ(permissions(Readers::owner), std::filesystem::perms{0600});
    EXPECT_EQ(permissions(Readers::everybody), std::filesystem::perms{0644});
}

TEST_F(WriteTextFile, TellsThatItsFolderIsMissing) {
    EXPECT_EQ(write_text_file(path_ / "missing" / "file", "text", Overwriting::allowed,
                              Readers::everybody),
              std::errc::no_such_file_or_directory);
}

TEST_F(WriteTextFile, LeavesADirectoryAsItIsAndNothingBesideIt) {
    std::filesystem::create_directory(path_);
    EXPECT_EQ(write_text_file(path_, "text", Overwriting::allowed, Readers::everybody),
              std::errc::is_a_directory);
    EXPECT_TRUE(std::filesystem::is_directory(path_));
    EXPECT_EQ(files(), 1U);
}

TEST_F(WriteTextFile, DoesNotOverwriteWithoutLeave) {
    std::ofstream(path_) << "old";
    EXPECT_EQ(write_text_file(path_, "new", Overwriting::refused, Readers::everybody),
              std::errc::file_exists);
    EXPECT_EQ(read_text_file(path_).value(), "old");
    EXPECT_EQ(files(), 1U);
}

// Whoever has the old file open reads it to its end.
TEST_F(WriteTextFile, OldFileIsNotWrittenTo) {
    std::ofstream(path_) << "old";
    std::ifstream reader(path_);
    EXPECT_FALSE(write_text_file(path_, "new", Overwriting::allowed, Readers::everybody));
    std::string read;
    reader >> read;
    EXPECT_EQ(read, "old");
}

}  // namespace
}  // namespace arpad

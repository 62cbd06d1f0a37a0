#include "load/zone_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "findings_text.hpp"

namespace arpad {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

/// A directory of this test's own that is removed with it.
class ZoneDirectory : public testing::Test {
protected:
    ZoneDirectory() { fs::create_directories(path_); }
    ~ZoneDirectory() override {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }

    void write(const std::string& name, std::string_view text = "x") const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << text;
    }

    /// The files read, relative to the directory.
    std::vector<std::string> read() {
        std::vector<std::string> names;
        for (const SourceFile& file : read_zone_directory(path_, diagnostics_)) {
            if (file.text) names.push_back(without_path(file.file));
        }
        return names;
    }

    /// The findings, the directory shown as `Z`.
    std::vector<std::string> findings() const {
        std::vector<std::string> texts = texts_of(diagnostics_);
        for (std::string& text : texts) {
            for (std::size_t at = 0; (at = text.find(path_.string(), at)) != std::string::npos;)
                text.replace(at, path_.string().size(), "Z");
        }
        return texts;
    }

    std::string without_path(const std::string& name) const {
        EXPECT_TRUE(name.starts_with(path_.string() + "/")) << name;
        return name.substr(path_.string().size() + 1);
    }

    const fs::path path_ = testing::TempDir() + "zone_directory_test." +
                           testing::UnitTest::GetInstance()->current_test_info()->name();
    Diagnostics diagnostics_;
};

TEST_F(ZoneDirectory, HoldsFilesAtAnyDepthInOrder) {
    write("b.yaml");
    write("c/d.yaml");
    write("a/z.yaml");
    write("a/e/f.yaml");
    EXPECT_THAT(read(), ElementsAre("a/e/f.yaml", "a/z.yaml", "b.yaml", "c/d.yaml"));
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(ZoneDirectory, GivesTheText) {
    write("a.yaml", "network: 192.0.2.0/24\n");
    EXPECT_EQ(read_zone_directory(path_, diagnostics_).at(0).text, "network: 192.0.2.0/24\n");
}

TEST_F(ZoneDirectory, PassesOverHiddenFilesAndBackups) {
    write("a.yaml");
    write(".b.yaml");
    write(".git/c.yaml");
    write("d.yaml~");
    write("#e.yaml");
    write("#f.yaml#");
    write("g.yaml.bak");
    write(".a.yaml.swp");
    EXPECT_THAT(read(), ElementsAre("a.yaml"));
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(ZoneDirectory, PassesOverOtherFiles) {
    write("a.yaml");
    write("README.md");
    EXPECT_THAT(read(), ElementsAre("a.yaml"));
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(ZoneDirectory, WarnsOfYmlFiles) {
    write("a.yaml");
    write("b.yml");
    EXPECT_THAT(read(), ElementsAre("a.yaml"));
    EXPECT_THAT(findings(), ElementsAre("Z/b.yml: warning: is not read: only *.yaml files are\n"
                                        "  rename it to Z/b.yaml"));
}

TEST_F(ZoneDirectory, WarnsOfCapitals) {
    write("a.yaml");
    write("b.YAML");
    EXPECT_THAT(read(), ElementsAre("a.yaml"));
    EXPECT_THAT(findings(), ElementsAre("Z/b.YAML: warning: is not read: only *.yaml files are\n"
                                        "  rename it to Z/b.yaml"));
}

TEST_F(ZoneDirectory, WarnsIfThereIsNoZoneFile) {
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_THAT(findings(), ElementsAre("Z: warning: holds no zone file: nothing will be served\n"
                                        "  write one, for example 192.0.2.0_24.yaml"));
}

TEST_F(ZoneDirectory, MustExist) {
    fs::remove(path_);
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_THAT(findings(),
                ElementsAre("Z: error: cannot be read: No such file or directory\n"
                            "  create it, or correct the path or link that leads to it"));
}

TEST_F(ZoneDirectory, MustBeADirectory) {
    fs::remove(path_);
    std::ofstream(path_) << "x";
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_THAT(findings(), ElementsAre("Z: error: cannot be read: Not a directory\n"
                                        "  mend it, or move it elsewhere"));
}

TEST_F(ZoneDirectory, FollowsLinksToFiles) {
    write(".data/a.yaml", "text");
    fs::create_symlink(".data/a.yaml", path_ / "b.yaml");
    EXPECT_THAT(read(), ElementsAre("b.yaml"));
}

TEST_F(ZoneDirectory, FollowsLinksToDirectories) {
    write(".data/a.yaml");
    fs::create_directory_symlink(".data", path_ / "b");
    EXPECT_THAT(read(), ElementsAre("b/a.yaml"));
}

TEST_F(ZoneDirectory, ReadsNoDirectoryTwice) {
    write("a/b.yaml");
    fs::create_directory_symlink("..", path_ / "a/loop");
    EXPECT_THAT(read(), ElementsAre("a/b.yaml"));
    EXPECT_THAT(findings(),
                ElementsAre("Z/a/loop: warning: leads to a directory that is read already under "
                            "another name\n  remove the link"));
}

TEST_F(ZoneDirectory, ReportsALinkToNowhereAndReadsTheRest) {
    write("a.yaml");
    fs::create_symlink("nowhere", path_ / "b.yaml");
    write("c.yaml");
    EXPECT_THAT(read(), ElementsAre("a.yaml", "c.yaml"));
    EXPECT_THAT(findings(),
                ElementsAre("Z/b.yaml: error: cannot be read: No such file or directory\n"
                            "  create it, or correct the path or link that leads to it"));
}

TEST_F(ZoneDirectory, ReportsALinkToItself) {
    write("a.yaml");
    fs::create_symlink("b", path_ / "b");
    EXPECT_THAT(read(), ElementsAre("a.yaml"));
    EXPECT_THAT(findings(),
                ElementsAre("Z/b: error: cannot be read: Too many levels of symbolic links\n"
                            "  remove the link to itself"));
}

// Opening a pipe would wait for a writer for ever.
TEST_F(ZoneDirectory, ReportsAPipe) {
    write("a.yaml");
    ASSERT_EQ(::mkfifo((path_ / "b.yaml").c_str(), 0600), 0);
    EXPECT_THAT(read(), ElementsAre("a.yaml"));
    EXPECT_THAT(findings(),
                ElementsAre("Z/b.yaml: error: is no regular file\n  move it elsewhere"));
}

TEST_F(ZoneDirectory, KeepsTheNameOfAFileThatCannotBeRead) {
    write("c/a.yaml");
    fs::create_symlink("nowhere", path_ / "c" / "b.yaml");
    const auto files = read_zone_directory(path_, diagnostics_);
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files[0].text, "x");
    EXPECT_EQ(files[1].key, "c/b.yaml");
    EXPECT_EQ(files[1].text, std::nullopt);
}

}  // namespace
}  // namespace arpad

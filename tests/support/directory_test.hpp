/// \file  Tests that need a directory of their own.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace arpad::test {

/// Has an empty directory, which goes away with the test.
class DirectoryTest : public testing::Test {
protected:
    DirectoryTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "arpad-XXXXXX").string();
        root_ = mkdtemp(pattern.data());
    }
    ~DirectoryTest() override { std::filesystem::remove_all(root_); }

    std::filesystem::path root_;
};

}  // namespace arpad::test

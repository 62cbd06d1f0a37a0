/// \file  Tests that need a directory of their own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "support/own_directory.hpp"

namespace arpad::test {

/// Has an empty directory, which goes away with the test.
class DirectoryTest : public testing::Test {
    OwnDirectory directory_;

protected:
    std::filesystem::path root_ = directory_.path();
};

}  // namespace arpad::test

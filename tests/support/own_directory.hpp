/// \file  A directory of one's own.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/invariant.hpp"

namespace arpad::test {

/// An empty directory, which goes away with this.
class OwnDirectory {
public:
    OwnDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "arpad-XXXXXX").string();
        ensure(mkdtemp(pattern.data()) != nullptr, "a directory can be made");
        path_ = pattern;
    }
    ~OwnDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    OwnDirectory(const OwnDirectory&) = delete;
    OwnDirectory& operator=(const OwnDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace arpad::test

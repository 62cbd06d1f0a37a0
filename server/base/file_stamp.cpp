#include "base/file_stamp.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace arpad {
namespace {

std::int64_t nanoseconds(const timespec& time) noexcept {
    constexpr std::int64_t in_a_second = 1'000'000'000;
    return std::int64_t{time.tv_sec} * in_a_second + time.tv_nsec;
}

Result<FileStamp, std::error_code> stamp_at(int directory, const char* name) noexcept {
    struct stat status {};
    if (::fstatat(directory, name, &status, 0) != 0) {
        return std::error_code{errno, std::generic_category()};
    }
    return FileStamp{status.st_dev,
                     status.st_ino,
                     static_cast<std::uint64_t>(status.st_size),
                     nanoseconds(status.st_mtim),
                     nanoseconds(status.st_ctim),
                     S_ISREG(status.st_mode),
                     S_ISDIR(status.st_mode)};
}

}  // namespace

bool FileStamp::is_young(std::chrono::system_clock::time_point now) const noexcept {
    using std::chrono::nanoseconds;
    constexpr std::chrono::seconds coarsest{2};  // FAT; most others have milliseconds
    const nanoseconds newest(std::max(modified_ns, changed_ns));
    return newest + coarsest > std::chrono::duration_cast<nanoseconds>(now.time_since_epoch());
}

Result<FileStamp, std::error_code> stamp_of(const std::filesystem::path& path) {
    return stamp_at(AT_FDCWD, path.c_str());
}

StampedDirectory::StampedDirectory(const std::filesystem::path& path)
    : directory_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

Result<FileStamp, std::error_code> StampedDirectory::stamp_of(const std::string& name) const {
    return stamp_at(directory_.number(), name.c_str());
}

}  // namespace arpad

#include "import/output_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace arpad {
namespace {

std::error_code last_error() {
    return {errno, std::system_category()};
}

/// A file descriptor that is closed in the end.
class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (is_open()) ::close(number_);
    }

    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

std::error_code write_all(const Descriptor& to, std::string_view content) {
    while (!content.empty()) {
        const auto written = ::write(to.number(), content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return last_error();
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(to.number()) != 0) return last_error();
    return {};
}

/// A new name is on the disk only when its directory is.
std::error_code sync_directory(const std::filesystem::path& directory) {
    const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.is_open() || ::fsync(opened.number()) != 0) return last_error();
    return {};
}

/// Gives what is called `temporary` its name.
std::error_code settle(const std::string& temporary, const std::filesystem::path& path,
                       Overwriting overwriting) {
    if (overwriting == Overwriting::allowed) {
        if (std::rename(temporary.c_str(), path.c_str()) != 0) return last_error();
        return {};
    }
    // rename would replace a file that has come in the meantime.
    if (::link(temporary.c_str(), path.c_str()) != 0) return last_error();
    if (::unlink(temporary.c_str()) != 0) return last_error();
    return {};
}

}  // namespace

std::error_code write_output_file(const OutputFile& file, Overwriting overwriting) {
    const auto directory = file.path.parent_path();
    // zone_directory passes over hidden files.
    std::string temporary = (directory / ".arpactl-XXXXXX").string();
    std::error_code error;
    {
        const Descriptor opened(::mkostemp(temporary.data(), O_CLOEXEC));
        if (!opened.is_open()) return last_error();
        constexpr ::mode_t mode = 0644;
        if (::fchmod(opened.number(), mode) != 0) error = last_error();
        if (!error) error = write_all(opened, file.content);
    }
    if (!error) error = settle(temporary, file.path, overwriting);
    if (error) {
        ::unlink(temporary.c_str());
        return error;
    }
    return sync_directory(directory);
}

}  // namespace arpad

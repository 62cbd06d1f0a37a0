#include "base/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace arpad {
namespace {

std::error_code last_error() {
    return {errno, std::generic_category()};
}

/// Closes a file descriptor when it goes out of scope.
class OpenFile {
public:
    explicit OpenFile(int descriptor) noexcept : descriptor_(descriptor) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (is_open()) ::close(descriptor_);
    }

    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

/// Makes room for what the file is said to hold, so that a large one is not copied as it grows.
void reserve_size_of(const OpenFile& file, std::string& text) {
    struct stat status {};
    if (::fstat(file.descriptor(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
        text.reserve(static_cast<std::size_t>(status.st_size));
}

}  // namespace

Result<std::string, std::error_code> read_text_file(const std::filesystem::path& path) {
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return last_error();
    std::string text;
    reserve_size_of(file, text);
    std::array<char, 65536> part{};
    for (;;) {
        const ssize_t count = ::read(file.descriptor(), part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return last_error();
        if (count == 0) return text;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace arpad

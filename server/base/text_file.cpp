#include "base/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/descriptor.hpp"
#include "base/huge_pages.hpp"

namespace arpad {
namespace {

std::error_code last_error() {
    return {errno, std::generic_category()};
}

/// Makes room for what the file is said to hold, so that a large one is not copied as it grows. In
/// huge pages, as most of the time went into faults of small ones: 50 MB took 182 ms of CPU time,
/// and then 20 ms (in a virtual machine, November 2026).
void reserve_size_of(const Descriptor& file, std::string& text) {
    struct stat status {};
    if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    if (status.st_size <= 0) return;
    text.reserve(static_cast<std::size_t>(status.st_size) + 1);  // with which its end is found
    ask_for_huge_pages(text.data(), text.capacity());
}

/// Writes all of `text`; whether that went well, else the reason is in `errno`.
bool write_all(const Descriptor& file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(file.number(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Makes it durable that `directory` holds what it holds.
std::error_code sync_directory(const std::filesystem::path& directory) {
    const Descriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file.is_open() || ::fsync(file.number()) != 0) return last_error();
    return {};
}

/// Gives what is called `temporary` its name.
std::error_code settle(const std::string& temporary, const std::filesystem::path& path,
                       Overwriting overwriting) {
    if (overwriting == Overwriting::allowed) {
        return ::rename(temporary.c_str(), path.c_str()) == 0 ? std::error_code() : last_error();
    }
    // rename would replace a file that has come in the meantime.
    if (::link(temporary.c_str(), path.c_str()) != 0) return last_error();
    return ::unlink(temporary.c_str()) == 0 ? std::error_code() : last_error();
}

/// Fills a new file, whose name takes the place of the X in `temporary`.
std::error_code write_temporary(std::string& temporary, std::string_view text, Readers readers) {
    const mode_t mode = readers == Readers::everybody ? 0644 : 0600;
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    const bool is_written = file.is_open() && ::fchmod(file.number(), mode) == 0 &&
                            write_all(file, text) && ::fsync(file.number()) == 0;
    return is_written ? std::error_code() : last_error();
}

}  // namespace

std::error_code write_text_file(const std::filesystem::path& path, std::string_view text,
                                Overwriting overwriting, Readers readers) {
    const std::filesystem::path parent = path.parent_path();
    const std::filesystem::path directory = parent.empty() ? "." : parent;
    // Hidden, so that it is no zone file should it be left behind.
    std::string temporary = (directory / ".arpad-XXXXXX").string();
    std::error_code error = write_temporary(temporary, text, readers);
    if (!error) error = settle(temporary, path, overwriting);
    if (error) {
        ::unlink(temporary.c_str());
        return error;
    }
    return sync_directory(directory);
}

Result<std::string, std::error_code> read_text_file(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return last_error();
    constexpr std::size_t part = 65536;
    std::string text;
    reserve_size_of(file, text);
    // To where it stays: what is secret must be nowhere else.
    for (std::size_t octets = 0;;) {
        const std::size_t free = text.capacity() - octets;
        if (octets == text.size()) text.resize(octets + (free > 0 ? std::min(free, part) : part));
        const ssize_t count = ::read(file.number(), text.data() + octets, text.size() - octets);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return last_error();
        octets += static_cast<std::size_t>(count);
        if (count == 0) {
            text.resize(octets);
            return text;
        }
    }
}

}  // namespace arpad

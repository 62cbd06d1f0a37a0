#include "app/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/log.hpp"

namespace arpad {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds quiet{200};
constexpr std::chrono::seconds patience{2};
constexpr std::uint32_t events = IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE |
                                 IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
// What may have happened to anything.
constexpr std::uint32_t unspecific = IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT;

int open_inotify() {
    const int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "inotify");
    return descriptor;
}

/// `path` without a slash at its end, so that it has a name.
fs::path without_final_slash(const fs::path& path) {
    return path.has_filename() ? path : path.parent_path();
}

}  // namespace

FileWatch::FileWatch(boost::asio::io_context& io, std::function<void()> report)
    : inotify_(io, open_inotify()), timer_(io), report_(std::move(report)) {
    wait();
}

void FileWatch::watch(std::span<const fs::path> directories, std::span<const fs::path> files) {
    Interests interests;
    for (const fs::path& directory : directories) interests[directory].everything = true;
    for (const fs::path& file : files) {
        const fs::path path = without_final_slash(file);
        const fs::path parent = path.parent_path();
        interests[parent.empty() ? "." : parent].names.insert(path.filename().string());
        // A link on the way may be made to lead elsewhere.
        fs::path way;
        for (const fs::path& part : parent) {
            std::error_code ignored;
            const fs::path before = way.empty() ? "." : way;
            way /= part;
            if (fs::is_symlink(way, ignored)) interests[before].names.insert(part.string());
        }
    }
    interests_ = std::move(interests);
    std::map<int, fs::path> before;
    directories_.swap(before);
    bool is_any_new = false;
    for (const auto& [directory, interest] : interests_) {
        const int watch = inotify_add_watch(inotify_.native_handle(), directory.c_str(), events);
        if (watch >= 0) {
            directories_.emplace(watch, directory);
            is_any_new = before.erase(watch) == 0 || is_any_new;
        } else if (errno != ENOENT && !has_warned_) {
            has_warned_ = true;
            spdlog::warn(
                "{}: changes are not noticed: {}\n  reload by hand, or raise "
                "fs.inotify.max_user_watches and restart",
                directory.string(), std::strerror(errno));
        }
    }
    for (const auto& [watch, directory] : before) {
        inotify_rm_watch(inotify_.native_handle(), watch);
    }
    if (is_any_new) settle();
}

void FileWatch::stop() {
    boost::system::error_code ignored;  // nothing is left to be done about it
    timer_.cancel();
    inotify_.close(ignored);
}

void FileWatch::wait() {
    inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code& error) {
                            if (error) return;  // closed
                            read_events();
                            wait();
                        });
}

void FileWatch::read_events() {
    alignas(inotify_event) std::array<char, 16 * 1024> buffer;
    bool is_any_ours = false;
    for (;;) {
        const ssize_t octets = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
        if (octets <= 0) break;
        for (std::size_t at = 0; at < static_cast<std::size_t>(octets);) {
            inotify_event event;
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const char* const name = buffer.data() + at + sizeof event;
            const std::string_view text(event.len == 0 ? "" : name);
            is_any_ours = concerns_us(event.wd, text, event.mask) || is_any_ours;
            at += sizeof event + event.len;
        }
    }
    if (is_any_ours) settle();
}

bool FileWatch::concerns_us(int watch, std::string_view name, std::uint32_t what) const {
    if ((what & unspecific) != 0) return true;
    const auto directory = directories_.find(watch);
    if (directory == directories_.end()) return false;  // not watched any more
    const Interest& interest = interests_.at(directory->second);
    return interest.everything || interest.names.contains(std::string(name));
}

/// Reports when nothing more comes.
void FileWatch::settle() {
    const auto now = std::chrono::steady_clock::now();
    if (!is_settling_) report_at_most_ = now + patience;
    is_settling_ = true;
    timer_.expires_at(std::min(now + quiet, report_at_most_));
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;  // something more came, or it was stopped
        is_settling_ = false;
        report_();
    });
}

}  // namespace arpad

/// \file  Notices that files change, by inotify(7).
///
/// Reports once things have settled: editors write beside a file and rename, a checkout touches
/// hundreds, Kubernetes swaps a link. What has changed is found out by those who look.
/// Threads: one, that of its io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arpad {

/// See above.
class FileWatch {
public:
    /// Calls `report` when something that is watched has changed and nothing more has for 200 ms,
    /// or after 2 s in which something always does. Throws std::system_error if the system has no
    /// instance of inotify left.
    FileWatch(boost::asio::io_context& io, std::function<void()> report);

    /// Watches everything in `directories`, and the names of `files` in theirs, instead of what was
    /// watched before. Reports where something new is watched, as it may have changed before it
    /// was.
    void watch(std::span<const std::filesystem::path> directories,
               std::span<const std::filesystem::path> files);

    /// Ends it: nothing is reported any more.
    void stop();

private:
    /// What is watched in a directory.
    struct Interest {
        bool everything = false;
        std::set<std::string> names;  // if not everything
    };

    using Interests = std::map<std::filesystem::path, Interest>;

    [[nodiscard]] bool start(const std::filesystem::path& directory);
    void wait();
    void read_events();
    [[nodiscard]] bool concerns_us(int watch, std::string_view name, std::uint32_t what) const;
    void settle();

    boost::asio::posix::stream_descriptor inotify_;
    boost::asio::steady_timer timer_;
    std::function<void()> report_;
    Interests interests_;
    std::map<int, std::filesystem::path> directories_;  // by watch
    std::chrono::steady_clock::time_point report_at_most_;
    bool is_settling_ = false;
    bool has_warned_ = false;
};

}  // namespace arpad

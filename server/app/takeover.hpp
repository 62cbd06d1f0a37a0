/// \file  Starts another arpad that takes the place of this one, and waits until it serves.
///
/// The new process runs the program that stands at this one's path now, with the same arguments.
/// Nobody else can take part: both talk over a pair of sockets that has no name.
/// Threads: the main thread.
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/inheritance.hpp"
#include "base/result.hpp"
#include "net/descriptor_channel.hpp"

namespace arpad {

/// How arpad was started, and how it is to be started again.
struct Invocation {
    std::filesystem::path program;
    std::vector<std::string> arguments;
};

/// The invocation of this process: to be asked for before its program is replaced.
[[nodiscard]] Invocation own_invocation(int argc, const char* const* argv);

/// See above.
class Takeover {
public:
    /// The new process, which serves; or why there is none. It has then been ended.
    using Done = std::function<void(const Result<pid_t, std::string>& successor)>;

    Takeover(boost::asio::io_context& io, Invocation invocation);
    ~Takeover();  ///< A process that does not serve yet notices, and ends.
    Takeover(const Takeover&) = delete;
    Takeover& operator=(const Takeover&) = delete;

    /// Starts the new process and leaves it `inheritance`. `done` is called once, later.
    void begin(const Inheritance& inheritance, Done done);

    /// Tells the new process, which serves, that this one has let go. False if it has ended.
    [[nodiscard]] bool confirm();

private:
    [[nodiscard]] std::optional<std::string> start(const Inheritance& inheritance);
    void wait();
    void hear();
    void fail(const std::string& reason);

    boost::asio::io_context& io_;
    Invocation invocation_;
    std::optional<DescriptorChannel> channel_;
    boost::asio::posix::stream_descriptor readable_;  // a copy of the channel's, to be waited for
    boost::asio::steady_timer patience_;
    pid_t successor_ = 0;
    Done done_;
};

}  // namespace arpad

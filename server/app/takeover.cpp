#include "app/takeover.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

#include "app/options.hpp"
#include "base/log.hpp"

namespace arpad {
namespace {

/// Loading ten million records takes less.
constexpr std::chrono::minutes patience{10};

/// The environment but for what names this process: systemd's watchdog.
std::vector<char*> environment_of_successor() {
    constexpr std::string_view own = "WATCHDOG_PID=";
    std::vector<char*> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!std::string_view(*entry).starts_with(own)) environment.push_back(*entry);
    }
    environment.push_back(nullptr);
    return environment;
}

/// Starts `invocation` with `channel`, and nothing else that is open here but standard streams.
Result<pid_t, std::string> spawn(const Invocation& invocation, const Descriptor& channel) {
    constexpr int channel_number = STDERR_FILENO + 1;
    std::vector<std::string> words{invocation.program.string()};
    std::ranges::copy(invocation.arguments, std::back_inserter(words));
    words.push_back(fmt::format("{}={}", predecessor_option, channel_number));
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::vector<char*> environment = environment_of_successor();

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    int error = posix_spawn_file_actions_adddup2(&files, channel.number(), channel_number);
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(&files, channel_number + 1);
    pid_t process = 0;
    if (error == 0) {
        error = ::posix_spawn(&process, words.front().c_str(), &files, nullptr, arguments.data(),
                              environment.data());
    }
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) return fmt::format("{}: {}", words.front(), std::strerror(error));
    return process;
}

/// How `process`, a child that has ended or is about to, has ended.
std::string end_of(pid_t process) {
    int status = 0;
    while (::waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) return "cannot be waited for";
    }
    if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
    return fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace

Invocation own_invocation(int argc, const char* const* argv) {
    Invocation invocation;
    const std::string_view name = argc > 0 ? argv[0] : "";
    std::error_code error;
    // Found by PATH: the system knows what was found.
    invocation.program = name.find('/') == std::string_view::npos
                             ? std::filesystem::read_symlink("/proc/self/exe", error)
                             : std::filesystem::absolute(name, error);
    for (int i = 1; i < argc; ++i) {
        if (!std::string_view(argv[i]).starts_with(predecessor_option)) {
            invocation.arguments.emplace_back(argv[i]);
        }
    }
    return invocation;
}

Takeover::Takeover(boost::asio::io_context& io, Invocation invocation)
    : io_(io), invocation_(std::move(invocation)), readable_(io), patience_(io) {}

Takeover::~Takeover() = default;

void Takeover::begin(const Inheritance& inheritance, Done done) {
    done_ = std::move(done);
    if (const auto failure = start(inheritance)) {
        boost::asio::post(io_, [this, failure] { fail(*failure); });
        return;
    }
    spdlog::info("process {} is started to take over", successor_);
    patience_.expires_after(patience);
    patience_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) fail(fmt::format("does not serve after {} minutes", patience.count()));
    });
    wait();
}

std::optional<std::string> Takeover::start(const Inheritance& inheritance) {
    auto ends = DescriptorChannel::make();
    if (!ends) return ends.error().message();
    channel_ = std::move(ends->first);
    auto process = spawn(invocation_, ends->second);
    if (!process) return process.error();
    successor_ = *process;
    boost::system::error_code error;
    readable_.assign(Descriptor::copy_of(channel_->number()).release(), error);
    if (error) return error.message();
    // What is not told here shows in its end: it may have closed its side already.
    (void)send_inheritance(*channel_, inheritance);
    return std::nullopt;
}

void Takeover::wait() {
    readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                             if (!error) hear();
                         });
}

void Takeover::hear() {
    const auto message = channel_->receive();
    if (!message || message->text != serving_message) {
        fail(message ? fmt::format("says \"{}\"", message->text) : "");
        return;
    }
    patience_.cancel();
    readable_.close();
    const pid_t process = successor_;
    std::exchange(done_, {})(process);
}

/// Ends the new process, which does not serve, and says why: `reason`, or what it has ended with.
void Takeover::fail(const std::string& reason) {
    if (!done_) return;
    patience_.cancel();
    if (readable_.is_open()) readable_.close();
    channel_.reset();
    std::string text = reason;
    if (successor_ != 0) {
        // Where it has closed its side it is ending by itself, with a status that tells more.
        if (!reason.empty()) ::kill(successor_, SIGKILL);
        const std::string end = end_of(successor_);
        text = fmt::format("process {} {}", successor_, reason.empty() ? end : reason);
        successor_ = 0;
    }
    std::exchange(done_, {})(text);
}

bool Takeover::confirm() {
    if (!channel_->send(released_message)) return true;
    (void)end_of(std::exchange(successor_, 0));
    return false;
}

}  // namespace arpad

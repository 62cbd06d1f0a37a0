#include "app/sandbox.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>

#include "base/descriptor.hpp"

namespace arpad {
namespace {

/// What changes files, as the first version of Landlock knows it.
constexpr std::uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                  LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                  LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                  LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

// Of later versions; not in all headers.
constexpr std::uint64_t refer = 1U << 13U;     // version 2: to another directory
constexpr std::uint64_t truncate = 1U << 14U;  // version 3

std::string last_error() {
    return std::strerror(errno);
}

/// All that `version` of Landlock knows of writing.
std::uint64_t writing_of(long version) noexcept {
    return writing | (version >= 2 ? refer : 0) | (version >= 3 ? truncate : 0);
}

constexpr std::uint32_t refuse = SCMP_ACT_ERRNO(EPERM);

/// What workers call. Beside sockets, clocks and memory: what the C library needs to lock, to end
/// threads and to stop a process whose state is wrong, and sanitizers to give back their stacks and
/// to find out, by a pipe, whether memory can be read.
constexpr std::array allowed_calls{
    SCMP_SYS(accept4),
    SCMP_SYS(brk),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(futex),
    SCMP_SYS(getpeername),
    SCMP_SYS(getpid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(madvise),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(tgkill),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/// What no library would try on its own: to start programs, and to look into other processes.
constexpr std::array deadly_calls{
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(ptrace),
    SCMP_SYS(vfork),
};

/// Likewise, on threads whose sockets others have made.
constexpr std::array calls_for_sockets{
    SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(listen), SCMP_SYS(socket), SCMP_SYS(socketpair),
};

/// Ways to memory that holds programs which are in no file, beside mmap(2) and mprotect(2).
constexpr std::array ways_to_programs{
    SCMP_SYS(memfd_create),
    SCMP_SYS(personality),
    SCMP_SYS(shmat),
};

/// A call that is allowed where one of its arguments meets a condition.
struct LimitedCall {
    int call;
    scmp_arg_cmp condition;
};

scmp_arg_cmp argument_is(unsigned argument, std::uint64_t value) noexcept {
    return {argument, SCMP_CMP_EQ, value, 0};
}

scmp_arg_cmp argument_lacks(unsigned argument, std::uint64_t bits) noexcept {
    return {argument, SCMP_CMP_MASKED_EQ, bits, 0};
}

scmp_arg_cmp argument_has(unsigned argument, std::uint64_t bits) noexcept {
    return {argument, SCMP_CMP_MASKED_EQ, bits, bits};
}

// Of mmap(2), mprotect(2) and pkey_mprotect(2).
constexpr unsigned protection = 2;
constexpr unsigned flags = 3;

/// Memory that holds no programs, and what Asio asks of sockets.
std::array<LimitedCall, 4> limited_calls() noexcept {
    return {{{SCMP_SYS(mmap), argument_lacks(protection, PROT_EXEC)},
             {SCMP_SYS(mprotect), argument_lacks(protection, PROT_EXEC)},
             {SCMP_SYS(ioctl), argument_is(1, FIONBIO)},
             {SCMP_SYS(ioctl), argument_is(1, FIONREAD)}}};
}

/// What threads may call, as it is put together. The first error is kept.
class Filter {
public:
    explicit Filter(std::uint32_t otherwise)
        : rules_(seccomp_init(otherwise)), error_(rules_ ? 0 : -ENOMEM) {}

    /// Has the system do `action` at each of `calls`.
    void add(std::uint32_t action, std::span<const int> calls) {
        for (const int call : calls) add(action, call, {});
    }

    /// Has it do so where the arguments meet all of `conditions`.
    void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> conditions) {
        if (error_ != 0) return;
        error_ =
            seccomp_rule_add_array(rules_.get(), action, call,
                                   static_cast<unsigned>(conditions.size()), conditions.begin());
    }

    /// Binds the calling thread. The error, if there was one.
    [[nodiscard]] std::optional<std::string> load() {
        if (error_ == 0) error_ = seccomp_load(rules_.get());
        if (error_ == 0) return std::nullopt;
        return std::strerror(-error_);
    }

private:
    struct Release {
        void operator()(scmp_filter_ctx rules) const noexcept { seccomp_release(rules); }
    };

    std::unique_ptr<void, Release> rules_;
    int error_;
};

}  // namespace

std::optional<std::string> forbid_writing_but_to(const std::filesystem::path& directory) {
    const long version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return last_error();
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = writing_of(version);
    const Descriptor rules(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes,
                                                      sizeof attributes.handled_access_fs, 0)));
    if (!rules.is_open()) return last_error();
    const Descriptor below(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (below.is_open()) {
        landlock_path_beneath_attr rule{};
        rule.allowed_access = attributes.handled_access_fs;
        rule.parent_fd = below.number();
        if (::syscall(SYS_landlock_add_rule, rules.number(), LANDLOCK_RULE_PATH_BENEATH, &rule,
                      0) != 0) {
            return last_error();
        }
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return last_error();
    const bool is_done = ::syscall(SYS_landlock_restrict_self, rules.number(), 0) == 0;
    // One that has taken over, again and again, has so many such rules already.
    return is_done || errno == E2BIG ? std::nullopt : std::optional(last_error());
}

std::optional<std::string> confine_to_answering() {
    Filter filter(refuse);
    filter.add(SCMP_ACT_ALLOW, allowed_calls);
    for (const auto& [call, condition] : limited_calls()) {
        filter.add(SCMP_ACT_ALLOW, call, {condition});
    }
    filter.add(SCMP_ACT_KILL_PROCESS, deadly_calls);
    filter.add(SCMP_ACT_KILL_PROCESS, calls_for_sockets);
    return filter.load();
}

std::optional<std::string> forbid_programs() {
    Filter filter(SCMP_ACT_ALLOW);
    filter.add(SCMP_ACT_KILL_PROCESS, deadly_calls);
    // Files are as the system knows them: the C library loads some when it looks up names.
    filter.add(refuse, SCMP_SYS(mmap),
               {argument_has(protection, PROT_EXEC), argument_has(flags, MAP_ANONYMOUS)});
    constexpr std::uint64_t changeable_programs = PROT_WRITE | PROT_EXEC;
    filter.add(refuse, SCMP_SYS(mmap), {argument_has(protection, changeable_programs)});
    filter.add(refuse, SCMP_SYS(mprotect), {argument_has(protection, PROT_EXEC)});
    filter.add(refuse, SCMP_SYS(pkey_mprotect), {argument_has(protection, PROT_EXEC)});
    filter.add(refuse, ways_to_programs);
    return filter.load();
}

void forbid_core_dumps() noexcept {
    ::prctl(PR_SET_DUMPABLE, 0);
}

void allow_core_dumps() noexcept {
    ::prctl(PR_SET_DUMPABLE, 1);
}

}  // namespace arpad

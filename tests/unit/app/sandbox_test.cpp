// Each test confines a process of its own: there is no way back.

#include "app/sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "support/directory_test.hpp"

namespace arpad {
namespace {

constexpr int as_expected = 0;
constexpr int otherwise = 1;
constexpr int not_confined = 2;

/// Ends the process by what `check` says, after `failure` says that it was confined.
[[noreturn]] void end(const std::optional<std::string>& failure,
                      const std::function<bool()>& check) {
    if (failure) ::_exit(not_confined);
    ::_exit(check() ? as_expected : otherwise);
}

[[noreturn]] void end_confined(const std::function<bool()>& check) {
    end(confine_to_answering(), check);
}

[[noreturn]] void end_without_programs(const std::function<bool()>& check) {
    end(forbid_programs(), check);
}

bool start_program() {
    char* const nothing[] = {nullptr};
    return ::execve("/bin/true", nothing, nothing) == 0;
}

/// Whether a call that gave `result` was refused with `error`.
bool is_refused(long result, int error) {
    return result < 0 && errno == error;
}

const auto ends_as_expected = testing::ExitedWithCode(as_expected);
const auto is_killed = testing::KilledBySignal(SIGSYS);

using SandboxDeathTest = test::DirectoryTest;

TEST_F(SandboxDeathTest, WorkersCannotOpenFiles) {
    EXPECT_EXIT(end_confined([] { return is_refused(::open("/etc/passwd", O_RDONLY), EPERM); }),
                ends_as_expected, "");
}

TEST_F(SandboxDeathTest, WorkersCannotMakeMemoryThatHoldsPrograms) {
    EXPECT_EXIT(end_confined([] {
                    void* const memory = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC,
                                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                    return memory == MAP_FAILED && errno == EPERM;
                }),
                ends_as_expected, "");
}

TEST_F(SandboxDeathTest, WorkersCanHaveMemory) {
    EXPECT_EXIT(end_confined([] {
                    const auto* const memory = new char[64U << 20U];
                    delete[] memory;
                    return true;
                }),
                ends_as_expected, "");
}

TEST_F(SandboxDeathTest, WorkersThatStartProgramsEndTheProcess) {
    EXPECT_EXIT(end_confined(start_program), is_killed, "");
}

TEST_F(SandboxDeathTest, WorkersThatOpenSocketsEndTheProcess) {
    EXPECT_EXIT(end_confined([] { return ::socket(AF_INET, SOCK_STREAM, 0) < 0; }), is_killed, "");
}

TEST_F(SandboxDeathTest, OthersThatStartProgramsEndTheProcess) {
    EXPECT_EXIT(end_without_programs(start_program), is_killed, "");
}

TEST_F(SandboxDeathTest, OthersPassOnThatTheyMayNotStartPrograms) {
    EXPECT_EXIT(end_without_programs([] {
                    std::thread(start_program).join();
                    return false;
                }),
                is_killed, "");
}

TEST_F(SandboxDeathTest, OthersThatLookIntoProcessesEndTheProcess) {
    EXPECT_EXIT(end_without_programs([] { return ::ptrace(PTRACE_TRACEME, 0, 0, 0) == 0; }),
                is_killed, "");
}

TEST_F(SandboxDeathTest, OthersCanOpenFilesAndSockets) {
    EXPECT_EXIT(end_without_programs([] {
                    return ::open("/etc/passwd", O_RDONLY) >= 0 &&
                           ::socket(AF_INET, SOCK_STREAM, 0) >= 0;
                }),
                ends_as_expected, "");
}

TEST_F(SandboxDeathTest, OthersCannotMakeMemoryThatHoldsPrograms) {
    EXPECT_EXIT(
        end_without_programs([] {
            constexpr std::size_t size = 4096;
            const auto map = [](int protection) {
                return ::mmap(nullptr, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            };
            if (map(PROT_READ | PROT_EXEC) != MAP_FAILED || errno != EPERM) return false;
            const int file = ::open("/etc/passwd", O_RDONLY);
            if (::mmap(nullptr, size, PROT_WRITE | PROT_EXEC, MAP_PRIVATE, file, 0) != MAP_FAILED ||
                errno != EPERM) {
                return false;
            }
            void* const memory = map(PROT_READ | PROT_WRITE);
            return memory != MAP_FAILED &&
                   is_refused(::mprotect(memory, size, PROT_READ | PROT_EXEC), EPERM) &&
                   is_refused(::pkey_mprotect(memory, size, PROT_READ | PROT_EXEC, 0), EPERM) &&
                   is_refused(::memfd_create("program", 0), EPERM) &&
                   is_refused(::personality(READ_IMPLIES_EXEC), EPERM) &&
                   is_refused(reinterpret_cast<long>(::shmat(0, nullptr, SHM_EXEC)), EPERM);
        }),
        ends_as_expected, "");
}

TEST_F(SandboxDeathTest, FilesCanBeChangedInOneDirectoryOnly) {
    const auto inside = root_ / "inside";
    const auto outside = root_ / "outside";
    std::filesystem::create_directory(inside);
    std::filesystem::create_directory(outside);
    const auto make = [](const std::filesystem::path& path) {
        return ::open((path / "file").c_str(), O_WRONLY | O_CREAT, 0600);
    };
    EXPECT_EXIT(
        {
            if (forbid_writing_but_to(inside)) ::_exit(not_confined);
            const bool is_right = make(inside) >= 0 && is_refused(make(outside), EACCES) &&
                                  ::open("/etc/passwd", O_RDONLY) >= 0;
            ::_exit(is_right ? as_expected : otherwise);
        },
        ends_as_expected, "");
}

TEST_F(SandboxDeathTest, CoreDumpsCanBeForbiddenAndAllowed) {
    EXPECT_EXIT(
        {
            forbid_core_dumps();
            const bool is_forbidden = ::prctl(PR_GET_DUMPABLE) == 0;
            allow_core_dumps();
            ::_exit(is_forbidden && ::prctl(PR_GET_DUMPABLE) == 1 ? as_expected : otherwise);
        },
        ends_as_expected, "");
}

}  // namespace
}  // namespace arpad

#include "app/privileges.hpp"

#include <cap-ng.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

namespace arpad {
namespace {

constexpr std::array<unsigned, 2> socket_capabilities{CAP_NET_BIND_SERVICE, CAP_NET_ADMIN};

struct UserIds {
    uid_t user;
    gid_t group;
};

/// None if there is no such user.
std::optional<UserIds> find_user(const std::string& name) {
    constexpr std::size_t enough = 16 * 1024;
    std::vector<char> text(enough);
    passwd entry{};
    passwd* found = nullptr;
    ::getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
    if (found == nullptr) return std::nullopt;
    return UserIds{found->pw_uid, found->pw_gid};
}

/// Makes `directory` for a user, unless it is there. The error is the system's reason.
std::error_code make_directory(const std::filesystem::path& directory, const UserIds& ids) {
    constexpr auto mode = static_cast<std::filesystem::perms>(0750);
    std::error_code error;
    if (!std::filesystem::create_directories(directory, error)) return error;
    std::filesystem::permissions(directory, mode, error);
    if (::chown(directory.c_str(), ids.user, ids.group) != 0) {
        error.assign(errno, std::generic_category());
    }
    return error;
}

/// Chooses, of what sockets take, what the process has: a container may have taken some of it away.
void choose_capabilities() {
    capng_get_caps_process();
    std::vector<unsigned> kept;
    for (const unsigned capability : socket_capabilities) {
        if (capng_have_capability(CAPNG_PERMITTED, capability) == 1) kept.push_back(capability);
    }
    capng_clear(CAPNG_SELECT_CAPS);
    constexpr auto sets = static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED);
    for (const unsigned capability : kept) capng_update(CAPNG_ADD, sets, capability);
}

}  // namespace

std::optional<std::string> become_user(const std::string& user,
                                       const std::filesystem::path& state) {
    const auto ids = find_user(user);
    if (!ids) {
        return fmt::format(
            "there is no user {}\n  create it with `adduser --system --group {}`, or change `user`",
            user, user);
    }
    if (::geteuid() == ids->user) return std::nullopt;
    if (!is_root()) {
        return fmt::format(
            "only root can become {}\n  start arpad as root or as {}, or change `user`", user,
            user);
    }
    if (const auto error = make_directory(state, *ids)) {
        return fmt::format("state directory {}: {}\n  create it, and give it to {}", state.string(),
                           error.message(), user);
    }
    choose_capabilities();
    const int failure = capng_change_id(static_cast<int>(ids->user), static_cast<int>(ids->group),
                                        CAPNG_INIT_SUPP_GRP);
    if (failure == 0) return std::nullopt;
    return fmt::format(
        "the system refuses to make it one of {} (libcap-ng: {})\n  start it with the capabilities "
        "CAP_SETUID and CAP_SETGID, or as {}",
        user, failure, user);
}

std::optional<std::string> drop_privileges() {
    // Only a filter of system calls keeps a thread from giving up what it has.
    int error = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
    if (!is_root()) {
        capng_clear(CAPNG_SELECT_CAPS);
        if (capng_apply(CAPNG_SELECT_CAPS) != 0) error = errno;
    }
    return error == 0 ? std::nullopt : std::optional<std::string>(std::strerror(error));
}

std::size_t raise_file_limit() noexcept {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

bool is_root() noexcept {
    return ::geteuid() == 0;
}

}  // namespace arpad

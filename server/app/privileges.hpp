/// \file  Which user the process is, and what it may do beyond that user's rights.
///
/// Linux keeps both by thread; a new thread has those of the one that starts it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace arpad {

/// Makes the process one of `user` and its groups. Of what root may do it keeps what sockets take
/// to be opened: ports below 1024, and large receive buffers. A `state` directory that is missing
/// is made for that user. Does nothing if the process is that user's already. Only while there is
/// one thread. The error says what to do.
[[nodiscard]] std::optional<std::string> become_user(const std::string& user,
                                                     const std::filesystem::path& state);

/// Gives up all that the calling thread may do beyond its user's rights, and the means to get more,
/// such as programs that are setuid. A thread of root's keeps root's rights. The system's reason if
/// it refuses any of it.
std::optional<std::string> drop_privileges();

/// Lets the process have as many files open as the system allows it. Returns how many that is.
[[nodiscard]] std::size_t raise_file_limit() noexcept;

/// Whether the process is root's.
[[nodiscard]] bool is_root() noexcept;

}  // namespace arpad

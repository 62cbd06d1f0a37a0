/// \file  What threads may ask of the system: no more than they need, so that whoever gets one to
/// do something else does not get far.
///
/// Linux keeps both by thread; a new thread has those of the one that starts it. There is no way
/// back.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace arpad {

/// Lets the calling thread change files at and below `directory`, and nowhere else (landlock(7)).
/// The error says why the system cannot; nothing is changed then.
[[nodiscard]] std::optional<std::string> forbid_writing_but_to(
    const std::filesystem::path& directory);

/// Lets the calling thread do what a worker does: receive and send on sockets that there are,
/// accept connections, wait, and have memory (seccomp(2)). What is harmless to be refused is: above
/// all to open files. Who tries what only an intruder would, such as to open sockets or to start
/// programs, ends the process. The error says why the system cannot; nothing is changed then.
[[nodiscard]] std::optional<std::string> confine_to_answering();

/// Ends the process if the calling thread, or one that it starts, tries to start a program or to
/// look into another process, and refuses it memory for programs that come from no file
/// (seccomp(2)). The error says why the system cannot; nothing is changed then.
[[nodiscard]] std::optional<std::string> forbid_programs();

/// Leaves no core dump when the process crashes, nor lets other processes of its user look into it:
/// it holds secrets.
void forbid_core_dumps() noexcept;

/// Takes that back: the secrets are gone.
void allow_core_dumps() noexcept;

}  // namespace arpad

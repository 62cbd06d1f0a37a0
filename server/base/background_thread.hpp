/// \file  Threads that do what can wait.
#pragma once

namespace arpad {

/// Names the calling thread `name`, at most 15 characters, and lets the workers go first where
/// there are not enough cores. Whether the system lets it.
bool become_background_thread(const char* name) noexcept;

}  // namespace arpad

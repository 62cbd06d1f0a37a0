#include "base/background_thread.hpp"

#include <pthread.h>
#include <sys/resource.h>

namespace arpad {

bool become_background_thread(const char* name) noexcept {
    constexpr int nice = 10;
    constexpr id_t this_thread = 0;  // Linux keeps priorities by thread
    pthread_setname_np(pthread_self(), name);
    return ::setpriority(PRIO_PROCESS, this_thread, nice) == 0;
}

}  // namespace arpad

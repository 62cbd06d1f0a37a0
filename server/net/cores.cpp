#include "net/cores.hpp"

#include <pthread.h>
#include <sched.h>

namespace arpad {

std::vector<unsigned> usable_cores() {
    std::vector<unsigned> cores;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return cores;
    for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
        if (CPU_ISSET(core, &set)) cores.push_back(core);
    }
    return cores;
}

boost::system::error_code pin(std::thread& thread, unsigned core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    const int error = pthread_setaffinity_np(thread.native_handle(), sizeof set, &set);
    return {error, boost::system::system_category()};
}

}  // namespace arpad

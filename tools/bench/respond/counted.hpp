/// \file  Marks the stretches of a program whose instructions tools/bench/regression counts.
#pragma once

#include <memory>
#include <type_traits>

namespace arpad::bench {

/// Calls `work(context)`. Callgrind knows this function by its name, so it is never inlined.
extern "C" void arpad_counted_stretch(void (*work)(void* context), void* context);

/// Calls `work()` as one stretch.
template <class Work>
void count_in(Work&& work) {
    arpad_counted_stretch(
        [](void* context) { (*static_cast<std::remove_reference_t<Work>*>(context))(); },
        std::addressof(work));
}

}  // namespace arpad::bench

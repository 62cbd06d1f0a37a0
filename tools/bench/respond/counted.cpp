#include "respond/counted.hpp"

namespace arpad::bench {

[[gnu::noinline]] void arpad_counted_stretch(void (*work)(void* context), void* context) {
    work(context);
}

}  // namespace arpad::bench

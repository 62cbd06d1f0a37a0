#include "base/standard_error.hpp"

#include <cstdio>

namespace arpad {

void write_standard_error(std::string_view text) noexcept {
    (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

void print(const Diagnostics& diagnostics) {
    write_standard_error(diagnostics.to_text());
}

}  // namespace arpad

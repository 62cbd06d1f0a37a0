/// \file  Any octets as a zone file: whether or not plain lines of `records` are taken out before
///        yaml-cpp reads it, the models and findings are the same.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "base/invariant.hpp"
#include "support/readings.hpp"

namespace {

constexpr std::size_t max_octets = 64 * 1024;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    if (size > max_octets) return 0;
    const auto difference = difference_of_readings({reinterpret_cast<const char*>(data), size});
    if (difference) std::fputs(difference->c_str(), stderr);
    ensure(!difference, "both ways to read a zone file agree");
    return 0;
}

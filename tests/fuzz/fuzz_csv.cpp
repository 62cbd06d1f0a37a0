/// \file  Any octets as a table of names.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/invariant.hpp"
#include "control/edit_csv.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    const auto edits = read_edit_csv({reinterpret_cast<const char*>(data), size});
    if (!edits) {
        ensure(!edits.error().empty(), "what is refused is told why");
        return 0;
    }
    for (const CsvEdit& edit : *edits) {
        ensure(!edit.names || !edit.names->empty(), "a field that is not empty has names");
    }
    return 0;
}

#include "output_files.hpp"

#include <system_error>

namespace arpad {

void prepare_output(const std::vector<std::filesystem::path>& paths, Overwriting overwriting,
                    Diagnostics& diagnostics) {
    std::error_code ignored;  // writing the first file says what is wrong with its directory
    for (const std::filesystem::path& path : paths) {
        std::filesystem::create_directories(path.parent_path(), ignored);
        if (overwriting == Overwriting::refused && std::filesystem::exists(path, ignored)) {
            diagnostics.error(path.string(), {}, "the file is there already",
                              "move it away, or write over it with --force");
        }
    }
}

}  // namespace arpad

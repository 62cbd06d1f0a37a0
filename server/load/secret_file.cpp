#include "load/secret_file.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "base/text_file.hpp"

namespace arpad {

bool is_open_to_all(const std::filesystem::path& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    using std::filesystem::perms;
    constexpr perms access = perms::others_read | perms::others_write;
    return !error && (status.permissions() & access) != perms::none;
}

std::optional<std::string> read_secret_file(const std::filesystem::path& path,
                                            std::string_view named_by, Diagnostics& diagnostics) {
    const std::string file = path.string();
    auto text = read_text_file(path);
    if (!text) {
        diagnostics.error(file, {}, fmt::format("cannot be read: {}", text.error().message()),
                          fmt::format("{} names it; the user that runs arpad has to be able to "
                                      "read it",
                                      named_by));
        return std::nullopt;
    }
    if (is_open_to_all(path)) {
        diagnostics.error(file, {}, "holds secrets, and everybody has access to it",
                          fmt::format("chmod o= {}", file));
        return std::nullopt;
    }
    return std::move(*text);
}

}  // namespace arpad

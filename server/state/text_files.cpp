#include "state/text_files.hpp"

#include <fmt/format.h>

#include "base/text_file.hpp"

namespace arpad {
namespace {

constexpr std::string_view prefix = "text-";
constexpr std::string_view unfinished_prefix = ".arpad-";  // of write_text_file

std::string file_name(const Digest& digest) {
    return fmt::format("{}{:02x}", prefix, fmt::join(digest, ""));
}

}  // namespace

std::filesystem::path TextFiles::path_of(const Digest& digest) const {
    return directory_ / file_name(digest);
}

bool TextFiles::are_any() const {
    std::error_code error;
    for (std::filesystem::directory_iterator file(directory_, error), end; !error && file != end;
         file.increment(error)) {
        const std::string name = file->path().filename().string();
        if (name.starts_with(prefix) || name.starts_with(unfinished_prefix)) return true;
    }
    return false;
}

bool TextFiles::has(const Digest& digest, std::size_t octets) const {
    std::error_code error;
    return std::filesystem::file_size(path_of(digest), error) == octets && !error;
}

std::error_code TextFiles::write(const Digest& digest, std::string_view text) const {
    return write_text_file(path_of(digest), text, Overwriting::allowed, Readers::owner);
}

std::optional<std::string> TextFiles::find(const Digest& digest) const {
    auto text = read_text_file(path_of(digest));
    if (!text || digest_of(*text) != digest) return std::nullopt;
    return std::move(*text);
}

void TextFiles::remove_others(const std::set<Digest>& kept) const {
    std::set<std::string> kept_names;
    for (const Digest& digest : kept) kept_names.insert(file_name(digest));
    std::error_code error;
    for (std::filesystem::directory_iterator file(directory_, error), end; !error && file != end;
         file.increment(error)) {
        const std::string name = file->path().filename().string();
        const bool is_text = name.starts_with(prefix) && !kept_names.contains(name);
        std::error_code ignored;
        if (is_text || name.starts_with(unfinished_prefix)) {
            std::filesystem::remove(file->path(), ignored);
        }
    }
}

}  // namespace arpad

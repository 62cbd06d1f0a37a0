#include "load/zone_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "base/text_file.hpp"
#include "dns/name.hpp"

namespace arpad {
namespace {

namespace fs = std::filesystem;

std::string advice_for(std::error_code error) {
    if (error == std::errc::permission_denied)
        return "give the user that arpad runs as the right to read it";
    if (error == std::errc::no_such_file_or_directory)
        return "create it, or correct the path or link that leads to it";
    if (error == std::errc::too_many_symbolic_link_levels) return "remove the link to itself";
    return "mend it, or move it elsewhere";
}

std::string lower_case_extension(const fs::path& path) {
    std::string extension = path.extension().string();
    for (char& letter : extension)
        letter = static_cast<char>(to_lower(static_cast<std::uint8_t>(letter)));
    return extension;
}

/// Whether `name` is hidden, or a copy that an editor keeps beside the file.
bool is_passed_over(const std::string& name) {
    return name.starts_with('.') || name.starts_with('#') || name.ends_with('~');
}

/// Goes through the directories and keeps what it reads.
class DirectoryReader {
public:
    DirectoryReader(fs::path root, Diagnostics& diagnostics)
        : root_(std::move(root)), diagnostics_(diagnostics) {}

    void read_directory(const fs::path& directory);

    [[nodiscard]] std::vector<SourceFile> take_files() { return std::move(files_); }

private:
    void report(const fs::path& path, std::error_code error) {
        diagnostics_.error(path.string(), {}, fmt::format("cannot be read: {}", error.message()),
                           advice_for(error));
    }

    void keep(const fs::path& path, std::optional<std::string> text) {
        files_.push_back({path.string(), path.lexically_relative(root_).string(), std::move(text)});
    }

    bool enter(const fs::path& directory);
    void read_entry(const fs::path& path);
    void read_file(const fs::path& path, const fs::file_status& status);

    fs::path root_;
    Diagnostics& diagnostics_;
    std::vector<SourceFile> files_;
    std::set<fs::path> entered_;  // without links
};

/// Notes that `directory` is being read. False if it cannot be, or was already.
bool DirectoryReader::enter(const fs::path& directory) {
    std::error_code error;
    const fs::path real = fs::canonical(directory, error);
    if (error) {
        report(directory, error);
        return false;
    }
    if (entered_.insert(real).second) return true;
    diagnostics_.warning(directory.string(), {},
                         "leads to a directory that is read already under another name",
                         "remove the link");
    return false;
}

void DirectoryReader::read_directory(const fs::path& directory) {
    if (!enter(directory)) return;
    std::vector<fs::path> entries;
    std::error_code error;
    fs::directory_iterator iterator(directory, error);
    while (!error && iterator != fs::directory_iterator()) {
        entries.push_back(directory / iterator->path().filename());
        iterator.increment(error);
    }
    if (error) report(directory, error);
    std::ranges::sort(entries);
    for (const fs::path& entry : entries) {
        if (!is_passed_over(entry.filename().string())) read_entry(entry);
    }
}

void DirectoryReader::read_entry(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (error) {
        // A link to nowhere may stand for a directory full of zones.
        report(path, error);
        if (path.extension() == ".yaml") keep(path, std::nullopt);
    } else if (fs::is_directory(status)) {
        read_directory(path);
    } else if (path.extension() == ".yaml") {
        read_file(path, status);
    } else if (lower_case_extension(path) == ".yml" || lower_case_extension(path) == ".yaml") {
        diagnostics_.warning(
            path.string(), {}, "is not read: only *.yaml files are",
            fmt::format("rename it to {}", fs::path(path).replace_extension(".yaml").string()));
    }
}

void DirectoryReader::read_file(const fs::path& path, const fs::file_status& status) {
    if (!fs::is_regular_file(status)) {
        diagnostics_.error(path.string(), {}, "is no regular file", "move it elsewhere");
        return;
    }
    auto text = read_text_file(path);
    if (text) {
        keep(path, std::move(*text));
    } else {
        report(path, text.error());
        keep(path, std::nullopt);
    }
}

}  // namespace

SourceFile read_inventory_source(const fs::path& path, Diagnostics& diagnostics) {
    // No path of a zone file below its directory begins so.
    SourceFile source{path.string(), "/inventory", std::nullopt};
    auto text = read_text_file(path);
    if (text) {
        source.text = std::move(*text);
    } else {
        diagnostics.error(path.string(), {},
                          fmt::format("cannot be read: {}", text.error().message()),
                          advice_for(text.error()));
    }
    return source;
}

std::vector<SourceFile> read_zone_directory(const fs::path& directory, Diagnostics& diagnostics) {
    const std::size_t errors_before = diagnostics.error_count();
    DirectoryReader reader(directory, diagnostics);
    reader.read_directory(directory);
    std::vector<SourceFile> files = reader.take_files();
    std::ranges::sort(files, {}, &SourceFile::file);
    if (files.empty() && diagnostics.error_count() == errors_before)
        diagnostics.warning(directory.string(), {}, "holds no zone file: nothing will be served",
                            "write one, for example 192.0.2.0_24.yaml");
    return files;
}

}  // namespace arpad

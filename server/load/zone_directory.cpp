#include "load/zone_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
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

void report_unreadable(const std::string& path, std::error_code error, Diagnostics& diagnostics) {
    diagnostics.error(path, {}, fmt::format("cannot be read: {}", error.message()),
                      advice_for(error));
}

bool is_yaml(const std::string& name) {
    return name.ends_with(".yaml") && name.size() > std::string_view(".yaml").size();
}

/// Goes through the directories and keeps what it finds.
class DirectoryScan {
public:
    DirectoryScan(const fs::path& root, Diagnostics& diagnostics)
        : key_begin_(key_begin(root)), diagnostics_(diagnostics) {}

    void look_into(const fs::path& directory);

    [[nodiscard]] FoundDirectory take_found() { return std::move(found_); }

private:
    /// How much of the path of a file is not its key: the root and a slash.
    static std::size_t key_begin(const fs::path& root) { return (root / "").native().size(); }

    void keep(const std::string& path, std::optional<FileStamp> stamp) {
        found_.files.push_back({path, path.substr(key_begin_), stamp});
    }

    /// An entry of a directory.
    struct Entry {
        std::string name;
        bool is_link = false;

        auto operator<=>(const Entry&) const = default;
    };

    bool enter(const fs::path& directory);
    void look_at(const std::string& path, const Entry& entry,
                 const Result<FileStamp, std::error_code>& stamp);
    void note_target(const fs::path& link);

    std::size_t key_begin_;
    Diagnostics& diagnostics_;
    FoundDirectory found_;
    std::set<fs::path> entered_;  // without links
};

/// Notes that `directory` is being looked into. False if it cannot be, or was already.
bool DirectoryScan::enter(const fs::path& directory) {
    std::error_code error;
    const fs::path real = fs::canonical(directory, error);
    if (error) {
        report_unreadable(directory.string(), error, diagnostics_);
        return false;
    }
    if (entered_.insert(real).second) return true;
    diagnostics_.warning(directory.string(), {},
                         "leads to a directory that is read already under another name",
                         "remove the link");
    return false;
}

void DirectoryScan::look_into(const fs::path& directory) {
    if (!enter(directory)) return;
    found_.directories.push_back(directory);
    std::vector<Entry> entries;
    std::error_code error;
    fs::directory_iterator iterator(directory, error);
    while (!error && iterator != fs::directory_iterator()) {
        std::error_code unknown;  // then it is taken for no link
        entries.push_back({iterator->path().filename().string(), iterator->is_symlink(unknown)});
        iterator.increment(error);
    }
    if (error) report_unreadable(directory.string(), error, diagnostics_);
    std::ranges::sort(entries);
    const StampedDirectory stamps(directory);
    const std::string beginning = (directory / "").native();
    for (const Entry& entry : entries) {
        if (is_passed_over(entry.name)) continue;
        look_at(beginning + entry.name, entry, stamps.stamp_of(entry.name));
    }
}

/// Where the file is that `link` leads to.
void DirectoryScan::note_target(const fs::path& link) {
    std::error_code error;
    const fs::path target = fs::canonical(link, error);
    if (!error) found_.directories.push_back(target.parent_path());
}

void DirectoryScan::look_at(const std::string& path, const Entry& entry,
                            const Result<FileStamp, std::error_code>& stamp) {
    const std::string& name = entry.name;
    if (!stamp) {
        // A link to nowhere may stand for a directory full of zones.
        report_unreadable(path, stamp.error(), diagnostics_);
        if (is_yaml(name)) keep(path, std::nullopt);
    } else if (stamp->is_directory) {
        look_into(path);
    } else if (is_yaml(name)) {
        if (stamp->is_regular) {
            keep(path, *stamp);
            if (entry.is_link) note_target(path);
        } else {
            diagnostics_.error(path, {}, "is no regular file", "move it elsewhere");
        }
    } else if (lower_case_extension(path) == ".yml" || lower_case_extension(path) == ".yaml") {
        diagnostics_.warning(
            path, {}, "is not read: only *.yaml files are",
            fmt::format("rename it to {}", fs::path(path).replace_extension(".yaml").string()));
    }
}

}  // namespace

FoundDirectory scan_zone_directory(const fs::path& directory, Diagnostics& diagnostics) {
    DirectoryScan scan(directory, diagnostics);
    scan.look_into(directory);
    FoundDirectory found = scan.take_found();
    // They are, unless directories stand between them.
    if (!std::ranges::is_sorted(found.files, {}, &FoundFile::key)) {
        std::ranges::sort(found.files, {}, &FoundFile::key);
    }
    return found;
}

FoundFile find_inventory(const fs::path& path) {
    const auto stamp = stamp_of(path);
    // No path of a zone file below its directory begins so.
    return {path.string(), "/inventory", stamp ? std::optional(*stamp) : std::nullopt};
}

SourceFile read_source(const FoundFile& found, Diagnostics& diagnostics) {
    SourceFile source{found.file, found.key, std::nullopt};
    if (!found.stamp) return source;
    auto text = read_text_file(found.file);
    if (text) {
        source.text = std::move(*text);
    } else {
        report_unreadable(found.file, text.error(), diagnostics);
    }
    return source;
}

std::vector<SourceFile> read_zone_directory(const fs::path& directory, Diagnostics& diagnostics) {
    const std::size_t errors_before = diagnostics.error_count();
    const FoundDirectory found = scan_zone_directory(directory, diagnostics);
    std::vector<SourceFile> files;
    files.reserve(found.files.size());
    for (const FoundFile& file : found.files) files.push_back(read_source(file, diagnostics));
    if (files.empty() && diagnostics.error_count() == errors_before) {
        warn_of_no_zone_file(directory, diagnostics);
    }
    return files;
}

SourceFile read_inventory_source(const fs::path& path, Diagnostics& diagnostics) {
    FoundFile found = find_inventory(path);
    if (!found.stamp) found.stamp.emplace();  // reading it says why there is none
    return read_source(found, diagnostics);
}

void warn_of_no_zone_file(const fs::path& directory, Diagnostics& diagnostics) {
    diagnostics.warning(directory.string(), {}, "holds no zone file: nothing will be served",
                        "write one, for example 192.0.2.0_24.yaml");
}

}  // namespace arpad

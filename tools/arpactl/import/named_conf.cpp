#include "import/named_conf.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <memory>
#include <utility>
#include <vector>

#include "base/text_file.hpp"
#include "import/named_conf_words.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

constexpr unsigned most_files_deep = 16;

/// What of a zone statement decides whether and how it is imported.
struct ZoneStatement {
    ConfWord name;
    bool is_primary = false;
    std::optional<ConfWord> file;
    bool is_internet = true;  // of class IN
};

/// The files that `pattern` means, which may have wildcards as BIND allows; itself if it means
/// none.
std::vector<std::filesystem::path> expand(const std::filesystem::path& pattern) {
    ::glob_t found{};
    const int status = ::glob(pattern.c_str(), GLOB_NOCHECK, nullptr, &found);
    const std::unique_ptr<::glob_t, void (*)(::glob_t*)> owner(&found, ::globfree);
    if (status != 0) return {pattern};
    return {found.gl_pathv, found.gl_pathv + found.gl_pathc};
}

class ConfReader {
public:
    explicit ConfReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    std::optional<NamedConf> read(const std::filesystem::path& conf) {
        conf_.directory = conf.parent_path();
        read_file(conf, {}, {});
        if (diagnostics_.error_count() > 0) return std::nullopt;
        for (NamedZone& zone : conf_.zones) {
            if (zone.file.is_relative()) zone.file = conf_.directory / zone.file;
        }
        return std::move(conf_);
    }

private:
    /// A file while it is read.
    struct File {
        std::string name;
        ConfWords words;
        std::string view;
    };

    void report(const File& file, Place place, std::string message, std::string advice) {
        diagnostics_.error(file.name, place, std::move(message), std::move(advice));
    }

    void read_file(const std::filesystem::path& path, const std::string& view,
                   const std::optional<std::pair<std::string, Place>>& from) {
        const auto text = read_text_file(path);
        if (!text) {
            const auto& [name, place] = from.value_or(std::pair(path.string(), Place{}));
            diagnostics_.error(name, place,
                               from ? fmt::format("{}: {}", path.string(), text.error().message())
                                    : text.error().message(),
                               "check the file's name and its mode");
            return;
        }
        File file{path.string(), ConfWords(*text), view};
        read_statements(file);
        if (const auto place = file.words.unclosed()) {
            report(file, *place, "what begins here is never closed", "close it");
        }
    }

    /// Reads statements up to the end of the file or of the block.
    void read_statements(File& file) {
        while (auto word = file.words.next()) {
            if (word->is("}")) return;
            if (word->is(";")) continue;
            if (word->is("zone")) {
                read_zone(file, *word);
            } else if (word->is("view")) {
                read_view(file);
            } else if (word->is("options")) {
                read_options(file);
            } else if (word->is("include")) {
                read_include(file);
            } else {
                skip_statement(file, *word);
            }
        }
    }

    /// Passes over the rest of a statement, its blocks included.
    void skip_statement(File& file, std::optional<ConfWord> word) {
        unsigned depth = 0;
        for (; word; word = file.words.next()) {
            if (word->is("{")) ++depth;
            if (word->is("}") && depth > 0) --depth;
            if (word->is(";") && depth == 0) return;
        }
    }

    void read_include(File& file) {
        const auto name = file.words.next();
        if (!name) return;
        if (++depth_ > most_files_deep) {
            report(file, name->place, "files include each other too deep",
                   "look whether a file includes itself");
        } else {
            std::filesystem::path path = name->text;
            if (path.is_relative()) path = conf_.directory / path;
            for (const std::filesystem::path& found : expand(path)) {
                read_file(found, file.view, std::pair(file.name, name->place));
            }
        }
        --depth_;
        skip_statement(file, file.words.next());
    }

    /// Goes to the `{` of a statement; false if there is none.
    bool enter_block(File& file) {
        while (const auto word = file.words.next()) {
            if (word->is("{")) return true;
            if (word->is(";")) return false;
        }
        return false;
    }

    void read_view(File& file) {
        const auto name = file.words.next();
        if (!name || !enter_block(file)) return;
        const std::string outer = std::exchange(file.view, name->text);
        read_statements(file);
        file.view = outer;
    }

    void read_options(File& file) {
        if (!enter_block(file)) return;
        while (auto word = file.words.next()) {
            if (word->is("}")) return;
            if (word->is("directory")) {
                const auto directory = file.words.next();
                if (!directory) return;
                conf_.directory /= directory->text;
                word = file.words.next();
            }
            skip_statement(file, word);
        }
    }

    void read_zone(File& file, const ConfWord& keyword) {
        ZoneStatement zone;
        const auto name = file.words.next();
        if (!name) return;
        zone.name = *name;
        auto word = file.words.next();
        if (word && !word->is("{") && !word->is(";")) {
            zone.is_internet = word->is("in");
            word = file.words.next();
        }
        if (!word || !word->is("{")) return;
        while ((word = file.words.next())) {
            if (word->is("}")) break;
            if (word->is("type") || word->is("file")) {
                const bool is_type = word->is("type");
                word = file.words.next();
                if (word && is_type) zone.is_primary = word->is("primary") || word->is("master");
                if (word && !is_type) zone.file = *word;
            }
            skip_statement(file, word);
        }
        adopt(file, keyword, zone);
    }

    void adopt(const File& file, const ConfWord& keyword, const ZoneStatement& zone) {
        const auto name = Name::from_text(zone.name.text);
        if (!name) {
            report(file, zone.name.place, fmt::format("{} is no zone name", zone.name.text),
                   "correct it");
            return;
        }
        const bool is_reverse = name->view().is_at_or_below(arpa_root(Family::ipv4)) ||
                                name->view().is_at_or_below(arpa_root(Family::ipv6));
        if (!zone.is_internet || !zone.is_primary || !is_reverse) return;
        if (!zone.file) {
            report(file, keyword.place, fmt::format("the zone {} has no file", zone.name.text),
                   "write `file`");
            return;
        }
        conf_.zones.push_back({*name, file.view, zone.file->text, file.name, keyword.place});
    }

    Diagnostics& diagnostics_;
    NamedConf conf_;
    unsigned depth_ = 0;
};

}  // namespace

std::optional<NamedConf> read_named_conf(const std::filesystem::path& conf,
                                         Diagnostics& diagnostics) {
    return ConfReader(diagnostics).read(conf);
}

}  // namespace arpad

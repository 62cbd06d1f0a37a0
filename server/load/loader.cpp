#include "load/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/counted.hpp"
#include "zone/builder.hpp"
#include "zone/layout.hpp"

namespace arpad {
namespace {

/// Brings every file to the best standing that it can have beside the others.
class Settlement {
public:
    Settlement(const std::vector<SourceFile>& sources, const ZoneDefaults& defaults,
               LastGoodCopies& copies, Diagnostics& diagnostics)
        : sources_(sources), defaults_(defaults), copies_(copies), diagnostics_(diagnostics) {
        for (const SourceFile& source : sources_) files_.push_back(read(source));
    }

    /// Degrades files until those that are left do not contradict each other.
    void settle() {
        for (bool again = true; again;) {
            gather();
            Diagnostics contradictions;
            layout_.emplace(entries_, contradictions);
            check_networks(entries_, *layout_, contradictions);
            again = judge(std::move(contradictions));
        }
    }

    [[nodiscard]] const std::vector<NetworkEntry>& entries() const noexcept { return entries_; }
    [[nodiscard]] const Layout& layout() const noexcept { return *layout_; }

    [[nodiscard]] std::vector<LoadedNetwork> loaded() const {
        std::vector<LoadedNetwork> networks;
        for (std::size_t i = 0; i < files_.size(); ++i) {
            const File& file = files_[i];
            networks.push_back({i, file.standing, name_of(file),
                                file.zone_file.model ? file.zone_file.model->records.size() : 0});
        }
        return networks;
    }

private:
    struct File {
        ZoneFile zone_file;  // of the standing it has
        Standing standing = Standing::current;
    };

    File read(const SourceFile& source) {
        if (!source.text) return degrade(File{{source.file, {}, {}}, Standing::current}, source);
        File file{read_zone_file(source.file, *source.text, defaults_, diagnostics_),
                  Standing::current};
        return file.zone_file.model ? std::move(file) : degrade(std::move(file), source);
    }

    /// The next lower standing that `file` can have.
    File degrade(File file, const SourceFile& source) {
        if (file.standing == Standing::current) {
            if (auto copy = read_copy(source)) return {std::move(*copy), Standing::last_good};
        }
        file.zone_file.model.reset();
        const bool is_key_usable = file.standing < Standing::broken && file.zone_file.key;
        file.standing = is_key_usable ? Standing::broken : Standing::unknown;
        return file;
    }

    std::optional<ZoneFile> read_copy(const SourceFile& source) {
        const auto text = copies_.find_copy(source.key);
        if (!text || text == source.text) return std::nullopt;
        Diagnostics ignored;  // the copy was good; the defaults may have changed since
        ZoneFile copy = read_zone_file(source.file, *text, defaults_, ignored);
        if (!copy.model) return std::nullopt;
        return copy;
    }

    /// The networks that have a place at all.
    void gather() {
        entries_.clear();
        for (const File& file : files_) {
            if (file.standing == Standing::unknown) continue;
            const auto& [name, key, model] = file.zone_file;
            entries_.push_back(model ? NetworkEntry{name, model->key, &*model}
                                     : NetworkEntry{name, *key, nullptr});
        }
    }

    /// Degrades the files that `contradictions` speak of. Reports those of files as they are now.
    bool judge(Diagnostics contradictions) {
        if (contradictions.is_empty()) return false;
        for (const Diagnostic& entry : contradictions.entries()) {
            File* const file = find(entry.file);
            if (file->standing == Standing::current) {
                diagnostics_.error(entry.file, entry.place, entry.message, entry.advice);
            }
        }
        for (std::size_t i = 0; i < files_.size(); ++i) {
            if (contradictions.has_error_in(sources_[i].file)) {
                files_[i] = degrade(std::move(files_[i]), sources_[i]);
            }
        }
        return true;
    }

    File* find(const std::string& name) {
        return &*std::ranges::find(files_, name, [](const File& file) -> const std::string& {
            return file.zone_file.file;
        });
    }

    static std::string name_of(const File& file) {
        return file.zone_file.key ? display_name(*file.zone_file.key) : file.zone_file.file;
    }

    const std::vector<SourceFile>& sources_;
    const ZoneDefaults& defaults_;
    LastGoodCopies& copies_;
    Diagnostics& diagnostics_;
    std::vector<File> files_;            // by source
    std::vector<NetworkEntry> entries_;  // point into files_
    std::optional<Layout> layout_;       // refers to entries_
};

}  // namespace

Load load_zones(const std::vector<SourceFile>& sources, const ZoneDefaults& defaults,
                LastGoodCopies& copies, SerialSource& serials) {
    Load load;
    Settlement settlement(sources, defaults, copies, load.diagnostics);
    settlement.settle();
    load.snapshot = std::make_shared<const Snapshot>(
        build_zones(settlement.entries(), settlement.layout(), serials, load.diagnostics));
    load.networks = settlement.loaded();
    load.diagnostics.sort();
    return load;
}

std::string summary_of(const Load& load) {
    std::size_t networks = 0;
    std::size_t records = 0;
    for (const LoadedNetwork& network : load.networks) {
        if (network.standing > Standing::last_good) continue;
        ++networks;
        records += network.records;
    }
    std::size_t zones = 0;
    for (const auto& zone : load.snapshot->zones()) {
        if (zone->is_available()) ++zones;
    }
    return fmt::format("{}, {}, {}", counted(zones, "zone"), counted(networks, "network"),
                       counted(records, "record"));
}

SerialDecision FirstSerials::serial_for(const Name&, const SerialModel& model,
                                        const Digest& content) {
    return decide_serial(model, content, std::nullopt, SerialFormat::counter,
                         std::chrono::system_clock::time_point());
}

}  // namespace arpad

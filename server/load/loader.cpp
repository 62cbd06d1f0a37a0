#include "load/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/counted.hpp"
#include "load/file_findings.hpp"
#include "load/inventory_file.hpp"
#include "zone/builder.hpp"
#include "zone/layout.hpp"

namespace arpad {
namespace {

/// Brings every file to the best standing that it can have beside the others.
class Settlement {
public:
    Settlement(const Sources& sources, const ZoneDefaults& defaults, LastGoodCopies& copies,
               Diagnostics& diagnostics)
        : sources_(sources.zones), defaults_(defaults), copies_(copies), diagnostics_(diagnostics) {
        for (const SourceFile& source : sources_) files_.push_back(read(source));
        if (sources.inventory) read_inventory_of(*sources.inventory);
    }

    /// Degrades files until those that are left do not contradict each other.
    void settle() {
        for (bool again = true; again;) {
            gather();
            Diagnostics contradictions;
            layout_.emplace(entries_, contradictions);
            if (contradictions.is_empty()) place_extra(contradictions);
            check_networks(input(), contradictions);
            again = judge(std::move(contradictions));
        }
    }

    [[nodiscard]] BuildInput input() const {
        return {entries_, *layout_, inventory_ ? &*inventory_ : nullptr};
    }

    [[nodiscard]] std::optional<LoadedInventory> loaded_inventory() const {
        if (!inventory_standing_) return std::nullopt;
        return LoadedInventory{*inventory_standing_, inventory_ ? inventory_->servers.size() : 0};
    }

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
        if (!source.text) {
            File file;
            file.zone_file.file = source.file;
            return degrade(std::move(file), source);
        }
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

    void read_inventory_of(const SourceFile& source) {
        if (source.text) inventory_ = read_inventory(source.file, *source.text, diagnostics_);
        inventory_standing_ = inventory_ ? Standing::current : Standing::unknown;
        if (inventory_) return;
        const auto copy = copies_.find_copy(source.key);
        if (!copy) return;
        Diagnostics ignored;  // the copy was good
        inventory_ = read_inventory(source.file, *copy, ignored);
        if (inventory_) inventory_standing_ = Standing::last_good;
    }

    /// The networks that have a place at all.
    void gather() {
        entries_.clear();
        entry_files_.clear();
        for (File& file : files_) {
            if (file.standing == Standing::unknown) continue;
            const auto& zone_file = file.zone_file;
            const auto& model = zone_file.model;
            entries_.push_back(model ? NetworkEntry{zone_file.file, model->key, &*model}
                                     : NetworkEntry{zone_file.file, *zone_file.key, nullptr});
            entry_files_.push_back(&file);
        }
    }

    /// Reads `extra` again where its names are relative to another zone than the file by itself
    /// could tell.
    void place_extra(Diagnostics& contradictions) {
        for (std::size_t network = 0; network < entry_files_.size(); ++network) {
            ZoneFile& file = entry_files_[network]->zone_file;
            if (!file.model || !file.extra) continue;
            auto origin = extra_origin(*layout_, network);
            if (origin == file.extra_origin) continue;
            FileFindings findings(file.file, contradictions);
            file.model->extra = read_extra(*file.extra, origin, file.model->ttl, findings);
            file.extra_origin = std::move(origin);
        }
    }

    /// Degrades the files in which `contradictions` have errors; whether there are any. Reports the
    /// findings in files that are used as they are now, warnings only when nothing changes any
    /// more.
    bool judge(Diagnostics contradictions) {
        const bool has_errors = contradictions.error_count() > 0;
        for (const Diagnostic& entry : contradictions.entries()) {
            if ((entry.severity == Severity::error) != has_errors) continue;
            if (!is_current(entry.file)) continue;
            if (has_errors) {
                diagnostics_.error(entry.file, entry.place, entry.message, entry.advice);
            } else {
                diagnostics_.warning(entry.file, entry.place, entry.message, entry.advice);
            }
        }
        for (std::size_t i = 0; i < files_.size(); ++i) {
            if (contradictions.has_error_in(sources_[i].file)) {
                files_[i] = degrade(std::move(files_[i]), sources_[i]);
            }
        }
        return has_errors;
    }

    /// Whether `name` is a zone file that is used as it is now, or the inventory.
    [[nodiscard]] bool is_current(const std::string& name) const {
        const auto found = std::ranges::find(
            files_, name,
            [](const File& file) -> const std::string& { return file.zone_file.file; });
        return found == files_.end() || found->standing == Standing::current;
    }

    static std::string name_of(const File& file) {
        return file.zone_file.key ? display_name(*file.zone_file.key) : file.zone_file.file;
    }

    const std::vector<SourceFile>& sources_;
    const ZoneDefaults& defaults_;
    LastGoodCopies& copies_;
    Diagnostics& diagnostics_;
    std::vector<File> files_;  // by source
    std::optional<InventoryModel> inventory_;
    std::optional<Standing> inventory_standing_;  // none if there is none
    std::vector<NetworkEntry> entries_;           // point into files_
    std::vector<File*> entry_files_;              // by network
    std::optional<Layout> layout_;                // refers to entries_
};

}  // namespace

Load load_zones(const Sources& sources, const ZoneDefaults& defaults, LastGoodCopies& copies,
                SerialSource& serials) {
    Load load;
    Settlement settlement(sources, defaults, copies, load.diagnostics);
    settlement.settle();
    load.snapshot = std::make_shared<const Snapshot>(
        build_zones(settlement.input(), serials, load.diagnostics));
    load.networks = settlement.loaded();
    load.inventory = settlement.loaded_inventory();
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
    std::string summary = fmt::format("{}, {}, {}", counted(zones, "zone"),
                                      counted(networks, "network"), counted(records, "record"));
    if (load.inventory) summary += ", " + counted(load.inventory->servers, "server");
    return summary;
}

SerialDecision FirstSerials::serial_for(const Name&, const SerialModel& model,
                                        const Digest& content) {
    return decide_serial(model, content, std::nullopt, SerialFormat::counter,
                         std::chrono::system_clock::time_point());
}

}  // namespace arpad

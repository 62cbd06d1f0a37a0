#include "load/settlement.hpp"

#include <algorithm>
#include <utility>

#include "load/extra_fields.hpp"
#include "load/file_findings.hpp"
#include "load/inventory_file.hpp"
#include "zone/builder.hpp"

namespace arpad {

Settlement::Settlement(const Sources& sources, const ZoneDefaults& defaults, LastGoodCopies& copies,
                       Diagnostics& diagnostics)
    : sources_(sources.zones), defaults_(defaults), copies_(copies), diagnostics_(diagnostics) {
    for (const SourceFile& source : sources_) files_.push_back(read(source));
    if (sources.inventory) read_inventory_of(*sources.inventory);
    settle();
}

BuildInput Settlement::input() const {
    return {entries_, *layout_, inventory_ ? &*inventory_ : nullptr};
}

std::optional<LoadedInventory> Settlement::inventory() const {
    if (!inventory_standing_) return std::nullopt;
    return LoadedInventory{*inventory_standing_, inventory_ ? inventory_->servers.size() : 0};
}

std::vector<LoadedNetwork> Settlement::networks() const {
    std::vector<LoadedNetwork> networks;
    for (std::size_t i = 0; i < files_.size(); ++i) {
        const auto& [zone_file, standing] = files_[i];
        networks.push_back({i, standing,
                            zone_file.key ? display_name(*zone_file.key) : zone_file.file,
                            zone_file.model ? zone_file.model->records.size() : 0});
    }
    return networks;
}

/// Degrades files until those that are left do not contradict each other.
void Settlement::settle() {
    for (bool again = true; again;) {
        gather();
        Diagnostics contradictions;
        layout_.emplace(entries_, contradictions);
        if (contradictions.is_empty()) place_extra(contradictions);
        check_networks(input(), contradictions);
        again = judge(contradictions);
    }
}

Settlement::File Settlement::read(const SourceFile& source) {
    File file;
    file.zone_file.file = source.file;
    if (source.text) {
        file.zone_file = read_zone_file(source.file, *source.text, defaults_, diagnostics_);
    }
    return file.zone_file.model ? std::move(file) : degrade(std::move(file), source);
}

/// The next lower standing that `file` can have.
Settlement::File Settlement::degrade(File file, const SourceFile& source) {
    if (file.standing == Standing::current) {
        if (auto copy = read_copy(source)) return {std::move(*copy), Standing::last_good};
    }
    file.zone_file.model.reset();
    const bool is_key_usable = file.standing < Standing::broken && file.zone_file.key;
    file.standing = is_key_usable ? Standing::broken : Standing::unknown;
    return file;
}

std::optional<ZoneFile> Settlement::read_copy(const SourceFile& source) {
    const auto text = copies_.find_copy(source.key);
    if (!text || text == source.text) return std::nullopt;
    Diagnostics ignored;  // the copy was good; the defaults may have changed since
    ZoneFile copy = read_zone_file(source.file, *text, defaults_, ignored);
    if (!copy.model) return std::nullopt;
    return copy;
}

void Settlement::read_inventory_of(const SourceFile& source) {
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
void Settlement::gather() {
    entries_.clear();
    entry_files_.clear();
    for (File& file : files_) {
        if (file.standing == Standing::unknown) continue;
        const ZoneFile& zone_file = file.zone_file;
        const auto& model = zone_file.model;
        entries_.push_back(model ? NetworkEntry{zone_file.file, model->key, &*model}
                                 : NetworkEntry{zone_file.file, *zone_file.key, nullptr});
        entry_files_.push_back(&file);
    }
}

/// Reads `extra` again where its names are relative to another zone than the file by itself could
/// tell.
void Settlement::place_extra(Diagnostics& contradictions) {
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

/// Degrades the files in which `contradictions` have errors; whether there were any. Warnings are
/// reported when nothing changes any more.
bool Settlement::judge(const Diagnostics& contradictions) {
    const bool has_errors = contradictions.error_count() > 0;
    for (const Diagnostic& entry : contradictions.entries()) {
        if ((entry.severity == Severity::error) == has_errors) report(entry);
    }
    bool is_any_degraded = false;
    for (std::size_t i = 0; i < files_.size(); ++i) {
        if (!contradictions.has_error_in(sources_[i].file)) continue;
        files_[i] = degrade(std::move(files_[i]), sources_[i]);
        is_any_degraded = true;
    }
    return is_any_degraded;
}

/// Passes on what is found in a file as it is now; what is found in a copy was reported when the
/// copy was current.
void Settlement::report(const Diagnostic& entry) {
    const auto file = std::ranges::find(
        sources_, entry.file, [](const SourceFile& source) -> const auto& { return source.file; });
    // What is no zone file is the inventory.
    const auto standing = file == sources_.end()
                              ? inventory_standing_
                              : files_[static_cast<std::size_t>(file - sources_.begin())].standing;
    if (standing != Standing::current) return;
    if (entry.severity == Severity::error) {
        diagnostics_.error(entry.file, entry.place, entry.message, entry.advice);
    } else {
        diagnostics_.warning(entry.file, entry.place, entry.message, entry.advice);
    }
}

}  // namespace arpad

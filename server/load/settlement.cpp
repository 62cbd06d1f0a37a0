#include "load/settlement.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "base/invariant.hpp"
#include "base/parallel.hpp"
#include "load/extra_fields.hpp"
#include "load/file_findings.hpp"
#include "load/inventory_file.hpp"
#include "zone/builder.hpp"

namespace arpad {
namespace {

/// A file as it is now, and what is wrong with it.
struct FirstReading {
    ZoneFile zone_file;
    Diagnostics diagnostics;
};

std::size_t octets_of(const SourceFile& source) {
    return source.text ? source.text->size() : 0;
}

/// How many threads read `sources`. A few small files are read before a thread has started.
std::size_t threads_for(const std::vector<SourceFile>& sources) {
    constexpr std::size_t octets_worth_a_thread = 256 * 1024;
    std::size_t octets = 0;
    for (const SourceFile& source : sources) octets += octets_of(source);
    return std::min(hardware_threads(), octets / octets_worth_a_thread + 1);
}

/// Reads all files, several at once.
std::vector<FirstReading> read_all(const std::vector<SourceFile>& sources,
                                   const ZoneDefaults& defaults) {
    std::vector<std::size_t> order(sources.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    // The largest first, so that no thread begins with it when the others are done.
    std::ranges::stable_sort(order, std::greater{},
                             [&](std::size_t file) { return octets_of(sources[file]); });
    std::vector<FirstReading> readings(sources.size());
    for_each_in_parallel(sources.size(), threads_for(sources), [&](std::size_t index) {
        const SourceFile& source = sources[order[index]];
        auto& [zone_file, diagnostics] = readings[order[index]];
        zone_file.file = source.file;
        if (source.text)
            zone_file = read_zone_file(source.file, *source.text, defaults, diagnostics);
    });
    return readings;
}

}  // namespace

InventoryReading read_inventory_or_copy(const SourceFile& source, LastGoodCopies& copies,
                                        std::span<const StoredServer> stored,
                                        Diagnostics& diagnostics) {
    if (source.text) {
        if (auto model = read_inventory(source.file, *source.text, diagnostics, stored)) {
            return {Standing::current, std::make_shared<InventoryModel>(std::move(*model))};
        }
    }
    const auto copy = copies.find_copy(source.key);
    if (!copy) return {};
    Diagnostics ignored;  // the copy was good
    auto model = read_inventory(source.file, *copy, ignored, stored);
    if (!model) return {};
    return {Standing::last_good, std::make_shared<InventoryModel>(std::move(*model))};
}

Settlement::Settlement(const std::vector<SourceFile>& zones, const InventoryReading* inventory,
                       const ZoneDefaults& defaults, LastGoodCopies& copies,
                       Diagnostics& diagnostics, Extent extent, EditSource* edits)
    : sources_(zones),
      inventory_(inventory),
      defaults_(defaults),
      copies_(copies),
      diagnostics_(diagnostics),
      extent_(extent),
      edits_(edits) {
    std::vector<FirstReading> readings = read_all(sources_, defaults_);
    for (std::size_t i = 0; i < readings.size(); ++i) {
        diagnostics_.append(std::move(readings[i].diagnostics));
        File file{std::move(readings[i].zone_file), Standing::current};
        files_.push_back(file.zone_file.model ? std::move(file)
                                              : degrade(std::move(file), sources_[i]));
    }
    settle();
}

BuildInput Settlement::input() const {
    const InventoryModel* const inventory =
        inventory_ == nullptr ? nullptr : inventory_->model.get();
    return {entries_, *layout_, inventory, edits_, extent_ == Extent::part};
}

std::vector<LoadedNetwork> Settlement::networks() const {
    std::vector<LoadedNetwork> networks;
    for (std::size_t i = 0; i < files_.size(); ++i) {
        const auto& [zone_file, standing] = files_[i];
        networks.push_back({i, standing, zone_file.key,
                            zone_file.key ? display_name(*zone_file.key) : zone_file.file,
                            zone_file.model ? zone_file.model->records.size() : 0});
    }
    return networks;
}

/// Degrades files until those that are left do not contradict each other.
void Settlement::settle() {
    for (bool again = true; again;) {
        assembly_.reset();  // refers to models that may be others now
        gather();
        Diagnostics contradictions;
        layout_.emplace(entries_, contradictions);
        if (contradictions.is_empty()) place_extra(contradictions);
        assembly_ = check_networks(input(), contradictions);
        again = judge(contradictions);
    }
    ensure(assembly_ != nullptr, "without contradictions every network has a place");
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
                              ? inventory_->standing
                              : files_[static_cast<std::size_t>(file - sources_.begin())].standing;
    if (standing != Standing::current) return;
    if (entry.severity == Severity::error) {
        diagnostics_.error(entry.file, entry.place, entry.message, entry.advice);
    } else {
        diagnostics_.warning(entry.file, entry.place, entry.message, entry.advice);
    }
}

}  // namespace arpad

#include "import/range_finder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "import/name_shape.hpp"

namespace arpad {
namespace {

using Masks = std::array<NameShape::Meanings, NameShape::max_numbers>;

/// Names that a run passes over before it ends: they keep entries of their own.
constexpr std::size_t most_passed_over = 16;

/// Whether so many holes in a run of so many names are few enough to be written as `~`.
bool are_few(Uint128 holes, std::size_t names) noexcept {
    return holes * 8 <= Uint128{names} + 8;
}

/// Names of one template, as indices.
using Run = std::vector<std::size_t>;

class RangeSearch {
public:
    RangeSearch(const std::vector<AddressName>& names, const ZoneRecords& records,
                const std::vector<AddressRange>& barred, const std::vector<Address>& named)
        : names_(names), records_(records), barred_(barred), named_(named) {
        hashes_.reserve(names.size());
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string text = text_of(i);
            hashes_.push_back(NameShape(text, names[i].address).hash());
        }
        found_.is_ranged.resize(names.size());
    }

    FoundRanges search() {
        for (std::size_t i = 0; i < names_.size();) {
            const Run run = is_single(i) ? run_from(i) : Run{};
            if (run.size() < least_range_names) {
                ++i;
                continue;
            }
            if (!adopt(run)) adopt_parts(run);
            i = run.back() + 1;
        }
        return std::move(found_);
    }

private:
    [[nodiscard]] std::string text_of(std::size_t index) const {
        return plain_text(records_.target(names_[index]));
    }

    /// Whether it is the only name of its address.
    [[nodiscard]] bool is_single(std::size_t index) const noexcept {
        const Address address = names_[index].address;
        return (index == 0 || names_[index - 1].address != address) &&
               (index + 1 == names_.size() || names_[index + 1].address != address);
    }

    /// Addresses between two neighbours that have no name; none if a barred one is among them.
    [[nodiscard]] std::optional<Uint128> holes_between(Address before, Address behind) const {
        if (before == behind || behind.value() - before.value() == 1) return Uint128{0};
        const auto next_barred =
            std::ranges::upper_bound(barred_, before, {}, &AddressRange::first);
        if (next_barred != barred_.end() && next_barred->first < behind) return std::nullopt;
        const auto from = std::ranges::upper_bound(named_, before);
        const auto to = std::ranges::lower_bound(named_, behind);
        return behind.value() - before.value() - 1 - static_cast<Uint128>(to - from);
    }

    /// The names from `begin` on that follow the same template, others passed over.
    [[nodiscard]] Run run_from(std::size_t begin) const {
        Run run{begin};
        const std::string model_text = text_of(begin);
        const Address first = names_[begin].address;
        const NameShape model(model_text, first);
        Masks masks = model.meanings(model, first);
        Uint128 holes = 0;
        std::size_t passed_over = 0;
        for (std::size_t i = begin + 1; i < names_.size() && passed_over <= most_passed_over; ++i) {
            const auto gap = holes_between(names_[i - 1].address, names_[i].address);
            if (!gap || !are_few(holes + *gap, run.size())) break;
            holes += *gap;
            const bool may_fit =
                hashes_[i] == hashes_[begin] && is_single(i) && names_[i].ttl == names_[begin].ttl;
            const auto narrowed = may_fit ? narrow(masks, model, i, first) : std::nullopt;
            if (!narrowed) {
                ++passed_over;
                continue;
            }
            masks = *narrowed;
            passed_over = 0;
            run.push_back(i);
        }
        return run;
    }

    /// What is left of `masks` with the name `index`; none if one of its numbers fits no more.
    [[nodiscard]] std::optional<Masks> narrow(Masks masks, const NameShape& model,
                                              std::size_t index, Address first) const {
        const std::string text = text_of(index);
        const NameShape shape(text, names_[index].address);
        if (!shape.is_like(model)) return std::nullopt;
        const Masks here = shape.meanings(model, first);
        for (std::size_t i = 0; i < model.count(); ++i) {
            masks[i] &= here[i];
            if (masks[i] == 0) return std::nullopt;
        }
        return masks;
    }

    /// Makes the run a range if a template makes at least so many of its names.
    bool adopt(const Run& run) {
        const std::string model_text = text_of(run.front());
        const Address first = names_[run.front()].address;
        const NameShape model(model_text, first);
        Masks masks = model.meanings(model, first);
        for (const std::size_t index : run) {
            const auto narrowed = narrow(masks, model, index, first);
            if (!narrowed) return false;
            masks = *narrowed;
        }
        PlannedRange range{
            {first, names_[run.back()].address}, model.to_template(masks), names_[run.front()].ttl};
        const auto proved = NameTemplate::make(range.names, range.range);
        if (!proved) return false;
        Run made;
        for (const std::size_t index : run) {
            NameSpace space;
            const auto name = proved->render(names_[index].address, space).wire();
            const auto target = records_.target(names_[index]).wire();
            if (std::ranges::equal(name, target)) made.push_back(index);
        }
        if (made.size() < least_range_names || made.back() != run.back() ||
            made.front() != run.front()) {
            return false;
        }
        add(std::move(range), run, made);
        return true;
    }

    void add(PlannedRange range, const Run& run, const Run& made) {
        for (const std::size_t index : made) found_.is_ranged[index] = true;
        found_.ranged_names += made.size();
        for (std::size_t i = run.front() + 1; i <= run.back(); ++i) {
            add_holes(names_[i - 1].address, names_[i].address);
        }
        found_.ranges.push_back(std::move(range));
    }

    void add_holes(Address before, Address behind) {
        const Family family = before.family();
        for (Uint128 value = before.value() + 1; value < behind.value(); ++value) {
            const Address address(family, value);
            if (!std::ranges::binary_search(named_, address)) found_.holes.push_back(address);
        }
    }

    /// {d} alone is unique only within a /24: tries the run cut at these.
    void adopt_parts(const Run& run) {
        constexpr unsigned octet_bits = 8;
        Run part;
        const auto network = [this](std::size_t index) {
            return names_[index].address.value() >> octet_bits;
        };
        const auto finish = [&] {
            if (part.size() >= least_range_names) adopt(part);
            part.clear();
        };
        for (const std::size_t index : run) {
            if (!part.empty() && network(part.front()) != network(index)) finish();
            part.push_back(index);
        }
        finish();
    }

    const std::vector<AddressName>& names_;
    const ZoneRecords& records_;
    const std::vector<AddressRange>& barred_;
    const std::vector<Address>& named_;
    std::vector<std::uint64_t> hashes_;  // of the names' shapes
    FoundRanges found_;
};

}  // namespace

FoundRanges find_ranges(const std::vector<AddressName>& names, const ZoneRecords& records,
                        const std::vector<AddressRange>& barred,
                        const std::vector<Address>& named) {
    return RangeSearch(names, records, barred, named).search();
}

}  // namespace arpad

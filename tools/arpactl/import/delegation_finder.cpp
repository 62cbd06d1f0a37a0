#include "import/delegation_finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "import/record_index.hpp"
#include "load/ds_text.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

constexpr unsigned octet_bits = 8;

std::string label_of(Address address) {
    return fmt::format("{}", static_cast<unsigned>(address.value() & 0xFFU));
}

bool equals_label(std::span<const std::uint8_t> label, std::string_view text) {
    return std::ranges::equal(label, text, {}, {},
                              [](char letter) { return static_cast<std::uint8_t>(letter); });
}

/// `12345 13 2 ABCD...`: the RDATA of a DS record (RFC 4034 5.1).
std::string ds_text(const Rdata& rdata) {
    constexpr std::size_t digest_at = 4;
    std::string text = fmt::format("{} {} {} ", rdata[0] << 8U | rdata[1], rdata[2], rdata[3]);
    for (std::size_t i = digest_at; i < rdata.size(); ++i) text += fmt::format("{:02X}", rdata[i]);
    return text;
}

/// An alias of an address, n to n.NAME.
struct Alias {
    Address address;
    NameView child;  ///< NAME.
    Ttl ttl;
    std::size_t record = 0;
};

class DelegationSearch {
public:
    DelegationSearch(const ZoneForm& form, const std::vector<ZoneRecord>& sorted)
        : form_(form), records_(sorted), network_(*form.network) {
        found_.is_lifted.resize(sorted.size());
        has_cuts_ = std::ranges::any_of(sorted, [&form](const ZoneRecord& record) {
            return record.type == RrType::dname ||
                   (record.type == RrType::ns && record.owner != form.apex);
        });
    }

    FoundDelegations search() {
        for (std::size_t i = 0; i < records_.size(); i = rrset_at(records_, i).end) {
            if (records_[i].type == RrType::ns && is_reachable(records_[i].owner)) {
                consider_cut(rrset_at(records_, i));
            }
        }
        consider_aliases();
        std::ranges::sort(found_.delegations, {}, &PlannedDelegation::prefix);
        return std::move(found_);
    }

private:
    [[nodiscard]] bool has(NameView owner, RrType type) const {
        return !find_rrset(records_, owner, type).is_empty();
    }

    /// Whether nothing at a name above hides `owner`, which is below the apex.
    [[nodiscard]] bool is_reachable(NameView owner) const {
        if (!has_cuts_) return true;
        const unsigned apex_labels = form_.apex.view().label_count();
        for (unsigned labels = owner.label_count(); labels-- > apex_labels;) {
            const NameView above = owner.suffix(labels);
            const bool is_apex = labels == apex_labels;
            if (has(above, RrType::dname) || (!is_apex && has(above, RrType::ns))) return false;
        }
        return owner.label_count() > apex_labels;
    }

    void consider_cut(RecordSpan cut) {
        for (std::size_t i = cut.begin; i < cut.end; ++i) {
            if (!is_host_name(name_in(records_[i]))) return;
        }
        const Name& owner = records_[cut.begin].owner;
        const auto prefix = form_.prefix_of(owner);
        if (prefix && network_.contains(*prefix) && *prefix != network_) {
            PlannedDelegation delegation;
            delegation.prefix = *prefix;
            adopt_cut(std::move(delegation), cut, {});
            return;
        }
        consider_classless(cut);
    }

    void consider_classless(RecordSpan cut) {
        const Name& owner = records_[cut.begin].owner;
        const auto parent = form_.prefix_of(owner.view().parent());
        if (!parent || parent->family() != Family::ipv4 || parent->length() != 24) return;
        for (const auto& [prefix, style] :
             classless_meanings(owner.view().first_label(), *parent)) {
            if (!network_.contains(prefix) || prefix == network_) continue;
            const auto aliases = aliases_into(prefix, owner, records_[cut.begin].ttl);
            if (!aliases) continue;
            PlannedDelegation delegation;
            delegation.prefix = prefix;
            const bool is_usual = style == ClasslessStyle::slash && is_classless(prefix);
            if (!is_usual) delegation.style = style;
            adopt_cut(std::move(delegation), cut, *aliases);
            return;
        }
    }

    /// The CNAMEs of all addresses of `prefix` to their names below `child`; none if one is not as
    /// a delegation would make it.
    [[nodiscard]] std::optional<std::vector<std::size_t>> aliases_into(const Prefix& prefix,
                                                                       const Name& child,
                                                                       Ttl ttl) const {
        std::vector<std::size_t> aliases;
        for (Uint128 value = prefix.first().value(); value <= prefix.last().value(); ++value) {
            const Address address(Family::ipv4, value);
            const auto owner = child.view().parent();
            const auto alias_owner = Name(owner).below(label_of(address));
            const auto target = child.below(label_of(address));
            if (!alias_owner || !target) return std::nullopt;
            const auto alias = find_rrset(records_, *alias_owner, RrType::cname);
            if (alias.size() != 1 || records_[alias.begin].ttl != ttl ||
                name_in(records_[alias.begin]) != target->view()) {
                return std::nullopt;
            }
            aliases.push_back(alias.begin);
        }
        return aliases;
    }

    /// Makes `cut` and the CNAMEs into it a delegation, unless it overlaps another.
    void adopt_cut(PlannedDelegation delegation, RecordSpan cut,
                   const std::vector<std::size_t>& aliases) {
        if (!claim(delegation.prefix)) return;
        delegation.ttl = records_[cut.begin].ttl;
        delegation.ds_ttl = delegation.ttl;
        for (std::size_t i = cut.begin; i < cut.end; ++i) {
            found_.is_lifted[i] = true;
            const NameView name = name_in(records_[i]);
            delegation.nameservers.push_back({plain_text(name), lift_glue(name, delegation.ttl)});
        }
        for (const std::size_t alias : aliases) found_.is_lifted[alias] = true;
        lift_ds(delegation, records_[cut.begin].owner);
        found_.delegations.push_back(std::move(delegation));
    }

    /// DS records that `ds` cannot hold, such as one with a digest of a wrong length, stay in
    /// `extra`.
    void lift_ds(PlannedDelegation& delegation, const Name& owner) {
        const auto ds = find_rrset(records_, owner, RrType::ds);
        std::vector<std::string> texts;
        for (std::size_t i = ds.begin; i < ds.end; ++i) {
            texts.push_back(ds_text(records_[i].rdata));
            const auto read = ds_from_text(texts.back());
            if (!read || *read != records_[i].rdata) return;
        }
        for (std::size_t i = ds.begin; i < ds.end; ++i) found_.is_lifted[i] = true;
        delegation.ds = std::move(texts);
        if (!ds.is_empty()) delegation.ds_ttl = records_[ds.begin].ttl;
    }

    /// The addresses of a nameserver in this zone that have the TTL of its delegation.
    std::vector<Address> lift_glue(NameView nameserver, Ttl ttl) {
        std::vector<Address> addresses;
        if (!nameserver.is_at_or_below(form_.apex)) return addresses;
        for (const RrType type : {RrType::a, RrType::aaaa}) {
            const auto glue = find_rrset(records_, nameserver, type);
            if (glue.is_empty() || records_[glue.begin].ttl != ttl) continue;
            for (std::size_t i = glue.begin; i < glue.end; ++i) {
                if (found_.is_lifted[i]) continue;
                found_.is_lifted[i] = true;
                addresses.push_back(Address::from_octets(records_[i].rdata));
            }
        }
        return addresses;
    }

    /// Takes `prefix` if no delegation has any of it.
    bool claim(const Prefix& prefix) {
        const auto behind = claimed_.upper_bound(prefix.last());
        if (behind != claimed_.begin() && !(std::prev(behind)->second < prefix.first())) {
            return false;
        }
        claimed_.emplace(prefix.first(), prefix.last());
        return true;
    }

    // CNAMEs to a zone elsewhere

    void consider_aliases() {
        if (network_.family() != Family::ipv4) return;
        std::vector<Alias> aliases = find_aliases();
        std::ranges::sort(aliases, {}, &Alias::address);
        for (std::size_t begin = 0; begin < aliases.size();) {
            std::size_t end = begin + 1;
            while (end < aliases.size() && continues(aliases[end - 1], aliases[end])) ++end;
            adopt_aliases(std::span(aliases).subspan(begin, end - begin));
            begin = end;
        }
    }

    [[nodiscard]] std::vector<Alias> find_aliases() const {
        std::vector<Alias> aliases;
        for (std::size_t i = 0; i < records_.size(); ++i) {
            const ZoneRecord& record = records_[i];
            if (record.type != RrType::cname || found_.is_lifted[i]) continue;
            const auto address = form_.address_of(record.owner);
            const NameView target = name_in(record);
            if (!address || target.is_root() || target.is_at_or_below(form_.apex)) continue;
            if (target.parent().is_root() ||
                !equals_label(target.first_label(), label_of(*address)))
                continue;
            if (rrset_at(records_, i).size() != 1 || !is_reachable(record.owner)) continue;
            aliases.push_back({*address, target.parent(), record.ttl, i});
        }
        return aliases;
    }

    static bool continues(const Alias& before, const Alias& behind) {
        return behind.address.value() == before.address.value() + 1 &&
               behind.address.value() >> octet_bits == before.address.value() >> octet_bits &&
               behind.ttl == before.ttl && behind.child == before.child;
    }

    /// A run of aliases is a delegation if it is a whole block of /25 to /31.
    void adopt_aliases(std::span<const Alias> run) {
        const std::size_t size = run.size();
        if (size < 2 || !std::has_single_bit(size)) return;
        const Prefix prefix(
            run.front().address,
            address_bits(Family::ipv4) - static_cast<unsigned>(std::bit_width(size) - 1));
        if (prefix.first() != run.front().address || !is_classless(prefix) || prefix == network_) {
            return;
        }
        if (!claim(prefix)) return;
        PlannedDelegation delegation;
        delegation.prefix = prefix;
        delegation.cname_to = Name(run.front().child);
        delegation.ttl = run.front().ttl;
        delegation.ds_ttl = delegation.ttl;
        for (const Alias& alias : run) found_.is_lifted[alias.record] = true;
        found_.delegations.push_back(std::move(delegation));
    }

    const ZoneForm& form_;
    const std::vector<ZoneRecord>& records_;
    Prefix network_;
    bool has_cuts_ = false;               // whether anything can hide a name
    std::map<Address, Address> claimed_;  // first to last
    FoundDelegations found_;
};

}  // namespace

FoundDelegations find_delegations(const ZoneForm& form, const std::vector<ZoneRecord>& sorted) {
    if (!form.network) return {{}, std::vector<bool>(sorted.size())};
    return DelegationSearch(form, sorted).search();
}

}  // namespace arpad

#include "zone/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/invariant.hpp"
#include "crypto/digest.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

constexpr Ttl no_ttl{0};  // RFC 9432 4.1: nobody caches it
constexpr std::string_view version = "2";

/// RFC 9432 4: names and times that mean nothing, but that a member is to outlive the primary.
SoaModel soa() {
    constexpr std::uint32_t refresh = 3600;
    constexpr std::uint32_t retry = 600;
    constexpr std::uint32_t expire = 2'147'483'646;
    SoaModel soa;
    soa.primary = *Name::from_text("invalid.");
    soa.contact = soa.primary;
    soa.refresh = refresh;
    soa.retry = retry;
    soa.expire = expire;
    soa.negative_ttl = no_ttl;
    return soa;
}

/// RDATA of a TXT of one character string.
Rdata text_rdata(std::string_view text) {
    Rdata rdata(1 + text.size());
    rdata.front() = static_cast<std::uint8_t>(text.size());
    std::ranges::copy(text, rdata.begin() + 1);
    return rdata;
}

Name below(const Name& name, std::string_view label) {
    auto longer = name.below(label);
    ensure(longer.has_value(), "the name of a catalog leaves room for its labels");
    return *longer;
}

/// 160 bits are enough, and a label has room for them.
std::string label_of(NameView member) {
    constexpr std::size_t octets = 20;
    Digester digester;
    digester.add(member.wire());
    const Digest digest = digester.finish();
    std::string label;
    for (const std::uint8_t octet : std::span(digest).first(octets)) {
        label += fmt::format("{:02x}", octet);
    }
    return label;
}

}  // namespace

Result<std::vector<Name>, std::string> read_members(const Zone& catalog) {
    const Name zones = below(Name(catalog.apex()), "zones");
    const Name version_name = below(Name(catalog.apex()), "version");
    std::set<Name, CanonicalLess> members;
    bool has_version = false;
    std::string flaw;
    walk(catalog, RangeWalk::omit, [&](NameView owner, RrsetView rrset) {
        if (owner == version_name.view() && rrset.type() == RrType::txt) {
            has_version =
                rrset.size() == 1 && std::ranges::equal(*rrset.begin(), text_rdata(version));
            return;
        }
        const bool is_member = rrset.type() == RrType::ptr && owner != zones.view() &&
                               !owner.is_root() && owner.parent() == zones.view();
        if (!is_member) return;
        const NameView member = NameView::of_valid_wire(*rrset.begin());
        if (rrset.size() != 1) {
            flaw = fmt::format("{} has {} members", owner.to_text(), rrset.size());
        } else if (!members.insert(Name(member).lower_case()).second) {
            flaw = fmt::format("{} is a member twice", member.to_text());
        }
    });
    if (!has_version) flaw = fmt::format("its version is not {}", version);
    if (!flaw.empty()) return flaw;
    return std::vector<Name>(members.begin(), members.end());
}

ZoneBuilder make_catalog(const CatalogModel& model,
                         std::span<const std::shared_ptr<const Zone>> members) {
    ZoneBuilder builder(model.zone, std::nullopt, soa(), no_ttl);
    TransferPolicy policy = model.transfer;
    policy.restricts_queries = true;
    builder.set_transfer(policy);
    const auto add = [&builder](const Name& owner, RrType type, Rdata rdata) {
        builder.add(owner, {type, no_ttl, {std::move(rdata)}});
    };
    add(model.zone, RrType::ns, name_rdata(*Name::from_text("invalid.")));
    add(below(model.zone, "version"), RrType::txt, text_rdata(version));
    const Name zones = below(model.zone, "zones");
    for (const auto& member : members) {
        const Name name = below(zones, label_of(member->apex()));
        const TransferPolicy& says = member->transfer();
        add(name, RrType::ptr, name_rdata(member->apex()));
        if (says.catalog_group) {
            add(below(name, "group"), RrType::txt, text_rdata(*says.catalog_group));
        }
        if (says.catalog_coo) add(below(name, "coo"), RrType::ptr, name_rdata(*says.catalog_coo));
    }
    return builder;
}

bool are_same_member(const Zone* left, const Zone* right) noexcept {
    if (left == nullptr || right == nullptr) return left == right;
    return left->transfer().catalog_group == right->transfer().catalog_group &&
           left->transfer().catalog_coo == right->transfer().catalog_coo;
}

}  // namespace arpad

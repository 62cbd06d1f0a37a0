#include "support/zone_maker.hpp"

#include "reverse/arpa_name.hpp"
#include "support/record_text.hpp"
#include "zone/zone_builder.hpp"

namespace arpad {
namespace {

/// `text` must be a name: tests write it down.
Name name_of(std::string_view text) {
    return *Name::from_text(text);
}

}  // namespace

ZoneMaker::ZoneMaker(Name apex, std::optional<Prefix> base) : apex_(std::move(apex)), base_(base) {
    soa_.primary = name_of("ns.example.");
    soa_.contact = name_of("host.example.");
}

ZoneMaker& ZoneMaker::soa_ttl(std::uint32_t seconds) {
    soa_ttl_ = Ttl{seconds};
    return *this;
}

ZoneMaker& ZoneMaker::negative_ttl(std::uint32_t seconds) {
    soa_.negative_ttl = Ttl{seconds};
    return *this;
}

ZoneMaker& ZoneMaker::soa_names(std::string_view primary, std::string_view contact) {
    soa_.primary = name_of(primary);
    soa_.contact = name_of(contact);
    return *this;
}

ZoneMaker& ZoneMaker::ttl(std::uint32_t seconds) {
    ttl_ = Ttl{seconds};
    return *this;
}

ZoneMaker& ZoneMaker::add(const Name& owner, RrType type, Ttl ttl, Rdata rdata) {
    Rrset& rrset = rrsets_.try_emplace({owner.to_text(), type}, Rrset{type, ttl, {}}).first->second;
    rrset.rdatas.push_back(std::move(rdata));
    return *this;
}

ZoneMaker& ZoneMaker::rr(std::string_view owner, RrType type, Rdata rdata) {
    return add(owner == "@" ? apex_ : *apex_.below(name_of(owner)), type, ttl_, std::move(rdata));
}

ZoneMaker& ZoneMaker::record(std::string_view line) {
    RecordText record = read_record(line, apex_, ttl_);
    return add(record.owner, record.type, record.ttl, std::move(record.rdata));
}

ZoneMaker& ZoneMaker::range(std::string_view addresses, std::string_view names) {
    const AddressRange range = range_from_text(addresses);
    ranges_.push_back({range, *NameTemplate::make(names, range), ttl_});
    return *this;
}

ZoneMaker& ZoneMaker::hole(std::string_view addresses) {
    ranges_.push_back({range_from_text(addresses), std::nullopt, ttl_});
    return *this;
}

ZoneMaker& ZoneMaker::ptr(std::string_view owner, std::string_view target) {
    return rr(owner, RrType::ptr, name_rdata(name_of(target)));
}

ZoneMaker& ZoneMaker::cname(std::string_view owner, std::string_view target) {
    return rr(owner, RrType::cname, name_rdata(name_of(target)));
}

ZoneMaker& ZoneMaker::ns(std::string_view owner, std::string_view target) {
    return rr(owner, RrType::ns, name_rdata(name_of(target)));
}

ZoneMaker& ZoneMaker::transfer(const TransferPolicy& policy) {
    transfer_ = policy;
    return *this;
}

std::shared_ptr<const Zone> ZoneMaker::build() const {
    ZoneBuilder builder(apex_, base_, soa_, soa_ttl_);
    builder.set_transfer(transfer_);
    if (!rrsets_.contains({apex_.to_text(), RrType::ns})) {
        builder.add(apex_, {RrType::ns, Ttl{3600}, {name_rdata(name_of("ns.example."))}});
    }
    for (const auto& [key, rrset] : rrsets_) builder.add(name_of(key.first), rrset);
    for (const NamedRange& range : ranges_) builder.add_range(range);
    return builder.build(Serial{1});
}

AddressRange range_from_text(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return range_of(*Prefix::from_text(text));
    return {Address::from_text(text.substr(0, dash)).value(),
            Address::from_text(text.substr(dash + 1)).value()};
}

ZoneMaker zone_for(std::string_view prefix) {
    const Prefix base = *Prefix::from_text(prefix);
    return {arpa_name(base), base};
}

ZoneMaker zone_at(std::string_view apex) {
    return {name_of(apex), std::nullopt};
}

ZoneMaker zone_at(std::string_view apex, std::string_view base) {
    return {name_of(apex), *Prefix::from_text(base)};
}

}  // namespace arpad

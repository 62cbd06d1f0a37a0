#include "support/record_text.hpp"

#include <ldns/ldns.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace arpad {
namespace {

struct RrDeleter {
    void operator()(ldns_rr* rr) const noexcept { ldns_rr_free(rr); }
};
struct RdfDeleter {
    void operator()(ldns_rdf* rdf) const noexcept { ldns_rdf_deep_free(rdf); }
};

std::span<const std::uint8_t> octets_of(const ldns_rdf* field) {
    return {ldns_rdf_data(field), ldns_rdf_size(field)};
}

}  // namespace

RecordText read_record(std::string_view line, NameView origin, Ttl ttl) {
    const auto wire = origin.wire();
    const std::unique_ptr<ldns_rdf, RdfDeleter> root(
        ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire.size(), wire.data()));
    ldns_rr* made = nullptr;
    const auto status =
        ldns_rr_new_frm_str(&made, std::string(line).c_str(), ttl.seconds, root.get(), nullptr);
    const std::unique_ptr<ldns_rr, RrDeleter> rr(made);
    if (status != LDNS_STATUS_OK)
        throw std::runtime_error("ldns reads no record: " + std::string(line));
    RecordText record;
    record.owner = Name(NameView::of_valid_wire(octets_of(ldns_rr_owner(made))));
    record.ttl = Ttl{ldns_rr_ttl(made)};
    record.type = static_cast<RrType>(ldns_rr_get_type(made));
    for (std::size_t i = 0; i < ldns_rr_rd_count(made); ++i) {
        const auto field = octets_of(ldns_rr_rdf(made, i));
        record.rdata.insert(record.rdata.end(), field.begin(), field.end());
    }
    return record;
}

}  // namespace arpad

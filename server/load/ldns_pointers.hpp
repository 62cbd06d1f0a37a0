/// \file  What ldns hands out, freed when it is not needed any more.
#pragma once

#include <ldns/ldns.h>

#include <memory>

namespace arpad {

struct FreeLdnsRdf {
    void operator()(ldns_rdf* rdf) const noexcept { ldns_rdf_deep_free(rdf); }
};
struct FreeLdnsRr {
    void operator()(ldns_rr* rr) const noexcept { ldns_rr_free(rr); }
};

using LdnsRdf = std::unique_ptr<ldns_rdf, FreeLdnsRdf>;
using LdnsRr = std::unique_ptr<ldns_rr, FreeLdnsRr>;

}  // namespace arpad

#include "import/axfr.hpp"

#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>
#include <vector>

// Behind the standard library: it defines `false`.
#include <ldns/ldns.h>

#include "load/master_rdata.hpp"
#include "reverse/address.hpp"

namespace arpad {
namespace {

constexpr int answer_seconds = 20;  // for each message of the server

struct RrDeleter {
    void operator()(ldns_rr* rr) const noexcept { ldns_rr_free(rr); }
};
struct RdfDeleter {
    void operator()(ldns_rdf* rdf) const noexcept { ldns_rdf_deep_free(rdf); }
};
struct ResolverDeleter {
    void operator()(ldns_resolver* resolver) const noexcept { ldns_resolver_deep_free(resolver); }
};
struct AddressListDeleter {
    void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};
using Resolver = std::unique_ptr<ldns_resolver, ResolverDeleter>;

/// The addresses of `host` in text.
std::vector<std::string> addresses_of(const std::string& host) {
    addrinfo* found = nullptr;
    addrinfo hints{};
    hints.ai_socktype = 1;  // one entry for each address
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
    const std::unique_ptr<addrinfo, AddressListDeleter> owner(found);
    std::vector<std::string> addresses;
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        std::vector<char> text(NI_MAXHOST);
        if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(),
                        static_cast<unsigned>(text.size()), nullptr, 0, NI_NUMERICHOST) == 0) {
            addresses.emplace_back(text.data());
        }
    }
    return addresses;
}

std::unique_ptr<ldns_rdf, RdfDeleter> address_rdf(const std::string& text) {
    const auto address = Address::from_text(text);
    if (!address) return nullptr;
    const auto type = address->family() == Family::ipv4 ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA;
    return std::unique_ptr<ldns_rdf, RdfDeleter>(ldns_rdf_new_frm_str(type, text.c_str()));
}

std::span<const std::uint8_t> octets_of(const ldns_rdf* rdf) {
    return {ldns_rdf_data(rdf), ldns_rdf_size(rdf)};
}

class Transfer {
public:
    Transfer(const AxfrServer& server, const Name& zone, MasterSink& sink)
        : server_(server), zone_(zone), sink_(sink) {}

    void run() {
        const auto addresses = addresses_of(server_.host);
        if (addresses.empty()) {
            fail(fmt::format("{} has no address", server_.host), "write its address");
            return;
        }
        for (const std::string& address : addresses) {
            if (start(address)) {
                read_records();
                return;
            }
        }
        fail(fmt::format("{} does not answer over TCP at port {}", server_.host, server_.port),
             "check address and port, and that nothing between the two blocks TCP");
    }

private:
    void fail(std::string message, std::string advice) {
        sink_.take_flaw({server_.host, {}, std::move(message), std::move(advice)});
    }

    bool start(const std::string& address) {
        resolver_.reset(ldns_resolver_new());
        const auto server = address_rdf(address);
        const std::unique_ptr<ldns_rdf, RdfDeleter> name(ldns_rdf_new_frm_data(
            LDNS_RDF_TYPE_DNAME, zone_.view().octets(), zone_.view().wire().data()));
        if (!resolver_ || !server || !name) return false;
        ldns_resolver_set_port(resolver_.get(), server_.port);
        ldns_resolver_set_timeout(resolver_.get(), {answer_seconds, 0});
        return ldns_resolver_push_nameserver(resolver_.get(), server.get()) == LDNS_STATUS_OK &&
               ldns_axfr_start(resolver_.get(), name.get(), LDNS_RR_CLASS_IN) == LDNS_STATUS_OK;
    }

    void read_records() {
        while (!ldns_axfr_complete(resolver_.get())) {
            const std::unique_ptr<ldns_rr, RrDeleter> rr(ldns_axfr_next(resolver_.get()));
            if (!rr) {
                fail(fmt::format("{} does not transfer {}", server_.host, zone_.to_text()),
                     "check the zone's name, and allow the transfer to this machine there");
                return;
            }
            take(*rr);
        }
    }

    void take(const ldns_rr& rr) {
        MasterRecord record;
        const auto owner = Name::from_wire(octets_of(ldns_rr_owner(&rr)));
        record.type = static_cast<RrType>(ldns_rr_get_type(&rr));
        record.ttl = Ttl{std::min(ldns_rr_ttl(&rr), max_ttl.seconds)};
        record.file = server_.host;
        for (std::size_t i = 0; i < ldns_rr_rd_count(&rr); ++i) {
            const auto octets = octets_of(ldns_rr_rdf(&rr, i));
            record.rdata.insert(record.rdata.end(), octets.begin(), octets.end());
        }
        if (!owner || ldns_rr_get_class(&rr) != LDNS_RR_CLASS_IN ||
            !is_valid_rdata(record.type, record.rdata)) {
            fail("the server sends a record that cannot be read",
                 "import the zone's master file instead");
            return;
        }
        record.owner = *owner;
        sink_.take_record(std::move(record));
    }

    const AxfrServer& server_;
    const Name& zone_;
    MasterSink& sink_;
    Resolver resolver_;
};

}  // namespace

std::optional<AxfrServer> axfr_server_from_text(const std::string& text) {
    AxfrServer server{text};
    std::string port;
    const std::size_t colon = text.rfind(':');
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string::npos) return std::nullopt;
        server.host = text.substr(1, end - 1);
        if (end + 1 == text.size()) return server;
        if (text[end + 1] != ':') return std::nullopt;
        port = text.substr(end + 2);
    } else if (colon == std::string::npos || Address::from_text(text)) {
        return server;
    } else {
        server.host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), server.port);
    const bool is_port = !port.empty() && error == std::errc{} &&
                         end == port.data() + port.size() && server.port != 0;
    if (!is_port || server.host.empty()) return std::nullopt;
    return server;
}

void transfer_zone(const AxfrServer& server, const Name& zone, MasterSink& sink) {
    Transfer(server, zone, sink).run();
}

}  // namespace arpad

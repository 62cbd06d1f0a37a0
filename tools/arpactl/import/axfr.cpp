#include "import/axfr.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

// Behind the standard library: it defines `false`.
#include <ldns/ldns.h>

#include "base/counted.hpp"
#include "import/transfer_message.hpp"
#include "load/text_check.hpp"
#include "reverse/address.hpp"

namespace arpad {
namespace {

constexpr timeval patience{20, 0};  // for a connection, and for each message

struct AddressListDeleter {
    void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListDeleter>;

struct BufferDeleter {
    void operator()(ldns_buffer* buffer) const noexcept { ldns_buffer_free(buffer); }
};
struct OctetsDeleter {
    void operator()(std::uint8_t* octets) const noexcept { std::free(octets); }
};

/// A connection that is closed in the end.
class Connection {
public:
    explicit Connection(int number) noexcept : number_(number) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        if (is_open()) ::close(number_);
    }

    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

AddressList addresses_of(const AxfrServer& server) {
    addrinfo hints{};
    hints.ai_socktype = 1;  // SOCK_STREAM: one entry for each address
    addrinfo* found = nullptr;
    const std::string port = fmt::format("{}", server.port);
    if (getaddrinfo(server.host.c_str(), port.c_str(), &hints, &found) != 0) return nullptr;
    return AddressList(found);
}

class Transfer {
public:
    Transfer(const AxfrServer& server, const Name& zone, MasterSink& sink)
        : server_(server), zone_(zone), sink_(sink) {}

    void run() {
        const auto addresses = addresses_of(server_);
        if (!addresses) {
            fail(fmt::format("{} has no address", server_.host), "write its address");
            return;
        }
        for (const addrinfo* entry = addresses.get(); entry != nullptr; entry = entry->ai_next) {
            sockaddr_storage to{};
            std::memcpy(&to, entry->ai_addr, entry->ai_addrlen);
            const Connection connection(ldns_tcp_connect2(&to, entry->ai_addrlen, patience));
            if (!connection.is_open() || !send_query(connection, to, entry->ai_addrlen)) continue;
            read_messages(connection);
            return;
        }
        fail(fmt::format("{} does not answer over TCP at port {}", server_.host, server_.port),
             "check address and port, and that nothing between the two blocks TCP");
    }

private:
    void fail(std::string message, std::string advice) {
        sink_.take_flaw({server_.host, {}, std::move(message), std::move(advice)});
    }

    [[nodiscard]] bool send_query(const Connection& connection, const sockaddr_storage& to,
                                  unsigned to_octets) const {
        const auto query = transfer_query(zone_);
        const std::unique_ptr<ldns_buffer, BufferDeleter> buffer(ldns_buffer_new(query.size()));
        if (!buffer) return false;
        ldns_buffer_write(buffer.get(), query.data(), query.size());
        return ldns_tcp_send_query(buffer.get(), connection.number(), &to, to_octets) > 0;
    }

    void read_messages(const Connection& connection) {
        while (soas_ < 2) {
            std::size_t octets = 0;
            const std::unique_ptr<std::uint8_t, OctetsDeleter> wire(
                ldns_tcp_read_wire_timeout(connection.number(), &octets, patience));
            if (!wire) {
                fail(fmt::format("{} breaks off the transfer of {}", server_.host, zone_.to_text()),
                     "look into its log, or import the zone's master file");
                return;
            }
            auto message = read_transfer_message({wire.get(), octets});
            if (!message) {
                fail(fmt::format("{} sends a message that cannot be read", server_.host),
                     "check that it is a nameserver, or import the zone's master file");
                return;
            }
            if (!message->refusal.empty()) {
                fail(fmt::format("{} refuses to transfer {}: {}", server_.host, zone_.to_text(),
                                 message->refusal),
                     "check the zone's name, and allow the transfer to this machine there");
                return;
            }
            octets_ += octets;
            if (octets_ > max_text_octets) {
                fail(fmt::format("{} sends more than {} octets for {}", server_.host,
                                 max_text_octets, zone_.to_text()),
                     "import the zone's master file in parts");
                return;
            }
            if (!take(std::move(*message))) return;
        }
    }

    /// False if this is no transfer.
    bool take(TransferMessage message) {
        if (message.unusable > 0) {
            fail(fmt::format("{} sends {} that cannot be in a zone", server_.host,
                             counted(message.unusable, "record")),
                 "import the zone's master file instead");
        }
        // RFC 5936 2.2.1: a message of a transfer has at least one record.
        if (message.records.empty() && message.unusable == 0) {
            fail(fmt::format("{} sends an empty message for {}", server_.host, zone_.to_text()),
                 "import the zone's master file instead");
            return false;
        }
        for (MasterRecord& record : message.records) {
            // RFC 5936 2.2: the SOA record comes first and last.
            if (soas_ == 2) {
                fail(fmt::format("{} sends records behind the end of {}", server_.host,
                                 zone_.to_text()),
                     "import the zone's master file instead");
                return false;
            }
            if (record.type == RrType::soa && !take_soa(record.rdata)) return false;
            if (soas_ == 0) break;
            record.file = server_.host;
            sink_.take_record(std::move(record));
        }
        if (soas_ > 0) return true;
        fail(fmt::format("{} begins the transfer of {} without an SOA record", server_.host,
                         zone_.to_text()),
             "import the zone's master file instead");
        return false;
    }

    /// False if the zone has changed since the transfer began.
    bool take_soa(const Rdata& soa) {
        ++soas_;
        if (soas_ == 1) soa_ = soa;
        if (soa == soa_) return true;
        fail(fmt::format("{} changed while it was transferred", zone_.to_text()),
             "transfer it again");
        return false;
    }

    const AxfrServer& server_;
    const Name& zone_;
    MasterSink& sink_;
    unsigned soas_ = 0;
    Rdata soa_;               // the first
    std::size_t octets_ = 0;  // of all messages
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

/// \file  The server's own configuration, `arpad.yaml`.
///
/// Read once at start by app/daemon and by the tools. Reports everything that is wrong at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/log_format.hpp"
#include "crypto/secret.hpp"
#include "crypto/tls.hpp"
#include "crypto/tsig.hpp"
#include "load/zone_file.hpp"
#include "reverse/endpoint.hpp"
#include "reverse/prefix.hpp"
#include "zone/catalog.hpp"
#include "zone/serials.hpp"
#include "zone/update.hpp"

namespace arpad {

/// When zone files are read again while the server runs.
struct ReloadConfig {
    bool watches = true;         ///< Whether the server notices by itself that files change.
    bool drops_removed = false;  ///< Whether it then drops networks whose files are gone.

    bool operator==(const ReloadConfig&) const = default;
};

/// What the server says about itself.
struct IdentityConfig {
    std::optional<std::string> version;   ///< `version.bind` and `version.server`; none: REFUSED.
    std::optional<std::string> hostname;  ///< `hostname.bind` and `id.server`; none: REFUSED.
    std::vector<std::uint8_t> nsid;       ///< RFC 5001, up to 128 octets; empty: not sent.

    bool operator==(const IdentityConfig&) const = default;
};

/// How the server logs.
struct LogConfig {
    std::optional<LogFormat> format;  ///< None: `journal` if standard error leads there, else text.
    LogLevel level = LogLevel::info;

    bool operator==(const LogConfig&) const = default;
};

/// Which queries are logged: those that meet all conditions, of these one in `sample`.
struct QueryLogConfig {
    std::uint64_t sample = 1;
    std::vector<Rcode> rcodes;     ///< Of the reply; empty: any.
    std::vector<Prefix> networks;  ///< That the address asked for lies in; empty: any.
    std::vector<Prefix> clients;   ///< That the query came from; empty: any.

    bool operator==(const QueryLogConfig&) const = default;
};

/// How many answers per second go to one prefix of clients over UDP. Each kind of answer counts for
/// itself; see answer/rate_limiter.
struct RateLimitConfig {
    bool is_on = true;
    unsigned responses = 200;   ///< That have data, or say that a name has none of a type.
    unsigned nxdomain = 200;    ///< That say that there is no such name.
    unsigned errors = 200;      ///< With any other rcode.
    unsigned slip = 2;          ///< Of so many that are held back, one asks the client to prove
                                ///< itself; 0: none.
    unsigned ipv4_prefix = 24;  ///< Bits.
    unsigned ipv6_prefix = 56;  ///< Likewise, up to 64.
    std::vector<Prefix> exempt{{Address(Family::ipv4, 127U << 24U), 8},
                               {Address(Family::ipv6, 1), 128}};
    bool is_dry_run = false;  ///< Whether it only tells what it would hold back.

    bool operator==(const RateLimitConfig&) const = default;
};

/// DNS cookies (RFC 7873).
struct CookieConfig {
    bool is_on = true;
    std::optional<std::filesystem::path> secrets_file;  ///< Like `zones`; none: a random secret.
    std::vector<Secret> secrets;  ///< What it holds: the first makes cookies, all are accepted.

    bool operator==(const CookieConfig&) const = default;
};

/// How UDP queries are taken.
struct UdpConfig {
    /// How long a worker that found several queries waits for more; zero: it does not.
    std::chrono::microseconds gather{50};

    bool operator==(const UdpConfig&) const = default;
};

/// Bounds on TCP clients (RFC 7766 6.2).
struct TcpConfig {
    std::chrono::seconds idle_timeout{10};  ///< Without a whole query, or without progress.
    std::chrono::seconds lifetime{3600};    ///< Of a connection, but for transfers.
    unsigned connections = 1000;            ///< In all.
    unsigned connections_per_client = 200;  ///< Per IPv4 address or IPv6 /64.
    unsigned connections_per_prefix = 400;  ///< Per IPv4 /24 or IPv6 /48.
    unsigned transfers = 100;               ///< Of zones to secondaries, under way at once.

    bool operator==(const TcpConfig&) const = default;
};

/// Queries and transfers over TLS (RFC 7858, RFC 9103).
struct TlsConfig {
    std::vector<Endpoint> listen;                      ///< Over TCP; none: TLS is not offered.
    std::optional<std::filesystem::path> certificate;  ///< Files, like `zones`: there are both if
    std::optional<std::filesystem::path> key;          ///< `listen` has entries.
    std::optional<std::filesystem::path> authorities;  ///< Of primaries; none: the system's.
    TlsMaterial material;                              ///< What the files hold.

    bool operator==(const TlsConfig&) const = default;
};

/// A nameserver that is asked whether it has changes.
struct WatchedNameserver {
    Name name;
    Endpoint endpoint;

    bool operator==(const WatchedNameserver&) const = default;
};

/// The page and the API for names.
struct WebConfig {
    std::vector<Endpoint> listen;  ///< Over TCP; none: not offered.
    TlsConfig tls;                 ///< Listens at the same, if there is a certificate.
    std::string authority;         ///< "names.example.net": how browsers call it; may be empty.
    bool is_secure = false;        ///< Whether they reach it over TLS, ours or a proxy's.
    std::chrono::seconds session{12 * 3600};     ///< How long a browser stays signed in.
    std::vector<Endpoint> resolvers;             ///< Asked for the addresses of names.
    std::vector<WatchedNameserver> nameservers;  ///< Asked for changes; none: those of the zones.
    std::chrono::seconds promise{3600};  ///< After so long all nameservers are to have a change.

    bool operator==(const WebConfig&) const = default;
};

/// The catalog of all zones (RFC 9432), for other nameservers.
struct CatalogConfig {
    Name zone;                  ///< Its name, in lower case.
    TransferDefaults transfer;  ///< As far as written: `allow` and `notify`.

    bool operator==(const CatalogConfig&) const = default;
};

/// A catalog of zones that are taken from primaries, as it is.
struct SubscriptionConfig {
    Name zone;                      ///< Its name, in lower case.
    std::vector<Remote> primaries;  ///< Of the catalog and of its members; at least one.
    Place place;

    bool operator==(const SubscriptionConfig&) const = default;
};

/// What the holder of a key may change by UPDATE (RFC 2136).
struct UpdaterConfig {
    Name key;
    UpdatePolicy policy;
    Place place;

    bool operator==(const UpdaterConfig&) const = default;
};

/// `arpad.yaml`.
struct ServerConfig {
    /// Over UDP and TCP; at least one, no two equal. Port 0 lets the system choose one.
    std::vector<Endpoint> listen;
    std::optional<unsigned> workers;  ///< None: one per core.
    std::optional<std::string> user;  ///< That root becomes; none: whoever starts it.
    bool pins_workers = false;        ///< Whether each worker keeps to a core of its own.
    bool has_sandbox = true;          ///< Whether threads may only do what they need.
    bool allows_core_dumps = false;   ///< Though they have secrets in them.
    std::filesystem::path zones;  ///< Directory; absolute, or relative to the working directory.
    std::optional<std::filesystem::path> inventory;  ///< File, likewise; none: no servers known.
    std::filesystem::path state;                     ///< Directory; likewise.
    std::vector<TsigKey> keys;                       ///< No two with one name.
    std::optional<std::filesystem::path> keys_file;  ///< Likewise; its keys are among `keys`.
    SerialFormat serial_format = SerialFormat::unix_time;
    ReloadConfig reload;
    ZoneDefaults zone_defaults;
    std::optional<CatalogConfig> catalog;
    std::vector<SubscriptionConfig> subscriptions;  ///< No two with one name.
    IdentityConfig identity;
    LogConfig log;
    std::optional<QueryLogConfig> query_log;  ///< None: queries are not logged.
    std::optional<Endpoint> metrics;          ///< Over TCP; none: not offered.
    UdpConfig udp;
    TcpConfig tcp;
    RateLimitConfig rate_limit;
    CookieConfig cookies;
    TlsConfig tls;  ///< No endpoint of it is in `listen`.
    WebConfig web;
    std::vector<UpdaterConfig> updates;  ///< No two for one key.

    bool operator==(const ServerConfig&) const = default;
};

/// What the catalogs of `config` are, where `zone_defaults` hold where it is silent.
[[nodiscard]] CatalogPlan catalog_plan(const ServerConfig& config);

/// Reads `text`, the content of `file`; the paths in it are taken as relative to `file`'s
/// directory. No other file is read: `keys` are those in `text`, `material` is empty. None if
/// anything is wrong, all of which is then in `diagnostics`.
[[nodiscard]] std::optional<ServerConfig> read_server_config(const std::string& file,
                                                             std::string_view text,
                                                             Diagnostics& diagnostics);

}  // namespace arpad

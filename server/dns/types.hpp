/// \file  The numbers of the protocol: types, classes, codes, TTLs and serials.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arpad {

/// RR types that the server treats specially; any other 16-bit value is legal too (RFC 3597).
enum class RrType : std::uint16_t {
    a = 1,
    ns = 2,
    cname = 5,
    soa = 6,
    ptr = 12,
    mx = 15,
    txt = 16,
    aaaa = 28,
    dname = 39,
    opt = 41,
    ds = 43,
    rrsig = 46,
    nsec = 47,
    dnskey = 48,
    dhcid = 49,
    tsig = 250,
    ixfr = 251,
    axfr = 252,
    any = 255,
    /// Of private use (RFC 6895 3.1): ranges on their way from arpad to arpad; zone/range_record.
    arpad_range = 65280,
};

/// Whether the RDATA of `type` is one domain name and nothing else.
[[nodiscard]] constexpr bool is_one_name(RrType type) noexcept {
    return type == RrType::ns || type == RrType::cname || type == RrType::ptr ||
           type == RrType::dname;
}

/// Whether records of `type` hold an address of a host (RFC 1035 3.4.1, RFC 3596 2.2).
[[nodiscard]] constexpr bool holds_address(RrType type) noexcept {
    return type == RrType::a || type == RrType::aaaa;
}

/// Whether records of `type` lead away from the names below theirs: NS, unless at an apex, to
/// another zone (RFC 1034 4.2.1), and DNAME to other names (RFC 6672 2.3).
[[nodiscard]] constexpr bool leads_away_below(RrType type) noexcept {
    return type == RrType::ns || type == RrType::dname;
}

/// Whether records of `type` lead away from their own name (CNAME, RFC 1034 3.6.2) or those below.
[[nodiscard]] constexpr bool leads_away(RrType type) noexcept {
    return type == RrType::cname || leads_away_below(type);
}

/// Whether `type` is for queries and messages and can stand in no zone (RFC 6895 3.1).
[[nodiscard]] constexpr bool is_meta_type(RrType type) noexcept {
    const auto number = static_cast<std::uint16_t>(type);
    return number == 0 || type == RrType::opt || (number >= 128 && number <= 255);
}

enum class RrClass : std::uint16_t { in = 1, ch = 3, none = 254, any = 255 };

enum class Opcode : std::uint8_t { query = 0, iquery = 1, status = 2, notify = 4, update = 5 };

/// Response codes; those over 15 need EDNS (RFC 6891 6.1.3).
enum class Rcode : std::uint16_t {
    no_error = 0,
    form_err = 1,
    serv_fail = 2,
    nx_domain = 3,
    not_imp = 4,
    refused = 5,
    yx_domain = 6,
    yx_rrset = 7,
    nx_rrset = 8,
    not_auth = 9,
    not_zone = 10,
    bad_vers = 16,
    bad_cookie = 23,
};

/// Extended DNS Errors (RFC 8914 4).
enum class ExtendedError : std::uint16_t {
    other = 0,
    not_ready = 14,
    prohibited = 18,
    not_authoritative = 20,
    not_supported = 21,
    invalid_data = 24,
};

/// Seconds that an answer may be cached: 0 to 2147483647 (RFC 2181 8).
struct Ttl {
    std::uint32_t seconds = 0;

    auto operator<=>(const Ttl&) const = default;
};

inline constexpr Ttl max_ttl{2'147'483'647};

/// Version of a zone.
struct Serial {
    std::uint32_t value = 0;

    bool operator==(const Serial&) const = default;

    /// The next one: 4294967295 is followed by 0.
    [[nodiscard]] constexpr Serial next() const noexcept { return {value + 1}; }
};

/// Whether `left` is newer than `right` in serial arithmetic (RFC 1982 3.2); false where that is
/// undefined, at a distance of exactly 2^31.
[[nodiscard]] constexpr bool is_newer(Serial left, Serial right) noexcept {
    const std::uint32_t distance = left.value - right.value;
    return distance != 0 && distance < 0x8000'0000U;
}

/// "PTR", "SOA", or "TYPE12345" (RFC 3597 5).
[[nodiscard]] std::string to_text(RrType type);

/// "NOERROR", "NXDOMAIN", or "RCODE23".
[[nodiscard]] std::string to_text(Rcode rcode);

/// Reads "NXDOMAIN" and the like, in any case.
[[nodiscard]] std::optional<Rcode> rcode_from_text(std::string_view text);

}  // namespace arpad

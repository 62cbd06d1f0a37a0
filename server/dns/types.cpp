#include "dns/types.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace arpad {

std::string to_text(RrType type) {
    switch (type) {
        case RrType::a:
            return "A";
        case RrType::ns:
            return "NS";
        case RrType::cname:
            return "CNAME";
        case RrType::soa:
            return "SOA";
        case RrType::ptr:
            return "PTR";
        case RrType::mx:
            return "MX";
        case RrType::txt:
            return "TXT";
        case RrType::aaaa:
            return "AAAA";
        case RrType::dname:
            return "DNAME";
        case RrType::opt:
            return "OPT";
        case RrType::ds:
            return "DS";
        case RrType::rrsig:
            return "RRSIG";
        case RrType::nsec:
            return "NSEC";
        case RrType::dnskey:
            return "DNSKEY";
        case RrType::dhcid:
            return "DHCID";
        case RrType::tsig:
            return "TSIG";
        case RrType::ixfr:
            return "IXFR";
        case RrType::axfr:
            return "AXFR";
        case RrType::any:
            return "ANY";
        case RrType::arpad_range:
            break;
    }
    return fmt::format("TYPE{}", static_cast<std::uint16_t>(type));
}

std::string to_text(Rcode rcode) {
    switch (rcode) {
        case Rcode::no_error:
            return "NOERROR";
        case Rcode::form_err:
            return "FORMERR";
        case Rcode::serv_fail:
            return "SERVFAIL";
        case Rcode::nx_domain:
            return "NXDOMAIN";
        case Rcode::not_imp:
            return "NOTIMP";
        case Rcode::refused:
            return "REFUSED";
        case Rcode::yx_domain:
            return "YXDOMAIN";
        case Rcode::yx_rrset:
            return "YXRRSET";
        case Rcode::nx_rrset:
            return "NXRRSET";
        case Rcode::not_auth:
            return "NOTAUTH";
        case Rcode::not_zone:
            return "NOTZONE";
        case Rcode::bad_vers:
            return "BADVERS";
        case Rcode::bad_cookie:
            return "BADCOOKIE";
    }
    return fmt::format("RCODE{}", static_cast<std::uint16_t>(rcode));
}

std::optional<Rcode> rcode_from_text(std::string_view text) {
    constexpr auto last = static_cast<std::uint16_t>(Rcode::bad_cookie);
    std::string upper(text);
    std::ranges::transform(upper, upper.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    });
    for (std::uint16_t number = 0; number <= last; ++number) {
        const auto rcode = static_cast<Rcode>(number);
        if (to_text(rcode) == upper) return rcode;
    }
    return std::nullopt;
}

}  // namespace arpad

#include "respond/query_cases.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace arpad::bench {
namespace {

using enum QueryCase::Form;

constexpr std::size_t header_octets = 12;
constexpr std::size_t hot = 64;
constexpr std::size_t many = 1'000'000;
constexpr auto ip4 = Family::ipv4;
constexpr auto ip6 = Family::ipv6;

std::string record(const Population& population, std::size_t number, Random&) {
    return population.record_name(number);
}
std::string absent(const Population& population, std::size_t, Random& random) {
    return population.absent_name(random);
}
std::string random_label(const Population& population, std::size_t, Random& random) {
    std::string label;
    for (std::size_t left = 7 + random() % 6; left != 0; --left) {
        label += "abcdefghijklmnopqrstuvwxyz0123456789"[random() % 36];
    }
    return label + (population.family() == ip4 ? ".10.in-addr.arpa" : ".8.b.d.0.1.0.0.2.ip6.arpa");
}
std::string in_range(const Population& population, std::size_t, Random& random) {
    if (population.family() == ip4) {
        return fmt::format("{}.{}.64.100.in-addr.arpa", random() % 256, 128 + random() % 128);
    }
    std::string name;
    for (int nibbles = 0; nibbles < 24; ++nibbles) name += fmt::format("{:x}.", random() % 16);
    return name + "1.0.0.0.f.f.f.3.ip6.arpa";
}
std::string beside_cuts(const Population&, std::size_t, Random& random) {
    return fmt::format("{}.{}.64.100.in-addr.arpa", random() % 256, random() % 16);
}
std::string delegated(const Population&, std::size_t, Random& random) {
    return fmt::format("{}.64.64.100.in-addr.arpa", random() % 256);
}
std::string classless(const Population&, std::size_t, Random& random) {
    return fmt::format("{}.100.51.198.in-addr.arpa", 64 + random() % 64);
}
std::string wildcard(const Population&, std::size_t, Random& random) {
    return fmt::format("{}.7.65.100.in-addr.arpa", random() % 256);
}
std::string apex(const Population& population, std::size_t, Random&) {
    return population.family() == ip4 ? "10.in-addr.arpa" : "8.b.d.0.1.0.0.2.ip6.arpa";
}
std::string outside(const Population&, std::size_t, Random& random) {
    return fmt::format("{}.{}.168.192.in-addr.arpa", random() % 256, random() % 256);
}
/// What a walk down the tree of ip6.arpa asks for: a name that exists only for those below it.
std::string above_record(const Population& population, std::size_t number, Random& random) {
    const std::string name = population.record_name(number);
    return name.substr(2 * (8 + random() % 15));
}

constexpr QueryCase cases[] = {
    {"hot", "PTR, the same 64 addresses", ip4, hot, plain, RrType::ptr, record, Rcode::no_error, 1,
     0},
    {"hot_edns", "the same with EDNS", ip4, hot, edns, RrType::ptr, record, Rcode::no_error, 1, 0},
    {"hot_mixed_case", "the same in mixed case", ip4, hot, mixed_case, RrType::ptr, record,
     Rcode::no_error, 1, 0},
    {"hit", "PTR, all records in random order", ip4, many, plain, RrType::ptr, record,
     Rcode::no_error, 1, 0},
    {"hit_edns", "the same with EDNS", ip4, many, edns, RrType::ptr, record, Rcode::no_error, 1, 0},
    {"miss_hot", "NXDOMAIN, the same 64 addresses", ip4, hot, plain, RrType::ptr, absent,
     Rcode::nx_domain, 0, 1},
    {"miss", "NXDOMAIN, random addresses", ip4, many, plain, RrType::ptr, absent, Rcode::nx_domain,
     0, 1},
    {"random_name", "NXDOMAIN, random labels", ip4, many, plain, RrType::ptr, random_label,
     Rcode::nx_domain, 0, 1},
    {"no_data", "A for addresses with a PTR", ip4, many, plain, RrType::a, record, Rcode::no_error,
     0, 1},
    {"any", "ANY for addresses with a PTR", ip4, many, plain, RrType::any, record, Rcode::no_error,
     1, 0},
    {"beside_cuts", "PTR in a zone with delegations", ip4, many, plain, RrType::ptr, beside_cuts,
     Rcode::no_error, 1, 0},
    {"range", "PTR made by a range", ip4, many, plain, RrType::ptr, in_range, Rcode::no_error, 1,
     0},
    {"wildcard", "PTR made by a wildcard", ip4, many, plain, RrType::ptr, wildcard, Rcode::no_error,
     1, 0},
    {"referral", "delegation", ip4, many, plain, RrType::ptr, delegated, Rcode::no_error, 0, 2},
    {"alias", "CNAME of RFC 2317 and its PTR", ip4, many, plain, RrType::ptr, classless,
     Rcode::no_error, 2, 0},
    {"soa", "SOA of the zone", ip4, 1, plain, RrType::soa, apex, Rcode::no_error, 1, 0},
    {"outside", "REFUSED, no zone", ip4, many, plain, RrType::ptr, outside, Rcode::refused, 0, 0},
    {"malformed", "FORMERR, cut off in the question", ip4, many, cut_off, RrType::ptr, record,
     Rcode::form_err, 0, 0},
    {"hot6", "PTR, the same 64 addresses", ip6, hot, plain, RrType::ptr, record, Rcode::no_error, 1,
     0},
    {"hit6", "PTR, all records in random order", ip6, many, plain, RrType::ptr, record,
     Rcode::no_error, 1, 0},
    {"hit6_edns", "the same with EDNS", ip6, many, edns, RrType::ptr, record, Rcode::no_error, 1,
     0},
    {"miss6_hot", "NXDOMAIN, the same 64 addresses", ip6, hot, plain, RrType::ptr, absent,
     Rcode::nx_domain, 0, 1},
    {"miss6", "NXDOMAIN, random addresses", ip6, many, plain, RrType::ptr, absent, Rcode::nx_domain,
     0, 1},
    {"random_name6", "NXDOMAIN, random labels", ip6, many, plain, RrType::ptr, random_label,
     Rcode::nx_domain, 0, 1},
    {"walk6", "names above those of records", ip6, many, plain, RrType::ptr, above_record,
     Rcode::no_error, 0, 1},
    {"range6", "PTR made by a range", ip6, many, plain, RrType::ptr, in_range, Rcode::no_error, 1,
     0},
};

void append_u16(std::vector<std::uint8_t>& octets, std::size_t value) {
    octets.push_back(static_cast<std::uint8_t>(value >> 8U));
    octets.push_back(static_cast<std::uint8_t>(value));
}

void append_name(std::vector<std::uint8_t>& octets, std::string_view name) {
    for (std::size_t start = 0; start <= name.size();) {
        const std::size_t end = std::min(name.find('.', start), name.size());
        octets.push_back(static_cast<std::uint8_t>(end - start));
        octets.insert(octets.end(), name.begin() + static_cast<std::ptrdiff_t>(start),
                      name.begin() + static_cast<std::ptrdiff_t>(end));
        start = end + 1;
    }
    octets.push_back(0);
}

std::string in_mixed_case(std::string name, Random& random) {
    for (char& c : name) {
        if (c >= 'a' && c <= 'z' && random() % 2 == 0) c = static_cast<char>(c - 'a' + 'A');
    }
    return name;
}

std::vector<std::uint8_t> make_query(const QueryCase& query_case, std::string name,
                                     Random& random) {
    if (query_case.form == mixed_case) name = in_mixed_case(std::move(name), random);
    std::vector<std::uint8_t> message;
    append_u16(message, random() % 65536);
    append_u16(message, 0);  // opcode QUERY, no flags
    append_u16(message, 1);
    append_u16(message, 0);
    append_u16(message, 0);
    append_u16(message, query_case.form == edns ? 1 : 0);
    append_name(message, name);
    append_u16(message, static_cast<std::size_t>(query_case.type));
    append_u16(message, static_cast<std::size_t>(RrClass::in));
    if (query_case.form == edns) {
        message.push_back(0);
        append_u16(message, static_cast<std::size_t>(RrType::opt));
        append_u16(message, 1232);
        for (int left = 6; left != 0; --left) message.push_back(0);
    }
    if (query_case.form == cut_off) message.resize(message.size() - 3);
    return message;
}

}  // namespace

void QueryStream::add(std::span<const std::uint8_t> message) {
    octets_.insert(octets_.end(), message.begin(), message.end());
    ends_.push_back(octets_.size());
}

std::span<const QueryCase> query_cases() noexcept {
    return cases;
}

QueryStream make_queries(const QueryCase& query_case, const Population& population,
                         std::size_t most) {
    Random random = repeatable(1);
    QueryStream queries;
    for (std::size_t i = 0; i < std::min(most, query_case.most); ++i) {
        queries.add(make_query(query_case, query_case.query_name(population, i, random), random));
    }
    return queries;
}

bool is_expected(const QueryCase& query_case, std::span<const std::uint8_t> reply) {
    if (reply.size() < header_octets) return false;
    const auto u16 = [&](std::size_t at) { return reply[at] << 8U | reply[at + 1]; };
    constexpr unsigned rcode_mask = 15;
    return (reply[3] & rcode_mask) == static_cast<unsigned>(query_case.rcode) &&
           u16(6) == query_case.answers && u16(8) == query_case.authorities;
}

}  // namespace arpad::bench

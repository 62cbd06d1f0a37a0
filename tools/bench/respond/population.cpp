#include "respond/population.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

#include "load/loader.hpp"
#include "respond/counted.hpp"

namespace arpad::bench {
namespace {

constexpr std::size_t ipv4_octets = 4;
constexpr std::size_t ipv6_octets = 16;
constexpr std::size_t ipv4_addresses = std::size_t{1} << 24U;

std::string head_of(std::string_view network) {
    return fmt::format(
        "network: {}\n"
        "nameservers: [ns1.example.net, ns2.example.net]\n"
        "soa: {{contact: hostmaster@example.net}}\n",
        network);
}

std::string file_of_many_kinds() {
    std::string text = head_of("100.64.0.0/16");
    text +=
        "ranges:\n"
        "  100.64.128.0/17: \"{ip}.dyn.example.net\"\n"
        "delegations:\n"
        "  100.64.64.0/24: {nameservers: [ns1.customer.example, ns2.customer.example]}\n"
        "records:\n";
    for (unsigned i = 0; i < 4096; ++i) {
        text +=
            fmt::format("  100.64.{0}.{1}: host-100-64-{0}-{1}.example.net\n", i / 256, i % 256);
    }
    return text;
}

std::string file_of_a_customer() {
    std::string text = head_of("198.51.100.64/26") + "records:\n";
    for (unsigned i = 64; i < 128; ++i) {
        text += fmt::format("  198.51.100.{0}: host-{0}.customer.example\n", i);
    }
    return text;
}

std::vector<SourceFile> other_files(Family family) {
    const auto file = [](const char* name, std::string text) {
        return SourceFile{name, name, std::move(text)};
    };
    if (family == Family::ipv6) {
        return {file("range6.yaml",
                     head_of("3fff:1::/32") + "ranges: {3fff:1::/32: \"{ip}.dyn.example.net\"}\n")};
    }
    return {
        file("kinds.yaml", file_of_many_kinds()), file("provider.yaml", head_of("198.51.100.0/24")),
        file("customer.yaml", file_of_a_customer()),
        file("wildcard.yaml", head_of("100.65.0.0/16") + "extra: |\n  *.7 PTR any.example.net.\n")};
}

/// "customers.fra1.example.net": one of 200.
std::string suffix(std::size_t number) {
    static constexpr const char* kinds[] = {"customers", "dyn", "static", "servers", "mgmt",
                                            "cust",      "dsl", "fiber",  "cloud",   "hosting"};
    static constexpr const char* sites[] = {"fra1", "fra2", "ams1", "ams2", "lon1", "lon2", "par1",
                                            "vie1", "zrh1", "waw1", "mad1", "mil1", "sto1", "nyc1",
                                            "nyc2", "sjc1", "sin1", "hkg1", "tyo1", "syd1"};
    return fmt::format("{}.{}.example.net", kinds[number % std::size(kinds)],
                       sites[number / std::size(kinds) % std::size(sites)]);
}

/// The memory of this process, without what could be given back.
std::size_t resident_octets() {
    malloc_trim(0);
    std::size_t pages_of_all = 0;
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages_of_all >> pages;
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

Population::Population(Family family, std::size_t records) : family_(family) {
    Random random = repeatable(family == Family::ipv4 ? 4 : 6);
    choose_addresses(records, random);
    Sources sources;
    sources.zones = other_files(family);
    sources.zones.push_back({"records.yaml", "records.yaml", file_of_records()});
    std::shuffle(addresses_.begin(), addresses_.end(), random);

    const std::size_t before = resident_octets();
    const auto start = std::chrono::steady_clock::now();
    NoCopies copies;
    FirstSerials serials;
    std::optional<Load> load;
    count_in([&] { load = load_zones(sources, {}, copies, serials); });
    load_time_ = std::chrono::steady_clock::now() - start;
    if (load->diagnostics.error_count() != 0) {
        throw std::runtime_error(load->diagnostics.to_text());
    }
    snapshot_ = std::move(load->snapshot);
    load.reset();
    snapshot_octets_ = resident_octets() - before;
}

std::string Population::record_name(std::size_t number) const {
    return reverse_name(addresses_[number % addresses_.size()]);
}

std::string Population::absent_name(Random& random) const {
    if (family_ == Family::ipv6) return reverse_name(random_address(random));
    for (;;) {
        const Octets address = random_address(random);
        const std::size_t number = std::size_t{address[1]} << 16U | std::size_t{address[2]} << 8U |
                                   std::size_t{address[3]};
        if (!taken_[number]) return reverse_name(address);
    }
}

void Population::choose_addresses(std::size_t records, Random& random) {
    if (family_ == Family::ipv6) {
        // 96 bits: neither will two be equal, nor will one that is chosen later be among them.
        while (addresses_.size() < records) addresses_.push_back(random_address(random));
        std::sort(addresses_.begin(), addresses_.end());
        return;
    }
    if (records > ipv4_addresses / 4 * 3) throw std::runtime_error("more than 10.0.0.0/8 can hold");
    taken_.resize(ipv4_addresses);
    for (std::size_t left = records; left != 0;) {
        auto bit = taken_[random() % ipv4_addresses];
        if (bit) continue;
        bit = true;
        --left;
    }
    for (std::size_t i = 0; i < ipv4_addresses; ++i) {
        if (!taken_[i]) continue;
        addresses_.push_back({10, static_cast<std::uint8_t>(i >> 16U),
                              static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)});
    }
}

std::string Population::file_of_records() const {
    std::string text = head_of(family_ == Family::ipv4 ? "10.0.0.0/8" : "2001:db8::/32");
    text += "records:\n";
    const auto out = std::back_inserter(text);
    std::size_t number = 0;
    for (const Octets& a : addresses_) {
        // Neighbours tend to have the same suffix.
        const std::string names = suffix(number++ / 16);
        if (family_ == Family::ipv4) {
            fmt::format_to(out, "  {0}.{1}.{2}.{3}: host-{0}-{1}-{2}-{3}.{4}\n", a[0], a[1], a[2],
                           a[3], names);
            continue;
        }
        text += "  ";
        for (std::size_t i = 0; i < ipv6_octets; i += 2) {
            fmt::format_to(out, "{}{:x}", i == 0 ? "" : ":", a[i] << 8U | a[i + 1]);
        }
        text += ": host-";
        for (std::size_t i = 8; i < ipv6_octets; ++i) fmt::format_to(out, "{:02x}", a[i]);
        fmt::format_to(out, ".{}\n", names);
    }
    return text;
}

Population::Octets Population::random_address(Random& random) const {
    const bool is_ipv4 = family_ == Family::ipv4;
    Octets address = is_ipv4 ? Octets{10} : Octets{0x20, 0x01, 0x0d, 0xb8};
    for (std::size_t i = is_ipv4 ? 1 : 4; i < (is_ipv4 ? ipv4_octets : ipv6_octets); ++i) {
        address[i] = static_cast<std::uint8_t>(random());
    }
    return address;
}

std::string Population::reverse_name(const Octets& address) const {
    if (family_ == Family::ipv4) {
        return fmt::format("{}.{}.{}.{}.in-addr.arpa", address[3], address[2], address[1],
                           address[0]);
    }
    static constexpr char digits[] = "0123456789abcdef";
    std::string name;
    for (std::size_t i = ipv6_octets; i-- != 0;) {
        const unsigned octet = address[i];
        for (const unsigned nibble : {octet & 15U, octet >> 4U}) {
            name += digits[nibble];
            name += '.';
        }
    }
    return name + "ip6.arpa";
}

}  // namespace arpad::bench

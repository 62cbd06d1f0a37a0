/// \file  Any text as the template of names of a range, below a domain: what is proved makes names
/// that are right,
///        and each leads back to its address.
///
/// The first octet chooses the family and the size of the range, the next eight where it begins.

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/invariant.hpp"
#include "load/host_name.hpp"
#include "reverse/name_template.hpp"

namespace arpad {
namespace {

constexpr std::size_t choice_octets = 9;

/// The range that the first octets choose.
AddressRange range_of(const std::uint8_t* data) {
    const bool is_ipv4 = (data[0] & 1U) != 0;
    const unsigned bits = (data[0] >> 1U) % (is_ipv4 ? 25U : 65U);
    Uint128 first = 0;
    for (std::size_t i = 1; i < choice_octets; ++i) first = first << 8U | data[i];
    if (is_ipv4) {
        first = static_cast<std::uint32_t>(first);
    } else {
        first |= Uint128{0x2001'0db8} << 96U;
    }
    const Uint128 most = is_ipv4 ? Uint128{0xFFFF'FFFF} : ~Uint128{0};
    const Uint128 size = Uint128{1} << bits;
    const Uint128 last = most - first < size ? most : first + size - 1;
    const Family family = is_ipv4 ? Family::ipv4 : Family::ipv6;
    return {Address(family, first), Address(family, last)};
}

/// Some addresses of `range`, its ends among them.
std::vector<Address> samples(const AddressRange& range) {
    constexpr unsigned count = 16;
    const Uint128 first = range.first.value();
    const Uint128 distance = range.last.value() - first;
    std::vector<Address> addresses{range.first, range.last};
    for (unsigned i = 1; i < count; ++i) {
        addresses.emplace_back(range.first.family(), first + distance / count * i);
        if (i <= distance) addresses.emplace_back(range.first.family(), first + i);
    }
    return addresses;
}

void check(std::string_view text, const AddressRange& range) {
    const auto made = NameTemplate::make(text, range);
    if (!made) {
        ensure(!made.error().message.empty() && !made.error().advice.empty(),
               "what is refused is told why");
        return;
    }
    ensure(made->text() == text, "a template is as it was written");
    for (const Address& address : samples(range)) {
        NameSpace space;
        const Name name(made->render(address, space));
        const auto read = host_name_from_text(name.to_text());
        ensure(read.has_value() && read->name == name, "a name that is made is a host name");
        const auto back = made->recover(name.view());
        ensure(made->is_constant() ? !back.has_value() : back == address,
               "a name leads back to its address");
    }
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    constexpr std::size_t max_octets = 1024;
    if (size < choice_octets || size > max_octets) return 0;
    // Behind a domain, without which no range is accepted (load/range_fields).
    std::string text(reinterpret_cast<const char*>(data) + choice_octets, size - choice_octets);
    if (!text.ends_with('.')) text += '.';
    check(text + "example", range_of(data));
    return 0;
}

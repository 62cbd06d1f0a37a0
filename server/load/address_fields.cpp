#include "load/address_fields.hpp"

#include <fmt/format.h>

#include <string>

#include "load/address_text.hpp"
#include "load/fields.hpp"
#include "load/repeats.hpp"

namespace arpad {
namespace {

void report_repeated_addresses(const std::vector<PlacedAddress>& addresses,
                               FileFindings& findings) {
    const auto is_before = [](const PlacedAddress& left, const PlacedAddress& right) {
        return left.address < right.address;
    };
    for_each_repeat(addresses, is_before,
                    [&findings](const PlacedAddress& first, const PlacedAddress& second) {
                        findings.error(second.place,
                                       fmt::format("{} is listed twice, first in line {}",
                                                   second.address.to_text(), first.place.line),
                                       "remove one of the two");
                    });
}

}  // namespace

std::optional<Address> read_address(YamlNode node, std::string_view what, FileFindings& findings) {
    const auto text = read_text(node, what, findings);
    if (!text) return std::nullopt;
    const auto address = Address::from_text(*text);
    if (address) return address;
    const AddressFlaw flaw = explain_bad_address(*text);
    findings.error(node.place(), flaw.message, flaw.advice);
    return std::nullopt;
}

std::vector<PlacedAddress> read_addresses(YamlNode list, std::string_view key,
                                          FileFindings& findings) {
    std::vector<PlacedAddress> addresses;
    if (!list.is_sequence() || list.is_empty()) {
        findings.error(list.place(), fmt::format("`{}` is no list of addresses", key),
                       fmt::format("write `{}: [192.0.2.7, \"2001:db8::7\"]`", key));
        return addresses;
    }
    const std::string what = fmt::format("an entry of `{}`", key);
    for (const YamlNode item : list.items()) {
        if (const auto address = read_address(item, what, findings))
            addresses.push_back({*address, item.place()});
    }
    report_repeated_addresses(addresses, findings);
    return addresses;
}

}  // namespace arpad

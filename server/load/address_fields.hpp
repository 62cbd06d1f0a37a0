/// \file  Lists of addresses in YAML files.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "load/file_findings.hpp"
#include "load/yaml_document.hpp"
#include "reverse/address.hpp"

namespace arpad {

/// An address and where it is written.
struct PlacedAddress {
    Address address;
    Place place;
};

/// Reads one address. `what` is how messages call it, as below.
[[nodiscard]] std::optional<Address> read_address(YamlNode node, std::string_view what,
                                                  FileFindings& findings);

/// Reads a list of at least one address, no two equal, called `key`. Leaves out those that are
/// wrong.
[[nodiscard]] std::vector<PlacedAddress> read_addresses(YamlNode list, std::string_view key,
                                                        FileFindings& findings);

}  // namespace arpad

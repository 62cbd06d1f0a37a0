/// \file  What the operator wrote about servers and their addresses, as plain data.
///
/// Made by load/inventory_file, which has already reported everything that is wrong with the file
/// by itself; read by zone/builder, which gives every primary address its server's host name where
/// nothing else names it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "reverse/prefix.hpp"
#include "zone/allocations.hpp"

namespace arpad {

/// Which names an account may give its addresses.
enum class NamePolicy : std::uint8_t {
    any,          ///< Every host name.
    own_domains,  ///< Those in its domains.
    confirmed,    ///< Those whose A or AAAA records have the address.
};

/// One entry of `accounts`.
struct AccountModel {
    std::string name;
    std::vector<Name> domains;  ///< In the order written, no two equal.
    NamePolicy policy = NamePolicy::any;
    Place place;  ///< Of the key.
};

/// One entry of a server's `addresses`: a single address is a prefix of full length.
struct AllocationModel {
    Prefix prefix;
    Place place;
};

/// A primary address of a server.
struct PrimaryModel {
    Address address;
    Place place;  ///< Where the address is written.
};

/// One entry of `servers`.
struct ServerModel {
    std::string name;
    std::string product;                       ///< One of the file's.
    std::optional<std::string> account;        ///< One of the file's, if written.
    Name host_name;                            ///< What the product's template makes of the name.
    std::vector<AllocationModel> allocations;  ///< In the order written.
    std::vector<PrimaryModel> primaries;       ///< Each in one of the allocations; no two equal.
    Place place;                               ///< Of the key.
};

/// The inventory file.
struct InventoryModel {
    std::string file;        ///< As named in diagnostics.
    std::optional<Ttl> ttl;  ///< Of default names, else the network's.
    std::vector<AccountModel> accounts;
    std::vector<ServerModel> servers;  ///< No prefix is allocated twice.
    Allocations allocations;           ///< Of `servers`.
};

}  // namespace arpad

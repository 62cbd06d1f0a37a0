/// \file  What the operator wrote about servers and their addresses, as plain data.
///
/// Made by load/inventory_file, which has already reported everything that is wrong with the file
/// by itself; read by zone/builder, which gives every primary address its server's host name where
/// nothing else names it.
#pragma once

#include <chrono>
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

/// A server that was put beside the file, through the API.
struct StoredServer {
    std::string name;
    std::string product;
    std::optional<std::string> account;
    std::vector<Prefix> allocations;                ///< As in ServerModel.
    std::optional<std::vector<Address>> primaries;  ///< None: the first address of each family.
    std::chrono::sys_seconds since;                 ///< When it was put.

    bool operator==(const StoredServer&) const = default;
};

/// Where such servers are kept.
class ServerSource {
public:
    virtual ~ServerSource() = default;

    /// All of them, by name.
    [[nodiscard]] virtual std::vector<StoredServer> stored_servers() = 0;
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
    Place place;                               ///< Of the key; 0 if it was put through the API.
};

/// The inventory file, and what was put beside it.
struct InventoryModel {
    std::string file;        ///< As named in diagnostics.
    std::optional<Ttl> ttl;  ///< Of default names, else the network's.
    std::vector<AccountModel> accounts;
    std::vector<ServerModel> servers;  ///< No prefix is allocated twice.
    Allocations allocations;           ///< Of `servers`.
};

}  // namespace arpad

/// \file  Why a name has what it has: what each layer says about it, and which one is heard.
///
/// Made from the models, on request, for operators; the query path knows nothing of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "reverse/address.hpp"
#include "zone/assembly.hpp"

namespace arpad {

/// What may say something about a name, in the order in which it is heard.
enum class NameLayer : std::uint8_t {
    settings,        ///< `nameservers` and `soa`, at an apex.
    nested_network,  ///< Another network's file: its NS and CNAMEs.
    delegation,      ///< `delegations`.
    edit,            ///< What it was given beside the files.
    record,          ///< `records`; before an edit, if it is locked.
    extra,           ///< `extra`.
    lease,           ///< What an UPDATE has given it.
    server_default,  ///< The inventory.
    range,           ///< `ranges`.
    wildcard,        ///< A wildcard in `extra`, or one that was given beside the files.
};

/// "record", "server default" and so on: what operators call it.
[[nodiscard]] std::string_view to_text(NameLayer layer) noexcept;

/// What one entry says.
struct NameFinding {
    NameLayer layer = NameLayer::record;
    std::string file;           ///< Where it is written; empty for an edit or a lease.
    Place place;                ///< 0 if it follows from a whole file.
    std::string owner;          ///< The name it stands at, if that is another one above.
    RrType type = RrType::ptr;  ///< Of the RRset that it says the name has.
    std::vector<Name> names;    ///< RDATA, where that is a name; none for `~`.
    std::size_t records = 0;    ///< How many RRs; 0 for `~`: the name has no such RRset.
    std::string made_by;        ///< The template that made it; empty if none did.
    std::optional<Ttl> ttl;     ///< None where it says that there is nothing.
    bool is_effective = false;  ///< Whether answers come from it.
    bool is_unheard = false;    ///< An edit that would hide what files say of other names.
};

/// What is known about a name.
struct Explanation {
    Name name;
    std::optional<Address> address;  ///< That the name stands for.
    std::string network;       ///< Of its zone: "192.0.2.0/24"; empty if we serve no such zone.
    std::string file;          ///< Of that network.
    std::optional<Name> zone;  ///< Its apex.
    bool is_broken = false;    ///< The file cannot be used: answers are SERVFAIL.
    std::vector<Remote> primaries;  ///< Who alone knows what is in the zone, where there are any.
    std::vector<NameFinding> findings;  ///< In the order in which they are heard.
    std::optional<Name> leads_to;       ///< Where a CNAME that is heard points to.
};

/// Explains what is answered to a question for `name` and `type`: DS at a cut or apex is the zone's
/// above (RFC 4035 3.1.4.1). `input` must have been checked.
[[nodiscard]] Explanation explain(const BuildInput& input, const Name& name,
                                  RrType type = RrType::ptr);

/// The name to explain for `address`: its reverse name where we serve that, else the name it has in
/// the zone of the smallest network around it.
[[nodiscard]] Name name_to_explain(const BuildInput& input, Address address);

}  // namespace arpad

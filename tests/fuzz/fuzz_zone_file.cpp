/// \file  Any octets as a zone file, and all that follows from it as a single network: zones, their
///        content, and the answers of what was read.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer/lookup.hpp"
#include "base/diagnostics.hpp"
#include "base/invariant.hpp"
#include "dns/name.hpp"
#include "load/loader.hpp"
#include "load/master_writer.hpp"
#include "reverse/prefix.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

constexpr std::size_t max_octets = 64 * 1024;

/// Takes longer than it is worth: so many CNAMEs, cuts or names that a range makes.
constexpr Uint128 max_range_names = 70'000;

/// Looks everything in `zone` up, and its lines must be lines.
void visit_all(const Zone& zone) {
    const bool is_large = count_range_names(zone) > max_range_names;
    const RangeWalk ranges = is_large ? RangeWalk::omit : RangeWalk::expand;
    Name last;
    walk(zone, ranges, [&](NameView owner, RrsetView rrset) {
        ensure(owner.is_at_or_below(zone.apex()), "every name is in the zone");
        ensure(last == Name() || canonical_order(last, owner) <= 0, "names are in order");
        last = Name(owner);
        NameBuffer name;
        name.assign(owner);
        MadeRrset space;
        const Lookup found = look_up(zone, name, rrset.type(), space);
        ensure(found.kind == Lookup::Kind::answer || found.kind == Lookup::Kind::referral ||
                   found.kind == Lookup::Kind::redirection,
               "what is in the zone is answered, or hidden by a cut or DNAME");
        for (const auto rdata : rrset) {
            const std::string line = master_line(owner, rrset.ttl(), rrset.type(), rdata);
            ensure(line.find('\n') == std::string::npos, "a record is one line");
        }
    });
}

void check_finding(const Diagnostic& entry) {
    ensure(entry.file == "fuzz.yaml", "every finding has its file");
    ensure(!entry.message.empty(), "every finding says what is wrong");
    ensure(!entry.to_text().empty(), "every finding can be printed");
}

/// Whether the network that this is about is not served until it is mended. What others cannot take
/// is served all the same.
bool stops_service(const Diagnostic& entry) {
    return entry.severity == Severity::error &&
           entry.advice.find("only arpad may take the zones") == std::string::npos;
}

/// Loads `text` as the one zone file.
void load(std::string_view text) {
    const Sources sources{{SourceFile{"fuzz.yaml", "fuzz.yaml", std::string(text)}}, std::nullopt};
    NoCopies copies;
    FirstSerials serials;
    const Load loaded = load_zones(sources, {}, copies, serials);
    for (const Diagnostic& entry : loaded.diagnostics.entries()) check_finding(entry);
    const bool is_good = loaded.networks.at(0).standing == Standing::current;
    ensure(is_good == std::ranges::none_of(loaded.diagnostics.entries(), &stops_service),
           "what is not served has an error");
    for (const auto& zone : loaded.snapshot->zones()) {
        if (is_good && zone->transfer().is_secondary()) continue;  // it comes from its primaries
        ensure(zone->is_available() == is_good, "all or nothing is served");
        if (is_good) visit_all(*zone);
    }
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    if (size > max_octets) return 0;
    load({reinterpret_cast<const char*>(data), size});
    return 0;
}

/// \file  Any octets as what a primary sends: a zone comes of it that is newer and whole, or none.
///
/// Bit 0 of the first octet: we have a version, so that what has changed is asked for. Bit 1: the
/// primary is arpad, and may send ranges. Bit 2: it is a catalog that we have none of yet. The rest
/// is a stream of messages, each behind its length; each gets the id of the request that was made
/// last.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/invariant.hpp"
#include "support/zone_maker.hpp"
#include "transfer/incoming_transfer.hpp"
#include "zone/catalog.hpp"
#include "zone/zone_walk.hpp"

namespace arpad {
namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::uint8_t has_current = 1;
constexpr std::uint8_t is_from_arpad = 2;
constexpr std::uint8_t is_catalog = 4;

/// Cuts the next message off the front of `stream`; empty if there is none.
Octets next_message(std::span<const std::uint8_t>& stream) {
    constexpr std::size_t length_octets = 2;
    if (stream.size() < length_octets) return {};
    const auto announced = static_cast<std::size_t>(stream[0] << 8U | stream[1]);
    const std::size_t length = std::min(announced, stream.size() - length_octets);
    const auto message = stream.subspan(length_octets, length);
    stream = stream.subspan(length_octets + length);
    return {message.begin(), message.end()};
}

ZoneFrame frame_for(std::uint8_t options) {
    ZoneFrame frame{
        *Name::from_text("2.0.192.in-addr.arpa"), *Prefix::from_text("192.0.2.0/24"), {}};
    Remote primary{*Endpoint::from_text("192.0.2.53"), {}};
    primary.is_arpad = (options & is_from_arpad) != 0;
    frame.transfer.primaries = {primary};
    if ((options & is_catalog) != 0) {
        frame.apex = *Name::from_text("catalog.example");
        frame.base.reset();
    }
    return frame;
}

/// The version that we have: serial 1, with a name for 192.0.2.1.
std::shared_ptr<const Zone> current_zone() {
    const auto zone = zone_for("192.0.2.0/24").ptr("1", "one.example.net.").build();
    return zone->with_addresses(zone->addresses(), Serial{1});
}

void check(const Zone& zone, const Zone* current) {
    ensure(current == nullptr || is_newer(zone.serial(), current->serial()), "a serial rises");
    std::size_t records = 0;
    for (const RangeWalk ranges : {RangeWalk::keep, RangeWalk::omit}) {
        walk(zone, ranges, [&](NameView owner, RrsetView rrset) {
            ensure(owner.is_at_or_below(zone.apex()), "a name is in its zone");
            records += rrset.size();
        });
    }
    ensure(records > 0, "a zone has its SOA");
    if (const auto members = read_members(zone)) {
        for (std::size_t i = 1; i < members->size(); ++i) {
            ensure(CanonicalLess{}((*members)[i - 1], (*members)[i]), "no zone is a member twice");
        }
    }
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    static const std::shared_ptr<const Zone> current = current_zone();
    if (size == 0) return 0;
    const std::uint8_t options = data[0];
    std::span<const std::uint8_t> stream(data + 1, size - 1);
    const bool has_known = (options & (has_current | is_catalog)) == has_current;
    const auto known = has_known ? current : nullptr;
    IncomingTransfer transfer(frame_for(options), known, nullptr);
    Octets request = transfer.take_request();
    while (transfer.state() == IncomingTransfer::State::under_way) {
        Octets message = next_message(stream);
        if (message.empty()) break;
        if (message.size() >= 2) std::copy_n(request.begin(), 2, message.begin());
        transfer.receive(message);
        if (transfer.has_request()) request = transfer.take_request();
    }
    if (transfer.state() == IncomingTransfer::State::received) {
        check(*transfer.zone(), known.get());
    }
    if (transfer.state() == IncomingTransfer::State::failed) {
        ensure(!transfer.failure().empty(), "a failure has a reason");
    }
    return 0;
}

#include "answer/query_log.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dns/message.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

bool lies_in(const std::vector<Prefix>& prefixes, Address address) noexcept {
    return std::ranges::any_of(prefixes,
                               [&](const Prefix& prefix) { return prefix.contains(address); });
}

/// Whether `name` stands for an address or a prefix in one of `networks`.
bool lies_in(const std::vector<Prefix>& networks, NameView name) noexcept {
    const auto asked = prefix_of_arpa_name(name);
    return asked && std::ranges::any_of(
                        networks, [&](const Prefix& network) { return network.contains(*asked); });
}

}  // namespace

bool admits(const QueryLogConfig& config, const Exchange& exchange) noexcept {
    const auto& rcodes = config.rcodes;
    const bool has_rcode =
        rcodes.empty() || std::ranges::find(rcodes, exchange.outcome.rcode) != rcodes.end();
    const bool is_from = config.clients.empty() || lies_in(config.clients, exchange.client.address);
    if (!has_rcode || !is_from) return false;
    if (config.networks.empty()) return true;
    const Query query = decode_query(exchange.message);
    return query.question && lies_in(config.networks, query.question->name);
}

std::string LoggedQuery::to_text() const {
    const std::string flags =
        fmt::format("{}{}", recursion_desired ? "+" : "", has_edns ? "e" : "");
    const NameView asked =
        NameView::of_valid_wire(std::span(name).first(std::max<std::size_t>(name_octets, 1)));
    return fmt::format("{}#{} {} {} {} {} {}{} {}", client.address.to_text(), client.port,
                       arpad::to_text(transport), name_octets == 0 ? "-" : asked.to_text(),
                       name_octets == 0 ? "-" : arpad::to_text(type), flags.empty() ? "-" : flags,
                       arpad::to_text(rcode), is_truncated ? ",TC" : "", octets);
}

void QueryLogQueue::note(const Exchange& exchange) noexcept {
    const Outcome::Kind kind = exchange.outcome.kind;
    // What comes of an update is not known yet; the log says who changed what.
    if (kind == Outcome::Kind::silence || kind == Outcome::Kind::update) return;
    if (!admits(config_, exchange) || admitted_++ % config_.sample != 0) return;
    const Query query = decode_query(exchange.message);
    LoggedQuery entry;
    entry.client = exchange.client;
    entry.transport = exchange.transport;
    entry.rcode = exchange.outcome.rcode;
    entry.is_truncated = exchange.outcome.is_truncated;
    entry.octets = static_cast<std::uint16_t>(exchange.outcome.octets);
    entry.recursion_desired = query.recursion_desired;
    entry.has_edns = query.edns.has_value();
    if (query.question) {
        const auto wire = query.question->name.wire();
        entry.type = query.question->type;
        entry.name_octets = static_cast<std::uint8_t>(wire.size());
        std::ranges::copy(wire, entry.name.begin());
    }
    if (!queue_.push(entry)) lost_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace arpad

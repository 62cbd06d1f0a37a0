#include "control/forward_lookup.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <optional>
#include <span>

#include "transfer/message_id.hpp"
#include "transfer/question.hpp"

namespace arpad {
namespace {

constexpr std::chrono::milliseconds patience{2000};
constexpr std::chrono::seconds memory{5};
constexpr std::size_t max_known = 1000;

/// Questions at a time, fewer than the client would drop.
constexpr std::size_t most_open = DnsClient::max_open / 2;

/// Questions that wait for others to end: ten times a resolver's patience.
constexpr std::size_t most_waiting = 10 * most_open;

/// What the A or AAAA records of a reply say; none if it is of no use.
std::optional<std::vector<Address>> addresses_in(const QuestionReply& reply) {
    if (reply.rcode == Rcode::nx_domain) return std::vector<Address>();
    if (reply.rcode != Rcode::no_error || reply.is_truncated) return std::nullopt;
    std::vector<Address> addresses;
    for (const ReceivedRecord& record : reply.answers) {
        const bool is_ipv4 = record.type == RrType::a && record.rdata.size() == 4;
        const bool is_ipv6 = record.type == RrType::aaaa && record.rdata.size() == 16;
        if (!is_ipv4 && !is_ipv6) continue;
        Uint128 value = 0;
        for (const std::uint8_t octet : record.rdata) value = value << 8U | octet;
        addresses.emplace_back(is_ipv4 ? Family::ipv4 : Family::ipv6, value);
    }
    return addresses;
}

ForwardAnswer answer_of(const std::optional<std::vector<Address>>& addresses, Address wanted) {
    if (!addresses) return ForwardAnswer::unknown;
    if (addresses->empty()) return ForwardAnswer::missing;
    return std::ranges::find(*addresses, wanted) != addresses->end() ? ForwardAnswer::confirmed
                                                                     : ForwardAnswer::different;
}

}  // namespace

std::string_view to_text(ForwardAnswer answer) noexcept {
    switch (answer) {
        case ForwardAnswer::confirmed:
            return "confirmed";
        case ForwardAnswer::different:
            return "different";
        case ForwardAnswer::missing:
            return "missing";
        case ForwardAnswer::unknown:
            return "unknown";
    }
    return "unknown";
}

/// A question that goes from resolver to resolver.
struct ForwardLookup::Lookup {
    Name name;
    RrType type = RrType::a;
    std::size_t next = 0;  // of the resolvers
    std::function<void(std::optional<std::vector<Address>>)> take;
};

bool ForwardLookup::KeyLess::operator()(const Key& left, const Key& right) const {
    const CanonicalLess less;
    if (less(left.first, right.first)) return true;
    if (less(right.first, left.first)) return false;
    return left.second < right.second;
}

ForwardLookup::ForwardLookup(boost::asio::io_context& io, std::vector<Endpoint> resolvers)
    : io_(io), client_(io), resolvers_(std::move(resolvers)) {}

ForwardLookup::~ForwardLookup() = default;

void ForwardLookup::look_up(const Name& name, Address address, Take take) {
    Key key(name, address);
    const auto known = known_.find(key);
    if (known != known_.end() && std::chrono::steady_clock::now() - known->second.at < memory) {
        boost::asio::post(
            io_, [take = std::move(take), answer = known->second.answer] { take(answer); });
        return;
    }
    auto& takers = asking_[key];
    takers.push_back(std::move(take));
    if (takers.size() > 1) return;
    const RrType type = address.family() == Family::ipv4 ? RrType::a : RrType::aaaa;
    auto lookup = std::make_shared<Lookup>(Lookup{name, type, 0, {}});
    lookup->take = [this,
                    key = std::move(key)](const std::optional<std::vector<Address>>& addresses) {
        const ForwardAnswer answer = answer_of(addresses, key.second);
        note(key, answer);
        const auto told = asking_.extract(key);
        for (const Take& each : told.mapped()) each(answer);
    };
    ask(lookup);
}

void ForwardLookup::find_addresses(const Name& name, TakeAddresses take) {
    auto second = std::make_shared<Lookup>(Lookup{name, RrType::aaaa, 0, {}});
    auto first = std::make_shared<Lookup>(Lookup{name, RrType::a, 0, {}});
    first->take = [this, second,
                   take = std::move(take)](const std::optional<std::vector<Address>>& ipv4) {
        second->take = [take, ipv4](const std::optional<std::vector<Address>>& ipv6) {
            std::vector<Address> all = ipv4.value_or(std::vector<Address>());
            if (ipv6) all.insert(all.end(), ipv6->begin(), ipv6->end());
            take(std::move(all));
        };
        ask(second);
    };
    ask(first);
}

/// Asks the next resolver.
void ForwardLookup::ask(const std::shared_ptr<Lookup>& lookup) {
    const bool are_too_many = open_ == most_open && waiting_.size() >= most_waiting;
    if (lookup->next >= resolvers_.size() || are_too_many) {
        boost::asio::post(io_, [lookup] { lookup->take(std::nullopt); });
        return;
    }
    if (open_ == most_open) {
        waiting_.push_back(lookup);
        return;
    }
    ++open_;
    const Endpoint& resolver = resolvers_[lookup->next++];
    std::vector<std::uint8_t> query =
        make_query(random_message_id(), lookup->name, lookup->type, Recursion::wanted);
    client_.ask(resolver, query, patience,
                [this, lookup, query](std::span<const std::uint8_t> octets) {
                    const auto reply = read_reply(octets, query);
                    if (!octets.empty() && !reply) return false;
                    go_on();
                    auto addresses = reply ? addresses_in(*reply) : std::nullopt;
                    if (addresses) {
                        lookup->take(std::move(addresses));
                    } else {
                        ask(lookup);
                    }
                    return true;
                });
}

/// After a question has ended.
void ForwardLookup::go_on() {
    --open_;
    if (waiting_.empty()) return;
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    ask(next);
}

void ForwardLookup::note(const Key& key, ForwardAnswer answer) {
    if (known_.size() >= max_known) known_.clear();
    known_.insert_or_assign(key, Known{answer, std::chrono::steady_clock::now()});
}

}  // namespace arpad

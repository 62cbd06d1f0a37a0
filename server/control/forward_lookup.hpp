/// \file  Whether a name leads back to its address: forward-confirmed reverse DNS.
///
/// Asks the configured resolvers. Mail servers do the same (RFC 1912 2.1), so whoever names an
/// address is told at once. Threads: one, that of its io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/name.hpp"
#include "net/dns_client.hpp"
#include "reverse/address.hpp"
#include "reverse/endpoint.hpp"

namespace arpad {

/// What the A or AAAA records of a name say of an address.
enum class ForwardAnswer : std::uint8_t {
    confirmed,  ///< They have it.
    different,  ///< They have others.
    missing,    ///< There are none.
    unknown,    ///< Nobody could be asked.
};

/// "confirmed", "different" and so on.
[[nodiscard]] std::string_view to_text(ForwardAnswer answer) noexcept;

/// See above.
class ForwardLookup {
public:
    using Take = std::function<void(ForwardAnswer)>;
    using TakeAddresses = std::function<void(std::vector<Address>)>;

    /// Asks `resolvers` in their order, each if the one before does not reply.
    ForwardLookup(boost::asio::io_context& io, std::vector<Endpoint> resolvers);
    ~ForwardLookup();
    ForwardLookup(const ForwardLookup&) = delete;
    ForwardLookup& operator=(const ForwardLookup&) = delete;

    [[nodiscard]] bool can_ask() const noexcept { return !resolvers_.empty(); }

    /// What `name` says of `address`. Whoever asks again meanwhile, or within a few seconds, is
    /// told the same. Nobody is told before this returns. Where too many wait, nobody is asked.
    void look_up(const Name& name, Address address, Take take);

    /// The addresses of `name`, of both families; none if nobody could be asked.
    void find_addresses(const Name& name, TakeAddresses take);

private:
    struct Lookup;
    struct Known {
        ForwardAnswer answer = ForwardAnswer::unknown;
        std::chrono::steady_clock::time_point at;
    };
    using Key = std::pair<Name, Address>;
    struct KeyLess {
        bool operator()(const Key& left, const Key& right) const;
    };

    void ask(const std::shared_ptr<Lookup>& lookup);
    void go_on();
    void note(const Key& key, ForwardAnswer answer);

    boost::asio::io_context& io_;
    DnsClient client_;
    std::vector<Endpoint> resolvers_;
    std::size_t open_ = 0;                         // questions
    std::deque<std::shared_ptr<Lookup>> waiting_;  // for one of these to end
    std::map<Key, std::vector<Take>, KeyLess> asking_;
    std::map<Key, Known, KeyLess> known_;
};

}  // namespace arpad

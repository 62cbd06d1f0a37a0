/// \file  Queries for tests, as octets: right ones, and any kind of wrong one.
///
///     ask("7.2.0.192.in-addr.arpa", RrType::ptr).payload(1232).dnssec_ok().octets()
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "dns/types.hpp"

namespace arpad {

using Octets = std::vector<std::uint8_t>;

/// One query. Unless told otherwise: id 0x1234, opcode QUERY, RD clear, class IN, one question,
/// no EDNS. The octets can always be had, whether they make sense or not.
class QueryMaker {
public:
    QueryMaker(std::string_view name, RrType type);

    QueryMaker& id(std::uint16_t value);
    QueryMaker& opcode(Opcode value);
    QueryMaker& rr_class(RrClass value);

    /// Sets bits of the second word of the header.
    QueryMaker& flags(std::uint16_t bits);

    /// Says how many questions the header announces, whatever follows.
    QueryMaker& announce_questions(std::uint16_t count);

    /// Each of these makes it an EDNS query (RFC 6891).
    QueryMaker& edns();
    QueryMaker& payload(std::uint16_t octets);
    QueryMaker& version(std::uint8_t value);
    QueryMaker& dnssec_ok();
    QueryMaker& edns_flags(std::uint16_t bits);
    QueryMaker& option(std::uint16_t code, const Octets& content);

    /// Adds `octets` to the RDATA of the OPT as they are.
    QueryMaker& raw_options(const Octets& octets);

    /// Adds a record to the additional section as it is, before the OPT.
    QueryMaker& additional(const Octets& record);

    /// Adds octets behind everything.
    QueryMaker& trailing(const Octets& octets);

    [[nodiscard]] Octets octets() const;

    /// The octets with their length before them, as a TCP client sends them.
    [[nodiscard]] Octets framed() const;

private:
    struct Opt {
        std::uint16_t payload = 1232;
        std::uint8_t version = 0;
        std::uint16_t flags = 0;
        Octets options;
    };

    Opt& opt();

    std::uint16_t id_ = 0x1234;
    std::uint16_t flags_ = 0;
    std::uint16_t announced_questions_ = 1;
    Octets question_;
    std::uint16_t additionals_ = 0;
    Octets additional_;
    std::optional<Opt> opt_;
    Octets trailing_;
};

/// A query for `name`, in presentation form, and `type`.
[[nodiscard]] QueryMaker ask(std::string_view name, RrType type);

/// `message` with its length before it (RFC 1035 4.2.2).
[[nodiscard]] Octets framed(std::span<const std::uint8_t> message);

/// An OPT record without options, to be added as a record of its own.
[[nodiscard]] Octets opt_record(std::uint16_t payload = 1232);

}  // namespace arpad

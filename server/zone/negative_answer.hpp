/// \file  The authority section of a zone's negative answers, encoded once.
///
/// Every negative answer carries the SOA (RFC 2308 3). Its names are compressed, so what is encoded
/// depends on where it stands: all pointers move with the length of the question's name.
/// Threads: immutable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// See above.
class NegativeAnswer {
public:
    /// None.
    NegativeAnswer() = default;

    /// That of the zone at `apex` with `soa`, which negative answers have with `ttl`.
    NegativeAnswer(NameView apex, RrsetView soa, Ttl ttl);

    /// Whether it can be used. Not if a name in the SOA ends as reverse names do: it might share
    /// more with some question than with others.
    [[nodiscard]] bool is_known() const noexcept { return !octets_.empty(); }

    [[nodiscard]] std::size_t octets() const noexcept { return octets_.size(); }

    /// Writes it to `to`, which has room for `octets()`, behind a question for a name below the
    /// apex of `question_octets` octets that is the first thing behind the header.
    void copy_to(std::uint8_t* to, std::size_t question_octets) const noexcept;

private:
    void note_pointers(std::size_t rdata);

    std::vector<std::uint8_t> octets_;
    std::array<std::uint16_t, 3> pointers_{};  // where they stand in it: owner, MNAME, RNAME
    std::size_t pointer_count_ = 0;
    std::size_t question_octets_ = 0;  // that it was encoded for
};

}  // namespace arpad

/// \file  Addresses and prefixes to reverse names and back (RFC 1035 3.5, RFC 3596 2.5).
///
/// Below the apex of an address zone each label stands for the next 8 or 4 bits of the address,
/// most significant next to the apex. The apex itself may have any name: an RFC 2317 child zone
/// counts on below `64/26.2.0.192.in-addr.arpa` as its parent does below `2.0.192.in-addr.arpa`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dns/name.hpp"
#include "reverse/address.hpp"
#include "reverse/prefix.hpp"

namespace arpad {

/// `in-addr.arpa.` or `ip6.arpa.`
[[nodiscard]] const Name& arpa_root(Family family);

/// Whether `name` is `arpa.` or below it, as all reverse names are.
[[nodiscard]] bool ends_in_arpa(NameView name) noexcept;

/// `7.2.0.192.in-addr.arpa.`, or the 32 nibbles below `ip6.arpa.`, in lower case.
[[nodiscard]] Name arpa_name(Address address);

/// The name of an aligned prefix: `2.0.192.in-addr.arpa.` for 192.0.2.0/24. The prefix must be
/// aligned.
[[nodiscard]] Name arpa_name(const Prefix& aligned);

/// The labels below `apex` that lead from `base`, an aligned prefix which the apex stands for, to
/// `address`, an address in it: `7` below 192.0.2.0/24. Errors only if the name gets too long.
[[nodiscard]] Result<Name, NameError> address_name(NameView apex, const Prefix& base,
                                                   Address address);

/// The reverse: the address in `base`, an aligned prefix which `apex` stands for, that `owner`,
/// which is at or below `apex`, stands for; none if it stands for none, as `apex` itself never
/// does.
[[nodiscard]] std::optional<Address> address_below(NameView apex, const std::optional<Prefix>& base,
                                                   NameView owner) noexcept;

/// Writes those labels, without a root label, to `room` and says how many octets they have.
std::size_t write_address_labels(const Prefix& base, Address address,
                                 std::span<std::uint8_t, max_name_octets> room) noexcept;

/// Both for an aligned prefix inside `base`; `apex` itself, without labels, if they are equal.
std::size_t write_prefix_labels(const Prefix& base, const Prefix& aligned,
                                std::span<std::uint8_t, max_name_octets> room) noexcept;
[[nodiscard]] Result<Name, NameError> prefix_name(NameView apex, const Prefix& base,
                                                  const Prefix& aligned);

/// The aligned prefix that `name` stands for in the reverse tree, whatever its case; none if it is
/// not in `in-addr.arpa` or `ip6.arpa`, or has a label there that is no octet or nibble.
[[nodiscard]] std::optional<Prefix> prefix_of_arpa_name(NameView name);

/// What the labels of a name below an apex say, read from the apex outward.
struct LabelPath {
    enum class End : std::uint8_t {
        name,           ///< All labels were read.
        foreign_label,  ///< The next label is no octet (no leading zero) or no nibble.
        full_address,   ///< The address is complete, and labels are left below it.
    };

    Prefix prefix;        ///< What the labels read so far stand for.
    unsigned labels = 0;  ///< How many labels below the apex were read.
    End end = End::name;  ///< Why reading stopped.
};

/// Reads the labels of `name` below its rightmost `apex_labels` as octets or nibbles below `base`
/// (aligned). No allocation; constant work: at most 4 or 32 labels.
[[nodiscard]] LabelPath read_labels(const NameBuffer& name, unsigned apex_labels,
                                    const Prefix& base) noexcept;

}  // namespace arpad

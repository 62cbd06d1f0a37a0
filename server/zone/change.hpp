/// \file  Changes of names beside the files: who makes them, and what they come to.
///
/// Threads: values; the usual rules.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dns/name.hpp"
#include "reverse/address.hpp"
#include "zone/edit.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// Through what a change comes.
enum class Channel : std::uint8_t {
    arpactl = 1,
    api = 2,
    page = 3,
    update = 4,  ///< RFC 2136.
    expiry = 5,  ///< A lease has come to its end.
};

/// "arpactl", "api" and so on.
[[nodiscard]] std::string_view to_text(Channel channel) noexcept;

/// Who makes a change.
struct ChangeOrigin {
    Channel channel = Channel::arpactl;
    std::string who;  ///< A user of the system, a token, a key: whatever the channel knows them by.

    bool operator==(const ChangeOrigin&) const = default;
};

/// What whoever makes a change has seen of an address before.
struct Expectation {
    Address address;
    std::string tag;  ///< As `tag_of` says.
};

/// Edits that are made as a whole or not at all.
struct Change {
    std::vector<Edit> edits;
    ChangeOrigin origin;
    std::vector<Expectation> expectations;    ///< Nothing is done unless all hold.
    std::optional<std::string> account = {};  ///< Only at this one's addresses; none: at any.
};

/// Takes back what a change did, unless something else has been done to one of its addresses since.
struct Undo {
    ChangeId change = 0;
    ChangeOrigin origin;
    std::optional<std::string> account;  ///< Only a change of this one's addresses; none: any.
};

/// An edit that was made.
struct MadeEdit {
    Edit edit;
    std::optional<Edit> before;          ///< What it takes the place of in its layer.
    std::optional<Rrset> served_before;  ///< Of its type, whatever layer that came from.
    std::optional<Rrset> served;         ///< Since then.
    EditHolder holder;                   ///< Whose the address was then; empty: nobody's.

    bool operator==(const MadeEdit&) const = default;
};

/// A change that was made.
struct MadeChange {
    using Time = std::chrono::sys_time<std::chrono::microseconds>;

    ChangeId id = 0;  ///< 0 if it only has what was there last longer.
    Time time;
    ChangeOrigin origin;
    std::optional<ChangeId> undoes;  ///< The change that it takes back.
    std::vector<MadeEdit> edits;
    /// The zones of its addresses, and the serials that have it.
    std::vector<std::pair<Name, Serial>> zones;

    bool operator==(const MadeChange&) const = default;
};

/// Where changes that were made are found again.
class ChangeSource {
public:
    virtual ~ChangeSource() = default;

    /// The change `id`; none if there is none.
    [[nodiscard]] virtual std::optional<MadeChange> find_change(ChangeId id) = 0;

    /// The number of the last one; 0 if there is none.
    [[nodiscard]] virtual ChangeId last_change() const = 0;
};

/// "acme-script through api, 2026-11-20": who made `change`, and when.
[[nodiscard]] std::string maker_text(const MadeChange& change);

/// A short text that is another one whenever an address has another PTR RRset, or has been given
/// one anew: `served`, and the change that its edit comes from, 0 if it has none.
[[nodiscard]] std::string tag_of(const std::optional<Rrset>& served, ChangeId change);

}  // namespace arpad

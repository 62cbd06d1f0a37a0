/// \file  Edits that are made together: one new version per zone, however many they are.
///
/// Each change is made as a whole or not at all. What is refused would make a zone that the files'
/// operator does not allow, or would not be heard.
/// Threads: one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "dns/types.hpp"
#include "load/served_zone.hpp"
#include "reverse/address.hpp"
#include "zone/change.hpp"
#include "zone/edit.hpp"
#include "zone/inventory.hpp"
#include "zone/model.hpp"
#include "zone/serials.hpp"
#include "zone/zone_editor.hpp"

namespace arpad {

/// What a zone file says about edits of its addresses.
struct EditRules {
    std::string file;  ///< As named in diagnostics.
    SerialModel serial;
    Ttl ttl;                      ///< Of edits without one of their own.
    std::vector<Address> locked;  ///< Ascending.
};

/// The rules of the file with `model`.
[[nodiscard]] EditRules edit_rules_of(const NetworkModel& model);

/// Why a change is not made: one sentence each.
struct EditRefusal {
    enum class Kind : std::uint8_t {
        not_allowed,  ///< The files, or the rules of DNS, do not let it be.
        outdated,     ///< Something else has been done meanwhile.
        unknown,      ///< There is nothing to be taken back.
    };

    Kind kind = Kind::not_allowed;
    std::optional<Address> address;  ///< That it is about; none if about none in particular.
    std::string text;
    std::string advice;
};

/// What may be asked for.
using ChangeRequest = std::variant<Change, Undo>;

/// What came of a change that was asked for.
struct ChangeOutcome {
    std::optional<EditRefusal> refusal;  ///< Why it was not made.
    std::string failure;           ///< Why it could not be kept, and so was not made; else empty.
    ChangeId change = 0;           ///< Its number.
    std::uint64_t generation = 0;  ///< Of what is served with it.
};

/// What would come of changes.
struct ChangePreview {
    std::vector<Result<ChangeId, EditRefusal>> results;  ///< By request.
    std::vector<MadeChange> made;                        ///< Those that would be made, in order.
};

/// See above.
class EditGroup {
public:
    /// Where an address stands.
    struct Target {
        std::string network;               ///< Key of its file.
        const EditRules* rules = nullptr;  ///< Null if it lies in no network.
        const ServedZone* zone = nullptr;  ///< Null if none holds it.
    };

    /// What is known before. All of it stays as it is while this lives.
    struct Ground {
        std::function<Target(Address)> find;  ///< Says where addresses stand.
        EditSource& edits;
        ChangeSource& changes;
        const InventoryModel* inventory = nullptr;  ///< Null if there is none.
    };

    /// Changes are made at `time`.
    EditGroup(Ground ground, MadeChange::Time time);

    /// Adds a change. Its number, or why it is not made.
    [[nodiscard]] Result<ChangeId, EditRefusal> add(const Change& change);

    /// Adds the change that takes another one back; likewise.
    [[nodiscard]] Result<ChangeId, EditRefusal> add(const Undo& undo);

    /// Calls `visit` with each zone that is not what it was, and what it is now. Once, after all
    /// changes have been added.
    void for_each_zone(SerialSource& serials,
                       const std::function<void(const Target& before, ServedZone after)>& visit);

    /// All changes that are made, in order, once `for_each_zone` has given their zones serials.
    /// They are handed over.
    [[nodiscard]] std::vector<MadeChange> take_changes() { return std::move(changes_); }

private:
    struct Edited {
        Target target;
        ZoneEditor editor;
    };

    /// The edits of one address.
    using EditsThere = std::vector<Edit>;

    [[nodiscard]] std::optional<EditRefusal> find_refusal(const Edit& edit,
                                                          const Target& target) const;
    [[nodiscard]] std::optional<EditRefusal> find_unmet(const Expectation& expectation);
    [[nodiscard]] std::optional<EditRefusal> find_changed_since(const MadeChange& change);
    [[nodiscard]] Result<ChangeId, EditRefusal> make(const std::vector<Edit>& edits,
                                                     const ChangeOrigin& origin,
                                                     std::optional<ChangeId> undoes);
    [[nodiscard]] MadeEdit apply(Edit edit, const Target& target);
    [[nodiscard]] EditsThere& edits_at(Address address);
    [[nodiscard]] ZoneEditor& editor_of(const Target& target);

    Ground ground_;
    MadeChange::Time time_;
    ChangeId last_;
    std::map<const ServedZone*, Edited> zones_;
    std::map<Address, EditsThere> edits_;  // of addresses that were looked at, as they are by now
    std::vector<MadeChange> changes_;
    std::vector<std::set<const ServedZone*>> zones_by_change_;
};

}  // namespace arpad

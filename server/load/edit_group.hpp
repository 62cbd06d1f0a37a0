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
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "dns/types.hpp"
#include "load/served_zone.hpp"
#include "reverse/address.hpp"
#include "reverse/prefix.hpp"
#include "zone/allocations.hpp"
#include "zone/change.hpp"
#include "zone/edit.hpp"
#include "zone/inventory.hpp"
#include "zone/model.hpp"
#include "zone/serials.hpp"
#include "zone/update.hpp"
#include "zone/zone_editor.hpp"

namespace arpad {

/// What a zone file says about edits of its names.
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
        not_theirs,   ///< It is at an address of somebody else.
        too_many,     ///< As many names as an account may give have been given.
    };

    Kind kind = Kind::not_allowed;
    std::optional<Address> address;  ///< That it is about; none if about none in particular.
    std::string text;
    std::string advice;
    Rcode rcode = Rcode::refused;  ///< Of an update that is not made.
};

/// How many addresses of a prefix an account may give names to.
inline constexpr std::size_t max_named_of_prefix = 1000;

/// An update, and who sends it.
struct UpdateRequest {
    Update update;
    ChangeOrigin origin;
};

/// Has edits that have come to their end say nothing any more.
struct Expiry {
    std::vector<Edit> edits;  ///< As they were when it was asked for.
};

/// What may be asked for.
using ChangeRequest = std::variant<Change, Undo, UpdateRequest, Expiry>;

/// What came of a change that was asked for.
struct ChangeOutcome {
    std::optional<EditRefusal> refusal;  ///< Why it was not made.
    std::string failure;           ///< Why it could not be kept, and so was not made; else empty.
    ChangeId change = 0;           ///< Its number; 0 if there was nothing to be changed.
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

        /// Whether it can be edited.
        [[nodiscard]] bool is_editable() const noexcept {
            return rules != nullptr && zone != nullptr && zone->base.zone != nullptr;
        }
    };

    /// What is known before. All of it stays as it is while this lives.
    struct Ground {
        std::function<Target(Address)> find;        ///< Says where addresses stand.
        std::function<Target(NameView)> find_name;  ///< And other names.
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

    /// Adds what an update comes to; likewise. 0 if it changes nothing.
    [[nodiscard]] Result<ChangeId, EditRefusal> add(const UpdateRequest& request);

    /// Adds the change that removes what has come to its end; likewise.
    [[nodiscard]] Result<ChangeId, EditRefusal> add(const Expiry& expiry);

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

    /// The edits of one name.
    using EditsThere = std::vector<Edit>;

    /// What one change lays over a zone.
    struct Layer {
        Target target;
        bool is_plain = true;         ///< None of it has the zone put together anew.
        std::set<Address> addresses;  ///< Whose names it changes; not all unless it is plain.
    };

    class ZoneView;

    [[nodiscard]] Target find_target(const Edit& edit) const;
    void name_address(Edit& edit) const;
    [[nodiscard]] std::optional<EditRefusal> find_refusal(const Edit& edit, const Target& target);
    [[nodiscard]] std::optional<EditRefusal> find_void(const std::vector<Edit>& edits);
    [[nodiscard]] std::optional<EditRefusal> find_misfit(const std::vector<Edit>& edits);
    [[nodiscard]] std::optional<EditRefusal> find_foreign(const Edit& edit,
                                                          const std::string& account) const;
    [[nodiscard]] std::optional<EditRefusal> find_excess(const std::vector<Edit>& edits);
    [[nodiscard]] std::size_t count_named(const Prefix& prefix);
    [[nodiscard]] bool names_an_address(const Edit& edit) const;
    [[nodiscard]] std::optional<Allocations::Found> find_allocation(Address address) const;
    [[nodiscard]] std::optional<EditRefusal> find_unmet(const Expectation& expectation);
    [[nodiscard]] std::optional<EditRefusal> find_changed_since(const MadeChange& change);
    [[nodiscard]] Result<ChangeId, EditRefusal> make(const std::vector<Edit>& edits,
                                                     const ChangeOrigin& origin,
                                                     std::optional<ChangeId> undoes);
    [[nodiscard]] ChangeId note(const std::vector<Edit>& edits, const ChangeOrigin& origin,
                                std::optional<ChangeId> undoes);
    [[nodiscard]] MadeEdit put(Edit edit, Layer* layer);
    void note_owner(const Edit& owner, Layer& layer);
    void lay_over(const Layer& layer);
    [[nodiscard]] std::vector<Edit> all_edits(const Target& target);
    [[nodiscard]] EditsThere& edits_at(const Edit& owner);
    [[nodiscard]] EditsThere heard_at(const Edit& owner, const Target& target);
    [[nodiscard]] ZoneEditor& editor_of(const Target& target);

    Ground ground_;
    MadeChange::Time time_;
    ChangeId last_;
    std::map<const ServedZone*, Edited> zones_;
    // Of names that were looked at, as they are by now.
    std::map<Address, EditsThere> edits_;
    std::map<Name, EditsThere, CanonicalLess> named_edits_;
    // By allocation: how many addresses had names of their own before, and how many more have now.
    std::map<Prefix, std::size_t> named_before_;
    std::map<Prefix, std::size_t> newly_named_;
    std::vector<MadeChange> changes_;
    std::vector<std::set<const ServedZone*>> zones_by_change_;
};

}  // namespace arpad

/// \file  Edits that are made together: one new version per zone, however many they are.
///
/// Each change is made as a whole or not at all. What is refused would make a zone that the files'
/// operator does not allow, or would not be heard.
/// Threads: one at a time.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dns/types.hpp"
#include "load/served_zone.hpp"
#include "reverse/address.hpp"
#include "zone/edit.hpp"
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
    Address address;
    std::string text;
    std::string advice;
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

    /// `find` says where addresses stand; that stays as it is while this lives.
    explicit EditGroup(std::function<Target(Address)> find) : find_(std::move(find)) {}

    /// Adds a change. Why it is not made, if it is not.
    [[nodiscard]] std::optional<EditRefusal> add(std::span<const Edit> change);

    /// The edits of all changes that are made, in order. They are handed over.
    [[nodiscard]] std::vector<Edit> take_edits() { return std::move(edits_); }

    /// Calls `visit` with each zone that is not what it was, and what it is now.
    void for_each_zone(
        SerialSource& serials,
        const std::function<void(const Target& before, ServedZone after)>& visit) const;

private:
    struct Edited {
        Target target;
        ZoneEditor editor;
    };

    [[nodiscard]] std::optional<EditRefusal> find_refusal(const Edit& edit,
                                                          const Target& target) const;
    void apply(const Edit& edit, const Target& target);

    std::function<Target(Address)> find_;
    std::map<const ServedZone*, Edited> zones_;
    std::vector<Edit> edits_;
};

}  // namespace arpad

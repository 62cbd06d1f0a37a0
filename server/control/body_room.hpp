/// \file  Room for the long bodies of requests: so much in all, and a quarter of it for one sender.
///        Another quarter is only for operators.
///
/// Threads: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/tally.hpp"

namespace arpad {

/// See above. Outlives its places.
class BodyRoom {
public:
    explicit BodyRoom(std::uint64_t octets) : share_(octets / 4), free_(octets) {}
    BodyRoom(const BodyRoom&) = delete;
    BodyRoom& operator=(const BodyRoom&) = delete;

    /// Part of the room; given back when destroyed.
    class Place {
    public:
        ~Place() {
            if (room_ != nullptr) room_->leave(holder_, octets_);
        }
        Place(Place&& other) noexcept
            : room_(std::exchange(other.room_, nullptr)),
              holder_(std::move(other.holder_)),
              octets_(other.octets_) {}
        Place& operator=(Place&&) = delete;
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        friend class BodyRoom;
        Place(BodyRoom& room, std::string holder, std::uint64_t octets)
            : room_(&room), holder_(std::move(holder)), octets_(octets) {}

        BodyRoom* room_;
        std::string holder_;
        std::uint64_t octets_;
    };

    enum class Sender : std::uint8_t { customer, an_operator };

    /// Room for `octets` octets that `holder` sends; none if there is none left, or none for them.
    [[nodiscard]] std::optional<Place> take(const std::string& holder, Sender sender,
                                            std::uint64_t octets) {
        const std::uint64_t kept = sender == Sender::customer ? share_ : 0;
        if (octets + kept > free_ || taken_.of(holder) + octets > share_) return std::nullopt;
        free_ -= octets;
        taken_.add(holder, octets);
        return Place(*this, holder, octets);
    }

private:
    void leave(const std::string& holder, std::uint64_t octets) {
        free_ += octets;
        taken_.remove(holder, octets);
    }

    std::uint64_t share_;
    std::uint64_t free_;
    Tally<std::string, std::uint64_t> taken_;
};

}  // namespace arpad

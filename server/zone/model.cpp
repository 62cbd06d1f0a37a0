#include "zone/model.hpp"

namespace arpad {

std::string display_name(const NetworkKey& key) {
    if (key.network) return key.network->to_text();
    return key.zone ? key.zone->to_text() : "unnamed network";
}

}  // namespace arpad

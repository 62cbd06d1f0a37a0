#include "zone/name_endings.hpp"

#include <utility>

#include "zone/address_page.hpp"

namespace arpad {

std::string_view NameEndingsWriter::last() const {
    return {reinterpret_cast<const char*>(octets_.data()) + last_offset_, last_octets_};
}

std::optional<std::uint32_t> NameEndingsWriter::intern(NameView ending) {
    const auto wire = ending.wire();
    const std::string_view text(reinterpret_cast<const char*>(wire.data()), wire.size());
    if (text == last()) return last_offset_;
    auto found = offsets_.find(text);
    if (found == offsets_.end()) {
        if (octets_.size() + wire.size() > max_octets) return std::nullopt;
        found = offsets_.emplace(text, static_cast<std::uint32_t>(octets_.size())).first;
        octets_.insert(octets_.end(), wire.begin(), wire.end());
    }
    last_offset_ = found->second;
    last_octets_ = wire.size();
    return last_offset_;
}

NameEndings NameEndingsWriter::finish() {
    octets_.resize(octets_.size() + overread_octets);
    octets_.shrink_to_fit();
    return std::move(octets_);
}

}  // namespace arpad

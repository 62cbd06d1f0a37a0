#include "answer/identity.hpp"

#include "base/invariant.hpp"
#include "dns/edns.hpp"

namespace arpad {

Identity::Identity(const IdentityConfig& config) : nsid_(config.nsid) {
    ensure(nsid_.size() <= max_nsid_octets, "an NSID leaves room for the question");
    tell("version.bind", config.version);
    tell("version.server", config.version);
    tell("hostname.bind", config.hostname);
    tell("id.server", config.hostname);
}

void Identity::tell(std::string_view name, const std::optional<std::string>& text) {
    constexpr std::size_t max_character_string_octets = 255;  // RFC 1035 3.3
    if (!text) return;
    ensure(text->size() <= max_character_string_octets, "an identity is one character-string");
    Rdata rdata{static_cast<std::uint8_t>(text->size())};
    rdata.insert(rdata.end(), text->begin(), text->end());
    texts_.emplace_back(*Name::from_text(name), std::move(rdata));
}

std::optional<std::span<const std::uint8_t>> Identity::find(NameView name) const noexcept {
    for (const auto& [owner, rdata] : texts_) {
        if (owner == name) return rdata;
    }
    return std::nullopt;
}

}  // namespace arpad

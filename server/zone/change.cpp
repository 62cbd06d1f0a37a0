#include "zone/change.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "crypto/digest.hpp"

namespace arpad {

std::string_view to_text(Channel channel) noexcept {
    switch (channel) {
        case Channel::arpactl:
            return "arpactl";
        case Channel::api:
            return "api";
        case Channel::page:
            return "page";
        case Channel::update:
            return "update";
        case Channel::expiry:
            return "expiry";
    }
    return "?";
}

std::string maker_text(const MadeChange& change) {
    const std::string& who = change.origin.who;
    return fmt::format("{} through {}, {:%Y-%m-%d}", who.empty() ? "somebody" : who,
                       to_text(change.origin.channel),
                       std::chrono::floor<std::chrono::seconds>(change.time));
}

std::string tag_of(const std::optional<Rrset>& served, ChangeId change) {
    Digester digester;
    digester.add_u32(static_cast<std::uint32_t>(change >> 32));
    digester.add_u32(static_cast<std::uint32_t>(change));
    if (served) {
        digester.add_u32(served->ttl.seconds);
        for (const Rdata& rdata : served->rdatas) {
            digester.add_u32(static_cast<std::uint32_t>(rdata.size()));
            digester.add(rdata);
        }
    }
    const Digest digest = digester.finish();
    constexpr std::size_t octets = 8;
    std::string text;
    for (std::size_t i = 0; i < octets; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
}

}  // namespace arpad

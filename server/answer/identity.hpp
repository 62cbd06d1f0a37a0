/// \file  What the server says about itself: CHAOS names (RFC 4892) and NSID (RFC 5001).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/name.hpp"
#include "load/server_config.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// The configured identity, encoded once. Threads: immutable.
class Identity {
public:
    explicit Identity(const IdentityConfig& config);

    /// RDATA of the TXT record at `name` in class CH; none if that is not to be told.
    [[nodiscard]] std::optional<std::span<const std::uint8_t>> find(NameView name) const noexcept;

    /// Content of the NSID option; empty if there is to be none.
    [[nodiscard]] std::span<const std::uint8_t> nsid() const noexcept { return nsid_; }

private:
    void tell(std::string_view name, const std::optional<std::string>& text);

    std::vector<std::pair<Name, Rdata>> texts_;
    std::vector<std::uint8_t> nsid_;
};

}  // namespace arpad

#include "reverse/endpoint.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

namespace arpad {
namespace {

/// An endpoint cut at the colon before its port.
struct Parts {
    std::string_view address;              // without brackets
    std::optional<std::string_view> port;  // none if there is no colon
    bool has_brackets = false;
};

std::optional<Parts> split(std::string_view text) {
    if (!text.starts_with('[')) {
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos) return Parts{text, std::nullopt};
        return Parts{text.substr(0, colon), text.substr(colon + 1)};
    }
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view address = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (rest.empty()) return Parts{address, std::nullopt, true};
    if (!rest.starts_with(':')) return std::nullopt;
    return Parts{address, rest.substr(1), true};
}

std::optional<std::uint16_t> port_from_text(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    if (!is_number || port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
    return static_cast<std::uint16_t>(port);
}

}  // namespace

Result<Endpoint, EndpointError> Endpoint::from_text(std::string_view text,
                                                    std::uint16_t usual_port) {
    const auto whole = Address::from_text(text);
    if (whole && whole->family() == Family::ipv6) return EndpointError::no_brackets;
    const auto parts = split(text);
    if (!parts) return EndpointError::bad_address;
    const auto address = Address::from_text(parts->address);
    if (!address || parts->has_brackets != (address->family() == Family::ipv6)) {
        return EndpointError::bad_address;
    }
    if (!parts->port) return Endpoint{*address, usual_port};
    const auto port = port_from_text(*parts->port);
    if (!port) return EndpointError::bad_port;
    return Endpoint{*address, *port};
}

std::string Endpoint::to_text() const {
    return address.family() == Family::ipv6 ? fmt::format("[{}]:{}", address.to_text(), port)
                                            : fmt::format("{}:{}", address.to_text(), port);
}

}  // namespace arpad

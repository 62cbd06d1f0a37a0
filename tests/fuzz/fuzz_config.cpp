/// \file  Any octets as the server configuration, and as the secrets of cookies.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/diagnostics.hpp"
#include "base/invariant.hpp"
#include "crypto/cookie.hpp"
#include "load/cookie_fields.hpp"
#include "load/server_config.hpp"

namespace arpad {
namespace {

constexpr std::size_t max_octets = 64 * 1024;

void read(std::string_view text) {
    Diagnostics diagnostics;
    const auto config = read_server_config("fuzz.yaml", text, diagnostics);
    ensure(config.has_value() == (diagnostics.error_count() == 0), "what is not used has an error");
    for (const Diagnostic& entry : diagnostics.entries()) {
        ensure(entry.file == "fuzz.yaml", "every finding has its file");
        ensure(!entry.message.empty() && !entry.to_text().empty(), "and says what is wrong");
    }
    if (!config) return;
    ensure(!config->listen.empty(), "a server listens");
    ensure(!config->zones.empty() && !config->state.empty(), "and has its directories");
    ensure(config->rate_limit.ipv6_prefix <= 64 && config->rate_limit.ipv4_prefix <= 32,
           "limits are of prefixes that there are");
    (void)catalog_plan(*config);
}

void read_secrets(std::string_view text) {
    Diagnostics diagnostics;
    const auto secrets = read_cookie_secrets("secrets", text, diagnostics);
    ensure(!secrets.empty() || diagnostics.error_count() > 0, "that there are none is an error");
    for (const Secret& secret : secrets) {
        ensure(secret.octets().size() == cookie_secret_octets, "a secret has its size");
    }
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    if (size > max_octets) return 0;
    read({reinterpret_cast<const char*>(data), size});
    read_secrets({reinterpret_cast<const char*>(data), size});
    return 0;
}

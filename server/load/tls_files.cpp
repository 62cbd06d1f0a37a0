#include "load/tls_files.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text_file.hpp"
#include "load/secret_file.hpp"

namespace arpad {
namespace {

using std::chrono::sys_seconds;
using std::chrono::system_clock;

/// A certificate that ends so soon should have been replaced.
constexpr std::chrono::days short_validity{7};

/// What the file at `path` holds, which `key` of the server configuration names.
std::optional<std::string> read_file(const std::filesystem::path& path, std::string_view key,
                                     Diagnostics& diagnostics) {
    auto text = read_text_file(path);
    if (text) return std::move(*text);
    diagnostics.error(path.string(), {}, fmt::format("cannot be read: {}", text.error().message()),
                      fmt::format("`{}` in the server configuration names it; the user "
                                  "that runs arpad has to be able to read it",
                                  key));
    return std::nullopt;
}

/// Reports `fault` at the file that has to be mended.
void report(TlsFault fault, const TlsConfig& config, Diagnostics& diagnostics) {
    const auto add = [&](const std::optional<std::filesystem::path>& file, std::string message,
                         std::string advice) {
        diagnostics.error(file->string(), {}, std::move(message), std::move(advice));
    };
    switch (fault) {
        case TlsFault::bad_certificates:
            add(config.certificate, "holds no certificates that can be read",
                "write them in PEM, the server's own first, then those that lead to its authority");
            break;
        case TlsFault::weak_certificate:
            add(config.certificate, "holds a certificate that OpenSSL does not let be used",
                "get one with a key of at least 2048 bits (RSA) or of a usual curve (ECDSA)");
            break;
        case TlsFault::bad_key:
            add(config.key, "holds no key that can be read",
                "write it in PEM, without a passphrase");
            break;
        case TlsFault::other_key:
            add(config.key,
                fmt::format("belongs to another certificate than the first of {}",
                            config.certificate->string()),
                "write the key that the certificate was made for");
            break;
        case TlsFault::bad_authorities:
            add(config.authorities, "holds no certificates that can be read",
                "write those of authorities, or of the primaries themselves, in PEM");
            break;
    }
}

/// Of the certificate in `file`, which is valid until `end`.
void warn_of_end(const std::filesystem::path& file, sys_seconds end, Diagnostics& diagnostics) {
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(system_clock::now());
    if (now + short_validity < end) return;
    diagnostics.warning(
        file.string(), {},
        fmt::format("the certificate {} on {:%Y-%m-%d %H:%M} UTC", end < now ? "has ended" : "ends",
                    fmt::gmtime(system_clock::to_time_t(end))),
        "renew it, and then `arpactl reload`; clients that look at it refuse it afterwards");
}

}  // namespace

bool read_tls_files(TlsConfig& config, Diagnostics& diagnostics) {
    const std::size_t errors = diagnostics.error_count();
    TlsMaterial& material = config.material;
    if (config.key && is_open_to_all(*config.key)) {
        diagnostics.error(config.key->string(), {},
                          "holds a secret, and everybody has access to it",
                          fmt::format("chmod o= {}", config.key->string()));
    }
    if (config.certificate) {
        material.certificates =
            read_file(*config.certificate, "certificate", diagnostics).value_or("");
    }
    if (config.key) {
        std::string text = read_file(*config.key, "key", diagnostics).value_or("");
        material.key = Secret(std::vector<std::uint8_t>(text.begin(), text.end()));
        wipe(text);
    }
    if (config.authorities) {
        material.authorities =
            read_file(*config.authorities, "authorities", diagnostics).value_or("");
    }
    if (diagnostics.error_count() > errors) return false;
    if (!config.listen.empty()) {
        if (const auto server = tls_server_context(material); !server) {
            report(server.error(), config, diagnostics);
        } else {
            warn_of_end(*config.certificate, valid_until(*server), diagnostics);
        }
    }
    const auto client = tls_client_context(material);
    const bool has_authorities = !config.authorities || !material.authorities.empty();
    if (!client || !has_authorities) report(TlsFault::bad_authorities, config, diagnostics);
    return diagnostics.error_count() == errors;
}

}  // namespace arpad

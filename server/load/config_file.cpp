#include "load/config_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text_file.hpp"
#include "crypto/secret.hpp"
#include "load/cookie_fields.hpp"
#include "load/key_fields.hpp"
#include "load/secret_file.hpp"
#include "load/tls_files.hpp"
#include "load/transfer_fields.hpp"

namespace arpad {

namespace {

/// Adds the keys of the file that `config` names to those that it has. False if any is wrong.
bool add_keys_of_file(ServerConfig& config, Diagnostics& diagnostics) {
    if (!config.keys_file) return true;
    const std::size_t errors = diagnostics.error_count();
    for (TsigKey& key : read_keys_file(*config.keys_file, diagnostics)) {
        if (std::ranges::find(config.keys, key.name, &TsigKey::name) != config.keys.end()) {
            diagnostics.error(config.keys_file->string(), {},
                              fmt::format("the key {} stands in the server configuration too",
                                          key.name.to_text()),
                              "remove one of the two");
        } else {
            config.keys.push_back(std::move(key));
        }
    }
    return diagnostics.error_count() == errors;
}

}  // namespace

std::optional<ServerConfig> read_config_file(const std::filesystem::path& path,
                                             Diagnostics& diagnostics) {
    const WipingOfFreedMemory wiping;
    auto text = read_text_file(path);
    if (!text) {
        diagnostics.error(path.string(), {}, text.error().message(),
                          "name the server configuration with -c FILE");
        return std::nullopt;
    }
    auto config = read_server_config(path.string(), *text, diagnostics);
    wipe(*text);
    if (!config) return std::nullopt;
    if (!config->keys.empty() && is_open_to_all(path)) {
        diagnostics.warning(
            path.string(), {}, "holds secrets in `keys`, and everybody has access to it",
            fmt::format("chmod o= {}, or move the keys to a `keys_file`", path.string()));
    }
    const bool has_keys = add_keys_of_file(*config, diagnostics);
    const bool has_tls = read_tls_files(config->tls, diagnostics);
    const bool has_web = read_tls_files(config->web.tls, diagnostics);
    const bool has_cookies = read_cookie_secrets(config->cookies, diagnostics);
    if (!has_tls || !has_web || !has_keys || !has_cookies) return std::nullopt;
    auto& known = config->zone_defaults.known_keys.emplace();
    for (const TsigKey& key : config->keys) known.push_back(key.name);
    const std::string file = path.string();
    FileFindings findings(file, diagnostics);
    report_unknown_keys(config->zone_defaults.transfer, known, {}, findings);
    if (config->catalog) report_unknown_keys(config->catalog->transfer, known, {}, findings);
    for (const SubscriptionConfig& subscription : config->subscriptions) {
        report_unknown_keys(subscription.primaries, known, subscription.place, findings);
    }
    for (const UpdaterConfig& updater : config->updates) {
        if (std::ranges::find(known, updater.key) != known.end()) continue;
        findings.error(updater.place, fmt::format("there is no key {}", updater.key.to_text()),
                       "write it in `keys` or the `keys_file`, or correct the name");
    }
    if (findings.error_count() > 0) return std::nullopt;
    return config;
}

Sources read_sources(const ServerConfig& config, Diagnostics& diagnostics) {
    Sources sources{read_zone_directory(config.zones, diagnostics), std::nullopt};
    if (config.inventory) sources.inventory = read_inventory_source(*config.inventory, diagnostics);
    return sources;
}

}  // namespace arpad

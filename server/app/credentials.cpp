#include "app/credentials.hpp"

#include <utility>

#include "base/invariant.hpp"
#include "crypto/secret.hpp"

namespace arpad {

Credentials credentials_of(const ServerConfig& config) {
    const WipingOfFreedMemory wiping;  // OpenSSL reads keys once more
    const TlsMaterial& material = config.tls.material;
    Credentials credentials{std::make_shared<const Keyring>(config.keys),
                            nullptr,
                            nullptr,
                            std::nullopt,
                            nullptr,
                            nullptr,
                            nullptr};
    UpdatePolicies updates;
    for (const UpdaterConfig& updater : config.updates) {
        updates.emplace(updater.key, updater.policy);
    }
    credentials.updates = std::make_shared<const UpdatePolicies>(std::move(updates));
    if (!config.cookies.secrets.empty()) {
        credentials.cookies = std::make_shared<const CookieJar>(config.cookies.secrets);
    }
    if (!config.tls.listen.empty()) {
        const auto server = tls_server_context(material);
        ensure(server.has_value(), "the certificate was tried when it was read");
        credentials.server = *server;
        credentials.server_end = valid_until(credentials.server);
    }
    if (!config.web.tls.listen.empty()) {
        const auto web = tls_server_context(config.web.tls.material, TlsProtocol::http);
        ensure(web.has_value(), "the certificate was tried when it was read");
        credentials.web = *web;
    }
    const auto client = tls_client_context(material);
    ensure(client.has_value(), "the authorities were tried when they were read");
    credentials.client = *client;
    return credentials;
}

}  // namespace arpad

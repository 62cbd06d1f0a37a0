/// \file  TLS for DNS (RFC 7858, RFC 9103) and HTTP: certificates, keys, and the contexts that
/// connections are made with.
///
/// TLS 1.3 and nothing older, with the application's protocol (RFC 7301).
/// Threads: a context is used by any number of threads; all else by one.
#pragma once

#include <openssl/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace arpad {

/// What we show to clients and whom we trust, as PEM text.
struct TlsMaterial {
    std::string certificates;  ///< Our own first, then those that lead to an authority.
    Secret key;                ///< That belongs to the first of them; without a passphrase.
    std::string authorities;   ///< Of the servers that we ask; empty: those that the system trusts.

    bool operator==(const TlsMaterial&) const = default;
};

/// What is wrong with it.
enum class TlsFault : std::uint8_t {
    bad_certificates,  ///< They are no certificates in PEM, or there is none.
    weak_certificate,  ///< OpenSSL does not let it be used.
    bad_key,           ///< It is no key in PEM, or has a passphrase.
    other_key,         ///< It belongs to another certificate.
    bad_authorities,   ///< They are no certificates in PEM, or there is none.
};

/// What connections are made with; null where there is no TLS.
using TlsContext = std::shared_ptr<SSL_CTX>;

/// What is spoken over TLS.
enum class TlsProtocol : std::uint8_t {
    dns,   ///< "dot"
    http,  ///< "http/1.1"
};

/// For connections of clients, who are shown `material`.
[[nodiscard]] Result<TlsContext, TlsFault> tls_server_context(
    const TlsMaterial& material, TlsProtocol protocol = TlsProtocol::dns);

/// For connections to servers, which have to show a certificate that leads to an authority in
/// `material`, or is one of them.
[[nodiscard]] Result<TlsContext, TlsFault> tls_client_context(const TlsMaterial& material);

/// A connection of a client; null if there is no memory.
[[nodiscard]] SSL* new_tls_server(const TlsContext& context);

/// A connection to the server that has the domain name `name` (without the final dot) in its
/// certificate; null if there is no memory.
[[nodiscard]] SSL* new_tls_client(const TlsContext& context, const std::string& name);

/// Why the certificate that the server has shown is not accepted; empty if it is, or if none was
/// shown.
[[nodiscard]] std::string certificate_fault(const SSL* connection);

/// Until when the certificate that `context` shows to clients is valid.
[[nodiscard]] std::chrono::sys_seconds valid_until(const TlsContext& context);

}  // namespace arpad

#include "crypto/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/invariant.hpp"

namespace arpad {
namespace {

struct FreeBio {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
struct FreeCertificate {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct FreeKey {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

/// Each with its length in front (RFC 7301 3.1).
constexpr std::string_view dns_protocols =
    "\x03"
    "dot";
constexpr std::string_view http_protocols =
    "\x08"
    "http/1.1";

std::span<const unsigned char> octets_of(std::string_view text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

/// OpenSSL would ask at the terminal.
int refuse_passphrase(char*, int, int, void*) {
    return -1;
}

Bio reader_of(std::span<const std::uint8_t> octets) {
    Bio bio(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
    ensure(bio != nullptr, "there is memory for a certificate");
    return bio;
}

Bio reader_of(const std::string& text) {
    return reader_of(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

/// All of `text`, at least one; empty if anything else is in it that reads as PEM.
std::vector<Certificate> read_certificates(const std::string& text) {
    std::vector<Certificate> certificates;
    const Bio bio = reader_of(text);
    ERR_clear_error();
    while (Certificate certificate{
        PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, nullptr)}) {
        certificates.push_back(std::move(certificate));
    }
    const auto end = ERR_peek_last_error();
    const bool is_at_end =
        ERR_GET_LIB(end) == ERR_LIB_PEM && ERR_GET_REASON(end) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (!is_at_end) certificates.clear();
    return certificates;
}

Key read_key(const Secret& secret) {
    const Bio bio = reader_of(secret.octets());
    Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, nullptr));
    ERR_clear_error();
    return key;
}

/// RFC 7301 3.2. A client that names no protocol means ours.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* octets,
                    const unsigned char* offered, unsigned int offered_octets, void* ours) {
    unsigned char* found = nullptr;
    const auto known = octets_of(*static_cast<const std::string_view*>(ours));
    const int result = SSL_select_next_proto(
        &found, octets, known.data(), static_cast<unsigned>(known.size()), offered, offered_octets);
    if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

TlsContext new_context(const SSL_METHOD* method) {
    TlsContext context(SSL_CTX_new(method), [](SSL_CTX* ended) { SSL_CTX_free(ended); });
    ensure(context != nullptr, "OpenSSL offers TLS");
    ensure(SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1,
           "OpenSSL offers TLS 1.3");
    return context;
}

}  // namespace

Result<TlsContext, TlsFault> tls_server_context(const TlsMaterial& material, TlsProtocol protocol) {
    const auto certificates = read_certificates(material.certificates);
    if (certificates.empty()) return TlsFault::bad_certificates;
    const Key key = read_key(material.key);
    if (key == nullptr) return TlsFault::bad_key;
    if (X509_check_private_key(certificates.front().get(), key.get()) != 1) {
        ERR_clear_error();
        return TlsFault::other_key;
    }
    TlsContext context = new_context(TLS_server_method());
    bool is_usable = SSL_CTX_use_certificate(context.get(), certificates.front().get()) == 1 &&
                     SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1;
    for (const Certificate& other : std::span(certificates).subspan(1)) {
        is_usable = is_usable && SSL_CTX_add1_chain_cert(context.get(), other.get()) == 1;
    }
    ERR_clear_error();
    if (!is_usable) return TlsFault::weak_certificate;
    // OpenSSL does not take it as const, and leaves it as it is.
    static std::string_view dns = dns_protocols;
    static std::string_view http = http_protocols;
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol,
                               protocol == TlsProtocol::dns ? &dns : &http);
    return context;
}

Result<TlsContext, TlsFault> tls_client_context(const TlsMaterial& material) {
    TlsContext context = new_context(TLS_client_method());
    if (material.authorities.empty()) {
        SSL_CTX_set_default_verify_paths(context.get());
    } else {
        const auto authorities = read_certificates(material.authorities);
        if (authorities.empty()) return TlsFault::bad_authorities;
        X509_STORE* const store = SSL_CTX_get_cert_store(context.get());
        for (const Certificate& authority : authorities) {
            if (X509_STORE_add_cert(store, authority.get()) != 1) return TlsFault::bad_authorities;
        }
        // So that a server's own certificate can be listed, self-signed or not.
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
    }
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    // Returns 0 where it succeeds, unlike all others.
    const auto protocols = octets_of(dns_protocols);
    ensure(SSL_CTX_set_alpn_protos(context.get(), protocols.data(),
                                   static_cast<unsigned>(protocols.size())) == 0,
           "OpenSSL takes a list of protocols");
    return context;
}

SSL* new_tls_server(const TlsContext& context) {
    return SSL_new(context.get());
}

SSL* new_tls_client(const TlsContext& context, const std::string& name) {
    std::unique_ptr<SSL, decltype(&SSL_free)> connection(SSL_new(context.get()), SSL_free);
    if (connection == nullptr) return nullptr;
    // Names of machines, whole: RFC 8310 8.1.
    SSL_set_hostflags(connection.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    std::string server_name = name;  // which the macro for this would take as no constant
    const bool is_named = SSL_set1_host(connection.get(), name.c_str()) == 1 &&
                          SSL_ctrl(connection.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                   TLSEXT_NAMETYPE_host_name, server_name.data()) == 1;
    return is_named ? connection.release() : nullptr;
}

std::string certificate_fault(const SSL* connection) {
    const long result = SSL_get_verify_result(connection);
    return result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result);
}

std::chrono::sys_seconds valid_until(const TlsContext& context) {
    std::tm end{};
    ensure(ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context.get())), &end) == 1,
           "a certificate that can be used has an end");
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&end)));
}

}  // namespace arpad

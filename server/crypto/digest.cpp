#include "crypto/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/invariant.hpp"

namespace arpad {

struct Digester::Context {
    EVP_MD_CTX* md = EVP_MD_CTX_new();

    Context() {
        ensure(md != nullptr && EVP_DigestInit_ex(md, EVP_sha256(), nullptr) == 1,
               "OpenSSL offers SHA-256");
    }
    ~Context() { EVP_MD_CTX_free(md); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
};

Digester::Digester() : context_(std::make_unique<Context>()) {}
Digester::~Digester() = default;
Digester::Digester(Digester&&) noexcept = default;
Digester& Digester::operator=(Digester&&) noexcept = default;

void Digester::take(std::span<const std::uint8_t> octets) {
    ensure(EVP_DigestUpdate(context_->md, octets.data(), octets.size()) == 1,
           "SHA-256 takes octets");
}

/// Adds `octets`, for which there is no room behind what is pending.
void Digester::make_room_for(std::span<const std::uint8_t> octets) {
    take({pending_.data(), pending_octets_});
    pending_octets_ = 0;
    if (octets.size() < pending_.size()) {
        add(octets);
    } else {
        take(octets);  // it would gain nothing from the buffer
    }
}

Digest Digester::finish() {
    take({pending_.data(), pending_octets_});
    Digest digest;
    ensure(EVP_DigestFinal_ex(context_->md, digest.data(), nullptr) == 1, "SHA-256 finishes");
    return digest;
}

Digest digest_of(std::string_view text) {
    Digester digester;
    digester.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    return digester.finish();
}

Digest keyed_digest(std::span<const std::uint8_t> key, std::string_view text) {
    Digest digest;
    unsigned octets = 0;
    const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
    const bool is_done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data,
                              text.size(), digest.data(), &octets) != nullptr;
    ensure(is_done && octets == digest.size(), "OpenSSL offers HMAC with SHA-256");
    return digest;
}

}  // namespace arpad

#include "crypto/digest.hpp"

#include <openssl/evp.h>

#include <cstring>

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

void Digester::flush() {
    ensure(EVP_DigestUpdate(context_->md, pending_.data(), pending_octets_) == 1,
           "SHA-256 takes octets");
    pending_octets_ = 0;
}

void Digester::add(std::span<const std::uint8_t> octets) {
    while (!octets.empty()) {
        const std::size_t space = pending_.size() - pending_octets_;
        const auto piece = octets.first(octets.size() < space ? octets.size() : space);
        std::memcpy(pending_.data() + pending_octets_, piece.data(), piece.size());
        pending_octets_ += piece.size();
        octets = octets.subspan(piece.size());
        if (pending_octets_ == pending_.size()) flush();
    }
}

void Digester::add_u32(std::uint32_t value) {
    const std::array<std::uint8_t, 4> octets{
        static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U),
        static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
    add(octets);
}

Digest Digester::finish() {
    flush();
    Digest digest;
    ensure(EVP_DigestFinal_ex(context_->md, digest.data(), nullptr) == 1, "SHA-256 finishes");
    return digest;
}

Digest digest_of(std::string_view text) {
    Digester digester;
    digester.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    return digester.finish();
}

}  // namespace arpad

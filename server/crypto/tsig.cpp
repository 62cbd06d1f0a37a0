#include "crypto/tsig.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/invariant.hpp"
#include "dns/message.hpp"
#include "dns/reader.hpp"
#include "dns/writer.hpp"

namespace arpad {
namespace {

using Octets = std::span<const std::uint8_t>;

constexpr std::uint16_t own_fudge = 300;         // RFC 8945 10
constexpr std::size_t least_mac_octets = 10;     // RFC 8945 5.2.2.1
constexpr std::size_t fixed_record_octets = 26;  // all but names, MAC and other data
constexpr std::size_t server_time_octets = 6;    // other data of BADTIME
constexpr unsigned max_unsigned_messages = 99;   // RFC 8945 5.3.1
constexpr std::size_t additional_count_at = 10;  // in the header

struct AlgorithmFacts {
    std::string_view name;
    const char* digest;  // as OpenSSL calls it
    std::size_t octets;
};

/// By TsigAlgorithm.
constexpr std::array<AlgorithmFacts, 4> algorithms{{
    {"hmac-sha1", "SHA1", 20},
    {"hmac-sha256", "SHA256", 32},
    {"hmac-sha384", "SHA384", 48},
    {"hmac-sha512", "SHA512", 64},
}};

const AlgorithmFacts& facts_of(TsigAlgorithm algorithm) noexcept {
    return algorithms[static_cast<std::size_t>(algorithm)];
}

/// The algorithm's name on the wire.
std::vector<std::uint8_t> wire_name(TsigAlgorithm algorithm) {
    const std::string_view name = facts_of(algorithm).name;
    std::vector<std::uint8_t> wire(1 + name.size() + 1);
    wire.front() = static_cast<std::uint8_t>(name.size());
    std::ranges::copy(name, wire.begin() + 1);
    return wire;
}

/// A keyed hash of what is added piece by piece.
class Mac {
public:
    explicit Mac(const TsigKey& key) : context_(make_context()) {
        // OpenSSL 3.0 does not take a parameter from a const string.
        std::string digest = facts_of(key.algorithm).digest;
        const std::array<OSSL_PARAM, 2> parameters{
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
            OSSL_PARAM_construct_end()};
        const Octets secret = key.secret.octets();
        ensure(EVP_MAC_init(context_.get(), secret.data(), secret.size(), parameters.data()) == 1,
               "OpenSSL offers HMAC with SHA-1 and SHA-2");
    }

    void add(Octets octets) {
        ensure(EVP_MAC_update(context_.get(), octets.data(), octets.size()) == 1,
               "HMAC takes octets");
    }

    void add_u16(std::size_t value) {
        add(std::array{static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)});
    }

    void add_u48(std::uint64_t value) {
        add_u16(value >> 32U);
        add_u16(value >> 16U);
        add_u16(value);
    }

    /// An earlier MAC that this one follows (RFC 8945 4.3.1).
    void add_mac(Octets mac) {
        add_u16(mac.size());
        add(mac);
    }

    [[nodiscard]] std::vector<std::uint8_t> finish() {
        std::vector<std::uint8_t> mac(EVP_MAX_MD_SIZE);
        std::size_t octets = 0;
        ensure(EVP_MAC_final(context_.get(), mac.data(), &octets, mac.size()) == 1,
               "HMAC finishes");
        mac.resize(octets);
        return mac;
    }

private:
    struct Free {
        void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
    };
    using Context = std::unique_ptr<EVP_MAC_CTX, Free>;

    static Context make_context() {
        EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
        ensure(hmac != nullptr, "OpenSSL offers HMAC");
        Context context(EVP_MAC_CTX_new(hmac));
        EVP_MAC_free(hmac);
        ensure(context != nullptr, "OpenSSL has room for an HMAC");
        return context;
    }

    Context context_;
};

/// Adds `message`, which ends in `tsig`, as it was before that was added (RFC 8945 5.3).
void add_unsigned(Octets message, const TsigRecord& tsig, Mac& mac) {
    mac.add_u16(tsig.original_id);
    mac.add(message.subspan(2, additional_count_at - 2));
    WireReader count(message, additional_count_at);
    mac.add_u16(count.read_u16() - 1U);
    mac.add(message.subspan(header_octets, tsig.start - header_octets));
}

/// What of a TSIG record is signed beside its message.
struct Variables {
    Octets key_name;   // in lower case
    Octets algorithm;  // likewise
    std::uint64_t time;
    std::uint16_t fudge;
    TsigError error;
    Octets other;
};

void add_timers(const Variables& variables, Mac& mac) {
    mac.add_u48(variables.time);
    mac.add_u16(variables.fudge);
}

void add_variables(const Variables& variables, Mac& mac) {
    mac.add(variables.key_name);
    mac.add_u16(static_cast<std::uint16_t>(RrClass::any));
    mac.add_u16(0);  // the TTL
    mac.add_u16(0);
    mac.add(variables.algorithm);
    add_timers(variables, mac);
    mac.add_u16(static_cast<std::uint16_t>(variables.error));
    mac.add_u16(variables.other.size());
    mac.add(variables.other);
}

Variables variables_of(const TsigRecord& tsig, Octets algorithm) {
    return {tsig.key.view().wire(), algorithm, tsig.time, tsig.fudge, tsig.error, tsig.other};
}

std::array<std::uint8_t, server_time_octets> octets_of(std::uint64_t time) {
    std::array<std::uint8_t, server_time_octets> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        octets[octets.size() - 1 - i] = static_cast<std::uint8_t>(time >> (8 * i));
    }
    return octets;
}

/// Appends a TSIG record to the message in the first `octets` octets of `buffer`; its octets then.
std::size_t append(std::span<std::uint8_t> buffer, std::size_t octets, const Variables& variables,
                   Octets mac) {
    const std::uint16_t id = WireReader(buffer).read_u16();
    const std::size_t data_octets =
        variables.algorithm.size() + 16 + mac.size() + variables.other.size();
    const auto room = buffer.subspan(octets);
    MessageWriter writer(room, room.size());
    writer.put_octets(variables.key_name);
    writer.put_u16(static_cast<std::uint16_t>(RrType::tsig));
    writer.put_u16(static_cast<std::uint16_t>(RrClass::any));
    writer.put_u32(0);
    writer.put_u16(static_cast<std::uint16_t>(data_octets));
    writer.put_octets(variables.algorithm);
    writer.put_octets(octets_of(variables.time));
    writer.put_u16(variables.fudge);
    writer.put_u16(static_cast<std::uint16_t>(mac.size()));
    writer.put_octets(mac);
    writer.put_u16(id);
    writer.put_u16(static_cast<std::uint16_t>(variables.error));
    writer.put_u16(static_cast<std::uint16_t>(variables.other.size()));
    writer.put_octets(variables.other);
    ensure(writer.is_intact(), "there is room for a TSIG record");
    WireReader count(buffer, additional_count_at);
    MessageWriter header(buffer.subspan(additional_count_at), 2);
    header.put_u16(static_cast<std::uint16_t>(count.read_u16() + 1U));
    return octets + writer.position();
}

bool is_within_fudge(const TsigRecord& tsig, std::uint64_t now) noexcept {
    const std::uint64_t distance = tsig.time > now ? tsig.time - now : now - tsig.time;
    return distance <= tsig.fudge;
}

/// Whether `given`, which may be cut short, begins `whole`; takes equally long either way.
bool is_beginning(Octets given, Octets whole) noexcept {
    return given.size() <= whole.size() &&
           CRYPTO_memcmp(given.data(), whole.data(), given.size()) == 0;
}

std::vector<std::uint8_t> copy_of(Octets octets) {
    return {octets.begin(), octets.end()};
}

}  // namespace

std::string_view to_text(TsigAlgorithm algorithm) noexcept {
    return facts_of(algorithm).name;
}

std::optional<TsigAlgorithm> tsig_algorithm_from_text(std::string_view text) {
    const auto is_same = [](char left, char right) {
        return to_lower(static_cast<std::uint8_t>(left)) ==
               to_lower(static_cast<std::uint8_t>(right));
    };
    for (std::size_t i = 0; i < algorithms.size(); ++i) {
        if (std::ranges::equal(text, algorithms[i].name, is_same)) {
            return static_cast<TsigAlgorithm>(i);
        }
    }
    return std::nullopt;
}

std::size_t mac_octets(TsigAlgorithm algorithm) noexcept {
    return facts_of(algorithm).octets;
}

Keyring::Keyring(std::vector<TsigKey> keys) {
    for (TsigKey& key : keys) keys_.push_back(std::make_shared<const TsigKey>(std::move(key)));
    std::ranges::sort(keys_, CanonicalLess(), [](const auto& key) { return key->name.view(); });
}

std::shared_ptr<const TsigKey> Keyring::find(NameView name) const noexcept {
    const auto found = std::ranges::lower_bound(keys_, name, CanonicalLess(),
                                                [](const auto& key) { return key->name.view(); });
    return found != keys_.end() && (*found)->name == name ? *found : nullptr;
}

std::uint64_t tsig_time(std::chrono::system_clock::time_point time) noexcept {
    const auto since_1970 = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970.count(), 0));
}

TsigReplier::TsigReplier(const Keyring& keys, std::span<const std::uint8_t> request,
                         const TsigRecord& tsig, std::uint64_t now)
    : key_(keys.find(tsig.key.view())), key_name_(tsig.key), request_time_(tsig.time) {
    NameBuffer algorithm;
    algorithm.assign(tsig.algorithm);
    algorithm_ = copy_of(algorithm.view().wire());
    if (key_ && algorithm_ != wire_name(key_->algorithm)) key_.reset();
    error_ = check(request, tsig, now);
}

/// In the order of RFC 8945 5.2: key, MAC, time, and only then whether the MAC is long enough.
TsigError TsigReplier::check(std::span<const std::uint8_t> request, const TsigRecord& tsig,
                             std::uint64_t now) {
    if (!key_) return TsigError::bad_key;
    const std::size_t whole = mac_octets(key_->algorithm);
    const std::size_t least = std::max(least_mac_octets, whole / 2);
    is_malformed_ = tsig.mac.size() > whole || tsig.mac.size() < least;
    if (is_malformed_) return TsigError::none;
    Mac mac(*key_);
    add_unsigned(request, tsig, mac);
    add_variables(variables_of(tsig, algorithm_), mac);
    if (!is_beginning(tsig.mac, mac.finish())) return TsigError::bad_sig;
    last_mac_ = copy_of(tsig.mac);
    if (!is_within_fudge(tsig, now)) return TsigError::bad_time;
    return tsig.mac.size() < whole ? TsigError::bad_trunc : TsigError::none;
}

std::size_t TsigReplier::added_octets() const noexcept {
    const std::size_t mac = key_ ? mac_octets(key_->algorithm) : 0;
    return key_name_.view().octets() + algorithm_.size() + fixed_record_octets + mac +
           server_time_octets;
}

std::size_t TsigReplier::sign(std::span<std::uint8_t> buffer, std::size_t octets,
                              std::uint64_t now) {
    // RFC 8945 5.2.3: the client's own time, so that it can check the reply, and ours beside it.
    const bool is_late = error_ == TsigError::bad_time;
    const auto own_time = octets_of(now);
    const Variables variables{key_name_.view().wire(),
                              algorithm_,
                              is_late ? request_time_ : now,
                              own_fudge,
                              error_,
                              is_late ? Octets(own_time) : Octets()};
    // RFC 8945 5.3.2: what nobody who is known has signed must not be answered with a signature.
    if (!key_ || error_ == TsigError::bad_sig) return append(buffer, octets, variables, {});
    Mac mac(*key_);
    mac.add_mac(last_mac_);
    mac.add(buffer.first(octets));
    if (std::exchange(is_first_, false)) {
        add_variables(variables, mac);
    } else {
        add_timers(variables, mac);
    }
    last_mac_ = mac.finish();
    return append(buffer, octets, variables, last_mac_);
}

TsigRequester::TsigRequester(std::shared_ptr<const TsigKey> key) : key_(std::move(key)) {}

std::size_t TsigRequester::added_octets() const noexcept {
    return key_->name.view().octets() + wire_name(key_->algorithm).size() + fixed_record_octets +
           mac_octets(key_->algorithm);
}

std::size_t TsigRequester::sign(std::span<std::uint8_t> buffer, std::size_t octets,
                                std::uint64_t now) {
    const auto algorithm = wire_name(key_->algorithm);
    const Variables variables{key_->name.view().wire(), algorithm, now, own_fudge,
                              TsigError::none,          {}};
    Mac mac(*key_);
    mac.add(buffer.first(octets));
    add_variables(variables, mac);
    last_mac_ = mac.finish();
    return append(buffer, octets, variables, last_mac_);
}

std::optional<TsigRequester::Failure> TsigRequester::check(std::span<const std::uint8_t> message,
                                                           std::uint64_t now) {
    const FoundTsig found = find_tsig(message);
    if (!found.is_intact) return Failure::malformed;
    if (!found.record) {
        if (is_first_ || unsigned_messages_ == max_unsigned_messages) return Failure::no_record;
        ++unsigned_messages_;
        pending_.insert(pending_.end(), message.begin(), message.end());
        return std::nullopt;
    }
    const TsigRecord& tsig = *found.record;
    NameBuffer algorithm;
    algorithm.assign(tsig.algorithm);
    const auto own_algorithm = wire_name(key_->algorithm);
    const bool is_own_key =
        tsig.key.view() == key_->name && std::ranges::equal(algorithm.view().wire(), own_algorithm);
    if (!is_own_key) return Failure::wrong_key;
    remote_error_ = tsig.error;
    // Nobody can know who says that; it ends the exchange either way.
    if (tsig.mac.empty() && tsig.error != TsigError::none) return Failure::remote_error;
    if (tsig.mac.size() != mac_octets(key_->algorithm)) return Failure::wrong_mac;
    Mac mac(*key_);
    mac.add_mac(last_mac_);
    mac.add(pending_);
    add_unsigned(message, tsig, mac);
    const Variables variables = variables_of(tsig, own_algorithm);
    if (is_first_) {
        add_variables(variables, mac);
    } else {
        add_timers(variables, mac);
    }
    if (!is_beginning(tsig.mac, mac.finish())) return Failure::wrong_mac;
    if (tsig.error != TsigError::none) return Failure::remote_error;
    if (!is_within_fudge(tsig, now)) return Failure::wrong_time;
    is_first_ = false;
    unsigned_messages_ = 0;
    pending_.clear();
    last_mac_ = copy_of(tsig.mac);
    return std::nullopt;
}

std::string_view to_text(TsigError error) noexcept {
    switch (error) {
        case TsigError::none:
            return "no error";
        case TsigError::bad_sig:
            return "BADSIG: the signature is wrong: the secrets differ";
        case TsigError::bad_key:
            return "BADKEY: the key is not known, or has another algorithm";
        case TsigError::bad_time:
            return "BADTIME: the clocks differ too much";
        case TsigError::bad_trunc:
            return "BADTRUNC: the signature is cut short";
    }
    return "an unknown error";
}

std::string_view to_text(TsigRequester::Failure failure) noexcept {
    switch (failure) {
        case TsigRequester::Failure::malformed:
            return "the message cannot be read";
        case TsigRequester::Failure::no_record:
            return "the message is not signed";
        case TsigRequester::Failure::wrong_key:
            return "the message is signed with another key";
        case TsigRequester::Failure::wrong_mac:
            return "the signature is wrong";
        case TsigRequester::Failure::wrong_time:
            return "the message was signed too long before or after";
        case TsigRequester::Failure::remote_error:
            break;
    }
    return "the other side refuses the signature";
}

FoundTsig find_tsig(std::span<const std::uint8_t> message) noexcept {
    WireReader reader(message);
    reader.read_u32();
    const std::uint16_t questions = reader.read_u16();
    std::uint32_t records = reader.read_u16();
    records += reader.read_u16();
    const std::uint16_t additionals = reader.read_u16();
    records += additionals;
    for (std::uint32_t i = 0; i < questions && reader.is_intact(); ++i) {
        reader.skip_name();
        reader.read_u32();
    }
    FoundTsig found;
    for (std::uint32_t i = 0; i < records && reader.is_intact(); ++i) {
        WireReader record = reader;
        reader.skip_name();
        const auto type = static_cast<RrType>(reader.read_u16());
        reader.read_u16();
        reader.read_u32();
        reader.read_octets(reader.read_u16());
        if (type != RrType::tsig || !reader.is_intact()) continue;
        found.record = read_tsig_record(record);
        if (!found.record || i + 1 < records || additionals == 0) return {};
    }
    found.is_intact = reader.is_intact() && reader.remaining() == 0;
    return found;
}

}  // namespace arpad

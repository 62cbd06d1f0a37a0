#include "crypto/tsig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "dns/message.hpp"
#include "support/signing.hpp"

namespace arpad {
namespace {

using Message = std::vector<std::uint8_t>;
using testing::Values;

constexpr std::uint64_t now = 1'795'000'000;
constexpr const char* secret_text = "c2l4dGVlbiBvY3RldHMhIQ==";  // "sixteen octets!!"

TsigKey make_key(TsigAlgorithm algorithm = TsigAlgorithm::hmac_sha256,
                 const char* name = "transfer.example.net",
                 const std::string& secret = "sixteen octets!!") {
    return {*Name::from_text(name), algorithm, Secret({secret.begin(), secret.end()})};
}

std::shared_ptr<const TsigKey> share(TsigKey key) {
    return std::make_shared<const TsigKey>(std::move(key));
}

Keyring ring_of(TsigKey key) {
    std::vector<TsigKey> keys;
    keys.push_back(std::move(key));
    return Keyring(std::move(keys));
}

/// A query for the SOA of 2.0.192.in-addr.arpa, or a reply to it.
Message make_message(bool is_reply = false) {
    Message message{0x12, 0x34, static_cast<std::uint8_t>(is_reply ? 0x84 : 0),
                    0,    0,    1,
                    0,    0,    0,
                    0,    0,    0,
                    1,    '2',  1,
                    '0',  3,    '1',
                    '9',  '2',  7,
                    'i',  'n',  '-',
                    'a',  'd',  'd',
                    'r',  4,    'a',
                    'r',  'p',  'a',
                    0,    0,    6,
                    0,    1};
    return message;
}

/// The query of a client that has `key`, at `time`.
Message make_request(const TsigKey& key, std::uint64_t time = now) {
    TsigRequester client(share(key));
    Message request = make_message();
    sign(client, request, time);
    return request;
}

/// What a server with `keys` makes of `request`.
TsigReplier receive(const Keyring& keys, const Message& request) {
    const FoundTsig found = find_tsig(request);
    EXPECT_TRUE(found.is_intact);
    return {keys, request, found.record.value(), now};
}

struct FreePacket {
    void operator()(ldns_pkt* packet) const noexcept { ldns_pkt_free(packet); }
};
using Packet = std::unique_ptr<ldns_pkt, FreePacket>;

Packet to_ldns(const Message& message) {
    ldns_pkt* packet = nullptr;
    EXPECT_EQ(ldns_wire2pkt(&packet, message.data(), message.size()), LDNS_STATUS_OK);
    return Packet(packet);
}

Message from_ldns(const ldns_pkt& packet) {
    std::uint8_t* octets = nullptr;
    std::size_t size = 0;
    EXPECT_EQ(ldns_pkt2wire(&octets, &packet, &size), LDNS_STATUS_OK);
    Message message(octets, octets + size);
    std::free(octets);
    return message;
}

// ldns is an independent implementation of both sides.
class TsigWithLdns : public testing::TestWithParam<TsigAlgorithm> {
protected:
    TsigKey key_ = make_key(GetParam());
    std::string algorithm_ = std::string(to_text(GetParam())) + ".";
};

TEST_P(TsigWithLdns, TakesWhatWeSign) {
    const Message request = make_request(key_, static_cast<std::uint64_t>(time(nullptr)));
    const Packet packet = to_ldns(request);
    EXPECT_TRUE(ldns_pkt_tsig_verify(packet.get(), request.data(), request.size(),
                                     "transfer.example.net.", secret_text, nullptr));
}

TEST_P(TsigWithLdns, SignsWhatWeTakeAndTakesTheReply) {
    const Packet query = to_ldns(make_message());
    ASSERT_EQ(ldns_pkt_tsig_sign(query.get(), "transfer.example.net.", secret_text, 300,
                                 algorithm_.c_str(), nullptr),
              LDNS_STATUS_OK);
    const Message request = from_ldns(*query);
    const FoundTsig found = find_tsig(request);
    ASSERT_TRUE(found.record.has_value());
    const auto time = tsig_time(std::chrono::system_clock::now());
    TsigReplier server(ring_of(key_), request, *found.record, time);
    ASSERT_EQ(server.error(), TsigError::none);
    EXPECT_EQ(*server.signer(), key_);

    Message reply = make_message(true);
    sign(server, reply, time);
    const Packet packet = to_ldns(reply);
    const ldns_rr* const tsig = ldns_pkt_tsig(query.get());
    EXPECT_TRUE(ldns_pkt_tsig_verify(packet.get(), reply.data(), reply.size(),
                                     "transfer.example.net.", secret_text, ldns_rr_rdf(tsig, 3)));
}

INSTANTIATE_TEST_SUITE_P(Algorithms, TsigWithLdns,
                         Values(TsigAlgorithm::hmac_sha1, TsigAlgorithm::hmac_sha256,
                                TsigAlgorithm::hmac_sha512));

class TsigOfBoth : public testing::TestWithParam<TsigAlgorithm> {};

TEST_P(TsigOfBoth, AgreeAboutManyMessages) {
    const TsigKey key = make_key(GetParam());
    TsigRequester client(share(key));
    Message request = make_message();
    sign(client, request, now);
    TsigReplier server = receive(ring_of(key), request);
    ASSERT_EQ(server.error(), TsigError::none);
    for (int i = 0; i < 5; ++i) {
        Message reply = make_message(true);
        sign(server, reply, now);
        EXPECT_EQ(client.check(reply, now), std::nullopt) << i;
        EXPECT_TRUE(client.is_complete());
    }
}

INSTANTIATE_TEST_SUITE_P(Algorithms, TsigOfBoth,
                         Values(TsigAlgorithm::hmac_sha1, TsigAlgorithm::hmac_sha256,
                                TsigAlgorithm::hmac_sha384, TsigAlgorithm::hmac_sha512));

TEST(TsigReplier, DoesNotKnowOtherKeys) {
    const Keyring keys = ring_of(make_key());
    for (const TsigKey& key : {make_key(TsigAlgorithm::hmac_sha256, "other.example.net"),
                               make_key(TsigAlgorithm::hmac_sha512)}) {
        TsigReplier server = receive(keys, make_request(key));
        EXPECT_EQ(server.error(), TsigError::bad_key);
        EXPECT_EQ(server.signer(), nullptr);
        // RFC 8945 5.3.2: not signed.
        Message reply = make_message(true);
        sign(server, reply, now);
        const FoundTsig found = find_tsig(reply);
        ASSERT_TRUE(found.record.has_value());
        EXPECT_TRUE(found.record->mac.empty());
        EXPECT_EQ(found.record->error, TsigError::bad_key);
        EXPECT_EQ(found.record->key.view(), key.name);
        EXPECT_EQ(found.record->algorithm, *Name::from_text(to_text(key.algorithm)));
    }
}

TEST(TsigReplier, NoticesAnotherSecret) {
    TsigReplier server = receive(
        ring_of(make_key()),
        make_request(make_key(TsigAlgorithm::hmac_sha256, "transfer.example.net", "another")));
    EXPECT_EQ(server.error(), TsigError::bad_sig);
    Message reply = make_message(true);
    sign(server, reply, now);
    EXPECT_TRUE(find_tsig(reply).record->mac.empty());
}

TEST(TsigReplier, NoticesEveryChangedOctet) {
    const Keyring keys = ring_of(make_key());
    const Message request = make_request(make_key());
    for (std::size_t i = 0; i < request.size(); ++i) {
        Message changed = request;
        changed[i] ^= 0x01;
        const FoundTsig found = find_tsig(changed);
        if (!found.is_intact || !found.record) continue;
        const TsigReplier server(keys, changed, *found.record, now);
        // The id may be another's, since a forwarder may change it.
        const bool is_id = i < 2;
        EXPECT_EQ(server.signer() != nullptr, is_id) << i;
    }
}

TEST(TsigReplier, CaseOfNamesDoesNotMatter) {
    Message request = make_request(make_key());
    for (std::size_t i = find_tsig(request).record->start; i < request.size() - 70; ++i) {
        if (request[i] >= 'a' && request[i] <= 'z') request[i] ^= 0x20;
    }
    EXPECT_EQ(receive(ring_of(make_key()), request).error(), TsigError::none);
}

TEST(TsigReplier, LooksAtTheClock) {
    const TsigKey key = make_key();
    const Keyring keys = ring_of(key);
    EXPECT_EQ(receive(keys, make_request(key, now - 300)).error(), TsigError::none);
    EXPECT_EQ(receive(keys, make_request(key, now + 300)).error(), TsigError::none);
    for (const std::uint64_t time : {now - 301, now + 301, std::uint64_t{0}}) {
        TsigRequester client(share(key));
        Message request = make_message();
        sign(client, request, time);
        TsigReplier server = receive(keys, request);
        EXPECT_EQ(server.error(), TsigError::bad_time);
        // RFC 8945 5.2.3: the client can read our time in a reply that it can check.
        Message reply = make_message(true);
        sign(server, reply, now);
        const FoundTsig found = find_tsig(reply);
        EXPECT_EQ(found.record->time, time);
        EXPECT_EQ(found.record->other.size(), 6U);
        EXPECT_EQ(client.check(reply, time), TsigRequester::Failure::remote_error);
        EXPECT_EQ(client.remote_error(), TsigError::bad_time);
    }
}

/// A request whose MAC has so many octets, more by repeating the last.
Message with_mac_octets(std::size_t octets) {
    Message request = make_request(make_key());
    const TsigRecord tsig = find_tsig(request).record.value();
    Message mac(tsig.mac.begin(), tsig.mac.end());
    const auto mac_at = tsig.mac.data() - request.data();
    mac.resize(octets, 0);
    const auto old_octets = static_cast<std::ptrdiff_t>(tsig.mac.size());
    request.erase(request.begin() + mac_at, request.begin() + mac_at + old_octets);
    request.insert(request.begin() + mac_at, mac.begin(), mac.end());
    request[static_cast<std::size_t>(mac_at) - 1] = static_cast<std::uint8_t>(octets);
    // RDLENGTH stands before the algorithm's 13 octets, the time's 6, the fudge and the MAC's size.
    const std::size_t length_at = static_cast<std::size_t>(mac_at) - 2 - 2 - 6 - 13 - 2;
    const auto length = request[length_at] * 256U + request[length_at + 1] + octets - 32;
    request[length_at] = static_cast<std::uint8_t>(length >> 8U);
    request[length_at + 1] = static_cast<std::uint8_t>(length);
    return request;
}

TEST(TsigReplier, TakesNoMacThatIsCutShort) {
    const Keyring keys = ring_of(make_key());
    for (const std::size_t octets : {0U, 9U, 15U, 33U, 64U}) {
        EXPECT_TRUE(receive(keys, with_mac_octets(octets)).is_malformed()) << octets;
    }
    for (const std::size_t octets : {16U, 31U}) {
        const TsigReplier server = receive(keys, with_mac_octets(octets));
        EXPECT_FALSE(server.is_malformed());
        EXPECT_EQ(server.error(), TsigError::bad_trunc) << octets;
    }
    EXPECT_EQ(receive(keys, with_mac_octets(32)).error(), TsigError::none);
}

class TsigRequesterTest : public testing::Test {
protected:
    TsigRequesterTest() {
        Message request = make_message();
        sign(client_, request, now);
        server_.emplace(receive(ring_of(make_key()), request));
    }

    Message signed_reply(std::uint64_t time = now) {
        Message reply = make_message(true);
        sign(*server_, reply, time);
        return reply;
    }

    TsigRequester client_{share(make_key())};
    std::optional<TsigReplier> server_;
};

TEST_F(TsigRequesterTest, WantsTheFirstMessageSigned) {
    EXPECT_EQ(client_.check(make_message(true), now), TsigRequester::Failure::no_record);
}

TEST_F(TsigRequesterTest, NoticesChangedMessages) {
    Message reply = signed_reply();
    reply[2] ^= 0x04;
    EXPECT_EQ(client_.check(reply, now), TsigRequester::Failure::wrong_mac);
}

TEST_F(TsigRequesterTest, NoticesMessagesThatAreMissing) {
    EXPECT_EQ(client_.check(signed_reply(), now), std::nullopt);
    (void)signed_reply();
    EXPECT_EQ(client_.check(signed_reply(), now), TsigRequester::Failure::wrong_mac);
}

TEST_F(TsigRequesterTest, NoticesReplayedMessages) {
    const Message reply = signed_reply();
    EXPECT_EQ(client_.check(reply, now), std::nullopt);
    EXPECT_EQ(client_.check(reply, now), TsigRequester::Failure::wrong_mac);
}

TEST_F(TsigRequesterTest, LooksAtTheClock) {
    EXPECT_EQ(client_.check(signed_reply(), now + 301), TsigRequester::Failure::wrong_time);
}

TEST_F(TsigRequesterTest, RefusesAnotherKey) {
    Message reply = make_message(true);
    TsigReplier other = receive(ring_of(make_key(TsigAlgorithm::hmac_sha512)),
                                make_request(make_key(TsigAlgorithm::hmac_sha512)));
    sign(other, reply, now);
    EXPECT_EQ(client_.check(reply, now), TsigRequester::Failure::wrong_key);
}

TEST_F(TsigRequesterTest, HundredthMessageHasToBeSigned) {
    EXPECT_EQ(client_.check(signed_reply(), now), std::nullopt);
    for (int i = 0; i < 99; ++i) {
        EXPECT_EQ(client_.check(make_message(true), now), std::nullopt);
        EXPECT_FALSE(client_.is_complete());
    }
    EXPECT_EQ(client_.check(make_message(true), now), TsigRequester::Failure::no_record);
}

TEST(FindTsig, RefusesOneThatIsNotTheLast) {
    Message message = make_request(make_key());
    message[11] = 2;
    const Message opt{0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
    message.insert(message.end(), opt.begin(), opt.end());
    EXPECT_FALSE(find_tsig(message).is_intact);
}

TEST(FindTsig, RefusesEveryTruncation) {
    const Message whole = make_request(make_key());
    for (std::size_t octets = 0; octets < whole.size(); ++octets) {
        EXPECT_FALSE(find_tsig(std::span(whole).first(octets)).is_intact) << octets;
    }
}

TEST(TsigAlgorithm, IsReadInAnyCase) {
    EXPECT_EQ(tsig_algorithm_from_text("HMAC-SHA384"), TsigAlgorithm::hmac_sha384);
    EXPECT_EQ(tsig_algorithm_from_text("hmac-md5"), std::nullopt);
    EXPECT_EQ(tsig_algorithm_from_text(""), std::nullopt);
}

}  // namespace
}  // namespace arpad

/// \file  Any octets as the sections of an UPDATE that is signed as it should be.
///
/// The first octet chooses what the key may do, the next two how many prerequisites and changes the
/// header announces. The rest stands behind the zone section.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "answer/pending_update.hpp"
#include "answer/responder.hpp"
#include "base/invariant.hpp"
#include "crypto/tsig.hpp"
#include "dns/message.hpp"
#include "fuzz/fuzz_clock.hpp"
#include "fuzz/fuzz_signing.hpp"
#include "load/master_rdata.hpp"
#include "support/query_maker.hpp"
#include "support/reply_text.hpp"
#include "support/signing.hpp"
#include "support/zone_maker.hpp"
#include "zone/update.hpp"

namespace arpad {
namespace {

constexpr std::size_t choice_octets = 3;
constexpr const char* apex = "2.0.192.in-addr.arpa";

UpdatePolicy policy_of(std::uint8_t choice) {
    UpdatePolicy policy;
    if ((choice & 1U) != 0) policy.prefixes = {*Prefix::from_text("192.0.2.0/25")};
    if ((choice & 2U) != 0) policy.types.reset();
    policy.allows_any_name = (choice & 4U) != 0;
    policy.is_over_records = (choice & 8U) != 0;
    if ((choice & 16U) != 0) policy.lifetime = std::chrono::hours(1);
    return policy;
}

/// 192.0.2.0/24, where files name .1, edits .2, leases .3 and defaults .4.
class FuzzZone final : public UpdatedZone {
public:
    FuzzZone() {
        constexpr std::array layers{DataLayer::file, DataLayer::edit, DataLayer::lease,
                                    DataLayer::low};
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const Address address(Family::ipv4, 0xC000'0201U + i);
            const Name host = *Name::from_text("host.example");
            const auto target = host.view().wire();
            data_[address].rrsets.push_back(
                {{RrType::ptr, Ttl{300}, {Rdata(target.begin(), target.end())}}, layers[i]});
        }
        data_.begin()->second.written = {RrType::ptr};
    }

    [[nodiscard]] std::optional<Prefix> base() const override {
        return *Prefix::from_text("192.0.2.0/24");
    }
    [[nodiscard]] EditedData data_at(const Edit& owner) override {
        if (owner.name) return {};
        const auto found = data_.find(owner.address);
        return found == data_.end() ? EditedData() : found->second;
    }
    [[nodiscard]] std::optional<Name> zone_of(NameView) override {
        return *Name::from_text("other.example");
    }

private:
    std::map<Address, EditedData> data_;
};

/// What an edit that comes of an update has to be.
void check_edit(const Edit& edit, const UpdatePolicy& policy) {
    ensure(policy.allows(edit.type), "only types that the key may change are changed");
    if (edit.name) {
        ensure(policy.allows_any_name, "names that are no address's need leave");
        ensure(edit.name->view().is_at_or_below(Name::from_text(apex)->view()),
               "a name is in the zone");
    } else {
        ensure(policy.allows(Prefix(edit.address, edit.address.bits())),
               "only addresses that the key may change are changed");
        ensure(Prefix::from_text("192.0.2.0/24")->contains(edit.address), "an address too");
    }
    const EditLayer own = policy.is_over_records ? EditLayer::edit : EditLayer::lease;
    const bool is_own_or_removal = edit.layer == own || !edit.says_anything();
    ensure(is_own_or_removal, "the layer is the key's, or says nothing any more");
    ensure(!edit.is_hole || edit.rdatas.empty(), "a hole holds nothing");
    for (const Rdata& rdata : edit.rdatas) {
        ensure(is_valid_rdata(edit.type, rdata), "what is stored can be served");
    }
}

/// The whole of an update: read, evaluated and replied to.
void make(PendingUpdate& pending, const UpdatePolicy& policy) {
    auto update = pending.read(policy);
    UpdateResult result;
    if (update) {
        FuzzZone zone;
        const auto edits = evaluate(*update, zone, Edit::Time(std::chrono::seconds(fuzz_seconds)));
        if (edits) {
            for (const Edit& edit : *edits) check_edit(edit, policy);
        } else {
            ensure(edits.error().rcode != Rcode::no_error, "a refusal has an rcode");
            result = {edits.error().rcode, edits.error().text};
        }
    } else {
        result = {update.error().rcode, update.error().text};
    }
    const auto reply = pending.reply(result, fuzz_now());
    const auto read = read_reply(reply);
    ensure(read.has_value() && read->rcode == static_cast<unsigned>(result.rcode),
           "ldns reads the reply");
}

/// The message with `sections` behind the zone section, signed.
Octets message_with(std::span<const std::uint8_t> choices, std::span<const std::uint8_t> sections) {
    Octets message = ask(apex, RrType::soa).opcode(Opcode::update).octets();
    message[7] = choices[1];
    message[9] = choices[2];
    message.insert(message.end(), sections.begin(), sections.end());
    TsigRequester requester(std::make_shared<const TsigKey>(fuzz_key()));
    sign(requester, message, fuzz_seconds);
    return message;
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    constexpr std::size_t max_octets = 8192;
    static Responder responder = [] {
        return Responder(std::make_shared<const Snapshot>(std::vector<std::shared_ptr<const Zone>>{
                             zone_for("192.0.2.0/24").build()}),
                         std::make_shared<const Identity>(IdentityConfig{}), &fuzz_now);
    }();
    static const bool is_ready = [] {
        responder.adopt(std::make_shared<const Keyring>(std::vector<TsigKey>{fuzz_key()}));
        responder.accept_updates();
        return true;
    }();
    if (!is_ready || size < choice_octets || size > max_octets) return 0;
    const std::span<const std::uint8_t> input(data, size);
    const Octets message = message_with(input, input.subspan(choice_octets));
    Octets buffer(max_message_octets);
    const Outcome outcome = responder.respond({message, Transport::tcp}, buffer);
    if (outcome.kind == Outcome::Kind::update) {
        make(*responder.take_update(), policy_of(data[0]));
    } else {
        ensure(outcome.kind == Outcome::Kind::answer && outcome.rcode != Rcode::no_error,
               "what is no update is refused");
    }
    return 0;
}

#include "import/lease_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "load/master_name.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

namespace json = boost::json;

/// Edits that are sent as one change.
constexpr std::size_t at_once = 500;

using OwnerAndType = std::pair<std::string, RrType>;

std::string hexadecimal(std::span<const std::uint8_t> octets) {
    std::string digits;
    for (const std::uint8_t octet : octets) digits += fmt::format("{:02x}", octet);
    return digits;
}

/// The RRsets of `records` as the server takes them.
class Leases {
public:
    explicit Leases(const ZoneRecords& records) {
        const auto apex = std::ranges::find(records.others, RrType::soa, &ZoneRecord::type);
        for (const AddressName& name : records.address_names) {
            add({{"address", name.address.to_text()}}, RrType::ptr, name.ttl,
                records.target(name).wire());
        }
        for (const ZoneRecord& record : records.others) {
            const bool is_of_apex = apex != records.others.end() && record.owner == apex->owner &&
                                    (record.type == RrType::ns || record.type == RrType::soa);
            if (is_of_apex) continue;
            add({{"name", record.owner.to_text()}}, record.type, record.ttl, record.rdata);
        }
    }

    [[nodiscard]] const std::vector<json::object>& edits() const noexcept { return edits_; }

private:
    void add(json::object owner, RrType type, Ttl ttl, std::span<const std::uint8_t> rdata) {
        const std::string text(owner.begin()->value().as_string());
        const auto [known, is_new] = places_.try_emplace({text, type}, edits_.size());
        if (is_new) {
            owner["type"] = to_mnemonic(type);
            owner["layer"] = "lease";
            owner["ttl"] = ttl.seconds;
            owner["rdatas"] = json::array();
            edits_.push_back(std::move(owner));
        }
        edits_[known->second]["rdatas"].as_array().emplace_back(hexadecimal(rdata));
    }

    std::vector<json::object> edits_;
    std::map<OwnerAndType, std::size_t> places_;
};

/// Sends edits, and finds those among them that are refused.
class Sender {
public:
    Sender(const ControlOptions& options, const std::string& source, Diagnostics& diagnostics)
        : options_(options), source_(source), diagnostics_(diagnostics) {}

    void send(std::span<const json::object> edits) {
        json::array array(edits.begin(), edits.end());
        const std::string body = json::serialize(json::object{{"edits", std::move(array)}});
        try {
            (void)request(options_, "POST", "/v1/edits", body);
            result_.stored += edits.size();
        } catch (const ControlFailure& failure) {
            // A change is made as a whole or not at all.
            if (edits.size() == 1) {
                ++result_.skipped;
                diagnostics_.warning(source_, {}, failure.what(), "it is left out");
                return;
            }
            const std::size_t half = edits.size() / 2;
            send(edits.first(half));
            send(edits.subspan(half));
        }
    }

    [[nodiscard]] const LeaseImport& result() const noexcept { return result_; }

private:
    const ControlOptions& options_;
    const std::string& source_;
    Diagnostics& diagnostics_;
    LeaseImport result_;
};

}  // namespace

LeaseImport import_leases(const ControlOptions& options, const ZoneRecords& records,
                          const std::string& source, Diagnostics& diagnostics) {
    (void)request(options, "GET", "/v1/status");  // so that no server is not taken for refusals
    const Leases leases(records);
    Sender sender(options, source, diagnostics);
    for (std::span<const json::object> rest(leases.edits()); !rest.empty();) {
        const auto next = rest.first(std::min(at_once, rest.size()));
        sender.send(next);
        rest = rest.subspan(next.size());
    }
    return sender.result();
}

}  // namespace arpad

/// \file  Any octets as a master file, and each record of it against ldns.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Behind the standard library: it defines `false`.
#include <ldns/ldns.h>

#include "base/invariant.hpp"
#include "dns/name.hpp"
#include "load/master_file.hpp"
#include "load/master_name.hpp"
#include "load/master_rdata.hpp"

namespace arpad {
namespace {

struct RrDeleter {
    void operator()(ldns_rr* rr) const noexcept { ldns_rr_free(rr); }
};
using OwnedRr = std::unique_ptr<ldns_rr, RrDeleter>;

/// `record` in wire form; a TTL that it does not have is 0.
std::vector<std::uint8_t> wire_of(const MasterRecord& record) {
    const auto owner = record.owner.view().wire();
    std::vector<std::uint8_t> wire(owner.begin(), owner.end());
    const auto put_u16 = [&wire](std::size_t value) {
        wire.push_back(static_cast<std::uint8_t>(value >> 8U));
        wire.push_back(static_cast<std::uint8_t>(value));
    };
    const std::uint32_t ttl = record.ttl.value_or(Ttl{}).seconds;
    put_u16(static_cast<std::uint16_t>(record.type));
    put_u16(1);
    put_u16(ttl >> 16U);
    put_u16(ttl & 0xFFFFU);
    put_u16(record.rdata.size());
    wire.insert(wire.end(), record.rdata.begin(), record.rdata.end());
    return wire;
}

/// Keeps what it is given, within bounds.
class CheckingSink : public MasterSink {
public:
    void take_record(MasterRecord record) override {
        ++entries;
        ensure(!is_meta_type(record.type), "no record is of a meta type");
        ensure(!record.ttl || *record.ttl <= max_ttl, "no TTL is over the limit");
        ensure(record.place.line > 0 && record.place.column > 0, "every record has a place");
        ensure(is_valid_rdata(record.type, record.rdata), "all RDATA is valid for its type");
        compare_with_ldns(record);
    }

    void take_flaw(MasterFlaw flaw) override {
        ++entries;
        ensure(flaw.place.line > 0 && flaw.place.column > 0, "every flaw has a place");
        ensure(!flaw.message.empty() && !flaw.advice.empty(), "every flaw says what to do");
    }

    std::size_t entries = 0;

private:
    /// ldns reads the record's wire form, and the name it reads is the one we have.
    static void compare_with_ldns(const MasterRecord& record) {
        constexpr auto nsap_ptr = static_cast<RrType>(23);
        if (record.type == nsap_ptr) return;  // ldns takes its name for a string
        const auto wire = wire_of(record);
        ldns_rr* made = nullptr;
        std::size_t position = 0;
        const auto status =
            ldns_wire2rr(&made, wire.data(), wire.size(), &position, LDNS_SECTION_ANSWER);
        const OwnedRr rr(made);
        if (status != LDNS_STATUS_OK) return;
        ensure(position == wire.size(), "ldns sees one record and nothing behind it");
        const ldns_rdf* const owner = ldns_rr_owner(rr.get());
        const auto ours = record.owner.view().wire();
        ensure(ldns_rdf_size(owner) == ours.size() &&
                   std::equal(ours.begin(), ours.end(), ldns_rdf_data(owner)),
               "ldns reads the same owner");
    }
};

/// A file that includes itself under any name.
MasterOptions options_for(std::string_view text) {
    MasterOptions options;
    options.origin = *Name::from_text("2.0.192.in-addr.arpa.");
    options.max_generated_records = 100;
    options.max_include_depth = 2;
    options.max_includes = 4;
    options.include = [text](std::string_view, std::string_view) {
        return Result<IncludedText, IncludeFailure>(IncludedText{"included", std::string(text)});
    };
    return options;
}

}  // namespace
}  // namespace arpad

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace arpad;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    CheckingSink with_everything;
    read_master_file("input", text, options_for(text), with_everything);
    CheckingSink with_nothing;
    read_master_file("input", text, {}, with_nothing);
    const auto lines = 1 + static_cast<std::size_t>(std::ranges::count(text, '\n'));
    ensure(with_nothing.entries <= lines, "there is no more than one record or flaw in a line");
    return 0;
}

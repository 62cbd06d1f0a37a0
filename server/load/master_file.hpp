/// \file  DNS master files, record by record (RFC 1035 5, RFC 3597 5).
///
/// Reads everything that such a file may hold, $INCLUDE and BIND's $GENERATE where the caller
/// allows them. Records and flaws go to a MasterSink as they are found; nothing stops at the first
/// flaw, and nothing but the current entry is kept in memory. Does no input or output itself.
/// Threads: none of its own; no shared state.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/types.hpp"
#include "zone/rrset.hpp"

namespace arpad {

/// One record.
struct MasterRecord {
    Name owner;              ///< Absolute, its case kept.
    std::optional<Ttl> ttl;  ///< Its own, else that of $TTL, else that of the last record that has
                             ///< its own (RFC 1035 5.1); none if there is no such.
    RrType type = RrType::txt;
    Rdata rdata;            ///< Uncompressed, valid for the type.
    Place place;            ///< Of its first word.
    std::string_view file;  ///< That it stands in; valid until the sink returns.
};

/// What is wrong with an entry, in the words of Diagnostic.
struct MasterFlaw {
    std::string_view file;  ///< Valid until the sink returns.
    Place place;            ///< Of the word at fault.
    std::string message;
    std::string advice;
};

/// Takes what a master file holds, in the order of the file.
class MasterSink {
public:
    MasterSink() = default;
    MasterSink(const MasterSink&) = delete;
    MasterSink& operator=(const MasterSink&) = delete;
    virtual ~MasterSink() = default;

    virtual void take_record(MasterRecord record) = 0;

    /// There may be as many as lines: who keeps them keeps a bounded number.
    virtual void take_flaw(MasterFlaw flaw) = 0;
};

/// A file that $INCLUDE names.
struct IncludedText {
    std::string file;  ///< What messages call it.
    std::string text;
};

/// Why a file cannot be included: a sentence without a full stop.
struct IncludeFailure {
    std::string message;
};

/// Finds the file that $INCLUDE calls `name` in the file `from`.
using IncludeReader = std::function<Result<IncludedText, IncludeFailure>(std::string_view name,
                                                                         std::string_view from)>;

/// What a TTL is taken from where nothing tells one.
enum class MissingTtl : std::uint8_t {
    unknown,      ///< Nothing: the record has none.
    soa_minimum,  ///< As in BIND: the MINIMUM of an SOA record, which then counts as $TTL.
};

/// How to read a master file. As it is, $INCLUDE and $GENERATE are refused.
struct MasterOptions {
    std::optional<Name> origin;  ///< If none, names have to be absolute until $ORIGIN.
    std::optional<Ttl> ttl;      ///< As if $TTL had it, before the first line.
    MissingTtl missing_ttl = MissingTtl::unknown;

    IncludeReader include;                    ///< If empty, $INCLUDE is refused.
    unsigned max_include_depth = 16;          ///< How deep files may include each other.
    unsigned max_includes = 10'000;           ///< How often $INCLUDE may stand in all.
    std::uint64_t max_generated_records = 0;  ///< Of all $GENERATE; 0: it is refused.

    std::string include_advice = "write what the file holds in its place";  ///< If refused.
    std::string generate_advice = "write the records themselves";           ///< If refused.
};

/// How many records a caller should let $GENERATE make: a /8 of IPv4.
inline constexpr std::uint64_t usual_generated_records = 16'777'216;

/// Reads `text`, which messages call `file`. Borrows all of it until it returns.
void read_master_file(std::string_view file, std::string_view text, const MasterOptions& options,
                      MasterSink& sink);

}  // namespace arpad

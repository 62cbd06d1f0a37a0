#include "load/master_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "load/file_findings.hpp"
#include "load/master_generate.hpp"
#include "load/master_lexer.hpp"
#include "load/master_name.hpp"
#include "load/master_rdata.hpp"

namespace arpad {
namespace {

using Tokens = std::span<const MasterToken>;

/// What stands between owner and RDATA of a record.
struct RecordHead {
    std::optional<Ttl> ttl;
    RrType type = RrType::txt;
    std::size_t tokens = 0;  ///< How many words it has.
};

/// What a record has when its words are read.
struct Owner {
    Name name;
    Place place;
};

bool is_called(const MasterToken& token, std::string_view directive) {
    if (token.is_quoted || token.text.size() != directive.size()) return false;
    for (std::size_t i = 0; i < directive.size(); ++i) {
        if (to_lower(static_cast<std::uint8_t>(token.text[i])) !=
            to_lower(static_cast<std::uint8_t>(directive[i])))
            return false;
    }
    return true;
}

/// The last four octets of an SOA record's data (RFC 1035 3.3.13).
std::uint32_t soa_minimum(const Rdata& rdata) {
    std::uint32_t minimum = 0;
    for (const std::uint8_t octet : std::span(rdata).last(4)) minimum = minimum << 8U | octet;
    return minimum;
}

/// A file's name and what was known of its words at the time of an entry.
struct Source {
    std::string_view file;
    const MasterLexer& lexer;
    Tokens tokens;

    [[nodiscard]] Place place(std::size_t token) const {
        return token < tokens.size() ? lexer.place_of(tokens[token])
                                     : lexer.place_of(tokens.back());
    }
};

/// Reads a file and those that it includes.
class MasterReader {
public:
    MasterReader(const MasterOptions& options, MasterSink& sink)
        : options_(options), sink_(sink), origin_(options.origin), default_ttl_(options.ttl) {}

    void read(std::string_view file, std::string_view text) {
        MasterLexer lexer(text);
        while (lexer.next()) {
            if (const auto& flaw = lexer.flaw()) {
                sink_.take_flaw({file, flaw->place, flaw->message, flaw->advice});
                continue;
            }
            const Source source{file, lexer, lexer.tokens()};
            const MasterToken& first = source.tokens.front();
            if (!first.is_quoted && first.text.starts_with('$')) {
                read_directive(source);
            } else {
                read_record(source);
            }
        }
    }

private:
    void report(const Source& source, std::size_t token, std::string message, std::string advice) {
        sink_.take_flaw({source.file, source.place(token), std::move(message), std::move(advice)});
    }

    // Records

    void read_record(const Source& source) {
        const bool has_owner = !source.lexer.begins_with_blank();
        if (has_owner && !read_owner(source)) return;
        if (!owner_) {
            report_missing_owner(source);
            return;
        }
        const std::size_t head_at = has_owner ? 1 : 0;
        const auto head = read_head(source, head_at);
        if (!head) return;
        const std::size_t data_at = head_at + head->tokens;
        auto rdata = read_master_rdata(head->type, source.tokens.subspan(data_at), origin_);
        if (!rdata) {
            report(source, data_at + rdata.error().token, rdata.error().message,
                   rdata.error().advice);
            return;
        }
        give({*owner_, source.place(0)}, *head, std::move(*rdata), source.file);
    }

    void report_missing_owner(const Source& source) {
        if (bad_owner_) {
            report(source, 0,
                   fmt::format("the owner of this record stands in line {} and is wrong",
                               bad_owner_->line),
                   "correct it there");
            return;
        }
        report(source, 0, "there is no record before whose owner could be meant",
               "write the owner, or remove the white space before the record");
    }

    /// Reads the first word as owner of this record and of those behind it that have none.
    bool read_owner(const Source& source) {
        const MasterToken& token = source.tokens.front();
        owner_.reset();
        bad_owner_ = source.place(0);
        if (token.is_quoted) {
            report(source, 0, "an owner cannot stand in quotes", "remove the quotes");
            return false;
        }
        auto name = name_from_master_text(token.text, origin_);
        if (!name) {
            report(source, 0, name.error().message, name.error().advice);
            return false;
        }
        owner_ = std::move(*name);
        return true;
    }

    /// Reads `[TTL] [class] type`, TTL and class in any order, from word `start` on.
    std::optional<RecordHead> read_head(const Source& source, std::size_t start) {
        RecordHead head;
        std::optional<RrClass> rr_class;
        std::size_t at = start;
        for (; at < source.tokens.size() && !source.tokens[at].is_quoted; ++at) {
            const std::string_view text = source.tokens[at].text;
            const auto ttl = head.ttl ? std::nullopt : ttl_from_master_text(text);
            if (ttl && !*ttl) {
                report(source, at, ttl->error().message, ttl->error().advice);
                return std::nullopt;
            }
            if (ttl) {
                head.ttl = **ttl;
                continue;
            }
            const auto found_class = rr_class ? std::nullopt : class_from_text(text);
            if (!found_class) break;
            rr_class = found_class;
            if (rr_class == RrClass::in) continue;
            report(source, at, fmt::format("the class {} is not served", in_backquotes(text)),
                   "write IN, or leave the record out");
            return std::nullopt;
        }
        const auto type = read_type(source, at);
        if (!type) return std::nullopt;
        head.type = *type;
        head.tokens = at + 1 - start;
        return head;
    }

    std::optional<RrType> read_type(const Source& source, std::size_t at) {
        if (at == source.tokens.size()) {
            report(source, at, "the record has no type", "write its type and its data");
            return std::nullopt;
        }
        const MasterToken& token = source.tokens[at];
        const auto type = token.is_quoted ? std::nullopt : type_from_text(token.text);
        if (!type) {
            report(source, at, in_backquotes(token.text) + " is no record type",
                   "write a type such as PTR, or TYPE and its number");
            return std::nullopt;
        }
        if (is_meta_type(*type)) {
            report(source, at,
                   fmt::format("records of type {} cannot stand in a zone", to_mnemonic(*type)),
                   "remove the record");
            return std::nullopt;
        }
        return type;
    }

    /// RFC 2308 4: $TTL is for all records behind it without a TTL. Without $TTL it is the last
    /// that was stated (RFC 1035 5.1).
    std::optional<Ttl> settle_ttl(const RecordHead& head, const Rdata& rdata) {
        if (head.ttl) {
            stated_ttl_ = head.ttl;
            return head.ttl;
        }
        if (default_ttl_) return default_ttl_;
        if (stated_ttl_) return stated_ttl_;
        if (options_.missing_ttl == MissingTtl::soa_minimum && head.type == RrType::soa) {
            default_ttl_ = Ttl{std::min(soa_minimum(rdata), max_ttl.seconds)};
        }
        return default_ttl_;
    }

    void give(Owner owner, const RecordHead& head, Rdata rdata, std::string_view file) {
        const auto ttl = settle_ttl(head, rdata);
        sink_.take_record(
            {std::move(owner.name), ttl, head.type, std::move(rdata), owner.place, file});
    }

    // Directives

    void read_directive(const Source& source) {
        const MasterToken& name = source.tokens.front();
        if (is_called(name, "$ORIGIN")) {
            read_origin(source);
        } else if (is_called(name, "$TTL")) {
            read_default_ttl(source);
        } else if (is_called(name, "$INCLUDE")) {
            read_include(source);
        } else if (is_called(name, "$GENERATE")) {
            read_generate(source);
        } else {
            report(source, 0, in_backquotes(name.text) + " is no directive",
                   "write $ORIGIN, $TTL, $INCLUDE or $GENERATE; an owner that begins with a dollar "
                   "sign is written \\$");
        }
    }

    /// Whether the directive has `least` to `most` words behind its name; a flaw if not.
    bool has_arguments(const Source& source, std::size_t least, std::size_t most) {
        const std::size_t count = source.tokens.size() - 1;
        const std::string name(source.tokens.front().text);
        if (count < least) {
            report(source, 0, name + " needs something behind it", "write it, or remove the line");
            return false;
        }
        if (count > most) {
            report(source, most + 1,
                   fmt::format("{} is too much behind {}",
                               in_backquotes(source.tokens[most + 1].text), name),
                   "remove it, or put a `;` before it");
            return false;
        }
        return true;
    }

    void read_origin(const Source& source) {
        if (!has_arguments(source, 1, 1)) return;
        auto name = name_from_master_text(source.tokens[1].text, origin_);
        if (name) {
            origin_ = std::move(*name);
        } else {
            report(source, 1, name.error().message, name.error().advice);
        }
    }

    void read_default_ttl(const Source& source) {
        if (!has_arguments(source, 1, 1)) return;
        const std::string_view text = source.tokens[1].text;
        const auto ttl = ttl_from_master_text(text);
        if (!ttl) {
            report(source, 1, in_backquotes(text) + " is no TTL", "write seconds, or 1h30m");
        } else if (*ttl) {
            default_ttl_ = **ttl;
        } else {
            report(source, 1, ttl->error().message, ttl->error().advice);
        }
    }

    /// RFC 1035 5.1: origin and owner of this file are untouched by what the other does to its own.
    /// $TTL stays as the other left it, as in BIND.
    void read_include(const Source& source) {
        if (!options_.include) {
            report(source, 0, "$INCLUDE has no place here", options_.include_advice);
            return;
        }
        if (!has_arguments(source, 1, 2)) return;
        auto origin = origin_;
        if (source.tokens.size() == 3) {
            auto name = name_from_master_text(source.tokens[2].text, origin_);
            if (!name) {
                report(source, 2, name.error().message, name.error().advice);
                return;
            }
            origin = std::move(*name);
        }
        if (include_depth_ == options_.max_include_depth || includes_ == options_.max_includes) {
            report(source, 0,
                   include_depth_ == options_.max_include_depth
                       ? fmt::format("files include each other more than {} deep", include_depth_)
                       : fmt::format("$INCLUDE stands here more than {} times", includes_),
                   "look whether a file includes itself");
            return;
        }
        include(source, std::move(origin));
    }

    void include(const Source& source, std::optional<Name> origin) {
        const auto included = options_.include(source.tokens[1].text, source.file);
        if (!included) {
            report(source, 1, included.error().message, "check the file's name and its mode");
            return;
        }
        const auto origin_here = std::exchange(origin_, std::move(origin));
        const auto owner_here = owner_;
        ++include_depth_;
        ++includes_;
        read(included->file, included->text);
        --include_depth_;
        origin_ = origin_here;
        owner_ = owner_here;
    }

    void read_generate(const Source& source) {
        constexpr std::size_t head_at = 3;
        if (options_.max_generated_records == 0) {
            report(source, 0, "$GENERATE has no place here", options_.generate_advice);
            return;
        }
        if (!has_arguments(source, 4, MasterLexer::max_tokens)) return;
        const auto range = generate_range_from_text(source.tokens[1].text);
        if (!range) {
            report(source, 1, in_backquotes(source.tokens[1].text) + " is no range of numbers",
                   "write one like 1-254 or 0-254/2");
            return;
        }
        if (range->size() > options_.max_generated_records - generated_) {
            report(source, 1,
                   fmt::format("$GENERATE would make more than {} records in all",
                               options_.max_generated_records),
                   "make the range smaller");
            return;
        }
        const auto head = read_head(source, head_at);
        if (!head) return;
        generate(source, *range, *head, head_at + head->tokens);
    }

    /// The text behind the type: BIND wants several words in quotes, which are not part of it.
    /// Quotes inside these are written with a backslash.
    static std::string data_text(const Source& source, std::size_t data_at) {
        const Tokens data = source.tokens.subspan(data_at);
        if (data.size() == 1) return without_quote_escapes(data[0]);
        std::string text;
        for (const MasterToken& token : data) {
            text += text.empty() ? "" : " ";
            text += token.is_quoted ? fmt::format("\"{}\"", token.text) : std::string(token.text);
        }
        return text;
    }

    static std::string without_quote_escapes(const MasterToken& token) {
        std::string text(token.text);
        if (!token.is_quoted) return text;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool is_escape = text[i] == '\\' && i + 1 < text.size();
            if (is_escape && text[i + 1] != '"') text[kept++] = text[i];
            if (is_escape) ++i;
            text[kept++] = text[i];
        }
        text.resize(kept);
        return text;
    }

    void generate(const Source& source, GenerateRange range, const RecordHead& head,
                  std::size_t data_at) {
        const auto owner = GeneratePattern::from_text(source.tokens[2].text);
        const auto data = GeneratePattern::from_text(data_text(source, data_at));
        if (!owner || !data) {
            report(source, owner ? std::min(data_at, source.tokens.size() - 1) : 2,
                   "what stands behind a `$` is not understood",
                   "write $, or ${offset,width,base} with the base d, o, x, X, n or N");
            return;
        }
        for (std::uint64_t number = range.first; number <= range.last; number += range.step) {
            const auto value = static_cast<std::uint32_t>(number);
            // What is wrong with one is wrong with most: the first is enough to correct it.
            if (!generate_one(source, head, {owner->text_for(value), data->text_for(value)}))
                return;
            ++generated_;
        }
    }

    /// The two texts of a generated record; none where a number is below zero.
    struct GeneratedTexts {
        std::optional<std::string> owner;
        std::optional<std::string> data;
    };

    bool generate_one(const Source& source, const RecordHead& head, const GeneratedTexts& texts) {
        if (!texts.owner || !texts.data) {
            report(source, 1, "an offset makes a number of $GENERATE negative",
                   "begin the range later");
            return false;
        }
        auto owner = name_from_master_text(*texts.owner, origin_);
        if (!owner) {
            report(source, 2, owner.error().message, owner.error().advice);
            return false;
        }
        MasterLexer lexer(*texts.data);
        const bool has_words = lexer.next() && !lexer.flaw();
        auto rdata = read_master_rdata(head.type, has_words ? lexer.tokens() : Tokens{}, origin_);
        if (!rdata) {
            report(source, 0,
                   fmt::format("$GENERATE makes {} {} {}: {}", *texts.owner, to_mnemonic(head.type),
                               *texts.data, rdata.error().message),
                   rdata.error().advice);
            return false;
        }
        give({std::move(*owner), source.place(0)}, head, std::move(*rdata), source.file);
        return true;
    }

    const MasterOptions& options_;
    MasterSink& sink_;
    std::optional<Name> origin_;
    std::optional<Name> owner_;       // of the last record
    std::optional<Place> bad_owner_;  // where there is none because it could not be read
    std::optional<Ttl> default_ttl_;
    std::optional<Ttl> stated_ttl_;
    std::uint64_t generated_ = 0;
    unsigned include_depth_ = 0;
    unsigned includes_ = 0;
};

}  // namespace

void read_master_file(std::string_view file, std::string_view text, const MasterOptions& options,
                      MasterSink& sink) {
    MasterReader(options, sink).read(file, text);
}

}  // namespace arpad

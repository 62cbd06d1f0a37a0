#include "import/zone_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ranges>
#include <string_view>
#include <utility>

#include "import/extra_text.hpp"
#include "reverse/arpa_name.hpp"

namespace arpad {
namespace {

std::string in_quotes(std::string_view text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') quoted += '\\';
        quoted += letter;
    }
    return quoted + '"';
}

/// Whether YAML would read `name` as it is as something else than text: ~, yes, 1e5.
bool is_mistakable(std::string_view name) {
    constexpr std::string_view words[] = {"null", "true", "false", "yes", "no",
                                          "on",   "off",  "y",     "n"};
    const auto lower = [](char letter) {
        return static_cast<char>(to_lower(static_cast<std::uint8_t>(letter)));
    };
    const bool is_word = std::ranges::any_of(words, [&](std::string_view word) {
        return std::ranges::equal(word, name, {}, {}, lower);
    });
    constexpr std::string_view of_numbers = "0123456789.+-_xabcdefo";
    const bool is_number =
        name.front() >= '0' && name.front() <= '9' && std::ranges::all_of(name, [&](char letter) {
            return of_numbers.find(lower(letter)) != std::string_view::npos;
        });
    return is_word || is_number;
}

/// A host name, contact or zone name as a scalar that may stand anywhere.
std::string scalar(std::string_view name) {
    constexpr std::string_view plain = "-_.@";
    const bool is_plain = std::ranges::all_of(name, [&](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || plain.find(letter) != std::string_view::npos;
    });
    const bool is_safe = is_plain && !name.empty() && name.front() != '-' && name.front() != '@' &&
                         !is_mistakable(name);
    return is_safe ? std::string(name) : in_quotes(name);
}

/// An address or prefix as a key. One that begins or ends with a colon needs quotes.
std::string key(const std::string& text) {
    return text.front() == ':' || text.back() == ':' ? in_quotes(text) : text;
}

std::string duration(std::uint32_t seconds) {
    struct Unit {
        std::uint32_t seconds;
        char letter;
    };
    constexpr Unit units[] = {{604'800, 'w'}, {86'400, 'd'}, {3600, 'h'}, {60, 'm'}};
    for (const Unit& unit : units) {
        if (seconds != 0 && seconds % unit.seconds == 0) {
            return fmt::format("{}{}", seconds / unit.seconds, unit.letter);
        }
    }
    return fmt::format("{}", seconds);
}

/// A list in one line of what `text` makes of each of `items`.
template <class Items, class Text>
std::string list_of(const Items& items, const Text& text) {
    std::string list = "[";
    for (const auto& item : items) {
        if (list.size() > 1) list += ", ";
        list += text(item);
    }
    return list + "]";
}

/// Whether the addresses of `range` are those of one prefix, and which.
std::optional<Prefix> prefix_of(const AddressRange& range) {
    for (unsigned length = 0; length <= range.first.bits(); ++length) {
        const Prefix prefix(range.first, length);
        if (prefix.first() == range.first && prefix.last() == range.last) return prefix;
    }
    return std::nullopt;
}

class YamlWriter {
public:
    explicit YamlWriter(const ZonePlan& plan) : plan_(plan) {}

    std::string write() {
        put_heading();
        put_soa();
        put_records();
        put_ranges();
        put_delegations();
        put_extra();
        return std::move(text_);
    }

private:
    template <class... Arguments>
    void put(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    }

    [[nodiscard]] bool is_usual(Ttl ttl) const noexcept { return ttl == plan_.ttl; }

    void put_heading() {
        const ZoneForm& form = plan_.form;
        put("# {} from {}\n", form.apex.to_text(), in_one_line(plan_.source));
        if (form.network) {
            put("network: {}\n", key(form.network->to_text()));
        } else {
            put("zone: {}\n", scalar(without_final_dot(form.apex.to_text())));
        }
        const bool needs_style =
            form.style && (*form.style != ClasslessStyle::slash || !is_classless(*form.network));
        if (needs_style) put("style: {}\n", style_text(*form.style));
        put("ttl: {}\n", duration(plan_.ttl.seconds));
        put("nameservers: {}\n", list_of(plan_.nameservers, scalar));
        // Without it, and without that of the SOA, `zone_defaults` could change the TTL.
        put("nameservers_ttl: {}\n", duration(plan_.nameservers_ttl.seconds));
    }

    static std::string in_one_line(std::string text) {
        std::ranges::replace_if(
            text, [](char letter) { return letter < ' ' || letter > '~'; }, '?');
        return text;
    }

    static std::string without_final_dot(std::string text) {
        if (text.size() > 1) text.pop_back();
        return text;
    }

    static std::string_view style_text(ClasslessStyle style) {
        switch (style) {
            case ClasslessStyle::dash:
                return "dash";
            case ClasslessStyle::range:
                return "range";
            default:
                return "slash";
        }
    }

    void put_soa() {
        const PlannedSoa& soa = plan_.soa;
        put("soa:\n  contact: {}\n  primary: {}\n", scalar(soa.contact), scalar(soa.primary));
        put("  refresh: {}\n  retry: {}\n  expire: {}\n  negative_ttl: {}\n", duration(soa.refresh),
            duration(soa.retry), duration(soa.expire), duration(soa.negative_ttl));
        put("  ttl: {}\n  serial: {}\n", duration(soa.ttl.seconds), soa.serial);
    }

    void put_records() {
        if (plan_.records.empty()) return;
        put("\nrecords:\n");
        for (const PlannedRecord& record : plan_.records) {
            put("  {}: {}\n", key(record.address.to_text()), value_of(record));
        }
    }

    [[nodiscard]] std::string value_of(const PlannedRecord& record) const {
        if (record.count == 0) return "~";
        const auto text = [&](std::size_t index) {
            return scalar(plain_text(plan_.source_records.target(plan_.address_names[index])));
        };
        const auto all = std::views::iota(record.first, record.first + record.count);
        const std::string names = record.count == 1 ? text(record.first) : list_of(all, text);
        const Ttl ttl = plan_.address_names[record.first].ttl;
        if (is_usual(ttl)) return names;
        return fmt::format("{{name: {}, ttl: {}}}", names, duration(ttl.seconds));
    }

    void put_ranges() {
        if (plan_.ranges.empty()) return;
        put("\nranges:\n");
        for (const PlannedRange& range : plan_.ranges) {
            const auto prefix = prefix_of(range.range);
            const std::string covered = prefix ? prefix->to_text()
                                               : fmt::format("{}-{}", range.range.first.to_text(),
                                                             range.range.last.to_text());
            if (is_usual(range.ttl)) {
                put("  {}: {}\n", key(covered), in_quotes(range.names));
            } else {
                put("  {}: {{name: {}, ttl: {}}}\n", key(covered), in_quotes(range.names),
                    duration(range.ttl.seconds));
            }
        }
    }

    void put_delegations() {
        if (plan_.delegations.empty()) return;
        put("\ndelegations:\n");
        for (const PlannedDelegation& delegation : plan_.delegations) put_delegation(delegation);
    }

    void put_delegation(const PlannedDelegation& delegation) {
        put("  {}:\n", key(delegation.prefix.to_text()));
        if (delegation.cname_to) {
            put("    cname_to: {}\n", scalar(without_final_dot(delegation.cname_to->to_text())));
        } else {
            put("    nameservers: {}\n", list_of(delegation.nameservers, nameserver_text));
        }
        if (delegation.style) put("    style: {}\n", style_text(*delegation.style));
        if (!is_usual(delegation.ttl)) put("    ttl: {}\n", duration(delegation.ttl.seconds));
        if (delegation.ds.empty()) return;
        put("    ds:\n");
        for (const std::string& ds : delegation.ds) put("      - {}\n", in_quotes(ds));
        if (delegation.ds_ttl != delegation.ttl) {
            put("    ds_ttl: {}\n", duration(delegation.ds_ttl.seconds));
        }
    }

    static std::string nameserver_text(const PlannedNameserver& server) {
        if (server.addresses.empty()) return scalar(server.name);
        const auto text = [](Address address) { return in_quotes(address.to_text()); };
        return fmt::format("{{name: {}, addresses: {}}}", scalar(server.name),
                           list_of(server.addresses, text));
    }

    /// A TTL stands in all records or in none, so that no reader can take one for the next record's
    /// too (RFC 1035 5.1).
    void put_extra() {
        if (plan_.extra.empty()) return;
        const bool needs_ttls = std::ranges::any_of(
            plan_.extra, [this](const ZoneRecord& record) { return !is_usual(record.ttl); });
        put("\nextra: |\n");
        for (const ZoneRecord& record : plan_.extra) {
            put("  {:<23}  ", relative_text(record.owner, plan_.form.apex));
            if (needs_ttls) put("{:<6}  ", record.ttl.seconds);
            put("{}\n", record_text(record));
        }
    }

    const ZonePlan& plan_;
    std::string text_;
};

}  // namespace

std::string zone_yaml(const ZonePlan& plan) {
    return YamlWriter(plan).write();
}

std::string zone_file_name(const ZoneForm& form) {
    std::string name = form.apex.to_text();
    if (form.network) {
        name = form.network->to_text();
        std::ranges::replace(name, '/', '_');
        std::ranges::replace(name, ':', '-');
    } else {
        name.pop_back();
    }
    for (char& letter : name) {
        const bool is_safe = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                             (letter >= '0' && letter <= '9') || letter == '-' || letter == '.' ||
                             letter == '_';
        if (!is_safe) letter = '_';
    }
    // zone_directory passes over hidden files.
    if (name.empty() || name.front() == '.') name.insert(0, 1, '_');
    return name + ".yaml";
}

}  // namespace arpad

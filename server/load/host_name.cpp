#include "load/host_name.hpp"

#include <fmt/format.h>
#include <idn2.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "load/file_findings.hpp"
#include "reverse/address.hpp"

namespace arpad {
namespace {

/// Longer texts cannot become a name of 255 octets, whatever they are converted to.
constexpr std::size_t max_host_text_octets = 4 * max_name_octets;

constexpr bool is_letter_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

constexpr bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

bool is_ascii(std::string_view text) {
    return std::ranges::none_of(text, [](char letter) { return (letter & '\x80') != 0; });
}

/// A label of the name `whole`.
struct Label {
    std::string_view text;
    std::string_view whole;
    std::size_t number;  ///< From the left, counted from 1.

    /// What messages call it.
    [[nodiscard]] std::string called() const {
        const std::string quoted = text.empty() ? "" : " (" + in_backquotes(text) + ")";
        return fmt::format("label {}{} of {}", number, quoted, in_backquotes(whole));
    }
};

std::vector<Label> split_into_labels(std::string_view name) {
    std::vector<Label> labels;
    std::size_t start = 0;
    for (;;) {
        const std::size_t dot = std::min(name.find('.', start), name.size());
        labels.push_back({name.substr(start, dot - start), name, labels.size() + 1});
        if (dot == name.size()) return labels;
        start = dot + 1;
    }
}

/// The A-label of an international label (RFC 5891 5). Non-transitional: a sharp s stays one.
Result<std::string, HostNameError> to_a_label(const Label& label) {
    const std::string input(label.text);
    std::uint8_t* output = nullptr;
    const int status = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(input.c_str()), &output,
                                      IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    const std::unique_ptr<std::uint8_t, void (*)(void*)> owner(output, idn2_free);
    // Characters that are not seen, such as U+00AD, are mapped to nothing (UTS 46 4).
    const bool is_empty = status == IDN2_OK && *output == 0;
    if (status == IDN2_OK && !is_empty)
        return {boost::system::in_place_value, reinterpret_cast<const char*>(output)};
    return HostNameError{
        fmt::format("{} is no international name: {}", label.called(),
                    is_empty ? "it has only characters that are not seen" : idn2_strerror(status)),
        "correct it, or write its A-label (xn--...)"};
}

HostNameError too_long_name(std::string_view text) {
    return {fmt::format("{} is over 255 octets long", in_backquotes(text)), "shorten it"};
}

HostNameError empty_label(const Label& label) {
    return {label.called() + " is empty", "remove the extra dot"};
}

HostNameError too_long_label(const Label& label) {
    return {label.called() + " is over 63 octets long", "shorten it"};
}

/// What is wrong with `ascii`, the A-label or ASCII form of `label`.
std::optional<HostNameError> check_label(const Label& label, std::string_view ascii) {
    if (ascii.size() > max_label_octets) return too_long_label(label);
    const auto illegal = std::ranges::find_if_not(ascii, [](char letter) {
        return is_letter_or_digit(letter) || letter == '-' || letter == '_';
    });
    if (illegal != ascii.end())
        return HostNameError{fmt::format("{} has the character `{}`", label.called(), *illegal),
                             "a host name has letters, digits, hyphens and dots"};
    if (ascii.front() == '-')
        return HostNameError{label.called() + " begins with a hyphen", "remove the hyphen"};
    if (ascii.back() == '-')
        return HostNameError{label.called() + " ends with a hyphen", "remove the hyphen"};
    return std::nullopt;
}

std::string_view without_final_dot(std::string_view text) {
    return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

/// What is wrong with `text` before one looks at its labels.
std::optional<HostNameError> check_whole(std::string_view text) {
    if (text.empty()) return HostNameError{"a host name is missing", "write it"};
    if (text == ".") return HostNameError{"`.` is no host name", "write a name with labels"};
    if (text.size() > max_host_text_octets) return too_long_name(text);
    if (Address::from_text(without_final_dot(text)))
        return HostNameError{fmt::format("{} is an IP address", in_backquotes(text)),
                             "write a host name here"};
    return std::nullopt;
}

/// The labels in ASCII, or what is wrong with the first that has none.
Result<std::vector<std::string>, HostNameError> to_ascii(const std::vector<Label>& labels) {
    std::vector<std::string> converted;
    converted.reserve(labels.size());
    for (const Label& label : labels) {
        if (label.text.empty()) return empty_label(label);
        if (is_ascii(label.text)) {
            converted.emplace_back(label.text);
            continue;
        }
        auto a_label = to_a_label(label);
        if (!a_label) return a_label.error();
        converted.push_back(std::move(*a_label));
    }
    return converted;
}

std::string join(const std::vector<std::string>& labels) {
    return fmt::format("{}", fmt::join(labels, "."));
}

/// The letters, digits, dots and special characters of RFC 5322 3.2.3 that a mailbox may have.
bool is_mailbox_character(char letter) {
    constexpr std::string_view special = ".!#$%&'*+-/=?^_`{|}~";
    return is_letter_or_digit(letter) || special.find(letter) != std::string_view::npos;
}

/// The first label of a contact without `@`, unescaped, and what comes behind its dot.
struct Mailbox {
    std::string local;
    std::string_view domain;
};

Mailbox split_contact(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at != std::string_view::npos) return {std::string(text.substr(0, at)), text.substr(at + 1)};
    Mailbox mailbox;
    for (std::size_t offset = 0; offset < text.size(); ++offset) {
        if (text[offset] == '.') {
            mailbox.domain = text.substr(offset + 1);
            break;
        }
        if (text[offset] == '\\' && offset + 1 < text.size()) ++offset;
        mailbox.local += text[offset];
    }
    return mailbox;
}

HostNameError bad_contact(std::string_view text, std::string_view why) {
    return {fmt::format("{} is no mail address: {}", in_backquotes(text), why),
            "write it like hostmaster@example.net"};
}

}  // namespace

Result<HostName, HostNameError> host_name_from_text(std::string_view text) {
    if (auto error = check_whole(text)) return std::move(*error);
    const std::vector<Label> labels = split_into_labels(without_final_dot(text));
    const auto converted = to_ascii(labels);
    if (!converted) return converted.error();
    for (std::size_t index = 0; index < labels.size(); ++index) {
        if (auto error = check_label(labels[index], (*converted)[index])) return std::move(*error);
    }
    // RFC 1123 2.1: a top-level domain has a letter, so that no name can be taken for an address.
    if (std::ranges::all_of(converted->back(), is_digit))
        return HostNameError{labels.back().called() + " has digits only, as in an IP address",
                             "write a host name here"};
    const std::string ascii = join(*converted);
    const auto name = Name::from_text(ascii);
    if (!name) return too_long_name(text);
    return HostName{*name, ascii.find('_') != std::string::npos};
}

Result<HostName, HostNameError> contact_from_text(std::string_view text) {
    const Mailbox mailbox = split_contact(text);
    if (mailbox.local.empty()) return bad_contact(text, "nothing stands before the domain");
    if (mailbox.local.size() > max_label_octets)
        return bad_contact(text, "what stands before the domain is over 63 octets long");
    if (!std::ranges::all_of(mailbox.local, is_mailbox_character))
        return bad_contact(text, "it has a character that is not allowed before the domain");
    if (without_final_dot(mailbox.domain).empty()) return bad_contact(text, "it has no domain");
    auto domain = host_name_from_text(mailbox.domain);
    if (!domain) return domain.error();
    auto name = domain->name.below(mailbox.local);
    if (!name) return too_long_name(text);
    return HostName{std::move(*name), domain->has_underscore};
}

Result<Name, HostNameError> zone_name_from_text(std::string_view text) {
    if (text.size() > max_host_text_octets) return too_long_name(text);
    std::string ascii(text);
    if (!is_ascii(text)) {
        const auto converted = to_ascii(split_into_labels(without_final_dot(text)));
        if (!converted) return converted.error();
        ascii = join(*converted);
    }
    const bool has_blank = std::ranges::any_of(ascii, [](char letter) { return letter <= ' '; });
    if (has_blank) return HostNameError{in_backquotes(text) + " has white space", "remove it"};
    auto name = Name::from_text(ascii);
    if (name) return std::move(*name);
    return HostNameError{
        fmt::format("{} is no domain name: {}", in_backquotes(text), to_text(name.error())),
        "write a name like 2.0.192.in-addr.arpa"};
}

std::string host_name_text(NameView name) {
    std::string text = name.to_text();
    if (text.size() > 1) text.pop_back();
    return text;
}

}  // namespace arpad

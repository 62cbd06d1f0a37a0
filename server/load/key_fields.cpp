#include "load/key_fields.hpp"

#include <fmt/format.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/invariant.hpp"
#include "load/ldns_pointers.hpp"
#include "load/secret_file.hpp"
#include "load/yaml_document.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 2> key_keys{"algorithm", "secret"};
constexpr std::size_t least_secret_octets = 16;  // less can be guessed

struct Free {
    void operator()(char* text) const noexcept { std::free(text); }
};

std::optional<TsigAlgorithm> read_algorithm(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("algorithm");
    if (!text) return TsigAlgorithm::hmac_sha256;
    const auto algorithm = tsig_algorithm_from_text(*text);
    if (!algorithm) {
        findings.error(fields.find("algorithm")->place(),
                       fmt::format("unknown algorithm: {}", in_backquotes(*text)),
                       "write hmac-sha256, hmac-sha384, hmac-sha512 or, for old peers, hmac-sha1");
    }
    return algorithm;
}

/// The secret itself is never told.
std::optional<Secret> read_secret(const Fields& fields, FileFindings& findings) {
    const auto text = fields.text("secret");
    if (!text) {
        if (!fields.has("secret")) {
            findings.error(fields.place(), "a key without `secret`",
                           "make one with `arpactl key generate NAME`");
        }
        return std::nullopt;
    }
    const Place place = fields.find("secret")->place();
    auto secret = secret_from_base64(*text);
    if (!secret) {
        findings.error(place, "`secret` is no base64",
                       "write it as the other side has it, such as c2VjcmV0...==");
    } else if (secret->octets().size() < least_secret_octets) {
        findings.warning(place,
                         fmt::format("`secret` has less than {} octets", least_secret_octets),
                         "make one with `arpactl key generate NAME`");
    }
    return secret;
}

std::optional<TsigKey> read_key(const YamlEntry& entry, FileFindings& findings) {
    const std::string_view text = entry.key.text();
    const auto name = Name::from_text(text);
    if (!name) {
        findings.error(
            entry.key.place(),
            fmt::format("{} is no domain name: {}", in_backquotes(text), to_text(name.error())),
            "keys have names such as transfer.example.net");
    }
    const Fields fields(entry.value, "a key", key_keys, findings);
    const auto algorithm = read_algorithm(fields, findings);
    auto secret = read_secret(fields, findings);
    if (!name || !algorithm || !secret) return std::nullopt;
    return TsigKey{name->lower_case(), *algorithm, std::move(*secret)};
}

}  // namespace

std::vector<TsigKey> read_keys(YamlNode node, FileFindings& findings) {
    std::vector<TsigKey> keys;
    if (node.is_null()) return keys;
    if (!node.is_mapping()) {
        findings.error(node.place(), "`keys` is no mapping",
                       "write `NAME: {algorithm: hmac-sha256, secret: BASE64}`");
        return keys;
    }
    for (const YamlEntry entry : node.entries()) {
        auto key = read_key(entry, findings);
        if (!key) continue;
        if (std::ranges::find(keys, key->name, &TsigKey::name) != keys.end()) {
            findings.error(entry.key.place(),
                           fmt::format("{} is written twice", in_backquotes(entry.key.text())),
                           "remove one of the two");
            continue;
        }
        keys.push_back(std::move(*key));
    }
    return keys;
}

std::vector<TsigKey> read_keys_file(const std::filesystem::path& path, Diagnostics& diagnostics) {
    auto text = read_secret_file(path, "`keys_file` of the server configuration", diagnostics);
    if (!text) return {};
    const std::string file = path.string();
    FileFindings findings(file, diagnostics);
    const auto document = parse_yaml(
        file, *text, "write `NAME: {algorithm: hmac-sha256, secret: BASE64}`", diagnostics);
    wipe(*text);
    if (!document) return {};
    return read_keys(document->root(), findings);
}

std::optional<Secret> secret_from_base64(std::string_view text) {
    ldns_rdf* read = nullptr;
    if (ldns_str2rdf_b64(&read, std::string(text).c_str()) != LDNS_STATUS_OK) return std::nullopt;
    const LdnsRdf rdf(read);
    const std::span octets(ldns_rdf_data(rdf.get()), ldns_rdf_size(rdf.get()));
    if (octets.empty()) return std::nullopt;
    std::vector<std::uint8_t> secret(octets.begin(), octets.end());
    std::ranges::fill(octets, std::uint8_t{0});
    return Secret(std::move(secret));
}

std::string to_base64(const Secret& secret) {
    const auto octets = secret.octets();
    const LdnsRdf rdf(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_B64, octets.size(), octets.data()));
    const std::unique_ptr<char, Free> text(ldns_rdf2str(rdf.get()));
    ensure(text != nullptr, "there is memory for a secret");
    return text.get();
}

}  // namespace arpad

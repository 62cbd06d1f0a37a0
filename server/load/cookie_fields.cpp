#include "load/cookie_fields.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/cookie.hpp"
#include "load/config_fields.hpp"
#include "load/hexadecimal.hpp"
#include "load/secret_file.hpp"

namespace arpad {
namespace {

constexpr std::array<std::string_view, 1> cookie_keys{"secrets_file"};
constexpr std::string_view blanks = " \t\r";
constexpr std::string_view advice =
    "write 32 hexadecimal digits in each line, the secret that makes cookies first; `openssl rand "
    "-hex 16` makes one";

/// `line` without blanks at its ends and without a comment.
std::string_view content_of(std::string_view line) {
    line = line.substr(0, line.find('#'));
    const std::size_t first = line.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

}  // namespace

/// None of them is ever told.
std::vector<Secret> read_cookie_secrets(const std::string& file, std::string_view text,
                                        Diagnostics& diagnostics) {
    const std::size_t errors = diagnostics.error_count();
    std::vector<Secret> secrets;
    std::uint32_t number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const auto content = content_of(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const Place place{++number, 1};
        if (content.empty()) continue;
        auto octets = octets_from_hex(content);
        if (!octets || octets->size() != cookie_secret_octets) {
            diagnostics.error(file, place, "a secret that is not 32 hexadecimal digits",
                              std::string(advice));
            continue;
        }
        secrets.emplace_back(std::move(*octets));
    }
    if (secrets.empty() && diagnostics.error_count() == errors) {
        diagnostics.error(file, {}, "holds no secret", std::string(advice));
    }
    return secrets;
}

CookieConfig read_cookies(YamlNode node, const std::filesystem::path& base,
                          FileFindings& findings) {
    CookieConfig config;
    config.is_on = !is_off(node);
    if (!config.is_on || !has_settings(node, "cookies", "{secrets_file: FILE}", findings)) {
        return config;
    }
    const Fields fields(node, "`cookies`", cookie_keys, findings);
    config.secrets_file = read_path(fields, "secrets_file", "file", base, findings);
    return config;
}

bool read_cookie_secrets(CookieConfig& config, Diagnostics& diagnostics) {
    if (!config.secrets_file) return true;
    auto text = read_secret_file(*config.secrets_file, "`secrets_file` of `cookies`", diagnostics);
    if (!text) return false;
    const std::size_t errors = diagnostics.error_count();
    config.secrets = read_cookie_secrets(config.secrets_file->string(), *text, diagnostics);
    wipe(*text);
    return diagnostics.error_count() == errors;
}

}  // namespace arpad

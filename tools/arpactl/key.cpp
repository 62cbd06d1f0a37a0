#include "key.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/standard_error.hpp"
#include "crypto/tsig.hpp"
#include "load/key_fields.hpp"

namespace arpad {
namespace {

/// A key as a nameserver's configuration has it; {0} is its name, {1} the algorithm, {2} the
/// secret.
struct Form {
    std::string_view reader;
    const char* text;
};

constexpr std::array<Form, 5> forms{{
    {"arpad", "{0}: {{algorithm: {1}, secret: \"{2}\"}}\n"},
    {"bind", "key \"{0}\" {{\n    algorithm {1};\n    secret \"{2}\";\n}};\n"},
    {"nsd", "key:\n    name: \"{0}\"\n    algorithm: {1}\n    secret: \"{2}\"\n"},
    {"knot", "key:\n  - id: {0}\n    algorithm: {1}\n    secret: {2}\n"},
    {"kdig", "{1}:{0}:{2}\n"},
}};

struct KeyOptions {
    std::string name;
    std::string algorithm = std::string(to_text(TsigAlgorithm::hmac_sha256));
    std::string reader = "arpad";
};

/// As many random octets as the algorithm's MAC has (RFC 2104 3).
Secret make_secret(TsigAlgorithm algorithm) {
    std::vector<std::uint8_t> octets(mac_octets(algorithm));
    // So few octets come whole or not at all.
    if (::getrandom(octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size())) {
        return {};
    }
    return Secret(std::move(octets));
}

int generate(const KeyOptions& options) {
    const auto name = Name::from_text(options.name);
    if (!name) {
        print_error("arpactl: {} is no domain name: {}\n", options.name, to_text(name.error()));
        return 2;
    }
    const Secret secret = make_secret(*tsig_algorithm_from_text(options.algorithm));
    if (secret.octets().empty()) {
        print_error("arpactl: the system has no random numbers\n");
        return 1;
    }
    std::string key = name->lower_case().to_text();
    if (key.size() > 1) key.pop_back();  // the final dot, which some want to do without
    const auto* const form = std::ranges::find(forms, options.reader, &Form::reader);
    fmt::print(fmt::runtime(form->text), key, options.algorithm, to_base64(secret));
    return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace

void add_key_command(CLI::App& app, std::function<int()>& run) {
    CLI::App* const command =
        app.add_subcommand("key", "Keys that nameservers sign their messages with (TSIG)");
    command->require_subcommand(1);
    CLI::App* const generation = command->add_subcommand(
        "generate", "Make a new key, and print it as the configuration of a server has it");
    const auto options = std::make_shared<KeyOptions>();
    generation->add_option("NAME", options->name, "A domain name, the same on both sides")
        ->required();
    generation->add_option("--algorithm", options->algorithm, "How messages are signed")
        ->check(CLI::IsMember({"hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512"}))
        ->capture_default_str();
    generation->add_option("--for", options->reader, "Who is to read it; kdig: its option -y")
        ->check(CLI::IsMember({"arpad", "bind", "nsd", "knot", "kdig"}))
        ->capture_default_str();
    generation->callback([options, &run] { run = [options] { return generate(*options); }; });
}

}  // namespace arpad

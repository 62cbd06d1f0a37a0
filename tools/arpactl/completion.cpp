#include "completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace arpad {
namespace {

// What the options say

/// What completes a value.
enum class Source : std::uint8_t { nothing, choices, files, directories };

struct Value {
    Source source = Source::nothing;
    std::vector<std::string> choices;
};

std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(separators), text.size());
        if (end > 0) parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

/// What `option` takes, as its type says: `FILE`, `PREFIX|FILE`, `DIR`, `TEXT:{info,error}`.
Value value_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const std::size_t open = type.find('{');
    const std::size_t close = type.find('}');
    if (open < close && close != std::string::npos) {
        return {Source::choices,
                split(std::string_view(type).substr(open + 1, close - open - 1), ",")};
    }
    const auto words = split(type, "|:");
    const auto has = [&words](const char* word) { return std::ranges::count(words, word) > 0; };
    if (has("FILE")) return {Source::files, {}};
    if (has("DIR")) return {Source::directories, {}};
    return {};
}

bool takes_value(const CLI::Option& option) {
    return option.get_items_expected_max() > 0;
}

bool takes_several(const CLI::Option& option) {
    return option.get_items_expected_max() > 1;
}

/// -c, --config
std::vector<std::string> names_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    return names;
}

/// A command and all below it, with the words that lead to each.
struct Command {
    std::string path;  ///< "arpactl log level"
    std::vector<const CLI::App*> commands;
    std::vector<const CLI::Option*> options;
    std::vector<const CLI::Option*> positionals;
};

void add_commands(const CLI::App& app, const std::string& path, std::vector<Command>& commands) {
    Command command{path, app.get_subcommands({}), {}, {}};
    for (const CLI::Option* const option : app.get_options()) {
        (option->get_positional() ? command.positionals : command.options).push_back(option);
    }
    const std::vector<const CLI::App*> below = command.commands;
    commands.push_back(std::move(command));
    for (const CLI::App* const each : below) {
        add_commands(*each, path + " " + each->get_name(), commands);
    }
}

std::vector<Command> commands_of(const CLI::App& app) {
    std::vector<Command> commands;
    add_commands(app, app.get_name(), commands);
    return commands;
}

std::vector<std::string> command_names(const Command& command) {
    std::vector<std::string> names;
    names.reserve(command.commands.size());
    for (const CLI::App* const each : command.commands) names.push_back(each->get_name());
    return names;
}

/// The text as one word of a shell.
std::string shell_word(std::string_view text) {
    std::string word = "'";
    for (const char letter : text) {
        if (letter == '\'') {
            word += "'\\''";
        } else {
            word += letter;
        }
    }
    return word + "'";
}

// bash

/// `'a' | 'b') body ;;`, nothing if there is no pattern.
std::string branch(const std::vector<std::string>& patterns, const std::string& body) {
    if (patterns.empty()) return {};
    return fmt::format("    {}) {} ;;\n", fmt::join(patterns, " | "), body);
}

std::string bash_completing(const Value& value) {
    switch (value.source) {
        case Source::nothing:
            return "is_other=yes";
        case Source::choices:
            return "words=" + shell_word(fmt::format("{}", fmt::join(value.choices, " ")));
        case Source::files:
            return "files=default";
        case Source::directories:
            return "files=dirnames";
    }
    return {};
}

/// How the words before the cursor lead from command to command, and which of them want a value.
std::string bash_steps(const std::vector<Command>& commands) {
    std::vector<std::string> steps;
    std::vector<std::string> waiting;
    for (const Command& command : commands) {
        if (command.path.find(' ') != std::string::npos) steps.push_back(shell_word(command.path));
        for (const CLI::Option* const option : command.options) {
            if (!takes_value(*option)) continue;
            for (const std::string& name : names_of(*option)) {
                waiting.push_back(shell_word(command.path + " " + name));
            }
        }
    }
    return branch(steps, "command+=\" $word\"") + branch(waiting, "option=$word");
}

/// What completes the value of each option.
std::string bash_values(const std::vector<Command>& commands) {
    std::string text;
    for (const Command& command : commands) {
        for (const CLI::Option* const option : command.options) {
            if (!takes_value(*option)) continue;
            std::vector<std::string> patterns;
            for (const std::string& name : names_of(*option)) {
                patterns.push_back(shell_word(command.path + " " + name));
            }
            text += branch(patterns, bash_completing(value_of(*option)));
        }
    }
    return text;
}

/// What completes each argument that is no option: commands, and values by position.
std::string bash_arguments(const std::vector<Command>& commands) {
    std::string text;
    for (const Command& command : commands) {
        if (!command.commands.empty()) {
            text += branch({shell_word(command.path + " 0")},
                           bash_completing({Source::choices, command_names(command)}));
        }
        for (std::size_t i = 0; i < command.positionals.size(); ++i) {
            const CLI::Option& option = *command.positionals[i];
            const std::string pattern = takes_several(option)
                                            ? shell_word(command.path + " ") + "*"
                                            : shell_word(fmt::format("{} {}", command.path, i));
            text += branch({pattern}, bash_completing(value_of(option)));
        }
    }
    return text;
}

std::string bash_options(const std::vector<Command>& commands) {
    std::string text;
    for (const Command& command : commands) {
        std::vector<std::string> names;
        for (const CLI::Option* const option : command.options) {
            std::ranges::move(names_of(*option), std::back_inserter(names));
        }
        text += branch({shell_word(command.path)},
                       "words=" + shell_word(fmt::format("{}", fmt::join(names, " "))));
    }
    return text;
}

/// Files are left to readline, which knows how to quote them; compopt asks it to.
constexpr std::string_view bash_script =
    R"(# Completes the command line of {name} in bash. Made by `{name} completion bash`.

_{name}() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command={name} position=0 index word
    local option='' words='' files='' is_other=''
    COMPREPLY=()
    # bash cuts --option=VALUE in three.
    [[ $current != = ]] || current=''
    for ((index = 1; index < COMP_CWORD; ++index)); do
        word=${{COMP_WORDS[index]}}
        if [[ -n $option ]]; then
            [[ $word == = ]] || option=''
            continue
        fi
        case "$command $word" in
{steps}        *) [[ $word == -* ]] || ((++position)) ;;
        esac
    done
    if [[ -n $option ]]; then
        case "$command $option" in
{values}        esac
    elif [[ $current != -* ]]; then
        case "$command $position" in
{arguments}        esac
    fi
    if [[ -z $option && -z $words$files$is_other ]]; then
        case $command in
{options}        esac
    fi
    [[ -z $files ]] || compopt -o "$files" 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}

complete -F _{name} {name}
)";

/// Each line further to the right.
std::string indented(const std::string& text) {
    std::string result;
    for (const std::string& line : split(text, "\n")) result += "    " + line + "\n";
    return result;
}

std::string bash_completion(const CLI::App& app) {
    const auto commands = commands_of(app);
    return fmt::format(bash_script, fmt::arg("name", app.get_name()),
                       fmt::arg("steps", indented(bash_steps(commands))),
                       fmt::arg("values", indented(bash_values(commands))),
                       fmt::arg("arguments", indented(bash_arguments(commands))),
                       fmt::arg("options", indented(bash_options(commands))));
}

// zsh

/// Text within a specification of _arguments or _describe, in which some signs have a meaning.
std::string zsh_text(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        if (letter == ':' || letter == '[' || letter == ']' || letter == '\\') escaped += '\\';
        escaped += letter;
    }
    return escaped;
}

std::string zsh_action(const Value& value) {
    switch (value.source) {
        case Source::nothing:
            return " ";
        case Source::choices:
            return fmt::format("({})", fmt::join(value.choices, " "));
        case Source::files:
            return "_files";
        case Source::directories:
            return "_files -/";
    }
    return {};
}

/// One option under each of its names, after any of which it is not offered again.
std::string zsh_option(const CLI::Option& option) {
    const auto names = names_of(option);
    const bool is_repeated = takes_several(option);
    std::string text;
    for (const std::string& name : names) {
        std::string spec = is_repeated ? "*" : fmt::format("({})", fmt::join(names, " "));
        spec += name;
        if (takes_value(option)) {
            spec += name.starts_with("--") ? "=" : "+";
        }
        spec += "[" + zsh_text(option.get_description()) + "]";
        if (takes_value(option)) {
            spec += ":" + zsh_text(option.get_type_name()) + ":" + zsh_action(value_of(option));
        }
        text += fmt::format("        {} \\\n", shell_word(spec));
    }
    return text;
}

std::string zsh_positional(const CLI::Option& option) {
    const std::string spec =
        fmt::format("{}:{}:{}", takes_several(option) ? "*" : "", zsh_text(option.get_name(true)),
                    zsh_action(value_of(option)));
    return fmt::format("        {} \\\n", shell_word(spec));
}

/// `_arpactl_log_level`
std::string zsh_function(const std::string& path) {
    std::string name = "_" + path;
    std::ranges::replace(name, ' ', '_');
    return name;
}

/// What offers the commands below one, and then leads on to the chosen one.
std::string zsh_commands(const Command& command) {
    std::string described;
    std::string branches;
    for (const CLI::App* const each : command.commands) {
        described += fmt::format("        {}\n", shell_word(zsh_text(each->get_name()) + ":" +
                                                            zsh_text(each->get_description())));
        branches += fmt::format("        {}) {} ;;\n", each->get_name(),
                                zsh_function(command.path + " " + each->get_name()));
    }
    return fmt::format(R"(        '1: :->command' '*:: :->arguments' && return
    case $state in
    command)
        commands=(
{})
        _describe -t commands command commands
        ;;
    arguments)
        case $words[1] in
{}        esac
        ;;
    esac
)",
                       indented(described) + "        ", indented(branches));
}

std::string zsh_definition(const Command& command) {
    std::string text = fmt::format("{}() {{\n", zsh_function(command.path));
    const bool has_commands = !command.commands.empty();
    if (has_commands) {
        text +=
            "    local curcontext=$curcontext state state_descr line\n"
            "    local -a commands\n"
            "    typeset -A opt_args\n";
    }
    text += has_commands ? "    _arguments -C -s -S \\\n" : "    _arguments -s -S \\\n";
    for (const CLI::Option* const option : command.options) text += zsh_option(*option);
    if (has_commands) {
        text += zsh_commands(command);
    } else {
        for (const CLI::Option* const each : command.positionals) text += zsh_positional(*each);
        text.resize(text.size() - std::string_view(" \\\n").size());
        text += "\n";
    }
    return text + "}\n\n";
}

std::string zsh_completion(const CLI::App& app) {
    const std::string& name = app.get_name();
    std::string text = fmt::format(
        "#compdef {0}\n# Completes the command line of {0} in zsh. Made by `{0} completion "
        "zsh`.\n\n",
        name);
    for (const Command& command : commands_of(app)) text += zsh_definition(command);
    // Found by the completion system as a file, or sourced.
    return text + fmt::format(
                      "if [[ $funcstack[1] == _{0} ]]; then\n    _{0} \"$@\"\nelse\n"
                      "    compdef _{0} {0}\nfi\n",
                      name);
}

int print(const std::string& script) {
    fmt::print("{}", script);
    return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace

void add_completion_command(CLI::App& app, std::function<int()>& run) {
    CLI::App* const command = app.add_subcommand(
        "completion", "Print what completes this command line in a shell, to be sourced there");
    const auto shell = std::make_shared<std::string>();
    command->add_option("SHELL", *shell, "bash or zsh")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh"}));
    command->callback([&app, shell, &run] {
        run = [&app, shell] {
            return print(*shell == "bash" ? bash_completion(app) : zsh_completion(app));
        };
    });
}

}  // namespace arpad

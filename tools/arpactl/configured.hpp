/// \file  The networks of a server configuration, as the commands of arpactl read them.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/diagnostics.hpp"
#include "load/config_file.hpp"
#include "load/settlement.hpp"
#include "state/kept_edits.hpp"

namespace arpad {

/// Adds `-c FILE` to `command`, for the server configuration; it is written to `config`.
void add_config_option(CLI::App& command, std::string& config);

/// What a configuration says, read and settled as the server would, with the edits in its state and
/// nothing else of that.
class ConfiguredNetworks {
public:
    /// Reads the configuration at `file`. Prints everything that is wrong with it or its files to
    /// standard error. Null if the configuration cannot be used, or the edits not be read.
    [[nodiscard]] static std::unique_ptr<ConfiguredNetworks> read(const std::string& file);

    [[nodiscard]] const ServerConfig& config() const noexcept { return config_; }
    [[nodiscard]] BuildInput input() const { return settlement_->input(); }

    /// What is served of them, to be built once.
    [[nodiscard]] Assembly& assembly() noexcept { return settlement_->assembly(); }

    /// The text of a zone file, as it is called in the networks; null if there is none.
    [[nodiscard]] const std::string* text_of(const std::string& file) const;

    /// Whether no file has an error.
    [[nodiscard]] bool is_sound() const noexcept { return is_sound_; }

private:
    explicit ConfiguredNetworks(ServerConfig config) : config_(std::move(config)) {}

    void settle();

    ServerConfig config_;
    Sources sources_;
    NoCopies copies_;
    KeptEdits edits_;
    std::vector<StoredServer> servers_;  // put through the API
    Diagnostics diagnostics_;
    std::optional<InventoryReading> inventory_;
    std::optional<Settlement> settlement_;
    bool is_sound_ = false;
};

}  // namespace arpad

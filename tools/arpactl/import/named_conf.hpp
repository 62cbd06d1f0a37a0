/// \file  The zones of a named.conf of BIND.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "dns/name.hpp"

namespace arpad {

/// A reverse zone of which this server is the primary.
struct NamedZone {
    Name name;
    std::string view;  ///< Empty outside views.
    std::filesystem::path
        file;          ///< Its master file, relative to the current directory or absolute.
    std::string conf;  ///< The file its statement stands in,
    Place place;       ///< and where.
};

/// What was read.
struct NamedConf {
    std::filesystem::path directory;  ///< Where named looks for relative files.
    std::vector<NamedZone> zones;     ///< Those in in-addr.arpa and ip6.arpa, in the order written.
};

/// Reads the file `conf` and those that it includes: comments of all three kinds, `options {
/// directory }`, views, zones of type `master` and `primary`. All other statements are passed over.
/// None if anything is wrong, which is then in `diagnostics`.
[[nodiscard]] std::optional<NamedConf> read_named_conf(const std::filesystem::path& conf,
                                                       Diagnostics& diagnostics);

}  // namespace arpad

/// \file  Guessing what an operator meant to write.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace arpad {

/// The one of `known` that `text` is a typing mistake of: at most two letters differ, case ignored,
/// and not all of them. None if there is none. Takes time for each of `known`.
[[nodiscard]] std::optional<std::string_view> find_similar(std::string_view text,
                                                           std::span<const std::string_view> known);

}  // namespace arpad

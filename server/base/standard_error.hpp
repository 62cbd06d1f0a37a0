/// \file  What is said on standard error. Where nobody can be told, the work goes on all the same.
///
/// fmt::print throws if standard error is closed or its disk is full, and would so turn a finding
/// that nobody reads into a failure of the program.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/diagnostics.hpp"

namespace arpad {

/// Writes `text` to standard error, if that can be done.
void write_standard_error(std::string_view text) noexcept;

/// Formats, and writes to standard error if that can be done.
template <class... Arguments>
void print_error(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    write_standard_error(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Writes all findings to standard error, if that can be done.
void print(const Diagnostics& diagnostics);

}  // namespace arpad

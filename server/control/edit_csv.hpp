/// \file  Names of addresses as tables that spreadsheets know (CSV, RFC 4180).
///
/// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/address_book.hpp"

namespace arpad {

/// `rows` as a table: server, hostname, address, primary, name, origin. Several names of an address
/// stand in one field, with spaces between them.
[[nodiscard]] std::string csv_of(const std::vector<BookRow>& rows);

/// A line of a table, as it is written.
struct CsvEdit {
    std::string address;
    std::optional<std::vector<std::string>> names;  ///< None where the field is empty: the default.
};

/// Reads a table whose first line names at least the columns `address` and `name`; the others say
/// nothing. The error says what is wrong with which line, and what to do.
[[nodiscard]] Result<std::vector<CsvEdit>, std::string> read_edit_csv(std::string_view text);

}  // namespace arpad

/// \file  What requests of the API ask for, read from their queries, headers and bodies.
///
/// Whoever sends them may write anything. Threads: any.
#pragma once

#include <boost/json/object.hpp>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/address_book.hpp"
#include "control/http_request.hpp"
#include "zone/inventory.hpp"

namespace arpad {

inline constexpr std::size_t max_rows_per_page = 1000;
inline constexpr std::size_t max_addresses_of_request = 100'000;

/// The decimal number that `text` is; none if it is none, or too large.
template <class Number>
[[nodiscard]] std::optional<Number> number_from(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Which addresses the query of `request` asks for; none if it cannot be understood.
[[nodiscard]] std::optional<BookQuery> read_book_query(const HttpRequest& request);

/// The tag in the `value` of If-Match; none if it does not hold exactly one.
[[nodiscard]] std::optional<std::string> read_tag(std::string_view value);

/// `names`, a list of texts, or `name`, a text; none if there is neither, or it is none.
[[nodiscard]] std::optional<std::vector<std::string>> read_names(const boost::json::object& object);

/// What an address is wanted to be called, as it is written.
struct Wish {
    std::string address;
    std::optional<std::vector<std::string>> names;  ///< None for the default.
    std::optional<std::string> tag;                 ///< That was seen.
};

/// What a change of many addresses asks for.
struct Wishes {
    std::vector<Wish> entries;  ///< At least one.
    bool is_preview = false;
};

/// What `request` asks for, in JSON or CSV; else the reply that it gets.
[[nodiscard]] Result<Wishes, HttpReply> read_wishes(const HttpRequest& request);

/// The server called `name` that `body` describes; none if it describes none.
[[nodiscard]] std::optional<StoredServer> read_server(const std::string& name,
                                                      const std::string& body);

}  // namespace arpad

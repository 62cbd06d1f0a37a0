/// \file  The kinds of queries that are measured, and their replies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/types.hpp"
#include "respond/population.hpp"

namespace arpad::bench {

/// Queries one behind the other, so that reading them in their order costs next to nothing.
class QueryStream {
public:
    void add(std::span<const std::uint8_t> message);

    [[nodiscard]] std::size_t size() const noexcept { return ends_.size() - 1; }
    [[nodiscard]] std::span<const std::uint8_t> operator[](std::size_t number) const noexcept {
        return {octets_.data() + ends_[number], ends_[number + 1] - ends_[number]};
    }

private:
    std::vector<std::uint8_t> octets_;
    std::vector<std::size_t> ends_{0};
};

/// One kind of query.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): as a row of the table is read
struct QueryCase {
    enum class Form : std::uint8_t {
        plain,
        edns,        ///< With an OPT record.
        mixed_case,  ///< With letters in upper and lower case, as resolvers send them against
                     ///< fraud.
        cut_off,     ///< Ends within the question.
    };

    std::string_view name;
    std::string_view summary;
    Family family;
    std::size_t most;  ///< How many different queries there are at most.
    Form form;
    RrType type;

    /// Query name number `number`.
    std::string (*query_name)(const Population& population, std::size_t number, Random& random);

    // The reply to each of them.
    Rcode rcode;
    std::uint16_t answers;      ///< Records in the answer section.
    std::uint16_t authorities;  ///< Records in the authority section.
};

/// All of them, the most common ones first.
[[nodiscard]] std::span<const QueryCase> query_cases() noexcept;

/// The queries of `query_case`, `most` or fewer.
[[nodiscard]] QueryStream make_queries(const QueryCase& query_case, const Population& population,
                                       std::size_t most);

/// Whether `reply` is what `query_case` says.
[[nodiscard]] bool is_expected(const QueryCase& query_case, std::span<const std::uint8_t> reply);

}  // namespace arpad::bench

#include "control/name_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "load/host_name.hpp"

namespace arpad {
namespace {

constexpr std::size_t max_names = 10;

bool is_default(const BookRow& row, const Name& name) {
    const Name* const standard = row.default_name();
    return standard != nullptr && *standard == name;
}

bool is_below_one_of(const std::vector<Name>& domains, const Name& name) {
    return std::ranges::any_of(
        domains, [&name](const Name& domain) { return name.view().is_at_or_below(domain); });
}

std::string text_of(const std::vector<Name>& domains) {
    std::string text;
    for (const Name& domain : domains) text += (text.empty() ? "" : ", ") + host_name_text(domain);
    return text;
}

}  // namespace

Result<std::vector<Name>, RuleBreach> read_names(const std::vector<std::string>& texts) {
    if (texts.empty()) {
        return RuleBreach{"there is no name", "write a host name, or restore the default"};
    }
    if (texts.size() > max_names) {
        return RuleBreach{fmt::format("there are {} names for one address", texts.size()),
                          fmt::format("give it at most {}", max_names)};
    }
    std::vector<Name> names;
    for (const std::string& text : texts) {
        const auto read = host_name_from_text(text);
        if (!read) return RuleBreach{read.error().message, read.error().advice};
        if (read->has_underscore) {
            return RuleBreach{fmt::format("`{}` has an underscore, which no host name has", text),
                              "write a hyphen in its place"};
        }
        if (std::ranges::find(names, read->name) != names.end()) {
            return RuleBreach{fmt::format("{} is there twice", text), "write it once"};
        }
        names.push_back(read->name);
    }
    return names;
}

std::optional<RuleBreach> find_breach(const Grant& grant, const AccountModel* account,
                                      const BookRow& row, const std::vector<Name>& names) {
    if (!grant.may_change()) {
        return RuleBreach{"this token may only look", "ask for one that may change names"};
    }
    if (account == nullptr || account->policy != NamePolicy::own_domains) return std::nullopt;
    for (const Name& name : names) {
        if (is_default(row, name) || is_below_one_of(account->domains, name)) continue;
        return RuleBreach{
            fmt::format("{} is in none of the account's domains", host_name_text(name)),
            account->domains.empty()
                ? "ask your provider to note your domains"
                : fmt::format("choose a name in one of them: {}", text_of(account->domains))};
    }
    return std::nullopt;
}

std::vector<Name> names_to_confirm(const Grant& grant, const AccountModel* account,
                                   const BookRow& row, std::vector<Name> names) {
    const bool is_bound = grant.role == Role::account && account != nullptr &&
                          account->policy == NamePolicy::confirmed;
    if (!is_bound) return {};
    std::erase_if(names, [&row](const Name& name) { return is_default(row, name); });
    return names;
}

}  // namespace arpad

#include "control/name_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::name;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(NameRules, ReadLegalHostNames) {
    EXPECT_THAT(*read_names({"a.example", "b.example."}),
                ElementsAre(name("a.example."), name("b.example.")));
    EXPECT_THAT(read_names({}).error().text, HasSubstr("no name"));
    EXPECT_THAT(read_names({"a_b.example"}).error().text, HasSubstr("underscore"));
    EXPECT_THAT(read_names({"a.example", "A.Example."}).error().text, HasSubstr("twice"));
    EXPECT_THAT(read_names(std::vector<std::string>(11, "a.example")).error().text,
                HasSubstr("11 names"));
    EXPECT_FALSE(read_names({"-a.example"}).has_value());
}

class NameRulesTest : public testing::Test {
protected:
    NameRulesTest() {
        server_.host_name = name("vm1.mini.example.");
        account_.domains = {name("acme.example.")};
        row_.entry = {test::address("192.0.2.1"), &server_, true, {}};
    }

    [[nodiscard]] std::string breach(const Grant& grant, std::string_view written) const {
        const auto found = find_breach(grant, &account_, row_, {name(written)});
        return found ? found->text : "";
    }

    ServerModel server_;
    AccountModel account_;
    BookRow row_;
    const Grant customer_{Role::account, "acme"};
};

TEST_F(NameRulesTest, AllowAnyNameUnlessTheAccountKeepsToItsDomains) {
    EXPECT_EQ(breach(customer_, "x.elsewhere.example."), "");
    account_.policy = NamePolicy::own_domains;
    EXPECT_THAT(breach(customer_, "x.elsewhere.example."), HasSubstr("none of the account's"));
    EXPECT_THAT(breach(customer_, "notacme.example."), HasSubstr("none of the account's"));
    EXPECT_EQ(breach(customer_, "acme.example."), "");
    EXPECT_EQ(breach(customer_, "a.b.acme.example."), "");
    EXPECT_EQ(breach(customer_, "vm1.mini.example."), "");
    row_.entry.is_primary = false;
    EXPECT_NE(breach(customer_, "vm1.mini.example."), "");
}

TEST_F(NameRulesTest, LetObserversOnlyLook) {
    EXPECT_THAT(breach({Role::observer, "acme"}, "a.acme.example."), HasSubstr("only look"));
}

TEST_F(NameRulesTest, HaveNamesLookedUpWhereTheyMustLeadBack) {
    const std::vector<Name> names{name("a.acme.example.")};
    EXPECT_THAT(names_to_confirm(customer_, &account_, row_, names), IsEmpty());
    account_.policy = NamePolicy::confirmed;
    EXPECT_EQ(names_to_confirm(customer_, &account_, row_, names), names);
    EXPECT_THAT(names_to_confirm({Role::staff, ""}, nullptr, row_, names), IsEmpty());
    EXPECT_THAT(names_to_confirm(customer_, &account_, row_, {server_.host_name}), IsEmpty());
    std::vector<Name> with_default = names;
    with_default.insert(with_default.begin(), server_.host_name);
    EXPECT_EQ(names_to_confirm(customer_, &account_, row_, with_default), names);
}

}  // namespace
}  // namespace arpad

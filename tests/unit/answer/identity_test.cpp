#include "answer/identity.hpp"

#include <gmock/gmock.h>

#include <string>

namespace arpad {
namespace {

/// The one character-string of the TXT record at `name`; none if that is not told.
std::optional<std::string> text_at(const Identity& identity, std::string_view name) {
    const auto rdata = identity.find(*Name::from_text(name));
    if (!rdata) return std::nullopt;
    EXPECT_EQ(rdata->size(), 1U + rdata->front());
    return std::string(rdata->begin() + 1, rdata->end());
}

TEST(Identity, TellsTheVersionAtTwoNames) {
    const Identity identity({.version = "arpad 1.2", .hostname = {}, .nsid = {}});
    EXPECT_EQ(text_at(identity, "version.bind"), "arpad 1.2");
    EXPECT_EQ(text_at(identity, "version.server"), "arpad 1.2");
}

TEST(Identity, TellsTheHostNameAtTwoNames) {
    const Identity identity({.version = {}, .hostname = "ns1", .nsid = {}});
    EXPECT_EQ(text_at(identity, "hostname.bind"), "ns1");
    EXPECT_EQ(text_at(identity, "id.server"), "ns1");
}

TEST(Identity, CaseOfTheNameDoesNotMatter) {
    const Identity identity({.version = "arpad", .hostname = {}, .nsid = {}});
    EXPECT_EQ(text_at(identity, "VERSION.Bind"), "arpad");
}

TEST(Identity, DoesNotTellWhatIsNotConfigured) {
    const Identity identity({.version = "arpad", .hostname = {}, .nsid = {}});
    EXPECT_EQ(text_at(identity, "hostname.bind"), std::nullopt);
    EXPECT_EQ(text_at(identity, "id.server"), std::nullopt);
}

TEST(Identity, TellsNothingAtOtherNames) {
    const Identity identity({.version = "arpad", .hostname = "ns1", .nsid = {}});
    for (const char* name : {".", "bind", "server", "a.version.bind", "authors.bind"}) {
        EXPECT_EQ(text_at(identity, name), std::nullopt) << name;
    }
}

TEST(Identity, TextMayHave255Octets) {
    const std::string longest(255, 'x');
    const Identity identity({.version = longest, .hostname = {}, .nsid = {}});
    EXPECT_EQ(text_at(identity, "version.bind"), longest);
}

TEST(Identity, TextMayBeEmpty) {
    const Identity identity({.version = "", .hostname = {}, .nsid = {}});
    EXPECT_EQ(text_at(identity, "version.bind"), "");
}

TEST(Identity, NsidIsTakenAsItIs) {
    const Identity identity({.version = {}, .hostname = {}, .nsid = {0, 1, 0xFF}});
    EXPECT_THAT(identity.nsid(), testing::ElementsAre(0, 1, 0xFF));
}

TEST(Identity, NsidIsEmptyUnlessConfigured) {
    EXPECT_THAT(Identity(IdentityConfig{}).nsid(), testing::IsEmpty());
}

}  // namespace
}  // namespace arpad

#include "answer/lookup.hpp"

#include <gmock/gmock.h>

#include "support/zone_maker.hpp"

namespace arpad {
namespace {

NameBuffer buffered(std::string_view text) {
    NameBuffer buffer;
    buffer.assign(*Name::from_text(text));
    return buffer;
}

/// What is found refers to the zone, and a name that is made to the space: both live on.
Lookup look_up(const std::shared_ptr<const Zone>& zone, std::string_view name, RrType type) {
    static std::vector<std::shared_ptr<const Zone>> alive;
    static MadeRrset space;
    alive.push_back(zone);
    return look_up(*zone, buffered(name), type, space);
}

MATCHER(is_absent, "") {
    return arg.kind == Lookup::Kind::name_absent && !arg.rrset;
}
MATCHER(is_no_data, "") {
    return arg.kind == Lookup::Kind::no_data && !arg.rrset;
}
MATCHER(is_empty_non_terminal, "") {
    return arg.kind == Lookup::Kind::empty_non_terminal && !arg.rrset;
}
MATCHER_P(is_answer_of, type, "") {
    return arg.kind == Lookup::Kind::answer && arg.rrset && arg.rrset->type() == type;
}
MATCHER(is_alias, "") {
    return arg.kind == Lookup::Kind::alias && arg.rrset && arg.rrset->type() == RrType::cname;
}
MATCHER_P(is_referral_of, labels, "") {
    return arg.kind == Lookup::Kind::referral && arg.rrset && arg.rrset->type() == RrType::ns &&
           arg.owner_labels == labels;
}

std::shared_ptr<const Zone> slash_16() {
    return zone_for("192.0.0.0/16").ptr("7.2", "a.example.").build();
}

TEST(LookUp, FindsThePtrOfAnAddress) {
    EXPECT_THAT(look_up(slash_16(), "7.2.0.192.in-addr.arpa", RrType::ptr),
                is_answer_of(RrType::ptr));
}

TEST(LookUp, TellsHowManyLabelsTheOwnerHas) {
    EXPECT_EQ(look_up(slash_16(), "7.2.0.192.in-addr.arpa", RrType::ptr).owner_labels, 6U);
}

TEST(LookUp, AddressWithoutRecordIsAbsent) {
    EXPECT_THAT(look_up(slash_16(), "8.2.0.192.in-addr.arpa", RrType::ptr), is_absent());
}

TEST(LookUp, OtherTypeAtAnAddressIsNoData) {
    EXPECT_THAT(look_up(slash_16(), "7.2.0.192.in-addr.arpa", RrType::a), is_no_data());
}

// RFC 8020 2.
TEST(LookUp, OctetAboveAnAddressIsAnEmptyNonTerminal) {
    EXPECT_THAT(look_up(slash_16(), "2.0.192.in-addr.arpa", RrType::ptr), is_empty_non_terminal());
}

TEST(LookUp, OctetAboveNothingIsAbsent) {
    EXPECT_THAT(look_up(slash_16(), "3.0.192.in-addr.arpa", RrType::ptr), is_absent());
}

TEST(LookUp, EmptyNonTerminalHasNothingForAnyEither) {
    EXPECT_THAT(look_up(slash_16(), "2.0.192.in-addr.arpa", RrType::any), is_empty_non_terminal());
}

TEST(LookUp, NameBelowAFullAddressIsAbsent) {
    EXPECT_THAT(look_up(slash_16(), "x.7.2.0.192.in-addr.arpa", RrType::ptr), is_absent());
    EXPECT_THAT(look_up(slash_16(), "1.7.2.0.192.in-addr.arpa", RrType::ptr), is_absent());
}

TEST(LookUp, OctetThatIsNoneIsAbsent) {
    for (const char* label : {"256", "07", "007", "1000", "0x7", "x", "-7", "7\\032", "\\007"}) {
        EXPECT_THAT(look_up(slash_16(), label + std::string(".2.0.192.in-addr.arpa"), RrType::ptr),
                    is_absent())
            << label;
    }
}

TEST(LookUp, LeadingZeroAboveAnAddressIsAbsent) {
    EXPECT_THAT(look_up(slash_16(), "7.02.0.192.in-addr.arpa", RrType::ptr), is_absent());
    EXPECT_THAT(look_up(slash_16(), "02.0.192.in-addr.arpa", RrType::ptr), is_absent());
}

TEST(LookUp, LabelThatIsNoNibbleIsAbsent) {
    const auto zone = zone_for("2001:db8::/32").ptr("0.0", "a.example.").build();
    for (const char* label : {"g", "00", "10", "-", "\\000"}) {
        EXPECT_THAT(look_up(zone, label + std::string(".8.b.d.0.1.0.0.2.ip6.arpa"), RrType::ptr),
                    is_absent())
            << label;
    }
}

TEST(LookUp, CaseOfTheNameDoesNotMatter) {
    EXPECT_THAT(look_up(slash_16(), "7.2.0.192.IN-addr.ARPA", RrType::ptr),
                is_answer_of(RrType::ptr));
}

TEST(LookUp, ApexHasItsSoaAndNs) {
    EXPECT_THAT(look_up(slash_16(), "0.192.in-addr.arpa", RrType::soa), is_answer_of(RrType::soa));
    EXPECT_THAT(look_up(slash_16(), "0.192.in-addr.arpa", RrType::ns), is_answer_of(RrType::ns));
}

TEST(LookUp, OtherTypeAtTheApexIsNoData) {
    EXPECT_THAT(look_up(slash_16(), "0.192.in-addr.arpa", RrType::ptr), is_no_data());
}

// RFC 8482 4.1.
TEST(LookUp, AnyIsOneRrset) {
    EXPECT_THAT(look_up(slash_16(), "0.192.in-addr.arpa", RrType::any), is_answer_of(RrType::soa));
    EXPECT_THAT(look_up(slash_16(), "7.2.0.192.in-addr.arpa", RrType::any),
                is_answer_of(RrType::ptr));
}

TEST(LookUp, NamesBesideTheAddressesAreFound) {
    const auto zone = zone_for("192.0.2.0/24").cname("a.b", "c.example.").build();
    EXPECT_THAT(look_up(zone, "a.b.2.0.192.in-addr.arpa", RrType::cname),
                is_answer_of(RrType::cname));
    EXPECT_THAT(look_up(zone, "b.2.0.192.in-addr.arpa", RrType::cname), is_empty_non_terminal());
}

TEST(LookUp, AddressAboveANameIsAnEmptyNonTerminal) {
    const auto zone = zone_for("192.0.2.0/24").ptr("x.7", "a.example.").build();
    EXPECT_THAT(look_up(zone, "7.2.0.192.in-addr.arpa", RrType::ptr), is_empty_non_terminal());
}

TEST(LookUp, CnameIsAnAliasForOtherTypesOnly) {
    const auto zone = zone_for("192.0.2.0/24").cname("7", "7.0/25.2.0.192.in-addr.arpa.").build();
    EXPECT_THAT(look_up(zone, "7.2.0.192.in-addr.arpa", RrType::ptr), is_alias());
    EXPECT_THAT(look_up(zone, "7.2.0.192.in-addr.arpa", RrType::cname),
                is_answer_of(RrType::cname));
    EXPECT_THAT(look_up(zone, "7.2.0.192.in-addr.arpa", RrType::any), is_answer_of(RrType::cname));
}

TEST(LookUp, NameAtACutIsReferred) {
    const auto zone = zone_for("192.0.0.0/16").ns("2", "ns.child.example.").build();
    EXPECT_THAT(look_up(zone, "2.0.192.in-addr.arpa", RrType::ptr), is_referral_of(5U));
    EXPECT_THAT(look_up(zone, "2.0.192.in-addr.arpa", RrType::ns), is_referral_of(5U));
    EXPECT_THAT(look_up(zone, "2.0.192.in-addr.arpa", RrType::any), is_referral_of(5U));
}

TEST(LookUp, NameBelowACutIsReferredWhateverItsLabels) {
    const auto zone = zone_for("192.0.0.0/16").ns("2", "ns.child.example.").build();
    for (const char* name : {"7.2.0.192.in-addr.arpa", "x.2.0.192.in-addr.arpa",
                             "a.b.7.2.0.192.in-addr.arpa", "256.2.0.192.in-addr.arpa"}) {
        EXPECT_THAT(look_up(zone, name, RrType::ptr), is_referral_of(5U)) << name;
    }
}

TEST(LookUp, CutAtAnAddressIsReferred) {
    const auto zone = zone_for("192.0.2.0/24").ns("7", "ns.child.example.").build();
    EXPECT_THAT(look_up(zone, "7.2.0.192.in-addr.arpa", RrType::ptr), is_referral_of(6U));
    EXPECT_THAT(look_up(zone, "x.7.2.0.192.in-addr.arpa", RrType::ptr), is_referral_of(6U));
}

TEST(LookUp, CutAtAClasslessNameIsReferred) {
    const auto zone = zone_for("192.0.2.0/24").ns("64/26", "ns.child.example.").build();
    EXPECT_THAT(look_up(zone, "65.64/26.2.0.192.in-addr.arpa", RrType::ptr), is_referral_of(6U));
}

TEST(LookUp, HighestCutWins) {
    const auto zone = zone_for("192.0.0.0/16")
                          .ns("2", "ns.child.example.")
                          .ns("7.2", "ns.grandchild.example.")
                          .build();
    EXPECT_THAT(look_up(zone, "7.2.0.192.in-addr.arpa", RrType::ptr), is_referral_of(5U));
}

TEST(LookUp, SiblingOfACutIsNotReferred) {
    const auto zone =
        zone_for("192.0.0.0/16").ns("2", "ns.child.example.").ptr("7.3", "a.example.").build();
    EXPECT_THAT(look_up(zone, "7.3.0.192.in-addr.arpa", RrType::ptr), is_answer_of(RrType::ptr));
    EXPECT_THAT(look_up(zone, "3.0.192.in-addr.arpa", RrType::ptr), is_empty_non_terminal());
    EXPECT_THAT(look_up(zone, "4.0.192.in-addr.arpa", RrType::ptr), is_absent());
}

TEST(LookUp, NsOfTheApexIsNoCut) {
    EXPECT_THAT(look_up(slash_16(), "7.2.0.192.in-addr.arpa", RrType::ptr),
                is_answer_of(RrType::ptr));
}

// RFC 4035 3.1.4.1: the parent has the DS of its child.
TEST(LookUp, DsAtACutIsDataOfTheParent) {
    const auto zone = zone_for("192.0.0.0/16").ns("2", "ns.child.example.").build();
    EXPECT_THAT(look_up(zone, "2.0.192.in-addr.arpa", RrType::ds), is_no_data());
}

TEST(LookUp, DsBelowACutIsReferred) {
    const auto zone = zone_for("192.0.0.0/16").ns("2", "ns.child.example.").build();
    EXPECT_THAT(look_up(zone, "7.2.0.192.in-addr.arpa", RrType::ds), is_referral_of(5U));
}

TEST(LookUp, ZoneOfOneAddressHasItsPtrAtTheApex) {
    const auto zone = zone_for("192.0.2.7/32").ptr("@", "a.example.").build();
    EXPECT_THAT(look_up(zone, "7.2.0.192.in-addr.arpa", RrType::ptr), is_answer_of(RrType::ptr));
    EXPECT_THAT(look_up(zone, "1.7.2.0.192.in-addr.arpa", RrType::ptr), is_absent());
}

TEST(LookUp, ClasslessZoneCountsOnBelowItsOwnName) {
    const auto zone =
        zone_at("64/26.2.0.192.in-addr.arpa", "192.0.2.0/24").ptr("65", "a.example.").build();
    EXPECT_THAT(look_up(zone, "65.64/26.2.0.192.in-addr.arpa", RrType::ptr),
                is_answer_of(RrType::ptr));
    EXPECT_THAT(look_up(zone, "66.64/26.2.0.192.in-addr.arpa", RrType::ptr), is_absent());
}

TEST(LookUp, ZoneWithoutAddressesHasItsNames) {
    const auto zone = zone_at("example").ptr("a.b", "c.example.").build();
    EXPECT_THAT(look_up(zone, "a.b.example", RrType::ptr), is_answer_of(RrType::ptr));
    EXPECT_THAT(look_up(zone, "b.example", RrType::ptr), is_empty_non_terminal());
    EXPECT_THAT(look_up(zone, "7.example", RrType::ptr), is_absent());
}

MATCHER_P(is_made_ptr, target, "") {
    return arg.kind == Lookup::Kind::answer && arg.source == Lookup::Source::range &&
           arg.rrset->type() == RrType::ptr && arg.rrset->size() == 1 &&
           NameView::of_valid_wire(*arg.rrset->begin()).to_text() == target;
}
MATCHER_P(is_redirection_of, labels, "") {
    return arg.kind == Lookup::Kind::redirection && arg.rrset->type() == RrType::dname &&
           arg.owner_labels == labels;
}
MATCHER(is_from_wildcard, "") {
    return arg.source == Lookup::Source::wildcard;
}

/// 192.0.0.0/16 with a range over a quarter of 192.0.2.0/24 that has a hole, and a TXT in it.
std::shared_ptr<const Zone> zone_with_range() {
    return zone_for("192.0.0.0/16")
        .ttl(60)
        .range("192.0.2.0/26", "{ip}.example.")
        .hole("192.0.2.8/29")
        .record("7.2 TXT x")
        .build();
}

TEST(LookUpRange, MakesTheNameOfAnAddress) {
    const Lookup found = look_up(zone_with_range(), "1.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(found, is_made_ptr("192-0-2-1.example."));
    EXPECT_EQ(found.rrset->ttl(), Ttl{60});
    EXPECT_EQ(found.owner_labels, 6U);
    EXPECT_EQ(found.encloser_labels, 6U);
    EXPECT_EQ(found.node.size(), 1U);
}

TEST(LookUpRange, AnyIsThePtrThatIsMade) {
    EXPECT_THAT(look_up(zone_with_range(), "1.2.0.192.in-addr.arpa", RrType::any),
                is_made_ptr("192-0-2-1.example."));
}

TEST(LookUpRange, OtherTypeIsNoData) {
    for (const RrType type : {RrType::a, RrType::ns, RrType::soa, RrType::cname, RrType::ds}) {
        EXPECT_THAT(look_up(zone_with_range(), "1.2.0.192.in-addr.arpa", type), is_no_data());
    }
}

TEST(LookUpRange, AddressWithOtherDataIsStored) {
    const Lookup found = look_up(zone_with_range(), "7.2.0.192.in-addr.arpa", RrType::ptr);
    EXPECT_THAT(found, is_answer_of(RrType::ptr));
    EXPECT_EQ(found.source, Lookup::Source::stored);
    EXPECT_THAT(look_up(zone_with_range(), "7.2.0.192.in-addr.arpa", RrType::txt),
                is_answer_of(RrType::txt));
}

TEST(LookUpRange, AddressInAHoleOrBesideIsAbsent) {
    for (const char* name : {"8.2.0.192.in-addr.arpa", "15.2.0.192.in-addr.arpa",
                             "64.2.0.192.in-addr.arpa", "0.3.0.192.in-addr.arpa"}) {
        EXPECT_THAT(look_up(zone_with_range(), name, RrType::ptr), is_absent()) << name;
    }
}

// RFC 8020 2.
TEST(LookUpRange, NameAboveARangeIsAnEmptyNonTerminal) {
    EXPECT_THAT(look_up(zone_with_range(), "2.0.192.in-addr.arpa", RrType::ptr),
                is_empty_non_terminal());
    EXPECT_THAT(look_up(zone_with_range(), "3.0.192.in-addr.arpa", RrType::ptr), is_absent());
}

TEST(LookUpRange, EveryNibbleAboveOneAddressIsAnEmptyNonTerminal) {
    const auto zone = zone_for("2001:db8::/32").range("2001:db8:5::f/128", "a.example.").build();
    std::string name = "f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.5.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
    EXPECT_THAT(look_up(zone, name, RrType::ptr), is_made_ptr("a.example."));
    for (int i = 0; i < 23; ++i) {
        name.erase(0, 2);
        EXPECT_THAT(look_up(zone, name, RrType::ptr), is_empty_non_terminal()) << name;
        EXPECT_THAT(look_up(zone, "e" + name.substr(1), RrType::ptr), is_absent()) << name;
    }
    EXPECT_EQ(name, "0.8.b.d.0.1.0.0.2.ip6.arpa");
}

TEST(LookUpRange, NameBelowAnAddressIsAbsent) {
    EXPECT_THAT(look_up(zone_with_range(), "x.1.2.0.192.in-addr.arpa", RrType::ptr), is_absent());
}

TEST(LookUpRange, NameBelowAnAddressMayBeStored) {
    const auto zone =
        zone_for("192.0.2.0/24").range("192.0.2.0/24", "{ip}.example.").record("x.1 TXT x").build();
    EXPECT_THAT(look_up(zone, "x.1.2.0.192.in-addr.arpa", RrType::txt), is_answer_of(RrType::txt));
    EXPECT_THAT(look_up(zone, "1.2.0.192.in-addr.arpa", RrType::ptr),
                is_made_ptr("192-0-2-1.example."));
}

TEST(LookUpRange, CaseOfTheNameDoesNotMatter) {
    const auto zone = zone_for("2001:db8::/124").range("2001:db8::/124", "{host}.example.").build();
    EXPECT_THAT(
        look_up(zone, "A.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.IP6.arpa",
                RrType::ptr),
        is_made_ptr("a.example."));
}

TEST(LookUpRange, WildcardDoesNotApplyToItsAddresses) {
    const auto zone = zone_for("192.0.2.0/24")
                          .range("192.0.2.0/25", "{ip}.example.")
                          .record("* PTR any.example.")
                          .record("* TXT any")
                          .build();
    EXPECT_THAT(look_up(zone, "1.2.0.192.in-addr.arpa", RrType::txt), is_no_data());
    EXPECT_THAT(look_up(zone, "x.1.2.0.192.in-addr.arpa", RrType::txt), is_absent());
    EXPECT_THAT(look_up(zone, "200.2.0.192.in-addr.arpa", RrType::txt), is_from_wildcard());
}

TEST(LookUpWildcard, TellsTheClosestEncloser) {
    const auto zone = zone_at("example").record("*.b TXT x").build();
    const Lookup found = look_up(zone, "x.y.b.example", RrType::txt);
    EXPECT_THAT(found, is_answer_of(RrType::txt));
    EXPECT_THAT(found, is_from_wildcard());
    EXPECT_EQ(found.owner_labels, 4U);
    EXPECT_EQ(found.encloser_labels, 2U);
}

TEST(LookUpWildcard, ClosestEncloserIsToldOfAnAbsentNameToo) {
    const auto zone = zone_at("example").record("*.b TXT x").record("a.c TXT x").build();
    EXPECT_EQ(look_up(zone, "x.y.a.c.example", RrType::txt).encloser_labels, 3U);
    EXPECT_EQ(look_up(zone, "x.y.d.example", RrType::txt).encloser_labels, 1U);
}

TEST(LookUpWildcard, ClosestEncloserIsNotLookedForWithoutWildcards) {
    EXPECT_EQ(look_up(slash_16(), "x.7.2.0.192.in-addr.arpa", RrType::txt).encloser_labels, 0U);
}

TEST(LookUpWildcard, CnameIsAnAlias) {
    const auto zone = zone_at("example").cname("*", "c.example.").build();
    const Lookup found = look_up(zone, "x.example", RrType::txt);
    EXPECT_THAT(found, is_alias());
    EXPECT_THAT(found, is_from_wildcard());
}

TEST(LookUpWildcard, NsBelowTheWildcardIsACut) {
    const auto zone = zone_at("example").record("* TXT x").ns("c.*", "ns.example.").build();
    EXPECT_THAT(look_up(zone, "x.c.*.example", RrType::txt), is_referral_of(3U));
    EXPECT_THAT(look_up(zone, "x.c.example", RrType::txt), is_from_wildcard());
}

TEST(LookUpWildcard, LongestNameHasNoWildcardBelowIt) {
    std::string name = "example";
    for (int i = 0; i < 123; ++i) name.insert(0, "x.");
    const auto zone =
        zone_at("example").record("* TXT x").ptr(name.substr(2, name.size() - 10), "a.").build();
    EXPECT_THAT(look_up(zone, "y" + name.substr(1), RrType::txt), is_absent());
}

TEST(LookUpDname, RedirectsWhatIsBelow) {
    const auto zone = zone_for("192.0.0.0/16").record("2 DNAME d.example.").build();
    EXPECT_THAT(look_up(zone, "7.2.0.192.in-addr.arpa", RrType::ptr), is_redirection_of(5U));
    EXPECT_THAT(look_up(zone, "x.7.2.0.192.in-addr.arpa", RrType::ds), is_redirection_of(5U));
    EXPECT_THAT(look_up(zone, "2.0.192.in-addr.arpa", RrType::dname), is_answer_of(RrType::dname));
    EXPECT_THAT(look_up(zone, "2.0.192.in-addr.arpa", RrType::ptr), is_no_data());
}

TEST(LookUpDname, AtTheApexRedirectsEverythingBelow) {
    const auto zone = zone_for("192.0.2.0/24").record("@ DNAME d.example.").build();
    EXPECT_THAT(look_up(zone, "7.2.0.192.in-addr.arpa", RrType::ptr), is_redirection_of(5U));
    EXPECT_THAT(look_up(zone, "2.0.192.in-addr.arpa", RrType::soa), is_answer_of(RrType::soa));
}

TEST(LookUpDname, AtAnAddressRedirectsWhatIsBelowIt) {
    const auto zone = zone_for("192.0.2.0/24").record("7 DNAME d.example.").build();
    EXPECT_THAT(look_up(zone, "x.7.2.0.192.in-addr.arpa", RrType::ptr), is_redirection_of(6U));
}

}  // namespace
}  // namespace arpad

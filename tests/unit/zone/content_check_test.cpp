#include "zone/content_check.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/built_networks.hpp"
#include "support/zone_fixtures.hpp"

namespace arpad {
namespace {

using test::Built;
using test::name;
using test::Network;
using test::texts_of;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// 192.0.2.0/24 in z.yaml.
Network net() {
    return Network("192.0.2.0/24").file("z.yaml");
}

std::vector<std::string> findings(const Network& network) {
    return texts_of(Built({network}).diagnostics());
}

// RFC 1034 3.6.2, RFC 2181 10.1.
TEST(ContentCheck, CnameBesideOtherDataIsAnErrorAtTheLaterLine) {
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. CNAME b.example.")
                             .extra("a.2.0.192.in-addr.arpa. TXT x")),
                ElementsAre("z.yaml:71:3: error: a.2.0.192.in-addr.arpa. has a CNAME and other "
                            "records: TXT, and CNAME in line 70\n"
                            "  remove one of the two: a CNAME stands alone"));
}

TEST(ContentCheck, CnameAtTheApexIsAnErrorAtTheCname) {
    EXPECT_THAT(findings(net().extra("2.0.192.in-addr.arpa. CNAME b.example.")),
                ElementsAre("z.yaml:70:3: error: 2.0.192.in-addr.arpa. has a CNAME and other "
                            "records: CNAME, and NS made by the server\n"
                            "  remove one of the two: a CNAME stands alone"));
}

TEST(ContentCheck, SeveralCnamesAtANameAreAnError) {
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. CNAME b.example.")
                             .extra("a.2.0.192.in-addr.arpa. CNAME c.example.")),
                ElementsAre("z.yaml:70:3: error: a.2.0.192.in-addr.arpa. has several CNAME records"
                            "\n  keep one of them"));
}

// RFC 6672 2.4.
TEST(ContentCheck, SeveralDnamesAtANameAreAnError) {
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. DNAME b.example.")
                             .extra("a.2.0.192.in-addr.arpa. DNAME c.example.")),
                ElementsAre("z.yaml:70:3: error: a.2.0.192.in-addr.arpa. has several DNAME records"
                            "\n  keep one of them"));
}

// RFC 6672 2.4: a DNAME stands beside anything but a CNAME.
TEST(ContentCheck, DnameBesideOtherDataIsFine) {
    EXPECT_THAT(findings(net().extra("2.0.192.in-addr.arpa. DNAME b.example.")), IsEmpty());
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. DNAME b.example.")
                             .extra("a.2.0.192.in-addr.arpa. TXT x")),
                IsEmpty());
}

TEST(ContentCheck, DnameBesideACnameIsAnError) {
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. DNAME b.example.")
                             .extra("a.2.0.192.in-addr.arpa. CNAME b.example.")),
                ElementsAre(HasSubstr("z.yaml:71:3: error: a.2.0.192.in-addr.arpa. has a CNAME and "
                                      "other records: CNAME, and DNAME in line 70")));
}

TEST(ContentCheck, DnameBesideTheNsOfACutIsAnError) {
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. NS ns.example.")
                             .extra("a.2.0.192.in-addr.arpa. DNAME b.example.")),
                Contains("z.yaml:71:3: error: a.2.0.192.in-addr.arpa. has both NS and DNAME: "
                         "DNAME, and NS in line 70\n  remove one of the two: the DNAME belongs "
                         "to the apex of the delegated zone"));
}

TEST(ContentCheck, NsInDelegationsAndExtraIsAnErrorAtTheLaterLine) {
    EXPECT_THAT(findings(net()
                             .delegation("192.0.2.7/32", {"ns.example."})
                             .extra("7.2.0.192.in-addr.arpa. NS other.example.")),
                ElementsAre("z.yaml:70:3: error: 7.2.0.192.in-addr.arpa. NS is also in line 50\n"
                            "  write it in one place"));
}

TEST(ContentCheck, DsInExtraAtADelegationIsFine) {
    EXPECT_THAT(
        findings(net()
                     .delegation("192.0.2.7/32", {"ns.example."})
                     .extra("7.2.0.192.in-addr.arpa. DS 12345 13 2 "
                            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")),
        IsEmpty());
}

TEST(ContentCheck, PtrInExtraAndInRecordsIsAnErrorAtTheRecord) {
    EXPECT_THAT(
        findings(
            net().ptr("192.0.2.7", {"a.example."}).extra("7.2.0.192.in-addr.arpa. PTR b.example.")),
        ElementsAre("z.yaml:10:3: error: 192.0.2.7 also has a PTR in `extra`, in line 70\n"
                    "  write it in one place"));
}

TEST(ContentCheck, PtrOfAOneAddressZoneInBothPlacesIsAnErrorToo) {
    EXPECT_THAT(findings(Network("192.0.2.7/32")
                             .file("z.yaml")
                             .ptr("192.0.2.7", {"a.example."})
                             .extra("7.2.0.192.in-addr.arpa. PTR b.example.")),
                ElementsAre(HasSubstr("z.yaml:10:3: error: 192.0.2.7 also has a PTR in `extra`")));
}

TEST(ContentCheck, OtherTypesBesideARecordAreFine) {
    EXPECT_THAT(findings(net()
                             .ptr("192.0.2.7", {"a.example."})
                             .extra("7.2.0.192.in-addr.arpa. TXT x")
                             .extra("x.7.2.0.192.in-addr.arpa. TXT x")),
                IsEmpty());
}

TEST(ContentCheck, RecordAtACnameOfExtraIsAnError) {
    EXPECT_THAT(
        findings(net()
                     .ptr("192.0.2.7", {"a.example."})
                     .extra("7.2.0.192.in-addr.arpa. CNAME b.example.")),
        ElementsAre("z.yaml:10:3: error: 192.0.2.7 has no name of its own: there is a CNAME "
                    "at 7.2.0.192.in-addr.arpa. in line 70\n  remove one of the two"));
}

TEST(ContentCheck, RecordAtAnNsOfExtraIsAnError) {
    EXPECT_THAT(
        findings(
            net().ptr("192.0.2.7", {"a.example."}).extra("7.2.0.192.in-addr.arpa. NS ns.example.")),
        ElementsAre(HasSubstr("z.yaml:10:3: error: 192.0.2.7 has no name of its own: there "
                              "is a NS at 7.2.0.192.in-addr.arpa. in line 70")));
}

TEST(ContentCheck, RecordBelowACnameNsOrDnameOfExtraIsAnError) {
    for (const char* line : {"7.0.192.in-addr.arpa. CNAME b.", "7.0.192.in-addr.arpa. NS b.",
                             "7.0.192.in-addr.arpa. DNAME b."}) {
        EXPECT_THAT(findings(Network("192.0.0.0/16")
                                 .file("z.yaml")
                                 .ptr("192.0.7.1", {"a.example."})
                                 .extra(line)),
                    ElementsAre(HasSubstr("z.yaml:10:3: error: 192.0.7.1 has no name of its own")))
            << line;
    }
}

TEST(ContentCheck, RecordBelowADnameAtTheApexIsAnError) {
    EXPECT_THAT(
        findings(
            net().ptr("192.0.2.7", {"a.example."}).extra("2.0.192.in-addr.arpa. DNAME b.example.")),
        ElementsAre(HasSubstr("there is a DNAME at 2.0.192.in-addr.arpa. in line 70")));
}

TEST(ContentCheck, HoleWhereACnameStandsIsFine) {
    EXPECT_THAT(
        findings(net().ptr("192.0.2.7", {}).extra("7.2.0.192.in-addr.arpa. CNAME b.example.")),
        IsEmpty());
}

TEST(ContentCheck, DataBelowACutIsAWarning) {
    EXPECT_THAT(
        findings(net()
                     .extra("a.2.0.192.in-addr.arpa. NS ns.example.")
                     .extra("x.a.2.0.192.in-addr.arpa. TXT x")),
        ElementsAre("z.yaml:71:3: warning: x.a.2.0.192.in-addr.arpa. TXT is never answered: "
                    "it lies below the NS of a.2.0.192.in-addr.arpa.\n"
                    "  remove it, unless it is kept for glue or transfers"));
}

TEST(ContentCheck, DataAtACutIsAWarning) {
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. NS ns.example.")
                             .extra("a.2.0.192.in-addr.arpa. TXT x")),
                ElementsAre(HasSubstr("z.yaml:71:3: warning: a.2.0.192.in-addr.arpa. TXT is never "
                                      "answered: it lies at the NS of a.2.0.192.in-addr.arpa.")));
}

TEST(ContentCheck, DataBelowADelegationIsAWarning) {
    EXPECT_THAT(
        findings(net()
                     .delegation("192.0.2.7/32", {"ns.example."})
                     .extra("x.7.2.0.192.in-addr.arpa. TXT x")),
        ElementsAre(HasSubstr("z.yaml:70:3: warning: x.7.2.0.192.in-addr.arpa. TXT is never "
                              "answered")));
}

TEST(ContentCheck, DataBelowADnameIsAWarning) {
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. DNAME d.example.")
                             .extra("x.a.2.0.192.in-addr.arpa. A 192.0.2.1")),
                ElementsAre("z.yaml:71:3: warning: x.a.2.0.192.in-addr.arpa. A is never answered: "
                            "it lies below the DNAME of a.2.0.192.in-addr.arpa.\n"
                            "  remove it, unless it is kept for transfers"));
}

TEST(ContentCheck, AddressesThatAnNsOfACutPointsToAreFine) {
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. NS Ns.a.2.0.192.in-addr.arpa.")
                             .extra("ns.a.2.0.192.in-addr.arpa. A 192.0.2.1")
                             .extra("ns.a.2.0.192.in-addr.arpa. AAAA 2001:db8::1")),
                IsEmpty());
}

TEST(ContentCheck, OtherTypesAtAGlueNameAreAWarning) {
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. NS ns.a.2.0.192.in-addr.arpa.")
                             .extra("ns.a.2.0.192.in-addr.arpa. A 192.0.2.1")
                             .extra("ns.a.2.0.192.in-addr.arpa. TXT x")),
                ElementsAre(HasSubstr("z.yaml:72:3: warning: ns.a.2.0.192.in-addr.arpa. TXT is "
                                      "never answered")));
}

TEST(ContentCheck, NsOfACutInTheZoneWithoutAnAddressIsAWarning) {
    EXPECT_THAT(findings(net().extra("a.2.0.192.in-addr.arpa. NS ns.a.2.0.192.in-addr.arpa.")),
                ElementsAre("z.yaml:70:3: warning: the nameserver ns.a.2.0.192.in-addr.arpa. of "
                            "a.2.0.192.in-addr.arpa. lies in this zone, and has no address here\n"
                            "  write `{name: ..., addresses: [...]}`, or its A or AAAA record in "
                            "`extra`"));
}

TEST(ContentCheck, NsOfADelegationInTheZoneWithoutAnAddressIsAWarningAtTheEntry) {
    EXPECT_THAT(findings(net().delegation("192.0.2.7/32", {"ns.2.0.192.in-addr.arpa."})),
                ElementsAre(HasSubstr("z.yaml:50:3: warning: the nameserver "
                                      "ns.2.0.192.in-addr.arpa. of 7.2.0.192.in-addr.arpa.")));
}

TEST(ContentCheck, NsOfTheApexInTheZoneWithoutAnAddressIsAnErrorAtTheName) {
    Network network = net();
    network.model().nameservers = {{name("ns1.example.net."), {4, 5}},
                                   {name("ns.2.0.192.in-addr.arpa."), {5, 5}}};
    EXPECT_THAT(findings(network),
                ElementsAre("z.yaml:5:5: error: the nameserver ns.2.0.192.in-addr.arpa. lies in "
                            "this zone, and has no address here\n  write its A or AAAA record in "
                            "`extra`, or name a server elsewhere"));
}

TEST(ContentCheck, NsOfTheApexFromTheDefaultsIsReportedAtTheNetwork) {
    Network network = net();
    network.model().nameservers = {{name("ns.2.0.192.in-addr.arpa."), {}}};
    EXPECT_THAT(findings(network), ElementsAre(HasSubstr("z.yaml:1:1: error: the nameserver")));
}

TEST(ContentCheck, NsOfTheApexInTheZoneWithAnAddressIsFine) {
    Network network = net();
    network.model().nameservers = {{name("ns.2.0.192.in-addr.arpa."), {}}};
    EXPECT_THAT(findings(network.extra("NS.2.0.192.in-addr.arpa. AAAA 2001:db8::1")), IsEmpty());
}

TEST(ContentCheck, RrsetOfExtraThatNoMessageHoldsIsAnErrorAtItsFirstLine) {
    Network network = net();
    for (int i = 0; i < 300; ++i) {
        network.extra(fmt::format("a.2.0.192.in-addr.arpa. TXT \"{:0>250}\"", i));
    }
    EXPECT_THAT(findings(network),
                ElementsAre("z.yaml:70:3: error: the 300 TXT records of a.2.0.192.in-addr.arpa. do "
                            "not fit into a DNS message\n  remove some of them"));
}

TEST(ContentCheck, ReferralThatNoMessageHoldsIsAnError) {
    Network network = net();
    for (int i = 0; i < 1300; ++i) {
        network.extra(
            fmt::format("sub.2.0.192.in-addr.arpa. NS ns{}.sub.2.0.192.in-addr.arpa.", i));
        for (const char* address : {"A 192.0.2.1", "AAAA 2001:db8::1"}) {
            network.extra(fmt::format("ns{}.sub.2.0.192.in-addr.arpa. {}", i, address));
        }
    }
    EXPECT_THAT(
        findings(network),
        ElementsAre("z.yaml:70:3: error: the nameservers of sub.2.0.192.in-addr.arpa. and "
                    "their addresses do not fit into a DNS message\n  remove some of them"));
}

TEST(ContentCheck, RangeOverACutOrCnameIsFine) {
    EXPECT_THAT(findings(net()
                             .range("192.0.2.0/24", "{ip}.dyn.example.")
                             .extra("7.2.0.192.in-addr.arpa. CNAME b.example.")
                             .extra("8.2.0.192.in-addr.arpa. NS ns.example.")
                             .extra("9.2.0.192.in-addr.arpa. DNAME d.example.")),
                IsEmpty());
}

TEST(ContentCheck, WildcardsAnywhereAreFine) {
    EXPECT_THAT(findings(net()
                             .extra("*.2.0.192.in-addr.arpa. TXT x")
                             .extra("a.*.2.0.192.in-addr.arpa. TXT x")
                             .extra("*.*.b.2.0.192.in-addr.arpa. CNAME x.")),
                IsEmpty());
}

// RFC 2181 5: names are compared without case, so these two are one record.
TEST(ContentCheck, NamesThatDifferInCaseOnlyAreOneRecord) {
    EXPECT_THAT(findings(net()
                             .extra("a.2.0.192.in-addr.arpa. PTR b.example.")
                             .extra("a.2.0.192.in-addr.arpa. PTR B.example.")),
                ElementsAre(HasSubstr("z.yaml:71:3: error: the same record stands in line 70")));
}

TEST(ContentCheck, WildcardThatNamesARecordWithoutANameIsAWarning) {
    EXPECT_THAT(
        findings(net().ptr("192.0.2.13", {}).extra("*.2.0.192.in-addr.arpa. PTR any.")),
        ElementsAre("z.yaml:10:3: warning: 192.0.2.13 has no name of its own, and gets that "
                    "of *.2.0.192.in-addr.arpa. in line 70\n"
                    "  remove the wildcard, or write ranges in its place"));
}

TEST(ContentCheck, WildcardLeavesWhatExistsForAnotherReasonAlone) {
    EXPECT_THAT(findings(net()
                             .ptr("192.0.2.13", {})
                             .ptr("192.0.2.14", {})
                             .extra("*.2.0.192.in-addr.arpa. PTR any.")
                             .extra("13.2.0.192.in-addr.arpa. TXT x")
                             .extra("_a.14.2.0.192.in-addr.arpa. TXT x")),
                IsEmpty());
}

TEST(ContentCheck, WildcardOfAnotherTypeLeavesAHoleAlone) {
    EXPECT_THAT(findings(net().ptr("192.0.2.13", {}).extra("*.2.0.192.in-addr.arpa. TXT any")),
                IsEmpty());
}

// RFC 4592 4.2.
TEST(ContentCheck, NsAtAWildcardIsAWarning) {
    EXPECT_THAT(
        findings(net().extra("*.a.2.0.192.in-addr.arpa. NS ns.example.")),
        ElementsAre(HasSubstr("z.yaml:70:3: warning: *.a.2.0.192.in-addr.arpa. has NS, which "
                              "means something else to each nameserver")));
}

TEST(ContentCheck, PtrInExtraBesideARecordWithoutANameIsAnError) {
    EXPECT_THAT(findings(net().ptr("192.0.2.13", {}).extra("13.2.0.192.in-addr.arpa. PTR a.")),
                ElementsAre(HasSubstr("z.yaml:10:3: error: 192.0.2.13 also has a PTR in `extra`")));
}

}  // namespace
}  // namespace arpad

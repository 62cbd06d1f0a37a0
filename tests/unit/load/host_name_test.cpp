#include "load/host_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace arpad {
namespace {

/// The name in presentation form, or what is wrong and what to do.
std::string host(std::string_view text) {
    const auto name = host_name_from_text(text);
    return name ? name->name.to_text() : name.error().message + " / " + name.error().advice;
}

std::string contact(std::string_view text) {
    const auto name = contact_from_text(text);
    return name ? name->name.to_text() : name.error().message + " / " + name.error().advice;
}

std::string zone(std::string_view text) {
    const auto name = zone_name_from_text(text);
    return name ? name->to_text() : name.error().message + " / " + name.error().advice;
}

TEST(HostName, IsAbsoluteWithoutAFinalDot) {
    EXPECT_EQ(host("www.example.net"), "www.example.net.");
}

TEST(HostName, MayEndInADot) {
    EXPECT_EQ(host("www.example.net."), "www.example.net.");
}

// Found by fuzzing: UTS 46 maps U+FEFF and U+00AD to nothing, and the empty label was looked into.
TEST(HostName, LabelOfInvisibleCharactersIsRefused) {
    for (const char* label : {"\xEF\xBB\xBF", "\xC2\xAD", "\xC2\xAD\xC2\xAD"}) {
        EXPECT_EQ(host("a." + std::string(label) + ".example"),
                  "label 2 (`" + std::string(label) + "`) of `a." + label +
                      ".example` is no international name: it has only characters that are not "
                      "seen / correct it, or write its A-label (xn--...)");
    }
}

TEST(HostName, KeepsTheCase) {
    EXPECT_EQ(host("WWW.Example.net"), "WWW.Example.net.");
}

TEST(HostName, MayBeginWithADigit) {
    EXPECT_EQ(host("3com.example"), "3com.example.");
}

TEST(HostName, KeepsALabels) {
    EXPECT_EQ(host("XN--Mller-kva.example"), "XN--Mller-kva.example.");
}

TEST(HostName, ConvertsInternationalLabels) {
    EXPECT_EQ(host("M\xC3\xBCller.Example"), "xn--mller-kva.Example.");
}

// IDNA2008 keeps the sharp s, which IDNA2003 made "ss".
TEST(HostName, KeepsTheSharpS) {
    EXPECT_EQ(host("stra\xC3\x9F"
                   "e.example"),
              "xn--strae-oqa.example.");
}

TEST(HostName, ComposesDecomposedLetters) {
    EXPECT_EQ(host("mu\xCC\x88ller.example"), "xn--mller-kva.example.");
}

TEST(HostName, TellsUnderscores) {
    EXPECT_TRUE(host_name_from_text("a_b.example")->has_underscore);
    EXPECT_FALSE(host_name_from_text("a-b.example")->has_underscore);
}

TEST(HostName, AcceptsLabelsOf63Octets) {
    const std::string label(63, 'a');
    EXPECT_EQ(host(label + ".example"), label + ".example.");
}

TEST(HostName, AcceptsNamesOf255Octets) {
    const std::string label = std::string(63, 'a') + ".";
    EXPECT_TRUE(host_name_from_text(label + label + label + std::string(61, 'b')));
}

TEST(HostName, RefusesNamesOf256Octets) {
    const std::string label = std::string(63, 'a') + ".";
    EXPECT_EQ(host(label + label + label + std::string(62, 'b')),
              "`" + label + std::string(16, 'a') + "...` is over 255 octets long / shorten it");
}

TEST(HostName, RefusesTextsThatNoNameCanHold) {
    EXPECT_EQ(host(std::string(2000, 'a')),
              "`" + std::string(80, 'a') + "...` is over 255 octets long / shorten it");
}

TEST(HostName, RefusesNothing) {
    EXPECT_EQ(host(""), "a host name is missing / write it");
}

TEST(HostName, RefusesTheRoot) {
    EXPECT_EQ(host("."), "`.` is no host name / write a name with labels");
}

TEST(HostName, RefusesEmptyLabels) {
    EXPECT_EQ(host("a..example"), "label 2 of `a..example` is empty / remove the extra dot");
}

TEST(HostName, RefusesALeadingDot) {
    EXPECT_EQ(host(".example"), "label 1 of `.example` is empty / remove the extra dot");
}

TEST(HostName, RefusesTwoFinalDots) {
    EXPECT_EQ(host("example.."), "label 2 of `example.` is empty / remove the extra dot");
}

TEST(HostName, RefusesLabelsOf64Octets) {
    const std::string label(64, 'a');
    EXPECT_EQ(host("x." + label),
              "label 2 (`" + label + "`) of `x." + label + "` is over 63 octets long / shorten it");
}

TEST(HostName, RefusesInternationalLabelsThatGetTooLong) {
    std::string label;
    for (int count = 0; count < 60; ++count) label += "\xC3\xBC";
    EXPECT_NE(host(label + ".example").find("is no international name"), std::string::npos);
}

TEST(HostName, RefusesALeadingHyphen) {
    EXPECT_EQ(host("www.-a.example"),
              "label 2 (`-a`) of `www.-a.example` begins with a hyphen / remove the hyphen");
}

TEST(HostName, RefusesATrailingHyphen) {
    EXPECT_EQ(host("a-.example"),
              "label 1 (`a-`) of `a-.example` ends with a hyphen / remove the hyphen");
}

TEST(HostName, RefusesOtherCharacters) {
    EXPECT_EQ(host("a.b c.example"),
              "label 2 (`b c`) of `a.b c.example` has the character ` ` / a host name has letters, "
              "digits, hyphens and dots");
}

TEST(HostName, RefusesEscapes) {
    EXPECT_EQ(host("a\\.b.example"),
              "label 1 (`a\\`) of `a\\.b.example` has the character `\\` / a host name has "
              "letters, digits, hyphens and dots");
}

TEST(HostName, RefusesCharactersThatIdnaRefuses) {
    EXPECT_EQ(
        host("a.\xE2\x80\x8D.example"),
        "label 2 (`\xE2\x80\x8D`) of `a.\xE2\x80\x8D.example` is no international name: string "
        "contains a forbidden context-j character / correct it, or write its A-label (xn--...)");
}

// U+2100 becomes "a/c".
TEST(HostName, RefusesCharactersThatIdnaMakesIllegal) {
    EXPECT_NE(host("\xE2\x84\x80.example").find("label 1"), std::string::npos);
}

TEST(HostName, RefusesADotInAnotherScript) {
    EXPECT_EQ(host("a\xE3\x80\x82"
                   "b.example"),
              "label 1 (`a\xE3\x80\x82"
              "b`) of `a\xE3\x80\x82"
              "b.example` has the character `.` / "
              "a host name has letters, digits, hyphens and dots");
}

TEST(HostName, RefusesAnIpv4Address) {
    EXPECT_EQ(host("192.0.2.1"), "`192.0.2.1` is an IP address / write a host name here");
}

TEST(HostName, RefusesAnIpv4AddressWithAFinalDot) {
    EXPECT_EQ(host("192.0.2.1."), "`192.0.2.1.` is an IP address / write a host name here");
}

TEST(HostName, RefusesAnIpv6Address) {
    EXPECT_EQ(host("2001:db8::1"), "`2001:db8::1` is an IP address / write a host name here");
}

TEST(HostName, RefusesWhatLooksLikeAnAddress) {
    EXPECT_EQ(host("192.0.2.300"),
              "label 4 (`300`) of `192.0.2.300` has digits only, as in an IP address / "
              "write a host name here");
}

TEST(Contact, IsAMailAddress) {
    EXPECT_EQ(contact("hostmaster@example.net"), "hostmaster.example.net.");
}

TEST(Contact, EscapesDotsBeforeTheAt) {
    EXPECT_EQ(contact("first.last@example.net"), "first\\.last.example.net.");
}

TEST(Contact, IsAName) {
    EXPECT_EQ(contact("hostmaster.example.net."), "hostmaster.example.net.");
}

TEST(Contact, IsANameWithEscapes) {
    EXPECT_EQ(contact("first\\.last.example.net"), "first\\.last.example.net.");
}

TEST(Contact, MayHaveAPlus) {
    EXPECT_EQ(contact("dns+soa@example.net"), "dns+soa.example.net.");
}

TEST(Contact, RefusesTwoAts) {
    EXPECT_EQ(contact("a@b@example.net").substr(0, 14), "label 1 (`b@ex");
}

TEST(Contact, RefusesNothingBeforeTheAt) {
    EXPECT_EQ(contact("@example.net"),
              "`@example.net` is no mail address: nothing stands before the domain / write it like "
              "hostmaster@example.net");
}

TEST(Contact, RefusesAMissingDomain) {
    EXPECT_EQ(contact("hostmaster@"),
              "`hostmaster@` is no mail address: it has no domain / write it like "
              "hostmaster@example.net");
    EXPECT_EQ(contact("hostmaster"),
              "`hostmaster` is no mail address: it has no domain / write it like "
              "hostmaster@example.net");
}

TEST(Contact, RefusesBlanks) {
    EXPECT_EQ(
        contact("host master@example.net"),
        "`host master@example.net` is no mail address: it has a character that is not allowed "
        "before the domain / write it like hostmaster@example.net");
}

TEST(Contact, RefusesMoreThan63OctetsBeforeTheAt) {
    EXPECT_NE(contact(std::string(64, 'a') + "@b.example").find("is over 63 octets long"),
              std::string::npos);
    EXPECT_EQ(contact(std::string(63, 'a') + "@b.example"), std::string(63, 'a') + ".b.example.");
}

TEST(Contact, RefusesABadDomain) {
    EXPECT_EQ(contact("a@-b.example"),
              "label 1 (`-b`) of `-b.example` begins with a hyphen / remove the hyphen");
}

TEST(ZoneName, MayHaveASlash) {
    EXPECT_EQ(zone("64/26.2.0.192.in-addr.arpa"), "64/26.2.0.192.in-addr.arpa.");
}

TEST(ZoneName, MayHaveEscapes) {
    EXPECT_EQ(zone("a\\.b.example"), "a\\.b.example.");
}

TEST(ZoneName, ConvertsInternationalLabels) {
    EXPECT_EQ(zone("m\xC3\xBCller.example"), "xn--mller-kva.example.");
}

TEST(ZoneName, RefusesWhiteSpace) {
    EXPECT_EQ(zone("a b.example"), "`a b.example` has white space / remove it");
}

TEST(ZoneName, RefusesEmptyLabels) {
    EXPECT_EQ(zone("a..example").substr(0, 32), "`a..example` is no domain name: ");
}

}  // namespace
}  // namespace arpad

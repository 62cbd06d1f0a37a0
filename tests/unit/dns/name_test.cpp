#include "dns/name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <unordered_set>
#include <vector>

namespace arpad {
namespace {

using Wire = std::vector<std::uint8_t>;

Name name(std::string_view text) {
    return *Name::from_text(text);
}

std::optional<NameError> error_of(const Result<Name, NameError>& result) {
    if (result.has_value()) return std::nullopt;
    return result.error();
}

std::optional<NameError> text_error(std::string_view text) {
    return error_of(Name::from_text(text));
}

std::optional<NameError> wire_error(const Wire& wire) {
    return error_of(Name::from_wire(wire));
}

Wire wire_of(NameView view) {
    return {view.wire().begin(), view.wire().end()};
}

std::string text_of(std::span<const std::uint8_t> octets) {
    return {octets.begin(), octets.end()};
}

/// A name in wire form with labels of these lengths, all "x".
Wire wire_with_labels(const std::vector<std::uint8_t>& lengths) {
    Wire wire;
    for (const std::uint8_t length : lengths) {
        wire.push_back(length);
        wire.insert(wire.end(), length, 'x');
    }
    wire.push_back(0);
    return wire;
}

/// The same in presentation form.
std::string text_with_labels(const std::vector<std::size_t>& lengths) {
    std::string text;
    for (const std::size_t length : lengths) text += std::string(length, 'x') + ".";
    return text;
}

Wire wire_with_label(const std::vector<std::uint8_t>& octets) {
    Wire wire{static_cast<std::uint8_t>(octets.size())};
    wire.insert(wire.end(), octets.begin(), octets.end());
    wire.push_back(0);
    return wire;
}

/// What RFC 4343 folds, without arithmetic on bits.
std::uint8_t folded(std::uint8_t octet) {
    constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
    const std::size_t at = upper.find(static_cast<char>(octet));
    return at == std::string_view::npos ? octet : static_cast<std::uint8_t>(lower[at]);
}

/// A valid name of random labels, any octets.
Name random_name(std::mt19937_64& random) {
    Name made;
    const std::size_t labels = random() % 12;
    for (std::size_t count = 0; count < labels; ++count) {
        std::string label(1 + random() % 20, '\0');
        for (char& octet : label) octet = static_cast<char>(random());
        made = *made.below(label);
    }
    return made;
}

// Presentation form to name

TEST(NameFromText, ReadsLabels) {
    EXPECT_EQ(wire_of(name("ns1.example.")),
              (Wire{3, 'n', 's', '1', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0}));
}

TEST(NameFromText, KeepsCase) {
    EXPECT_EQ(name("NS1.Example.").to_text(), "NS1.Example.");
}

TEST(NameFromText, FinalDotIsOptional) {
    EXPECT_EQ(wire_of(name("a.example")), wire_of(name("a.example.")));
}

TEST(NameFromText, DotIsRoot) {
    EXPECT_TRUE(name(".").view().is_root());
}

TEST(NameFromText, EscapedCharacterStandsForItself) {
    EXPECT_EQ(wire_of(name(R"(a\.b\\\c.)")), (Wire{5, 'a', '.', 'b', '\\', 'c', 0}));
}

TEST(NameFromText, EscapedDigitsAreDecimal) {
    EXPECT_EQ(wire_of(name(R"(\000\0461\255.)")), (Wire{4, 0, '.', '1', 255, 0}));
}

TEST(NameFromText, EscapedDotAtTheEndBelongsToTheLabel) {
    EXPECT_EQ(wire_of(name(R"(a\.)")), (Wire{2, 'a', '.', 0}));
}

TEST(NameFromText, RefusesNothing) {
    EXPECT_EQ(text_error(""), NameError::empty);
}

TEST(NameFromText, RefusesEmptyLabels) {
    for (const char* text : {"..", ".a", "a..b", "a..", "..a", ". "})
        EXPECT_EQ(text_error(text), NameError::empty_label) << text;
}

TEST(NameFromText, RefusesBrokenEscapes) {
    for (const char* text :
         {"\\", "a\\", "\\1", "\\12", "\\1a2", "\\12a", "\\256", "\\999", "\\1.a", "\\12.", "a.\\"})
        EXPECT_EQ(text_error(text), NameError::bad_escape) << text;
}

TEST(NameFromText, ReadsNothingBehindTheView) {
    EXPECT_EQ(text_error(std::string_view("\\1234", 3)), NameError::bad_escape);
    EXPECT_EQ(text_error(std::string_view("a\\b", 2)), NameError::bad_escape);
    EXPECT_EQ(wire_of(name(std::string_view("a.b", 1))), (Wire{1, 'a', 0}));
}

TEST(NameFromText, TakesALabelOf63Octets) {
    EXPECT_EQ(text_error(text_with_labels({63})), std::nullopt);
}

TEST(NameFromText, RefusesALabelOf64Octets) {
    EXPECT_EQ(text_error(text_with_labels({1, 64})), NameError::label_too_long);
}

TEST(NameFromText, CountsAnEscapeAsOneOctet) {
    std::string text;
    for (int count = 0; count < 63; ++count) text += "\\200";
    EXPECT_EQ(text_error(text), std::nullopt);
    EXPECT_EQ(text_error(text + "\\200"), NameError::label_too_long);
}

TEST(NameFromText, TakesANameOf255Octets) {
    const auto made = Name::from_text(text_with_labels({63, 63, 63, 61}));
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->view().octets(), 255U);
}

TEST(NameFromText, RefusesANameOf256Octets) {
    EXPECT_EQ(text_error(text_with_labels({63, 63, 63, 62})), NameError::name_too_long);
}

TEST(NameFromText, Takes127Labels) {
    EXPECT_EQ(name(text_with_labels(std::vector<std::size_t>(127, 1))).view().label_count(), 127U);
}

TEST(NameFromText, Refuses128Labels) {
    EXPECT_EQ(text_error(text_with_labels(std::vector<std::size_t>(128, 1))),
              NameError::name_too_long);
}

TEST(NameErrorText, DiffersForEveryError) {
    std::unordered_set<std::string_view> texts;
    for (const NameError error :
         {NameError::empty, NameError::empty_label, NameError::label_too_long,
          NameError::name_too_long, NameError::bad_escape, NameError::truncated,
          NameError::bad_label_type})
        EXPECT_TRUE(texts.insert(to_text(error)).second) << to_text(error);
}

// Name to presentation form

TEST(NameToText, OfRootIsDot) {
    EXPECT_EQ(Name().to_text(), ".");
    EXPECT_EQ(NameView().to_text(), ".");
}

TEST(NameToText, EndsWithADot) {
    EXPECT_EQ(name("a.example").to_text(), "a.example.");
}

TEST(NameToText, EscapesWhatAMasterFileTakesForItsOwn) {
    EXPECT_EQ(Name().below(".\\\";@$()")->to_text(), R"(\.\\\"\;\@\$\(\).)");
}

TEST(NameToText, LeavesOtherPrintableCharactersAlone) {
    EXPECT_EQ(name("*.64/26_-+!#%&',:<=>?[]^`{|}~.").to_text(), "*.64/26_-+!#%&',:<=>?[]^`{|}~.");
}

TEST(NameToText, WritesOtherOctetsAsThreeDigits) {
    EXPECT_EQ(Name::from_wire(Wire{5, 0, ' ', 0x1f, 0x7f, 0xff, 0})->to_text(),
              R"(\000\032\031\127\255.)");
}

TEST(NameToText, IsReadBackForEveryOctet) {
    for (unsigned octet = 0; octet < 256; ++octet) {
        const Wire wire{1, static_cast<std::uint8_t>(octet), 1, 'a', 0};
        const std::string text = Name::from_wire(wire)->to_text();
        EXPECT_EQ(wire_of(name(text)), wire) << text;
    }
}

TEST(NameToText, IsReadBackForRandomNames) {
    std::mt19937_64 random(1035);
    for (int round = 0; round < 2000; ++round) {
        const Name made = random_name(random);
        ASSERT_EQ(wire_of(name(made.to_text())), wire_of(made)) << made.to_text();
    }
}

// Wire form to name

TEST(NameFromWire, TakesTheRoot) {
    EXPECT_EQ(wire_error({0}), std::nullopt);
}

TEST(NameFromWire, CopiesItsOctets) {
    const Wire wire{1, 'A', 2, 'b', '.', 0};
    EXPECT_EQ(wire_of(*Name::from_wire(wire)), wire);
}

TEST(NameFromWire, RefusesEveryTruncation) {
    const Wire whole = wire_of(name("7.2.0.192.in-addr.arpa."));
    for (std::size_t octets = 0; octets < whole.size(); ++octets) {
        const Wire cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(octets));
        EXPECT_EQ(wire_error(cut), NameError::truncated) << octets << " octets";
    }
}

TEST(NameFromWire, RefusesPointersAndUnknownLabelTypesInFront) {
    for (unsigned octet = 64; octet < 256; ++octet) {
        Wire wire(300, 0);
        wire[0] = static_cast<std::uint8_t>(octet);
        EXPECT_EQ(wire_error(wire), NameError::bad_label_type) << octet;
    }
}

TEST(NameFromWire, RefusesPointersAndUnknownLabelTypesBehindALabel) {
    for (unsigned octet = 64; octet < 256; ++octet) {
        EXPECT_EQ(wire_error({1, 'a', static_cast<std::uint8_t>(octet), 0}),
                  NameError::bad_label_type)
            << octet;
    }
}

TEST(NameFromWire, RefusesOctetsBehindTheRoot) {
    EXPECT_EQ(wire_error({0, 0}), NameError::empty_label);
    EXPECT_EQ(wire_error({1, 'a', 0, 1, 'b', 0}), NameError::empty_label);
}

TEST(NameFromWire, TakesALabelOf63Octets) {
    EXPECT_EQ(wire_error(wire_with_labels({63})), std::nullopt);
}

TEST(NameFromWire, RefusesALabelOf64Octets) {
    EXPECT_EQ(wire_error(wire_with_labels({64})), NameError::bad_label_type);
}

TEST(NameFromWire, Takes255Octets) {
    const Wire wire = wire_with_labels({63, 63, 63, 61});
    ASSERT_EQ(wire.size(), 255U);
    EXPECT_EQ(wire_error(wire), std::nullopt);
}

TEST(NameFromWire, Refuses256Octets) {
    const Wire wire = wire_with_labels({63, 63, 63, 62});
    ASSERT_EQ(wire.size(), 256U);
    EXPECT_EQ(wire_error(wire), NameError::name_too_long);
}

TEST(NameFromWire, Takes127Labels) {
    const auto made = Name::from_wire(wire_with_labels(std::vector<std::uint8_t>(127, 1)));
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->view().label_count(), 127U);
}

TEST(NameFromWire, Refuses128Labels) {
    EXPECT_EQ(wire_error(wire_with_labels(std::vector<std::uint8_t>(128, 1))),
              NameError::name_too_long);
}

TEST(NameFromWire, EndlessLabelsAreTooLong) {
    EXPECT_EQ(wire_error(Wire(65'536, 1)), NameError::name_too_long);
}

// Views

TEST(NameView, OfDefaultIsRoot) {
    EXPECT_TRUE(NameView().is_root());
    EXPECT_EQ(NameView().label_count(), 0U);
    EXPECT_TRUE(NameView().first_label().empty());
}

TEST(NameView, CountsLabelsWithoutTheRoot) {
    EXPECT_EQ(name("7.2.0.192.in-addr.arpa.").view().label_count(), 6U);
}

TEST(NameView, FirstLabelIsTheLeftmost) {
    EXPECT_EQ(text_of(name("mail.example.").view().first_label()), "mail");
}

TEST(NameView, ParentLacksTheLeftmostLabel) {
    const Name child = name("a.b.example.");
    EXPECT_EQ(child.view().parent().to_text(), "b.example.");
}

TEST(NameView, ParentOfATopLevelNameIsRoot) {
    const Name top = name("arpa.");
    EXPECT_TRUE(top.view().parent().is_root());
}

TEST(NameView, SuffixHasTheRightmostLabels) {
    const Name whole = name("a.b.c.d.");
    EXPECT_EQ(whole.view().suffix(0).to_text(), ".");
    EXPECT_EQ(whole.view().suffix(1).to_text(), "d.");
    EXPECT_EQ(whole.view().suffix(3).to_text(), "b.c.d.");
    EXPECT_EQ(whole.view().suffix(4).to_text(), "a.b.c.d.");
}

TEST(NameIsAtOrBelow, HoldsForItselfWhateverTheCase) {
    EXPECT_TRUE(name("a.Example.").view().is_at_or_below(name("A.eXAMPLE.")));
}

TEST(NameIsAtOrBelow, HoldsForDescendants) {
    EXPECT_TRUE(name("c.b.a.example.").view().is_at_or_below(name("a.example.")));
}

TEST(NameIsAtOrBelow, EverythingIsBelowTheRoot) {
    EXPECT_TRUE(name("a.").view().is_at_or_below(NameView()));
    EXPECT_TRUE(NameView().is_at_or_below(NameView()));
}

TEST(NameIsAtOrBelow, FailsForAncestorsAndSiblings) {
    EXPECT_FALSE(name("example.").view().is_at_or_below(name("a.example.")));
    EXPECT_FALSE(name("b.example.").view().is_at_or_below(name("a.example.")));
}

TEST(NameIsAtOrBelow, LooksAtWholeLabels) {
    EXPECT_FALSE(name("xexample.").view().is_at_or_below(name("example.")));
    EXPECT_FALSE(name("aa.example.").view().is_at_or_below(name("a.example.")));
}

// The octets of the ancestor stand at the end of the name, but not at the start of a label.
TEST(NameIsAtOrBelow, IsNotFooledByALengthOctetInsideALabel) {
    const Name trap = *Name().below(std::string_view("x\1a", 3));
    ASSERT_EQ(wire_of(trap), (Wire{3, 'x', 1, 'a', 0}));
    EXPECT_FALSE(trap.view().is_at_or_below(name("a.")));
}

TEST(NameEquality, IgnoresCase) {
    EXPECT_EQ(name("MAIL.Example.Net."), name("mail.example.net."));
}

TEST(NameEquality, SeesEveryDifferentOctet) {
    const Name whole = name("abcdefgh.ijklmnop.qrs.");
    for (std::size_t at = 0; at + 1 < whole.view().octets(); ++at) {
        Wire other = wire_of(whole);
        if (other[at] < 'a') continue;
        other[at] = '0';
        EXPECT_FALSE(whole == *Name::from_wire(other)) << "octet " << at;
    }
}

TEST(NameEquality, SeesWhereLabelsEnd) {
    EXPECT_FALSE(name("a.bc.") == name("ab.c."));
    EXPECT_FALSE(name("a.b.") == name(R"(a\.b.)"));
}

TEST(NameEquality, SeesLength) {
    EXPECT_FALSE(name("a.example.") == name("example."));
}

TEST(NameEquality, FoldsAsciiLettersOnlyForEveryPairOfOctets) {
    for (unsigned left = 0; left < 256; ++left) {
        for (unsigned right = 0; right < 256; ++right) {
            const auto a = static_cast<std::uint8_t>(left);
            const auto b = static_cast<std::uint8_t>(right);
            const Wire left_wire = wire_with_label({'.', a, '.', '.', '.', '.', '.', '.', a});
            const Wire right_wire = wire_with_label({'.', b, '.', '.', '.', '.', '.', '.', b});
            ASSERT_EQ(NameView::of_valid_wire(left_wire) == NameView::of_valid_wire(right_wire),
                      folded(a) == folded(b))
                << left << " and " << right;
        }
    }
}

// Order

TEST(CanonicalOrder, IsThatOfTheExampleInRfc4034Section61) {
    const std::vector<Name> sorted{
        name("example."),           name("a.example."),      name("yljkjljk.a.example."),
        name("Z.a.example."),       name("zABC.a.EXAMPLE."), name("z.example."),
        name(R"(\001.z.example.)"), name("*.z.example."),    name(R"(\200.z.example.)")};
    for (std::size_t left = 0; left < sorted.size(); ++left) {
        for (std::size_t right = 0; right < sorted.size(); ++right) {
            EXPECT_TRUE(canonical_order(sorted[left], sorted[right]) == (left <=> right))
                << sorted[left].to_text() << " and " << sorted[right].to_text();
        }
    }
}

TEST(CanonicalOrder, IgnoresCase) {
    EXPECT_TRUE(canonical_order(name("A.eXample."), name("a.Example.")) == 0);
}

TEST(CanonicalOrder, PutsTheRootFirst) {
    EXPECT_TRUE(canonical_order(NameView(), name("a.")) < 0);
    EXPECT_TRUE(canonical_order(name("a."), NameView()) > 0);
    EXPECT_TRUE(canonical_order(NameView(), NameView()) == 0);
}

TEST(CanonicalOrder, PutsAPrefixOfALabelFirst) {
    EXPECT_TRUE(canonical_order(name("1.arpa."), name("10.arpa.")) < 0);
}

TEST(CanonicalOrder, ComparesDigitsAsOctets) {
    EXPECT_TRUE(canonical_order(name("10.arpa."), name("9.arpa.")) < 0);
}

TEST(CanonicalOrder, TakesNamesOf127Labels) {
    const Name whole = name(text_with_labels(std::vector<std::size_t>(127, 1)));
    EXPECT_TRUE(canonical_order(whole, whole) == 0);
    EXPECT_TRUE(canonical_order(whole.view().parent(), whole) < 0);
}

TEST(CanonicalOrder, IsZeroExactlyForEqualNames) {
    std::mt19937_64 random(6);
    for (int round = 0; round < 2000; ++round) {
        const Name left = random_name(random);
        const Name right = random() % 2 == 0 ? left.lower_case() : random_name(random);
        ASSERT_EQ(canonical_order(left, right) == 0, left == right)
            << left.to_text() << " and " << right.to_text();
    }
}

// Building names

TEST(NameBelow, PutsALabelInFront) {
    EXPECT_EQ(name("example.").below("www")->to_text(), "www.example.");
}

TEST(NameBelow, TakesTheLabelWithoutEscapes) {
    EXPECT_EQ(Name().below("a.b")->to_text(), R"(a\.b.)");
}

TEST(NameBelow, RefusesAnEmptyLabel) {
    EXPECT_EQ(error_of(name("example.").below("")), NameError::empty_label);
}

TEST(NameBelow, Takes63OctetsAndRefuses64) {
    EXPECT_EQ(error_of(Name().below(std::string(63, 'a'))), std::nullopt);
    EXPECT_EQ(error_of(Name().below(std::string(64, 'a'))), NameError::label_too_long);
}

TEST(NameBelow, FillsUpTo255Octets) {
    const Name base = name(text_with_labels({63, 63, 63}));
    EXPECT_EQ(error_of(base.below(std::string(61, 'a'))), std::nullopt);
    EXPECT_EQ(error_of(base.below(std::string(62, 'a'))), NameError::name_too_long);
}

TEST(NameBelow, PutsAllLabelsOfANameInFront) {
    const Name relative = name("a.b.");
    EXPECT_EQ(name("example.").below(relative.view())->to_text(), "a.b.example.");
}

TEST(NameBelow, TheRootAddsNothing) {
    EXPECT_EQ(name("example.").below(NameView())->to_text(), "example.");
}

TEST(NameBelow, RefusesANameThatGetsTooLong) {
    const Name base = name(text_with_labels({63, 63, 63}));
    const Name fits = name(text_with_labels({61}));
    const Name too_long = name(text_with_labels({62}));
    EXPECT_EQ(error_of(base.below(fits.view())), std::nullopt);
    EXPECT_EQ(error_of(base.below(too_long.view())), NameError::name_too_long);
}

TEST(NameLowerCase, FoldsAsciiLettersOnly) {
    for (unsigned start = 0; start < 256; start += 32) {
        std::vector<std::uint8_t> octets;
        std::vector<std::uint8_t> expected;
        for (unsigned octet = start; octet < start + 32; ++octet) {
            octets.push_back(static_cast<std::uint8_t>(octet));
            expected.push_back(folded(octets.back()));
        }
        const Name made = *Name::from_wire(wire_with_label(octets));
        EXPECT_EQ(wire_of(made.lower_case()), wire_with_label(expected)) << start;
    }
}

// Buffers

TEST(NameBuffer, OfDefaultIsRoot) {
    const NameBuffer buffer;
    EXPECT_TRUE(buffer.view().is_root());
    EXPECT_EQ(buffer.label_count(), 0U);
    EXPECT_TRUE(buffer.suffix(0).is_root());
}

TEST(NameBuffer, HoldsTheNameInLowerCase) {
    NameBuffer buffer;
    buffer.assign(name("MaiL.EXAMPLE.Net."));
    EXPECT_EQ(buffer.view().to_text(), "mail.example.net.");
}

TEST(NameBuffer, CountsLabelsFromTheRight) {
    NameBuffer buffer;
    buffer.assign(name("7.2.0.192.IN-ADDR.ARPA."));
    ASSERT_EQ(buffer.label_count(), 6U);
    EXPECT_EQ(text_of(buffer.label_from_right(0)), "arpa");
    EXPECT_EQ(text_of(buffer.label_from_right(1)), "in-addr");
    EXPECT_EQ(text_of(buffer.label_from_right(2)), "192");
    EXPECT_EQ(text_of(buffer.label_from_right(5)), "7");
}

TEST(NameBuffer, ForgetsALongerNameThatWasThereBefore) {
    NameBuffer buffer;
    buffer.assign(name("a.b.c.d.e.f.example."));
    buffer.assign(name("x."));
    EXPECT_EQ(buffer.view().to_text(), "x.");
    EXPECT_EQ(buffer.label_count(), 1U);
    EXPECT_TRUE(buffer.suffix(0).is_root());
}

TEST(NameBuffer, TakesTheRoot) {
    NameBuffer buffer;
    buffer.assign(name("a.b."));
    buffer.assign(NameView());
    EXPECT_TRUE(buffer.view().is_root());
    EXPECT_EQ(buffer.label_count(), 0U);
}

TEST(NameBuffer, Takes127Labels) {
    NameBuffer buffer;
    buffer.assign(name(text_with_labels(std::vector<std::size_t>(127, 1))));
    EXPECT_EQ(buffer.label_count(), 127U);
    EXPECT_EQ(buffer.suffix(127).octets(), 255U);
}

TEST(NameBuffer, Takes255Octets) {
    NameBuffer buffer;
    buffer.assign(name(text_with_labels({63, 63, 63, 61})));
    EXPECT_EQ(buffer.view().octets(), 255U);
    EXPECT_EQ(buffer.label_from_right(0).size(), 61U);
}

TEST(NameBuffer, HasTheSuffixesOfTheName) {
    std::mt19937_64 random(127);
    for (int round = 0; round < 500; ++round) {
        const Name made = random_name(random).lower_case();
        NameBuffer buffer;
        buffer.assign(made);
        ASSERT_EQ(buffer.label_count(), made.view().label_count());
        for (unsigned labels = 0; labels <= buffer.label_count(); ++labels)
            ASSERT_EQ(wire_of(buffer.suffix(labels)), wire_of(made.view().suffix(labels)));
    }
}

// Hash

TEST(NameHash, IsEqualForEqualNames) {
    EXPECT_EQ(hash_of(name("a.example.")), hash_of(name("a.example.")));
    EXPECT_EQ(hash_of(name("a.example."), 5), hash_of(name("a.example."), 5));
}

TEST(NameHash, DependsOnTheSeed) {
    EXPECT_NE(hash_of(name("a.example."), 1), hash_of(name("a.example."), 2));
    EXPECT_NE(hash_of(NameView(), 1), hash_of(NameView(), 2));
}

// Label lengths from 1 to 63 cover every remainder of a word.
TEST(NameHash, DependsOnEveryOctet) {
    for (std::uint8_t length = 1; length <= 63; ++length) {
        const Wire whole = wire_with_labels({length});
        for (std::size_t at = 1; at <= length; ++at) {
            Wire other = whole;
            other[at] = 'y';
            EXPECT_NE(hash_of(NameView::of_valid_wire(whole)),
                      hash_of(NameView::of_valid_wire(other)))
                << "octet " << at << " of " << unsigned{length};
        }
    }
}

// Their first and their last octets are the same, as in `ip6.arpa` names with many zeros.
TEST(NameHash, DependsOnHowOftenALabelIsRepeated) {
    std::unordered_set<std::uint64_t> hashes;
    for (std::size_t labels = 1; labels <= 127; ++labels) {
        const Name made = name(text_with_labels(std::vector<std::size_t>(labels, 1)));
        EXPECT_TRUE(hashes.insert(hash_of(made)).second) << labels;
    }
}

/// The names of 65,536 addresses that follow each other: near-equal input, as in real zones.
std::vector<Name> names_of_neighbours() {
    const Name apex = name("0.10.in-addr.arpa.");
    std::vector<Name> names;
    for (int third = 0; third < 256; ++third) {
        const Name parent = *apex.below(std::to_string(third));
        for (int fourth = 0; fourth < 256; ++fourth)
            names.push_back(*parent.below(std::to_string(fourth)));
    }
    return names;
}

TEST(NameHash, DiffersForNeighbours) {
    std::unordered_set<std::uint64_t> hashes;
    for (const Name& made : names_of_neighbours()) hashes.insert(hash_of(made));
    EXPECT_EQ(hashes.size(), 65'536U);
}

/// The most names that share their hash's bits from `lowest` on, of 4,096 values.
int fullest_bucket(unsigned lowest) {
    std::map<std::uint64_t, int> buckets;
    for (const Name& made : names_of_neighbours()) ++buckets[hash_of(made) >> lowest & 0xfff];
    return std::ranges::max_element(buckets, {}, [](const auto& bucket) { return bucket.second; })
        ->second;
}

// 16 fall into each on average; by chance alone more than 48 is less likely than one in a million.
TEST(NameHash, SpreadsNeighboursOverItsLowBits) {
    EXPECT_LE(fullest_bucket(0), 48);
}

TEST(NameHash, SpreadsNeighboursOverItsHighBits) {
    EXPECT_LE(fullest_bucket(52), 48);
}

}  // namespace
}  // namespace arpad

"""`arpactl check`: every mistake with its place, and no file that brings it down."""

import random
import re
import unittest

from arpad_server import Workspace, run_program

COMPLETE = """\
network: 192.0.2.0/24
nameservers: [ns1.example.net, ns2.example.net]
soa: {contact: hostmaster@example.net}
records:
  192.0.2.1: one.example.net
"""

SEVEN_MISTAKES = """\
network: 192.0.2.0/24
ttl: soon
nameservers: [ns1.example.net, ns..example.net]
soa:
  contact: hostmaster@example.net
  refersh: 2h
records:
  192.0.2.1: one.example.net
  192.0.3.7: outside.example.net
  192.0.2.007: octal.example.net
  192.0.2.8: {name: long.example.net, colour: red}
  192.0.2.1: twice.example.net
"""
MISTAKE_LINES = [2, 3, 6, 9, 10, 11, 12]

LABEL_64 = "x" * 64
LONG_NAME = ".".join(["y" * 50] * 6)


class CheckTestCase(unittest.TestCase):
    """Runs arpactl in a directory of its own."""

    def setUp(self):
        self.workspace = self.enterContext(Workspace())

    def check(self, content, name="zone"):
        """Checks one file by itself; it has no `zone_defaults` then."""
        self.workspace.write_zone(name, content)
        return self.run_check(f"zones/{name}.yaml")

    def run_check(self, *arguments):
        """Runs `arpactl check` in the workspace."""
        return run_program("ARPACTL", "check", *arguments, cwd=self.workspace.directory)

    def assert_good(self, done, records=1):
        """The check found nothing wrong and that many records."""
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"{records} record", done.stdout)

    def assert_error(self, done, line=None):
        """The check found an error, in that line if one is given, and says what to do."""
        self.assertEqual(done.returncode, 1, done.stdout)
        place = r"(?::\d+:\d+)?" if line is None else rf":{line}:\d+"
        self.assertRegex(done.stdout, rf"(?m)^\S+\.yaml{place}: error: \S.*\n  \S")


class Findings(CheckTestCase):
    """What is printed."""

    def test_seven_mistakes_are_seven_places(self):
        done = self.check(SEVEN_MISTAKES)
        self.assertEqual(done.returncode, 1)
        places = re.findall(r"(?m)^zones/zone\.yaml:(\d+):(\d+): error: (.+)\n  (\S.*)$",
                            done.stdout)
        self.assertEqual([int(line) for line, *_ in places], MISTAKE_LINES, done.stdout)
        self.assertEqual(len({message for _, _, message, _ in places}), 7, done.stdout)
        self.assertIn("7 errors", done.stdout)

    def test_columns(self):
        done = self.check(SEVEN_MISTAKES)
        for place in ("2:6", "3:32", "6:3", "9:3", "10:3", "11:39", "12:3"):
            self.assertIn(f"zones/zone.yaml:{place}: error: ", done.stdout)

    def test_duplicate_names_the_line_of_the_first(self):
        self.assertRegex(self.check(SEVEN_MISTAKES).stdout, r":12:3: error: .*line 8")

    def test_summary_of_the_directory(self):
        self.workspace.write_zone("a", COMPLETE)
        self.workspace.write_zone("b", "network: 198.18.0.0/15\nrecords: {198.18.0.1: b.example, "
                                       "198.19.0.1: c.example}\n")
        done = self.run_check("-c", "arpad.yaml")
        self.assert_good(done, records=3)
        for part in ("3 zones", "2 networks", "0 errors", "0 warnings"):
            self.assertIn(part, done.stdout)

    def test_errors_of_all_files_at_once(self):
        self.workspace.write_zone("a", SEVEN_MISTAKES)
        self.workspace.write_zone("b", "network: 198.51.100.0/24\nrecords: {198.51.100.1: -}\n")
        self.workspace.write_zone("c", "network: [")
        done = self.run_check("-c", "arpad.yaml")
        self.assertEqual(done.returncode, 1)
        for file in ("a.yaml:2:", "b.yaml:2:", "c.yaml:1:"):
            self.assertIn(file, done.stdout)

    def test_record_of_the_outer_network_inside_the_inner_one(self):
        self.workspace.write_zone("outer", "network: 10.0.0.0/8\nrecords:\n  10.1.1.1: a.example\n")
        self.workspace.write_zone("inner", "network: 10.1.0.0/16\n")
        done = self.run_check("-c", "arpad.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"outer\.yaml:3:3: error: 10\.1\.1\.1 .*10\.1\.0\.0/16")

    def test_same_network_twice(self):
        self.workspace.write_zone("a", "network: 10.0.0.0/8\n")
        self.workspace.write_zone("b", "network: 10.0.0.0/8\n")
        done = self.run_check("-c", "arpad.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"b\.yaml:1:1: error: .*a\.yaml:1")

    def test_underscore_is_a_warning(self):
        done = self.check(COMPLETE.replace("one.", "o_ne."))
        self.assert_good(done)
        self.assertIn("zones/zone.yaml:5:", done.stdout)
        self.assertIn("warning: ", done.stdout)

    def test_file_that_is_not_there(self):
        done = self.run_check("zones/nowhere.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("zones/nowhere.yaml", done.stdout)

    def test_configuration_that_is_not_there(self):
        done = self.run_check("-c", "nowhere.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere.yaml", done.stdout)

    def test_wrong_configuration(self):
        self.workspace.write_config("listen: []\nzones: 5\ncolour: blue\n")
        done = self.run_check("-c", "arpad.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("arpad.yaml:1:", done.stdout)
        self.assertIn("arpad.yaml:3:", done.stdout)


class SingleMistakes(CheckTestCase):
    """One mistake at a time is an error in its line."""

    def test_networks(self):
        for network in ("192.0.2.1/24", "192.0.2.0/33", "192.0.2.0", "2001:db8::1/32",
                        "2001:db8::/129", "192.0.2/24", "192.0.02.0/24", "nonsense", "", "~",
                        "[192.0.2.0/24]", "-1", "192.0.2.0/-1", "192.0.2.0/024"):
            with self.subTest(network):
                text = COMPLETE.replace("192.0.2.0/24", network)
                self.assert_error(self.check(text), line=1)

    def test_record_keys(self):
        for key in ("192.0.2", "192.0.2.256", "192.0.2.1.1", "192.0.3.1", "2001:db8::1", "x", "~",
                    "01.0.2.1", "192.0.2.1/32", "-", "[1]", "{a: b}", '""'):
            with self.subTest(key):
                self.assert_error(self.check(COMPLETE.replace("192.0.2.1:", f"{key}:")), line=5)

    def test_host_names(self):
        for name in ("a..b", ".", ".a", LABEL_64, LONG_NAME, "a b", "a/b", "-a.example",
                     "a-.example", '"a\\tb"', "\u00e9-.example", "[a, a]", "[]", "{nam: a}",
                     "{name: [a, b..c]}", "{ttl: 5m}"):
            with self.subTest(name):
                text = COMPLETE.replace("one.example.net", name)
                self.assert_error(self.check(text), line=5)

    def test_durations(self):
        for text in ("1x", "-1", "1.5h", "h", "1h30m", "2147483648", "68y", "[1]", '""'):
            with self.subTest(text):
                self.assert_error(self.check(f"ttl: {text}\n{COMPLETE}"), line=1)

    def test_missing_settings(self):
        for line in ("network", "nameservers", "soa"):
            with self.subTest(line):
                self.assert_error(self.check(re.sub(rf"(?m)^{line}: .*\n", "", COMPLETE)))

    def test_unknown_and_repeated_keys(self):
        for text in (COMPLETE + "colour: blue\n", COMPLETE + "network: 192.0.2.0/24\n",
                     COMPLETE + '"192.0.2.2": two.example.net\n'):
            with self.subTest(text):
                self.assert_error(self.check(text), line=6)

    def test_one_address_in_two_spellings(self):
        text = ("network: 2001:db8::/32\nnameservers: [ns.example.net]\n"
                "soa: {contact: hostmaster@example.net}\nrecords:\n"
                "  2001:db8::1: a.example\n  2001:DB8:0::1: b.example\n")
        done = self.check(text)
        self.assert_error(done, line=6)
        self.assertRegex(done.stdout, r":6:3: error: .*line 5")


class InternationalNames(CheckTestCase):
    """U-labels and A-labels."""

    def test_both_are_taken(self):
        for name in ("b\u00fccher.example", "xn--bcher-kva.example", "\u65e5\u672c.example"):
            with self.subTest(name):
                self.assert_good(self.check(COMPLETE.replace("one.example.net", name)))


class WeirdFiles(CheckTestCase):
    """A right reading or a clear error, never a crash: run_program fails on a signal."""

    def test_empty_files(self):
        for text in ("", "\n", "# only a comment\n", "---\n", "---\n...\n", "~\n", "\ufeff"):
            with self.subTest(text):
                self.assert_error(self.check(text))

    def test_byte_order_mark_is_read_over(self):
        self.assert_good(self.check("\ufeff" + COMPLETE))

    def test_crlf_is_read_over(self):
        self.assert_good(self.check(COMPLETE.replace("\n", "\r\n")))

    def test_crlf_does_not_shift_places(self):
        done = self.check(SEVEN_MISTAKES.replace("\n", "\r\n"))
        lines = re.findall(r"(?m)^zones/zone\.yaml:(\d+):\d+: error: ", done.stdout)
        self.assertEqual([int(line) for line in lines], MISTAKE_LINES, done.stdout)

    def test_carriage_returns_alone(self):
        self.assert_error(self.check(COMPLETE.replace("\n", "\r")))

    def test_tabs_as_indentation(self):
        self.assert_error(self.check(COMPLETE.replace("  192", "\t192")), line=5)

    def test_tabs_between_words_are_read_over(self):
        self.assert_good(self.check(COMPLETE.replace("192.0.2.1: one", "192.0.2.1:\t one")))

    def test_anchors_aliases_and_merge_keys(self):
        for text in (COMPLETE.replace("one.example.net", "&a one.example.net"),
                     COMPLETE.replace("one.example.net", "*a"),
                     COMPLETE.replace("192.0.2.1: one.example.net", "<<: {192.0.2.1: a.example}"),
                     COMPLETE.replace("one.example.net", "!!str one.example.net"),
                     COMPLETE.replace("one.example.net", "!tag one.example.net")):
            with self.subTest(text):
                self.assert_error(self.check(text), line=5)

    def test_laughs_are_not_billions(self):
        text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
        self.assert_error(self.check(text + COMPLETE), line=1)

    def test_second_document(self):
        self.assert_error(self.check(COMPLETE + "---\n" + COMPLETE), line=6)

    def test_other_encodings(self):
        for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-16-be"):
            with self.subTest(encoding):
                self.assert_error(self.check(COMPLETE.encode(encoding)))
        latin = COMPLETE.replace("one", "b\u00fccher").encode("latin-1")
        self.assert_error(self.check(latin), line=5)

    def test_control_characters(self):
        for octet in (b"\0", b"\x01", b"\x1b", b"\x7f", b"\xc2\x85", b"\xff", b"\xed\xa0\x80"):
            with self.subTest(octet):
                self.assert_error(self.check(COMPLETE.encode().replace(b"one", b"o" + octet)),
                                  line=5)

    def test_deep_nesting(self):
        for text in ("[" * 100_000, "{" * 100_000, "{a: " * 100_000, "- " * 100_000,
                     COMPLETE + "x: " + "[" * 40 + "]" * 40 + "\n"):
            with self.subTest(text[:20]):
                self.assert_error(self.check(text))

    def test_roots_that_are_no_mapping(self):
        for text in ("just text\n", "- a\n- b\n", "[network]\n", "5\n", '"quoted"\n'):
            with self.subTest(text):
                self.assert_error(self.check(text), line=1)

    def test_every_truncation_of_a_file(self):
        for octets in range(0, len(COMPLETE), 7):
            with self.subTest(octets):
                self.assertIn(self.check(COMPLETE[:octets]).returncode, (0, 1))

    def test_garbage(self):
        source = random.Random(20261122)
        for size in (1, 10, 100, 1000, 100_000):
            with self.subTest(size):
                self.assert_error(self.check(source.randbytes(size)))

    def test_garbage_that_looks_like_yaml(self):
        source = random.Random(20261122)
        for round_number in range(30):
            text = "".join(source.choices("[]{}:,-?&*!|>'\"%@`#~ \n\tab1", k=300))
            with self.subTest(round=round_number, text=text):
                self.assertEqual(self.check(text).returncode, 1)

    def test_50_mb_of_garbage(self):
        source = random.Random(20261122)
        letters = bytes(source.choices(b"abcdefghij :-[]{}\n", k=65536))
        for content in (source.randbytes(1 << 20) * 50, letters * 800, b"[" * 50_000_000,
                        b"\n" * 50_000_000):
            with self.subTest(content[:20]):
                self.assert_error(self.check(content))

    def test_a_hundred_thousand_mistakes_are_counted(self):
        done = self.check(b"a: b\n" * 100_000)
        self.assert_error(done)
        self.assertLess(len(done.stdout), 1_000_000)


class OddDirectories(CheckTestCase):
    """What may lie in a zones directory."""

    def test_other_files_are_passed_over(self):
        self.workspace.write_zone("zone", COMPLETE)
        for name in ("README.md", ".zone.yaml.swp", "zone.yaml~", "#zone.yaml#", ".hidden.yaml"):
            (self.workspace.zones / name).write_text("no yaml: [", encoding="utf-8")
        self.assert_good(self.run_check("-c", "arpad.yaml"))

    def test_directories_below_are_read(self):
        below = self.workspace.zones / "customers" / "acme"
        below.mkdir(parents=True)
        (below / "zone.yaml").write_text(COMPLETE, encoding="utf-8")
        self.assert_good(self.run_check("-c", "arpad.yaml"))

    def test_links_in_a_circle_come_to_an_end(self):
        self.workspace.write_zone("zone", COMPLETE)
        (self.workspace.zones / "circle").symlink_to(self.workspace.zones)
        self.assert_good(self.run_check("-c", "arpad.yaml"))

    def test_directory_that_is_called_like_a_zone_file(self):
        (self.workspace.zones / "zone.yaml").mkdir()
        self.assertIn(self.run_check("-c", "arpad.yaml").returncode, (0, 1))

    def test_zones_directory_that_is_a_file(self):
        self.workspace.zones.rmdir()
        self.workspace.zones.write_text("in the way", encoding="utf-8")
        done = self.run_check("-c", "arpad.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("zones", done.stdout)


if __name__ == "__main__":
    unittest.main()

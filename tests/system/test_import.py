"""`arpactl import`: the zone file stands for exactly the records that were imported."""

import ipaddress
import random
import shutil
import socket
import socketserver
import struct
import tempfile
import threading
import unittest
from pathlib import Path

from arpad_server import run_program
from zone_expansion import Expansion, parse, prefix_name

APEX = "2.0.192.in-addr.arpa."
SOA = (APEX, "SOA", 3600,
       "ns1.example.net. hostmaster.example.net. 2026112201 7200 1800 1209600 900")
NAMESERVERS = [(APEX, "NS", 3600, "ns1.example.net."), (APEX, "NS", 3600, "ns2.example.net.")]


def master_file(records):
    """The records, one a line, with full names."""
    return "".join(f"{owner} {ttl} IN {rr_type} {data}\n" for owner, rr_type, ttl, data in records)


def ptr(number, name, ttl=3600, apex=APEX):
    """The PTR record of the last octet `number`."""
    return (f"{number}.{apex}", "PTR", ttl, name)


class ImportTestCase(unittest.TestCase):
    """Runs arpactl import in a directory of its own."""

    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="arpad-test-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def write(self, name, text):
        """Writes a file in the directory."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    def run_import(self, *arguments):
        """Runs the command; both outputs are in `stdout`."""
        return run_program("ARPACTL", "import", *arguments, cwd=self.directory)

    def imported(self, text, *arguments):
        """The zone file that a good master file becomes; nothing else is printed."""
        self.write("zone.db", text)
        done = self.run_import("zone.db", *arguments)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def assert_same(self, records, head=True):
        """The records survive; returns the zone file as a mapping."""
        records = ([SOA, *NAMESERVERS] if head else []) + records
        text = self.imported(master_file(records))
        expected = {(owner.lower(), rr_type, ttl, data) for owner, rr_type, ttl, data in records}
        made = Expansion(text).records
        self.assertEqual(made, expected, text)
        return parse(text)

    def assert_error(self, text, place, part, *arguments):
        """The import stops with an error at a place."""
        self.write("zone.db", text)
        done = self.run_import("zone.db", *arguments)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(f"zone.db{place}: error: ", done.stdout)
        self.assertIn(part, done.stdout)
        self.assertNotIn("network:", done.stdout)
        return done.stdout


class Records(ImportTestCase):
    """What becomes an entry of `records`."""

    def test_one_name(self):
        zone = self.assert_same([ptr(1, "gw.example.net.")])
        self.assertEqual(zone["network"], "192.0.2.0/24")
        self.assertEqual(zone["records"], {"192.0.2.1": "gw.example.net"})

    def test_several_names(self):
        zone = self.assert_same([ptr(1, "b.example."), ptr(1, "a.example.")])
        self.assertEqual(zone["records"], {"192.0.2.1": ["b.example", "a.example"]})

    def test_names_that_yaml_would_misread(self):
        zone = self.assert_same([ptr(1, "no."), ptr(2, "NULL."), ptr(3, "0x1f."), ptr(4, "y."),
                                 ptr(5, "1e5.")])
        self.assertEqual(list(zone["records"].values()), ["no", "NULL", "0x1f", "y", "1e5"])

    def test_case_is_kept(self):
        zone = self.assert_same([ptr(1, "GW.Example.NET.")])
        self.assertEqual(zone["records"], {"192.0.2.1": "GW.Example.NET"})

    def test_ttl_of_the_network_is_the_most_frequent(self):
        zone = self.assert_same([ptr(1, "a.", 60), ptr(2, "b.", 300), ptr(3, "c.", 300)])
        self.assertEqual(zone["ttl"], "5m")
        self.assertEqual(zone["records"]["192.0.2.1"], {"name": "a", "ttl": "1m"})
        self.assertEqual((zone["nameservers_ttl"], zone["soa"]["ttl"]), ("1h", "1h"))

    def test_underscores_are_kept(self):
        self.assertIn("records", self.assert_same([ptr(1, "a_b.example.")]))

    def test_ipv6(self):
        apex = "8.b.d.0.1.0.0.2.ip6.arpa."
        owner = ipaddress.ip_address("2001:db8::").reverse_pointer + "."
        soa = (apex, *SOA[1:])
        zone = self.assert_same([soa, (apex, "NS", 3600, "ns.example."),
                                 (owner, "PTR", 3600, "first.example.")], head=False)
        self.assertEqual(zone["records"], {"2001:db8::": "first.example"})

    def test_zone_at_an_address(self):
        apex = "7." + APEX
        zone = self.assert_same([(apex, *SOA[1:]), (apex, "NS", 3600, "ns.example."),
                                 (apex, "PTR", 3600, "a.example.")], head=False)
        self.assertEqual(zone["network"], "192.0.2.7/32")

    def test_rfc_2317_zones(self):
        for label, network, style in (("64/26", "192.0.2.64/26", None),
                                      ("64-26", "192.0.2.64/26", "dash"),
                                      ("64-127", "192.0.2.64/26", "range"),
                                      ("7/32", "192.0.2.7/32", "slash"),
                                      ("0-31", "192.0.2.0/27", "range")):
            with self.subTest(label):
                apex = f"{label}.{APEX}"
                first = ipaddress.ip_network(network)[0]
                zone = self.assert_same(
                    [(apex, *SOA[1:]), (apex, "NS", 3600, "ns.example."),
                     ptr(int(first) & 255, "a.example.", apex=apex),
                     ptr(200, "outside.example.", apex=apex)], head=False)
                self.assertEqual((zone["network"], zone.get("style")), (network, style))
                self.assertEqual(list(zone["records"]), [str(first)])

    def test_zone_of_another_name(self):
        apex = "rev.example.net."
        zone = self.assert_same([(apex, *SOA[1:]), (apex, "NS", 3600, "ns.example."),
                                 ptr(1, "a.example.", apex=apex)], head=False)
        self.assertEqual(zone["zone"], "rev.example.net")
        self.assertNotIn("records", zone)


class Extra(ImportTestCase):
    """What goes to `extra`."""

    def test_target_that_is_no_host_name(self):
        zone = self.assert_same([ptr(1, "a/b.example."), ptr(1, "c.example."), ptr(2, "."),
                                 ptr(3, "1.2.3.4.")])
        self.assertNotIn("records", zone)

    def test_other_types_beside_a_ptr(self):
        zone = self.assert_same([ptr(1, "a."), (f"1.{APEX}", "TXT", 3600, '"x"')])
        self.assertEqual(zone["records"], {"192.0.2.1": "a"})

    def test_ptr_at_and_below_cuts_and_aliases(self):
        self.assert_same([
            (f"1.{APEX}", "CNAME", 3600, "x.example."), ptr("2.1", "a."),
            (f"3.{APEX}", "DNAME", 3600, "y.example."), ptr(3, "b."), ptr("1.3", "b."),
            (f"4.{APEX}", "NS", 3600, "ns.example."), ptr(4, "c.")])

    def test_odd_owners(self):
        zone = self.assert_same([
            (f"*.{APEX}", "PTR", 3600, "wild."), (f"007.{APEX}", "PTR", 3600, "zeros."),
            (f"256.{APEX}", "PTR", 3600, "large."),
            (f"_x\\.y\\032\\@.{APEX}", "TXT", 5, '"\\"\\\\"'),
            (f"\\@.{APEX}", "TXT", 3600, '"at"'), (f"\\$x.{APEX}", "TXT", 3600, '"dollar"'),
            (APEX, "TXT", 3600, '"apex"'), (APEX, "PTR", 3600, "apex.")])
        self.assertNotIn("records", zone)

    def test_types(self):
        self.assert_same([
            (f"a.{APEX}", "SRV", 3600, "1 2 3 t.example."),
            (f"a.{APEX}", "TYPE65280", 3600, "\\# 3 abcdef"),
            (f"a.{APEX}", "AAAA", 3600, "2001:db8::1"),
            (f"a.{APEX}", "MX", 3600, "10 mx.example."),
            (f"a.{APEX}", "TXT", 3600, '"a b" "c;d" "\\195\\188"')])

    def test_long_record(self):
        self.assert_same([(f"a.{APEX}", "TXT", 3600,
                           " ".join('"' + "x" * 255 + '"' for _ in range(200)))])


class Ranges(ImportTestCase):
    """What becomes an entry of `ranges`."""

    def test_whole_prefix(self):
        zone = self.assert_same([ptr(n, f"192-0-2-{n}.dyn.example.") for n in range(256)])
        self.assertEqual(zone["ranges"], {"192.0.2.0/24": "{ip}.dyn.example"})
        self.assertNotIn("records", zone)

    def test_part_of_a_network(self):
        zone = self.assert_same([ptr(n, f"h{n:03}.example.") for n in range(10, 90)])
        self.assertEqual(zone["ranges"], {"192.0.2.10-192.0.2.89": "h{d:03}.example"})

    def test_fifteen_names_are_none(self):
        zone = self.assert_same([ptr(n, f"h{n}.example.") for n in range(15)])
        self.assertNotIn("ranges", zone)

    def test_sixteen_names_are_one(self):
        zone = self.assert_same([ptr(n, f"h{n}.example.") for n in range(16)])
        self.assertEqual(zone["ranges"], {"192.0.2.0/28": "h{d}.example"})

    def test_other_names_inside_keep_their_entries(self):
        zone = self.assert_same([ptr(n, "www.example." if n == 5 else f"h{n}.example.")
                                 for n in range(32)])
        self.assertEqual(zone["ranges"], {"192.0.2.0/27": "h{d}.example"})
        self.assertEqual(zone["records"], {"192.0.2.5": "www.example"})

    def test_few_holes_are_written(self):
        zone = self.assert_same([ptr(n, f"h{n}.example.") for n in range(64) if n not in (9, 40)])
        self.assertEqual(zone["ranges"], {"192.0.2.0/26": "h{d}.example"})
        self.assertEqual(zone["records"], {"192.0.2.9": None, "192.0.2.40": None})

    def test_many_holes_are_not(self):
        zone = self.assert_same([ptr(n, f"h{n}.example.") for n in range(0, 256, 2)])
        self.assertNotIn("ranges", zone)

    def test_one_name_for_all(self):
        zone = self.assert_same([ptr(n, "dyn7.example.") for n in range(128, 256)])
        self.assertEqual(zone["ranges"], {"192.0.2.128/25": "dyn7.example"})

    def test_count_from_the_first_address(self):
        zone = self.assert_same([ptr(n, f"pool-{n - 100}.example.") for n in range(100, 140)])
        self.assertEqual(zone["ranges"], {"192.0.2.100-192.0.2.139": "pool-{host}.example"})

    def test_hexadecimal(self):
        zone = self.assert_same([ptr(n, f"c00002{n:02x}.example.") for n in range(64)])
        self.assertEqual(zone["ranges"], {"192.0.2.0/26": "{hex}.example"})

    def test_reversed_octets(self):
        zone = self.assert_same([ptr(n, f"{n}.2.0.192.example.") for n in range(64)])
        self.assertEqual(zone["ranges"], {"192.0.2.0/26": "{d}.{c}.{b}.{a}.example"})

    def test_ttl_of_its_own(self):
        zone = self.assert_same([ptr(n, f"h{n}.example.", 60) for n in range(16)]
                                + [ptr(n, f"x{n * 7}.example.", 300) for n in range(100, 120)])
        self.assertEqual(zone["ranges"], {"192.0.2.0/28": {"name": "h{d}.example", "ttl": "1m"}})

    def test_template_that_repeats_in_each_24(self):
        apex = "0.192.in-addr.arpa."
        records = [(f"{d}.{c}.{apex}", "PTR", 3600, f"h{d}.example.")
                   for c in (2, 3) for d in range(256)]
        zone = self.assert_same([(apex, *SOA[1:]), (apex, "NS", 3600, "ns."), *records], head=False)
        self.assertEqual(list(zone["ranges"]), ["192.0.2.0/24", "192.0.3.0/24"])

    def test_cut_inside_splits_it(self):
        zone = self.assert_same([ptr(n, f"h{n}.example.") for n in range(64) if n != 20]
                                + [(f"20.{APEX}", "NS", 3600, "ns.example.")])
        self.assertEqual(list(zone["ranges"]), ["192.0.2.0-192.0.2.19", "192.0.2.21-192.0.2.63"])

    def test_ipv6(self):
        apex = "8.b.d.0.1.0.0.2.ip6.arpa."
        for text, template in (("{ip}", "{ip}.example"), ("{hex}", "{hex}.example"),
                               ("{groups}", "{groups}.example")):
            with self.subTest(text):
                records = []
                for n in range(64):
                    address = ipaddress.ip_address("2001:db8::") + n
                    made = {"{hex}": f"{int(address):032x}",
                            "{groups}": address.exploded.replace(":", "-"),
                            "{ip}": (str(address) + ("0" if n == 0 else "")).replace(":", "-")}
                    records.append((address.reverse_pointer + ".", "PTR", 3600,
                                    made[text] + ".example."))
                zone = self.assert_same([(apex, *SOA[1:]), (apex, "NS", 3600, "ns."), *records],
                                        head=False)
                self.assertEqual(zone["ranges"], {"2001:db8::/122": template})


class Delegations(ImportTestCase):
    """What becomes an entry of `delegations`."""

    def block(self, label, first, size, ttl=3600):
        """The records of an RFC 2317 delegation."""
        return [(f"{label}.{APEX}", "NS", ttl, "ns.cust.example.")] + [
            (f"{n}.{APEX}", "CNAME", ttl, f"{n}.{label}.{APEX}")
            for n in range(first, first + size)]

    def test_aligned_prefix(self):
        apex = "0.192.in-addr.arpa."
        zone = self.assert_same([(apex, *SOA[1:]), (apex, "NS", 3600, "ns."),
                                 (APEX, "NS", 60, "ns1.cust.example."),
                                 (APEX, "DS", 300, "12345 13 2 " + "ab" * 32)], head=False)
        self.assertEqual(zone["delegations"]["192.0.2.0/24"],
                         {"nameservers": ["ns1.cust.example"], "ttl": "1m",
                          "ds": ["12345 13 2 " + "AB" * 32], "ds_ttl": "5m"}
                         | ({} if zone["ttl"] != "1m" else {}))

    def test_classless_blocks_in_each_style(self):
        for label, style in (("64/26", None), ("64-26", "dash"), ("64-127", "range")):
            with self.subTest(label):
                zone = self.assert_same(self.block(label, 64, 64))
                self.assertEqual(zone["delegations"]["192.0.2.64/26"].get("style"), style)
                self.assertNotIn("extra", zone)

    def test_classless_delegation_of_one_address(self):
        zone = self.assert_same(self.block("7/32", 7, 1))
        self.assertEqual(zone["delegations"]["192.0.2.7/32"]["style"], "slash")

    def test_delegation_inside_a_classless_zone(self):
        apex = f"64/26.{APEX}"
        zone = self.assert_same(
            [(apex, *SOA[1:]), (apex, "NS", 3600, "ns."), (f"70.{apex}", "NS", 3600, "a.example."),
             (f"64/28.{apex}", "NS", 3600, "b.example.")]
            + [(f"{n}.{apex}", "CNAME", 3600, f"{n}.64/28.{apex}") for n in range(64, 80)
               if n != 70], head=False)
        self.assertEqual(list(zone["delegations"]), ["192.0.2.70/32"])

    def test_nibble_of_ipv6(self):
        apex = "8.b.d.0.1.0.0.2.ip6.arpa."
        zone = self.assert_same([(apex, *SOA[1:]), (apex, "NS", 3600, "ns."),
                                 ("7.0.0.0." + apex, "NS", 3600, "a.example.")], head=False)
        self.assertEqual(list(zone["delegations"]), ["2001:db8:7::/48"])

    def test_block_with_one_alias_missing_stays_as_it_is(self):
        zone = self.assert_same(self.block("64/26", 64, 64)[:-1])
        self.assertNotIn("delegations", zone)

    def test_block_with_one_other_ttl_stays_as_it_is(self):
        records = self.block("64/26", 64, 64)
        records[9] = (*records[9][:2], 60, records[9][3])
        self.assertNotIn("delegations", self.assert_same(records))

    def test_block_led_elsewhere(self):
        zone = self.assert_same([(f"{n}.{APEX}", "CNAME", 60, f"{n}.rev.cust.example.")
                                 for n in range(32, 48)])
        self.assertEqual(zone["delegations"],
                         {"192.0.2.32/28": {"cname_to": "rev.cust.example", "ttl": "1m"}}
                         if zone["ttl"] != "1m" else
                         {"192.0.2.32/28": {"cname_to": "rev.cust.example"}})

    def test_aliases_that_are_no_block_stay_as_they_are(self):
        zone = self.assert_same([(f"{n}.{APEX}", "CNAME", 60, f"{n}.rev.cust.example.")
                                 for n in range(33, 49)])
        self.assertNotIn("delegations", zone)

    def test_glue(self):
        zone = self.assert_same([(f"7.{APEX}", "NS", 3600, f"ns.7.{APEX}"),
                                 (f"ns.7.{APEX}", "A", 3600, "192.0.2.7"),
                                 (f"ns.7.{APEX}", "AAAA", 60, "2001:db8::7")])
        self.assertEqual(zone["delegations"]["192.0.2.7/32"]["nameservers"],
                         [{"name": f"ns.7.{APEX}"[:-1], "addresses": ["192.0.2.7"]}])
        self.assertIn("AAAA", zone["extra"])

    def test_cut_below_a_cut_stays_as_it_is(self):
        apex = "192.in-addr.arpa."
        zone = self.assert_same([(apex, *SOA[1:]), (apex, "NS", 3600, "ns."),
                                 ("0." + apex, "NS", 3600, "a.example."),
                                 (APEX, "NS", 3600, "b.example.")], head=False)
        self.assertEqual(list(zone["delegations"]), ["192.0.0.0/16"])


class MasterFiles(ImportTestCase):
    """Directives."""

    HEAD = ("$TTL 1h\n@ SOA ns1.example.net. hostmaster.example.net. 1 2h 30m 2w 15m\n"
            " NS ns1.example.net.\n")

    def test_origin_option(self):
        text = self.imported(self.HEAD + "1 PTR a.example.\n", "--origin", APEX)
        self.assertIn("192.0.2.1: a.example", text)

    def test_generate_becomes_a_range(self):
        text = self.imported(f"$ORIGIN {APEX}\n{self.HEAD}$GENERATE 128-255 $ PTR p-$.example.\n")
        self.assertIn('192.0.2.128/25: "p-{d}.example"', text)

    def test_include_beside_the_file(self):
        self.write("sub/inc.db", "1 PTR a.example.\n")
        self.write("sub/zone.db", f"$ORIGIN {APEX}\n{self.HEAD}$INCLUDE inc.db\n")
        done = self.run_import("sub/zone.db")
        self.assertIn("192.0.2.1: a.example", done.stdout)

    def test_ttl_of_the_soa_minimum(self):
        text = self.imported(f"{APEX} SOA a. b.c. 1 2 3 4 77\n NS a.\n")
        self.assertIn("ttl: 77", text)

    def test_debian_files(self):
        for zone in ("0", "127", "255"):
            path = Path(f"/etc/bind/db.{zone}")
            if not path.exists():
                self.skipTest("bind9 is not installed")
            done = self.run_import(path, "--origin", f"{zone}.in-addr.arpa")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("nameservers: [localhost]", done.stdout)


class Errors(ImportTestCase):
    """What stops the import."""

    GOOD = master_file([SOA, *NAMESERVERS, ptr(1, "a.example.")])

    def test_unusable_line(self):
        self.assert_error(self.GOOD + f"2.{APEX} 5 PTR\n", ":5:27", "ends too early")

    def test_all_of_them_are_listed(self):
        done = self.assert_error(self.GOOD + f"x\n1.{APEX} 5 A 1\n", ":5:1", "`x`")
        self.assertIn("zone.db:6:29: error: ", done)

    def test_name_outside_the_zone(self):
        self.assert_error(self.GOOD + "1.3.0.192.in-addr.arpa. 5 PTR a.\n", ":5:1",
                          "outside the zone")
        self.assert_error(self.GOOD + "a.example. 5 A 1.2.3.4\n", ":5:1", "outside the zone")

    def test_skip_bad(self):
        self.write("zone.db", self.GOOD + "a.example. 5 A 1.2.3.4\nnonsense\n")
        done = self.run_import("zone.db", "--skip-bad")
        self.assertEqual(done.returncode, 0)
        self.assertIn("zone.db:5:1: warning: ", done.stdout)
        self.assertIn("zone.db:6:1: warning: ", done.stdout)
        self.assertIn("192.0.2.1: a.example", done.stdout)

    def test_no_soa(self):
        self.assert_error(master_file([*NAMESERVERS]), "", "no SOA record")

    def test_two_zones(self):
        self.assert_error(self.GOOD + master_file([("3.0.192.in-addr.arpa.", *SOA[1:])]), ":5:1",
                          "second SOA")

    def test_no_nameserver(self):
        self.assert_error(master_file([SOA]), "", "no NS record")

    def test_names_that_a_zone_file_cannot_have(self):
        self.assert_error(master_file([SOA, (APEX, "NS", 60, "a/b.")]), ":2:1", "a/b.")
        self.assert_error(master_file([(APEX, "SOA", 60, ". a.b. 1 2 3 4 5"), *NAMESERVERS]),
                          ":1:1", "primary")
        self.assert_error(master_file([(APEX, "SOA", 60, "a. . 1 2 3 4 5"), *NAMESERVERS]),
                          ":1:1", "contact")

    def test_relative_name_without_origin(self):
        self.assert_error("@ SOA a. b.c. 1 2 3 4 5\n", ":1:1", "--origin")

    def test_different_ttls_are_made_one(self):
        self.write("zone.db", self.GOOD + f"1.{APEX} 60 PTR b.example.\n")
        done = self.run_import("zone.db")
        self.assertEqual(done.returncode, 0)
        self.assertIn("zone.db:5:1: warning: ", done.stdout)

    def test_file_that_is_not_there(self):
        done = self.run_import("nowhere.db")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere.db: error: ", done.stdout)

    def test_misuse(self):
        self.write("a.db", self.GOOD)
        for arguments in ((), ("a.db", "a.db"), ("--from", "x", "a.db"), ("--axfr", "127.0.0.1"),
                          ("a.db", "--force"), ("a.db", "--view", "x"), ("--nonsense",)):
            with self.subTest(arguments):
                self.assertEqual(self.run_import(*arguments).returncode, 2)


class Output(ImportTestCase):
    """-o DIR"""

    GOOD = Errors.GOOD

    def setUp(self):
        super().setUp()
        self.write("zone.db", self.GOOD)
        (self.directory / "out").mkdir()

    def test_file_is_named_after_the_network(self):
        done = self.run_import("zone.db", "-o", "out")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual([path.name for path in (self.directory / "out").iterdir()],
                         ["192.0.2.0_24.yaml"])

    def test_ipv6_file_name(self):
        self.write("zone.db", self.GOOD.replace(APEX, "8.b.d.0.1.0.0.2.ip6.arpa."))
        self.run_import("zone.db", "-o", "out")
        self.assertTrue((self.directory / "out" / "2001-db8--_32.yaml").exists())

    def test_existing_file_is_kept(self):
        path = self.write("out/192.0.2.0_24.yaml", "mine")
        done = self.run_import("zone.db", "-o", "out")
        self.assertEqual(done.returncode, 1)
        self.assertIn("there already", done.stdout)
        self.assertEqual(path.read_text(encoding="utf-8"), "mine")

    def test_force(self):
        path = self.write("out/192.0.2.0_24.yaml", "mine")
        self.assertEqual(self.run_import("zone.db", "-o", "out", "--force").returncode, 0)
        self.assertIn("network:", path.read_text(encoding="utf-8"))

    def test_one_bad_zone_keeps_all_from_being_written(self):
        self.write("bad.db", "nonsense\n")
        self.assertEqual(self.run_import("zone.db", "bad.db", "-o", "out").returncode, 1)
        self.assertEqual(list((self.directory / "out").iterdir()), [])

    def test_directory_that_is_not_there(self):
        self.assertEqual(self.run_import("zone.db", "-o", "nowhere").returncode, 1)

    def test_file_passes_the_check(self):
        self.run_import("zone.db", "-o", "out")
        done = run_program("ARPACTL", "check", "out/192.0.2.0_24.yaml", cwd=self.directory)
        self.assertEqual(done.returncode, 0, done.stdout)


class NamedConf(ImportTestCase):
    """--from named.conf"""

    CONF = """\
// a comment
# another
options { directory "zones"; listen-on { 127.0.0.1; }; /* a } third */ };
key "k" { algorithm hmac-sha256; secret "x;}"; };
zone "2.0.192.in-addr.arpa" IN { type master; file "a.db"; allow-update { none; }; };
include "more.conf";
zone "example.net" { type master; file "forward.db"; };
zone "9.0.192.in-addr.arpa" { type slave; file "s.db"; masters { 192.0.2.1; }; };
"""

    def setUp(self):
        super().setUp()
        (self.directory / "out").mkdir()
        self.write("named.conf", self.CONF)
        self.write("zones/more.conf", 'zone "3.0.192.in-addr.arpa." { type primary; '
                                      'file "sub/b.db"; };\n')
        relative = MasterFiles.HEAD + "1 PTR a.example.\n"
        self.write("zones/a.db", relative + "$INCLUDE sub/inc.db\n")
        self.write("zones/sub/b.db", relative)
        self.write("zones/sub/inc.db", "2 PTR b.example.\n")

    def names(self):
        """The files that were written."""
        return sorted(path.name for path in (self.directory / "out").iterdir())

    def test_primary_reverse_zones_are_imported(self):
        done = self.run_import("--from", "named.conf", "-o", "out")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.names(), ["192.0.2.0_24.yaml", "192.0.3.0_24.yaml"])

    def test_one_of_two_views(self):
        self.write("named.conf", 'options { directory "zones"; };\n'
                   'view "in" { zone "2.0.192.in-addr.arpa" { type master; file "a.db"; }; };\n'
                   'view "out" { zone "2.0.192.in-addr.arpa" { type master; file "a.db"; }; };\n')
        done = self.run_import("--from", "named.conf", "-o", "out")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--view", done.stdout)
        done = self.run_import("--from", "named.conf", "-o", "out", "--view", "in")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_errors_have_places(self):
        for text, part in (('zone "2.0.192.in-addr.arpa" { type master; };', ":1:1: error: "),
                           ('include "nowhere.conf";', ":1:9: error: "),
                           ("/* never closed", ":1:1: error: "),
                           ("options { };", ": error: no reverse zone"),
                           ('include "named.conf";', ":1:9: error: ")):
            with self.subTest(text):
                self.write("named.conf", text)
                done = self.run_import("--from", "named.conf", "-o", "out")
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"named.conf{part}", done.stdout)


class _TransferServer(socketserver.BaseRequestHandler):
    """Answers every query over TCP with the zone, a record a message."""

    def handle(self):
        size = struct.unpack("!H", self._read(2))[0]
        query = self._read(size)
        end = query.index(b"\0", 12) + 5
        for rr in self.server.records:
            flags = 0x8400 | self.server.rcode
            message = query[:2] + struct.pack("!HHHHH", flags, 1, 1, 0, 0) + query[12:end] + rr
            self.request.sendall(struct.pack("!H", len(message)) + message)

    def _read(self, size):
        octets = b""
        while len(octets) < size:
            octets += self.request.recv(size - len(octets))
        return octets


def wire_name(text):
    """A name without escapes in wire form."""
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in text.rstrip(".").split(".")) + b"\0"


class Transfers(ImportTestCase):
    """--axfr"""

    def serve(self, records, rcode=0):
        """A server of the records; its port."""
        server = socketserver.TCPServer(("127.0.0.1", 0), _TransferServer)
        server.records = records
        server.rcode = rcode
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    @staticmethod
    def rr(owner, number, rdata):
        """A record in wire form with a TTL of an hour."""
        return wire_name(owner) + struct.pack("!HHIH", number, 1, 3600, len(rdata)) + rdata

    def test_zone_is_transferred(self):
        soa = self.rr(APEX, 6, wire_name("ns.example.") + wire_name("host.example.")
                      + struct.pack("!5I", 1, 2, 3, 4, 5))
        records = [soa, self.rr(APEX, 2, wire_name("ns.example.")),
                   self.rr("7." + APEX, 12, wire_name("a.example.")), soa]
        done = self.run_import("--axfr", f"127.0.0.1:{self.serve(records)}", APEX[:-1])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("192.0.2.7: a.example", done.stdout)

    def test_compressed_names(self):
        pointer = struct.pack("!H", 0xC00C)  # to the name in the question
        soa = (pointer + struct.pack("!HHIH", 6, 1, 3600, 29) + b"\2ns" + pointer + b"\1h" + pointer
               + struct.pack("!5I", *range(5)))
        ns = pointer + struct.pack("!HHIH", 2, 1, 3600, 5) + b"\2ns" + pointer
        srv = (b"\1x" + pointer + struct.pack("!HHIH", 33, 1, 3600, 11)
               + struct.pack("!HHH", 1, 2, 3) + b"\2ns" + pointer)
        done = self.run_import("--axfr", f"127.0.0.1:{self.serve([soa, ns, srv, soa])}", APEX)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"nameservers: [ns.{APEX[:-1]}]", done.stdout)
        self.assertIn(f"SRV    1 2 3 ns.{APEX}", done.stdout)

    def test_hostile_messages(self):
        pointer = struct.pack("!H", 0xC00C)
        for rr in (b"", b"\xC0", b"\xC0\xFF" * 20, pointer * 30, b"\x3f" * 40,
                   pointer + struct.pack("!HHIH", 6, 1, 3600, 65535) + b"x" * 30,
                   pointer + struct.pack("!HHIH", 250, 1, 3600, 0),
                   pointer + struct.pack("!HHIH", 2, 1, 3600, 2) + struct.pack("!H", 0xC03B)):
            with self.subTest(rr):
                done = self.run_import("--axfr", f"127.0.0.1:{self.serve([rr, rr])}", APEX)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn("error: ", done.stdout)

    def test_transfer_that_is_refused(self):
        done = self.run_import("--axfr", f"127.0.0.1:{self.serve([b''], rcode=5)}", APEX)
        self.assertEqual(done.returncode, 1)
        self.assertIn("refuses to transfer 2.0.192.in-addr.arpa.: REFUSED", done.stdout)

    def test_transfer_that_breaks_off(self):
        soa = self.rr(APEX, 6, wire_name("ns.example.") + wire_name("host.example.")
                      + struct.pack("!5I", 1, 2, 3, 4, 5))
        done = self.run_import("--axfr", f"127.0.0.1:{self.serve([soa])}", APEX)
        self.assertEqual(done.returncode, 1)
        self.assertIn("breaks off", done.stdout)

    def test_server_that_is_not_there(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            done = self.run_import("--axfr", f"127.0.0.1:{port}", APEX)
        self.assertEqual(done.returncode, 1)
        self.assertIn("error: ", done.stdout)


class RandomZones(ImportTestCase):
    """Zones that mix everything."""

    @staticmethod
    def records_of(source):
        """The records of a random zone below 192.0.2.0/23's zones."""
        apex = "0.192.in-addr.arpa."
        records = [(apex, *SOA[1:]), (apex, "NS", 3600, "ns.example.")]
        cuts = set()
        for third in (2, 3):
            base = prefix_name(ipaddress.ip_network(f"192.0.{third}.0/24"))
            at = 0
            while at < 256:
                size = min(source.choice([1, 2, 4, 8, 16, 17, 32, 60]), 256 - at)
                numbers = range(at, at + size)
                kind = source.randrange(9)
                ttl = source.choice([3600, 3600, 3600, 60])
                names = {0: "h{0}.example.", 1: "192-0-{1}-{0}.example.", 2: "p{0:03}-{1}.example.",
                         3: "same.example.", 4: "{2}.example."}
                if kind in names:
                    records += [(f"{n}.{base}", "PTR", ttl,
                                 names[kind].format(n, third, source.randrange(99)))
                                for n in numbers if source.random() > 0.03]
                elif kind == 5:
                    label = f"{at}/{33 - size.bit_length()}"
                    records += [(f"{label}.{base}", "NS", ttl, "ns.c.example.")]
                    records += [(f"{n}.{base}", "CNAME", ttl, f"{n}.{label}.{base}")
                                for n in numbers]
                elif kind == 6:
                    records += [(f"{n}.{base}", "CNAME", ttl, f"{n}.r.c.example.")
                                for n in numbers]
                elif kind == 7:
                    cuts.add(f"{at}.{base}")
                    records += [(f"{at}.{base}", "NS", ttl, f"ns.{at}.{base}"),
                                (f"ns.{at}.{base}", "A", source.choice([ttl, 5]), "192.0.2.1")]
                at += size
            records += [(f"x{n}.{base}", "TXT", 3600, f'"{n}"') for n in range(3)]
        return list(dict.fromkeys(records))

    def test_every_record_survives(self):
        for seed in range(40):
            with self.subTest(seed):
                source = random.Random(seed)
                records = self.records_of(source)
                tail = records[2:]
                source.shuffle(tail)
                self.assert_same(records[:2] + tail, head=False)


if __name__ == "__main__":
    unittest.main()

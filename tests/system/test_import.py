"""`arpactl import`: the zone file stands for exactly the records that were imported."""

import ipaddress
import random
import unittest
from pathlib import Path

from import_case import APEX, GOOD, HEAD, NAMESERVERS, SOA, ImportTestCase, master_file, ptr
from zone_expansion import prefix_name


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

    def test_origin_option(self):
        text = self.imported(HEAD + "1 PTR a.example.\n", "--origin", APEX)
        self.assertIn("192.0.2.1: a.example", text)

    def test_generate_becomes_a_range(self):
        text = self.imported(f"$ORIGIN {APEX}\n{HEAD}$GENERATE 128-255 $ PTR p-$.example.\n")
        self.assertIn('192.0.2.128/25: "p-{d}.example"', text)

    def test_include_beside_the_file(self):
        self.write("sub/inc.db", "1 PTR a.example.\n")
        self.write("sub/zone.db", f"$ORIGIN {APEX}\n{HEAD}$INCLUDE inc.db\n")
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


    def test_unusable_line(self):
        self.assert_error(GOOD + f"2.{APEX} 5 PTR\n", ":5:27", "ends too early")

    def test_all_of_them_are_listed(self):
        done = self.assert_error(GOOD + f"x\n1.{APEX} 5 A 1\n", ":5:1", "`x`")
        self.assertIn("zone.db:6:29: error: ", done)

    def test_name_outside_the_zone(self):
        self.assert_error(GOOD + "1.3.0.192.in-addr.arpa. 5 PTR a.\n", ":5:1",
                          "outside the zone")
        self.assert_error(GOOD + "a.example. 5 A 1.2.3.4\n", ":5:1", "outside the zone")

    def test_skip_bad(self):
        self.write("zone.db", GOOD + "a.example. 5 A 1.2.3.4\nnonsense\n")
        done = self.run_import("zone.db", "--skip-bad")
        self.assertEqual(done.returncode, 0)
        self.assertIn("zone.db:5:1: warning: ", done.stdout)
        self.assertIn("zone.db:6:1: warning: ", done.stdout)
        self.assertIn("192.0.2.1: a.example", done.stdout)

    def test_no_soa(self):
        self.assert_error(master_file([*NAMESERVERS]), "", "no SOA record")

    def test_two_zones(self):
        self.assert_error(GOOD + master_file([("3.0.192.in-addr.arpa.", *SOA[1:])]), ":5:1",
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
        self.write("zone.db", GOOD + f"1.{APEX} 60 PTR b.example.\n")
        done = self.run_import("zone.db")
        self.assertEqual(done.returncode, 0)
        self.assertIn("zone.db:5:1: warning: ", done.stdout)

    def test_file_that_is_not_there(self):
        done = self.run_import("nowhere.db")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere.db: error: ", done.stdout)

    def test_misuse(self):
        self.write("a.db", GOOD)
        for arguments in ((), ("a.db", "a.db"), ("--from", "x", "a.db"), ("--axfr", "127.0.0.1"),
                          ("a.db", "--force"), ("a.db", "--view", "x"), ("--nonsense",)):
            with self.subTest(arguments):
                self.assertEqual(self.run_import(*arguments).returncode, 2)


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

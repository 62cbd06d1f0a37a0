"""arpactl export: networks as master files that NSD, Knot and BIND load."""

import os
import re
import subprocess
import unittest

from arpad_server import Workspace, run_program

ZONE = """\
network: 192.0.2.0/24
records:
  192.0.2.1: gw.example.net
  192.0.2.10: [b.example.net, a.example.net]
ranges:
  192.0.2.16/28: "pool-{d:03}.example.net"
  192.0.2.20/31: ~
delegations:
  192.0.2.64/26: {nameservers: [ns1.customer.example]}
extra: |
  @          TXT        "say \\"hi\\"; ok" "two"
  \\@\\$.x     A          192.0.2.9
  a\\.b.x     TYPE65280  \\# 3 010203
  *.w        MX         10 mail.example.net.
  big        TXT        %s
""" % " ".join('"' + "x" * 250 + '"' for _ in range(80))
APEX = "2.0.192.in-addr.arpa"


class ExportTest(unittest.TestCase):
    """Claims about what is written."""

    def setUp(self):
        self.workspace = self.enterContext(Workspace({"zone": ZONE}))
        self.directory = self.workspace.directory / "out"

    def export(self, *arguments):
        """Runs arpactl export."""
        return run_program("ARPACTL", "export", "-c", self.workspace.config, *arguments)

    def lines(self, *arguments):
        """The records that are written to standard output, as fields."""
        done = self.export("192.0.2.0/24", *arguments)
        self.assertEqual(done.returncode, 0, done.stdout)
        return [line.split(None, 4) for line in done.stdout.splitlines() if " IN " in line]

    def test_begins_with_the_soa_of_the_zone(self):
        done = self.export("192.0.2.0/24")
        self.assertEqual(done.stdout.splitlines()[0], f"$ORIGIN {APEX}.")
        self.assertEqual(self.lines()[0][:4], [APEX + ".", "3600", "IN", "SOA"])

    def test_ranges_are_expanded_without_their_holes(self):
        names = {line[0]: line[4] for line in self.lines() if line[3] == "PTR"}
        self.assertEqual(names["19." + APEX + "."], "pool-019.example.net.")
        self.assertNotIn("20." + APEX + ".", names)
        self.assertEqual(sum(name.startswith("pool-") for name in names.values()), 14)

    def test_ranges_can_be_left_out(self):
        self.assertFalse(any("pool-" in line[4] for line in self.lines("--omit-ranges")))

    def test_ranges_over_the_limit_are_an_error(self):
        done = self.export("192.0.2.0/24", "--limit", "13")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"the ranges of {APEX}. make 14 names, and the limit is 13", done.stdout)

    def test_names_are_in_canonical_order(self):
        owners = [line[0] for line in self.lines()]
        octets = [owner.split(".")[0] for owner in owners if re.match(r"\d+\.2\.0\.192", owner)]
        self.assertEqual(octets, sorted(octets))

    def test_other_nameservers_load_it(self):
        self.assertEqual(self.export("all", "-o", self.directory).returncode, 0)
        (file,) = self.directory.iterdir()
        self.assertEqual(file.name, APEX + ".zone")
        for command in (["named-checkzone", APEX], ["nsd-checkzone", APEX]):
            done = subprocess.run([*command, file], stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.STDOUT, check=False, timeout=60,
                                  env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
            self.assertEqual(done.returncode, 0, f"{command[0]}: {done.stdout}")

    def test_serial_is_the_one_that_is_served(self):
        with self.workspace.start() as server:
            served = server.serial(APEX)
            self.assertEqual(int(self.lines()[0][4].split()[2]), served)
        self.assertEqual(int(self.lines()[0][4].split()[2]), served)

    def test_several_zones_need_a_directory(self):
        self.workspace.write_zone("two", "network: 198.18.0.0/15\n")
        done = self.export("198.18.0.0/15")
        self.assertEqual(done.returncode, 1)
        self.assertIn("has 2 zones, and standard output takes one", done.stdout)
        self.assertEqual(self.export("198.18.0.0/15", "-o", self.directory).returncode, 0)
        self.assertEqual(sorted(path.name for path in self.directory.iterdir()),
                         ["18.198.in-addr.arpa.zone", "19.198.in-addr.arpa.zone"])

    def test_a_network_is_found_by_zone_name_and_file(self):
        self.workspace.write_zone("named", "zone: rev.example.net\n")
        for name in ("rev.example.net", self.workspace.zones / "named.yaml"):
            self.assertIn("$ORIGIN rev.example.net.", self.export(name).stdout)

    def test_one_of_several_zones_is_found_by_its_name(self):
        self.workspace.write_zone("two", "network: 198.18.0.0/15\n")
        self.assertEqual(self.export("19.198.in-addr.arpa").stdout.splitlines()[0],
                         "$ORIGIN 19.198.in-addr.arpa.")

    def test_a_slash_is_no_directory(self):
        self.workspace.write_zone("inner", "network: 192.0.2.128/25\n")
        self.export("192.0.2.128/25", "-o", self.directory)
        self.assertEqual([path.name for path in self.directory.iterdir()],
                         [f"128_25.{APEX}.zone"])

    def test_nothing_is_exported_while_a_file_has_an_error(self):
        self.workspace.write_zone("bad", "network: 10.0.0.0/8\nrecords: {10.0.0.300: a.example}\n")
        done = self.export("all", "-o", self.directory)
        self.assertEqual(done.returncode, 1)
        self.assertFalse(self.directory.exists())

    def test_a_file_that_is_there_is_kept(self):
        self.workspace.write_zone("two", "network: 198.18.0.0/15\n")
        self.directory.mkdir()
        file = self.directory / "19.198.in-addr.arpa.zone"
        file.write_text("mine\n", encoding="utf-8")
        done = self.export("198.18.0.0/15", "-o", self.directory)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{file}: error: the file is there already\n  move it away, or write over it "
                      "with --force\n", done.stdout)
        self.assertEqual(file.read_text(encoding="utf-8"), "mine\n")
        self.assertEqual(list(self.directory.iterdir()), [file])

    def test_force_replaces_a_file(self):
        self.export("all", "-o", self.directory)
        (file,) = self.directory.iterdir()
        file.write_text("old\n", encoding="utf-8")
        self.assertEqual(self.export("all", "-o", self.directory, "--force").returncode, 0)
        self.assertIn(f"$ORIGIN {APEX}.", file.read_text(encoding="utf-8"))
        self.assertEqual(list(self.directory.iterdir()), [file])

    def test_force_is_for_files(self):
        self.assertEqual(self.export("all", "--force").returncode, 2)

    def test_unknown_networks_are_an_error(self):
        done = self.export("203.0.113.0/24")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing is served as 203.0.113.0/24", done.stdout)


if __name__ == "__main__":
    unittest.main()

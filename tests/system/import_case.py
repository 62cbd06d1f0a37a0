"""What the tests of `arpactl import` share."""

import shutil
import tempfile
import unittest
from pathlib import Path

from arpad_server import run_program
from zone_expansion import Expansion, parse

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


HEAD = ("$TTL 1h\n@ SOA ns1.example.net. hostmaster.example.net. 1 2h 30m 2w 15m\n"
        " NS ns1.example.net.\n")
GOOD = master_file([SOA, *NAMESERVERS, ptr(1, "a.example.")])


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

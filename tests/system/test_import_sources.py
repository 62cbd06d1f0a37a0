"""Where `arpactl import` reads from, and what it writes to."""

import socket
import socketserver
import struct
import threading
import unittest

from arpad_server import run_program
from import_case import APEX, GOOD, HEAD, ImportTestCase


class Output(ImportTestCase):
    """-o DIR"""

    def setUp(self):
        super().setUp()
        self.write("zone.db", GOOD)
        (self.directory / "out").mkdir()

    def test_file_is_named_after_the_network(self):
        done = self.run_import("zone.db", "-o", "out")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual([path.name for path in (self.directory / "out").iterdir()],
                         ["192.0.2.0_24.yaml"])

    def test_ipv6_file_name(self):
        self.write("zone.db", GOOD.replace(APEX, "8.b.d.0.1.0.0.2.ip6.arpa."))
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

    def test_directory_is_made_if_missing(self):
        self.assertEqual(self.run_import("zone.db", "-o", "new/er").returncode, 0)
        self.assertTrue((self.directory / "new" / "er" / "192.0.2.0_24.yaml").exists())

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
        relative = HEAD + "1 PTR a.example.\n"
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

    def test_keywords_may_be_in_any_case(self):
        self.write("named.conf", 'Options { Directory "zones"; };\n'
                   'ZONE "2.0.192.in-addr.arpa" In { Type Primary; File "a.db"; };\n')
        done = self.run_import("--from", "named.conf", "-o", "out")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.names(), ["192.0.2.0_24.yaml"])

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


if __name__ == "__main__":
    unittest.main()

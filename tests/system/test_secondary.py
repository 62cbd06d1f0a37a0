"""Zones that arpad takes from primaries."""

import json
import signal
import sqlite3
import struct
import threading
import time
import unittest
import urllib.request

import dns_client as dns
from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, run_program, wait_until
from ports import free_port
from tcp_server import TcpServer

APEX = "2.0.192.in-addr.arpa."
SECONDS = 30
SERVFAIL_NOT_READY = 14
SERVFAIL_EXPIRED = 24


def zone_text(name, address="192.0.2.1"):
    """The file of the primary's zone."""
    return f"network: 192.0.2.0/24\nrecords:\n  {address}: {name}.example.net\n"


class SecondaryTestCase(ReplyTestCase):
    """A primary and its secondary."""

    def setUp(self):
        self.ports = {"primary": free_port(), "secondary": free_port()}
        soa = "soa: {contact: hostmaster.example.net, refresh: 1s, retry: 1s, expire: 1h}"
        policy = f"transfer: {{allow: [127.0.0.1], notify: [\"127.0.0.1:{self.ports['secondary']}\"]}}"
        self.primary = self.enterContext(Workspace(
            {"zone": zone_text("one")},
            f"zone_defaults:\n  nameservers: [ns1.example.net]\n  {soa}\n  {policy}\n",
            listen=(f"127.0.0.1:{self.ports['primary']}",)))
        self.secondary = self.enterContext(Workspace(
            {"zone": self.secondary_zone()}, ZONE_DEFAULTS,
            listen=(f"127.0.0.1:{self.ports['secondary']}",)))

    def secondary_zone(self, *ports):
        """The file of the secondary's zone."""
        primaries = ", ".join(f'"127.0.0.1:{port}"' for port in ports or (self.ports["primary"],))
        return f"network: 192.0.2.0/24\nprimaries: [{primaries}]\n"

    def let_expire(self):
        """Has the primary say that its zone expires soon."""
        self.primary.write_config(
            self.primary.config.read_text(encoding="utf-8").replace("expire: 1h", "expire: 4s"))

    def has(self, server, name, address="192.0.2.1"):
        """Whether an address has a name."""
        reply = server.ask_ptr(address)
        return reply.rcode == "NOERROR" and reply.data("answer", "PTR") == [f"{name}.example.net."]

    def wait_for_name(self, server, name):
        """Waits until the address has the name."""
        wait_until(lambda: self.has(server, name), f"the name {name}")

    def assert_failing(self, server, code):
        """SERVFAIL with this extended error."""
        reply = server.ask_ptr("192.0.2.1", edns=dns.Edns())
        self.assertEqual(reply.rcode, "SERVFAIL")
        self.assertEqual(reply.extended_error, code)


class Secondary(SecondaryTestCase):
    """What becomes of a zone."""

    def test_it_follows_the_primary(self):
        with self.secondary.start() as secondary:
            self.assert_failing(secondary, SERVFAIL_NOT_READY)
            with self.primary.start() as primary:
                self.wait_for_name(secondary, "one")
                self.assertEqual(secondary.serial(APEX), primary.serial(APEX))
                self.primary.write_zone("zone", zone_text("two"))
                self.wait_for_name(secondary, "two")
                self.assertEqual(secondary.serial(APEX), primary.serial(APEX))
                secondary.wait_for("took the changes of " + APEX)

    def test_transfers_are_counted_on_both_sides(self):
        ports = {}
        for name, workspace in (("primary", self.primary), ("secondary", self.secondary)):
            ports[name] = free_port()
            workspace.write_config(workspace.config.read_text(encoding="utf-8")
                                   + f"metrics: {{listen: \"127.0.0.1:{ports[name]}\"}}\n")

        def metrics(name):
            with urllib.request.urlopen(f"http://127.0.0.1:{ports[name]}/metrics",
                                        timeout=SECONDS) as reply:
                return reply.read().decode("utf-8")
        with self.primary.start(), self.secondary.start() as secondary:
            self.wait_for_name(secondary, "one")
            self.primary.write_zone("zone", zone_text("two"))
            self.wait_for_name(secondary, "two")
            for name, direction in (("primary", "out"), ("secondary", "in")):
                for kind in ("full", "incremental"):
                    self.assertIn(f'\narpad_transfers_{direction}_total{{kind="{kind}"}} 1\n',
                                  metrics(name))
        with self.secondary.start():
            wait_until(lambda: "\narpad_transfers_in_failed_total 0\n" not in metrics("secondary"),
                       "an attempt in vain")

    def test_a_restart_serves_before_any_primary_answers(self):
        with self.primary.start(), self.secondary.start() as secondary:
            self.wait_for_name(secondary, "one")
            self.primary.write_zone("zone", zone_text("two"))
            self.wait_for_name(secondary, "two")
            secondary._end(signal.SIGKILL)  # pylint: disable=protected-access
        with self.secondary.start() as secondary:
            self.assertTrue(self.has(secondary, "two"))

    def test_what_nobody_confirms_expires_and_comes_back(self):
        self.let_expire()
        with self.secondary.start() as secondary:
            with self.primary.start():
                self.wait_for_name(secondary, "one")
            secondary.wait_for("has expired")
            wait_until(lambda: not self.has(secondary, "one"), "the zone's end")
            self.assert_failing(secondary, SERVFAIL_EXPIRED)
            with self.primary.start():
                self.wait_for_name(secondary, "one")

    def test_what_expired_while_it_was_down_is_not_served(self):
        self.let_expire()
        with self.primary.start(), self.secondary.start() as secondary:
            self.wait_for_name(secondary, "one")
        time.sleep(6)
        with self.secondary.start() as secondary:
            self.assert_failing(secondary, SERVFAIL_EXPIRED)

    def test_another_primary_helps_out(self):
        self.secondary.write_zone("zone", self.secondary_zone(free_port(), self.ports["primary"]))
        with self.primary.start(), self.secondary.start() as secondary:
            self.wait_for_name(secondary, "one")

    def test_a_damaged_state_is_taken_anew(self):
        with self.primary.start():
            with self.secondary.start() as secondary:
                self.wait_for_name(secondary, "one")
            with sqlite3.connect(self.secondary.state / "state.db") as state:
                state.execute("UPDATE received SET octets = x'0102'")
            with self.secondary.start() as secondary:
                self.wait_for_name(secondary, "one")

    def test_it_may_become_the_primary(self):
        with self.primary.start(), self.secondary.start() as secondary:
            self.wait_for_name(secondary, "one")
            before = secondary.serial(APEX)
            self.secondary.write_zone("zone", zone_text("own"))
            self.wait_for_name(secondary, "own")
            self.assertGreater(secondary.serial(APEX), before)

    def test_status_tells_of_it(self):
        with self.secondary.start():
            done = run_program("ARPACTL", "status", "--json", "-c", self.secondary.config)
            [zone] = json.loads(done.stdout)["networks"][0]["zones"]
            self.assertEqual(zone, {"name": APEX, "available": False, "expired": False,
                                    "primaries": [f"127.0.0.1:{self.ports['primary']}"]})


class Faults(SecondaryTestCase):
    """Primaries that do what they should not: what is served stays."""

    def check(self, behave, complaint):
        """What is served is kept while the primary behaves so; and then it goes on."""
        self.secondary.write_zone("zone", self.secondary_zone())
        with self.secondary.start() as secondary:
            with self.primary.start():
                self.wait_for_name(secondary, "one")
            with TcpServer(self.ports["primary"], behave) as bad:
                secondary.wait_for(complaint)
                self.assertTrue(self.has(secondary, "one"))
                self.assertGreater(bad.connections, 0)
            self.primary.write_zone("zone", zone_text("two"))
            with self.primary.start():
                self.wait_for_name(secondary, "two")

    def test_garbage(self):
        def behave(connection):
            dns.receive_message(connection)
            connection.sendall(struct.pack("!H", 40) + b"\xa5" * 40)
        self.check(behave, "cannot be taken from .*: it sends what is no reply")

    def test_a_message_that_is_cut(self):
        def behave(connection):
            request = dns.receive_message(connection)
            connection.sendall(struct.pack("!H", 100) + request[:20])
        self.check(behave, "cannot be taken from .*: it closes the connection")

    def test_a_connection_that_is_closed_at_once(self):
        self.check(lambda connection: None,
                   "cannot be taken from .*: (it closes the connection|Connection reset)")

    def test_a_refusal(self):
        def behave(connection):
            while True:
                request = dns.receive_message(connection)
                reply = request[:2] + b"\x80\x05" + request[4:]
                connection.sendall(dns.framed(reply))
        self.check(behave, "cannot be taken from .*: it answers REFUSED to SOA")

    def test_it_stops_while_a_primary_keeps_silent(self):
        is_asked = threading.Event()
        is_over = threading.Event()

        def behave(connection):
            dns.receive_message(connection)
            is_asked.set()
            is_over.wait(SECONDS)

        with TcpServer(self.ports["primary"], behave):
            with self.secondary.start():
                self.assertTrue(is_asked.wait(SECONDS))
            is_over.set()

    def test_a_serial_that_goes_back(self):
        def behave(connection):
            while True:
                request = dns.receive_message(connection)
                soa = (b"\xc0\x0c\x00\x06\x00\x01\x00\x00\x0e\x10\x00\x16\x00\x00"
                       + struct.pack("!5I", 1, 1, 1, 60, 60))
                reply = request[:2] + b"\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00" + request[12:] + soa
                connection.sendall(dns.framed(reply))
        self.check(behave, "cannot be taken from .*: its serial 1 is not newer than")


class Catalog(SecondaryTestCase):
    """A catalog, and what it lists."""

    CATALOG = "catalog.example."

    def setUp(self):
        super().setUp()
        self.primary.write_config(self.primary.config.read_text(encoding="utf-8")
                                  + f"catalog: {{zone: {self.CATALOG}}}\n")
        self.secondary.write_config(
            self.secondary.config.read_text(encoding="utf-8")
            + f"catalogs_from: [{{zone: {self.CATALOG}, "
              f"primaries: [\"127.0.0.1:{self.ports['primary']}\"]}}]\n")
        (self.secondary.zones / "zone.yaml").unlink()

    def test_members_come_and_go(self):
        with self.primary.start(), self.secondary.start() as secondary:
            self.wait_for_name(secondary, "one")
            self.primary.write_zone("other", "network: 198.51.100.0/24\n"
                                             "records: {198.51.100.1: other.example.net}\n")
            wait_until(lambda: self.has(secondary, "other", "198.51.100.1"), "the new zone")
            (self.primary.zones / "other.yaml").unlink()
            self.assertEqual(run_program("ARPACTL", "reload", "-c", self.primary.config).returncode,
                             0)
            wait_until(lambda: secondary.ask_ptr("198.51.100.1").rcode == "REFUSED",
                       "the zone's end")
            self.assertTrue(self.has(secondary, "one"))
        with self.secondary.start() as secondary:
            self.assertTrue(self.has(secondary, "one"))
            # Others need not know.
            self.assertEqual(secondary.ask(self.CATALOG, "SOA").rcode, "REFUSED")

    def test_ranges_of_child_zones_come_as_they_are(self):
        self.primary.write_config(self.primary.config.read_text(encoding="utf-8").replace(
            "allow: [127.0.0.1]", "allow: [{address: 127.0.0.1, arpad: true}]"))
        port = self.ports["primary"]
        self.secondary.write_config(self.secondary.config.read_text(encoding="utf-8").replace(
            f"primaries: [\"127.0.0.1:{port}\"]",
            f"primaries: [{{address: 127.0.0.1, port: {port}, arpad: true}}]"))
        self.primary.write_zone("child", "network: 198.51.100.64/26\nranges:\n"
                                         "  198.51.100.64/26: \"{ip}.dyn.example.net\"\n")
        owner = "70.64/26.100.51.198.in-addr.arpa."
        with self.primary.start() as primary, self.secondary.start() as secondary:
            for server in (primary, secondary):
                wait_until(lambda server=server: server.ask(owner, "PTR").data("answer", "PTR") ==
                           ["198-51-100-70.dyn.example.net."], "a name that a range makes")

    def test_a_secondary_may_have_secondaries(self):
        port = free_port()
        self.secondary.write_config(self.secondary.config.read_text(encoding="utf-8").replace(
            "zone_defaults:\n", "zone_defaults:\n  transfer: {allow: [127.0.0.1], "
            f"notify: [\"127.0.0.1:{port}\"]}}\n"))
        third = self.enterContext(Workspace({}, ZONE_DEFAULTS, listen=(f"127.0.0.1:{port}",)))
        third.write_config(third.config.read_text(encoding="utf-8")
                           + f"catalogs_from: [{{zone: {self.CATALOG}, "
                             f"primaries: [\"127.0.0.1:{self.ports['secondary']}\"]}}]\n")
        with self.primary.start(), self.secondary.start(), third.start() as last:
            self.wait_for_name(last, "one")
            self.primary.write_zone("zone", zone_text("two"))
            self.wait_for_name(last, "two")
            self.primary.write_zone("other", "network: 198.51.100.0/24\n"
                                             "records: {198.51.100.1: other.example.net}\n")
            wait_until(lambda: self.has(last, "other", "198.51.100.1"), "the new zone")


class ArpadAsPrimary(SecondaryTestCase):
    """Ranges go from arpad to arpad as they are."""

    name = "2001:db8::1:2"
    apex = "0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."

    def setUp(self):
        super().setUp()
        self.primary.write_zone("zone", "network: 2001:db8::/48\nranges:\n"
                                "  2001:db8::/64: \"{ip}.dyn.example.net\"\n")
        self.primary.write_config(self.primary.config.read_text(encoding="utf-8").replace(
            "allow: [127.0.0.1]", "allow: [{address: 127.0.0.1, arpad: true}]"))
        port = self.ports["primary"]
        self.secondary.write_zone("zone", "network: 2001:db8::/48\nprimaries: "
                                  f"[{{address: 127.0.0.1, port: {port}, arpad: true}}]\n")

    def names_of(self, server):
        """What the address is called."""
        return server.ask_ptr(self.name).data("answer", "PTR")

    def wait_for_names(self, server, *names):
        """Waits until it is called that."""
        wait_until(lambda: self.names_of(server) == [f"{name}.example.net." for name in names],
                   f"{names}")

    def test_the_secondary_has_them(self):
        of_range = "2001-db8--1-2.dyn"
        with self.primary.start() as primary:
            with self.secondary.start() as server:
                self.wait_for_names(server, of_range)
                done = run_program("ARPACTL", "edits", "set", "-c", self.primary.config, self.name,
                                   "edit.example.net")
                self.assertEqual(done.returncode, 0, done.stdout)
                self.wait_for_names(server, "edit")
                run_program("ARPACTL", "edits", "reset", "-c", self.primary.config, self.name)
                self.wait_for_names(server, of_range)
                self.assertIn("took the changes of " + self.apex, server.log)
                for each in (primary, server):
                    self.assertEqual(each.ask(self.apex, "TYPE65280").answer, [])
        with self.secondary.start() as server:  # which nobody tells anything
            self.assertEqual(self.names_of(server), [f"{of_range}.example.net."])

    def test_nobody_else_gets_too_many_names_from_there(self):
        self.secondary.write_config(self.secondary.config.read_text(encoding="utf-8") +
                                    "  transfer: {allow: [127.0.0.1]}\n")
        with self.primary.start(), self.secondary.start() as server:
            server.wait_for("has ranges that foreign nameservers cannot be given")
            self.wait_for_names(server, "2001-db8--1-2.dyn")
            self.assertEqual(dns.ask_tcp(server.endpoint, dns.query(self.apex, "AXFR")).rcode,
                             "REFUSED")


if __name__ == "__main__":
    unittest.main()

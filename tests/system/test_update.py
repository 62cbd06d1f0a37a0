"""Names that are changed by UPDATE (RFC 2136)."""

import itertools
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
import unittest
import unittest.mock
from pathlib import Path

import dns_client as dns
from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, run_program, wait_until
from dns_tools import find_tool
from ports import free_port
from processes import end_process
from small_disk import fill, make_room, small_disk
from tsig import Key, mac_of

APEX = "2.0.192.in-addr.arpa."
UPDATE = 5 << 11
LEASE_OPTION = 2
IDS = itertools.count(1)
DHCP = Key("dhcp.example.net.", b"dhcp-dhcp-dhcp-dhcp-dhcp-dhcp-32")
ADMIN = Key("admin.example.net.", b"admin-admin-admin-admin-admin-32")
STRANGER = Key("other.example.net.", b"other-other-other-other-other-32")
SETTINGS = f"""{ZONE_DEFAULTS}keys:
  {DHCP.line}
  {ADMIN.line}
  {STRANGER.line}
updates:
  dhcp.example.net: {{prefixes: [192.0.2.0/24, "2001:db8::/32"]}}
  admin.example.net: {{types: any, names: any, over_records: true}}
"""
ZONE = """network: 192.0.2.0/24
ttl: 1h
records:
  192.0.2.1: one.example.net
  192.0.2.2: {name: two.example.net, locked: true}
  192.0.2.3: ~
ranges:
  192.0.2.128/25: dyn-{ip}.example.net
  192.0.2.160/28: ~
delegations:
  192.0.2.64/28: {nameservers: [ns.example.org]}
extra: |
  *.2.0.192.in-addr.arpa. TXT "any"
"""
OUTER = """network: 198.18.0.0/15
"""


def name_of(last):
    """The reverse name of 192.0.2.LAST."""
    return f"{last}.{APEX}"


def record(owner, rr_type, rr_class="IN", ttl=0, rdata=b""):
    """A record of an update."""
    return (dns.encode_name(owner)
            + struct.pack("!HHIH", dns.TYPES[rr_type], dns.CLASSES[rr_class], ttl, len(rdata))
            + rdata)


def ptr(last, target, ttl=300):
    """An update that adds a PTR."""
    return record(name_of(last), "PTR", "IN", ttl, dns.encode_name(target))


def update(*changes, requires=(), zone=APEX, edns=dns.Edns(), key=DHCP):
    """A signed message, another one each time."""
    message = (dns.header(next(IDS), UPDATE, (1, len(requires), len(changes), 1))
               + dns.question(zone, "SOA") + b"".join(requires) + b"".join(changes)
               + edns.to_wire())
    return message if key is None else key.sign(message, int(time.time()))[0]


class UpdateTestCase(ReplyTestCase):
    """With a server that keys may update."""

    settings = SETTINGS

    def setUp(self):
        self.workspace = self.enterContext(
            Workspace({"zone": ZONE, "outer": OUTER}, self.settings))
        self.workspace.config.chmod(0o600)

    def start(self):
        return self.enterContext(self.workspace.start())

    def send(self, server, *changes, over_tcp=False, **settings):
        """Sends an update; the rcode and the text of the reply."""
        message = update(*changes, **settings)
        ask = dns.ask_tcp if over_tcp else dns.ask_udp
        reply = ask(server.endpoint, message)
        value = reply.edns.option(dns.EXTENDED_ERROR) if reply.edns else None
        return reply.rcode, value[2:].decode() if value else ""

    def assert_done(self, *arguments, **settings):
        self.assertEqual(self.send(*arguments, **settings), ("NOERROR", ""))

    def names(self, server, last, rr_type="PTR"):
        """What 192.0.2.LAST has, or the rcode."""
        reply = server.ask(name_of(last), rr_type)
        return reply.data("answer", rr_type) or reply.rcode

    def run_client(self, server, tool, key, *lines):
        """Has nsupdate or knsupdate send `lines`."""
        secret = key.line.split('"')[1]
        script = "\n".join((f"server 127.0.0.1 {server.endpoint[1]}",
                            f"key {key.algorithm}:{key.name} {secret}", *lines, "send", ""))
        done = subprocess.run([find_tool(tool)], input=script, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=30, check=False)
        return done.returncode, done.stdout

    def arpactl(self, *arguments, code=0):
        done = run_program("ARPACTL", *arguments, "-c", self.workspace.config)
        self.assertEqual(done.returncode, code, done.stdout)
        return done.stdout


class Layers(UpdateTestCase):
    """What leases stand above and below."""

    def test_leases_are_above_ranges_and_below_all_else(self):
        server = self.start()
        serial = server.serial(APEX)
        self.assert_done(server, ptr(10, "ten.example."), ptr(130, "a.example."))
        self.assertEqual(self.names(server, 10), ["ten.example."])
        self.assertEqual(self.names(server, 130), ["a.example."])
        self.assertEqual(server.ask_ptr("192.0.2.10").answer[0].ttl, 300)
        self.assertNotEqual(server.serial(APEX), serial)
        for last in (1, 2, 3, 161):
            rcode, text = self.send(server, ptr(last, "x.example."), ptr(11, "eleven.example."))
            self.assertEqual(rcode, "REFUSED")
            self.assertIn("`record`" if last != 2 else "record", text)
        self.assertEqual(self.names(server, 11), "NOERROR")  # nothing of it was made
        self.arpactl("edits", "set", "192.0.2.10", "edited.example.net")
        self.assertEqual(self.names(server, 10), ["edited.example.net."])
        rcode, text = self.send(server, ptr(10, "x.example."))
        self.assertEqual(rcode, "REFUSED")
        self.assertIn("`edit`", text)
        self.arpactl("edits", "reset", "192.0.2.10")
        self.assertEqual(self.names(server, 10), ["ten.example."])

    def test_names_come_back_when_leases_go(self):
        server = self.start()
        self.assert_done(server, ptr(130, "a.example."), ptr(10, "ten.example."))
        self.assert_done(server, record(name_of(130), "PTR", "ANY"),
                         record(name_of(10), "ANY", "ANY"))
        self.assertEqual(self.names(server, 130), ["dyn-192-0-2-130.example.net."])
        self.assertEqual(self.names(server, 10), "NOERROR")

    def test_other_types_stand_beside_the_names_of_ranges(self):
        server = self.start()
        text = record(name_of(140), "TXT", "IN", 60, b"\x05hello")
        self.assert_done(server, text)
        self.assertEqual(self.names(server, 140), ["dyn-192-0-2-140.example.net."])
        self.assertEqual(len(self.names(server, 140, "TXT")), 1)
        self.assert_done(server, ptr(140, "a.example."))
        self.assertEqual(self.names(server, 140), ["a.example."])
        self.assert_done(server, record(name_of(140), "PTR", "ANY"))
        self.assertEqual(self.names(server, 140), ["dyn-192-0-2-140.example.net."])
        self.assert_done(server, record(name_of(140), "TXT", "NONE", 0, b"\x05hello"))
        self.assertEqual(self.names(server, 140, "TXT"), "NOERROR")

    def test_files_that_say_something_later_are_heard(self):
        server = self.start()
        self.assert_done(server, ptr(10, "ten.example."))
        self.workspace.write_zone("zone", ZONE.replace("records:\n",
                                                       "records:\n  192.0.2.10: file.example\n"))
        self.arpactl("reload")
        self.assertEqual(self.names(server, 10), ["file.example."])
        self.workspace.write_zone("zone", ZONE)
        self.arpactl("reload")
        self.assertEqual(self.names(server, 10), ["ten.example."])

    def test_over_records(self):
        server = self.start()
        self.assert_done(server, record(name_of(1), "PTR", "ANY"), ptr(1, "x.example."), key=ADMIN)
        self.assertEqual(self.names(server, 1), ["x.example."])
        self.assert_done(server, record(name_of(1), "PTR", "ANY"), key=ADMIN)
        self.assertEqual(self.names(server, 1), "NOERROR")
        self.assert_done(server, ptr(3, "three.example."), key=ADMIN)
        self.assertEqual(self.names(server, 3), ["three.example."])
        rcode, text = self.send(server, ptr(2, "x.example."), key=ADMIN)
        self.assertEqual(rcode, "REFUSED")
        self.assertIn("locked", text)
        # What a range makes is not seen, so it cannot be deleted.
        self.assert_done(server, record(name_of(150), "PTR", "ANY"), key=ADMIN)
        self.assertEqual(self.names(server, 150), ["dyn-192-0-2-150.example.net."])
        self.assert_done(server, ptr(150, "x.example."), key=ADMIN)
        self.assert_done(server, record(name_of(150), "PTR", "ANY"), key=ADMIN)
        self.assertEqual(self.names(server, 150), ["dyn-192-0-2-150.example.net."])

    def test_explained_and_listed(self):
        server = self.start()
        self.assert_done(server, ptr(130, "a.example."))
        text = self.arpactl("explain", "192.0.2.130")
        self.assertRegex(text, r"\* lease +PTR a\.example\., TTL 300")
        self.assertRegex(text, r"made by dhcp\.example\.net\. through update, \d{4}-")
        self.assertIn("192.0.2.130 a.example. (ttl 300), lease\n", self.arpactl("edits", "list"))
        history = json.loads(self.arpactl("edits", "history", "--json"))["history"]
        self.assertEqual([(entry["channel"], entry["who"]) for entry in history],
                         [("update", "dhcp.example.net.")])
        self.arpactl("edits", "reset", "--leases", "192.0.2.0/24")
        self.assertEqual(self.names(server, 130), ["dyn-192-0-2-130.example.net."])
        self.arpactl("edits", "undo", "2")
        self.assertEqual(self.names(server, 130), ["a.example."])


class OtherNames(UpdateTestCase):
    """Names that are no address's, and what concerns more than one name."""

    def test_names_and_delegations(self):
        server = self.start()
        sub = "5.18.198.in-addr.arpa."
        zone = "18.198.in-addr.arpa."
        self.assert_done(server, record(sub, "NS", "IN", 300, dns.encode_name("ns.example.org.")),
                         record("host." + zone, "TXT", "IN", 300, b"\x02hi"), zone=zone, key=ADMIN)
        self.assertEqual(server.ask("host." + zone, "TXT").data("answer", "TXT"), [b"\x02hi"])
        reply = server.ask("1." + sub, "PTR")
        self.assertEqual(reply.data("authority", "NS"), ["ns.example.org."])
        rcode, text = self.send(server, record("1." + sub, "PTR", "IN", 300,
                                               dns.encode_name("x.example.")), zone=zone)
        self.assertEqual(rcode, "REFUSED", text)
        self.assertEqual(server.ask("host." + zone, "TXT").rcode, "NOERROR")
        for _ in range(2):  # as it is, and after a restart
            self.assertEqual(server.ask("1." + sub, "PTR").data("authority", "NS"),
                             ["ns.example.org."])
            serial = server.serial(zone)
            server.stop()
            server = self.start()
            self.assertEqual(server.serial(zone), serial)
        self.assert_done(server, record(sub, "NS", "ANY"), record("host." + zone, "ANY", "ANY"),
                         zone=zone, key=ADMIN)
        self.assertEqual(server.ask("1." + sub, "PTR").rcode, "NXDOMAIN")
        self.assertEqual(server.ask("host." + zone, "TXT").rcode, "NXDOMAIN")

    def test_a_delegation_does_not_hide_what_is_there(self):
        server = self.start()
        zone = "18.198.in-addr.arpa."
        address = record("1.5." + zone, "PTR", "IN", 300, dns.encode_name("x.example."))
        self.assert_done(server, address, zone=zone, key=ADMIN)
        cut = record("5." + zone, "NS", "IN", 300, dns.encode_name("ns.example.org."))
        rcode, text = self.send(server, cut, zone=zone, key=ADMIN)
        self.assertEqual(rcode, "REFUSED")
        self.assertIn("names below it", text)

    def test_names_need_a_policy(self):
        server = self.start()
        rcode, text = self.send(server, record("a." + APEX, "TXT", "IN", 60, b"\x01a"))
        self.assertEqual(rcode, "REFUSED")
        self.assertIn("names: any", text)
        rcode, text = self.send(server, record(name_of(9), "A", "IN", 60, b"\x7f\0\0\1"))
        self.assertEqual(rcode, "REFUSED")
        self.assertIn("type", text)

    def test_an_alias_stands_alone(self):
        server = self.start()
        alias = record(name_of(9), "CNAME", "IN", 60, dns.encode_name("a.example."))
        self.assert_done(server, alias, key=ADMIN)
        self.assertEqual(server.ask(name_of(9), "CNAME").data("answer", "CNAME"), ["a.example."])
        # RFC 2136 3.4.2.2: silently ignored.
        self.assert_done(server, record(name_of(9), "TXT", "IN", 60, b"\x01a"), key=ADMIN)
        self.assertEqual(server.ask(name_of(9), "TXT").data("answer", "TXT"), [])
        self.assert_done(server, record(name_of(1), "CNAME", "IN", 60,
                                        dns.encode_name("a.example.")), key=ADMIN)
        self.assertEqual(self.names(server, 1), ["one.example.net."])

    def test_soa_and_apex(self):
        server = self.start()
        soa = (dns.encode_name("a.example.") + dns.encode_name("b.example.")
               + struct.pack("!IIIII", 1, 2, 3, 4, 5))
        self.assert_done(server, record(APEX, "SOA", "IN", 60, soa), key=ADMIN)
        newer = (dns.encode_name("a.example.") + dns.encode_name("b.example.")
                 + struct.pack("!IIIII", server.serial(APEX) + 1, 2, 3, 4, 5))
        self.assertEqual(self.send(server, record(APEX, "SOA", "IN", 60, newer), key=ADMIN)[0],
                         "REFUSED")
        # RFC 2136 3.4.2.3: the apex keeps its SOA and NS.
        self.assert_done(server, record(APEX, "ANY", "ANY"), record(APEX, "NS", "ANY"), key=ADMIN)
        self.assertEqual(server.ask(APEX, "NS").data("answer", "NS"), ["ns1.example.net.", "ns2.example.net."])


class LeadingAway(UpdateTestCase):
    """Records that lead away from what zone files say."""

    settings = SETTINGS + "  other.example.net: {types: any, names: any}\n"

    def setUp(self):
        super().setUp()
        self.workspace.write_zone("outer", OUTER + "records:\n  198.18.5.1: {locked: true}\n")
        self.server = self.start()

    def ask_for(self, owner, rr_type, key=STRANGER):
        """Has a name lead elsewhere; what is replied."""
        zone = APEX if owner.endswith(APEX) else "18.198.in-addr.arpa."
        change = record(owner, rr_type, rdata=dns.encode_name("elsewhere.example.org."))
        return self.send(self.server, change, key=key, zone=zone)

    def test_leases_do_not_hide_what_files_say(self):
        for last in (1, 3):
            for rr_type in ("NS", "DNAME") if last == 1 else ("NS", "DNAME", "CNAME"):
                with self.subTest(last=last, rr_type=rr_type):
                    rcode, text = self.ask_for(name_of(last), rr_type)
                    self.assertEqual(rcode, "REFUSED")
                    self.assertIn("PTR is held by the layer `record`", text)
        self.assertEqual(self.names(self.server, 1), ["one.example.net."])
        self.assertEqual(self.names(self.server, 3), "NOERROR")
        self.assertEqual(self.ask_for(name_of(140), "NS"), ("NOERROR", ""))
        self.assertFalse(self.server.ask(name_of(140)).is_authoritative)

    def test_locked_names_stay(self):
        for key in (STRANGER, ADMIN):
            for rr_type in ("NS", "DNAME"):
                with self.subTest(key=key.name, rr_type=rr_type):
                    rcode, text = self.ask_for(name_of(2), rr_type, key)
                    self.assertEqual(rcode, "REFUSED")
                    self.assertIn("is locked in", text)
                    rcode, text = self.ask_for("5.18.198.in-addr.arpa.", rr_type, key)
                    self.assertEqual(rcode, "REFUSED")
                    self.assertIn("files say what 1.5.18.198.in-addr.arpa. has", text)
            self.assertEqual(self.ask_for("6.18.198.in-addr.arpa.", "NS", key), ("NOERROR", ""))
        self.assertEqual(self.names(self.server, 2), ["two.example.net."])
        self.assertEqual(self.ask_for(name_of(1), "NS", ADMIN), ("NOERROR", ""))

    def test_a_name_that_is_locked_later_is_not_led_away_from(self):
        below = "1.6.18.198.in-addr.arpa."
        self.assertEqual(self.ask_for("6.18.198.in-addr.arpa.", "NS", ADMIN), ("NOERROR", ""))
        self.assertFalse(self.server.ask(below).is_authoritative)
        self.write_outer("  198.18.6.1: {name: x.example.net, locked: true}\n")
        for _ in range(2):  # as it is, and after another change and a restart
            self.assert_ptr(self.server.ask(below), "x.example.net.")
            self.assertEqual(self.ask_for("7.18.198.in-addr.arpa.", "NS", ADMIN), ("NOERROR", ""))
            self.assert_ptr(self.server.ask(below), "x.example.net.")
            serial = self.server.serial("18.198.in-addr.arpa.")
            self.server.stop()
            self.server = self.start()
            self.assertEqual(self.server.serial("18.198.in-addr.arpa."), serial)
        removal = record("6.18.198.in-addr.arpa.", "NS", "ANY")
        self.assert_done(self.server, removal, key=ADMIN, zone="18.198.in-addr.arpa.")

    def test_the_apex_does_not_lead_away(self):
        rcode, text = self.ask_for(APEX, "DNAME", ADMIN)
        self.assertEqual(rcode, "REFUSED")
        self.assertIn("files say what ", text)

    def test_wildcards_name_nothing_that_files_leave_without_a_name(self):
        for owner in ("*.5.18.198.in-addr.arpa.", "*.18.198.in-addr.arpa."):
            for key in (STRANGER, ADMIN):
                for rr_type in ("PTR", "CNAME", "NS", "DNAME"):
                    with self.subTest(owner=owner, key=key.name, rr_type=rr_type):
                        rcode, text = self.ask_for(owner, rr_type, key)
                        self.assertEqual(rcode, "REFUSED")
                        self.assertIn("files say what 1.5.18.198.in-addr.arpa. has", text)
        self.assertEqual(self.ask_for("*.6.18.198.in-addr.arpa.", "PTR"), ("NOERROR", ""))
        self.assert_ptr(self.server.ask("1.6.18.198.in-addr.arpa."), "elsewhere.example.org.")
        text = self.arpactl("explain", "198.18.6.1")
        self.assertRegex(text, r"\n  \* wildcard +PTR elsewhere\.example\.org\.")
        self.write_outer("  198.18.6.1: ~\n")
        self.assertEqual(self.server.ask("1.6.18.198.in-addr.arpa.").rcode, "NXDOMAIN")

    def write_outer(self, records):
        """Has the outer network have `records`."""
        self.workspace.write_zone("outer", OUTER + "records:\n" + records)
        run_program("ARPACTL", "reload", "-c", self.workspace.config)

    def test_glue_is_that_of_the_nameservers(self):
        zone = "18.198.in-addr.arpa."
        for owner in ("ns1.sub", "other.sub"):
            self.workspace.write_zone(
                "outer", OUTER + f"extra: |\n  {owner}.{zone} A 192.0.2.9\n")
            run_program("ARPACTL", "reload", "-c", self.workspace.config)
            self.assertEqual(self.ask_for(f"sub.{zone}", "DNAME", ADMIN)[0], "REFUSED")
            change = record(f"sub.{zone}", "NS", rdata=dns.encode_name(f"ns1.sub.{zone}"))
            rcode, text = self.send(self.server, change, key=ADMIN, zone=zone)
            if owner == "ns1.sub":
                self.assertEqual((rcode, text), ("NOERROR", ""))
                self.assertFalse(self.server.ask(f"{owner}.{zone}", "A").is_authoritative)
            else:
                self.assertTrue(self.server.ask(f"{owner}.{zone}", "A").is_authoritative)
                self.assertEqual(rcode, "REFUSED")
                self.assertIn(f"files say what {owner}.{zone} has", text)

    def test_files_that_say_something_later_are_heard(self):
        self.assertEqual(self.ask_for(name_of(140), "NS"), ("NOERROR", ""))
        self.workspace.write_zone(
            "zone", ZONE.replace("ranges:", "  192.0.2.140: later.example.net\nranges:"))
        run_program("ARPACTL", "reload", "-c", self.workspace.config)
        self.assertEqual(self.names(self.server, 140), ["later.example.net."])
        text = self.arpactl("explain", "192.0.2.140")
        self.assertRegex(text, r"\n  \* record +PTR later\.example\.net")
        self.assertRegex(text, r"\n    lease +NS elsewhere\.example\.org")

    def test_files_that_say_something_below_later_are_heard(self):
        zone = "18.198.in-addr.arpa."
        for key in (STRANGER, ADMIN):
            self.write_outer("  198.18.9.1: y.example.net\n")
            self.assertEqual(self.ask_for(f"6.{zone}", "NS", key), ("NOERROR", ""))
            self.assertFalse(self.server.ask(f"1.6.{zone}").is_authoritative)
            text = self.arpactl("explain", "198.18.6.1")
            self.assertRegex(text, r"\n  \* (edit|lease) +NS .* at 6\.18\.198\.in-addr\.arpa\.")
            self.write_outer("  198.18.6.1: x.example.net\n")
            self.assert_ptr(self.server.ask(f"1.6.{zone}"), "x.example.net.")
            self.assertRegex(self.server.log, f"at 6.{zone} by an? (edit|lease) is not heard: "
                             f"files say what 1.6.{zone} has")
            text = self.arpactl("explain", "198.18.6.1")
            self.assertRegex(text, r"\n  \* record +PTR x\.example\.net")

    def test_a_network_inside_is_not_led_away_from(self):
        zone = "18.198.in-addr.arpa."
        self.assertEqual(self.ask_for(f"6.{zone}", "NS", ADMIN), ("NOERROR", ""))
        self.workspace.write_zone("inside", "network: 198.18.6.0/25\n"
                                  "records:\n  198.18.6.1: {name: x.example.net, locked: true}\n")
        run_program("ARPACTL", "reload", "-c", self.workspace.config)
        reply = self.server.ask(f"1.6.{zone}")
        self.assertEqual(reply.data("answer", "PTR"), ["x.example.net."])


class Rules(UpdateTestCase):
    """RFC 2136 2 and 3."""

    def test_prerequisites(self):
        server = self.start()
        self.assert_done(server, ptr(10, "ten.example."))
        ten = name_of(10)
        same = record(ten, "PTR", "IN", 0, dns.encode_name("TEN.example."))
        other = record(ten, "PTR", "IN", 0, dns.encode_name("eleven.example."))
        for requirement, rcode in (
                (record(ten, "ANY", "ANY"), "NOERROR"), (record(ten, "ANY", "NONE"), "YXDOMAIN"),
                (record(ten, "PTR", "ANY"), "NOERROR"), (record(ten, "PTR", "NONE"), "YXRRSET"),
                (record(ten, "TXT", "ANY"), "NXRRSET"), (record(ten, "TXT", "NONE"), "NOERROR"),
                (same, "NOERROR"), (other, "NXRRSET"),
                (record(name_of(11), "ANY", "ANY"), "NXDOMAIN"),
                (record(name_of(11), "ANY", "NONE"), "NOERROR"),
                (record(APEX, "SOA", "ANY"), "NOERROR"),
                # What ranges make is not there.
                (record(name_of(130), "ANY", "NONE"), "NOERROR"),
                (record(name_of(130), "PTR", "ANY"), "NXRRSET"),
                # What files say is.
                (record(name_of(1), "PTR", "NONE"), "YXRRSET"),
                (record("3.0.192.in-addr.arpa.", "ANY", "ANY"), "NOTZONE"),
                (record(ten, "PTR", "ANY", 5), "FORMERR"),
                (record(ten, "PTR", "ANY", 0, dns.encode_name("a.")), "FORMERR"),
                (record(ten, "PTR", "CH", 0, dns.encode_name("a.")), "FORMERR"),
                (record(ten, "AXFR", "ANY"), "FORMERR")):
            with self.subTest(requirement=requirement):
                self.assertEqual(self.send(server, requires=[requirement])[0], rcode)
        self.assertEqual(self.names(server, 10), ["ten.example."])

    def test_forms(self):
        server = self.start()
        for change, rcode in (
                (record("1.3.0.192.in-addr.arpa.", "PTR", "IN", 1, dns.encode_name("a.")),
                 "NOTZONE"),
                (record(name_of(9), "ANY", "IN"), "FORMERR"),
                (record(name_of(9), "PTR", "ANY", 1), "FORMERR"),
                (record(name_of(9), "PTR", "NONE", 1, dns.encode_name("a.")), "FORMERR"),
                (record(name_of(9), "PTR", "IN", 1, b"\x05a"), "FORMERR"),
                (record(name_of(9), "PTR", "HS", 1, dns.encode_name("a.")), "FORMERR")):
            with self.subTest(change=change):
                self.assertEqual(self.send(server, change)[0], rcode)
        text = self.send(server, record("1.18.198.in-addr.arpa.", "PTR", "IN", 1,
                                        dns.encode_name("a.")))[1]
        self.assertIn("update 18.198.in-addr.arpa.", text)

    def test_who_may(self):
        server = self.start()
        change = ptr(9, "nine.example.")
        self.assertEqual(self.send(server, change, key=None)[0], "REFUSED")
        rcode, text = self.send(server, change, key=STRANGER)
        self.assertEqual(rcode, "REFUSED")
        self.assertIn("`updates`", text)
        self.assertEqual(self.send(server, change, key=Key("dhcp.example.net.", b"x" * 32))[0],
                         "NOTAUTH")
        self.assertEqual(self.send(server, change, zone="example.")[0], "NOTAUTH")
        outside = record("1.1.18.198.in-addr.arpa.", "PTR", "IN", 1, dns.encode_name("a."))
        rcode, text = self.send(server, outside, zone="18.198.in-addr.arpa.")
        self.assertEqual(rcode, "REFUSED")
        self.assertIn("outside its prefixes", text)
        delegated = record("65.64/28." + APEX, "PTR", "IN", 1, dns.encode_name("a."))
        self.assertEqual(self.send(server, delegated)[0], "REFUSED")
        rcode, text = self.send(server, ptr(65, "a.example."))
        self.assertEqual(rcode, "REFUSED")
        self.assertIn("alias of 65.64/28.2.0.192.in-addr.arpa.", text)

    def test_replies(self):
        server = self.start()
        for ask in (dns.ask_udp, dns.ask_tcp):
            message = update(ptr(9, "nine.example."))
            reply = ask(server.endpoint, message)
            self.assertEqual((reply.opcode, reply.rcode), (5, "NOERROR"))
            mac_of(reply.octets)  # it is signed
        many = [ptr(last, "a-name-of-some-length.example.") for last in range(10, 60)]
        self.assert_done(server, *many, over_tcp=True)
        with dns.TcpClient(server.endpoint) as client:
            client.send(dns.framed(update(ptr(9, "x.example.")))
                        + dns.framed(dns.query(name_of(9), query_id=2)))
            self.assertEqual(dns.Reply(client.receive()).rcode, "NOERROR")
            self.assertEqual(dns.Reply(client.receive()).data("answer", "PTR"),
                             ["nine.example.", "x.example."])

    def test_duplicates_are_harmless(self):
        server = self.start()
        message = update(ptr(9, "nine.example."), requires=[record(name_of(9), "ANY", "NONE")])
        replies = {dns.ask_udp(server.endpoint, message).rcode for _ in range(3)}
        self.assertEqual(replies, {"NOERROR"})
        again = update(ptr(9, "nine.example."), requires=[record(name_of(9), "ANY", "NONE")])
        self.assertEqual(dns.ask_udp(server.endpoint, again).rcode, "YXDOMAIN")
        self.assertIn("change 1 by", self.arpactl("edits", "history"))
        self.assertNotIn("change 2 by", self.arpactl("edits", "history"))

    def test_those_that_come_again_at_once_are_made_once(self):
        server = self.start()
        message = update(ptr(9, "nine.example."), requires=[record(name_of(9), "ANY", "NONE")])
        clients = [self.enterContext(dns.UdpClient(server.endpoint)) for _ in range(8)]
        for client in clients:
            client.send(message)
        self.assertEqual({dns.Reply(client.receive()).rcode for client in clients}, {"NOERROR"})
        self.assert_done(server, ptr(10, "ten.example."))  # made after all before it
        server.stop()
        self.assertNotIn("YXDOMAIN", server.log)

    def test_what_was_refused_stays_so(self):
        server = self.start()
        message = update(record(name_of(10), "PTR", "ANY"),
                         requires=[record(name_of(9), "ANY", "ANY")])
        self.assert_done(server, ptr(10, "ten.example."))
        self.assertEqual(dns.ask_udp(server.endpoint, message).rcode, "NXDOMAIN")
        self.assert_done(server, ptr(9, "nine.example."))
        self.assertEqual(dns.ask_udp(server.endpoint, message).rcode, "NXDOMAIN")
        self.assertEqual(self.names(server, 10), ["ten.example."])

    def test_what_failed_may_be_made_later(self):
        self.enterContext(small_disk(self.workspace.state))
        server = self.start()
        message = update(ptr(9, "nine.example."))
        fill(self.workspace.state)
        self.assertEqual(dns.ask_udp(server.endpoint, message).rcode, "SERVFAIL")
        self.assertEqual(server.ask(name_of(9), "PTR").data("answer", "PTR"), [])
        make_room(self.workspace.state)
        self.assertEqual(dns.ask_udp(server.endpoint, message).rcode, "NOERROR")
        self.assertEqual(self.names(server, 9), ["nine.example."])

    def test_captured_ones_are_not_made_again(self):
        server = self.start()
        message = update(ptr(9, "old.example."))
        self.assertEqual(dns.ask_udp(server.endpoint, message).rcode, "NOERROR")
        self.assert_done(server, record(name_of(9), "PTR", "ANY"), ptr(9, "new.example."))
        # The id and the case of the key's name are not signed.
        key = dns.encode_name(DHCP.name)
        at = message.rindex(key)
        other = b"\x77\x77" + message[2:at] + key.upper() + message[at + len(key):]
        for again in (message, other):
            self.assertEqual(dns.ask_udp(server.endpoint, again).rcode, "NOERROR")
            self.assertEqual(self.names(server, 9), ["new.example."])

    def test_signatures_that_are_good_for_long_are_refused(self):
        server = self.start()
        with unittest.mock.patch("tsig.FUDGE", 3601):
            self.assertEqual(self.send(server, ptr(9, "nine.example.")),
                             ("REFUSED", "its signature is good for more than an hour: sign with a "
                                         "fudge of 300 seconds"))

    def test_nothing_new_is_no_change(self):
        server = self.start()
        self.assert_done(server, ptr(9, "nine.example."))
        serial = server.serial(APEX)
        self.assert_done(server, ptr(9, "nine.example."))
        self.assert_done(server, record(name_of(100), "ANY", "ANY"))
        self.assert_done(server, ptr(1, "one.example.net.", 3600))
        self.assertEqual(server.serial(APEX), serial)

    def test_survives_a_kill(self):
        server = self.start()
        for last in range(10, 40):
            self.assert_done(server, ptr(last, f"h{last}.example."))
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        server.process.stderr.close()
        server = self.start()
        for last in range(10, 40):
            self.assertEqual(self.names(server, last), [f"h{last}.example."])

    def test_policies_are_reloaded(self):
        server = self.start()
        text = self.workspace.config.read_text(encoding="utf-8")
        self.workspace.write_config(text.replace("[192.0.2.0/24,", "[192.0.2.0/28,"))
        self.arpactl("reload")
        self.assertEqual(self.send(server, ptr(16, "a.example."))[0], "REFUSED")
        self.assert_done(server, ptr(9, "a.example."))

    def test_mistakes_in_the_configuration(self):
        for wrong, message in (
                ("no.example.net: {prefixes: [192.0.2.0/24]}", "there is no key no.example.net"),
                ("dhcp.example.net: {}", "without `prefixes`"),
                ("dhcp.example.net: {prefixes: [here]}", "`here` is no address or prefix"),
                ("dhcp.example.net: {names: any, types: [AXFR]}", "`AXFR` is no type"),
                ("dhcp.example.net: {names: all}", "`names` is neither"),
                ("dhcp.example.net: {names: any, lifetime: 1s}", "shorter than 30s"),
                ("dhcp.example.net: {names: any, over: true}", "over")):
            settings = SETTINGS.split("updates:")[0] + f"updates: {{{wrong}}}\n"
            done = self.enterContext(Workspace({"zone": ZONE}, settings)).run("--check")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(message, done.stdout)


class Lifetimes(UpdateTestCase):
    """Leases that come to their end (RFC 9664)."""

    settings = SETTINGS.replace("[192.0.2.0/24,", "[192.0.2.0/25,").replace(
        "\"2001:db8::/32\"]}", "\"2001:db8::/32\"], lifetime: 1h}")

    def lease(self, server, seconds, *changes, **settings):
        """The lease that is granted."""
        edns = dns.Edns(options=((LEASE_OPTION, struct.pack("!I", seconds)),))
        reply = dns.ask_udp(server.endpoint, update(*changes, edns=edns, **settings))
        self.assertEqual(reply.rcode, "NOERROR")
        return struct.unpack("!I", reply.edns.option(LEASE_OPTION))[0]

    def expire(self):
        """Has all leases end now."""
        code = ("import sqlite3, sys\n"
                "database = sqlite3.connect(sys.argv[1])\n"
                "database.execute('UPDATE edits SET expires = 1 WHERE expires IS NOT NULL')\n"
                "database.commit()\n")
        subprocess.run(["/usr/bin/python3", "-c", code, str(self.workspace.state / "state.db")],
                       check=True, timeout=60)

    def test_granted_and_taken_back(self):
        server = self.start()
        self.assertEqual(self.lease(server, 600, ptr(9, "nine.example.")), 600)
        self.assertEqual(self.lease(server, 7200, ptr(10, "ten.example.")), 3600)
        self.assertEqual(self.lease(server, 1, ptr(11, "eleven.example.")), 30)
        self.assertRegex(self.arpactl("edits", "list"),
                         r"192\.0\.2\.9 nine\.example\. \(ttl 300\), lease, until \d{4}-")
        server.stop()
        self.expire()
        server = self.start()
        wait_until(lambda: self.names(server, 9) == "NOERROR", "the end of a lease")
        self.assertEqual(self.names(server, 10), "NOERROR")
        self.assertRegex(self.arpactl("edits", "history", "192.0.2.9"), "through expiry")

    def test_renewed(self):
        server = self.start()
        self.lease(server, 600, ptr(9, "nine.example."))
        before = json.loads(self.arpactl("edits", "list", "--json"))["edits"][0]
        serial = server.serial(APEX)
        self.lease(server, 3000, ptr(9, "nine.example."))
        after = json.loads(self.arpactl("edits", "list", "--json"))["edits"][0]
        self.assertGreater(after["expires"], before["expires"])
        self.assertEqual(server.serial(APEX), serial)
        self.assertEqual(len(json.loads(self.arpactl("edits", "history", "--json"))["history"]), 1)

    def test_of_the_key(self):
        server = self.start()
        self.assert_done(server, ptr(9, "nine.example."))
        self.assertIn("expires", json.loads(self.arpactl("edits", "list", "--json"))["edits"][0])


class Clients(UpdateTestCase):
    """Those that operators use."""

    def test_nsupdate_and_knsupdate(self):
        server = self.start()
        for i, tool in enumerate(("nsupdate", "knsupdate")):
            last = 20 + i
            code, text = self.run_client(
                server, tool, DHCP, f"zone {APEX}", f"prereq nxdomain {name_of(last)}",
                f"update add {name_of(last)} 300 PTR {tool}.example.")
            self.assertEqual((code, text), (0, ""))
            self.assertEqual(self.names(server, last), [f"{tool}.example."])
            code, text = self.run_client(
                server, tool, DHCP, "zone 18.198.in-addr.arpa.",
                "update add 1.1.18.198.in-addr.arpa. 300 PTR a.example.")
            self.assertNotEqual(code, 0)
            self.assertIn("REFUSED", text)
            code, text = self.run_client(server, tool, DHCP, f"zone {APEX}",
                                         f"update delete {name_of(last)} PTR")
            self.assertEqual((code, text), (0, ""))
            self.assertEqual(self.names(server, last), "NOERROR")
            reply = dns.ask_udp(server.endpoint, update(
                record("1.1.18.198.in-addr.arpa.", "PTR", "IN", 300, dns.encode_name("a.")),
                zone="18.198.in-addr.arpa."))
            self.assertIn(b"outside its prefixes", reply.edns.option(dns.EXTENDED_ERROR))

    def test_kea(self):
        """Kea's DHCP-DDNS server adds and removes a lease of ours."""
        kea = shutil.which("kea-dhcp-ddns") or "/usr/sbin/kea-dhcp-ddns"
        if not Path(kea).exists():
            find_tool("kea-dhcp-ddns")
        server = self.start()
        port = free_port()
        secret = DHCP.line.split('"')[1]
        config = {"DhcpDdns": {
            "ip-address": "127.0.0.1", "port": port, "dns-server-timeout": 2000,
            "tsig-keys": [{"name": "dhcp.example.net", "algorithm": "HMAC-SHA256",
                           "secret": secret}],
            "forward-ddns": {},
            "reverse-ddns": {"ddns-domains": [{
                "name": APEX, "key-name": "dhcp.example.net",
                "dns-servers": [{"ip-address": "127.0.0.1", "port": server.endpoint[1]}]}]},
            "loggers": [{"name": "kea-dhcp-ddns", "severity": "DEBUG", "debuglevel": 55,
                         "output_options": [{"output": "stdout"}]}]}}
        path = self.workspace.directory / "kea.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        environment = {**os.environ, "KEA_PIDFILE_DIR": str(self.workspace.directory),
                       "KEA_LOCKFILE_DIR": str(self.workspace.directory)}
        with open(self.workspace.directory / "kea.log", "wb") as log:
            with subprocess.Popen([kea, "-c", str(path)], env=environment, stdout=log,
                                  stderr=log) as process:
                try:
                    self.tell_kea(server, port)
                finally:
                    end_process(process, 10)

    def tell_kea(self, server, port):
        """Sends what Kea's DHCP servers send when a lease begins and ends."""
        def request(kind):
            body = json.dumps({
                "change-type": kind, "forward-change": False, "reverse-change": True,
                "fqdn": "laptop.dhcp.example.net.", "ip-address": "192.0.2.140",
                "dhcid": "000001B4C2F0C9E3C9B8A6B8E8E1AD2B0B8C6F4D3A2B1C0D9E8F7A6B5C4D3E2F1A0B9C",
                "lease-expires-on": "20301231235959", "lease-length": 3600,
                "conflict-resolution-mode": "check-with-dhcid", "use-conflict-resolution": True})
            octets = body.encode("ascii")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(struct.pack("!H", len(octets)) + octets, ("127.0.0.1", port))

        deadline = time.monotonic() + 30
        while self.names(server, 140) != ["laptop.dhcp.example.net."]:
            self.assertLess(time.monotonic(), deadline,
                            (self.workspace.directory / "kea.log").read_text(errors="replace"))
            request(0)
            time.sleep(0.5)
        self.assertEqual(len(self.names(server, 140, "DHCID")), 1)
        request(1)
        wait_until(lambda: self.names(server, 140) == ["dyn-192-0-2-140.example.net."],
                   "Kea to remove the lease")


class Imports(UpdateTestCase):
    """Zones that were dynamic before."""

    def test_as_leases(self):
        server = self.start()
        path = self.workspace.directory / "zone.db"
        path.write_text(f"""$ORIGIN {APEX}
@ 3600 SOA ns1.example.net. hostmaster.example.net. 1 2 3 4 5
@ 3600 NS ns1.example.net.
1 300 PTR held.example.
10 300 PTR ten.example.
10 300 DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
host 300 TXT "free"
""", encoding="utf-8")
        text = self.arpactl("import", "--as", "leases", str(path))
        self.assertIn("3 RRsets stored, 1 skipped", text)
        self.assertIn("held by the layer `record`", text)
        self.assertEqual(self.names(server, 10), ["ten.example."])
        self.assertEqual(len(self.names(server, 10, "DHCID")), 1)
        self.assertEqual(server.ask("host." + APEX, "TXT").data("answer", "TXT"), [b"\x04free"])
        self.assertEqual(self.names(server, 1), ["one.example.net."])


if __name__ == "__main__":
    unittest.main()

"""Zones that other nameservers take from arpad."""

import contextlib
import select
import signal
import socket
import sqlite3
import struct
import subprocess
import time
import unittest

import dns_client as dns
from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, run_program
from dns_tools import find_tool

APEX = "2.0.192.in-addr.arpa."
LARGE_APEX = "18.198.in-addr.arpa."

# So large that it finds no room in buffers of the system.
HUGE_APEX = "10.in-addr.arpa."
HUGE = ("network: 10.0.0.0/8\ntransfer: {max_range_names: 1000000}\n"
        "ranges:\n  10.0.0.0/13: \"{ip}.dyn.example.net\"\n")
ONE = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: one.example.net\n"
TWO = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: two.example.net\n"
KEY = "k.example.net"
CONFIGURATION = 2  # exit code
SECONDS = 60


def allow(rules, rest=""):
    """Defaults for all zones with a `transfer`."""
    return ZONE_DEFAULTS + f"  transfer: {{allow: [{rules}]{rest}}}\n"


def large_zone(name="host"):
    """A zone file that makes a transfer of several megabytes."""
    lines = "".join(f"  198.18.{i >> 8}.{i & 255}: {name}-{i}.with-a-long-name.example.net\n"
                    for i in range(60_000))
    return f"network: 198.18.0.0/16\nrecords:\n{lines}"


class TransferTestCase(ReplyTestCase):
    """Servers, keys, and dig as a secondary."""

    def workspace(self, zones=None, settings=allow("127.0.0.1"), **options):
        """A directory with configuration and zones."""
        return self.enterContext(Workspace(zones or {"zone": ONE}, settings, **options))

    def make_key(self, *options, name=KEY):
        """What `arpactl key generate` prints."""
        done = run_program("ARPACTL", "key", "generate", *options, name)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def write_keys(self, workspace, text, mode=0o600):
        """Writes the file of keys."""
        path = workspace.directory / "keys.yaml"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    def dig(self, server, *arguments, key="", algorithm="hmac-sha256", name=KEY):
        """What dig prints for a transfer; `key` is a line of a keys file."""
        host, port = server.endpoint
        sign = ["-y", f"{algorithm}:{name}:" + key.split('"')[1]] if key else []
        done = subprocess.run(
            [find_tool("dig"), "-r", f"@{host}", "-p", str(port), "+time=10", "+tries=1", *sign,
             *(arguments or (APEX, "AXFR"))],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False,
            text=True)
        return done.stdout

    def reload(self, workspace):
        """Reloads at once."""
        done = run_program("ARPACTL", "reload", "--socket", workspace.state / "control.sock")
        self.assertEqual(done.returncode, 0, done.stdout)

    def assert_transferred(self, text, target="one.example.net."):
        """The small zone has come, as a whole."""
        records = [line.split(None, 4)[3:] for line in text.splitlines()
                   if line and not line.startswith(";")]
        types = [record[0] for record in records if record[0] != "TSIG"]
        self.assertEqual(types, ["SOA", "NS", "NS", "PTR", "SOA"], text)
        self.assertIn(["PTR", target], records)
        self.assertNotIn("could not be validated", text)

    def assert_refused(self, text, *parts):
        """Nothing has come."""
        self.assertIn("Transfer failed", text)
        for part in parts:
            self.assertIn(part, text)


class Rules(TransferTestCase):
    """Who may transfer."""

    def test_nobody(self):
        with self.workspace(settings=ZONE_DEFAULTS).start() as server:
            self.assert_refused(self.dig(server))

    def test_address(self):
        with self.workspace().start() as server:
            self.assert_transferred(self.dig(server))
            server.wait_for(rf"transferred {APEX} serial \d+ to 127\.0\.0\.1: 5 records, 1 message ")

    def test_another_address(self):
        with self.workspace(settings=allow("127.0.0.2, \"::/0\"")).start() as server:
            self.assert_refused(self.dig(server))
            self.assert_transferred(self.dig(server, "-b", "127.0.0.2", APEX, "AXFR"))

    def test_key(self):
        key = self.make_key()
        workspace = self.workspace(settings=allow(f"{{key: {KEY}}}") + f"keys:\n  {key}")
        with workspace.start() as server:
            self.assert_refused(self.dig(server))
            self.assert_transferred(self.dig(server, key=key))
            # Another secret, another name, another algorithm.
            self.assert_refused(self.dig(server, key=self.make_key()), "BADSIG")
            self.assert_refused(self.dig(server, key=key, name="other.example.net"), "BADKEY")
            self.assert_refused(self.dig(server, key=key, algorithm="hmac-sha512"), "BADKEY")

    def test_address_and_key(self):
        key = self.make_key()
        rule = f"{{address: 127.0.0.2, key: {KEY}}}"
        with self.workspace(settings=allow(rule) + f"keys:\n  {key}").start() as server:
            self.assert_refused(self.dig(server, key=key))
            self.assert_refused(self.dig(server, "-b", "127.0.0.2", APEX, "AXFR"))
            self.assert_transferred(self.dig(server, "-b", "127.0.0.2", APEX, "AXFR", key=key))

    def test_zone_file_has_its_own(self):
        other = "network: 198.51.100.0/24\ntransfer: {allow: []}\n"
        with self.workspace({"zone": ONE, "other": other}).start() as server:
            self.assert_transferred(self.dig(server))
            self.assert_refused(self.dig(server, "100.51.198.in-addr.arpa", "AXFR"))

    def test_change_takes_effect_at_a_reload(self):
        workspace = self.workspace()
        with workspace.start() as server:
            serial = server.serial(APEX)
            workspace.write_zone("zone", ONE + "transfer: {allow: [127.0.0.2]}\n")
            self.reload(workspace)
            self.assert_refused(self.dig(server))
            self.assertEqual(server.serial(APEX), serial)

    def test_zone_that_is_not_ours(self):
        with self.workspace().start() as server:
            for name in ("1." + APEX, "192.in-addr.arpa.", "example.net."):
                reply = dns.ask_tcp(server.endpoint, dns.query(name, "AXFR"))
                self.assert_bare(reply, "NOTAUTH")

    def test_broken_zone(self):
        with self.workspace({"zone": ONE + "  192.0.2.2: a..b\n"}).start() as server:
            self.assert_bare(dns.ask_tcp(server.endpoint, dns.query(APEX, "AXFR")), "SERVFAIL")


class Keys(TransferTestCase):
    """Files of keys."""

    settings = allow(f"{{key: {KEY}}}") + "keys_file: keys.yaml\n"

    def test_key_that_is_taken_away_is_not_known_any_more(self):
        workspace = self.workspace(settings=self.settings)
        old, new = self.make_key(), self.make_key()
        self.write_keys(workspace, old)
        control = workspace.state / "control.sock"
        with workspace.start() as server:
            self.assert_transferred(self.dig(server, key=old))
            self.write_keys(workspace, new)
            self.assertEqual(run_program("ARPACTL", "reload", "--socket", control).returncode, 0)
            self.assert_refused(self.dig(server, key=old), "BADSIG")
            self.assert_transferred(self.dig(server, key=new))
            # The rule names it, so that this is a mistake: the keys stay as they are.
            self.write_keys(workspace, self.make_key(name="other.example.net"))
            run_program("ARPACTL", "reload", "--socket", control)
            self.assertIn(f"there is no key {KEY}.", server.log)
            self.assert_transferred(self.dig(server, key=new))

    def test_everybody_may_read_it(self):
        workspace = self.workspace(settings=self.settings)
        self.write_keys(workspace, self.make_key(), mode=0o644)
        done = workspace.run()
        self.assertEqual(done.returncode, CONFIGURATION, done.stdout)
        self.assertRegex(done.stdout, r"keys\.yaml: error: holds secrets, and everybody has access to it"
                                      r"\n  chmod o= ")

    def test_missing(self):
        done = self.workspace(settings=self.settings).run()
        self.assertEqual(done.returncode, CONFIGURATION, done.stdout)
        self.assertIn("keys.yaml: error: cannot be read: No such file", done.stdout)

    def test_all_mistakes_are_told_at_once(self):
        workspace = self.workspace(settings=self.settings)
        self.write_keys(workspace, "a.example: {secret: \"no base64!\"}\n"
                                   "b..example: {secret: \"c2l4dGVlbiBvY3RldHMhIQ==\"}\n"
                                   "c.example: {algorithm: hmac-md5}\n"
                                   "d.example: {secret: \"c2hvcnQ=\"}\n"
                                   "D.example: {secret: \"c2hvcnQ=\"}\n")
        done = workspace.run("--check")
        self.assertEqual(done.returncode, CONFIGURATION, done.stdout)
        for line in ("keys.yaml:1:21: error: `secret` is no base64",
                     "keys.yaml:2:1: error: `b..example` is no domain name",
                     "keys.yaml:3:24: error: unknown algorithm: `hmac-md5`",
                     "keys.yaml:3:12: error: a key without `secret`",
                     "keys.yaml:4:21: warning: `secret` has less than 16 octets",
                     "keys.yaml:5:1: error: `D.example` is written twice"):
            self.assertIn(line, done.stdout)
        self.assertNotIn("c2hvcnQ", done.stdout)

    def test_key_that_does_not_exist(self):
        workspace = self.workspace({"zone": ONE + "transfer: {allow: [{key: no.example}]}\n"})
        done = workspace.run("--check")
        self.assertEqual(done.returncode, CONFIGURATION, done.stdout)
        self.assertRegex(done.stdout, r"zone\.yaml:4:1: error: there is no key no\.example\.\n  ")

    def test_secrets_in_a_configuration_that_everybody_may_read(self):
        workspace = self.workspace(settings=ZONE_DEFAULTS + f"keys:\n  {self.make_key()}")
        for mode, is_warned in ((0o644, True), (0o602, True), (0o640, False)):
            workspace.config.chmod(mode)
            self.assertIs("everybody has access to it" in workspace.run("--check").stdout, is_warned)

    def test_forms(self):
        for reader, beginning in (("arpad", f"{KEY}: {{algorithm: hmac-sha384"),
                                  ("bind", f"key \"{KEY}\" {{"), ("nsd", "key:\n    name: \""),
                                  ("knot", f"key:\n  - id: {KEY}\n"),
                                  ("kdig", f"hmac-sha384:{KEY}:")):
            text = self.make_key("--algorithm", "hmac-sha384", "--for", reader, name=KEY + ".")
            self.assertTrue(text.startswith(beginning), text)
        self.assertNotEqual(self.make_key(), self.make_key())
        done = run_program("ARPACTL", "key", "generate", "a..b")
        self.assertEqual(done.returncode, 2)
        self.assertIn("a..b is no domain name", done.stdout)


class Incremental(TransferTestCase):
    """IXFR, which is answered with the whole zone."""

    def test_newer(self):
        with self.workspace().start() as server:
            self.assert_transferred(self.dig(server, APEX, "IXFR=1"))

    def test_same_serial(self):
        with self.workspace().start() as server:
            serial = server.serial(APEX)
            for options in ((), ("+notcp",)):
                text = self.dig(server, APEX, *options, f"IXFR={serial}")
                self.assertEqual(text.count("\tSOA\t"), 1, text)
                self.assertNotIn("PTR", text)

    def test_over_udp_is_a_hint_to_come_back_over_tcp(self):
        soa = (dns.encode_name(APEX) + b"\0\x06\0\x01\0\0\0\0\0\x16" + b"\0\0" + bytes(20))
        query = dns.header(7, 0, (1, 0, 1, 0)) + dns.question(APEX, "IXFR") + soa
        with self.workspace().start() as server:
            reply = dns.ask_udp(server.endpoint, query)
            self.assertEqual([record.type for record in reply.answer], ["SOA"])
            self.assertEqual(reply.authority, [])


class Ranges(TransferTestCase):
    """Names that are not stored."""

    ranges = ONE + "ranges:\n  192.0.2.128/30: \"{ip}.dyn.example.net\"\n"

    def test_expanded(self):
        with self.workspace({"zone": self.ranges}).start() as server:
            self.assertEqual(self.dig(server).count(".dyn.example.net."), 4)

    def test_omitted(self):
        with self.workspace({"zone": self.ranges},
                            allow("127.0.0.1", ", ranges: omit")).start() as server:
            self.assert_transferred(self.dig(server))

    def test_wildcards(self):
        zone = ("network: 10.0.0.0/16\nrecords: {10.0.5.1: one.example.net}\n"
                "ranges: {10.0.0.0/16: pool.example.net}\n")
        workspace = self.workspace({"zone": zone}, allow("127.0.0.1", ", ranges: wildcard") +
                                   "reload: {watch: false}\n")
        with workspace.start() as server:
            apex = "0.10.in-addr.arpa"
            self.assertEqual(self.wildcards(server, apex), {"*." + apex, "*.5." + apex})
            serial = server.serial(apex)
            done = run_program("ARPACTL", "edits", "set", "-c", workspace.config, "10.0.7.2",
                               "seven.example.net")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(self.wildcards(server, apex),
                             {"*." + apex, "*.5." + apex, "*.7." + apex})
            self.assertEqual(self.wildcards(server, apex, f"IXFR={serial}"), {"*.7." + apex})
            workspace.write_zone("zone", zone.replace("one", "two"))
            done = run_program("ARPACTL", "plan", "-c", workspace.config)
            self.assertIn("secondaries also answer above and below addresses", done.stdout)

    def test_what_is_transferred_of_them_is_content(self):
        zone = "network: 10.0.0.0/16\nranges: {10.0.0.0/16: pool.example.net}\n"
        workspace = self.workspace({"zone": zone})
        with workspace.start() as server:
            apex = "0.10.in-addr.arpa"
            serials = [server.serial(apex)]
            for ranges in ("wildcard", "omit", "expand"):
                workspace.write_zone("zone", zone + f"transfer: {{ranges: {ranges}}}\n")
                done = run_program("ARPACTL", "reload", "-c", workspace.config)
                self.assertEqual(done.returncode, 0, done.stdout)
                serials.append(server.serial(apex))
            self.assertEqual(serials, sorted(set(serials)))

    def wildcards(self, server, apex, query="AXFR"):
        """The owners of wildcards in a transfer."""
        text = self.dig(server, apex, query)
        return {line.split()[0].rstrip(".") for line in text.splitlines() if line.startswith("*")}

    def test_what_no_wildcard_can_stand_for_is_an_error(self):
        for ranges, what in (
                ("10.0.0.0/17: a.example.net", "3:10: .* a range that is no whole label"),
                ("10.0.0.0/16: '{ip}.example.net'", "3:10: .* a range with a name for each"),
                ("10.0.0.0/16: a.example.net, 10.0.4.0/24: ~", "3:[0-9]+: .* a hole"),
                ("10.0.5.0/24: a.example.net", "2:11: .* an address in a range that has no name"),
                ("10.0.6.0/24: a.example.net", "5:3: .* a range that has a wildcard of its own")):
            zone = ("network: 10.0.0.0/16\nrecords: {10.0.5.1: ~}\nranges: {" + ranges +
                    "}\nextra: |\n  *.6.0.10.in-addr.arpa. TXT x\n")
            done = self.workspace({"zone": zone},
                                  allow("127.0.0.1", ", ranges: wildcard")).run("--check")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertRegex(done.stdout, "zone.yaml:" + what)

    def test_too_many_names_are_not_transferred_and_served_all_the_same(self):
        zone = "network: 2001:db8::/32\nranges:\n  2001:db8:1::/64: \"{ip}.dyn.example.net\"\n"
        workspace = self.workspace({"zone": zone})
        with workspace.start() as server:
            server.wait_for(r"zone\.yaml:3:3: a range of over 65536 names cannot be transf")
            self.assertEqual(server.ask_ptr("2001:db8:1::1").rcode, "NOERROR")
            self.assert_refused(self.dig(server, "8.b.d.0.1.0.0.2.ip6.arpa", "AXFR"))
            workspace.write_zone("zone", zone + "transfer: {ranges: omit}\n")
            server.wait_for("noticed changed files")
            text = self.dig(server, "8.b.d.0.1.0.0.2.ip6.arpa", "AXFR")
            self.assertEqual(text.count("\tSOA\t"), 2, text)

    def test_bounds_are_settings(self):
        for bounds, is_allowed in (("max_range_names: 3", False), ("max_zone_names: 3", False),
                                   ("max_range_names: 4, max_zone_names: 4", True)):
            workspace = self.workspace({"zone": self.ranges}, allow("127.0.0.1", f", {bounds}"))
            done = workspace.run("--check")
            self.assertEqual(done.returncode == 0, is_allowed, done.stdout)


class Clients(TransferTestCase):
    """Zones as clients of others take them: dig, kdig, and drill, which is ldns."""

    def lines(self, tool, server, secret, *question):
        """The records that it prints: type and the end of each."""
        host, port = server.endpoint
        signs = {"dig": ("-y", f"hmac-sha256:{KEY}:{secret}"),
                 "kdig": ("-y", f"hmac-sha256:{KEY}:{secret}"),
                 "drill": ("-y", f"{KEY}.:{secret}:hmac-sha256")}
        # drill takes the type first, and knows no serial.
        asked = question[::-1] if tool == "drill" else question
        done = subprocess.run([find_tool(tool), f"@{host}", "-p", str(port), *signs[tool], *asked],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS,
                              check=False, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        for word in ("could not be validated", "failed", "BADSIG", "WARNING"):
            self.assertNotIn(word, done.stdout)
        records = [line.split(None, 4)[3:] for line in done.stdout.splitlines()
                   if line and not line.startswith(";")]
        return [(kind, rest.split()[-1]) for kind, rest in records if kind != "TSIG"]

    def test_all_of_them_get_the_same(self):
        key = self.make_key()
        secret = key.split('"')[1]
        workspace = self.workspace({"zone": ONE, "large": large_zone()},
                                   allow(f"{{key: {KEY}}}") + f"keys:\n  {key}")
        with workspace.start() as server:
            first = server.serial(APEX)
            for apex, count in ((APEX, 5), (LARGE_APEX, 60_004)):
                found = [self.lines(tool, server, secret, apex, "AXFR")
                         for tool in ("dig", "kdig", "drill")]
                self.assertEqual(len(found[0]), count)
                self.assertEqual(found[1], found[0])
                # ldns leaves the second SOA out.
                self.assertIn(found[2], (found[0], found[0][:-1]))
            workspace.write_zone("zone", TWO)
            self.reload(workspace)
            found = [self.lines(tool, server, secret, APEX, f"IXFR={first}")
                     for tool in ("dig", "kdig")]
            self.assertEqual([kind for kind, _ in found[0]],
                             ["SOA", "SOA", "PTR", "SOA", "PTR", "SOA"])
            self.assertEqual(found[1], found[0])


class Differences(TransferTestCase):
    """IXFR."""

    def records(self, server, serial, *options, apex=APEX):
        """What dig gets for an IXFR: type and data of each record."""
        text = self.dig(server, *options, apex, f"IXFR={serial}")
        lines = [line.split(None, 4) for line in text.splitlines()
                 if line and not line.startswith(";")]
        return [(kind, data.split()[2] if kind == "SOA" else data)
                for _, _, _, kind, data in lines]

    def change(self, server, workspace, content, apex=APEX):
        """Writes the zone's file again; the new serial."""
        workspace.write_zone("zone", content)
        self.reload(workspace)
        return str(server.serial(apex))

    @staticmethod
    def steps(first, second, third):
        """What leads from ONE by TWO to ONE again."""
        return [("SOA", third),
                ("SOA", first), ("PTR", "one.example.net."),
                ("SOA", second), ("PTR", "two.example.net."),
                ("SOA", second), ("PTR", "two.example.net."),
                ("SOA", third), ("PTR", "one.example.net."),
                ("SOA", third)]

    def test_of_reloads(self):
        workspace = self.workspace()
        with workspace.start() as server:
            first = str(server.serial(APEX))
            second = self.change(server, workspace, TWO)
            third = self.change(server, workspace, ONE)
            steps = self.steps(first, second, third)
            for options in ([], ["+notcp"]):
                self.assertEqual(self.records(server, first, *options), steps)
                self.assertEqual(self.records(server, second, *options),
                                 [steps[0], *steps[5:]])
                self.assertEqual(self.records(server, third, *options), [("SOA", third)])
            # Of a serial that arpad never had it sends all, or, over UDP, what makes dig come back.
            self.assertEqual([kind for kind, _ in self.records(server, 1)],
                             ["SOA", "NS", "NS", "PTR", "SOA"])
            self.assertEqual(self.records(server, 1, "+notcp"), [("SOA", third)])
            server.wait_for(f"transferred the changes of {APEX} serial {third} to .*: 10 records")

    def test_signed(self):
        key = self.make_key()
        workspace = self.workspace(settings=allow(f"{{key: {KEY}}}") + f"keys:\n  {key}")
        with workspace.start() as server:
            first = server.serial(APEX)
            self.change(server, workspace, TWO)
            for options in ([], ["+notcp"]):
                text = self.dig(server, *options, APEX, f"IXFR={first}", key=key)
                self.assertIn("one.example.net.", text)
                self.assertIn("two.example.net.", text)
                self.assertNotIn("could not be validated", text)

    def test_names_of_ranges_come_back(self):
        zone = ("network: 192.0.2.0/24\nranges:\n  192.0.2.0/30: \"{ip}.dyn.example.net\"\n"
                "records:\n  192.0.2.7: seven.example.net\n")
        workspace = self.workspace({"zone": zone + "  192.0.2.1: one.example.net\n"})
        with workspace.start() as server:
            first = str(server.serial(APEX))
            second = self.change(server, workspace, zone)
            self.assertEqual(self.records(server, first),
                             [("SOA", second), ("SOA", first), ("PTR", "one.example.net."),
                              ("SOA", second), ("PTR", "192-0-2-1.dyn.example.net."),
                              ("SOA", second)])

    def test_survive_a_restart(self):
        workspace = self.workspace()
        with workspace.start() as server:
            first = str(server.serial(APEX))
            second = self.change(server, workspace, TWO)
            server._end(signal.SIGKILL)  # pylint: disable=protected-access
        with workspace.start() as server:
            third = self.change(server, workspace, ONE)
            self.assertEqual(self.records(server, first), self.steps(first, second, third))

    def test_damaged_ones_are_not_sent(self):
        workspace = self.workspace()
        with workspace.start() as server:
            first = str(server.serial(APEX))
            second = self.change(server, workspace, TWO)
            third = self.change(server, workspace, ONE)
        with sqlite3.connect(workspace.state / "state.db") as state:
            state.execute("UPDATE differences SET octets = CAST(substr(octets, 2) AS BLOB) "
                          "WHERE start = ?", (int(first),))
        state.close()
        with workspace.start() as server:
            self.assertEqual([kind for kind, _ in self.records(server, first)],
                             ["SOA", "NS", "NS", "PTR", "SOA"])
            self.assertEqual(self.records(server, second),
                             [("SOA", third), *self.steps(first, second, third)[5:]])

    def test_large_ones_are_many_messages(self):
        workspace = self.workspace({"zone": large_zone()})
        with workspace.start() as server:
            first = str(server.serial(LARGE_APEX))
            changed = large_zone().replace("host-1", "other-1")
            self.change(server, workspace, changed, LARGE_APEX)
            records = self.records(server, first, apex=LARGE_APEX)
            targets = [data for kind, data in records if kind == "PTR"]
            count = changed.count("other-1")
            self.assertEqual(len(targets), 2 * count)
            self.assertTrue(all(target.startswith("host-1") for target in targets[:count]))
            self.assertTrue(all(target.startswith("other-1") for target in targets[count:]))
            # Where all has changed the zone itself is less.
            self.change(server, workspace, large_zone("new"), LARGE_APEX)
            self.assertEqual(len(self.records(server, first, apex=LARGE_APEX)), 60_004)


class Stream:
    """A client that asks for a transfer and reads as it likes."""

    def __init__(self, endpoint, apex, receive_octets=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_octets:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_octets)
        self.socket.settimeout(SECONDS)
        self.socket.connect(endpoint)
        query = dns.query(apex, "AXFR")
        self.socket.sendall(struct.pack("!H", len(query)) + query)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def message(self):
        """The next message; none at the end."""
        length = self.stream.read(2)
        return dns.Reply(self.stream.read(*struct.unpack("!H", length))) if length else None

    def records(self, before=()):
        """All records up to the second SOA, those that came before included."""
        records = list(before)
        while len(records) < 2 or records[-1].type != "SOA":
            records.extend(self.message().answer)
        return records


class Streams(TransferTestCase):
    """Large zones, slow readers and many of them."""

    def test_zone_is_that_of_one_serial(self):
        workspace = self.workspace({"zone": large_zone()})
        with workspace.start() as server, \
                Stream(server.endpoint, LARGE_APEX, receive_octets=4096) as stream:
            serial = server.serial(LARGE_APEX)
            first = stream.message()
            workspace.write_zone("zone", large_zone("other"))
            done = run_program("ARPACTL", "reload", "--socket", workspace.state / "control.sock")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertNotEqual(server.serial(LARGE_APEX), serial)
            records = stream.records(first.answer)
            self.assertEqual({record.data[2] for record in records if record.type == "SOA"},
                             {serial})
            targets = [record.data for record in records if record.type == "PTR"]
            self.assertEqual(len(targets), 60_000)
            self.assertTrue(all(target.startswith("host-") for target in targets))

    def test_queries_behind_a_transfer_are_answered_after_it(self):
        with self.workspace().start() as server, Stream(server.endpoint, APEX) as stream:
            query = dns.query(dns.reverse_name("192.0.2.1"), "PTR")
            stream.socket.sendall(struct.pack("!H", len(query)) + query)
            self.assertEqual(len(stream.records()), 5)
            self.assert_ptr(stream.message(), "one.example.net.")

    def test_reader_that_stands_still_is_left(self):
        workspace = self.workspace({"zone": HUGE}, allow("127.0.0.1")
                                   + "tcp: {idle_timeout: 1s}\n")
        with workspace.start() as server, \
                Stream(server.endpoint, HUGE_APEX, receive_octets=4096) as stream:
            server.wait_for(f"transfer of {HUGE_APEX} to 127.0.0.1 broken off")
            # What comes ends somewhere.
            with self.assertRaises((ConnectionError, AttributeError, dns.MalformedReply)):
                stream.records()

    def test_transfers_above_the_bound_wait_for_their_turn(self):
        self.assert_second_waits("", idle=0, seconds=0.5)

    def assert_second_waits(self, settings, idle, seconds):
        """Of two transfers where one may be under way the second one waits, for so long at least,
        beside so many idle connections, and then comes whole."""
        # It waits for its turn as long as the first one takes on the slowest machine.
        workspace = self.workspace({"zone": HUGE}, allow("127.0.0.1")
                                   + f"tcp: {{transfers: 1, idle_timeout: 1h{settings}}}\n")
        with workspace.start() as server, \
                Stream(server.endpoint, HUGE_APEX, receive_octets=4096) as first:
            first.message()
            with Stream(server.endpoint, HUGE_APEX) as second, contextlib.ExitStack() as others:
                for _ in range(idle):
                    others.enter_context(server.tcp())
                self.assertEqual(select.select([second.socket], [], [], seconds)[0], [])
                first.records()
                self.assertEqual(len(second.records()), 2**19 + 4)

    def test_transfers_wait_for_a_while_only(self):
        workspace = self.workspace({"zone": HUGE}, allow("127.0.0.1")
                                   + "tcp: {transfers: 1, idle_timeout: 1s}\n")
        with workspace.start() as server, \
                Stream(server.endpoint, HUGE_APEX, receive_octets=4096) as first:
            first.message()
            with Stream(server.endpoint, HUGE_APEX) as second:
                # The first one gets on, and the second one does not.
                while "no transfer of" not in server.log:
                    self.assertIsNotNone(first.message())
                    time.sleep(0.05)
                self.assertIsNone(second.message())

    def test_those_that_wait_are_not_in_the_way_of_many_connections(self):
        # With the last place taken, connections that are idle are closed after 0.2 s.
        self.assert_second_waits(", connections: 8", idle=6, seconds=1)

    def test_stop_in_mid_transfer(self):
        workspace = self.workspace({"zone": HUGE})
        with workspace.start() as server, \
                Stream(server.endpoint, HUGE_APEX, receive_octets=4096) as stream:
            stream.message()
            self.assertLess(server.stop(), 10)


if __name__ == "__main__":
    unittest.main()

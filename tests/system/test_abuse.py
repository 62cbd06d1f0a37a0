"""What those get who ask too much, and how others prove that they are there: limits of the rate of
answers, and DNS cookies (RFC 7873, RFC 9018)."""

import contextlib
import os
import struct
import time
import unittest
import urllib.request

import dns_client as dns
from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, run_program, wait_until
from dns_tools import run_tool
from tsig import Key

ZONE = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: one.example.net\n"
NAME = dns.reverse_name("192.0.2.1")
MISSING = dns.reverse_name("192.0.2.99")
CLIENT_COOKIE = bytes(range(1, 9))
SECRET = "e5e973e5a6b2a43f48e7dc849e37bfcf"
OTHER_SECRET = "445536bcd2513298075a5d379663c962"
LIMITS = "rate_limit: {responses: 20, nxdomain: 20, errors: 20, exempt: []}\n"


def cookie_of(reply):
    """The cookie that a reply gives, None if it gives none."""
    return None if reply.edns is None else reply.edns.option(dns.COOKIE)


class AbuseTestCase(ReplyTestCase):
    """A server with settings of the test's own."""

    def start(self, settings, **options):
        """A workspace and a server that serves the zone."""
        workspace = self.enterContext(Workspace({"zone": ZONE}, ZONE_DEFAULTS + settings,
                                                **options))
        return workspace, self.enterContext(workspace.start())

    @staticmethod
    def flood(server, message, count):
        """The replies to so many queries sent at once."""
        replies = []
        with server.udp() as client:
            for _ in range(count):
                client.send(message)
            with contextlib.suppress(TimeoutError):
                while True:
                    replies.append(dns.Reply(client.receive(patience=0.5)))
        return replies

    def ask_with_cookie(self, server, cookie, name=NAME, rr_type="PTR"):
        """Asks over UDP and shows a cookie."""
        return server.ask(name, rr_type, edns=dns.Edns(options=((dns.COOKIE, cookie),)))


class RateLimit(AbuseTestCase):
    """The setting `rate_limit`."""

    def test_answers_over_the_limit_are_held_back_and_told_of(self):
        workspace, server = self.start(LIMITS + 'metrics: {listen: "127.0.0.1:0"}\n')
        replies = self.flood(server, dns.query(NAME), 100)
        answered = [reply for reply in replies if reply.answer]
        truncated = [reply for reply in replies if reply.is_truncated]
        self.assertEqual(len(answered) + len(truncated), len(replies))
        self.assertGreaterEqual(len(answered), 20)
        self.assertLessEqual(len(answered), 40, "one second's worth, and what came meanwhile")
        self.assertGreaterEqual(len(truncated), 25)
        server.wait_for(r"warning: holding back answers with data to 127\.0\.0\.0/24: more than 20 "
                        "per second")
        server.wait_for(r"held back \d+ answers with data to 127\.0\.0\.0/24 in \d+ s")
        self.assertEqual(server.log.count("warning: holding back"), 1)
        metrics = self.metrics_of(server)
        counted = {action: metrics[f'arpad_rate_limited_total{{answer="data",action="{action}"}}']
                   for action in ("dropped", "truncated", "badcookie", "dry_run")}
        self.assertEqual(counted["truncated"], len(truncated))
        self.assertEqual(counted["dropped"], 100 - len(replies))
        self.assertEqual((counted["badcookie"], counted["dry_run"]), (0, 0))
        stats = run_program("ARPACTL", "stats", "-c", workspace.config).stdout
        held_back = int(counted["truncated"] + counted["dropped"])
        self.assertRegex(stats, rf"held back by limits +{held_back}\n")

    @staticmethod
    def metrics_of(server):
        """What the server tells Prometheus, by name and labels."""
        url = server.log.partition("metrics at ")[2].split()[0]
        with urllib.request.urlopen(url, timeout=10) as reply:
            lines = reply.read().decode().splitlines()
        return {name: float(value) for name, _, value in
                (line.rpartition(" ") for line in lines if not line.startswith("#"))}

    def test_kinds_of_answers_are_limited_each_for_itself(self):
        _, server = self.start(LIMITS)
        self.flood(server, dns.query(MISSING), 60)
        self.assert_ptr(server.ask(NAME), "one.example.net.")
        self.assertEqual(server.ask("1.2.3.4.in-addr.arpa.").rcode, "REFUSED")

    def test_tcp_is_not_limited(self):
        _, server = self.start(LIMITS)
        self.flood(server, dns.query(NAME), 60)
        with server.tcp() as client:
            for _ in range(100):
                self.assertTrue(client.ask(dns.query(NAME)).answer)

    def test_tools_come_back_over_tcp(self):
        _, server = self.start(LIMITS)
        for tool, options in (("dig", ["+nocookie"]), ("kdig", [])):
            with self.subTest(tool):
                self.flood(server, dns.query(NAME), 60)
                reply = run_tool(tool, server.endpoint, *options, "-x", "192.0.2.1")
                self.assertEqual(reply.data("PTR"), ["one.example.net."])

    def test_who_shows_a_cookie_is_not_limited(self):
        _, server = self.start(LIMITS)
        cookie = cookie_of(self.ask_with_cookie(server, CLIENT_COOKIE))
        self.flood(server, dns.query(NAME), 60)
        proved = dns.query(NAME, edns=dns.Edns(options=((dns.COOKIE, cookie),)))
        replies = self.flood(server, proved, 50)
        self.assertEqual(len(replies), 50)
        self.assertTrue(all(reply.answer for reply in replies))

    def test_who_takes_cookies_is_given_one(self):
        _, server = self.start(LIMITS.replace("exempt", "slip: 1, exempt"))
        new = dns.query(NAME, edns=dns.Edns(options=((dns.COOKIE, CLIENT_COOKIE),)))
        replies = self.flood(server, new, 60)
        self.assertEqual(replies[-1].rcode, "BADCOOKIE")
        self.assertFalse(replies[-1].is_truncated)
        reply = self.ask_with_cookie(server, cookie_of(replies[-1]))
        self.assert_ptr(reply, "one.example.net.")

    def test_dig_comes_back_with_its_cookie(self):
        _, server = self.start(LIMITS.replace("exempt", "slip: 1, exempt"))
        self.flood(server, dns.query(NAME), 60)
        reply = run_tool("dig", server.endpoint, "+cookie", "+ignore", "-x", "192.0.2.1")
        self.assertEqual(reply.data("PTR"), ["one.example.net."])

    def test_dry_run_only_tells(self):
        _, server = self.start(LIMITS.replace("exempt", "dry_run: true, exempt"))
        replies = self.flood(server, dns.query(NAME), 60)
        self.assertEqual(len(replies), 60)
        self.assertTrue(all(reply.answer for reply in replies))
        server.wait_for("warning: would hold back answers with data to 127.0.0.0/24")

    def test_replies_to_updates_are_limited_where_they_are_longer(self):
        key = Key()
        limits = LIMITS.replace("errors: 20", "errors: 1")
        _, server = self.start(limits + f"keys: {{{key.line}}}\nupdates: {{{key.name}: {{prefixes: [192.0.2.128/25]}}}}\n")
        apex = dns.encode_name("2.0.192.in-addr.arpa.")
        head = dns.header(1, 5 << 11, (1, 0, 1, 1)) + apex + struct.pack("!HH", 6, 1)

        def update(last, target):
            """An update, another one each time, that names 192.0.2.LAST."""
            rdata = dns.encode_name(target)
            owner = dns.encode_name(f"{last}.2.0.192.in-addr.arpa.")
            change = owner + struct.pack("!HHIH", 12, 1, 300, len(rdata)) + rdata
            return key.sign(head + change + dns.Edns().to_wire(), int(time.time()))[0]

        with server.udp() as client:
            for last in range(128, 228):
                client.send(update(last, "a.example.net."))
            for _ in range(100):
                self.assertEqual(dns.Reply(client.receive(patience=20)).rcode, "NOERROR")
        with server.udp() as client:
            for number in range(100):
                client.send(update(1, f"a{number}.example.net."))
            refused = [client.receive(patience=20)]
            with contextlib.suppress(TimeoutError):
                while True:
                    refused.append(client.receive(patience=1))
        self.assertEqual({dns.Reply(reply).rcode for reply in refused}, {"REFUSED"})
        self.assertLess(len(refused), 60)

    def test_loopback_is_exempt_by_default(self):
        _, server = self.start("rate_limit: {responses: 20}\n")
        self.assertEqual(len(self.flood(server, dns.query(NAME), 60)), 60)

    def test_off(self):
        _, server = self.start("rate_limit: off\n")
        self.assertEqual(len(self.flood(server, dns.query(NAME), 60)), 60)


class Cookies(AbuseTestCase):
    """The setting `cookies`."""

    def secrets(self, workspace, *lines):
        """Writes the file of secrets."""
        path = workspace.directory / "secrets"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
        path.chmod(0o600)

    def start_with_secrets(self, *lines):
        """A server with a file of secrets."""
        workspace = self.enterContext(Workspace(
            {"zone": ZONE}, ZONE_DEFAULTS + "cookies: {secrets_file: secrets}\n"))
        self.secrets(workspace, *lines)
        return workspace, self.enterContext(workspace.start())

    def test_clients_are_given_one_over_udp_and_tcp(self):
        _, server = self.start("")
        for name in (NAME, MISSING, "2.0.192.in-addr.arpa."):
            cookie = cookie_of(self.ask_with_cookie(server, CLIENT_COOKIE, name))
            self.assertEqual(cookie[:8], CLIENT_COOKIE)
            self.assertEqual(cookie[8:12], b"\1\0\0\0", "RFC 9018 4")
            self.assertAlmostEqual(int.from_bytes(cookie[12:16], "big"), time.time(), delta=5)
            self.assertEqual(len(cookie), 24)
        with server.tcp() as client:
            query = dns.query(NAME, edns=dns.Edns(options=((dns.COOKIE, CLIENT_COOKIE),)))
            self.assertEqual(len(cookie_of(client.ask(query))), 24)

    def test_tools_take_them_for_good(self):
        _, server = self.start("")
        self.assertIn("(good)", run_tool("dig", server.endpoint, "+cookie", "-x", "192.0.2.1").text)

    def test_query_without_a_question_asks_for_one(self):
        _, server = self.start("")
        reply = dns.ask_udp(server.endpoint, dns.cookie_query(CLIENT_COOKIE))
        self.assertEqual((reply.rcode, len(cookie_of(reply))), ("NOERROR", 24))
        text = run_tool("dig", server.endpoint, "+header-only", "+cookie").text
        self.assertIn("status: NOERROR", text)
        self.assertIn("(good)", text)

    def test_off(self):
        _, server = self.start("cookies: off\n")
        reply = self.ask_with_cookie(server, CLIENT_COOKIE)
        self.assert_ptr(reply, "one.example.net.")
        self.assertIsNone(cookie_of(reply))

    def test_secrets_are_exchanged_while_it_runs(self):
        workspace, server = self.start_with_secrets("# one", SECRET)
        first = cookie_of(self.ask_with_cookie(server, CLIENT_COOKIE))
        standing = self.standing_of(server, first)
        self.assertEqual(standing, "NOERROR")
        for lines, is_good in (((SECRET, OTHER_SECRET), True), ((OTHER_SECRET, SECRET), True),
                               ((OTHER_SECRET,), False)):
            self.secrets(workspace, *lines)
            self.reload(workspace)
            wanted = "NOERROR" if is_good else "BADCOOKIE"
            wait_until(lambda wanted=wanted: self.standing_of(server, first) == wanted, lines)
            made = cookie_of(self.ask_with_cookie(server, CLIENT_COOKIE))
            self.assertEqual(self.standing_of(server, made), "NOERROR")

    @staticmethod
    def reload(workspace):
        """Has the configuration read again."""
        done = run_program("ARPACTL", "reload", "-c", workspace.config)
        assert done.returncode == 0, done.stdout

    @staticmethod
    def standing_of(server, cookie):
        """What the server says of a cookie: NOERROR or BADCOOKIE (RFC 7873 5.4)."""
        return dns.ask_udp(server.endpoint, dns.cookie_query(cookie)).rcode

    def test_secrets_that_are_none(self):
        for lines, message in (
                (["abcd", SECRET + "0"], "secrets:1:1: error: a secret that is not 32 hexadecimal"),
                ([], "error: holds no secret")):
            with self.subTest(lines):
                workspace = self.enterContext(Workspace(
                    {"zone": ZONE}, ZONE_DEFAULTS + "cookies: {secrets_file: secrets}\n"))
                self.secrets(workspace, *lines)
                done = workspace.run("--check")
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn(message, done.stdout)
                self.assertNotIn(SECRET, done.stdout)

    def test_secrets_that_everybody_may_read(self):
        workspace = self.enterContext(Workspace(
            {"zone": ZONE}, ZONE_DEFAULTS + "cookies: {secrets_file: secrets}\n"))
        self.secrets(workspace, SECRET)
        os.chmod(workspace.directory / "secrets", 0o644)
        done = workspace.run("--check")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("holds secrets, and everybody has access to it\n  chmod o=", done.stdout)


if __name__ == "__main__":
    unittest.main()

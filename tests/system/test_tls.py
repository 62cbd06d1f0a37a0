"""Queries and transfers over TLS (RFC 7858, RFC 9103)."""

import json
import os
import re
import signal
import socket
import ssl
import unittest
import urllib.request
from pathlib import Path

import dns_client as dns
from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, run_program, wait_until
from certificates import Authority
from dns_tools import run_tool
from ports import free_port

APEX = "2.0.192.in-addr.arpa."
NAME = "ns1.example.net"
PADDED = dns.Edns(options=((dns.PADDING, bytes(64)),))
PADDING_BLOCK = 468
SECONDS = 30
SOA = "soa: {contact: hostmaster.example.net, refresh: 1s, retry: 1s, expire: 1h}"


def zone_text(name="one", settings=""):
    """A zone file with one record."""
    return f"network: 192.0.2.0/24\n{settings}records:\n  192.0.2.1: {name}.example.net\n"


class TlsTestCase(ReplyTestCase):
    """A server with a certificate, not yet started."""

    tcp = ""

    def setUp(self):
        self.port = free_port()
        self.workspace = self.enterContext(
            Workspace({"zone": zone_text(settings="transfer: {allow: [{address: 127.0.0.1, "
                                                  "tls: true}]}\n")},
                      ZONE_DEFAULTS + self.tls_settings() + self.tcp))
        self.authority = Authority(self.workspace.directory / "tls")
        self.authority.issue(NAME, file_name="server")

    def tls_settings(self):
        """The part of arpad.yaml."""
        return (f"tls:\n  listen: [\"127.0.0.1:{self.port}\"]\n"
                "  certificate: tls/server.pem\n  key: tls/server.key\n")

    def connect(self, context=None, name=NAME):
        """A client that has connected by TLS."""
        context = context or self.authority.client()
        return self.enterContext(dns.TcpClient(("127.0.0.1", self.port), tls=context, name=name))

    def shown_certificate(self):
        """What clients are shown now, as octets."""
        with dns.TcpClient(("127.0.0.1", self.port), tls=self.authority.client(),
                           name=NAME) as client:
            return client.socket.getpeercert(binary_form=True)

    def reload(self):
        """Runs `arpactl reload`."""
        return run_program("ARPACTL", "reload", "--socket", self.workspace.state / "control.sock")


class Queries(TlsTestCase):
    """DNS over TLS."""

    def test_the_tools_of_operators_are_answered(self):
        authority = self.authority.certificate
        with self.workspace.start():
            for tool, *options in (("dig", "+tls"),
                                   ("kdig", f"+tls-ca={authority}", f"+tls-hostname={NAME}")):
                with self.subTest(tool):
                    reply = run_tool(tool, ("127.0.0.1", self.port), *options, "-x", "192.0.2.1")
                    self.assertEqual(reply.data("PTR"), ["one.example.net."], reply.text)

    def test_they_do_not_slow_down_who_asks_without(self):
        # A handshake costs as much as a thousand queries: a thread behind others makes them.
        with self.workspace.start() as server:
            self.connect()
            nice = {}
            for task in Path(f"/proc/{server.process.pid}/task").iterdir():
                status = (task / "stat").read_text("ascii")
                name, rest = re.search(r"\((.*)\) (.*)", status).groups()
                nice[name] = int(rest.split()[16])
        self.assertGreater(nice["arpad-tls"], nice["arpad-worker"])

    def test_many_queries_of_one_connection_are_answered(self):
        with self.workspace.start():
            client = self.connect()
            queries = [dns.query(dns.reverse_name("192.0.2.1"), query_id=i) for i in range(2000)]
            client.send(b"".join(map(dns.framed, queries)))
            replies = client.receive_replies(len(queries))
            self.assertEqual(set(replies), set(range(2000)))
            for reply in replies.values():
                self.assert_ptr(reply, "one.example.net.")

    def test_only_tls_1_3_is_spoken(self):
        old = self.authority.client()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.workspace.start():
            with self.assertRaisesRegex(ssl.SSLError, "PROTOCOL_VERSION"):
                self.connect(old)
            self.assertEqual(self.connect().socket.version(), "TLSv1.3")

    def test_the_protocol_is_dot(self):
        with self.workspace.start():
            self.assertEqual(self.connect().socket.selected_alpn_protocol(), "dot")
            with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
                self.connect(self.authority.client(["h2"]))
            # RFC 7858 does not ask for one.
            silent = self.connect(self.authority.client(()))
            self.assert_ptr(silent.ask(dns.query(dns.reverse_name("192.0.2.1"))),
                            "one.example.net.")

    def test_the_reply_to_a_padded_query_is_padded(self):
        with self.workspace.start() as server:
            query = dns.query(dns.reverse_name("192.0.2.1"), edns=PADDED)
            reply = self.connect().ask(query)
            self.assert_ptr(reply, "one.example.net.")
            self.assertEqual(len(reply.octets), PADDING_BLOCK)
            # It would only cost where everybody can read it.
            with server.tcp() as plain:
                self.assertIsNone(plain.ask(query).edns.option(dns.PADDING))
            unpadded = self.connect().ask(
                dns.query(dns.reverse_name("192.0.2.1"), edns=dns.Edns()))
            self.assertIsNone(unpadded.edns.option(dns.PADDING))

    def test_a_client_that_does_not_speak_tls_is_dropped_and_counted(self):
        metrics = free_port()
        self.workspace.write_config(self.workspace.config.read_text(encoding="utf-8")
                                    + f"metrics: {{listen: \"127.0.0.1:{metrics}\"}}\n")
        with self.workspace.start():
            with dns.TcpClient(("127.0.0.1", self.port)) as client:
                client.send_query(dns.query(dns.reverse_name("192.0.2.1")))
                octets = b""
                while piece := client.socket.recv(4096):
                    octets += piece
                self.assertNotIn(b"example", octets)
            self.connect().ask(dns.query(dns.reverse_name("192.0.2.1")))
            with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics",
                                        timeout=SECONDS) as reply:
                text = reply.read().decode("utf-8")
        self.assertIn("\narpad_tls_failed_handshakes_total 1\n", text)
        self.assertIn('arpad_replies_total{transport="tls",family="ipv4",rcode="NOERROR"} 1\n',
                      text)

    def test_the_end_of_a_connection_is_said(self):
        """Who does not hear close_notify cannot know whether something was cut off."""
        with self.workspace.start() as server:
            client = self.connect()
            client.ask(dns.query(dns.reverse_name("192.0.2.1")))
            server.process.terminate()
            # Python raises SSLEOFError where the stream ends without.
            client.socket.suppress_ragged_eofs = False
            self.assertEqual(client.socket.recv(1), b"")
            client.close()
            server.process.wait(SECONDS)


class IdleClients(TlsTestCase):
    """Clients that do nothing."""

    tcp = "tcp: {idle_timeout: 1s}\n"

    def test_they_are_closed_before_and_after_the_handshake(self):
        with self.workspace.start():
            with dns.TcpClient(("127.0.0.1", self.port)) as silent:
                self.assertEqual(silent.socket.recv(1), b"")
            with self.assertRaises((EOFError, ssl.SSLError, ConnectionError)):
                self.connect().receive()
            self.assert_ptr(self.connect().ask(dns.query(dns.reverse_name("192.0.2.1"))),
                            "one.example.net.")


class Certificates(TlsTestCase):
    """What is shown, and what of it can be exchanged."""

    def test_a_reload_shows_the_new_certificate(self):
        with self.workspace.start():
            before = self.shown_certificate()
            kept = self.connect()
            self.authority.issue(NAME, file_name="server")
            self.reload()
            wait_until(lambda: self.shown_certificate() != before, "the new certificate")
            # Who is connected stays so.
            self.assert_ptr(kept.ask(dns.query(dns.reverse_name("192.0.2.1"))), "one.example.net.")

    def test_what_cannot_be_used_changes_nothing(self):
        with self.workspace.start() as server:
            before = self.shown_certificate()
            self.authority.issue(NAME, file_name="other")
            server_key = self.workspace.directory / "tls" / "server.key"
            server_key.write_bytes((self.workspace.directory / "tls" / "other.key").read_bytes())
            self.reload()
            server.wait_for("belongs to another certificate than the first of .*server.pem")
            self.assertEqual(self.shown_certificate(), before)

    def test_one_that_ends_soon_is_warned_of(self):
        self.authority.issue(NAME, days=3, file_name="server")
        done = self.workspace.run("--check")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"server\.pem: warning: the certificate ends on 20")

    def test_a_key_that_everybody_may_read_is_refused(self):
        (self.workspace.directory / "tls" / "server.key").chmod(0o644)
        done = self.workspace.run("--check")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("server.key: error: holds a secret, and everybody has access to it", done.stdout)

    def test_everything_that_is_wrong_is_said_at_once(self):
        tls = self.workspace.directory / "tls"
        (tls / "server.pem").unlink()
        (tls / "server.key").unlink()
        done = self.workspace.run("--check")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("server.pem: error: cannot be read: No such file", done.stdout)
        self.assertIn("server.key: error: cannot be read: No such file", done.stdout)

    def test_what_is_no_certificate_is_named(self):
        tls = self.workspace.directory / "tls"
        for file, message in (("server.pem", "holds no certificates that can be read"),
                              ("server.key", "holds no key that can be read")):
            with self.subTest(file):
                sound = (tls / file).read_bytes()
                (tls / file).write_bytes(sound[:100])
                done = self.workspace.run("--check")
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn(f"{file}: error: {message}", done.stdout)
                (tls / file).write_bytes(sound)


class Transfers(TlsTestCase):
    """Zones over TLS (RFC 9103)."""

    def setUp(self):
        super().setUp()
        self.secondary = self.enterContext(Workspace({}, ZONE_DEFAULTS))
        self.follow(NAME, self.authority.certificate)
        self.workspace.write_config(
            self.workspace.config.read_text(encoding="utf-8").replace(
                "soa: {contact: hostmaster@example.net, negative_ttl: 15m}", SOA))

    def follow(self, name, authorities):
        """Has the secondary ask for the zone, of a primary with this name."""
        self.secondary.write_zone(
            "zone", "network: 192.0.2.0/24\n"
            f"primaries: [{{address: 127.0.0.1, port: {self.port}, tls: {name}}}]\n")
        self.secondary.write_config(
            "listen: [\"127.0.0.1:0\"]\nworkers: 1\nzones: zones\nstate: state\n"
            f"{ZONE_DEFAULTS}tls: {{authorities: {authorities}}}\n")

    def has(self, server, name):
        """Whether the address has the name."""
        reply = server.ask_ptr("192.0.2.1")
        return reply.rcode == "NOERROR" and reply.data("answer", "PTR") == [f"{name}.example.net."]

    def test_what_is_allowed_over_tls_is_refused_without(self):
        with self.workspace.start() as server:
            tls = run_tool("dig", ("127.0.0.1", self.port), "+tls", "axfr", APEX)
            self.assertIn("one.example.net.", tls.text)
            plain = run_tool("dig", server.endpoint, "axfr", APEX)
            self.assertIn("Transfer failed", plain.text)
            server.wait_for("transferred .* over TLS")

    def test_a_secondary_follows(self):
        with self.workspace.start() as primary, self.secondary.start() as secondary:
            wait_until(lambda: self.has(secondary, "one"), "the first name")
            secondary.wait_for("took .* over TLS")
            self.workspace.write_zone("zone", self.workspace.zones.joinpath("zone.yaml").read_text(
                encoding="utf-8").replace("one.", "two."))
            wait_until(lambda: self.has(secondary, "two"), "the second name")
            secondary.wait_for("took the changes of .* over TLS")
            self.assertEqual(secondary.serial(APEX), primary.serial(APEX))

    def test_a_primary_of_another_name_is_not_believed(self):
        self.follow("ns9.example.net", self.authority.certificate)
        with self.workspace.start(), self.secondary.start() as secondary:
            secondary.wait_for("shows no certificate that stands for ns9.example.net: "
                               "hostname mismatch")
            self.assertFalse(self.has(secondary, "one"))

    def test_a_primary_of_another_authority_is_not_believed(self):
        other = Authority(self.workspace.directory / "others", "other")
        self.follow(NAME, other.certificate)
        with self.workspace.start(), self.secondary.start() as secondary:
            secondary.wait_for(f"shows no certificate that stands for {NAME}: unable to get")
            self.assertFalse(self.has(secondary, "one"))

    def test_its_own_certificate_can_stand_for_an_authority(self):
        self.follow(NAME, self.workspace.directory / "tls" / "server.pem")
        with self.workspace.start(), self.secondary.start() as secondary:
            wait_until(lambda: self.has(secondary, "one"), "the name")

    def test_authorities_are_exchanged_by_a_reload(self):
        trusted = self.secondary.directory / "trusted.pem"
        other = Authority(self.workspace.directory / "others", "other")
        trusted.write_bytes(other.certificate.read_bytes())
        self.follow(NAME, trusted)
        with self.workspace.start(), self.secondary.start() as secondary:
            secondary.wait_for("shows no certificate")
            trusted.write_bytes(self.authority.certificate.read_bytes())
            run_program("ARPACTL", "reload", "--socket", self.secondary.state / "control.sock")
            wait_until(lambda: self.has(secondary, "one"), "the name")

    def test_a_primary_without_tls_is_not_asked(self):
        with socket.create_server(("127.0.0.1", 0)) as plain:
            self.port = plain.getsockname()[1]
            self.follow(NAME, self.authority.certificate)
            with self.secondary.start() as secondary:
                connection, _ = plain.accept()
                with connection:
                    octets = connection.recv(4096)
                    connection.sendall(bytes(64))
                    # A ClientHello, in which no zone is named.
                    self.assertEqual(octets[0], 22)
                    self.assertNotIn(b"in-addr", octets)
                    secondary.wait_for("cannot be taken from .*: TLS: ")


class Takeover(TlsTestCase):
    """Another process in the place of this one."""

    def test_it_listens_by_tls_too(self):
        with self.workspace.start():
            before = self.connect()
            done = run_program("ARPACTL", "takeover", "--json", "--socket",
                               self.workspace.state / "control.sock")
            self.assertEqual(done.returncode, 0, done.stdout)
            try:
                query = dns.query(dns.reverse_name("192.0.2.1"))
                self.assert_ptr(self.connect().ask(query), "one.example.net.")
                self.assert_ptr(before.ask(query), "one.example.net.")
            finally:
                # First, as both write to one log.
                os.kill(json.loads(done.stdout)["process"], signal.SIGTERM)
                before.close()


if __name__ == "__main__":
    unittest.main()

"""One secret makes the same DNS cookies here and at NSD, Knot and BIND (RFC 9018).

That is what servers behind one address need: each takes the cookies of the others.
"""

import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import dns_client as dns
import peers
from arpad_server import Workspace, ZONE_DEFAULTS

SECRET = "e5e973e5a6b2a43f48e7dc849e37bfcf"
CLIENT_COOKIE = bytes(range(1, 9))
APEX = "2.0.192.in-addr.arpa."
ZONE = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: one.example.net\n"
MASTER = f"""{APEX} 3600 IN SOA ns1.example.net. hostmaster.example.net. 1 7200 1800 1209600 900
{APEX} 3600 IN NS ns1.example.net.
1.{APEX} 3600 IN PTR one.example.net.
"""
TRIES = 5  # the second may change between one server and the next


class Nsd(peers.Nsd):
    """NSD with cookies."""

    def config(self):
        return super().config().replace(
            "server:\n", f'server:\n  answer-cookie: yes\n  cookie-secret: "{SECRET}"\n')


class Knot(peers.Knot):
    """Knot with cookies."""

    def config(self):
        text = super().config().replace(
            "    journal-content: none\n",
            "    journal-content: none\n    global-module: [mod-cookies/all]\n")
        return f"mod-cookies:\n  - id: all\n    secret: 0x{SECRET}\n" + text


class Bind(peers.Bind):
    """BIND with cookies."""

    def config(self):
        return super().config().replace(
            "  answer-cookie no;\n",
            f'  answer-cookie yes;\n  cookie-algorithm siphash24;\n  cookie-secret "{SECRET}";\n')


def cookie_from(endpoint, shown):
    """The cookie that a server gives to who shows one."""
    query = dns.query(dns.reverse_name("192.0.2.1"),
                      edns=dns.Edns(options=((dns.COOKIE, shown),)))
    return dns.ask_udp(endpoint, query).edns.option(dns.COOKIE)


def standing_of(endpoint, cookie):
    """NOERROR if a server takes a cookie, BADCOOKIE if not (RFC 7873 5.4)."""
    return dns.ask_udp(endpoint, dns.cookie_query(cookie)).rcode


class Cookies(unittest.TestCase):
    """arpad beside the others."""

    @classmethod
    def setUpClass(cls):
        workspace = cls.enterClassContext(
            Workspace({"zone": ZONE}, ZONE_DEFAULTS + "cookies: {secrets_file: secrets}\n"))
        secrets = workspace.directory / "secrets"
        secrets.write_text(f"{SECRET}\n", encoding="ascii")
        secrets.chmod(0o600)
        cls.arpad = cls.enterClassContext(workspace.start()).endpoint
        cls.directory = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.master = cls.directory / "zone"
        cls.master.write_text(MASTER, encoding="ascii")

    def with_peers(self):
        """Each of the others, running."""
        for kind in (Nsd, Knot, Bind):
            with self.subTest(kind.name):
                zones = {dns.encode_name(APEX): self.master}
                with kind(self.directory / kind.name, zones) as peer:
                    yield peer

    def test_cookies_are_the_same(self):
        for peer in self.with_peers():
            for _ in range(TRIES):
                ours = cookie_from(self.arpad, CLIENT_COOKIE)
                theirs = cookie_from(peer.endpoint, CLIENT_COOKIE)
                if ours == theirs:
                    break
            self.assertEqual(ours.hex(), theirs.hex())
            self.assertEqual(standing_of(self.arpad, theirs), "NOERROR")
            # Of the others only BIND knows the query without a question.
            if peer.name == "BIND":
                self.assertEqual(standing_of(peer.endpoint, ours), "NOERROR")


if __name__ == "__main__":
    unittest.main()

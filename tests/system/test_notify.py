"""What arpad tells other nameservers of."""

import socket
import time
import unittest

import dns_client as dns
from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, run_program

APEX = "2.0.192.in-addr.arpa."
ONE = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: one.example.net\n"
TWO = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: two.example.net\n"
SECONDS = 20


class Secondary:
    """Takes NOTIFY at an address of the loopback."""

    def __init__(self, address="127.0.0.1"):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.settimeout(SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    @property
    def port(self):
        """Where it listens."""
        return self.socket.getsockname()[1]

    def receive(self):
        """The next message, and where it came from."""
        octets, sender = self.socket.recvfrom(65535)
        return octets, sender

    def take(self, rcode=0):
        """Replies to the next notice; its zone and serial, and where it came from."""
        octets, sender = self.receive()
        message = dns.Reply(octets)
        self.socket.sendto(octets[:2] + bytes([octets[2] | 0x80, rcode]) + octets[4:], sender)
        [soa] = message.answer
        return (soa.owner, soa.data[2]), sender

    def is_left_alone(self, seconds=1):
        """Whether nothing comes."""
        self.socket.settimeout(seconds)
        try:
            self.receive()
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(SECONDS)
        return False


class Notify(ReplyTestCase):
    """NOTIFY out."""

    def workspace(self, notify, zones=None, rest="", **options):
        """Zones of which the servers in `notify` are told."""
        settings = ZONE_DEFAULTS + f"  transfer: {{notify: [{notify}]}}\n" + rest
        return self.enterContext(Workspace(zones or {"zone": ONE}, settings, **options))

    def secondary(self, **options):
        """A server that can be told."""
        return self.enterContext(Secondary(**options))

    def test_start_and_changes(self):
        secondary = self.secondary()
        workspace = self.workspace(f"\"127.0.0.1:{secondary.port}\"")
        with workspace.start() as server:
            first, sender = secondary.take()
            self.assertEqual(first, (APEX, server.serial(APEX)))
            self.assertEqual(sender[0], "127.0.0.1")
            workspace.write_zone("zone", TWO)
            second, _ = secondary.take()
            # It is served by then, whoever asks.
            self.assertEqual(second, (APEX, server.serial(APEX)))
            self.assertNotEqual(second, first)
            self.assertTrue(secondary.is_left_alone())

    def test_what_is_not_replied_to_comes_again(self):
        secondary = self.secondary()
        workspace = self.workspace(f"{{address: 127.0.0.1, port: {secondary.port}}}")
        with workspace.start():
            begin = time.monotonic()
            secondary.receive()
            secondary.take()
            self.assertGreater(time.monotonic() - begin, 1.5)
            self.assertTrue(secondary.is_left_alone(seconds=3))

    def test_every_change_has_its_notice(self):
        secondary = self.secondary()
        workspace = self.workspace(f"\"127.0.0.1:{secondary.port}\"")
        with workspace.start() as server:
            secondary.take()
            for content in (TWO, ONE, TWO):
                workspace.write_zone("zone", content)
                done = run_program("ARPACTL", "reload", "--socket",
                                   workspace.state / "control.sock")
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertEqual(secondary.take()[0], (APEX, server.serial(APEX)))

    def test_signed(self):
        secondary = self.secondary()
        key = run_program("ARPACTL", "key", "generate", "k.example").stdout
        workspace = self.workspace(
            f"{{address: 127.0.0.1, port: {secondary.port}, key: k.example}}",
            rest=f"keys:\n  {key}")
        with workspace.start():
            octets, _ = secondary.receive()
            self.assertEqual(dns.Reply(octets).additional[-1].type, "TSIG")
            # A reply that is not signed could be anybody's.
            secondary.take()
            self.assertFalse(secondary.is_left_alone(seconds=6))

    def test_refusal_is_logged(self):
        secondary = self.secondary()
        workspace = self.workspace(f"\"127.0.0.1:{secondary.port}\"")
        with workspace.start() as server:
            for _ in range(3):
                secondary.take(rcode=5)
            server.wait_for(rf"127\.0\.0\.1:{secondary.port} replies to NOTIFY about {APEX} with "
                            r"REFUSED")
            self.assertTrue(secondary.is_left_alone(seconds=3))

    def test_silence_is_logged_and_its_end(self):
        secondary = self.secondary()
        workspace = self.workspace(f"\"127.0.0.1:{secondary.port}\"")
        with workspace.start() as server:
            server.wait_for(rf"127\.0\.0\.1:{secondary.port} does not reply to NOTIFY")
            for _ in range(3):
                secondary.receive()
            secondary.take()
            server.wait_for(r"replies to NOTIFY again")

    def test_nameservers(self):
        # localhost has an address without a resolver, and nothing answers at its port 53.
        zone = ONE + "nameservers: [ns1.example.net, localhost]\nsoa: {primary: ns1.example.net}\n"
        workspace = self.workspace("nameservers", {"zone": zone}, listen=("127.0.0.2:0",))
        with workspace.start() as server:
            server.wait_for(r":53 does not reply to NOTIFY: it is yet to be told of 1 zone, "
                            + APEX)

    def test_nameserver_without_an_address(self):
        zone = ONE + "nameservers: [ns1.example.net, ns.invalid]\n"
        with self.workspace("nameservers", {"zone": zone}).start() as server:
            server.wait_for(r"the nameserver ns\.invalid\. is not told of changes: it has no add")

    def test_only_zones_that_say_so(self):
        secondary = self.secondary()
        other = "network: 198.51.100.0/24\ntransfer: {notify: []}\n"
        workspace = self.workspace(f"\"127.0.0.1:{secondary.port}\"", {"zone": ONE, "other": other})
        with workspace.start():
            self.assertEqual(secondary.take()[0][0], APEX)
            self.assertTrue(secondary.is_left_alone(seconds=3))

    def test_mistakes(self):
        for notify, message in (("a.example", r"`a\.example` is no address"),
                                ("{port: 53}", r"an entry of `notify` without `address`"),
                                ("{address: 192.0.2.1, key: k.example}", r"there is no key k\.exa"),
                                ("{address: 192.0.2.1, port: 0}", r"`port`"),
                                ("192.0.2.1, \"192.0.2.1:53\"", r"192\.0\.2\.1:53 is listed twice")):
            done = self.workspace(notify).run("--check")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertRegex(done.stdout, message)


if __name__ == "__main__":
    unittest.main()

"""What goes wrong between a primary and its secondary: connections that are cut, messages that are
cut, changed and exchanged, networks that go away, keys that are taken away, clocks, full disks.

Whatever it is, the secondary serves one version as a whole, and has the newest once it can.
"""

import functools
import os
import random
import re
import shutil
import socket
import struct
import subprocess
import threading
import time
import unittest
from unittest import mock

import arpad_server
import dns_client as dns
import tsig
from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, program, run_program
from ports import free_port
from small_disk import fill, make_room, small_disk
from tcp_server import TcpServer

APEX = "2.10.in-addr.arpa."
SECONDS = 60
RECORDS = 8_000  # 13 messages
SOA = "soa: {contact: hostmaster.example.net, refresh: 1s, retry: 1s, expire: 1h}"
KEY = tsig.Key()

wait_until = functools.partial(arpad_server.wait_until, seconds=SECONDS)


def zone_text(version, records=RECORDS):
    """A zone file whose names tell its version; the SOA's contact does too."""
    lines = "".join(f"  10.2.{i >> 8}.{i & 255}: v{version}-{i}.example.net\n"
                    for i in range(1, records + 1))
    return (f"network: 10.2.0.0/16\nsoa: {{contact: v{version}.example.net}}\n"
            f"records:\n{lines}")


class Proxy(TcpServer):
    """Stands between a secondary and its primary. `treat(messages, connection)`, if there is one,
    gets the messages of a reply one by one (an iterator), and says what is sent in their place."""

    def __init__(self, port, primary, host="127.0.0.1"):
        self.treat = None
        self.primary = primary
        self.transfers = 0  # asked for
        super().__init__(port, self.pass_on, host)

    def pass_on(self, secondary):
        """Does so with all that comes over one connection."""
        secondary.settimeout(SECONDS)
        with socket.create_connection(self.primary, SECONDS) as primary:
            while True:
                request = dns.receive_message(secondary)
                primary.sendall(dns.framed(request))
                self._answer(request, primary, secondary)

    def _answer(self, request, primary, secondary):
        """Passes on the reply to one request."""
        if request[request.index(b"\0", 12) + 2] not in (251, 252):  # the type of the question
            secondary.sendall(dns.framed(dns.receive_message(primary)))
            return
        self.transfers += 1
        for octets in (self.treat or self._as_it_is)(self._messages(primary), secondary):
            secondary.sendall(dns.framed(octets))

    @staticmethod
    def _as_it_is(messages, _):
        yield from messages

    @staticmethod
    def _messages(primary):
        """The messages of a reply, to the one that ends it: that of the second SOA, or a single
        one."""
        begun = False
        while True:
            message = dns.receive_message(primary)
            yield message
            if not begun and dns.Reply(message).records("answer", "SOA") == []:
                return  # it is refused
            count = len(dns.Reply(message).records("answer", "SOA"))
            # Ours begin with the SOA and end with it, and no version's is sent alone in between.
            ends = dns.Reply(message).answer[-1].type == "SOA" and (begun or count > 1)
            if ends or (not begun and len(dns.Reply(message).answer) == 1):
                return
            begun = True


class ExchangeTestCase(ReplyTestCase):
    """A primary, a proxy before it, and a secondary."""

    records = RECORDS
    is_signed = False

    def setUp(self):
        self.port = free_port()
        key = f"keys:\n  {KEY.line}\n" if self.is_signed else ""
        allow = f"{{key: {KEY.name}}}" if self.is_signed else "127.0.0.1"
        self.primary = self.enterContext(Workspace(
            {"zone": zone_text(1, self.records)},
            f"{key}zone_defaults:\n  nameservers: [ns1.example.net]\n  {SOA}\n"
            f"  transfer: {{allow: [{allow}]}}\n"))
        self.primary.config.chmod(0o600)
        self.secondary = self.enterContext(Workspace(
            {}, key + ZONE_DEFAULTS.replace("zone_defaults:\n", "zone_defaults:\n"
                                            "  transfer: {allow: [127.0.0.1]}\n")))
        self.secondary.config.chmod(0o600)
        asked = f"address: 127.0.0.1, port: {self.port}"
        self.secondary.write_zone("zone", "network: 10.2.0.0/16\nprimaries: [{" + asked + (
            f", key: {KEY.name}" if self.is_signed else "") + "}]\n")

    def change(self, version):
        """The next version at the primary, another name for each address."""
        self.primary.write_zone("zone", zone_text(version, self.records))

    def version(self, server):
        """The version that a server has; all names have to be of it. None if it has nothing."""
        reply = server.ask(APEX, "SOA")
        if reply.rcode != "NOERROR":
            return None
        return int(re.match(r"v(\d+)\.", reply.data("answer", "SOA")[0][1])[1])

    def assert_whole(self, server):
        """A transfer of the zone, and so one version, has the names of that version and no
        others."""
        with server.tcp() as client:
            client.send_query(dns.query(APEX, "AXFR"))
            records = []
            while len([record for record in records if record.type == "SOA"]) < 2:
                records += dns.Reply(client.receive()).answer
        version = re.match(r"v(\d+)\.", records[0].data[1])[1]
        names = sorted(record.data for record in records if record.type == "PTR")
        self.assertEqual(names, sorted(f"v{version}-{i}.example.net."
                                       for i in range(1, self.records + 1)))

    def wait_for_version(self, server, version):
        """Waits until the secondary has it, as a whole."""
        wait_until(lambda: self.version(server) == version, f"version {version}\n{server.log}")
        self.assert_whole(server)

    def survive(self, treat, complaint):
        """Version 1 is served while the transfer of version 2 is treated so, and then version 2.
        What is changed is not what IXFR is for: all names are."""
        with (self.primary.start() as primary, Proxy(self.port, primary.endpoint) as proxy,
              self.secondary.start() as secondary):
            self.wait_for_version(secondary, 1)
            proxy.treat = treat
            self.change(2)
            secondary.wait_for(complaint)
            self.assertEqual(self.version(secondary), 1)
            self.assert_whole(secondary)
            self.assertGreater(proxy.transfers, 1)
            proxy.treat = None
            self.wait_for_version(secondary, 2)


class Connections(ExchangeTestCase):
    """Without a key."""

    def test_primary_dies_in_mid_transfer(self):
        def treat(messages, connection):
            for number, message in enumerate(messages):
                if number == 8:
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                yield message
        self.survive(treat, "cannot be taken from .*: it closes the connection")

    def test_message_is_cut(self):
        def treat(messages, connection):
            for number, message in enumerate(messages):
                if number == 5:
                    connection.sendall(struct.pack("!H", len(message)) + message[:-7])
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                yield message
        self.survive(treat, "cannot be taken from .*: it closes the connection")

    def test_message_ends_too_early(self):
        def treat(messages, _):
            for number, message in enumerate(messages):
                yield message[:-7] if number == 5 else message
        self.survive(treat, "cannot be taken from ")

    def test_message_is_longer_than_it_says(self):
        def treat(messages, connection):
            for number, message in enumerate(messages):
                yield message
                if number == 5:
                    connection.sendall(struct.pack("!H", 65535) + bytes(65535))
        self.survive(treat, "cannot be taken from ")

    def test_octets_are_changed(self):
        source = random.Random(1)

        def treat(messages, _):
            for message in messages:
                changed = bytearray(message)
                for _ in range(20):
                    changed[source.randrange(12, len(changed))] ^= 1 << source.randrange(8)
                yield bytes(changed)
        self.survive(treat, "cannot be taken from ")

    def test_reply_to_another_request(self):
        def treat(messages, _):
            for message in messages:
                yield bytes((message[0] ^ 1,)) + message[1:]
        self.survive(treat, "cannot be taken from .*: it sends what is no reply to the request")

    def test_delay_only_takes_longer(self):
        with (self.primary.start() as primary, Proxy(self.port, primary.endpoint) as proxy,
              self.secondary.start() as secondary):
            self.wait_for_version(secondary, 1)

            def treat(messages, _):
                for message in messages:
                    time.sleep(0.05)
                    yield message
            proxy.treat = treat
            self.change(2)
            wait_until(lambda: proxy.transfers == 2, "the second transfer")
            self.assertEqual(self.version(secondary), 1)
            self.wait_for_version(secondary, 2)

    def test_messages_in_another_order_are_a_whole_version_or_none(self):
        """A zone's records have no order (RFC 5936 2.2), so nobody can see that without a key."""
        with (self.primary.start() as primary, Proxy(self.port, primary.endpoint) as proxy,
              self.secondary.start() as secondary):
            self.wait_for_version(secondary, 1)

            def treat(messages, _):
                first, second, third, *others = messages
                yield from (first, third, second, *others)
            proxy.treat = treat
            for version in range(2, 5):
                self.change(version)
                wait_until(lambda before=proxy.transfers: proxy.transfers > before, "a transfer")
                self.assert_whole(secondary)
            proxy.treat = None
            self.wait_for_version(secondary, 4)


class Signed(ExchangeTestCase):
    """With a key."""

    is_signed = True

    def test_messages_in_another_order(self):
        def treat(messages, _):
            first, second, third, *others = messages
            yield from (first, third, second, *others)
        self.survive(treat, "cannot be taken from .*: key transfer.example.net.: ")

    def test_message_is_left_out(self):
        def treat(messages, _):
            for number, message in enumerate(messages):
                if number != 7:
                    yield message
        self.survive(treat, "cannot be taken from .*: key transfer.example.net.: ")

    def test_message_is_repeated(self):
        def treat(messages, _):
            for number, message in enumerate(messages):
                yield message
                if number == 7:
                    yield message
        self.survive(treat, "cannot be taken from .*: key transfer.example.net.: ")

    def test_names_are_changed_on_the_way(self):
        def treat(messages, _):
            for message in messages:
                yield message.replace(b"v2-", b"v9-")
        self.survive(treat, "cannot be taken from .*: key transfer.example.net.: ")

    def test_key_that_is_taken_away_while_it_is_used(self):
        text = self.primary.config.read_text(encoding="utf-8")
        other = text.replace(KEY.line, tsig.Key("other.example.net.").line).replace(
            f"key: {KEY.name}", "key: other.example.net.")

        def write_config(content):
            self.primary.write_config(content)
            run_program("ARPACTL", "reload", "--socket", self.primary.state / "control.sock")

        def treat(messages, _):
            for number, message in enumerate(messages):
                if number == 3:
                    write_config(other)
                yield message
        with (self.primary.start() as primary, Proxy(self.port, primary.endpoint) as proxy,
              self.secondary.start() as secondary):
            self.wait_for_version(secondary, 1)
            # What is under way comes to its end.
            proxy.treat = treat
            self.change(2)
            self.wait_for_version(secondary, 2)
            proxy.treat = None
            secondary.wait_for("cannot be taken from .*: it does not accept the key "
                               "transfer.example.net.: BADKEY")
            self.change(3)
            self.assertEqual(self.version(secondary), 2)
            write_config(text)
            self.wait_for_version(secondary, 3)


class Clocks(ExchangeTestCase):
    """Clocks that differ by more than is allowed (RFC 8945 5.2.3)."""

    is_signed = True
    records = 10

    def test_request_of_another_time_is_refused(self):
        with self.primary.start() as primary, primary.tcp() as client:
            for skew in (-2 * tsig.FUDGE, 2 * tsig.FUDGE):
                message, _ = KEY.sign(dns.query(APEX, "AXFR"), int(time.time()) + skew)
                client.send_query(message)
                reply = client.receive()
                self.assertEqual(dns.Reply(reply).rcode, "NOTAUTH")
                self.assertEqual(tsig.error_of(reply), tsig.BADTIME)
            message, _ = KEY.sign(dns.query(APEX, "AXFR"), int(time.time()) - tsig.FUDGE + 60)
            client.send_query(message)
            self.assertEqual(dns.Reply(client.receive()).rcode, "NOERROR")

    def test_reply_of_another_time_is_not_believed(self):
        skew = 2 * tsig.FUDGE

        def behave(connection):
            request = dns.receive_message(connection)
            end = request.index(b"\0", 12) + 5
            soa = (b"\xc0\x0c" + struct.pack("!HHIH", 6, 1, 3600, 22) + b"\0\0"
                   + struct.pack("!5I", 2**31 - 1, 1, 1, 60, 60))
            reply = (request[:2] + b"\x84\0" + struct.pack("!4H", 1, 1, 0, 0)
                     + request[12:end] + soa)
            signed, _ = KEY.sign(reply, int(time.time()) + skew, tsig.mac_of(request))
            connection.sendall(dns.framed(signed))
            connection.recv(1)
        with TcpServer(self.port, behave), self.secondary.start() as secondary:
            secondary.wait_for("cannot be taken from .*: key transfer.example.net.: the message was "
                               "signed too long before or after")
            self.assertIsNone(self.version(secondary))


class FullDisk(ExchangeTestCase):
    """No room where the secondary keeps what has come."""

    records = 100

    def test_what_cannot_be_kept_is_not_served(self):
        self.enterContext(small_disk(self.secondary.state))
        with (self.primary.start() as primary, Proxy(self.port, primary.endpoint),
              self.secondary.start() as secondary):
            self.wait_for_version(secondary, 1)
            fill(self.secondary.state)
            self.change(2)
            secondary.wait_for("(?i)full")
            self.assertEqual(self.version(secondary), 1)
            self.assert_whole(secondary)
            make_room(self.secondary.state)
            self.wait_for_version(secondary, 2)
        with self.secondary.start() as secondary:
            self.wait_for_version(secondary, 2)


class Network:
    """A network of two machines, this one and one that has nothing else, with a cable between."""

    HERE, THERE = "198.18.77.1", "198.18.77.2"

    def __init__(self):
        self.name = f"arpad-{os.getpid()}"
        self.cable = f"ar{os.getpid() % 10**6}"

    def __enter__(self):
        self.ip("netns", "add", self.name)
        self.ip("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns",
                self.name)
        self.ip("address", "add", f"{self.HERE}/30", "dev", self.cable)
        self.ip("link", "set", self.cable, "up")
        self.ip("-n", self.name, "address", "add", f"{self.THERE}/30", "dev", "eth0")
        self.ip("-n", self.name, "link", "set", "eth0", "up")
        return self

    def __exit__(self, *_):
        subprocess.run(["ip", "netns", "delete", self.name], check=False)

    def ip(self, *arguments):
        """Runs ip(8); skips where that is refused."""
        if shutil.which("ip") is None:
            raise unittest.SkipTest("ip is missing: apt-get install iproute2")
        done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise unittest.SkipTest(f"no network of its own: {done.stderr}")

    def cut(self):
        """Pulls the cable."""
        self.ip("link", "set", self.cable, "down")

    def mend(self):
        """Puts it back."""
        self.ip("link", "set", self.cable, "up")

    def start(self, workspace):
        """Starts arpad on the other machine."""
        there = workspace.directory / "there"
        there.write_text(f"#!/bin/sh\nexec ip netns exec {self.name} '{program('ARPAD')}' \"$@\"\n",
                         encoding="utf-8")
        there.chmod(0o700)
        with mock.patch.dict(os.environ, ARPAD=str(there)):
            return workspace.start()


class CutNetwork(ExchangeTestCase):
    """A network that goes away and comes back."""

    def setUp(self):
        super().setUp()
        self.network = self.enterContext(Network())
        self.primary.write_config(
            self.primary.config.read_text(encoding="utf-8").replace(
                "127.0.0.1:0", f"{Network.HERE}:0").replace(
                "allow: [127.0.0.1]", f"allow: [{Network.THERE}]"))

    def follow(self, port):
        """Has the secondary, on the other machine, take the zone from this port."""
        port_there = free_port()
        self.secondary.write_config(
            self.secondary.config.read_text(encoding="utf-8").replace(
                "127.0.0.1:0", f"{Network.THERE}:{port_there}").replace(
                "allow: [127.0.0.1]", f"allow: [{Network.HERE}]"))
        self.secondary.write_zone("zone", "network: 10.2.0.0/16\n"
                                  f"primaries: [\"{Network.HERE}:{port}\"]\n")

    def test_zone_is_followed_once_it_is_back(self):
        with self.primary.start() as primary:
            self.follow(primary.endpoint[1])
            with self.network.start(self.secondary) as secondary:
                self.wait_for_version(secondary, 1)
                self.network.cut()
                self.change(2)
                # Nobody says that it is gone: the connection only stands still.
                secondary.wait_for("cannot be taken from .*: (it does not answer|No route to host|"
                                   "Connection timed out|Network is unreachable)")
                self.network.mend()
                self.wait_for_version(secondary, 2)

    def test_transfer_goes_on_once_it_is_back(self):
        """TCP sends again what was lost (RFC 9293 3.8.1)."""
        is_begun = threading.Event()

        def treat(messages, _):
            for number, message in enumerate(messages):
                if number == 5:
                    is_begun.set()
                time.sleep(0.05)
                yield message
        port = free_port()
        self.follow(port)
        self.primary.write_config(self.primary.config.read_text(encoding="utf-8").replace(
            f"allow: [{Network.THERE}]", f"allow: [{Network.HERE}]"))
        with (self.primary.start() as primary,
              Proxy(port, primary.endpoint, Network.HERE) as proxy,
              self.network.start(self.secondary) as secondary):
            self.wait_for_version(secondary, 1)
            proxy.treat = treat
            self.change(2)
            self.assertTrue(is_begun.wait(SECONDS), secondary.log)
            self.network.cut()
            time.sleep(1)
            self.network.mend()
            self.wait_for_version(secondary, 2)
            self.assertEqual(proxy.transfers, 2)


if __name__ == "__main__":
    unittest.main()

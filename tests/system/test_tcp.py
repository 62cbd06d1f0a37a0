"""DNS over TCP (RFC 7766): pieces, pipelines, limits, and clients that do not read."""

import os
import re
import resource
import socket
import time
import unittest
from pathlib import Path

import dns_client as dns
from arpad_server import ZONE_DEFAULTS, ServerTestCase, program

SECONDS = 20
APEX = "2.0.192.in-addr.arpa."
BIG = 1500  # names of 192.0.2.200, some 30 KB
ZONE = """\
network: 192.0.2.0/24
records:
""" + "".join(f"  192.0.2.{last}: h{last}.example.net\n" for last in range(200)) + (
    f"  192.0.2.200: [{', '.join(f'host-{i:04}.example.net' for i in range(BIG))}]\n")


def ptr_query(last, query_id):
    """A query for 192.0.2.LAST."""
    return dns.query(f"{last}.{APEX}", query_id=query_id)


class TcpTestCase(ServerTestCase):
    """One worker, so that clients can get into each other's way if they ever do."""

    zones = {"zone": ZONE}

    def assert_names(self, replies, last_of):
        """Each reply answers the query with its id; `last_of` maps ids to last octets."""
        self.assertEqual(set(replies), set(last_of))
        for query_id, last in last_of.items():
            self.assert_ptr(replies[query_id], f"h{last}.example.net.")

    def wait_until_read(self):
        """Returns when the worker has gone through its events since: one thread does both."""
        for _ in range(2):
            self.assertEqual(self.server.ask(APEX, "SOA").rcode, "NOERROR")


class Pieces(TcpTestCase):
    """The stream has no borders but the lengths in it."""

    def test_several_queries_in_one_segment(self):
        last_of = {1000 + last: last for last in range(50)}
        with self.server.tcp() as client:
            client.send(b"".join(dns.framed(ptr_query(last, query_id))
                                 for query_id, last in last_of.items()))
            self.assert_names(client.receive_replies(len(last_of)), last_of)

    def test_query_cut_at_every_octet(self):
        message = dns.framed(ptr_query(7, 1))
        with self.server.tcp() as client:
            for cut in range(1, len(message)):
                with self.subTest(cut):
                    client.send(message[:cut])
                    self.wait_until_read()
                    client.send(message[cut:])
                    self.assert_names(client.receive_replies(1), {1: 7})

    def test_query_octet_by_octet(self):
        with self.server.tcp() as client:
            for octet in dns.framed(ptr_query(7, 1)):
                client.send(bytes([octet]))
                self.wait_until_read()
            self.assert_names(client.receive_replies(1), {1: 7})

    def test_segment_with_one_query_and_half_of_the_next(self):
        first, second = dns.framed(ptr_query(1, 1)), dns.framed(ptr_query(2, 2))
        with self.server.tcp() as client:
            client.send(first + second[:9])
            self.assert_names(client.receive_replies(1), {1: 1})
            client.send(second[9:])
            self.assert_names(client.receive_replies(1), {2: 2})

    def test_64_kib_of_queries_at_once(self):
        last_of, octets = {}, b""
        while len(octets) < 65536:
            query_id = len(last_of)
            last_of[query_id] = query_id % 200
            octets += dns.framed(ptr_query(last_of[query_id], query_id))
        with self.server.tcp() as client:
            client.send(octets)
            self.assert_names(client.receive_replies(len(last_of)), last_of)

    def test_longest_possible_query(self):
        plain = len(dns.query(APEX, "SOA", edns=dns.Edns(options=((dns.PADDING, b""),))))
        padding = (dns.PADDING, bytes(65535 - plain))
        message = dns.query(APEX, "SOA", edns=dns.Edns(options=(padding,)))
        self.assertEqual(len(message), 65535)
        with self.server.tcp() as client:
            self.assertEqual(client.ask(message).rcode, "NOERROR")
            self.assertEqual(client.ask(message).rcode, "NOERROR")

    def test_large_answer(self):
        with self.server.tcp() as client:
            self.assertEqual(len(client.ask(ptr_query(200, 1)).answer), BIG)

    def test_broken_queries_do_not_end_the_connection(self):
        with self.server.tcp() as client:
            client.send(dns.framed(b"") + dns.framed(b"short"))
            client.send_query(ptr_query(1, 1) + b"trailing")
            self.assertEqual(dns.Reply(client.receive()).rcode, "FORMERR")
            self.assert_names({2: client.ask(ptr_query(2, 2))}, {2: 2})


class Ends(TcpTestCase):
    """How connections come to an end."""

    settings = ZONE_DEFAULTS + "tcp: {idle_timeout: 2s}\n"

    def test_half_closed_client_still_gets_its_answers(self):
        last_of = {last: last for last in range(100)}
        with self.server.tcp() as client:
            client.send(b"".join(dns.framed(ptr_query(last, query_id))
                                 for query_id, last in last_of.items()))
            client.finish_sending()
            self.assert_names(client.receive_replies(len(last_of)), last_of)
            self.assertTrue(client.is_closed_within(dns.PATIENCE_SECONDS))

    def test_half_close_without_a_query_ends_the_connection(self):
        with self.server.tcp() as client:
            client.finish_sending()
            self.assertTrue(client.is_closed_within(dns.PATIENCE_SECONDS))

    def test_half_close_within_a_query_ends_the_connection(self):
        with self.server.tcp() as client:
            client.send(dns.framed(ptr_query(1, 1))[:-1])
            client.finish_sending()
            self.assertTrue(client.is_closed_within(dns.PATIENCE_SECONDS))

    def assert_closed_for_idleness(self, client, since):
        """The server closes the connection, but not before its time."""
        self.assertTrue(client.is_closed_within(dns.PATIENCE_SECONDS))
        self.assertGreater(time.monotonic() - since, 1.9)

    def test_idle_connection_is_closed(self):
        started = time.monotonic()
        with self.server.tcp() as client:
            self.assert_closed_for_idleness(client, started)

    def test_connection_with_half_a_query_is_closed(self):
        started = time.monotonic()
        with self.server.tcp() as client:
            client.send(dns.framed(ptr_query(1, 1))[:-1])
            self.assert_closed_for_idleness(client, started)

    def test_connection_that_trickles_octets_is_closed(self):
        # Octets alone are no progress: a client could hold a connection for hours so.
        message = dns.framed(dns.query(APEX, "SOA", edns=dns.Edns(options=((12, bytes(500)),))))
        with self.server.tcp() as client:
            with self.assertRaises((BrokenPipeError, ConnectionResetError, EOFError)):
                self.trickle(client, message[:-1])

    def trickle(self, client, octets):
        """Sends octets at a speed that would never idle; EOFError when the server closes."""
        deadline = time.monotonic() + dns.PATIENCE_SECONDS
        for octet in octets:
            client.send(bytes([octet]))
            if client.is_closed_within(0.1):
                raise EOFError
            self.assertLess(time.monotonic(), deadline, "the connection was kept open")

    def test_connection_in_use_is_kept(self):
        with self.server.tcp() as client:
            started = time.monotonic()
            while time.monotonic() - started < 4:
                self.assertFalse(client.is_closed_within(0.5))
                self.assert_names({1: client.ask(ptr_query(1, 1))}, {1: 1})

    def test_reset_does_no_harm(self):
        for octets in (b"", b"\0", dns.framed(ptr_query(200, 1)) * 100):
            client = self.server.tcp()
            client.send(octets)
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
        with self.server.tcp() as client:
            self.assert_names({1: client.ask(ptr_query(1, 1))}, {1: 1})


class Limits(TcpTestCase):
    """Connections per client and in all."""

    settings = ZONE_DEFAULTS + (
        "tcp: {connections: 8, connections_per_client: 5, connections_per_prefix: 6,\n"
        "  idle_timeout: 1m}\n")

    def connect(self, source):
        """A connection that was answered, None if the server closed it instead."""
        try:
            client = self.server.tcp(source=source)
            self.addCleanup(client.close)
            self.assert_names({1: client.ask(ptr_query(1, 1))}, {1: 1})
        except (EOFError, ConnectionError):
            return None
        return client

    def connect_when_free(self, source):
        """A connection, tried for until the server has noticed those that were closed."""
        deadline = time.monotonic() + dns.PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if (client := self.connect(source)) is not None:
                return client
        raise AssertionError("no connection although there should be room")

    def test_client_over_its_share_is_turned_away(self):
        clients = [self.connect_when_free("127.0.0.1") for _ in range(5)]
        self.assertIsNone(self.connect("127.0.0.1"), "a sixth connection of one client")
        self.assertEqual(self.server.ask(APEX, "SOA").rcode, "NOERROR")
        for client in clients:
            self.assert_names({2: client.ask(ptr_query(2, 2))}, {2: 2})
        clients[0].close()
        self.connect_when_free("127.0.0.1")

    def test_prefix_over_its_share_is_turned_away(self):
        clients = [self.connect_when_free(f"127.0.0.{i}") for i in range(11, 17)]
        self.assertIsNone(self.connect("127.0.0.17"), "a seventh connection of 127.0.0.0/24")
        self.connect_when_free("127.0.1.1")
        for client in clients:
            client.close()

    def test_idle_connection_makes_place_for_another(self):
        idle = [self.connect_when_free("127.0.2.1") for _ in range(3)]
        for i in range(10, 30):
            self.connect_when_free(f"127.0.{i}.1")
        for client in idle:
            with self.assertRaises((EOFError, ConnectionError)):
                client.ask(ptr_query(1, 1))
        self.assertEqual(self.server.ask(APEX, "SOA").rcode, "NOERROR")


class Descriptors(TcpTestCase):
    """A process that may not open another file."""

    settings = ZONE_DEFAULTS + ("tcp: {idle_timeout: 1m}\n"
                                "metrics: {listen: \"127.0.0.1:0\"}\n")

    def leave_descriptors(self, count):
        """Lets the server open so many more files; returns what it could open before."""
        if b"__ubsan" in Path(program("ARPAD")).read_bytes():
            self.skipTest("UndefinedBehaviorSanitizer needs descriptors of its own")
        pid = self.server.process.pid
        used = len(os.listdir(f"/proc/{pid}/fd"))
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + count, limits[1]))
        self.addCleanup(resource.prlimit, pid, resource.RLIMIT_NOFILE, limits)
        return limits

    def test_http_connections_wait_until_there_are_some(self):
        limits = self.leave_descriptors(0)
        found = re.search(r"metrics at http://127\.0\.0\.1:(\d+)", self.server.log)
        with socket.create_connection(("127.0.0.1", int(found[1])), SECONDS) as client:
            self.server.wait_for("accepting HTTP connections: Too many open files")
            resource.prlimit(self.server.process.pid, resource.RLIMIT_NOFILE, limits)
            client.sendall(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n")
            self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 200 "))

    def test_idle_connections_make_place(self):
        self.leave_descriptors(10)
        for number in range(30):
            client = self.enterContext(self.server.tcp())
            self.assert_names({1: client.ask(ptr_query(1, 1))}, {1: 1})
            self.assertEqual(self.server.ask(APEX, "SOA").rcode, "NOERROR", number)
        self.assertIn("accepting TCP connections: Too many open files; raise the limit",
                      self.server.log)


class SlowReaders(TcpTestCase):
    """Clients that ask for much and read nothing."""

    queries = 400  # of some 30 KB each: more than all buffers on the way hold
    settings = ZONE_DEFAULTS + "tcp: {idle_timeout: 1m}\n"

    def connect_and_stuff(self):
        """A client that has asked all of its queries and has read nothing."""
        client = self.enterContext(self.server.tcp(receive_buffer=4096))
        client.send(b"".join(dns.framed(ptr_query(200, query_id))
                             for query_id in range(self.queries)))
        return client

    def assert_others_are_answered(self):
        """New clients get their replies over both transports."""
        for _ in range(20):
            with self.server.tcp() as other:
                self.assert_names({1: other.ask(ptr_query(1, 1))}, {1: 1})
            self.assertEqual(self.server.ask(APEX, "SOA").rcode, "NOERROR")

    def test_slow_reader_does_not_block_others_and_gets_everything_in_the_end(self):
        slow = self.connect_and_stuff()
        self.assert_others_are_answered()
        replies = [slow.receive() for _ in range(self.queries)]
        self.assertEqual({dns.query_id_of(reply) for reply in replies}, set(range(self.queries)))
        self.assertEqual({reply[2:] for reply in replies}, {replies[0][2:]})
        self.assertEqual(len(dns.Reply(replies[0]).answer), BIG)

    def test_many_slow_readers_do_not_block_others(self):
        for _ in range(20):
            self.connect_and_stuff()
        self.assert_others_are_answered()

    def test_connection_that_is_blocked_still_answers_its_own_later_queries(self):
        slow = self.connect_and_stuff()
        slow.send_query(ptr_query(1, 60_000))
        for _ in range(self.queries):
            slow.receive()
        self.assert_names(slow.receive_replies(1), {60_000: 1})


class Readers(TcpTestCase):
    """Clients that read so little, or not so little, at a time."""

    queries = 100  # of some 30 KB each
    settings = ZONE_DEFAULTS + "tcp: {idle_timeout: 2s}\n"

    def replies_to_one_that_takes(self, octets_at_once):
        """How many replies a client gets that takes so much every tenth of a second, and all that
        comes after 6 seconds."""
        client = self.enterContext(self.server.tcp(receive_buffer=4096))
        client.send(b"".join(dns.framed(ptr_query(200, query_id))
                             for query_id in range(self.queries)))
        client.finish_sending()
        octets = b""
        try:
            for _ in range(60):
                time.sleep(0.1)
                octets += client.socket.recv(octets_at_once)
            while piece := client.socket.recv(65536):
                octets += piece
        except ConnectionError:
            pass
        replies, at = 0, 0
        while (at := at + 2 + int.from_bytes(octets[at:at + 2], "big")) <= len(octets) - 2:
            replies += 1
        return replies + (at == len(octets))

    def test_slow_one_gets_everything(self):
        # The system would take some MiB at once, and then say nothing for a long time.
        self.assertEqual(self.replies_to_one_that_takes(4096), self.queries)

    def test_too_slow_one_is_left(self):
        self.assertLess(self.replies_to_one_that_takes(256), self.queries)


if __name__ == "__main__":
    unittest.main()

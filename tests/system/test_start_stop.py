"""How arpad starts, what it says when it cannot, what survives a restart, and how it stops."""

import datetime
import os
import select
import signal
import socket
import time
import unittest
from pathlib import Path

import dns_client as dns
import dns_tools
from arpad_server import ZONE_DEFAULTS, ReplyTestCase, Workspace, run_program

ENVIRONMENT, CONFIGURATION = 1, 2  # exit codes
STOP_BOUND_SECONDS = 10.0  # the server's own bound is 5 s; the rest is for slow machines
STUFFING_SECONDS = 60.0

APEX = "2.0.192.in-addr.arpa."
GOOD = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: one.example.net\n"
OTHER = "network: 198.51.100.0/24\nrecords:\n  198.51.100.1: other.example.net\n"
OTHER_APEX = "100.51.198.in-addr.arpa."
BROKEN = "network: 192.0.2.0/24\nrecords:\n  192.0.3.1: outside.example.net\n"
COUNTED = ZONE_DEFAULTS + "serials: counter\n"  # whatever time it takes


class StartStopTestCase(ReplyTestCase):
    """Makes workspaces that go away with the test."""

    def workspace(self, zones=None, **options):
        """A directory with configuration and zones."""
        return self.enterContext(Workspace({"zone": GOOD} if zones is None else zones, **options))

    def assert_ends(self, done, code, *parts):
        """The program has ended with `code` and printed all `parts`."""
        self.assertEqual(done.returncode, code, done.stdout)
        for part in parts:
            self.assertIn(part, done.stdout)


class CommandLine(StartStopTestCase):
    """What the options do."""

    def test_version(self):
        done = run_program("ARPAD", "--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"\Aarpad \d+\.\d+\.\d+\n\Z")

    def test_help_names_every_option(self):
        self.assert_ends(run_program("ARPAD", "--help"), 0, "-c", "--listen", "--strict", "--check",
                         "--version")

    def test_unknown_option(self):
        self.assert_ends(self.workspace().run("--bogus"), CONFIGURATION, "--bogus")

    def test_listen_overrides_the_configuration(self):
        with self.workspace().start("--listen", "127.0.0.2:0") as server:
            ((host, _),) = server.endpoints
            self.assertEqual(host, "127.0.0.2")
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")

    def test_listen_can_be_given_several_times(self):
        with self.workspace().start("--listen", "127.0.0.2:0", "--listen", "[::1]:0") as server:
            self.assertEqual([host for host, _ in server.endpoints], ["127.0.0.2", "::1"])
            for endpoint in server.endpoints:
                self.assert_ptr(dns.ask_udp(endpoint, dns.query("1.2.0.192.in-addr.arpa.")),
                                "one.example.net.")

    def test_listen_that_is_no_endpoint(self):
        for text in ("nonsense", "127.0.0.1:70000", "::1:53"):
            with self.subTest(text):
                self.assert_ends(self.workspace().run("--listen", text), CONFIGURATION, text)

    def test_check_of_good_zones(self):
        self.assert_ends(self.workspace().run("--check"), 0, "1 zone", "0 errors")

    def test_check_of_broken_zones(self):
        self.assert_ends(self.workspace({"zone": BROKEN}).run("--check"), CONFIGURATION,
                         "zone.yaml:3:3: error: ", "192.0.3.1")

    def test_check_beside_a_running_server(self):
        workspace = self.workspace()
        with workspace.start() as server:
            self.assert_ends(workspace.run("--check"), 0)
            self.assertEqual(server.ask(APEX, "SOA").rcode, "NOERROR")

    def test_check_leaves_no_state(self):
        workspace = self.workspace()
        workspace.run("--check")
        self.assertFalse(workspace.state.exists())


class BadConfiguration(StartStopTestCase):
    """Exit code 2, with every error and its place."""

    def test_every_error_is_listed(self):
        workspace = self.workspace()
        workspace.write_config("""\
listen: ["127.0.0.1:0", "here:53"]
workers: many
zones: zones
zone_defaults:
  ttl: 1 fortnight
  soa: {contact: "@example.net", serial: 5}
tcp: {connections: 0}
serials: random
colour: blue
""")
        done = workspace.run()
        self.assertEqual(done.returncode, CONFIGURATION, done.stdout)
        for line in (1, 2, 5, 6, 7, 8, 9):
            self.assertRegex(done.stdout, rf"(?m)^\S*arpad\.yaml:{line}:\d+: error: \S.*\n  \S")
        self.assertIn("`state` is missing", done.stdout)
        self.assertEqual(done.stdout.count(": error: "), 9, done.stdout)

    def test_configuration_that_is_no_yaml(self):
        workspace = self.workspace()
        for text in ("", "listen: [", "\t- x", "just text", "- a\n- b\n"):
            with self.subTest(text):
                workspace.write_config(text)
                self.assert_ends(workspace.run(), CONFIGURATION, "arpad.yaml", "error: ")

    def test_configuration_that_is_not_there(self):
        workspace = self.workspace()
        workspace.config.unlink()
        self.assert_ends(workspace.run(), CONFIGURATION, "arpad.yaml", "-c FILE")


class TakenResources(StartStopTestCase):
    """Exit code 1, with what is in the way."""

    def assert_port_is_taken(self, port):
        """A start on `port` fails and says so."""
        self.assert_ends(self.workspace().run("--listen", f"127.0.0.1:{port}"), ENVIRONMENT,
                         f"127.0.0.1:{port}", "in use")

    def test_port_taken_by_another_program(self):
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with self.subTest(kind), socket.socket(socket.AF_INET, kind) as other:
                other.bind(("127.0.0.1", 0))
                if kind == socket.SOCK_STREAM:
                    other.listen()
                self.assert_port_is_taken(other.getsockname()[1])

    def test_port_taken_by_another_program_that_would_share_it(self):
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with self.subTest(kind), socket.socket(socket.AF_INET, kind) as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                other.bind(("127.0.0.1", 0))
                if kind == socket.SOCK_STREAM:
                    other.listen()
                self.assert_port_is_taken(other.getsockname()[1])

    def test_second_arpad_on_the_same_port(self):
        with self.workspace(workers=2).start() as server:
            self.assert_port_is_taken(server.endpoint[1])
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")

    def test_port_is_free_again_after_a_stop(self):
        workspace = self.workspace()
        with workspace.start() as server:
            port = server.endpoint[1]
            with server.tcp() as client:
                client.ask(dns.query(APEX, "SOA"))
        with workspace.start("--listen", f"127.0.0.1:{port}") as server:
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")

    def test_address_that_this_machine_does_not_have(self):
        self.assert_ends(self.workspace().run("--listen", "192.0.2.53:0"), ENVIRONMENT,
                         "192.0.2.53:0")

    def test_pinned_workers_keep_to_a_core_each(self):
        cores = sorted(os.sched_getaffinity(0))
        workspace = self.workspace(settings=ZONE_DEFAULTS + "pin_workers: true\n",
                                   workers=len(cores) + 1)
        with workspace.start() as server:
            tasks = Path(f"/proc/{server.process.pid}/task").iterdir()
            workers = [int(task.name) for task in tasks
                       if (task / "comm").read_text(encoding="ascii") == "arpad-worker\n"]
            pinned = [sorted(os.sched_getaffinity(worker)) for worker in sorted(workers)]
            self.assertEqual(pinned, [[core] for core in cores + cores[:1]])
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")

    def test_log_tells_the_receive_buffer(self):
        with self.workspace().start() as server:
            self.assertRegex(server.log, r"UDP receive buffers of \d+ KiB")

    def test_second_arpad_on_the_same_state_directory(self):
        workspace = self.workspace()
        with workspace.start() as server:
            self.assert_ends(workspace.run(), ENVIRONMENT, str(workspace.state), "another arpad")
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")

    def test_state_directory_that_may_not_be_made(self):
        workspace = self.workspace()
        workspace.directory.chmod(0o500)
        self.addCleanup(workspace.directory.chmod, 0o700)
        self.assert_ends(workspace.run("--strict", without_privileges=True), ENVIRONMENT,
                         str(workspace.state), "ermission denied")

    def test_port_that_needs_a_privilege(self):
        limit = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
        port = int(limit.read_text(encoding="ascii")) - 1
        if port < 1:
            self.skipTest("every user may listen on every port here")
        done = self.workspace().run("--listen", f"127.0.0.1:{port}", without_privileges=True)
        self.assert_ends(done, ENVIRONMENT, f"127.0.0.1:{port}", "ermission denied",
                         "CAP_NET_BIND_SERVICE")

    def test_state_that_is_damaged(self):
        workspace = self.workspace()
        workspace.state.mkdir()
        (workspace.state / "state.db").write_bytes(b"this is no database" * 1000)
        self.assert_ends(workspace.run("--strict"), ENVIRONMENT, "state.db")
        with workspace.start() as server:
            self.assertIn("state.db", server.log)
            self.assertIn("nothing is kept for the next start", server.log)
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")


class BrokenZones(StartStopTestCase):
    """A broken file is reported, and takes nothing else with it."""

    def test_empty_zones_directory_is_a_warning(self):
        with self.workspace({}).start() as server:
            self.assertIn("warning", server.log)
            self.assertIn("no zone file", server.log)
            self.assert_bare(server.ask(APEX, "SOA"), "REFUSED")

    def test_broken_file_is_reported_and_its_zone_is_servfail(self):
        with self.workspace({"zone": BROKEN, "other": OTHER}).start() as server:
            self.assertRegex(server.log, r" error: \S*zone\.yaml:3:3: .*192\.0\.3\.1")
            for name in (APEX, "1.2.0.192.in-addr.arpa."):
                reply = server.ask(name, edns=dns.Edns())
                self.assert_bare(reply, "SERVFAIL")
                self.assertEqual(reply.extended_error, dns.NOT_READY)
            self.assert_ptr(server.ask_ptr("198.51.100.1"), "other.example.net.")

    def test_link_to_nowhere_takes_nothing_else_with_it(self):
        workspace = self.workspace()
        (workspace.zones / "link.yaml").symlink_to("nowhere")
        with workspace.start() as server:
            self.assertRegex(server.log, r" error: \S*link\.yaml: cannot be read")
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")

    def test_dig_shows_why(self):
        with self.workspace({"zone": BROKEN}).start() as server:
            reply = dns_tools.dig(server.endpoint, "-x", "192.0.2.1")
            self.assertEqual(reply.status, "SERVFAIL")
            self.assertIn("EDE: 14", reply.text)

    def test_last_good_copy_is_served_after_a_restart(self):
        workspace = self.workspace({"zone": GOOD, "other": OTHER})
        with workspace.start() as server:
            serial = server.serial(APEX)
        for broken in (BROKEN, "network: 192.0.2.0/24\nrecords: [", "", b"\0\xff"):
            with self.subTest(broken):
                workspace.write_zone("zone", broken)
                with workspace.start() as server:
                    self.assertIn("last good copy", server.log)
                    self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
                    self.assert_ptr(server.ask_ptr("198.51.100.1"), "other.example.net.")
                    self.assertEqual(server.serial(APEX), serial)

    def test_mended_file_is_served_again(self):
        workspace = self.workspace(settings=COUNTED)
        with workspace.start() as server:
            serial = server.serial(APEX)
        workspace.write_zone("zone", BROKEN)
        with workspace.start():
            pass
        workspace.write_zone("zone", GOOD.replace("one", "two"))
        with workspace.start() as server:
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "two.example.net.")
            self.assertEqual(server.serial(APEX), serial + 1)

    def test_removed_file_is_not_served_from_its_copy(self):
        workspace = self.workspace({"zone": GOOD, "other": OTHER})
        with workspace.start():
            pass
        (workspace.zones / "zone.yaml").unlink()
        with workspace.start() as server:
            self.assert_bare(server.ask_ptr("192.0.2.1"), "REFUSED")

    def test_strict_does_not_start(self):
        workspace = self.workspace({"zone": BROKEN, "other": OTHER})
        self.assert_ends(workspace.run("--strict"), CONFIGURATION, "zone.yaml:3:3: ", "--strict")

    def test_strict_does_not_start_from_a_last_good_copy(self):
        workspace = self.workspace()
        with workspace.start("--strict"):
            pass
        workspace.write_zone("zone", BROKEN)
        self.assert_ends(workspace.run("--strict"), CONFIGURATION, "zone.yaml:3:3: ", "--strict")

    def test_zones_directory_that_is_not_there(self):
        workspace = self.workspace()
        workspace.write_config(workspace.config.read_text(encoding="utf-8")
                               .replace("zones: zones", "zones: nowhere"))
        self.assert_ends(workspace.run(), ENVIRONMENT, "nowhere", "cannot be read")


class Serials(StartStopTestCase):
    """A serial once answered never gets other content."""

    def serial_after_start(self, workspace, apex=APEX):
        """Starts, asks for the serial, stops."""
        with workspace.start() as server:
            return server.serial(apex)

    def test_no_change_keeps_the_serial(self):
        workspace = self.workspace()
        first = self.serial_after_start(workspace)
        self.assertEqual(self.serial_after_start(workspace), first)
        workspace.write_zone("zone", "# a comment is no change\n" + GOOD)
        self.assertEqual(self.serial_after_start(workspace), first)

    def test_every_change_raises_the_serial(self):
        workspace = self.workspace(settings=COUNTED)
        serial = self.serial_after_start(workspace)
        for text in (GOOD.replace("one", "two"), GOOD.replace("one", "ONE"), GOOD,
                     "ttl: 5m\n" + GOOD, "soa: {refresh: 1d}\n" + GOOD,
                     "nameservers: [ns.example.org]\n" + GOOD,
                     GOOD + "  192.0.2.2: more.example.net\n"):
            workspace.write_zone("zone", text)
            with self.subTest(text):
                self.assertEqual(self.serial_after_start(workspace), serial + 1)
            serial += 1

    def test_change_in_one_zone_leaves_the_other_alone(self):
        workspace = self.workspace({"zone": GOOD, "other": OTHER})
        other = self.serial_after_start(workspace, OTHER_APEX)
        workspace.write_zone("zone", GOOD.replace("one", "two"))
        self.assertEqual(self.serial_after_start(workspace, OTHER_APEX), other)

    def test_floor(self):
        workspace = self.workspace({"zone": "soa: {serial: 2026112201}\n" + GOOD})
        self.assertEqual(self.serial_after_start(workspace), 2026112201)
        workspace.write_zone("zone", "soa: {serial: 2026112205}\n" + GOOD)
        self.assertEqual(self.serial_after_start(workspace), 2026112205)
        workspace.write_zone("zone", "soa: {serial: 2026112202}\n" + GOOD)
        self.assertEqual(self.serial_after_start(workspace), 2026112205)

    def test_floor_that_was_not_raised_is_a_warning(self):
        workspace = self.workspace({"zone": "soa: {serial: 100}\n" + GOOD})
        self.serial_after_start(workspace)
        workspace.write_zone("zone", "soa: {serial: 100}\n" + GOOD.replace("one", "two"))
        with workspace.start() as server:
            self.assertEqual(server.serial(APEX), 101)
            self.assertRegex(server.log, r" warning: \S*zone\.yaml:1:\d+: .*serial")

    def test_fixed_never_moves(self):
        workspace = self.workspace({"zone": "soa: {serial: {fixed: 7}}\n" + GOOD})
        self.assertEqual(self.serial_after_start(workspace), 7)
        workspace.write_zone("zone", "soa: {serial: {fixed: 7}}\n" + GOOD.replace("one", "two"))
        self.assertEqual(self.serial_after_start(workspace), 7)

    def test_unix_time(self):
        workspace = self.workspace(settings=ZONE_DEFAULTS + "serials: unixtime\n")
        before = int(time.time())
        serial = self.serial_after_start(workspace)
        self.assertTrue(before <= serial <= time.time(), serial)
        self.assertEqual(self.serial_after_start(workspace), serial)

    def test_date(self):
        workspace = self.workspace(settings=ZONE_DEFAULTS + "serials: date\n")
        days = [datetime.datetime.now(datetime.timezone.utc)]
        serial = self.serial_after_start(workspace)
        days.append(datetime.datetime.now(datetime.timezone.utc))
        self.assertIn(serial, {int(day.strftime("%Y%m%d00")) for day in days})
        workspace.write_zone("zone", GOOD.replace("one", "two"))
        self.assertGreater(self.serial_after_start(workspace), serial)


class Stop(StartStopTestCase):
    """SIGTERM and SIGINT end the server in order and in time."""

    def test_both_signals(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), self.workspace().start() as server:
                self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
                self.assertLess(server.stop(number), STOP_BOUND_SECONDS)

    def test_idle_and_half_asked_connections_are_closed(self):
        with self.workspace(workers=2).start() as server:
            clients = [self.enterContext(server.tcp()) for _ in range(10)]
            for client in clients:
                client.ask(dns.query(APEX, "SOA"))
            clients[0].send(b"\0\x20half")
            self.assertLess(server.stop(), STOP_BOUND_SECONDS)
            for client in clients:
                self.assertTrue(client.is_closed_within(dns.PATIENCE_SECONDS))

    large = GOOD + "  192.0.2.2: [" + ", ".join(
        f"h{i:04}.example.net" for i in range(2000)) + "]\n"

    def test_replies_under_way_are_finished(self):
        with self.workspace({"zone": self.large}).start() as server:
            with server.tcp(receive_buffer=4096) as client:
                ids = range(10)
                client.send(b"".join(
                    dns.framed(dns.query("2.2.0.192.in-addr.arpa.", query_id=query_id))
                    for query_id in ids))
                self.assertEqual(dns.query_id_of(client.receive()), 0)
                server.process.send_signal(signal.SIGTERM)
                server.wait_for("stopping on SIGTERM")
                replies = client.receive_replies(len(ids) - 1)
                self.assertEqual({len(reply.answer) for reply in replies.values()}, {2000})
                self.assertTrue(client.is_closed_within(dns.PATIENCE_SECONDS))
                server.process.wait(STOP_BOUND_SECONDS)

    def block(self, client):
        """Asks and reads nothing until the server takes no more from the client."""
        octets = dns.framed(dns.query("2.2.0.192.in-addr.arpa.")) * 1000
        deadline = time.monotonic() + STUFFING_SECONDS
        client.socket.setblocking(False)
        while select.select([], [client.socket], [], 0.5)[1]:
            self.assertLess(time.monotonic(), deadline, "the server takes queries without end")
            try:
                client.send(octets)
            except BlockingIOError:
                pass

    def test_client_that_reads_nothing_does_not_hold_it(self):
        with self.workspace({"zone": self.large}).start() as server:
            with server.tcp(receive_buffer=4096) as client:
                self.block(client)
                seconds = server.stop()
                self.assertGreater(seconds, 1, "the client was not waited for")
                self.assertLess(seconds, STOP_BOUND_SECONDS)

    def test_stop_while_clients_ask(self):
        with self.workspace(workers=2).start() as server:
            with server.udp() as client, server.tcp() as stream:
                for query_id in range(500):
                    client.send(dns.query(APEX, "SOA", query_id=query_id))
                    stream.send_query(dns.query(APEX, "SOA", query_id=query_id))
                self.assertLess(server.stop(), STOP_BOUND_SECONDS)


class Wildcard(StartStopTestCase):
    """Sockets that listen on all addresses."""

    def assert_reply_leaves_from(self, server, address):
        """The reply comes from the address that was asked."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        port = server.endpoint[1]
        with socket.socket(family, socket.SOCK_DGRAM) as client:
            client.settimeout(dns.PATIENCE_SECONDS)
            client.sendto(dns.query("1.2.0.192.in-addr.arpa."), (address, port))
            octets, source = client.recvfrom(65535)
        self.assertEqual(source[:2], (address, port))
        self.assert_ptr(dns.Reply(octets), "one.example.net.")

    def test_ipv4_reply_leaves_from_the_address_that_was_asked(self):
        with self.workspace(listen=["0.0.0.0:0"]).start() as server:
            for address in ("127.0.0.1", "127.0.0.2", "127.9.9.9"):
                with self.subTest(address):
                    self.assert_reply_leaves_from(server, address)
                    reply = dns.ask_tcp((address, server.endpoint[1]), dns.query(APEX, "SOA"))
                    self.assertEqual(reply.rcode, "NOERROR")

    def test_ipv6_reply_leaves_from_the_address_that_was_asked(self):
        with self.workspace(listen=["[::]:0"]).start() as server:
            self.assert_reply_leaves_from(server, "::1")

    def test_both_families_on_one_port(self):
        with self.workspace(listen=["0.0.0.0:0"]).start() as server:
            port = server.endpoint[1]
        with self.workspace(listen=[f"0.0.0.0:{port}", f"[::]:{port}"]).start() as server:
            self.assert_reply_leaves_from(server, "127.0.0.2")
            self.assert_reply_leaves_from(server, "::1")


if __name__ == "__main__":
    unittest.main()

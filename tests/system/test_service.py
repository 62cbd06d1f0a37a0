"""arpad under a service manager: its log, and what it says of itself."""

import json
import os
import signal
import socket
import subprocess
import time
import unittest
from unittest import mock

from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, program
import dns_client as dns
from ports import free_port

ONE = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: one.example.net\n"
BROKEN = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a..b\n"
PATIENCE_SECONDS = 20.0


class ServiceTestCase(ReplyTestCase):
    """What all tests here need."""

    def workspace(self, zones, settings=""):
        """A workspace that is removed after the test."""
        return self.enterContext(Workspace(zones, ZONE_DEFAULTS + settings))


class Log(ServiceTestCase):
    """Formats and levels."""

    def test_json_lines(self):
        workspace = self.workspace({"zone": BROKEN}, "log: {format: json}\n")
        with workspace.start() as server:
            server.wait_for("listening on")
        entries = [json.loads(line) for line in server.log.splitlines()]
        self.assertTrue(all(entry.keys() == {"time", "level", "message"} for entry in entries))
        self.assertEqual({entry["level"] for entry in entries}, {"info", "warning", "error"})
        self.assertTrue(any("\n  " in entry["message"] for entry in entries))  # advice is in it

    def test_journal_has_a_priority_on_every_line(self):
        workspace = self.workspace({"zone": BROKEN}, "log: {format: journal}\n")
        with workspace.start() as server:
            pass
        for line in server.log.splitlines():
            self.assertRegex(line, r"^<[346]>")
        self.assertRegex(server.log, r"<3>\S*zone\.yaml:3:14: .*\n<3>  ")

    def test_journal_is_found_out(self):
        reader, writer = os.pipe()
        status = os.fstat(writer)
        environment = dict(os.environ, JOURNAL_STREAM=f"{status.st_dev}:{status.st_ino}")
        workspace = self.workspace({"zone": ONE})
        with subprocess.Popen([program("ARPAD"), "-c", workspace.config], stderr=writer,
                              env=environment) as process, os.fdopen(reader) as log:
            os.close(writer)
            self.assertTrue(log.readline().startswith("<6>arpad "))
            process.send_signal(signal.SIGTERM)
            log.read()
            self.assertEqual(process.wait(PATIENCE_SECONDS), 0)

    def test_level(self):
        workspace = self.workspace({"zone": BROKEN}, "log: {level: error}\n")
        port = free_port()
        process = self.start_raw(workspace, port, stderr=subprocess.PIPE)
        self.wait_for_answer(port)
        process.send_signal(signal.SIGTERM)
        log = process.communicate(timeout=PATIENCE_SECONDS)[1].decode()
        self.assertIn(" error: ", log)
        self.assertNotIn(" info: ", log)
        self.assertNotIn(" warning: ", log)

    def test_reader_that_goes_away_takes_nothing_with_it(self):
        workspace = self.workspace({"zone": ONE})
        port = free_port()
        reader, writer = os.pipe()
        process = self.start_raw(workspace, port, stderr=writer)
        os.close(writer)
        self.wait_for_answer(port)
        os.close(reader)
        workspace.write_zone("zone", BROKEN)
        for _ in range(5):
            process.send_signal(signal.SIGHUP)
            time.sleep(0.1)
        self.wait_for_answer(port)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE_SECONDS), 0)

    def start_raw(self, workspace, port, stderr):
        """arpad with its log left to the test."""
        # pylint: disable-next=consider-using-with
        process = subprocess.Popen([program("ARPAD"), "-c", workspace.config, "--listen",
                                    f"127.0.0.1:{port}"], stdin=subprocess.DEVNULL, stderr=stderr)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for_answer(self, port):
        """Asks until there is an answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                dns.ask_udp(("127.0.0.1", port), dns.query("1.2.0.192.in-addr.arpa.", "PTR"))
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


class Manager(ServiceTestCase):
    """sd_notify(3)."""

    def setUp(self):
        self.directory = self.workspace({"zone": ONE})
        path = str(self.directory.directory / "notify")
        self.manager = self.enterContext(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        self.manager.bind(path)
        self.manager.settimeout(PATIENCE_SECONDS)
        self.environment = {"NOTIFY_SOCKET": path}

    def start(self, **environment):
        """arpad with a service manager."""
        with mock.patch.dict(os.environ, self.environment | environment):
            return self.enterContext(self.directory.start())

    def wait_for(self, wanted):
        """What is said, up to a message that begins so."""
        said = []
        while not said or not said[-1].startswith(wanted):
            said.append(self.manager.recv(4096).decode())
        return said

    def test_is_told_when_it_serves_reloads_and_stops(self):
        server = self.start()
        self.assertEqual(self.wait_for("READY=1"),
                         ["READY=1\nSTATUS=serving 1 zone, 1 network, 1 record"])
        server.process.send_signal(signal.SIGHUP)
        self.assertEqual(self.wait_for("READY=1"),
                         ["RELOADING=1", "READY=1\nSTATUS=serving 1 zone, 1 network, 1 record"])
        server.stop()
        self.assertEqual(self.wait_for("STOPPING=1"), ["STOPPING=1"])

    def test_is_told_that_it_is_alive(self):
        self.start(WATCHDOG_USEC="200000")
        for _ in range(3):
            self.wait_for("WATCHDOG=1")

    def test_is_told_nothing_of_the_kind_unasked(self):
        server = self.start()
        time.sleep(0.5)
        server.stop()
        self.assertNotIn("WATCHDOG=1", self.wait_for("STOPPING=1"))


if __name__ == "__main__":
    unittest.main()

"""What arpactl shows on a terminal while it works, and only there.

Files that are read are pipes here, so that reading takes exactly as long as a test wants.
"""

import os
import re
import socket
import subprocess
import threading
import time
import unittest
from contextlib import contextmanager

from arpad_server import RUN_SECONDS, Workspace, check_clean, program
from terminal import Terminal

ZONE = """\
network: 192.0.2.0/24
nameservers: [ns1.example.net, ns2.example.net]
soa: {contact: hostmaster@example.net}
records:
  192.0.2.1: one.example.net
"""
MASTER_FILE = """\
$TTL 1h
@ SOA ns1.example.net. hostmaster.example.net. 1 2h 30m 2w 15m
@ NS ns1.example.net.
1 PTR one.example.net.
"""
ERASE = "\r\x1b[K"
A_SECOND = 1.0
OVER_A_SECOND = 1.5


class ProgressTest(unittest.TestCase):
    """Claims about the line on the terminal."""

    def setUp(self):
        self.workspace = self.enterContext(Workspace())
        self.pipe = self.workspace.directory / "pipe"
        os.mkfifo(self.pipe)

    def on_terminal(self, *arguments, **settings):
        """Starts arpactl on a terminal."""
        return self.enterContext(Terminal([program("ARPACTL"), *arguments],
                                          cwd=self.workspace.directory, **settings))

    def assert_shown_and_erased(self, terminal, pattern, behind):
        """The line has been shown; what it looked like is gone before `behind` is printed."""
        check_clean(terminal.output)
        self.assertRegex(terminal.output, pattern)
        shown, _, rest = terminal.output.rpartition(ERASE)
        self.assertRegex(shown, pattern)
        self.assertNotRegex(rest, pattern)
        self.assertIn(behind, rest)

    def test_check(self):
        terminal = self.on_terminal("check", "pipe")
        terminal.wait_for("reading zone files")
        self.pipe.write_text(ZONE, encoding="utf-8")
        self.assertEqual(terminal.wait_for_end(), 0, terminal.output)
        self.assert_shown_and_erased(terminal, r"[|/\\-] reading zone files, \d+ s", "1 record")

    def test_findings_come_behind_it(self):
        terminal = self.on_terminal("check", "pipe")
        terminal.wait_for("reading zone files")
        self.pipe.write_text("network: [\n", encoding="utf-8")
        self.assertEqual(terminal.wait_for_end(), 1, terminal.output)
        self.assert_shown_and_erased(terminal, "reading zone files", "pipe:1:")

    def test_export(self):
        self.workspace.write_zone("zone", ZONE)
        with self.workspace.config.open("a", encoding="utf-8") as config:
            config.write("inventory: pipe\n")
        terminal = self.on_terminal("export", "-c", "arpad.yaml", "all")
        terminal.wait_for("reading zone files")
        self.pipe.write_text("{}\n", encoding="utf-8")
        terminal.wait_for_end()
        self.assert_shown_and_erased(terminal, "reading zone files", "")

    def test_import_of_several_zones_has_a_bar(self):
        directory = self.workspace.directory
        for number in (3, 4):
            (directory / f"{number}.zone").write_text(
                f"$ORIGIN {number}.2.10.in-addr.arpa.\n{MASTER_FILE}", encoding="utf-8")
        terminal = self.on_terminal("import", "3.zone", "pipe", "4.zone", "-o", "out")
        terminal.wait_for("importing")
        self.pipe.write_text("$ORIGIN 5.2.10.in-addr.arpa.\n" + MASTER_FILE, encoding="utf-8")
        self.assertEqual(terminal.wait_for_end(), 0, terminal.output)
        self.assert_shown_and_erased(
            terminal, r"\[======> {13}\] importing zones 1 of 3, \d+ s", "10.2.5.0_24.yaml")

    def test_waiting_for_the_server(self):
        for command in ("plan", "reload"):
            with self.subTest(command), slow_server(self.workspace.directory / "s") as answer:
                terminal = self.on_terminal(command, "--socket", "s")
                terminal.wait_for("waiting for arpad")
                answer.set()
                self.assertEqual(terminal.wait_for_end(), 1, terminal.output)
                self.assert_shown_and_erased(terminal, r"waiting for arpad, \d+ s", "not now")

    def test_a_narrow_terminal_is_not_wrapped(self):
        terminal = self.on_terminal("check", "pipe", columns=12)
        terminal.wait_for(ERASE)
        self.pipe.write_text(ZONE, encoding="utf-8")
        self.assertEqual(terminal.wait_for_end(), 0, terminal.output)
        for line in re.findall(r"\x1b\[K(. read[^\r]*)\r", terminal.output):
            self.assertEqual(len(line), 11, terminal.output)

    def test_quick_work_shows_nothing(self):
        self.workspace.write_zone("zone", ZONE)
        deadline = time.monotonic() + RUN_SECONDS
        while time.monotonic() < deadline:
            began = time.monotonic()
            terminal = self.on_terminal("check", "-c", "arpad.yaml")
            self.assertEqual(terminal.wait_for_end(), 0, terminal.output)
            if time.monotonic() - began < A_SECOND:
                self.assertNotIn("\x1b", terminal.output)
                return
        self.fail("this machine needs a second for anything")

    def test_no_terminal_no_line(self):
        # Standard output may well be one.
        with subprocess.Popen([program("ARPACTL"), "check", str(self.pipe)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            with self.pipe.open("w", encoding="utf-8") as pipe:
                time.sleep(OVER_A_SECOND)
                pipe.write(ZONE)
            _, errors = process.communicate(timeout=RUN_SECONDS)
        self.assertEqual((process.returncode, errors), (0, b""))


@contextmanager
def slow_server(path):
    """Listens at `path` for one request, and refuses it when the event is set that it gives."""
    answer = threading.Event()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                answer.wait(RUN_SECONDS)
                body = b'{"title": "not now", "detail": "try again"}'
                connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: "
                                   b"%d\r\n\r\n%s" % (len(body), body))

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        yield answer
        server.join(RUN_SECONDS)
    path.unlink()


if __name__ == "__main__":
    unittest.main()

"""One arpad takes the place of another, and nobody who asks notices."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest
import unittest.mock
import urllib.request
from pathlib import Path

import dns_client as dns
from arpad_server import ReplyTestCase, Server, Workspace, ZONE_DEFAULTS, program, run_program
from web_client import WebClient, make_token, web_endpoint

SETTINGS = ZONE_DEFAULTS + "serials: counter\n"
PATIENCE_SECONDS = 30.0


def zone(name="one"):
    """A zone file with one record."""
    return f"network: 192.0.2.0/24\nrecords:\n  192.0.2.1: {name}.example.net\n"


def is_running(process):
    """Whether there is such a process, and it has not ended."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_until(is_so):
    """Waits until something is so; whether it came to be."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.02)
    return False


class TakeoverTestCase(ReplyTestCase):
    """A server, and those that take its place."""

    def start(self, settings="", workers=1):
        """Starts the first server; all that follow are ended after the test."""
        self.workspace = self.enterContext(
            Workspace({"zone": zone()}, SETTINGS + settings, workers=workers))
        (self.workspace.directory / "inventory.yaml").write_text("servers: {}\n", encoding="utf-8")
        self.server = Server(self.workspace.config)
        self.processes = [self.server.process.pid]
        self.addCleanup(self.end_all)

    def start_to_become(self, script):
        """Starts a server whose program is a script when it is started again; none: is gone."""
        own = Path(self.enterContext(Workspace()).directory, "arpad")
        shutil.copy(program("ARPAD"), own)
        with unittest.mock.patch.dict(os.environ, {"ARPAD": str(own)}):
            self.start()
        own.unlink()
        if script is not None:
            own.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            own.chmod(0o755)

    def begin_takeover(self):
        """Runs arpactl beside the test, and waits until the new process is started."""
        # pylint: disable-next=consider-using-with
        tool = subprocess.Popen(
            [program("ARPACTL"), "takeover", "--json", "--socket",
             self.workspace.state / "control.sock"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(tool.wait)
        self.addCleanup(tool.stdout.close)
        self.server.wait_for("is started to take over")
        return tool

    def end_all(self):
        """Ends the last process that took over, and the first if it is still there."""
        for process in self.processes[1:]:
            if is_running(process):
                os.kill(process, signal.SIGTERM)
                self.assertTrue(wait_until(lambda pid=process: not is_running(pid)), process)
        self.server.stop()

    def arpactl(self, *arguments, expected=0):
        """Runs arpactl; what it prints."""
        control = self.workspace.state / "control.sock"
        done = run_program("ARPACTL", *arguments, "--socket", control)
        self.assertEqual(done.returncode, expected, done.stdout + self.server.log)
        return done.stdout

    def status(self):
        """What the server that has the control socket says."""
        return json.loads(self.arpactl("status", "--json"))

    def take_over(self):
        """Has another process take over; its number."""
        said = json.loads(self.arpactl("takeover", "--json"))
        self.assertEqual(said["predecessor"], self.processes[-1])
        self.assertNotIn(said["process"], self.processes)
        self.processes.append(said["process"])
        return said["process"]

    def assert_first_ends(self):
        """The first process ends, and well."""
        self.assertEqual(self.server.process.wait(PATIENCE_SECONDS), 0, self.server.log)

    def change_workers(self, count):
        """Writes another number of workers into the configuration."""
        text = self.workspace.config.read_text(encoding="utf-8")
        self.workspace.write_config(f"{text.replace('workers:', '#')}workers: {count}\n")


class Takeover(TakeoverTestCase):
    """It works."""

    def test_new_process_serves_and_the_old_one_ends(self):
        self.start()
        successor = self.take_over()
        self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "one.example.net.")
        self.assert_first_ends()
        self.assertEqual(self.status()["process"], successor)
        self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "one.example.net.")
        with self.server.tcp() as client:
            self.assert_ptr(client.ask(dns.query("1.2.0.192.in-addr.arpa.")), "one.example.net.")

    def test_control_socket_stays_when_the_old_process_ends(self):
        self.start()
        self.take_over()
        self.assert_first_ends()
        self.assertTrue((self.workspace.state / "control.sock").is_socket())

    def test_one_after_the_other(self):
        self.start()
        for _ in range(3):
            self.take_over()
            self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "one.example.net.")
        self.assertTrue(wait_until(lambda: not any(map(is_running, self.processes[:-1]))))

    def test_lock_is_handed_over(self):
        self.start()
        self.take_over()
        self.assert_first_ends()
        done = self.workspace.run()
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("another arpad uses it", done.stdout)

    def test_changes_are_served_after_it_as_before(self):
        self.start()
        self.take_over()
        self.assert_first_ends()
        serial = self.server.serial("2.0.192.in-addr.arpa.")
        self.workspace.write_zone("zone", zone("two"))
        self.arpactl("reload")
        self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "two.example.net.")
        self.assertEqual(self.server.serial("2.0.192.in-addr.arpa."), serial + 1)

    def test_tcp_connections_go_on(self):
        self.start()
        question = dns.query("1.2.0.192.in-addr.arpa.")
        with self.server.tcp() as client:
            self.assert_ptr(client.ask(question), "one.example.net.")
            self.take_over()
            self.server.wait_for("has taken over; 1 TCP connection go")
            self.assert_ptr(client.ask(question), "one.example.net.")
            self.assertIsNone(self.server.process.poll())
        self.assert_first_ends()

    def test_stop_of_the_old_process_does_not_wait_for_connections(self):
        self.start()
        with self.server.tcp() as client:
            client.ask(dns.query("1.2.0.192.in-addr.arpa."))
            self.take_over()
            began = time.monotonic()
            self.server.process.send_signal(signal.SIGTERM)
            self.assert_first_ends()
            self.assertLess(time.monotonic() - began, 15)  # of the 60 s that they may go on

    def test_more_workers(self):
        self.start()
        self.change_workers(3)
        self.take_over()
        self.assert_first_ends()
        self.assertEqual(self.status()["workers"], 3)
        for _ in range(20):
            self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "one.example.net.")

    def test_fewer_workers_read_all_sockets(self):
        self.start(workers=4)
        self.change_workers(1)
        self.take_over()
        self.assert_first_ends()
        for _ in range(40):  # the system spreads source ports over the sockets
            self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "one.example.net.")
            with self.server.tcp() as client:
                self.assertEqual(client.ask(dns.query("1.2.0.192.in-addr.arpa.")).rcode, "NOERROR")

    def test_metrics_stay_where_they_are(self):
        self.start("metrics: {listen: 127.0.0.1:0}\n")
        self.server.wait_for("metrics at ")
        (line,) = [line for line in self.server.log.splitlines() if "metrics at " in line]
        self.take_over()
        self.assert_first_ends()
        with urllib.request.urlopen(line.split()[-1], timeout=PATIENCE_SECONDS) as reply:
            self.assertIn(b"arpad_", reply.read())

    def test_new_endpoint_is_opened_and_an_old_one_closed(self):
        self.start()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.2", 0))
            port = free.getsockname()[1]
        text = self.workspace.config.read_text(encoding="utf-8")
        self.workspace.write_config(text.replace('"127.0.0.1:0"', f'"127.0.0.2:{port}"'))
        self.take_over()
        self.assert_first_ends()
        self.assert_ptr(dns.ask_udp(("127.0.0.2", port), dns.query("1.2.0.192.in-addr.arpa.")),
                        "one.example.net.")
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
            self.assertNotEqual(client.connect_ex(self.server.endpoint), 0)

    def test_hangup_meanwhile_is_for_the_new_process(self):
        self.start_to_become(f"sleep 1; exec {program('ARPAD')} \"$@\"")
        tool = self.begin_takeover()
        self.server.process.send_signal(signal.SIGHUP)
        self.assertEqual(tool.wait(PATIENCE_SECONDS), 0)
        self.processes.append(json.loads(tool.stdout.read())["process"])
        self.server.wait_for("reloading on SIGHUP")

    def test_no_query_is_lost(self):
        self.start(workers=2)
        question = dns.query("1.2.0.192.in-addr.arpa.")
        is_over = threading.Event()
        replies, lost = [], []

        def ask():
            while not is_over.is_set():
                # Another source port each time, so that all sockets are asked.
                with self.server.udp() as client:
                    client.send(question)
                    try:
                        replies.append(dns.Reply(client.receive(5.0)).rcode)
                    except TimeoutError:
                        lost.append(time.monotonic())

        clients = [threading.Thread(target=ask) for _ in range(4)]
        for client in clients:
            client.start()
        try:
            for _ in range(5):
                self.take_over()
        finally:
            is_over.set()
            for client in clients:
                client.join()
        self.assertEqual(lost, [])
        self.assertEqual(set(replies), {"NOERROR"})


class Refusal(TakeoverTestCase):
    """It does not work, and the old process serves as before."""

    def assert_goes_on(self):
        """The first process serves, and reloads."""
        self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "one.example.net.")
        self.assertEqual(self.status()["process"], self.processes[0])
        self.workspace.write_zone("zone", zone("two"))
        self.arpactl("reload")
        self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "two.example.net.")
        self.assertEqual(self.server.serial("2.0.192.in-addr.arpa."), 2)

    def test_by_a_broken_configuration(self):
        self.start()
        good = self.workspace.config.read_text(encoding="utf-8")
        self.workspace.write_config(good + "zoness: there\n")
        said = self.arpactl("takeover", expected=1)
        self.assertIn("ended with status 2", said)
        self.server.wait_for("this process goes on serving")
        self.workspace.write_config(good)
        self.assert_goes_on()

    def test_by_a_program_that_is_gone(self):
        self.start_to_become(None)
        self.assertIn("No such file", self.arpactl("takeover", expected=1))
        self.assert_goes_on()

    def test_by_a_program_that_does_something_else(self):
        self.start_to_become("exit 7")
        self.assertIn("ended with status 7", self.arpactl("takeover", expected=1))
        self.assert_goes_on()

    def test_by_a_program_that_is_killed(self):
        self.start_to_become("kill -9 $$")
        self.assertIn("ended by signal 9", self.arpactl("takeover", expected=1))
        self.assert_goes_on()

    def test_of_a_second_one_beside_the_first(self):
        self.start_to_become("sleep 1; exit 7")
        tool = self.begin_takeover()
        self.assertIn("another takeover is under way", self.arpactl("takeover", expected=1))
        self.assertIn("reads all files", self.arpactl("reload", expected=1))
        self.assertEqual(tool.wait(PATIENCE_SECONDS), 1)
        self.assert_goes_on()

    def test_changes_meanwhile_are_served_after_it_has_failed(self):
        self.start_to_become("sleep 1; exit 7")
        tool = self.begin_takeover()
        self.workspace.write_zone("zone", zone("two"))
        self.assertEqual(tool.wait(PATIENCE_SECONDS), 1)
        self.server.wait_for("noticed changed files: .* 1 zone changed")

    def test_changes_of_names_meanwhile_are_refused(self):
        # After a takeover nobody would make them, and say so.
        self.start_to_become("sleep 2; exit 7")
        tool = self.begin_takeover()
        said = self.arpactl("edits", "set", "192.0.2.1", "two.example.net", expected=1)
        self.assertIn("another process is about to take over: send it again in a moment", said)
        self.assertIsNone(tool.poll(), "it is said at once")
        self.assertEqual(tool.wait(PATIENCE_SECONDS), 1)
        self.server.wait_for("not taken over")
        self.assertTrue(wait_until(lambda: run_program(
            "ARPACTL", "edits", "set", "192.0.2.1", "two.example.net",
            "--socket", self.workspace.state / "control.sock").returncode == 0))
        self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "two.example.net.")

    def test_then_it_may_be_tried_again(self):
        self.start()
        good = self.workspace.config.read_text(encoding="utf-8")
        self.workspace.write_config(good + "zoness: there\n")
        self.arpactl("takeover", expected=1)
        self.workspace.write_config(good)
        self.take_over()
        self.assert_first_ends()
        self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "one.example.net.")

    def test_nobody_serves_if_the_old_process_is_killed_meanwhile(self):
        self.start_to_become(f"sleep 1; exec {program('ARPAD')} \"$@\"")
        tool = self.begin_takeover()
        self.server.process.kill()
        self.server.process.wait()
        self.assertEqual(tool.wait(PATIENCE_SECONDS), 1)
        self.server.wait_for("the arpad that this one was to follow has ended")
        with self.assertRaisesRegex(AssertionError, "ended with -9"):
            self.server.stop()  # reads the log to its end: no process has it any more

    def test_outside_of_a_takeover(self):
        self.start()
        done = self.workspace.run("--predecessor=99")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("not started", done.stdout)


class ServiceManager(TakeoverTestCase):
    """systemd is told."""

    def test_main_process_is_named_before_the_new_one_speaks(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.settimeout(PATIENCE_SECONDS)
            path = Path(self.enterContext(Workspace()).directory, "notify")
            manager.bind(str(path))
            with unittest.mock.patch.dict(os.environ, {"NOTIFY_SOCKET": str(path)}):
                self.start()
            self.assertIn(b"READY=1", manager.recv(4096))
            # The old process waits until the manager has read what it says.
            with subprocess.Popen(
                    [program("ARPACTL"), "takeover", "--json", "--socket",
                     self.workspace.state / "control.sock"],
                    stdout=subprocess.PIPE) as tool:
                said = [manager.recv(4096), manager.recv(4096), manager.recv(4096)]
                successor = json.loads(tool.communicate(timeout=PATIENCE_SECONDS)[0])["process"]
            self.processes.append(successor)
            self.assertEqual(said[0], f"MAINPID={successor}".encode())
            self.assertEqual(said[1], b"BARRIER=1")
            self.assertIn(b"READY=1", said[2])
            self.assert_first_ends()


class Page(TakeoverTestCase):
    """The page and the API go on at the same place, and whoever is signed in stays so."""

    def test_tokens_sessions_and_names_stay(self):
        self.start('inventory: inventory.yaml\nweb: {listen: ["127.0.0.1:0"]}\n')
        endpoint = web_endpoint(self.server)
        client = WebClient(endpoint, make_token(self.workspace.config, "operator"))
        browser = WebClient(endpoint)
        browser.sign_in(client.token)
        address = "/api/v1/addresses/192.0.2.9"
        before = client.put(address, {"name": "nine.example.net"}).json["change"]
        self.take_over()
        self.assert_first_ends()
        self.assertEqual(client.get(address).json["names"], ["nine.example.net"])
        self.assertEqual(browser.get("/api/v1/me").json["role"], "operator")
        after = browser.put(address, {"name": "other.example.net"})
        self.assertEqual((after.status, after.json["change"]), (200, before + 1))
        reply = self.server.ask_ptr("192.0.2.9")
        self.assertEqual(reply.data("answer", "PTR"), ["other.example.net."])


if __name__ == "__main__":
    unittest.main()

"""What goes wrong around arpad: full disks, lost directories, crashes, clocks, a log nobody reads.

Elsewhere: a second arpad on one state directory (test_start_stop), a control socket that a crash
has left (test_control), links and directories that are swapped (test_reload).
"""

import contextlib
import fcntl
import functools
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import termios
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

import dns_client as dns
from arpad_server import (START_SECONDS, ReplyTestCase, Workspace, ZONE_DEFAULTS, check_clean,
                          program, run_program)
from small_disk import fill, make_room, remount, small_disk

SUCCESS, FAILURE, CONFIGURATION = 0, 1, 2  # exit codes
RETRY_SECONDS = 60.0  # the server's own interval is 30 s; the rest is for slow machines
NOTICE_SECONDS = 10.0  # it notices after 0.2 s, 2 s at most while something always changes
LOOK = re.compile(r": (\d+) files? read, \d+ zones? changed")  # what is logged of each

UNWATCHED = ZONE_DEFAULTS + "reload: {watch: false}\n"
DROPPING = ZONE_DEFAULTS + "reload: {removed_files: drop}\n"
APEX, OTHER_APEX = "2.0.192.in-addr.arpa.", "100.51.198.in-addr.arpa."


def zone(network="192.0.2.0/24", **records):
    """A zone file; records are like a="192.0.2.1: one.example.net"."""
    lines = "".join(f"  {record}\n" for record in records.values())
    return f"network: {network}\nrecords:\n{lines or '  {}'}\n"


ONE = zone(a="192.0.2.1: one.example.net")
TWO = zone(a="192.0.2.1: two.example.net")
BROKEN = zone(a="192.0.2.1: a..b")
OTHER = zone("198.51.100.0/24", a="198.51.100.1: other.example.net")
OTHER_CHANGED = OTHER.replace("other", "changed")
LARGE = f"#{'x' * 300_000}\n"  # of a file that begins so the last good copy is a file too


def is_newer(serial, other):
    """Whether a serial comes behind another one (RFC 1982 3.2)."""
    return 0 < (serial - other) % 2**32 < 2**31


@contextlib.contextmanager
def without_privileges(workspace):
    """What is started meanwhile may no more than any user with the same id: root's own files can
    be denied to it."""
    if os.geteuid() != 0:
        yield
        return
    lowered = workspace.directory / "lowered"
    lowered.write_text("#!/bin/sh\nexec setpriv --bounding-set=-all --inh-caps=-all "
                       f"'{program('ARPAD')}' \"$@\"\n", encoding="utf-8")
    lowered.chmod(0o700)
    with mock.patch.dict(os.environ, ARPAD=str(lowered)):
        yield


def start_without_privileges(workspace):
    """A server that may no more than any user."""
    with without_privileges(workspace):
        return workspace.start()


def crash(server):
    """SIGKILL."""
    server._end(signal.SIGKILL)  # pylint: disable=protected-access
    check_clean(server.log)


class FaultTestCase(ReplyTestCase):
    """What all tests here need."""

    def workspace(self, zones, settings=ZONE_DEFAULTS):
        """A workspace that is removed after the test."""
        return self.enterContext(Workspace(zones, settings))

    def start(self, workspace):
        """A running server that is stopped after the test."""
        return self.enterContext(workspace.start())

    def arpactl(self, workspace, *arguments):
        """What arpactl returns and prints."""
        return run_program("ARPACTL", *arguments, "-c", workspace.config)

    def reload(self, workspace):
        """arpactl reload: waits until the files were looked at."""
        return self.arpactl(workspace, "reload")

    def assert_reload_fails(self, workspace, *parts):
        """A reload changes nothing and says why."""
        done = self.reload(workspace)
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        for part in ("nothing was changed", str(workspace.state), *parts):
            self.assertIn(part, done.stdout)

    def assert_reload_succeeds(self, workspace):
        """A reload finds nothing wrong."""
        done = self.reload(workspace)
        self.assertEqual(done.returncode, SUCCESS, done.stdout)

    def status(self, workspace):
        """arpactl status --json."""
        return json.loads(self.arpactl(workspace, "status", "--json").stdout)

    def standings(self, workspace):
        """What is served of each network."""
        return {network["network"]: network["standing"]
                for network in self.status(workspace)["networks"]}

    def serials(self, workspace):
        """The serial of each zone."""
        return {zone["name"]: zone["serial"] for network in self.status(workspace)["networks"]
                for zone in network["zones"]}

    def targets(self, server, address="192.0.2.1"):
        """The names of an address."""
        return server.ask_ptr(address).data("answer", "PTR")

    def wait_until(self, condition, server, seconds=NOTICE_SECONDS):
        """Waits until something is so."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline or server.process.poll() is not None:
                self.fail(f"not within {seconds:.0f} s:\n{server.log}")
            time.sleep(0.02)

    def wait_for_target(self, server, target, address="192.0.2.1", seconds=NOTICE_SECONDS):
        """Waits until an address has this name."""
        self.wait_until(lambda: self.targets(server, address) == [target], server, seconds)

    def hang_up(self, server):
        """SIGHUP."""
        server.process.send_signal(signal.SIGHUP)

    def warm_up(self, workspace, server):
        """Waits until the server notices by itself what becomes of zone.yaml, which says ONE."""
        for text, target in ((TWO, "two.example.net."), (ONE, "one.example.net.")) * 2:
            workspace.write_zone("zone", text)
            self.wait_for_target(server, target)

    def start_on_small_disk(self, zones, settings=UNWATCHED):
        """A server whose state has a disk of its own."""
        workspace = self.workspace(zones, settings)
        self.enterContext(small_disk(workspace.state))
        return workspace, self.start(workspace)


class FullDisk(FaultTestCase):
    """No room in the state directory."""

    def test_change_waits_for_room(self):
        workspace, server = self.start_on_small_disk({"zone": ONE, "other": OTHER}, ZONE_DEFAULTS)
        serials = self.serials(workspace)
        fill(workspace.state)
        workspace.write_zone("zone", TWO)
        server.wait_for(r"error: state directory \S+/state: state\.db: .*disk is full")
        self.assertIn("free space on its disk", server.log)
        self.assertIn("all zones are served as they were", server.log)
        self.assertEqual(self.targets(server), ["one.example.net."])
        self.assert_reload_fails(workspace, "disk is full", "free space on its disk")
        self.assertEqual(self.serials(workspace), serials)
        make_room(workspace.state)
        self.assert_reload_succeeds(workspace)
        self.assertEqual(self.targets(server), ["two.example.net."])
        self.assertTrue(is_newer(server.serial(APEX), serials[APEX]))
        self.assertEqual(server.serial(OTHER_APEX), serials[OTHER_APEX])

    def test_status_tells_of_a_change_that_waits(self):
        workspace, _ = self.start_on_small_disk({"zone": ONE})
        fill(workspace.state)
        workspace.write_zone("zone", TWO)
        self.assert_reload_fails(workspace)
        done = self.arpactl(workspace, "status")
        self.assertEqual(done.returncode, FAILURE,
                         f"what is served is not what the files say:\n{done.stdout}")
        self.assertIn("disk is full", done.stdout)
        make_room(workspace.state)
        self.assert_reload_succeeds(workspace)
        self.assertEqual(self.arpactl(workspace, "status").returncode, SUCCESS)

    def test_serial_is_kept_after_the_wait(self):
        workspace, server = self.start_on_small_disk({"zone": ONE})
        fill(workspace.state)
        workspace.write_zone("zone", TWO)
        self.assert_reload_fails(workspace)
        make_room(workspace.state)
        self.assert_reload_succeeds(workspace)
        serial = server.serial(APEX)
        crash(server)
        server = self.start(workspace)
        self.assertEqual((server.serial(APEX), self.targets(server)),
                         (serial, ["two.example.net."]))

    def test_file_that_breaks_keeps_its_network(self):
        workspace, server = self.start_on_small_disk({"zone": ONE})
        serial = server.serial(APEX)
        fill(workspace.state)
        workspace.write_zone("zone", BROKEN)
        self.reload(workspace)
        self.assertEqual(self.standings(workspace), {"192.0.2.0/24": "last good"})
        self.assertEqual(self.targets(server), ["one.example.net."])
        workspace.write_zone("zone", ONE)
        self.assert_reload_succeeds(workspace)
        self.assertEqual(self.standings(workspace), {"192.0.2.0/24": "current"})
        self.assertEqual(server.serial(APEX), serial)

    def test_copy_that_finds_no_room_leaves_nothing_behind(self):
        workspace, server = self.start_on_small_disk({"zone": ONE})
        fill(workspace.state, spare=len(LARGE) // 2)
        before = sorted(os.listdir(workspace.state))
        workspace.write_zone("zone", LARGE + TWO)
        self.assert_reload_fails(workspace, "No space left on device", "free space on its disk")
        self.assertEqual(sorted(os.listdir(workspace.state)), before)
        self.assertEqual(self.targets(server), ["one.example.net."])
        make_room(workspace.state)
        self.assert_reload_succeeds(workspace)
        self.assertEqual(self.targets(server), ["two.example.net."])

    def test_attempts_use_nothing_up(self):
        workspace, server = self.start_on_small_disk({"zone": ONE})
        fill(workspace.state)
        workspace.write_zone("zone", TWO)
        self.assert_reload_fails(workspace)
        descriptors = Path(f"/proc/{server.process.pid}/fd")
        before = len(list(descriptors.iterdir()))
        for _ in range(20):
            failures = server.log.count("all zones are served as they were")
            self.hang_up(server)
            self.wait_until(lambda count=failures: server.log.count(
                "all zones are served as they were") > count, server)
        self.assertLessEqual(len(list(descriptors.iterdir())), before)
        make_room(workspace.state)
        self.assert_reload_succeeds(workspace)
        self.assertEqual(self.targets(server), ["two.example.net."])

    def check_start(self, end, text, expected):
        """Starts on a full disk, with `text` in the file; then with room again."""
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        with small_disk(workspace.state):
            with workspace.start() as server:
                workspace.write_zone("zone", TWO)
                self.assert_reload_succeeds(workspace)
                serial = server.serial(APEX)
                end(server)
            fill(workspace.state)
            workspace.write_zone("zone", text)
            with workspace.start() as server:
                self.assertEqual(self.targets(server), [expected])
                between = server.serial(APEX)
                is_changed = expected != "two.example.net."
                self.assertEqual(is_newer(between, serial), is_changed, (serial, between))
                if is_changed:
                    self.assertIn("nothing is kept for the next start", server.log)
                    self.assertEqual(self.status(workspace)["state"], "in memory")
                    self.assertEqual(self.arpactl(workspace, "status").returncode, FAILURE)
            make_room(workspace.state)
            with workspace.start() as server:
                self.assertEqual(self.targets(server), [expected])
                self.assertFalse(is_newer(between, server.serial(APEX)))
                self.assertEqual(self.status(workspace)["state"], "durable")

    def test_start(self):
        endings = {"after a stop": lambda server: server.stop(), "after a crash": crash}
        texts = {"same": (TWO, "two.example.net."), "broken": (BROKEN, "two.example.net."),
                 "changed": (ONE, "one.example.net.")}
        for ending, end in endings.items():
            for kind, (text, expected) in texts.items():
                with self.subTest(f"{ending}, {kind}"):
                    self.check_start(end, text, expected)

    def test_strict_server_does_not_start(self):
        workspace, server = self.start_on_small_disk({"zone": ONE})
        server.stop()
        fill(workspace.state)
        done = workspace.run("--strict")
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        self.assertIn(f"state directory {workspace.state}", done.stdout)


class TriedAgain(FaultTestCase):
    """What could not be written is tried again every 30 seconds. The servers wait together."""

    @classmethod
    def setUpClass(cls):
        workspaces = [cls.enterClassContext(Workspace(zones, settings)) for zones, settings in (
            ({"zone": ONE}, ZONE_DEFAULTS),
            ({"zone": ONE, "other": OTHER}, UNWATCHED),
            ({"zone": ONE}, UNWATCHED))]
        cls.full, cls.dropping, cls.denied = workspaces
        for workspace in (cls.full, cls.dropping):
            cls.enterClassContext(small_disk(workspace.state))
        cls.full_server = cls.enterClassContext(cls.full.start())
        cls.dropping_server = cls.enterClassContext(cls.dropping.start())
        cls.denied_server = cls.enterClassContext(start_without_privileges(cls.denied))
        cls.break_and_mend()

    @classmethod
    def break_and_mend(cls):
        """Lets each of them fail once, and takes the reason away."""
        fill(cls.full.state)
        cls.full.write_zone("zone", TWO)
        fill(cls.dropping.state)
        cls.dropping.write_zone("zone", TWO)
        (cls.dropping.zones / "other.yaml").unlink()
        cls.dropping_server.process.send_signal(signal.SIGHUP)
        cls.denied.state.chmod(0o500)
        cls.addClassCleanup(cls.denied.state.chmod, 0o700)
        cls.denied.write_zone("zone", LARGE + TWO)
        cls.denied_server.process.send_signal(signal.SIGHUP)
        for server in (cls.full_server, cls.dropping_server, cls.denied_server):
            server.wait_for("all zones are served as they were")
        make_room(cls.full.state)
        make_room(cls.dropping.state)
        cls.denied.state.chmod(0o700)

    def assert_tried_again(self, server):
        """The change is served without anybody's doing."""
        self.wait_for_target(server, "two.example.net.", seconds=RETRY_SECONDS)

    def test_change_that_was_noticed(self):
        self.assert_tried_again(self.full_server)
        self.assertEqual(self.arpactl(self.full, "status").returncode, SUCCESS)

    def test_change_whose_copy_was_refused(self):
        self.assert_tried_again(self.denied_server)

    def test_reload_that_was_asked_for(self):
        # What it would have dropped is dropped, as its operator wanted.
        self.assert_tried_again(self.dropping_server)
        self.assert_bare(self.dropping_server.ask(OTHER_APEX, "SOA"), "REFUSED")


class ReadOnly(FaultTestCase):
    """A state directory that cannot be written to, by its file system or by permissions."""

    ways = ("Read-only file system", "Permission denied")

    def started_again(self, way, text):
        """Serves TWO, crashes, and starts from a state that is read-only now, with `text` in the
        file; returns the workspace, the serial of TWO and the server."""
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        is_by_mount = way == self.ways[0]
        if is_by_mount:
            self.enterContext(small_disk(workspace.state))
        with workspace.start() as server:
            workspace.write_zone("zone", TWO)
            self.assert_reload_succeeds(workspace)
            serial = server.serial(APEX)
            crash(server)
        if is_by_mount:
            remount(workspace.state, "ro")
        else:
            self.deny_by_mode(workspace.state)
        workspace.write_zone("zone", text)
        return workspace, serial, self.enterContext(start_without_privileges(workspace))

    def deny_by_mode(self, directory):
        """Lets nobody write there but root, until the test ends."""
        for path in directory.iterdir():
            path.chmod(0o400)
        directory.chmod(0o500)
        self.addCleanup(directory.chmod, 0o700)

    def test_what_was_served_before_a_crash_is_served(self):
        for way in self.ways:
            with self.subTest(way):
                workspace, serial, server = self.started_again(way, TWO)
                self.assertIn(f"state directory {workspace.state}: {way}", server.log)
                self.assertIn("nothing is kept for the next start", server.log)
                self.assertEqual((server.serial(APEX), self.targets(server)),
                                 (serial, ["two.example.net."]))

    def test_last_good_copy_is_served(self):
        for way in self.ways:
            with self.subTest(way):
                _, serial, server = self.started_again(way, BROKEN)
                self.assertIn("last good copy", server.log)
                self.assertEqual((server.serial(APEX), self.targets(server)),
                                 (serial, ["two.example.net."]))

    def test_changes_are_served(self):
        for way in self.ways:
            with self.subTest(way):
                workspace, serial, server = self.started_again(way, ONE)
                self.assertEqual(self.targets(server), ["one.example.net."])
                self.assertTrue(is_newer(server.serial(APEX), serial))
                serial = server.serial(APEX)
                workspace.write_zone("zone", TWO)
                self.hang_up(server)
                self.wait_for_target(server, "two.example.net.")
                self.assertTrue(is_newer(server.serial(APEX), serial))

    def test_serial_is_no_lower_once_it_can_be_written(self):
        workspace, _, server = self.started_again(self.ways[0], ONE)
        serial = server.serial(APEX)
        server.stop()
        remount(workspace.state, "rw")
        with workspace.start() as server:
            self.assertFalse(is_newer(serial, server.serial(APEX)))
            self.assertEqual(self.targets(server), ["one.example.net."])
            self.assertEqual(self.status(workspace)["state"], "durable")

    def test_control_socket_that_cannot_be_made_is_told_with_its_reason(self):
        # The crash has left a socket, and it cannot be removed: that is not an address in use.
        for way in self.ways:
            with self.subTest(way):
                _, _, server = self.started_again(way, TWO)
                self.assertRegex(server.log, rf"control socket \S+/control\.sock: {way}")

    def test_strict_server_does_not_start(self):
        workspace = self.workspace({"zone": ONE})
        self.enterContext(small_disk(workspace.state))
        remount(workspace.state, "ro")
        done = workspace.run("--strict")
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        self.assertIn(f"state directory {workspace.state}: Read-only file system", done.stdout)

    def test_while_it_runs(self):
        # SQLite has its files open, so only copies that need a new one fail.
        workspace = self.workspace({"zone": ONE, "other": OTHER}, UNWATCHED)
        server = self.enterContext(start_without_privileges(workspace))
        workspace.state.chmod(0o500)
        self.addCleanup(workspace.state.chmod, 0o700)
        workspace.write_zone("zone", LARGE + TWO)
        self.assert_reload_fails(workspace, "Permission denied", "check that it is writable")
        self.assertEqual(self.targets(server), ["one.example.net."])
        workspace.write_zone("zone", TWO)
        self.assert_reload_succeeds(workspace)
        self.assertEqual(self.targets(server), ["two.example.net."])
        serial = server.serial(APEX)
        crash(server)
        workspace.state.chmod(0o700)
        self.assertEqual(self.start(workspace).serial(APEX), serial)


class LostState(FaultTestCase):
    """The state is removed or replaced while arpad runs. test_reload has the rest of it."""

    def remove_directory(self, workspace):
        """All of it."""
        shutil.rmtree(workspace.state)

    def remove_database(self, workspace):
        """What it holds."""
        (workspace.state / "state.db").unlink()

    def restore_backup(self, workspace):
        """Another file of the same name, as a backup brings."""
        shutil.copy(workspace.state / "state.db", workspace.state / "copy")
        os.replace(workspace.state / "copy", workspace.state / "state.db")

    def test_changes_wait_for_a_restart(self):
        for lose in (self.remove_directory, self.remove_database, self.restore_backup):
            with self.subTest(lose.__name__):
                workspace = self.workspace({"zone": ONE})
                with workspace.start() as server:
                    serial = server.serial(APEX)
                    lose(workspace)
                    workspace.write_zone("zone", TWO)
                    server.wait_for(r"state\.db was removed or replaced while arpad runs\n")
                    self.assertIn("restart arpad, which makes a new one", server.log)
                    self.assertIn("all zones are served as they were", server.log)
                    self.assertEqual((server.serial(APEX), self.targets(server)),
                                     (serial, ["one.example.net."]))
                while time.time() < serial + 1:  # serials are times; the one before is not known
                    time.sleep(0.05)
                with workspace.start() as server:
                    self.assertEqual(self.targets(server), ["two.example.net."])
                    self.assertTrue(is_newer(server.serial(APEX), serial))
                    self.assertEqual(self.status(workspace)["state"], "durable")


class ZonesDirectory(FaultTestCase):
    """The zones directory cannot be read, is replaced, emptied or removed."""

    zones = {"zone": ONE, "sub/other": OTHER}

    def zones_workspace(self, settings=DROPPING):
        """A zones directory with one network in it and one in a directory below it."""
        workspace = self.workspace({}, settings)
        (workspace.zones / "sub").mkdir()
        for name, text in self.zones.items():
            workspace.write_zone(name, text)
        return workspace

    def assert_all_served(self, server):
        """Nothing is dropped."""
        self.assertEqual(self.targets(server), ["one.example.net."])
        self.assertEqual(self.targets(server, "198.51.100.1"), ["other.example.net."])

    def check_unreadable(self, part, why, is_other_served=False):
        """Part of the zones cannot be read, is changed meanwhile, and can be read again."""
        workspace = self.zones_workspace()
        server = self.enterContext(start_without_privileges(workspace))
        path = workspace.zones / part
        mode = path.stat().st_mode & 0o777
        path.chmod(0)
        self.addCleanup(lambda: path.exists() and path.chmod(mode))
        server.wait_for(rf"error: {re.escape(str(path))}: cannot be read: {why}")
        self.reload(workspace)
        self.assert_all_served(server)
        self.assertNotIn("gone", self.arpactl(workspace, "status").stdout)
        workspace.write_zone("sub/other", OTHER_CHANGED)
        workspace.write_zone("zone", TWO)
        if is_other_served:
            self.wait_for_target(server, "two.example.net.")
        else:
            self.reload(workspace)
            self.assertEqual(self.targets(server), ["one.example.net."])
        self.assertEqual(self.targets(server, "198.51.100.1"), ["other.example.net."])
        path.chmod(mode)
        self.wait_for_target(server, "two.example.net.")
        self.wait_for_target(server, "changed.example.net.", "198.51.100.1")
        workspace.write_zone("sub/other", OTHER)
        self.wait_for_target(server, "other.example.net.", "198.51.100.1")
        self.assertEqual(self.arpactl(workspace, "status").returncode, SUCCESS)
        return server

    @unittest.skipUnless(os.geteuid() == 0, "a test that is not root cannot write there either")
    def test_unreadable(self):
        self.check_unreadable(".", "Permission denied")

    @unittest.skipUnless(os.geteuid() == 0, "a test that is not root cannot write there either")
    def test_unreadable_part(self):
        self.check_unreadable("sub", "Permission denied", is_other_served=True)

    @unittest.skipUnless(os.geteuid() == 0, "a test that is not root cannot write there either")
    def test_unreadable_file(self):
        server = self.check_unreadable("sub/other.yaml", "Permission denied",
                                       is_other_served=True)
        self.assertIn("198.51.100.0/24 is served from its last good copy", server.log)

    def test_emptied(self):
        workspace = self.zones_workspace()
        server = self.start(workspace)
        for name in self.zones:
            (workspace.zones / f"{name}.yaml").unlink()
        server.wait_for("holds no zone file any more: all networks are served as they were")
        self.reload(workspace)
        self.assert_all_served(server)
        workspace.write_zone("zone", TWO)
        workspace.write_zone("sub/other", OTHER)
        self.wait_for_target(server, "two.example.net.")
        self.assertEqual(self.arpactl(workspace, "status").returncode, SUCCESS)

    def check_gone(self, take_away, bring_back):
        """The directory is away for a while."""
        workspace = self.zones_workspace()
        server = self.start(workspace)
        take_away(workspace)
        server.wait_for(rf"error: {re.escape(str(workspace.zones))}: cannot be read")
        self.reload(workspace)
        self.assert_all_served(server)
        bring_back(workspace)
        self.wait_for_target(server, "two.example.net.")
        workspace.write_zone("sub/other", OTHER_CHANGED)
        self.wait_for_target(server, "changed.example.net.", "198.51.100.1")
        self.assertEqual(self.arpactl(workspace, "status").returncode, SUCCESS)

    def make_again(self, workspace):
        """The directory is made beside its place, so that it is there as a whole."""
        new = workspace.directory / "new"
        (new / "sub").mkdir(parents=True)
        (new / "zone.yaml").write_text(TWO, encoding="utf-8")
        (new / "sub/other.yaml").write_text(OTHER, encoding="utf-8")
        new.rename(workspace.zones)

    def test_removed(self):
        self.check_gone(lambda workspace: shutil.rmtree(workspace.zones), self.make_again)

    def test_replaced_by_a_file(self):
        def replace(workspace):
            shutil.rmtree(workspace.zones)
            workspace.zones.write_text("in the way", encoding="utf-8")

        def make_again(workspace):
            workspace.zones.unlink()
            self.make_again(workspace)

        self.check_gone(replace, make_again)

    def linked_workspace(self, link, place):
        """Two directories of zones, and a link that leads to the first."""
        workspace = self.workspace({}, DROPPING)
        workspace.zones.rmdir()
        for version, text in (("v1", ONE), ("v2", TWO)):
            directory = workspace.directory / version / place
            directory.mkdir(parents=True)
            (directory / "zone.yaml").write_text(text, encoding="utf-8")
            (directory / "other.yaml").write_text(OTHER, encoding="utf-8")
        (workspace.directory / link).symlink_to("v1")
        return workspace

    def swap(self, workspace, link, target):
        """Lets a link lead elsewhere, in one step."""
        (workspace.directory / "new").symlink_to(target)
        os.replace(workspace.directory / "new", workspace.directory / link)

    def test_link_that_leads_elsewhere(self):
        workspace = self.linked_workspace("zones", "")
        server = self.start(workspace)
        self.warm_up(workspace, server)
        self.swap(workspace, "zones", "v2")
        self.wait_for_target(server, "two.example.net.")
        self.assertEqual(self.targets(server, "198.51.100.1"), ["other.example.net."])
        workspace.write_zone("other", OTHER_CHANGED)
        self.wait_for_target(server, "changed.example.net.", "198.51.100.1")

    def test_link_that_leads_nowhere(self):
        workspace = self.linked_workspace("zones", "")
        server = self.start(workspace)
        self.swap(workspace, "zones", "nowhere")
        server.wait_for(rf"error: {re.escape(str(workspace.zones))}: cannot be read")
        self.reload(workspace)
        self.assert_all_served(server)
        self.swap(workspace, "zones", "v2")
        self.wait_for_target(server, "two.example.net.")

    def test_link_above_that_leads_elsewhere(self):
        # As git-sync and many deployments do: `zones: current/zones`, where `current` is swapped.
        workspace = self.linked_workspace("current", "zones")
        workspace.zones = workspace.directory / "current/zones"
        workspace.write_config(workspace.config.read_text(encoding="utf-8")
                               .replace("zones: zones", "zones: current/zones"))
        server = self.start(workspace)
        self.warm_up(workspace, server)
        self.swap(workspace, "current", "v2")
        self.wait_for_target(server, "two.example.net.")

    def test_file_that_gets_another_name(self):
        # To either side of the old name in the order of names.
        for name in ("a", "zz"):
            with self.subTest(name):
                workspace = self.workspace({"zone": ONE, "other": OTHER})
                with workspace.start() as server:
                    self.warm_up(workspace, server)
                    (workspace.zones / "zone.yaml").rename(workspace.zones / f"{name}.yaml")
                    workspace.write_zone(name, TWO)
                    self.wait_for_target(server, "two.example.net.")
                    self.assertNotIn(" error: ", server.log)

    def test_replaced_by_one_with_other_file_names(self):
        workspace = self.zones_workspace(ZONE_DEFAULTS)
        server = self.start(workspace)
        new = workspace.directory / "new"
        (new / "deep").mkdir(parents=True)
        (new / "zz.yaml").write_text(TWO, encoding="utf-8")
        (new / "deep/a.yaml").write_text(OTHER_CHANGED, encoding="utf-8")
        workspace.zones.rename(workspace.directory / "old")
        new.rename(workspace.zones)
        self.wait_for_target(server, "two.example.net.")
        self.wait_for_target(server, "changed.example.net.", "198.51.100.1")


class HalfWritten(FaultTestCase):
    """A file of which only the beginning is there when it is noticed."""

    whole = zone(a="192.0.2.1: two.example.net", b="192.0.2.2: more.example.net")
    half = whole[:whole.index("0.2.2: more")]

    def assert_half_is_not_served(self, server):
        """The last good version is, until the rest comes."""
        server.wait_for(r"error: \S*zone\.yaml:4:")
        server.wait_for(r"192\.0\.2\.0/24 is served from its last good copy")
        self.assertEqual(self.targets(server), ["one.example.net."])

    def write_rest(self, workspace):
        """Opens the file again and appends."""
        with open(workspace.zones / "zone.yaml", "a", encoding="utf-8") as file:
            file.write(self.whole[len(self.half):])

    def test_noticed_when_it_was_closed(self):
        workspace = self.workspace({"zone": ONE})
        server = self.start(workspace)
        serial = server.serial(APEX)
        workspace.write_zone("zone", self.half)
        self.assert_half_is_not_served(server)
        self.assertEqual(server.serial(APEX), serial)
        self.write_rest(workspace)
        self.wait_for_target(server, "two.example.net.")
        self.assertEqual(self.targets(server, "192.0.2.2"), ["more.example.net."])
        self.assertTrue(is_newer(server.serial(APEX), serial))

    def test_noticed_by_a_reload_while_it_is_open(self):
        workspace = self.workspace({"zone": ONE})
        server = self.start(workspace)
        with open(workspace.zones / "zone.yaml", "w", encoding="utf-8") as file:
            file.write(self.half)
            file.flush()
            self.reload(workspace)
            self.assert_half_is_not_served(server)
            file.write(self.whole[len(self.half):])
        self.wait_for_target(server, "two.example.net.")
        self.assertEqual(self.targets(server, "192.0.2.2"), ["more.example.net."])

    def test_noticed_at_the_start(self):
        workspace = self.workspace({"zone": ONE})
        with workspace.start() as server:
            serial = server.serial(APEX)
        workspace.write_zone("zone", self.half)
        server = self.start(workspace)
        self.assert_half_is_not_served(server)
        self.assertEqual(server.serial(APEX), serial)
        self.write_rest(workspace)
        self.wait_for_target(server, "two.example.net.")

    def test_noticed_when_nothing_was_written_yet(self):
        workspace = self.workspace({"zone": ONE})
        server = self.start(workspace)
        workspace.write_zone("zone", "")
        server.wait_for("192.0.2.0/24 is served from its last good copy")
        self.assertEqual(self.targets(server), ["one.example.net."])
        workspace.write_zone("zone", self.whole)
        self.wait_for_target(server, "two.example.net.")


class Killed(FaultTestCase):
    """SIGKILL at any moment, while it starts or changes its zones."""

    rounds = 25
    least_rounds = 5
    bound_seconds = 20.0
    longest_start_seconds = 0.06
    longest_life_seconds = 0.12  # behind the start: some ten commits

    def setUp(self):
        self.chance = random.Random()
        self.space = self.workspace({"zone": self.text(0)}, UNWATCHED)
        self.written = 0  # the last version that was written
        self.seen = {}  # the version that clients were given with each serial
        self.newest = None  # the newest serial among them

    @staticmethod
    def text(version):
        """A zone file that tells its version in SOA and PTR; some are large."""
        beginning = LARGE if version % 4 == 3 else ""
        return (f"{beginning}soa: {{contact: v{version}@example.net}}\n"
                + zone(a=f"192.0.2.1: v{version}.example.net"))

    def write_next(self):
        """Writes the next version."""
        self.written += 1
        self.space.write_zone("zone", self.text(self.written))

    def note(self, reply):
        """Takes what a client was given into account, and returns the version."""
        (soa,) = reply.data("answer", "SOA")
        serial, version = soa[2], int(re.match(r"v(\d+)\.", soa[1])[1])
        if self.newest is not None and serial != self.newest:
            self.assertTrue(is_newer(serial, self.newest), f"{serial} after {self.newest}")
        self.newest = serial
        self.assertEqual(self.seen.setdefault(serial, version), version,
                         f"serial {serial} has had other content")
        return version

    def check_start(self, server, is_broken):
        """What a server serves behind the crash before."""
        least = self.seen.get(self.newest, 0)
        version = self.note(server.ask(APEX, "SOA"))
        self.assertEqual(self.targets(server), [f"v{version}.example.net."])
        if is_broken:
            self.assertIn("last good copy", server.log)
            self.assertLessEqual(least, version)
            self.assertLessEqual(version, self.written)
        else:
            self.assertEqual(version, self.written)

    def live(self, server):
        """Changes the zone and asks for its serial until the server is killed."""
        killer = threading.Timer(self.chance.uniform(0, self.longest_life_seconds),
                                 server.process.kill)
        killer.start()
        question = dns.query(APEX, "SOA", query_id=1)
        with server.udp() as client:
            while server.process.poll() is None:
                self.write_next()
                self.hang_up(server)
                with contextlib.suppress(TimeoutError, ConnectionRefusedError):
                    client.send(question)
                    self.note(dns.Reply(client.receive(patience=0.2)))
        killer.join()

    def kill_at_start(self):
        """Starts and is killed before or when it serves."""
        with subprocess.Popen([program("ARPAD"), "-c", self.space.config],
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(self.chance.uniform(0, self.longest_start_seconds))
            process.kill()

    def run_round(self):
        """Starts, with the file as it was, changed or broken, and is killed."""
        is_broken = self.newest is not None and self.chance.random() < 0.3
        if is_broken:
            self.space.write_zone("zone", BROKEN)
        elif self.chance.random() < 0.5:
            self.write_next()
        if self.chance.random() < 0.5:
            self.kill_at_start()
        with self.space.start() as server:
            self.check_start(server, is_broken)
            self.live(server)
            crash(server)

    def test_serials_never_go_back_and_copies_are_kept(self):
        seed = int(os.environ.get("ARPAD_TEST_SEED", random.randrange(2**32)))
        self.chance.seed(seed)
        with self.subTest(f"ARPAD_TEST_SEED={seed}"):
            deadline = time.monotonic() + self.bound_seconds
            for number in range(self.rounds):
                if number >= self.least_rounds and time.monotonic() > deadline:
                    break
                self.run_round()
            self.assertGreater(len(self.seen), self.least_rounds, "hardly any serial was seen")
            with self.space.start() as server:
                self.check_start(server, is_broken=False)
            rubbish = [path.name for path in self.space.state.iterdir()
                       if path.name.startswith((".arpad-", "state.db-"))]
            self.assertEqual(rubbish, [])
            self.assertLessEqual(len(list(self.space.state.glob("text-*"))), 1)


class Storm(FaultTestCase):
    """Much at once."""

    signals = 500
    networks = 10_000

    def keep_asking(self, server, is_over, lost):
        """Asks without ever asking twice, and notes what was not answered."""
        with server.udp() as client:
            for query_id in range(65536):
                if is_over.is_set():
                    return
                client.send(dns.query("1.2.0.192.in-addr.arpa.", query_id=query_id))
                try:
                    if dns.query_id_of(client.receive()) != query_id:
                        lost.append(query_id)
                except OSError as failure:
                    lost.append(failure)

    def test_hangups_lose_no_query_and_are_taken_together(self):
        # So many networks that a look takes longer than a signal.
        zones = {f"{i}": zone(f"10.{i // 250}.{i % 250}.0/24") for i in range(1000)}
        workspace = self.workspace({"zone": ONE, **zones}, UNWATCHED)
        server = self.start(workspace)
        is_over, lost = threading.Event(), []
        client = threading.Thread(target=self.keep_asking, args=(server, is_over, lost))
        client.start()
        try:
            started = time.monotonic()
            for _ in range(self.signals):
                os.kill(server.process.pid, signal.SIGHUP)
            workspace.write_zone("zone", TWO)
            self.assert_reload_succeeds(workspace)  # behind all looks before it
            seconds = time.monotonic() - started
        finally:
            is_over.set()
            client.join()
        self.assertEqual(lost, [])
        self.assertEqual(self.targets(server), ["two.example.net."])
        self.assertLess(seconds, 20.0)
        looks = len(LOOK.findall(server.log))
        self.assertLess(looks, self.signals / 5)

    def test_touched_files_raise_no_serial(self):
        workspace = self.workspace({})
        for i in range(self.networks):
            net = f"10.{i // 250}.{i % 250}"
            workspace.write_zone(f"{i:05}", zone(f"{net}.0/24", a=f"{net}.1: a.example.net"))
        started = time.monotonic()
        server = self.start(workspace)
        self.assertLess(time.monotonic() - started, START_SECONDS)
        self.assert_reload_succeeds(workspace)
        before = self.serials(workspace)
        self.assertEqual(len(before), self.networks)
        read_before = self.files_read(server)
        for i in range(self.networks):
            os.utime(workspace.zones / f"{i:05}.yaml")
        workspace.write_zone("01234", zone("10.4.234.0/24", a="10.4.234.1: b.example.net"))
        self.wait_for_target(server, "b.example.net.", "10.4.234.1")
        self.assert_reload_succeeds(workspace)
        after = self.serials(workspace)
        self.assertGreaterEqual(self.files_read(server) - read_before, self.networks)
        changed = {name for name, serial in after.items() if before[name] != serial}
        self.assertEqual(changed, {"234.4.10.in-addr.arpa."})
        self.assertTrue(is_newer(after["234.4.10.in-addr.arpa."], before["234.4.10.in-addr.arpa."]))

    def files_read(self, server):
        """How many files all looks have read."""
        return sum(map(int, LOOK.findall(server.log)))


class Clock(FaultTestCase):
    """The clock is behind what was served, or files are ahead of it.

    A test cannot set the clock: it is the machine's, time namespaces have only the monotonic ones,
    and faketime is no package that is needed otherwise. Nor need it: a clock that was set back
    shows in nothing but a serial that is ahead of the time, which a floor makes too.
    """

    ahead = 100_000_000  # seconds; about three years

    def test_serials_go_on_when_it_was_set_back(self):
        future = int(time.time()) + self.ahead
        for serials in ("unixtime", "date", "counter"):
            future = max(future, 2_100_010_100)  # ahead of every date too
            with self.subTest(serials):
                workspace = self.workspace({"zone": f"soa: {{serial: {future}}}\n" + ONE},
                                           UNWATCHED + f"serials: {serials}\n")
                with workspace.start() as server:
                    self.assertEqual(server.serial(APEX), future)
                    workspace.write_zone("zone", TWO)
                    self.assert_reload_succeeds(workspace)
                    self.assertEqual(server.serial(APEX), future + 1)
                    workspace.write_zone("zone", ONE)
                    self.assert_reload_succeeds(workspace)
                    self.assertEqual(server.serial(APEX), future + 2)
                with workspace.start() as server:
                    self.assertEqual(server.serial(APEX), future + 2)
                workspace.write_zone("zone", TWO)
                with workspace.start() as server:
                    self.assertEqual(server.serial(APEX), future + 3)

    def test_serials_go_on_behind_the_largest(self):
        workspace = self.workspace({"zone": f"soa: {{serial: {2**32 - 1}}}\n" + ONE},
                                   UNWATCHED + "serials: counter\n")
        server = self.start(workspace)
        for text in (TWO, ONE, TWO):
            serial = server.serial(APEX)
            workspace.write_zone("zone", text)
            self.assert_reload_succeeds(workspace)
            self.assertTrue(is_newer(server.serial(APEX), serial))

    def test_change_of_a_file_from_the_future_is_seen(self):
        # As large as before and, by its time, as old.
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        path = workspace.zones / "zone.yaml"
        future = time.time() + self.ahead
        os.utime(path, (future, future))
        server = self.start(workspace)
        for text, target in ((TWO, "two.example.net."), (ONE, "one.example.net.")):
            workspace.write_zone("zone", text)
            os.utime(path, (future, future))
            self.assert_reload_succeeds(workspace)
            self.assertEqual(self.targets(server), [target])
        # By the clock and not by the files' times, where there is a state.
        self.assertLess(server.serial(APEX), future - self.ahead / 2)

    def test_file_that_gets_older_is_seen(self):
        # As `cp -p` and a restored backup do.
        workspace = self.workspace({"zone": ONE})
        server = self.start(workspace)
        serial = server.serial(APEX)
        beside = workspace.directory / "new"
        beside.write_text(TWO, encoding="utf-8")
        os.utime(beside, (1_000_000_000, 1_000_000_000))
        os.replace(beside, workspace.zones / "zone.yaml")
        self.wait_for_target(server, "two.example.net.")
        self.assertTrue(is_newer(server.serial(APEX), serial))


class ControlSocket(FaultTestCase):
    """Its place is taken."""

    def assert_serves_without(self, workspace, server):
        """It answers and reloads."""
        self.assertEqual(self.targets(server), ["one.example.net."])
        workspace.write_zone("zone", TWO)
        self.hang_up(server)
        self.wait_for_target(server, "two.example.net.")

    def test_directory_in_its_place(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        (workspace.state / "control.sock").mkdir(parents=True)
        server = self.start(workspace)
        self.assertRegex(server.log, r"error: control socket \S+/control\.sock: ")
        self.assert_serves_without(workspace, server)
        done = self.arpactl(workspace, "status")
        self.assertEqual(done.returncode, FAILURE)
        self.assertIn("cannot reach arpad", done.stdout)

    def test_directory_in_its_place_is_named_as_the_reason(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        (workspace.state / "control.sock").mkdir(parents=True)
        server = self.start(workspace)
        self.assertRegex(server.log, r"control socket \S+/control\.sock: .*[Dd]irectory")
        self.assertNotIn("make the `state` directory writable", server.log)

    def test_file_in_its_place_is_replaced(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        workspace.state.mkdir()
        (workspace.state / "control.sock").write_text("in the way", encoding="utf-8")
        server = self.start(workspace)
        self.assertEqual(self.status(workspace)["process"], server.process.pid)

    def test_path_that_is_too_long(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        workspace.write_config(workspace.config.read_text(encoding="utf-8")
                               .replace("state: state", f"state: {'s' * 110}"))
        server = self.start(workspace)
        self.assertIn("the path is too long for a socket", server.log)
        self.assert_serves_without(workspace, server)

    def test_another_arpad_in_its_place(self):
        # Without the lock the second one would not have come so far.
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        first = self.start(workspace)
        (workspace.state / "lock").unlink()
        (workspace.state / "lock").mkdir()
        with workspace.start() as second:
            self.assertRegex(second.log, r"control socket \S+: another arpad listens there\n"
                                         r"  give each a `state` of its own")
            self.assertEqual(self.targets(second), ["one.example.net."])
            self.assertEqual(self.status(workspace)["process"], first.process.pid)
        self.assertEqual(self.status(workspace)["process"], first.process.pid)
        self.assertEqual(self.targets(first), ["one.example.net."])

    def test_socket_of_a_successor_is_left_alone(self):
        # The old server's directory was lost, so that a new one starts beside it.
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        old = self.start(workspace)
        shutil.rmtree(workspace.state)
        new = self.start(workspace)
        self.assertEqual(self.status(workspace)["process"], new.process.pid)
        old.stop()
        self.assertTrue((workspace.state / "control.sock").exists(), "the old server removed it")
        self.assertEqual(self.status(workspace)["process"], new.process.pid)


class RawServer:
    """An arpad of whose log nothing can be known."""

    log = "no log"

    def __init__(self, workspace, redirection="", **options):
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$0" "$@" {redirection}', program("ARPAD"), "-c", workspace.config],
            **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    @functools.cached_property
    def endpoint(self):
        """Where it listens, from the sockets that the system knows of it; once it serves."""
        pid = self.process.pid
        links = set()
        for path in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                links.add(os.readlink(path))
        for line in Path(f"/proc/{pid}/net/udp").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            address, port = fields[1].split(":")
            if f"socket:[{fields[9]}]" in links:
                return socket.inet_ntoa(struct.pack("=I", int(address, 16))), int(port, 16)
        raise AssertionError("it listens nowhere")

    def ask_ptr(self, address):
        """Asks for the names of an address."""
        return dns.ask_udp(self.endpoint, dns.query(dns.reverse_name(address)))


class LostLog(FaultTestCase):
    """Nobody reads what is logged. test_service has a part of it."""

    def start_raw(self, workspace, redirection="", **options):
        """A server that answers `arpactl`."""
        server = self.enterContext(RawServer(workspace, redirection, **options))
        deadline = time.monotonic() + START_SECONDS
        while self.arpactl(workspace, "status").returncode != SUCCESS:
            self.assertIsNone(server.process.poll(), "it has ended")
            self.assertLess(time.monotonic(), deadline, "it does not serve")
        return server

    def assert_works(self, workspace, server):
        """It notices, reloads, reports and stops in order, and a new start finds what it wrote."""
        self.assertEqual(self.targets(server), ["one.example.net."])
        workspace.write_zone("zone", BROKEN)
        self.assertEqual(self.reload(workspace).returncode, FAILURE)
        self.assertEqual(self.targets(server), ["one.example.net."])
        workspace.write_zone("zone", TWO)
        self.wait_for_target(server, "two.example.net.")
        self.assert_reload_succeeds(workspace)
        for _ in range(50):
            self.hang_up(server)
        self.assert_reload_succeeds(workspace)
        (serial,) = self.serials(workspace).values()
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(NOTICE_SECONDS), SUCCESS)
        with workspace.start() as again:
            self.assertEqual((again.serial(APEX), self.targets(again)),
                             (serial, ["two.example.net."]))

    def test_reader_that_goes_away(self):
        workspace = self.workspace({"zone": ONE})
        reader, writer = os.pipe()
        server = self.start_raw(workspace, stderr=writer)
        os.close(writer)
        os.close(reader)
        self.assert_works(workspace, server)

    def test_closed_from_the_start(self):
        for closed in ("2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                workspace = self.workspace({"zone": ONE})
                self.assert_works(workspace, self.start_raw(workspace, closed))

    def test_full_disk(self):
        workspace = self.workspace({"zone": ONE})
        self.assert_works(workspace, self.start_raw(workspace, "2>/dev/full"))

    def test_warning_about_the_configuration_that_nobody_hears(self):
        # It comes before the log is opened.
        defaults = ZONE_DEFAULTS.replace("ns1.", "ns_1.")
        for redirection in ("2>&-", "2>/dev/full"):
            with self.subTest(redirection):
                workspace = self.workspace({"zone": ONE}, defaults)
                self.assert_works(workspace, self.start_raw(workspace, redirection))

    def test_error_in_the_configuration_that_nobody_hears(self):
        workspace = self.workspace({"zone": ONE})
        workspace.write_config("listen: [")
        for redirection in ("2>&-", "2>/dev/full"):
            with self.subTest(redirection), RawServer(workspace, redirection) as server:
                self.assertEqual(server.process.wait(NOTICE_SECONDS), CONFIGURATION)

    def test_reader_that_does_not_read_holds_no_query_up(self):
        workspace = self.workspace({"zone": ONE},
                                   f"{ZONE_DEFAULTS}  transfer: {{allow: [127.0.0.1]}}\n")
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        size = fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
        server = self.start_raw(workspace, stderr=writer)
        os.close(writer)

        def octets_waiting():
            return struct.unpack("=i", fcntl.ioctl(reader, termios.FIONREAD, b"\0" * 4))[0]

        def is_full():
            self.hang_up(server)
            return octets_waiting() > size - 200

        endpoint = server.endpoint
        self.wait_until(is_full, server)
        self.hang_up(server)
        for _ in range(20):  # each of them is logged, by whatever thread has answered it
            with dns.TcpClient(endpoint) as client:
                client.send(dns.framed(dns.query("2.0.192.in-addr.arpa.", "AXFR")))
                self.assertEqual(len(dns.Reply(client.receive()).records("answer", "SOA")), 2)
        with dns.UdpClient(endpoint) as client:
            for query_id in range(200):
                client.send(dns.query("1.2.0.192.in-addr.arpa.", query_id=query_id))
                self.assertEqual(dns.query_id_of(client.receive()), query_id)
        drain = threading.Thread(target=self.read_to_the_end, args=(reader,))
        drain.start()
        self.assert_reload_succeeds(workspace)
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(NOTICE_SECONDS), SUCCESS)
        drain.join()

    @staticmethod
    def read_to_the_end(reader):
        """Reads until nobody writes any more."""
        while os.read(reader, 65536):
            pass


if __name__ == "__main__":
    unittest.main()

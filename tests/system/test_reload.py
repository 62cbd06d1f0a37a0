"""Zone files change while arpad runs: on SIGHUP and when it notices by itself."""

import os
import shlex
import shutil
import signal
import subprocess
import time
import unittest
import unittest.mock

from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, program

APEX = "2.0.192.in-addr.arpa."
PATIENCE_SECONDS = 20.0
# Runs a command where there is no instance of inotify.
NO_INOTIFY = ["unshare", "--user", "--map-root-user", "sh", "-c",
              'echo 0 > /proc/sys/user/max_inotify_instances && exec "$0" "$@"']
UNWATCHED = ZONE_DEFAULTS + "reload: {watch: false}\n"


def zone(network="192.0.2.0/24", **records):
    """A zone file; records are like a1="192.0.2.1: one.example.net"."""
    lines = "".join(f"  {record}\n" for record in records.values())
    return f"network: {network}\nrecords:\n{lines or '  {}'}\n"


ONE = zone(a="192.0.2.1: one.example.net")
TWO = zone(a="192.0.2.1: two.example.net")
OTHER = zone("198.51.100.0/24", a="198.51.100.1: other.example.net")
BROKEN = zone(a="192.0.2.1: a..b")


class ReloadTestCase(ReplyTestCase):
    """What all tests here need."""

    def workspace(self, zones, settings=ZONE_DEFAULTS, **options):
        """A workspace that is removed after the test."""
        return self.enterContext(Workspace(zones, settings, **options))

    def start(self, workspace):
        """A running server that is stopped after the test."""
        return self.enterContext(workspace.start())

    def replace(self, workspace, name, text):
        """Writes a zone file as careful programs do: beside it, and renamed."""
        beside = workspace.directory / "new"
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, workspace.zones / f"{name}.yaml")

    def reload(self, server):
        """Sends SIGHUP and waits until the files were looked at."""
        reloads = server.log.count("reloaded: ")
        server.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: server.log.count("reloaded: ") > reloads, server)

    def wait_until(self, condition, server):
        """Waits until something is so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"not within {PATIENCE_SECONDS:.0f} s:\n{server.log}")
            time.sleep(0.02)

    def wait_for_ptr(self, server, address, *targets):
        """Waits until an address has these names."""
        self.wait_until(lambda: server.ask_ptr(address).data("answer", "PTR") == list(targets),
                        server)


class OnHangup(ReloadTestCase):
    """SIGHUP, with watching switched off."""

    def test_changed_file_is_served_with_a_new_serial(self):
        workspace = self.workspace({"zone": ONE, "other": OTHER}, UNWATCHED)
        server = self.start(workspace)
        serial, other = server.serial(APEX), server.serial("100.51.198.in-addr.arpa.")
        workspace.write_zone("zone", TWO)
        self.reload(server)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "two.example.net.")
        self.assertGreater(server.serial(APEX), serial)
        self.assertEqual(server.serial("100.51.198.in-addr.arpa."), other)

    def test_nothing_changes_before(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        server = self.start(workspace)
        workspace.write_zone("zone", TWO)
        time.sleep(1.0)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")

    def test_serial_survives_a_restart_after_a_reload(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        with workspace.start() as server:
            workspace.write_zone("zone", TWO)
            self.reload(server)
            serial = server.serial(APEX)
        with workspace.start() as server:
            self.assertEqual(server.serial(APEX), serial)

    def test_reload_with_nothing_changed_reads_no_file(self):
        workspace = self.workspace({"zone": ONE, "other": OTHER}, UNWATCHED)
        server = self.start(workspace)
        time.sleep(2.5)  # stamps younger than that are not trusted
        self.reload(server)
        self.reload(server)
        self.assertIn("reloaded: 0 files read, 0 zones changed", server.log)

    def test_broken_file_keeps_its_last_good_version(self):
        workspace = self.workspace({"zone": ONE, "other": OTHER}, UNWATCHED)
        server = self.start(workspace)
        workspace.write_zone("zone", BROKEN)
        workspace.write_zone("other", zone("198.51.100.0/24", a="198.51.100.1: new.example.net"))
        self.reload(server)
        self.assertRegex(server.log, r"error: \S*zone\.yaml:3:14: ")
        self.assertIn("192.0.2.0/24 is served from its last good copy", server.log)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
        self.assert_ptr(server.ask_ptr("198.51.100.1"), "new.example.net.")
        workspace.write_zone("zone", TWO)
        self.reload(server)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "two.example.net.")

    def test_removed_file_is_dropped(self):
        workspace = self.workspace({"zone": ONE, "other": OTHER}, UNWATCHED)
        server = self.start(workspace)
        (workspace.zones / "zone.yaml").unlink()
        self.reload(server)
        self.assertRegex(server.log, r"zone\.yaml: the file is gone: 192\.0\.2\.0/24 is not served")
        self.assert_bare(server.ask(APEX, "SOA"), "REFUSED")
        self.assert_ptr(server.ask_ptr("198.51.100.1"), "other.example.net.")

    def test_emptied_directory_drops_nothing(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        server = self.start(workspace)
        (workspace.zones / "zone.yaml").unlink()
        self.reload(server)
        self.assertIn("holds no zone file any more", server.log)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")

    def test_new_defaults_reach_all_networks(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        server = self.start(workspace)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.", ttl=3600)
        text = workspace.config.read_text(encoding="utf-8")
        workspace.write_config(text.replace("ttl: 1h", "ttl: 2h").replace("workers: 1",
                                                                          "workers: 2"))
        self.reload(server)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.", ttl=7200)
        self.assertRegex(server.log, "take effect when arpad is restarted: workers")

    def test_broken_configuration_is_kept_as_it_was(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        server = self.start(workspace)
        workspace.write_config("listen: [")
        workspace.write_zone("zone", TWO)
        self.reload(server)
        self.assertIn("the configuration is kept as it was read before", server.log)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "two.example.net.")

    def test_storm_of_hangups(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        server = self.start(workspace)
        workspace.write_zone("zone", TWO)
        for _ in range(500):
            server.process.send_signal(signal.SIGHUP)
        self.wait_for_ptr(server, "192.0.2.1", "two.example.net.")
        self.reload(server)

    def test_clock_that_was_ahead(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        server = self.start(workspace)
        serial = server.serial(APEX)
        for text in (TWO, ONE, TWO, ONE):  # more changes than seconds
            workspace.write_zone("zone", text)
            self.reload(server)
            self.assertGreater(server.serial(APEX), serial)
            serial = server.serial(APEX)


class Watching(ReloadTestCase):
    """The server notices by itself."""

    def test_file_that_is_rewritten(self):
        workspace = self.workspace({"zone": ONE})
        server = self.start(workspace)
        workspace.write_zone("zone", TWO)
        self.wait_for_ptr(server, "192.0.2.1", "two.example.net.")

    def test_file_that_is_replaced(self):
        workspace = self.workspace({"zone": ONE})
        server = self.start(workspace)
        self.replace(workspace, "zone", TWO)
        self.wait_for_ptr(server, "192.0.2.1", "two.example.net.")

    def test_new_file_in_a_new_directory(self):
        workspace = self.workspace({"zone": ONE})
        server = self.start(workspace)
        (workspace.zones / "a/b").mkdir(parents=True)
        workspace.write_zone("a/b/other", OTHER)
        self.wait_for_ptr(server, "198.51.100.1", "other.example.net.")
        workspace.write_zone("a/b/other", OTHER.replace("other.", "changed."))
        self.wait_for_ptr(server, "198.51.100.1", "changed.example.net.")

    def test_links_that_are_swapped(self):
        # As Kubernetes does with a ConfigMap: files are links into ..data, which is a link.
        workspace = self.workspace({})
        for version, text in (("..v1", ONE), ("..v2", TWO)):
            (workspace.zones / version).mkdir()
            (workspace.zones / version / "zone.yaml").write_text(text, encoding="utf-8")
        (workspace.zones / "..data").symlink_to("..v1")
        (workspace.zones / "zone.yaml").symlink_to("..data/zone.yaml")
        server = self.start(workspace)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
        (workspace.zones / "..new").symlink_to("..v2")
        os.replace(workspace.zones / "..new", workspace.zones / "..data")
        self.wait_for_ptr(server, "192.0.2.1", "two.example.net.")

    def test_file_behind_a_link_elsewhere(self):
        workspace = self.workspace({})
        target = workspace.directory / "elsewhere"
        target.mkdir()
        (target / "zone.yaml").write_text(ONE, encoding="utf-8")
        (workspace.zones / "zone.yaml").symlink_to(target / "zone.yaml")
        server = self.start(workspace)
        (target / "zone.yaml").write_text(TWO, encoding="utf-8")
        self.wait_for_ptr(server, "192.0.2.1", "two.example.net.")

    def test_zones_directory_that_is_swapped(self):
        workspace = self.workspace({"zone": ONE})
        server = self.start(workspace)
        other = workspace.directory / "new-zones"
        other.mkdir()
        (other / "zone.yaml").write_text(TWO, encoding="utf-8")
        workspace.zones.rename(workspace.directory / "old-zones")
        other.rename(workspace.zones)
        self.wait_for_ptr(server, "192.0.2.1", "two.example.net.")
        workspace.write_zone("zone", ONE)
        self.wait_for_ptr(server, "192.0.2.1", "one.example.net.")

    def test_removed_file_is_kept_until_an_operator_reloads(self):
        workspace = self.workspace({"zone": ONE, "other": OTHER})
        server = self.start(workspace)
        (workspace.zones / "zone.yaml").unlink()
        server.wait_for(r"zone\.yaml: the file is gone: 192\.0\.2\.0/24 is served as it was")
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
        self.reload(server)
        self.assert_bare(server.ask(APEX, "SOA"), "REFUSED")

    def test_removed_file_is_dropped_if_configured(self):
        workspace = self.workspace({"zone": ONE, "other": OTHER},
                                   ZONE_DEFAULTS + "reload: {removed_files: drop}\n")
        server = self.start(workspace)
        (workspace.zones / "zone.yaml").unlink()
        server.wait_for("is not served any more")
        self.wait_until(lambda: server.ask(APEX, "SOA").rcode == "REFUSED", server)

    def test_inventory(self):
        workspace = self.workspace({"zone": zone()}, ZONE_DEFAULTS + "inventory: inventory.yaml\n")
        inventory = workspace.directory / "inventory.yaml"
        text = "products: {vm: '{server}.example.net'}\nservers:\n" \
               "  NAME: {product: vm, addresses: [192.0.2.7]}\n"
        inventory.write_text(text.replace("NAME", "a"), encoding="utf-8")
        server = self.start(workspace)
        self.assert_ptr(server.ask_ptr("192.0.2.7"), "a.example.net.")
        inventory.write_text(text.replace("NAME", "b"), encoding="utf-8")
        self.wait_for_ptr(server, "192.0.2.7", "b.example.net.")

    def test_half_written_file_waits_for_its_end(self):
        workspace = self.workspace({"zone": ONE, "other": OTHER})
        server = self.start(workspace)
        with open(workspace.zones / "zone.yaml", "w", encoding="utf-8") as file:
            file.write(TWO[:30])
            file.flush()
            time.sleep(1.0)
            file.write(TWO[30:])
        self.wait_for_ptr(server, "192.0.2.1", "two.example.net.")
        self.assertNotIn(" error: ", server.log)

    def test_many_files_at_once(self):
        zones = {f"{i}": zone(f"10.0.{i}.0/24", a=f"10.0.{i}.1: a.example.net")
                 for i in range(200)}
        workspace = self.workspace(zones)
        server = self.start(workspace)
        for name, text in zones.items():
            self.replace(workspace, name, text.replace("a.example", "b.example"))
        for i in (0, 100, 199):
            self.wait_for_ptr(server, f"10.0.{i}.1", "b.example.net.")


    def test_where_nothing_can_be_watched_it_serves_all_the_same(self):
        if subprocess.run([*NO_INOTIFY, "true"], check=False, stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no user namespace may be made")
        workspace = self.workspace({"zone": ONE})
        script = workspace.directory / "arpad"
        script.write_text(f"#!/bin/sh\nexec {shlex.join(NO_INOTIFY)} {program('ARPAD')} \"$@\"\n",
                          encoding="ascii")
        script.chmod(0o755)
        with unittest.mock.patch.dict(os.environ, {"ARPAD": str(script)}):
            server = self.start(workspace)
        server.wait_for("error: changes of files are not noticed: inotify: ")
        self.replace(workspace, "zone", TWO)
        self.reload(server)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "two.example.net.")


class State(ReloadTestCase):
    """What a server does that cannot keep its state."""

    def test_directory_that_cannot_be_written(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        workspace.state.write_text("in the way", encoding="utf-8")
        os.utime(workspace.zones / "zone.yaml", (1_700_000_000, 1_700_000_000))
        for _ in range(2):
            with workspace.start() as server:
                self.assertIn("nothing is kept for the next start", server.log)
                self.assertEqual(server.serial(APEX), 1_700_000_000)
        with workspace.start() as server:
            workspace.write_zone("zone", TWO)
            os.utime(workspace.zones / "zone.yaml", (1_800_000_000, 1_800_000_000))
            self.reload(server)
            self.assertEqual(server.serial(APEX), 1_800_000_000)
            workspace.write_zone("zone", ONE)
            os.utime(workspace.zones / "zone.yaml", (1_600_000_000, 1_600_000_000))
            self.reload(server)
            self.assertEqual(server.serial(APEX), 1_800_000_001)

    def test_serials_that_can_still_be_read_go_on(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        with workspace.start() as server:
            serial = server.serial(APEX)
        (workspace.state / "lock").unlink()
        (workspace.state / "lock").mkdir()
        with workspace.start() as server:
            self.assertIn("nothing is kept for the next start", server.log)
            self.assertEqual(server.serial(APEX), serial)

    def test_directory_that_is_deleted_while_it_is_used(self):
        workspace = self.workspace({"zone": ONE}, UNWATCHED)
        server = self.start(workspace)
        shutil.rmtree(workspace.state)
        workspace.write_zone("zone", TWO)
        self.reload_or_refuse(server)
        self.assertIn(server.ask_ptr("192.0.2.1").data("answer", "PTR"),
                      (["one.example.net."], ["two.example.net."]))

    def reload_or_refuse(self, server):
        """SIGHUP; waits for either outcome."""
        server.process.send_signal(signal.SIGHUP)
        server.wait_for(r"reloaded: |all zones are served as they were")

    def test_strict_server_does_not_start_without_it(self):
        workspace = self.workspace({"zone": ONE})
        workspace.state.write_text("in the way", encoding="utf-8")
        self.assertEqual(workspace.run("--strict").returncode, 1)


if __name__ == "__main__":
    unittest.main()

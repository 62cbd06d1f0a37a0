"""Names that addresses are given beside the zone files."""

import getpass
import json
import random
import signal
import subprocess
import unittest

from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, program, run_program

APEX = "2.0.192.in-addr.arpa."
ZONE = """network: 192.0.2.0/24
ttl: 1h
edit_ttl: 5m
records:
  192.0.2.1: one.example.net
  192.0.2.2: {name: two.example.net, locked: true}
ranges:
  192.0.2.128-192.0.2.255: dyn-{ip}.example.net
delegations:
  192.0.2.16/28: {nameservers: [ns.example.org]}
"""


class Edits(ReplyTestCase):
    """Edits by way of arpactl."""

    def setUp(self):
        self.workspace = self.enterContext(Workspace({"zone": ZONE}, ZONE_DEFAULTS))

    def edits(self, *arguments, code=0):
        """Runs arpactl edits."""
        done = run_program("ARPACTL", "edits", *arguments, "-c", self.workspace.config)
        self.assertEqual(done.returncode, code, done.stdout)
        return done

    def reload(self):
        """Has the files read."""
        run_program("ARPACTL", "reload", "-c", self.workspace.config)

    def explain(self, address):
        """What arpactl says of an address: each finding's layer, and whether it is heard."""
        done = run_program("ARPACTL", "explain", address, "-c", self.workspace.config, "--json")
        findings = json.loads(done.stdout)["names"][0]["findings"]
        return [(finding["layer"], finding["effective"]) for finding in findings]

    def assert_name(self, server, address, *names, ttl=300):
        """The address has these names."""
        reply = server.ask_ptr(address)
        self.assertEqual(reply.rcode, "NOERROR")
        self.assertEqual(reply.data("answer", "PTR"), [f"{name}.example.net." for name in names])
        self.assertEqual({record.ttl for record in reply.answer}, {ttl})

    def test_a_name_is_set_and_reset(self):
        with self.workspace.start() as server:
            self.assert_name(server, "192.0.2.1", "one", ttl=3600)
            before = server.serial(APEX)
            self.edits("set", "192.0.2.1", "mail.example.net")
            self.assert_name(server, "192.0.2.1", "mail")
            changed = server.serial(APEX)
            self.assertGreater(changed, before)
            self.assertEqual(self.explain("192.0.2.1"), [("edit", True), ("record", False)])
            self.edits("reset", "192.0.2.1")
            self.assert_name(server, "192.0.2.1", "one", ttl=3600)
            self.assertGreater(server.serial(APEX), changed)

    def test_every_kind_of_address_can_be_named(self):
        with self.workspace.start() as server:
            self.edits("set", "192.0.2.200", "a.example.net", "b.example.net", "--ttl", "60")
            self.assert_name(server, "192.0.2.200", "a", "b", ttl=60)
            self.edits("set", "192.0.2.9", "nine.example.net")
            self.assert_name(server, "192.0.2.9", "nine")
            self.edits("reset", "192.0.2.200", "192.0.2.9")
            self.assert_name(server, "192.0.2.200", "dyn-192-0-2-200", ttl=3600)
            self.assertEqual(server.ask_ptr("192.0.2.9").rcode, "NXDOMAIN")

    def test_what_the_files_do_not_allow_is_refused(self):
        with self.workspace.start() as server:
            before = server.serial(APEX)
            for address, reason in (
                    ("192.0.2.2", "192.0.2.2 is locked in .*zone.yaml"),
                    ("192.0.2.17", "has a (CNAME|NS) record"),
                    ("198.51.100.1", "198.51.100.1 lies in no network")):
                self.assertRegex(self.edits("set", address, "x.example.net", code=1).stdout, reason)
            self.assertRegex(self.edits("set", "192.0.2.1", "a..example.net", code=1).stdout,
                             "192.0.2.1: ")
            self.assertEqual(server.serial(APEX), before)

    def test_edits_stay_over_restarts_and_reloads(self):
        with self.workspace.start() as server:
            self.edits("set", "192.0.2.1", "mail.example.net")
            serial = server.serial(APEX)
        with self.workspace.start() as server:
            self.assert_name(server, "192.0.2.1", "mail")
            self.assertEqual(server.serial(APEX), serial)
            self.workspace.write_zone("zone", ZONE.replace("one.example", "other.example"))
            self.reload()
            self.assert_name(server, "192.0.2.1", "mail")
            self.edits("reset", "192.0.2.1")
            self.assert_name(server, "192.0.2.1", "other", ttl=3600)
            self.workspace.write_zone("zone", ZONE.replace("one.example", "third.example"))
            self.reload()
            self.assert_name(server, "192.0.2.1", "third", ttl=3600)

    def test_a_lock_that_comes_later_hides_the_edit(self):
        with self.workspace.start() as server:
            self.edits("set", "192.0.2.1", "mail.example.net")
            self.workspace.write_zone(
                "zone", ZONE.replace("one.example.net", "{name: one.example.net, locked: true}"))
            self.reload()
            self.assert_name(server, "192.0.2.1", "one", ttl=3600)
            self.assertEqual(self.explain("192.0.2.1"), [("edit", False), ("record", True)])

    def test_they_are_listed_and_exported(self):
        with self.workspace.start():
            self.edits("set", "192.0.2.1", "mail.example.net")
            self.edits("set", "192.0.2.10", "ten.example.net", "--ttl", "60")
        self.assertEqual(self.edits("list").stdout, "192.0.2.1 mail.example.net.\n"
                                                    "192.0.2.10 ten.example.net. (ttl 60)\n")
        self.assertEqual(json.loads(self.edits("list", "192.0.2.10", "--json").stdout),
                         {"edits": [{"address": "192.0.2.10", "names": ["ten.example.net."],
                                     "layer": "edit", "ttl": 60, "change": 2}]})
        exported = run_program("ARPACTL", "export", "all", "-c", self.workspace.config).stdout
        self.assertRegex(exported, r"1\.2\.0\.192\.in-addr\.arpa\. 300 IN PTR mail\.example\.net\.")

    def history(self, *arguments):
        """What the history says: address, names before and after, who."""
        done = self.edits("history", *arguments, "--json")
        return [(entry["address"], *(entry[key] and entry[key]["names"] for key in ("from", "to")),
                 entry["who"]) for entry in json.loads(done.stdout)["history"]]

    def test_what_was_changed_is_known_and_taken_back(self):
        who = getpass.getuser()
        with self.workspace.start() as server:
            self.assertEqual(self.history(), [])
            first = json.loads(self.edits("set", "192.0.2.1", "mail.example.net", "--json").stdout)
            self.edits("set", "192.0.2.9", "nine.example.net")
            self.assertEqual(self.history(),
                             [("192.0.2.9", None, ["nine.example.net."], who),
                              ("192.0.2.1", ["one.example.net."], ["mail.example.net."], who)])
            self.assertEqual(len(self.history("192.0.2.0/29")), 1)
            self.assertEqual(len(self.history("--limit", "1")), 1)
            self.edits("undo", str(first["change"]))
            self.assert_name(server, "192.0.2.1", "one", ttl=3600)
            self.assertRegex(self.edits("undo", str(first["change"]), code=1).stdout,
                             f"192.0.2.1 has been changed since change {first['change']}")
            self.assertRegex(self.edits("undo", "99", code=1).stdout, "there is no change 99")
        self.assertRegex(self.edits("history", "192.0.2.1").stdout,
                         rf"UTC change 3, undoes 1, by {who} through arpactl\n"
                         r"  192\.0\.2\.1: mail\.example\.net\. \(ttl 300\) -> "
                         r"one\.example\.net\. \(ttl 3600\)\n")
        with self.workspace.start() as server:
            self.edits("undo", "3")
            self.assert_name(server, "192.0.2.1", "mail")

    def test_hidden_records_are_reported(self):
        with self.workspace.start() as server:
            self.edits("set", "192.0.2.1", "mail.example.net")
            self.edits("set", "192.0.2.9", "nine.example.net")
            checked = run_program("ARPACTL", "check", "-c", self.workspace.config)
            self.assertEqual(checked.returncode, 0, checked.stdout)
            warning = (r"zone.yaml:5:3: warning: 192\.0\.2\.1 is hidden by an edit of "
                       rf"{getpass.getuser()} through arpactl, \d{{4}}-\d\d-\d\d\n  lock it, or undo")
            self.assertRegex(checked.stdout, warning)
            self.assertNotIn("192.0.2.9", checked.stdout)
            self.workspace.write_zone("zone", ZONE + "# a comment\n")
            self.reload()
            server.wait_for("192.0.2.1 is hidden by an edit of")
            explained = run_program("ARPACTL", "explain", "192.0.2.1", "-c", self.workspace.config)
            self.assertIn(f"made by {getpass.getuser()} through arpactl", explained.stdout)

    def test_edits_are_written_into_the_file(self):
        with self.workspace.start() as server:
            for address, name in (("192.0.2.1", "mail.example.net"), ("192.0.2.9", "nine.example.net"),
                                  ("192.0.2.200", "far.example.net")):
                self.edits("set", address, name)
            adopted = subprocess.run(
                [program("ARPACTL"), "adopt", "192.0.2.0/24", "-c", self.workspace.config],
                capture_output=True, text=True, check=True)
            self.assertEqual(adopted.stdout, ZONE.replace(
                "192.0.2.1: one.example.net\n", "192.0.2.1: {name: mail.example.net, ttl: 300}\n")
                .replace("locked: true}\n", "locked: true}\n"
                         "  192.0.2.9: {name: nine.example.net, ttl: 300}\n"
                         "  192.0.2.200: {name: far.example.net, ttl: 300}\n"))
            self.assertIn("3 names of edits", adopted.stderr)
            before = server.serial(APEX)
            self.workspace.write_zone("zone", adopted.stdout)
            self.reload()
            self.edits("reset", "192.0.2.0/24")
            self.assertEqual(self.edits("list").stdout, "")
            self.assert_name(server, "192.0.2.1", "mail")
            self.assert_name(server, "192.0.2.200", "far")
            self.assertGreaterEqual(server.serial(APEX), before)
        self.assertRegex(run_program("ARPACTL", "adopt", "10.0.0.0/8", "-c",
                                     self.workspace.config).stdout, "no network 10.0.0.0/8")

    def test_they_are_a_table(self):
        with self.workspace.start():
            self.edits("set", "192.0.2.1", "a.example.net", "b.example.net", "--ttl", "60")
        table = subprocess.run(
            [program("ARPACTL"), "edits", "export", "-c", self.workspace.config],
            capture_output=True, check=True).stdout.decode()
        self.assertEqual(table, "address,name,ttl,account,server,change\r\n"
                                '192.0.2.1,"a.example.net b.example.net",60,"","",1\r\n')

    def test_what_is_acknowledged_outlives_a_kill(self):
        names = {}
        for generation in range(5):
            with self.workspace.start() as server:
                for address, name in names.items():
                    self.assert_name(server, address, name)
                for number in range(random.randrange(1, 6)):
                    address, name = f"192.0.2.{100 + number}", f"n{generation}-{number}"
                    self.edits("set", address, f"{name}.example.net")
                    names[address] = name
                serial = server.serial(APEX)
                server._end(signal.SIGKILL)  # pylint: disable=protected-access
            with self.workspace.start() as server:
                self.assertEqual(server.serial(APEX), serial)


if __name__ == "__main__":
    unittest.main()

"""arpactl with a running server: status, reload, plan, stats, query, log level."""

import json
import os
import re
import unittest
import urllib.error
import urllib.request

from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, run_program

UNWATCHED = ZONE_DEFAULTS + "reload: {watch: false}\n"
ONE = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: one.example.net\n  192.0.2.2: two.example.net\n"
OTHER = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: uno.example.net\n  192.0.2.3: tre.example.net\n"
BROKEN = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: a..b\n"
SUCCESS, FAILURE, USAGE, CHANGES = range(4)


class ControlTestCase(ReplyTestCase):
    """A server that does not watch its files, and arpactl."""

    def setUp(self):
        self.workspace = self.enterContext(Workspace({"zone": ONE}, UNWATCHED))
        self.server = self.enterContext(self.workspace.start())

    def arpactl(self, *arguments, expected=SUCCESS):
        """What arpactl prints."""
        done = run_program("ARPACTL", *arguments, "-c", self.workspace.config)
        self.assertEqual(done.returncode, expected, done.stdout)
        return done.stdout

    def arpactl_json(self, *arguments, expected=SUCCESS):
        """What it prints with --json."""
        return json.loads(self.arpactl(*arguments, "--json", expected=expected))


class Status(ControlTestCase):
    """arpactl status."""

    def test_of_a_sound_server(self):
        text = self.arpactl("status")
        self.assertRegex(text, r"^arpad \S+, process \d+, up \d+s, generation 1, 1 worker, "
                               r"state durable\n1 zone, 1 network, 2 records\n")
        self.assertRegex(text, r"192\.0\.2\.0/24 +current +2 +\d+ ")

    def test_as_json(self):
        status = self.arpactl_json("status")
        self.assertEqual(status["process"], self.server.process.pid)
        (network,) = status["networks"]
        self.assertEqual(network["standing"], "current")
        self.assertEqual(network["records"], 2)
        (zone,) = network["zones"]
        self.assertEqual(zone["serial"], self.server.serial(zone["name"]))

    def test_of_a_broken_file(self):
        self.workspace.write_zone("zone", BROKEN)
        self.arpactl("reload", expected=FAILURE)
        text = self.arpactl("status", expected=FAILURE)
        self.assertRegex(text, r"192\.0\.2\.0/24 +last good +2 ")
        self.assertRegex(text, r"zone\.yaml:3:14: error: ")
        self.workspace.write_zone("zone", ONE)
        self.arpactl("reload")
        self.arpactl("status")

    def test_without_a_server(self):
        self.server.stop()
        text = self.arpactl("status", expected=FAILURE)
        self.assertIn("cannot reach arpad", text)
        self.assertIn(str(self.workspace.state / "control.sock"), text)


class Plan(ControlTestCase):
    """arpactl plan."""

    def test_of_nothing(self):
        self.assertEqual(self.arpactl("plan"), "nothing would change\n")

    def test_of_changed_names(self):
        serial = self.server.serial("2.0.192.in-addr.arpa.")
        self.workspace.write_zone("zone", OTHER)
        text = self.arpactl("plan", expected=CHANGES)
        self.assertRegex(text, rf"^2\.0\.192\.in-addr\.arpa\. serial {serial} -> \d+: "
                               r"1 added, 1 removed, 1 changed\n")
        for line in ("- 1.2.0.192.in-addr.arpa. PTR one.example.net.",
                     "+ 1.2.0.192.in-addr.arpa. PTR uno.example.net.",
                     "- 2.2.0.192.in-addr.arpa. PTR two.example.net.",
                     "+ 3.2.0.192.in-addr.arpa. PTR tre.example.net."):
            self.assertIn(f"  {line}\n", text)
        # Nothing of it was done, and no serial was used up.
        self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "one.example.net.")
        planned = self.arpactl_json("plan", expected=CHANGES)["zones"][0]["serial_after"]
        self.arpactl("reload")
        self.assertGreaterEqual(self.server.serial("2.0.192.in-addr.arpa."), planned)
        self.assertEqual(self.arpactl("plan"), "nothing would change\n")

    def test_of_an_error(self):
        self.workspace.write_zone("zone", BROKEN)
        self.assertRegex(self.arpactl("plan", expected=FAILURE), r"zone\.yaml:3:14: error: ")

    def test_of_a_removed_file(self):
        self.workspace.write_zone("more", ONE.replace("192.0.2", "198.51.100"))
        self.arpactl("reload")
        (self.workspace.zones / "zone.yaml").unlink()
        text = self.arpactl("plan", expected=CHANGES)
        self.assertIn("192.0.2.0/24 would not be served any more\n", text)
        self.assertRegex(text, r"serial \d+ -> none: 0 added, \d+ removed, 0 changed")


class Others(ControlTestCase):
    """The other commands."""

    def test_reload_tells_what_it_did(self):
        self.workspace.write_zone("zone", OTHER)
        self.assertEqual(self.arpactl("reload"),
                         "1 file read, 1 zone changed, 0 networks dropped; 0 errors, 0 warnings\n")
        self.assert_ptr(self.server.ask_ptr("192.0.2.1"), "uno.example.net.")
        self.assertEqual(self.arpactl_json("reload")["zones_changed"], 0)

    def test_reload_drops_removed_networks(self):
        self.workspace.write_zone("more", ONE.replace("192.0.2", "198.51.100"))
        self.arpactl("reload")
        (self.workspace.zones / "zone.yaml").unlink()
        self.assertEqual(self.arpactl_json("reload")["networks_dropped"], 1)

    def test_stats_count_replies(self):
        self.server.ask_ptr("192.0.2.1")
        self.server.ask_ptr("192.0.2.99")
        self.server.ask("example.net.", "SOA")
        replies = self.arpactl_json("stats")["replies"]
        self.assertEqual(replies, {"NOERROR": 1, "NXDOMAIN": 1, "REFUSED": 1})
        self.assertRegex(self.arpactl("stats"), r"NXDOMAIN +1\n")

    def test_stats_count_connections(self):
        with self.server.tcp() as client:
            client.ask(b"\0" * 12)
            self.assertEqual(self.arpactl_json("stats")["tcp_connections"], 1)

    def test_query_asks_the_server(self):
        self.assertEqual(self.arpactl("query", "192.0.2.1"),
                         "NOERROR, authoritative\n"
                         "1.2.0.192.in-addr.arpa. 3600 IN PTR one.example.net.\n")
        self.assertRegex(self.arpactl("query", "192.0.2.77"), r"^NXDOMAIN, authoritative\n.* SOA ")
        answer = self.arpactl_json("query", "2.0.192.in-addr.arpa", "--type", "ns")
        self.assertEqual(len(answer["answer"]), 2)
        self.arpactl("query", "192.0.2.1", "--type", "nonsense", expected=USAGE)

    def test_log_level_can_be_changed(self):
        self.arpactl("log", "level", "error")
        self.workspace.write_zone("zone", OTHER)
        self.arpactl("reload")
        self.assertNotIn("reloading on request", self.server.log)
        self.arpactl("log", "level", "info")
        self.arpactl("reload")
        self.server.wait_for("reloading on request")
        self.arpactl("log", "level", "loud", expected=USAGE)

    def test_socket_can_be_named(self):
        # From another directory, with another configuration.
        done = run_program("ARPACTL", "stats", "--socket",
                           self.workspace.state / "control.sock", cwd="/")
        self.assertEqual(done.returncode, SUCCESS, done.stdout)

    def test_crash_leaves_a_socket_that_is_replaced(self):
        self.server.process.kill()
        self.server.process.wait()
        self.server.process.stderr.close()
        self.assertTrue((self.workspace.state / "control.sock").exists())
        self.server = self.enterContext(self.workspace.start())
        self.arpactl("status")

    def test_ordinary_users_are_kept_out(self):
        mode = os.stat(self.workspace.state / "control.sock").st_mode & 0o777
        self.assertEqual(mode, 0o660)


class Measured(ReplyTestCase):
    """Metrics and the query log."""

    # A line of Prometheus' text format.
    sample = re.compile(r'[a-z_:]+(\{[a-z_]+="(?:[^"\\\n]|\\.)*"(,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? \S+')

    def start(self, settings=""):
        """A server that offers metrics."""
        self.workspace = self.enterContext(Workspace(
            {"zone": ONE}, UNWATCHED + "metrics: {listen: \"127.0.0.1:0\"}\n" + settings,
            workers=2))
        self.server = self.enterContext(self.workspace.start())
        self.server.wait_for("metrics at ")

    def metrics(self):
        """The samples by name and labels, from a text that is well formed."""
        url = re.search(r"metrics at (\S+)", self.server.log)[1]
        with urllib.request.urlopen(url, timeout=30) as reply:
            self.assertIn("text/plain; version=0.0.4", reply.headers["Content-Type"])
            lines = reply.read().decode("utf-8").splitlines()
        families = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
        self.assertEqual(len(families), len(set(families)), "a family comes twice")
        samples = [line for line in lines if not line.startswith("#")]
        for line in samples:
            self.assertRegex(line, f"^{self.sample.pattern}$")
        values = dict(line.rsplit(" ", 1) for line in samples)
        self.assertEqual(len(values), len(samples), "a sample comes twice")
        return {name: float(value) for name, value in values.items()}

    def test_metrics_tell_what_was_asked_and_what_is_served(self):
        self.start()
        for _ in range(3):
            self.server.ask_ptr("192.0.2.77")
        self.server.ask_ptr("192.0.2.1")
        metrics = self.metrics()
        udp = 'transport="udp",family="ipv4"'
        self.assertEqual(metrics[f'arpad_replies_total{{{udp},rcode="NXDOMAIN"}}'], 3)
        self.assertEqual(metrics[f'arpad_replies_total{{{udp},rcode="NOERROR"}}'], 1)
        self.assertEqual(metrics['arpad_questions_total{type="PTR"}'], 4)
        self.assertEqual(metrics['arpad_zone_replies_total{zone="2.0.192.in-addr.arpa."}'], 4)
        self.assertEqual(metrics['arpad_zone_nxdomain_total{zone="2.0.192.in-addr.arpa."}'], 3)
        self.assertEqual(metrics['arpad_missing_ptr_queries{address="192.0.2.77"}'], 3)
        self.assertEqual(metrics['arpad_missing_ptr_client_queries{client="127.0.0.1"}'], 3)
        self.assertEqual(metrics['arpad_answer_seconds_count{transport="udp"}'], 4)
        self.assertEqual(metrics['arpad_zone_serial{zone="2.0.192.in-addr.arpa."}'],
                         self.server.serial("2.0.192.in-addr.arpa."))
        labels = f'network="192.0.2.0/24",file="{self.workspace.zones / "zone.yaml"}"'
        self.assertEqual(metrics[f"arpad_network_records{{{labels}}}"], 2)
        self.assertEqual(metrics[f"arpad_network_is_current{{{labels}}}"], 1)
        self.assertGreater(metrics["process_resident_memory_bytes"], 0)

    def test_metrics_address_offers_nothing_else(self):
        self.start()
        url = re.search(r"metrics at (\S+)/metrics", self.server.log)[1]
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url + "/v1/status", timeout=30)
        self.assertEqual(refused.exception.code, 404)

    def test_query_log(self):
        self.start("query_log: {sample: 1, rcodes: [NXDOMAIN]}\n")
        self.server.ask_ptr("192.0.2.1")
        self.server.ask_ptr("192.0.2.77")
        self.server.wait_for(r"query 127\.0\.0\.1#\d+ udp 77\.2\.0\.192\.in-addr\.arpa\. PTR ")
        self.assertNotIn(" 1.2.0.192", self.server.log)
        run_program("ARPACTL", "log", "queries", "-c", self.workspace.config, "--network",
                    "192.0.2.1")
        self.server.ask_ptr("192.0.2.1")
        self.server.wait_for(r"query \S+ udp 1\.2\.0\.192\.in-addr\.arpa\. PTR \S+ NOERROR")
        run_program("ARPACTL", "log", "queries", "-c", self.workspace.config, "--off")
        self.server.wait_for("query log off")


if __name__ == "__main__":
    unittest.main()

"""Metrics as Prometheus sees them, and that alert rules, dashboard and guide fit them."""

import json
import re
import subprocess
import unittest
import urllib.request
from pathlib import Path

import dns_client as dns
from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS
from certificates import Authority
from dns_tools import find_tool
from ports import free_port

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "config" / "prometheus" / "arpad.rules.yml"
RULES_TEST = RULES.with_name("arpad.test.yml")
DASHBOARD = ROOT / "config" / "grafana" / "arpad.json"
GUIDE = ROOT / "docs" / "guide.md"

SECONDS = 60
SOUND = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: one.example.net\n"
INVENTORY = """\
products: {miniserver: "{server}.miniserver.example"}
servers:
  one: {product: miniserver, addresses: [192.0.2.9]}
"""
BROKEN = "network: 198.51.100.0/24\nrecords:\n  198.51.100.1: a..b\n"

_NAME = re.compile(r"\b(?:arpad|process)_[a-z_]*[a-z]\b")
# A metric with conditions on its labels.
_SELECTOR = re.compile(r"\b((?:arpad|process)_\w+)\{([^}]*)\}")
_LABEL = re.compile(r'(\w+)=~?"')
# Prometheus adds these.
TARGET_LABELS = {"job", "instance"}


def promtool(*arguments, text=None, cwd=None):
    """Runs promtool; both of its outputs are in `stdout`."""
    return subprocess.run(
        [find_tool("promtool"), *map(str, arguments)], input=text, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=SECONDS, check=False, cwd=cwd, text=True)


def dashboard_expressions():
    """What the panels of the dashboard show, and what its variables offer."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    panels = [target["expr"] for panel in dashboard["panels"]
              for target in panel.get("targets", [])]
    variables = [variable["definition"] for variable in dashboard["templating"]["list"]
                 if variable["type"] == "query"]
    return panels, variables


class Monitoring(ReplyTestCase):
    """A server to which everything has happened that a metric tells of."""

    zones = {"sound": SOUND, "broken": BROKEN,
             "other": "zone: other.example\nprimaries: [\"127.0.0.1:1\"]\n"}
    settings = (ZONE_DEFAULTS + "metrics: {listen: \"127.0.0.1:0\"}\n"
                "inventory: inventory.yaml\nweb: {listen: [\"127.0.0.1:0\"]}\n")

    @classmethod
    def setUpClass(cls):
        tls = f"tls: {{listen: [\"127.0.0.1:{free_port()}\"], certificate: tls/a.pem, key: tls/a.key}}\n"
        cls.workspace = cls.enterClassContext(Workspace(cls.zones, cls.settings + tls))
        Authority(cls.workspace.directory / "tls").issue("ns1.example.net", file_name="a")
        (cls.workspace.directory / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
        cls.server = cls.enterClassContext(cls.workspace.start())
        cls.server.wait_for("metrics at ")
        cls.server.ask_ptr("192.0.2.1")
        cls.server.ask_ptr("192.0.2.77")    # has no name
        cls.server.ask_ptr("198.51.100.1")  # SERVFAIL
        cls.server.ask_ptr("203.0.113.1")   # REFUSED
        with cls.server.tcp() as client:
            client.ask(dns.query("1.2.0.192.in-addr.arpa."))
        url = re.search(r"metrics at (\S+)", cls.server.log)[1]
        with urllib.request.urlopen(url, timeout=SECONDS) as reply:
            cls.text = reply.read().decode("utf-8")
        cls.types = dict(line.split()[2:4] for line in cls.text.splitlines()
                         if line.startswith("# TYPE "))
        cls.labels = {}  # metric -> names of its labels
        for line in cls.text.splitlines():
            if not line.startswith("#"):
                name = re.match(r"\w+", line)[0]
                cls.labels.setdefault(name, set()).update(_LABEL.findall(line))

    @property
    def names(self):
        """The metrics that are offered; a histogram is several."""
        parts = {"histogram": ("_bucket", "_sum", "_count")}
        return {name + part for name, kind in self.types.items()
                for part in parts.get(kind, ("",))}

    def assert_promtool_agrees(self, *arguments, **settings):
        """promtool finds nothing wrong."""
        done = promtool(*arguments, **settings)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def assert_labels_exist(self, expression):
        """Conditions are on labels that the metrics have."""
        for name, conditions in _SELECTOR.findall(expression):
            self.assertLessEqual(set(_LABEL.findall(conditions)) - TARGET_LABELS,
                                 self.labels[name], expression)

    def test_promtool_finds_nothing_wrong_with_the_metrics(self):
        self.assertEqual(self.assert_promtool_agrees("check", "metrics", text=self.text), "")

    def test_every_metric_has_a_sample(self):
        self.assertEqual(self.names - set(self.labels), set())

    def test_guide_tells_of_all_metrics(self):
        rows = [line for line in GUIDE.read_text(encoding="utf-8").splitlines()
                if line.startswith("| `arpad_")]
        self.assertEqual(set(re.findall(r"`(arpad_\w+)", "\n".join(rows))),
                         {name for name in self.types if name.startswith("arpad_")})

    def test_rules_are_well_formed(self):
        self.assertIn("SUCCESS", self.assert_promtool_agrees("check", "rules", RULES))

    def test_rules_fire_at_what_they_are_for(self):
        self.assert_promtool_agrees("test", "rules", RULES_TEST.name, cwd=RULES_TEST.parent)

    def test_every_rule_has_a_test(self):
        tests = RULES_TEST.read_text(encoding="utf-8")
        for alert in re.findall(r"alert: (\w+)", RULES.read_text(encoding="utf-8")):
            self.assertRegex(tests, rf'(alertname: |alertname="){alert}\b')

    def test_rules_speak_of_metrics_that_are_there(self):
        rules = RULES.read_text(encoding="utf-8")
        self.assertEqual(set(_NAME.findall(rules)) - self.names, set())
        self.assert_labels_exist(rules)

    def test_dashboard_shows_metrics_that_are_there(self):
        panels, variables = dashboard_expressions()
        shown = set(_NAME.findall("\n".join(panels + variables)))
        self.assertEqual(shown - self.names, set())
        for expression in panels:
            self.assert_labels_exist(expression)

    def test_expressions_of_the_dashboard_are_well_formed(self):
        panels, _ = dashboard_expressions()
        rules = [{"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "5m")}
                 for number, expression in enumerate(panels)]
        path = self.workspace.directory / "dashboard.rules.yml"
        path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}),
                        encoding="utf-8")
        self.assert_promtool_agrees("check", "rules", path)

    def test_panels_of_the_dashboard_have_places_of_their_own(self):
        panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = {}
        for panel in panels:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertEqual(taken.setdefault((x, y), panel["title"]), panel["title"])

    def test_guide_describes_every_metric(self):
        section = re.search(r"(?ms)^## Monitoring$(.*?)^## ", GUIDE.read_text(encoding="utf-8"))[1]
        described = set(_NAME.findall(section))
        offered = {name for name in self.types if not name.startswith("process_")}
        self.assertEqual(described, offered)


if __name__ == "__main__":
    unittest.main()

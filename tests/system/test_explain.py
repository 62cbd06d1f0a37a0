"""arpactl explain: which layer, file and line an answer comes from."""

import json
import unittest

from arpad_server import ZONE_DEFAULTS, Workspace, run_program

INVENTORY = """\
products: {vm: "{server}.vm.example"}
servers:
  a:
    product: vm
    addresses:
      - 192.0.2.10
      - 192.0.2.11
      - 192.0.2.24
    primary:
      - 192.0.2.10
      - 192.0.2.11
      - 192.0.2.24
"""
ZONE = """\
network: 192.0.2.0/24
records:
  192.0.2.1: gw.example.net
  192.0.2.2: ~
  192.0.2.10: {name: mail.example.net, ttl: 5m}
ranges:
  192.0.2.0/25: "{ip}.dyn.example.net"
  192.0.2.16/28: {name: "pool-{d}.example.net", ttl: 10m}
  192.0.2.24/30: ~
delegations:
  192.0.2.64/27:
    nameservers: [ns1.customer.example]
extra: |
  1        TXT    "beside"
  30       PTR    extra.example.net.
  40       CNAME  1
  *.lab    TXT    "wild"
  part     NS     ns.customer.example.
"""
INNER = """\
network: 192.0.2.128/26
records:
  192.0.2.129: inner.example.net
"""


class ExplainTest(unittest.TestCase):
    """Claims about what is printed."""

    @classmethod
    def setUpClass(cls):
        cls.workspace = cls.enterClassContext(Workspace(
            {"outer": ZONE, "inner": INNER}, "inventory: inventory.yaml\n" + ZONE_DEFAULTS))
        (cls.workspace.directory / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")

    def explain(self, subject, *options):
        """What is said about an address or name, as JSON says it."""
        done = run_program("ARPACTL", "explain", "-c", self.workspace.config, "--json", *options,
                           subject)
        self.assertEqual(done.returncode, 0, done.stdout)
        return json.loads(done.stdout.splitlines()[-1])

    def assert_effective(self, subject, *expected):
        """Answers come from (layer, file, line)."""
        findings = self.explain(subject)["names"][0]["findings"]
        found = [(finding["layer"], finding["file"].rsplit("/", 1)[-1], finding.get("line"))
                 for finding in findings if finding["effective"]]
        self.assertEqual(found, list(expected))
        return findings

    def test_record(self):
        self.assert_effective("192.0.2.10", ("record", "outer.yaml", 5))

    def test_layers_that_lose_are_told(self):
        findings = self.assert_effective("192.0.2.10", ("record", "outer.yaml", 5))
        self.assertEqual([(finding["layer"], finding["names"]) for finding in findings],
                         [("record", ["mail.example.net."]),
                          ("server default", ["a.vm.example."]),
                          ("range", ["192-0-2-10.dyn.example.net."])])

    def test_record_without_a_name(self):
        self.assert_effective("192.0.2.2", ("record", "outer.yaml", 4))
        self.assertEqual(self.explain("192.0.2.2")["answer"]["rcode"], "NXDOMAIN")

    def test_server_default(self):
        self.assert_effective("192.0.2.11", ("server default", "inventory.yaml", 11))

    def test_smallest_range(self):
        findings = self.assert_effective("192.0.2.20", ("range", "outer.yaml", 8))
        self.assertEqual(findings[0]["made_by"], "pool-{d}.example.net")
        self.assertEqual(findings[0]["ttl"], 600)
        self.assertEqual(findings[1]["line"], 7)

    def test_hole_in_a_range_is_heard_before_a_default(self):
        self.assert_effective("192.0.2.24", ("range", "outer.yaml", 9))

    def test_extra_beside_a_record(self):
        self.assert_effective("192.0.2.1", ("record", "outer.yaml", 3),
                              ("extra", "outer.yaml", 14))

    def test_ptr_in_extra(self):
        self.assert_effective("192.0.2.30", ("extra", "outer.yaml", 15))

    def test_cname_and_where_it_leads(self):
        names = self.explain("192.0.2.40")["names"]
        self.assertEqual([name["name"] for name in names],
                         ["40.2.0.192.in-addr.arpa.", "1.2.0.192.in-addr.arpa."])
        self.assert_effective("192.0.2.40", ("extra", "outer.yaml", 16))

    def test_delegation(self):
        self.assert_effective("192.0.2.70", ("delegation", "outer.yaml", 11))

    def test_cut_above(self):
        self.assert_effective("x.part.2.0.192.in-addr.arpa", ("extra", "outer.yaml", 18))

    def test_wildcard(self):
        self.assert_effective("a.lab.2.0.192.in-addr.arpa", ("wildcard", "outer.yaml", 17))

    def test_nested_network(self):
        report = self.explain("192.0.2.129")
        self.assertEqual([finding["layer"] for finding in report["names"][0]["findings"]
                          if finding["effective"]], ["nested network"])
        (record,) = report["names"][1]["findings"]
        self.assertEqual((record["layer"], record["line"]), ("record", 3))
        self.assertTrue(record["file"].endswith("inner.yaml"))

    def test_nothing(self):
        self.assertEqual(self.explain("192.0.2.250")["names"][0]["findings"], [])

    def test_name_of_no_zone(self):
        report = self.explain("203.0.113.1")
        self.assertNotIn("zone", report["names"][0])
        self.assertEqual(report["answer"]["rcode"], "REFUSED")

    def test_answer_is_what_the_server_sends(self):
        with self.workspace.start() as server:
            for subject in ("192.0.2.1", "192.0.2.20", "192.0.2.24", "192.0.2.129"):
                answer = self.explain(subject)["answer"]
                reply = server.ask_ptr(subject)
                self.assertEqual(answer["rcode"], reply.rcode)
                self.assertEqual([line.split()[-1] for line in answer["answer"]],
                                 [record.data for record in reply.answer])
                self.assertEqual(self.explain(subject)["serial"],
                                 server.serial("2.0.192.in-addr.arpa"))

    def test_text_shows_place_template_and_answer(self):
        done = run_program("ARPACTL", "explain", "-c", self.workspace.config, "192.0.2.20")
        for part in ("* range           PTR pool-20.example.net., TTL 600",
                     "outer.yaml:8:3, made by pool-{d}.example.net",
                     "    range           PTR 192-0-2-20.dyn.example.net., TTL 3600",
                     "answer to 20.2.0.192.in-addr.arpa. PTR: NOERROR, authoritative, serial ",
                     "20.2.0.192.in-addr.arpa. 600 IN PTR pool-20.example.net."):
            self.assertIn(part, done.stdout)

    def test_other_types(self):
        answer = self.explain("192.0.2.1", "--type", "TXT")["answer"]
        self.assertEqual([line.split()[3] for line in answer["answer"]], ["TXT"])

    def test_a_mistyped_address_is_no_name(self):
        for text, part in (("192.0.2.05", "192.0.2.05 has an octet with a leading zero"),
                           ("192.0.2.0/24", "`192.0.2.0/24` is no address")):
            done = run_program("ARPACTL", "explain", "-c", self.workspace.config, text)
            self.assertEqual(done.returncode, 2)
            self.assertIn(part, done.stdout)

    def test_what_is_no_name_is_wrong_usage(self):
        done = run_program("ARPACTL", "explain", "-c", self.workspace.config, "a..b")
        self.assertEqual(done.returncode, 2)
        self.assertIn("a..b is no address or name", done.stdout)


if __name__ == "__main__":
    unittest.main()

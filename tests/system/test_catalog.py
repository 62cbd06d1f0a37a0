"""The catalog of all zones."""

import unittest

from arpad_server import Workspace, ZONE_DEFAULTS, run_program
from test_transfer import ONE, TransferTestCase

CATALOG = "catalog.example.net."
SETTINGS = ZONE_DEFAULTS + "  transfer: {allow: [127.0.0.1]}\ncatalog: {zone: catalog.example.net}\n"


class Catalog(TransferTestCase):
    """A zone that lists all others."""

    def catalog(self, server, *options):
        """What is transferred, but the SOA."""
        lines = [line.split(None, 4)[3:] for line in
                 self.dig(server, *options, CATALOG, "AXFR").splitlines()
                 if line and not line.startswith(";")]
        return sorted(fields for fields in lines if fields[0] != "SOA")

    def test_members(self):
        group = ("network: 198.51.100.0/23\n"
                 "transfer: {catalog_group: large, catalog_coo: new.example}\n")
        with self.workspace({"zone": ONE, "group": group}, SETTINGS).start() as server:
            self.assertEqual(self.catalog(server), [
                ["NS", "invalid."],
                ["PTR", "100.51.198.in-addr.arpa."], ["PTR", "101.51.198.in-addr.arpa."],
                ["PTR", "2.0.192.in-addr.arpa."], ["PTR", "new.example."], ["PTR", "new.example."],
                ["TXT", '"2"'], ["TXT", '"large"'], ["TXT", '"large"']])
            # All of it has been compared; status and log count it as a zone.
            server.wait_for("serving 4 zones, 2 networks")

    def test_only_those_may_ask_who_may_take_it(self):
        with self.workspace(settings=SETTINGS).start() as server:
            for name, rr_type in ((CATALOG, "SOA"), ("version." + CATALOG, "TXT")):
                self.assertEqual(server.ask(name, rr_type).rcode, "NOERROR")
                text = self.dig(server, "-b", "127.0.0.2", name, rr_type)
                self.assertIn("status: REFUSED", text)
                self.assertIn("EDE: 18 (Prohibited)", text)
            self.assert_refused(self.dig(server, "-b", "127.0.0.2", CATALOG, "AXFR"))

    def test_key_of_its_own(self):
        key = self.make_key()
        settings = (SETTINGS.replace("catalog: {", "catalog: {transfer: {allow: [{key: k.example.net}]}, ")
                    + f"keys:\n  {key}")
        with self.workspace(settings=settings).start() as server:
            self.assert_transferred(self.dig(server))
            self.assert_refused(self.dig(server, CATALOG, "AXFR"))
            self.assertIn("invalid.", self.dig(server, CATALOG, "AXFR", key=key))
            self.assertIn("status: REFUSED", self.dig(server, CATALOG, "SOA"))
            self.assertIn("status: NOERROR", self.dig(server, CATALOG, "SOA", key=key))

    def test_serial_rises_with_the_members_only(self):
        workspace = self.workspace(settings=SETTINGS)
        with workspace.start() as server:
            first = server.serial(CATALOG)
            workspace.write_zone("zone", ONE.replace("one", "two"))
            self.reload(workspace)
            self.assertEqual(server.serial(CATALOG), first)
            workspace.write_zone("other", "network: 198.51.100.0/24\n")
            self.reload(workspace)
            second = server.serial(CATALOG)
            self.assertGreater(second, first)
            self.assertEqual(self.dig(server, CATALOG, f"IXFR={first}").split().count("PTR"), 1)
        with workspace.start() as server:
            self.assertEqual(server.serial(CATALOG), second)

    def test_reload_begins_and_ends_it(self):
        workspace = self.workspace(settings=SETTINGS.split("catalog:", maxsplit=1)[0])
        with workspace.start() as server:
            self.assert_refused(self.dig(server, CATALOG, "AXFR"))
            text = workspace.config.read_text(encoding="utf-8")
            workspace.config.write_text(text + "catalog: {zone: catalog.example.net}\n",
                                        encoding="utf-8")
            self.reload(workspace)
            self.assertEqual(len(self.catalog(server)), 3)
            workspace.config.write_text(text, encoding="utf-8")
            self.reload(workspace)
            self.assert_refused(self.dig(server, CATALOG, "AXFR"))

    def test_plan(self):
        workspace = self.workspace(settings=SETTINGS + "reload: {watch: false}\n")
        with workspace.start():
            workspace.write_zone("other", "network: 198.51.100.0/24\n")
            done = run_program("ARPACTL", "plan", "--socket", workspace.state / "control.sock")
            self.assertIn(CATALOG, done.stdout)

    def test_mistakes(self):
        for catalog, message in (("{}", r"`catalog` without `zone`"),
                                 ("{zone: a..b}", r"`a\.\.b` is no domain name"),
                                 ("{zone: c.example, transfer: {ranges: omit}}", r"`ranges`"),
                                 ("{zone: c.example, transfer: {allow: [{key: no.example}]}}",
                                  r"there is no key no\.example"),
                                 (f"{{zone: {'a.' * 110}example}}", "leaves no room")):
            settings = SETTINGS.split("catalog:", maxsplit=1)[0] + f"catalog: {catalog}\n"
            done = self.enterContext(Workspace({"zone": ONE}, settings)).run("--check")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertRegex(done.stdout, message)


if __name__ == "__main__":
    unittest.main()

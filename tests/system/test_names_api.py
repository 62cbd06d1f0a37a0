"""The API for names: who may see and change what, and what becomes of it."""

import csv
import http.client
import io
import json
import re
import socket
import signal
import ssl
import threading
import time
import unittest
from pathlib import Path

from arpad_server import ReplyTestCase, program, run_program, wait_until
from certificates import Authority
from openapi import CheckedClient, operations
from small_disk import fill, make_room, small_disk
from web_client import WebClient, make_token, web_endpoint, workspace

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = "/api/v1/addresses"
CHANGES = "/api/v1/changes"


class ApiTestCase(ReplyTestCase):
    """Tests that share a server."""

    web = ""

    @classmethod
    def setUpClass(cls):
        cls.workspace = cls.enterClassContext(workspace(cls.web))
        cls.server = cls.enterClassContext(cls.workspace.start())
        cls.endpoint = web_endpoint(cls.server)
        cls.operator = cls.client("operator", "--name", "panel")
        cls.acme = cls.client("account", "acme", "--name", "acme-script")
        cls.bee = cls.client("account", "bee")
        cls.cee = cls.client("account", "cee")
        cls.observer = cls.client("read-only", "acme")

    @classmethod
    def client(cls, *token):
        """A client with a new token, whose replies must be as they are described."""
        return CheckedClient(cls.endpoint, make_token(cls.workspace.config, *token))

    def assert_problem(self, reply, status, text="."):
        """The reply is a problem document that says `text`."""
        self.assertEqual(reply.status, status, reply.body)
        self.assertEqual(reply.headers["Content-Type"], "application/problem+json")
        problem = reply.json
        self.assertEqual(problem["status"], status)
        self.assertRegex(problem["detail"], text)

    def assert_name(self, address, *names):
        """The server answers with these names."""
        reply = self.server.ask_ptr(address)
        self.assertCountEqual(reply.data("answer", "PTR"), [f"{name}." for name in names])

    def change(self, client, address, *names):
        """Names an address; the number of the change."""
        reply = client.put(f"{ADDRESSES}/{address}", {"names": names})
        self.assertEqual(reply.status, 200, reply.body)
        return reply.json["change"]

    def restore(self, client, address):
        """Brings the default back."""
        reply = client.delete(f"{ADDRESSES}/{address}")
        self.assertEqual(reply.status, 200, reply.body)
        return reply.json["change"]


class Listing(ApiTestCase):
    """What is shown to whom."""

    def addresses(self, client, **query):
        """The addresses that a client is shown."""
        target = ADDRESSES + "?" + "&".join(f"{key}={value}" for key, value in query.items())
        reply = client.get(target)
        self.assertEqual(reply.status, 200, reply.body)
        return [row["address"] for row in reply.json["addresses"]]

    def test_accounts_see_their_own(self):
        self.assertEqual(self.addresses(self.acme), ["192.0.2.20", "192.0.2.21", "2001:db8::20"])
        self.assertEqual(self.addresses(self.bee), ["192.0.2.30", "192.0.2.31"])
        self.assertEqual(self.addresses(self.observer), self.addresses(self.acme))

    def test_operators_see_all(self):
        self.assertEqual(len(self.addresses(self.operator)), 14)
        self.assertEqual(self.addresses(self.operator, account="bee"), ["192.0.2.30", "192.0.2.31"])

    def test_rows_say_where_names_come_from(self):
        rows = {row["address"]: row for row in self.operator.get(ADDRESSES).json["addresses"]}
        row = rows["192.0.2.20"]
        self.assertEqual({key: row[key] for key in ("server", "hostname", "account", "primary",
                                                    "names", "origin", "default", "ttl")},
                         {"server": "vm1", "hostname": "vm1.mini.example", "account": "acme",
                          "primary": True, "names": ["vm1.mini.example"], "origin": "default",
                          "default": "vm1.mini.example", "ttl": 3600})
        self.assertEqual(rows["192.0.2.31"]["origin"], "record")
        self.assertEqual(rows["192.0.2.65"]["origin"], "range")
        self.assertEqual(rows["192.0.2.65"]["names"], ["r-192-0-2-65.example.net"])
        self.assertEqual(rows["192.0.2.65"]["prefix"], "192.0.2.64/29")
        self.assertIsNone(rows["192.0.2.31"]["default"])

    def test_search_filter_sort_and_pages(self):
        self.assertEqual(self.addresses(self.operator, q="FIXED"), ["192.0.2.21"])
        self.assertEqual(self.addresses(self.operator, q="2001"), ["2001:db8::20"])
        self.assertEqual(self.addresses(self.operator, server="vm3"), ["192.0.2.40"])
        by_name = self.addresses(self.acme, sort="name")
        self.assertEqual(by_name[0], "192.0.2.21")
        self.assertEqual(self.addresses(self.acme, sort="-name"), by_name[::-1])
        self.assertEqual(self.addresses(self.operator, sort="address", per_page=3, page=2),
                         self.addresses(self.operator, sort="address")[3:6])
        self.assertEqual(self.addresses(self.operator, page=1000), [])
        reply = self.operator.get(f"{ADDRESSES}?per_page=2").json
        self.assertEqual((reply["total"], reply["offset"], reply["limit"]), (14, 0, 2))

    def test_only_changed_names(self):
        self.change(self.acme, "2001:db8:0:7::1", "one.acme.example")
        self.assertEqual(self.addresses(self.acme, edited="true"), ["2001:db8:0:7::1"])
        self.assertIn("2001:db8:0:7::1", self.addresses(self.acme))
        self.restore(self.acme, "2001:db8:0:7::1")
        self.assertNotIn("2001:db8:0:7::1", self.addresses(self.acme))

    def test_bad_queries_are_explained(self):
        for query in ("sort=nothing", "page=0", "page=x", "per_page=0", "per_page=100000",
                      "page=1&page=2", "q=%ff", "page=99999999999999999999"):
            self.assert_problem(self.acme.get(f"{ADDRESSES}?{query}"), 400)

    def test_table(self):
        reply = self.acme.get(f"{ADDRESSES}?format=csv")
        self.assertEqual(reply.headers["Content-Type"], "text/csv; charset=utf-8")
        rows = list(csv.DictReader(io.StringIO(reply.body.decode())))
        self.assertEqual(rows[0], {"server": "vm1", "hostname": "vm1.mini.example",
                                   "address": "192.0.2.20", "primary": "yes",
                                   "name": "vm1.mini.example", "origin": "default"})
        self.assertEqual(self.acme.get(ADDRESSES, Accept="text/csv").body, reply.body)

    def test_me(self):
        me = self.acme.get("/api/v1/me").json
        self.assertEqual((me["role"], me["account"], me["who"]), ("account", "acme", "acme-script"))
        self.assertEqual(me["domains"], ["acme.example", "shop.example"])
        self.assertEqual(self.operator.get("/api/v1/me").json["role"], "operator")


class Changing(ApiTestCase):
    """Names are changed and changed back."""

    def test_a_name_is_set_served_and_reset(self):
        change = self.change(self.acme, "192.0.2.20", "mail.acme.example")
        self.assert_name("192.0.2.20", "mail.acme.example")
        row = self.acme.get(f"{ADDRESSES}/192.0.2.20").json
        self.assertEqual((row["origin"], row["changed"]["change"], row["changed"]["who"]),
                         ("edit", change, "acme-script"))
        self.restore(self.acme, "192.0.2.20")
        self.assert_name("192.0.2.20", "vm1.mini.example")
        self.assertEqual(self.acme.get(f"{ADDRESSES}/192.0.2.20").json["origin"], "default")

    def test_several_names_and_one_as_a_text(self):
        self.change(self.acme, "192.0.2.20", "a.acme.example", "b.acme.example")
        self.assert_name("192.0.2.20", "a.acme.example", "b.acme.example")
        self.assertEqual(
            self.acme.put(f"{ADDRESSES}/192.0.2.20", {"name": "c.acme.example."}).status, 200)
        self.assert_name("192.0.2.20", "c.acme.example")
        self.restore(self.acme, "192.0.2.20")

    def test_what_is_another_ones_is_refused_and_noted(self):
        for method, target, body in (
                ("PUT", f"{ADDRESSES}/192.0.2.30", {"names": ["x.acme.example"]}),
                ("DELETE", f"{ADDRESSES}/192.0.2.30", None),
                ("GET", f"{ADDRESSES}/192.0.2.30", None),
                ("PUT", f"{ADDRESSES}/10.0.0.1", {"names": ["x.acme.example"]}),
                ("POST", CHANGES, {"changes": [
                    {"address": "192.0.2.20", "names": ["x.acme.example"]},
                    {"address": "192.0.2.30", "names": ["x.acme.example"]}]})):
            self.assert_problem(self.acme.request(method, target, body), 403, "does not belong")
        self.assert_name("192.0.2.20", "vm1.mini.example")
        self.assert_name("192.0.2.30", "vm2.mini.example")
        self.server.wait_for("acme-script asks for 192.0.2.30, which is not theirs")

    def test_observers_look_and_do_not_touch(self):
        self.assertEqual(self.observer.get(f"{ADDRESSES}/192.0.2.20").status, 200)
        self.assert_problem(
            self.observer.put(f"{ADDRESSES}/192.0.2.20", {"names": ["x.acme.example"]}), 403)
        self.assert_problem(self.observer.delete(f"{ADDRESSES}/192.0.2.20"), 403)
        change = self.change(self.acme, "192.0.2.20", "x.acme.example")
        self.assert_problem(self.observer.post(f"{CHANGES}/{change}/undo", {}), 403)
        self.restore(self.acme, "192.0.2.20")

    def test_illegal_names_say_why(self):
        for name, text in (("a..b", "is empty"), ("a_b.example", "underscore"), ("-a.example", "."),
                           ("x" * 64 + ".example", "."), ("a b.example", "."), ("", "."),
                           ("<script>alert(1)</script>", "."), ("a'; DROP TABLE edits;--", "."),
                           ("a\u0000b", "."), ("*.acme.example", ".")):
            reply = self.acme.put(f"{ADDRESSES}/192.0.2.20", {"names": [name]})
            self.assert_problem(reply, 422, text)
        self.assert_problem(self.acme.put(f"{ADDRESSES}/192.0.2.20",
                                          {"names": ["a.example", "A.EXAMPLE"]}), 422, "twice")
        self.assert_problem(self.acme.put(f"{ADDRESSES}/192.0.2.20", {"names": []}), 422)
        self.assert_problem(
            self.acme.put(f"{ADDRESSES}/192.0.2.20",
                          {"names": [f"n{i}.acme.example" for i in range(11)]}), 422, "at most 10")

    def test_international_names_become_their_ascii_form(self):
        self.change(self.acme, "192.0.2.20", "b\u00fccher.acme.example")
        self.assert_name("192.0.2.20", "xn--bcher-kva.acme.example")
        self.restore(self.acme, "192.0.2.20")

    def test_what_is_locked_is_refused(self):
        reply = self.acme.put(f"{ADDRESSES}/192.0.2.21", {"names": ["x.acme.example"]})
        self.assert_problem(reply, 409, "ask your provider")
        self.assertNotIn("yaml", reply.json["detail"])
        reply = self.operator.put(f"{ADDRESSES}/192.0.2.21", {"names": ["x.acme.example"]})
        self.assert_problem(reply, 409, "192.0.2.21 is locked in .*ipv4.yaml")

    def test_operators_name_any_address(self):
        self.change(self.operator, "192.0.2.99", "free.example.net")
        self.assert_name("192.0.2.99", "free.example.net")
        self.restore(self.operator, "192.0.2.99")
        self.assert_problem(self.operator.put(f"{ADDRESSES}/192.0.2.130", {"name": "x.example"}),
                            409, "record")
        self.assert_problem(self.operator.put(f"{ADDRESSES}/10.0.0.1", {"name": "x.example"}), 409,
                            "lies in no network")

    def test_accounts_keep_to_their_rules(self):
        self.change(self.bee, "192.0.2.30", "mail.bee.example")
        self.change(self.bee, "192.0.2.30", "vm2.mini.example")
        self.assert_problem(self.bee.put(f"{ADDRESSES}/192.0.2.30", {"name": "mail.acme.example"}),
                            422, "one of them: bee.example")
        self.restore(self.bee, "192.0.2.30")
        self.change(self.cee, "192.0.2.40", "mail.cee.example")
        for name, why in (("other.cee.example", "does not lead back"),
                          ("missing.cee.example", "does not lead back"),
                          ("mail.nowhere.example", "could not be looked up: try again later")):
            self.assert_problem(self.cee.put(f"{ADDRESSES}/192.0.2.40", {"name": name}), 422, why)
        self.restore(self.cee, "192.0.2.40")

    def test_concurrent_changes_are_noticed(self):
        reply = self.acme.get(f"{ADDRESSES}/192.0.2.20")
        tag = reply.headers["ETag"]
        self.assertEqual(tag, f'"{reply.json["etag"]}"')
        target = f"{ADDRESSES}/192.0.2.20"
        self.assertEqual(self.acme.put(target, {"name": "one.acme.example"},
                                       **{"If-Match": tag}).status, 200)
        self.assert_problem(self.acme.put(target, {"name": "two.acme.example"},
                                          **{"If-Match": tag}), 412, "changed meanwhile")
        self.assert_name("192.0.2.20", "one.acme.example")
        self.assert_problem(self.acme.delete(target, **{"If-Match": "nonsense"}), 412)
        self.assertEqual(self.acme.delete(
            target, **{"If-Match": self.acme.get(target).headers["ETag"]}).status, 200)
        self.assertEqual(self.acme.get(target).headers["ETag"], tag)

    def test_many_are_changed_as_one(self):
        changes = [{"address": "192.0.2.20", "names": ["one.acme.example"]},
                   {"address": "2001:db8::20", "names": ["six.acme.example"]}]
        preview = self.acme.post(f"{CHANGES}?dry_run=true", {"changes": changes}).json
        self.assertTrue(preview["possible"])
        self.assertEqual([(row["address"], row["from"], row["to"]) for row in preview["changes"]],
                         [("192.0.2.20", ["vm1.mini.example"], ["one.acme.example"]),
                          ("2001:db8::20", ["vm1.mini.example"], ["six.acme.example"])])
        self.assert_name("192.0.2.20", "vm1.mini.example")
        reply = self.acme.post(CHANGES, {"changes": changes})
        self.assertEqual(reply.status, 200, reply.body)
        self.assertEqual(reply.headers["Location"], f"{CHANGES}/{reply.json['change']}")
        self.assert_name("192.0.2.20", "one.acme.example")
        self.assert_name("2001:db8::20", "six.acme.example")
        reply = self.acme.post(CHANGES, {"changes": [
            {"address": address, "names": None} for address in ("192.0.2.20", "2001:db8::20")]})
        self.assertEqual(reply.status, 200, reply.body)
        self.assert_name("2001:db8::20", "vm1.mini.example")

    def test_many_are_changed_as_a_whole_or_not_at_all(self):
        changes = [{"address": "192.0.2.20", "names": ["one.acme.example"]},
                   {"address": "192.0.2.21", "names": ["two.acme.example"]}]
        self.assert_problem(self.acme.post(CHANGES, {"changes": changes}), 409)
        preview = self.acme.post(CHANGES, {"changes": changes, "dry_run": True}).json
        self.assertFalse(preview["possible"])
        self.assertNotIn("error", preview["changes"][0])
        self.assertIn("ask your provider", preview["changes"][1]["error"])
        self.assert_problem(self.acme.post(CHANGES, {"changes": [changes[0], changes[0]]}), 422,
                            "twice")
        bad = [changes[0], {"address": "2001:db8::20", "names": ["a..b"]}]
        reply = self.acme.post(CHANGES, {"changes": bad})
        self.assert_problem(reply, 422)
        self.assertEqual([row["address"] for row in reply.json["errors"]], ["2001:db8::20"])
        self.assert_name("192.0.2.20", "vm1.mini.example")

    def test_tables_are_read(self):
        table = ("server,address,name\r\nvm1,192.0.2.20,\"one.acme.example two.acme.example\"\r\n"
                 "vm1,2001:db8::20,\r\n")
        csv_type = {"Content-Type": "text/csv"}
        self.assertTrue(self.acme.post(f"{CHANGES}?dry_run=true", table, **csv_type).json["possible"])
        self.assertEqual(self.acme.post(CHANGES, table, **csv_type).status, 200)
        self.assert_name("192.0.2.20", "one.acme.example", "two.acme.example")
        exported = self.acme.get(f"{ADDRESSES}?format=csv").body
        preview = self.acme.post(f"{CHANGES}?dry_run=true", exported, **csv_type).json
        changing = [row["address"] for row in preview["changes"] if row.get("changes")]
        self.assertEqual(changing, [])
        self.restore(self.acme, "192.0.2.20")
        for bad in ("", "name\n", "address,name\n\"x", "address,name\n1,2,3\n", b"address,name\n\xff,a\n",
                    "address,name\n192.0.2.20,\x01\n"):
            self.assert_problem(self.acme.post(CHANGES, bad, **csv_type), 400)
        reply = self.acme.post(CHANGES, "address,name\nnowhere,a.example\n", **csv_type)
        self.assert_problem(reply, 422, "no address")

    def test_receipts_and_history(self):
        change = self.change(self.acme, "192.0.2.20", "mail.acme.example")
        wait_until(lambda: all(seen["seen"] for seen in
                               self.acme.get(f"{CHANGES}/{change}").json["nameservers"]),
                   "the nameserver has the change")
        receipt = self.acme.get(f"{CHANGES}/{change}").json
        (seen,) = receipt["nameservers"]
        self.assertEqual((seen["nameserver"], seen["zone"], seen["names"]),
                         ("ns1.example.net", "2.0.192.in-addr.arpa", ["mail.acme.example"]))
        self.assertLess(seen["seconds"], 10)
        self.assertEqual(receipt["edits"], [
            {"address": "192.0.2.20", "from": ["vm1.mini.example"], "to": ["mail.acme.example"],
             "server": "vm1", "forward": "unknown"}])
        self.assertTrue(receipt["stored"] and receipt["served"])
        self.assertGreaterEqual(receipt["served_at"], receipt["time"])
        self.assert_problem(self.bee.get(f"{CHANGES}/{change}"), 404)
        self.assert_problem(self.acme.get(f"{CHANGES}/999999"), 404)
        self.assert_problem(self.acme.get(f"{CHANGES}/x"), 404)
        undo = self.acme.post(f"{CHANGES}/{change}/undo", {})
        self.assertEqual(undo.status, 200, undo.body)
        self.assert_name("192.0.2.20", "vm1.mini.example")
        self.assert_problem(self.acme.post(f"{CHANGES}/{change}/undo", {}), 412)
        self.assert_problem(self.bee.post(f"{CHANGES}/{change}/undo", {}), 404)
        history = self.acme.get("/api/v1/history?address=192.0.2.20").json["history"]
        self.assertEqual([(entry["from"], entry["to"], entry["who"]) for entry in history[:2]],
                         [(["mail.acme.example"], ["vm1.mini.example"], "acme-script"),
                          (["vm1.mini.example"], ["mail.acme.example"], "acme-script")])
        self.assertEqual(history[0]["undoes"], change)
        self.assertEqual(self.bee.get("/api/v1/history?address=192.0.2.20").json["history"], [])
        older = self.acme.get(f"/api/v1/history?before={change + 1}&limit=1").json["history"]
        self.assertEqual([entry["change"] for entry in older], [change])
        for query in ("limit=0", "before=x", "address=nowhere"):
            self.assert_problem(self.acme.get(f"/api/v1/history?{query}"), 400)

    def test_forward_names_are_looked_up(self):
        for name, answer in (("mail.cee.example", "confirmed"), ("other.cee.example", "different"),
                             ("none.cee.example", "missing"), ("mail.nowhere.example", "unknown")):
            change = self.change(self.operator, "192.0.2.40", name)
            (edit,) = self.operator.get(f"{CHANGES}/{change}").json["edits"]
            self.assertEqual((name, edit["forward"]), (name, answer))
        self.restore(self.operator, "192.0.2.40")

    def test_all_names_have_to_lead_back_where_one_has_to(self):
        address = f"{ADDRESSES}/192.0.2.40"
        for names in (["mail.cee.example", "other.cee.example"],
                      ["vm3.mini.example", "other.cee.example"]):
            reply = self.cee.put(address, {"names": names})
            self.assert_problem(reply, 422, "other.cee.example does not lead back")
        self.change(self.cee, "192.0.2.40", "vm3.mini.example", "mail.cee.example")
        self.restore(self.cee, "192.0.2.40")

    def test_many_names_to_be_looked_up_are_no_trouble(self):
        many = [{"address": "192.0.2.40", "names": ["mail.cee.example"]}] * 50_000
        self.assert_problem(self.cee.post(CHANGES, {"changes": many}), 422, "is there twice")
        reply = self.cee.post(CHANGES, {"changes": many, "dry_run": True})
        self.assertEqual((reply.status, reply.json["possible"]), (200, False))

    def test_customers_keep_a_bound_per_prefix(self):
        prefix = "2001:db8:0:7::"
        changes = [{"address": f"{prefix}{number:x}", "names": [f"n{number}.acme.example"]}
                   for number in range(1, 1001)]
        self.assertEqual(self.acme.post(CHANGES, {"changes": changes}).status, 200)
        self.assert_problem(self.acme.put(f"{ADDRESSES}/{prefix}2000", {"name": "x.acme.example"}),
                            422, "1000 addresses .* have names already")
        self.change(self.acme, f"{prefix}1", "again.acme.example")
        for entry in changes:
            entry["names"] = None
        self.assertEqual(self.acme.post(CHANGES, {"changes": changes}).status, 200)


class Repeating(ApiTestCase):
    """What is asked for once more, as its reply was lost."""

    def test_the_same_name_again_is_the_same_change(self):
        first = self.change(self.acme, "192.0.2.20", "again.acme.example")
        again = self.change(self.acme, "192.0.2.20", "again.acme.example")
        self.assertEqual(again, first)
        self.assertEqual(self.acme.get(f"{CHANGES}/{again}").status, 200)
        other = self.change(self.acme, "192.0.2.20", "other.acme.example")
        self.assertEqual(other, first + 1)
        self.assertEqual(self.acme.get(f"{CHANGES}/{other}").status, 200)
        self.restore(self.acme, "192.0.2.20")


class Receipts(ApiTestCase):
    """What is told of a change that was made."""

    def test_of_names_among_other_records(self):
        path = self.workspace.directory / "zone.db"
        path.write_text("$ORIGIN 2.0.192.in-addr.arpa.\n"
                        "@ 3600 SOA ns1.example.net. hostmaster.example.net. 1 2 3 4 5\n"
                        + "".join(f'{last} 300 {data}\n' for last in range(100, 115) for data in
                                  ("PTR mail.cee.example.", 'TXT "beside"')), encoding="utf-8")
        done = run_program("ARPACTL", "import", "-c", self.workspace.config, "--as", "leases", path)
        self.assertEqual(done.returncode, 0, done.stdout)
        (change,) = {entry["change"] for entry in
                     self.operator.get("/api/v1/history?address=192.0.2.100").json["history"]}
        edits = self.operator.get(f"{CHANGES}/{change}").json["edits"]
        self.assertEqual([edit["address"] for edit in edits],
                         [f"192.0.2.{last}" for last in range(100, 115)])
        self.assertEqual({edit["forward"] for edit in edits}, {"different"})


class Stopping(unittest.TestCase):
    """A stop while changes wait for their turn."""

    clients = 8

    def change_names(self, client):
        """Changes that are answered, or cut off."""
        try:
            while client.put(f"{ADDRESSES}/192.0.2.20", {"names": ["a.example.net"]}).status == 200:
                pass
        except (OSError, http.client.HTTPException):
            pass

    def test_is_in_order(self):
        # So large that a look takes longer than it takes all clients to ask, and the stop to come.
        large = "network: 10.0.0.0/8\nrecords:\n" + "".join(
            f"  10.0.{i // 250}.{i % 250}: host-{i}.{{}}.example.net\n" for i in range(60_000))
        space = self.enterContext(workspace())
        space.write_zone("large", large.format(*["a"] * 60_000))
        with space.start() as server:
            endpoint = web_endpoint(server)
            token = make_token(space.config, "operator")
            threads = [threading.Thread(target=self.change_names, args=(WebClient(endpoint, token),))
                       for _ in range(self.clients)]
            for thread in threads:
                thread.start()
            time.sleep(0.2)
            space.write_zone("large", large.format(*["b"] * 60_000))
            server.process.send_signal(signal.SIGHUP)
            server.wait_for("reloading on SIGHUP")
            time.sleep(0.1)
            server.stop()
            for thread in threads:
                thread.join()


class Description(ApiTestCase):
    """The description of the API fits the API."""

    def test_everything_described_is_there(self):
        for method, path in operations():
            target = re.sub(r"\{change\}|\{server\}", "999999",
                            path.replace("{address}", "192.0.2.20"))
            reply = self.operator.request(method, target, headers={"If-Match": '"none"'})
            self.assertNotEqual(reply.status, 405, (method, path))
            if reply.status == 404:
                self.assertRegex(reply.json["title"], "no such (change|server)")

    def test_everything_there_is_described(self):
        routes = []
        for file in ("names_api.cpp", "servers_api.cpp"):
            source = (ROOT / "server" / "control" / file).read_text(encoding="utf-8")
            routes += re.findall(r'add\((?:server, )?"([A-Z]+)", "([^"]+)"', source)
        described = {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in operations()}
        self.assertEqual(set(routes), described)


class Servers(ApiTestCase):
    """Servers are put beside those of the inventory."""

    def put(self, name, **server):
        """Puts a server of the product mini."""
        return self.operator.put(f"/api/v1/servers/{name}", {"product": "mini", **server})

    def test_a_server_is_put_and_removed(self):
        reply = self.put("vm9", account="acme", addresses=["192.0.2.90", "2001:db8:9::/64"])
        self.assertEqual(reply.status, 200, reply.body)
        self.assert_name("192.0.2.90", "vm9.mini.example")
        self.assertEqual(self.acme.get("/api/v1/servers/vm9").json, {
            "server": "vm9", "product": "mini", "account": "acme", "hostname": "vm9.mini.example",
            "addresses": ["192.0.2.90", "2001:db8:9::/64"], "primary": ["192.0.2.90"],
            "source": "api"})
        self.assertEqual(self.acme.get(f"{ADDRESSES}/192.0.2.90").json["origin"], "default")
        self.change(self.acme, "192.0.2.90", "mine.acme.example")
        self.assertEqual(self.put("vm9", account="bee", addresses=["192.0.2.90"]).status, 200)
        self.assert_name("192.0.2.90", "vm9.mini.example")
        self.assert_problem(self.acme.get("/api/v1/servers/vm9"), 404)
        self.assertEqual(self.operator.delete("/api/v1/servers/vm9").status, 200)
        self.assertEqual(self.server.ask_ptr("192.0.2.90").rcode, "NXDOMAIN")
        self.assert_problem(self.operator.delete("/api/v1/servers/vm9"), 404)

    def test_what_contradicts_the_inventory_names_both_places(self):
        self.assert_problem(self.put("vm1", addresses=["192.0.2.91"]), 409,
                            r"inventory.yaml:7:3: `vm1` was put through the API, too")
        self.assert_problem(self.put("vm8", addresses=["192.0.2.30"]), 409,
                            "192.0.2.30 belongs to two servers, put through the API to `vm8` and in "
                            "line 8 to `vm2`")
        self.assert_problem(self.put("vm8", product="maxi", addresses=["192.0.2.91"]), 409,
                            "of a product `maxi`, which is not there")
        self.assert_problem(self.put("vm8", account="nobody", addresses=["192.0.2.91"]), 409,
                            "of an account `nobody`")
        self.assert_problem(self.put("-", addresses=["192.0.2.91"]), 409, "gets no host name")
        self.assert_problem(self.put("vm8", addresses=["192.0.2.91"], primary=["192.0.2.1"]), 409,
                            "192.0.2.1 is no address of `vm8`")
        self.assert_problem(self.put("vm8", addresses=["192.0.2.91"],
                                     primary=["192.0.2.91", "192.0.2.91"]), 409,
                            "has 192.0.2.91 twice in `primary`")
        self.assert_problem(self.operator.delete("/api/v1/servers/vm1"), 409,
                            "stands in .*inventory.yaml, line 7")
        self.assertEqual({row["server"] for row in self.operator.get("/api/v1/servers").json["servers"]},
                         {"vm1", "vm2", "vm3", "rack"})

    def test_only_operators_may(self):
        for client in (self.acme, self.observer):
            self.assert_problem(client.put("/api/v1/servers/vm8", {
                "product": "mini", "addresses": ["192.0.2.91"]}), 403)
            self.assert_problem(client.delete("/api/v1/servers/vm1"), 403)
        self.assertEqual([row["server"] for row in self.acme.get("/api/v1/servers").json["servers"]],
                         ["vm1"])

    def test_nonsense_is_refused(self):
        for body in ("", "[]", {}, {"product": "mini"}, {"product": "mini", "addresses": []},
                     {"product": "mini", "addresses": ["nowhere"]}, {"addresses": ["192.0.2.91"]},
                     {"product": "mini", "addresses": ["192.0.2.91"], "primary": 7}):
            self.assert_problem(self.operator.put("/api/v1/servers/vm8", body), 400)


class Bad(ApiTestCase):
    """What is no good request gets a reply that says so, and nothing else happens."""

    def test_unknown_resources_and_methods(self):
        self.assert_problem(self.acme.get("/api/v1/nothing"), 404)
        self.assert_problem(self.acme.get("/../../etc/passwd"), 404)
        self.assert_problem(self.acme.get("/api/v1/addresses/..%2f..%2fetc"), 400)
        reply = self.acme.post(f"{ADDRESSES}/192.0.2.20", {})
        self.assert_problem(reply, 405)
        self.assertEqual(reply.headers["Allow"], "GET, PUT, DELETE")

    def test_bodies_that_say_nothing(self):
        target = f"{ADDRESSES}/192.0.2.20"
        for body in ("", "{", "[]", "7", '{"names": "x"}', '{"names": [7]}', '{"name": 7}',
                     b"\xff\xfe", b'{"names": ["\xed\xa0\x80"]}', "[" * 100_000):
            self.assert_problem(self.acme.put(target, body), 400)
        for body in ({}, {"changes": 7}, {"changes": [7]}, {"changes": [{}]}, {"changes": []},
                     {"changes": [{"address": "192.0.2.20", "names": 7}]}):
            self.assert_problem(self.acme.post(CHANGES, body), 400)
        self.assert_problem(self.acme.post(CHANGES, "a=b",
                                           **{"Content-Type": "text/plain"}), 415)
        self.assert_problem(self.acme.post(CHANGES, "{}"), 415)

    def test_too_much_at_once(self):
        reply = self.acme.post(CHANGES, b"x" * (16 * 1024 * 1024 + 1),
                               **{"Content-Type": "text/csv"})
        self.assert_problem(reply, 413)
        for client in (WebClient(self.endpoint), WebClient(self.endpoint, "nobody")):
            reply = client.post(CHANGES, b"x" * 20_000, **{"Content-Type": "text/csv"})
            self.assertEqual(reply.status, 413)
        reply = self.acme.post(CHANGES, b"x" * 20_000, **{"Content-Type": "text/csv"})
        self.assertEqual(reply.status, 400)
        in_chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (20_000, b"x" * 20_000)
        for client, status in ((self.acme, 400), (WebClient(self.endpoint), 413)):
            reply = client.post(CHANGES, in_chunks, **{"Content-Type": "text/csv",
                                                       "Transfer-Encoding": "chunked"})
            self.assertEqual(reply.status, status)
        reply = self.acme.get("/api/v1/me", **{"X-Much": "x" * 20_000})
        self.assertEqual(reply.status, 431)

    def test_tokens_that_are_none(self):
        for token in ("", "x", "arpad_" + "x" * 43, "'; DROP TABLE tokens;--"):
            reply = WebClient(self.endpoint, token or None).get("/api/v1/me")
            self.assertIn(reply.status, (401, 429))
            self.assertNotIn("Set-Cookie", reply.headers)
        self.assertEqual(WebClient(self.endpoint).get("/api/v1/me").headers["WWW-Authenticate"],
                         'Bearer realm="arpad"')

    def test_other_hosts_are_not_here(self):
        for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""):
            self.assertEqual(self.acme.get("/api/v1/me", Host=host).status, 421, host)
        self.assertEqual(self.acme.get("/api/v1/me", Host="localhost:99").status, 200)

    def test_a_slow_client_keeps_nobody_waiting(self):
        with socket.create_connection(self.endpoint) as slow:
            slow.sendall(b"PUT /api/v1/addresses/192.0.2.20 HTTP/1.1\r\nHost: x\r\nContent-Le")
            started = time.monotonic()
            self.assertEqual(self.acme.get("/api/v1/me").status, 200)
            self.assertLess(time.monotonic() - started, 10)

    def test_one_connection_serves_many_requests(self):
        connection = http.client.HTTPConnection(*self.endpoint, timeout=30)
        for _ in range(3):
            connection.request("GET", "/api/v1/me",
                               headers={"Authorization": f"Bearer {self.acme.token}"})
            self.assertEqual(json.loads(connection.getresponse().read())["account"], "acme")
        connection.request("HEAD", "/")
        reply = connection.getresponse()
        self.assertEqual((reply.status, reply.read()), (200, b""))
        connection.close()


class SigningIn(ApiTestCase):
    """Browsers have sessions, and nobody else's page uses them."""

    def test_a_session_is_opened_and_closed(self):
        browser = WebClient(self.endpoint)
        self.assertIn(b"Sign in", browser.get("/").body)
        reply = browser.sign_in(self.acme.token)
        self.assertEqual((reply.status, reply.headers["Location"]), (303, "/"))
        for word in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(word, reply.headers["Set-Cookie"])
        page = browser.get("/").body
        self.assertIn(b"192.0.2.20", page)
        self.assertNotIn(b"192.0.2.30", page)
        self.assertEqual(browser.get("/api/v1/me").json["account"], "acme")
        self.assertEqual(browser.put(f"{ADDRESSES}/192.0.2.20", {"name": "w.acme.example"}).status, 200)
        history = self.acme.get("/api/v1/history?address=192.0.2.20").json["history"]
        self.assertEqual(history[0]["channel"], "page")
        self.restore(self.acme, "192.0.2.20")
        cookie = browser.cookie
        self.assertEqual(browser.post("/sign-out", b"").status, 303)
        self.assertEqual(WebClient(self.endpoint, cookie=cookie).get("/api/v1/me").status, 401)

    def test_other_sites_cannot_use_a_session(self):
        browser = WebClient(self.endpoint)
        browser.sign_in(self.acme.token)
        target = f"{ADDRESSES}/192.0.2.20"
        for headers in ({"Origin": "http://evil.example"}, {"Origin": None}, {"Origin": "null"},
                        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
            self.assert_problem(browser.put(target, {"name": "x.acme.example"}, **headers), 403,
                                "page itself")
        self.assert_name("192.0.2.20", "vm1.mini.example")
        reply = WebClient(self.endpoint).request(
            "POST", "/sign-in", f"token={self.acme.token}",
            {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://evil.example"})
        self.assertNotIn("Set-Cookie", reply.headers)

    def test_what_operators_panels_hand_over(self):
        reply = self.operator.post("/api/v1/sign-in-links", {"account": "acme"})
        self.assertEqual(reply.status, 200, reply.body)
        path = reply.json["path"]
        secret = path.removeprefix("/sign-in/")
        browser = WebClient(self.endpoint)
        self.assertIn(secret.encode(), browser.get(path).body)  # which does not use it up
        self.assertEqual(browser.sign_in(secret).status, 303)
        self.assertEqual(browser.get("/api/v1/me").json["account"], "acme")
        again = WebClient(self.endpoint)
        self.assertEqual(again.sign_in(secret).status, 401)
        self.assertIsNone(again.cookie)
        for client, body in ((self.acme, {"account": "acme"}), (self.observer, {"account": "acme"})):
            self.assert_problem(client.post("/api/v1/sign-in-links", body), 403)
        for body in ({}, {"account": "nobody"}, {"account": "acme", "seconds": 0},
                     {"account": "acme", "seconds": 10_000}):
            self.assert_problem(self.operator.post("/api/v1/sign-in-links", body), 400)

    def test_nothing_of_others_is_put_into_the_page(self):
        browser = WebClient(self.endpoint)
        browser.sign_in(self.acme.token)
        page = browser.get("/?q=%3Cscript%3Ealert(1)%3C/script%3E%22%7B%7Brows%7D%7D").body.decode()
        self.assertNotIn("<script>alert", page)
        self.assertIn("&lt;script&gt;alert(1)", page)
        self.assertIn("&quot;{{rows}}", page)
        self.assertIn("&lt;b&gt;", browser.get("/sign-in/%3Cb%3E").body.decode())
        headers = browser.get("/").headers
        self.assertRegex(headers["Content-Security-Policy"], "default-src 'none'; script-src 'self'")
        self.assertEqual(headers["X-Frame-Options"], "DENY")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")

    def test_the_page_needs_nothing_from_elsewhere(self):
        for path in ("/", "/page.css", "/page.js", "/icon.svg", "/sign-in/x"):
            reply = WebClient(self.endpoint).get(path)
            self.assertEqual(reply.status, 200)
            text = reply.body.decode().replace("http://www.w3.org/2000/svg", "")
            self.assertNotRegex(text, re.compile(r"https?://|style=|onclick="))


class Tokens(ApiTestCase):
    """Tokens are made, listed, revoked."""

    def tokens(self, *arguments):
        """Runs arpactl token."""
        return run_program("ARPACTL", "token", *arguments, "-c", self.workspace.config)

    def test_a_token_is_revoked(self):
        made = json.loads(self.tokens("create", "account", "acme", "--days", "30", "--json").stdout)
        client = WebClient(self.endpoint, made["secret"])
        self.assertEqual(client.get("/api/v1/me").status, 200)
        browser = WebClient(self.endpoint)
        browser.sign_in(made["secret"])
        self.assertRegex(self.tokens("list").stdout, rf"{made['id']} account acme  \(valid until ")
        self.assertNotIn(made["secret"], self.tokens("list", "--json").stdout)
        self.assertEqual(self.tokens("revoke", made["id"]).returncode, 0)
        self.assertEqual(client.get("/api/v1/me").status, 401)
        self.assertEqual(browser.get("/api/v1/me").status, 401)
        self.assertRegex(self.tokens("list").stdout, rf"{made['id']} .*revoked")
        self.assertRegex(self.tokens("revoke", made["id"]).stdout, "no such token")

    def test_nonsense_is_refused(self):
        self.assertNotEqual(self.tokens("create", "account").returncode, 0)
        self.assertNotEqual(self.tokens("create", "operator", "acme").returncode, 0)
        self.assertNotEqual(self.tokens("create", "king").returncode, 0)
        self.assertNotEqual(self.tokens("create", "operator", "--days", "0").returncode, 0)

    def test_attempts_are_counted(self):
        attacker = {"X-Forwarded-For": "198.51.100.9"}
        statuses = [WebClient(self.endpoint, f"guess{number}").get("/api/v1/me", **attacker).status
                    for number in range(12)]
        self.assertEqual(statuses, [401] * 10 + [429] * 2)
        self.assertEqual(self.acme.get("/api/v1/me").status, 200)
        # Nobody can shut out whoever has a token, by failing with the same address.
        self.assertEqual(self.acme.get("/api/v1/me", **attacker).status, 200)


class OverTls(ReplyTestCase):
    """The page and the API over TLS."""

    def setUp(self):
        self.place = self.enterContext(workspace("  certificate: tls/a.pem\n  key: tls/a.key\n"))
        self.authority = Authority(self.place.directory / "tls")
        self.authority.issue("names.example.net", file_name="a")

    def context(self, authority=None):
        """What a browser that trusts the authority connects with; the name is looked at apart."""
        context = (authority or self.authority).client(("http/1.1",))
        context.check_hostname = False
        return context

    def test_tokens_and_sessions_go_over_tls_only(self):
        with self.place.start() as server:
            endpoint = web_endpoint(server)
            token = make_token(self.place.config, "account", "acme")
            client = WebClient(endpoint, token, context=self.context())
            reply = client.get("/api/v1/me")
            self.assertEqual(reply.json["account"], "acme")
            self.assertIn("max-age", reply.headers["Strict-Transport-Security"])
            browser = WebClient(endpoint, context=self.context())
            cookie = browser.sign_in(token).headers["Set-Cookie"]
            self.assertRegex(cookie, "^__Host-arpad=.*; Secure$")
            self.assertEqual(browser.get("/api/v1/me").status, 200)
            with self.assertRaises((http.client.HTTPException, ConnectionError)):
                WebClient(endpoint, token).get("/api/v1/me")

    def test_old_versions_and_other_protocols_are_refused(self):
        with self.place.start() as server:
            endpoint = web_endpoint(server)
            old = self.context()
            old.maximum_version = ssl.TLSVersion.TLSv1_2
            other = self.authority.client(("h2",))
            other.check_hostname = False
            for context in (old, other):
                with self.assertRaises((ssl.SSLError, ConnectionError)):
                    WebClient(endpoint, context=context).get("/")
            self.assertEqual(WebClient(endpoint, context=self.context()).get("/").status, 200)

    def test_the_certificate_is_exchanged_by_a_reload(self):
        with self.place.start() as server:
            endpoint = web_endpoint(server)
            other = Authority(self.place.directory / "other")
            key, certificate = other.issue("names.example.net")
            for path, name in ((key, "a.key"), (certificate, "a.pem")):
                path.replace(self.place.directory / "tls" / name)
            run_program("ARPACTL", "reload", "-c", self.place.config)
            wait_until(lambda: self.is_believed(endpoint, other), "the new certificate is shown")

    def test_a_certificate_for_the_next_start_waits_for_it(self):
        place = self.enterContext(workspace(""))
        with place.start() as server:
            endpoint = web_endpoint(server)
            authority = Authority(place.directory / "tls")
            authority.issue("names.example.net", file_name="a")
            text = place.config.read_text(encoding="ascii")
            place.config.write_text(
                text.replace("web:\n", "web:\n  certificate: tls/a.pem\n  key: tls/a.key\n"),
                encoding="ascii")
            run_program("ARPACTL", "reload", "-c", place.config)
            server.wait_for(r"take effect when arpad is restarted: .*web")
            time.sleep(0.5)  # it would be offered a moment later
            self.assertEqual(WebClient(endpoint).get("/").status, 200)

    def is_believed(self, endpoint, authority):
        """Whether a browser that trusts only `authority` believes the server."""
        try:
            return WebClient(endpoint, context=self.context(authority)).get("/").status == 200
        except ssl.SSLError:
            return False

    def test_a_key_that_cannot_be_used_is_reported(self):
        (self.place.directory / "tls" / "a.key").write_text("no key", encoding="ascii")
        done = self.place.run("--check")
        self.assertEqual(done.returncode, 2)
        self.assertIn("a.key: error: holds no key that can be read", done.stdout)


class Lasting(ReplyTestCase):
    """What survives, and what does not have to."""

    def test_names_and_sessions_survive_a_restart(self):
        with workspace() as place:
            with place.start() as server:
                endpoint = web_endpoint(server)
                token = make_token(place.config, "account", "acme")
                browser = WebClient(endpoint)
                browser.sign_in(token)
                change = browser.put(f"{ADDRESSES}/192.0.2.20", {"name": "m.acme.example"}).json
            with place.start() as server:
                client = WebClient(web_endpoint(server), token)
                row = client.get(f"{ADDRESSES}/192.0.2.20").json
                self.assertEqual((row["names"], row["changed"]["change"]),
                                 (["m.acme.example"], change["change"]))
                cookie = WebClient(web_endpoint(server), cookie=browser.cookie)
                self.assertEqual(cookie.get("/api/v1/me").json["account"], "acme")

    def test_inventory_changes_are_seen(self):
        with workspace() as place, place.start() as server:
            endpoint = web_endpoint(server)
            acme = WebClient(endpoint, make_token(place.config, "account", "acme"))
            bee = WebClient(endpoint, make_token(place.config, "account", "bee"))
            self.assertEqual(acme.put(f"{ADDRESSES}/192.0.2.20", {"name": "m.acme.example"}).status, 200)
            inventory = place.directory / "inventory.yaml"
            inventory.write_text(inventory.read_text(encoding="utf-8").replace(
                "vm1: {product: mini, account: acme", "vm1: {product: mini, account: bee"),
                encoding="utf-8")
            run_program("ARPACTL", "reload", "-c", place.config)
            self.assertEqual(acme.get(f"{ADDRESSES}/192.0.2.20").status, 403)
            row = bee.get(f"{ADDRESSES}/192.0.2.20").json
            self.assertEqual((row["names"], row["origin"]), (["vm1.mini.example"], "default"))
            self.assertEqual(server.ask_ptr("192.0.2.20").data("answer", "PTR"), ["vm1.mini.example."])
            server.wait_for(r"the name that acme gave 192.0.2.20 on vm1 of .* is not heard: the address "
                            r"is that of vm1 \(bee\) now")
            checked = run_program("ARPACTL", "check", "-c", place.config)
            self.assertIn("the name that acme gave 192.0.2.20 on vm1", checked.stdout)

    def test_servers_survive_and_contradictions_keep_the_inventory_as_it_was(self):
        with workspace() as place:
            inventory = place.directory / "inventory.yaml"
            with place.start() as server:
                operator = WebClient(web_endpoint(server), make_token(place.config, "operator"))
                self.assertEqual(operator.put("/api/v1/servers/vm9", {
                    "product": "mini", "addresses": ["192.0.2.90"]}).status, 200)
            with place.start() as server:
                self.assertEqual(server.ask_ptr("192.0.2.90").data("answer", "PTR"),
                                 ["vm9.mini.example."])
                explained = run_program("ARPACTL", "explain", "192.0.2.90", "-c", place.config)
                self.assertIn("vm9 of product mini", explained.stdout)
                inventory.write_text(inventory.read_text(encoding="utf-8") +
                                     "  vm9: {product: mini, addresses: [192.0.2.91]}\n",
                                     encoding="utf-8")
                run_program("ARPACTL", "reload", "-c", place.config)
                server.wait_for("inventory.yaml:11:3: `vm9` was put through the API, too")
                self.assertEqual(server.ask_ptr("192.0.2.90").data("answer", "PTR"),
                                 ["vm9.mini.example."])
                self.assertEqual(server.ask_ptr("192.0.2.91").rcode, "NXDOMAIN")

    def test_account_changes_so_much_in_a_day(self):
        if re.search(b"__[at]san_", Path(program("ARPAD")).read_bytes()):
            self.skipTest("would take minutes with a sanitizer")
        allocations = [f"198.18.{third}.0/24" for third in range(32)]
        inventory = ("products: {mini: \"{server}.mini.example\"}\naccounts: {acme: {}, bee: {}}\n"
                     f"servers:\n  rack: {{product: mini, account: acme, addresses: {allocations}}}\n"
                     "  vm: {product: mini, account: bee, addresses: [198.18.99.1]}\n")
        ending = ".".join("x" * 60 for _ in range(3)) + ".acme.example"

        def changes(turn):
            return [{"address": f"198.18.{third}.{last}",
                     "names": [f"n{number}-{turn}.{ending}" for number in range(8)]}
                    for third in range(32) for last in range(256)]

        zones = {"ipv4": "network: 198.18.0.0/15\n"}
        with workspace(zones=zones, inventory=inventory) as place, place.start() as server:
            endpoint = web_endpoint(server)
            acme = CheckedClient(endpoint, make_token(place.config, "account", "acme"))
            bee = CheckedClient(endpoint, make_token(place.config, "account", "bee"))
            statuses = []
            for turn in (1, 1, 2, 3):
                statuses.append(acme.post(CHANGES, {"changes": changes(turn)}).status)
            # What changes nothing, and what is refused, costs nothing.
            outdated = changes(4)
            outdated[0]["etag"] = "nonsense"
            statuses.append(acme.post(CHANGES, {"changes": outdated}).status)
            for turn in (4, 5):
                statuses.append(acme.post(CHANGES, {"changes": changes(turn)}).status)
            self.assertEqual(statuses, [200] * 4 + [412, 200, 429])
            self.assertEqual(bee.put(f"{ADDRESSES}/198.18.99.1", {"name": "a.example"}).status, 200)
            self.assertEqual(acme.put(f"{ADDRESSES}/198.18.0.1", {"name": "a.example"}).status, 200)

    def test_on_a_full_disk_changes_are_refused_and_all_else_goes_on(self):
        with workspace() as place, small_disk(place.state):
            with place.start() as server:
                endpoint = web_endpoint(server)
                token = make_token(place.config, "account", "acme")
                client = WebClient(endpoint, token)
                fill(place.state)
                reply = client.put(f"{ADDRESSES}/192.0.2.20", {"name": "m.acme.example"})
                self.assertEqual((reply.status, reply.json["detail"]),
                                 (507, "it cannot be stored at present: try again later"))
                self.assertEqual(client.get(ADDRESSES).status, 200)
                self.assertEqual(server.ask_ptr("192.0.2.20").data("answer", "PTR"),
                                 ["vm1.mini.example."])
                self.assertEqual(WebClient(endpoint).sign_in(token).status, 503)
                make_room(place.state)
                reply = client.put(f"{ADDRESSES}/192.0.2.20", {"name": "m.acme.example"})
                self.assertEqual(reply.status, 200, reply.body)
                self.assertEqual(server.ask_ptr("192.0.2.20").data("answer", "PTR"),
                                 ["m.acme.example."])

    def test_damaged_databases_are_said_to_be_so_and_left_alone(self):
        damage = b"This is no database. " * 500
        for file, message in (("state.db", "state.db: file is not a database"),
                              ("access.db", "web: state directory .*: access.db: file is not a database")):
            with self.subTest(file), workspace() as place:
                with place.start() as server:
                    web_endpoint(server)
                for name in place.state.iterdir():
                    if name.name.startswith(file):
                        name.unlink()
                (place.state / file).write_bytes(damage)
                with place.start() as server:
                    server.wait_for(message)
                    self.assertEqual(server.ask_ptr("192.0.2.20").data("answer", "PTR"),
                                     ["vm1.mini.example."])
                    refused = run_program("ARPACTL", "token", "create", "operator", "-c", place.config)
                    self.assertRegex(refused.stdout, "there are no tokens")
                self.assertEqual((place.state / file).read_bytes(), damage)

    def test_without_a_state_no_name_is_changed(self):
        with workspace() as place:
            place.state.write_text("no directory", encoding="utf-8")
            with place.start() as server:
                server.wait_for("web: state directory")
                self.assertEqual(server.ask_ptr("192.0.2.20").rcode, "NOERROR")


if __name__ == "__main__":
    unittest.main()

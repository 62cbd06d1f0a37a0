"""The page Reverse Map Names, as customers use it: in a browser."""

import os
import tempfile
import unittest
from pathlib import Path

from arpad_server import ReplyTestCase
from browser import DESK, PHONE, Browser, axe_script
from web_client import WebClient, make_token, web_endpoint, workspace

DIALOG = "#dialog-body"
TITLE = "#dialog-title"


def screenshots():
    """Where pictures are kept; None if nowhere."""
    directory = os.environ.get("ARPAD_BUILD")
    return Path(directory) / "screenshots" if directory else None


class Page(ReplyTestCase):
    """A browser at the page of a server."""

    @classmethod
    def setUpClass(cls):
        cls.workspace = cls.enterClassContext(workspace())
        cls.server = cls.enterClassContext(cls.workspace.start())
        cls.endpoint = web_endpoint(cls.server)
        cls.url = f"http://{cls.endpoint[0]}:{cls.endpoint[1]}/"
        cls.token = make_token(cls.workspace.config, "account", "acme", "--name", "the customer")
        cls.operator = WebClient(cls.endpoint, make_token(cls.workspace.config, "operator"))
        cls.browser = cls.enterClassContext(Browser(screenshots()))

    def setUp(self):
        self.browser.driver.delete_all_cookies()
        self.browser.resize(DESK)
        self.browser.prefer("light")
        self.browser.complaints()
        for row in self.operator.get("/api/v1/addresses?edited=true").json["addresses"]:
            self.operator.delete(f"/api/v1/addresses/{row['address']}")

    def tearDown(self):
        # A name that is refused is a reply of 4xx, which the browser notes.
        complaints = [entry for entry in self.browser.complaints()
                      if "the server responded with a status of 4" not in entry]
        self.assertEqual(complaints, [])

    def sign_in(self):
        """Signs in as a customer, and waits for the list."""
        self.browser.open(self.url)
        self.browser.type("#token", self.token)
        self.browser.click("button.primary")
        self.row("192.0.2.20")

    def row(self, address):
        """The selector of the row of an address, once it can be changed."""
        selector = f"tr[data-address='{address}']"
        self.browser.find(f"{selector} td")
        return selector

    def name(self, address, text):
        """Writes a name into the field of an address."""
        self.browser.type(f"{self.row(address)} input", text)

    def update(self):
        """Presses Update, and confirms the preview; waits until every nameserver has it."""
        self.browser.click("#update")
        self.browser.click(f"{DIALOG} .primary")
        self.wait_for_receipt()

    def wait_for_receipt(self):
        """Waits until the receipt says that all have the change."""
        self.browser.wait(lambda: self.browser.text(TITLE) == "Updated" and
                          "Served" in self.browser.text(DIALOG) and
                          not self.browser.find_all(f"{DIALOG} .waiting"), "all have the change")

    def undo(self, step):
        """Takes back what the receipt is of; waits for the receipt of that, which has `step`."""
        self.browser.click(f"{DIALOG} .quiet:not(.small)")
        self.browser.wait(lambda: step in self.browser.text(DIALOG), step)
        self.wait_for_receipt()

    def close(self):
        """Closes what is open."""
        self.browser.click("#dialog-close")

    def assert_name(self, address, *names):
        """The server answers so."""
        self.assertEqual(self.server.ask_ptr(address).data("answer", "PTR"),
                         [f"{name}." for name in names])

    def test_a_customer_changes_a_name_and_restores_it(self):
        self.browser.open(self.url)
        self.browser.shoot("1-sign-in")
        self.sign_in()
        self.browser.shoot("2-list")
        text = self.browser.text("#addresses")
        for shown in ("Server Name", "Hostname", "IP Address", "Primary IP?", "Reverse Map Name",
                      "vm1.mini.example", "192.0.2.20"):
            self.assertIn(shown, text)
        self.assertNotIn("192.0.2.30", text)
        self.name("192.0.2.20", "mail.acme.example")
        self.assertIn("Nothing changes until you press Update", self.browser.text("#pending"))
        self.assert_name("192.0.2.20", "vm1.mini.example")
        self.browser.shoot("3-changed-and-not-updated")
        self.browser.click("#update")
        self.browser.find(f"{DIALOG} table")
        self.assertIn("mail.acme.example", self.browser.text(DIALOG))
        self.assert_name("192.0.2.20", "vm1.mini.example")
        self.browser.shoot("4-preview")
        self.browser.click(f"{DIALOG} .primary")
        self.wait_for_receipt()
        self.assert_name("192.0.2.20", "mail.acme.example")
        receipt = self.browser.text(DIALOG)
        for shown in ("Stored", "Served here", "ns1.example.net", "vm1.mini.example → mail.acme.example"):
            self.assertIn(shown, receipt)
        self.browser.shoot("5-receipt")
        self.close()
        row = self.row("192.0.2.20")
        self.browser.wait(lambda: "the customer" in self.browser.text(row))
        self.assertIn("Changed", self.browser.text(row))
        self.browser.click(f"{row} [aria-label^='Restore default']")
        self.update()
        self.assert_name("192.0.2.20", "vm1.mini.example")
        self.close()

    def test_undo_and_history(self):
        self.sign_in()
        self.name("2001:db8::20", "six.acme.example")
        self.update()
        self.assert_name("2001:db8::20", "six.acme.example")
        self.undo("six.acme.example → vm1.mini.example")
        self.assert_name("2001:db8::20", "vm1.mini.example")
        self.close()
        self.browser.click("[aria-label='History of 2001:db8::20']")
        self.browser.wait(lambda: "undoes" in self.browser.text(DIALOG))
        self.assertIn("vm1.mini.example → six.acme.example", self.browser.text(DIALOG))
        self.browser.shoot("6-history")
        self.close()

    def test_a_wrong_name_shows_why(self):
        self.sign_in()
        self.name("192.0.2.20", "not_a_name.example")
        self.browser.click("#update")
        self.browser.wait(lambda: "underscore" in self.browser.text(DIALOG))
        self.assertFalse(self.browser.find(f"{DIALOG} .primary").is_enabled())
        self.browser.shoot("7-wrong-name")
        self.close()
        self.name("192.0.2.20", "mail.acme.example")
        self.name("192.0.2.21", "locked.acme.example")
        self.browser.click("#update")
        self.browser.wait(lambda: "ask your provider" in self.browser.text(DIALOG))
        self.close()
        self.browser.click("#discard")
        self.browser.wait(lambda: not self.browser.find("#pending").is_displayed())
        self.assert_name("192.0.2.20", "vm1.mini.example")

    def test_a_table_is_imported(self):
        self.sign_in()
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as table:
            table.write("address,name\n192.0.2.20,csv.acme.example\n2001:db8:0:7::5,five.acme.example\n")
            table.flush()
            self.browser.click("#import")
            self.browser.find("#csv-file").send_keys(table.name)
            self.browser.wait(lambda: "five.acme.example" in self.browser.text(DIALOG))
            self.browser.shoot("8-import")
            self.browser.click(f"{DIALOG} .primary")
        self.wait_for_receipt()
        self.assert_name("192.0.2.20", "csv.acme.example")
        self.assert_name("2001:db8:0:7::5", "five.acme.example")
        self.undo("csv.acme.example → vm1.mini.example")
        self.assert_name("192.0.2.20", "vm1.mini.example")
        self.close()

    def test_an_address_of_a_prefix_is_named(self):
        self.sign_in()
        self.browser.click("#add")
        self.browser.type("#new-address", "2001:db8:0:7::99")
        self.browser.type("#new-name", "new.acme.example")
        self.browser.click(f"{DIALOG} .primary")
        self.browser.wait(lambda: "new.acme.example" in self.browser.text(DIALOG))
        self.browser.click(f"{DIALOG} .primary")
        self.wait_for_receipt()
        self.assert_name("2001:db8:0:7::99", "new.acme.example")
        self.close()
        self.assertIn("2001:db8:0:7::/64", self.browser.text(self.row("2001:db8:0:7::99")))
        self.browser.click("[aria-label='Restore default of 2001:db8:0:7::99']")
        self.update()
        self.close()
        self.browser.wait(lambda: not self.browser.find_all("tr[data-address='2001:db8:0:7::99']"))

    def test_search_and_filter(self):
        self.sign_in()
        self.browser.type("#search", "2001:db8::20")
        self.browser.wait(lambda: len(self.browser.find_all("#rows tr")) == 1)
        self.assertIn("1 address", self.browser.text("#count"))
        self.browser.type("#search", "nothing like this")
        self.browser.wait(lambda: "No address matches" in self.browser.text("#rows"))

    def test_a_link_of_the_panel_signs_in(self):
        path = self.operator.post("/api/v1/sign-in-links", {"account": "bee"}).json["path"]
        self.browser.open(self.url.rstrip("/") + path)
        self.row("192.0.2.30")
        self.browser.click("header button")
        self.browser.find("#token")
        self.browser.open(self.url.rstrip("/") + path)
        self.browser.wait(lambda: "not valid" in self.browser.text("body"))

    def test_a_wrong_token_is_said_to_be_one(self):
        self.browser.open(self.url)
        self.browser.type("#token", "arpad_nonsense")
        self.browser.click("button.primary")
        self.assertIn("not valid", self.browser.text("[role=alert]"))

    def test_another_customers_change_is_not_overwritten(self):
        self.sign_in()
        self.name("192.0.2.20", "mine.acme.example")
        reply = self.operator.put("/api/v1/addresses/192.0.2.20", {"name": "theirs.acme.example"})
        self.assertEqual(reply.status, 200)
        self.browser.click("#update")
        self.browser.wait(lambda: "changed meanwhile" in self.browser.text(DIALOG))
        self.close()
        self.browser.click("#discard")

    def test_everybody_can_use_it(self):
        script = axe_script()
        if script is None:
            self.skipTest("axe-core is not there: tools/test fetches it")
        barriers = {}

        def look(what):
            barriers[what] = self.browser.barriers(script)

        self.browser.open(self.url)
        look("sign-in")
        self.sign_in()
        look("list")
        self.name("192.0.2.20", "bar.acme.example")
        look("changed")
        self.browser.click("#update")
        self.browser.find(f"{DIALOG} table")
        look("preview")
        self.browser.click(f"{DIALOG} .primary")
        self.wait_for_receipt()
        look("receipt")
        self.close()
        self.browser.prefer("dark")
        look("dark")
        self.browser.shoot("9-dark")
        self.browser.resize(PHONE)
        look("phone")
        self.browser.shoot("10-phone")
        self.assertEqual({what: found for what, found in barriers.items() if found}, {})

    def test_it_fits_a_phone(self):
        self.browser.resize(PHONE)
        self.sign_in()
        self.assertLessEqual(
            self.browser.driver.execute_script("return document.documentElement.scrollWidth"),
            PHONE[0])

    def test_the_list_is_read_without_script(self):
        client = WebClient(self.endpoint)
        client.sign_in(self.token)
        with Browser(screenshots(), has_script=False) as plain:
            plain.open(self.url)
            name, _, value = client.cookie.partition("=")
            plain.driver.add_cookie({"name": name, "value": value})
            plain.open(self.url)
            self.assertIn("192.0.2.20", plain.text("#addresses"))
            self.assertIn("vm1.mini.example", plain.text("#addresses"))
            plain.shoot("11-without-script")


if __name__ == "__main__":
    unittest.main()

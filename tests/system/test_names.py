"""What names an address: records, servers, ranges, delegations, extra records, and nothing."""

import ipaddress
import random
import unittest
from pathlib import Path

import dns_client as dns
import dns_tools
from arpad_server import ZONE_DEFAULTS, ReplyTestCase, ServerTestCase, Workspace

IPV6_APEX = "8.b.d.0.1.0.0.2.ip6.arpa."
RANGE_FILE = """\
network: 2001:db8::/32
ranges:
  "2001:db8::/32": "{ip}.v6.example.net"
"""


def resident_octets(server):
    """Memory that belongs to the server's process alone."""
    text = Path(f"/proc/{server.process.pid}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(line.split()[1]) * 1024 for line in text.splitlines()
               if line.startswith(("Private_Clean", "Private_Dirty")))


class LargeRangeTest(ServerTestCase):
    """A range of 2^96 addresses."""

    zones = {"range": RANGE_FILE}

    def test_any_address_is_named(self):
        for _ in range(200):
            address = ipaddress.IPv6Address(
                int(ipaddress.IPv6Address("2001:db8::")) | random.getrandbits(96))
            name = str(address).replace(":", "-")
            name = "0" + name if name.startswith("-") else name
            name = name + "0" if name.endswith("-") else name
            self.assert_ptr(self.server.ask_ptr(address), f"{name}.v6.example.net.")

    def test_partial_names_have_no_data(self):
        labels = dns.reverse_name("2001:db8:1234:5678:9abc:def0:1234:5678").split(".")
        for depth in range(24):
            name = ".".join(labels[24 - depth:])
            self.assert_no_data(self.server.ask(name), IPV6_APEX)

    def test_other_types_of_an_address_have_no_data(self):
        name = dns.reverse_name("2001:db8::7")
        for rr_type in ("TXT", "AAAA", "NS", "SOA", "CNAME", "DS"):
            self.assert_no_data(self.server.ask(name, rr_type), IPV6_APEX)

    def test_what_is_no_nibble_does_not_exist(self):
        for label in ("g", "10", "00", "-", "*"):
            self.assert_name_absent(self.server.ask(f"{label}.{IPV6_APEX}"), IPV6_APEX)

    def test_a_33rd_label_does_not_exist(self):
        name = dns.reverse_name("2001:db8::7")
        for label in ("0", "a", "x"):
            self.assert_name_absent(self.server.ask(f"{label}.{name}"), IPV6_APEX)

    def test_takes_no_memory_to_speak_of(self):
        with Workspace({"range": RANGE_FILE}) as with_range, \
                Workspace({"range": "network: 2001:db8::/32\n"}) as without:
            with with_range.start() as one, without.start() as other:
                difference = resident_octets(one) - resident_octets(other)
        self.assertLess(difference, 1 << 24)  # of 2^96 names


def inventory_of(product):
    """A server called examplaaa1 of a product."""
    return f"""\
products:
  miniserver: "{{server}}.miniserver.com"
  full-server: "{{server}}.memset.com"
servers:
  examplaaa1:
    product: {product}
    addresses: [192.0.2.20, 192.0.2.21, "2001:db8::20", "2001:db8::21"]
"""


class ServerNamesTest(ReplyTestCase):
    """Primary addresses of servers."""

    zones = {"ipv4": "network: 192.0.2.0/24\n", "ipv6": "network: 2001:db8::/32\n"}
    settings = "inventory: inventory.yaml\n" + ZONE_DEFAULTS

    def start(self, inventory, zones=None):
        """A server with an inventory, stopped when the test ends."""
        workspace = self.enterContext(Workspace(zones or self.zones, self.settings))
        (workspace.directory / "inventory.yaml").write_text(inventory, encoding="utf-8")
        return self.enterContext(workspace.start())

    def test_are_called_after_server_and_product(self):
        for product, name in (("miniserver", "examplaaa1.miniserver.com."),
                              ("full-server", "examplaaa1.memset.com.")):
            server = self.start(inventory_of(product))
            for address in ("192.0.2.20", "2001:db8::20"):
                self.assert_ptr(server.ask_ptr(address), name, ttl=3600)

    def test_additional_addresses_have_none(self):
        server = self.start(inventory_of("miniserver"))
        self.assert_name_absent(server.ask_ptr("192.0.2.21"), "2.0.192.in-addr.arpa.")
        self.assert_name_absent(server.ask_ptr("2001:db8::21"), IPV6_APEX)

    def test_a_record_wins_and_taking_it_away_brings_the_default_back(self):
        record = "network: 192.0.2.0/24\nrecords: {192.0.2.20: mail.acme.example}\n"
        workspace = self.enterContext(Workspace({"ipv4": record}, self.settings))
        (workspace.directory / "inventory.yaml").write_text(inventory_of("miniserver"),
                                                            encoding="utf-8")
        with workspace.start() as server:
            self.assert_ptr(server.ask_ptr("192.0.2.20"), "mail.acme.example.")
            before = server.serial("2.0.192.in-addr.arpa")
        workspace.write_zone("ipv4", "network: 192.0.2.0/24\n")
        with workspace.start() as server:
            self.assert_ptr(server.ask_ptr("192.0.2.20"), "examplaaa1.miniserver.com.")
            self.assertNotEqual(server.serial("2.0.192.in-addr.arpa"), before)

    def test_a_default_wins_over_a_range_but_not_over_a_hole(self):
        zone = """\
network: 192.0.2.0/24
ranges:
  192.0.2.0/24: "{ip}.dyn.example.net"
  192.0.2.128/25: ~
"""
        inventory = """\
products: {vm: "{server}.vm.example"}
servers:
  a: {product: vm, addresses: [192.0.2.20]}
  b: {product: vm, addresses: [192.0.2.200]}
"""
        server = self.start(inventory, {"ipv4": zone})
        self.assert_ptr(server.ask_ptr("192.0.2.20"), "a.vm.example.")
        self.assert_ptr(server.ask_ptr("192.0.2.21"), "192-0-2-21.dyn.example.net.")
        self.assert_name_absent(server.ask_ptr("192.0.2.200"), "2.0.192.in-addr.arpa.")

    def test_a_broken_inventory_leaves_the_last_good_one_in_service(self):
        workspace = self.enterContext(Workspace(self.zones, self.settings))
        file = workspace.directory / "inventory.yaml"
        file.write_text(inventory_of("miniserver"), encoding="utf-8")
        with workspace.start():
            pass
        file.write_text("servers: {x: {product: gone, addresses: [192.0.2.9]}}\n",
                        encoding="utf-8")
        with workspace.start() as server:
            self.assert_ptr(server.ask_ptr("192.0.2.20"), "examplaaa1.miniserver.com.")
            self.assertIn("default names are those of its last good copy", server.log)

    def test_without_a_usable_inventory_records_are_served_all_the_same(self):
        server = self.start("nonsense: [\n", {"ipv4": "network: 192.0.2.0/24\n"
                                                      "records: {192.0.2.1: gw.example.net}\n"})
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "gw.example.net.")
        self.assertIn("no address has a default name", server.log)


ZONE = """\
network: 192.0.2.0/24
records:
  192.0.2.1: gw.example.net
ranges:
  192.0.2.0/25: "{ip}.dyn.example.net"
delegations:
  192.0.2.64/26:
    nameservers:
      - ns1.customer.example
      - {name: ns.part.2.0.192.in-addr.arpa, addresses: [192.0.2.53, "2001:db8::53"]}
    style: dash
    ttl: 5m
  192.0.2.200/32:
    nameservers: [{name: ns.200.2.0.192.in-addr.arpa, addresses: [192.0.2.200]}]
    ds: ["12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"]
extra: |
  *.lab            TXT    "wild"
  moved            DNAME  lab
  210              CNAME  1
  _sip._udp.1      SRV    0 0 5060 gw.example.net.
"""
APEX = "2.0.192.in-addr.arpa."


class EveryKindOfNameTest(ServerTestCase):
    """One zone with everything, asked with dig, kdig and drill."""

    zones = {"zone": ZONE}

    def test_clients_follow_rfc_2317_to_the_delegation(self):
        for tool in dns_tools.CLIENTS:
            reply = dns_tools.ask_with(tool, self.server.endpoint, "64.2.0.192.in-addr.arpa", "PTR")
            self.assertEqual(reply.data("CNAME"), ["64.64-26.2.0.192.in-addr.arpa."], reply.text)
            self.assertEqual({record[4] for record in reply.authority},
                             {"ns1.customer.example.", "ns.part.2.0.192.in-addr.arpa."})

    def test_network_and_broadcast_address_of_a_delegation_are_delegated(self):
        for octet in (64, 127):
            reply = self.server.ask_ptr(f"192.0.2.{octet}")
            self.assertEqual(reply.data("answer", "CNAME"), [f"{octet}.64-26.{APEX}"], reply)
        self.assert_ptr(self.server.ask_ptr("192.0.2.63"), "192-0-2-63.dyn.example.net.")
        self.assert_name_absent(self.server.ask_ptr("192.0.2.128"), APEX)

    def test_a_referral_is_not_authoritative_and_carries_glue(self):
        reply = self.server.ask_ptr("192.0.2.200")
        self.assertEqual(reply.rcode, "NOERROR")
        self.assertFalse(reply.is_authoritative, reply)
        self.assertEqual(reply.answer, [])
        self.assertEqual(reply.data("authority", "NS"), ["ns.200.2.0.192.in-addr.arpa."])
        self.assertEqual([record.owner for record in reply.additional if record.type == "A"],
                         ["ns.200.2.0.192.in-addr.arpa."])

    def test_nothing_leaks_from_below_a_cut(self):
        for name in ("ns.200.2.0.192.in-addr.arpa", "x.200.2.0.192.in-addr.arpa"):
            reply = self.server.ask(name, "A")
            self.assertFalse(reply.is_authoritative, reply)
            self.assertEqual(reply.answer, [])

    def test_ds_is_answered_by_the_parent(self):
        reply = self.server.ask("200.2.0.192.in-addr.arpa", "DS")
        self.assertTrue(reply.is_authoritative, reply)
        self.assertEqual([record.type for record in reply.answer], ["DS"])

    def test_wildcard_and_dname(self):
        reply = self.server.ask("a.b.lab.2.0.192.in-addr.arpa", "TXT")
        self.assertEqual([record.owner for record in reply.answer], ["a.b.lab." + APEX])
        reply = self.server.ask("x.moved.2.0.192.in-addr.arpa", "TXT")
        self.assertEqual([record.type for record in reply.answer], ["DNAME", "CNAME", "TXT"])

    def test_a_cname_leads_to_a_record(self):
        reply = self.server.ask_ptr("192.0.2.210")
        self.assertEqual(reply.data("answer", "PTR"), ["gw.example.net."])

    def test_names_below_an_address_of_a_range(self):
        self.assertEqual([record.type for record in
                          self.server.ask("_sip._udp.1.2.0.192.in-addr.arpa", "SRV").answer],
                         ["SRV"])
        self.assert_no_data(self.server.ask("_udp.1.2.0.192.in-addr.arpa", "SRV"), APEX)
        self.assert_name_absent(self.server.ask("_tcp.1.2.0.192.in-addr.arpa", "SRV"), APEX)


if __name__ == "__main__":
    unittest.main()

"""Which zones follow from which networks, and that every address is found in the right one."""

import ipaddress
import unittest

import dns_client as dns
import dns_tools
from arpad_server import NAMESERVERS, ReplyTestCase, ServerTestCase, Workspace


def network_file(network, *addresses, settings=""):
    """A zone file whose addresses are called after themselves."""
    records = "".join(f'  "{address}": {target_of(address)}\n' for address in addresses)
    return f"network: {network}\n{settings}records:\n{records}"


def target_of(address):
    """The name of an address in these tests."""
    return "a" + str(address).replace(":", "-").replace(".", "-") + "z.example.net"


def label_bits(network):
    """Bits that one label of the reverse tree stands for."""
    return 8 if network.version == 4 else 4


def apexes_of(network):
    """The zones of a network, worked out from RFC 1035 3.5, RFC 3596 2.5 and RFC 2317 4."""
    network = ipaddress.ip_network(network)
    bits = label_bits(network)
    address_labels = dns.reverse_name(network.network_address).split(".")
    if network.version == 4 and 24 < network.prefixlen < 32:
        return [f"{address_labels[0]}/{network.prefixlen}." + ".".join(address_labels[1:])]
    aligned = -(-network.prefixlen // bits) * bits
    total = network.max_prefixlen // bits
    return [".".join(dns.reverse_name(piece.network_address).split(".")[total - aligned // bits:])
            for piece in network.subnets(new_prefix=aligned)]


class NetworksTestCase(ServerTestCase):
    """Claims about the zone that an address is found in."""

    def assert_apex(self, apex):
        """There is a zone at `apex`: it has a SOA and NS of its own."""
        for rr_type in ("SOA", "NS"):
            reply = self.server.ask(apex, rr_type)
            self.assertEqual(reply.rcode, "NOERROR", f"{apex} {reply}")
            self.assertTrue(reply.is_authoritative, f"{apex} {reply}")
            self.assertEqual({(record.owner, record.type) for record in reply.answer},
                             {(apex, rr_type)})
        self.assertCountEqual(reply.data("answer", "NS"), NAMESERVERS)

    def assert_found(self, address):
        """`dig -x` finds the name of the address."""
        reply = dns_tools.dig(self.server.endpoint, "-x", address)
        self.assertEqual(reply.status, "NOERROR", reply.text)
        self.assertIn("aa", reply.flags)
        self.assertEqual(reply.data("PTR"), [target_of(address) + "."], reply.text)


class PlainNetworks(NetworksTestCase):
    """Networks beside each other."""

    zones = {
        "a": network_file("192.0.2.0/24", "192.0.2.0", "192.0.2.77", "192.0.2.255"),
        "b": network_file("198.18.0.0/15", "198.18.0.0", "198.18.255.255", "198.19.0.0",
                          "198.19.255.255"),
        "c": network_file("2001:db8::/32", "2001:db8::", "2001:db8::1",
                          "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        "d": network_file("3fff::/33", "3fff::1", "3fff:0:1000::1", "3fff:0:7fff:ffff::"),
        "e": network_file("203.0.113.9/32", "203.0.113.9"),
        "f": network_file("fd00::1/128", "fd00::1"),
        "g": network_file("198.51.100.64/26", "198.51.100.64", "198.51.100.127"),
    }

    def test_slash_24(self):
        self.assert_apex("2.0.192.in-addr.arpa.")
        for address in ("192.0.2.0", "192.0.2.77", "192.0.2.255"):
            self.assert_found(address)

    def test_slash_15_is_two_zones(self):
        for apex in ("18.198.in-addr.arpa.", "19.198.in-addr.arpa."):
            self.assert_apex(apex)
        for address in ("198.18.0.0", "198.18.255.255", "198.19.0.0", "198.19.255.255"):
            self.assert_found(address)
        self.assert_bare(self.server.ask("198.in-addr.arpa.", "SOA"), "REFUSED")
        self.assert_bare(self.server.ask("17.198.in-addr.arpa.", "SOA"), "REFUSED")
        self.assert_bare(self.server.ask("20.198.in-addr.arpa.", "SOA"), "REFUSED")

    def test_ipv6_slash_32(self):
        self.assert_apex("8.b.d.0.1.0.0.2.ip6.arpa.")
        for address in ("2001:db8::", "2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"):
            self.assert_found(address)

    def test_ipv6_slash_33_is_eight_zones(self):
        for nibble in range(8):
            self.assert_apex(f"{nibble}.0.0.0.0.f.f.f.3.ip6.arpa.")
        for address in ("3fff::1", "3fff:0:1000::1", "3fff:0:7fff:ffff::"):
            self.assert_found(address)
        self.assert_bare(self.server.ask("8.0.0.0.0.f.f.f.3.ip6.arpa.", "SOA"), "REFUSED")
        self.assert_bare(self.server.ask("0.0.0.0.f.f.f.3.ip6.arpa.", "SOA"), "REFUSED")

    def test_single_ipv4_address_is_a_zone_at_its_name(self):
        self.assert_apex("9.113.0.203.in-addr.arpa.")
        self.assert_found("203.0.113.9")
        self.assert_bare(self.server.ask_ptr("203.0.113.8"), "REFUSED")

    def test_single_ipv6_address_is_a_zone_at_its_name(self):
        self.assert_apex(dns.reverse_name("fd00::1"))
        self.assert_found("fd00::1")
        self.assert_bare(self.server.ask_ptr("fd00::2"), "REFUSED")

    def test_slash_26_alone_is_an_rfc_2317_child(self):
        # The names of its addresses are in the parent zone, which somebody else serves.
        apex = "64/26.100.51.198.in-addr.arpa."
        self.assert_apex(apex)
        for last in (64, 127):
            self.assert_ptr(self.server.ask(f"{last}.{apex}"),
                            target_of(f"198.51.100.{last}") + ".")
        self.assert_name_absent(self.server.ask(f"65.{apex}"), apex)
        self.assert_name_absent(self.server.ask(f"63.{apex}"), apex)
        self.assert_bare(self.server.ask_ptr("198.51.100.64"), "REFUSED")


class EveryLength(ReplyTestCase):
    """Networks of lengths on, before and behind every kind of boundary."""

    ipv4_lengths = (0, 1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 29, 30, 31, 32)
    ipv6_lengths = (0, 1, 3, 4, 5, 31, 32, 33, 63, 64, 65, 125, 126, 127, 128)

    def check(self, network):
        """First, middle and last address are found, and their neighbours are not."""
        network = ipaddress.ip_network(network)
        first, last = network.network_address, network.broadcast_address
        inside = sorted({first, first + (int(last) - int(first)) // 2, last})
        with Workspace({"zone": network_file(network, *inside)}) as workspace:
            with workspace.start() as server:
                apexes = apexes_of(network)
                for apex in {apexes[0], apexes[len(apexes) // 2], apexes[-1]}:
                    reply = server.ask(apex, "SOA")
                    self.assertEqual([record.owner for record in reply.answer], [apex], reply)
                for address in inside:
                    name = self.owner_in(network, address)
                    self.assert_ptr(server.ask(name), target_of(address) + ".")
                for value in (int(first) - 1, int(last) + 1):
                    self.check_outside(server, network, value)

    def owner_in(self, network, address):
        """Where the PTR of an address is: in an RFC 2317 child below its apex."""
        name = dns.reverse_name(address)
        if network.version == 4 and 24 < network.prefixlen < 32:
            return f"{name.split('.')[0]}.{apexes_of(network)[0]}"
        return name

    def check_outside(self, server, network, value):
        """The address with the number `value`, next to the network, is not in its zones."""
        if not 0 <= value < 1 << network.max_prefixlen:
            return
        outside = type(network.network_address)(value)
        self.assert_bare(server.ask_ptr(outside), "REFUSED")

    def test_ipv4(self):
        for length in self.ipv4_lengths:
            with self.subTest(length):
                self.check(ipaddress.ip_network(("203.173.189.173", length), strict=False))

    def test_ipv6(self):
        for length in self.ipv6_lengths:
            with self.subTest(length):
                self.check(ipaddress.ip_network(("2e5a:a5c3:5a3c:c3a5:a5c3:5a3c:c3a5:a53c", length),
                                                strict=False))


class ClasslessChildren(NetworksTestCase):
    """RFC 2317 children of networks that we serve too: one question, one whole answer."""

    zones = {
        "24": network_file("192.0.2.0/24", "192.0.2.1", "192.0.2.63", "192.0.2.128"),
        "26": network_file("192.0.2.64/26", "192.0.2.64", "192.0.2.70", "192.0.2.127"),
        "dash": network_file("192.0.2.192/27", "192.0.2.200", settings="style: dash\n"),
        "range": network_file("192.0.2.224/27", "192.0.2.230", settings="style: range\n"),
        "outer": network_file("203.0.113.0/24", "203.0.113.200"),
        "half": network_file("203.0.113.0/25", "203.0.113.1"),
        "quarter": network_file("203.0.113.64/26", "203.0.113.70"),
        "two": network_file("203.0.113.72/31", "203.0.113.72", "203.0.113.73"),
    }

    def assert_chain(self, address, *owners):
        """The answer goes from the address's own name over `owners` to its PTR."""
        reply = self.server.ask_ptr(address)
        self.assert_ptr(reply, target_of(address) + ".")
        self.assertEqual([record.owner for record in reply.answer],
                         [dns.reverse_name(address), *owners])
        self.assertEqual(reply.data("answer", "CNAME"), list(owners))
        self.assertEqual(reply.authority, [])

    def test_addresses_outside_the_child_have_no_cname(self):
        for address in ("192.0.2.1", "192.0.2.63", "192.0.2.128"):
            self.assert_chain(address)

    def test_cname_and_ptr_in_one_answer(self):
        for last in (64, 70, 127):
            self.assert_chain(f"192.0.2.{last}", f"{last}.64/26.2.0.192.in-addr.arpa.")

    def test_styles(self):
        self.assert_chain("192.0.2.200", "200.192-27.2.0.192.in-addr.arpa.")
        self.assert_chain("192.0.2.230", "230.224-255.2.0.192.in-addr.arpa.")

    def test_child_in_a_child(self):
        self.assert_chain("203.0.113.1", "1.0/25.113.0.203.in-addr.arpa.")
        self.assert_chain("203.0.113.70", "70.0/25.113.0.203.in-addr.arpa.",
                          "70.64/26.0/25.113.0.203.in-addr.arpa.")
        self.assert_chain("203.0.113.73", "73.0/25.113.0.203.in-addr.arpa.",
                          "73.64/26.0/25.113.0.203.in-addr.arpa.",
                          "73.72/31.64/26.0/25.113.0.203.in-addr.arpa.")

    def test_apexes_of_children(self):
        for apex in ("64/26.2.0.192.in-addr.arpa.", "192-27.2.0.192.in-addr.arpa.",
                     "224-255.2.0.192.in-addr.arpa.", "0/25.113.0.203.in-addr.arpa.",
                     "64/26.0/25.113.0.203.in-addr.arpa.",
                     "72/31.64/26.0/25.113.0.203.in-addr.arpa."):
            with self.subTest(apex):
                self.assert_apex(apex)

    def test_address_without_a_name_is_absent_in_the_child(self):
        # RFC 6604 3: the rcode is that of the last name of the chain.
        reply = self.server.ask_ptr("192.0.2.65")
        self.assertEqual(reply.rcode, "NXDOMAIN", reply)
        self.assertEqual(reply.data("answer", "CNAME"), ["65.64/26.2.0.192.in-addr.arpa."])
        self.assertEqual([record.owner for record in reply.authority],
                         ["64/26.2.0.192.in-addr.arpa."])

    def test_cname_itself_can_be_asked_for(self):
        reply = self.server.ask_ptr("192.0.2.70", rr_type="CNAME")
        self.assertEqual(reply.data("answer", "CNAME"), ["70.64/26.2.0.192.in-addr.arpa."])
        self.assertEqual(len(reply.answer), 1)

    def test_tools_follow_the_chain(self):
        for tool in ("dig", "kdig", "drill"):
            with self.subTest(tool):
                reply = dns_tools.run_tool(tool, self.server.endpoint, "-x", "203.0.113.70")
                self.assertEqual(reply.data("PTR"), [target_of("203.0.113.70") + "."], reply.text)
                self.assertEqual(len(reply.data("CNAME")), 2, reply.text)


class NestedNetworks(NetworksTestCase):
    """Networks in each other that have names of their own in the reverse tree."""

    zones = {
        "18": network_file("198.18.0.0/15", "198.18.1.1"),
        "19": network_file("198.19.0.0/16", "198.19.1.1"),
        "10": network_file("10.0.0.0/8", "10.1.1.1", "10.21.1.1"),
        "10.20": network_file("10.20.0.0/16", "10.20.1.1"),
        "10.20.30": network_file("10.20.30.0/24", "10.20.30.1"),
        "10.40": network_file("10.40.0.0/15", "10.40.1.1", "10.41.1.1"),
        "10.50.60.70": network_file("10.50.60.70/32", "10.50.60.70"),
        "32": network_file("2001:db8::/32", "2001:db8::1"),
        "47": network_file("2001:db8:10::/47", "2001:db8:10::1", "2001:db8:11::1"),
        "128": network_file("2001:db8:20::5/128", "2001:db8:20::5"),
    }

    def test_every_address_is_found(self):
        for address in ("198.18.1.1", "198.19.1.1", "10.1.1.1", "10.21.1.1", "10.20.1.1",
                        "10.20.30.1", "10.40.1.1", "10.41.1.1", "10.50.60.70", "2001:db8::1",
                        "2001:db8:10::1", "2001:db8:11::1", "2001:db8:20::5"):
            with self.subTest(address):
                self.assert_found(address)

    def test_inner_network_takes_a_whole_zone_of_the_outer(self):
        self.assert_apex("18.198.in-addr.arpa.")
        self.assert_apex("19.198.in-addr.arpa.")
        self.assert_name_absent(self.server.ask_ptr("198.19.9.9"), "19.198.in-addr.arpa.")
        self.assert_name_absent(self.server.ask_ptr("198.18.9.9"), "18.198.in-addr.arpa.")

    def test_inner_zones_answer_for_themselves(self):
        for address, apex in (("10.20.9.9", "20.10.in-addr.arpa."),
                              ("10.20.30.9", "30.20.10.in-addr.arpa."),
                              ("10.40.9.9", "40.10.in-addr.arpa."),
                              ("10.41.9.9", "41.10.in-addr.arpa."),
                              ("10.42.9.9", "10.in-addr.arpa."),
                              ("10.50.60.71", "10.in-addr.arpa."),
                              ("2001:db8:11::9", "1.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa."),
                              ("2001:db8:12::9", "8.b.d.0.1.0.0.2.ip6.arpa.")):
            with self.subTest(address):
                self.assert_name_absent(self.server.ask_ptr(address), apex)

    def test_the_outer_zone_answers_ds_at_the_cut(self):
        # RFC 4035 3.1.4.1. Names above a cut exist in the outer zone, with or without records.
        for apex, parent in (("20.10.in-addr.arpa.", "10.in-addr.arpa."),
                             ("30.20.10.in-addr.arpa.", "20.10.in-addr.arpa."),
                             ("41.10.in-addr.arpa.", "10.in-addr.arpa."),
                             ("70.60.50.10.in-addr.arpa.", "10.in-addr.arpa."),
                             (dns.reverse_name("2001:db8:20::5"), "8.b.d.0.1.0.0.2.ip6.arpa.")):
            with self.subTest(apex):
                self.assert_no_data(self.server.ask(apex, "DS"), parent)

    def test_names_above_a_cut_are_empty_non_terminals(self):
        for name in ("50.10.in-addr.arpa.", "60.50.10.in-addr.arpa."):
            with self.subTest(name):
                self.assert_no_data(self.server.ask(name), "10.in-addr.arpa.")


class NamedZones(NetworksTestCase):
    """`zone:` beside `network`, and alone."""

    zones = {
        "customer": network_file("192.0.2.128/25", "192.0.2.130",
                                 settings="zone: reverse.customer.example\n"),
        "wide": network_file("198.51.100.0/24", "198.51.100.7",
                             settings="zone: 100.51.198.in-addr.arpa\n"),
        "alone": "zone: just.a.name.example\n",
        "reads": "zone: 113.0.203.in-addr.arpa\nrecords:\n"
                 f"  203.0.113.5: {target_of('203.0.113.5')}\n",
    }

    def test_last_octet_stands_below_the_name(self):
        self.assert_apex("reverse.customer.example.")
        self.assert_ptr(self.server.ask("130.reverse.customer.example."),
                        target_of("192.0.2.130") + ".")
        self.assert_name_absent(self.server.ask("131.reverse.customer.example."),
                                "reverse.customer.example.")

    def test_name_that_the_network_has_anyway(self):
        self.assert_apex("100.51.198.in-addr.arpa.")
        self.assert_found("198.51.100.7")

    def test_zone_of_any_name(self):
        self.assert_apex("just.a.name.example.")
        self.assert_name_absent(self.server.ask("x.just.a.name.example.", "A"),
                                "just.a.name.example.")

    def test_zone_alone_that_reads_as_a_prefix_holds_records(self):
        self.assert_apex("113.0.203.in-addr.arpa.")
        self.assert_found("203.0.113.5")


if __name__ == "__main__":
    unittest.main()

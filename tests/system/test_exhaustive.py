"""Every address of a /16 with 65,536 records, and of 10,000 random ones in an IPv6 /48."""

import ipaddress
import random
import unittest

import dns_client as dns
from arpad_server import ServerTestCase

IPV4_NETWORK = ipaddress.ip_network("172.20.0.0/16")
IPV6_NETWORK = ipaddress.ip_network("2001:db8:4f::/48")
IPV6_APEX = "f.4.0.0.8.b.d.0.1.0.0.2.ip6.arpa."
IPV6_COUNT = 10_000
NEIGHBOURS = 5_000


def ipv4_target(address):
    """The name of an IPv4 address."""
    return f"host-{int(address) & 0xFFFF:05}.example.net."


def ipv6_addresses():
    """Some addresses close together, some anywhere, always the same ones."""
    source = random.Random(48)
    first = int(IPV6_NETWORK.network_address)
    values = {first, int(IPV6_NETWORK.broadcast_address)}
    while len(values) < IPV6_COUNT:
        value = first + source.getrandbits(source.choice((8, 16, 32, 64, 80)))
        values.add(value)
    return [ipaddress.IPv6Address(value) for value in sorted(values)]


IPV6_TARGETS = {address: f"six-{number:05}.example.net."
                for number, address in enumerate(ipv6_addresses())}


class Exhaustive(ServerTestCase):
    """Two workers, as most servers have."""

    workers = 2
    zones = {
        "ipv4": f"network: {IPV4_NETWORK}\nrecords:\n" + "".join(
            f"  {address}: {ipv4_target(address)}\n" for address in IPV4_NETWORK),
        "ipv6": f"network: {IPV6_NETWORK}\nrecords:\n" + "".join(
            f'  "{address}": {target}\n' for address, target in IPV6_TARGETS.items()),
    }

    def assert_all_answer(self, targets):
        """Each of the names in `targets` has its own PTR and no other."""
        answered = 0
        for name, reply in dns.ask_all(self.server.endpoint, list(targets)):
            answered += 1
            if (reply.rcode, reply.data("answer", "PTR")) != ("NOERROR", [targets[name]]) or (
                    reply.question != dns.question(name)):
                self.fail(f"{name}: {reply}")
        self.assertEqual(answered, len(targets))

    def assert_all_absent(self, names):
        """None of `names` exists."""
        answered = 0
        for name, reply in dns.ask_all(self.server.endpoint, names):
            answered += 1
            self.assert_name_absent(reply, IPV6_APEX)
            self.assertEqual(reply.question, dns.question(name))
        self.assertEqual(answered, len(names))

    def test_every_address_of_the_slash_16(self):
        targets = {dns.reverse_name(address): ipv4_target(address) for address in IPV4_NETWORK}
        self.assertEqual(len(targets), 65_536)
        self.assert_all_answer(targets)

    def test_every_record_of_the_slash_48(self):
        targets = {dns.reverse_name(address): target for address, target in IPV6_TARGETS.items()}
        self.assertEqual(len(targets), IPV6_COUNT)
        self.assert_all_answer(targets)

    def test_neighbours_in_the_slash_48_are_absent(self):
        source = random.Random(49)
        some = source.sample(sorted(IPV6_TARGETS), NEIGHBOURS)
        neighbours = {address + step for address in some for step in (-1, 1)}
        absent = [address for address in sorted(neighbours)
                  if address in IPV6_NETWORK and address not in IPV6_TARGETS]
        self.assertGreater(len(absent), NEIGHBOURS)
        self.assert_all_absent([dns.reverse_name(address) for address in absent])

    def test_addresses_that_differ_in_one_nibble_are_absent(self):
        source = random.Random(50)
        names = set()
        for address in source.sample(sorted(IPV6_TARGETS), 300):
            for nibble in range(20):
                other = ipaddress.IPv6Address(int(address) ^ source.randrange(1, 16) << 4 * nibble)
                if other not in IPV6_TARGETS:
                    names.add(dns.reverse_name(other))
        self.assert_all_absent(sorted(names))

    def test_neighbours_of_the_networks_are_outside(self):
        for network in (IPV4_NETWORK, IPV6_NETWORK):
            for address in (network.network_address - 1, network.broadcast_address + 1):
                with self.subTest(address):
                    self.assert_bare(self.server.ask_ptr(address), "REFUSED")

    def test_every_empty_non_terminal_of_the_slash_16(self):
        for octet in range(256):
            self.assert_no_data(self.server.ask(f"{octet}.20.172.in-addr.arpa."),
                                "20.172.in-addr.arpa.")


if __name__ == "__main__":
    unittest.main()

"""Networks made at random, the same for the same seed: whatever docs/zone-files.md allows.

A seed has its own part of 10.0.0.0/8 and of 2001:db8::/32, so that the zones of up to SLOTS
consecutive seeds can be served at once.
"""

import ipaddress
import random

import expansion
from decoration import Decorator
from networks import Network, Server, Soa, World

SLOTS = 64


def make_world(seed):
    """The networks and servers of a seed, and names that show what is special about them."""
    return _Maker(seed).make()


def subnet(rng, prefix, length):
    """Any prefix of `length` inside `prefix`."""
    bits = prefix.max_prefixlen
    value = int(prefix.network_address) | (
        rng.getrandbits(bits - prefix.prefixlen) >> (bits - length) << (bits - length)
        if bits > prefix.prefixlen else 0)
    return type(prefix)((value, length))


class _Maker:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        slot = seed % SLOTS
        self.tag = f"s{slot}"
        second = 4 * slot
        self.low = [ipaddress.ip_network(f"10.{second + offset}.0.0/16") for offset in range(2)]
        self.high = ipaddress.ip_network(f"10.{second + 2}.0.0/15")
        self.v6 = ipaddress.ip_network(f"2001:db8:{slot << 8:x}::/40")
        self.networks = []
        self.serial = 0

    def make(self):
        """Decides on the networks, then fills them."""
        rng = self.rng
        self._nested_24()
        self._off_boundary()
        self._ipv6()
        self._ipv6_small()
        self._lone_classless()
        for make in rng.sample([self._wide, self._named, self._single, self._dname_apex,
                                self._named_alone], 3):
            make()
        world = World(self.networks, [])
        decorator = Decorator(rng, world, self.tag)
        for network in self.networks:
            decorator.fill(network)
        decorator.link_zones()
        world.marks = decorator.marks
        world.servers = self._servers(decorator)
        return world

    def _network(self, prefix, **settings):
        """A network with settings of its own; None if its prefix is another's."""
        rng = self.rng
        if prefix is not None and any(found.prefix == prefix for found in self.networks):
            return None
        nameservers = rng.sample([f"ns{number}.example.net" for number in range(1, 5)],
                                 rng.randint(1, 3))
        self.serial += 1
        soa = Soa(contact=rng.choice(["hostmaster@example.net", "dns.example.org"]),
                  primary=rng.choice(nameservers), serial=1000 + self.serial,
                  negative_ttl=rng.choice([60, 900, 7200]),
                  ttl=rng.choice([None, None, 300, 86400]))
        network = Network(prefix, soa, nameservers, ttl=rng.choice([300, 3600, 7200]),
                          nameservers_ttl=rng.choice([None, 86400]), **settings)
        self.networks.append(network)
        return network

    def _style(self):
        return self.rng.choice([None, "slash", "dash", "range"])

    def _classless(self, outer):
        """An RFC 2317 network in a /24 or longer, sometimes with another one inside."""
        rng = self.rng
        if outer.prefixlen > 29:
            return
        inner = subnet(rng, outer, rng.randint(max(25, outer.prefixlen + 1),
                                               min(30, outer.prefixlen + 4)))
        if any(found.prefix is not None and found.prefix.overlaps(inner)
               and not found.prefix.supernet_of(outer) for found in self.networks):
            return
        if self._network(inner, style=self._style()) is None:
            return
        if rng.random() < 0.4:
            self._classless(inner)
        if rng.random() < 0.3:
            self._network(subnet(rng, inner, 32), style=rng.choice([None, "slash", "dash"]))

    def _nested_24(self):
        prefix = subnet(self.rng, ipaddress.ip_network((self.low[0].network_address, 17)),
                        self.rng.choice([24, 24, 24, 23]))
        self._network(prefix)
        around = subnet(self.rng, prefix, 24)
        for _ in range(self.rng.randint(1, 2)):
            self._classless(around)

    def _off_boundary(self):
        rng = self.rng
        outer = subnet(rng, self.low[1], rng.choice([20, 21, 22, 23]))
        self._network(outer)
        for _ in range(rng.randint(1, 2)):
            inner = subnet(rng, outer, rng.randint(outer.prefixlen + 1, 26))
            if any(found.prefix.overlaps(inner) and not found.prefix.supernet_of(inner)
                   for found in self.networks if found.prefix is not None
                   and found.prefix.version == 4):
                continue
            self._network(inner, style=self._style() if inner.prefixlen > 24 else None)

    def _wide(self):
        """A /15, with networks inside that take one of its zones or are cut out of one."""
        rng = self.rng
        self._network(self.high)
        for length in rng.sample([16, 18, 23, 24, 24], 2):
            self._network(subnet(rng, self.high, length))

    def _ipv6(self):
        rng = self.rng
        upper = ipaddress.ip_network((self.v6.network_address, 41))
        outer = subnet(rng, upper, rng.choice([46, 47, 48, 48, 48]))
        self._network(outer)
        for length in rng.sample([52, 55, 56, 58, 64, 66, 112], 2):
            self._network(subnet(rng, outer, length))

    def _ipv6_small(self):
        """A network small enough that its ranges can cover all of it."""
        upper = ipaddress.ip_network((int(self.v6.network_address) | 1 << 86, 42))
        self._network(subnet(self.rng, upper, self.rng.randint(118, 126)))

    def _lone_classless(self):
        prefix = subnet(self.rng, ipaddress.ip_network(
            (int(self.low[0].network_address) | 0xC000, 18)), self.rng.randint(25, 31))
        self._network(prefix, style=self._style())

    def _named(self):
        """Zones whose names say nothing of their addresses, one inside a network that leads to
        it by CNAMEs."""
        rng = self.rng
        spare = ipaddress.ip_network((int(self.low[0].network_address) | 0x8000, 18))
        outer = subnet(rng, spare, rng.choice([22, 24]))
        self._network(outer, zone=f"rev.{self.tag}.example.net")
        inner = subnet(rng, subnet(rng, outer, 24), rng.randint(25, 29))
        self._network(inner, **rng.choice([{"zone": f"inner.{self.tag}.example.org"},
                                           {"style": self._style()}]))

    def _single(self):
        rng = self.rng
        spare = ipaddress.ip_network((int(self.low[1].network_address) | 0xFF00, 24))
        self._network(subnet(rng, spare, 32), style=self._style())
        self._network(subnet(rng, ipaddress.ip_network(
            (int(self.v6.network_address) | 3 << 86, 42)), 128))

    def _dname_apex(self):
        """A range-only network whose addresses a DNAME at the apex shuts out (RFC 6672 2.4)."""
        prefix = ipaddress.ip_network((int(self.v6.network_address) | 2 << 86 | 0xABC00, 120))
        self._network(prefix).has_apex_dname = True

    def _named_alone(self):
        name = self.rng.choice([f"alone.{self.tag}.example.net", f"_tcp.{self.tag}.example.org"])
        network = self._network(None, zone=name)
        network.has_apex_dname = self.rng.random() < 0.4

    def _servers(self, decorator):
        """Servers whose addresses are some of those that the networks have blocks for."""
        rng = self.rng
        free = decorator.free_addresses()
        chosen = rng.sample(free, min(len(free), rng.randint(8, 30)))
        servers = []
        while chosen:
            addresses = [chosen.pop() for _ in range(min(len(chosen), rng.randint(1, 3)))]
            domain = rng.choice(["mini.example", "full.example.net"])
            servers.append(Server(f"{self.tag}x{len(servers)}.{domain}", addresses))
        return servers


def expand(world):
    """The zones of a World, with the marks of the generator among those of the expansion."""
    made = expansion.expand(world)
    for kind, names in world.marks.items():
        for name in names:
            made.mark(kind, name)
    for zone in made.zones.values():
        for name in zone.names - zone.rrsets.keys():
            made.mark("empty non-terminal", name)
    return made


def file_names(seed, world):
    """The zone files of a World by name."""
    for number, network in enumerate(world.networks):
        yield f"seed{seed}-{number:02}", network

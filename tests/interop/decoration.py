"""Fills networks with everything that a zone file may hold."""

import ipaddress

import expansion
import wire
from networks import Delegation, Entry, Extra, Range

HOSTS = ["www", "mail", "db", "gw", "Host-7", "a.b", "vpn"]
DOMAINS = ["example.net", "example.org", "Example.COM", "sub.example.net"]
V4_TEMPLATES = ["{ip}.dyn.example.net", "x{hex}.example.net", "{a}-{b}-{c}-{d}.example.org",
                "h{a:03}{b:03}{c:03}{d:03}.example.net", "{d}.{c}.{b}.{a}.rev.example.net",
                "pool{host}.{c}-{b}.example.net", "{host:04}.pool.example.net", "any.example.net",
                "in-{ip}-x.example.org"]
V6_TEMPLATES = ["{ip}.dyn.example.net", "x{hex}.example.net", "{groups}.example.org",
                "h{host}.example.net", "{host:06}.pool.example.net", "any.example.net",
                "v6-{ip}.example.net", "{ip}-x.example.org", "{hex}.{ip}.example.net"]
STYLES = [None, "slash", "dash", "range"]
STRANGE_LABELS = [b"a.b", b"with space", b"\0\xff", b'q"q', b"x" * 63, b"_dns-sd", b"semi;colon",
                  b"back\\slash", b"UPPER", b"@"]
LONG_TARGET = ".".join(["a" * 63, "b" * 63, "c" * 50, "example.net."])
MOST_IN_RANGES = 500  # addresses of a network that its ranges name


def _host(rng):
    return f"{rng.choice(HOSTS)}.{rng.choice(DOMAINS)}"


def _ds(rng):
    return f"{rng.randrange(65536)} 13 2 {rng.randbytes(32).hex().upper()}"


class Decorator:
    """Fills the networks of a World."""

    def __init__(self, rng, world, tag):
        self.rng = rng
        self.world = world
        self.tag = tag
        self.marks = {}
        self.plan = expansion.plan(world.networks)
        self.sites = []

    def mark(self, kind, name):
        """Remembers a name that shows something special."""
        self.marks.setdefault(kind, set()).add(name)

    def fill(self, network):
        """Puts entries of all kinds into a network."""
        site = Site(self, network)
        if not site.places:
            return  # inner networks took all of its zones
        self.sites.append(site)
        if getattr(network, "has_apex_dname", False):
            site.fill_below_apex_dname()
            return
        if network.prefix is not None:
            site.fill_addresses()
        site.fill_names()

    def link_zones(self):
        """CNAMEs from zone to zone: to names that exist and others, and in circles."""
        rng = self.rng
        usable = [site for site in self.sites if not site.has_apex_dname]
        for site in rng.sample(usable, min(len(usable), 4)):
            for number in range(rng.randint(1, 3)):
                other = rng.choice(self.sites)
                site.add_link(f"link{number}", other.some_target())
        one, other = rng.sample(usable, 2)
        there, back = (site.name("round") for site in (one, other))
        one.add_extra(there, "CNAME", wire.name_text(back))
        other.add_extra(back, "CNAME", wire.name_text(there))

    def free_addresses(self):
        """Addresses that a server may have."""
        return [address for site in self.sites for address in site.addresses
                if not site.has_apex_dname]


class Site:
    """A network while it is being filled."""

    def __init__(self, decorator, network):
        self.decorator = decorator
        self.rng = decorator.rng
        self.network = network
        self.places = [zone for zone in decorator.plan.values() if zone.network is network]
        self.inner = [other.prefix for other in decorator.world.networks
                      if expansion.outer_of(other, decorator.world.networks) is network]
        self.has_apex_dname = getattr(network, "has_apex_dname", False)
        self.taken = []  # prefixes whose names lead elsewhere
        self.addresses = []
        self.ttls = {}  # of RRsets in extra
        self.written = set()
        self.apexes = sorted(decorator.plan)

    # Names

    def name(self, text, place=None):
        """A name below an apex of the network."""
        place = place or self.rng.choice(self.places)
        return wire.name(text, place.apex)

    def place_of(self, address):
        """The zone of the network that holds an address; None if it has none."""
        return next((zone for zone in self.places if address in zone.covered), None)

    def place_for(self, prefix):
        """The zone of the network that holds all of a prefix; None if it has none."""
        return next((zone for zone in self.places if prefix.subnet_of(zone.covered)), None)

    def add_extra(self, owner, rr_type, data, ttl=None):
        """Adds a record of `extra`, with the TTL that its RRset already has."""
        rng = self.rng
        if (owner, rr_type, data) in self.written:
            return
        self.written.add((owner, rr_type, data))
        chosen = ttl if ttl is not None else rng.choice([None, None, 60, 1800, 0, 2147483647])
        ttl = self.ttls.setdefault((owner, rr_type), chosen)
        text = wire.name_text(owner)
        apex = self.places[0].apex
        # Not where other networks took all zones of this one but one.
        is_only_zone = len(self.places) == 1 and self.places[0].covered in (
            None, self.network.prefix)
        if is_only_zone and rng.random() < 0.7:
            labels = wire.labels_of(owner)[:len(wire.labels_of(owner)) - len(wire.labels_of(apex))]
            text = ".".join(map(wire.label_text, labels)) or "@"
        self.network.extra.append(Extra(text, rr_type, data, ttl))

    def add_link(self, text, target):
        """A CNAME at a new name."""
        self.add_extra(self.name(text + "-" + self.decorator.tag), "CNAME", wire.name_text(target))

    def some_target(self):
        """A name in one of the network's zones, whether or not it exists."""
        rng = self.rng
        if self.addresses and rng.random() < 0.7:
            address = rng.choice(self.addresses)
            return expansion.address_name(self.place_of(address), address)
        return self.name(rng.choice(["txt", "nosuch", "a.deep.ent", "x.wild", "ns1.cut", "@"]))

    # Addresses

    def is_free(self, prefix):
        """Whether nothing leads elsewhere in a prefix, and it lies in one zone of the network."""
        return (self.place_for(prefix) is not None
                and not any(prefix.overlaps(found) for found in self.inner + self.taken))

    def fill_addresses(self):
        """Everything that is about addresses."""
        blocks = self._blocks()
        self._add_delegations(blocks)
        self._add_cuts(blocks)
        self._add_shutters(blocks)
        self._add_ranges(blocks)
        self.addresses = [address for block in blocks for address in self._sample(block, 60)
                          if self.is_free(ipaddress.ip_network(address))]
        self.addresses = list(dict.fromkeys(self.addresses))
        self._add_records()
        self._add_extra_at_addresses()
        self._add_at_inner_apexes()

    def _sample(self, block, most):
        size = block.num_addresses
        offsets = range(size) if size <= most else sorted(
            {0, size - 1, *self.rng.sample(range(size), most)})
        return [block[offset] for offset in offsets]

    def _blocks(self):
        """Small prefixes where the network has names; the network itself if it is small."""
        rng = self.rng
        prefix = self.network.prefix
        bits = prefix.max_prefixlen
        if bits - prefix.prefixlen <= 8:
            return [prefix]
        blocks = []
        for _ in range(rng.randint(3, 5)):
            length = bits - rng.randint(3, 7)
            value = rng.getrandbits(bits - prefix.prefixlen)
            if prefix.version == 6 and rng.random() < 0.6:
                value &= (1 << rng.choice([8, 12, 16])) - 1 | 0xF << 64
            value = (int(prefix.network_address) | value) >> (bits - length) << (bits - length)
            block = type(prefix)((value, length))
            if block.subnet_of(prefix) and not any(block.overlaps(found) for found in blocks):
                blocks.append(block)
        return blocks

    def _child(self, blocks, shortest, longest):
        """A free prefix in or around a block; None if none was found."""
        rng = self.rng
        if shortest > longest:
            return None
        for _ in range(6):
            block = rng.choice(blocks)
            length = rng.randint(shortest, longest)
            if length < block.prefixlen:
                found = expansion.around(block, length)
            else:
                offset = rng.getrandbits(length - block.prefixlen)
                value = int(block.network_address) | offset << (block.max_prefixlen - length)
                found = type(block)((value, length))
            is_part = any(zone.covered != found and found.subnet_of(zone.covered)
                          for zone in self.places)
            if is_part and self.is_free(found):
                self.taken.append(found)
                return found
        return None

    def _nameservers(self, cut, is_host_name=True, most=3):
        """Nameservers of a cut, some with glue; `cut` is None if there are several."""
        rng = self.rng
        found = [(f"ns{number}.customer.example", []) for number in range(rng.randint(1, 2))]
        if cut is not None and is_host_name and rng.random() < 0.6:
            text = wire.name_text(cut).rstrip(".")
            count = rng.choice([1, 2, 2, most])
            found += [(f"ns{number}.{text}", self._glue()) for number in range(count)]
        return found

    def _glue(self):
        rng = self.rng
        glue = [ipaddress.ip_address(f"192.0.2.{rng.randrange(256)}")]
        glue += [ipaddress.ip_address(f"2001:db8:ffff::{number:x}")
                 for number in rng.sample(range(1, 65536), rng.randint(0, 3))]
        return glue[:rng.randint(1, 4)]

    def _add_delegations(self, blocks):
        rng = self.rng
        prefix = self.network.prefix
        for _ in range(rng.randint(1, 4)):
            if prefix.version == 4:
                # A block may lie anywhere, so a cut around it may be any octet's.
                around = max(prefix.prefixlen + 1, 21)
                shortest = 25 if rng.random() < 0.6 or around > 24 else around
                shortest = max(shortest, prefix.prefixlen + 1)
                longest = 31 if rng.random() < 0.7 else 32
            else:
                shortest, longest = prefix.prefixlen + 1, 128
            found = self._child(blocks, shortest, longest)
            if found is not None:
                self._add_delegation(found)

    def _add_delegation(self, prefix):
        rng = self.rng
        place = self.place_for(prefix)
        made = Delegation(prefix, [], ttl=rng.choice([None, 600]))
        cut = None
        if prefix.version == 4 and prefix.prefixlen > 24:
            made.style = rng.choice(STYLES if prefix.prefixlen < 32 else [None, None, "dash"])
            if rng.random() < 0.15:
                made.style = None
                made.cname_to = rng.choice([f"rev.{self.decorator.tag}.customer.example",
                                            "c" + prefix.network_address.packed.hex() + ".customer."
                                            + wire.name_text(place.apex).rstrip(".")])
                if not made.cname_to.endswith(".example"):
                    cut = wire.host(made.cname_to)
            elif expansion.is_classless(prefix, made.style):
                upper = expansion.name_in(place, expansion.around(prefix, 24))
                cut = wire.below(expansion.classless_label(prefix, made.style), upper)
        if made.cname_to is None and not expansion.is_classless(prefix, made.style):
            cut = expansion.name_in(place, prefix) if expansion.is_on_boundary(prefix) else None
        if made.cname_to is None or cut is not None:
            is_host_name = cut is not None and b"/" not in cut and b"_" not in cut
            made.nameservers = self._nameservers(cut, is_host_name, most=14)
            if cut is not None and rng.random() < 0.4:
                made.ds = [_ds(rng) for _ in range(rng.randint(1, 2))]
                made.ds_ttl = rng.choice([None, 1200])
        self.network.delegations.append(made)
        if cut is not None and made.nameservers and rng.random() < 0.4:
            self._add_below_cut(cut)
            self._add_wildcard_beside(cut, place)

    def _add_below_cut(self, cut):
        """Data that is never answered (RFC 2181 6)."""
        self.add_extra(wire.name("deep.occluded", cut), "TXT", '"below a cut"')
        if self.rng.random() < 0.5:
            self.add_extra(wire.name("*", cut), "PTR", "below.example.net.")

    def _add_wildcard_beside(self, cut, place):
        """A wildcard that the cut must hide from what is below it (RFC 4592 4.2)."""
        upper = wire.parent(cut)
        if upper in self.apexes and upper != place.apex:
            return
        self.add_extra(wire.name("*", upper), "TXT", '"beside a cut"')
        self.decorator.mark("wildcard beside a cut", upper)

    def _add_cuts(self, blocks):
        """NS records in extra at the name of an address or a prefix, glue below or beside it."""
        rng = self.rng
        bits = self.network.prefix.max_prefixlen
        step = expansion.label_bits(self.network.prefix)
        for _ in range(rng.randint(0, 2)):
            found = self._child(blocks, max(self.network.prefix.prefixlen + 1, bits - 2 * step),
                                bits)
            if found is None or not expansion.is_on_boundary(found):
                continue
            place = self.place_for(found)
            cut = expansion.name_in(place, found)
            self.add_extra(cut, "NS", wire.name_text(wire.name("ns1", cut)))
            self.add_extra(wire.name("ns1", cut), "A", "192.0.2.77")
            self.add_extra(cut, "NS", "ns.customer.example.")
            if rng.random() < 0.5:
                self.add_extra(cut, "DS", _ds(rng))
            self._add_below_cut(cut)
            self._add_wildcard_beside(cut, place)

    def _add_shutters(self, blocks):
        """CNAME and DNAME at the names of addresses and prefixes."""
        rng = self.rng
        bits = self.network.prefix.max_prefixlen
        step = expansion.label_bits(self.network.prefix)
        targets = ["out.example.org.", "txt", "nosuch.deep", "x.wild", "chain0", "below.dname"]
        for kind in rng.sample(["CNAME", "CNAME", "DNAME"], rng.randint(1, 3)):
            shortest = bits if kind == "CNAME" and rng.random() < 0.8 else bits - step
            found = self._child(blocks, max(shortest, self.network.prefix.prefixlen + 1), bits)
            if found is None or not expansion.is_on_boundary(found):
                continue
            place = self.place_for(found)
            owner = expansion.name_in(place, found)
            target = rng.choice(targets) if kind == "CNAME" else rng.choice(
                ["out.example.org.", "wild", LONG_TARGET, "deep"])
            self.add_extra(owner, kind, wire.name_text(wire.name(target, place.apex)))
            if kind == "DNAME" and rng.random() < 0.5:
                self.add_extra(owner, "TXT", '"beside a DNAME"')
            self.decorator.mark(f"{kind} at an address", owner)

    def _is_lost(self, first, last):
        """Whether all of a range leads elsewhere."""
        return any(first in prefix and last in prefix for prefix in self.inner + self.taken)

    def _add_ranges(self, blocks):
        room = MOST_IN_RANGES
        for block in blocks:
            if self.rng.random() < 0.2 or block.num_addresses > room:
                continue
            room -= block.num_addresses
            kind = type(block[0])
            self._add_range(kind, int(block[0]), int(block[-1]), 0)
        self.rng.shuffle(self.network.ranges)

    def _add_range(self, kind, first, last, depth):
        """A range from `first` to `last`, and others inside."""
        rng = self.rng
        if depth > 0 and rng.random() < 0.5:  # else as a prefix
            first += rng.randint(0, (last - first) // 4)
            last -= rng.randint(0, (last - first) // 4)
        if self._is_lost(kind(first), kind(last)):
            return
        templates = V4_TEMPLATES if kind is ipaddress.IPv4Address else V6_TEMPLATES
        template = rng.choice(templates) if rng.random() < 0.8 or depth == 0 else None
        ttl = rng.choice([None, None, 120, 5]) if template is not None else None
        if any((int(found.first), int(found.last)) == (first, last)
               for found in self.network.ranges):
            return
        self.network.ranges.append(Range(kind(first), kind(last), template, ttl))
        middle = (first + last) // 2
        if depth < 3 and last - first > 3:
            for low, high in ((first, middle), (middle + 1, last)):
                if rng.random() < 0.6:
                    self._add_range(kind, low, high, depth + 1)

    def _add_records(self):
        rng = self.rng
        for address in rng.sample(self.addresses, min(len(self.addresses), rng.randint(10, 40))):
            roll = rng.random()
            if roll < 0.15:
                entry = Entry(is_locked=rng.random() < 0.3)
            else:
                names = tuple(dict.fromkeys(_host(rng) for _ in range(rng.choice([1, 1, 1, 2, 3]))))
                if len({name.lower() for name in names}) != len(names):
                    names = names[:1]
                entry = Entry(names, rng.choice([None, None, 60, 86400]), rng.random() < 0.1)
            self.network.records[address] = entry

    def _add_extra_at_addresses(self):
        """Other types beside PTR, PTR in extra, and names below addresses."""
        rng = self.rng
        for address in rng.sample(self.addresses, min(len(self.addresses), rng.randint(3, 8))):
            place = self.place_of(address)
            owner = expansion.address_name(place, address)
            for kind in rng.sample(range(5), 2):
                if kind == 0:
                    self.add_extra(owner, "TXT", '"beside \\"PTR\\"" "two; strings"')
                elif kind == 1:
                    self.add_extra(owner, "TYPE65280", "\\# 4 0a000001")
                elif kind == 2:
                    self.add_extra(wire.name(rng.choice(["x", "a.b", "c.d.e"]), owner), "TXT",
                                   '"below an address"')
                elif kind == 3 and address not in self.network.records:
                    self.add_extra(owner, "PTR", rng.choice(
                        ["no\\032host.example.net.", "_x._y.example.net.", "a\\.b.example.net."]))
                else:
                    self.add_extra(wire.name("*", owner), "TXT", '"wildcard below an address"')

    def _add_at_inner_apexes(self):
        """What an outer zone may hold at and below the apex of an inner one: NS that are used in
        place of the inner network's, DS, and data that is never answered."""
        rng = self.rng
        own = {zone.apex for zone in self.places}
        for apex in self.apexes:
            above = expansion.zone_above(self.decorator.plan, wire.parent(apex))
            if above is None or above.apex not in own or rng.random() < 0.6:
                continue
            if rng.random() < 0.4:
                self.add_extra(apex, "NS", "ns9.example.net.")
            if rng.random() < 0.5:
                self.add_extra(apex, "DS", _ds(rng))
            self.add_extra(wire.name("a.hidden", apex), "TXT", '"in the outer file"')

    # Names

    def fill_below_apex_dname(self):
        """DNAME at the apex; whatever the ranges say is shut out."""
        for place in self.places:
            target = self.rng.choice([f"t.{self.decorator.tag}.example.com.", LONG_TARGET,
                                      wire.name_text(self.decorator.sites[0].places[0].apex)])
            self.add_extra(place.apex, "DNAME", target)
        if self.network.prefix is not None:
            prefix = self.network.prefix
            self.network.ranges.append(Range(prefix[0], prefix[-1], "{ip}.dyn.example.net"))

    def fill_names(self):
        """Names that are no addresses."""
        rng = self.rng
        place = rng.choice(self.places)
        if place.covered is not None and place.covered.num_addresses == 1 and place.base == (
                place.covered) and rng.random() < 0.5:
            return  # a zone at an address, and nothing else
        self._add_plain(place)
        if len(self.places) == 1 and b"/" not in place.apex and rng.random() < 0.2:
            self._add_own_nameserver(place)
        for add in rng.sample([self._add_chain, self._add_loop, self._add_dname, self._add_deep,
                               self._add_wild, self._add_named_cut, self._add_big_cut,
                               self._add_strange], rng.randint(3, 6)):
            add(rng.choice(self.places))

    def _add_plain(self, place):
        rng = self.rng
        records = [("@", "TXT", '"noc@example.net"'), ("txt", "TXT", '"text"'),
                   ("txt", "A", "192.0.2.8"), ("txt", "AAAA", "2001:db8::8"),
                   ("mx", "MX", "10 " + wire.name_text(self.name("txt", place))),
                   ("mx", "MX", "20 mail.example.net."),
                   ("_sip._tcp", "SRV", "1 2 5060 sip.example."),
                   ("hw", "HINFO", '"VAX" "VMS 5"'), ("lb._dns-sd._udp", "PTR", "example.net."),
                   ("odd", "TYPE65280", "\\# 0"), ("odd", "CAA", '0 issue "ca.example"')]
        for text, rr_type, data in records:
            if text == "txt" or rng.random() < 0.5:
                self.add_extra(self.name(text, place), rr_type, data)

    def _add_own_nameserver(self, place):
        """A nameserver in its own zone, whose address the zone above needs too."""
        server = wire.name("ns1", place.apex)
        self.network.nameservers.append(wire.name_text(server).rstrip("."))
        self.add_extra(server, "A", "192.0.2.54")

    def _add_chain(self, place):
        length = self.rng.choice([2, 3, 7, 8, 9, 12])
        last = self.rng.choice(["txt", "nosuch", "out.example.org.", "x.wild"])
        for number in range(length):
            target = f"chain{number + 1}" if number + 1 < length else last
            self.add_extra(self.name(f"chain{number}", place), "CNAME",
                           wire.name_text(self.name(target, place)))

    def _add_loop(self, place):
        one, other = self.name("loop1", place), self.name("loop2", place)
        self.add_extra(one, "CNAME", wire.name_text(other))
        self.add_extra(other, "CNAME", wire.name_text(one))
        self.add_extra(self.name("self", place), "CNAME", wire.name_text(self.name("self", place)))

    def _add_dname(self, place):
        rng = self.rng
        target = rng.choice([self.name("wild", place), self.name("deep", place),
                             wire.name("out.example.org."), wire.name(LONG_TARGET),
                             rng.choice(self.decorator.sites).places[0].apex])
        owner = self.name("dname", place)
        self.add_extra(owner, "DNAME", wire.name_text(target))
        if rng.random() < 0.5:
            self.add_extra(owner, "TXT", '"beside a DNAME"')

    def _add_deep(self, place):
        self.add_extra(self.name("a.very.deep.ent.of.names", place), "TXT", '"deep"')
        self.add_extra(self.name("a.deep", place), "PTR", "deep.example.net.")

    def _add_wild(self, place):
        rng = self.rng
        records = [("*.wild", "TXT", '"wild"'), ("*.wild", "PTR", "wild.example.net."),
                   ("x.wild", "A", "192.0.2.9"), ("foo.*.wild", "TXT", '"below a wildcard"'),
                   ("foo.*.entwild", "TXT", '"makes an empty wildcard"'),
                   ("*.wildcname", "CNAME", wire.name_text(self.name("txt", place))),
                   ("*.wildout", "CNAME", "out.example.org."),
                   ("*.a.*.wild", "TXT", '"two of them"'),
                   ("*.wilddname", "DNAME", "out.example.org."), ("*", "TXT", '"the whole zone"')]
        for text, rr_type, data in rng.sample(records, rng.randint(4, 8)):
            self.add_extra(self.name(text, place), rr_type, data)

    def _add_named_cut(self, place):
        """A cut beside a wildcard, with sibling glue and data below it."""
        rng = self.rng
        cut = self.name("cut.wild", place)
        self.add_extra(cut, "NS", wire.name_text(wire.name("ns1", cut)))
        self.add_extra(wire.name("ns1", cut), "A", "192.0.2.53")
        self.add_extra(wire.name("ns1", cut), "AAAA", "2001:db8::53")
        if rng.random() < 0.6:
            sibling = self.name("sibling.wild", place)
            self.add_extra(sibling, "NS", wire.name_text(wire.name("ns1", cut)))
            self.add_extra(sibling, "NS", wire.name_text(self.name("txt", place)))
        if rng.random() < 0.4:
            self.add_extra(cut, "DS", _ds(rng))
        self._add_below_cut(cut)
        self._add_wildcard_beside(cut, place)

    def _add_big_cut(self, place):
        """A referral that does not fit into 512 or 1232 octets (RFC 9471)."""
        rng = self.rng
        cut = self.name(rng.choice(["big", "fat.cut"]), place)
        for number in range(rng.choice([4, 8, 13, 40])):
            nameserver = wire.name(f"ns{number}", cut)
            self.add_extra(cut, "NS", wire.name_text(nameserver))
            for address in self._glue():
                self.add_extra(nameserver, "A" if address.version == 4 else "AAAA", str(address))

    def _add_strange(self, place):
        for label in self.rng.sample(STRANGE_LABELS, 4):
            owner = wire.below(label.lower(), place.apex)
            if owner is not None:
                self.add_extra(owner, "TXT", '"a strange label"')

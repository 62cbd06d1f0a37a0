"""What the zones of a set of networks hold, worked out record by record.

This says the same as docs/zone-files.md in another language and in the most literal way: every
address of a range is looked at by itself. It is what the exported zones are compared with.
"""

import ipaddress
from dataclasses import dataclass, field

import masterfile
import networks
import wire

NS, CNAME, SOA, PTR, DNAME, DS = (wire.TYPES[name] for name in
                                  ("NS", "CNAME", "SOA", "PTR", "DNAME", "DS"))
_ADDRESS_TYPES = {4: wire.TYPES["A"], 6: wire.TYPES["AAAA"]}
_SHUTTING = (CNAME, NS, DNAME)


@dataclass
class Planned:
    """A zone: its apex stands for the prefix `base`, and it holds the addresses `covered`."""

    apex: bytes
    network: networks.Network
    base: object = None
    covered: object = None


@dataclass
class Expansion:
    """Zones by apex, and names that show what is special about them, by what that is."""

    zones: dict
    plan: dict
    marks: dict = field(default_factory=dict)

    def mark(self, kind, name):
        """Remembers a name."""
        self.marks.setdefault(kind, set()).add(name)


def label_bits(prefix):
    """Bits of an address that one label stands for (RFC 1035 3.5, RFC 3596 2.5)."""
    return 8 if prefix.version == 4 else 4


def reverse_labels(address):
    """The labels of an address, the last octet or nibble first."""
    if address.version == 4:
        return [str(octet).encode() for octet in reversed(address.packed)]
    return [b"%x" % nibble for octet in reversed(address.packed)
            for nibble in (octet & 15, octet >> 4)]


def arpa_name(prefix):
    """The reverse name of a prefix on a label boundary."""
    suffix = [b"in-addr", b"arpa"] if prefix.version == 4 else [b"ip6", b"arpa"]
    labels = reverse_labels(prefix.network_address)
    free = (prefix.max_prefixlen - prefix.prefixlen) // label_bits(prefix)
    return wire.from_labels(labels[free:] + suffix)


def name_in(zone, prefix):
    """The name of a prefix on a label boundary in a zone whose base contains it."""
    labels = reverse_labels(prefix.network_address)
    bits = label_bits(prefix)
    free = (prefix.max_prefixlen - prefix.prefixlen) // bits
    above = (prefix.max_prefixlen - zone.base.prefixlen) // bits
    return wire.from_labels(labels[free:above])[:-1] + zone.apex


def address_name(zone, address):
    """The name of an address in a zone."""
    return name_in(zone, ipaddress.ip_network(address))


def pieces_of(prefix):
    """The prefixes on the next label boundary that make up a prefix."""
    bits = label_bits(prefix)
    return list(prefix.subnets(new_prefix=-(-prefix.prefixlen // bits) * bits))


def is_on_boundary(prefix):
    """Whether a prefix has a reverse name of its own."""
    return prefix.prefixlen % label_bits(prefix) == 0


def is_classless(prefix, style):
    """Whether a prefix gets a child zone by RFC 2317."""
    return prefix.version == 4 and (24 < prefix.prefixlen < 32
                                    or (prefix.prefixlen == 32 and style is not None))


def classless_label(prefix, style):
    """The label of an RFC 2317 child zone."""
    first = prefix.network_address.packed[3]
    last = prefix.broadcast_address.packed[3]
    forms = {None: f"{first}/{prefix.prefixlen}", "slash": f"{first}/{prefix.prefixlen}",
             "dash": f"{first}-{prefix.prefixlen}", "range": f"{first}-{last}"}
    return forms[style].encode()


def around(prefix, length):
    """The prefix of `length` that contains `prefix`."""
    return prefix.supernet(new_prefix=length)


def outer_of(network, all_networks):
    """The smallest other network that contains a network; None if there is none."""
    if network.prefix is None:
        return None
    found = [other for other in all_networks
             if other is not network and other.prefix is not None
             and other.prefix.version == network.prefix.version
             and network.prefix.subnet_of(other.prefix)]
    return max(found, key=lambda other: other.prefix.prefixlen, default=None)


def plan(all_networks):
    """The zones of networks by apex; rule 1: an inner network takes a zone of the outer."""
    zones = {}
    planned = {}
    ordered = sorted((found for found in all_networks if found.prefix is not None),
                     key=lambda found: found.prefix.prefixlen)
    for network in ordered:
        outer = outer_of(network, all_networks)
        planned[id(network)] = _zones_for(network, planned[id(outer)] if outer else [])
        for zone in planned[id(network)]:
            zones[zone.apex] = zone
    for network in all_networks:
        if network.prefix is None:
            zones[wire.host(network.zone)] = Planned(wire.host(network.zone), network)
    return zones


def _zones_for(network, outer_zones):
    prefix = network.prefix
    if network.zone is not None:
        base = around(prefix, 24) if prefix.version == 4 and prefix.prefixlen > 24 else (
            around(prefix, prefix.prefixlen // label_bits(prefix) * label_bits(prefix)))
        return [Planned(wire.host(network.zone), network, base, prefix)]
    if is_classless(prefix, network.style):
        base = around(prefix, 24)
        upper = _name_in_outer(base, prefix, outer_zones)
        apex = wire.below(classless_label(prefix, network.style), upper)
        return [Planned(apex, network, base, prefix)]
    return [Planned(_name_in_outer(piece, piece, outer_zones), network, piece, piece)
            for piece in pieces_of(prefix)]


def _name_in_outer(aligned, piece, outer_zones):
    for zone in outer_zones:
        if piece.subnet_of(zone.covered) and aligned.subnet_of(zone.base):
            return name_in(zone, aligned)
    return arpa_name(aligned)


def zone_above(zones, name):
    """The zone with the longest apex at or above `name`; None if there is none."""
    while name not in zones:
        if name == wire.ROOT:
            return None
        name = wire.parent(name)
    return zones[name]


def render(template, address, first):
    """The name that a template makes of an address of a range that begins with `first`."""
    labels = []
    for label in template.split("."):
        text = ""
        position = 0
        while position < len(label):
            if label[position] != "{":
                text += label[position]
                position += 1
                continue
            end = label.index("}", position)
            kind, _, width = label[position + 1:end].partition(":")
            position = end + 1
            piece = _piece(kind, int(width or 0), address, first)
            if kind == "ip" and address.version == 6:
                piece = _padded(text, piece, label[position:])
            text += piece
        labels.append(text)
    return wire.name(".".join(labels) + ".")


def _piece(kind, width, address, first):
    if kind == "ip":
        return str(address).replace(".", "-").replace(":", "-")
    if kind == "hex":
        return address.packed.hex()
    if kind == "groups":
        return address.exploded.replace(":", "-")
    if kind == "host":
        offset = int(address) - int(first)
        return format(offset, f"0{width}{'d' if address.version == 4 else 'x'}")
    return format(address.packed["abcd".index(kind)], f"0{width}d")


def _padded(before, piece, after):
    """`{ip}` of IPv6 with zeros where the label would begin or end with a dash or look like an
    A-label."""
    if not before and piece.startswith("-"):
        piece = "0" + piece
    elif len(before) < 4 and (before + piece)[2:4] == "--":
        piece = "0" + piece
    if piece.endswith("-") and (not after or after.startswith("-")):
        piece += "0"
    return piece


def expand(world):
    """The zones of a World."""
    planned = plan(world.networks)
    zones = {apex: masterfile.Zone(apex) for apex in planned}
    expansion = Expansion(zones, planned)
    for apex, place in planned.items():
        _add_apex(zones[apex], place.network)
    for network in world.networks:
        _add_extra(expansion, network)
        _add_delegations(expansion, network)
    for network in world.networks:
        _add_nesting(expansion, network, world.networks)
    defaults = {address: server.host for server in world.servers for address in server.primaries()}
    for network in world.networks:
        if network.prefix is not None:
            inner = [other.prefix for other in world.networks
                     if outer_of(other, world.networks) is network]
            _add_names(expansion, network, inner, defaults)
    return expansion


def _add_apex(zone, network):
    soa = network.soa
    ttl = network.ttl if soa.ttl is None else soa.ttl
    contact = wire.name(soa.contact.replace("@", ".") + ".")
    numbers = b"".join(number.to_bytes(4, "big") for number in (
        soa.serial, soa.refresh, soa.retry, soa.expire, soa.negative_ttl))
    zone.add(zone.apex, SOA, ttl, wire.host(soa.primary) + contact + numbers)
    _add_nameservers(zone, zone.apex, network)


def _add_nameservers(zone, owner, network):
    ttl = network.ttl if network.nameservers_ttl is None else network.nameservers_ttl
    for nameserver in network.nameservers:
        zone.add(owner, NS, ttl, wire.host(nameserver))


def _zones_of(expansion, network):
    return [zone for zone in expansion.plan.values() if zone.network is network]


def _add_extra(expansion, network):
    places = _zones_of(expansion, network)
    own = {zone.apex: zone for zone in places}
    origin = places[0].apex if len(places) == 1 else None
    for extra in network.extra:
        owner = wire.name(extra.owner, origin)
        tokens = masterfile.tokens_of(f"{extra.type} {extra.data}")
        _, rr_type, rdata = masterfile.read_record(tokens, origin)
        place = zone_above(own, owner)
        expansion.zones[place.apex].add(
            owner, rr_type, network.ttl if extra.ttl is None else extra.ttl, rdata)


def _add_delegations(expansion, network):
    for delegation in network.delegations:
        ttl = network.ttl if delegation.ttl is None else delegation.ttl
        for zone in _zones_of(expansion, network):
            if delegation.prefix.overlaps(zone.covered):
                _add_delegation(expansion, zone, delegation, ttl)


def _add_delegation(expansion, place, delegation, ttl):
    zone = expansion.zones[place.apex]
    prefix = delegation.prefix
    if delegation.cname_to is not None:
        child = wire.host(delegation.cname_to)
        cuts = [child] if delegation.nameservers else []
        _add_cnames(expansion, place, prefix, child, ttl)
    elif is_classless(prefix, delegation.style):
        child = wire.below(classless_label(prefix, delegation.style),
                           name_in(place, around(prefix, 24)))
        cuts = [child]
        expansion.mark(f"RFC 2317 {delegation.style or 'slash'}", child)
        _add_cnames(expansion, place, prefix, child, ttl)
    else:
        cuts = [name_in(place, piece) for piece in pieces_of(prefix)
                if piece.subnet_of(place.covered)]
    for cut in cuts:
        for nameserver, addresses in delegation.nameservers:
            target = wire.host(nameserver)
            zone.add(cut, NS, ttl, target)
            for address in addresses:
                if wire.is_at_or_below(target, zone.apex):
                    zone.add(target, _ADDRESS_TYPES[address.version], ttl, address.packed)
        ds_ttl = ttl if delegation.ds_ttl is None else delegation.ds_ttl
        for text in delegation.ds:
            rdata = masterfile.read_rdata("DS", masterfile.tokens_of(text), None)
            zone.add(cut, DS, ds_ttl, rdata)
        if any(found.first <= prefix[0] and prefix[-1] <= found.last
               for found in place.network.ranges):
            expansion.mark("cut in a range", cut)


def _add_cnames(expansion, place, prefix, child, ttl):
    """RFC 2317 4: every address of the prefix, the first and the last one too."""
    for address in prefix:
        label = reverse_labels(address)[0]
        expansion.zones[place.apex].add(address_name(place, address), CNAME, ttl,
                                        wire.below(label, child))


def _add_nesting(expansion, network, all_networks):
    """Rule 2: the zone above has the NS of the inner zones, and CNAMEs to an RFC 2317 one."""
    for place in _zones_of(expansion, network):
        above = zone_above(expansion.plan, wire.parent(place.apex))
        if above is not None:
            zone = expansion.zones[above.apex]
            if not _is_led_away(zone, place.apex):
                _add_nameservers(zone, place.apex, network)
                _copy_glue(expansion.zones[place.apex], zone)
            expansion.mark("nested networks", place.apex)
    outer = outer_of(network, all_networks)
    if outer is None or network.prefix.version != 4 or network.prefix.prefixlen <= 24:
        return
    (place,) = _zones_of(expansion, network)
    if place.base == place.covered:
        return
    for above in _zones_of(expansion, outer):
        if network.prefix.subnet_of(above.covered):
            for address in network.prefix:
                expansion.zones[above.apex].add(address_name(above, address), CNAME, outer.ttl,
                                                address_name(place, address))
            expansion.mark("nested networks", address_name(above, network.prefix[0]))
            if network.zone is None:
                expansion.mark(f"RFC 2317 {network.style or 'slash'}", place.apex)


def _is_led_away(zone, owner):
    """Whether what the operator wrote leads away from a name: NS or DNAME at it or above."""
    return any(zone.is_cut(name) or zone.has(name, DNAME)
               for name in wire.ancestors(owner, zone.apex))


def _copy_glue(inner, outer):
    """The addresses that nameservers of an inner zone have in it are glue in the zone above."""
    for target in inner.types_at(inner.apex)[NS][1]:
        if wire.is_at_or_below(target, inner.apex):
            for rr_type in _ADDRESS_TYPES.values():
                if inner.has(target, rr_type) and not outer.has(target, rr_type):
                    ttl, rdatas = inner.types_at(target)[rr_type]
                    for rdata in rdatas:
                        outer.add(target, rr_type, ttl, rdata)


def _is_shut_out(zone, owner):
    """Whether a CNAME, NS or DNAME at the name or above leaves no room for a default."""
    for name in wire.ancestors(owner, zone.apex):
        types = zone.types_at(name)
        shutting = _SHUTTING if name != zone.apex else (CNAME, DNAME)
        if any(found in types for found in shutting):
            return True
    return False


def _add_names(expansion, network, inner, defaults):
    """The PTR of every address that has one, by the layers of names."""
    candidates = set(network.records)
    candidates.update(address for address in defaults if network.contains(address))
    for found in network.ranges:
        candidates.update(_addresses(found))
    for place in _zones_of(expansion, network):
        zone = expansion.zones[place.apex]
        for address in candidates:
            if address in place.covered and not any(address in prefix for prefix in inner):
                _add_name(expansion, zone, place, address, defaults)


def _addresses(found):
    kind = type(found.first)
    return (kind(value) for value in range(int(found.first), int(found.last) + 1))


def _add_name(expansion, zone, place, address, defaults):
    network = place.network
    owner = address_name(place, address)
    if _is_shut_out(zone, owner) or zone.has(owner, PTR):
        return
    entry = network.records.get(address)
    covering = sorted((found for found in network.ranges if found.contains(address)),
                      key=lambda found: found.size)
    smallest = covering[0] if covering else None
    if entry is not None:
        if not entry.names:
            expansion.mark("hole", owner)
        for target in entry.names:
            zone.add(owner, PTR, network.ttl if entry.ttl is None else entry.ttl,
                     wire.host(target))
    elif smallest is not None and smallest.template is None:
        expansion.mark("hole", owner)
    elif address in defaults:
        zone.add(owner, PTR, networks.INVENTORY_TTL, wire.host(defaults[address]))
    elif smallest is not None:
        if len(covering) > 1:
            expansion.mark("nested range", owner)
        zone.add(owner, PTR, network.ttl if smallest.ttl is None else smallest.ttl,
                 render(smallest.template, address, smallest.first))

"""What a server must answer from zones, worked out from RFC 1034 4.3.2, RFC 4592 and RFC 6672.

It stands in for arpad where the test is tried without it, and says in a report of a difference
what the answer should have been. It has arpad's liberties: it follows CNAMEs through all zones, a
bounded number of them, and puts no DS into referrals.
"""

import expansion
import wire

NS, CNAME, SOA, DNAME, DS, ANY = (
    wire.TYPES[name] for name in ("NS", "CNAME", "SOA", "DNAME", "DS", "ANY"))
ADDRESS_TYPES = (wire.TYPES["A"], wire.TYPES["AAAA"])
MOST_LINKS = 8


class _Answer:
    def __init__(self):
        self.rcode = wire.NOERROR
        self.flags = 0
        self.answer = set()
        self.authority = set()
        self.additional = set()


def answer(zones, question):
    """The reply to a Question, not truncated."""
    made = _Answer()
    name = question.name.lower()
    seen = set()
    for link in range(MOST_LINKS + 1):
        zone = find_zone(zones, name, question.type)
        if zone is None:
            if link == 0:
                made.rcode = wire.REFUSED
            break
        seen.add(name)
        name = _step(made, zone, name, question.type)
        if name is None or name in seen:
            break
    return wire.Reply(made.rcode, made.flags | question.flags, frozenset(made.answer),
                      frozenset(made.authority), frozenset(made.additional), b"", False, 0)


def find_zone(zones, name, rr_type):
    """The zone that answers: for DS at an apex the one above, if there is one (RFC 4035 3.1.4.1)"""
    if rr_type == DS and name in zones and name != wire.ROOT:
        return expansion.zone_above(zones, wire.parent(name)) or zones[name]
    return expansion.zone_above(zones, name)


def _rrset(zone, owner, rr_type, shown=None):
    ttl, rdatas = zone.types_at(owner)[rr_type]
    return {(shown or owner, rr_type, 1, ttl, rdata) for rdata in rdatas}


def _step(made, zone, name, rr_type):
    """Adds what a zone has for a name; returns the name to go on with, if any."""
    path = list(wire.ancestors(name, zone.apex))
    for above in reversed(path):
        if zone.is_cut(above) and not (above == name and rr_type == DS):
            _refer(made, zone, above)
            return None
        if above != name and zone.has(above, DNAME):
            target = _substitute(made, zone, above, name)
            return target if rr_type != CNAME else None
    made.flags |= wire.AA
    if name in zone.names:
        source = name
    else:
        encloser = next(above for above in path if above in zone.names)
        source = wire.below(b"*", encloser)
        if source not in zone.names:
            made.rcode = wire.NXDOMAIN
            _deny(made, zone)
            return None
    types = zone.types_at(source)
    if rr_type == ANY and types:
        rr_type = min(types)  # one RRset is enough (RFC 8482 4.1)
    if rr_type in types:
        made.answer |= _rrset(zone, source, rr_type, name)
        return None
    if CNAME in types:
        made.answer |= _rrset(zone, source, CNAME, name)
        (target,) = types[CNAME][1]
        return target
    _deny(made, zone)
    return None


def _deny(made, zone):
    """The SOA of a negative answer (RFC 2308 3)."""
    ttl, (rdata,) = zone.types_at(zone.apex)[SOA]
    made.authority.add((zone.apex, SOA, 1, min(ttl, int.from_bytes(rdata[-4:], "big")), rdata))


def _refer(made, zone, cut):
    made.authority |= _rrset(zone, cut, NS)
    for target in zone.types_at(cut)[NS][1]:
        for rr_type in ADDRESS_TYPES:
            if zone.has(target, rr_type):
                made.additional |= _rrset(zone, target, rr_type)


def _substitute(made, zone, owner, name):
    """RFC 6672 3.2."""
    made.flags |= wire.AA
    made.answer |= _rrset(zone, owner, DNAME)
    ttl, (target,) = zone.types_at(owner)[DNAME]
    substituted = name[:len(name) - len(owner)] + target
    if len(substituted) > wire.MOST_NAME_OCTETS:
        made.rcode = wire.YXDOMAIN
        return None
    made.answer.add((name, CNAME, 1, ttl, substituted))
    return substituted


def chain_end(question, records):
    """The owner and target of the last CNAME of a chain among `records` that begins at the name of
    a question, and how many CNAMEs it has; the name itself, if there is none."""
    targets = {owner: rdata for owner, rr_type, _, _, rdata in records if rr_type == CNAME}
    owner = target = question.name.lower()
    links = 0
    while target in targets and links < len(targets):
        owner, target = target, targets[target]
        links += 1
    return owner, target, links

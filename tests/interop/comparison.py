"""Compares our reply with those of the peers, and says which differences are right.

Where a peer answers otherwise than we do, one of RULES must say why we may: each names the RFC
section that allows or asks for our answer. A difference that no rule covers is our bug, or news.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import answering
import expansion
import wire

NS, CNAME, SOA, DNAME, ANY = (wire.TYPES[name] for name in ("NS", "CNAME", "SOA", "DNAME", "ANY"))
LEAST_BOUND = 5  # CNAMEs after which the first server gives up


class Case(NamedTuple):
    """Our reply and one peer's, over one transport, with those over TCP for comparison."""

    zones: dict
    question: object
    is_udp: bool
    peer: str
    ours: wire.Reply
    theirs: wire.Reply
    ours_tcp: wire.Reply
    theirs_tcp: wire.Reply

    @property
    def limit(self):
        """The most octets that a reply may have (RFC 6891 6.2.3)."""
        return (self.question.payload or 512) if self.is_udp else 65535

    def cuts(self):
        """The cuts that we refer to."""
        return {owner for owner, rr_type, *_ in self.ours.authority if rr_type == NS}

    def has_same(self, *parts):
        """Whether some parts of the replies are equal."""
        return all(getattr(self.ours, part) == getattr(self.theirs, part) for part in parts)


class Rule(NamedTuple):
    """A difference that is right: we may answer as we do, though the named peers do otherwise."""

    name: str
    peers: frozenset
    reason: str
    applies: object
    may_be_alone: bool = False  # whether all three peers may differ from us


def _in_domain(records, cuts):
    """Glue at or below one of the cuts."""
    return {record for record in records
            if any(wire.is_at_or_below(record[0], cut) for cut in cuts)}


def _is_glue_cut_short(case):
    """The peer leaves out glue below the cut without saying so; we set TC."""
    full = case.theirs_tcp
    return (case.is_udp and case.ours.is_truncated and not case.theirs.is_truncated
            and bool(case.theirs.authority) and not case.theirs.is_truncated
            and _in_domain(case.theirs.additional, _cuts_of(case.theirs))
            < _in_domain(full.additional, _cuts_of(full)))


def _cuts_of(reply):
    return {owner for owner, rr_type, *_ in reply.authority if rr_type == NS}


def _is_compression(case):
    """One reply fits and the other does not, since names are compressed otherwise."""
    if not case.is_udp or case.ours.is_truncated == case.theirs.is_truncated:
        return False
    whole = case._replace(ours=case.ours_tcp, theirs=case.theirs_tcp, is_udp=False)
    sizes = {True: case.ours_tcp.size, False: case.theirs_tcp.size}
    does_not_fit = sizes[case.ours.is_truncated]
    fits = sizes[not case.ours.is_truncated]
    return does_not_fit > case.limit >= fits and find_rule(whole) is not None


def _is_glue_compression(case):
    """The peer's compression leaves no room for glue that we have room for."""
    return (case.is_udp and not case.ours.is_truncated and bool(case.cuts())
            and case.has_same("rcode", "answer", "authority")
            and case.theirs_tcp.size > case.limit
            and (case.theirs.is_truncated or case.theirs.additional < case.ours.additional)
            and case.ours.size <= case.limit)


def _is_sibling_glue(case):
    cuts = case.cuts()
    return (bool(cuts) and case.has_same("rcode", "flags", "answer", "authority")
            and _in_domain(case.ours.additional, cuts) == _in_domain(case.theirs.additional, cuts))


def _is_additional(case):
    return (not case.cuts() and case.has_same("rcode", "flags", "answer", "authority")
            and case.ours.additional <= case.theirs.additional)


def _last_target(case, reply):
    """Where a reply's CNAMEs lead; None if it has none."""
    _, target, links = answering.chain_end(case.question, reply.answer)
    return target if links else None


def _is_other_zone(case):
    """The peer stops where a CNAME leads into another of our zones."""
    owner, target, links = answering.chain_end(case.question, case.theirs.answer)
    if not links or case.theirs.rcode != wire.NOERROR or not case.theirs.answer <= case.ours.answer:
        return False
    here = expansion.zone_above(case.zones, owner)
    there = answering.find_zone(case.zones, target, case.question.type)
    is_referral = all(owner in case.zones and rr_type == NS
                      for owner, rr_type, *_ in case.theirs.authority)
    return there is not None and there is not here and is_referral and (
        case.ours.flags == case.theirs.flags)


def _is_chain_bound(case):
    """One of the two stops after a number of CNAMEs, and does not say what is at their end."""
    def stops(shorter, longer, bound):
        _, _, links = answering.chain_end(case.question, shorter.answer)
        return (links >= bound and shorter.answer <= longer.answer
                and not shorter.authority and not shorter.additional)
    return (stops(case.ours, case.theirs, answering.MOST_LINKS) and case.ours.rcode == wire.NOERROR
            or stops(case.theirs, case.ours, LEAST_BOUND))


def _is_loop(case):
    """BIND answers SERVFAIL where CNAMEs lead in a circle, beside the same records."""
    owners = {owner for owner, rr_type, *_ in case.ours.answer if rr_type == CNAME}
    return (case.theirs.rcode == wire.SERVFAIL and case.ours.rcode == wire.NOERROR
            and case.has_same("answer", "authority") and _last_target(case, case.ours) in owners)


def _is_one_tree(case):
    """NSD finds names that only an outer zone's file has below the apex of an inner zone, so that
    they are empty where the inner zone denies them or has a wildcard."""
    _, last, _ = answering.chain_end(case.question, case.ours.answer)
    _, before, _ = answering.chain_end(case.question, case.theirs.answer)
    return (case.theirs.answer <= case.ours.answer and case.ours.flags == case.theirs.flags
            and any(_is_hidden(case.zones, name)
                    for name in (last, before, case.question.name.lower())))


def _is_hidden(zones, name):
    """Whether a name or one above it is missing from its zone, and stands in an outer one's."""
    zone = expansion.zone_above(zones, name)
    return zone is not None and any(
        above not in zone.names and any(above in other.names for other in zones.values())
        for above in wire.ancestors(name, zone.apex))


def _is_wildcard_dname(case):
    """Knot gives the DNAME at a wildcard the owner that the query has below the wildcard."""
    def without_dname(records):
        return {record for record in records if record[1] != DNAME}
    return (case.has_same("rcode", "flags", "authority")
            and without_dname(case.ours.answer) == without_dname(case.theirs.answer)
            and any(wire.labels_of(record[0])[0] == b"*" for record in case.ours.answer
                    if record[1] == DNAME))


_EVERY = frozenset({"NSD", "Knot", "BIND"})

RULES = (
    Rule("additional data of an answer", _EVERY, "RFC 1034 4.3.2 step 6: it is optional",
         _is_additional, True),
    Rule("sibling glue", _EVERY, "RFC 9471 3.2: it may be left out", _is_sibling_glue, True),
    Rule("glue below the cut that does not fit", frozenset({"NSD", "BIND"}),
         "RFC 9471 3.1: TC must be set", _is_glue_cut_short),
    Rule("compression", _EVERY, "RFC 1035 4.1.4: what is compressed is left to the server",
         _is_compression, True),
    Rule("glue and compression", _EVERY, "RFC 1035 4.1.4, RFC 9471 3.1", _is_glue_compression,
         True),
    Rule("CNAME into another zone of ours", frozenset({"Knot", "BIND"}),
         "RFC 1034 4.3.2 step 3a: go back to step 1; RFC 6604 3: the rcode is the last name's",
         _is_other_zone),
    Rule("length of a chain of CNAMEs", _EVERY,
         "RFC 1034 7.1 (bound the work), 3.6.2 (chains do not make a server fail)",
         _is_chain_bound, True),
    Rule("CNAMEs in a circle", frozenset({"BIND"}),
         "RFC 1034 3.6.2: loops do not make a server fail; NSD and Knot answer alike", _is_loop),
    Rule("name of an outer zone below an inner apex", frozenset({"NSD"}),
         "RFC 1034 4.2.1: what is below the cut is no part of the outer zone", _is_one_tree),
    Rule("DNAME at a wildcard", frozenset({"Knot"}),
         "RFC 6672 3.3: its owner is the wildcard itself", _is_wildcard_dname),
)


def is_same(case):
    """Whether two replies say the same; of truncated ones only that they are counts (RFC 2181 9)"""
    if case.ours.is_truncated and case.theirs.is_truncated:
        return case.has_same("rcode", "flags")
    return case.has_same("rcode", "flags", "answer", "authority", "additional")


def find_rule(case):
    """The rule that covers a difference, `same` if there is none; None if no rule does."""
    if is_same(case):
        return "same"
    for rule in RULES:
        if case.peer in rule.peers and rule.applies(case):
            return rule
    return None


def strip(reply):
    """A reply without what is not compared: RA."""
    return reply._replace(flags=reply.flags & ~wire.RA)


@dataclass
class Verdict:
    """What comes out of one question over one transport."""

    rules: list = field(default_factory=list)  # of (rule name, peer)
    complaints: list = field(default_factory=list)


def judge(zones, question, is_udp, ours, theirs):
    """Compares `ours`, a pair of replies over this transport and over TCP, with those of the
    peers: `theirs` maps a name to such a pair."""
    verdict = Verdict()
    verdict.complaints += _flaws(question, is_udp, ours[0])
    if question.type == ANY and not ours[0].is_truncated:
        pool = frozenset().union(*(pair[1].answer for pair in theirs.values()))
        if pool:
            verdict.complaints += _any_flaws(ours[0], pool)
            return verdict
    known = frozenset().union(*(reply.additional for pair in theirs.values() for reply in pair))
    if not ours[0].additional <= known:
        verdict.complaints.append("additional records that no peer has")
    agreeing = 0
    may_be_alone = False
    for peer, pair in theirs.items():
        rule = find_rule(Case(zones, question, is_udp, peer, strip(ours[0]), strip(pair[0]),
                              strip(ours[1]), strip(pair[1])))
        if rule == "same":
            agreeing += 1
        elif rule is None:
            verdict.complaints.append(f"{peer} answers otherwise")
        else:
            verdict.rules.append((rule.name, peer))
            may_be_alone = may_be_alone or rule.may_be_alone
    if not agreeing and not may_be_alone and not verdict.complaints:
        verdict.complaints.append("no peer agrees")
    return verdict


def _flaws(question, is_udp, ours):
    """What is wrong with our reply whatever the others say."""
    asked = question.name + question.type.to_bytes(2, "big") + b"\0\1"
    if ours.question and ours.question != asked:
        yield "the question is not repeated as it was asked"
    if ours.flags & wire.RD != question.flags & wire.RD:
        yield "RD is not copied"
    if ours.repeats:
        yield "a record comes twice in a section"
    if ours.is_truncated and (ours.answer or ours.authority or ours.additional):
        yield "a truncated reply has records"
    if ours.is_truncated and not is_udp:
        yield "truncated over TCP"
    if is_udp and ours.size > (question.payload or 512):
        yield "larger than the client takes"


def _any_flaws(ours, pool):
    """RFC 8482 4.1: one RRset or more of those at the name."""
    if not ours.answer:
        yield "an empty answer to ANY"
    if not ours.answer <= pool:
        yield "an answer to ANY with records that are not at the name"
    types = {record[:2] for record in ours.answer}
    if {record for record in pool if record[:2] in types} != set(ours.answer):
        yield "an answer to ANY with a part of an RRset"

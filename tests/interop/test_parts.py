"""The parts of this test by themselves: what they work out, and that no difference escapes them."""

import ipaddress
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import answering
import comparison
import expansion
import generator
import masterfile
import networks
import questions
import wire
from asking import Question

APEX = wire.name("2.0.192.in-addr.arpa.")
ZONE = r"""$ORIGIN 2.0.192.in-addr.arpa.
$TTL 3600
@ SOA ns1.example.net. hostmaster.example.net. 1 7200 1800 1209600 900
@ NS ns1.example.net.
1 PTR one.example.net.   ; a comment
4.3 PTR below.example.net.
*.wild 60 IN TXT "wild; \"quoted\"" two
cut NS ns1.cut
cut NS ns2.cut
ns1.cut A 192.0.2.53
ns2.cut AAAA 2001:db8::53
hidden.cut TXT "below"
alias CNAME 1
loop CNAME loop
dname DNAME wild
mail MX 10 1
odd TYPE65280 \# 2 abcd
"""


def network(prefix, **settings):
    """A network with this prefix."""
    prefix = None if prefix is None else ipaddress.ip_network(prefix)
    soa = networks.Soa("hostmaster@example.net", "ns1.example.net")
    return networks.Network(prefix, soa, ["ns1.example.net"], **settings)


def zones_of(*all_networks, servers=()):
    """What the networks are served as, zones by the text of their apex."""
    made = expansion.expand(networks.World(list(all_networks), list(servers)))
    return {wire.name_text(apex): zone for apex, zone in made.zones.items()}


def data(zone, owner, rr_type):
    """The RDATA of an RRset as text."""
    _, rdatas = zone.types_at(wire.name(owner, zone.apex)).get(wire.TYPES[rr_type], (0, ()))
    return sorted(wire.rdata_text(wire.TYPES[rr_type], rdata) for rdata in rdatas)


class Expansion(unittest.TestCase):
    """Written out from the documentation and the RFCs, not from the code."""

    def test_templates(self):
        v4, v6 = ipaddress.ip_address("192.0.2.7"), ipaddress.ip_address("2001:db8::7")
        first = ipaddress.ip_address("192.0.2.0")
        for template, address, start, expected in (
                ("{ip}.dyn.example.net", v4, first, "192-0-2-7.dyn.example.net."),
                ("{hex}.example.net", v4, first, "c0000207.example.net."),
                ("pool-{d:03}-{a}.example.net", v4, first, "pool-007-192.example.net."),
                ("h{host}.example.net", v4, first, "h7.example.net."),
                ("{ip}.example.net", v6, v6, "2001-db8--7.example.net."),
                ("{groups}.example.net", v6, v6,
                 "2001-0db8-0000-0000-0000-0000-0000-0007.example.net."),
                ("{ip}.x", ipaddress.ip_address("::1"), v6, "0--1.x."),
                ("{ip}.x", ipaddress.ip_address("2001:db8::"), v6, "2001-db8--0.x."),
                ("{ip}.x", ipaddress.ip_address("64::1"), v6, "064--1.x."),
                ("h{host:04}.x", ipaddress.ip_address("2001:db8::ab"),
                 ipaddress.ip_address("2001:db8::"), "h00ab.x.")):
            with self.subTest(template):
                self.assertEqual(wire.name_text(expansion.render(template, address, start)),
                                 expected)

    def test_zones_of_networks(self):
        for prefix, style, expected in (
                ("192.0.2.0/24", None, ["2.0.192.in-addr.arpa."]),
                ("198.18.0.0/15", None, ["18.198.in-addr.arpa.", "19.198.in-addr.arpa."]),
                ("192.0.2.64/26", None, ["64/26.2.0.192.in-addr.arpa."]),
                ("192.0.2.64/26", "dash", ["64-26.2.0.192.in-addr.arpa."]),
                ("192.0.2.64/26", "range", ["64-127.2.0.192.in-addr.arpa."]),
                ("192.0.2.7/32", None, ["7.2.0.192.in-addr.arpa."]),
                ("192.0.2.7/32", "slash", ["7/32.2.0.192.in-addr.arpa."]),
                ("2001:db8::/32", None, ["8.b.d.0.1.0.0.2.ip6.arpa."]),
                ("2001:db8::/33", None,
                 [f"{nibble}.8.b.d.0.1.0.0.2.ip6.arpa." for nibble in range(8)])):
            with self.subTest(prefix=prefix, style=style):
                self.assertEqual(sorted(zones_of(network(prefix, style=style))), expected)

    def test_nested_networks(self):
        zones = zones_of(network("192.0.2.0/24", ranges=[networks.Range(
            ipaddress.ip_address("192.0.2.0"), ipaddress.ip_address("192.0.2.255"), "any.x")]),
                         network("192.0.2.64/26"), network("192.0.2.64/30", style="dash"))
        outer, middle = zones["2.0.192.in-addr.arpa."], zones["64/26.2.0.192.in-addr.arpa."]
        self.assertEqual(data(outer, "64/26", "NS"), ["ns1.example.net."])
        self.assertEqual(data(outer, "127", "CNAME"), ["127.64/26.2.0.192.in-addr.arpa."])
        self.assertEqual(data(outer, "127", "PTR"), [])
        self.assertEqual(data(outer, "128", "PTR"), ["any.x."])
        self.assertEqual(data(middle, "64-30", "NS"), ["ns1.example.net."])
        self.assertEqual(data(middle, "67", "CNAME"), ["67.64-30.64/26.2.0.192.in-addr.arpa."])

    def test_layers_of_names(self):
        address = ipaddress.ip_address
        one, two, three, four = (address(f"192.0.2.{number}") for number in range(1, 5))
        outer = networks.Range(address("192.0.2.0"), address("192.0.2.255"), "outer.x", 60)
        hole = networks.Range(two, three, None)
        zones = zones_of(
            network("192.0.2.0/24", ranges=[outer, hole],
                    records={one: networks.Entry(("record.x",)), four: networks.Entry()}),
            servers=[networks.Server("server.x", [address(f"192.0.2.{number}")])
                     for number in (1, 3, 5)])
        (zone,) = zones.values()
        for label, expected in (("0", ["outer.x."]), ("1", ["record.x."]), ("2", []), ("3", []),
                                ("4", []), ("5", ["server.x."])):
            with self.subTest(label):
                self.assertEqual(data(zone, label, "PTR"), expected)

    def test_delegations(self):
        prefix = ipaddress.ip_network
        zones = zones_of(network("198.18.0.0/16", delegations=[
            networks.Delegation(prefix("198.18.8.0/23"), [("ns.x", [])]),
            networks.Delegation(prefix("198.18.0.16/28"), [("ns.x", [])], style="range"),
            networks.Delegation(prefix("198.18.0.7/32"), [("ns.x", [])])]))
        (zone,) = zones.values()
        for owner in ("8", "9", "16-31.0", "7.0"):
            self.assertEqual(data(zone, owner, "NS"), ["ns.x."], owner)
        for owner in ("16", "31"):
            self.assertEqual(data(zone, f"{owner}.0", "CNAME"),
                             [f"{owner}.16-31.0.18.198.in-addr.arpa."])
        self.assertEqual(data(zone, "32.0", "CNAME"), [])

    def test_same_seed_makes_the_same(self):
        one, other = (generator.make_world(7) for _ in range(2))
        self.assertEqual([networks.zone_file(found) for found in one.networks],
                         [networks.zone_file(found) for found in other.networks])
        made = generator.expand(one)
        self.assertEqual(questions.make_questions(made, 7, 200),
                         questions.make_questions(generator.expand(other), 7, 200))


class MasterFiles(unittest.TestCase):
    """Reading and writing zones."""

    def test_what_is_written_is_read(self):
        for made in (generator.expand(generator.make_world(seed)) for seed in (1, 2)):
            for zone in made.zones.values():
                lines = [wire.record_text(record) for record in zone.records()]
                found = masterfile.read_lines(lines, "test")
                self.assertEqual(masterfile.differences(zone, found), [])

    def test_differences_are_found(self):
        zone = masterfile.read_lines(ZONE.splitlines(), "test")
        for old, new in (("one.example", "two.example"), ("*.wild 60", "*.wild 61"),
                         ("4.3 PTR", "5.3 PTR"), ("900", "901"), ("odd TYPE65280", "odd TYPE65281"),
                         ("hidden.cut", "cut")):
            with self.subTest(new):
                other = masterfile.read_lines(ZONE.replace(old, new).splitlines(), "test")
                self.assertTrue(masterfile.differences(zone, other))


class Comparison(unittest.TestCase):
    """A wrong reply is seen, whoever is asked."""

    zones = {APEX: masterfile.read_lines(ZONE.splitlines(), "test")}

    def replies(self, name, rr_type, **settings):
        """A question, and the right reply to it."""
        question = Question(wire.name(name, APEX), wire.TYPES[rr_type], **settings)
        return question, answering.answer(self.zones, question)._replace(size=100)

    def complaints(self, question, ours, right, is_udp=True):
        """What is said of `ours`, if all peers give the right reply."""
        return comparison.judge(self.zones, question, is_udp, (ours, ours), {
            peer: (right, right) for peer in ("NSD", "Knot", "BIND")}).complaints

    QUESTIONS = (("1", "PTR"), ("1", "TXT"), ("3", "PTR"), ("x.3", "PTR"), ("a.b.wild", "TXT"),
                 ("a.wild", "A"), ("x.cut", "A"), ("cut", "DS"), ("alias", "PTR"), ("alias", "A"),
                 ("x.dname", "TXT"), ("x.dname", "CNAME"), ("mail", "MX"), ("@", "SOA"),
                 ("x.y.1", "PTR"))

    def test_the_right_reply_passes(self):
        for name, rr_type in (*self.QUESTIONS, ("loop", "A"), ("odd", "ANY")):
            question, right = self.replies(name, rr_type)
            self.assertEqual(self.complaints(question, right, right), [], name)

    def test_every_wrong_reply_is_seen(self):
        strange = (APEX, wire.TYPES["TXT"], 1, 60, b"\1x")
        for name, rr_type in self.QUESTIONS:
            question, right = self.replies(name, rr_type)
            wrong = [right._replace(rcode=right.rcode ^ 3), right._replace(rcode=2),
                     right._replace(flags=right.flags ^ wire.AA),
                     right._replace(flags=right.flags ^ wire.RD),
                     right._replace(flags=right.flags ^ wire.TC),
                     right._replace(repeats=True), right._replace(question=b"\0\0\1\0\1"),
                     right._replace(size=513)]
            for section in ("answer", "authority", "additional"):
                records = getattr(right, section)
                wrong.append(right._replace(**{section: records | {strange}}))
                for record in records:
                    owner, *rest, ttl, rdata = record
                    is_glue = section == "additional"
                    others = records - {record}
                    wrong.append(right._replace(**{section: others}))
                    wrong.append(right._replace(**{section: others | {
                        (owner, *rest, ttl + 1, rdata)}}))
                    wrong.append(right._replace(**{section: others | {
                        (b"\1x" + owner if not is_glue else owner, *rest, ttl, rdata + b"x")}}))
            for ours in wrong:
                with self.subTest(f"{question} {ours}"):
                    self.assertTrue(self.complaints(question, ours, right))

    def test_part_of_the_answer_to_any(self):
        question, right = self.replies("@", "ANY")
        soa = {record for record in right.answer if record[1] == wire.TYPES["SOA"]}
        _, both = self.replies("cut", "NS")
        every = right._replace(answer=right.answer | both.authority)
        self.assertEqual(self.complaints(question, right, every), [])
        self.assertTrue(self.complaints(question, right._replace(answer=frozenset()), every))
        part = frozenset(list(both.authority)[:1])
        self.assertTrue(self.complaints(question, right._replace(answer=part), every))
        self.assertTrue(self.complaints(question, right._replace(answer=part | soa), every))

    def test_malformed_replies_are_seen(self):
        message = bytearray(wire.query(APEX, 12, 1))
        message[2] |= 0x80
        self.assertEqual(wire.read_reply(bytes(message)).rcode, wire.NOERROR)
        for octets in [bytes(message[:end]) for end in range(len(message))] + [
                bytes(message) + b"\0"]:
            with self.assertRaises(wire.MalformedMessage):
                wire.read_reply(octets)


if __name__ == "__main__":
    unittest.main()

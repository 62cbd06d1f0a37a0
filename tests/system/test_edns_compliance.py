"""What testers of EDNS compliance ask (RFC 8906 8), each alone and with the others, over UDP and TCP.

ISC's tester at ednscomp.isc.org asks the same: its names stand beside the tests.
"""

import itertools
import unittest

import dns_client as dns
from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS

APEX = "2.0.192.in-addr.arpa."
ZONE = ("network: 192.0.2.0/24\nrecords:\n"
        "  192.0.2.1: [" + ", ".join(f"host-{i}.example.net" for i in range(200)) + "]\n")
LARGE = dns.reverse_name("192.0.2.1")

UNKNOWN_OPTION = (100, b"")
UNKNOWN_FLAG = 0x40
UNKNOWN_OPCODE = 15
EXPIRE, SUBNET = 9, 8
MANY_OPTIONS = ((dns.NSID, b""), (SUBNET, b"\0\1\0\0"), (EXPIRE, b""),
                (dns.COOKIE, bytes(range(8))))


class Compliance(ReplyTestCase):
    """All of it about a zone that the server has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        workspace = cls.enterClassContext(Workspace({"zone": ZONE}, ZONE_DEFAULTS))
        cls.server = cls.enterClassContext(workspace.start())

    def replies(self, message):
        """The replies over UDP and TCP."""
        yield "udp", dns.ask_udp(self.server.endpoint, message)
        with self.server.tcp() as client:
            yield "tcp", client.ask(message)

    def assert_flags(self, reply, *, asked=0, authoritative=True):
        """No flag but QR, AA, and RD if it was asked with it."""
        expected = dns.QR | (dns.AA if authoritative else 0) | (asked & dns.RD)
        self.assertEqual(reply.flags & 0x87F0, expected, reply)

    def assert_soa(self, message, *, asked=0, edns=None):
        """The SOA, with an OPT of version 0 if the query has one."""
        for transport, reply in self.replies(message):
            with self.subTest(transport):
                self.assertEqual(reply.rcode, "NOERROR", reply)
                self.assertEqual(len(reply.records("answer", "SOA")), 1, reply)
                self.assert_flags(reply, asked=asked)
                self.assertEqual(reply.edns is None, edns is None, reply)
                if edns is not None:
                    self.assertEqual(reply.edns.version, 0)
                    self.assertEqual(reply.edns.flags, edns.flags & dns.DO)
                    known = {dns.COOKIE}
                    self.assertLessEqual({code for code, _ in reply.edns.options}, known)

    def assert_bad_version(self, message, edns):
        """BADVERS with version 0 and nothing else."""
        for transport, reply in self.replies(message):
            with self.subTest(transport):
                self.assertEqual(reply.rcode, "BADVERS", reply)
                self.assertEqual((reply.answer, reply.authority), ([], []))
                self.assertEqual(reply.edns.version, 0)
                self.assertEqual(reply.edns.flags, edns.flags & dns.DO)
                self.assertEqual(reply.edns.options, ())

    # 8.1.1, 8.1.5: dns, tcp
    def test_plain(self):
        self.assert_soa(dns.query(APEX, "SOA"))

    # 8.1.3: ad, cd, zflag, rd, and ra, tc, aa, which have no meaning in a query
    def test_flags(self):
        flags = (dns.RD, dns.AD, dns.CD, dns.Z, dns.RA, dns.TC, dns.AA)
        for number in range(1, len(flags) + 1):
            for some in itertools.combinations(flags, number):
                asked = sum(some)
                self.assert_soa(dns.query(APEX, "SOA", flags=asked), asked=asked)

    # 8.1.2: type666
    def test_unknown_type(self):
        for transport, reply in self.replies(dns.query(APEX, "TYPE1000")):
            with self.subTest(transport):
                self.assert_no_data(reply, APEX)

    # 8.1.4: opcode, opcodeflg
    def test_unknown_opcode(self):
        for asked in (0, dns.TC | dns.RD | dns.RA | dns.CD | dns.AD | dns.AA | dns.Z):
            message = dns.header(9, UNKNOWN_OPCODE << 11 | asked, (0, 0, 0, 0))
            for transport, reply in self.replies(message):
                with self.subTest(transport):
                    self.assertEqual(reply.rcode, "NOTIMP", reply)
                    self.assertFalse(reply.is_authoritative)
                    self.assertEqual((reply.answer, reply.authority, reply.additional),
                                     ([], [], []))

    # 8.2.1, 8.2.3, 8.2.4, 8.2.8, 8.2.10: edns, edns@512, ednsopt, ednsflags, do, optlist,
    # ednsnsid, ednscookie, ednsexpire, ednssubnet
    def test_edns_with_anything_unknown(self):
        for payload, flags, options in itertools.product(
                (0, 512, 1232, 4096, 65535),
                (0, dns.DO, UNKNOWN_FLAG, UNKNOWN_FLAG | dns.DO, 0x7FFF),
                ((), (UNKNOWN_OPTION,), MANY_OPTIONS, (UNKNOWN_OPTION, *MANY_OPTIONS))):
            edns = dns.Edns(payload=payload, flags=flags, options=options)
            with self.subTest(edns):
                self.assert_soa(dns.query(APEX, "SOA", edns=edns), edns=edns)

    # 8.2.2, 8.2.5, 8.2.6, 8.2.9: edns1, edns1opt, edns1flags, edns1do, edns1nsid, edns1cookie,
    # edns1expire, edns1subnet
    def test_unknown_version(self):
        for version, flags, options in itertools.product(
                (1, 2, 255), (0, dns.DO, UNKNOWN_FLAG, 0x7FFF),
                ((), (UNKNOWN_OPTION,), MANY_OPTIONS)):
            edns = dns.Edns(version=version, flags=flags, options=options)
            with self.subTest(edns):
                self.assert_bad_version(dns.query(APEX, "SOA", edns=edns), edns)

    # 8.2.7: edns@512, signed. What does not fit leaves the OPT there.
    def test_truncation(self):
        for flags in (0, dns.DO):
            edns = dns.Edns(payload=512, flags=flags)
            reply = dns.ask_udp(self.server.endpoint, dns.query(LARGE, edns=edns))
            self.assertTrue(reply.is_truncated)
            self.assertEqual(reply.edns.flags, flags)
            self.assertLessEqual(len(reply.octets), 512)
            with self.server.tcp() as client:
                reply = client.ask(dns.query(LARGE, edns=edns))
            self.assertFalse(reply.is_truncated)
            self.assertEqual(len(reply.answer), 200)
        self.assertIsNone(dns.ask_udp(self.server.endpoint, dns.query(LARGE)).edns)

    # signed: DNSKEY with DO, of a zone that has none
    def test_signatures_are_asked_for(self):
        edns = dns.Edns(payload=4096, flags=dns.DO)
        for transport, reply in self.replies(dns.query(APEX, "DNSKEY", edns=edns)):
            with self.subTest(transport):
                self.assert_no_data(reply, APEX)
                self.assertEqual(reply.edns.flags, dns.DO)


if __name__ == "__main__":
    unittest.main()

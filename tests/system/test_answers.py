"""What arpad answers, octet by octet and as dig, kdig and drill see it."""

import unittest

import dns_client as dns
import dns_tools
from arpad_server import NAMESERVERS, ZONE_DEFAULTS, ReplyTestCase, ServerTestCase, Workspace

IDENTITY = """\
identity:
  version: arpad under test
  hostname: ns1.example.net
  nsid: unit-7
"""

APEX = "2.0.192.in-addr.arpa."
CROWD = 60  # names of 192.0.2.200: more than 1232 octets hold
GROUPS = range(1, 46)  # 192.0.2.101 has one name, and so on


def names_of(last):
    """The names of the addresses that have many."""
    if last == 200:
        return [f"host-{number:03}.some.example.net." for number in range(CROWD)]
    return [f"h{number:02}.n{last}.example.org." for number in range(last - 100)]


ZONES = {
    "192.0.2.0_24": """\
network: 192.0.2.0/24
records:
  192.0.2.0: network.example.net
  192.0.2.1: gw.example.net
  192.0.2.7: {name: Mail.Example.NET., ttl: 5m}
  192.0.2.11: [www.example.net, www.example.org]
  192.0.2.13: ~
  192.0.2.255: broadcast.example.net
""" + "".join(f"  192.0.2.{last}: [{', '.join(names_of(last))}]\n"
              for last in [*(100 + group for group in GROUPS), 200]),
    # The SOA's own TTL is the smaller one here.
    "10.0.0.0_8": """\
network: 10.0.0.0/8
ttl: 2h
soa: {ttl: 5m, refresh: 3h, retry: 20m, expire: 1w}
nameservers: [a.ns.example.net]
nameservers_ttl: 1d
records:
  10.1.2.3: deep.example.net
""",
    "2001:db8::_32": """\
network: 2001:db8::/32
records:
  2001:db8:89ab:cdef:123:4567:89ab:cdef: six.example.net
""",
}
APEXES = {APEX, "10.in-addr.arpa.", "8.b.d.0.1.0.0.2.ip6.arpa."}
IPV6_ADDRESS = "2001:db8:89ab:cdef:123:4567:89ab:cdef"


class AnswersTestCase(ServerTestCase):
    """Tests that share the zones above."""

    zones = ZONES
    settings = ZONE_DEFAULTS + IDENTITY


class Records(AnswersTestCase):
    """PTR, SOA, NS and everything else a name may be asked for."""

    def test_ptr_over_udp_and_tcp(self):
        message = dns.query("1.2.0.192.in-addr.arpa.")
        for ask in (dns.ask_udp, dns.ask_tcp):
            with self.subTest(ask.__name__):
                reply = ask(self.server.endpoint, message)
                self.assert_ptr(reply, "gw.example.net.", ttl=3600)
                self.assertEqual(reply.authority + reply.additional, [])

    def test_first_and_last_address(self):
        self.assert_ptr(self.server.ask_ptr("192.0.2.0"), "network.example.net.")
        self.assert_ptr(self.server.ask_ptr("192.0.2.255"), "broadcast.example.net.")

    def test_ipv6_ptr(self):
        self.assert_ptr(self.server.ask_ptr(IPV6_ADDRESS), "six.example.net.", ttl=3600)

    def test_ttl_of_its_own_and_case_of_the_target_are_kept(self):
        self.assert_ptr(self.server.ask_ptr("192.0.2.7"), "Mail.Example.NET.", ttl=300)

    def test_two_names_at_one_address(self):
        self.assert_ptr(self.server.ask_ptr("192.0.2.11"), "www.example.net.", "www.example.org.")

    def test_null_entry_is_no_name(self):
        self.assert_name_absent(self.server.ask_ptr("192.0.2.13"), APEX)

    def test_soa_at_every_apex(self):
        for apex in APEXES:
            with self.subTest(apex):
                reply = self.server.ask(apex, "SOA")
                self.assertTrue(reply.is_authoritative, reply)
                self.assertEqual([record.owner for record in reply.answer], [apex])
                (soa,) = reply.data("answer", "SOA")
                self.assertEqual(soa[1], "hostmaster.example.net.")
                self.assertGreater(soa[2], 0)

    def test_soa_fields_are_the_zone_files_own_where_written(self):
        (soa,) = self.server.ask("10.in-addr.arpa.", "SOA").data("answer", "SOA")
        self.assertEqual(soa[0], "a.ns.example.net.")
        self.assertEqual(soa[3:], (3 * 3600, 20 * 60, 7 * 86400, 900))

    def test_ns_at_every_apex(self):
        for apex in APEXES:
            with self.subTest(apex):
                reply = self.server.ask(apex, "NS")
                self.assertTrue(reply.is_authoritative, reply)
                expected = ["a.ns.example.net."] if apex.startswith("10.") else NAMESERVERS
                self.assertCountEqual(reply.data("answer", "NS"), expected)
                self.assertEqual({record.ttl for record in reply.answer},
                                 {86400 if apex.startswith("10.") else 3600})

    def test_any_is_answered_with_one_rrset(self):
        # RFC 8482 4.1.
        self.assert_ptr(self.server.ask("11.2.0.192.in-addr.arpa.", "ANY"),
                        "www.example.net.", "www.example.org.")
        at_apex = self.server.ask(APEX, "ANY")
        self.assertEqual(at_apex.rcode, "NOERROR")
        self.assertEqual(len({record.type for record in at_apex.answer}), 1, at_apex)

    def test_any_at_an_empty_non_terminal_is_no_data(self):
        self.assert_no_data(self.server.ask("2.1.10.in-addr.arpa.", "ANY"), "10.in-addr.arpa.")

    def test_other_types_are_no_data(self):
        for rr_type in ("A", "AAAA", "TXT", "MX", "CNAME", "DNAME", "DS", "NSEC", "DNSKEY", "SOA",
                        "NS", "OPT", "TYPE65280"):
            with self.subTest(rr_type):
                self.assert_no_data(self.server.ask("1.2.0.192.in-addr.arpa.", rr_type), APEX)

    def test_ptr_at_an_apex_is_no_data(self):
        self.assert_no_data(self.server.ask(APEX, "PTR"), APEX)


class Denial(AnswersTestCase):
    """Names that do not exist, and names that only have others below them."""

    def test_negative_ttl_is_minimum_where_that_is_smaller(self):
        # RFC 2308 5: the TTL of the SOA here is 3600.
        self.assert_name_absent(self.server.ask_ptr("192.0.2.99"), APEX, ttl=900)
        self.assert_no_data(self.server.ask("1.2.0.192.in-addr.arpa.", "TXT"), APEX, ttl=900)

    def test_negative_ttl_is_that_of_the_soa_where_that_is_smaller(self):
        apex = "10.in-addr.arpa."
        self.assert_name_absent(self.server.ask_ptr("10.9.9.9"), apex, ttl=300)
        self.assert_no_data(self.server.ask_ptr("10.1.2.3", rr_type="A"), apex, ttl=300)

    def test_empty_non_terminal_at_every_octet(self):
        for name in ("1.10.in-addr.arpa.", "2.1.10.in-addr.arpa."):
            with self.subTest(name):
                self.assert_no_data(self.server.ask(name), "10.in-addr.arpa.")

    def test_neighbour_at_every_octet_is_absent(self):
        for name in ("2.10.in-addr.arpa.", "3.1.10.in-addr.arpa.", "4.2.1.10.in-addr.arpa.",
                     "2.2.10.in-addr.arpa."):
            with self.subTest(name):
                self.assert_name_absent(self.server.ask(name), "10.in-addr.arpa.")

    def test_empty_non_terminal_at_every_nibble(self):
        labels = dns.reverse_name(IPV6_ADDRESS).split(".")
        for nibbles in range(9, 32):
            name = ".".join(labels[32 - nibbles:])
            with self.subTest(name):
                self.assert_no_data(self.server.ask(name), "8.b.d.0.1.0.0.2.ip6.arpa.")

    def test_neighbour_at_every_nibble_is_absent(self):
        labels = dns.reverse_name(IPV6_ADDRESS).split(".")
        for nibbles in range(9, 33):
            first, *rest = labels[32 - nibbles:]
            other = f"{int(first, 16) ^ 1:x}"
            with self.subTest(nibbles):
                self.assert_name_absent(self.server.ask(".".join([other, *rest])),
                                        "8.b.d.0.1.0.0.2.ip6.arpa.")

    def test_labels_that_are_no_octet_are_absent(self):
        for label in ("256", "007", "01", "00", "999999999999", "-1", "+1", "0x1", "1a", "a", "*",
                      "1-2", "_1"):
            with self.subTest(label):
                self.assert_name_absent(self.server.ask(f"{label}.{APEX}"), APEX)

    def test_labels_that_are_no_nibble_are_absent(self):
        apex = "8.b.d.0.1.0.0.2.ip6.arpa."
        for label in ("g", "00", "89", "10", "*", "-"):
            with self.subTest(label):
                self.assert_name_absent(self.server.ask(f"{label}.{apex}"), apex)

    def test_names_below_a_full_address_are_absent(self):
        for name in (f"x.1.{APEX}", f"1.1.{APEX}", f"a.b.c.1.{APEX}"):
            with self.subTest(name):
                self.assert_name_absent(self.server.ask(name), APEX)
        below = "0." + dns.reverse_name(IPV6_ADDRESS)
        self.assert_name_absent(self.server.ask(below), "8.b.d.0.1.0.0.2.ip6.arpa.")

    def test_longest_possible_names_are_absent(self):
        apex_octets = len(dns.encode_name(APEX))
        fill = "a." * ((255 - apex_octets) // 2)
        self.assertIn(len(dns.encode_name(fill + APEX)), (254, 255))
        self.assert_name_absent(self.server.ask(fill + APEX), APEX)
        self.assert_name_absent(self.server.ask(f"{'x' * 63}.{'y' * 63}.{APEX}"), APEX)


class Refusal(AnswersTestCase):
    """What is not answered, and how."""

    outside = ("1.1.168.192.in-addr.arpa.", "3.0.192.in-addr.arpa.", "192.in-addr.arpa.",
               "in-addr.arpa.", "arpa.", ".", "example.net.", "0.0.0.0.ip6.arpa.")

    def test_names_outside_are_refused_with_the_reason(self):
        for name in self.outside:
            with self.subTest(name):
                reply = self.server.ask(name, edns=dns.Edns())
                self.assert_bare(reply, "REFUSED")
                self.assertEqual(reply.extended_error, dns.NOT_AUTHORITATIVE)

    def test_names_outside_are_refused_without_edns(self):
        for name in self.outside:
            with self.subTest(name):
                reply = self.server.ask(name)
                self.assert_bare(reply, "REFUSED")
                self.assertIsNone(reply.edns)

    def test_names_that_only_look_like_ours_are_outside(self):
        for name in ("12.0.192.in-addr.arpa.", "2.0.192.in-addr.arpa.example.", "92.in-addr.arpa.",
                     "0.192.in-addr.arpa."):
            with self.subTest(name):
                self.assert_bare(self.server.ask(name), "REFUSED")

    def test_transfers_are_refused(self):
        soa = (dns.encode_name(APEX) + b"\0\x06\0\x01\0\0\0\0\0\x16" + b"\0\0" + bytes(20))
        ixfr = dns.header(7, 0, (1, 0, 1, 0)) + dns.question(APEX, "IXFR") + soa
        axfr = dns.query(APEX, "AXFR")
        for message, ask in ((axfr, dns.ask_tcp), (ixfr, dns.ask_udp), (ixfr, dns.ask_tcp)):
            with self.subTest(message=message.hex(), ask=ask.__name__):
                self.assert_bare(ask(self.server.endpoint, message), "REFUSED")
        # RFC 5936 4.2 defines no AXFR over UDP; RFC 1995 3: an IXFR says what the client has.
        for message in (axfr, dns.query(APEX, "IXFR")):
            self.assert_bare(dns.ask_udp(self.server.endpoint, message), "FORMERR")

    def test_other_classes_are_refused(self):
        for rr_class in ("HS", "NONE", "ANY"):
            with self.subTest(rr_class):
                self.assert_bare(self.server.ask(APEX, "SOA", rr_class=rr_class), "REFUSED")

    def test_chaos_names_that_we_do_not_know_are_refused(self):
        for name in ("version.server.example.", "authors.bind.", APEX, "."):
            with self.subTest(name):
                self.assert_bare(self.server.ask(name, "TXT", rr_class="CH"), "REFUSED")


class ServerIdentity(AnswersTestCase):
    """What the server says about itself."""

    def test_chaos_names(self):
        for name, text in (("version.bind.", "arpad under test"),
                           ("hostname.bind.", "ns1.example.net"),
                           ("id.server.", "ns1.example.net"),
                           ("VERSION.bind.", "arpad under test")):
            with self.subTest(name):
                reply = self.server.ask(name, "TXT", rr_class="CH")
                self.assertEqual(reply.rcode, "NOERROR")
                (record,) = reply.answer
                self.assertEqual(record.data, bytes([len(text)]) + text.encode())
                self.assertEqual(record.rr_class, dns.CLASSES["CH"])

    def test_dig_reads_them(self):
        reply = dns_tools.dig(self.server.endpoint, "CH", "TXT", "version.bind")
        self.assertEqual(reply.data("TXT"), ['"arpad under test"'], reply.text)

    def test_nsid_is_sent_when_asked_for(self):
        reply = self.server.ask(APEX, "SOA", edns=dns.Edns(options=((dns.NSID, b""),)))
        self.assertEqual(reply.edns.option(dns.NSID), b"unit-7")

    def test_nsid_is_not_sent_unasked(self):
        self.assertEqual(self.server.ask(APEX, "SOA", edns=dns.Edns()).edns.options, ())


class NoIdentity(ServerTestCase):
    """A server that is not to say anything about itself."""

    zones = ZONES

    def test_chaos_names_are_refused(self):
        for name in ("version.bind.", "version.server.", "hostname.bind.", "id.server."):
            with self.subTest(name):
                self.assert_bare(self.server.ask(name, "TXT", rr_class="CH"), "REFUSED")

    def test_nsid_is_not_sent(self):
        reply = self.server.ask(APEX, "SOA", edns=dns.Edns(options=((dns.NSID, b""),)))
        self.assertEqual(reply.rcode, "NOERROR")
        self.assertEqual(reply.edns.options, ())


class Messages(AnswersTestCase):
    """The message itself: header, question, defects."""

    good = dns.query(APEX, "SOA", query_id=0x600D)

    def assert_silence(self, message):
        """The message gets no reply."""
        with self.server.udp() as client:
            self.assertTrue(client.gets_silence(message, self.good), message.hex())

    def assert_form_error(self, message):
        """The message gets a FORMERR over both transports."""
        for ask in (dns.ask_udp, dns.ask_tcp):
            with self.subTest(message=message.hex(), ask=ask.__name__):
                self.assert_bare(ask(self.server.endpoint, message), "FORMERR")

    def test_question_is_echoed_octet_for_octet(self):
        # The 0x20 trick: resolvers check the case of every letter.
        for name in ("1.2.0.192.IN-aDDr.ARPA.", "1.2.0.192.iN-AdDr.aRpA.",
                     "F.e.D.c.B.a.9.8.7.6.5.4.3.2.1.0.F.e.D.c.B.a.9.8.8.B.d.0.1.0.0.2.iP6.ArPa.",
                     "Example.COM."):
            with self.subTest(name):
                reply = self.server.ask(name)
                self.assertEqual(reply.question, dns.question(name))

    def test_mixed_case_finds_the_record(self):
        reply = self.server.ask(dns.reverse_name(IPV6_ADDRESS).upper())
        self.assert_ptr(reply, "six.example.net.")

    def test_owner_is_a_pointer_to_the_question(self):
        reply = self.server.ask("11.2.0.192.In-Addr.ARPA.")
        self.assertEqual({record.owner_wire for record in reply.answer}, {b"\xc0\x0c"})

    def test_owner_of_the_soa_is_a_pointer_into_the_question(self):
        reply = self.server.ask("99.2.0.192.in-addr.arpa.")
        self.assertEqual(reply.authority[0].owner_wire, bytes([0xC0, 12 + 3]))

    def test_only_rd_is_copied_from_the_query(self):
        reply = self.server.ask(APEX, "SOA", flags=dns.RD | dns.CD | dns.AD | dns.Z | dns.RA
                                | dns.TC | dns.AA | 5)
        self.assertEqual(reply.flags, dns.QR | dns.AA | dns.RD)
        self.assertEqual(self.server.ask(APEX, "SOA").flags, dns.QR | dns.AA)

    def test_id_is_copied(self):
        for query_id in (0, 1, 0x7FFF, 0x8000, 0xFFFF):
            with self.subTest(query_id):
                self.assertEqual(self.server.ask(APEX, "SOA", query_id=query_id).id, query_id)

    def test_other_opcodes_are_not_implemented(self):
        with_question = (4, 5)  # NOTIFY and UPDATE
        for opcode in set(range(1, 16)) - set(with_question):
            for message in (dns.query(APEX, "SOA", flags=opcode << 11),
                            dns.header(3, opcode << 11, (0, 0, 0, 0)),
                            dns.header(3, opcode << 11, (2, 3, 4, 5)) + b"\xff" * 20):
                with self.subTest(opcode=opcode, message=message.hex()):
                    reply = dns.ask_udp(self.server.endpoint, message)
                    self.assert_bare(reply, "NOTIMP")
                    self.assertEqual(reply.opcode, opcode)

    def test_zones_that_are_made_here_take_neither_notify_nor_update(self):
        for opcode in (4, 5):
            with self.subTest(opcode=opcode):
                def ask(name, opcode=opcode):
                    return dns.ask_udp(self.server.endpoint,
                                       dns.query(name, "SOA", flags=opcode << 11))
                self.assert_bare(ask(APEX), "REFUSED")
                self.assert_bare(ask("example"), "NOTAUTH")

    def test_responses_are_met_with_silence(self):
        self.assert_silence(dns.query(APEX, "SOA", query_id=1, flags=dns.QR))
        self.assert_silence(dns.query(APEX, "SOA", query_id=1, flags=dns.QR | 5 << 11))
        self.assert_silence(dns.header(1, dns.QR, (0, 0, 0, 0)))

    def test_less_than_a_header_is_met_with_silence(self):
        whole = dns.query(APEX, "SOA", query_id=1)
        for octets in range(dns.HEADER_OCTETS):
            with self.subTest(octets):
                self.assert_silence(whole[:octets])

    def test_less_than_a_header_over_tcp_is_met_with_silence(self):
        whole = dns.query(APEX, "SOA", query_id=1)
        with self.server.tcp() as client:
            for octets in range(dns.HEADER_OCTETS):
                with self.subTest(octets):
                    client.send_query(whole[:octets])
                    self.assertEqual(client.ask(self.good).rcode, "NOERROR")

    def test_question_count_other_than_one(self):
        one = dns.question(APEX, "SOA")
        self.assert_form_error(dns.header(5, 0, (0, 0, 0, 0)))
        self.assert_form_error(dns.header(5, 0, (2, 0, 0, 0)) + one + one)
        self.assert_form_error(dns.header(5, 0, (2, 0, 0, 0)) + one)
        self.assert_form_error(dns.header(5, 0, (65535, 0, 0, 0)) + one)

    def test_every_truncation_of_a_query(self):
        whole = dns.query(APEX, "SOA", query_id=5, edns=dns.Edns(options=((65001, b"abc"),)))
        for octets in range(dns.HEADER_OCTETS, len(whole)):
            self.assert_form_error(whole[:octets])

    def test_trailing_octets(self):
        self.assert_form_error(dns.query(APEX, "SOA") + b"\0")
        self.assert_form_error(dns.query(APEX, "SOA", edns=dns.Edns()) + b"garbage")

    def test_pointer_in_the_question(self):
        self.assert_form_error(dns.header(5) + b"\xc0\x0c" + b"\0\x06\0\x01")

    def test_label_types_that_do_not_exist(self):
        for length in (0x40, 0x80):
            self.assert_form_error(dns.header(5) + bytes([length]) + b"\0\0\x06\0\x01")

    def test_name_longer_than_255_octets(self):
        name = (b"\x3f" + b"a" * 63) * 4 + b"\0"
        self.assert_form_error(dns.header(5) + name + b"\0\x0c\0\x01")

    def test_records_that_cannot_be_read(self):
        start = dns.header(5, 0, (1, 1, 0, 0)) + dns.question(APEX, "SOA")
        self.assert_form_error(start)
        self.assert_form_error(start + b"\0\0\x01\0\x01\0\0\0\0\0\x05abcd")
        self.assert_form_error(start + b"\x3fabc")

    def test_records_that_can_be_read_are_ignored(self):
        record = b"\xc0\x0c\0\x01\0\x01\0\0\0\0\0\x04abcd"
        message = dns.header(5, 0, (1, 1, 1, 1)) + dns.question(APEX, "SOA") + record * 3
        self.assertEqual(dns.ask_udp(self.server.endpoint, message).rcode, "NOERROR")

    def test_two_opt_records(self):
        opt = dns.Edns().to_wire()
        self.assert_form_error(dns.header(5, 0, (1, 0, 0, 2)) + dns.question(APEX, "SOA") + opt * 2)

    def test_opt_record_that_is_not_at_the_root(self):
        opt = b"\xc0\x0c" + dns.Edns().to_wire()[1:]
        self.assert_form_error(dns.header(5, 0, (1, 0, 0, 1)) + dns.question(APEX, "SOA") + opt)

    def test_options_that_do_not_fit(self):
        opt = b"\0\0\x29\x04\xd0\0\0\0\0\0\x05" + b"\xfd\xe9\0\x02a"
        self.assert_form_error(dns.header(5, 0, (1, 0, 0, 1)) + dns.question(APEX, "SOA") + opt)


class ExtensionMechanism(AnswersTestCase):
    """EDNS(0), RFC 6891."""

    def test_no_edns_in_the_reply_to_none(self):
        self.assertIsNone(self.server.ask(APEX, "SOA").edns)

    def test_our_payload_size_is_1232(self):
        for payload in (0, 512, 4096, 65535):
            with self.subTest(payload):
                reply = self.server.ask(APEX, "SOA", edns=dns.Edns(payload=payload))
                self.assertEqual(reply.edns, dns.Edns(payload=1232))

    def test_dnssec_ok_is_echoed(self):
        for flags in (0, dns.DO):
            with self.subTest(flags):
                reply = self.server.ask(APEX, "SOA", edns=dns.Edns(flags=flags))
                self.assertEqual(reply.edns.flags, flags)

    def test_unknown_flags_are_not_echoed(self):
        for flags in (0x7FFF, 0x0001, 0x4000):
            with self.subTest(flags):
                reply = self.server.ask(APEX, "SOA", edns=dns.Edns(flags=flags))
                self.assertEqual(reply.rcode, "NOERROR")
                self.assertEqual(reply.edns.flags, 0)

    def test_unknown_options_are_ignored(self):
        for options in (((65001, b""),), ((65001, b"x" * 300), (65002, b"y")), ((0, b""),)):
            with self.subTest(options):
                reply = self.server.ask(APEX, "SOA", edns=dns.Edns(options=options))
                self.assertEqual(reply.rcode, "NOERROR")
                self.assertEqual(reply.edns.options, ())

    def test_unknown_versions_get_badvers(self):
        for version in (1, 2, 255):
            for ask in (dns.ask_udp, dns.ask_tcp):
                with self.subTest(version=version, ask=ask.__name__):
                    reply = ask(self.server.endpoint,
                                dns.query(APEX, "SOA", edns=dns.Edns(version=version)))
                    self.assert_bare(reply, "BADVERS")
                    self.assertEqual(reply.edns.version, 0)

    def test_edns_of_a_broken_query_is_answered_with_edns(self):
        message = dns.query(APEX, "SOA", edns=dns.Edns()) + b"\0"
        self.assertIsNotNone(dns.ask_udp(self.server.endpoint, message).edns)


class Sizes(AnswersTestCase):
    """Replies over UDP never exceed what the client takes."""

    def full_size(self, name, edns):
        """Octets of the whole reply."""
        return len(dns.ask_tcp(self.server.endpoint, dns.query(name, edns=edns)).octets)

    def check_reply(self, octets, limit, full):
        """A reply is whole if it fits, else truncated and empty (RFC 2181 9)."""
        reply = dns.Reply(octets)
        self.assertLessEqual(len(octets), limit)
        self.assertEqual(reply.is_truncated, full > limit, f"whole: {full}, limit: {limit}")
        if reply.is_truncated:
            self.assertEqual(reply.answer + reply.authority, [])
        else:
            self.assertEqual(len(octets), full)

    def test_512_octets_without_edns(self):
        sizes = set()
        with self.server.udp() as client:
            for last in (100 + group for group in GROUPS):
                name = dns.reverse_name(f"192.0.2.{last}")
                full = self.full_size(name, None)
                sizes.add(full > 512)
                self.check_reply(client.exchange(dns.query(name)), 512, full)
        self.assertEqual(sizes, {False, True})

    def test_every_advertised_size(self):
        with self.server.udp() as client:
            for last in (101, 112, 120, 130, 138, 145, 200):
                name = dns.reverse_name(f"192.0.2.{last}")
                full = self.full_size(name, dns.Edns())
                for payload in [0, 1, 511, *range(512, 1300, 3), full - 1, full, full + 1, 65535]:
                    limit = min(max(payload, 512), 1232)
                    octets = client.exchange(dns.query(name, edns=dns.Edns(payload=payload)))
                    self.check_reply(octets, limit, full)

    def test_whole_answer_over_tcp(self):
        name = dns.reverse_name("192.0.2.200")
        self.assertTrue(self.server.ask(name, edns=dns.Edns(payload=4096)).is_truncated)
        with self.server.tcp() as client:
            self.assert_ptr(client.ask(dns.query(name)), *names_of(200))

    def test_dig_falls_back_to_tcp(self):
        reply = dns_tools.dig(self.server.endpoint, "-x", "192.0.2.200")
        self.assertEqual(len(reply.data("PTR")), CROWD, reply.text)
        self.assertIn("TCP", reply.text)


class Tools(AnswersTestCase):
    """The clients of three other projects, with what operators give them."""

    def dig_gateway(self, *options):
        """`dig -x` of an address that has one name."""
        return dns_tools.dig(self.server.endpoint, *options, "-x", "192.0.2.1")

    def test_dig_with_all_sorts_of_options(self):
        for options in ((), ("+tcp",), ("+noedns",), ("+bufsize=512",), ("+ednsopt=65001:00",),
                        ("+dnssec",), ("+nocookie",), ("+cookie=0123456789abcdef",),
                        ("+subnet=192.0.2.0/24",), ("+norecurse",), ("+adflag", "+cdflag")):
            with self.subTest(options):
                reply = self.dig_gateway(*options)
                self.assertEqual(reply.status, "NOERROR", reply.text)
                self.assertLessEqual({"qr", "aa"}, reply.flags)
                self.assertEqual(reply.answer, [("1.2.0.192.in-addr.arpa.", 3600, "IN", "PTR",
                                                 "gw.example.net.")])
                self.assertNotIn("WARNING: Message", reply.text)
                self.assertNotIn("malformed", reply.text)

    def test_dig_sees_badvers(self):
        reply = self.dig_gateway("+edns=1", "+noednsnegotiation")
        self.assertEqual(reply.status, "BADVERS", reply.text)

    def test_dig_negotiates_the_version_of_edns(self):
        reply = self.dig_gateway("+edns=1")
        self.assertEqual(reply.data("PTR"), ["gw.example.net."], reply.text)

    def test_dig_shows_the_extended_error(self):
        reply = dns_tools.dig(self.server.endpoint, "example.net")
        self.assertEqual(reply.status, "REFUSED")
        self.assertIn("EDE: 20", reply.text)

    def test_dig_is_refused_a_transfer(self):
        reply = dns_tools.dig(self.server.endpoint, APEX, "AXFR")
        self.assertIn("Transfer failed", reply.text)
        self.assertEqual(reply.answer, [])

    def test_the_three_tools_agree(self):
        questions = [
            *((apex, rr_type) for apex in sorted(APEXES) for rr_type in ("SOA", "NS", "PTR")),
            ("1.2.0.192.in-addr.arpa.", "PTR"),
            ("7.2.0.192.in-addr.arpa.", "PTR"),
            ("11.2.0.192.in-addr.arpa.", "PTR"),
            ("1.2.0.192.in-addr.arpa.", "TXT"),
            ("13.2.0.192.in-addr.arpa.", "PTR"),
            ("x.1.2.0.192.in-addr.arpa.", "PTR"),
            ("2.1.10.in-addr.arpa.", "PTR"),
            (dns.reverse_name(IPV6_ADDRESS), "PTR"),
            ("9.8.8.b.d.0.1.0.0.2.ip6.arpa.", "PTR"),
            ("example.net.", "A"),
        ]
        for name, rr_type in questions:
            for over_tcp in (False, True):
                replies = [dns_tools.ask_with(tool, self.server.endpoint, name, rr_type, over_tcp)
                           for tool in ("dig", "kdig", "drill")]
                with self.subTest(name=name, type=rr_type, over_tcp=over_tcp):
                    self.check_agreement(name, replies)

    def check_agreement(self, name, replies):
        """All replies say the same, and they do say something."""
        views = {(reply.status, "aa" in reply.flags, tuple(sorted(reply.answer)),
                  tuple(sorted(reply.authority))) for reply in replies}
        self.assertEqual(len(views), 1, "\n".join(reply.text for reply in replies))
        ((status, is_authoritative, answer, authority),) = views
        self.assertEqual(status == "REFUSED", name == "example.net.")
        self.assertEqual(is_authoritative, status != "REFUSED")
        self.assertEqual(bool(answer or authority), status != "REFUSED")


class SeveralEndpoints(ReplyTestCase):
    """Both address families at once."""

    def test_ipv4_and_ipv6_answer_alike(self):
        listen = ("127.0.0.1:0", "[::1]:0")
        with Workspace(ZONES, listen=listen) as workspace, workspace.start() as server:
            self.assertEqual([host for host, _ in server.endpoints], ["127.0.0.1", "::1"])
            for endpoint in server.endpoints:
                for ask in (dns.ask_udp, dns.ask_tcp):
                    with self.subTest(endpoint=endpoint, ask=ask.__name__):
                        reply = ask(endpoint, dns.query("1.2.0.192.in-addr.arpa."))
                        self.assert_ptr(reply, "gw.example.net.")


if __name__ == "__main__":
    unittest.main()

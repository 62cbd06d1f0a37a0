"""Packets for floods: what attackers and broken clients send, written for the program `flood`."""

import random
import string
import struct

import wire
from questions import ABSENT, ANSWER

PACKETS = 20_000
APEX = "10.in-addr.arpa."
MARKER_BIT = 0x8000  # the ids of all packets but the marker are below


def _hits(dataset):
    return [question for question in dataset.questions if question.kind == ANSWER]


def hits(source, dataset):
    """PTR queries for names that exist."""
    for question in source.choices(_hits(dataset), k=PACKETS):
        yield wire.query(question.name, question.rr_type, source.randrange(MARKER_BIT))


def absent_addresses(source, dataset):
    """PTR queries for random addresses without names."""
    names = [question.name for question in dataset.questions if question.kind == ABSENT]
    for name in source.choices(names, k=PACKETS):
        yield wire.query(name, "PTR", source.randrange(MARKER_BIT))


def random_names(source, _):
    """PTR queries for names of one to three random labels below the zone."""
    letters = string.ascii_lowercase + string.digits
    for _ in range(PACKETS):
        labels = ["".join(source.choices(letters, k=source.randrange(3, 16)))
                  for _ in range(source.randrange(1, 4))]
        yield wire.query(f"{'.'.join(labels)}.{APEX}", "PTR", source.randrange(MARKER_BIT))


def any_queries(source, dataset):
    """Queries of type ANY for names that exist (RFC 8482)."""
    for question in source.choices(_hits(dataset), k=PACKETS):
        yield wire.query(question.name, "ANY", source.randrange(MARKER_BIT))


def malformed(source, dataset):
    """Messages that are broken in one of many ways; some of them get no reply at all."""
    whole = list(hits(source, dataset))
    for message in whole:
        yield source.choice(_BREAKS)(source, message)


def _truncated(source, message):
    return message[:source.randrange(2, len(message))]


def _pointer_loop(_, message):
    return message[:wire.HEADER_OCTETS] + b"\xc0\x0c" + message[-4:]


def _bad_label_type(_, message):
    return message[:wire.HEADER_OCTETS] + b"\x80" + message[wire.HEADER_OCTETS + 1:]


def _long_label(_, message):
    return message[:wire.HEADER_OCTETS] + b"\x3f" + message[wire.HEADER_OCTETS + 1:]


def _two_questions(_, message):
    return message[:4] + struct.pack("!H", 2) + message[6:]


def _missing_additional(_, message):
    return message[:10] + struct.pack("!H", 1) + message[12:]


def _trailing_octets(source, message):
    return message + source.randbytes(source.randrange(1, 64))


def _random_octets(source, message):
    return message[:wire.HEADER_OCTETS] + source.randbytes(source.randrange(1, 256))


def _response(_, message):
    return message[:2] + struct.pack("!H", wire.QR) + message[4:]


_BREAKS = (_truncated, _pointer_loop, _bad_label_type, _long_label, _two_questions,
           _missing_additional, _trailing_octets, _random_octets, _response)

KINDS = {"hits": hits, "absent addresses": absent_addresses, "random names": random_names,
         "malformed": malformed, "ANY": any_queries}


def write_packets(kind, dataset, directory):
    """Writes a marker and the packets of a kind; returns the path."""
    source = random.Random(kind)
    marker = wire.query(APEX, "SOA", 0)
    path = directory / f"flood-{kind.replace(' ', '-')}"
    with open(path, "wb") as file:
        for message in (marker, *KINDS[kind](source, dataset)):
            file.write(wire.framed(message))
    return path

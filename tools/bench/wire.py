"""DNS messages: the queries that are asked, and what has to be known of the replies."""

import struct
from typing import NamedTuple

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "TXT": 16, "ANY": 255}
TYPE_NAMES = {number: name for name, number in TYPES.items()}
NOERROR, NXDOMAIN = 0, 3
QR, AA, TC = 0x8000, 0x0400, 0x0200
HEADER_OCTETS = 12
# RFC 6891 6.1.2: the root, OPT, a payload of 1232 octets, no flags and no options.
OPT_RECORD = struct.pack("!BHHIH", 0, 41, 1232, 0, 0)


class MalformedReply(Exception):
    """Octets that are no DNS message."""


class Record(NamedTuple):
    """A resource record; `data` is text for the types of TYPES, else octets."""

    owner: str
    type: str
    data: object


def encode_name(name):
    """The wire form of an absolute name without escapes."""
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def query(name, rr_type, query_id, with_edns=False):
    """A query of class IN with one question, without recursion desired."""
    header = struct.pack("!6H", query_id, 0, 1, 0, 0, 1 if with_edns else 0)
    question = encode_name(name) + struct.pack("!HH", TYPES[rr_type], 1)
    return header + question + (OPT_RECORD if with_edns else b"")


def framed(message):
    """A message as it stands in a TCP stream (RFC 1035 4.2.2)."""
    return struct.pack("!H", len(message)) + message


def message_id(message):
    """The id of a message; -1 if it is too short to have one."""
    return int.from_bytes(message[:2], "big") if len(message) >= 2 else -1


class Reply:
    """A reply, read to the end of its authority section."""

    def __init__(self, octets):
        self._octets = octets
        self._position = HEADER_OCTETS
        try:
            (self.query_id, self.flags, questions, answers, authorities,
             _) = struct.unpack_from("!6H", octets)
            self.questions = [(self._name(), *self._unpack("!HH")) for _ in range(questions)]
            self.answer = [self._record() for _ in range(answers)]
            self.authority = [self._record() for _ in range(authorities)]
        except (struct.error, IndexError) as failure:
            raise MalformedReply(f"{failure}: {octets.hex()}") from failure

    @property
    def rcode(self):
        """The rcode of the header."""
        return self.flags & 0x000F

    def data(self, section, rr_type):
        """What the records of a type in a section say, sorted."""
        return sorted(record.data for record in section if record.type == rr_type)

    def _unpack(self, layout):
        values = struct.unpack_from(layout, self._octets, self._position)
        self._position += struct.calcsize(layout)
        return values

    def _name(self):
        """Reads a name; pointers must lead back, so they come to an end."""
        labels = []
        position, limit, resume = self._position, self._position, None
        while True:
            length = self._octets[position]
            if length >= 0xC0:
                target = (length & 0x3F) << 8 | self._octets[position + 1]
                resume = position + 2 if resume is None else resume
                if target >= limit:
                    raise MalformedReply(f"a pointer leads forward: {self._octets.hex()}")
                position = limit = target
                continue
            position += 1
            if length == 0:
                break
            labels.append(self._octets[position:position + length].decode("latin-1"))
            position += length
        self._position = position if resume is None else resume
        return ".".join(labels).lower() + "."

    def _record(self):
        owner = self._name()
        number, _, _, length = self._unpack("!HHIH")
        rr_type = TYPE_NAMES.get(number, f"TYPE{number}")
        end = self._position + length
        data = self._data(rr_type, self._octets[self._position:end])
        self._position = end
        return Record(owner, rr_type, data)

    def _data(self, rr_type, octets):
        if rr_type in ("NS", "CNAME", "PTR", "SOA"):
            return self._name()
        if rr_type == "A":
            return ".".join(map(str, octets))
        if rr_type == "TXT":
            return octets[1:1 + octets[0]].decode("latin-1")
        return octets

"""DNS names and messages as octets, quick enough to compare a million replies.

A name is its wire form in lower case (a length octet is below 64, so it has no case); a record is
the tuple (owner, type, class, ttl, rdata), its RDATA without compression and with the names in it
in lower case (RFC 4034 6.2).
"""

import functools
import struct
from typing import NamedTuple

TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "AAAA": 28,
    "SRV": 33, "DNAME": 39, "OPT": 41, "DS": 43, "ANY": 255, "CAA": 257, "TYPE65280": 65280,
}
TYPE_NAMES = {number: name for name, number in TYPES.items()}
NOERROR, SERVFAIL, NXDOMAIN, REFUSED, YXDOMAIN = 0, 2, 3, 5, 6
RCODE_NAMES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED",
               6: "YXDOMAIN"}
AA, TC, RD, RA, AD, CD = 0x0400, 0x0200, 0x0100, 0x0080, 0x0020, 0x0010

ROOT = b"\0"
MOST_NAME_OCTETS = 255

# How many octets of RDATA stand before the name or names in it.
_NAME_OFFSETS = {2: 0, 5: 0, 12: 0, 39: 0, 15: 2, 33: 6}
_SOA = 6
_OPT = 41


class MalformedMessage(Exception):
    """These octets are no DNS message."""


def type_name(number):
    """`PTR` and so on, TYPEn for others (RFC 3597 5)."""
    return TYPE_NAMES.get(number, f"TYPE{number}")


def type_number(name):
    """The number of a type that type_name() names."""
    return TYPES[name] if name in TYPES else int(name.removeprefix("TYPE"))


def from_labels(labels):
    """The name with these labels, the case kept."""
    return b"".join(bytes([len(label)]) + label for label in labels) + ROOT


def labels_of(name):
    """The labels of a name, the root's not counted."""
    labels = []
    position = 0
    while name[position]:
        end = position + 1 + name[position]
        labels.append(name[position + 1:end])
        position = end
    return labels


def parent(name):
    """The name without its first label."""
    return name[1 + name[0]:]


def below(label, name):
    """The name `label`.`name`; None if it is too long."""
    made = bytes([len(label)]) + label + name
    return made if len(made) <= MOST_NAME_OCTETS else None


def is_at_or_below(name, apex):
    """Whether `name` is `apex` or below it."""
    while len(name) > len(apex):
        name = parent(name)
    return name == apex


def ancestors(name, apex):
    """`name` and the names above it, down to `apex`, which it is at or below."""
    while name != apex:
        yield name
        name = parent(name)
    yield apex


def raw_name(text, origin=None):
    """The wire form of a name in master-file format (RFC 1035 5.1), the case kept; `origin` is the
    wire form of what relative names are relative to."""
    if text == "@":
        return origin
    if text == ".":
        return ROOT
    labels = [bytearray()]
    position = 0
    while position < len(text):
        letter = text[position]
        if letter == "\\":
            if text[position + 1].isdigit():
                labels[-1].append(int(text[position + 1:position + 4]))
                position += 4
            else:
                labels[-1].append(ord(text[position + 1]))
                position += 2
            continue
        if letter == ".":
            labels.append(bytearray())
        else:
            labels[-1].append(ord(letter))
        position += 1
    is_absolute = not labels[-1]
    if is_absolute:
        labels.pop()
    if not all(0 < len(label) < 64 for label in labels) or (not is_absolute and origin is None):
        raise ValueError(f"no name: {text!r}")
    made = from_labels(map(bytes, labels))
    made = made if is_absolute else made[:-1] + origin
    if len(made) > MOST_NAME_OCTETS:
        raise ValueError(f"too long a name: {text!r}")
    return made


@functools.lru_cache(maxsize=None)
def name(text, origin=None):
    """raw_name() in lower case."""
    return raw_name(text, origin).lower()


def host(text):
    """The name that a host name in arpad's YAML means: absolute, with a dot at its end or not."""
    return name(text if text.endswith(".") else text + ".")


def label_text(label):
    """A label as it stands in a master file."""
    return "".join(
        chr(octet) if 0x21 <= octet <= 0x7E and octet not in b'.\\"();@$' else f"\\{octet:03}"
        for octet in label)


def name_text(name_octets):
    """A name as it stands in a master file, absolute."""
    return "".join(label_text(label) + "." for label in labels_of(name_octets)) or "."


def rdata_text(rr_type, rdata):
    """RDATA for people, and for master files."""
    if rr_type in (2, 5, 12, 39):
        return name_text(rdata)
    if rr_type == _SOA:
        second = _name_end(rdata, 0)
        end = _name_end(rdata, second)
        numbers = struct.unpack_from("!IIIII", rdata, end)
        return " ".join([name_text(rdata), name_text(rdata[second:]), *map(str, numbers)])
    if rr_type == 15:
        return f"{int.from_bytes(rdata[:2], 'big')} {name_text(rdata[2:])}"
    if rr_type == 33:
        return " ".join([*map(str, struct.unpack_from("!HHH", rdata)), name_text(rdata[6:])])
    return f"\\# {len(rdata)} {rdata.hex()}" if rdata else "\\# 0"


def record_text(record):
    """A record as it stands in a master file."""
    owner, rr_type, _, ttl, rdata = record
    return f"{name_text(owner)} {ttl} IN {type_name(rr_type)} {rdata_text(rr_type, rdata)}"


def query(name_octets, rr_type, query_id, payload=None, is_dnssec_ok=False, flags=0):
    """A query with one question; with an OPT record if `payload` is given."""
    message = (struct.pack("!HHHHHH", query_id, flags, 1, 0, 0, 0 if payload is None else 1)
               + name_octets + struct.pack("!HH", rr_type, 1))
    if payload is not None:
        message += struct.pack("!BHHIH", 0, _OPT, payload, 0x8000 if is_dnssec_ok else 0, 0)
    return message


class Reply(NamedTuple):
    """A reply: its rcode and flags, and its sections as frozen sets of records."""

    rcode: int
    flags: int  # without QR, opcode and rcode
    answer: frozenset
    authority: frozenset
    additional: frozenset
    question: bytes
    repeats: bool  # whether a section holds a record twice
    size: int

    @property
    def is_truncated(self):
        """Whether TC is set."""
        return bool(self.flags & TC)

    def __str__(self):
        flags = [text for bit, text in ((AA, "aa"), (TC, "tc"), (RD, "rd"), (RA, "ra"),
                                        (AD, "ad"), (CD, "cd")) if self.flags & bit]
        lines = [f"{RCODE_NAMES.get(self.rcode, self.rcode)} {' '.join(flags) or '-'}"
                 f" {self.size} octets"]
        for section in ("answer", "authority", "additional"):
            records = sorted(map(record_text, getattr(self, section)))
            lines += [f"  {section}: {text}" for text in records[:12]]
            if len(records) > 12:
                lines.append(f"  {section}: and {len(records) - 12} more")
        return "\n".join(lines)


def _name_end(octets, position):
    while octets[position]:
        position += 1 + octets[position]
    return position + 1


def _read_name(octets, position):
    """The name at `position`, in lower case, and where it ends."""
    pieces = []
    end = None
    limit = position
    while length := octets[position]:
        if length < 64:
            pieces.append(octets[position:position + length + 1])
            position += length + 1
            continue
        if length < 0xC0:
            raise MalformedMessage(f"label type {length >> 6}")
        if end is None:
            end = position + 2
        position = (length & 0x3F) << 8 | octets[position + 1]
        if position >= limit:
            raise MalformedMessage(f"pointer to octet {position} leads forward")
        limit = position
    pieces.append(ROOT)
    made = b"".join(pieces).lower()
    if len(made) > MOST_NAME_OCTETS:
        raise MalformedMessage("a name longer than 255 octets")
    return made, position + 1 if end is None else end


def read_rdata(octets, rr_type, start, end):
    """The RDATA between two positions of a message, as it stands in our records."""
    offset = _NAME_OFFSETS.get(rr_type)
    if offset is not None:
        target, position = _read_name(octets, start + offset)
        rdata = octets[start:start + offset] + target
    elif rr_type == _SOA:
        primary, position = _read_name(octets, start)
        contact, position = _read_name(octets, position)
        rdata = primary + contact + octets[position:position + 20]
        position += 20
    else:
        return octets[start:end]
    if position != end:
        raise MalformedMessage(f"{type_name(rr_type)} record does not fill its length")
    return rdata


_fixed_part = struct.Struct("!HHIH").unpack_from
_header = struct.Struct("!HHHHHH").unpack_from


def read_reply(octets):
    """Takes a reply apart, to its last octet."""
    try:
        return _read_reply(octets)
    except (IndexError, struct.error) as failure:
        raise MalformedMessage(f"ends too early: {octets.hex()}") from failure


def _read_reply(octets):
    _, flags, questions, *counts = _header(octets)
    if not flags & 0x8000 or questions > 1:
        raise MalformedMessage("no reply to one question")
    position = 12
    if questions:
        _, position = _read_name(octets, position)
        position += 4
    question = octets[12:position]
    sections = []
    rcode = flags & 0xF
    repeats = False
    for count in counts:
        records = []
        for _ in range(count):
            owner, position = _read_name(octets, position)
            rr_type, rr_class, ttl, length = _fixed_part(octets, position)
            position += 10 + length
            if position > len(octets):
                raise MalformedMessage(f"ends too early: {octets.hex()}")
            if rr_type == _OPT:
                rcode |= ttl >> 24 << 4
                continue
            rdata = read_rdata(octets, rr_type, position - length, position)
            records.append((owner, rr_type, rr_class, ttl, rdata))
        section = frozenset(records)
        repeats = repeats or len(section) != len(records)
        sections.append(section)
    if position != len(octets):
        raise MalformedMessage(f"{len(octets) - position} octets behind the last record")
    return Reply(rcode, flags & (AA | TC | RD | RA | AD | CD), *sections, question, repeats,
                 len(octets))

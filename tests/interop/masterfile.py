"""What a zone holds, and the master-file format it is written and read in (RFC 1035 5.1).

The reader knows what the server's exporter and this test's generator write: one record a line, the
owner written or left out, TTL and class in any order or left out, comments, quoted strings,
`$ORIGIN` and `$TTL`, RDATA in the types' own form or as unknown RDATA (RFC 3597 5).
"""

import ipaddress
import re
import struct

import wire

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|(;.*)|((?:[^\s";()\\]|\\.)+)|([()])')
_CLASSES = {"IN", "CH", "HS"}
_NAME_TYPES = {"NS", "CNAME", "PTR", "DNAME"}
_FORMS = {"SOA": "nniiiii", "MX": "sn", "SRV": "sssn", "DS": "sbbx", "CAA": "bcq"}


class Zone:
    """The RRsets of a zone: `rrsets` maps owners to mappings from type to (TTL, set of RDATA)."""

    def __init__(self, apex):
        self.apex = apex
        self.rrsets = {}
        self._names = None

    def add(self, owner, rr_type, ttl, rdata):
        """Adds a record; all of an RRset must have one TTL (RFC 2181 5.2)."""
        found_ttl, rdatas = self.rrsets.setdefault(owner, {}).setdefault(rr_type, (ttl, set()))
        if found_ttl != ttl:
            raise ValueError(f"{wire.name_text(owner)} {wire.type_name(rr_type)} has the TTLs "
                             f"{found_ttl} and {ttl}")
        rdatas.add(rdata)
        self._names = None

    def types_at(self, owner):
        """The mapping from type to (TTL, set of RDATA) at a name; empty if there is none."""
        return self.rrsets.get(owner, {})

    def has(self, owner, rr_type):
        """Whether the name has an RRset of the type."""
        return rr_type in self.rrsets.get(owner, ())

    def is_cut(self, owner):
        """Whether the name is a zone cut."""
        return owner != self.apex and self.has(owner, wire.TYPES["NS"])

    @property
    def names(self):
        """All names that exist, empty non-terminals included (RFC 4592 2.2.2)."""
        if self._names is None:
            self._names = set()
            for owner in self.rrsets:
                while owner not in self._names:
                    self._names.add(owner)
                    if owner == self.apex:
                        break
                    owner = wire.parent(owner)
        return self._names

    def records(self):
        """All records, the SOA first."""
        soa = wire.TYPES["SOA"]
        owners = sorted(self.rrsets, key=lambda owner: owner != self.apex)
        for owner in owners:
            types = self.rrsets[owner]
            for rr_type in sorted(types, key=lambda found: found != soa):
                ttl, rdatas = types[rr_type]
                for rdata in sorted(rdatas):
                    yield owner, rr_type, 1, ttl, rdata

    def write(self, path):
        """Writes the zone as a master file."""
        with open(path, "w", encoding="ascii") as file:
            file.write(f"$ORIGIN {wire.name_text(self.apex)}\n")
            file.writelines(wire.record_text(record) + "\n" for record in self.records())


def read(path):
    """The zone in a master file."""
    with open(path, encoding="ascii") as file:
        return read_lines(file, str(path))


def read_lines(lines, where):
    """The zone in the lines of a master file; `where` is what errors call it."""
    origin = owner = default_ttl = zone = None
    records = []
    for number, line in enumerate(lines, 1):
        try:
            tokens = tokens_of(line)
            if not tokens:
                continue
            if tokens[0][0] == "$ORIGIN":
                origin = wire.name(tokens[1][0], origin)
                continue
            if tokens[0][0] == "$TTL":
                default_ttl = int(tokens[1][0])
                continue
            if not line[0].isspace():
                owner = wire.name(tokens.pop(0)[0], origin)
            ttl, rr_type, rdata = read_record(tokens, origin)
            ttl = default_ttl if ttl is None else ttl
            if rr_type == wire.TYPES["SOA"] and zone is None:
                zone = Zone(owner)
            records.append((owner, rr_type, ttl, rdata))
        except (ValueError, IndexError, KeyError, struct.error) as failure:
            raise ValueError(f"{where}:{number}: {failure}: {line!r}") from failure
    if zone is None:
        raise ValueError(f"{where}: no SOA")
    for record in records:
        zone.add(*record)
    return zone


def tokens_of(line):
    """The words of a line as pairs of text and whether it was quoted."""
    tokens = []
    for quoted, comment, plain, bracket in _TOKEN.findall(line):
        if comment:
            break
        if bracket:
            raise ValueError("a record over several lines")
        tokens.append((plain, False) if plain else (quoted, True))
    return tokens


def read_record(tokens, origin):
    """TTL (None if not written), type and RDATA of a record behind its owner."""
    ttl = None
    tokens = list(tokens)
    while True:
        word = tokens.pop(0)[0]
        if word.isdigit():
            ttl = int(word)
        elif word.upper() not in _CLASSES:
            break
    rr_type = word.upper()
    return ttl, wire.type_number(rr_type), read_rdata(rr_type, tokens, origin)


def read_rdata(rr_type, tokens, origin):
    """The RDATA, with the names in it in lower case."""
    words = [text for text, _ in tokens]
    if words[0] == "\\#":
        octets = _unknown(words)
        return wire.read_rdata(octets, wire.type_number(rr_type), 0, len(octets))
    if rr_type in _NAME_TYPES:
        (target,) = words
        return wire.name(target, origin)
    if rr_type in ("A", "AAAA"):
        (address,) = words
        return ipaddress.ip_address(address).packed
    if rr_type in ("TXT", "HINFO"):
        return b"".join(_character_string(word) for word in words)
    return b"".join(_field(form, words, position, origin)
                    for position, form in enumerate(_FORMS[rr_type]))


def _unknown(words):
    octets = bytes.fromhex("".join(words[2:]))
    if len(octets) != int(words[1]):
        raise ValueError("RDATA of another length than it says")
    return octets


def _field(form, words, position, origin):
    """One field: name, 32, 16 or 8 bits, hexadecimal rest, string, or unframed string."""
    word = words[position]
    if form == "n":
        return wire.name(word, origin)
    if form == "x":
        return bytes.fromhex("".join(words[position:]))
    if form == "c":
        return _character_string(word)
    if form == "q":
        return _character_string(word)[1:]
    return int(word).to_bytes({"i": 4, "s": 2, "b": 1}[form], "big")


def _character_string(text):
    octets = bytearray()
    position = 0
    while position < len(text):
        if text[position] == "\\":
            if text[position + 1].isdigit():
                octets.append(int(text[position + 1:position + 4]))
                position += 4
            else:
                octets.append(ord(text[position + 1]))
                position += 2
        else:
            octets.append(ord(text[position]))
            position += 1
    return bytes([len(octets)]) + bytes(octets)


def differences(expected, found, ignore_serial=False):
    """What is not the same in two zones, in words."""
    lines = []
    if expected.apex != found.apex:
        lines.append(f"apex {wire.name_text(found.apex)}, not {wire.name_text(expected.apex)}")
    for owner in sorted(set(expected.rrsets) | set(found.rrsets)):
        ours, theirs = expected.types_at(owner), found.types_at(owner)
        for rr_type in sorted(set(ours) | set(theirs)):
            one, other = ours.get(rr_type), theirs.get(rr_type)
            if ignore_serial and rr_type == wire.TYPES["SOA"]:
                one, other = _without_serial(one), _without_serial(other)
            if one != other:
                lines.append(f"{wire.name_text(owner)} {wire.type_name(rr_type)}: "
                             f"expected {_rrset_text(rr_type, one)}, "
                             f"found {_rrset_text(rr_type, other)}")
    return lines


def _without_serial(rrset):
    if rrset is None:
        return None
    ttl, rdatas = rrset
    return ttl, {rdata[:-20] + rdata[-16:] for rdata in rdatas}


def _rrset_text(rr_type, rrset):
    if rrset is None:
        return "none"
    ttl, rdatas = rrset
    texts = sorted(wire.rdata_text(rr_type, rdata) if rr_type != wire.TYPES["SOA"] else rdata.hex()
                   for rdata in rdatas)
    return f"{ttl} {', '.join(texts[:4])}{' ...' if len(texts) > 4 else ''}"

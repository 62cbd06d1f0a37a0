"""A DNS client that shows every octet.

Builds queries and takes replies apart without any library, so that tests can send what no tool
sends and look at what no tool shows. A reply that is not well-formed to its last octet raises
MalformedReply.
"""

import contextlib
import ipaddress
import random
import select
import socket
import struct
import time
from dataclasses import dataclass, field

TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "AAAA": 28,
    "SRV": 33, "DNAME": 39, "OPT": 41, "DS": 43, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "DHCID": 49,
    "TYPE1000": 1000, "TYPE65280": 65280, "TSIG": 250, "IXFR": 251, "AXFR": 252, "ANY": 255,
}
CLASSES = {"IN": 1, "CH": 3, "HS": 4, "NONE": 254, "ANY": 255}
RCODES = {
    0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED",
    6: "YXDOMAIN", 7: "YXRRSET", 8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 16: "BADVERS",
    23: "BADCOOKIE",
}
TYPE_NAMES = {number: name for name, number in TYPES.items()}

QR, AA, TC, RD, RA, Z, AD, CD = (1 << bit for bit in (15, 10, 9, 8, 7, 6, 5, 4))
DO = 0x8000
NSID, COOKIE, PADDING, EXTENDED_ERROR = 3, 10, 12, 15
NOT_READY, NOT_AUTHORITATIVE = 14, 20

HEADER_OCTETS = 12
PATIENCE_SECONDS = 10.0
TRIES = 3


class MalformedReply(AssertionError):
    """What the server sent is no DNS message."""


def reverse_name(address):
    """The name that `dig -x` asks for."""
    return ipaddress.ip_address(address).reverse_pointer + "."


def encode_name(name):
    """The wire form of an absolute name without escapes."""
    labels = [label.encode("latin-1") for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


@dataclass(frozen=True)
class Edns:
    """An OPT record (RFC 6891 6.1.2)."""

    payload: int = 1232
    version: int = 0
    flags: int = 0
    options: tuple = ()  # of (code, octets)
    extended_rcode: int = 0

    def to_wire(self):
        """The record as it stands in the additional section."""
        rdata = b"".join(struct.pack("!HH", code, len(value)) + value
                         for code, value in self.options)
        return struct.pack("!BHHBBHH", 0, TYPES["OPT"], self.payload, self.extended_rcode,
                           self.version, self.flags, len(rdata)) + rdata

    def option(self, code):
        """The value of the first option `code`, or None."""
        return next((value for found, value in self.options if found == code), None)


def question(name, rr_type="PTR", rr_class="IN"):
    """The wire form of a question."""
    return encode_name(name) + struct.pack("!HH", TYPES[rr_type], CLASSES[rr_class])


def header(query_id, flags=0, counts=(1, 0, 0, 0)):
    """The wire form of a header; `counts` are those of the four sections."""
    return struct.pack("!HHHHHH", query_id, flags, *counts)


def query(name, rr_type="PTR", *, rr_class="IN", query_id=None, flags=0, edns=None):
    """The wire form of a query with one question."""
    if query_id is None:
        query_id = random.randrange(65536)
    additional = b"" if edns is None else edns.to_wire()
    return (header(query_id, flags, (1, 0, 0, 0 if edns is None else 1))
            + question(name, rr_type, rr_class) + additional)


def cookie_query(cookie):
    """The wire form of a query that has no question but shows a cookie (RFC 7873 5.4)."""
    return header(random.randrange(65536), 0, (0, 0, 0, 1)) + Edns(
        options=((COOKIE, cookie),)).to_wire()


def query_id_of(message):
    """The id of a query or reply."""
    return int.from_bytes(message[:2], "big")


@dataclass(frozen=True)
class Record:
    """A resource record; `data` is a name, the fields of a SOA, or the RDATA itself."""

    owner: str
    type: str
    rr_class: int
    ttl: int
    data: object
    owner_wire: bytes = field(compare=False)


class _Reader:
    def __init__(self, octets):
        self.octets = octets
        self.position = 0

    def take(self, count):
        piece = self.octets[self.position:self.position + count]
        if len(piece) != count:
            raise MalformedReply(f"ends at octet {len(self.octets)}: {self.octets.hex()}")
        self.position += count
        return piece

    def unpack(self, layout):
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def name(self):
        """Reads a name; pointers must lead back, so they come to an end."""
        labels = []
        limit = self.position
        resume = None
        while True:
            (length,) = self.take(1)
            if length >= 0xC0:
                target = (length & 0x3F) << 8 | self.take(1)[0]
                resume = self.position if resume is None else resume
                if target >= limit:
                    raise MalformedReply(f"pointer to octet {target} leads forward")
                self.position = limit = target
            elif length > 63:
                raise MalformedReply(f"label type {length >> 6}")
            elif length:
                labels.append(self.take(length))
            else:
                break
        if resume is not None:
            self.position = resume
        if sum(len(label) + 1 for label in labels) > 254:
            raise MalformedReply("a name longer than 255 octets")
        return "".join(_label_text(label) + "." for label in labels) or "."


def _label_text(label):
    return "".join(
        chr(octet) if 0x21 <= octet <= 0x7E and octet not in b".\\" else f"\\{octet:03}"
        for octet in label)


class Reply:
    """A reply, taken apart; `octets` is all of it, `question` its question section as sent."""

    def __init__(self, octets):
        self.octets = octets
        reader = _Reader(octets)
        self.id, self.flags, questions, *counts = reader.unpack("!HHHHHH")
        for _ in range(questions):
            reader.name()
            reader.take(4)
        self.question = octets[HEADER_OCTETS:reader.position]
        self.edns = None
        self.answer, self.authority, self.additional = (
            self._read_section(reader, count) for count in counts)
        if reader.position != len(octets):
            raise MalformedReply(f"{len(octets) - reader.position} octets behind the last record")

    def _read_section(self, reader, count):
        records = [_read_record(reader) for _ in range(count)]
        for record in records:
            if record.type == "OPT":
                self._adopt_opt(record)
        return [record for record in records if record.type != "OPT"]

    def _adopt_opt(self, record):
        if self.edns is not None or record.owner != ".":
            raise MalformedReply("a second OPT record, or one below the root")
        options = []
        reader = _Reader(record.data)
        while reader.position < len(record.data):
            code, length = reader.unpack("!HH")
            options.append((code, reader.take(length)))
        self.edns = Edns(payload=record.rr_class, version=record.ttl >> 16 & 0xFF,
                         flags=record.ttl & 0xFFFF, options=tuple(options),
                         extended_rcode=record.ttl >> 24)

    @property
    def rcode(self):
        """NOERROR and so on, with the upper bits that EDNS adds."""
        number = self.flags & 0xF | (self.edns.extended_rcode << 4 if self.edns else 0)
        return RCODES.get(number, f"RCODE{number}")

    @property
    def opcode(self):
        return self.flags >> 11 & 0xF

    @property
    def is_authoritative(self):
        return bool(self.flags & AA)

    @property
    def is_truncated(self):
        return bool(self.flags & TC)

    @property
    def extended_error(self):
        """The INFO-CODE of the Extended DNS Error (RFC 8914), or None."""
        value = self.edns.option(EXTENDED_ERROR) if self.edns else None
        return None if value is None else int.from_bytes(value[:2], "big")

    def records(self, section, rr_type):
        """The records of one type in a section."""
        return [record for record in getattr(self, section) if record.type == rr_type]

    def data(self, section, rr_type):
        """What those records hold."""
        return [record.data for record in self.records(section, rr_type)]

    def __str__(self):
        return (f"{self.rcode} flags={self.flags:#06x} answer={self.answer} "
                f"authority={self.authority} edns={self.edns}")


def _read_record(reader):
    start = reader.position
    owner = reader.name()
    owner_wire = reader.octets[start:reader.position]
    number, rr_class, ttl, length = reader.unpack("!HHIH")
    end = reader.position + length
    rr_type = TYPE_NAMES.get(number, f"TYPE{number}")
    if rr_type in ("PTR", "NS", "CNAME", "DNAME"):
        data = reader.name()
    elif rr_type == "SOA":
        data = (reader.name(), reader.name(), *reader.unpack("!IIIII"))
    else:
        data = reader.take(length)
    if reader.position != end:
        raise MalformedReply(f"{rr_type} record of {owner} does not fill its length")
    return Record(owner, rr_type, rr_class, ttl, data, owner_wire)


def _socket(endpoint, kind):
    family = socket.AF_INET6 if ":" in endpoint[0] else socket.AF_INET
    return socket.socket(family, kind)


class UdpClient:
    """Asks over UDP from one port."""

    def __init__(self, endpoint):
        self.socket = _socket(endpoint, socket.SOCK_DGRAM)
        self.socket.connect(endpoint)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets):
        """Sends one datagram as it is."""
        self.socket.send(octets)

    def receive(self, patience=PATIENCE_SECONDS):
        """The next datagram; TimeoutError if none comes."""
        self.socket.settimeout(patience)
        return self.socket.recv(65535)

    def exchange(self, message):
        """The octets of the reply to `message`, which is sent again if none comes."""
        for _ in range(TRIES):
            self.send(message)
            deadline = time.monotonic() + PATIENCE_SECONDS / TRIES
            try:
                while True:
                    octets = self.receive(max(deadline - time.monotonic(), 0.001))
                    if octets[:2] == message[:2]:
                        return octets
            except TimeoutError:
                continue
        raise AssertionError(f"no reply over UDP to {message.hex()}")

    def ask(self, message):
        """The reply to `message`."""
        return Reply(self.exchange(message))

    def gets_silence(self, message, known_good):
        """Whether `message` gets no reply. One worker answers a port's datagrams in order, so the
        first thing to come is then the reply to `known_good`, which is sent behind it."""
        self.send(message)
        self.send(known_good)
        return self.receive()[:2] == known_good[:2]


def receive_exactly(connection, count):
    """So many octets of a socket; EOFError if the other side closes before."""
    octets = b""
    while len(octets) < count:
        piece = connection.recv(count - len(octets))
        if not piece:
            raise EOFError(f"the other side closed after {len(octets)} of {count} octets")
        octets += piece
    return octets


def receive_message(connection):
    """The next message of a stream (RFC 1035 4.2.2)."""
    return receive_exactly(connection, int.from_bytes(receive_exactly(connection, 2), "big"))


class TcpClient:
    """Asks over one TCP connection; with `tls` (ssl.SSLContext), of a server of this name."""

    def __init__(self, endpoint, source=None, receive_buffer=None, tls=None, name=None):
        self.socket = _socket(endpoint, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source is not None:
            self.socket.bind((source, 0))
        self.socket.connect(endpoint)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname=name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Closes both directions."""
        self.socket.close()

    def send(self, octets):
        """Sends octets as they are."""
        self.socket.sendall(octets)

    def send_query(self, message):
        """Sends one message behind its length."""
        self.send(framed(message))

    def finish_sending(self):
        """Closes our direction only."""
        self.socket.shutdown(socket.SHUT_WR)

    def receive(self):
        """The octets of the next message; EOFError if the server closes instead."""
        return receive_message(self.socket)

    def ask(self, message):
        """The reply to `message`, with no other query under way."""
        self.send_query(message)
        octets = self.receive()
        if octets[:2] != message[:2]:
            raise AssertionError(f"reply {octets.hex()} to {message.hex()}")
        return Reply(octets)

    def receive_replies(self, count):
        """The next `count` replies by id, in whatever order they come (RFC 7766 6.2.1.1)."""
        replies = {}
        for _ in range(count):
            reply = Reply(self.receive())
            if reply.id in replies:
                raise AssertionError(f"two replies with id {reply.id}")
            replies[reply.id] = reply
        return replies

    def is_closed_within(self, seconds):
        """Whether the server closes within `seconds`, sending nothing before."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(PATIENCE_SECONDS)


def framed(message):
    """A message as it goes over a stream (RFC 1035 4.2.2)."""
    return len(message).to_bytes(2, "big") + message


def ask_udp(endpoint, message):
    """The reply to one query over UDP."""
    with UdpClient(endpoint) as client:
        return client.ask(message)


def ask_tcp(endpoint, message):
    """The reply to one query over TCP."""
    with TcpClient(endpoint) as client:
        return client.ask(message)


class _Flight:
    """Queries under way, by id."""

    def __init__(self):
        self.ids = list(range(65536))
        random.shuffle(self.ids)
        self.waiting = {}  # id -> (position, message, deadline, tries)

    def start(self, position, name):
        query_id = self.ids.pop()
        self.put(query_id, position, query(name, query_id=query_id), 1)
        return self.waiting[query_id][1]

    def put(self, query_id, position, message, tries):
        deadline = time.monotonic() + PATIENCE_SECONDS / TRIES
        self.waiting[query_id] = (position, message, deadline, tries)

    def landed(self, clients):
        """Receives a reply from each of `clients`; yields its octets behind the position of the
        query it answers. A second reply to one query is passed over."""
        for client in clients:
            octets = client.receive()
            query_id = query_id_of(octets)
            if query_id in self.waiting:
                self.ids.insert(0, query_id)
                yield self.waiting.pop(query_id)[0], octets

    def overdue(self):
        """Messages to be sent again."""
        now = time.monotonic()
        for query_id, (position, message, deadline, tries) in list(self.waiting.items()):
            if deadline > now:
                continue
            if tries == TRIES:
                raise AssertionError(f"no reply over UDP to query number {position}")
            self.put(query_id, position, message, tries + 1)
            yield message


def ask_all(endpoint, names, window=64, ports=4):
    """Asks PTR for each of the list `names` over UDP, `window` at a time, and yields pairs of
    name and reply in the order the replies come. Asks from several ports, since the system deals
    queries out to the workers by port."""
    flight = _Flight()
    asked = 0
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(UdpClient(endpoint)) for _ in range(ports)]
        by_socket = {client.socket: client for client in clients}
        while asked < len(names) or flight.waiting:
            while asked < len(names) and len(flight.waiting) < window:
                clients[asked % ports].send(flight.start(asked, names[asked]))
                asked += 1
            ready, _, _ = select.select(list(by_socket), [], [], 0.5)
            for position, octets in flight.landed(by_socket[found] for found in ready):
                yield names[position], Reply(octets)
            if not ready:
                for message in flight.overdue():
                    clients[0].send(message)

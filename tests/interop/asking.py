"""Many questions to one server, with a window of them under way."""

import socket
import time
from typing import NamedTuple

import wire

PATIENCE_SECONDS = 2.0
TRIES = 6
WINDOW = 64
MOST_UDP_OCTETS = 65535


class NoReply(Exception):
    """A question was asked several times in vain."""


class Question(NamedTuple):
    """A question and the form it is asked in over UDP."""

    name: bytes
    type: int
    payload: int | None = None  # of the OPT record; None for none
    is_dnssec_ok: bool = False
    flags: int = 0

    def message(self, query_id):
        """The query."""
        return wire.query(self.name, self.type, query_id, self.payload, self.is_dnssec_ok,
                          self.flags)

    def __str__(self):
        edns = "" if self.payload is None else f" EDNS {self.payload}"
        return (f"{wire.name_text(self.name)} {wire.type_name(self.type)}{edns}"
                f"{' DO' if self.is_dnssec_ok else ''}")


def ask_udp(endpoint, questions, window=WINDOW):
    """The octets of the replies to `questions`, in their order."""
    replies = [None] * len(questions)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(endpoint)
        client.settimeout(PATIENCE_SECONDS)
        waiting = {}  # id -> position; ids count up, so none comes again within a window
        asked = 0
        tries = 0
        while waiting or asked < len(questions):
            while asked < len(questions) and len(waiting) < window:
                query_id = asked & 0xFFFF
                client.send(questions[asked].message(query_id))
                waiting[query_id] = asked
                asked += 1
            try:
                octets = client.recv(MOST_UDP_OCTETS)
            except (TimeoutError, ConnectionRefusedError):
                tries += 1
                if tries == TRIES:
                    text = questions[next(iter(waiting.values()))]
                    raise NoReply(f"no reply over UDP to {text}") from None
                for query_id, position in waiting.items():
                    client.send(questions[position].message(query_id))
                continue
            position = waiting.pop(int.from_bytes(octets[:2], "big"), None)
            if position is not None:
                replies[position] = octets
                tries = 0
    return replies


def ask_tcp(endpoint, questions, window=WINDOW):
    """The octets of the replies to `questions`, in their order, over one connection; over another
    one if the server closes it."""
    replies = {}
    open_positions = list(range(len(questions)))
    for attempt in range(TRIES):
        try:
            _ask_connection(endpoint, questions, open_positions, replies, window)
        except (TimeoutError, ConnectionError):
            time.sleep(0.05 * attempt)
        before = len(open_positions)
        open_positions = [position for position in open_positions if position not in replies]
        if not open_positions:
            return [replies[position] for position in range(len(questions))]
        if before == len(open_positions) and attempt + 1 == TRIES:
            break
    raise NoReply(f"no reply over TCP to {questions[open_positions[0]]} and "
                  f"{len(open_positions) - 1} more")


def _ask_connection(endpoint, questions, positions, replies, window):
    """Asks the questions at `positions` over one connection, until it ends."""
    with socket.create_connection(endpoint, PATIENCE_SECONDS * 2) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting = {}
        asked = 0
        received = bytearray()
        while waiting or asked < len(positions):
            if len(waiting) <= window // 2 and asked < len(positions):
                batch = positions[asked:asked + window - len(waiting)]
                pieces = []
                for position in batch:
                    message = questions[position].message(position & 0xFFFF)
                    waiting[position & 0xFFFF] = position
                    pieces += [len(message).to_bytes(2, "big"), message]
                client.sendall(b"".join(pieces))
                asked += len(batch)
            octets = client.recv(1 << 17)
            if not octets:
                raise ConnectionResetError("the server closed the connection")
            received += octets
            start = 0
            while len(received) - start >= 2:
                end = start + 2 + int.from_bytes(received[start:start + 2], "big")
                if end > len(received):
                    break
                reply = bytes(received[start + 2:end])
                position = waiting.pop(int.from_bytes(reply[:2], "big"), None)
                if position is not None:
                    replies[position] = reply
                start = end
            del received[:start]

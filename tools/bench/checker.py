"""Compares replies with the data while the server is being measured, from a process of its own."""

import multiprocessing
import os
import random
import select
import signal
import socket
import time
from dataclasses import dataclass

import wire
from questions import fault_of

PER_SECOND = 200
PATIENCE_SECONDS = 2.0
STOP_SECONDS = 30.0


class WrongAnswer(Exception):
    """A server answered otherwise than the data say, so its figures mean nothing."""


@dataclass
class Tally:
    """What was seen."""

    right: int = 0
    lost: int = 0
    wrong: int = 0
    first_wrong: str = ""

    def note_wrong(self, text):
        """Counts a wrong reply; the first is remembered."""
        self.wrong += 1
        self.first_wrong = self.first_wrong or text


class _UdpClient:
    def __init__(self, endpoint):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(endpoint)

    def ask(self, message):
        """The reply with the id of the query; TimeoutError if it does not come."""
        self._socket.send(message)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            patience = max(0.0, deadline - time.monotonic())
            if not select.select([self._socket], [], [], patience)[0]:
                raise TimeoutError
            octets = self._socket.recv(65535)
            if wire.message_id(octets) == wire.message_id(message):
                return octets

    def close(self):
        """Closes the socket."""
        self._socket.close()


class _TcpClient:
    def __init__(self, endpoint):
        self._socket = socket.create_connection(endpoint, PATIENCE_SECONDS)

    def ask(self, message):
        """The next message of the stream; OSError if there is none."""
        self._socket.sendall(wire.framed(message))
        return self._take(int.from_bytes(self._take(2), "big"))

    def _take(self, count):
        octets = b""
        while len(octets) < count:
            piece = self._socket.recv(count - len(octets))
            if not piece:
                raise ConnectionResetError("the server closed the connection")
            octets += piece
        return octets

    def close(self):
        """Closes the connection."""
        self._socket.close()


_CLIENTS = {"udp": _UdpClient, "tcp": _TcpClient}


class _Asker:
    """Asks one question after the other and judges what comes."""

    def __init__(self, server, transport, with_edns):
        self._endpoint = server.endpoint
        self._is_echo = server.is_echo
        self._transport = transport
        self._with_edns = with_edns
        self._client = None
        self.tally = Tally()

    def ask(self, question, query_id):
        """Asks once; whatever gets no reply is lost, and the next goes over a new socket."""
        message = wire.query(question.name, question.rr_type, query_id, self._with_edns)
        try:
            if self._client is None:
                self._client = _CLIENTS[self._transport](self._endpoint)
            octets = self._client.ask(message)
        except OSError:  # a TimeoutError is one
            self.tally.lost += 1
            self.close()
            return
        fault = self._fault(question, message, octets)
        if fault:
            self.tally.note_wrong(f"{question.name} {question.rr_type}: {fault}")
        else:
            self.tally.right += 1

    def _fault(self, question, message, octets):
        if self._is_echo:
            return "" if octets == message else "not what was sent"
        if wire.message_id(octets) != wire.message_id(message):
            return "a reply to something else"
        return fault_of(question, octets)

    def close(self):
        """Ends the conversation."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _run(asker, questions, stop, results):
    """Asks random questions at a steady rate until `stop` is set or the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells us when to stop
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    source = random.Random()
    due = time.monotonic()
    parent = os.getppid()
    while not stop.is_set() and os.getppid() == parent:
        asker.ask(source.choice(questions), source.randrange(65536))
        due = max(due + 1.0 / PER_SECOND, time.monotonic() - 1.0)
        time.sleep(max(0.0, due - time.monotonic()))
    asker.close()
    results.send(asker.tally)


class Checker:
    """A context in which replies are compared; fails at its end if one was wrong."""

    def __init__(self, server, transport, with_edns):
        self.tally = Tally()
        self._server = server
        self._stop = multiprocessing.Event()
        self._receiver, sender = multiprocessing.Pipe(duplex=False)
        self._process = multiprocessing.Process(
            target=_run, daemon=True, args=(_Asker(server, transport, with_edns),
                                            server.dataset.questions, self._stop, sender))

    def __enter__(self):
        self._process.start()
        return self

    def __exit__(self, kind, *_):
        self._stop.set()
        if self._receiver.poll(STOP_SECONDS):
            self.tally = self._receiver.recv()
        self._process.join(STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
        if kind is None:
            self._judge()

    def _judge(self):
        self._server.check_alive()
        if self.tally.wrong:
            raise WrongAnswer(f"{self._server.name}: {self.tally.wrong} wrong replies, the first: "
                              f"{self.tally.first_wrong}")
        if not self.tally.right:
            raise WrongAnswer(f"{self._server.name}: no reply could be compared")

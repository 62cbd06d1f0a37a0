"""Ports for servers that must know theirs before they start."""

import random
import socket

# Below those that the kernel gives to whoever connects: none of these takes one meanwhile.
_PORTS = range(12_000, 32_000)


def free_port():
    """A port that is free on 127.0.0.1 over UDP and TCP. Nothing holds it until it is used."""
    for port in random.sample(_PORTS, 100):
        with (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
              socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream):
            try:
                datagrams.bind(("127.0.0.1", port))
                stream.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free over both UDP and TCP")

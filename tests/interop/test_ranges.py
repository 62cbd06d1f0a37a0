"""NSD, Knot and BIND, which know no ranges, answer for every address as arpad does if they have taken
a zone with `ranges: wildcard`; so also after edits.

Usage: test_ranges.py [--seed N]
"""

import argparse
import sys
import tempfile
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import asking
import secondaries
import wire
from arpad_server import Server
from edits import Control
from ports import free_port
from test_secondaries import follow, have_told, serial_of

APEX = wire.name("10.in-addr.arpa.")
ZONE = """\
network: 10.0.0.0/8
ranges:
  10.0.0.0/8: all.example.net
  10.1.0.0/16: one.example.net
  10.1.2.0/24: two.example.net
records:
  10.0.1.1: a.example.net
  10.2.0.7: b.example.net
delegations:
  10.3.0.0/16: {nameservers: [ns.example.org]}
  10.0.3.128/25: {nameservers: [ns.example.org]}
extra: |
  below.5.1.2.10.in-addr.arpa. TXT "a name below an address in a range"
  2.2.10.in-addr.arpa. TXT "a name above addresses in a range"
  9.2.2.10.in-addr.arpa. TXT "at an address in a range"
"""
EDITS = 60
ASKED = 2000
PART = 4  # values of each octet: so that names share what is above them


def any_address(random):
    """One of few enough for edits to meet each other."""
    return f"10.{random.randrange(PART)}.{random.randrange(PART)}.{random.randrange(12)}"


def question(address):
    """For its PTR."""
    name = ".".join(reversed(address.split("."))) + ".in-addr.arpa."
    return asking.Question(wire.name(name), wire.type_number("PTR"))


def answers(endpoint, addresses):
    """What a server says of each: rcode and answer section."""
    replies = asking.ask_udp(endpoint, [question(address) for address in addresses])
    read = map(wire.read_reply, replies)
    return [(reply.rcode, reply.answer) for reply in read]


def compare(server, peer, addresses):
    """Both must say the same."""
    pairs = zip(addresses, answers(server.endpoint, addresses), answers(peer.endpoint, addresses))
    other = [f"{address}: arpad {ours}, {peer.name} {theirs}"
             for address, ours, theirs in pairs if ours != theirs]
    if other:
        raise AssertionError(f"{len(other)} answers are not the same:\n" + "\n".join(other[:10]))


def run(kind, random, directory):
    """Compares one of them; what was compared."""
    (directory / "zones").mkdir()
    (directory / "zones" / "network.yaml").write_text(ZONE, encoding="ascii")
    config = directory / "arpad.yaml"
    config.write_text(
        f'listen: ["127.0.0.1:{free_port()}"]\nzones: zones\nstate: state\nworkers: 1\n'
        "zone_defaults:\n  nameservers: [ns1.example.net]\n"
        "  soa: {contact: hostmaster.example.net}\n"
        "  transfer: {allow: [127.0.0.1], ranges: wildcard}\n", encoding="ascii")
    addresses = [any_address(random) for _ in range(ASKED)]
    with Server(config) as server:
        with kind(directory / "peer", [APEX], server.endpoint) as peer:
            compare(server, peer, addresses)
            have_told(config, [peer.endpoint], None)
            serials = {APEX: serial_of(server.endpoint, APEX)}
            control = Control(config)
            done = 0
            while done < EDITS:
                names = [f"edit-{done}.example.net"] if random.random() < 0.7 else []
                done += control.edit({any_address(random): names}) is None
            follow(server, peer, [APEX], serials)
            compare(server, peer, addresses)
    return f"{ASKED} addresses, the same before and after {EDITS} edits"


def main():
    """Compares all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    random = Random(parser.parse_args().seed)
    for kind in secondaries.ALL:
        with tempfile.TemporaryDirectory(prefix="arpad-interop-") as directory:
            print(f"{kind.name}: {run(kind, random, Path(directory))}", flush=True)


if __name__ == "__main__":
    main()

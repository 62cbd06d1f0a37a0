"""Updates (RFC 2136) come to the same here as with BIND and Knot.

Usage: test_updates.py [--first-seed N] [--messages N] [--peers Bind,Knot]

Random messages, with prerequisites, additions and deletions of several types at addresses, other
names and the apex, are sent to arpad and to the peer, which have begun with the same zone. Each must
get the same rcode from both, and every RRset must be the same afterwards. The paths of the programs
stand in ARPAD and ARPACTL.

Left out is where arpad means to differ: RFC 2136 3.4.2 lets a client replace the SOA and delegate
names that have others below them, which here is the business of the zone file (docs/updates.md).
"""

import argparse
import random
import shutil
import struct
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import dns_client as dns
import peers
import wire
from arpad_server import Server
from ports import free_port
from tsig import Key

APEX = "2.0.192.in-addr.arpa."
KEY = Key("update.example.net.")
UPDATE = 5 << 11
TYPES = ("PTR", "TXT", "A", "CNAME", "AAAA")
OWNERS = [f"{last}.{APEX}" for last in range(1, 6)] + [
    f"{name}.{APEX}" for name in ("host", "b.a", "a", "*.wild", "WILD")]
COMPARED_EACH = 20  # messages

MASTER = f"""$ORIGIN {APEX}
@ 3600 SOA ns1.example.net. hostmaster.example.net. 1 7200 1800 1209600 900
@ 3600 NS ns1.example.net.
1 3600 PTR one.example.net.
2 3600 PTR two.example.net.
2 3600 PTR zwei.example.net.
host 3600 TXT "written"
"""
ZONE = """network: 192.0.2.0/24
records:
  192.0.2.1: one.example.net
  192.0.2.2: [two.example.net, zwei.example.net]
extra: |
  host TXT "written"
"""


class Bind(peers.Bind):
    """BIND, with a zone that can be updated."""

    def config(self):
        secret = KEY.line.split('"')[1]
        text = super().config().replace('type primary;', f'type primary; allow-update {{ key '
                                        f'"{KEY.name}"; }};')
        return (f'key "{KEY.name}" {{ algorithm {KEY.algorithm}; secret "{secret}"; }};\n' + text)


class Knot(peers.Knot):
    """Knot, likewise."""

    def config(self):
        secret = KEY.line.split('"')[1]
        text = super().config().replace("journal-content: none", "journal-content: all\n"
                                        "    acl: update")
        return (f"key:\n  - id: {KEY.name}\n    algorithm: {KEY.algorithm}\n    secret: {secret}\n"
                f"acl:\n  - id: update\n    key: {KEY.name}\n    action: update\n" + text)


PEERS = {"Bind": Bind, "Knot": Knot}


def rdata_of(rng, rr_type):
    """One of a few, so that many meet."""
    name = dns.encode_name(rng.choice(("x.example.", "y.example.", "z.example.")))
    return {"PTR": name, "CNAME": name, "TXT": bytes((1, rng.randrange(97, 100))),
            "A": bytes((192, 0, 2, rng.randrange(3))),
            "AAAA": bytes(15) + bytes((rng.randrange(2),))}[rr_type]


def record(owner, rr_type, rr_class, ttl=0, rdata=b""):
    """A record of an update."""
    return (dns.encode_name(owner)
            + struct.pack("!HHIH", dns.TYPES[rr_type], dns.CLASSES[rr_class], ttl, len(rdata))
            + rdata)


def random_change(rng):
    """One record of the update section."""
    owner = rng.choice(OWNERS)
    rr_type = rng.choice(TYPES)
    kind = rng.randrange(10)
    if kind < 6:
        return record(owner, rr_type, "IN", 300, rdata_of(rng, rr_type))
    if kind < 8:
        return record(owner, rr_type, "NONE", 0, rdata_of(rng, rr_type))
    if kind == 8:
        return record(owner, rr_type, "ANY")
    return record(owner, "ANY", "ANY")


def random_prerequisite(rng):
    """One record of the prerequisite section."""
    owner = rng.choice(OWNERS + [APEX])
    rr_type = rng.choice(TYPES)
    kind = rng.randrange(5)
    if kind == 4 and owner != APEX:
        return record(owner, rr_type, "IN", 0, rdata_of(rng, rr_type))
    return record(owner, "ANY" if kind < 2 else rr_type, ("ANY", "NONE")[kind % 2])


def random_message(rng):
    """A message without its signature."""
    requires = [random_prerequisite(rng)] if rng.randrange(3) == 0 else []
    changes = [random_change(rng) for _ in range(rng.randrange(1, 4))]
    malformed = rng.randrange(40)  # alone: which of several faults is told first is nobody's rule
    if malformed < 3:
        requires = []
    if malformed == 0:
        changes = [record("1.3.0.192.in-addr.arpa.", "PTR", "IN", 300, rdata_of(rng, "PTR"))]
    if malformed == 1:
        changes = [record(OWNERS[0], "ANY", "IN", 300)]
    if malformed == 2:
        requires = [record(OWNERS[0], "PTR", "ANY", 1)]
        changes = []
    return (dns.header(rng.randrange(65536), UPDATE, (1, len(requires), len(changes), 0))
            + dns.question(APEX, "SOA") + b"".join(requires) + b"".join(changes))


def contents(endpoint):
    """What every name has, by name and type."""
    found = {}
    with dns.TcpClient(endpoint) as client:
        for owner in OWNERS + [APEX]:
            for rr_type in TYPES:
                reply = client.ask(dns.query(owner, rr_type))
                found[owner, rr_type] = (reply.rcode, sorted(
                    (each.type, each.ttl, str(each.data).lower()) for each in reply.answer))
    return found


def compare(seed, messages, kind, directory):
    """One run beside one peer; the problem, or None."""
    rng = random.Random(seed)
    port = free_port()
    (directory / "zones").mkdir()
    (directory / "zones" / "zone.yaml").write_text(ZONE, encoding="ascii")
    config = directory / "arpad.yaml"
    config.write_text(f"""listen: ["127.0.0.1:{port}"]
zones: zones
state: state
workers: 1
zone_defaults: {{nameservers: [ns1.example.net], soa: {{contact: hostmaster.example.net}}}}
keys:
  {KEY.line}
updates: {{{KEY.name}: {{types: any, names: any, over_records: true}}}}
""", encoding="ascii")
    config.chmod(0o600)
    master = directory / "zone.master"
    master.write_text(MASTER, encoding="ascii")
    rcodes = {}
    with Server(config) as server, kind(directory / "peer", {wire.name(APEX): master}) as peer:
        endpoints = (server.endpoint, peer.endpoint)
        for number in range(messages):
            message = KEY.sign(random_message(rng), int(time.time()))[0]
            got = [dns.ask_tcp(endpoint, message).rcode for endpoint in endpoints]
            rcodes[got[0]] = rcodes.get(got[0], 0) + 1
            if got[0] != got[1]:
                return f"message {number}: {got[0]}, {peer.name} {got[1]}: {message.hex()}"
            if number % COMPARED_EACH < COMPARED_EACH - 1:
                continue
            here, there = map(contents, endpoints)
            wrong = {key: (here[key], there[key]) for key in here if here[key] != there[key]}
            if wrong:
                return f"after message {number}: {wrong}"
        print(f"seed {seed}: {messages} messages, as {peer.name}: "
              + ", ".join(f"{count} {rcode}" for rcode, count in sorted(rcodes.items())), flush=True)
    return None


def main():
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--peers", default="Bind,Knot")
    options = parser.parse_args()
    status = 0
    for number, name in enumerate(options.peers.split(",")):
        directory = Path(tempfile.mkdtemp(prefix="arpad-updates-"))
        problem = compare(options.first_seed + number, options.messages, PEERS[name], directory)
        if problem:
            print(f"seed {options.first_seed + number}: {name}: {problem}\nin {directory}")
            status = 1
        else:
            shutil.rmtree(directory)
    return status


if __name__ == "__main__":
    sys.exit(main())

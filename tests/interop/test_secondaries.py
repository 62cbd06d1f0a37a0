"""NSD, Knot, BIND and PowerDNS take zones from arpad, and another arpad takes them from there. All
have then what the first one has; so also after changes, of which each tells the next by NOTIFY and
which they take by IXFR, but for what PowerDNS gives.

Usage: test_secondaries.py [--seeds N] [--first-seed N] [--algorithms none,hmac-sha256]
                           [--peers Nsd,Knot] [--tls]

Makes networks at random, starts arpad, each of the others as its secondary, and an arpad as that
one's secondary, without and with a key, and compares the zones record by record. With --tls all of
them take the zones over TLS (RFC 9103), and in no other way. The paths of the programs stand in
ARPAD and ARPACTL.
"""

import argparse
import base64
import functools
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import asking
import dns_client as dns
import generator
import networks
import secondaries
import tsig
import wire
from arpad_server import Server, run_program
from certificates import Authority
from dns_tools import find_tool
from edits import Control, address_of
from ports import free_port

KEY_NAME = "transfer.example.net"
LOOK_NAME = "look.example.net"  # of the key that lets a test look at a zone without TLS
SECONDS = 60
NOTIFY = 4  # the opcode
CHANGES = 3
EDIT_ROUNDS = 2
EDITS = 250  # in each
PLAIN_RECORD = re.compile(r'  "[0-9a-f.:]+": "[^"{]+"\n')


def make_key(algorithm, name=KEY_NAME):
    """A new key, and the line that arpad reads it from."""
    done = run_program("ARPACTL", "key", "generate", name, "--algorithm", algorithm)
    assert done.returncode == 0, done.stdout
    secret = done.stdout.split('"')[1]
    return secondaries.Key(name, algorithm, secret), done.stdout


class Certificates:
    """What all have to talk by TLS, in a directory."""

    def __init__(self, directory):
        self.authority = Authority(directory)
        self.ports = {"primary": free_port(), "secondary": free_port()}
        self.files = {who: self.authority.issue(f"{who}.example.net") for who in self.ports}

    def section(self, who):
        """Of the configuration of arpad."""
        trusted = f"authorities: {self.authority.certificate}"
        if who not in self.ports:
            return f"tls: {{{trusted}}}\n"
        key, certificate = self.files[who]
        return (f"tls: {{listen: [\"127.0.0.1:{self.ports[who]}\"], certificate: {certificate}, "
                f"key: {key}, {trusted}}}\n")

    def of_secondary(self):
        """What a peer has."""
        key, certificate = self.files["secondary"]
        return secondaries.Tls(self.ports["primary"], "primary.example.net",
                               self.authority.certificate, certificate, key,
                               self.ports["secondary"])


def write_networks(seed, directory, key_line, certificates=None):
    """The files of a seed; the configuration. With certificates the second of the keys is for
    whoever looks in other ways."""
    world = generator.make_world(seed)
    (directory / "zones").mkdir(parents=True)
    for name, network in generator.file_names(seed, world):
        (directory / "zones" / f"{name}.yaml").write_text(networks.zone_file(network),
                                                          encoding="ascii")
    (directory / "inventory.yaml").write_text(networks.inventory_file([world]), encoding="ascii")
    rule = f"{{key: {KEY_NAME}}}" if key_line else "127.0.0.1"
    if certificates:
        rule = f"{{key: {KEY_NAME}, tls: true}}, {{key: {LOOK_NAME}}}"
    keys = ""
    if key_line:
        (directory / "keys.yaml").write_text(key_line, encoding="ascii")
        (directory / "keys.yaml").chmod(0o600)
        keys = "keys_file: keys.yaml\n"
    config = directory / "arpad.yaml"
    config.write_text('listen: ["127.0.0.1:0"]\nzones: zones\nstate: state\nworkers: 1\n'
                      f"inventory: inventory.yaml\n{keys}"
                      f"{certificates.section('primary') if certificates else ''}"
                      f"zone_defaults: {{transfer: {{allow: [{rule}]}}}}\n", encoding="ascii")
    return config


def transferred(endpoint, apex, key=None):
    """The records of a zone, each as a line, sorted."""
    host, port = endpoint
    sign = ["-y", f"{key.algorithm}:{key.name}:{key.secret}"] if key else []
    done = subprocess.run(
        [find_tool("dig"), "-r", f"@{host}", "-p", str(port), *sign, "+noall", "+answer",
         "+onesoa", "+nocrypto", "+time=10", wire.name_text(apex), "AXFR"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False, text=True)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()
             if line and not line.startswith(";") and " TSIG " not in " ".join(line.split())]
    if done.returncode != 0 or not lines:
        raise AssertionError(f"no transfer of {wire.name_text(apex)}:\n{done.stdout}")
    return sorted(lines)


def lower_names(line):
    """A record in lower case, as far as it is names: nobody tells them apart (RFC 4343)."""
    owner, ttl, rr_class, rr_type, rdata = line.split(" ", 4)
    is_text = '"' in rdata
    return " ".join((owner.lower(), ttl, rr_class, rr_type, rdata if is_text else rdata.lower()))


def reload(config):
    """Has arpad look at its files."""
    done = run_program("ARPACTL", "reload", "-c", config)
    assert done.returncode == 0, done.stdout


def have_told(config, endpoints, key):
    """Has arpad tell the servers at `endpoints` of changes from now on."""
    sign = f", key: {key.name}" if key else ""
    told = ", ".join(f"{{address: {host}, port: {port}{sign}}}" for host, port in endpoints)
    text = config.read_text(encoding="ascii")
    config.write_text(text.replace("transfer: {", f"transfer: {{notify: [{told}], "),
                      encoding="ascii")
    reload(config)


def zones_of(config):
    """The apexes that the running server answers for."""
    done = run_program("ARPACTL", "status", "--json", "-c", config)
    assert done.returncode == 0, done.stdout
    status = json.loads(done.stdout)
    return [wire.name(zone["name"]) for network in status["networks"]
            for zone in network["zones"] if zone["available"]]


def change_records(directory, step):
    """Gives some addresses of some networks other names, and takes some away."""
    random = Random(step)
    for path in sorted((directory / "zones").iterdir()):
        lines = path.read_text(encoding="ascii").splitlines(keepends=True)
        plain = [i for i, line in enumerate(lines) if PLAIN_RECORD.fullmatch(line)]
        if len(plain) < 4 or random.random() < 0.3:
            continue
        for number in random.sample(plain[1:], len(plain) // 3):
            address = lines[number].split('"')[1]
            is_removed = random.random() < 0.3
            name = f"changed-{step}-{number}.example.net"
            lines[number] = "" if is_removed else f'  "{address}": "{name}"\n'
        path.write_text("".join(lines), encoding="ascii")


def edit_names(config, server, zones, key, step):
    """Names addresses at random, and has others named as in the files again, many at a time."""
    random = Random(step)
    owners = {line.split()[0] for apex in zones for line in transferred(server.endpoint, apex, key)
              if line.split()[3] == "PTR"}
    addresses = sorted(filter(None, map(address_of, owners)))
    control = Control(config)
    done = 0
    while done < EDITS:
        given = {}
        for address in random.sample(addresses, random.randint(1, 20)):
            count = random.choice((0, 1, 1, 1, 2))
            given[address] = [f"edit-{step}-{done}-{i}.example.net" for i in range(count)]
        problem = control.edit(given)
        if problem is None:
            done += len(given)
        elif "locked" not in problem and "record" not in problem:
            raise AssertionError(problem)


def serial_of(endpoint, apex):
    """The serial that a server has of a zone; None if it does not serve it."""
    host, port = endpoint
    done = subprocess.run([find_tool("dig"), "-r", f"@{host}", "-p", str(port), "+short", "+time=5",
                           wire.name_text(apex), "SOA"], stdout=subprocess.PIPE, timeout=SECONDS,
                          check=False, text=True)
    fields = done.stdout.split()
    return fields[2] if len(fields) == 7 else None


def notify(endpoint, apexes, key):
    """Says in the place of a primary on this machine that zones have changed (RFC 1996)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(SECONDS)
        for apex in apexes:
            message = dns.query(wire.name_text(apex), "SOA", flags=NOTIFY << 11 | dns.AA)
            if key:
                secret = base64.b64decode(key.secret)
                message, _ = tsig.Key(key.name + ".", secret, key.algorithm).sign(
                    message, int(time.time()))
            client.sendto(message, endpoint)
            assert client.recv(65535)[3] & 0xF == 0, "NOTIFY is refused"


def follow(server, peer, zones, serials, tell=None):
    """Waits until a secondary has what has changed; the new serials. `tell(apexes)`, if there is
    one, tells it of them."""
    now = {apex: serial_of(server.endpoint, apex) for apex in zones}
    changed = [apex for apex in zones if now[apex] != serials[apex]]
    deadline = time.monotonic() + SECONDS
    if tell:
        tell(changed)
    while changed:
        if time.monotonic() > deadline:
            raise AssertionError(f"{peer.name} does not follow: "
                                 + ", ".join(map(wire.name_text, changed)))
        time.sleep(0.2)
        changed = [apex for apex in changed if serial_of(peer.endpoint, apex) != now[apex]]
    return now


def compare_zones(server, peer, zones, key, lowers_names=None):
    """How many records a secondary has, all of them arpad's."""
    records = 0
    lowers_names = peer.lowers_names if lowers_names is None else lowers_names
    for apex in zones:
        ours = transferred(server.endpoint, apex, key)
        theirs = transferred(peer.endpoint, apex)
        if lowers_names:
            ours, theirs = (sorted(map(lower_names, lines)) for lines in (ours, theirs))
        records += len(ours)
        if ours == theirs:
            continue
        missing = "\n".join(sorted(set(ours) - set(theirs))[:20])
        added = "\n".join(sorted(set(theirs) - set(ours))[:20])
        raise AssertionError(f"{peer.name} has another {wire.name_text(apex)}\n"
                             f"missing:\n{missing}\nadded:\n{added}")
    return records


class Last:
    """The arpad that takes the zones from a peer."""

    name = "the last arpad"

    def __init__(self, directory, zones, key, key_line, certificates=None):
        self.directory = directory
        self.zones = zones
        self.key = key
        self.certificates = certificates
        self.endpoint = ("127.0.0.1", free_port())
        (directory / "zones").mkdir(parents=True)
        keys = ""
        if key_line:
            (directory / "keys.yaml").write_text(key_line, encoding="ascii")
            (directory / "keys.yaml").chmod(0o600)
            keys = "keys_file: keys.yaml\n"
        self.config = directory / "arpad.yaml"
        self.config.write_text(
            f'listen: ["127.0.0.1:{self.endpoint[1]}"]\nzones: zones\nstate: state\n'
            f"workers: 1\n{keys}{certificates.section('last') if certificates else ''}"
            f"zone_defaults: {{transfer: {{allow: [127.0.0.1]}}}}\n",
            encoding="ascii")

    def start(self, peer):
        """Starts it, with `peer` as its primary."""
        host, port = peer.endpoint
        key = f", key: {self.key.name}" if self.key else ""
        if self.certificates:
            port = self.certificates.ports["secondary"]
            key += ", tls: secondary.example.net"
        for number, apex in enumerate(self.zones):
            (self.directory / "zones" / f"{number}.yaml").write_text(
                f'zone: "{wire.name_text(apex)}"\n'
                f"primaries: [{{address: {host}, port: {port}{key}}}]\n", encoding="ascii")
        return Server(self.config)


def change_and_compare(config, server, peer, last, key):
    """How many records both secondaries had as they should, before and after changes. By `key` the
    first arpad shows what it has."""
    zones = last.zones
    tell = None if peer.tells else functools.partial(notify, last.endpoint, key=last.key)
    records = compare_zones(server, peer, zones, key)
    have_told(config, [peer.endpoint], last.key)
    none = dict.fromkeys(zones)
    serials = follow(server, last, zones, none)
    records += compare_zones(server, last, zones, key, peer.lowers_names)
    for step in range(1, CHANGES + 1):
        change_records(config.parent, step)
        reload(config)
        follow(server, peer, zones, serials)
        serials = follow(server, last, zones, serials, tell)
        records += compare_zones(server, peer, zones, key)
        records += compare_zones(server, last, zones, key, peer.lowers_names)
    for step in range(EDIT_ROUNDS):
        edit_names(config, server, zones, key, step)
        follow(server, peer, zones, serials)
        serials = follow(server, last, zones, serials, tell)
        records += compare_zones(server, peer, zones, key)
        records += compare_zones(server, last, zones, key, peer.lowers_names)
    return records


def compare(seed, secondary, directory, algorithm=None, by_tls=False):
    """What was compared, all of it the same."""
    key, key_line = make_key(algorithm) if algorithm else (None, "")
    look_key, certificates = key, None
    if by_tls:
        look_key, look_line = make_key(algorithm, LOOK_NAME)
        directory.mkdir()
        certificates = Certificates(directory / "tls")
    config = write_networks(seed, directory, key_line + (look_line if by_tls else ""),
                            certificates)
    with Server(config) as server:
        zones = zones_of(config)
        last = Last(directory / "last", zones, key, key_line, certificates)
        tls = certificates.of_secondary() if by_tls else None
        with secondary(directory / "secondary", zones, server.endpoint, key, last.endpoint,
                       tls) as peer, last.start(peer) as last_server:
            try:
                records = change_and_compare(config, server, peer, last, look_key)
            except AssertionError as failure:
                logs = "\n".join(f"{name} logged at last:\n{log[-2000:]}" for name, log in (
                    ("the first arpad", server.log), (peer.name, peer.log),
                    (last.name, last_server.log)))
                raise AssertionError(f"{failure}\n{logs}") from failure
            if "NOTIFY" in server.log:
                raise AssertionError(f"{peer.name} does not take NOTIFY as it should:\n{server.log}")
            taken = server.log.count("transferred the changes of ")
            if taken == 0:
                raise AssertionError(f"{peer.name} took no changes by IXFR:\n{server.log}")
            given = last_server.log.count("took the changes of ")
            if (given > 0) != peer.gives_changes:
                raise AssertionError(f"{given} times by IXFR from {peer.name}:\n{last_server.log}")
            if by_tls:
                check_tls(server.log, last_server.log)
            return (f"{len(zones)} zones, changed {CHANGES} times in files and by "
                    f"{EDIT_ROUNDS * EDITS} edits, {records} records, {taken} "
                    f"times by IXFR from arpad, {given} times to arpad")


def check_tls(given, taken):
    """Fails if the first arpad has given, or the last one taken, changes in another way."""
    for log, what in ((given, "transferred the changes of "), (taken, "took ")):
        lines = [line for line in log.splitlines() if what in line]
        plain = [line for line in lines if " over TLS: " not in line]
        if plain or not lines:
            raise AssertionError(f"not over TLS: {plain[:5]}\n{log[-2000:]}")


def main():
    """Compares all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--algorithms", default="none,hmac-sha256,hmac-sha512",
                        help="of the keys; none: without a key")
    parser.add_argument("--peers", default=",".join(kind.__name__ for kind in secondaries.ALL),
                        help="of Nsd, Knot, Bind, Pdns; default: all")
    parser.add_argument("--tls", action="store_true", help="over TLS, with those that can")
    options = parser.parse_args()
    peers = [getattr(secondaries, name) for name in options.peers.split(",")]
    if options.tls:
        peers = [kind for kind in peers if kind in secondaries.BY_TLS]
    algorithms = [None if name == "none" else name for name in options.algorithms.split(",")]
    failures = 0
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for secondary in peers:
            for algorithm in algorithms:
                started = time.monotonic()
                what = f"seed {seed}: {secondary.name}, {algorithm or 'without a key'}"
                what += ", over TLS" if options.tls else ""
                with tempfile.TemporaryDirectory(prefix="arpad-interop-") as directory:
                    try:
                        compared = compare(seed, secondary, Path(directory) / "run", algorithm,
                                           options.tls)
                    except (AssertionError, asking.NoReply, secondaries.peers.PeerFailure) as failure:
                        print(f"{what}: FAILED\n{failure}", flush=True)
                        failures += 1
                        continue
                print(f"{what}: {compared}, the same on both sides "
                      f"({time.monotonic() - started:.1f} s)", flush=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

"""Knot and BIND learn from arpad's catalog which zones there are, and fetch them, without a change of
their configuration.

Usage: test_catalog.py

For each of them, without and with a key: arpad starts with two zones, gets a third, changes its
records, and loses one. The paths of the programs stand in ARPAD and ARPACTL.
"""

import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import asking
import secondaries
import test_secondaries as transfers
import wire
from arpad_server import Server

CATALOG = secondaries.CATALOG
GROUP = "hosts"
NEW_ZONE_SECONDS = 5  # what the product promises
SECONDS = 30


def network(number, host="host"):
    """The zone file of a small network, and its apex."""
    text = (f"network: 198.51.{number}.0/24\ntransfer: {{catalog_group: {GROUP}}}\n"
            f"records:\n  198.51.{number}.1: {host}-{number}.example.net\n")
    return text, wire.name(f"{number}.51.198.in-addr.arpa.")


class Primary:
    """Files of an arpad with a catalog."""

    def __init__(self, directory, key_line):
        self.directory = directory
        self.config = directory / "arpad.yaml"
        (directory / "zones").mkdir(parents=True)
        keys = ""
        if key_line:
            (directory / "keys.yaml").write_text(key_line, encoding="ascii")
            (directory / "keys.yaml").chmod(0o600)
            keys = "keys_file: keys.yaml\n"
        rule = f"{{key: {transfers.KEY_NAME}}}" if key_line else "127.0.0.1"
        self.config.write_text(
            'listen: ["127.0.0.1:0"]\nzones: zones\nstate: state\nworkers: 1\n'
            f"catalog: {{zone: {CATALOG}}}\n{keys}"
            "zone_defaults:\n  nameservers: [ns1.example.net]\n"
            "  soa: {contact: hostmaster.example.net}\n"
            f"  transfer: {{allow: [{rule}]}}\n", encoding="ascii")

    def write(self, number, **options):
        """Writes the file of a network; its apex."""
        text, apex = network(number, **options)
        (self.directory / "new").write_text(text, encoding="ascii")
        (self.directory / "new").rename(self.directory / "zones" / f"{number}.yaml")
        return apex

    def remove(self, number):
        """Removes the file of a network."""
        (self.directory / "zones" / f"{number}.yaml").unlink()
        transfers.reload(self.config)


def wait_until(condition, what, seconds=SECONDS):
    """Seconds until `condition()` holds."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() > started + seconds:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)
    return time.monotonic() - started


def check(consumer, directory, algorithm):
    """What was seen."""
    key, key_line = transfers.make_key(algorithm) if algorithm else (None, "")
    primary = Primary(directory, key_line)
    apexes = [primary.write(100), primary.write(101)]
    with Server(primary.config) as server, \
            consumer(directory / "secondary", apexes, server.endpoint, key) as peer:
        transfers.have_told(primary.config, peer.endpoint, key)

        def has(apex):
            return (transfers.serial_of(peer.endpoint, apex)
                    == transfers.serial_of(server.endpoint, apex))

        apexes.append(primary.write(102))
        seconds = wait_until(lambda: transfers.serial_of(peer.endpoint, apexes[2]) is not None,
                             f"{peer.name} serves a new zone", NEW_ZONE_SECONDS)
        primary.write(101, host="other")
        transfers.reload(primary.config)
        wait_until(lambda: has(apexes[1]), f"{peer.name} follows a member")
        records = transfers.compare_zones(server, peer, apexes, key)
        primary.remove(100)
        wait_until(lambda: transfers.serial_of(peer.endpoint, apexes[0]) is None,
                   f"{peer.name} drops a zone")
        records += transfers.compare_zones(server, peer, apexes[1:], key)
        if "NOTIFY" in server.log:
            raise AssertionError(f"{peer.name} does not take NOTIFY as it should:\n{server.log}")
    return f"a new zone after {seconds:.1f} s, {records} records the same, a zone dropped"


def main():
    """Checks both."""
    failures = 0
    for consumer in (secondaries.CatalogKnot, secondaries.CatalogBind):
        for algorithm in (None, "hmac-sha256"):
            what = f"{consumer.name}, {algorithm or 'without a key'}"
            with tempfile.TemporaryDirectory(prefix="arpad-interop-") as directory:
                try:
                    print(f"{what}: {check(consumer, Path(directory) / 'run', algorithm)}",
                          flush=True)
                except (AssertionError, asking.NoReply, secondaries.peers.PeerFailure) as failure:
                    print(f"{what}: FAILED\n{failure}", flush=True)
                    failures += 1
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

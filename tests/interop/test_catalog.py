"""Knot, BIND and another arpad learn from arpad's catalog which zones there are, and fetch them,
without a change of their configuration; and arpad learns that from Knot's catalog.

Usage: test_catalog.py

For each of them, without and with a key: the primary starts with two zones, gets a third, changes
its records, and loses one. The paths of the programs stand in ARPAD and ARPACTL.
"""

import functools
import signal
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import asking
import secondaries
import test_secondaries as transfers
import wire
from arpad_server import Server, wait_until
from ports import free_port

CATALOG = secondaries.CATALOG
GROUP = "hosts"
NEW_ZONE_SECONDS = 5  # what the product promises


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


class CatalogArpad:
    """An arpad that knows a catalog, and no zone."""

    name = "arpad"
    lowers_names = False

    def __init__(self, directory, _zones, primary, key=None):
        self.endpoint = ("127.0.0.1", free_port())
        (directory / "zones").mkdir(parents=True)
        keys, sign = "", ""
        if key:
            (directory / "keys.yaml").write_text(
                f'{key.name}: {{algorithm: {key.algorithm}, secret: "{key.secret}"}}\n',
                encoding="ascii")
            (directory / "keys.yaml").chmod(0o600)
            keys, sign = "keys_file: keys.yaml\n", f", key: {key.name}"
        config = directory / "arpad.yaml"
        config.write_text(
            f'listen: ["127.0.0.1:{self.endpoint[1]}"]\nzones: zones\nstate: state\nworkers: 1\n'
            f"{keys}zone_defaults: {{transfer: {{allow: [127.0.0.1]}}}}\n"
            f"catalogs_from: [{{zone: {CATALOG}, primaries: [{{address: {primary[0]}, "
            f"port: {primary[1]}{sign}}}]}}]\n", encoding="ascii")
        self.config = config
        self.server = None

    def __enter__(self):
        self.server = Server(self.config)
        return self

    def __exit__(self, *exception):
        self.server.__exit__(*exception)


class KnotPrimary(secondaries.peers.Knot):
    """Knot DNS that makes a catalog of its zones, and tells `follower`."""

    def __init__(self, directory, zones, key, follower):
        self.key = key
        self.follower = follower
        super().__init__(directory, zones)

    def config(self):
        sign = f"    key: {self.key.name}\n" if self.key else ""
        keys = "" if not self.key else (
            f"key:\n  - id: {self.key.name}\n    algorithm: {self.key.algorithm}\n"
            f"    secret: {self.key.secret}\n")
        host, port = self.follower
        others = (f"{keys}remote:\n  - id: follower\n    address: {host}@{port}\n{sign}"
                  f"acl:\n  - id: follower\n    address: {host}\n{sign}    action: transfer\n"
                  "  - id: anybody\n    address: 127.0.0.1\n    action: transfer\n")
        usual = "    acl: [follower, anybody]\n    notify: follower\n"
        zones = "".join(
            f'  - domain: "{wire.name_text(apex)}"\n    file: "{path}"\n{usual}'
            f"    catalog-role: member\n    catalog-zone: {CATALOG}\n"
            for apex, path in self.zones.items())
        catalog = f"  - domain: {CATALOG}\n    catalog-role: generate\n{usual}"
        text = super().config()
        return text[:text.index("zone:\n")].replace("template:\n", others + "template:\n") + (
            f"zone:\n{catalog}{zones}")

    def set_zones(self, zones):
        """Serves these from now on."""
        self.zones = zones
        (self.directory / "config").write_text(self.config(), encoding="ascii")
        self.process.send_signal(signal.SIGHUP)


def zone_text(apex, host):
    """A master file."""
    return (f"$ORIGIN {wire.name_text(apex)}\n$TTL 3600\n"
            f"@ SOA ns1.example.net. hostmaster.example.net. {1 if host == 'host' else 2} 3600 600 "
            f"1209600 900\n@ NS ns1.example.net.\n1 PTR {host}.example.net.\n")


def check_consuming(directory, algorithm):
    """Arpad follows Knot's catalog."""
    key, _ = transfers.make_key(algorithm) if algorithm else (None, "")
    directory.mkdir()
    apexes = [wire.name(f"{number}.51.198.in-addr.arpa.") for number in (100, 101, 102)]
    files = {apex: directory / f"zone-{number}" for number, apex in enumerate(apexes)}
    for apex, path in files.items():
        path.write_text(zone_text(apex, "host"), encoding="ascii")
    host, port = "127.0.0.1", free_port()
    with KnotPrimary(directory / "primary", dict(list(files.items())[:2]), key,
                     (host, port)) as knot:
        consumer = CatalogArpad(directory / "arpad", apexes, knot.endpoint, key)
        consumer.config.write_text(consumer.config.read_text(encoding="ascii").replace(
            f":{consumer.endpoint[1]}\"", f":{port}\""), encoding="ascii")
        consumer.endpoint = (host, port)
        with consumer:
            def has(apex):
                return (transfers.serial_of(consumer.endpoint, apex)
                        == transfers.serial_of(knot.endpoint, apex))
            wait_until(lambda: has(apexes[0]) and has(apexes[1]), "arpad serves the members")
            knot.set_zones(files)
            seconds = wait_until(lambda: transfers.serial_of(consumer.endpoint, apexes[2]),
                                 "arpad serves a new zone")
            files[apexes[1]].write_text(zone_text(apexes[1], "other"), encoding="ascii")
            knot.process.send_signal(signal.SIGHUP)
            wait_until(lambda: transfers.serial_of(knot.endpoint, apexes[1]) == "2", "Knot reloads")
            wait_until(lambda: has(apexes[1]), "arpad follows a member")
            records = transfers.compare_zones(knot, consumer, apexes, None)
            knot.set_zones(dict(list(files.items())[1:]))
            wait_until(lambda: transfers.serial_of(consumer.endpoint, apexes[0]) is None,
                       "arpad drops a zone")
            records += transfers.compare_zones(knot, consumer, apexes[1:], None)
    return f"a new zone after {seconds:.1f} s, {records} records the same, a zone dropped"


def check(consumer, directory, algorithm):
    """What was seen."""
    key, key_line = transfers.make_key(algorithm) if algorithm else (None, "")
    primary = Primary(directory, key_line)
    apexes = [primary.write(100), primary.write(101)]
    with Server(primary.config) as server, \
            consumer(directory / "secondary", apexes, server.endpoint, key) as peer:
        transfers.have_told(primary.config, [peer.endpoint], key)

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
    checks = [(f"{consumer.name} of arpad", functools.partial(check, consumer))
              for consumer in (secondaries.CatalogKnot, secondaries.CatalogBind, CatalogArpad)]
    for name, look in [*checks, ("arpad of Knot", check_consuming)]:
        for algorithm in (None, "hmac-sha256"):
            what = f"{name}, {algorithm or 'without a key'}"
            with tempfile.TemporaryDirectory(prefix="arpad-interop-") as directory:
                try:
                    print(f"{what}: {look(Path(directory) / 'run', algorithm)}", flush=True)
                except (AssertionError, asking.NoReply, secondaries.peers.PeerFailure) as failure:
                    print(f"{what}: FAILED\n{failure}", flush=True)
                    failures += 1
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

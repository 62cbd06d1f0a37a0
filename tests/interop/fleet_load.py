"""Many zones and many changes, with a fleet of secondaries that know nothing but the catalog.

arpad has so many zones, a /24 each, and secondaries of one kind that learn of them by its catalog.
Measured: until all of them serve all zones, until they serve a new one, and how far behind they are
after so many changes a second, each of a name somewhere in the zones. At the end all have the same
serials, and the names that were changed last. The figures of docs/fleets.md come from here.

Usage: fleet_load.py [--zones N] [--secondaries N] [--rate N] [--seconds N] [--kinds knot,bind,arpad]
"""

import argparse
import contextlib
import functools
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import asking
import edit_load
import secondaries
import test_catalog as catalog
import test_secondaries as transfers
import wire
from arpad_server import Server, wait_until
from edits import Control

ADDRESSES = 256  # of a zone
RECORDS = 4  # of its file
SECONDS = 300
SOA = wire.type_number("SOA")


class RangesArpad(catalog.CatalogArpad):
    """An arpad that gets ranges as they are."""

    name = "arpad, ranges"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.config.write_text(self.config.read_text(encoding="ascii").replace(
            "{address: ", "{arpad: true, address: "), encoding="ascii")


KINDS = {"knot": secondaries.CatalogKnot, "bind": secondaries.CatalogBind,
         "arpad": catalog.CatalogArpad, "ranges": RangesArpad}


def apex_of(number):
    """The zone with this number."""
    return wire.name(f"{number & 255}.{number >> 8}.10.in-addr.arpa.")


def write_zone(directory, number, has_range):
    """Its file."""
    network = f"10.{number >> 8}.{number & 255}"
    ranges = f'ranges: {{{network}.0/24: "host-{{d}}.example.net"}}\n' if has_range else ""
    lines = "".join(f"  {network}.{i}: host-{number}-{i}.example.net\n" for i in range(RECORDS))
    (directory / "new").write_text(
        f"network: {network}.0/24\ntransfer: {{catalog_group: {catalog.GROUP}}}\n{ranges}"
        f"records:\n{lines}", encoding="ascii")
    (directory / "new").rename(directory / "zones" / f"{number}.yaml")


def write_primary(directory, options, kind):
    """The files of the primary; its configuration."""
    primary = catalog.Primary(directory, "")
    for number in range(options.zones):
        write_zone(directory, number, kind is RangesArpad)
    if kind is RangesArpad:
        primary.config.write_text(primary.config.read_text(encoding="ascii").replace(
            "allow: [127.0.0.1]", "ranges: omit, allow: [{address: 127.0.0.1, arpad: true}]"),
            encoding="ascii")
    return primary.config


def serials(endpoint, zones):
    """The serial of each zone there; None where it is not served."""
    replies = asking.ask_udp(endpoint, [asking.Question(apex_of(number), SOA)
                                        for number in range(zones)])
    found = []
    for octets in replies:
        answer = wire.read_reply(octets).answer
        found.append(wire.record_text(next(iter(answer))).split()[-5] if answer else None)
    return found


def wait_until_served(peers, zones):
    """Seconds until all of them serve so many zones."""
    return wait_until(
        lambda: all(None not in serials(peer.endpoint, zones) for peer in peers),
        "all zones are served", SECONDS)


def wait_until_same(server, peers, zones):
    """Seconds until all of them have the primary's versions."""
    wanted = serials(server.endpoint, zones)
    return wait_until(
        lambda: all(serials(peer.endpoint, zones) == wanted for peer in peers),
        "all have the newest versions", SECONDS)


def measure(options, kind, directory):
    """One run with one kind of secondary."""
    config = write_primary(directory, options, kind)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server(config))
        started = time.monotonic()
        first = [apex_of(0)]
        peers = [stack.enter_context(kind(directory / f"secondary-{number}", first,
                                          server.endpoint))
                 for number in range(options.secondaries)]
        wait_until_served(peers, options.zones)
        begun = time.monotonic() - started
        transfers.have_told(config, [peer.endpoint for peer in peers], None)
        write_zone(directory, options.zones, kind is RangesArpad)
        new = wait_until_served(peers, options.zones + 1)
        before = edit_load.resident_kib(server.process.pid)
        addresses = options.zones * ADDRESSES
        with edit_load.Changes(functools.partial(Control, config), addresses, options.rate) as changes:
            time.sleep(options.seconds)
        if changes.problems:
            raise AssertionError(f"refused: {changes.problems[:3]}")
        behind = wait_until_same(server, peers, options.zones)
        for endpoint in (server.endpoint, *(peer.endpoint for peer in peers)):
            edit_load.check_names(endpoint, changes)
        after = edit_load.resident_kib(server.process.pid)
        whole = server.log.count("transferred ") - server.log.count("transferred the changes of ")
        return (f"{options.zones} zones served after {begun:.1f} s, a new one after {new:.1f} s; "
                f"{changes.count / options.seconds:.0f} changes/s for {options.seconds} s: behind "
                f"by {behind:.1f} s at the end, slowest acknowledged after "
                f"{1000 * changes.slowest:.0f} ms; {whole} transfers of whole zones; arpad "
                f"{before // 1024} MiB before, {after // 1024} MiB after the changes")


def main():
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zones", type=int, default=1000)
    parser.add_argument("--secondaries", type=int, default=2)
    parser.add_argument("--rate", type=int, default=200, help="changes per second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"of {','.join(KINDS)}")
    options = parser.parse_args()
    for name in options.kinds.split(","):
        with tempfile.TemporaryDirectory(prefix="arpad-fleet-") as directory:
            kind = KINDS[name]
            found = measure(options, kind, Path(directory) / "run")
            print(f"{options.secondaries} x {kind.name}: {found}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Changes of names without a pause, with NSD or Knot following as a secondary.

One network of many records gets so many edits per second over the control socket, through the
API, by UPDATE, or by both in turn, each a change of its own, for a while; arpad may be killed meanwhile and started again. At the end the secondary must
have all that was acknowledged, soon, and without having taken the whole zone again.
"""

import argparse
import functools
import http.client
import itertools
import random
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "system"))

# pylint: disable=wrong-import-position
import asking
import secondaries
import wire
from arpad_server import Server
from edits import Api, Control, Updates
from ports import free_port
from test_secondaries import have_told, serial_of
from tsig import Key
from web_client import make_token

APEX = wire.name("10.in-addr.arpa.")
CLIENTS = 16
START_SECONDS = 120
PTR = wire.type_number("PTR")
KEY = Key("update.example.net.")


def address_of(number):
    """Address number `number` of the network."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def name_of(address):
    """Its reverse name."""
    return wire.name(".".join(reversed(address.split("."))) + ".in-addr.arpa.")


class Changes:
    """Clients that change names at a steady rate, and remember what was acknowledged."""

    def __init__(self, connect, records, rate):
        self.connect = connect  # makes a connection with `edit`
        self.records = records
        self.pause = CLIENTS / rate
        self.stopping = threading.Event()
        self.acknowledged = {}  # by address: the last name
        self.asked = {}  # by address: names asked for since, which may or may not have come
        self.count = 0
        self.slowest = 0.0
        self.problems = []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(number,))
                        for number in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _run(self, number):
        """Each client has addresses of its own, so that the last acknowledged name is known."""
        connection = None
        step = 0
        due = time.monotonic()
        while not self.stopping.is_set():
            address = address_of(number + CLIENTS * random.randrange(self.records // CLIENTS))
            step += 1
            name = f"c{number}-{step}.example.net"
            self.asked.setdefault(address, set()).add(name)
            try:
                connection = connection or self.connect()
                self._change(connection, address, name)
            except (OSError, http.client.HTTPException):
                connection = None  # it was killed
                time.sleep(0.05)
            due += self.pause
            time.sleep(max(0.0, due - time.monotonic()))

    def _change(self, connection, address, name):
        start = time.monotonic()
        problem = connection.edit({address: [name]})
        with self.lock:
            if problem is not None:
                self.problems.append(problem)
                return
            self.slowest = max(self.slowest, time.monotonic() - start)
            self.count += 1
            self.acknowledged[address] = name
            self.asked[address].discard(name)


def write_primary(directory, port, web_port, records):
    """The files of an arpad with one network, and with the API."""
    (directory / "zones").mkdir()
    config = directory / "arpad.yaml"
    config.write_text(
        f'listen: ["127.0.0.1:{port}"]\nzones: zones\nstate: state\nworkers: 1\n'
        "rate_limit: off\n"
        "zone_defaults:\n  nameservers: [ns1.example.net]\n"
        "  soa: {contact: hostmaster.example.net}\n"
        f'  transfer: {{allow: [127.0.0.1]}}\nweb: {{listen: ["127.0.0.1:{web_port}"]}}\n'
        f"keys:\n  {KEY.line}\n"
        "updates: {update.example.net: {prefixes: [10.0.0.0/8], over_records: true}}\n",
        encoding="ascii")
    config.chmod(0o600)
    with (directory / "zones" / "network.yaml").open("w", encoding="ascii") as file:
        file.write("network: 10.0.0.0/8\nrecords:\n")
        for number in range(records):
            file.write(f"  {address_of(number)}: host-{number}.example.net\n")
    return config


def wait_for_same(primary, follower, seconds):
    """Waits until both have the same serial; how long that took."""
    start = time.monotonic()
    while True:
        serial = serial_of(primary, APEX)
        if serial is not None and serial == serial_of(follower, APEX):
            return time.monotonic() - start
        if time.monotonic() - start > seconds:
            raise AssertionError(f"{serial_of(follower, APEX)} after {seconds} s, not {serial}")
        time.sleep(0.02)


def resident_kib(pid):
    """Memory that a process has."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def check_names(endpoint, changes):
    """Each changed address has the last acknowledged name there, or a later one."""
    addresses = sorted(changes.acknowledged)
    replies = asking.ask_udp(endpoint,
                             [asking.Question(name_of(address), PTR) for address in addresses])
    wrong = []
    for address, reply in zip(addresses, replies):
        texts = [wire.record_text(record) for record in wire.read_reply(reply).answer]
        allowed = {changes.acknowledged[address]} | changes.asked[address]
        if len(texts) != 1 or texts[0].split()[-1].rstrip(".") not in allowed:
            wrong.append((address, texts, allowed))
    if wrong:
        raise AssertionError(f"{len(wrong)} of {len(addresses)} are wrong: {wrong[:5]}")
    return len(addresses)


class Primary:
    """The arpad whose names change; may be killed and started again."""

    def __init__(self, config, web_port, through):
        self.config = config
        self.most_memory = 0  # KiB
        self._full_transfers = 0
        self._server = Server(config)
        api = functools.partial(Api, web_port, make_token(config, "operator"))
        update = functools.partial(Updates, self._server.endpoint, KEY)
        in_turn = itertools.cycle((api, update))
        self.connect = {"control": functools.partial(Control, config), "api": api,
                        "update": update, "both": lambda: next(in_turn)()}[through]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.stop()

    def kill(self):
        """Kills it and starts it again."""
        self._full_transfers = self.full_transfers()
        self._server._end(signal.SIGKILL)  # pylint: disable=protected-access
        self._server = Server(self.config)

    def full_transfers(self):
        """How often it has sent the zone as a whole."""
        return self._full_transfers + self._server.log.count("transferred 10.in-addr.arpa")

    def memory(self):
        """What it has now, in KiB."""
        now = resident_kib(self._server.process.pid)
        self.most_memory = max(self.most_memory, now)
        return now


def change_for_a_while(options, primary):
    """Changes names, kills arpad meanwhile; the changes."""
    with Changes(primary.connect, options.records, options.rate) as changes:
        start = time.monotonic()
        kills = sorted(start + random.uniform(0.1, 0.9) * options.seconds
                       for _ in range(options.kills))
        while time.monotonic() < start + options.seconds:
            time.sleep(0.1)
            primary.memory()
            if kills and time.monotonic() > kills[0]:
                kills.pop(0)
                primary.kill()
    if changes.problems:
        raise AssertionError(f"refused: {changes.problems[:3]}")
    return changes


def follow(options, kind, directory):
    """One run with one kind of secondary."""
    endpoint = ("127.0.0.1", free_port())
    web_port = free_port()
    config = write_primary(directory, endpoint[1], web_port, options.records)
    with (Primary(config, web_port, options.through) as primary,
          kind(directory / "peer", [APEX], endpoint) as peer):
        wait_for_same(endpoint, peer.endpoint, START_SECONDS)
        have_told(config, [peer.endpoint], None)
        transfers = primary.full_transfers()
        before = primary.memory()
        changes = change_for_a_while(options, primary)
        behind = wait_for_same(endpoint, peer.endpoint, START_SECONDS)
        compared = [check_names(each, changes) for each in (endpoint, peer.endpoint)]
        whole = primary.full_transfers() - transfers
        print(f"rate limiting off; {peer.name}: {changes.count} changes of "
              f"{options.records} records in "
              f"{options.seconds} s ({changes.count / options.seconds:.0f}/s), killed "
              f"{options.kills} times; slowest {1000 * changes.slowest:.0f} ms; behind by "
              f"{behind:.2f} s at the end; {compared[0]} names compared there and here; arpad "
              f"{before // 1024} MiB before, {primary.most_memory // 1024} MiB at most; "
              f"{whole} full transfers", flush=True)
        if options.within and behind > options.within:
            raise AssertionError(f"it follows after {behind:.1f} s only")
        # NSD does where two transfers come while it has been too busy to serve the first.
        wanted = peer.log_path.read_text(encoding="utf-8").count("update failed, restarting")
        if whole > wanted:
            raise AssertionError("it took the whole zone again")


def main():
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=1000, help="changes per second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--through", choices=("control", "api", "update", "both"), default="control")
    parser.add_argument("--within", type=float, default=0,
                        help="seconds: fail if the secondary is longer behind at the end")
    parser.add_argument("--peers", default="Nsd", help="of Nsd, Knot, Bind")
    options = parser.parse_args()
    for name in options.peers.split(","):
        with tempfile.TemporaryDirectory(prefix="arpad-edits-") as directory:
            follow(options, getattr(secondaries, name), Path(directory))
    return 0


if __name__ == "__main__":
    sys.exit(main())

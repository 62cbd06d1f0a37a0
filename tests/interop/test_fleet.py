"""The sample configurations of docs/fleets.md, run as they stand there: arpad as the hidden primary,
Knot, BIND, NSD and arpad as its secondaries, each at its own address, in a network of their own.

Usage: test_fleet.py

Only directories and secrets are replaced, and files of process numbers left out. Every secondary has to serve what the primary does, a change
of a name, and, but for NSD, a new zone. Skipped (status 77) where no network namespace can be made. The
paths of the programs stand in ARPAD and ARPACTL.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
from arpad_server import program, run_program
from dns_tools import find_tool
from peers import find_program
from processes import end_process

CHAPTER = HERE.parents[1] / "docs" / "fleets.md"
SKIPPED = 77
SECONDS = 60
NEW_ZONE_SECONDS = 5  # what the product promises
STOP_SECONDS = 20
PRIMARY, KNOT, BIND, ARPAD, NSD = (f"192.0.2.{number}" for number in range(53, 58))
KEYS = ("transfer.example.net", "fleet.example.net")
ZONE = "2.0.192.in-addr.arpa"


def blocks():
    """The configurations of the chapter, by the address in their first line."""
    found = re.findall(r"```(?:yaml)?\n[#/]+ (\S+) on (\S+)\n(.*?)```",
                       CHAPTER.read_text(encoding="utf-8"), re.DOTALL)
    return {address: (Path(path), text) for path, address, text in found}


class Network:
    """A network namespace whose loopback interface has all the addresses."""

    def __init__(self):
        self.name = f"arpad-fleet-{os.getpid()}"

    def __enter__(self):
        try:
            self._ip("netns", "add", self.name)
            self._ip("-n", self.name, "link", "set", "lo", "up")
            for address in (PRIMARY, KNOT, BIND, ARPAD, NSD):
                self._ip("-n", self.name, "address", "add", f"{address}/32", "dev", "lo")
        except (OSError, subprocess.CalledProcessError) as failure:
            print(f"skipped: no network of its own: {failure}")
            sys.exit(SKIPPED)
        return self

    def __exit__(self, *_):
        subprocess.run(["ip", "netns", "delete", self.name], check=False)

    @staticmethod
    def _ip(*arguments):
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    def inside(self, *command):
        """The command line that runs a command in it."""
        return ["ip", "netns", "exec", self.name, *map(str, command)]

    def ask(self, address, *question):
        """What dig answers in short."""
        done = subprocess.run(
            self.inside(find_tool("dig"), "-r", "+short", "+time=2", "+tries=1", f"@{address}",
                        *question), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            check=False, timeout=SECONDS)
        return done.stdout.strip() if done.returncode == 0 else ""


class Server:
    """One of the servers, with its configuration below a directory of its own."""

    def __init__(self, network, directory, address, secrets):
        path, text = blocks()[address]
        self.directory = directory / address
        text = re.sub(r"(?<=[\s\"])/(?=(etc|var)/)", f"{self.directory}/", text)
        text = text.replace("TRANSFER-SECRET", secrets[KEYS[0]])
        # Where services of the system keep what concerns the process only.
        text = text.replace("server:\n    listen", f"server:\n    rundir: {self.directory}\n    listen")
        text = text.replace("options {\n", "options {\n  pid-file none; session-keyfile none;\n")
        self.config = self.directory / path.relative_to("/")
        self.config.parent.mkdir(parents=True)
        for name in re.findall(rf"{self.directory}/var/[a-z/]+", text):
            Path(name).mkdir(parents=True, exist_ok=True)
        self.config.write_text(text, encoding="ascii")
        if address in (PRIMARY, ARPAD):
            (self.config.parent / "zones").mkdir()
            keys = self.config.parent / "keys.yaml"
            keys.write_text("".join(f'{name}: {{secret: "{secret}"}}\n'
                                    for name, secret in secrets.items()), encoding="ascii")
            keys.chmod(0o640)
        self.address = address
        self.network = network
        self.process = None

    def command(self):
        """The command line that starts it in the foreground."""
        return {
            KNOT: (find_program("knotd", "knot"), "-c", self.config, "-s",
                   self.directory / "socket"),
            BIND: (find_program("named", "bind9"), "-g", "-n", "1", "-c", self.config),
            NSD: (find_program("nsd", "nsd"), "-d", "-u", "root", "-P", self.directory / "pid",
                  "-c", self.config),
        }.get(self.address, (program("ARPAD"), "-c", self.config))

    def __enter__(self):
        with open(self.directory / "log", "wb") as log:
            # pylint: disable-next=consider-using-with
            self.process = subprocess.Popen(self.network.inside(*self.command()), stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL,
                                            cwd=self.directory)
        return self

    def __exit__(self, *_):
        end_process(self.process, STOP_SECONDS)

    @property
    def log(self):
        """The end of what it has logged."""
        return (self.directory / "log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def wait_for(self, answer, *question, seconds=SECONDS):
        """Waits until it answers so; how long that took."""
        started = time.monotonic()
        while self.network.ask(self.address, *question) != answer:
            if time.monotonic() > started + seconds or self.process.poll() is not None:
                raise AssertionError(
                    f"{self.address} answers {question} with "
                    f"{self.network.ask(self.address, *question)!r}, not {answer!r}:\n{self.log}")
            time.sleep(0.1)
        return time.monotonic() - started


def write_zone(primary, prefix, name):
    """The zone file of a /24 at the primary, put in its place at once."""
    directory = primary.config.parent
    (directory / "new").write_text(f"network: {prefix}.0/24\nrecords:\n  {prefix}.1: {name}\n",
                                   encoding="ascii")
    (directory / "new").rename(directory / "zones" / f"{prefix}.yaml")


def make_secret(name):
    """The secret of a new key."""
    done = run_program("ARPACTL", "key", "generate", name)
    assert done.returncode == 0, done.stdout
    return done.stdout.split('"')[1]


def check(network, directory):
    """Starts all of them, and looks at each."""
    secrets = {name: make_secret(name) for name in KEYS}
    primary, knot, bind, arpad, nsd = (Server(network, directory, address, secrets)
                                       for address in (PRIMARY, KNOT, BIND, ARPAD, NSD))
    write_zone(primary, "192.0.2", "one.example.net")
    secondaries = {"Knot": knot, "BIND": bind, "arpad": arpad, "NSD": nsd}
    with primary, knot, bind, arpad, nsd:
        for name, server in secondaries.items():
            server.wait_for("one.example.net.", "-x", "192.0.2.1")
            print(f"{name}: serves the zone", flush=True)
        write_zone(primary, "192.0.2", "two.example.net")
        for name, server in secondaries.items():
            server.wait_for("two.example.net.", "-x", "192.0.2.1")
            serial = network.ask(PRIMARY, ZONE, "SOA")
            if network.ask(server.address, ZONE, "SOA") != serial:
                raise AssertionError(f"{name} has another SOA than {serial}")
            print(f"{name}: has the change, and the same SOA", flush=True)
        write_zone(primary, "198.51.100", "new.example.net")
        for name in ("Knot", "BIND", "arpad"):
            seconds = secondaries[name].wait_for("new.example.net.", "-x", "198.51.100.1",
                                                 seconds=NEW_ZONE_SECONDS)
            print(f"{name}: serves a new zone, {seconds:.1f} s after the one before", flush=True)
        if "NOTIFY" in primary.log:
            raise AssertionError(primary.log)


def main():
    """Checks; ends with 1 where something is not so."""
    with Network() as network, tempfile.TemporaryDirectory(prefix="arpad-fleet-") as directory:
        try:
            check(network, Path(directory))
        except AssertionError as failure:
            print(f"FAILED\n{failure}")
            sys.exit(1)


if __name__ == "__main__":
    main()

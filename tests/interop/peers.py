"""NSD, Knot and BIND, started on free ports of the loopback interface with master files.

Each runs in the foreground in a directory of its own, without control sockets, and ends with the
test. They are set to answer as an authoritative server with minimal responses, without recursion,
rate limiting, cookies and NSID.
"""

import shutil
import subprocess
import time
from pathlib import Path

import asking
import wire
from ports import free_port
from processes import end_process

START_SECONDS = 60.0
STUCK_SECONDS = 10.0  # since the last zone was loaded
STOP_SECONDS = 20.0
TRIES = 3  # another process may take a port between our finding it and the server's binding it


class PeerFailure(Exception):
    """A peer does not start, or does not serve what it was given."""


def find_program(name, package):
    """The path of a program, also of those that only root has in PATH."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if path is None:
        raise PeerFailure(f"{name} is missing: apt-get install {package}")
    return path


class Peer:
    """A running nameserver that serves `zones`, paths of master files by apex (wire form)."""

    name = ""
    program = ""
    package = ""

    def __init__(self, directory, zones):
        self.directory = Path(directory)
        self.directory.mkdir()
        self.zones = zones
        self.log_path = self.directory / "log"
        for attempt in range(1, TRIES + 1):
            self.endpoint = ("127.0.0.1", free_port())
            self._start()
            try:
                self._wait_until_ready()
                return
            except BaseException as failure:
                self.stop()
                if attempt == TRIES or "address" not in str(failure).lower():
                    raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def config(self):
        """The text of the configuration file."""
        raise NotImplementedError

    def command(self, config):
        """The command line behind the program."""
        raise NotImplementedError

    def _start(self):
        config = self.directory / "config"
        config.write_text(self.config(), encoding="ascii")
        program = find_program(self.program, self.package)
        with open(self.log_path, "wb") as log:
            # pylint: disable-next=consider-using-with
            self.process = subprocess.Popen([program, *self.command(config)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=self.directory)

    @property
    def log(self):
        """The end of what it has logged."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")[-4000:]

    def _wait_until_ready(self):
        """Waits until every zone is answered for with authority."""
        started = last_news = time.monotonic()
        missing = list(self.zones)
        while missing:
            now = time.monotonic()
            is_stuck = len(missing) < len(self.zones) and now > last_news + STUCK_SECONDS
            if is_stuck or now > started + START_SECONDS:
                break
            if self.process.poll() is not None:
                raise PeerFailure(f"{self.name} ended:\n{self.log}")
            try:
                before = len(missing)
                missing = self._missing(missing)
                last_news = now if len(missing) < before else last_news
            except (OSError, asking.NoReply):
                pass
            if missing:
                time.sleep(0.05)  # between two attempts, not in the hope that one is enough
        if missing:
            names = ", ".join(map(wire.name_text, missing[:5]))
            raise PeerFailure(f"{self.name} does not serve {len(missing)} zones: {names}\n"
                              f"{self._complaints(missing)}{self.log}")

    def _missing(self, apexes):
        """Those of the zones that it does not answer for yet."""
        replies = asking.ask_tcp(self.endpoint, [asking.Question(apex, wire.TYPES["SOA"])
                                                 for apex in apexes])
        return [apex for apex, octets in zip(apexes, replies)
                if not wire.read_reply(octets).flags & wire.AA]

    def _complaints(self, apexes):
        """What the log says about the first of some zones."""
        text = self.log_path.read_text(encoding="utf-8", errors="replace")
        named = wire.name_text(apexes[0]).rstrip(".")
        return "".join(f"{line}\n" for line in text.splitlines() if named in line)[:4000]

    def stop(self):
        """Ends the server."""
        end_process(self.process, STOP_SECONDS)


class Nsd(Peer):
    """NSD."""

    name = "NSD"
    program = "nsd"
    package = "nsd"

    def config(self):
        host, port = self.endpoint
        files = "".join(f'  {key}: "{self.directory}/{key}"\n'
                        for key in ("pidfile", "xfrdfile", "zonelistfile"))
        zones = "".join(f'zone:\n  name: "{wire.name_text(apex)}"\n  zonefile: "{path}"\n'
                        for apex, path in self.zones.items())
        return (f"server:\n  ip-address: {host}@{port}\n  server-count: 1\n"
                f'  username: ""\n  database: ""\n  zonesdir: "{self.directory}"\n'
                f'  xfrdir: "{self.directory}"\n{files}  rrl-ratelimit: 0\n'
                "  minimal-responses: yes\n  refuse-any: no\n  tcp-timeout: 60\n"
                f"remote-control:\n  control-enable: no\n{zones}")

    def command(self, config):
        return ["-d", "-c", str(config)]


class Knot(Peer):
    """Knot DNS."""

    name = "Knot"
    program = "knotd"
    package = "knot"

    def config(self):
        host, port = self.endpoint
        zones = "".join(f'  - domain: "{wire.name_text(apex)}"\n    file: "{path}"\n'
                        for apex, path in self.zones.items())
        return (f"server:\n    rundir: {self.directory}\n    listen: {host}@{port}\n"
                "    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n"
                "    tcp-idle-timeout: 60\n"
                f"database:\n    storage: {self.directory}\n"
                "log:\n  - target: stderr\n    any: info\n"
                f"template:\n  - id: default\n    storage: {self.directory}\n"
                "    semantic-checks: off\n    zonefile-sync: -1\n    journal-content: none\n"
                f"zone:\n{zones}")

    def command(self, config):
        return ["-c", str(config), "-s", str(self.directory / "socket")]


class Bind(Peer):
    """BIND."""

    name = "BIND"
    program = "named"
    package = "bind9"

    def config(self):
        host, port = self.endpoint
        zones = "".join(f'zone "{wire.name_text(apex)}" {{ type primary; file "{path}"; }};\n'
                        for apex, path in self.zones.items())
        return (f'options {{\n  directory "{self.directory}";\n  pid-file none;\n'
                f"  listen-on port {port} {{ {host}; }};\n  listen-on-v6 {{ none; }};\n"
                "  session-keyfile none;\n  recursion no;\n  dnssec-validation no;\n"
                "  empty-zones-enable no;\n  minimal-responses yes;\n  notify no;\n"
                "  allow-transfer { none; };\n  answer-cookie no;\n  check-names primary ignore;\n"
                "  check-integrity no;\n  check-wildcard no;\n  zero-no-soa-ttl no;\n"
                "  tcp-idle-timeout 600;\n  max-records-per-type 0;\n  max-types-per-name 0;\n"
                "};\ncontrols { };\n"
                "logging { category lame-servers { null; }; };\n"
                f"{zones}")

    def command(self, config):
        return ["-g", "-n", "1", "-c", str(config)]


ALL = (Nsd, Knot, Bind)

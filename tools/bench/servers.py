"""The servers: how each is configured, started on one core, watched and ended.

All answer on a free port of 127.0.0.1, from a directory of their own, with one worker for UDP and
one for TCP, with minimal responses, and without rate limiting, query logs, identity and control
sockets. What is not set is as the server's authors chose it.
"""

import os
import select
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import accounting
import datasets
import wire
from questions import fault_of

HOST = "127.0.0.1"
TRIES = 3  # another process may take a port between our finding it and the server's binding it
START_SECONDS = 900.0
STOP_SECONDS = 60.0
ASK_AGAIN_SECONDS = 0.005


class ServerFailure(Exception):
    """A server does not start, or ends, or does not serve what it was given."""


@dataclass(frozen=True)
class Load:
    """What a start cost until the data were served, and the memory then."""

    cpu_seconds: float
    wall_seconds: float
    memory_kb: int


def find_program(name):
    """The path of a program, also of those that only root has in PATH; None if it is missing."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def free_port():
    """A port that is free on 127.0.0.1 over UDP and TCP."""
    for _ in range(20):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.bind((HOST, 0))
            port = datagrams.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
                try:
                    stream.bind((HOST, port))
                except OSError:
                    continue
                return port
    raise ServerFailure("no port is free over both UDP and TCP")


class Server:
    """A server that can be started over and over; as a context it is ended at the end."""

    name = ""
    program = ""
    packages = ()
    transports = ("udp", "tcp")
    needs_masters = True
    keeps_state = False  # a second start is unlike the first
    is_echo = False

    def __init__(self, directory, dataset, core, path=None):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True)
        self.dataset = dataset
        self.core = core
        self.path = path or find_program(self.program)
        self.endpoint = (HOST, 0)
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def configure(self):
        """Writes the configuration; returns the command line behind the program."""
        raise NotImplementedError

    def write(self, name, text):
        """Writes a file of the configuration; returns its path."""
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def log(self):
        """The end of what it has logged."""
        try:
            return (self.directory / "log").read_text(encoding="utf-8", errors="replace")[-3000:]
        except FileNotFoundError:
            return ""

    @property
    def session(self):
        """The session that all its processes are in."""
        return self._process.pid

    def start(self):
        """Starts it and waits until it serves; returns what that cost."""
        for attempt in range(1, TRIES + 1):
            self.endpoint = (HOST, free_port())
            arguments = self.configure()
            started = time.monotonic()
            self._spawn(arguments)
            try:
                self._wait_until_ready(started + START_SECONDS)
                wall_seconds = time.monotonic() - started
                cpu_seconds = accounting.cpu_time(self.session).total
                return Load(cpu_seconds, wall_seconds, accounting.memory_kb(self.session))
            except ServerFailure as failure:
                self.stop()
                if attempt == TRIES or "in use" not in str(failure).lower():
                    raise
        raise AssertionError("unreachable")

    def _spawn(self, arguments):
        # If this script is killed, so that it cannot clean up, the server is told to end.
        command = ["setpriv", "--pdeathsig", "TERM", "taskset", "--cpu-list", str(self.core),
                   self.path, *arguments]
        with open(self.directory / "log", "wb") as log:
            # pylint: disable-next=consider-using-with
            self._process = subprocess.Popen(
                list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.directory, start_new_session=True)

    def _wait_until_ready(self, deadline):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(self.endpoint)
            for query_id, question in enumerate(self.dataset.ready):
                while not self._is_answered(client, question, query_id):
                    self.check_alive()
                    if time.monotonic() > deadline:
                        raise ServerFailure(f"{self.name} does not serve {question.name}:\n"
                                            f"{self.log}")

    def _is_answered(self, client, question, query_id):
        """Asks once, and waits a little before the next time if it is in vain."""
        asked = wire.query(question.name, question.rr_type, query_id)
        again = time.monotonic() + ASK_AGAIN_SECONDS
        try:
            client.send(asked)
            while select.select([client], [], [], max(0.0, again - time.monotonic()))[0]:
                octets = client.recv(65535)
                # Earlier questions may have waited at the server, with all their repetitions.
                if wire.message_id(octets) == query_id and (
                        octets == asked if self.is_echo else not fault_of(question, octets)):
                    return True
        except ConnectionRefusedError:
            pass  # it does not listen yet
        time.sleep(max(0.0, again - time.monotonic()))
        return False

    def check_alive(self):
        """Fails if it has ended."""
        if self._process.poll() is not None:
            raise ServerFailure(f"{self.name} ended with status {self._process.returncode}:\n"
                                f"{self.log}")

    def stop(self):
        """Ends it, with all its processes."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for pid in accounting.session_processes(self.session):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self._process = None


class Arpad(Server):
    """arpad itself."""

    name = "arpad"
    needs_masters = False
    keeps_state = True
    settings = "rate_limit: off\n"

    def configure(self):
        host, port = self.endpoint
        config = self.write("arpad.yaml",
                            f'listen: ["{host}:{port}"]\nworkers: 1\n'
                            f"zones: {self.dataset.zones}\nstate: state\n"
                            f"{self.settings}{datasets.ZONE_DEFAULTS}")
        return ["-c", config]


class ArpadAtOnce(Arpad):
    """arpad that never waits for more queries."""

    settings = Arpad.settings + "udp: {gather_microseconds: 0}\n"


class Echo(Server):
    """The limit of the socket API: sends every datagram back unchanged."""

    name = "echo"
    transports = ("udp",)
    needs_masters = False
    is_echo = True

    def configure(self):
        return [self.endpoint[1]]


class Gdnsd(Server):
    """gdnsd. It reads all files of a directory, which must be no links."""

    name = "gdnsd"
    program = "gdnsd"
    packages = ("gdnsd",)

    def configure(self):
        host, port = self.endpoint
        zones = self.directory / "zones"
        if not zones.is_dir():
            zones.mkdir()
            for apex, path in self.dataset.masters.items():
                os.link(path, zones / apex.rstrip(".").replace("/", "@"))
        self.write("config",
                   "options => {\n"
                   f"  listen => {{ {host}:{port} => {{ udp_threads = 1, tcp_threads = 1 }} }}\n"
                   f'  run_dir = "{self.directory}/run"\n  state_dir = "{self.directory}/state"\n'
                   "}\n")
        return ["-c", self.directory, "start"]


class Nsd(Server):
    """NSD."""

    name = "NSD"
    program = "nsd"
    packages = ("nsd",)

    def configure(self):
        host, port = self.endpoint
        files = "".join(f'  {key}: "{self.directory}/{key}"\n'
                        for key in ("pidfile", "xfrdfile", "zonelistfile"))
        zones = "".join(f'zone:\n  name: "{apex}"\n  zonefile: "{path}"\n'
                        for apex, path in self.dataset.masters.items())
        config = self.write("nsd.conf",
                            f"server:\n  ip-address: {host}@{port}\n  server-count: 1\n"
                            f'  username: ""\n  database: ""\n  zonesdir: "{self.directory}"\n'
                            f'  xfrdir: "{self.directory}"\n{files}  rrl-ratelimit: 0\n'
                            "  minimal-responses: yes\n  hide-version: yes\n"
                            "  hide-identity: yes\n"
                            f"remote-control:\n  control-enable: no\n{zones}")
        return ["-d", "-c", config]


class Knot(Server):
    """Knot DNS."""

    name = "Knot"
    program = "knotd"
    packages = ("knot",)

    def configure(self):
        host, port = self.endpoint
        zones = "".join(f'  - domain: "{apex}"\n    file: "{path}"\n'
                        for apex, path in self.dataset.masters.items())
        config = self.write("knot.conf",
                            f"server:\n    rundir: {self.directory}\n"
                            f"    listen: {host}@{port}\n    udp-workers: 1\n"
                            "    tcp-workers: 1\n    background-workers: 1\n"
                            f"database:\n    storage: {self.directory}\n"
                            "log:\n  - target: stderr\n    any: warning\n"
                            f"template:\n  - id: default\n    storage: {self.directory}\n"
                            "    zonefile-sync: -1\n    journal-content: none\n"
                            f"zone:\n{zones}")
        return ["-c", config, "-s", self.directory / "socket"]


class Bind(Server):
    """BIND."""

    name = "BIND"
    program = "named"
    packages = ("bind9",)

    def configure(self):
        host, port = self.endpoint
        zones = "".join(f'zone "{apex}" {{ type primary; file "{path}"; }};\n'
                        for apex, path in self.dataset.masters.items())
        config = self.write("named.conf",
                            f'options {{\n  directory "{self.directory}";\n  pid-file none;\n'
                            f"  listen-on port {port} {{ {host}; }};\n"
                            "  listen-on-v6 { none; };\n  session-keyfile none;\n"
                            "  recursion no;\n  dnssec-validation no;\n"
                            "  empty-zones-enable no;\n  minimal-responses yes;\n"
                            "  notify no;\n  allow-transfer { none; };\n  querylog no;\n"
                            "  version none;\n  hostname none;\n  server-id none;\n};\n"
                            "controls { };\n"
                            "logging { category default { default_stderr; };"
                            " category lame-servers { null; }; };\n" + zones)
        return ["-f", "-n", "1", "-c", config]


class Pdns(Server):
    """PowerDNS with its bind backend; its caches are on, as they are by default."""

    name = "PowerDNS"
    program = "pdns_server"
    packages = ("pdns-server", "pdns-backend-bind")

    def configure(self):
        host, port = self.endpoint
        zones = "".join(f'zone "{apex.rstrip(".")}" {{ type master; file "{path}"; }};\n'
                        for apex, path in self.dataset.masters.items())
        bind_config = self.write("named.conf",
                                 f'options {{ directory "{self.directory}"; }};\n{zones}')
        self.write("pdns.conf",
                   f"launch=bind\nbind-config={bind_config}\nlocal-address={host}\n"
                   f"local-port={port}\nreceiver-threads=1\ndistributor-threads=1\n"
                   f"socket-dir={self.directory}\ndaemon=no\nguardian=no\napi=no\n"
                   "webserver=no\nsecurity-poll-suffix=\nversion-string=anonymous\n"
                   "disable-syslog=yes\nloglevel=3\nlog-dns-queries=no\n")
        return [f"--config-dir={self.directory}"]


# What --peers names.
PEERS = {"gdnsd": Gdnsd, "nsd": Nsd, "knot": Knot, "bind": Bind, "pdns": Pdns}
DEFAULT_PEERS = ("gdnsd", "nsd", "knot", "bind")

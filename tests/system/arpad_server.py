"""Starts the real arpad in a directory of its own, on free ports, and stops it again.

The programs' paths stand in the environment variables ARPAD and ARPACTL.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

import dns_client

START_SECONDS = 60.0
STOP_SECONDS = 30.0  # far over the bound of the server: one that hangs, not one that is slow
RUN_SECONDS = 100.0
WAIT_SECONDS = 30

ZONE_DEFAULTS = """\
zone_defaults:
  ttl: 1h
  nameservers: [ns1.example.net, ns2.example.net]
  soa: {contact: hostmaster@example.net, negative_ttl: 15m}
"""
NAMESERVERS = ["ns1.example.net.", "ns2.example.net."]

_LISTENING = re.compile(r"listening on (?:\[([^\]]+)\]|([0-9.]+)):(\d+)")
_SERVING = re.compile(r"serving \d+ zones?\b")
_SANITIZER_REPORT = re.compile(r"ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer")


def program(variable):
    """The path of the program that the environment variable names."""
    path = os.environ.get(variable)
    if not path:
        raise AssertionError(f"set {variable} to the path of the built program; CTest does so")
    return str(Path(path).resolve())


def run_program(variable, *arguments, cwd=None, without_privileges=False):
    """Runs a program that ends by itself; both of its outputs are in `stdout`."""
    # Root stays root, so that it can read the build, but may no more than any user.
    lower = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    is_lowered = without_privileges and os.geteuid() == 0
    done = subprocess.run(
        [*(lower if is_lowered else []), program(variable), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=RUN_SECONDS, check=False,
        cwd=cwd, text=True, errors="backslashreplace")
    check_clean(done.stdout)
    if done.returncode < 0:
        raise AssertionError(f"ended by signal {-done.returncode}:\n{done.stdout}")
    return done


def check_clean(log):
    """Fails if a sanitizer has found something."""
    if _SANITIZER_REPORT.search(log):
        raise AssertionError(f"a sanitizer report:\n{log}")


def wait_until(condition, what, seconds=WAIT_SECONDS):
    """Waits until `condition()` holds; how many seconds that took."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() > started + seconds:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)
    return time.monotonic() - started


class Workspace:
    """A temporary directory with arpad.yaml and zone files."""

    def __init__(self, zones=None, settings=ZONE_DEFAULTS, listen=("127.0.0.1:0",), workers=1):
        self.directory = Path(tempfile.mkdtemp(prefix="arpad-test-"))
        self.config = self.directory / "arpad.yaml"
        self.zones = self.directory / "zones"
        self.state = self.directory / "state"
        self.zones.mkdir()
        addresses = ", ".join(f'"{address}"' for address in listen)
        self.write_config(f"listen: [{addresses}]\nworkers: {workers}\nzones: zones\n"
                          f"state: state\n{settings}")
        for name, text in (zones or {}).items():
            self.write_zone(name, text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory)

    def write_config(self, text):
        """Replaces arpad.yaml."""
        self.config.write_text(text, encoding="utf-8")

    def write_zone(self, name, content):
        """Writes zones/NAME.yaml, from text or octets, and returns its path."""
        path = self.zones / f"{name}.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def start(self, *options):
        """Starts arpad and waits until it serves."""
        return Server(self.config, options)

    def run(self, *options, **settings):
        """Runs arpad where it is expected to end by itself; settings are run_program's."""
        return run_program("ARPAD", "-c", self.config, *options, **settings)


class Server:
    """A running arpad. As a context it is stopped at the end and must have ended well."""

    def __init__(self, config, options=()):
        self._lines = []
        self._news = threading.Condition()
        self._has_ended = False
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            [program("ARPAD"), "-c", str(config), *map(str, options)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            errors="backslashreplace")
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        try:
            self.wait_for(_SERVING)
        except BaseException:
            self._end(signal.SIGKILL)
            raise
        self.endpoints = [(found[1] or found[2], int(found[3]))
                          for found in _LISTENING.finditer(self.log)]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None or kind is None:
            self.stop()

    def _read_log(self):
        for line in self.process.stderr:
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._has_ended = True
            self._news.notify_all()

    @property
    def log(self):
        """Everything logged so far."""
        with self._news:
            return "".join(self._lines)

    @property
    def endpoint(self):
        """Address and port of the first endpoint, for UDP and TCP."""
        return self.endpoints[0]

    def wait_for(self, pattern):
        """Waits until a logged line matches."""
        pattern = re.compile(pattern)
        with self._news:
            seen = self._news.wait_for(
                lambda: self._has_ended or any(map(pattern.search, self._lines)), START_SECONDS)
            if not seen or not any(map(pattern.search, self._lines)):
                end = "ended" if self._has_ended else f"ran for {START_SECONDS:.0f} s"
                raise AssertionError(f"arpad {end} without logging {pattern.pattern!r}:\n"
                                     + "".join(self._lines))

    def _end(self, number):
        self.process.send_signal(number)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(
                f"arpad had to be killed {STOP_SECONDS:.0f} s after {number.name}:\n{self.log}"
            ) from None
        finally:
            self._reader.join(STOP_SECONDS)
            self.process.stderr.close()

    def stop(self, number=signal.SIGTERM):
        """Stops the server, checks that it ended well, and returns how many seconds it took."""
        if self.process.poll() is not None and self.process.stderr.closed:
            return 0.0  # it was stopped before
        started = time.monotonic()
        self._end(number)
        seconds = time.monotonic() - started
        check_clean(self.log)
        if self.process.returncode != 0:
            raise AssertionError(f"arpad ended with {self.process.returncode}:\n{self.log}")
        return seconds

    def udp(self):
        """A UDP client of the first endpoint."""
        return dns_client.UdpClient(self.endpoint)

    def tcp(self, **options):
        """A TCP client of the first endpoint."""
        return dns_client.TcpClient(self.endpoint, **options)

    def ask(self, name, rr_type="PTR", **options):
        """Asks over UDP; options are those of dns_client.query."""
        return dns_client.ask_udp(self.endpoint, dns_client.query(name, rr_type, **options))

    def ask_ptr(self, address, **options):
        """Asks for the names of an address over UDP."""
        return self.ask(dns_client.reverse_name(address), **options)

    def serial(self, apex):
        """The serial of a zone."""
        (soa,) = self.ask(apex, "SOA").data("answer", "SOA")
        return soa[2]


class ReplyTestCase(unittest.TestCase):
    """Claims about replies."""

    def assert_ptr(self, reply, *targets, ttl=None):
        """The reply is an authoritative answer with exactly these names."""
        self.assertEqual(reply.rcode, "NOERROR", reply)
        self.assertTrue(reply.is_authoritative, reply)
        self.assertFalse(reply.is_truncated, reply)
        self.assertCountEqual(reply.data("answer", "PTR"), targets, reply)
        if ttl is not None:
            self.assertEqual({record.ttl for record in reply.records("answer", "PTR")}, {ttl})

    def assert_negative(self, reply, rcode, apex, ttl=None):
        """The reply is negative, with the SOA of the zone at `apex` and nothing else."""
        self.assertEqual(reply.rcode, rcode, reply)
        self.assertTrue(reply.is_authoritative, reply)
        self.assertEqual(reply.answer, [], reply)
        self.assertEqual([(record.owner.lower(), record.type) for record in reply.authority],
                         [(apex, "SOA")], reply)
        if ttl is not None:
            self.assertEqual(reply.authority[0].ttl, ttl)

    def assert_no_data(self, reply, apex, ttl=None):
        """The name exists, and has nothing of the type."""
        self.assert_negative(reply, "NOERROR", apex, ttl)

    def assert_name_absent(self, reply, apex, ttl=None):
        """The name does not exist."""
        self.assert_negative(reply, "NXDOMAIN", apex, ttl)

    def assert_bare(self, reply, rcode):
        """The reply is an rcode and no records."""
        self.assertEqual(reply.rcode, rcode, reply)
        self.assertFalse(reply.is_authoritative, reply)
        self.assertEqual(reply.answer + reply.authority + reply.additional, [], reply)


class ServerTestCase(ReplyTestCase):
    """Tests that share one server, which serves `zones`."""

    zones = {}
    settings = ZONE_DEFAULTS
    listen = ("127.0.0.1:0",)
    workers = 1

    @classmethod
    def setUpClass(cls):
        cls.workspace = cls.enterClassContext(
            Workspace(cls.zones, cls.settings, cls.listen, cls.workers))
        cls.server = cls.enterClassContext(cls.workspace.start())

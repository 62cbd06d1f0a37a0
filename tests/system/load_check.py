"""arpad at full speed, with every answer that a second client gets compared, beside NSD.

Usage: load_check.py [--seconds N]

Serves 100,000 records with arpad, with arpad whose zone file changes twice a second (or as often as it
is loaded, if that takes longer), with arpads that take over from each other every four seconds, and
with NSD, lets dnsperf ask each of them as fast as it can over UDP and over TCP for N seconds (60
unless told), and meanwhile asks the same server from another process that compares every reply it
gets. Prints a table, and fails if a reply is wrong, if arpad loses over 0.01 % more queries than NSD,
if a change is not loaded, or if its memory after 10 s and at the end differs by over 2 MB while it
does not reload. Needs Debian's dnsperf and nsd, and in ARPAD the path of a release build.
"""

import argparse
import ipaddress
import itertools
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import dns_client as dns
from arpad_server import Server, Workspace, run_program, wait_until
from ports import free_port
from processes import end_process

NETWORK = ipaddress.ip_network("198.18.0.0/15")
APEXES = ("18.198.in-addr.arpa.", "19.198.in-addr.arpa.")
RECORDS = 100_000
ABSENT_EACH = 10  # one query in so many is for an address without a name
WORKERS = 2
TCP_CLIENTS = 20
RELOAD_SECONDS = 0.5
TAKEOVER_SECONDS = 4.0
CHECKER_WINDOW = 20  # queries that the checker has under way

WARM_UP_SECONDS = 10.0
MOST_GROWTH_KB = 2048
MOST_EXTRA_LOSS_PERCENT = 0.01
START_SECONDS = 60.0
STOP_SECONDS = 30.0


def target_of(address):
    """The name of an address."""
    return f"h{int(address) & 0x1FFFF:06}.example.net."


def addresses_with_names():
    """The addresses that have records."""
    return itertools.islice(NETWORK, RECORDS)


def expected_answers():
    """What is asked, and the names that must come back; none for an address without one."""
    answers = {dns.reverse_name(address): [target_of(address)]
               for address in addresses_with_names()}
    absent = itertools.islice(NETWORK, RECORDS, RECORDS + RECORDS // ABSENT_EACH)
    answers.update((dns.reverse_name(address), []) for address in absent)
    return answers


def find_program(name, package):
    """The path of a program, also of those that only root has in PATH."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if path is None:
        sys.exit(f"load_check: {name} is missing: apt-get install {package}")
    return path


def resident_kb(pid):
    """Resident memory of a process; 0 if it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return 0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) if found else 0


class Nsd:
    """A running NSD that serves the same records."""

    def __init__(self, directory):
        self.endpoint = ("127.0.0.1", free_port())
        directory.mkdir()
        for apex in APEXES:
            (directory / f"{apex}zone").write_text(zone_text(apex), encoding="ascii")
        config = directory / "nsd.conf"
        config.write_text(self._config(directory), encoding="ascii")
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            [find_program("nsd", "nsd"), "-d", "-c", str(config)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _config(self, directory):
        host, port = self.endpoint
        zones = "".join(f"zone:\n  name: {apex}\n  zonefile: {apex}zone\n" for apex in APEXES)
        files = "".join(f"  {key}: {directory}/{key}\n"
                        for key in ("pidfile", "logfile", "xfrdfile", "zonelistfile"))
        return (f"server:\n  ip-address: {host}@{port}\n  server-count: {WORKERS}\n"
                f'  username: ""\n  database: ""\n  rrl-ratelimit: 0\n  zonesdir: {directory}\n'
                f"  xfrdir: {directory}\n{files}"
                f"remote-control:\n  control-enable: no\n{zones}")

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with dns.TcpClient(self.endpoint) as client:
                    if client.ask(dns.query(APEXES[1], "SOA")).rcode == "NOERROR":
                        return
            except (OSError, EOFError):
                time.sleep(0.05)  # between two attempts, not in the hope that one is enough
        raise AssertionError("NSD does not answer")

    def stop(self):
        """Ends NSD; its children end with it."""
        end_process(self.process, STOP_SECONDS)


def zone_text(apex):
    """The zone at `apex` in master-file format."""
    lines = [f"$ORIGIN {apex}\n$TTL 3600",
             "@ SOA ns1.example.net. hostmaster.example.net. 1 7200 1800 1209600 900",
             "@ NS ns1.example.net.", "@ NS ns2.example.net."]
    second = int(apex.split(".", 1)[0])
    lines += [f"{dns.reverse_name(address)} PTR {target_of(address)}"
              for address in addresses_with_names() if address.packed[1] == second]
    return "\n".join(lines) + "\n"


@dataclass
class Tally:
    """What the checker has seen."""

    right: int = 0
    lost: int = 0
    wrong: int = 0
    first_wrong: str = ""
    seconds: list = field(default_factory=list)  # from the question to the reply, for each

    @property
    def p99_ms(self):
        """What 99 of 100 replies took no longer than."""
        return 1000 * sorted(self.seconds)[len(self.seconds) * 99 // 100] if self.seconds else 0.0

    def judge(self, name, octets, expected):
        """Compares one reply."""
        try:
            reply = dns.Reply(octets)
            is_right = (reply.rcode == ("NOERROR" if expected else "NXDOMAIN")
                        and reply.is_authoritative and not reply.is_truncated
                        and reply.question == dns.question(name)
                        and reply.data("answer", "PTR") == expected)
        except dns.MalformedReply as failure:
            reply, is_right = failure, False
        if is_right:
            self.right += 1
        else:
            self.wrong += 1
            self.first_wrong = self.first_wrong or f"{name}: {reply}"


def check_answers(endpoint, transport, answers, stop, results):
    """Asks batches of random names until `stop` is set, and compares every reply."""
    tally = Tally()
    source = random.Random(2317)
    names = list(answers)
    ask_batch = check_udp_batch if transport == "udp" else check_tcp_batch
    connect = dns.UdpClient if transport == "udp" else dns.TcpClient
    try:
        with connect(endpoint) as client:
            while not stop.is_set():
                asked = dict(zip(source.sample(range(65536), CHECKER_WINDOW),
                                 source.sample(names, CHECKER_WINDOW)))
                ask_batch(client, asked, answers, tally)
    finally:
        results.send(tally)


def check_udp_batch(client, asked, answers, tally):
    """Asks the names in `asked`, by id, over UDP; a reply that does not come is lost."""
    asked_at = time.monotonic()
    for query_id, name in asked.items():
        client.send(dns.query(name, query_id=query_id))
    waiting = dict(asked)
    while waiting:
        try:
            octets = client.receive(2.0)
        except TimeoutError:
            tally.lost += len(waiting)
            return
        name = waiting.pop(dns.query_id_of(octets), None)
        if name is not None:
            tally.seconds.append(time.monotonic() - asked_at)
            tally.judge(name, octets, answers[name])


def check_tcp_batch(client, asked, answers, tally):
    """Asks the names in `asked`, by id, over TCP, all in one piece."""
    asked_at = time.monotonic()
    client.send(b"".join(dns.framed(dns.query(name, query_id=query_id))
                         for query_id, name in asked.items()))
    waiting = dict(asked)
    while waiting:
        octets = client.receive()
        name = waiting.pop(dns.query_id_of(octets), None)
        if name is None:
            tally.wrong += 1
            tally.first_wrong = tally.first_wrong or f"unasked: {octets.hex()}"
        else:
            tally.seconds.append(time.monotonic() - asked_at)
            tally.judge(name, octets, answers[name])


@dataclass
class Run:
    """The figures of one server over one transport."""

    server: str
    transport: str
    sent: int
    completed: int
    per_second: float
    latency_ms: float
    tally: Tally
    warm_kb: int
    end_kb: int

    @property
    def loss_percent(self):
        """Queries of dnsperf that were not answered."""
        return 100.0 * (self.sent - self.completed) / self.sent

    def row(self):
        """The line of the table."""
        return (f"{self.server:8} {self.transport:4} {self.per_second:11,.0f} "
                f"{self.sent:11,} {self.loss_percent:9.4f} {self.latency_ms:8.3f} "
                f"{self.tally.p99_ms:8.3f} "
                f"{self.tally.right:9,} {self.tally.wrong:6} {self.tally.lost:5} "
                f"{self.warm_kb:9,} {self.end_kb:9,}")

    @staticmethod
    def heading():
        """The first line of the table."""
        return (f"{'server':8} {'over':4} {'queries/s':>11} {'sent':>11} {'loss %':>9} "
                f"{'ms mean':>8} {'ms p99':>8} {'compared':>9} {'wrong':>6} {'lost':>5} "
                f"{'KB at 10s':>9} {'KB at end':>9}")


def measure(server, pid, endpoint, transport, plan):
    """Lets dnsperf and the checker loose on a server."""
    stop = multiprocessing.Event()
    receiver, sender = multiprocessing.Pipe(duplex=False)
    checker = multiprocessing.Process(
        target=check_answers, args=(endpoint, transport, plan.answers, stop, sender))
    checker.start()
    try:
        figures, warm_kb = run_dnsperf(endpoint, transport, pid, plan)
        end_kb = resident_kb(pid)
    finally:
        stop.set()
        tally = receiver.recv() if receiver.poll(STOP_SECONDS) else Tally(
            wrong=1, first_wrong="the checker hangs")
        checker.join(STOP_SECONDS)
    if checker.exitcode != 0:
        tally.wrong += 1
        tally.first_wrong = tally.first_wrong or "the checker was cut off"
    return Run(server, transport, *figures, tally, warm_kb, end_kb)


def run_dnsperf(endpoint, transport, pid, plan):
    """Runs dnsperf; returns its figures and the server's memory some time after the start."""
    host, port = endpoint
    arguments = [find_program("dnsperf", "dnsperf"), "-s", host, "-p", str(port), "-m", transport,
                 "-d", str(plan.queries), "-l", str(plan.seconds), "-W"]
    arguments += ["-c", str(TCP_CLIENTS)] if transport == "tcp" else []
    # dnsperf waits for the last replies when its time is over.
    with subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as process:
        try:
            output, _ = process.communicate(timeout=min(WARM_UP_SECONDS, plan.seconds / 2))
        except subprocess.TimeoutExpired:
            warm_kb = resident_kb(pid)
            try:
                output, _ = process.communicate(timeout=plan.seconds + STOP_SECONDS)
            finally:
                process.kill()
            return dnsperf_figures(output), warm_kb
    raise AssertionError(f"dnsperf ended early:\n{output}")


def dnsperf_figures(output):
    """Queries sent and completed, queries per second, mean latency in milliseconds."""
    def figure(label):
        found = re.search(rf"{re.escape(label)}:\s+([0-9.]+)", output)
        if found is None:
            raise AssertionError(f"dnsperf does not say {label!r}:\n{output}")
        return float(found[1])
    return (int(figure("Queries sent")), int(figure("Queries completed")),
            figure("Queries per second"), 1000 * figure("Average Latency (s)"))


@dataclass
class Plan:
    """What is asked and for how long."""

    seconds: int
    answers: dict
    queries: Path


def violations(runs):
    """What is not as it has to be, in words."""
    nsd = {run.transport: run for run in runs if run.server == "NSD"}
    for run in runs:
        where = f"{run.server} over {run.transport}"
        if run.tally.wrong:
            yield f"{where}: {run.tally.wrong} wrong replies, the first: {run.tally.first_wrong}"
        if run.tally.right == 0:
            yield f"{where}: no reply was compared"
        if run.server == "NSD":
            continue
        bound = nsd[run.transport].loss_percent + MOST_EXTRA_LOSS_PERCENT
        if run.loss_percent > bound:
            yield f"{where}: {run.loss_percent:.4f} % lost, at most {bound:.4f} % is allowed"
        if run.server == "arpad" and abs(run.end_kb - run.warm_kb) > MOST_GROWTH_KB:
            yield f"{where}: memory went from {run.warm_kb} to {run.end_kb} KB"


def arpad_zone():
    """The records as a zone file of arpad."""
    return f"network: {NETWORK}\nrecords:\n" + "".join(
        f"  {address}: {target_of(address)}\n" for address in addresses_with_names())


class Loop:
    """Something that is done over and over beside a run, until the end of its context."""

    def __init__(self):
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, kind, *_):
        self._stop.set()
        self._thread.join()
        self._clean_up()
        if kind is None:
            self._judge()

    def _run(self):
        raise NotImplementedError

    def _clean_up(self):
        """Undoes what would stay."""

    def _judge(self):
        """Fails if it did not do what it was to do."""
        raise NotImplementedError


class ReloadLoop(Loop):
    """Changes the zone file of a server, each time after the change before was loaded."""

    def __init__(self, workspace, server):
        super().__init__()
        self._workspace = workspace
        self._server = server
        self._zone = arpad_zone()  # once: what costs is to be the reload, and not this
        self._loads_before = self._loads()
        self._changes = 0

    def _loads(self):
        return self._server.log.count("1 file read, 1 zone changed")

    def _loaded(self):
        return self._loads() - self._loads_before

    def _judge(self):
        if self._changes == 0 or self._loaded() != self._changes:
            raise AssertionError(f"of {self._changes} changes {self._loaded()} were loaded:\n"
                                 f"{self._server.log}")

    def _run(self):
        beside = self._workspace.directory / "new"
        wait = RELOAD_SECONDS
        while not self._stop.wait(wait):
            self._changes += 1
            # The address that differs is not asked for.
            version = self._loads_before + self._changes
            beside.write_text(f"{self._zone}  {NETWORK[-1]}: version-{version}.example.net\n",
                              encoding="utf-8")
            beside.replace(self._workspace.zones / "zone.yaml")
            self._server.process.send_signal(signal.SIGHUP)
            taken = wait_until(lambda: self._loaded() >= self._changes, "a change is loaded")
            wait = max(0.0, RELOAD_SECONDS - taken)


class TakeoverLoop(Loop):
    """Lets one arpad after the other take over; the last is ended at the end."""

    def __init__(self, workspace):
        super().__init__()
        self._workspace = workspace
        self._takeovers = 0
        self._last = None
        self._failure = ""

    def _clean_up(self):
        if self._last is not None:
            os.kill(self._last, signal.SIGTERM)

    def _judge(self):
        if self._failure or self._takeovers == 0:
            raise AssertionError(f"after {self._takeovers} takeovers: {self._failure}")

    def _run(self):
        while not self._stop.wait(TAKEOVER_SECONDS):
            done = run_program("ARPACTL", "takeover", "--json", "-c", self._workspace.config)
            if done.returncode != 0:
                self._failure = done.stdout
                return
            self._last = json.loads(done.stdout)["process"]
            self._takeovers += 1


def run_all(seconds):
    """All eight runs."""
    with Workspace({"zone": arpad_zone()}, workers=WORKERS) as workspace:
        answers = expected_answers()
        queries = workspace.directory / "queries"
        order = list(answers)
        random.Random(1035).shuffle(order)
        queries.write_text("".join(f"{name} PTR\n" for name in order), encoding="ascii")
        plan = Plan(seconds, answers, queries)
        with Server(workspace.config) as arpad:
            for transport in ("udp", "tcp"):
                yield measure("arpad", arpad.process.pid, arpad.endpoint, transport, plan)
            for transport in ("udp", "tcp"):
                with ReloadLoop(workspace, arpad):
                    yield measure("reload", arpad.process.pid, arpad.endpoint, transport, plan)
            with TakeoverLoop(workspace):
                for transport in ("udp", "tcp"):
                    yield measure("takeover", arpad.process.pid, arpad.endpoint, transport, plan)
        with Nsd(workspace.directory / "nsd") as nsd:
            for transport in ("udp", "tcp"):
                yield measure("NSD", nsd.process.pid, nsd.endpoint, transport, plan)


def main():
    """Runs everything and says what it was like."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=int, default=60, help="length of each of the eight runs")
    seconds = parser.parse_args().seconds
    find_program("nsd", "nsd")
    print(Run.heading(), flush=True)
    runs = []
    for run in run_all(seconds):
        runs.append(run)
        print(run.row(), flush=True)
    found = list(violations(runs))
    for text in found:
        print(f"load_check: {text}")
    print(f"load_check: {'FAILED' if found else 'passed'}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

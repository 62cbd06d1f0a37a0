"""Starts servers in turn, lets dnsperf loose on them and takes down what the kernel accounts."""

import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field

import accounting
import flooding
from checker import Checker
from servers import Server

CLIENTS = 8
UNDER_WAY = 400
WARM_UP_SECONDS = 1
LATENCY_RATE = 10_000
LATENCY_SECONDS = 5
CHECK_SECONDS = 2.0
LOST_SECONDS = 2  # what has not come back by then is lost
PATIENCE_SECONDS = 60
PERCENTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}
LATENCY_LINE = re.compile(r"^> \S+ \S+ \S+ ([0-9.]+)$", re.MULTILINE)


class ClientFailure(Exception):
    """A client did not do what it was started for."""


@dataclass(frozen=True)
class Plan:
    """How long is measured, and with what."""

    seconds: int
    rounds: int
    core: int
    with_edns: bool
    dnsperf: str
    flood: str


@dataclass(frozen=True)
class Contestant:
    """A server with what it serves; `label` is its name in the tables."""

    label: str
    kind: type
    dataset: object
    path: object = None


@dataclass
class Sample:
    """What one contestant did in one round: figures by name, with their unit at its end."""

    dataset: str
    label: str
    round: int
    figures: dict = field(default_factory=dict)


def rounds(name, contestants, plan, directory, progress):
    """The samples of all contestants of a data set, in an order that rotates between rounds."""
    for number in range(1, plan.rounds + 1):
        for contestant in rotated(contestants, number - 1):
            progress(f"{name}: round {number} of {plan.rounds}: {contestant.label}")
            yield Sample(name, contestant.label, number,
                         _measure(contestant, plan, directory / "server"))


def rotated(items, shift):
    shift %= len(items)
    return items[shift:] + items[:shift]


def _measure(contestant, plan, directory):
    """The figures of one contestant, from its start to its end."""
    try:
        with contestant.kind(directory, contestant.dataset, plan.core, contestant.path) as server:
            figures = _start(server)
            if contestant.dataset.measures == "starts":
                with Checker(server, "udp", plan.with_edns) as checker:
                    time.sleep(CHECK_SECONDS)
                figures["udp_checked"] = checker.tally.right
                return figures
            if plan.seconds > WARM_UP_SECONDS:
                run_dnsperf(server, "udp", plan, ["-l", WARM_UP_SECONDS])
            for transport in server.transports:
                figures |= _load(server, transport, plan)
            figures |= _latency(server, plan)
            figures["end_memory_kb"] = accounting.memory_kb(server.session)
            figures["memory_kb"] = max(figures[key] for key in figures
                                       if key.endswith("memory_kb"))
            figures["memory_per_record"] = (1024 * figures["memory_kb"]
                                            / contestant.dataset.records)
            return figures
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _start(server):
    """The cost of a start, and of a second one where the first leaves something behind."""
    load = server.start()
    figures = {"load_cpu_s": load.cpu_seconds, "load_wall_s": load.wall_seconds,
               "load_memory_kb": load.memory_kb}
    if server.keeps_state:
        server.stop()
        load = server.start()
        figures |= {"restart_cpu_s": load.cpu_seconds, "restart_wall_s": load.wall_seconds,
                    "restart_memory_kb": load.memory_kb}
    return figures


def run_dnsperf(server: Server, transport, plan, options):
    """What dnsperf prints."""
    host, port = server.endpoint
    command = [plan.dnsperf, "-s", host, "-p", port, "-m", transport, "-T", 1, "-c", CLIENTS,
               "-q", UNDER_WAY, "-t", LOST_SECONDS, "-d", server.dataset.dnsperf_file, "-W",
               *options]
    if plan.with_edns:
        command.append("-e")
    done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          text=True, errors="replace", timeout=plan.seconds + PATIENCE_SECONDS)
    server.check_alive()
    if done.returncode != 0:
        raise ClientFailure(f"dnsperf against {server.name}: status {done.returncode}\n"
                            f"{done.stdout[-2000:]}")
    return done.stdout


def figure(output, label):
    found = re.search(rf"{re.escape(label)}:\s+([0-9.]+)", output)
    if found is None:
        raise ClientFailure(f"dnsperf does not say {label!r}:\n{output[-2000:]}")
    return float(found[1])


class Accounts:
    """What a server and its core are charged with while something goes on."""

    def __init__(self, server):
        self._server = server
        self._cpu = accounting.cpu_time(server.session)
        self._busy = accounting.core_busy_seconds(server.core)
        self._started = time.monotonic()

    def figures(self, transport, queries):
        """CPU per query, and how much of the core went to others."""
        wall = time.monotonic() - self._started
        busy = accounting.core_busy_seconds(self._server.core) - self._busy
        cpu = accounting.cpu_time(self._server.session) - self._cpu
        return {f"{transport}_cpu_us": 1e6 * cpu.total / queries,
                f"{transport}_user_us": 1e6 * cpu.user / queries,
                f"{transport}_foreign_percent": max(0.0, 100 * (busy - cpu.total) / wall)}


def _load(server, transport, plan):
    """Figures of a server that is asked as fast as it answers."""
    accounts = Accounts(server)
    with Checker(server, transport, plan.with_edns) as checker:
        output = run_dnsperf(server, transport, plan, ["-l", plan.seconds])
    sent = int(figure(output, "Queries sent"))
    completed = int(figure(output, "Queries completed"))
    if not completed:
        raise ClientFailure(f"{server.name} answered nothing over {transport}:\n{output[-2000:]}")
    return accounts.figures(transport, completed + checker.tally.right) | {
        f"{transport}_per_second": figure(output, "Queries per second"),
        f"{transport}_sent": sent,
        f"{transport}_lost_percent": 100 * (sent - completed) / sent,
        f"{transport}_checked": checker.tally.right,
        f"{transport}_checks_lost": checker.tally.lost}


def _latency(server, plan):
    """Percentiles of the time to the reply at a rate that every server keeps up with."""
    seconds = min(LATENCY_SECONDS, plan.seconds)
    output = run_dnsperf(server, "udp", plan, ["-l", seconds, "-Q", LATENCY_RATE, "-v"])
    times = sorted(map(float, LATENCY_LINE.findall(output)))
    if not times:
        raise ClientFailure(f"dnsperf tells no latency:\n{output[-2000:]}")
    return {f"latency_{name}_us": 1e6 * times[min(len(times) - 1, int(share * len(times)))]
            for name, share in PERCENTILES.items()}


def flood_rounds(contestant, plan, directory, progress):
    """Samples of one server under each kind of flood, in rotating order."""
    kinds = list(flooding.KINDS)
    files = {kind: flooding.write_packets(kind, contestant.dataset, directory) for kind in kinds}
    try:
        with contestant.kind(directory / "server", contestant.dataset, plan.core,
                             contestant.path) as server:
            server.start()
            for number in range(1, plan.rounds + 1):
                for kind in rotated(kinds, number - 1):
                    progress(f"floods: round {number} of {plan.rounds}: {kind}")
                    yield Sample("floods", kind, number, _flood(server, files[kind], plan))
    finally:
        shutil.rmtree(directory / "server", ignore_errors=True)


def _flood(server, packets, plan):
    """Figures of a server that is flooded with the packets of a file."""
    accounts = Accounts(server)
    with Checker(server, "udp", plan.with_edns) as checker:
        done = subprocess.run([plan.flood, str(server.endpoint[1]), packets, str(plan.seconds)],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.STDOUT, text=True,
                              timeout=plan.seconds + PATIENCE_SECONDS)
    counts = {name: int(count) for name, count in
              re.findall(r"^([a-z ]+) (\d+)$", done.stdout, re.MULTILINE)}
    if done.returncode != 0 or not counts.get("markers received"):
        raise ClientFailure(f"flood against {server.name}: {done.stdout}")
    sent = counts["packets sent"]
    return accounts.figures("flood", sent + checker.tally.right) | {
        "flood_per_second": sent / plan.seconds,
        "flood_answered_percent": 100 * counts["packets received"] / sent,
        "flood_stalls": counts["stalls"],
        "flood_checked": checker.tally.right}

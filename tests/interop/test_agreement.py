"""arpad, NSD, Knot DNS and BIND give the same answers from the same zones.

Usage: test_agreement.py [--seeds N] [--first-seed N] [--seed N] [--questions N] [--jobs N]
                         [--self-test]

Makes networks at random, lets arpad serve and `arpactl export` write them, compares what was
written with what this test works out by itself, lets the three others serve the written master
files, and asks all four the same questions over UDP and TCP. Differences that are right are listed
with the RFC that makes them so in comparison.py; any other fails the test, and the files are kept.
The paths of the programs stand in ARPAD and ARPACTL. With --self-test arpad's part is played by
expansion.py and answering.py, so that the test can be tried without it.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import os
import shutil
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import answering
import asking
import comparison
import expansion
import generator
import masterfile
import networks
import peers
import questions
import wire
from arpad_server import Workspace, run_program

SAMPLES = HERE.parents[1] / "zones"
MOST_IN_GROUP = 25
MOST_SHOWN = 8  # failures of a group that are shown in full
KINDS = ("empty non-terminal", "hole", "nested range", "cut in a range", "wildcard beside a cut",
         "CNAME at an address", "DNAME at an address", "RFC 2317 slash", "RFC 2317 dash",
         "RFC 2317 range", "nested networks")


@dataclass
class Tally:
    """What was compared."""

    questions: int = 0
    replies: int = 0
    zones: int = 0
    kinds: collections.Counter = field(default_factory=collections.Counter)
    rules: collections.Counter = field(default_factory=collections.Counter)
    failures: list = field(default_factory=list)

    def add(self, other):
        """Adds what another process compared."""
        self.questions += other.questions
        self.replies += other.replies
        self.zones += other.zones
        self.kinds += other.kinds
        self.rules += other.rules
        self.failures += other.failures


class Group:
    """Networks of several seeds that are served at once, and what was found out about them.

    `parts` are pairs of a seed and an Expansion; the questions are made for each by itself, while
    all zones are served together."""

    def __init__(self, label, count, is_self_test):
        self.label = label
        self.count = count
        self.is_self_test = is_self_test
        self.tally = Tally()
        self.workspace = Workspace(settings="")
        self.parts = []
        self.zones = {}

    def run(self, seeds):
        """Compares everything; what fails is in the tally."""
        try:
            with contextlib.ExitStack() as stack:
                self._prepare(seeds)
                self._serve(stack)
        except Exception:  # pylint: disable=broad-exception-caught
            self.tally.failures.append(traceback.format_exc())
        if self.tally.failures:
            self.tally.failures.append(
                f"the files of {self.label} are kept in {self.workspace.directory}")
        else:
            shutil.rmtree(self.workspace.directory)
        return self.tally

    def _prepare(self, seeds):
        """Makes the zone files and works out what the zones hold."""
        worlds = []
        for seed in seeds:
            world = generator.make_world(seed)
            worlds.append(world)
            for name, network in generator.file_names(seed, world):
                self.workspace.write_zone(name, networks.zone_file(network))
            self.parts.append((seed, generator.expand(world)))
        if not seeds:
            for sample in SAMPLES.glob("*.yaml"):
                # The others can only take so many names of a range.
                text = sample.read_text(encoding="ascii").replace(
                    "2001:db8:0:40::/60", "2001:db8:0:40::/118")
                (self.workspace.zones / sample.name).write_text(text, encoding="ascii")
            return
        inventory = self.workspace.directory / "inventory.yaml"
        inventory.write_text(networks.inventory_file(worlds), encoding="ascii")
        config = self.workspace.config
        config.write_text(config.read_text(encoding="ascii") + "inventory: inventory.yaml\n",
                          encoding="ascii")

    def _serve(self, stack):
        """Starts all servers and asks them."""
        own = None
        directory = self.workspace.directory / "exported"
        directory.mkdir()
        if self.is_self_test:
            paths = self._write(directory)
        else:
            own = stack.enter_context(self.workspace.start("--strict"))
            paths = self._export(directory)
        started = [stack.enter_context(peer(self.workspace.directory / peer.name, paths))
                   for peer in peers.ALL]
        self.tally.zones = len(self.zones)
        for seed, made in self.parts:
            asked = questions.make_questions(made, seed, self.count)
            self._compare(seed, asked, own.endpoint if own else None, started)

    def _write(self, directory):
        """Writes the expansion as master files."""
        paths = {}
        for _, made in self.parts:
            for apex, zone in made.zones.items():
                self.zones[apex] = zone
                paths[apex] = directory / f"{len(paths)}.zone"
                zone.write(paths[apex])
        return paths

    def _export(self, directory):
        """Lets arpactl write the master files, and compares them with the expansion."""
        done = run_program("ARPACTL", "export", "-c", self.workspace.config, "all", "-o",
                           directory)
        if done.returncode != 0:
            raise AssertionError(f"arpactl export ended with {done.returncode}:\n{done.stdout}")
        paths = {}
        for path in sorted(directory.iterdir()):
            zone = masterfile.read(path)
            self.zones[zone.apex] = zone
            paths[zone.apex] = path
        if not self.parts:
            self.parts.append(("samples", expansion.Expansion(self.zones, {})))
            return paths
        expected = {apex for _, made in self.parts for apex in made.zones}
        for apex in sorted(expected ^ self.zones.keys()):
            self.tally.failures.append(
                f"zone {wire.name_text(apex)} is "
                f"{'not exported' if apex in expected else 'exported, but is none'}")
        for seed, made in self.parts:
            for apex in made.zones.keys() & self.zones.keys():
                found = masterfile.differences(made.zones[apex], self.zones[apex])
                self._complain(seed, f"zone {wire.name_text(apex)} is exported otherwise", found)
        return paths

    def _complain(self, seed, what, lines):
        if lines:
            more = [f"and {len(lines) - 20} more"] if len(lines) > 20 else []
            self.tally.failures.append("\n  ".join([f"seed {seed}: {what}", *lines[:20], *more]))

    def _compare(self, seed, asked, own, started):
        """Asks all servers the questions of a seed, and judges the replies."""
        bare = [question for question, _ in asked]
        replies = {}
        if own is not None:
            replies["arpad"] = _ask(own, bare)
        for peer in started:
            replies[peer.name] = _ask(peer.endpoint, bare)
        if own is None:
            replies["arpad"] = self._stand_in(bare, replies["Knot"])
        self.tally.questions += len(asked)
        for position, (question, kinds) in enumerate(asked):
            self.tally.kinds.update(kinds)
            for transport in (0, 1):
                pairs = {name: (found[transport][position], found[1][position])
                         for name, found in replies.items()}
                self._judge(seed, question, transport == 0, pairs)

    def _judge(self, seed, question, is_udp, pairs):
        self.tally.replies += len(pairs)
        ours = pairs.pop("arpad")
        verdict = comparison.judge(self.zones, question, is_udp, ours, pairs)
        self.tally.rules.update(verdict.rules)
        if not verdict.complaints:
            return
        if len(self.tally.failures) >= MOST_SHOWN:
            self.tally.failures.append(f"seed {seed}: {question}")
            return
        lines = [f"seed {seed}: {question} over {'UDP' if is_udp else 'TCP'}: "
                 + "; ".join(verdict.complaints), f"arpad: {ours[0]}"]
        lines += [f"{name}: {pair[0]}" for name, pair in pairs.items()]
        lines.append(f"expected: {answering.answer(self.zones, question)}")
        self.tally.failures.append("\n".join(lines))

    def _stand_in(self, bare, knot):
        """The replies of answering.py; how large they are is taken from Knot."""
        over_udp, over_tcp = [], []
        for position, question in enumerate(bare):
            made = answering.answer(self.zones, question)
            over_tcp.append(made._replace(size=knot[1][position].size))
            if knot[0][position].is_truncated:
                made = made._replace(flags=made.flags | wire.TC, answer=frozenset(),
                                     authority=frozenset(), additional=frozenset())
            over_udp.append(made)
        return over_udp, over_tcp


def _ask(endpoint, bare):
    """The replies over UDP and over TCP."""
    return ([wire.read_reply(octets) for octets in asking.ask_udp(endpoint, bare)],
            [wire.read_reply(octets) for octets in asking.ask_tcp(endpoint, bare)])


def run_group(label, seeds, count, is_self_test):
    """Compares the networks of some seeds; the samples if there are none."""
    return Group(label, count, is_self_test).run(seeds)


def groups_of(arguments):
    """Labels and seeds of the groups; the samples are one without seeds."""
    seeds = list(range(arguments.first_seed, arguments.first_seed + arguments.seeds))
    if arguments.seed is not None:
        seeds = [arguments.seed]
    size = min(MOST_IN_GROUP, max(1, -(-len(seeds) // arguments.jobs)))
    for start in range(0, len(seeds), size):
        part = seeds[start:start + size]
        yield f"seeds {part[0]} to {part[-1]}", part
    if arguments.seed is None and not arguments.self_test:
        yield "the samples", []


def report(tally, seconds, is_alone):
    """Prints what was compared; returns what is missing."""
    print(f"{tally.questions:,} questions compared over UDP and TCP ({tally.replies:,} replies), "
          f"{tally.zones:,} zones, {seconds:.0f} s")
    for kind in KINDS:
        print(f"  {tally.kinds[kind]:9,} about {kind}")
    reasons = {rule.name: rule.reason for rule in comparison.RULES}
    print("differences that are right:")
    for (rule, peer), count in sorted(tally.rules.items()):
        print(f"  {count:9,} {peer:5} {rule} ({reasons[rule]})")
    return [] if is_alone else [f"no question about {kind}" for kind in KINDS
                                if not tally.kinds[kind]]


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds (default 200)")
    parser.add_argument("--first-seed", type=int, default=0, help="the first of them (default 0)")
    parser.add_argument("--seed", type=int, help="this seed alone")
    parser.add_argument("--questions", type=int, default=1100,
                        help="at least so many for each seed (default 1100)")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1),
                        help="groups of seeds that are compared at once")
    parser.add_argument("--self-test", action="store_true", help="try the test without arpad")
    return parser.parse_args()


def main():
    """Compares all groups and says what it was like."""
    arguments = parse_arguments()
    started = time.monotonic()
    tally = Tally()
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        jobs = [pool.submit(run_group, label, seeds, arguments.questions, arguments.self_test)
                for label, seeds in groups_of(arguments)]
        for job in concurrent.futures.as_completed(jobs):
            tally.add(job.result())
    missing = report(tally, time.monotonic() - started, arguments.seed is not None)
    for text in tally.failures + missing:
        print(f"test_agreement: {text}")
    if tally.failures:
        print("test_agreement: to see one seed alone: "
              f"test_agreement.py {'--self-test ' if arguments.self_test else ''}--seed N")
    failed = bool(tally.failures or missing)
    print(f"test_agreement: {'FAILED' if failed else 'passed'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

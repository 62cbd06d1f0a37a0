"""The benchmarks, small and short: that they work, not how fast what they measure is."""

import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from arpad_server import program

BENCH = Path(__file__).resolve().parents[2] / "tools" / "bench"
COMPARE = BENCH / "compare"
RUN_SECONDS = 250.0
START_SECONDS = 60.0

sys.path.insert(0, str(BENCH))
# pylint: disable=wrong-import-position
import checker  # noqa: E402
import datasets  # noqa: E402
import questions  # noqa: E402
import servers  # noqa: E402


def arguments(output, *options):
    """A command line that measures for a second each."""
    return [sys.executable, COMPARE, "--records", "2000", "--rounds", "1", "--seconds", "1",
            "--output", output, *options]


class BenchTestCase(unittest.TestCase):
    """Tests with a directory of their own, where the benchmark keeps what it needs."""

    def setUp(self):
        self.directory = Path(self.enterContext(
            tempfile.TemporaryDirectory(prefix="arpad-test-")))
        self.environment = os.environ | {"TMPDIR": str(self.directory)}


@unittest.skipUnless(servers.find_program("dnsperf"), "dnsperf is not installed")
class Compare(BenchTestCase):
    """The script as it is run."""

    def run_compare(self, *options):
        """Runs it; returns the figures by data set and label, and what it printed."""
        output = self.directory / "output"
        done = subprocess.run(arguments(output, *options), env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=RUN_SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(list(self.directory.iterdir()), [output], "something was left behind")
        self.assertIn("## What is wanted", (output / "compare.md").read_text(encoding="utf-8"))
        written = json.loads((output / "compare.json").read_text(encoding="utf-8"))
        return {(sample["dataset"], sample["label"]): sample["figures"]
                for sample in written["samples"]}, done.stdout

    def test_arpad_is_compared_with_the_echo_and_the_peers_that_are_installed(self):
        figures, output = self.run_compare()
        peers = [peer.name for name, peer in servers.PEERS.items()
                 if name in servers.DEFAULT_PEERS and servers.find_program(peer.program)]
        labels = ["arpad", "arpad, gather 0", "echo", *peers]
        self.assertEqual(set(figures), {("ipv4", label) for label in labels})
        for (_, label), found in figures.items():
            for key in ("udp_cpu_us", "udp_per_second", "udp_checked", "latency_p99_us",
                        "memory_kb", "load_wall_s"):
                self.assertGreater(found[key], 0, f"{label}: {key}")
            if label != "echo":
                self.assertGreater(found["tcp_per_second"], 0, label)
        self.assertIn("ipv4: octets of memory per record", output)

    def test_every_kind_of_data_is_served_and_answered_rightly(self):
        figures, _ = self.run_compare("--peers", "none", "--edns", "--floods", "--data", "ipv6",
                                      "mixed", "many-zones")
        for dataset in ("ipv6", "mixed", "many-zones"):
            self.assertGreater(figures[dataset, "arpad"]["udp_checked"], 0, dataset)
            self.assertGreater(figures[dataset, "arpad"]["restart_wall_s"], 0, dataset)
        self.assertEqual(figures["floods", "hits"]["flood_answered_percent"], 100.0)
        self.assertLess(figures["floods", "malformed"]["flood_answered_percent"], 100.0)

    def test_an_interrupt_ends_all_that_was_started(self):
        log = self.directory / "log"
        with open(log, "wb") as file, subprocess.Popen(
                arguments(self.directory / "output", "--peers", "none"), env=self.environment,
                stdin=subprocess.DEVNULL, stdout=file, stderr=file) as process:
            deadline = time.monotonic() + START_SECONDS
            while not self.servers_running() and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertTrue(self.servers_running(), log.read_text(encoding="utf-8"))
            process.send_signal(signal.SIGINT)
            process.wait(START_SECONDS)
        self.assertEqual(process.returncode, 130, log.read_text(encoding="utf-8"))
        self.assertFalse(self.servers_running())
        self.assertEqual(list(self.directory.iterdir()), [log])

    def servers_running(self):
        """Whether a process works in our directory."""
        for entry in Path("/proc").glob("[0-9]*/cwd"):
            try:
                if Path(os.readlink(entry)).is_relative_to(self.directory):
                    return True
            except OSError:
                continue  # it has ended, or is another user's
        return False


@unittest.skipUnless(servers.find_program("dnsperf"), "dnsperf is not installed")
@unittest.skipUnless(os.geteuid() == 0, "only root makes network namespaces")
@unittest.skipUnless({0, 1} <= os.sched_getaffinity(0), "server and clients have a core each")
class Attack(BenchTestCase):
    """tools/bench/attack, with few spoofed queries: what does not depend on the machine's speed."""

    def test_what_is_promised_under_attack_is_kept(self):
        arpad = Path(program("ARPAD"))
        if b"__asan_init" in arpad.read_bytes():
            self.skipTest("sanitizers take memory of their own")
        done = subprocess.run(
            [sys.executable, BENCH / "attack", "--seconds", "4", "--rate", "5000", "--asks", "5",
             "--connections", "40", "--build", arpad.parents[2]], env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=RUN_SECONDS, check=False)
        if "attack: ip " in done.stdout:
            self.skipTest(done.stdout)
        verdicts = dict(re.findall(r"(?m)^(.*): \S+, at \w+ \S+: (met|NOT MET)$", done.stdout))
        kept = [text for text, verdict in verdicts.items() if verdict == "met"]
        for text in ("octets sent per octet received", "neighbours answered over TCP",
                     "neighbours answered by a cookie", "KiB of a connection by TCP, idle",
                     "KiB of a connection by TCP, most", "KiB of a connection by TLS, idle",
                     "KiB of a connection by TLS, most"):
            self.assertIn(text, kept, done.stdout)
        self.assertEqual(len(verdicts), 13, done.stdout)
        self.assertEqual(list(self.directory.iterdir()), [], "something was left behind")


@unittest.skipUnless(servers.find_program("dnsperf"), "dnsperf is not installed")
class Transfer(BenchTestCase):
    """tools/bench/transfer, small and short."""

    def test_transfers_of_arpad_and_of_peers_are_measured(self):
        output = self.directory / "output.json"
        done = subprocess.run(
            [sys.executable, BENCH / "transfer", "--records", "2000", "--rounds", "1", "--times",
             "2", "--at-once", "2", "--seconds", "1", "--peers", "nsd,knot,bind", "--output",
             output], env=self.environment, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=RUN_SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(list(self.directory.iterdir()), [output], "something was left behind")
        samples = json.loads(output.read_text(encoding="utf-8"))["samples"]
        self.assertEqual([label for label, _ in samples], ["arpad", "NSD", "Knot", "BIND"])
        for label, figures in samples:
            for key in ("axfr_s", "axfr_octets", "alone_per_second", "full_transfers"):
                self.assertGreater(figures[key], 0, f"{label}: {key}")
        self.assertRegex(done.stdout, r"AXFR, arpad : (NSD|Knot) +at most 1")


class Checking(BenchTestCase):
    """The comparison of replies with the data."""

    def dataset(self, seed):
        """A small data set."""
        directory = self.directory / f"data-{seed}"
        directory.mkdir()
        return datasets.ipv4(datasets.Request(directory, 1000, seed, None, False))

    def test_an_answer_that_the_data_do_not_say_fails_the_run(self):
        served, asked = self.dataset(1), self.dataset(2)
        arpad = servers.Arpad(self.directory / "arpad", served, min(os.sched_getaffinity(0)),
                              program("ARPAD"))
        with arpad as server:
            server.start()
            server.dataset = dataclasses.replace(served, questions=asked.questions)
            with self.assertRaises(checker.WrongAnswer):
                with checker.Checker(server, "udp", False):
                    time.sleep(1.0)

    def test_a_data_set_depends_on_its_seed_alone(self):
        first = self.dataset(1)
        text = next(first.zones.iterdir()).read_text(encoding="ascii")
        shutil.rmtree(self.directory / "data-1")
        second = self.dataset(1)
        self.assertEqual(next(second.zones.iterdir()).read_text(encoding="ascii"), text)
        self.assertEqual(second.questions, first.questions)
        self.assertNotEqual(self.dataset(2).questions, first.questions)

    def test_one_question_in_ten_is_for_a_name_that_does_not_exist(self):
        asked = self.dataset(1).questions
        absent = [question for question in asked if question.kind == questions.ABSENT]
        self.assertEqual(len(absent) * 10, len(asked))


if __name__ == "__main__":
    unittest.main()

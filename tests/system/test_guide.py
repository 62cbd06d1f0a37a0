"""The examples of docs/guide.md: the files and commands of each section in an empty directory.

What a fenced block of the guide is follows from its info string:

    yaml title=zones/a.yaml  a file (of any language); the text right above the block names it
    console                  `$ COMMAND`, continued with `> `, and below it what it prints
    sh, text, yaml           not tried: it needs root or another machine, or is part of something

Of what a command prints a line `...` stands for any lines, and `...` in a line for any text. What
differs from run to run may do so: times, process numbers, workers, versions, files read (those
that have just been written are read again), and serials, of which one that is shown twice has to
be the same again, and a higher one may not be lower. A command that ends with `&` runs until the
end of its section; shown is how its output begins.

The guide's ports 5300 to 5309 become free ones, so that tests can run side by side.
"""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from dataclasses import dataclass, field
from pathlib import Path

from arpad_server import check_clean, program
from dns_tools import ALLOW_MISSING

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide.md"
UNTRIED = {"sh", "text", "yaml"}
PACKAGES = {"dig": "bind9-dnsutils", "named": "bind9", "named-checkzone": "bind9"}

START_SECONDS = 60.0
RUN_SECONDS = 100.0
# Below those that the system gives away by itself, to other tests and to dig for its questions.
PORTS = range(20000, 32000)

_PORT = re.compile(r"\b530\d\b")
_SERIAL = r"\b\d{10}\b"
_VARYING = [r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)", r"\bprocess \d+", r"\bup +\d+s", r"\b\d+ ms\b",
            r"\bid: \d+", r"\b\d+ workers?\b", r"\b\d+ files? read\b", r"\barpad \d+\.\d+\.\d+"]
_PIECE = re.compile("|".join(f"({kind})" for kind in [_SERIAL, r"\.\.\.", *_VARYING]))


# The guide.

@dataclass(frozen=True)
class File:
    """A file that the guide has the reader write."""

    path: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command of the guide, and what it prints."""

    text: str
    output: str
    line: int

    @property
    def is_started(self):
        """It runs on while others are tried."""
        return self.text.endswith("&")


@dataclass
class Section:
    """What is below a heading of the second level."""

    title: str
    steps: list = field(default_factory=list)

    @property
    def commands(self):
        return [step for step in self.steps if isinstance(step, Command)]

    @property
    def numbers(self):
        """The numbers in files: what looks like a serial and is one of these is not any serial."""
        return {number for step in self.steps if isinstance(step, File)
                for number in re.findall(_SERIAL, step.text)}


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    section: Section
    info: str
    text: str
    line: int
    above: str  # the text since the block or heading before it

    @property
    def title(self):
        """The file that it is, if it is one."""
        found = re.fullmatch(r"\S+ title=(\S+)", self.info)
        return found[1] if found else None


def read_blocks(text):
    """The blocks of the guide in order, and its headings of the second level as Sections."""
    blocks, sections, above = [], [Section("")], []
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        if line.startswith("```"):
            inner = []
            for _, content in lines:
                if content == "```":
                    break
                inner.append(content + "\n")
            blocks.append(Block(sections[-1], line[3:], "".join(inner), number, "\n".join(above)))
            above = []
        elif line.startswith("#"):
            above = []
            if line.startswith("## "):
                sections.append(Section(line[3:]))
        else:
            above.append(line)
    return blocks, sections


def read_commands(text, line):
    """The commands of a console block whose first line has the number `line`."""
    parts = []
    for number, content in enumerate(text.splitlines(), line):
        if content.startswith("$ "):
            parts.append(([content[2:]], [], number))
        elif content.startswith("> ") and parts and not parts[-1][1]:
            parts[-1][0].append(content[2:])
        elif not parts:
            raise AssertionError(f"{GUIDE.name}:{number}: output before the first command")
        else:
            parts[-1][1].append(content)
    return [Command("\n".join(command), "\n".join(output), number)
            for command, output, number in parts]


def read_guide(text):
    """The sections of the guide with their steps, and all blocks."""
    blocks, sections = read_blocks(text)
    for block in blocks:
        if block.title:
            block.section.steps.append(File(block.title, block.text))
        elif block.info == "console":
            block.section.steps += read_commands(block.text, block.line + 1)
    return sections, blocks


# Comparing.

def tidied(text):
    """Text without empty lines, with one blank where there are several or tabs."""
    lines = (re.sub(r"[ \t]+", " ", line).rstrip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line)


class Comparison:
    """Tells whether outputs are as shown, in one section: serials that are shown are remembered."""

    def __init__(self, literal_numbers=()):
        self._literal = set(literal_numbers)
        self._serials = {}  # as shown -> as it was

    def agrees(self, shown, printed, only_beginning=False):
        """`printed` is what is `shown`, or begins so."""
        pattern, serials = self._pattern(tidied(shown))
        match = re.match if only_beginning else re.fullmatch
        found = match(pattern, tidied(printed))
        if not found:
            return False
        known = dict(self._serials)
        for number, serial in zip(serials, found.groups()):
            if known.setdefault(number, serial) != serial:
                return False
        actual = [int(known[number]) for number in sorted(known, key=int)]
        if actual != sorted(actual):
            return False
        self._serials = known
        return True

    def _pattern(self, shown):
        """A regular expression, and the serials that its groups stand for."""
        pattern, serials = "", []
        for line in shown.splitlines():
            if line.strip() == "...":
                pattern += r"(?:.*\n)*?"
                continue
            end = 0
            for piece in _PIECE.finditer(line):
                pattern += re.escape(line[end:piece.start()])
                end = piece.end()
                if piece.lastindex > 2:
                    pattern += _VARYING[piece.lastindex - 3]
                elif piece[0] == "...":
                    pattern += ".*"
                elif piece[0] in self._literal:
                    pattern += piece[0]
                else:
                    pattern += r"(\d+)"
                    serials.append(piece[0])
            pattern += re.escape(line[end:]) + r"\n"
        return pattern, serials


# Trying.

def is_free(port):
    """Nothing listens on a port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, \
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
        try:
            datagrams.bind(("127.0.0.1", port))
            stream.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Ports:
    """Free ports in place of those of the guide."""

    def __init__(self):
        self._ours = {}  # theirs -> ours

    def put_in(self, text):
        """Text of the guide with our ports."""
        return _PORT.sub(lambda found: self._ours.get(found[0]) or self._choose(found[0]), text)

    def take_out(self, text):
        """What was printed with the ports of the guide."""
        for theirs, ours in self._ours.items():
            text = re.sub(rf"\b{ours}\b", theirs, text)
        return text

    def _choose(self, theirs):
        ours = next(str(port) for port in random.sample(PORTS, 1000) if is_free(port))
        self._ours[theirs] = ours
        return ours


class Shell:
    """bash in a directory, with the programs that are tested on its PATH."""

    def __init__(self, root):
        self._logs = []
        self._root = Path(root)
        self.directory = self._root / "section"
        self.directory.mkdir()
        programs = self._root / "programs"
        programs.mkdir()
        for name in ("arpad", "arpactl"):
            (programs / name).symlink_to(program(name.upper()))
        environment = {**os.environ, "LC_ALL": "C", "HOME": str(self._root),
                       "PATH": f"{programs}:{os.environ['PATH']}:/usr/sbin:/sbin"}
        # pylint: disable-next=consider-using-with
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=self.directory, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="backslashreplace", start_new_session=True)

    def run(self, command):
        """What a command prints, on both of its outputs."""
        watchdog = threading.Timer(RUN_SECONDS, self._kill)
        watchdog.start()
        try:
            # In the shell itself, which remembers variables, and without the script as input.
            self._process.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n%s\\n' :end:\n")
            self._process.stdin.flush()
            lines = []
            while (line := self._process.stdout.readline()) != ":end:\n":
                if not line:
                    raise AssertionError(f"the shell has ended: {command}\n{''.join(lines)}")
                lines.append(line)
        finally:
            watchdog.cancel()
        output = "".join(lines)
        check_clean(output)
        return output

    def start(self, command):
        """Starts a command that ends with `&`, and returns the file of what it prints."""
        log = self._root / f"log{len(self._logs)}"
        log.touch()
        self.run(f"{command.removesuffix('&')} >{log} 2>&1 &\nservers+=($!)")
        self._logs.append(log)
        return log

    def has_ended(self):
        """The last command that was started runs no more."""
        return bool(self.run("kill -0 $! 2>&1").strip())

    def stop(self):
        """Stops what was started; what it ended with, in order."""
        ends = self.run('for server in "${servers[@]}"; do kill "$server"; done\n'
                        'for server in "${servers[@]}"; do wait "$server"; echo $?; done')
        for log in self._logs:
            check_clean(log.read_text(errors="backslashreplace"))
        return ends.split()

    def close(self):
        """Ends the shell, and what may be left of it."""
        self._process.stdin.close()
        self._kill()
        self._process.wait()
        self._process.stdout.close()

    def _kill(self):
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Examples(unittest.TestCase):
    """One test for each section with commands; they are added below."""

    def setUp(self):
        root = tempfile.mkdtemp(prefix="arpad-guide-")
        self.addCleanup(shutil.rmtree, root)
        self.shell = Shell(root)
        self.addCleanup(self.shell.close)
        self.ports = Ports()

    def try_section(self, section):
        """Does what the section says."""
        find_tools(section)
        comparison = Comparison(section.numbers)
        for step in section.steps:
            if isinstance(step, File):
                path = self.shell.directory / step.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self.ports.put_in(step.text), encoding="utf-8")
            elif step.is_started:
                self.start(step, comparison)
            else:
                printed = self.as_shown(self.shell.run(self.ports.put_in(step.text)))
                if not comparison.agrees(step.output, printed):
                    self.fail(difference(step, printed))
        ends = self.shell.stop()
        self.assertEqual(set(ends) - {"0"}, set(), "a server did not end well")

    def as_shown(self, printed):
        """What is printed where the ports are those of the guide, and its reader is not root."""
        return re.sub(r"(?m)^.* warning: arpad runs as root\n  .*\n", "",
                      self.ports.take_out(printed))

    def start(self, step, comparison):
        """Starts a server and waits until it prints what is shown."""
        log = self.shell.start(self.ports.put_in(step.text))
        deadline = time.monotonic() + START_SECONDS
        while True:
            has_ended = self.shell.has_ended() or time.monotonic() > deadline
            printed = self.as_shown(log.read_text(errors="backslashreplace"))
            if comparison.agrees(step.output, printed, only_beginning=True):
                return
            if has_ended:
                self.fail(difference(step, printed))
            time.sleep(0.02)  # between two attempts, not in the hope that one is enough


def difference(step, printed):
    """What to say of an output that is not the one shown."""
    return (f"{GUIDE.name}:{step.line}: $ {step.text}\n--- shown:\n{step.output}\n"
            f"--- printed:\n{printed.strip()}\n")


def find_tools(section):
    """Fails, or skips if that is allowed, where a program that a section runs is missing."""
    words = {word for step in section.commands for word in step.text.split()}
    missing = {package for tool, package in PACKAGES.items()
               if tool in words and not shutil.which(tool)
               and not shutil.which(tool, path="/usr/sbin:/sbin")}
    if not missing:
        return
    message = f"tools are missing: apt-get install {' '.join(sorted(missing))}"
    if os.environ.get(ALLOW_MISSING):
        raise unittest.SkipTest(message)
    raise AssertionError(f"{message}, or set {ALLOW_MISSING}=1")


def slug(heading):
    """The anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(path):
    """The anchors of a page."""
    text = re.sub(r"(?ms)^```.*?^```$", "", path.read_text(encoding="utf-8"))
    return {slug(heading) for heading in re.findall(r"(?m)^#+ (.*)$", text)}


SECTIONS, BLOCKS = read_guide(GUIDE.read_text(encoding="utf-8"))


class Guide(unittest.TestCase):
    """The page itself."""

    def test_every_block_is_of_a_known_kind(self):
        for block in BLOCKS:
            with self.subTest(line=block.line):
                self.assertTrue(block.title or block.info in UNTRIED | {"console"}, block.info)

    def test_files_are_named_in_the_text(self):
        # The info string is not shown to who reads the page.
        for block in BLOCKS:
            if block.title:
                with self.subTest(line=block.line):
                    self.assertIn(f"`{block.title}`", block.above)

    def test_links_lead_somewhere(self):
        text = GUIDE.read_text(encoding="utf-8")
        links = re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text)
        self.assertTrue(links)
        for target, anchor in links:
            with self.subTest(link=f"{target}#{anchor}"):
                page = GUIDE.parent / target if target else GUIDE
                self.assertTrue(page.exists())
                if anchor:
                    self.assertIn(anchor, anchors(page))

    def test_contents_list_every_section(self):
        text = GUIDE.read_text(encoding="utf-8")
        for section in SECTIONS[1:]:
            self.assertIn(f"[{section.title}](#{slug(section.title)})", text)


class ComparisonTest(unittest.TestCase):
    """What agrees with what is shown, and what does not."""

    def agrees(self, *pairs, **options):
        """Whether each of several outputs of a section agrees with what is shown."""
        comparison = Comparison(options.pop("literal", ()))
        return [comparison.agrees(shown, printed, **options) for shown, printed in pairs]

    def test_the_same(self):
        self.assertEqual(self.agrees(("a  b\n\nc", "a\tb\nc\n")), [True])

    def test_another_text(self):
        self.assertEqual(self.agrees(("a.b", "axb"), ("", "a"), ("a", ""), ("a", "a\nb")),
                         [False] * 4)

    def test_what_is_left_out(self):
        self.assertEqual(self.agrees(("a\n...\nd", "a\nb\nc\nd"), ("a\n...\nd", "a\nd"),
                                     ("x ... z", "x y z"), ("x ... z", "x y"), ("a\n...", "b")),
                         [True, True, True, False, False])

    def test_the_beginning(self):
        self.assertEqual(self.agrees(("a", "a\nb"), ("b", "a\nb"), only_beginning=True),
                         [True, False])

    def test_times_and_numbers_of_processes(self):
        shown = "2026-11-25T04:32:20.170+00:00 process 7, up 1s"
        self.assertEqual(self.agrees((shown, "2027-01-02T03:04:05.678+00:00 process 812, up 12s"),
                                     (shown, "yesterday process 7, up 1s")), [True, False])

    def test_serials_are_the_same_again(self):
        self.assertEqual(self.agrees(("1795581140", "1800000000"), ("1795581140", "1800000000"),
                                     ("1795581140", "1800000001")), [True, True, False])

    def test_serials_do_not_go_back(self):
        self.assertEqual(self.agrees(("1795581140 -> 1795581141", "1800000000 -> 1800000007"),
                                     ("1795581145", "1800000006"), ("1795581145", "1800000007")),
                         [True, False, True])

    def test_numbers_that_are_written_in_files(self):
        self.assertEqual(self.agrees(("2026112201", "2026112201"), ("2026112201", "2026112202"),
                                     literal={"2026112201"}), [True, False])


def _test_of(section):
    return lambda self: self.try_section(section)


for _section in SECTIONS:
    if _section.commands:
        setattr(Examples, "test_" + slug(_section.title).replace("-", "_"), _test_of(_section))


if __name__ == "__main__":
    unittest.main()

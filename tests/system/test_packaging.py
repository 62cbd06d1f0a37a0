"""What `cmake --install` puts where, and that it works there.

The environment variable ARPAD_BUILD is the build directory, CMAKE the program to install with.
tools/checks/deb_package looks at the Debian package.
"""

import os
import re
import shutil
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from dns_tools import find_tool

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 100

PROGRAMS = {"usr/sbin/arpad", "usr/bin/arpactl"}
MAN_PAGES = {"usr/share/man/man5/arpad.yaml.5", "usr/share/man/man5/arpad-zone.5",
             "usr/share/man/man5/arpad-inventory.5", "usr/share/man/man8/arpad.8",
             "usr/share/man/man8/arpactl.8"}
COMPLETIONS = {"usr/share/bash-completion/completions/arpactl",
               "usr/share/zsh/vendor-completions/_arpactl"}
UNIT = "usr/lib/systemd/system/arpad.service"
DOCUMENTS = "usr/share/doc/arpad"
EXAMPLES = f"{DOCUMENTS}/examples"


def setting(variable):
    """What an environment variable says."""
    value = os.environ.get(variable)
    if not value:
        raise AssertionError(f"set {variable}; CTest does so")
    return value


def run(command, **environment):
    """Runs a command that succeeds; what it printed on both of its outputs is in `stdout`."""
    done = subprocess.run(
        list(map(str, command)), env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done


def repository_files(folder, pattern="*"):
    """Files below a folder of the repository, relative to it."""
    return {str(path.relative_to(ROOT / folder)) for path in (ROOT / folder).rglob(pattern)
            if path.is_file()}


class Installed(unittest.TestCase):
    """An installation with the prefix /usr in a directory of its own."""

    @classmethod
    def setUpClass(cls):
        cls.root = Path(tempfile.mkdtemp(prefix="arpad-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        run([setting("CMAKE"), "--install", setting("ARPAD_BUILD"), "--prefix", "/usr"],
            DESTDIR=str(cls.root))
        cls.files = {str(path.relative_to(cls.root)) for path in cls.root.rglob("*")
                     if not path.is_dir()}

    def below(self, folder):
        """The files below a folder, relative to it."""
        return {file.removeprefix(f"{folder}/") for file in self.files
                if file.startswith(f"{folder}/")}

    def test_everything_has_its_place(self):
        pages = {file for file in self.files if file.startswith("usr/share/man/")}
        self.assertEqual(pages, MAN_PAGES, "without lowdown there are no man pages")
        elsewhere = {file for file in self.files if not file.startswith(f"{DOCUMENTS}/")}
        self.assertEqual(elsewhere, PROGRAMS | MAN_PAGES | COMPLETIONS | {UNIT})

    def test_documents_and_samples_are_those_of_the_repository(self):
        manual = {path.name for path in (ROOT / "docs").glob("*.md")}
        samples = ({f"zones/{file}" for file in repository_files("zones", "*.yaml")}
                   | {f"config/{file}" for file in repository_files("config")
                      if file.split("/")[0] not in ("debian", "docker", "systemd")})
        self.assertEqual(self.below(DOCUMENTS),
                         manual | {"copyright", "SECURITY.md"}
                         | {f"examples/{file}" for file in samples})
        for kind in ("schema/zone.schema.json", "prometheus/arpad.rules.yml",
                     "grafana/arpad.json", "arpad.yaml", "minimal.yaml"):
            self.assertIn(f"config/{kind}", samples)

    def test_only_programs_are_executable_and_only_root_writes(self):
        for file in self.files:
            mode = (self.root / file).lstat().st_mode
            self.assertTrue(stat.S_ISREG(mode), file)
            self.assertEqual(oct(mode & 0o7777), oct(0o755 if file in PROGRAMS else 0o644), file)

    def test_programs_run(self):
        for name in PROGRAMS:
            self.assertRegex(run([self.root / name, "--version"]).stdout, r"\d+\.\d+\.\d+")

    def test_unit_starts_the_program_that_is_installed(self):
        unit = (self.root / UNIT).read_text(encoding="utf-8")
        (command,) = re.findall(r"(?m)^ExecStart=/(\S+) -c /etc/arpad/arpad\.yaml$", unit)
        self.assertIn(command, PROGRAMS)

    def test_programs_are_hardened(self):
        cache = (Path(setting("ARPAD_BUILD")) / "CMakeCache.txt").read_text(encoding="utf-8")
        if not re.search(r"(?m)^ARPAD_HARDENING:BOOL=(ON|TRUE|1)$", cache):
            self.skipTest("this build is not hardened")
        for name in PROGRAMS:
            file = self.root / name
            layout = run([find_tool("readelf"), "--wide", "--program-headers", "--dynamic",
                          file]).stdout
            for mark in ("GNU_RELRO", "BIND_NOW", "PIE"):
                self.assertIn(mark, layout, name)
            self.assertRegex(layout, r"GNU_STACK .* RW +0x", name)
            symbols = run([find_tool("readelf"), "--wide", "--dyn-syms", file]).stdout
            for symbol in ("__stack_chk_fail", "__memcpy_chk"):
                self.assertIn(symbol, symbols, name)

    def test_samples_are_good(self):
        run([self.root / "usr/sbin/arpad", "-c", self.root / EXAMPLES / "config/arpad.yaml",
             "--check"])

    def test_man_pages_render_without_warnings(self):
        for page in MAN_PAGES:
            done = subprocess.run(
                [find_tool("man"), "--warnings", "-E", "UTF-8", "-l", "-Tutf8", self.root / page],
                env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MAN_KEEP_STDERR": "1"},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                timeout=SECONDS, check=True, text=True)
            self.assertEqual(done.stderr, "", page)
            self.assertGreater(len(done.stdout.splitlines()), 20, page)

    def test_man_pages_are_found_by_subject(self):
        for page in MAN_PAGES:
            name = Path(page).stem
            self.assertIn(f': "{name} - ', run([find_tool("lexgrog"), self.root / page]).stdout)


if __name__ == "__main__":
    unittest.main()

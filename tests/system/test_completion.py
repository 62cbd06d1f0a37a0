"""arpactl completion: what bash and zsh make of it, on a terminal and off it."""

import os
import re
import subprocess
import unittest

from arpad_server import RUN_SECONDS, Workspace, program, run_program
from dns_tools import ALLOW_MISSING
from terminal import Terminal

COMMAND_LINE = re.compile(r"^  (\S+)  +\S|^  (\S+)$", re.MULTILINE)
OPTION = re.compile(r"^  (-\S+)", re.MULTILINE)


def find_zsh():
    """The path of zsh; fails, or skips if that is allowed, where it is missing."""
    for directory in os.environ["PATH"].split(":"):
        path = os.path.join(directory, "zsh")
        if os.access(path, os.X_OK):
            return path
    message = "zsh is missing: apt-get install zsh"
    if os.environ.get(ALLOW_MISSING):
        raise unittest.SkipTest(message)
    raise AssertionError(f"{message}, or set {ALLOW_MISSING}=1")


def script(shell):
    """What arpactl prints for that shell."""
    done = run_program("ARPACTL", "completion", shell)
    assert done.returncode == 0, done.stdout
    return done.stdout


def described(path=()):
    """From --help: each command with its subcommands and its options, as (words, names, names)."""
    text = run_program("ARPACTL", *path, "--help").stdout
    parts = dict(re.findall(r"^(\w+):\n((?:  .*\n?|\s*$)+)", text, re.MULTILINE))
    commands = [found[0] or found[1]
                for found in COMMAND_LINE.findall(parts.get("Subcommands", ""))]
    options = [name for names in OPTION.findall(parts["Options"]) for name in names.split(",")]
    yield path, commands, options
    for command in commands:
        yield from described((*path, command))


class CompletionTestCase(unittest.TestCase):
    """A directory with files whose names are easy to get wrong."""

    def setUp(self):
        self.workspace = self.enterContext(Workspace())
        self.directory = self.workspace.directory
        (self.directory / "with two blanks.yaml").touch()
        (self.directory / "out put").mkdir()
        (self.directory / "out.yaml").touch()

    def write_script(self, name, shell):
        """Writes what arpactl prints for that shell."""
        path = self.directory / "completions" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(script(shell), encoding="utf-8")
        return path

    def start_shell(self, *command):
        """Starts a shell in which `arpactl` tells what it is given."""
        shell = self.enterContext(Terminal(command, cwd=self.directory, env={
            **os.environ, "TERM": "xterm", "PS1": "", "HOME": str(self.directory)}))
        shell.type("arpactl() { printf '<%s>' TOLD \"$@\" END; }\n")
        return shell

    def assert_completed(self, shell, typed, *arguments):
        """What is typed, with the Tab key, makes a command line with these arguments."""
        start = len(shell.output)
        shell.type(f"arpactl {typed}\n")
        shell.wait_for("<END>", start)
        told = shell.output[start:].partition("<TOLD>")[2].partition("<END>")[0]
        self.assertEqual(re.findall("<(.*?)>", told), list(arguments), shell.output)


class Bash(CompletionTestCase):
    """bash without anything else."""

    def offers(self, *words):
        """What the last of `words`, which has only begun, may become."""
        command = r"""
            source /dev/stdin
            COMP_WORDS=(arpactl "$@") COMP_CWORD=$#
            _arpactl
            printf '%s\n' "${COMPREPLY[@]}"
        """
        done = subprocess.run(["bash", "--norc", "--noprofile", "-euc", command, "bash", *words],
                              input=script("bash"), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False,
                              timeout=RUN_SECONDS)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout.split()

    def test_commands(self):
        self.assertEqual(self.offers("ex"), ["explain", "export"])
        self.assertEqual(self.offers("re"), ["reload"])
        self.assertIn("completion", self.offers(""))

    def test_commands_below_a_command(self):
        self.assertCountEqual(self.offers("log", ""), ["queries", "level"])
        self.assertEqual(self.offers("log", "q"), ["queries"])

    def test_options_of_a_command(self):
        self.assertEqual(self.offers("export", "--o"), ["--output", "--omit-ranges"])
        self.assertEqual(self.offers("log", "queries", "--cl"), ["--client"])
        self.assertEqual(self.offers("--v"), ["--version"])

    def test_a_command_that_takes_only_options(self):
        self.assertIn("--socket", self.offers("reload", ""))

    def test_options_behind_arguments(self):
        self.assertEqual(self.offers("export", "all", "--li"), ["--limit"])
        self.assertEqual(self.offers("export", "-c", "export", "--li"), ["--limit"])
        self.assertEqual(self.offers("export", "2001", ":", "db8", "::", "/32", "--li"),
                         ["--limit"])

    def test_choices(self):
        self.assertEqual(self.offers("log", "level", ""), ["debug", "info", "warning", "error"])
        self.assertEqual(self.offers("log", "level", "--json", "w"), ["warning"])
        self.assertEqual(self.offers("completion", "z"), ["zsh"])
        self.assertNotIn("zsh", self.offers("completion", "zsh", ""))

    def test_values_that_nobody_can_guess(self):
        self.assertEqual(self.offers("explain", "--type", ""), [])
        self.assertEqual(self.offers("explain", "--type", "=", ""), [])

    def test_everything_that_help_says(self):
        for path, commands, options in described():
            with self.subTest(path):
                self.assertCountEqual(self.offers(*path, "-"), options)
                if commands:
                    self.assertEqual(self.offers(*path, ""), commands)

    def test_files_on_a_terminal(self):
        shell = self.start_shell("bash", "--norc", "--noprofile", "-i")
        shell.type(f"source '{self.write_script('arpactl', 'bash')}'\n")
        self.assert_completed(shell, "che\twi\t", "check", "with two blanks.yaml")
        self.assert_completed(shell, "check -c wi\t", "check", "-c", "with two blanks.yaml")
        self.assert_completed(shell, "check --config=wi\t", "check",
                              "--config=with two blanks.yaml")
        self.assert_completed(shell, "check 'wi\t", "check", "with two blanks.yaml")
        self.assert_completed(shell, "export -o ou\t", "export", "-o", "out put/")
        self.assert_completed(shell, "log le\tw\t", "log", "level", "warning")


class Zsh(CompletionTestCase):
    """zsh with its own completion system and nothing else."""

    def test_syntax(self):
        path = self.write_script("_arpactl", "zsh")
        done = subprocess.run([find_zsh(), "-n", path], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, timeout=RUN_SECONDS)
        self.assertEqual((done.returncode, done.stdout), (0, b""))

    def test_everything_that_help_says(self):
        text = script("zsh")
        functions = dict(re.findall(r"(?ms)^(\w+)\(\) \{\n(.*?)^\}$", text))
        for path, commands, options in described():
            with self.subTest(path):
                function = functions["_".join(("_arpactl", *path))]
                offered = re.findall(r"^ +'(?:\*|\([^)]*\))(-[\w-]+)", function, re.MULTILINE)
                self.assertCountEqual(offered, options)
                for command in commands:
                    self.assertRegex(function, rf"(?m)^ +'{command}:\w")

    def test_on_a_terminal(self):
        for how in ("found", "sourced"):
            with self.subTest(how):
                self.check_on_terminal(how)

    def check_on_terminal(self, how):
        """Types, where the script is a file that zsh finds or one that is sourced."""
        shell = self.start_shell(find_zsh(), "-f", "-i")
        path = self.write_script("_arpactl", "zsh")
        if how == "found":
            shell.type(f"fpath=('{path.parent}' $fpath)\n")
        shell.type("autoload -U compinit && compinit -u -D\n")
        if how == "sourced":
            shell.type(f"source '{path}'\n")
        self.assert_completed(shell, "che\twi\t", "check", "with two blanks.yaml")
        self.assert_completed(shell, "check --config=wi\t", "check",
                              "--config=with two blanks.yaml")
        # The slash that it has added goes as the line ends.
        self.assert_completed(shell, "export -o ou\t", "export", "-o", "out put")
        self.assert_completed(shell, "export all --omi\t", "export", "all", "--omit-ranges")
        self.assert_completed(shell, "log le\tw\t", "log", "level", "warning")
        self.assert_completed(shell, "completion z\t", "completion", "zsh")
        self.assert_completed(shell, "rel\t --js\t", "reload", "--json")
        start = len(shell.output)
        shell.type("arpactl ex\t\t")
        shell.wait_for("Write networks as master files", start)


if __name__ == "__main__":
    unittest.main()

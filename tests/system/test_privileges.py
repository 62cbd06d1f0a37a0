"""Which user arpad is, and what it may do beyond that user's rights."""

import base64
import collections
import ctypes
import os
import pwd
import re
import shutil
import socket
import stat
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

from arpad_server import ReplyTestCase, Workspace, ZONE_DEFAULTS, program, run_program, wait_until
from certificates import Authority
from dns_tools import find_tool

ZONE = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: one.example.net\n"
CHANGED = "network: 192.0.2.0/24\nrecords:\n  192.0.2.1: two.example.net\n"
ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT, CONFIGURATION = 1, 2  # exit codes
USER = "nobody"
SECONDS = 60


def free_low_port():
    """A port below 1024 of 127.0.0.1 that nobody uses."""
    for port in range(700, 1024):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, \
                socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connections:
            try:
                datagrams.bind(("127.0.0.1", port))
                connections.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("every port from 700 to 1023 is in use")


def rights_of(process):
    """What /proc says of each thread of a process."""
    threads = []
    for task in Path(f"/proc/{process}/task").iterdir():
        lines = (task / "status").read_text(encoding="ascii").splitlines()
        threads.append(dict(line.split(":\t", 1) for line in lines if ":\t" in line))
    return threads


def filters_of(process):
    """By the names of its threads, the filters of system calls they have: how many instructions each is
    long. Skips the test where the system does not tell."""
    seize, interrupt, detach, get_filter, all_threads = 0x4206, 0x4207, 17, 0x420C, 0x40000000
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long] * 4

    def trace(request, number, address=0):
        result = libc.ptrace(request, number, address, 0)
        if result < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return result

    found = collections.defaultdict(set)
    for rights in rights_of(process):
        number, count = int(rights["Pid"]), int(rights["Seccomp_filters"])
        try:
            trace(seize, number)
            trace(interrupt, number)
            os.waitpid(number, all_threads)
            try:
                lengths = tuple(trace(get_filter, number, i) for i in range(count))
            finally:
                trace(detach, number)
        except OSError as error:
            raise unittest.SkipTest(f"filters cannot be seen: {error}") from error
        found[rights["Name"]].add(lengths)
    return found


@unittest.skipUnless(os.geteuid() == 0, "only root becomes another user")
class PrivilegesTestCase(ReplyTestCase):
    """Programs and files that any user can read."""

    def setUp(self):
        # A build may lie where only root gets to, and so do temporary directories.
        own = self.enterContext(Workspace()).directory
        own.chmod(0o755)
        shutil.copy(program("ARPAD"), own / "arpad")
        self.program = own / "arpad"
        # Who has been another user cannot be traced, which is how LeakSanitizer works.
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        self.enterContext(mock.patch.dict(
            os.environ, {"ARPAD": str(self.program), "ASAN_OPTIONS": options}))

    def workspace(self, settings, **options):
        """A workspace that any user can read, and only root can write to."""
        workspace = self.enterContext(
            Workspace({"zone": ZONE}, ZONE_DEFAULTS + settings, **options))
        workspace.directory.chmod(0o755)
        return workspace

    def assert_has_no_privilege(self, process):
        """All threads are of the user, and may do nothing beyond its rights."""
        entry = pwd.getpwnam(USER)
        threads = rights_of(process)
        self.assertGreaterEqual(len(threads), 4)  # main, reloader, inspector, workers
        for rights in threads:
            self.assertEqual(rights["Uid"].split(), [str(entry.pw_uid)] * 4, rights)
            self.assertEqual(rights["Gid"].split(), [str(entry.pw_gid)] * 4, rights)
            self.assertLessEqual(set(rights["Groups"].split()), {str(entry.pw_gid)}, rights)
            for kind in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
                self.assertEqual(int(rights[kind], 16), 0, rights)
            self.assertEqual(rights["NoNewPrivs"], "1", rights)


class User(PrivilegesTestCase):
    """The setting `user`."""

    def test_serves_on_a_low_port_without_any_privilege(self):
        port = free_low_port()
        workspace = self.workspace(f"user: {USER}\n", listen=(f"127.0.0.1:{port}",), workers=2)
        with workspace.start() as server:
            self.assertEqual(server.endpoint, ("127.0.0.1", port))
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
            self.assert_has_no_privilege(server.process.pid)
            self.assertNotIn("runs as root", server.log)

    def test_state_directory_is_made_for_the_user(self):
        workspace = self.workspace(f"user: {USER}\n")
        with workspace.start():
            status = workspace.state.stat()
            self.assertEqual(status.st_uid, pwd.getpwnam(USER).pw_uid)
            self.assertEqual(stat.S_IMODE(status.st_mode), 0o750)
            control = (workspace.state / "control.sock").stat()
            self.assertEqual(control.st_uid, status.st_uid)

    def test_reloads_and_tells_of_itself(self):
        workspace = self.workspace(f"user: {USER}\nmetrics: {{listen: \"127.0.0.1:0\"}}\n")
        with workspace.start() as server:
            workspace.write_zone("zone", CHANGED)
            done = run_program("ARPACTL", "reload", "--socket", workspace.state / "control.sock")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "two.example.net.")
            self.assert_has_no_privilege(server.process.pid)

    def test_takeover(self):
        workspace = self.workspace(f"user: {USER}\n", listen=(f"127.0.0.1:{free_low_port()}",))
        control = workspace.state / "control.sock"
        server = workspace.start()
        for _ in range(2):
            done = run_program("ARPACTL", "takeover", "--json", "--socket", control)
            self.assertEqual(done.returncode, 0, done.stdout + server.log)
        self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
        status = run_program("ARPACTL", "status", "--json", "--socket", control).stdout
        successor = int(status.partition('"process":')[2].partition(",")[0])
        self.assertNotEqual(successor, server.process.pid)
        self.assert_has_no_privilege(successor)
        os.kill(successor, 15)
        server.stop()

    def test_state_directory_of_root_is_not_touched(self):
        workspace = self.workspace(f"user: {USER}\n")
        workspace.state.mkdir(mode=0o700)
        with workspace.start() as server:
            self.assertIn("nothing is kept for the next start", server.log)
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
        self.assertEqual(workspace.state.stat().st_uid, 0)

    def test_nobody_of_that_name(self):
        done = self.workspace("user: no-such-user\n").run()
        self.assertEqual(done.returncode, ENVIRONMENT, done.stdout)
        self.assertIn("there is no user no-such-user\n  create it with `adduser --system", done.stdout)

    def test_empty(self):
        done = self.workspace("user: \"\"\n").run()
        self.assertEqual(done.returncode, CONFIGURATION, done.stdout)
        self.assertIn("`user` is empty", done.stdout)


class Sandbox(PrivilegesTestCase):
    """The setting `sandbox`, and whose the state is."""

    threads = {"arpad-worker", "arpad-transfer", "arpad-notify", "arpad-refresh", "arpad-web",
               "arpad-reloader", "arpad-inspect", "arpad-log"}
    web = "web: {listen: [\"127.0.0.1:0\"]}\n"

    @staticmethod
    def filters(server):
        """By the names of its threads, whether their system calls are filtered."""
        return {rights["Name"]: rights["Seccomp"] == "2"
                for rights in rights_of(server.process.pid)}

    def test_threads_are_confined(self):
        with self.workspace(self.web, workers=2).start() as server:
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
            # Some begin after the server has said that it serves.
            wait_until(lambda: self.threads == {name for name, is_filtered
                                                in self.filters(server).items() if is_filtered},
                       "the threads to be confined")

    def test_those_that_answer_have_a_filter_of_their_own(self):
        workspace = self.workspace(
            f"{self.web}tls: {{listen: [\"127.0.0.1:0\"], certificate: tls/server.pem, "
            "key: tls/server.key}\n", workers=2)
        Authority(workspace.directory / "tls").issue("ns1.example.net", file_name="server")
        with workspace.start() as server:
            wait_until(lambda: self.threads | {"arpad-tls"} <= self.filters(server).keys()
                       and all(is_filtered for name, is_filtered in self.filters(server).items()
                               if name != "arpad"), "the threads to be confined")
            filters = filters_of(server.process.pid)
        (inherited,) = filters.pop("arpad")
        answering = {"arpad-worker", "arpad-tls", "arpad-transfer"}
        (own,) = set().union(*(filters[name] for name in answering))
        (other,) = set().union(*(filters[name] for name in filters.keys() - answering))
        self.assertEqual((len(own), len(other)), (len(inherited) + 1,) * 2)
        self.assertNotEqual(own, other)

    def test_off(self):
        with self.workspace(f"sandbox: false\n{self.web}").start() as server:
            self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
            wait_until(lambda: self.threads <= self.filters(server).keys(), "the threads")
            self.assertFalse(any(self.filters(server).values()))

    def test_files_outside_of_the_state_stay(self):
        for settings in ("", "sandbox: false\n"):
            workspace = self.workspace(settings)
            outside = workspace.directory / "outside"
            for directory in (outside, workspace.state):
                directory.mkdir()
            (workspace.state / "state.db").symlink_to(outside / "state.db")
            with workspace.start() as server:
                self.assert_ptr(server.ask_ptr("192.0.2.1"), "one.example.net.")
                self.assertEqual((outside / "state.db").exists(), bool(settings), server.log)

    def test_state_is_nobody_elses(self):
        workspace = self.workspace(self.web)
        workspace.state.mkdir()
        workspace.state.chmod(0o777)
        with workspace.start() as server:
            self.assertIn("everybody may change what is in it\n  chmod o-w", server.log)
            self.assert_is_its_owners(workspace.state)
        for name in ("access.key", "access.db", "state.db"):
            (workspace.state / name).chmod(0o644)  # as a backup may have them
        with workspace.start():
            self.assert_is_its_owners(workspace.state)

    def assert_is_its_owners(self, state):
        """Nobody else may read what is in it."""
        for file in state.iterdir():
            if not stat.S_ISSOCK(file.stat().st_mode):
                others = stat.S_IRWXO | (stat.S_IRWXG if file.name == "access.key" else 0)
                self.assertEqual(file.stat().st_mode & others, 0, file)


class Starter(PrivilegesTestCase):
    """Who starts it."""

    def start_as_user(self, user, settings="", by=()):
        """Starts arpad as nobody, with the setting `user` and others, `by` another program."""
        workspace = self.workspace(f"user: {user}\nlog: {{level: info}}\n{settings}")
        workspace.state.mkdir()
        shutil.chown(workspace.state, USER)
        # pylint: disable-next=consider-using-with
        process = subprocess.Popen(
            ["setpriv", f"--reuid={USER}", f"--regid={pwd.getpwnam(USER).pw_gid}", "--clear-groups",
             *by, self.program, "-c", workspace.config],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    @staticmethod
    def wait_until_it_serves(process):
        """Reads its log up to there."""
        log = ""
        for line in process.stderr:
            log += line
            if "serving 1 zone" in line:
                break
        return log

    def test_user_itself(self):
        process = self.start_as_user(USER)
        self.wait_until_it_serves(process)
        self.assert_has_no_privilege(process.pid)
        process.terminate()
        self.assertEqual(process.wait(SECONDS), 0)

    def test_unit_of_systemd_takes_nothing_that_it_needs(self):
        find_tool("systemd-analyze")
        by = [self.program.parent / name for name in ("unit_filter.py", "arpad.service")]
        for copy, source in zip(by, ("tests/system/unit_filter.py", "config/systemd/arpad.service")):
            shutil.copy(ROOT / source, copy)
        capability = "-all,+net_bind_service"
        settings = f"{Sandbox.web}pin_workers: true\n"

        def refused(process):
            """What the system does not let it do."""
            return re.findall("warning: ((?:no|arpad keeps|a worker) .*)",
                              self.wait_until_it_serves(process))

        process = self.start_as_user(USER, settings)
        anyway = refused(process)
        process.terminate()
        process = self.start_as_user(
            USER, settings,
            by=[f"--inh-caps={capability}", f"--ambient-caps={capability}",
                f"--bounding-set={capability}", "--no-new-privs", sys.executable, *by])
        self.assertEqual(refused(process), anyway)
        self.assert_has_no_privilege(process.pid)

        def filters_and_priorities():
            return {rights["Name"]: (int(rights["Seccomp_filters"]),
                                     os.getpriority(os.PRIO_PROCESS, int(rights["Pid"])))
                    for rights in rights_of(process.pid)}

        # One more filter than where this runs is that of the unit. Some threads begin after arpad has
        # said that it serves.
        count = 1 + int(rights_of(os.getpid())[0]["Seccomp_filters"])
        expected = dict.fromkeys(Sandbox.threads, (count + 1, 10)) | {
            "arpad": (count, 0), "arpad-worker": (count + 1, 0)}
        wait_until(lambda: filters_and_priorities() == expected, "the threads to be confined")
        process.terminate()
        self.assertEqual(process.wait(SECONDS), 0)

    # Of a process that leaves no core dump nobody but root may look into what /proc has of it.
    def test_process_with_secrets_leaves_no_core_dump(self):
        key = "keys: {k.example.net: {secret: c2VjcmV0c2VjcmV0c2VjcmV0}}\n"
        own = pwd.getpwnam(USER).pw_uid
        for settings, owner in (("", own), (key, 0), (key + "core_dumps: true\n", own)):
            with self.subTest(settings):
                process = self.start_as_user(USER, settings)
                self.wait_until_it_serves(process)
                self.assertEqual(self.owner_of(process.pid), owner)
                process.terminate()
                self.assertEqual(process.wait(SECONDS), 0)

    def test_any_secret_keeps_it_from_leaving_a_core_dump(self):
        tls = "{{listen: [\"127.0.0.1:0\"]{}}}\n"
        files = ", certificate: tls/server.pem, key: tls/server.key"
        for settings in ("cookies: {secrets_file: cookies}\n", "tls: " + tls.format(files),
                         "web: " + tls.format("")):
            with self.subTest(settings):
                workspace = self.workspace(f"user: {USER}\n{settings}")
                Authority(workspace.directory / "tls").issue("ns1.example.net", file_name="server")
                cookies = workspace.directory / "cookies"
                cookies.write_text("0123456789abcdef0123456789abcdef\n", encoding="ascii")
                cookies.chmod(0o600)
                with workspace.start() as server:
                    self.assertEqual(self.owner_of(server.process.pid), 0)

    def test_first_key_keeps_it_from_leaving_a_core_dump(self):
        workspace = self.workspace(f"user: {USER}\n")
        with workspace.start() as server:
            text = workspace.config.read_text(encoding="utf-8")
            key = "keys: {k.example.net: {secret: c2VjcmV0c2VjcmV0c2VjcmV0}}\n"
            workspace.write_config(text + key)
            done = run_program("ARPACTL", "reload", "--socket", workspace.state / "control.sock")
            self.assertEqual(done.returncode, 0, done.stdout)
            wait_until(lambda: self.owner_of(server.process.pid) == 0, "core dumps to be off")

    @staticmethod
    def owner_of(process):
        """Who may look into a process."""
        return Path(f"/proc/{process}/environ").stat().st_uid

    def test_core_dumps_are_allowed_to_one_that_root_has_started(self):
        own = pwd.getpwnam(USER).pw_uid
        key = "keys: {k.example.net: {secret: c2VjcmV0c2VjcmV0c2VjcmV0}}\n"
        for settings, owner in ((key, 0), (key + "core_dumps: true\n", own)):
            with self.subTest(settings), \
                    self.workspace(f"user: {USER}\n{settings}").start() as server:
                self.assertEqual(self.owner_of(server.process.pid), owner)

    def test_another_user(self):
        process = self.start_as_user("daemon")
        log = process.stderr.read()
        self.assertEqual(process.wait(SECONDS), ENVIRONMENT)
        self.assertIn("only root can become daemon\n  start arpad as root or as daemon", log)

    def test_root_is_warned(self):
        workspace = self.workspace("")
        with workspace.start() as server:
            self.assertIn("arpad runs as root\n  write `user: arpad`", server.log)


def memory_of(process):
    """What the writable memory of a process holds, mapping by mapping."""
    with open(f"/proc/{process}/maps", encoding="ascii") as maps, \
            open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            first, end = (int(number, 16) for number in place.split("-"))
            memory.seek(first)
            yield memory.read(end - first)


class Secrets(PrivilegesTestCase):
    """What is left of them in memory."""

    def test_texts_of_secrets_are_overwritten(self):
        if re.search(b"__[at]san_", self.program.read_bytes()):
            self.skipTest("sanitizers have heaps of their own")
        secrets = [base64.b64encode(bytes([*range(i, i + 48)])).decode() for i in (1, 101, 151)]
        line = "k{}.example.net: {{algorithm: hmac-sha256, secret: {}}}"
        settings = "\n".join(["keys:", "  " + line.format(0, secrets[0]),
                              "  " + line.format(1, secrets[1]), "keys_file: keys.yaml", ""])
        workspace = self.workspace(settings)
        keys_file = workspace.directory / "keys.yaml"
        keys_file.write_text(line.format(2, secrets[2]) + "\n", encoding="ascii")
        keys_file.chmod(0o600)

        def look(server):
            memory = b"\n".join(memory_of(server.process.pid))
            self.assertEqual([text for text in secrets if text.encode() in memory], [])
            for secret in secrets:  # the keys themselves are needed
                self.assertIn(base64.b64decode(secret), memory)

        def reload():
            done = run_program("ARPACTL", "reload", "--socket", workspace.state / "control.sock")
            self.assertEqual(done.returncode, 0, done.stdout)

        with workspace.start() as server:
            look(server)
            reload()
            look(server)
            gone = base64.b64decode(secrets.pop())
            keys_file.write_text("{}\n", encoding="ascii")
            reload()
            wait_until(lambda: gone not in b"\n".join(memory_of(server.process.pid)),
                       "the key that was removed to be overwritten")
            look(server)


if __name__ == "__main__":
    unittest.main()

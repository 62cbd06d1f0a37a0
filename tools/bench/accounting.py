"""What the kernel's accounting says about processes and cores."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class CpuTime:
    """Seconds of CPU time."""

    user: float = 0.0
    system: float = 0.0

    @property
    def total(self):
        """User and system time."""
        return self.user + self.system

    def __add__(self, other):
        return CpuTime(self.user + other.user, self.system + other.system)

    def __sub__(self, other):
        return CpuTime(self.user - other.user, self.system - other.system)


def _stat_fields(pid):
    """The fields of /proc/PID/stat from the state on; the name before it may hold anything."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="latin-1")
    return text[text.rindex(")") + 2:].split()


def session_processes(session):
    """The pids of a session: every server is started as the first process of its own."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            fields = _stat_fields(entry)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(entry))
    return found


def cpu_time(session):
    """What the processes of a session have used, with their threads and their ended children."""
    total = CpuTime()
    for pid in session_processes(session):
        try:
            user, system, child_user, child_system = map(int, _stat_fields(pid)[11:15])
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += CpuTime((user + child_user) / TICKS_PER_SECOND,
                         (system + child_system) / TICKS_PER_SECOND)
    return total


def memory_kb(session):
    """The proportional set size of all processes of a session: what they share counts once."""
    total = 0
    for pid in session_processes(session):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1])
    return total


def core_busy_seconds(core):
    """How long a core has been busy, whoever used it, the hypervisor's other guests included."""
    text = Path("/proc/stat").read_text(encoding="ascii")
    fields = re.search(rf"^cpu{core} (.*)$", text, re.MULTILINE)[1].split()
    user, nice, system, _, _, irq, softirq, steal = map(int, fields[:8])
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND

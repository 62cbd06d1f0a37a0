"""Runs a program with the system calls that a unit of systemd leaves it.

Usage: unit_filter.py UNIT PROGRAM [ARGUMENT ...]

As systemd.exec(5) has it: `SystemCallFilter` allows calls, and from its `~` on takes them back, line
by line; what is not allowed fails with EPERM. The groups are those of the systemd that is installed.
"""

import ctypes
import functools
import os
import re
import subprocess
import sys

ALLOW, EPERM = 0x7FFF0000, 0x00050001  # SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(EPERM)
UNKNOWN = -1                           # __NR_SCMP_ERROR


@functools.cache
def calls_of(name):
    """Those of a group, or the one of that name."""
    if not name.startswith("@"):
        return frozenset([name])
    done = subprocess.run(["systemd-analyze", "syscall-filter", name], stdout=subprocess.PIPE,
                          text=True, check=True)
    members = [line.strip() for line in done.stdout.splitlines()[1:]]
    return frozenset().union(*(calls_of(member) for member in members
                               if member and not member.startswith("#")))


def allowed_by(unit):
    """The calls that the text of a unit allows."""
    allowed = set(calls_of("@default"))
    for sign, names in re.findall(r"(?m)^SystemCallFilter=(~?)(.*)$", unit):
        calls = set().union(*map(calls_of, names.split()))
        allowed = allowed - calls if sign else allowed | calls
    return allowed


def confine_to(calls):
    """Leaves this process and those that it starts nothing but `calls`."""
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    seccomp.seccomp_init.argtypes = [ctypes.c_uint32]
    rules = ctypes.c_void_p(seccomp.seccomp_init(EPERM))
    for name in calls:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number != UNKNOWN:
            seccomp.seccomp_rule_add_array(rules, ctypes.c_uint32(ALLOW), number, 0, None)
    error = seccomp.seccomp_load(rules)
    if error != 0:
        raise OSError(-error, os.strerror(-error))


def main():
    """Does it."""
    with open(sys.argv[1], encoding="utf-8") as unit:
        confine_to(allowed_by(unit.read()))
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()

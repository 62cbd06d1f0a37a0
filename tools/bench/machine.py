"""What machine and which programs figures come from."""

import os
import platform
import re
import subprocess
import time
from pathlib import Path


def _found(path, pattern):
    try:
        found = re.search(pattern, Path(path).read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return "unknown"
    return found[1].strip() if found else "unknown"


def package_version(package):
    """The version of an installed Debian package; `unknown` where there is no dpkg."""
    try:
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], text=True,
                              check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def arpad_version(path):
    """What arpad says it is."""
    done = subprocess.run([path, "--version"], text=True, check=True, stdout=subprocess.PIPE)
    return done.stdout.strip()


def load_average():
    """The load of the last minute."""
    return f"{os.getloadavg()[0]:.2f}"


def describe(arpad, packages, settings):
    """The machine's description: what a reader needs to judge figures, and no names of hosts."""
    memory_kb = _found("/proc/meminfo", r"^MemTotal:\s+(\d+) kB")
    memory = f"{int(memory_kb) / 1024 ** 2:.0f} GB" if memory_kb.isdigit() else memory_kb
    versions = {package: package_version(package) for package in packages}
    return {
        "processor": _found("/proc/cpuinfo", r"^model name\s*:\s*(.*)$"),
        "cores": os.cpu_count(),
        "memory": memory,
        "system": _found("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)'),
        "kernel": platform.release(),
        "arpad": arpad_version(arpad),
        "packages": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "settings": settings,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "load average before": load_average(),
    }

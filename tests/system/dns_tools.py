"""dig, kdig and drill: the clients that operators ask with; and where tools are found."""

import os
import re
import shutil
import subprocess
import unittest
from dataclasses import dataclass, field

CLIENTS = {"dig": "bind9-dnsutils", "kdig": "knot-dnsutils", "drill": "ldnsutils"}
PACKAGES = {**CLIENTS, "lexgrog": "man-db", "man": "man-db", "openssl": "openssl",
            "promtool": "prometheus", "readelf": "binutils", "systemd-analyze": "systemd"}

# Set to skip the tests of tools that are missing instead of failing them.
ALLOW_MISSING = "ARPAD_ALLOW_MISSING_TOOLS"

_SECONDS = 60


@dataclass
class ToolReply:
    """What a tool printed, in one form for all of them."""

    text: str
    status: str = ""
    flags: frozenset = frozenset()
    sections: dict = field(default_factory=dict)  # name -> list of (owner, ttl, class, type, data)

    @property
    def answer(self):
        return self.sections.get("ANSWER", [])

    @property
    def authority(self):
        return self.sections.get("AUTHORITY", [])

    def data(self, rr_type):
        """What the records of one type in the answer section hold."""
        return [record[4] for record in self.answer if record[3] == rr_type]


def find_tool(name):
    """The path of a tool; fails, or skips if that is allowed, where it is missing."""
    path = shutil.which(name)
    if path is not None:
        return path
    message = f"{name} is missing: apt-get install {PACKAGES[name]}"
    if os.environ.get(ALLOW_MISSING):
        raise unittest.SkipTest(message)
    raise AssertionError(f"{message}, or set {ALLOW_MISSING}=1")


def run_tool(name, endpoint, *arguments):
    """Runs a tool against `endpoint` and reads what it prints."""
    host, port = endpoint[:2]
    own = {"dig": ["-r", "+time=5", "+tries=2"], "kdig": ["+timeout=5", "+retry=1"], "drill": []}
    command = [find_tool(name), *own[name], f"@{host}", "-p", str(port), *map(str, arguments)]
    while True:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=_SECONDS, check=False, text=True,
                              env={**os.environ, "LC_ALL": "C"})
        reply = parse(done.stdout)
        # dig shares ports, so of some thousand times it once gets the server's own as its source,
        # and hears itself.
        if not reply.flags or "qr" in reply.flags:
            return reply


def dig(endpoint, *arguments):
    """Runs dig."""
    return run_tool("dig", endpoint, *arguments)


def ask_with(tool, endpoint, name, rr_type, over_tcp=False):
    """Asks one question with any of the tools."""
    tcp = "-t" if tool == "drill" else "+tcp"
    return run_tool(tool, endpoint, *([tcp] if over_tcp else []), name, rr_type)


def parse(text):
    """Reads the output of any of the tools."""
    reply = ToolReply(text)
    section = None
    for line in text.splitlines():
        if found := re.search(r"(?:status|rcode): (\w+)", line):
            reply.status = found[1]
        elif found := re.match(r";; flags: ([a-z ]*)", line, re.IGNORECASE):
            reply.flags = frozenset(found[1].split())
        elif found := re.match(r";; (\w+) SECTION:", line):
            section = reply.sections.setdefault(found[1], [])
        elif section is not None and line and not line.startswith(";"):
            owner, ttl, rr_class, rr_type, data = line.split(None, 4)
            section.append((owner, int(ttl), rr_class, rr_type, " ".join(data.split())))
    return reply

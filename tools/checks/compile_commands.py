"""How a build compiles the sources: each alone, or several as one (ARPAD_UNITY)."""

import json
import re
from pathlib import Path


def read_commands(build):
    """Of each file that a build compiles: its command and the sources in it, which is the file itself
    or what it includes."""
    for command in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        file = Path(command["directory"], command["file"]).resolve()
        if re.fullmatch(r"unity_\d+_cxx\.cxx", file.name):
            text = file.read_text(encoding="utf-8")
            names = re.findall(r'^#include "(.+)"$', text, re.MULTILINE)
            yield command, [Path(name) for name in names]
        else:
            yield command, [file]

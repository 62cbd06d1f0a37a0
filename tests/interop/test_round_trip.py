"""Zones survive the way from zone files to master files and back.

Usage: test_round_trip.py [--seeds N] [--first-seed N]

Makes networks at random, lets `arpactl export` write their zones, `arpactl import` each of these
into a zone file of its own, and `arpactl export` write that again: both must hold the same records.
So import(export(x)) says the same as x, and export(import(y)) the same as y. The files are kept
where they do not. The path of the program stands in ARPACTL.
"""

import argparse
import concurrent.futures
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import generator
import masterfile
import networks
import wire
from arpad_server import run_program


def arpactl(*arguments):
    """What arpactl prints; it must succeed."""
    done = run_program("ARPACTL", *arguments)
    if done.returncode != 0:
        raise AssertionError(f"arpactl {' '.join(map(str, arguments))} ended with "
                             f"{done.returncode}:\n{done.stdout}")
    return done.stdout


def write_config(directory, settings=""):
    """A configuration for the zone files in `directory`/zones."""
    (directory / "zones").mkdir(parents=True)
    config = directory / "arpad.yaml"
    config.write_text('listen: ["127.0.0.1:0"]\nzones: zones\nstate: state\n' + settings,
                      encoding="ascii")
    return config


def export_seed(seed, directory):
    """The master files of a seed's networks."""
    world = generator.make_world(seed)
    config = write_config(directory, "inventory: inventory.yaml\n")
    for name, network in generator.file_names(seed, world):
        (directory / "zones" / f"{name}.yaml").write_text(networks.zone_file(network),
                                                          encoding="ascii")
    (directory / "inventory.yaml").write_text(networks.inventory_file([world]), encoding="ascii")
    arpactl("export", "-c", config, "all", "-o", directory / "exported")
    return sorted((directory / "exported").iterdir())


def differences_of(path, directory):
    """What gets lost or added where the master file at `path` is imported and exported again."""
    config = write_config(directory)
    arpactl("import", path, "-o", directory / "zones")
    arpactl("export", "-c", config, "all", "-o", directory / "exported")
    (found,) = (directory / "exported").iterdir()
    first, second = masterfile.read(path), masterfile.read(found)
    if first.apex != second.apex:
        return [f"{wire.name_text(first.apex)} has become {wire.name_text(second.apex)}"]
    return masterfile.differences(first, second)


def check_seed(seed):
    """How many zones a seed has, and what is wrong with them."""
    directory = Path(tempfile.mkdtemp(prefix="arpad-round-trip-"))
    failures = []
    paths = []
    try:
        paths = export_seed(seed, directory)
        for number, path in enumerate(paths):
            found = differences_of(path, directory / f"zone{number}")
            if found:
                failures.append(f"seed {seed}: {path.name}, {directory}/zone{number}\n  "
                                + "\n  ".join(found[:20]))
    except AssertionError as failure:
        failures.append(f"seed {seed}: {failure}")
    if failures:
        failures.append(f"the files of seed {seed} are kept in {directory}")
    else:
        shutil.rmtree(directory)
    return len(paths), failures


def main():
    """Checks all seeds and says what it was like."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds (default 20)")
    parser.add_argument("--first-seed", type=int, default=0, help="the first of them (default 0)")
    arguments = parser.parse_args()
    started = time.monotonic()
    zones = 0
    failures = []
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for count, found in pool.map(check_seed, seeds):
            zones += count
            failures += found
    print(f"{zones} zones exported, imported and exported again, "
          f"{time.monotonic() - started:.0f} s")
    for failure in failures:
        print(f"test_round_trip: {failure}")
    print(f"test_round_trip: {'FAILED' if failures or not zones else 'passed'}")
    sys.exit(1 if failures or not zones else 0)


if __name__ == "__main__":
    main()

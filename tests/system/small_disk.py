"""File systems that can be filled, for tests of full disks."""

import contextlib
import ctypes
import functools
import os
import subprocess
import unittest

DISK_OCTETS = 2 << 20
CLONE_NEWNS = 0x20000


@functools.cache
def reason_not_to_mount():
    """Gives this process mounts of its own, which go with it whatever becomes of it. Returns why
    that cannot be done, or nothing."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return f"no mounts of its own: {os.strerror(ctypes.get_errno())}"
    try:
        subprocess.run(["mount", "--make-rprivate", "/"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as failure:
        return f"no mounts of its own: {failure}"
    return ""


@contextlib.contextmanager
def small_disk(directory):
    """Mounts a file system of 2 MiB; skips where that is refused."""
    if reason_not_to_mount():
        raise unittest.SkipTest(reason_not_to_mount())
    directory.mkdir(exist_ok=True)
    options = f"size={DISK_OCTETS},mode=700"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "arpad-test", str(directory)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(f"tmpfs cannot be mounted: {done.stderr}")
    try:
        yield
    finally:
        # Lazily: where a test has failed something may still have a file open.
        subprocess.run(["umount", "-l", str(directory)], check=True)


def remount(directory, how):
    """Makes a small disk `ro` or `rw`."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(directory)], check=True)


def fill(directory, spare=0):
    """Fills a small disk until not even a page is left, but for `spare` octets."""
    with open(directory / "filler", "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass
        filler.truncate(filler.tell() - spare)


def make_room(directory):
    """Undoes `fill`."""
    (directory / "filler").unlink()

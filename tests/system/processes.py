"""Processes that tests have started."""

import signal
import subprocess


def end_process(process, seconds):
    """Has a process (subprocess.Popen) end, and ends it if it has not after so many seconds."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

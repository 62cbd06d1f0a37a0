"""Programs on a terminal."""

import os
import pty
import select
import signal
import subprocess
import time

PATIENCE_SECONDS = 60.0


class Terminal:
    """A program whose outputs, and input, are a terminal. As a context it is ended at the end."""

    def __init__(self, command, columns=100, **settings):
        self.output = ""
        self._descriptor, inner = pty.openpty()
        # Before the program starts, so that it knows from the beginning how wide it is.
        subprocess.run(["stty", "cols", str(columns)], stdin=inner, check=True)
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=inner, stdout=settings.pop("stdout", inner),
            stderr=inner, start_new_session=True, **settings)
        os.close(inner)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._descriptor)

    def type(self, text):
        """Types what a person would."""
        os.write(self._descriptor, text.encode())

    def _read(self, seconds):
        """Whether more has come, or the terminal is still open."""
        if not select.select([self._descriptor], [], [], seconds)[0]:
            return True
        try:
            part = os.read(self._descriptor, 65536)
        except OSError:  # Linux says so where nobody has the terminal open any more
            return False
        self.output += part.decode(errors="backslashreplace")
        return bool(part)

    def wait_for(self, text, after=0):
        """Waits until `text` has been printed behind position `after` of the output."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in self.output[after:]:
            if not self._read(1.0) or time.monotonic() > deadline:
                raise AssertionError(f"no {text!r} in {self.output!r}")

    def wait_for_end(self):
        """Waits until the program has ended, and returns its exit status."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._read(1.0):
            if time.monotonic() > deadline:
                raise AssertionError(f"runs on: {self.output!r}")
        return self.process.wait(PATIENCE_SECONDS)

"""arpactl where standard error cannot be written to."""

import os
import subprocess
import unittest

from arpad_server import RUN_SECONDS, Workspace, program, run_program

ZONE = """\
network: 192.0.2.0/24
nameservers: [ns1.example.net, ns2.example.net]
soa: {contact: hostmaster@example.net}
records:
  192.0.2.1: o_ne.example.net
"""


class ClosedStandardError(unittest.TestCase):
    """What cannot be said stops nothing."""

    def test_findings_that_nobody_can_read(self):
        workspace = self.enterContext(Workspace())
        warned = workspace.write_zone("warned", ZONE)
        for target in ("&-", "/dev/full"):
            for command, shown in (("check zones/warned.yaml", "1 warning"),
                                   ("export -c arpad.yaml all", "$ORIGIN"),
                                   ("explain -c arpad.yaml 192.0.2.1", "o_ne")):
                with self.subTest(command, target=target):
                    done = subprocess.run(
                        f'"$ARPACTL" {command} 2>{target}', shell=True, check=False, text=True,
                        stdout=subprocess.PIPE, timeout=RUN_SECONDS, cwd=workspace.directory,
                        env={**os.environ, "ARPACTL": program("ARPACTL")})
                    self.assertEqual(done.returncode, 0, done.stdout)
                    self.assertIn(shown, done.stdout)
        done = run_program("ARPACTL", "check", warned)
        self.assertIn("warning:", done.stdout)


if __name__ == "__main__":
    unittest.main()

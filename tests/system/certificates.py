"""Certificates for tests, made with the openssl command."""

import ssl
import subprocess

from dns_tools import find_tool

_SECONDS = 60


def _openssl(*arguments):
    subprocess.run([find_tool("openssl"), *map(str, arguments)], check=True, timeout=_SECONDS,
                   stdin=subprocess.DEVNULL, capture_output=True)


class Authority:
    """An authority whose certificate is `certificate`, and what it has signed, in `directory`."""

    def __init__(self, directory, name="authority"):
        self.directory = directory
        directory.mkdir(exist_ok=True)
        self.key, self.certificate = self._paths(name)
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-days", "30", "-subj", f"/CN={name}", "-keyout", self.key,
                 "-out", self.certificate)

    def _paths(self, name):
        return self.directory / f"{name}.key", self.directory / f"{name}.pem"

    def issue(self, name, days=30, file_name=None):
        """Makes a key and a certificate for the domain name `name`; returns their paths."""
        key, certificate = self._paths(file_name or name)
        request = certificate.with_suffix(".csr")
        extensions = certificate.with_suffix(".ext")
        extensions.write_text(f"subjectAltName=DNS:{name}\n", encoding="ascii")
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                 "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", certificate)
        key.chmod(0o640)
        return key, certificate

    def client(self, protocols=("dot",)):
        """What a client that trusts the authority connects with (ssl.SSLContext)."""
        context = ssl.create_default_context(cafile=self.certificate)
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context

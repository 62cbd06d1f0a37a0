"""NSD, Knot, BIND and PowerDNS as secondaries: started on free ports, with zones that they have to
fetch, and give to secondaries of their own."""

import contextlib
import sqlite3
from pathlib import Path
from typing import NamedTuple

import peers
import wire


class Key(NamedTuple):
    """A TSIG key."""

    name: str
    algorithm: str
    secret: str


class Tls(NamedTuple):
    """How a peer talks by TLS: the port and the name of its primary, the files of those whom both
    believe and of its own certificate and key, the port that it listens at."""

    primary_port: int
    primary_name: str
    authority: str
    certificate: str
    key: str
    port: int


class Secondary:
    """What turns a Peer into a secondary of `primary`, an endpoint, for `zones`, apexes. Tells
    `follower`, another endpoint, of changes, by the same key. With `tls` (Tls) it takes zones over
    TLS only, and gives them away over TLS too."""

    lowers_names = False  # in RDATA, which RFC 4034 6.2 does for signatures only
    gives_changes = True  # by IXFR
    tells = True  # of what it has taken

    def __init__(self, directory, zones, primary, key=None, follower=None, tls=None):
        self.primary = primary
        self.key = key
        self.follower = follower
        self.tls = tls
        super().__init__(directory, dict.fromkeys(zones))

    def zone_file(self, apex):
        """Where a zone that was fetched is kept."""
        return self.directory / f"zone-{apex.hex()}"


class Nsd(Secondary, peers.Nsd):
    """NSD."""

    lowers_names = True

    def config(self):
        host, port = self.endpoint
        primary, primary_port = self.primary
        key = self.key.name if self.key else "NOKEY"
        asked, way = f"{primary}@{primary_port}", ""
        text = super().config()
        if self.tls:
            asked, way = f"{primary}@{self.tls.primary_port}", " primary"
            text = text.replace("server:\n", (
                f"server:\n  ip-address: {host}@{self.tls.port}\n  tls-port: {self.tls.port}\n"
                f'  tls-cert-bundle: "{self.tls.authority}"\n'
                f'  tls-service-pem: "{self.tls.certificate}"\n'
                f'  tls-service-key: "{self.tls.key}"\n'), 1)
            text = text.replace("zone:\n", (
                "tls-auth:\n  name: primary\n"
                f'  auth-domain-name: "{self.tls.primary_name}"\nzone:\n'), 1)
        follower = "" if not self.follower else (
            f"  notify: {self.follower[0]}@{self.follower[1]} {key}\n  store-ixfr: yes\n")
        follower += f"  provide-xfr: 127.0.0.1 {key}\n" if self.key else ""
        keys = "" if not self.key else (
            f'key:\n  name: "{self.key.name}"\n  algorithm: {self.key.algorithm}\n'
            f'  secret: "{self.key.secret}"\n')
        zones = "".join(
            f'zone:\n  name: "{wire.name_text(apex)}"\n  zonefile: "{self.zone_file(apex)}"\n'
            f"  request-xfr: {asked} {key}{way}\n"
            f"  allow-notify: {primary} {key}\n  provide-xfr: 127.0.0.1 NOKEY\n{follower}"
            for apex in self.zones)
        return text[:text.index("zone:\n")] + keys + zones


class Knot(Secondary, peers.Knot):
    """Knot DNS."""

    lowers_names = True

    def config(self):
        primary, primary_port = self.primary
        key = f"    key: {self.key.name}\n" if self.key else ""
        keys = "" if not self.key else (
            f"key:\n  - id: {self.key.name}\n    algorithm: {self.key.algorithm}\n"
            f"    secret: {self.key.secret}\n")
        others = (f"{keys}remote:\n  - id: primary\n    address: {primary}@{primary_port}\n{key}"
                  "acl:\n  - id: anybody\n    address: 127.0.0.1\n    action: transfer\n"
                  f"  - id: primary\n    address: {primary}\n{key}    action: notify\n")
        notify = ""
        if self.follower:
            follower, follower_port = self.follower
            others = others.replace("acl:\n", f"  - id: follower\n    address: {follower}@"
                                    f"{follower_port}\n{key}acl:\n", 1)
            notify = "    notify: follower\n"
        if self.key:
            others += f"  - id: keyed\n    address: 127.0.0.1\n{key}    action: transfer\n"
        keyed = ", keyed" if self.key else ""
        zones = "".join(
            f'  - domain: "{wire.name_text(apex)}"\n    file: "{self.zone_file(apex)}"\n'
            f"    master: primary\n    acl: [anybody, primary{keyed}]\n{notify}"
            for apex in self.zones)
        text = super().config()
        if self.follower:
            text = text.replace("journal-content: none", "journal-content: all")
        return text[:text.index("zone:\n")].replace("template:\n", others + "template:\n") + (
            f"zone:\n{zones}")


class Bind(Secondary, peers.Bind):
    """BIND."""

    def config(self):
        primary, primary_port = self.primary
        key = f' key "{self.key.name}"' if self.key else ""
        asked = f"{primary} port {primary_port}{key}"
        text = super().config().replace("check-names primary", "check-names secondary")
        if self.tls:
            asked = f"{primary} port {self.tls.primary_port}{key} tls primary"
            text = (f'tls primary {{ ca-file "{self.tls.authority}"; '
                    f'remote-hostname "{self.tls.primary_name}"; }};\n'
                    f'tls own {{ cert-file "{self.tls.certificate}"; '
                    f'key-file "{self.tls.key}"; }};\n'
                    + text.replace("options {\n", f"options {{\n  listen-on port {self.tls.port} "
                                   f"tls own {{ {self.endpoint[0]}; }};\n", 1))
        notify = ""
        if self.follower:
            follower, follower_port = self.follower
            notify = (f"\n  notify explicit; also-notify {{ {follower} port {follower_port}{key}; "
                      "}; notify-delay 0;")
        keys = "" if not self.key else (
            f'key "{self.key.name}" {{ algorithm {self.key.algorithm}; '
            f'secret "{self.key.secret}"; }};\n')
        zones = "".join(
            f'zone "{wire.name_text(apex)}" {{ type secondary; file "{self.zone_file(apex)}";\n'
            f"  primaries {{ {asked}; }};\n"
            f"  allow-transfer {{ 127.0.0.1;{f' {key};' if key else ''} }};{notify} }};\n"
            for apex in self.zones)
        return keys + text[:text.index("zone \"")] + zones


class Pdns(Secondary, peers.Peer):
    """PowerDNS with its zones in SQLite. It has no IXFR out, and tells nobody of what it has taken by
    IXFR (seen in 4.7.3)."""

    name = "PowerDNS"
    program = "pdns_server"
    package = "pdns-server"
    gives_changes = False
    tells = False

    SCHEMA = Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql")

    def config(self):
        host, port = self.endpoint
        self._make_database()
        return (f"launch=gsqlite3\ngsqlite3-database={self.directory}/zones.sqlite3\n"
                f"local-address={host}\nlocal-port={port}\nsocket-dir={self.directory}\n"
                "daemon=no\nguardian=no\ndisable-syslog=yes\nsecurity-poll-suffix=\n"
                "secondary=yes\nxfr-cycle-interval=1\nallow-axfr-ips=127.0.0.1\n"
                "cache-ttl=0\nquery-cache-ttl=0\nnegquery-cache-ttl=0\n"
                "zone-cache-refresh-interval=0\nloglevel=4\nretrieval-threads=1\n"
                "gsqlite3-pragma-journal-mode=WAL\ngsqlite3-pragma-synchronous=0\n")

    def _make_database(self):
        """The zones, and from whom they are to be taken."""
        if not self.SCHEMA.exists():
            raise peers.PeerFailure("a schema is missing: apt-get install pdns-backend-sqlite3")
        path = self.directory / "zones.sqlite3"
        path.unlink(missing_ok=True)
        primary, primary_port = self.primary
        metadata = {"IXFR": "1"}
        if self.key:
            metadata |= {"AXFR-MASTER-TSIG": self.key.name, "TSIG-ALLOW-AXFR": self.key.name}
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.executescript(self.SCHEMA.read_text(encoding="ascii"))
            if self.key:
                database.execute("INSERT INTO tsigkeys (name, algorithm, secret) VALUES (?, ?, ?)",
                                 self.key)
            for apex in self.zones:
                zone = database.execute(
                    "INSERT INTO domains (name, type, master) VALUES (?, 'SLAVE', ?)",
                    (wire.name_text(apex).rstrip(".").lower(), f"{primary}:{primary_port}"))
                database.executemany(
                    "INSERT INTO domainmetadata (domain_id, kind, content) VALUES (?, ?, ?)",
                    [(zone.lastrowid, *entry) for entry in metadata.items()])

    def command(self, config):
        (self.directory / "pdns.conf").write_text(config.read_text(encoding="ascii"),
                                                  encoding="ascii")
        return [f"--config-dir={self.directory}"]


CATALOG = "catalog.arpad.example."


class CatalogKnot(Knot):
    """Knot DNS that knows a catalog, and no zone."""

    def config(self):
        text = super().config()
        template = ("  - id: hosts\n"
                    f"    storage: {self.directory}\n    semantic-checks: off\n"
                    "    master: primary\n    acl: [anybody, primary]\n")
        zone = (f"zone:\n  - domain: {CATALOG}\n    master: primary\n    acl: [anybody, primary]\n"
                "    catalog-role: interpret\n    catalog-template: [default, hosts]\n")
        return text[:text.index("zone:\n")] + template + zone


class CatalogBind(Bind):
    """Likewise BIND."""

    def config(self):
        text = super().config()
        primary, primary_port = self.primary
        key = f' key "{self.key.name}"' if self.key else ""
        primaries = f"{{ {primary} port {primary_port}{key}; }}"
        text = text.replace("};\ncontrols", "  catalog-zones {\n"
                            f'    zone "{CATALOG}" default-primaries {primaries} '
                            "in-memory yes min-update-interval 0;\n  };\n};\ncontrols")
        text = text.replace("allow-transfer { none; }", "allow-transfer { 127.0.0.1; }; "
                            "serial-query-rate 1000; transfers-in 50; transfers-per-ns 50")
        return text[:text.index('\nzone "') + 1] + (
            f'zone "{CATALOG}" {{ type secondary; file "{self.directory}/catalog";\n'
            f"  primaries {primaries}; }};\n")


ALL = (Nsd, Knot, Bind, Pdns)
BY_TLS = (Nsd, Bind)  # Knot from version 3.5 on

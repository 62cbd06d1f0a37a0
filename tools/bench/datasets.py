"""The data sets: zone files of arpad, master files for its peers, and the questions about them.

Each is the same for the same seed and size. Zone files and master files hold the same records in
the same order, and nothing in them was chosen with a server's way of storing it in mind.
"""

import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import names
from questions import ALIAS, ANSWER, QUESTIONS, REFERRAL, Picker, Question

RECORDS = 1_000_000
RECORDS_PER_SMALL_ZONE = 100
NAMESERVERS = ("ns1.example.net.", "ns2.example.net.")
MASTER_HEAD = ("$TTL 3600\n"
               "@ SOA ns1.example.net. hostmaster.example.net. 1 7200 1800 1209600 900\n"
               "@ NS ns1.example.net.\n@ NS ns2.example.net.\n")
ZONE_DEFAULTS = ("zone_defaults:\n  ttl: 1h\n  nameservers: [ns1.example.net, ns2.example.net]\n"
                 "  soa: {contact: hostmaster@example.net, negative_ttl: 15m}\n")
EXPORT_SECONDS = 600


@dataclass
class Dataset:
    """What was generated. `masters` are paths by apex, none for arpad alone."""

    name: str
    zones: Path
    masters: dict
    records: int
    questions: list
    dnsperf_file: Path
    ready: list = field(default_factory=list)  # when these are answered, everything is served
    measures: str = "queries"  # or `starts`: what the set is there for


@dataclass(frozen=True)
class Request:
    """What to generate, where, and with which arpactl to make master files where we do not."""

    directory: Path
    records: int
    seed: int
    arpactl: Path
    with_masters: bool

    def source(self, purpose):
        """A source of random numbers of its own for each purpose."""
        return random.Random(f"{self.seed} {purpose}")

    def picker(self, expected):
        """A choice of questions among about so many names."""
        return Picker(self.source("questions"), expected, min(QUESTIONS, max(1000, self.records)))


class _Writer:
    """The zone file and the master file of one zone, written side by side."""

    def __init__(self, request, network, apex):
        stem = apex.rstrip(".")
        self.master_path = request.directory / "masters" / stem
        self._yaml = _create(request.directory / "zones" / f"{stem}.yaml")
        self._master = _create(self.master_path) if request.with_masters else None
        self._yaml.write(f"network: {network}\nrecords:\n")
        if self._master:
            self._master.write(MASTER_HEAD)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._yaml.close()
        if self._master:
            self._master.close()

    def put(self, address, owner, host):
        """One PTR record: an address, its name below the apex, and its host name."""
        self._yaml.write(f"  {address}: {host}\n")
        if self._master:
            self._master.write(f"{owner} PTR {host}.\n")


def _create(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "w", encoding="ascii", buffering=1 << 20)


def _finish(request, name, masters, records, questions, ready=()):
    """Writes what dnsperf asks."""
    dnsperf_file = request.directory / "questions"
    dnsperf_file.write_text("".join(question.line for question in questions), encoding="ascii")
    first_hit = next(question for question in questions if question.kind == ANSWER)
    return Dataset(name, request.directory / "zones", masters, records, questions, dnsperf_file,
                   list(ready) or [first_hit])


def _absent_names(candidates, apex, labels_of):
    return [f"{labels_of(address)}.{apex}" for address in sorted(candidates)]


def _one_zone(request, name, apex, network, addresses, text_of, labels_of, host_of, candidates):
    """A zone with one PTR for each address; `candidates` are asked if they have none."""
    hosts = request.source("hosts")
    picker = request.picker(request.records)
    question = None
    with _Writer(request, network, apex) as writer:
        for address in addresses:
            candidates.discard(address)
            owner, host = labels_of(address), host_of(hosts, address)
            writer.put(text_of(address), owner, host)
            if picker.wants():
                question = Question(f"{owner}.{apex}", "PTR", ANSWER, (host + ".",))
                picker.take(question)
    questions = picker.mix(_absent_names(candidates, apex, labels_of))
    masters = {apex: writer.master_path} if request.with_masters else {}
    # Whoever answers as they read answers for what stands near the end last.
    return _finish(request, name, masters, request.records, questions, [question])


def ipv4(request, name="ipv4"):
    """PTR records spread at random over 10.0.0.0/8."""
    chance = request.source("absent")
    candidates = {names.IPV4_NETWORK + chance.randrange(names.IPV4_SIZE) for _ in range(100_000)}
    return _one_zone(request, name, "10.in-addr.arpa.", "10.0.0.0/8",
                     names.spread_ipv4(request.source("addresses"), request.records),
                     names.ipv4_text, lambda address: names.ipv4_labels(address, 3),
                     names.ipv4_host, candidates)


def ten_million(request):
    """The same, ten times as many."""
    return ipv4(Request(request.directory, 10 * request.records, request.seed, request.arpactl,
                        request.with_masters), "ten-million")


def ipv6(request):
    """PTR records spread at random over 2001:db8::/32."""
    chance = request.source("absent")
    candidates = {names.IPV6_NETWORK + chance.getrandbits(names.IPV6_HOST_BITS)
                  for _ in range(100_000)}
    return _one_zone(request, "ipv6", "8.b.d.0.1.0.0.2.ip6.arpa.", "2001:db8::/32",
                     names.spread_ipv6(request.source("addresses"), request.records),
                     names.ipv6_text, lambda address: names.ipv6_labels(address, 24),
                     names.ipv6_host, candidates)


def ranges(request):
    """A range for each of 230 of the 256 /16 of 10.0.0.0/8; the other addresses have no names."""
    chance = request.source("ranges")
    suffixes = {second: chance.choice(names.SUFFIXES)
                for second in sorted(chance.sample(range(256), 230))}
    free = [second for second in range(256) if second not in suffixes]
    with _create(request.directory / "zones" / "10.yaml") as file:
        file.write("network: 10.0.0.0/8\nranges:\n")
        file.writelines(f'  10.{second}.0.0/16: "host-{{a}}-{{b}}-{{c}}-{{d}}.{suffix}"\n'
                        for second, suffix in suffixes.items())
    picker = request.picker(1)
    seconds = list(suffixes)
    for _ in range(max(1000, min(QUESTIONS, request.records))):
        second = chance.choice(seconds)
        address = names.IPV4_NETWORK + (second << 16) + chance.randrange(1 << 16)
        host = f"host-{names.ipv4_text(address).replace('.', '-')}.{suffixes[second]}."
        picker.take(Question(f"{names.ipv4_labels(address, 3)}.10.in-addr.arpa.", "PTR", ANSWER,
                             (host,)))
    absent = {names.IPV4_NETWORK + (chance.choice(free) << 16) + chance.randrange(1 << 16)
              for _ in range(picker.absent_wanted)}
    questions = picker.mix(_absent_names(absent, "10.in-addr.arpa.",
                                         lambda address: names.ipv4_labels(address, 3)))
    return _finish(request, "ranges", {}, len(suffixes) << 16, questions)


def many_zones(request):
    """Zone files of 100 records each, a /24 each."""
    source = request.source("addresses")
    hosts = request.source("hosts")
    count = max(1, request.records // RECORDS_PER_SMALL_ZONE)
    if count > 1 << 16:
        raise ValueError(f"there are no {count} networks in 10.0.0.0/8")
    picker = request.picker(count * RECORDS_PER_SMALL_ZONE)
    masters, absent_names, last_of_each = {}, [], []
    for network in range(names.IPV4_NETWORK, names.IPV4_NETWORK + (count << 8), 1 << 8):
        apex = f"{names.ipv4_labels(network >> 8, 3)}.in-addr.arpa."
        with _Writer(request, f"{names.ipv4_text(network)}/24", apex) as writer:
            used = sorted(source.sample(range(256), RECORDS_PER_SMALL_ZONE))
            for last in used:
                host = names.ipv4_host(hosts, network + last)
                writer.put(names.ipv4_text(network + last), last, host)
                question = Question(f"{last}.{apex}", "PTR", ANSWER, (host + ".",))
                if picker.wants():
                    picker.take(question)
            last_of_each.append(question)
            absent_names.append(f"{next(n for n in range(256) if n not in used)}.{apex}")
        if request.with_masters:
            masters[apex] = writer.master_path
    # The last zone, then two hundred spread over all: asking all would be a load of its own.
    sample = last_of_each[-1:] + last_of_each[::max(1, count // 200)]
    dataset = _finish(request, "many-zones", masters, count * RECORDS_PER_SMALL_ZONE,
                      picker.mix(absent_names), sample)
    dataset.measures = "starts"
    return dataset


class _Mixed:
    """A /8 with about a million records of all the kinds that a reverse zone has.

    Below 10.240.0.0 stand addresses with one PTR, several, or TXT and A records besides; in the
    next 2048 /24 some are delegated, and of some of the last 2048 a part, by RFC 2317.
    """

    APEX = "10.in-addr.arpa."
    DELEGATED = 0x0AF00000  # 10.240.0.0
    CLASSLESS = 0x0AF80000  # 10.248.0.0
    BLOCKS = 2048

    def __init__(self, request):
        self._request = request
        self._source = request.source("mixed")
        self._hosts = request.source("hosts")
        self._addresses = request.records * 8 // 10
        self._delegations = min(2000, max(10, request.records // 500))
        self._classless = min(2000, max(10, request.records // 1000))
        self._picker = request.picker(request.records)
        self._extra = []

    def _ask(self, owner, rr_type, kind, *data):
        if self._picker.wants():
            self._picker.take(Question(f"{owner}.{self.APEX}", rr_type, kind, data))

    def _write_addresses(self, file, candidates):
        size = self.DELEGATED - names.IPV4_NETWORK
        for address in names.spread_ipv4(self._source, self._addresses, size):
            candidates.discard(address)
            owner = names.ipv4_labels(address, 3)
            # One address in twenty has two names.
            hosts = [names.ipv4_host(self._hosts, address)
                     for _ in range(1 if self._source.random() < 0.95 else 2)]
            hosts = list(dict.fromkeys(hosts))
            value = hosts[0] if len(hosts) == 1 else f"[{', '.join(hosts)}]"
            file.write(f"  {names.ipv4_text(address)}: {value}\n")
            self._ask(owner, "PTR", ANSWER, *(f"{host}." for host in hosts))
            if self._source.random() < 0.05:
                self._add_extra(owner, address)

    def _add_extra(self, owner, address):
        rack = f"rack {self._source.randrange(1000)}"
        port = f"port {self._source.randrange(1000)}"
        text = names.ipv4_text(address)
        self._extra += [f'{owner} TXT "{rack}"', f'{owner} TXT "{port}"', f"{owner} A {text}"]
        self._ask(owner, "TXT", ANSWER, rack, port)
        self._ask(owner, "A", ANSWER, text)

    def _write_delegations(self, file):
        for index in sorted(self._source.sample(range(self.BLOCKS), self._delegations)):
            network = self.DELEGATED + (index << 8)
            servers = [f"ns{n}.customer{index}.example." for n in (1, 2)]
            file.write(f"  {names.ipv4_text(network)}/24: "
                       f"{{nameservers: [{', '.join(servers)}]}}\n")
            owner = f"{self._source.randrange(256)}.{names.ipv4_labels(network >> 8, 2)}"
            for _ in range(8):
                self._ask(owner, "PTR", REFERRAL, *servers)

    def _write_classless(self, file):
        for index in sorted(self._source.sample(range(self.BLOCKS), self._classless)):
            network = self.CLASSLESS + (index << 8)
            length = self._source.choice((26, 27, 28))
            first = self._source.randrange(0, 256, 1 << 32 - length)
            servers = [f"ns{n}.tenant{index}.example" for n in (1, 2)]
            file.write(f"  {names.ipv4_text(network + first)}/{length}: "
                       f"{{nameservers: [{', '.join(servers)}]}}\n")
            upper = names.ipv4_labels(network >> 8, 2)
            for last in range(first, first + (1 << 32 - length)):
                self._ask(f"{last}.{upper}", "PTR", ALIAS,
                          f"{last}.{first}/{length}.{upper}.{self.APEX}")

    def make(self):
        """Writes the zone file, and master files by `arpactl export`."""
        request = self._request
        candidates = {names.IPV4_NETWORK
                      + self._source.randrange(self.DELEGATED - names.IPV4_NETWORK)
                      for _ in range(100_000)}
        with _create(request.directory / "zones" / "10.yaml") as file:
            file.write("network: 10.0.0.0/8\nrecords:\n")
            self._write_addresses(file, candidates)
            file.write("delegations:\n")
            self._write_delegations(file)
            self._write_classless(file)
            file.write("extra: |\n" + "".join(f"  {line}\n" for line in self._extra))
        master = export(request) / "10.in-addr.arpa.zone"
        with open(master, encoding="ascii") as lines:
            records = sum(" IN " in line for line in lines)
        questions = self._picker.mix(_absent_names(
            candidates, self.APEX, lambda address: names.ipv4_labels(address, 3)))
        return _finish(request, "mixed", {self.APEX: master}, records, questions)


def mixed(request):
    """See _Mixed."""
    return _Mixed(request).make()


def export(request):
    """The directory with the master files that `arpactl export` makes of the zone files."""
    config = request.directory / "export.yaml"
    config.write_text('listen: ["127.0.0.1:0"]\nzones: zones\nstate: export-state\n'
                      + ZONE_DEFAULTS, encoding="ascii")
    masters = request.directory / "masters"
    masters.mkdir(exist_ok=True)
    subprocess.run([request.arpactl, "export", "-c", config, "all", "-o", masters], check=True,
                   timeout=EXPORT_SECONDS, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return masters


GENERATORS = {"ipv4": ipv4, "ipv6": ipv6, "ranges": ranges, "mixed": mixed,
              "ten-million": ten_million, "many-zones": many_zones}

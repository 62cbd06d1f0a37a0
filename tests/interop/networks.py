"""Networks and the inventory as plain data, and the YAML that arpad reads them from."""

import ipaddress
from dataclasses import dataclass, field


@dataclass
class Entry:
    """An entry of `records`; no names for `~`."""

    names: tuple = ()
    ttl: int | None = None
    is_locked: bool = False


@dataclass
class Range:
    """An entry of `ranges`; no template for `~`."""

    first: object
    last: object
    template: str | None
    ttl: int | None = None

    @property
    def size(self):
        """How many addresses it has."""
        return int(self.last) - int(self.first) + 1

    def contains(self, address):
        """Whether `address`, of the same family, lies in it."""
        return self.first <= address <= self.last

    def key(self):
        """As it is written: a prefix where it is one."""
        prefixes = list(ipaddress.summarize_address_range(self.first, self.last))
        return str(prefixes[0]) if len(prefixes) == 1 and self.size > 1 else (
            f"{self.first}-{self.last}")


@dataclass
class Delegation:
    """An entry of `delegations`; `nameservers` are pairs of name and list of addresses."""

    prefix: object
    nameservers: list
    style: str | None = None
    cname_to: str | None = None
    ds: list = field(default_factory=list)
    ttl: int | None = None
    ds_ttl: int | None = None


@dataclass
class Extra:
    """A record of `extra`, its owner and data as they are written."""

    owner: str
    type: str
    data: str
    ttl: int | None = None


@dataclass
class Soa:
    """What `soa` says."""

    contact: str
    primary: str
    refresh: int = 7200
    retry: int = 1800
    expire: int = 1209600
    negative_ttl: int = 900
    ttl: int | None = None
    serial: int = 1


@dataclass
class Network:
    """A zone file."""

    prefix: object
    soa: Soa
    nameservers: list
    ttl: int = 3600
    nameservers_ttl: int | None = None
    zone: str | None = None
    style: str | None = None
    records: dict = field(default_factory=dict)  # address -> Entry
    ranges: list = field(default_factory=list)
    delegations: list = field(default_factory=list)
    extra: list = field(default_factory=list)

    def contains(self, address):
        """Whether an address lies in the network."""
        return (self.prefix is not None and address.version == self.prefix.version
                and address in self.prefix)


@dataclass
class Server:
    """An entry of the inventory's `servers`: the first address of each family is primary."""

    host: str
    addresses: list

    def primaries(self):
        """The addresses that get the host name by default."""
        families = {}
        for address in self.addresses:
            families.setdefault(address.version, address)
        return list(families.values())


@dataclass
class World:
    """All that is configured for one seed."""

    networks: list
    servers: list


INVENTORY_TTL = 1800


def _quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(texts):
    return "[" + ", ".join(map(_quoted, texts)) + "]"


def _ttl(name, value):
    return [] if value is None else [f"{name}: {value}"]


def _mapping(pairs):
    return "{" + ", ".join(pairs) + "}"


def _names(names):
    return _quoted(names[0]) if len(names) == 1 else _list(names)


def _entry_text(entry):
    if entry.ttl is None and not entry.is_locked:
        return _names(entry.names) if entry.names else "~"
    return _mapping([f"name: {_names(entry.names) if entry.names else '~'}",
                     *_ttl("ttl", entry.ttl), *(["locked: true"] if entry.is_locked else [])])


def _range_text(found):
    if found.template is None:
        return "~"
    if found.ttl is None:
        return _quoted(found.template)
    return _mapping([f"name: {_quoted(found.template)}", f"ttl: {found.ttl}"])


def _nameserver_text(name, addresses):
    if not addresses:
        return _quoted(name)
    return _mapping([f"name: {_quoted(name)}", f"addresses: {_list(map(str, addresses))}"])


def _delegation_text(found):
    pairs = []
    if found.nameservers:
        pairs.append("nameservers: [" + ", ".join(
            _nameserver_text(name, addresses) for name, addresses in found.nameservers) + "]")
    if found.style is not None:
        pairs.append(f"style: {found.style}")
    if found.cname_to is not None:
        pairs.append(f"cname_to: {_quoted(found.cname_to)}")
    if found.ds:
        pairs.append(f"ds: {_list(found.ds)}")
    return _mapping(pairs + _ttl("ttl", found.ttl) + _ttl("ds_ttl", found.ds_ttl))


def extra_line(extra):
    """A record of `extra` as a line of a master file."""
    ttl = "" if extra.ttl is None else f" {extra.ttl}"
    return f"{extra.owner}{ttl} {extra.type} {extra.data}"


def zone_file(network):
    """The zone file of a network."""
    soa = network.soa
    lines = []
    if network.prefix is not None:
        lines.append(f"network: {_quoted(str(network.prefix))}")
    if network.zone is not None:
        lines.append(f"zone: {_quoted(network.zone)}")
    if network.style is not None:
        lines.append(f"style: {network.style}")
    lines += [f"ttl: {network.ttl}", f"nameservers: {_list(network.nameservers)}",
              *_ttl("nameservers_ttl", network.nameservers_ttl), "soa:"]
    lines += [f"  {line}" for line in (
        f"contact: {soa.contact}", f"primary: {soa.primary}", f"refresh: {soa.refresh}",
        f"retry: {soa.retry}", f"expire: {soa.expire}", f"negative_ttl: {soa.negative_ttl}",
        *_ttl("ttl", soa.ttl), f"serial: {soa.serial}")]
    for key, entries in (
            ("records", [(str(address), _entry_text(entry))
                         for address, entry in network.records.items()]),
            ("ranges", [(found.key(), _range_text(found)) for found in network.ranges]),
            ("delegations", [(str(found.prefix), _delegation_text(found))
                             for found in network.delegations])):
        if entries:
            lines += [f"{key}:", *(f"  {_quoted(name)}: {value}" for name, value in entries)]
    if network.extra:
        lines += ["extra: |", *(f"  {extra_line(extra)}" for extra in network.extra)]
    return "\n".join(lines) + "\n"


def inventory_file(worlds):
    """The inventory of several seeds; the product of a server gives its domain."""
    products = {}
    servers = []
    for world in worlds:
        for server in world.servers:
            label, domain = server.host.split(".", 1)
            product = products.setdefault(domain, f"product{len(products)}")
            servers.append(f"  {label}: {{product: {product}, "
                           f"addresses: {_list(map(str, server.addresses))}}}")
    lines = [f"ttl: {INVENTORY_TTL}", "products:",
             *(f'  {product}: "{{server}}.{domain}"' for domain, product in products.items())]
    return "\n".join([*lines, "servers:", *servers]) + "\n"

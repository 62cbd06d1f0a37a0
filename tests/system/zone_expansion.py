"""What records a zone file stands for: a second reading of the manual, to compare with arpad's.

Reads the YAML that `arpactl import` writes and no more: block mappings, flow lists and mappings,
quoted scalars, one literal block.
"""

import ipaddress
import re

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_FLOW_TOKEN = re.compile(
    r'\s*("(?:[^"\\]|\\.)*"|[\[\]{},]|:(?=\s)'
    r'|[^\s\[\]{},"][^\[\]{},]*?(?=\s*(?:[\[\]{},]|:\s|$)))')


def _scalar(token):
    if token.startswith('"'):
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    return None if token == "~" else token


def _parse_flow(tokens):
    token = tokens.pop(0)
    if token == "[":
        items = []
        while tokens[0] != "]":
            items.append(_parse_flow(tokens))
            if tokens[0] == ",":
                tokens.pop(0)
        tokens.pop(0)
        return items
    if token == "{":
        mapping = {}
        while tokens[0] != "}":
            key = _scalar(tokens.pop(0))
            assert tokens.pop(0) == ":"
            mapping[key] = _parse_flow(tokens)
            if tokens[0] == ",":
                tokens.pop(0)
        tokens.pop(0)
        return mapping
    return _scalar(token)


def _parse_value(text):
    if not text.startswith(("[", "{", '"')):
        return _scalar(text)
    return _parse_flow(_FLOW_TOKEN.findall(text))


def _split_key(line):
    match = re.match(r'("(?:[^"\\]|\\.)*"|.+?):(?: (.*))?$', line)
    return _scalar(match[1]), match[2]


def parse(text):
    """The mapping that a written zone file is."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]

    def block(depth):
        if lines and lines[0].startswith(" " * depth + "- "):
            items = []
            while lines and lines[0].startswith(" " * depth + "- "):
                items.append(_parse_value(lines.pop(0)[depth + 2:]))
            return items
        mapping = {}
        while lines and len(lines[0]) - len(lines[0].lstrip()) == depth:
            key, value = _split_key(lines.pop(0)[depth:])
            assert key not in mapping, f"{key} is written twice"
            if value == "|":
                literal = []
                while lines and lines[0].startswith(" " * (depth + 2)):
                    literal.append(lines.pop(0)[depth + 2:])
                mapping[key] = "\n".join(literal)
            elif value is None:
                mapping[key] = block(depth + 2)
            else:
                mapping[key] = _parse_value(value)
        return mapping

    result = block(0)
    assert not lines, lines
    return result


def seconds(text):
    """The seconds of a duration."""
    return int(text) if text.isdigit() else int(text[:-1]) * _UNITS[text[-1]]


def render(template, address, first):
    """The name that a template makes for an address of the range that begins with `first`."""
    number = int(address)

    def text(match):
        name, width = match[1], int(match[2] or 0)
        if name == "ip":
            made = str(address).replace(".", "-").replace(":", "-")
            made = "0" + made if made.startswith("-") else made
            return made + "0" if made.endswith("-") else made
        if name == "hex":
            return f"{number:08x}" if address.version == 4 else f"{number:032x}"
        if name == "groups":
            return address.exploded.replace(":", "-")
        if name == "host":
            return f"{number - int(first):0{width}d}"
        return f"{number >> (24 - 8 * 'abcd'.index(name)) & 255:0{width}d}"

    return re.sub(r"\{(\w+)(?::0(\d+))?\}", text, template)


def classless_label(network, style):
    """The label of an RFC 2317 zone."""
    first, last = int(network[0]) & 255, int(network[-1]) & 255
    return {"slash": f"{first}/{network.prefixlen}", "dash": f"{first}-{network.prefixlen}",
            "range": f"{first}-{last}"}[style]


def prefix_name(network):
    """The name of an aligned prefix."""
    if network.version == 4:
        labels = str(network[0]).split(".")[:network.prefixlen // 8]
        return ".".join(labels[::-1] + ["in-addr.arpa."])
    nibbles = network[0].exploded.replace(":", "")[:network.prefixlen // 4]
    return ".".join(list(nibbles[::-1]) + ["ip6.arpa."])


def _addresses(text):
    if "/" in text:
        return ipaddress.ip_network(text)
    first, last = (ipaddress.ip_address(part) for part in text.split("-"))
    return [type(first)(number) for number in range(int(first), int(last) + 1)]


class Expansion:
    """All records of one zone file as tuples (owner, type, TTL, data)."""

    def __init__(self, text):
        self.zone = parse(text)
        self.ttl = seconds(self.zone["ttl"])
        self.records = set()
        self.network = None
        if "network" in self.zone:
            self.network = ipaddress.ip_network(self.zone["network"])
            self.apex = self._apex()
        else:
            self.apex = self.zone["zone"] + "."
        self._expand()

    def _apex(self):
        step = 8 if self.network.version == 4 else 4
        style = self.zone.get("style")
        if self.network.prefixlen % step == 0 and not style:
            return prefix_name(self.network)
        return (classless_label(self.network, style or "slash") + "."
                + prefix_name(self.network.supernet(new_prefix=24)))

    def _is_classless(self):
        return self.apex != prefix_name(self.network)

    def _name(self, network):
        """The name of an aligned prefix in the zone."""
        if self.network.version == 4 and self.network.prefixlen > 24 and self._is_classless():
            if network.prefixlen == 24:
                return self.apex
            return f"{int(network[0]) & 255}.{self.apex}"
        return prefix_name(network)

    def _ttl(self, mapping, key="ttl", default=None):
        if isinstance(mapping, dict) and key in mapping:
            return seconds(mapping[key])
        return self.ttl if default is None else default

    def _add(self, owner, rr_type, ttl, data):
        record = (owner.lower(), rr_type, ttl, data)
        assert record not in self.records, f"{record} is made twice"
        self.records.add(record)

    def _expand(self):
        zone, soa = self.zone, self.zone["soa"]
        local, _, domain = soa["contact"].partition("@")
        contact = local.replace(".", "\\.") + "." + domain if domain else soa["contact"]
        numbers = [soa["serial"]] + [str(seconds(soa[key])) for key in
                                     ("refresh", "retry", "expire", "negative_ttl")]
        self._add(self.apex, "SOA", self._ttl(soa),
                  " ".join([soa["primary"] + ".", contact + "."] + numbers))
        for name in zone["nameservers"]:
            self._add(self.apex, "NS", self._ttl(zone, "nameservers_ttl"), name + ".")
        for prefix, delegation in zone.get("delegations", {}).items():
            self._expand_delegation(ipaddress.ip_network(prefix), delegation)
        self._expand_extra()
        self._expand_names()

    def _expand_delegation(self, prefix, delegation):
        ttl = self._ttl(delegation)
        owner = None
        if "cname_to" in delegation:
            owner = delegation["cname_to"] + "."
        elif "style" in delegation or prefix.version == 4 and 24 < prefix.prefixlen < 32:
            owner = (classless_label(prefix, delegation.get("style", "slash")) + "."
                     + self._name(prefix.supernet(new_prefix=24)))
        if owner:
            for address in prefix:
                self._add(self._name(ipaddress.ip_network(address)), "CNAME", ttl,
                          f"{int(address) & 255}.{owner}")
        owner = owner or self._name(prefix)
        for server in delegation.get("nameservers", []):
            name = server["name"] if isinstance(server, dict) else server
            self._add(owner, "NS", ttl, name + ".")
            for text in server["addresses"] if isinstance(server, dict) else []:
                self._add(name + ".", "AAAA" if ":" in text else "A", ttl, text)
        for data in delegation.get("ds", []):
            self._add(owner, "DS", self._ttl(delegation, "ds_ttl", ttl), data.lower())

    def _expand_extra(self):
        for line in self.zone.get("extra", "").splitlines():
            match = re.match(r"(\S+)\s+(?:(\d+)\s+)?(\S+)\s+(.*)$", line)
            owner = self.apex if match[1] == "@" else f"{match[1]}.{self.apex}"
            ttl = int(match[2]) if match[2] else self.ttl
            data = match[4].lower() if match[3] == "DS" else match[4]
            self._add(owner, match[3], ttl, data)

    def _expand_names(self):
        taken = {owner for owner, rr_type, _, _ in self.records if rr_type in ("PTR", "CNAME")}
        for text, value in self.zone.get("records", {}).items():
            owner = self._name(ipaddress.ip_network(text))
            assert owner.lower() not in taken, f"{text} is in records and in extra"
            taken.add(owner.lower())
            names = value["name"] if isinstance(value, dict) else value
            for name in [names] if isinstance(names, str) else names or []:
                self._add(owner, "PTR", self._ttl(value), name + ".")
        for text, value in self.zone.get("ranges", {}).items():
            template = value["name"] if isinstance(value, dict) else value
            addresses = _addresses(text)
            for address in addresses:
                owner = self._name(ipaddress.ip_network(address))
                if owner.lower() in taken:
                    continue
                self._add(owner, "PTR", self._ttl(value),
                          render(template, address, addresses[0]) + ".")

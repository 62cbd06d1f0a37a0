"""Edits of names, made over arpad's control socket, its API or by UPDATE, as programs make them."""

import http.client
import ipaddress
import json
import random
import re
import socket
import struct
import time

import dns_client as dns

UPDATE = 5 << 11


class Control(http.client.HTTPConnection):
    """HTTP over the control socket of the arpad whose configuration is at `config`."""

    def __init__(self, config):
        super().__init__("arpad", timeout=30)
        self.path = config.parent / "state" / "control.sock"

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))

    def edit(self, names):
        """Gives each address its names, of `names` by address; why not, if not."""
        self.request("POST", "/v1/edits", json.dumps({"edits": [
            {"address": address, "names": given} for address, given in names.items()]}))
        response = self.getresponse()
        body = response.read().decode()
        return None if response.status == 200 else body


class Api(http.client.HTTPConnection):
    """The API at `port`, used with a token of an operator."""

    def __init__(self, port, token):
        super().__init__("127.0.0.1", port, timeout=30)
        self.token = token

    def edit(self, names):
        """As that of Control."""
        self.request("POST", "/api/v1/changes", json.dumps({"changes": [
            {"address": address, "names": given} for address, given in names.items()]}),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        response = self.getresponse()
        body = response.read().decode()
        return None if response.status == 200 else body


class Updates:
    """Updates (RFC 2136) over a TCP connection to `endpoint`, signed with `key`."""

    def __init__(self, endpoint, key, zone=None):
        self.client = dns.TcpClient(endpoint)
        self.key = key
        self.zone = zone  # none: that of the first octet of each address

    def edit(self, names):
        """As that of Control."""
        changes = []
        for address, given in names.items():
            owner = dns.encode_name(ipaddress.ip_address(address).reverse_pointer + ".")
            changes.append(owner + struct.pack("!HHIH", dns.TYPES["PTR"], dns.CLASSES["ANY"], 0, 0))
            for target in given:
                rdata = dns.encode_name(target + ".")
                changes.append(owner + struct.pack("!HHIH", dns.TYPES["PTR"], dns.CLASSES["IN"], 300,
                                                   len(rdata)) + rdata)
        labels = ipaddress.ip_address(address).reverse_pointer.split(".")
        zone = self.zone or ".".join(labels[-3:]) + "."
        message = (dns.header(random.randrange(65536), UPDATE, (1, 0, len(changes), 1))
                   + dns.question(zone, "SOA") + b"".join(changes) + dns.Edns().to_wire())
        self.client.send(dns.framed(self.key.sign(message, int(time.time()))[0]))
        try:
            reply = dns.Reply(self.client.receive())
        except EOFError as error:
            raise ConnectionError from error
        return None if reply.rcode == "NOERROR" else str(reply)


def address_of(owner):
    """The address whose reverse name this is; none if it is another name."""
    labels = owner.lower().rstrip(".").split(".")
    texts = {("in-addr", "arpa"): ".".join(labels[-3::-1]),
             ("ip6", "arpa"): re.sub("(....)(?=.)", r"\1:", "".join(labels[-3::-1]))}
    try:
        address = ipaddress.ip_address(texts.get(tuple(labels[-2:]), ""))
    except ValueError:
        return None
    return str(address) if address.reverse_pointer == ".".join(labels) else None

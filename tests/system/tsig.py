"""Messages signed with TSIG (RFC 8945), so that tests can sign what no tool would."""

import base64
import hmac
import struct

import dns_client as dns

FUDGE = 300
BADTIME = 18
_ALGORITHM = "hmac-sha256."


class Key:
    """A key, and its line in `keys`."""

    def __init__(self, name="transfer.example.net.", secret=b"0123456789abcdef0123456789abcdef",
                 algorithm="hmac-sha256"):
        self.name = name
        self.secret = secret
        self.algorithm = algorithm

    @property
    def line(self):
        """As arpad reads it."""
        secret = base64.b64encode(self.secret).decode("ascii")
        return f"{self.name}: {{algorithm: {self.algorithm}, secret: \"{secret}\"}}"

    def sign(self, message, when, request_mac=b"", *, timers_only=False):
        """The message with its TSIG record, and the MAC in it. A reply has the request's MAC; of
        several all but the first have that of the one before, and `timers_only`."""
        timers = struct.pack("!HIH", when >> 32, when & 0xFFFFFFFF, FUDGE)
        name, algorithm = dns.encode_name(self.name), dns.encode_name(self.algorithm)
        digested = struct.pack("!H", len(request_mac)) + request_mac if request_mac else b""
        digested += message
        digested += timers if timers_only else (
            name + struct.pack("!HI", dns.CLASSES["ANY"], 0) + algorithm + timers
            + struct.pack("!HH", 0, 0))
        mac = hmac.digest(self.secret, digested, self.algorithm.removeprefix("hmac-"))
        rdata = (algorithm + timers + struct.pack("!H", len(mac)) + mac + message[:2]
                 + struct.pack("!HH", 0, 0))
        record = name + struct.pack("!HHIH", dns.TYPES["TSIG"], dns.CLASSES["ANY"], 0,
                                    len(rdata)) + rdata
        additionals = int.from_bytes(message[10:12], "big") + 1
        return message[:10] + struct.pack("!H", additionals) + message[12:] + record, mac


def mac_of(message):
    """The MAC of a message that `Key.sign`, or arpad, has signed with a key for hmac-sha256."""
    rdata = message[message.rindex(dns.encode_name(_ALGORITHM)) + len(_ALGORITHM) + 1:]
    length = int.from_bytes(rdata[8:10], "big")
    return rdata[10:10 + length]


def error_of(message):
    """The error in the TSIG record that ends a message without other data behind it."""
    rdata = message[message.rindex(dns.encode_name(_ALGORITHM)) + len(_ALGORITHM) + 1:]
    length = int.from_bytes(rdata[8:10], "big")
    return int.from_bytes(rdata[12 + length:14 + length], "big")

"""An HTTP client of the page and the API for names, and a workspace that offers them."""

import http.client
import json
import re
import urllib.parse

from arpad_server import Workspace, ZONE_DEFAULTS, run_program
from ports import free_port

INVENTORY = """\
products: {mini: "{server}.mini.example"}
accounts:
  acme: {domains: [acme.example, shop.example]}
  bee: {domains: [bee.example], names: own}
  cee: {names: confirmed}
servers:
  vm1: {product: mini, account: acme, addresses: [192.0.2.20, 192.0.2.21, "2001:db8::20", "2001:db8:0:7::/64"]}
  vm2: {product: mini, account: bee, addresses: [192.0.2.30, 192.0.2.31]}
  vm3: {product: mini, account: cee, addresses: [192.0.2.40]}
  rack: {product: mini, addresses: [192.0.2.64/29]}
"""

ZONES = {
    "ipv4": "network: 192.0.2.0/24\n"
            "records:\n"
            "  192.0.2.21: {name: fixed.example.net, locked: true}\n"
            "  192.0.2.31: written.example.net\n"
            "ranges: {192.0.2.64/29: \"r-{ip}.example.net\"}\n"
            "delegations: {192.0.2.128/25: {nameservers: [ns.example.org]}}\n",
    "ipv6": "network: 2001:db8::/32\n",
    "forward": "zone: cee.example\nextra: |\n  mail A 192.0.2.40\n  other A 192.0.2.41\n",
}

_NAMES_AT = re.compile(r"names at (https?)://([0-9.]+):(\d+)/")


def workspace(web="", zones=None, inventory=INVENTORY):
    """A workspace with the page and the API, whose nameserver is arpad itself. `web` are further
    settings of `web`."""
    port = free_port()
    made = Workspace(zones or ZONES, ZONE_DEFAULTS + f"""\
inventory: inventory.yaml
web:
  listen: ["127.0.0.1:0"]
  nameservers: {{ns1.example.net: "127.0.0.1:{port}"}}
  resolvers: ["127.0.0.1:{port}"]
{web}""", listen=(f"127.0.0.1:{port}",))
    (made.directory / "inventory.yaml").write_text(inventory, encoding="utf-8")
    return made


def web_endpoint(server):
    """Where the page is."""
    server.wait_for(_NAMES_AT)
    found = _NAMES_AT.search(server.log)
    return found[2], int(found[3])


def make_token(config, *arguments):
    """The secret of a new token; the arguments are those of `arpactl token create`."""
    done = run_program("ARPACTL", "token", "create", *arguments, "-c", config, "--json")
    if done.returncode != 0:
        raise AssertionError(done.stdout)
    return json.loads(done.stdout)["secret"]


class Reply:
    """What was replied."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        """The body, which is JSON."""
        return json.loads(self.body)


class WebClient:
    """Sends requests, each on a connection of its own."""

    def __init__(self, endpoint, token=None, cookie=None, context=None):
        self.endpoint = endpoint
        self.token = token
        self.cookie = cookie
        self.context = context

    def request(self, method, target, body=None, headers=None):
        """Sends a request; a body that is no text or octets is sent as JSON."""
        host, port = self.endpoint
        all_headers = {"Connection": "close"}
        if self.token:
            all_headers["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            all_headers["Cookie"] = self.cookie
            all_headers["Origin"] = self.origin
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            all_headers["Content-Type"] = "application/json"
        all_headers.update(headers or {})
        if self.context:
            connection = http.client.HTTPSConnection(host, port, timeout=30, context=self.context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=30)
        try:
            connection.request(method, target, body.encode() if isinstance(body, str) else body,
                               {key: value for key, value in all_headers.items()
                                if value is not None})
            return Reply(connection.getresponse())
        finally:
            connection.close()

    @property
    def origin(self):
        """What a browser that shows the page says."""
        scheme = "https" if self.context else "http"
        return f"{scheme}://{self.endpoint[0]}:{self.endpoint[1]}"

    def get(self, target, **headers):
        """Sends GET."""
        return self.request("GET", target, headers=headers)

    def put(self, target, body, **headers):
        """Sends PUT."""
        return self.request("PUT", target, body, headers)

    def post(self, target, body, **headers):
        """Sends POST."""
        return self.request("POST", target, body, headers)

    def delete(self, target, **headers):
        """Sends DELETE."""
        return self.request("DELETE", target, headers=headers)

    def sign_in(self, secret):
        """Signs in as the form of the page does; the reply, after which the cookie is sent."""
        reply = self.request(
            "POST", "/sign-in", urllib.parse.urlencode({"token": secret}),
            {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin})
        if "Set-Cookie" in reply.headers:
            self.cookie = reply.headers["Set-Cookie"].split(";")[0]
        return reply

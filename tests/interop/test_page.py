"""A name that a customer changes on the page is answered by real secondaries soon after Update.

Usage: test_page.py [--within SECONDS]

NSD, then Knot, is the secondary of an arpad, and the nameserver that it watches. A browser signs in,
changes a name and presses Update; from then on the secondary is asked until it has the name, and
the receipt on the page must say that it has it. Prints how long that took. The paths of the programs
stand in ARPAD and ARPACTL.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

# pylint: disable=wrong-import-position
import dns_client
import secondaries
import wire
from arpad_server import Server, wait_until
from browser import Browser
from ports import free_port
from test_secondaries import serial_of
from web_client import make_token, web_endpoint

APEX = wire.name("2.0.192.in-addr.arpa.")
ADDRESS = "192.0.2.20"
CHANGES = 5
# As long as arpad rests between two notices about a zone, so that each change is told at once.
REST_SECONDS = 1.5

INVENTORY = """\
products: {mini: "{server}.mini.example"}
accounts: {acme: {domains: [acme.example]}}
servers: {vm1: {product: mini, account: acme, addresses: [192.0.2.20]}}
"""


def write_primary(directory):
    """The zone and the inventory of an arpad."""
    (directory / "zones").mkdir()
    (directory / "zones" / "network.yaml").write_text("network: 192.0.2.0/24\n", encoding="ascii")
    (directory / "inventory.yaml").write_text(INVENTORY, encoding="ascii")


def write_config(directory, port, follower_port):
    """The configuration of an arpad with the page, whose secondary listens at a port."""
    config = directory / "arpad.yaml"
    config.write_text(f"""\
listen: ["127.0.0.1:{port}"]
zones: zones
inventory: inventory.yaml
state: state
workers: 1
zone_defaults:
  nameservers: [ns1.example.net]
  soa: {{contact: hostmaster.example.net}}
  transfer: {{allow: [127.0.0.1], notify: ["127.0.0.1:{follower_port}"]}}
web:
  listen: ["127.0.0.1:0"]
  nameservers: {{ns1.example.net: "127.0.0.1:{follower_port}"}}
""", encoding="ascii")
    return config


def targets_at(endpoint):
    """What an endpoint says the address is called."""
    reply = dns_client.ask_udp(endpoint, dns_client.query(dns_client.reverse_name(ADDRESS), "PTR"))
    return reply.data("answer", "PTR")


def change(browser, endpoint, name):
    """Changes the name on the page; seconds from Update until `endpoint` has it."""
    browser.type(f"tr[data-address='{ADDRESS}'] input", name)
    browser.click("#update")
    browser.find("#dialog-body table")
    began = time.monotonic()
    browser.click("#dialog-body .primary")
    while targets_at(endpoint) != [f"{name}."]:
        if time.monotonic() > began + 30:
            raise AssertionError(f"{name} is not there after 30 s")
        time.sleep(0.01)
    seconds = time.monotonic() - began
    browser.wait(lambda: "ns1.example.net" in browser.text("#dialog-body") and
                 not browser.find_all("#dialog-body .waiting"), "the receipt says so")
    browser.click("#dialog-close")
    return seconds


def follow(kind, directory, within):
    """One kind of secondary."""
    port = free_port()
    write_primary(directory)
    # It needs a primary to begin, and only then is known where it listens.
    with Server(write_config(directory, port, port)):
        peer = kind(directory / "peer", [APEX], ("127.0.0.1", port))
    with peer:
        config = write_config(directory, port, peer.endpoint[1])
        with Server(config) as server, Browser() as browser:
            endpoint = ("127.0.0.1", port)
            wait_until(lambda: serial_of(endpoint, APEX) == serial_of(peer.endpoint, APEX),
                       "it has the zone")
            host, web_port = web_endpoint(server)
            browser.open(f"http://{host}:{web_port}/")
            browser.type("#token", make_token(config, "account", "acme"))
            browser.click("button.primary")
            times = []
            for number in range(CHANGES):
                time.sleep(REST_SECONDS)
                times.append(change(browser, peer.endpoint, f"n{number}.acme.example"))
            print(f"{peer.name}: {CHANGES} changes on the page, served there after "
                  f"{', '.join(f'{each:.2f}' for each in times)} s", flush=True)
            if within and sorted(times)[len(times) // 2] > within:
                raise AssertionError(f"it takes longer than {within} s")


def main():
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--within", type=float, default=0,
                        help="seconds: fail if the median is longer")
    options = parser.parse_args()
    for kind in (secondaries.Nsd, secondaries.Knot):
        with tempfile.TemporaryDirectory(prefix="arpad-page-") as directory:
            follow(kind, Path(directory), options.within)
    return 0


if __name__ == "__main__":
    sys.exit(main())

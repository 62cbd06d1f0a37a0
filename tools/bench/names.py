"""Addresses and host names, spread at random but the same for every run with the same seed."""

IPV4_NETWORK = 10 << 24  # 10.0.0.0/8
IPV4_SIZE = 1 << 24
IPV6_NETWORK = 0x20010DB8 << 96  # 2001:db8::/32
IPV6_HOST_BITS = 96

ROLES = ("customers", "dsl", "ftth", "cloud", "core", "edge", "voip", "mail", "web", "db", "vps",
         "lab", "pool", "static", "dynamic", "access", "guest", "office", "cdn", "wlan")
SITES = ("fra1", "ams2", "lon1", "par3", "nyc2", "sjc1", "sin4", "syd1", "waw2", "mad1")
SUFFIXES = tuple(f"{role}.{site}.example.net" for role in ROLES for site in SITES)


def ipv4_text(address):
    """An address in dotted decimal."""
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


def ipv6_text(address):
    """An address in eight groups, as short as can be without `::`."""
    return ":".join(f"{address >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))


def ipv4_labels(address, count):
    """The last `count` octets of an address as labels of its reverse name."""
    return ".".join(str(address >> 8 * i & 255) for i in range(count))


def ipv6_labels(address, count):
    """The last `count` nibbles of an address as labels of its reverse name."""
    return ".".join(f"{address:032x}"[:-count - 1:-1])


def ipv4_host(source, address):
    """A host name of about 35 characters without a final dot: half of them tell the address."""
    suffix = source.choice(SUFFIXES)
    if source.random() < 0.5:
        return f"vm-{source.randrange(10_000, 100_000)}.{suffix}"
    return f"host-{ipv4_text(address).replace('.', '-')}.{suffix}"


def ipv6_host(source, address):
    """The same for IPv6, with the last three groups of the address."""
    suffix = source.choice(SUFFIXES)
    if source.random() < 0.5:
        return f"vm-{source.randrange(10_000, 100_000)}.{suffix}"
    groups = "-".join(f"{address >> shift & 0xFFFF:04x}" for shift in (32, 16, 0))
    return f"host-{groups}.{suffix}"


def spread_ipv4(source, count, size=IPV4_SIZE):
    """`count` different addresses of the first `size` of 10.0.0.0/8, ascending."""
    if count > size:
        raise ValueError(f"there are no {count} addresses among {size}")
    is_used = bytearray(size)
    missing = count
    while missing:
        offset = source.randrange(size)
        missing -= not is_used[offset]
        is_used[offset] = 1
    offset = is_used.find(1)
    while offset >= 0:
        yield IPV4_NETWORK + offset
        offset = is_used.find(1, offset + 1)


def spread_ipv6(source, count):
    """`count` different addresses of 2001:db8::/32, ascending."""
    offsets = set()
    while len(offsets) < count:
        offsets.add(source.getrandbits(IPV6_HOST_BITS))
    for offset in sorted(offsets):
        yield IPV6_NETWORK + offset

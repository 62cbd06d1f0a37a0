"""What is asked about zones: every kind of name in and around them, with types that are there and
types that are not."""

import random
from typing import NamedTuple

import wire
from asking import Question

ABSENT_TYPES = [wire.TYPES[name] for name in (
    "PTR", "PTR", "NS", "SOA", "A", "AAAA", "TXT", "CNAME", "DNAME", "DS", "MX", "TYPE65280")]
PTR, NS, DS, ANY = (wire.TYPES[name] for name in ("PTR", "NS", "DS", "ANY"))
PAYLOADS = [(None, False), (1232, False), (1232, True)]
STRANGE_CHILDREN = [b"*", b"zz", b"y" * 63, b"\0", b"0", b"_tcp"]
MARKED_EACH = 6  # names of each kind that are asked for all their types


class Asked(NamedTuple):
    """A question, and what is special about its name."""

    question: Question
    kinds: tuple


def make_questions(expansion, seed, count):
    """At least `count` questions about zones, or all that there are; none of them twice."""
    return _Maker(expansion, seed).make(count)


class _Maker:
    def __init__(self, expansion, seed):
        self.rng = random.Random(f"questions {seed}")
        self.zones = expansion.zones
        self.marks = {kind: frozenset(names) for kind, names in sorted(expansion.marks.items())}
        self.chosen = {}  # (name, type) -> None, in the order chosen
        self.apexes = frozenset(self.zones)

    def make(self, count):
        """Names with something special first, with all they may be asked for; then any names."""
        rng = self.rng
        for names in self.marks.values():
            for name in self._sample(names, MARKED_EACH):
                for near in self._around(name):
                    self._choose(near, 2)
        for apex in self._sample(self.zones, 12):
            for near in self._around(apex):
                self._choose(near, 4)
            self._choose(wire.parent(apex), 2)
        special = [name for zone in self.zones.values() for name, types in zone.rrsets.items()
                   if set(types) - {PTR}]
        plain = [name for zone in self.zones.values() for name in zone.names]
        special.sort()
        plain.sort()
        while len(self.chosen) < count:
            before = len(self.chosen)
            for name in self._sample(special, 40) + self._sample(plain, 60):
                if rng.random() < 0.5:
                    name = rng.choice(list(self._around(name)))
                self._choose(name, 1)
            if len(self.chosen) == before:
                break
        return [self._asked(name, rr_type) for name, rr_type in self.chosen]

    def _sample(self, names, count):
        names = sorted(names)
        return names if len(names) <= count else self.rng.sample(names, count)

    def _around(self, name):
        """A name, and names above, below and beside it."""
        rng = self.rng
        yield name
        child = wire.below(rng.choice(STRANGE_CHILDREN), name)
        if child is not None:
            yield child
            grandchild = wire.below(b"5", child)
            if grandchild is not None:
                yield grandchild
        if name == wire.ROOT:
            return
        upper = wire.parent(name)
        yield upper
        beside = wire.below(self._neighbour(wire.labels_of(name)[0]), upper)
        if beside is not None:
            yield beside

    def _neighbour(self, label):
        """Another label like this one: the next number if it is one."""
        rng = self.rng
        if label.isdigit() and int(label) < 256 and len(label) < 4:
            return str((int(label) + rng.choice([1, -1, 7])) % 256).encode()
        if len(label) == 1 and label in b"0123456789abcdef":
            return b"0123456789abcdef"[rng.randrange(16):][:1]
        return rng.choice([b"zz", b"*", b"m", b"0"])

    def _choose(self, name, absent):
        """Chooses a name with the types that it has, and some that it has not."""
        rng = self.rng
        present = sorted({rr_type for zone in self.zones.values()
                          for rr_type in zone.types_at(name)})
        for rr_type in present:
            self.chosen[name, rr_type] = None
        for _ in range(absent):
            self.chosen[name, rng.choice(ABSENT_TYPES)] = None
        if self._is_cut(name) or name in self.apexes:
            self.chosen[name, DS] = None
        if rng.random() < 0.05:
            self.chosen[name, ANY] = None

    def _is_cut(self, name):
        return any(zone.is_cut(name) for zone in self.zones.values())

    def _asked(self, name, rr_type):
        rng = self.rng
        above = wire.parent(name) if name != wire.ROOT else name
        kinds = tuple(kind for kind, names in self.marks.items()
                      if name in names or (above in names and kind not in (
                          "empty non-terminal", "hole", "nested range")))
        payload, is_dnssec_ok = rng.choice(PAYLOADS)
        flags = wire.RD if rng.random() < 0.3 else 0
        asked = mixed_case(rng, name) if rng.random() < 0.3 else name
        return Asked(Question(asked, rr_type, payload, is_dnssec_ok, flags), kinds)


def mixed_case(rng, name):
    """A name with the case of its letters at random."""
    return wire.from_labels(
        bytes(octet - 32 if 97 <= octet <= 122 and rng.random() < 0.5 else octet
              for octet in label) for label in wire.labels_of(name))

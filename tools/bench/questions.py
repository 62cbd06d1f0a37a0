"""What is asked, which answer is right, and the choice of questions from a stream of records."""

from typing import NamedTuple

import wire

QUESTIONS = 300_000
ABSENT_SHARE = 0.1

ANSWER, ALIAS, REFERRAL, ABSENT = "answer", "alias", "referral", "absent"


class Question(NamedTuple):
    """A name and type, and what must come back: the kind of reply, and what its records say.

    An `ANSWER` has exactly these records of the type; an `ALIAS` begins with a CNAME to the one
    name; a `REFERRAL` has these nameservers; for an `ABSENT` name nothing is there.
    """

    name: str
    rr_type: str
    kind: str
    data: tuple = ()

    @property
    def line(self):
        """The line of dnsperf's data file."""
        return f"{self.name} {self.rr_type}\n"


def absent(name):
    """The question for the PTR of a name that does not exist."""
    return Question(name, "PTR", ABSENT)


def fault_of(question, octets):
    """What is wrong with a reply, in words; empty if it is right."""
    try:
        reply = wire.Reply(octets)
    except wire.MalformedReply as failure:
        return f"malformed: {failure}"
    asked = [(question.name.lower().rstrip(".") + ".", wire.TYPES[question.rr_type], 1)]
    if not reply.flags & wire.QR or reply.flags & wire.TC or reply.questions != asked:
        return f"no whole reply to the question: {octets.hex()}"
    if not _is_right(question, reply):
        return (f"rcode {reply.rcode}, flags {reply.flags:04x}, answer {reply.answer}, "
                f"authority {reply.authority}; expected: {question.kind} {question.data}")
    return ""


def _is_right(question, reply):
    is_authoritative = bool(reply.flags & wire.AA)
    expected = sorted(question.data)
    if question.kind == ANSWER:
        return (reply.rcode == wire.NOERROR and is_authoritative
                and reply.data(reply.answer, question.rr_type) == expected)
    if question.kind == ALIAS:
        # Where the alias leads to is served by others.
        return (reply.rcode == wire.NOERROR and is_authoritative
                and reply.data(reply.answer[:1], "CNAME") == expected)
    if question.kind == REFERRAL:
        return (reply.rcode == wire.NOERROR and not is_authoritative and not reply.answer
                and reply.data(reply.authority, "NS") == expected)
    return (reply.rcode == wire.NXDOMAIN and is_authoritative and not reply.answer
            and len(reply.data(reply.authority, "SOA")) == 1)


class Picker:
    """Chooses questions at random from all that exist, while these pass by."""

    def __init__(self, source, expected, questions):
        self._source = source
        self._hits = questions - int(questions * ABSENT_SHARE)
        self._absent = questions - self._hits
        # A few more than needed, since how many come is a matter of chance.
        self._probability = min(1.0, 1.05 * self._hits / max(1, expected))
        self._offered = []

    def wants(self):
        """Whether the next one is taken: decided first, since few are, and each costs time."""
        return self._source.random() < self._probability

    def take(self, question):
        """Takes a question that exists."""
        self._offered.append(question)

    def mix(self, absent_names):
        """All questions in random order: 9 of 10 exist; repeated where there are too few."""
        self._source.shuffle(self._offered)
        hits = _repeated(self._offered, self._hits)
        mixed = hits + _repeated([absent(name) for name in absent_names], self._absent)
        self._source.shuffle(mixed)
        return mixed

    @property
    def absent_wanted(self):
        """How many names that do not exist are asked."""
        return self._absent


def _repeated(items, count):
    """The first `count` of the endless repetition of a list."""
    if not items:
        raise ValueError("there is nothing to ask for")
    return (items * (count // len(items) + 1))[:count]

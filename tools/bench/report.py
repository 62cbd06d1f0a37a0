"""From samples to tables, ratios and verdicts, as text, Markdown and JSON."""

import dataclasses
import json
import statistics
from typing import NamedTuple

PEERS_OF_TCP = ("NSD", "Knot", "BIND")
MOST_DISTURBANCE_PERCENT = 10.0
AT_MOST, AT_LEAST = "at most", "at least"


class Column(NamedTuple):
    """A column of a table: a figure of the samples, or its ratio to that of another server."""

    title: str
    key: str
    layout: str = "{:.2f}"
    ratio_to: str = ""


class Verdict(NamedTuple):
    """Whether something is as wanted, at most or at least `limit`; without value: unmeasured."""

    text: str
    limit: float
    value: object = None
    bound: str = AT_MOST

    @property
    def outcome(self):
        """In words."""
        if self.value is None:
            return "not measured"
        is_met = self.value <= self.limit if self.bound == AT_MOST else self.value >= self.limit
        return "met" if is_met else "NOT MET"

    @property
    def row(self):
        """The cells of its line."""
        value = "-" if self.value is None else f"{self.value:.3g}"
        return [self.text, f"{self.bound} {self.limit:.3g}", value, self.outcome]


UDP_COLUMNS = [
    Column("CPU us/query", "udp_cpu_us"), Column("user us/query", "udp_user_us"),
    Column("queries/s", "udp_per_second", "{:,.0f}"), Column("lost %", "udp_lost_percent",
                                                             "{:.3f}"),
    Column("p50 us", "latency_p50_us", "{:.0f}"), Column("p99 us", "latency_p99_us", "{:.0f}"),
    Column("CPU : gdnsd", "udp_cpu_us", "{:.3f}", "gdnsd"),
    Column("user : gdnsd", "udp_user_us", "{:.3f}", "gdnsd"),
    Column("CPU : echo", "udp_cpu_us", "{:.3f}", "echo"),
    Column("others on core %", "udp_foreign_percent", "{:.0f}"),
]
TCP_COLUMNS = [
    Column("CPU us/query", "tcp_cpu_us"), Column("user us/query", "tcp_user_us"),
    Column("queries/s", "tcp_per_second", "{:,.0f}"),
    Column("lost %", "tcp_lost_percent", "{:.3f}"),
    Column("queries/s : gdnsd", "tcp_per_second", "{:.3f}", "gdnsd"),
    Column("others on core %", "tcp_foreign_percent", "{:.0f}"),
]
START_COLUMNS = [
    Column("load CPU s", "load_cpu_s"), Column("load wall s", "load_wall_s"),
    Column("2nd start CPU s", "restart_cpu_s"), Column("2nd start wall s", "restart_wall_s"),
    Column("PSS MB loaded", "load_memory_mb", "{:.1f}"),
    Column("PSS MB at most", "memory_mb", "{:.1f}"),
    Column("B/record", "memory_per_record", "{:.1f}"),
]
FLOOD_COLUMNS = [
    Column("CPU us/packet", "flood_cpu_us"), Column("user us/packet", "flood_user_us"),
    Column("packets/s", "flood_per_second", "{:,.0f}"),
    Column("answered %", "flood_answered_percent", "{:.1f}"),
    Column("CPU : hits", "flood_cpu_us", "{:.3f}", "hits"),
]
TABLES = {"UDP": UDP_COLUMNS, "TCP": TCP_COLUMNS, "start and memory": START_COLUMNS,
          "floods": FLOOD_COLUMNS}


class Results:
    """All samples, by data set and label, and what can be said about them."""

    def __init__(self, samples):
        self.samples = samples
        self._figures = {}
        for sample in samples:
            figures = dict(sample.figures)
            figures |= {key.replace("_kb", "_mb"): value / 1024
                        for key, value in figures.items() if key.endswith("_kb")}
            self._figures.setdefault(sample.dataset, {}).setdefault(
                sample.label, {})[sample.round] = figures

    @property
    def datasets(self):
        """The data sets, in the order in which they were measured."""
        return list(self._figures)

    def values(self, dataset, label, key, ratio_to=""):
        """A figure in each round, or its ratio to the same figure of another label there."""
        own = self._figures.get(dataset, {}).get(label, {})
        if not ratio_to:
            return [figures[key] for figures in own.values() if key in figures]
        other = self._figures.get(dataset, {}).get(ratio_to, {})
        return [own[number][key] / other[number][key] for number in own
                if key in own[number] and other.get(number, {}).get(key)]

    def median(self, dataset, label, key, ratio_to=""):
        """The median of the same; None if nothing was measured."""
        values = self.values(dataset, label, key, ratio_to)
        return statistics.median(values) if values else None

    def greatest(self, key_end):
        """The greatest figure whose name ends so, of all; None if there is none."""
        found = [value for sample in self.samples for key, value in sample.figures.items()
                 if key.endswith(key_end)]
        return max(found, default=None)

    def tables(self, dataset):
        """The tables of a data set that have something in them: title and rows, heading first."""
        for title, columns in TABLES.items():
            used = [column for column in columns if any(
                self.values(dataset, label, column.key, column.ratio_to)
                for label in self._figures[dataset])]
            rows = [[label, *(self._cell(dataset, label, column) for column in used)]
                    for label in self._figures[dataset]]
            rows = [row for row in rows if any(cell != "-" for cell in row[1:])]
            if rows:
                yield title, [["server", *(column.title for column in used)], *rows]

    def _cell(self, dataset, label, column):
        """The median, and the least and the greatest where there are several."""
        values = self.values(dataset, label, column.key, column.ratio_to)
        if not values:
            return "-"
        text = column.layout.format(statistics.median(values))
        least, most = (column.layout.format(value) for value in (min(values), max(values)))
        return text if least == most else f"{text} ({least}-{most})"

    def verdicts(self):
        """What arpad is wanted to reach, and what it has."""
        for dataset in self.datasets:
            if dataset in ("ipv4", "ipv6", "mixed"):
                yield from self._verdicts_on_peers(dataset)
        for dataset, octets in (("ipv4", 64), ("ipv6", 80)):
            yield Verdict(f"{dataset}: octets of memory per record", octets,
                          self.median(dataset, "arpad", "memory_per_record"))
        yield Verdict("ten-million: memory in MB", 700,
                      self.median("ten-million", "arpad", "memory_mb"))
        yield Verdict("ten-million: CPU per UDP query : that with one million", 1.15,
                      self.median("ten-million", "arpad", "udp_cpu_us", "arpad, ipv4"))
        for peer in ("NSD", "Knot"):
            for start, key in (("first", "load_wall_s"), ("second", "restart_wall_s")):
                yield Verdict(f"many-zones: wall time of the {start} start : {peer}'s", 1.0,
                              self._ratio_of_keys("many-zones", key, peer, "load_wall_s"))
        for kind in self._figures.get("floods", {}):
            if kind != "hits":
                yield Verdict(f"floods: CPU per packet of {kind} : that of hits", 1.0,
                              self.median("floods", kind, "flood_cpu_us", "hits"))

    def _verdicts_on_peers(self, dataset):
        def ratio(key, to):
            return self.median(dataset, "arpad", key, to)
        yield Verdict(f"{dataset}: CPU per UDP query : gdnsd's", 0.88,
                      ratio("udp_cpu_us", "gdnsd"))
        yield Verdict(f"{dataset}: CPU per UDP query : the echo's", 1.08,
                      ratio("udp_cpu_us", "echo"))
        yield Verdict(f"{dataset}: user CPU per UDP query : gdnsd's", 0.35,
                      ratio("udp_user_us", "gdnsd"))
        yield Verdict(f"{dataset}: TCP queries/s : the best of NSD, Knot and BIND", 1.2,
                      self._ratio_to_best_tcp(dataset), AT_LEAST)
        yield Verdict(f"{dataset}: CPU of the first start : gdnsd's", 1.0,
                      ratio("load_cpu_s", "gdnsd"))
        yield Verdict(f"{dataset}: CPU of the second start : gdnsd's", 1.0,
                      self._ratio_of_keys(dataset, "restart_cpu_s", "gdnsd", "load_cpu_s"))

    def _ratio_to_best_tcp(self, dataset):
        own = self.median(dataset, "arpad", "tcp_per_second")
        best = max((self.median(dataset, peer, "tcp_per_second") or 0.0
                    for peer in PEERS_OF_TCP))
        return own / best if own and best else None

    def _ratio_of_keys(self, dataset, key, peer, peer_key):
        own, other = self.median(dataset, "arpad", key), self.median(dataset, peer, peer_key)
        return own / other if own is not None and other else None


def text_table(rows):
    """Rows as aligned text."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                       for i, (cell, width) in enumerate(zip(row, widths))) for row in rows]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def markdown_table(rows):
    """Rows as a table of Markdown."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, f"| {' | '.join(['---'] + ['---:'] * (len(rows[0]) - 1))} |")
    return "\n".join(lines) + "\n"


VERDICT_HEADING = ["what is wanted", "limit", "measured", "outcome"]


def _disturbance(results):
    """How quiet the machine was; figures from one that was not should not be passed on."""
    percent = results.greatest("_foreign_percent")
    if percent is None:
        return ""
    text = f"In the most disturbed run others used {percent:.0f} % of the server's core."
    if percent > MOST_DISTURBANCE_PERCENT:
        text += " THE MACHINE WAS NOT QUIET: caches were shared, so figures and ratios mislead."
    return text + "\n"


def as_text(results):
    """What is printed."""
    parts = []
    for dataset in results.datasets:
        parts += [f"{dataset}: {title}\n{text_table(rows)}"
                  for title, rows in results.tables(dataset)]
    parts.append(text_table([VERDICT_HEADING, *(verdict.row for verdict in results.verdicts())]))
    return "\n".join(parts) + _disturbance(results)


def as_markdown(results, machine):
    """The report: the machine, the tables and the verdicts."""
    parts = ["# Benchmark of arpad\n",
             "Medians over all rounds, with the least and the greatest in brackets; ratios are "
             "taken within each round.\n",
             markdown_table([["machine", ""], *([key, str(value)]
                                                for key, value in machine.items())])]
    for dataset in results.datasets:
        parts += [f"## {dataset}: {title}\n\n{markdown_table(rows)}"
                  for title, rows in results.tables(dataset)]
    parts += ["## What is wanted\n\n" + markdown_table(
        [VERDICT_HEADING, *(verdict.row for verdict in results.verdicts())]),
        _disturbance(results)]
    return "\n".join(parts)


def as_json(results, machine):
    """Everything, for programs."""
    return json.dumps({"machine": machine,
                       "samples": [dataclasses.asdict(sample) for sample in results.samples],
                       "wanted": [{"text": verdict.text, "limit": verdict.limit,
                                   "value": verdict.value, "outcome": verdict.outcome}
                                  for verdict in results.verdicts()]}, indent=2) + "\n"

"""How is the hub, in figures? What a watcher (Prometheus) reads every few seconds. No name, no person, no badge stands in it.

Counters begin at the process's start, and those of the database at the first look.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from hub.ports import Clock, Node, Store
from hub.ports.figures import Figures, Mark
from hub.ports.link import NodeLink
from hub.services.tally import BOUNDS_S, NS, TALLY, Tally

MEDIA_TYPE: Final = "text/plain; version=0.0.4"
Labels = Mapping[str, str]


class Sample(NamedTuple):
    """One line: a name's end ("" for none), its labels, its value."""

    labels: Labels
    value: float
    end: str = ""


class Metric(NamedTuple):
    """One figure with its samples."""

    name: str
    kind: str
    help: str
    samples: Iterable[Sample]


@dataclass(slots=True)
class Watch:
    """All that can be asked of a running hub; what is None is another process's."""

    store: Store
    clock: Clock
    link: NodeLink | None = None
    lags: Callable[[datetime], Mapping[str, float]] | None = None
    leads: Callable[[], bool] | None = None
    tally: Tally = TALLY
    _mark: Mark | None = None
    _events: Counter[str] = field(default_factory=Counter)
    _taps: Counter[str] = field(default_factory=Counter)
    _fresh: dict[str, datetime] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def look(self) -> str:
        """Everything, as Prometheus reads it. Raises Busy where the database does not answer."""
        with self._turn:
            now, mark = self.clock.wall(), self._mark
            seen, nodes = self.store.read(lambda tx: (tx.meta.figures(mark), tx.nodes.all()))
            self._mark = seen.here
            self._events.update(seen.events)
            self._taps.update(seen.taps)
            standing = [one for one in nodes if one.retired is None]
            return "".join(
                map(
                    _written,
                    (*self._done(), *_waiting(seen, now), *self._nodes(standing, now), *self._own(now)),
                )
            )

    def _done(self) -> Iterator[Metric]:
        events = (Sample({"action": action}, count) for action, count in sorted(self._events.items()))
        yield Metric("loquet_events_total", "counter", "What was done, by the audit's word for it.", events)
        made = {name: count for name, count in self._events.items() if name.startswith("reservation.")}
        yield Metric(
            "loquet_bookings_total", "counter", "Reservations made, moved, given back, by what was done.",
            (Sample({"status": name.partition(".")[2]}, count) for name, count in sorted(made.items())),
        )  # fmt: skip
        said = {**self.tally.refusals(), **{("node", code): count for code, count in self._taps.items()}}
        yield Metric(
            "loquet_refusals_total", "counter", "Why a door said no.",
            (Sample({"door": door, "code": code}, count) for (door, code), count in sorted(said.items())),
        )  # fmt: skip

    def _own(self, now: datetime) -> Iterator[Metric]:
        yield Metric(
            "loquet_write_seconds", "histogram", "How long a write took, waiting included.", self._writes()
        )
        yield _one("loquet_writes_under_way", "Writes that wait or are being written.", self.tally.under_way)
        if self.link is not None:
            yield _one("loquet_broker_online", "Whether the broker holds our connection.", self.link.online)
        if self.leads is not None:
            yield _one("loquet_jobs_leader", "Whether this process does the jobs.", self.leads())
        if self.lags is not None:
            late = (Sample({"job": job}, lag) for job, lag in sorted(self.lags(now).items()))
            yield Metric("loquet_job_lag_seconds", "gauge", "By how much a job is behind its turn.", late)

    def _writes(self) -> Iterator[Sample]:
        seen, sum_ = self.tally.writes(), 0
        for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), seen.counts, strict=True):
            sum_ += count
            yield Sample({"le": bound}, sum_, "_bucket")
        yield Sample({}, seen.total_ns / NS, "_sum")
        yield Sample({}, sum_, "_count")

    def _nodes(self, nodes: Iterable[Node], now: datetime) -> Iterator[Metric]:
        """The age of a view: since the node was last heard with the one it should hold."""
        nodes = tuple(nodes)
        for node in nodes:
            if node.last_seen is not None and _behind(node) == 0:
                self._fresh[node.id] = node.last_seen
        yield Metric(
            "loquet_node_online", "gauge", "Whether a node is heard.",
            [Sample({"node": one.id}, one.online) for one in nodes],
        )  # fmt: skip
        ages = {one.id: now - self._fresh[one.id] for one in nodes if one.id in self._fresh}
        yield Metric(
            "loquet_node_view_age_seconds", "gauge", "Since when a node was not heard with its latest view.",
            [Sample({"node": name}, max(0.0, age.total_seconds())) for name, age in ages.items()],
        )  # fmt: skip
        late = {one.id: _behind(one) for one in nodes}
        yield Metric(
            "loquet_node_view_behind", "gauge", "By how many revisions a node's view is behind.",
            [Sample({"node": name}, behind) for name, behind in late.items() if behind is not None],
        )  # fmt: skip


def _waiting(seen: Figures, now: datetime) -> Iterator[Metric]:
    standing = (Sample({"status": status}, count) for status, count in sorted(seen.reservations.items()))
    yield Metric("loquet_reservations", "gauge", "Reservations that are not done, by status.", standing)
    kinds = sorted(seen.parcels.items())
    yield Metric(
        "loquet_outbox_waiting", "gauge", "What is not sent yet, by kind.",
        [Sample({"kind": kind}, one.parcels) for kind, one in kinds],
    )  # fmt: skip
    yield Metric(
        "loquet_outbox_lag_seconds", "gauge", "For how long the oldest could have been sent.",
        [Sample({"kind": kind}, max(0.0, (now - one.oldest).total_seconds())) for kind, one in kinds],
    )  # fmt: skip


def _behind(node: Node) -> int | None:
    """By how many revisions; None where the node never said what it holds."""
    view = node.live.get("view")
    rev = view.get("rev") if isinstance(view, Mapping) else None
    return max(0, node.view_rev - rev) if isinstance(rev, int) else None


def _one(name: str, about: str, value: float) -> Metric:
    return Metric(name, "gauge", about, [Sample({}, value)])


def _written(metric: Metric) -> str:
    head = f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {metric.kind}\n"
    return head + "".join(_line(metric.name, one) for one in metric.samples)


def _line(name: str, one: Sample) -> str:
    said = ",".join(f'{key}="{_escaped(value)}"' for key, value in one.labels.items())
    labels = f"{{{said}}}" if said else ""
    return f"{name}{one.end}{labels} {float(one.value):.12g}\n"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

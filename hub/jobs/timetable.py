"""What runs when? A plain list: each job knows how often it may be looked at, and when it must be.

Rules: a job is level-triggered ("due and not done"), so that running it twice does nothing twice and a
missed hour is caught up; one that fails is logged and tried at its next turn, and holds up no other.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

log = structlog.get_logger("jobs")

Run: TypeAlias = Callable[[datetime], int]  # does what is due at this instant, says how much that was
Next: TypeAlias = Callable[[datetime], "datetime | None"]  # the next instant at which it must run


def whenever(_now: datetime) -> datetime | None:
    """No instant matters: what is done late is done as if it had been in time."""
    return None


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the timetable; `every` is how often it is looked at."""

    name: str
    run: Run
    every: timedelta
    next_due: Next = whenever


class Timetable:
    """The jobs of one hub, run by one thread at a time."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        """Nothing has run yet: everything is due at the first look."""
        self._jobs = tuple(jobs)
        self._last: dict[str, datetime] = {}
        self._turn = threading.Lock()
        self.turns = 0

    def due(self, now: datetime) -> int:
        """Run what is due at `now`; how much was done in sum."""
        with self._turn:
            done = sum(self._run(job, now) for job in self._jobs if self._is_due(job, now))
            self.turns += bool(done)
            return done

    def next_due(self, now: datetime) -> datetime | None:
        """The earliest instant at which a job must run."""
        ends = [job.next_due(now) for job in self._jobs]
        return min((at for at in ends if at is not None), default=None)

    def lags(self, now: datetime) -> dict[str, float]:
        """By how many seconds each job that has run is behind its next turn; 0 where that is still to come."""
        last = dict(self._last)
        behind = ((job.name, now - last[job.name] - job.every) for job in self._jobs if job.name in last)
        return {name: max(0.0, late.total_seconds()) for name, late in behind}

    def _is_due(self, job: Job, now: datetime) -> bool:
        last = self._last.get(job.name)
        return last is None or now >= last + job.every or now < last  # a clock that was set back

    def _run(self, job: Job, now: datetime) -> int:
        self._last[job.name] = now
        try:
            return job.run(now)
        except Exception as fault:
            log.exception("job failed", job=job.name, fault=type(fault).__name__, detail=str(fault)[:200])
            return 0

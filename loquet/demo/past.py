"""What happened in the demo lab, and what is booked? Five weeks around the start, drawn from a seed.

Rules: no seat taken twice; nobody at two machines at once; nobody uses what they may not; the three
machines with a node are free around the start, so that the first tap of a visitor is never refused.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loquet.demo.lab import FAMILIES, MACHINES, NODES, ZONE, hours_on, local
from loquet.demo.members import Member

WEEKS_BEFORE, WEEKS_AFTER = 3, 2  # whole weeks from the Monday of the start: what was, and the horizon
FREE_BEFORE, FREE_AFTER = timedelta(hours=2), timedelta(hours=6)  # around the start, on machines with a node
BUSY = {"laser": 0.55, "cnc-large": 0.3, "cnc-small": 0.35, "fdm": 0.5, "resin": 0.3, "vinyl": 0.25,
        "textile": 0.2, "solder": 0.3, "saw": 0.2}  # share of a day that is taken, as in the sample month  # fmt: skip
NIGHTS = 15  # overnight prints in the five weeks
AN_EVENING = timedelta(hours=2)  # a night print begins so long before the doors close, at most
MARGIN = timedelta(minutes=15)  # machines are off before the doors close


@dataclass(frozen=True)
class Slot:
    """One reservation of the demo, and what became of it; `used` is power on to power off."""

    machine: str
    seat: int
    who: int
    start: datetime
    end: datetime
    kind: str
    status: str
    used: tuple[datetime, datetime] | None = None


def five_weeks(rng: random.Random, people: list[Member], now: datetime) -> list[Slot]:
    """Every reservation from three weeks before the Monday of `now` to two weeks after; `who` indexes `people`."""
    return sorted(_Diary(rng, people, now).fill(), key=lambda slot: (slot.start, slot.machine, slot.seat))


class _Diary:
    def __init__(self, rng: random.Random, people: list[Member], now: datetime) -> None:
        self._rng, self._people, self._now = rng, people, now
        self._busy: dict[int, list[tuple[datetime, datetime]]] = {}
        self._nights = NIGHTS

    def fill(self) -> Iterator[Slot]:
        today = self._now.astimezone(ZoneInfo(ZONE)).date()
        monday = today - timedelta(days=today.weekday() + 7 * WEEKS_BEFORE)
        for number in range(7 * (WEEKS_BEFORE + WEEKS_AFTER)):
            yield from self._day(monday + timedelta(days=number))

    def _day(self, day: date) -> Iterator[Slot]:
        if day.weekday() == 0:
            yield self._staffed(day, "CNC-1", "maintenance", ("10:00", "12:00"))
        hours = hours_on(day)
        if hours is None:
            return
        if day.weekday() == 5:
            yield self._staffed(day, "3DP-3", "training", ("10:00", "12:00"))
            hours_class = None
        else:
            hours_class = ("17:00", "19:00") if day.weekday() == 3 else None
        if hours_class is not None:
            yield self._staffed(day, "EMB-1", "class", hours_class)
        for machine, (family, _, _, seats, _) in MACHINES.items():
            if machine in {"EMB-1", "3DP-3", "CNC-1"} and day.weekday() in {3, 5}:
                continue
            for seat in range(1, seats + 1):
                yield from self._lane(machine, seat, family, hours)

    def _staffed(self, day: date, machine: str, kind: str, hours: tuple[str, str]) -> Slot:
        who = next(i for i, one in enumerate(self._people) if one.roles and not one.fixed)
        start, end = local(day, hours[0]), local(day, hours[1])
        self._busy.setdefault(who, []).append((start, end))
        return Slot(machine, 1, who, start, end, kind, "done" if end <= self._now else "confirmed")

    def _lane(self, machine: str, seat: int, family: str, hours: tuple[datetime, datetime]) -> Iterator[Slot]:
        step, least, most, _, _, buffer = FAMILIES[family][2]
        at, close = hours[0], hours[1] - MARGIN
        while at + timedelta(minutes=least) <= close:
            length = step * self._rng.randint(least // step, min(most, 240) // step)
            end = min(at + timedelta(minutes=length), close)
            end -= (end - at) % timedelta(minutes=step)
            if self._rng.random() < BUSY[family] * self._eagerness(at):
                slot = self._slot(machine, seat, (at, end))
                if slot is not None:
                    yield slot
            at = end + timedelta(minutes=buffer)
        if family == "fdm" and machine != "3DP-1" and self._nights and self._rng.random() < 0.4:
            yield from self._night(machine, seat, at, hours[1])

    def _eagerness(self, at: datetime) -> float:
        """People book this week's machines, and fewer of next week's; the past has walk-ups too."""
        return 1.0 if at < self._now else 0.6

    def _night(self, machine: str, seat: int, at: datetime, close: datetime) -> Iterator[Slot]:
        if close - at > AN_EVENING or at > close:
            return
        long = timedelta(minutes=30 * self._rng.randint(22, 31))  # 960 minutes at most
        morning = local(close.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1), "10:00")
        end = min(at + long, morning)
        slot = self._slot(machine, seat, (at, end), course="3DPN", kind="unattended")
        if slot is not None:
            self._nights -= 1
            yield slot

    def _slot(
        self,
        machine: str,
        seat: int,
        span: tuple[datetime, datetime],
        course: str = "",
        kind: str = "booking",
    ) -> Slot | None:
        if machine in NODES.values() and self._near_start(span):
            return None
        who = self._somebody(course or MACHINES[machine][2], span)
        if who is None:
            return None
        status, used = self._fate(span)
        if used is not None and kind == "booking" and self._rng.random() < 0.33:
            kind = "walkup"  # a third of the sample's uses
        if status in {"done", "confirmed", "in_use"}:
            self._busy.setdefault(who, []).append(span)
        return Slot(machine, seat, who, *span, kind, status, used)

    def _near_start(self, span: tuple[datetime, datetime]) -> bool:
        return span[0] < self._now + FREE_AFTER and self._now - FREE_BEFORE < span[1]

    def _somebody(self, course: str, span: tuple[datetime, datetime]) -> int | None:
        able = [
            number
            for number, one in enumerate(self._people)
            if course in one.courses and not one.fixed and not one.suspended
            and all(span[1] <= start or end <= span[0] for start, end in self._busy.get(number, []))
        ]  # fmt: skip
        return self._rng.choice(able) if able else None

    def _fate(self, span: tuple[datetime, datetime]) -> tuple[str, tuple[datetime, datetime] | None]:
        draw = self._rng.random()
        if draw < 0.05:
            return "cancelled", None
        if span[0] > self._now - FREE_BEFORE:
            return ("cancelled_lab", None) if span[1] <= self._now else ("confirmed", None)
        if span[1] > self._now:
            return "cancelled", None
        if draw < 0.09:
            return "no_show", None
        if draw < 0.11:
            return "cancelled_late", None
        on = span[0] + timedelta(seconds=self._rng.randint(0, 600))
        off = span[1] - timedelta(seconds=self._rng.randint(60, 900))
        return "done", (on, off)

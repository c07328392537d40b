"""What the naive lab is made of, and its clock: machines, people, rows, and lists of minutes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.calendars import Hours, Week
from core.grants import MachinePolicy
from core.terms import Terms
from core.vocabulary import Reason, Role

MINUTE = timedelta(minutes=1)
COUNTED = ("confirmed", "conditional", "arrived", "in_use", "done", "no_show")
OCCUPYING = COUNTED[:-1]
PROGRAMME = ("class", "training", "maintenance")


@dataclass(frozen=True)
class NaiveMachine:
    """A machine: its figures, when the house is open, its seats, what is closed besides."""

    policy: MachinePolicy
    week: Week
    terms: Terms = field(default_factory=Terms)
    seats: tuple[int, ...] = (1,)
    closures: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class NaivePerson:
    """Somebody; `lacks` are the codes of right_of (certificates, membership), worked out elsewhere."""

    id: str
    roles: tuple[Role, ...] = (Role.MEMBER,)
    birth: date | None = None
    consent_until: datetime | None = None
    household: str | None = None
    organisation: str | None = None
    barred_until: datetime | None = None
    lacks: frozenset[Reason] = frozenset()

    @property
    def staff(self) -> bool:
        return Role.STAFF in self.roles or Role.MANAGER in self.roles


@dataclass(frozen=True)
class Row:
    """A reservation as the naive lab keeps it."""

    id: str
    who: str
    machine: str
    seat: int
    start: datetime
    end: datetime
    kind: str = "booking"
    status: str = "confirmed"
    exempt: bool = False


@dataclass(frozen=True)
class Slot:
    """What is asked: [start, end) on a machine, for somebody."""

    who: str
    machine: str
    start: datetime
    end: datetime
    kind: str = "booking"


class House:
    """What the lab has, and how it reads a clock."""

    machines: Mapping[str, NaiveMachine]
    people: Mapping[str, NaivePerson]
    rows: list[Row]

    def family(self, machine: str) -> str:
        return self.machines[machine].policy.family

    def wall(self, at: datetime, machine: NaiveMachine) -> datetime:
        return at.astimezone(ZoneInfo(machine.policy.zone))

    def day(self, at: datetime, machine: NaiveMachine) -> date:
        return self.wall(at, machine).date()

    def minute_of_day(self, at: datetime, machine: NaiveMachine) -> int:
        wall = self.wall(at, machine)
        return wall.hour * 60 + wall.minute

    def open_at(self, at: datetime, slot: Slot) -> bool:
        machine, person = self.machines[slot.machine], self.people[slot.who]
        if any(start <= at < end for start, end in machine.closures):
            return False
        wanted = ["members", *(["class"] if slot.kind in PROGRAMME else [])]
        for_whom = {hours.audience for hours in self.hours_at(machine.week, at, machine)}
        if machine.week.house is not None:  # R01: never open while the house is closed
            for_whom &= {hours.audience for hours in self.hours_at(machine.week.house, at, machine)}
        return bool(for_whom) and (person.staff or not for_whom.isdisjoint(wanted))

    def hours_at(self, week: Week, at: datetime, machine: NaiveMachine) -> list[Hours]:
        """The ranges that hold this minute, yesterday's over midnight too."""
        day, minute = self.day(at, machine), self.minute_of_day(at, machine)
        today = [
            hours
            for hours in week.hours(day)
            if hours.from_min <= minute and (minute < hours.to_min or hours.to_min <= hours.from_min)
        ]
        before = week.hours(day - timedelta(days=1))
        return today + [hours for hours in before if hours.to_min <= hours.from_min and minute < hours.to_min]

    def on_grid(self, at: datetime, machine: NaiveMachine) -> bool:
        """Count the minutes back to the local midnight."""
        if at.second or at.microsecond:
            return False
        steps, today = 0, self.day(at, machine)
        while self.day(at - MINUTE, machine) == today:
            at, steps = at - MINUTE, steps + 1
        return steps % machine.policy.step_min == 0


def minutes(start: datetime, end: datetime) -> list[datetime]:
    """Every minute of [start, end)."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    found = []
    while start < end:
        found.append(start)
        start += MINUTE
    return found

"""What stands in a lab: machines, figures, seats, hours, courses? Read once for each revision of the house, then kept in memory.

Only what staff change now and then; whoever has a transaction may ask, the revision is asked first. Nothing here decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from core import calendars
from core.calendars import Opening, Week
from core.certificates import Courses
from core.grants import MachinePolicy
from core.rulebook import terms_of
from core.terms import Terms
from core.timeline import Span, subtract
from hub.ports import Closure, Machine, Tx
from hub.ports.revisions import LABS, calendar_name, house_name
from hub.services import facts
from hub.services.kept import Kept

_DAY = timedelta(days=1)
_EVER = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2400, 1, 1, tzinfo=UTC))
_MOST_SPANS = 512  # kept openings a house: a month of days for a dozen ways of asking


@dataclass(frozen=True, slots=True)
class House:
    """One lab as of revision `rev`."""

    lab: str
    rev: int
    machines: Mapping[str, Machine]
    policies: Mapping[str, MachinePolicy]
    terms: Mapping[str, Terms]
    seats: Mapping[str, tuple[int, ...]]
    courses: Courses
    weeks: Mapping[str, Week]
    closed: tuple[Closure, ...]
    charter: int = 0
    _opened: dict[tuple[str, date, date], tuple[Opening, ...]] = field(default_factory=dict)

    def closures(self, machine: str, within: Span) -> list[Closure]:
        """Closures of lab or machine that touch the span, by start."""
        return [
            one
            for one in self.closed
            if one.machine in (None, machine) and one.start < within.end and one.end > within.start
        ]

    def openings(self, machine: str, within: Span) -> tuple[Opening, ...]:
        """The same as `facts.openings_of`."""
        start, end = within.start, within.end
        return tuple([one for one in self.days(machine, within) if one.start < end and one.end > start])

    def days(self, machine: str, within: Span) -> tuple[Opening, ...]:
        """The openings of all days (UTC) that the span touches."""
        key = (machine, within.start.date(), within.end.date())
        known = self._opened.get(key)
        if known is None:
            if len(self._opened) >= _MOST_SPANS:
                self._opened.clear()
            whole = Span(_midnight(within.start), _midnight(within.end) + _DAY)
            known = self._opened[key] = self._open(machine, whole)
        return known

    def _open(self, machine: str, within: Span) -> tuple[Opening, ...]:
        around = Span(within.start - _DAY, within.end + _DAY)
        holes = [Span(one.start, one.end) for one in self.closures(machine, around)]
        return tuple(
            Opening(left.start, left.end, opening.audience)
            for opening in calendars.openings(self.weeks[machine], within)
            for left in subtract([opening.span], holes)
        )


_HOUSES: Kept[str, House] = Kept(4096)
_LABS: Kept[str, tuple[str, ...]] = Kept(4)
_LAB_OF: dict[str, str] = {}  # a machine stays in its lab; looked at again where it is not found there


def house_of(tx: Tx, lab: str) -> House:
    """The lab as it stands now."""
    return houses_of(tx, [lab])[0]


def houses_of(tx: Tx, labs: Sequence[str]) -> list[House]:
    """The same of several, with one question for all of them."""
    revs = tx.revisions.of([house_name(lab) for lab in labs])
    return [house_at(tx, lab, revs[house_name(lab)]) for lab in labs]


def house_at(tx: Tx, lab: str, rev: int) -> House:
    """The lab at its present revision, which was just asked for."""
    return _HOUSES.get(lab, rev) or _read(tx, lab, rev)


def house_with(tx: Tx, machine: str) -> House | None:
    """The house in which this machine stands; None when there is no such machine."""
    found = house_and_calendar(tx, machine)
    return found[0] if found else None


def house_and_calendar(tx: Tx, machine: str) -> tuple[House, int] | None:
    """The same, and the revision of what is reserved on the machine: one question for both."""
    for lab in labs_with(tx, machine):
        revs = tx.revisions.of([house_name(lab), calendar_name(machine)])
        house = house_at(tx, lab, revs[house_name(lab)])
        if machine in house.machines:
            return house, revs[calendar_name(machine)]
    return None


def labs_with(tx: Tx, machine: str) -> Iterator[str]:
    """Where the machine may stand: where it stood when we last looked, then where it stands by the database."""
    if machine in _LAB_OF:
        yield _LAB_OF[machine]
    found = tx.machines.get(machine)
    if found is not None:
        _LAB_OF[machine] = found.lab
        yield found.lab


def all_houses(tx: Tx) -> list[House]:
    """Every lab."""
    rev = tx.revisions.of([LABS])[LABS]
    labs = _LABS.get("", rev)
    if labs is None:
        labs = _LABS.keep("", rev, tuple(lab.id for lab in tx.machines.labs()))
    return houses_of(tx, labs)


def _read(tx: Tx, lab: str, rev: int) -> House:
    machines = {one.id: one for one in tx.machines.all(lab=lab)}
    seats = tx.machines.seats_in(lab)
    house = House(
        lab=lab,
        rev=rev,
        machines=machines,
        policies={name: facts.policy_of(one, len(seats.get(name, ()))) for name, one in machines.items()},
        terms={name: terms_of({**one.rules, **one.policy}) for name, one in machines.items()},
        seats=seats,
        courses=facts.courses_of(tx, lab, next((one.zone for one in machines.values()), "UTC")),
        weeks=facts.weeks_of(tx, lab, machines.values()),
        closed=tuple(tx.machines.closures_in(lab, *_EVER)),
        charter=facts.charter_of(tx, lab),
    )
    return _HOUSES.keep(lab, rev, house)


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)

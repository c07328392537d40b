"""How are labs, machines and their hours kept?"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from core.rulebook import resolve
from core.vocabulary import Audience, MachineStatus, Risk
from hub.ports.machines import Closure, DayException, Lab, Machine, Opening, Seat
from hub.store import schema
from hub.store.schema import table_of

LAB = table_of(schema.Lab)
FAMILY = table_of(schema.Family)
MACHINE = table_of(schema.Machine)
SEAT = table_of(schema.Seat)
OPENING = table_of(schema.Opening)
EXCEPTION = table_of(schema.DayException)
CLOSURE = table_of(schema.Closure)

_RESOLVED = (
    select(
        MACHINE,
        LAB.c.zone,
        LAB.c.rules.label("lab_rules"),
        FAMILY.c.rules.label("family_rules"),
        FAMILY.c.risk,
        FAMILY.c.names,
    )
    .join(LAB, LAB.c.id == MACHINE.c.lab)
    .join(FAMILY, (FAMILY.c.lab == MACHINE.c.lab) & (FAMILY.c.id == MACHINE.c.family))
)
# built once: what every booking asks costs SQLAlchemy more to phrase than SQLite to answer
_ONE = _RESOLVED.where(MACHINE.c.id == bindparam("machine"))
_LAB = select(LAB).where(LAB.c.id == bindparam("lab"))
_SEATS = (
    select(SEAT.c.id, SEAT.c.machine, SEAT.c.number)
    .where(SEAT.c.machine == bindparam("machine"))
    .order_by(SEAT.c.id)
)
_SEATS_LOCKED = _SEATS.with_for_update(key_share=True)  # whoever only refers to the row need not wait


class MachineBook:
    """`hub.ports.Machines` over lab, family, machine, seat, opening, day_exception and closure."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def lab(self, lab: str) -> Lab | None:
        """The lab with this id."""
        row = self._c.execute(_LAB, {"lab": lab}).one_or_none()
        return None if row is None else Lab(*row)

    def labs(self) -> Sequence[Lab]:
        """All labs by id."""
        return [Lab(*row) for row in self._c.execute(select(LAB).order_by(LAB.c.id))]

    def get(self, machine: str) -> Machine | None:
        """The machine with this name."""
        row = self._c.execute(_ONE, {"machine": machine}).one_or_none()
        return None if row is None else _machine(row)

    def all(self, *, lab: str | None = None, family: str | None = None) -> Sequence[Machine]:
        """Machines by name."""
        wanted = _RESOLVED.order_by(MACHINE.c.id)
        if lab is not None:
            wanted = wanted.where(MACHINE.c.lab == lab)
        if family is not None:
            wanted = wanted.where(MACHINE.c.family == family)
        return [_machine(row) for row in self._c.execute(wanted)]

    def seats(self, machine: str, *, lock: bool = False) -> Sequence[Seat]:
        """Its seats by id; `lock` holds their rows till the transaction ends (PostgreSQL)."""
        wanted = _SEATS_LOCKED if lock else _SEATS
        return [Seat(*row) for row in self._c.execute(wanted, {"machine": machine})]

    def lock_seats(self, machine: str) -> None:
        """Hold its seats' rows till the transaction ends (PostgreSQL; SQLite has one writer)."""
        if self._c.dialect.name == "postgresql":
            self.seats(machine, lock=True)

    def hours_in(self, lab: str) -> Mapping[str | None, tuple[Sequence[Opening], Sequence[DayException]]]:
        """Every week in a lab with the days that differ, the latest saved of each: the lab's (None), and what machines say."""
        week = select(OPENING).where(OPENING.c.lab == lab)
        days = select(EXCEPTION).where(EXCEPTION.c.lab == lab)
        openings: dict[str | None, list[Opening]] = {None: []}
        for row in self._c.execute(week.order_by(OPENING.c.weekday, OPENING.c.from_local, OPENING.c.id)):
            openings.setdefault(row.machine, []).append(_opening(row))
        latest: dict[str | None, dict[date, DayException]] = {}
        for row in self._c.execute(days.order_by(EXCEPTION.c.id)):
            latest.setdefault(row.machine, {})[row.day] = _exception(row)
        return {
            owner: (openings.get(owner, []), [found for _, found in sorted(latest.get(owner, {}).items())])
            for owner in {*openings, *latest}
        }

    def closures(self, machine: Machine, start: datetime, end: datetime) -> Sequence[Closure]:
        """Closures of lab or machine that touch the span, by start."""
        wanted = select(CLOSURE).where(
            CLOSURE.c.lab == machine.lab,
            or_(CLOSURE.c.machine.is_(None), CLOSURE.c.machine == machine.id),
            CLOSURE.c.start_ms < end,
            CLOSURE.c.end_ms > start,
        )
        return [Closure(*row) for row in self._c.execute(wanted.order_by(CLOSURE.c.start_ms, CLOSURE.c.id))]

    def seat_counts(self, lab: str) -> Mapping[str, int]:
        """How many seats each machine of a lab has."""
        wanted = select(SEAT.c.machine, func.count()).where(SEAT.c.lab == lab).group_by(SEAT.c.machine)
        return {row[0]: row[1] for row in self._c.execute(wanted)}

    def seats_in(self, lab: str) -> Mapping[str, tuple[int, ...]]:
        """The ids of each machine's seats in a lab, in order."""
        wanted = select(SEAT.c.machine, SEAT.c.id).where(SEAT.c.lab == lab).order_by(SEAT.c.id)
        found: dict[str, tuple[int, ...]] = {}
        for machine, seat in self._c.execute(wanted):
            found[machine] = (*found.get(machine, ()), seat)
        return found

    def closures_in(self, lab: str, start: datetime, end: datetime) -> Sequence[Closure]:
        """Closures of a lab and of its machines that touch the span, by start."""
        wanted = select(CLOSURE).where(
            CLOSURE.c.lab == lab, CLOSURE.c.start_ms < end, CLOSURE.c.end_ms > start
        )
        return [Closure(*row) for row in self._c.execute(wanted.order_by(CLOSURE.c.start_ms, CLOSURE.c.id))]

    def closure(self, closure: str) -> Closure | None:
        """The closure with this id."""
        row = self._c.execute(select(CLOSURE).where(CLOSURE.c.id == closure)).one_or_none()
        return None if row is None else Closure(*row)

    def remove_closure(self, closure: str) -> bool:
        """Open again; False when there is no such closure."""
        return self._c.execute(delete(CLOSURE).where(CLOSURE.c.id == closure)).rowcount == 1

    def add_lab(self, lab: Lab) -> None:
        """Found a lab."""
        self._c.execute(
            insert(LAB).values(
                id=lab.id,
                name=lab.name,
                zone=lab.zone,
                lang=lab.lang,
                charter=lab.charter,
                rules=dict(lab.rules),
            )
        )

    def add_family(
        self, lab: str, family: str, names: Mapping[str, str], risk: Risk, rules: Mapping[str, Any]
    ) -> None:
        """Make a family known."""
        self._c.execute(
            insert(FAMILY).values(lab=lab, id=family, names=dict(names), risk=risk, rules=dict(rules))
        )

    def add(self, machine: Machine, *, seats: int = 1) -> None:
        """Put up a machine; its `rules` and `policy` are its own overrides alone."""
        self._c.execute(
            insert(MACHINE).values(
                id=machine.id,
                lab=machine.lab,
                family=machine.family,
                model=machine.model,
                room=machine.room,
                status=machine.status,
                status_note=machine.status_note,
                own_hours=machine.own_hours,
                needs=list(machine.needs),
                materials=list(machine.materials),
                rules=dict(machine.rules),
                policy=dict(machine.policy),
            )
        )
        places = [
            {"lab": machine.lab, "machine": machine.id, "number": number + 1} for number in range(seats)
        ]
        self._c.execute(insert(SEAT), places)

    def add_opening(self, lab: str, opening: Opening) -> None:
        """Open every week."""
        self._c.execute(
            insert(OPENING).values(
                lab=lab,
                machine=opening.machine,
                weekday=opening.weekday,
                from_local=opening.from_local,
                to_local=opening.to_local,
                audience=opening.audience,
            )
        )

    def add_exception(self, lab: str, exception: DayException) -> None:
        """Except one date; the latest saved of a date wins."""
        hours = [
            {"from": start, "to": end, "audience": str(audience)} for start, end, audience in exception.hours
        ]
        self._c.execute(
            insert(EXCEPTION).values(
                lab=lab,
                machine=exception.machine,
                day=exception.day,
                hours=hours,
                reason=dict(exception.reason),
            )
        )

    def add_closure(self, closure: Closure) -> None:
        """Close for a span."""
        self._c.execute(
            insert(CLOSURE).values(
                id=closure.id,
                lab=closure.lab,
                machine=closure.machine,
                start_ms=closure.start,
                end_ms=closure.end,
                reason=closure.reason,
                by=closure.by,
                created=closure.created,
                words=dict(closure.words),
            )
        )

    def set_status(self, machine: str, status: MachineStatus, note: str = "") -> bool:
        """Say how the machine is; False when there is no such machine."""
        change = update(MACHINE).where(MACHINE.c.id == machine).values(status=status, status_note=note)
        return self._c.execute(change).rowcount == 1

    def set_upkeep(self, machine: str, stands: str) -> None:
        """Say how its upkeep stands."""
        self._c.execute(update(MACHINE).where(MACHINE.c.id == machine).values(upkeep=stands))

    def set_lacks(self, machine: str, resources: Sequence[str]) -> None:
        """Say what it depends on and is down."""
        self._c.execute(update(MACHINE).where(MACHINE.c.id == machine).values(lacks=list(resources)))

    def set_shared_run_on(self, machine: str, seconds: int) -> None:
        """Say how long its extraction runs on at least, because others share it."""
        self._c.execute(update(MACHINE).where(MACHINE.c.id == machine).values(shared_run_on_s=seconds))


def _machine(row: Row[tuple[object, ...]]) -> Machine:
    rules = resolve(row.lab_rules, row.family_rules, row.rules)
    own_s, shared_s = int(resolve(rules, row.policy).get("run_on_s", 0)), row.shared_run_on_s
    return Machine(
        id=row.id,
        lab=row.lab,
        family=row.family,
        model=row.model,
        room=row.room,
        risk=Risk(row.risk),
        status=MachineStatus(row.status),
        status_note=row.status_note,
        own_hours=row.own_hours,
        needs=tuple(row.needs),
        materials=tuple(row.materials),
        rules=rules,
        policy=row.policy if shared_s <= own_s else {**row.policy, "run_on_s": shared_s},
        zone=row.zone,
        family_names=row.names,
        upkeep=row.upkeep,
        lacks=tuple(row.lacks),
        shared_run_on_s=shared_s,
        own_run_on_s=own_s,
    )


def _opening(row: Row[tuple[object, ...]]) -> Opening:
    return Opening(row.weekday, row.from_local, row.to_local, Audience(row.audience), row.machine)


def _exception(row: Row[tuple[object, ...]]) -> DayException:
    hours = tuple((span["from"], span["to"], Audience(span["audience"])) for span in row.hours)
    return DayException(row.day, hours, row.reason, row.machine)

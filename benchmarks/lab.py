"""A busy lab to measure on: twenty lasers that never close, four hundred certified members, and a past of any length."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine, create_engine, insert

from benchmarks.disk import on_disk
from core.vocabulary import Audience, MachineStatus, MemberStatus, Risk, Role
from hub.ports import Course, Lab, Machine, NewPerson, Opening, Store, Tx
from hub.services.finding import book
from hub.services.reserving import NotReserved, Wish
from hub.store.engines import is_sqlite
from hub.store.making import found, migrate
from hub.store.schema import Reservation, table_of
from hub.store.store import PostgresStore, SqliteStore, open_store

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LAB = "north"
MACHINES = tuple(f"LAS-{number}" for number in range(1, 21))
MEMBERS = 400
SLOT = timedelta(minutes=30)
RULES = {
    "step_min": 15,
    "min_duration_min": 15,
    "machines_off_min": 0,
    "horizon_d": 30,
    "max_duration_min": 240,
    "quota_week_min": 2400,
    "quota_future": 40,
}
BATCH = 20_000


@dataclass(frozen=True)
class Busy:
    """The lab in its database."""

    url: str
    members: tuple[str, ...]

    def wish(self, number: int) -> Wish:
        """The wish number so and so: none is in another's way, and no member is in two places at once."""
        machine, place = MACHINES[number % len(MACHINES)], number // len(MACHINES)
        member = self.members[number % len(self.members)]
        start = NOW + timedelta(hours=1) + place * SLOT
        return Wish(machine, member, start, start + SLOT, member)


@contextmanager
def sqlite_lab(rows: int, members: int = MEMBERS) -> Iterator[Busy]:
    """The lab in an SQLite file, on the disk where the benchmarks run."""
    with on_disk() as folder:
        yield lab_at(f"sqlite:///{folder}/loquet.db", rows, members)


def lab_at(url: str, rows: int, members: int = MEMBERS) -> Busy:
    """Found the lab in an empty database, with so many reservations behind it."""
    migrate(url)
    with open_store(url) as store:
        people = store.write(lambda tx: _gather(tx, members))
    _past(url, people, rows)
    gc.freeze()  # as the hub does once it stands
    return Busy(url, people)


@contextmanager
def standing(url: str) -> Iterator[SqliteStore | PostgresStore]:
    """The store of a hub that stands: it has made its room."""
    with open_store(url) as store:
        store.make_room()
        yield store


def must(store: Store, wish: Wish) -> None:
    """Book it; anything else is a broken benchmark."""
    answer = book(store, (wish,), NOW)
    assert not isinstance(answer, NotReserved), f"{wish} refused: {answer.objections}"


def _gather(tx: Tx, members: int) -> tuple[str, ...]:
    found(tx, NOW, demo=False)
    tx.machines.add_lab(Lab(LAB, "North", "Europe/Brussels", "fr", 1, RULES))
    for weekday in range(7):
        tx.machines.add_opening(LAB, Opening(weekday, "00:00", "00:00", Audience.MEMBERS))
    tx.machines.add_family(LAB, "laser", {"en": "laser cutter"}, Risk.HIGH, {})
    tx.certificates.add_course(Course("GEN", LAB, {"en": "General safety"}))
    tx.certificates.add_course(Course("LAS1", LAB, {"en": "Laser basic"}, needs=(("GEN",),)))
    for name in MACHINES:
        tx.machines.add(_machine(name))
    return tuple(_member(tx, number) for number in range(members))


def _machine(name: str) -> Machine:
    nothing: Any = MappingProxyType({})
    return Machine(
        id=name, lab=LAB, family="laser", model=name, room="R0", risk=Risk.HIGH, status=MachineStatus.OK,
        status_note="", own_hours=False, needs=("LAS1",), materials=(), rules=nothing, policy=nothing,
        zone="Europe/Brussels", family_names=nothing,
    )  # fmt: skip


def _member(tx: Tx, number: int) -> str:
    made = tx.people.add(
        NewPerson(
            LAB, f"m{number}@north.example", f"Member {number}", "fr", f"M{number}", NOW.date().replace(year=1990),
            MemberStatus.ACTIVE, None, 1,
        ),
        NOW,
    )  # fmt: skip
    if made is None:
        raise RuntimeError("the address is taken")
    tx.people.give_role(made.id, LAB, Role.MEMBER, ())
    for course in ("GEN", "LAS1"):
        tx.certificates.record(tx.certificates.open(LAB, made.id, course), "grant", NOW - timedelta(days=30))
    return made.id


def _past(url: str, people: tuple[str, ...], rows: int) -> None:
    engine = create_engine(url)
    try:
        with _unguarded(engine):
            for first in range(0, rows, BATCH):
                fill(engine, [past_row(people, n) for n in range(first, min(rows, first + BATCH))])
    finally:
        engine.dispose()


@contextmanager
def _unguarded(engine: Engine) -> Iterator[None]:
    """Without SQLite's triggers and indexes on the reservations, which are put up again: a million rows in a minute."""
    if not is_sqlite(str(engine.url)):
        yield
        return
    with engine.begin() as connection:
        kept = connection.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'reservation' AND sql IS NOT NULL AND type <> 'table'"
        ).all()
        for kind, name, _ in kept:
            connection.exec_driver_sql(f"DROP {kind} {name}")
    yield
    with engine.begin() as connection:
        for *_names, again in kept:
            connection.exec_driver_sql(again)


def fill(engine: Engine, rows: list[dict[str, Any]]) -> None:
    """Put reservations down, quickly and without asking."""
    with engine.begin() as connection:
        if is_sqlite(str(engine.url)):
            connection.exec_driver_sql("PRAGMA synchronous=OFF")
            names = ", ".join(f'"{name}"' for name in rows[0])
            into = f"INSERT INTO reservation ({names}, exempt) VALUES ({', '.join('?' for _ in rows[0])}, 0)"  # noqa: S608
            connection.exec_driver_sql(into, [tuple(_plain(each) for each in one.values()) for one in rows])
        else:
            connection.execute(insert(table_of(Reservation)), rows)


def _plain(value: Any) -> Any:
    return int(value.timestamp()) * 1000 if isinstance(value, datetime) else value


def past_row(people: tuple[str, ...], number: int) -> dict[str, Any]:
    """The reservation number so and so behind us: an hour each, back to back on every machine."""
    place = number % len(MACHINES)
    end = NOW - timedelta(hours=number // len(MACHINES))
    return row(f"past-{number}", place, people[number % len(people)], end - timedelta(hours=1), end)


def row(identity: str, place: int, person: str, start: datetime, end: datetime) -> dict[str, Any]:
    """A reservation on the machine number so and so; the seats were numbered in the machines' order."""
    return {
        "id": identity, "lab": LAB, "machine": MACHINES[place], "seat": place + 1, "person": person, "start_ms": start,
        "end_ms": end, "kind": "booking", "status": "done" if end <= NOW else "confirmed", "note": "", "by": person,
        "created": start, "changed": start, "rev": 1,
    }  # fmt: skip

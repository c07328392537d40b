"""The standing cast: one lab that never closes, two lasers, a bench of four, and the people every story needs.

Amélie and Bram are members with LAS1; Nils is a newcomer with GEN alone; Lise's membership is over; Tom trains; Dora is
staff; Max is manager. Olga belongs to nobody here: a member of the other lab.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from core.vocabulary import Audience, MachineStatus, MemberStatus, Risk, Role
from hub.ports import Course, Lab, Machine, NewPerson, Opening, Store, Tx

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # Tuesday 09:00 in Brussels
ADC = "adc"
OTHER = "other"
RULES: Mapping[str, Any] = {
    "step_min": 15,
    "min_duration_min": 30,
    "max_duration_min": 120,
    "max_session_min": 180,
    "machines_off_min": 0,
    "horizon_d": 14,
    "horizon_opens_min": 720,
}


@dataclass(frozen=True)
class Cast:
    """The ids of the people, by first name in lower case."""

    ids: Mapping[str, str]

    def __getattr__(self, name: str) -> str:
        try:
            return self.ids[name]
        except KeyError:
            raise AttributeError(name) from None


def machine(name: str, family: str = "laser", needs: tuple[str, ...] = ("LAS1",), lab: str = ADC) -> Machine:
    """A machine as it is put up."""
    nothing: Mapping[str, Any] = MappingProxyType({})
    return Machine(
        id=name,
        lab=lab,
        family=family,
        model=f"Model of {name}",
        room="R0",
        risk=Risk.HIGH,
        status=MachineStatus.OK,
        status_note="",
        own_hours=False,
        needs=needs,
        materials=(),
        rules=nothing,
        policy=nothing,
        zone="Europe/Brussels",
        family_names=nothing,
    )


def gather(tx: Tx, now: datetime = NOW) -> Cast:
    """Found both labs, put up the machines, and let the people in."""
    for lab in (ADC, OTHER):
        tx.machines.add_lab(Lab(lab, f"Lab {lab}", "Europe/Brussels", "fr", 1, RULES))
        for weekday in range(7):
            tx.machines.add_opening(lab, Opening(weekday, "00:00", "00:00", Audience.MEMBERS))
    tx.machines.add_family(ADC, "laser", {"en": "laser cutter"}, Risk.HIGH, {})
    tx.machines.add_family(ADC, "solder", {"en": "soldering station"}, Risk.LOW, {})
    tx.certificates.add_course(Course("GEN", ADC, {"en": "General safety"}))
    tx.certificates.add_course(Course("LAS1", ADC, {"en": "Laser basic"}, needs=(("GEN",),)))
    for name in ("LAS-1", "LAS-2"):
        tx.machines.add(machine(name))
    tx.machines.add(machine("SOL-1", "solder", ("GEN",)), seats=4)
    people = {
        "amelie": _person(tx, "Amélie", now, Role.MEMBER),
        "bram": _person(tx, "Bram", now, Role.MEMBER),
        "nils": _person(tx, "Nils", now, Role.MEMBER),
        "lise": _person(tx, "Lise", now, Role.MEMBER, member_until=now - timedelta(days=30)),
        "tom": _person(tx, "Tom", now, Role.MEMBER, Role.TRAINER),
        "dora": _person(tx, "Dora", now, Role.MEMBER, Role.STAFF),
        "max": _person(tx, "Max", now, Role.MEMBER, Role.MANAGER),
        "olga": _person(tx, "Olga", now, Role.MEMBER, lab=OTHER),
    }
    for name, person in people.items():
        for course in ("GEN",) if name == "nils" else () if name == "olga" else ("GEN", "LAS1"):
            certify(tx, person, course, now - timedelta(days=30))
    return Cast(people)


def certify(tx: Tx, person: str, course: str, at: datetime) -> None:
    """Grant a certificate, no questions asked."""
    tx.certificates.record(tx.certificates.open(ADC, person, course), "grant", at)


def member(tx: Tx, name: str, now: datetime = NOW) -> str:
    """One more member with LAS1."""
    person = _person(tx, name, now, Role.MEMBER)
    for course in ("GEN", "LAS1"):
        certify(tx, person, course, now - timedelta(days=30))
    return person


def cast_in(store: Store, now: datetime = NOW) -> Cast:
    """Gather the cast in an empty store."""
    return store.write(lambda tx: gather(tx, now))


def _person(
    tx: Tx, name: str, now: datetime, *roles: Role, lab: str = ADC, member_until: datetime | None = None
) -> str:
    new = NewPerson(
        lab, f"{name.lower()}@lab.example", f"{name} Tester", "fr", name, date(1990, 2, 3), MemberStatus.ACTIVE,
        member_until, 1,
    )  # fmt: skip
    person = tx.people.add(new, now)
    assert person is not None
    for role in roles:
        tx.people.give_role(person.id, lab, role, ("GEN", "LAS1") if role is Role.TRAINER else ())
    return person.id

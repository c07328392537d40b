"""Fixture F1: the demo lab of the acceptance scenarios, with the figures of rules.md; Tuesday 24 November 2026, 09:00 in Brussels.

Amélie (French), Bram (Dutch) and Emma (English) are members with every certificate; Tom trains, Dora is staff, Max manager.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from core.families import FAMILIES, LAB, booking_rules
from core.vocabulary import Audience, MemberStatus, Risk, Role
from hub.ports import Course, DayException, Lab, NewPerson, Opening, Store, Tx
from hub.services.enrolling import enrol_badge
from hub.store.making import found
from tests.cast import ADC, NOW, Cast, certify, machine
from tests.hub.services.floor import NODE, NODE_KEY, VAULT, Floor

MEMBERS, STAFF = Audience.MEMBERS, Audience.STAFF
HOURS = (
    Opening(0, "10:00", "12:00", STAFF),
    Opening(1, "10:00", "18:00", MEMBERS),
    Opening(2, "10:00", "18:00", MEMBERS),
    Opening(3, "10:00", "22:00", MEMBERS),
    Opening(3, "17:00", "22:00", Audience.PUBLIC),
    Opening(4, "10:00", "18:00", MEMBERS),
    Opening(5, "10:00", "17:00", MEMBERS),
)
RISK = {"laser": Risk.HIGH, "cnc-large": Risk.HIGH, "saw": Risk.HIGH, "vinyl": Risk.LOW, "textile": Risk.LOW, "solder": Risk.LOW}  # fmt: skip
MACHINES = {
    "LAS-1": ("laser", "LAS1"), "LAS-2": ("laser", "LAS1"), "CNC-1": ("cnc-large", "CNC2"), "CNC-2": ("cnc-small", "CNC1"),
    "3DP-1": ("fdm", "3DP1"), "3DP-2": ("fdm", "3DP1"), "SLA-1": ("resin", "SLA1"), "VIN-1": ("vinyl", "VIN1"),
    "EMB-1": ("textile", "EMB1"), "SOL-1": ("solder", "GEN"), "SAW-1": ("saw", "WOOD2"),
}  # fmt: skip
COURSES = {
    "GEN": (), "LAS1": ("GEN",), "CNC1": ("GEN",), "CNC2": ("CNC1",), "3DP1": ("GEN",), "3DPN": ("3DP1",), "SLA1": ("GEN",),
    "VIN1": ("GEN",), "EMB1": ("GEN",), "WOOD1": ("GEN",), "WOOD2": ("WOOD1",),
}  # fmt: skip
PEOPLE = {
    "amelie": ("Amélie", "fr", ()), "bram": ("Bram", "nl", ()), "emma": ("Emma", "en", ()),
    "tom": ("Tom", "fr", (Role.TRAINER,)), "dora": ("Dora", "fr", (Role.STAFF,)), "max": ("Max", "nl", (Role.MANAGER,)),
}  # fmt: skip


@dataclass(frozen=True)
class F1(Floor):
    """The floor of the scenarios."""


def f1_in(store: Store) -> F1:
    """Found the lab, put up its machines, let the people in, and pair las-1 with LAS-1."""
    return F1(store, *store.write(_set_up))


def _set_up(tx: Tx) -> tuple[Cast, dict[str, bytes]]:
    found(tx, NOW, demo=False)
    tx.machines.add_lab(Lab(ADC, "Atelier du Canal", "Europe/Brussels", "fr", 1, dict(LAB)))
    for opening in HOURS:
        tx.machines.add_opening(ADC, opening)
    tx.machines.add_exception(ADC, DayException(date(2026, 11, 11), (), {"fr": "Armistice"}))
    for course, needs in COURSES.items():
        tx.certificates.add_course(Course(course, ADC, {"en": course}, needs=(needs,) if needs else ()))
    for family in FAMILIES:
        rules = {**booking_rules(family), "unattended": FAMILIES[family]["unattended"]}
        if family == "cnc-large":
            rules |= {"quiet_from": "20:00", "quiet_to": "08:00"}
        said = {name: value for name, value in rules.items() if name != "unattended" or value is not None}
        tx.machines.add_family(ADC, family, {"en": family}, RISK.get(family, Risk.MEDIUM), said)
    for name, (family, course) in MACHINES.items():
        tx.machines.add(machine(name, family, (course,)), seats=4 if name == "SOL-1" else 1)
    people = {name: _person(tx, name) for name in PEOPLE}
    uids = {name: bytes([4, 9, 2, 3, 4, 5, number]) for number, name in enumerate(people)}
    for name, uid in uids.items():
        enrol_badge(tx, VAULT, people[name], uid, people[name], NOW)
    tx.nodes.add(NODE, ADC, "LAS-1", VAULT.seal(NODE_KEY), NOW)
    return Cast(people), uids


def _person(tx: Tx, key: str) -> str:
    name, lang, roles = PEOPLE[key]
    new = NewPerson(
        ADC,
        f"{key}@lab.example",
        f"{name} Tester",
        lang,
        name,
        date(1990, 2, 3),
        MemberStatus.ACTIVE,
        None,
        1,
    )
    person = tx.people.add(new, NOW)
    assert person is not None
    for role in (Role.MEMBER, *roles):
        tx.people.give_role(person.id, ADC, role, tuple(COURSES) if role is Role.TRAINER else ())
    for course in COURSES:
        certify(tx, person.id, course, NOW - timedelta(days=90))
    return person.id

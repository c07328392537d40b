"""After so many hours or days a machine wants to be looked after: who is told, and when does it stop? (R48)"""

from datetime import timedelta

import pytest

from core.rulebook import Level
from core.timeline import stamp
from core.vocabulary import MachineStatus, Purpose, Reason
from hub.ports import Upkeep
from hub.services import asking, granting, metering, ruling, upkeep
from hub.services.reserving import NotReserved, Wish, reserve
from hub.services.ruling import RulesAt
from hub.services.showing import machine_shown
from tests.cast import ADC, NOW
from tests.hub.services.desk import HOUR, TICK, by, mails
from tests.hub.services.floor import NODE, VAULT, Floor, Journal

DAY = timedelta(days=1)


def ruled(floor: Floor, **rules) -> None:
    who = floor.people.max
    where, why = RulesAt(ADC, Level.MACHINE, "LAS-1"), ("upkeep", NOW)
    floor.store.write(lambda tx: ruling.save(tx, by(tx, who), where, rules, why))


def looked(floor: Floor, now) -> str:
    floor.store.write(lambda tx: upkeep.look(tx, now))
    assert not floor.store.read(lambda tx: upkeep.due(tx, now))
    return floor.store.read(lambda tx: tx.machines.get("LAS-1")).upkeep


def noted(floor: Floor, now, who: str = "dora", note: str = "lens cleaned, belts tight"):
    person = floor.people.ids[who]
    return floor.store.write(lambda tx: upkeep.done(tx, by(tx, person), "LAS-1", note, now))


def against(floor: Floor, now) -> list[bool]:
    """Does its upkeep stand against starting it now, against booking it tomorrow?"""
    ask = floor.ask(floor.key("bram"), Purpose.WALK_UP, now)
    tapped = floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, now)).decision
    amelie, start = floor.people.amelie, now + DAY
    wish = Wish("LAS-1", amelie, start, start + HOUR, amelie)
    booked = floor.store.write(lambda tx: reserve(tx, wish, now))
    refused = booked.objections if isinstance(booked, NotReserved) else ()
    return [Reason.MAINTENANCE in {one.code for one in found} for found in (tapped.objections, refused)]


def test_staff_hear_at_the_tenth_day_and_on_the_eleventh_nobody_starts_or_books(both_floor: Floor) -> None:
    ruled(both_floor, upkeep_d=10)
    assert looked(both_floor, NOW) == ""
    assert looked(both_floor, NOW + 10 * DAY - TICK) == ""
    assert looked(both_floor, NOW + 10 * DAY) == "due"
    assert "machine.upkeep_due" in mails(both_floor.store, both_floor.people.dora)
    assert looked(both_floor, NOW + 11 * DAY - TICK) == "due"
    assert against(both_floor, NOW + 11 * DAY - TICK) == [False, False]
    assert looked(both_floor, NOW + 11 * DAY) == "overdue"
    assert "machine.upkeep_overdue" in mails(both_floor.store, both_floor.people.dora)
    assert against(both_floor, NOW + 11 * DAY) == [True, True]
    shown = both_floor.store.read(lambda tx: machine_shown(tx, "LAS-1", NOW + 11 * DAY))
    assert shown.status is MachineStatus.MAINTENANCE


def test_who_notes_it_as_done_gives_the_machine_back_and_it_counts_anew(both_floor: Floor) -> None:
    ruled(both_floor, upkeep_d=10)
    looked(both_floor, NOW)
    late = NOW + 20 * DAY
    assert looked(both_floor, late) == "overdue"
    done = noted(both_floor, late)
    assert (done.by, done.at, done.note) == (both_floor.people.dora, late, "lens cleaned, belts tight")
    assert against(both_floor, late) == [False, False]
    assert looked(both_floor, late + 10 * DAY - TICK) == ""
    assert looked(both_floor, late + 10 * DAY) == "due"


def test_hours_are_those_under_power_since_the_last_upkeep_and_a_session_is_not_cut(floor: Floor) -> None:
    ruled(floor, upkeep_h=1)
    looked(floor, NOW)
    journal = Journal().session(floor.people.bram, NOW + HOUR, 59)
    floor.store.write(lambda tx: metering.take(tx, NODE, journal.batch(), NOW + 3 * HOUR))
    assert looked(floor, NOW + 3 * HOUR) == ""
    until = stamp(NOW + 5 * HOUR)
    journal.write("session-start", NOW + 3 * HOUR, "s2", who=floor.people.bram, kind="use", until=until)
    journal.write("power-on", NOW + 3 * HOUR, "s2")
    floor.store.write(lambda tx: metering.take(tx, NODE, journal.batch(), NOW + 3 * HOUR))
    assert looked(floor, NOW + 3 * HOUR + timedelta(seconds=59)) == ""
    assert looked(floor, NOW + 3 * HOUR + timedelta(minutes=1)) == "due"
    assert looked(floor, NOW + 3 * HOUR + timedelta(minutes=7)) == "overdue"
    assert floor.store.read(lambda tx: tx.sessions.running("LAS-1")).end is None
    assert floor.store.write(lambda tx: tx.outbox.due(NOW + DAY, ["order"], 9)) == []
    noted(floor, NOW + 4 * HOUR)
    assert looked(floor, NOW + 30 * DAY) == ""


def test_the_node_refuses_it_by_its_view(floor: Floor) -> None:
    ruled(floor, upkeep_d=1)
    looked(floor, NOW)
    before = floor.store.read(lambda tx: tx.nodes.get(NODE)).view_rev
    looked(floor, NOW + 2 * DAY)
    assert floor.store.read(lambda tx: tx.nodes.get(NODE)).view_rev > before  # it is sent
    view = floor.store.read(lambda tx: granting.view_of_node(tx, NODE, VAULT, NOW + 2 * DAY))
    assert view.machine.overdue


def test_where_no_rule_asks_nothing_is_counted_and_a_rule_taken_back_frees_the_machine(floor: Floor) -> None:
    assert looked(floor, NOW + 999 * DAY) == ""
    assert floor.store.read(lambda tx: tx.upkeeps.last("LAS-1")) is None
    ruled(floor, upkeep_d=1)
    looked(floor, NOW)
    assert looked(floor, NOW + 9 * DAY) == "overdue"
    ruled(floor)
    assert looked(floor, NOW + 9 * DAY) == ""


@pytest.mark.parametrize(
    ("who", "note", "code"),
    [("amelie", "x", Reason.FORBIDDEN), ("olga", "x", Reason.FORBIDDEN), ("dora", " ", Reason.INVALID)],
)
def test_only_staff_note_an_upkeep_and_they_say_what_they_did(floor: Floor, who, note, code) -> None:
    answer = noted(floor, NOW, who, note)
    assert not isinstance(answer, Upkeep)
    assert answer.code is code

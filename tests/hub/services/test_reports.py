"""A member says from afar that a machine is not well: whom does that stop, and what does a false alarm cost? (R46)"""

from datetime import datetime, timedelta

import pytest

from core.sanctions import Cause
from core.timeline import stamp
from core.vocabulary import LockKind, Purpose, Reason, ReservationStatus, Trouble
from core.wire.messages import LockList, read
from hub.ports import Report, Severity, Verdict
from hub.services import asking, locking_out, metering, pictures, reports, sanctions
from hub.services.refused import Refused
from hub.services.reports import Said
from hub.services.warned import strikes_shown
from tests.cast import ADC, NOW
from tests.hub.pictures import with_place
from tests.hub.services.desk import at, booked, by, mails, present
from tests.hub.services.floor import NODE, VAULT, Floor, Journal

DANGER, OUT, NOTICE = Severity
MIDNIGHT = datetime.fromisoformat("2026-11-25T00:00+01:00")


def says(floor: Floor, who: str, severity: Severity = OUT, now: datetime = NOW, machine: str = "LAS-1"):
    said, person = Said(machine, severity, "it smokes"), floor.people.ids[who]
    return floor.store.write(lambda tx: reports.report(tx, by(tx, person), said, now))


def answers(
    floor: Floor, told: Report, verdict: Verdict, reason: str = "a cloth lay on it", who: str = "dora"
):
    person = floor.people.ids[who]
    return floor.store.write(lambda tx: reports.answer(tx, by(tx, person), told.id, (verdict, reason), NOW))


def against(floor: Floor, who: str = "bram") -> list[Reason]:
    ask = floor.ask(floor.key(who), Purpose.WALK_UP, NOW)
    answer = floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, NOW))
    return [one.code for one in answer.decision.objections]


def locks(floor: Floor) -> list[LockKind]:
    body = floor.store.read(lambda tx: locking_out.locks_body(tx, NODE, NOW))
    return [one.kind for one in read(LockList, body).locks]


def test_a_danger_from_afar_stops_the_next_start_and_what_two_call_broken_too(both_floor: Floor) -> None:
    says(both_floor, "amelie")
    assert against(both_floor) == []
    says(both_floor, "amelie")  # the same member twice is one
    assert Reason.MACHINE_DOWN not in against(both_floor, "tom")
    assert locks(both_floor) == []
    second = says(both_floor, "bram")
    assert locks(both_floor) == [LockKind.OUT]  # what runs goes on, the next start is refused
    assert Reason.MACHINE_DOWN in against(both_floor, "amelie")
    assert "machine.out_by_reports" in mails(both_floor.store, both_floor.people.dora)
    answers(both_floor, second, Verdict.MENDED, "new belt")
    says(both_floor, "tom", DANGER)
    assert locks(both_floor) == [LockKind.OUT]


def test_a_notice_stops_nobody_however_many_say_it(floor: Floor) -> None:
    for who in ("amelie", "bram", "tom"):
        says(floor, who, NOTICE)
    assert locks(floor) == []
    assert "machine.reported_afar" in mails(floor.store, floor.people.dora)


def test_reports_of_two_machines_are_not_two_of_one(floor: Floor) -> None:
    says(floor, "amelie")
    assert says(floor, "bram", machine="LAS-2").lock is None


def test_staff_need_not_wait_for_the_second_report(floor: Floor) -> None:
    first, who = says(floor, "amelie"), floor.people.dora
    done = floor.store.write(lambda tx: reports.confirm(tx, by(tx, who), first.id, NOW))
    assert locks(floor) == [LockKind.OUT]
    again = floor.store.write(lambda tx: reports.confirm(tx, by(tx, who), done.id, NOW))
    assert again.code is Reason.CHANGED
    amelie = floor.people.amelie
    assert (
        floor.store.write(lambda tx: reports.confirm(tx, by(tx, amelie), first.id, NOW)).code
        is Reason.FORBIDDEN
    )


def test_the_third_danger_of_a_day_is_refused_and_the_next_day_begins_at_local_midnight(floor: Floor) -> None:
    assert isinstance(says(floor, "amelie", DANGER), Report)
    assert isinstance(says(floor, "amelie", DANGER, machine="LAS-2"), Report)
    third = says(floor, "amelie", DANGER, MIDNIGHT - timedelta(milliseconds=1))
    assert isinstance(third, Refused)
    assert (third.code, third.objections[0].params["most"]) == (Reason.RATE_LIMITED, 2)
    assert isinstance(says(floor, "bram", DANGER), Report)
    assert isinstance(says(floor, "amelie", DANGER, MIDNIGHT), Report)


def test_a_false_alarm_gives_the_machine_back_and_is_a_strike_that_is_explained_and_can_be_appealed(
    both_floor: Floor,
) -> None:
    store, amelie = both_floor.store, both_floor.people.amelie
    booked(store, both_floor.people.bram, at(16), at(17))
    told = says(both_floor, "amelie", DANGER)
    assert "machine.out" in mails(store, both_floor.people.bram)
    assert isinstance(answers(both_floor, told, Verdict.FALSE_ALARM), Report)
    assert locks(both_floor) == []
    assert "machine.restored" in mails(store, both_floor.people.bram)
    assert "strike.false_alarm" in mails(store, amelie)
    (strike,) = store.read(lambda tx: strikes_shown(tx, amelie, ADC, NOW))
    first = strike.events[0].data
    assert (first["cause"], first["machine"], first["reason"]) == (
        Cause.FALSE_ALARM, "LAS-1", "a cloth lay on it",
    )  # fmt: skip
    assert store.read(lambda tx: sanctions.standing_of(tx, amelie, ADC, NOW)).halves == 2
    appealed = store.write(lambda tx: sanctions.appeal(tx, strike.id, by(tx, amelie), "it did smoke", NOW))
    assert not isinstance(appealed, Refused)
    assert answers(both_floor, told, Verdict.FALSE_ALARM).code is Reason.CHANGED  # one strike, not two


def test_what_was_mended_costs_nobody_a_strike(floor: Floor) -> None:
    answers(floor, says(floor, "amelie", DANGER), Verdict.MENDED)
    assert floor.store.read(lambda tx: strikes_shown(tx, floor.people.amelie, ADC, NOW)) == []


def test_of_two_dangers_one_false_alarm_leaves_the_machine_out(floor: Floor) -> None:
    first, _ = says(floor, "amelie", DANGER), says(floor, "bram", DANGER)
    answers(floor, first, Verdict.FALSE_ALARM)
    assert locks(floor) == [LockKind.OUT]


@pytest.mark.parametrize(
    ("who", "reason", "code"),
    [("bram", "x", Reason.FORBIDDEN), ("olga", "x", Reason.FORBIDDEN), ("dora", " ", Reason.INVALID)],
)
def test_only_staff_answer_and_they_say_why(floor: Floor, who, reason, code) -> None:
    told = says(floor, "amelie", DANGER)
    assert answers(floor, told, Verdict.FALSE_ALARM, reason, who).code is code
    assert locks(floor) == [LockKind.OUT]


def test_nobody_calls_his_own_report_a_false_alarm_and_nobody_reports_another_labs_machine(
    floor: Floor,
) -> None:
    assert answers(floor, says(floor, "dora", DANGER), Verdict.FALSE_ALARM).code is Reason.FORBIDDEN
    assert says(floor, "olga", DANGER).code is Reason.NOT_FOUND


def test_who_is_at_the_machine_hears_of_the_danger_and_goes_on(floor: Floor) -> None:
    journal = Journal()
    journal.write(
        "session-start", NOW, "s1", who=floor.people.bram, kind="use", until=stamp(NOW + timedelta(hours=1))
    )
    journal.write("power-on", NOW, "s1")
    floor.store.write(lambda tx: metering.take(tx, NODE, journal.batch(), NOW))
    says(floor, "amelie", DANGER)
    assert "machine.danger_here" in mails(floor.store, floor.people.bram)
    assert floor.store.read(lambda tx: tx.sessions.running("LAS-1")).end is None
    assert floor.store.write(lambda tx: tx.outbox.due(NOW, ["order"], 9)) == []


def test_s25_a_danger_with_a_photo_stops_the_next_start_tells_who_must_know_and_a_false_alarm_undoes_it(
    both_floor: Floor,
) -> None:
    """S25. The photo is there for staff as soon as they are told, and stays beside the answer."""
    store, people = both_floor.store, both_floor.people
    slot = booked(store, people.bram, at(14), at(15))
    seen = pictures.clean(with_place())
    assert isinstance(seen, bytes)
    said = Said("LAS-1", DANGER, "smoke from the tube", Trouble.FIRE, seen)
    told = store.write(lambda tx: reports.report(tx, by(tx, people.amelie), said, NOW))
    assert (locks(both_floor), Reason.MACHINE_DOWN in against(both_floor, "tom")) == ([LockKind.OUT], True)
    assert "machine.danger_afar" in mails(store, people.dora)
    assert "machine.out" in mails(store, people.bram)
    for who, picture in (("dora", seen), ("amelie", seen), ("bram", None), ("tom", None), ("olga", None)):
        found = store.read(lambda tx, w=who: reports.picture_for(tx, by(tx, people.ids[w]), told.id))
        assert found == picture, who
    answers(both_floor, told, Verdict.FALSE_ALARM)
    assert (locks(both_floor), present(store, slot).status) == ([], ReservationStatus.CONFIRMED)
    assert "machine.restored" in mails(store, people.bram)
    kept = store.read(lambda tx: tx.reports.get(told.id))
    assert (kept.category, kept.photo) == (Trouble.FIRE, True)

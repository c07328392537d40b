"""She taps at 13:44 for 14:00, and the machine is free: one session, one usage record, her own slot (R32, E21)."""

from datetime import datetime, timedelta

from core.timeline import stamp
from core.vocabulary import Purpose, Reason, ReservationKind, ReservationStatus
from hub.jobs.chores import timetable
from hub.ports import Reservation
from hub.services import asking, giving_back, merging, metering, no_shows
from tests.cast import ADC
from tests.hub.services.desk import MINUTE, TICK, at, booked, by, codes, heard, present
from tests.hub.services.f1 import F1
from tests.hub.services.floor import NODE, VAULT, Journal

FROM = at(13, 45)
DONE, CONFIRMED, IN_USE = ReservationStatus.DONE, ReservationStatus.CONFIRMED, ReservationStatus.IN_USE


def tapped(f1: F1, who: str, now: datetime):
    ask = f1.ask(f1.key(who), Purpose.WALK_UP, now)
    return f1.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, now))


def taken_in(f1: F1, journal: Journal, now: datetime) -> None:
    assert f1.store.write(lambda tx: metering.take(tx, NODE, journal.batch(), now)) is not None


def session(f1: F1):
    [found] = f1.store.read(lambda tx: tx.sessions.page(lab=ADC))
    return found


def begun(f1: F1) -> tuple[Reservation, Reservation, Journal]:
    """Her slot, the walk-up before it, and the journal in which her session runs since 13:44."""
    heard(f1.store, at(13))
    slot = booked(f1.store, f1.people.amelie, at(14), at(15))
    answer = tapped(f1, "amelie", at(13, 44))
    assert answer.decision.allowed
    walk_up = f1.store.read(lambda tx: tx.bookings.get(answer.reservation["id"]))
    journal = Journal()
    began = {"who": f1.people.amelie, "kind": "use", "until": stamp(answer.decision.until)}
    journal.write("session-start", at(13, 44), "s1", reservation=walk_up.id, **began)
    journal.write("power-on", at(13, 44), "s1")
    taken_in(f1, journal, at(13, 44))
    return slot, walk_up, journal


def over(journal: Journal, when: datetime) -> Journal:
    journal.write("power-off", when, "s1")
    ended = {"reason": "badge-out", "end_quality": "exact", "power_s": 600, "busy_s": 0}
    return journal.write("session-end", when, "s1", **ended)


def test_a_tap_at_13_44_for_14_00_lasts_to_the_end_of_the_slot_and_books_the_time_before_it(f1: F1) -> None:
    slot, walk_up, _ = begun(f1)
    assert session(f1).until == slot.end
    assert (walk_up.kind, walk_up.start, walk_up.end) == (ReservationKind.WALKUP, at(13, 44), at(14))
    assert present(f1.store, slot).status is CONFIRMED


def test_at_13_45_and_not_before_the_walk_up_becomes_her_slot_with_one_usage_record(f1: F1) -> None:
    slot, walk_up, journal = begun(f1)
    assert f1.store.read(lambda tx: merging.next_due(tx, at(13, 44))) == FROM
    jobs = timetable(f1.store, VAULT)
    jobs.due(FROM - TICK)
    assert session(f1).reservation == walk_up.id
    jobs.due(FROM - TICK + timedelta(seconds=1))
    assert session(f1).reservation == slot.id
    assert present(f1.store, slot).status is IN_USE
    assert present(f1.store, walk_up).status is DONE
    assert f1.store.read(lambda tx: merging.next_due(tx, FROM)) is None
    taken_in(f1, over(journal, at(14, 52)), at(14, 52))
    used = session(f1)  # one, from the tap to the end
    assert (used.start, used.end, used.reservation) == (at(13, 44), at(14, 52), slot.id)
    assert present(f1.store, slot).end == at(15)  # eight minutes before the end: nothing to give back


def test_who_sits_there_since_13_44_is_no_no_show(f1: F1) -> None:
    slot, _, _ = begun(f1)
    jobs = timetable(f1.store, VAULT)
    jobs.due(at(14, 15))
    assert f1.store.read(lambda tx: no_shows.due(tx, at(14, 20), 9)) == []
    assert present(f1.store, slot).status is IN_USE
    assert f1.store.read(lambda tx: tx.strikes.of(f1.people.amelie, ADC)) == []


def test_who_taps_out_before_13_45_keeps_the_slot_for_later(f1: F1) -> None:
    slot, walk_up, journal = begun(f1)
    taken_in(f1, over(journal, FROM - TICK), FROM - TICK)
    assert present(f1.store, slot).status is CONFIRMED
    gone = present(f1.store, walk_up)
    assert (gone.status, gone.end) == (DONE, FROM - TICK)
    assert session(f1).reservation == walk_up.id


def test_the_same_offline_is_one_session_of_the_slot_when_the_records_come(f1: F1) -> None:
    heard(f1.store, at(13), online=False)
    slot = booked(f1.store, f1.people.amelie, at(14), at(15))
    journal = Journal()
    journal.session(f1.people.amelie, at(13, 44), 76)
    taken_in(f1, journal, at(15, 30))
    rows = f1.store.read(lambda tx: tx.bookings.of_person(f1.people.amelie, at(13), at(16)))
    assert [(one.start, one.end, one.status) for one in rows] == [
        (at(13, 44), at(14), DONE),
        (at(14), at(15), DONE),
    ]
    assert session(f1).reservation == slot.id


def test_a_walk_up_of_half_an_hour_that_ends_before_her_slot_stays_a_walk_up(f1: F1) -> None:
    booked(f1.store, f1.people.amelie, at(14), at(15))
    answer = tapped(f1, "amelie", at(13, 30) - TICK)
    assert answer.decision.until == at(14) - TICK
    assert f1.store.read(lambda tx: merging.due(tx, at(14), 9)) == []


def test_somebody_elses_slot_between_ends_the_walk_up_there(f1: F1) -> None:
    booked(f1.store, f1.people.bram, at(13, 30), at(14))
    booked(f1.store, f1.people.amelie, at(14), at(15))
    answer = tapped(f1, "amelie", at(13, 5))
    assert answer.decision.until == at(13, 30)


def test_she_cannot_give_the_slot_back_from_the_web_while_she_sits_there_on_its_account(f1: F1) -> None:
    slot, _, journal = begun(f1)
    now = at(13, 44) + TICK
    her = f1.people.amelie
    gone = f1.store.write(lambda tx: giving_back.cancel(tx, slot, by(tx, her), now))
    assert codes(gone) == {Reason.PAST}
    later = (at(16), at(17))
    assert codes(f1.store.write(lambda tx: giving_back.move(tx, slot, by(tx, her), later, now))) == {
        Reason.PAST
    }
    taken_in(f1, over(journal, at(13, 44) + MINUTE - TICK), at(13, 44) + MINUTE)
    gone = f1.store.write(lambda tx: giving_back.cancel(tx, slot, by(tx, her), now))
    assert gone.status is ReservationStatus.CANCELLED_LATE

"""What becomes of a slot that was booked on a condition? R14; and the jobs that look after all of it, once and in time."""

from datetime import timedelta

from core.timeline import stamp
from core.vocabulary import ReservationStatus
from hub.jobs.chores import timetable
from hub.ports import NewReservation
from hub.services import conditions, sanctions
from hub.services.giving_back import move
from hub.services.reserving import Wish, reserve
from tests.cast import ADC, NOW, certify
from tests.hub.services.desk import HOUR, TICK, at, booked, by, gave_up, heard, mails, present, waits
from tests.hub.services.floor import VAULT

START = NOW + timedelta(days=3)
LAPSES = START - timedelta(hours=24)


def conditional(floor):
    """The newcomer's slot, booked on the promise of a training."""
    person = floor.people.nils

    def add(tx):
        seat = tx.machines.seats("LAS-1")[0].id
        return tx.bookings.add(
            NewReservation(
                ADC,
                "LAS-1",
                seat,
                person,
                START,
                START + HOUR,
                status=ReservationStatus.CONDITIONAL,
                held_until=LAPSES,
            ),
            NOW,
        )

    return floor.store.write(add)


def settled(floor, now):
    return floor.store.write(lambda tx: conditions.settle(tx, now, 9))


def test_without_the_certificate_it_lapses_a_day_before_and_not_a_tick_earlier(both_floor):
    slot = conditional(both_floor)
    entry = waits(both_floor.store, both_floor.people.bram, START, START + HOUR)
    assert settled(both_floor, LAPSES - TICK) == 0
    assert settled(both_floor, LAPSES) == 1
    assert settled(both_floor, LAPSES) == 0
    assert present(both_floor.store, slot).status is ReservationStatus.CANCELLED
    assert "reservation.lapsed" in mails(both_floor.store, both_floor.people.nils)
    assert both_floor.store.read(lambda tx: tx.waiting.offer_of(entry.id)).start == START


def test_with_the_certificate_it_is_confirmed(both_floor):
    slot = conditional(both_floor)
    both_floor.store.write(lambda tx: certify(tx, both_floor.people.nils, "LAS1", NOW))
    assert settled(both_floor, LAPSES) == 1
    kept = present(both_floor.store, slot)
    assert (kept.status, kept.held_until) == (ReservationStatus.CONFIRMED, None)


def test_the_hold_of_an_offer_is_not_taken_for_a_condition(both_floor):
    slot = booked(both_floor.store, both_floor.people.amelie, at(14), at(15))
    entry = waits(both_floor.store, both_floor.people.bram, at(14), at(15))
    gave_up(both_floor.store, slot, at(13))
    offer = both_floor.store.read(lambda tx: tx.waiting.offer_of(entry.id))
    assert settled(both_floor, offer.expires) == 0


def test_the_timetable_does_each_once_in_its_time_and_knows_the_next_instant(both_floor):
    store, people = both_floor.store, both_floor.people
    jobs = timetable(store, VAULT)
    heard(store, NOW)
    missed = booked(store, people.amelie, at(14), at(15))
    given = booked(store, people.bram, at(16), at(17))
    entry = waits(store, people.tom, at(16), at(17))
    assert jobs.next_due(NOW) == at(14, 15)
    gave_up(store, given, at(12))
    offer = store.read(lambda tx: tx.waiting.offer_of(entry.id))
    assert jobs.next_due(at(12)) == offer.expires == at(12, 30)
    jobs.due(at(12, 30) - TICK)
    assert store.read(lambda tx: tx.waiting.offer_of(entry.id)) is not None
    assert jobs.due(at(12, 30) + timedelta(seconds=1)) >= 1
    assert store.read(lambda tx: tx.waiting.offer_of(entry.id)) is None
    assert jobs.due(at(14, 15)) >= 1
    assert present(store, missed).status is ReservationStatus.NO_SHOW
    jobs.due(at(14, 16))
    assert store.read(lambda tx: sanctions.standing_of(tx, people.amelie, ADC, at(14, 16))).halves == 2


def test_moved_a_conditional_slot_lapses_a_day_before_its_new_time(floor):
    nils = floor.people.nils

    def enrol(tx):
        tx.certificates.record(
            tx.certificates.open(ADC, nils, "LAS1"), "enrol", NOW, data={"ends": stamp(START)}
        )

    floor.store.write(enrol)
    wish = Wish("LAS-1", nils, START, START + HOUR, nils)
    slot = floor.store.write(lambda tx: reserve(tx, wish, NOW))
    later = START + timedelta(days=2)
    moved = floor.store.write(lambda tx: move(tx, slot, by(tx, nils), (later, later + HOUR), NOW))
    assert (moved.status, moved.held_until) == (ReservationStatus.CONDITIONAL, later - timedelta(hours=24))

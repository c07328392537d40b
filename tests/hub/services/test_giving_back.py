"""How does a slot come back? R34-R36, S07, S09, E25."""

from datetime import timedelta

import pytest

from core.vocabulary import ReservationStatus
from hub.ports import Reservation
from hub.services import metering, sanctions
from hub.services.coming_late import hold
from hub.services.giving_back import cancel, release
from hub.services.reserving import Wish, reserve
from hub.words import next_step
from tests.cast import ADC, NOW
from tests.hub.services.desk import (
    HOUR,
    MINUTE,
    TICK,
    at,
    booked,
    by,
    came,
    codes,
    gave_up,
    mails,
    present,
    waits,
)
from tests.hub.services.floor import Journal


def halves(store, person, now):
    return store.read(lambda tx: sanctions.standing_of(tx, person, ADC, now)).halves


def released(store, slot, now):
    return store.write(lambda tx: release(tx, tx.bookings.get(slot.id), by(tx, slot.person), now))


def held(store, slot, now):
    return store.write(lambda tx: hold(tx, tx.bookings.get(slot.id), by(tx, slot.person), now))


def test_s07_who_badges_out_at_14_52_leaves_the_hour_from_15_to_the_others_at_once(both_floor):
    store, amelie, bram = both_floor.store, both_floor.people.amelie, both_floor.people.bram
    slot = booked(store, amelie, at(14), at(16))
    entry = waits(store, bram, at(15), at(16), least=60)
    journal = Journal().session(amelie, at(14), 52, reservation=slot.id)
    store.write(lambda tx: metering.take(tx, "las-1", journal.batch(), at(14, 52)))
    kept = present(store, slot)
    assert (kept.start, kept.end, kept.planned_end) == (at(14), at(15), at(16))
    offer = store.read(lambda tx: tx.waiting.offer_of(entry.id))
    assert (offer.start, offer.end, offer.hold) == (at(15), at(16), None)
    assert booked(store, amelie, at(15), at(16), now=at(14, 52) + TICK).start == at(15)


def test_s07_only_the_badge_gives_the_rest_away_not_a_power_cut(both_floor):
    store, amelie = both_floor.store, both_floor.people.amelie
    slot = booked(store, amelie, at(14), at(16))
    journal = Journal()
    journal.write("session-start", at(14), "s1", who=amelie, kind="use", reservation=slot.id)
    lost = {"reason": "power-lost", "end_quality": "estimated", "power_s": 60, "busy_s": 0}
    journal.write("session-end", at(14, 20), "s1", **lost)
    store.write(lambda tx: metering.take(tx, "las-1", journal.batch(), at(14, 21)))
    assert present(store, slot).end == at(16)
    assert present(store, slot).status is ReservationStatus.ARRIVED


def test_e25_four_minutes_before_the_end_nothing_is_left_to_give(floor):
    slot = came(floor.store, booked(floor.store, floor.people.amelie, at(14), at(15)), at(14))
    entry = waits(floor.store, floor.people.bram, at(14), at(16))
    assert released(floor.store, slot, at(14, 56)).end == at(15)
    assert floor.store.read(lambda tx: tx.waiting.offer_of(entry.id)) is None


def test_a_machine_that_still_runs_is_not_released(floor):
    store, amelie = floor.store, floor.people.amelie
    slot = booked(store, amelie, at(14), at(15))
    journal = Journal().write("session-start", at(14), "s1", who=amelie, kind="use", reservation=slot.id)
    store.write(lambda tx: metering.take(tx, "las-1", journal.batch(), at(14)))
    (why,) = released(store, slot, at(14, 10)).objections
    assert (why.code.value, why.next) == ("OCCUPIED", "badge_out")
    said = {lang: next_step("OCCUPIED", why.next, why.params, lang) for lang in ("fr", "nl", "en")}
    assert "votre badge" in said["fr"]
    assert "Scan eerst je badge" in said["nl"]
    assert "Badge out at the machine first" in said["en"]


def test_s09_late_and_coming_once_and_not_while_somebody_waits(both_floor):
    store = both_floor.store
    slot = booked(store, both_floor.people.amelie, at(14), at(15))
    assert held(store, slot, at(14, 10)).held_until == at(14, 30)
    assert codes(held(store, slot, at(14, 11))) == {"REPEATED"}
    other = booked(store, both_floor.people.bram, at(16), at(17))
    waits(store, both_floor.people.tom, at(16), at(18))
    assert codes(held(store, other, at(16, 10))) == {"PRIORITY"}


@pytest.mark.parametrize(("now", "code"), [(at(13, 45) - TICK, "HORIZON"), (at(14, 15), "PAST")])
def test_late_is_said_from_a_quarter_before_the_start_to_the_end_of_the_grace(floor, now, code):
    slot = booked(floor.store, floor.people.amelie, at(14), at(15))
    assert codes(held(floor.store, slot, now)) == {code}
    assert isinstance(held(floor.store, slot, at(13, 45)), Reservation)


def test_cancelling_is_free_to_the_twelfth_hour_before_and_half_a_strike_a_tick_later(both_floor):  # R35
    store, amelie = both_floor.store, both_floor.people.amelie
    start = NOW + timedelta(days=2)
    in_time = booked(store, amelie, start, start + HOUR)
    assert gave_up(store, in_time, start - 12 * HOUR).status is ReservationStatus.CANCELLED
    late = booked(store, amelie, start, start + HOUR)
    gone = gave_up(store, late, start - 12 * HOUR + TICK)
    assert gone.status is ReservationStatus.CANCELLED_LATE
    assert halves(store, amelie, start) == 1
    assert mails(store, amelie).count("strike.struck") == 1


def test_half_a_strike_goes_when_somebody_takes_the_time_after_all(both_floor):
    store, amelie = both_floor.store, both_floor.people.amelie
    gave_up(store, booked(store, amelie, at(14), at(15)), NOW + MINUTE)
    assert halves(store, amelie, NOW + HOUR) == 1
    again = store.write(lambda tx: reserve(tx, Wish("LAS-1", amelie, at(14), at(15), amelie), NOW + HOUR))
    assert isinstance(again, Reservation)
    assert halves(store, amelie, NOW + HOUR) == 1
    gave_up(store, again, NOW + HOUR)
    booked(store, both_floor.people.bram, at(14, 30), at(15, 30), now=NOW + HOUR)
    assert halves(store, amelie, NOW + HOUR) == 0


def test_what_staff_cancel_is_no_strike_of_the_holder(floor):
    slot = booked(floor.store, floor.people.amelie, at(14), at(15))
    gone = floor.store.write(lambda tx: cancel(tx, slot, by(tx, floor.people.dora), NOW))
    assert gone.status is ReservationStatus.CANCELLED
    assert halves(floor.store, floor.people.amelie, NOW) == 0

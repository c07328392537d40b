"""Who is asked when a time comes free? R51, S31, E34, E35."""

from datetime import timedelta

import pytest

from core.vocabulary import ReservationStatus
from hub.ports import OfferStatus, Reservation, WaitingStatus
from hub.services import certifying, offering, waiting_list
from hub.services.refused import Refused
from hub.services.reserving import Wish, reserve
from hub.services.waiting_list import Want
from tests.cast import ADC, NOW, member
from tests.hub.services.desk import (
    HOUR,
    MINUTE,
    TICK,
    at,
    booked,
    by,
    codes,
    gave_up,
    mails,
    present,
    waits,
)


def offer_of(store, entry):
    return store.read(lambda tx: tx.waiting.offer_of(entry.id))


def accepted(store, entry, now):
    return store.write(lambda tx: offering.accept(tx, entry, by(tx, entry.person), now))


def status_of(store, entry):
    return store.read(lambda tx: tx.waiting.get(entry.id)).status


@pytest.fixture
def slot(both_floor):
    """Amélie has 14:00 to 15:00."""
    return booked(both_floor.store, both_floor.people.amelie, at(14), at(15))


def test_s31_the_first_who_waits_has_half_an_hour_and_nobody_else_gets_the_slot(both_floor, slot):
    store, first, second = both_floor.store, both_floor.people.bram, both_floor.people.tom
    one = waits(store, first, at(14), at(15))
    two = waits(store, second, at(14), at(15), NOW + MINUTE)
    gave_up(store, slot, at(13))
    offer = offer_of(store, one)
    assert (offer.start, offer.end, offer.expires) == (at(14), at(15), at(13, 30))
    assert offer_of(store, two) is None
    hold = store.read(lambda tx: tx.bookings.get(offer.hold))
    assert hold.status is ReservationStatus.CONDITIONAL
    dora = both_floor.people.dora
    assert codes(store.write(lambda tx: reserve(tx, Wish("LAS-1", dora, at(14), at(15), dora), at(13)))) == {
        "OVERLAP"
    }
    assert "waiting.offer" in mails(store, first)


def test_s31_who_passes_or_lets_it_lapse_hands_it_to_the_next(both_floor, slot):
    store = both_floor.store
    one = waits(store, both_floor.people.bram, at(14), at(15))
    two = waits(store, both_floor.people.tom, at(14), at(15), NOW + MINUTE)
    three = waits(store, both_floor.people.max, at(14), at(15), NOW + 2 * MINUTE)
    gave_up(store, slot, at(13))
    first = offer_of(store, three)  # a manager goes before members (R18)
    assert first is not None
    store.write(lambda tx: offering.pass_on(tx, three, by(tx, three.person), at(13, 1)))
    assert offer_of(store, one).expires == at(13, 1) + timedelta(seconds=59 * 60 / 2)
    assert store.write(lambda tx: offering.lapse(tx, offer_of_in(tx, one).expires - TICK, 9)) == 0
    due = offer_of(store, one).expires
    assert store.write(lambda tx: offering.lapse(tx, due, 9)) == 1
    assert store.write(lambda tx: offering.lapse(tx, due, 9)) == 0
    assert offer_of(store, one) is None
    taken = accepted(store, two, due + MINUTE)
    assert (taken.start, taken.status, taken.held_until) == (at(14), ReservationStatus.CONFIRMED, None)
    assert status_of(store, two) is WaitingStatus.TAKEN
    assert status_of(store, one) is WaitingStatus.WAITING


def offer_of_in(tx, entry):
    return tx.waiting.offer_of(entry.id)


def test_s31_eight_minutes_before_everybody_hears_and_the_first_who_says_yes_has_it(both_floor, slot):
    store = both_floor.store
    one = waits(store, both_floor.people.bram, at(14), at(15))
    two = waits(store, both_floor.people.tom, at(14), at(15))
    gave_up(store, slot, at(13, 52))
    assert [offer_of(store, entry).hold for entry in (one, two)] == [None, None]
    won = accepted(store, two, at(13, 53))
    assert (won.person, won.start, won.end) == (both_floor.people.tom, at(14), at(15))
    assert codes(accepted(store, one, at(13, 53))) == {"OVERLAP"}
    assert codes(accepted(store, one, at(13, 54))) == {"CHANGED"}
    assert status_of(store, one) is WaitingStatus.WAITING


def test_a_slot_that_has_begun_is_taken_from_this_minute_on(both_floor, slot):
    store = both_floor.store
    one = waits(store, both_floor.people.bram, at(14), at(15))
    gave_up(store, slot, at(14, 3))
    won = accepted(store, one, at(14, 5))
    assert (won.start, won.end) == (at(14, 5), at(15))


@pytest.mark.parametrize(("minutes_before", "ttl_min"), [(600, 30), (60, 30), (40, 20), (10, 5)])
def test_an_offer_holds_half_the_time_left_between_five_minutes_and_half_an_hour(minutes_before, ttl_min):
    start = NOW + minutes_before * MINUTE
    assert offering.ttl(start, NOW) == ttl_min * MINUTE


def test_an_offer_that_ran_out_is_not_accepted_even_before_the_job_has_looked(both_floor, slot):
    store = both_floor.store
    one = waits(store, both_floor.people.bram, at(14), at(15))
    gave_up(store, slot, at(13))
    assert codes(accepted(store, one, at(13, 30))) == {"PAST"}
    assert present(store, slot).status is ReservationStatus.CANCELLED_LATE
    assert store.read(lambda tx: tx.bookings.taken("LAS-1", at(14), at(15))) == []


def test_e34_accepting_one_of_two_overlapping_waits_drops_the_other(both_floor, slot):
    store, bram = both_floor.store, both_floor.people.bram
    other = booked(store, both_floor.people.tom, at(14), at(15), "LAS-2")
    one = waits(store, bram, at(14), at(15))
    two = waits(store, bram, at(14), at(15), machine="LAS-2")
    gave_up(store, slot, at(12))
    gave_up(store, other, at(12))
    assert isinstance(accepted(store, one, at(12)), Reservation)
    assert status_of(store, two) is WaitingStatus.LEFT
    assert store.read(lambda tx: tx.bookings.taken("LAS-2", at(14), at(15))) == []


def test_e34_who_lost_the_right_is_passed_over_silently_and_it_is_written_down(both_floor, slot):
    store, bram = both_floor.store, both_floor.people.bram
    one = waits(store, bram, at(14), at(15))
    two = waits(store, both_floor.people.tom, at(14), at(15), NOW + MINUTE)

    def lose(tx):
        las1 = next(one for one in tx.certificates.of(bram) if one.course == "LAS1")
        certifying.revoke(tx, both_floor.people.dora, las1.id, "unsafe", NOW)

    store.write(lose)
    gave_up(store, slot, at(12))
    assert offer_of(store, one) is None
    assert offer_of(store, two) is not None
    assert "waiting.offer" not in mails(store, bram)


def test_e35_three_quarters_are_not_offered_to_who_needs_an_hour(both_floor):
    store = both_floor.store
    short = booked(store, both_floor.people.amelie, at(14), at(14, 45))
    one = waits(store, both_floor.people.bram, at(14), at(15), least=60)
    booked(store, both_floor.people.tom, at(14, 45), at(15, 15))
    gave_up(store, short, at(12))
    assert offer_of(store, one) is None


def test_who_waits_for_a_family_is_offered_any_of_its_machines(both_floor):
    store = both_floor.store
    slot = booked(store, both_floor.people.amelie, at(14), at(15), "LAS-2")
    one = waits(store, both_floor.people.bram, at(14), at(15), machine=None, family="laser")
    gave_up(store, slot, at(12))
    assert offer_of(store, one).machine == "LAS-2"


def test_who_used_less_lately_goes_first(both_floor, slot):
    store, heavy, light = both_floor.store, both_floor.people.bram, both_floor.people.tom
    before = NOW - timedelta(days=3)
    used = booked(store, heavy, before, before + HOUR, now=before - HOUR)
    store.write(lambda tx: tx.bookings.set_status(used, ReservationStatus.DONE, before + HOUR))
    one = waits(store, heavy, at(14), at(15))
    two = waits(store, light, at(14), at(15), NOW + MINUTE)
    gave_up(store, slot, at(12))
    assert offer_of(store, one) is None
    assert offer_of(store, two) is not None


def test_leaving_hands_an_open_offer_to_the_next(both_floor, slot):
    store = both_floor.store
    one = waits(store, both_floor.people.bram, at(14), at(15))
    two = waits(store, both_floor.people.tom, at(14), at(15), NOW + MINUTE)
    gave_up(store, slot, at(12))
    store.write(lambda tx: offering.leave(tx, one, by(tx, one.person), at(12)))
    assert offer_of(store, two) is not None
    assert status_of(store, one) is WaitingStatus.LEFT
    offers = store.read(lambda tx: tx.waiting.offers(one.id))
    assert [offer.status for offer in offers] == [OfferStatus.PASSED]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": at(15), "end": at(14)}, "end"),
        ({"start": NOW - HOUR, "end": NOW}, "start"),
        ({"end": at(14) + timedelta(days=9999)}, "start"),
        ({"least": 15}, "min_minutes"),
        ({"least": 90}, "min_minutes"),
        ({"expires": NOW}, "expires"),
    ],
)
def test_a_wait_that_makes_no_sense_is_refused_by_field(floor, change, field):
    asked = {"start": at(14), "end": at(15), "least": 30, "expires": None} | change
    want = Want(
        ADC, floor.people.bram, "LAS-1", None, asked["start"], asked["end"], asked["least"], asked["expires"]
    )
    answer = floor.store.write(lambda tx: waiting_list.join(tx, want, NOW))
    assert isinstance(answer, Refused)
    assert answer.objections[0].params == {"field": field}


def test_the_newcomer_does_not_wait_for_a_machine_that_he_may_not_use(floor):
    want = Want(ADC, floor.people.nils, "LAS-1", None, at(14), at(15), 30)
    answer = floor.store.write(lambda tx: waiting_list.join(tx, want, NOW))
    assert isinstance(answer, Refused)
    assert answer.code.value == "CERT_MISSING"


def test_a_wait_ends_with_its_window(floor):
    entry = waits(floor.store, floor.people.bram, at(14), at(15))
    assert floor.store.write(lambda tx: waiting_list.expire(tx, at(15) - TICK, 9)) == 0
    assert floor.store.write(lambda tx: waiting_list.expire(tx, at(15), 9)) == 1
    assert status_of(floor.store, entry) is WaitingStatus.EXPIRED


def test_one_more_than_anybody_needs_is_refused(floor):
    extra = floor.store.write(lambda tx: member(tx, "Eager"))
    for _ in range(waiting_list.MOST):
        waits(floor.store, extra, at(14), at(15))
    want = Want(ADC, extra, "LAS-1", None, at(14), at(15), 30)
    assert isinstance(floor.store.write(lambda tx: waiting_list.join(tx, want, NOW)), Refused)


@pytest.mark.parametrize("left_s", [9 * 60 + 59, 600, 601, 20 * 60, 41 * 60, 60 * 60, 61 * 60, 4 * 3600])
def test_an_offer_is_held_as_long_as_the_naive_formula_says_and_near_the_start_not_at_all(floor, left_s):
    """R51: ttl = min(30, max(5, (start - now) / 2)) minutes; less than ten minutes before it is whoever is first."""
    slot = booked(floor.store, floor.people.amelie, at(14), at(16))
    entry = waits(floor.store, floor.people.bram, at(14), at(16))
    now = at(14) - timedelta(seconds=left_s)
    gave_up(floor.store, slot, now)
    offer = floor.store.read(lambda tx: tx.waiting.offer_of(entry.id))
    if left_s < 600:
        assert offer.hold is None
        return
    naive_s = left_s / 2
    naive_s = 300 if naive_s < 300 else min(naive_s, 1800)
    assert offer.hold is not None
    assert offer.expires == now + timedelta(seconds=naive_s)

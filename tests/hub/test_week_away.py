"""The hub was down for a week: what does it do when it comes back? What time changed by itself, once, and nobody is punished for it."""

from datetime import timedelta

import pytest

from core.vocabulary import ReservationStatus
from hub.jobs.chores import timetable
from hub.ports import KeptAnswer, KeyPlace, OfferStatus, WaitingStatus
from hub.services import attending, waiting_list
from hub.services.giving_back import cancel
from hub.services.reserving import Wish, reserve
from hub.services.sealing import Vault
from hub.services.waiting_list import Want
from tests.cast import ADC, NOW, cast_in

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
VAULT = Vault(b"v" * 32)
SECRET = bytes(32)


def key_of(person):
    return KeyPlace(person, "POST", "/api/v1/reservations", "k")


@pytest.fixture
def cast(both_store):
    return cast_in(both_store)


@pytest.fixture
def left(both_store, cast):
    """How things stood when the power went: slots for every day, somebody who waits, an offer, a kept answer."""

    def lay_out(tx):
        tx.nodes.add("las-1", ADC, "LAS-1", VAULT.seal(SECRET), NOW - DAY)
        tx.nodes.seen("las-1", NOW, {"online": True})
        for day in range(6):
            start = NOW + HOUR + day * DAY
            for machine, person in (("LAS-1", cast.amelie), ("LAS-2", cast.bram)):
                reserve(tx, Wish(machine, person, start, start + HOUR, person), NOW)
        slot = reserve(tx, Wish("SOL-1", cast.nils, NOW + 2 * DAY, NOW + 2 * DAY + HOUR, cast.nils), NOW)
        taken = reserve(tx, Wish("LAS-1", cast.tom, NOW + 3 * HOUR, NOW + 4 * HOUR, cast.tom), NOW)
        want = Want(ADC, cast.bram, "LAS-1", None, NOW + 3 * HOUR, NOW + 4 * HOUR, 60)
        entry = waiting_list.join(tx, want, NOW)
        cancel(tx, taken, tx.people.get(cast.dora), NOW)
        tx.replays.keep(ADC, key_of(cast.amelie), KeptAnswer("digest", 201, {}, "{}", NOW))
        return slot, entry, tx.waiting.offer_of(entry.id)

    return both_store.write(lay_out)


def back(store, now):
    """The hub starts again and does what is due, tick after tick, until nothing is."""
    store.write(lambda tx: attending.hub_started(tx, now))
    jobs, done = timetable(store, VAULT), 0
    while some := jobs.due(now):
        done += some
        now += timedelta(seconds=1)
    return done


def state(store):
    return store.read(
        lambda tx: (
            [(one.id, one.status) for one in tx.bookings.taken_in(ADC, NOW - WEEK, NOW + 2 * WEEK)],
            tx.audit.head(),
            tx.outbox.waiting(["mail", "view", "locks", "order"]),
        )
    )


def test_nobody_is_punished_for_a_slot_that_the_hub_could_not_see(both_store, cast, left):
    back(both_store, NOW + WEEK)
    for person in cast.ids.values():
        assert both_store.read(lambda tx, who=person: tx.strikes.of(who, ADC)) == []
    spent = both_store.read(lambda tx: tx.bookings.of_person(cast.amelie, NOW, NOW + WEEK))
    assert {one.status for one in spent} <= {ReservationStatus.DONE, ReservationStatus.CONFIRMED}


def test_what_is_over_is_over_and_what_was_offered_is_offered_no_more(both_store, cast, left):
    slot, entry, offer = left
    assert offer is not None
    back(both_store, NOW + WEEK)
    assert both_store.read(lambda tx: tx.bookings.get(slot.id).status) is ReservationStatus.DONE
    assert both_store.read(lambda tx: tx.bookings.over(NOW + WEEK, 100)) == []
    assert both_store.read(lambda tx: tx.waiting.get(entry.id).status) is not WaitingStatus.WAITING
    assert both_store.read(lambda tx: tx.waiting.offers(entry.id))[0].status is not OfferStatus.OPEN
    assert both_store.read(lambda tx: tx.replays.find(key_of(cast.amelie))) is None


def test_what_was_caught_up_is_done_once_however_often_the_hub_comes_back(both_store, cast, left):
    assert back(both_store, NOW + WEEK) > 0
    before = state(both_store)
    back(both_store, NOW + WEEK + timedelta(minutes=1))
    back(both_store, NOW + WEEK + timedelta(minutes=2))
    assert state(both_store) == before


def test_two_hubs_that_come_back_together_do_it_once(both_store, cast, left):
    """The lock of the leader failed, say: the jobs themselves do nothing twice."""
    now = NOW + WEEK
    both_store.write(lambda tx: attending.hub_started(tx, now))
    first, second = timetable(both_store, VAULT), timetable(both_store, VAULT)
    for tick in range(10):
        first.due(now + tick * timedelta(seconds=1))
        second.due(now + tick * timedelta(seconds=1))
    mails = both_store.read(
        lambda tx: [
            (parcel.payload["template"], parcel.payload.get("reservation"))
            for parcel in tx.outbox.latest("mail", cast.bram, NOW)
        ]
    )
    assert len(mails) == len(set(mails))

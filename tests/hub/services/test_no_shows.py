"""Whose slot is given up because nobody came? R34, S08, E23, E24; and what follows from strikes, R53, S43."""

from datetime import timedelta

import pytest

from core.vocabulary import LockKind, MachineStatus, ReservationStatus
from core.wire.messages import Hello
from hub.services import attending, housekeeping, locking_out, metering, no_shows, sanctions
from hub.services.asking import answer
from hub.services.coming_late import hold
from hub.services.refused import Refused
from hub.services.reserving import Wish, reserve
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
    heard,
    mails,
    present,
    waits,
)
from tests.hub.services.floor import VAULT, Journal


@pytest.fixture
def slot(both_floor):
    """Amélie has 14:00 to 15:00, and the node is heard."""
    heard(both_floor.store, NOW)
    return booked(both_floor.store, both_floor.people.amelie, at(14), at(15))


def looked(floor, now):
    return floor.store.write(lambda tx: no_shows.release_due(tx, now, 99))


def halves(floor, now, person=None):
    who = person or floor.people.amelie
    return floor.store.read(lambda tx: sanctions.standing_of(tx, who, ADC, now)).halves


def test_s08_at_a_quarter_past_and_not_a_tick_before_the_slot_is_free_again(both_floor, slot):
    assert looked(both_floor, at(14, 15) - TICK) == 0
    assert present(both_floor.store, slot).status is ReservationStatus.CONFIRMED
    assert looked(both_floor, at(14, 15)) == 1
    assert present(both_floor.store, slot).status is ReservationStatus.NO_SHOW
    assert halves(both_floor, at(14, 15)) == 2
    assert "reservation.no_show" in mails(both_floor.store, both_floor.people.amelie)
    assert looked(both_floor, at(14, 15)) == 0
    assert halves(both_floor, at(14, 16)) == 2
    assert booked(both_floor.store, both_floor.people.bram, at(14, 15), at(15), now=at(14, 15)).seat


def test_s09_who_said_late_and_coming_is_waited_for_till_half_past(both_floor, slot):
    person = both_floor.people.amelie
    both_floor.store.write(lambda tx: hold(tx, slot, by(tx, person), at(14, 10)))
    assert looked(both_floor, at(14, 30) - TICK) == 0
    assert looked(both_floor, at(14, 30)) == 1


def test_who_came_is_left_alone(both_floor, slot):
    came(both_floor.store, slot, at(14, 14))
    assert looked(both_floor, at(14, 30)) == 0


def test_it_catches_up_after_the_hub_was_down_for_the_rest_of_the_day(both_floor, slot):
    store = both_floor.store
    heard(store, at(14, 20))
    store.write(lambda tx: attending.hub_started(tx, at(19)))
    assert looked(both_floor, at(19)) == 0
    assert store.write(lambda tx: housekeeping.finish_slots(tx, at(19))) == 0
    heard(store, at(19))
    assert looked(both_floor, at(19) + 59 * timedelta(seconds=1)) == 0
    assert looked(both_floor, at(19, 1)) == 1
    assert halves(both_floor, at(19, 1)) == 2


@pytest.mark.parametrize(("since", "until", "penalised"), [(5, 10, True), (5, 11, False), (0, 20, False)])
def test_nobody_is_penalised_where_the_node_was_unheard_for_more_than_five_minutes_of_the_grace(
    both_floor, slot, since, until, penalised
):
    store = both_floor.store
    heard(store, at(14, since))
    heard(store, at(14, since), online=False)
    assert looked(both_floor, at(14, 16)) == 0
    heard(store, at(14, until))
    assert looked(both_floor, at(14, 30)) == penalised
    assert halves(both_floor, at(14, 30)) == 2 * penalised
    store.write(lambda tx: housekeeping.finish_slots(tx, at(15)))
    kept = ReservationStatus.NO_SHOW if penalised else ReservationStatus.DONE
    assert present(store, slot).status is kept


@pytest.mark.parametrize(
    ("boot", "deaf", "penalised"),
    [("b1", False, False), ("b2", False, True), ("b2", True, False)],
    ids=["its network", "its own mains", "the hub was deaf, too"],
)
def test_an_outage_by_the_nodes_own_mains_excuses_nobody_and_one_of_the_way_to_it_does(
    both_floor, slot, boot, deaf, penalised
):
    store = both_floor.store
    heard(store, at(13, 59), boot="b1")
    if deaf:
        store.write(lambda tx: attending.broker_lost(tx, at(14)))
    else:
        heard(store, at(14), online=False)
    heard(store, at(14, 20), boot=boot)
    assert looked(both_floor, at(14, 30)) == penalised
    assert halves(both_floor, at(14, 30)) == 2 * penalised


def test_a_node_that_says_hello_first_after_a_power_cut_is_known_by_its_new_start(both_floor, slot):
    store = both_floor.store
    heard(store, at(13, 59), boot="b1")
    heard(store, at(14), online=False)
    hello = Hello("nonce", "b2")
    store.write(lambda tx: attending.hello_taken(tx, "las-1", hello, at(14, 20)))
    heard(store, at(14, 20), boot="b2")
    assert looked(both_floor, at(14, 30)) == 1


def test_nobody_is_penalised_for_a_machine_that_is_out_or_locked(both_floor, slot):
    store, dora = both_floor.store, both_floor.people.dora
    store.write(lambda tx: locking_out.lock(tx, dora, "LAS-1", LockKind.LOCKOUT, "lens", at(14, 1)))
    assert looked(both_floor, at(14, 30)) == 0
    assert halves(both_floor, at(14, 30)) == 0


def test_nobody_is_penalised_while_the_machine_is_out_of_order(both_floor, slot):
    both_floor.store.write(lambda tx: tx.machines.set_status("LAS-1", MachineStatus.OUT_OF_ORDER))
    assert looked(both_floor, at(14, 30)) == 0


def test_nobody_is_penalised_when_the_one_before_overran(both_floor, slot):
    bram = both_floor.people.bram
    journal = Journal().write("session-start", at(13, 30), "s0", who=bram, kind="use")
    both_floor.store.write(lambda tx: metering.take(tx, "las-1", journal.batch(), at(13, 30)))
    assert looked(both_floor, at(14, 15)) == 0


def test_where_nobody_can_tap_nobody_is_late(both_floor):
    booked(both_floor.store, both_floor.people.amelie, at(14), at(15), "LAS-2")
    assert looked(both_floor, at(14, 30)) == 0


def test_nobody_is_penalised_for_a_slot_that_began_before_the_machine_had_a_reader(both_floor):
    slot = booked(both_floor.store, both_floor.people.amelie, NOW - HOUR, NOW + HOUR, now=NOW - 2 * HOUR)
    heard(both_floor.store, NOW)
    assert looked(both_floor, NOW) == 0
    assert present(both_floor.store, slot).status is ReservationStatus.CONFIRMED


def test_e23_a_tap_a_second_before_the_end_of_the_grace_counts_even_when_it_is_heard_later(both_floor, slot):
    store, amelie = both_floor.store, both_floor.people.amelie
    looked(both_floor, at(14, 15))
    tapped = at(14, 15) - timedelta(seconds=1)
    journal = Journal().write("session-start", tapped, "s1", who=amelie, kind="use", reservation=slot.id)
    store.write(lambda tx: metering.take(tx, "las-1", journal.batch(), at(14, 15) + TICK))
    assert halves(both_floor, at(14, 16)) == 0
    assert present(store, slot).status is ReservationStatus.IN_USE


@pytest.mark.parametrize(("minute", "left"), [(45, 0), (46, 2)])
def test_e24_who_comes_within_half_an_hour_of_losing_the_slot_has_no_strike(both_floor, slot, minute, left):
    store, amelie = both_floor.store, both_floor.people.amelie
    looked(both_floor, at(14, 15))
    journal = Journal().write("session-start", at(14, minute), "s1", who=amelie, kind="use")
    store.write(lambda tx: metering.take(tx, "las-1", journal.batch(), at(14, minute)))
    assert halves(both_floor, at(14, 50)) == left


def test_the_time_goes_to_who_waits_in_the_same_moment(both_floor, slot):
    entry = waits(both_floor.store, both_floor.people.bram, at(14), at(15))
    looked(both_floor, at(14, 15))
    offer = both_floor.store.read(lambda tx: tx.waiting.offer_of(entry.id))
    assert (offer.start, offer.end, offer.hold) == (at(14, 15), at(15), None)


def test_the_next_look_is_due_at_the_end_of_the_first_grace(both_floor, slot):
    assert both_floor.store.read(lambda tx: no_shows.next_due(tx, at(13, 30))) == at(14, 15)
    assert both_floor.store.read(lambda tx: no_shows.next_due(tx, at(14, 15) - TICK)) == at(14, 15)
    assert both_floor.store.read(lambda tx: no_shows.next_due(tx, at(14, 15))) is None
    day = timedelta(days=1)
    assert both_floor.store.read(lambda tx: no_shows.next_due(tx, NOW - 3 * day)) == NOW - 2 * day


def struck(floor, days, name="amelie"):
    """A no-show of an hour that many days from now."""
    person, start = floor.people.ids[name], NOW + timedelta(days=days)
    slot = booked(floor.store, person, start, start + HOUR, now=start - MINUTE)
    heard(floor.store, start)
    assert looked(floor, start + 15 * MINUTE) == 1
    return slot, start + 15 * MINUTE


def test_s43_the_third_strike_switches_booking_ahead_off_for_a_week_and_walking_up_stays(both_floor):
    store, amelie = both_floor.store, both_floor.people.amelie
    heard(store, NOW)
    for days in (1, 2):
        struck(both_floor, days)
    _, third = struck(both_floor, 3)
    wish = Wish("LAS-1", amelie, third + 2 * HOUR, third + 3 * HOUR, amelie)
    on_grid = Wish("LAS-1", amelie, NOW + timedelta(days=4), NOW + timedelta(days=4, hours=1), amelie)
    assert "MEMBER_SUSPENDED" in codes(store.write(lambda tx: reserve(tx, wish, third)))
    assert codes(store.write(lambda tx: reserve(tx, on_grid, third))) == {"MEMBER_SUSPENDED"}
    asked = both_floor.ask(both_floor.key("amelie"), now=third)
    assert store.write(lambda tx: answer(tx, "las-1", asked, VAULT, third)).decision.allowed
    assert mails(store, amelie).count("booking.off") == 1
    later = third + timedelta(days=7)
    first = NOW + timedelta(days=11)
    again = Wish("LAS-1", amelie, first, first + HOUR, amelie)
    assert codes(store.write(lambda tx: reserve(tx, again, later - TICK))) == {"MEMBER_SUSPENDED"}
    assert store.write(lambda tx: reserve(tx, again, later)).person == amelie


def test_s43_each_strike_is_listed_with_its_cause_and_decays_on_day_61(both_floor):
    store, amelie = both_floor.store, both_floor.people.amelie
    heard(store, NOW)
    slot, when = struck(both_floor, 1)
    event = store.read(lambda tx: tx.strikes.of(amelie, ADC))[0]
    assert (event.data["cause"], event.data["reservation"]) == ("no-show", slot.id)
    assert halves(both_floor, when + timedelta(days=60) - TICK) == 2
    assert halves(both_floor, when + timedelta(days=60)) == 0


def test_s43_a_strike_is_appealed_once_by_its_own_and_withdrawn_by_staff(both_floor):
    store, people = both_floor.store, both_floor.people
    heard(store, NOW)
    struck(both_floor, 1)
    strike = store.read(lambda tx: tx.strikes.of(people.amelie, ADC))[0].strike
    later = NOW + timedelta(days=2)

    def by_whom(act, who, words):
        return store.write(lambda tx: act(tx, strike, by(tx, who), words, later))

    assert by_whom(sanctions.appeal, people.bram, "not mine").code.value == "NOT_FOUND"
    assert by_whom(sanctions.appeal, people.amelie, " ").code.value == "INVALID"
    assert by_whom(sanctions.uphold, people.dora, "no").code.value == "CHANGED"
    assert by_whom(sanctions.appeal, people.amelie, "I was there").kind == "appealed"
    assert by_whom(sanctions.appeal, people.amelie, "again").code.value == "CHANGED"
    assert by_whom(sanctions.withdraw, people.amelie, "me").code.value == "FORBIDDEN"
    assert by_whom(sanctions.withdraw, people.dora, "").code.value == "INVALID"
    assert by_whom(sanctions.withdraw, people.dora, "the door was shut").kind == "withdrawn"
    assert isinstance(by_whom(sanctions.withdraw, people.dora, "twice"), Refused)
    assert halves(both_floor, later) == 0


def test_only_a_human_makes_a_ban_longer_and_only_as_long_as_its_step(both_floor):
    store, people = both_floor.store, both_floor.people
    heard(store, NOW)
    for days in (1, 2, 3):
        struck(both_floor, days)
    for days in (11, 12, 13):
        _, last = struck(both_floor, days)

    def lengthened(who, days, reason="talked"):
        return store.write(
            lambda tx: sanctions.lengthen(tx, ADC, people.amelie, by(tx, who), (days, reason), last)
        )

    standing = store.read(lambda tx: sanctions.standing_of(tx, people.amelie, ADC, last))
    assert (standing.ban.asked_d, standing.barred_until) == (14, last + timedelta(days=7))
    assert lengthened(people.bram, 14).code.value == "FORBIDDEN"
    assert lengthened(people.dora, 30).code.value == "INVALID"
    assert lengthened(people.dora, 14).kind == "lengthened"
    until = store.read(lambda tx: sanctions.barred_until(tx, people.amelie, ADC, last))
    assert until == last + timedelta(days=14)

"""Do the shares hold where it counts: under the transaction, on both databases, however many try at once?"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest

from core.timeline import stamp
from core.vocabulary import MachineStatus, Reason, ReservationKind, ReservationStatus
from hub.ports import RebookingToken, Reservation
from hub.ports.planning import Level, RuleSet
from hub.services import finding
from hub.services.finding import book, move
from hub.services.reserving import NotReserved, Wish
from tests.cast import ADC, NOW, cast_in, member

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TICK = timedelta(milliseconds=1)
START = NOW + 2 * DAY  # Thursday, 09:00 in Brussels


def rule(store, people, **rules):
    """Let these rules hold for the lasers."""
    saved = RuleSet(ADC, Level.FAMILY, "laser", 1, rules, "a test", people.max, NOW)
    assert store.write(lambda tx: tx.rules.save(saved))


def wish(person, start=START, machine="LAS-1", **more):
    return Wish(machine, person, start, start + HOUR, by=person, **more)


def instead(store, wanted):
    """What is free on that machine itself."""
    return store.read(lambda tx: finding.instead(tx, wanted, NOW))


def codes(answer):
    return [one.code for one in answer.objections] if isinstance(answer, NotReserved) else []


def test_a_household_has_one_counter_for_two_badges(both_store):
    people = cast_in(both_store)
    rule(both_store, people, quotas=[{"most": 90, "subject": "household"}])
    for name in ("amelie", "bram"):
        both_store.write(lambda tx, n=name: tx.people.change(getattr(people, n), {"household": "canal 7"}))
    assert isinstance(book(both_store, (wish(people.amelie),), NOW), Reservation)
    refused = book(both_store, (wish(people.bram, START + 3 * HOUR),), NOW)
    assert codes(refused) == [Reason.QUOTA]
    assert refused.objections[0].params["left"] == 30
    assert isinstance(book(both_store, (wish(people.tom, START + 3 * HOUR),), NOW), Reservation)


def race(store, wishes):
    """All of them at once, each from its own thread."""
    start = Barrier(len(wishes))

    def one(wanted):
        start.wait(10)
        return book(store, (wanted,), NOW)

    with ThreadPoolExecutor(len(wishes)) as pool:
        return list(pool.map(one, wishes))


def test_eight_tries_at_once_get_no_more_than_the_two_ahead(both_store):
    people = cast_in(both_store)
    rule(both_store, people, quota_future=2)
    answers = race(both_store, [wish(people.amelie, START + n * 2 * HOUR) for n in range(8)])
    assert sum(isinstance(one, Reservation) for one in answers) == 2
    assert {code for one in answers for code in codes(one)} == {Reason.QUOTA}


def test_a_household_racing_itself_gets_its_one_share(both_store):
    people = cast_in(both_store)
    rule(
        both_store, people, quotas=[{"most": 1, "unit": "count", "window": "future", "subject": "household"}]
    )
    family = [people.amelie, people.bram, both_store.write(lambda tx: member(tx, "Casper"))]
    for person in family:
        both_store.write(lambda tx, p=person: tx.people.change(p, {"household": "canal 7"}))
    wishes = [wish(family[n % 3], START + n * 2 * HOUR) for n in range(6)]
    assert sum(isinstance(one, Reservation) for one in race(both_store, wishes)) == 1


def test_todays_slot_is_outside_the_quota_and_says_so(store, cast):
    rule(store, cast, quota_week_min=0)
    today = book(store, (wish(cast.amelie, NOW + HOUR),), NOW)
    assert today.exempt
    assert codes(book(store, (wish(cast.amelie, NOW + 4 * HOUR),), NOW)) == [Reason.QUOTA]
    assert codes(book(store, (wish(cast.amelie),), NOW)) == [Reason.QUOTA]


def test_a_move_counts_once_and_loses_what_only_today_gave(store, cast):  # E07
    rule(store, cast, quota_week_min=60)
    first = book(store, (wish(cast.amelie),), NOW)
    amelie = store.read(lambda tx: tx.people.get(cast.amelie))
    moved = move(store, first, amelie, (START + 3 * HOUR, START + 4 * HOUR), NOW)
    assert (moved.start, moved.exempt) == (START + 3 * HOUR, False)
    today = book(store, (wish(cast.amelie, NOW + HOUR),), NOW)
    refused = move(store, today, amelie, (START + 8 * HOUR, START + 9 * HOUR), NOW)
    assert codes(refused) == [Reason.QUOTA]
    assert store.read(lambda tx: tx.bookings.get(today.id)) == today


def test_moved_into_today_a_slot_leaves_the_quota(store, cast):
    rule(store, cast, quota_week_min=60)
    first = book(store, (wish(cast.amelie),), NOW)
    amelie = store.read(lambda tx: tx.people.get(cast.amelie))
    assert move(store, first, amelie, (NOW + HOUR, NOW + 2 * HOUR), NOW).exempt
    assert isinstance(book(store, (wish(cast.amelie),), NOW), Reservation)


def owed(store, cast, expires=NOW + 30 * DAY):
    """A rebooking token for a slot that the lab took back."""
    old = book(store, (wish(cast.amelie, START - DAY),), NOW)
    store.write(lambda tx: tx.bookings.set_status(old, ReservationStatus.CANCELLED_LAB, NOW))
    token = RebookingToken("t1", ADC, cast.amelie, old.id, NOW, expires)
    assert store.write(lambda tx: tx.rebookings.issue(token))


def test_a_token_is_spent_where_the_quota_alone_stands_against_it(store, cast):
    owed(store, cast)
    rule(store, cast, quota_week_min=0)
    made = book(store, (wish(cast.amelie),), NOW)
    assert (made.status, made.exempt) == (ReservationStatus.CONFIRMED, True)
    assert [one.used_for for one in store.read(lambda tx: tx.rebookings.of(cast.amelie))] == [made.id]
    assert codes(book(store, (wish(cast.amelie, START + 2 * HOUR),), NOW)) == [Reason.QUOTA]


def test_a_token_is_kept_where_it_would_not_help(store, cast):
    owed(store, cast)
    rule(store, cast, quota_week_min=0)
    book(store, (wish(cast.max),), NOW)
    assert codes(book(store, (wish(cast.amelie),), NOW)) == [Reason.QUOTA, Reason.OVERLAP]
    assert [one.used_for for one in store.read(lambda tx: tx.rebookings.of(cast.amelie))] == [None]


def enrolled(store, person, ends):
    """The person has a place in a LAS1 training that ends then."""

    def enrol(tx):
        certificate = tx.certificates.open(ADC, person, "LAS1")
        tx.certificates.record(certificate, "enrol", NOW - DAY, data={"ends": stamp(ends)})

    store.write(enrol)


@pytest.mark.parametrize(("ends", "expected"), [(START, []), (START + TICK, [Reason.CERT_MISSING])])
def test_a_training_over_before_the_slot_makes_it_conditional(store, cast, ends, expected):
    enrolled(store, cast.nils, ends)  # R14
    made = book(store, (wish(cast.nils),), NOW)
    assert codes(made) == expected
    if not expected:
        assert (made.status, made.held_until) == (ReservationStatus.CONDITIONAL, START - DAY)


def test_a_print_alone_asks_for_its_own_course(store, cast):
    night = {"kind": ReservationKind.UNATTENDED}
    rule(store, cast, unattended="GEN")
    assert isinstance(book(store, (wish(cast.amelie, **night),), NOW), Reservation)
    assert codes(book(store, (wish(cast.amelie, machine="SOL-1", **night),), NOW)) == [Reason.INVALID]


def test_a_class_takes_a_members_hour_four_days_ahead_and_owes_her_another(store, cast):
    far = NOW + 4 * DAY
    amelies = book(store, (wish(cast.amelie, far),), NOW)
    block = wish(cast.max, far, kind=ReservationKind.CLASS, displace=True)
    assert isinstance(book(store, (block,), NOW), Reservation)
    assert store.read(lambda tx: tx.bookings.get(amelies.id)).status is ReservationStatus.DISPLACED
    (token,) = store.read(lambda tx: tx.rebookings.open_of(cast.amelie, ADC, NOW))
    assert (token.reservation, token.expires) == (amelies.id, NOW + 30 * DAY)
    soon = book(store, (wish(cast.amelie),), NOW)
    late = replace(block, start=START, end=START + HOUR)
    assert codes(book(store, (late,), NOW)) == [Reason.PRIORITY]
    assert store.read(lambda tx: tx.bookings.get(soon.id)).status is ReservationStatus.CONFIRMED


def test_under_the_courses_age_nobody_books_and_a_guardian_is_asked_for(store, cast):
    young = {"birth": date(2012, 1, 1)}
    store.write(lambda tx: tx.people.change(cast.amelie, young))
    refused = book(store, (wish(cast.amelie),), NOW)
    assert [(one.code, dict(one.params)) for one in refused.objections] == [(Reason.AGE, {"guardian": 18})]
    rule(store, cast, min_age=16)
    store.write(lambda tx: tx.people.change(cast.amelie, {"consent_until": NOW + 300 * DAY}))
    assert codes(book(store, (wish(cast.amelie),), NOW)) == [Reason.AGE]


def test_a_gap_is_refused_and_what_is_offered_instead_leaves_none(store, cast):
    rule(store, cast, orphan_gap=True, buffer_after_min=0)
    book(store, (wish(cast.bram),), NOW)
    beside = wish(cast.amelie, START + HOUR + timedelta(minutes=15))
    assert codes(book(store, (beside,), NOW)) == [Reason.GAP]
    taken = book(store, (wish(cast.amelie, START + timedelta(minutes=15)),), NOW)
    assert codes(taken) == [Reason.OVERLAP]
    own = instead(store, wish(cast.amelie, START + timedelta(minutes=15)))
    assert own[0].start == START + HOUR
    assert isinstance(book(store, (wish(cast.amelie, own[0].start),), NOW), Reservation)


def test_the_mill_is_cleaned_between_two_people(both_store):
    people = cast_in(both_store)
    rule(both_store, people, buffer_after_min=30)
    book(both_store, (wish(people.bram),), NOW)
    answer = book(both_store, (wish(people.amelie, START + HOUR),), NOW)
    assert codes(answer) == [Reason.OVERLAP]
    own = instead(both_store, wish(people.amelie, START + HOUR))
    assert START + HOUR + timedelta(minutes=30) in [one.start for one in own]
    assert isinstance(book(both_store, (wish(people.bram, START + HOUR),), NOW), Reservation)


def test_a_degraded_machine_is_booked_once_its_note_was_read(store, cast):
    note = "weak in the right corner"
    store.write(lambda tx: tx.machines.set_status("LAS-1", MachineStatus.DEGRADED, note))
    assert codes(book(store, (wish(cast.amelie),), NOW)) == [Reason.MACHINE_DOWN]
    assert isinstance(book(store, (wish(cast.amelie, read=True),), NOW), Reservation)


def test_a_lab_is_closed_on_the_holiday_that_it_chose(store, cast):
    christmas = NOW.replace(month=12, day=25)
    now = christmas - 5 * DAY
    assert isinstance(book(store, (wish(cast.amelie, christmas),), now), Reservation)
    rule(store, cast, holidays=["christmas"])
    assert codes(book(store, (wish(cast.bram, christmas + 3 * HOUR),), now)) == [Reason.LAB_CLOSED]

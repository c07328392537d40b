"""Who stays past his end, and who waits for it? R38, S12 (the hub's side), R32 (who came while it was so)."""

from datetime import timedelta

import pytest

from core.timeline import stamp
from core.vocabulary import ReservationKind, ReservationStatus
from hub.jobs.chores import timetable
from hub.ports import NewReservation
from hub.services import metering, no_shows, overrunning, sanctions
from tests.cast import ADC, NOW
from tests.hub.services.desk import HOUR, MINUTE, TICK, at, booked, heard, mails, present, waits
from tests.hub.services.floor import NODE, VAULT, Journal


class Bench:
    """Bram sits at LAS-1 from 15:00 to 16:00, and his job runs on."""

    def __init__(self, floor):
        self.floor, self.store, self.people = floor, floor.store, floor.people
        heard(self.store, NOW)
        self.his = booked(self.store, self.people.bram, at(15), at(16))
        self.journal = Journal()
        self.write(
            at(15), "session-start", "s1", who=self.people.bram, kind="use", until=stamp(at(16)),
            reservation=self.his.id,
        )  # fmt: skip
        self.write(at(15), "power-on", "s1")

    def write(self, when, kind, session=None, told=None, /, **data):
        """The keeper writes a record, and the hub hears of it (at `told`, where that was later)."""
        first = len(self.journal.records) + 1
        self.journal.write(kind, when, session, **data)
        batch = self.journal.batch(first)
        self.store.write(lambda tx: metering.take(tx, NODE, batch, told or when))

    def ends(self, when, told=None):
        self.write(when, "power-off", "s1", told)
        ended = {"reason": "slot-end", "end_quality": "exact", "power_s": 3600, "busy_s": 0}
        self.write(when, "session-end", "s1", told, **ended)

    def looks(self, when):
        return self.store.write(lambda tx: overrunning.notice_due(tx, when, 9))

    def halves(self, when):
        who = self.people.bram
        return self.store.read(lambda tx: sanctions.standing_of(tx, who, ADC, when)).halves

    def audited(self, action):
        rows = self.store.read(lambda tx: tx.audit.newest(ADC, 200, None))
        return sum(row.action == action for row in rows)


@pytest.fixture
def bench(both_floor):
    return Bench(both_floor)


def test_s12_at_five_past_and_not_a_tick_before_it_is_an_overrun_and_a_strike_for_who_keeps_amelie_waiting(
    bench,
):
    hers = booked(bench.store, bench.people.amelie, at(16), at(17))
    assert bench.looks(at(16, 5) - TICK) == 0
    assert bench.store.read(lambda tx: overrunning.next_due(tx, at(16))) == at(16, 5)
    assert bench.looks(at(16, 5)) == 1
    assert bench.looks(at(16, 6)) == 0
    assert bench.halves(at(16, 6)) == 2
    assert bench.audited("session.overran") == 1
    assert "strike.struck" in mails(bench.store, bench.people.bram)
    moved = present(bench.store, hers)
    assert (moved.start, moved.end) == (at(16, 15), at(17, 15))
    assert mails(bench.store, bench.people.amelie).count("reservation.delayed") == 1
    bench.write(at(16, 20), "overrun", "s1")
    assert bench.audited("session.alarm") == 1


def test_where_nobody_waits_an_overrun_is_noted_and_no_strike(bench):
    booked(bench.store, bench.people.amelie, at(17), at(18))
    assert bench.looks(at(16, 5)) == 1
    assert bench.audited("session.overran") == 1
    assert bench.halves(at(16, 30)) == 0


def test_who_is_on_the_waiting_list_for_this_time_waits_too(bench):
    waits(bench.store, bench.people.amelie, at(16), at(17))
    bench.looks(at(16, 5))
    assert bench.halves(at(16, 30)) == 2


def test_his_own_next_slot_keeps_nobody_waiting(bench):
    booked(bench.store, bench.people.bram, at(16), at(17))
    bench.looks(at(16, 5))
    assert bench.halves(at(16, 30)) == 0


@pytest.mark.parametrize(
    ("minute", "start"), [(5, (16, 15)), (10, (16, 15)), (17, (16, 30)), (30, (16, 30)), (55, (16, 30))]
)
def test_amelie_begins_when_the_machine_is_free_and_half_an_hour_later_at_most(bench, minute, start):
    hers = booked(bench.store, bench.people.amelie, at(16), at(17))
    bench.looks(at(16, 5))
    bench.ends(at(16, minute))
    moved = present(bench.store, hers)
    assert (moved.start, moved.end - moved.start) == (at(*start), HOUR)


def test_her_slot_grows_no_further_than_the_next_one_and_is_told_as_it_is(bench):
    hers = booked(bench.store, bench.people.amelie, at(16), at(17))
    booked(bench.store, bench.people.tom, at(17), at(18))
    bench.looks(at(16, 5))
    assert (present(bench.store, hers).start, present(bench.store, hers).end) == (at(16), at(17))
    assert mails(bench.store, bench.people.amelie).count("reservation.delayed") == 1
    assert bench.halves(at(16, 6)) == 2


def test_a_quarter_free_after_hers_is_the_quarter_that_she_begins_later(bench):
    hers = booked(bench.store, bench.people.amelie, at(16), at(17))
    booked(bench.store, bench.people.tom, at(17, 15), at(18))
    bench.ends(at(16, 28))
    assert (present(bench.store, hers).start, present(bench.store, hers).end) == (at(16, 15), at(17, 15))


def test_a_class_has_its_hour_whoever_overruns(bench):
    def add(tx):
        seat = tx.machines.seats("LAS-1")[0].id
        new = NewReservation(ADC, "LAS-1", seat, bench.people.tom, at(16), at(17), ReservationKind.CLASS)
        return tx.bookings.add(new, NOW)

    block = bench.store.write(add)
    bench.looks(at(16, 5))
    assert present(bench.store, block).start == at(16)
    assert bench.halves(at(16, 6)) == 2


def test_an_overrun_that_the_node_tells_hours_later_is_one_all_the_same(bench):
    hers = booked(bench.store, bench.people.amelie, at(16), at(17))
    bench.ends(at(16, 5) + TICK, told=at(21))
    assert bench.halves(at(21)) == 2
    assert present(bench.store, hers).start == at(16)  # it is over: nobody is moved any more


def test_who_ended_in_time_and_was_heard_too_late_has_his_strike_taken_back(bench):
    booked(bench.store, bench.people.amelie, at(16), at(17))
    bench.looks(at(16, 5))
    bench.ends(at(16, 5), told=at(16, 6))
    assert bench.halves(at(16, 7)) == 0


def test_while_its_node_is_not_heard_nobody_overruns(bench):
    booked(bench.store, bench.people.amelie, at(16), at(17))
    heard(bench.store, at(15, 50), online=False)
    assert bench.looks(at(16, 5)) == 0
    heard(bench.store, at(16, 10))
    assert bench.looks(at(16, 11)) == 1


def test_who_taps_while_the_one_before_runs_over_has_arrived_and_is_no_no_show(bench):
    hers = booked(bench.store, bench.people.amelie, at(16), at(17))
    bench.write(at(16, 2), "tap", None, who=bench.people.amelie, allowed=False, reasons=["OCCUPIED"])
    assert present(bench.store, hers).status is ReservationStatus.ARRIVED
    bench.looks(at(16, 5))
    assert present(bench.store, hers).start == at(16, 15)
    bench.ends(at(16, 7))
    assert bench.store.write(lambda tx: no_shows.release_due(tx, at(16, 59), 9)) == 0


@pytest.mark.parametrize(
    ("minutes", "reasons", "status"),
    [
        (-1, ["OCCUPIED"], "confirmed"),
        (0, ["OCCUPIED"], "arrived"),
        (5, ["FAULT"], "arrived"),
        (5, ["CERT_EXPIRED"], "confirmed"),
        (5, ["OCCUPIED", "CERT_EXPIRED"], "confirmed"),
        (60, ["OCCUPIED"], "confirmed"),
    ],
)
def test_a_refused_tap_is_an_arrival_where_only_the_machine_was_in_the_way_and_the_slot_had_begun(
    bench, minutes, reasons, status
):
    hers = booked(bench.store, bench.people.amelie, at(16), at(17))
    when = at(16) + minutes * MINUTE
    bench.write(when, "tap", None, who=bench.people.amelie, allowed=False, reasons=reasons)
    assert present(bench.store, hers).status == status


def test_a_tap_in_time_that_is_heard_of_late_gives_the_slot_back_and_takes_the_strike_away(both_floor):
    store, amelie = both_floor.store, both_floor.people.amelie
    heard(store, NOW)
    hers = booked(store, amelie, at(16), at(17))
    assert store.write(lambda tx: no_shows.release_due(tx, at(16, 15), 9)) == 1
    tapped = {"who": amelie, "allowed": False, "reasons": ["FAULT"]}
    journal = Journal().write("tap", at(16, 14), None, **tapped)
    store.write(lambda tx: metering.take(tx, NODE, journal.batch(), at(16, 16)))
    assert present(store, hers).status is ReservationStatus.ARRIVED
    assert store.read(lambda tx: sanctions.standing_of(tx, amelie, ADC, at(16, 16))).halves == 0


def test_the_timetable_notices_it_by_itself(bench):
    jobs = timetable(bench.store, VAULT)
    booked(bench.store, bench.people.amelie, at(16), at(17))
    assert jobs.next_due(at(16) + timedelta(seconds=1)) == at(16, 5)
    assert jobs.due(at(16, 5)) >= 1
    assert bench.halves(at(16, 5)) == 2

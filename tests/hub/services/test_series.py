"""What becomes of a slot that repeats? R52, S28."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.rulebook import Level
from core.vocabulary import Reason, ReservationKind, ReservationStatus
from hub.ports import DayException
from hub.services import ruling, series
from hub.services.refused import Refused
from hub.services.ruling import RulesAt
from hub.services.series import Scope, SeriesWish
from tests.cast import ADC, NOW, RULES
from tests.hub.services.desk import HOUR, booked, by, mails, present

BRUSSELS = ZoneInfo("Europe/Brussels")
THURSDAY = NOW + timedelta(days=2, hours=8)  # 26 November, 17:00 in Brussels


@pytest.fixture(autouse=True)
def _staff_plan_half_a_year_ahead(request):
    """R08: staff book 180 days ahead."""
    name = "both_floor" if "both_floor" in request.fixturenames else "floor"
    floor = request.getfixturevalue(name)
    where = RulesAt(ADC, Level.LAB, ADC)
    rules = {**RULES, "horizon_staff_d": 180}
    said = ("as rules.md has it", NOW)
    floor.store.write(lambda tx: ruling.save(tx, by(tx, floor.people.dora), where, rules, said))


def classes(floor, rrule="FREQ=WEEKLY;COUNT=4", start=THURSDAY, **more):
    tom = floor.people.dora
    wish = SeriesWish("LAS-1", tom, rrule, start, start + 2 * HOUR, tom, ReservationKind.CLASS, **more)
    return floor.store.write(lambda tx: series.book(tx, wish, NOW))


def wall(at):
    return at.astimezone(BRUSSELS).strftime("%a %H:%M")


def changed(floor, service, slot, scope, *more):
    store, dora = floor.store, floor.people.dora
    return store.write(lambda tx: service(tx, tx.bookings.get(slot.id), scope, by(tx, dora), *more, NOW))


def test_s28_thursday_at_five_stays_thursday_at_five_over_the_clock_change(both_floor):
    late = datetime(2027, 3, 18, 16, tzinfo=ZoneInfo("UTC"))
    answer = classes(both_floor, start=late)
    assert {wall(one.start) for one in answer.occurrences} == {"Thu 17:00"}
    assert len({one.start.hour for one in answer.occurrences}) == 2
    assert all(one.reservation is not None for one in answer.occurrences)


def test_each_occurrence_has_its_own_answer_and_what_can_be_had_is_booked(both_floor):
    second = THURSDAY + timedelta(days=7)
    booked(both_floor.store, both_floor.people.amelie, second, second + HOUR)
    answer = classes(both_floor)
    said = [tuple(one.code for one in each.objections) for each in answer.occurrences]
    assert said == [(), (Reason.OVERLAP,), (), ()]
    held = both_floor.store.read(lambda tx: tx.bookings.together(series=answer.series))
    assert len(held) == 3
    assert mails(both_floor.store, both_floor.people.dora) == ["series.made"]
    assert both_floor.store.read(lambda tx: tx.series.get(answer.series)).start_local == "2026-11-26T17:00"


def test_a_holiday_is_skipped_and_says_so(both_floor):
    day = (THURSDAY + timedelta(days=7)).date()
    both_floor.store.write(
        lambda tx: tx.machines.add_exception(ADC, DayException(day, (), {"en": "holiday"}))
    )
    answer = classes(both_floor)
    said = [tuple(one.code for one in each.objections) for each in answer.occurrences]
    assert said == [(), (Reason.LAB_CLOSED,), (), ()]


def test_a_members_series_is_bounded_by_the_horizon_each_time(both_floor):
    amelie = both_floor.people.amelie
    wish = SeriesWish("LAS-1", amelie, "FREQ=WEEKLY;COUNT=4", THURSDAY, THURSDAY + HOUR, amelie)
    answer = both_floor.store.write(lambda tx: series.book(tx, wish, NOW))
    said = [tuple(one.code for one in each.objections) for each in answer.occurrences]
    assert said == [(), (), (Reason.HORIZON,), (Reason.HORIZON,)]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=1000000",
        "FREQ=SECONDLY;COUNT=5",
        "FREQ=DAILY",
        "FREQ=DAILY;UNTIL=99991231",
        "FREQ=DAILY;COUNT=5;UNTIL=20261231",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-5",
        "FREQ=WEEKLY;COUNT=5;BYHOUR=3",
        "FREQ=WEEKLY;COUNT=5;INTERVAL=0",
        "FREQ=WEEKLY;COUNT=5\nEXRULE:FREQ=DAILY",
        "",
        "every day",
    ],
)
def test_a_rule_without_end_of_a_million_or_of_nonsense_is_refused_before_it_is_expanded(floor, rule):
    answer = classes(floor, rule)
    assert isinstance(answer, Refused)
    assert answer.objections[0].params == {"field": "rrule"}


def test_this_one_alone_moves(both_floor):
    answer = classes(both_floor)
    first, second = (one.reservation for one in answer.occurrences[:2])
    later = (second.start + HOUR, second.end + HOUR)
    moved = changed(both_floor, series.move, second, Scope.THIS, later)
    assert [one.reservation.id for one in moved.occurrences] == [second.id]
    assert present(both_floor.store, first).start == first.start
    assert present(both_floor.store, second).start == second.start + HOUR


def test_the_following_become_a_series_of_their_own_at_their_new_time(both_floor):
    answer = classes(both_floor)
    slots = [one.reservation for one in answer.occurrences]
    moved = changed(
        both_floor, series.move, slots[2], Scope.FOLLOWING, (slots[2].start + HOUR, slots[2].end + HOUR)
    )
    assert moved.series != answer.series
    held = both_floor.store.read(lambda tx: tx.bookings.together(series=moved.series))
    assert {wall(one.start) for one in held} == {"Thu 18:00"}
    assert [one.id for one in held] == [one.id for one in slots[2:]]
    kept = both_floor.store.read(lambda tx: tx.series.get(moved.series))
    assert (kept.before, kept.start_local[-5:]) == (answer.series, "18:00")


def test_all_that_is_to_come_is_given_back_together(both_floor):
    answer = classes(both_floor)
    slots = [one.reservation for one in answer.occurrences]
    gone = changed(both_floor, series.cancel, slots[3], Scope.ALL)
    assert len(gone.occurrences) == 4
    assert {present(both_floor.store, one).status for one in slots} == {ReservationStatus.CANCELLED}


def test_a_start_in_the_missing_hour_of_march_is_no_time(floor):
    start = datetime(2027, 3, 27, 1, 30, tzinfo=ZoneInfo("UTC"))  # 02:30 in Brussels, the night before
    answer = classes(floor, "FREQ=DAILY;COUNT=3", start)
    said = [tuple(one.code for one in each.objections) for each in answer.occurrences]
    assert said == [(), (Reason.NONEXISTENT_TIME,), ()]


def kept_rule(floor, name):
    """What a series says of itself, and the starts that this names."""
    said = floor.store.read(lambda tx: tx.series.get(name))
    return said, series.walls_of(said)


def test_a_series_that_moves_to_friday_says_friday_and_the_one_before_says_where_it_ends(both_floor):
    answer = classes(both_floor, "FREQ=WEEKLY;BYDAY=TH;COUNT=4")
    slots = [one.reservation for one in answer.occurrences]
    to = (slots[2].start + 25 * HOUR, slots[2].end + 26 * HOUR)
    moved = changed(both_floor, series.move, slots[2], Scope.FOLLOWING, to)
    new, walls = kept_rule(both_floor, moved.series)
    assert (new.rrule, new.start_local, new.minutes) == (
        "FREQ=WEEKLY;BYDAY=FR;COUNT=2", "2026-12-11T18:00", 180,
    )  # fmt: skip
    assert [wall(one.start) for one in moved.occurrences] == ["Fri 18:00", "Fri 18:00"]
    assert [one.isoformat() for one in walls] == ["2026-12-11T18:00:00", "2026-12-18T18:00:00"]
    old, before = kept_rule(both_floor, answer.series)
    assert (old.rrule, len(before)) == ("FREQ=WEEKLY;BYDAY=TH;COUNT=2", 2)


def test_a_series_that_moves_as_a_whole_stays_one_and_says_its_new_time(both_floor):
    answer = classes(both_floor, "FREQ=WEEKLY;UNTIL=20261217")
    first = answer.occurrences[0].reservation
    moved = changed(both_floor, series.move, first, Scope.ALL, (first.start - HOUR, first.end - HOUR))
    said, walls = kept_rule(both_floor, answer.series)
    assert moved.series == answer.series
    assert said.start_local == "2026-11-26T16:00"
    held = both_floor.store.read(lambda tx: tx.bookings.together(series=answer.series))
    assert [one.start.astimezone(BRUSSELS).replace(tzinfo=None) for one in held] == list(walls)
    assert len(walls) == 4


def test_where_no_rule_says_it_the_days_themselves_are_kept(both_floor):
    answer = classes(both_floor, "FREQ=MONTHLY;BYDAY=-1TH;COUNT=3")
    first = answer.occurrences[0].reservation
    to = (first.start + 24 * HOUR, first.end + 24 * HOUR)
    changed(both_floor, series.move, first, Scope.FOLLOWING, to)
    said, walls = kept_rule(both_floor, answer.series)
    assert said.rrule == "RDATE:20261127T170000,20270101T170000,20270129T170000"
    assert len(walls) == 3


def test_a_move_that_nobody_could_have_leaves_the_series_as_it_was(both_floor):
    answer = classes(both_floor)
    first = answer.occurrences[0].reservation
    off_grid = (first.start + timedelta(minutes=7), first.end + timedelta(minutes=7))
    moved = changed(both_floor, series.move, first, Scope.ALL, off_grid)
    assert all(one.reservation is None for one in moved.occurrences)
    said, _ = kept_rule(both_floor, answer.series)
    assert (said.rrule, said.start_local) == ("FREQ=WEEKLY;COUNT=4", "2026-11-26T17:00")

"""Is the arithmetic of time right, over clock changes too?"""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.timeline import (
    BadInstant,
    Span,
    add_months,
    at_local,
    end_of_day,
    first_free,
    grid_ceil,
    grid_floor,
    instant,
    local_day,
    merge,
    minutes_half_up,
    stamp,
    subtract,
)
from tests.core.workshop import NOW, at, span

ZONE = "Europe/Brussels"
minutes = st.integers(0, 200)


def _span(start: int, length: int) -> Span:
    return Span(NOW + timedelta(minutes=start), NOW + timedelta(minutes=start + length))


spans = st.lists(st.builds(_span, minutes, st.integers(1, 60)), max_size=6)


def test_touching_spans_do_not_overlap_but_a_shared_minute_does() -> None:
    lunch = span("2026-11-24 12:00", "2026-11-24 13:00")
    assert not lunch.overlaps(span("2026-11-24 13:00", "2026-11-24 14:00"))
    assert lunch.overlaps(span("2026-11-24 12:59", "2026-11-24 14:00"))


def test_a_span_holds_its_start_and_not_its_end() -> None:
    lunch = span("2026-11-24 12:00", "2026-11-24 13:00")
    assert lunch.holds(lunch.start)
    assert not lunch.holds(lunch.end)


def test_a_night_in_march_is_an_hour_short_and_one_in_october_an_hour_long() -> None:
    assert span("2027-03-27 22:00", "2027-03-28 08:00").minutes == 9 * 60
    assert span("2026-10-24 22:00", "2026-10-25 08:00").minutes == 11 * 60


def test_a_naive_time_is_no_instant() -> None:
    with pytest.raises(BadInstant):
        Span(datetime(2026, 11, 24, 12), NOW)  # noqa: DTZ001 -- the point of the test
    with pytest.raises(BadInstant):
        instant("2026-11-24T12:00:00")
    with pytest.raises(BadInstant):
        instant(None)


def test_a_span_never_runs_backwards() -> None:
    with pytest.raises(BadInstant):
        Span(NOW, NOW - timedelta(seconds=1))


def test_an_instant_travels_as_text_with_milliseconds() -> None:
    assert stamp(NOW) == "2026-11-24T11:00:00.000Z"
    assert instant("2026-11-24T12:00:00.000+01:00") == NOW


@given(spans, spans)
@settings(max_examples=40, deadline=None)
def test_what_is_subtracted_is_gone_and_nothing_else(some: list[Span], holes: list[Span]) -> None:
    left = subtract(some, holes)
    for minute in range(262):
        moment = NOW + timedelta(minutes=minute)
        expected = any(one.holds(moment) for one in some) and not any(one.holds(moment) for one in holes)
        assert any(one.holds(moment) for one in left) == expected


@given(spans)
@settings(max_examples=30, deadline=None)
def test_merged_spans_are_in_order_and_apart(some: list[Span]) -> None:
    merged = merge(some)
    assert all(before.end < after.start for before, after in pairwise(merged))


def test_the_first_free_hour_starts_no_sooner_than_asked() -> None:
    free = [span("2026-11-24 10:00", "2026-11-24 10:30"), span("2026-11-24 11:00", "2026-11-24 18:00")]
    hour = timedelta(hours=1)
    assert first_free(free, hour, at("2026-11-24 09:00")) == span("2026-11-24 11:00", "2026-11-24 12:00")
    assert first_free(free, hour, at("2026-11-24 17:00")) == span("2026-11-24 17:00", "2026-11-24 18:00")
    assert first_free(free, hour, at("2026-11-24 17:01")) is None


def test_a_month_later_than_31_august_is_the_last_of_february_after_six() -> None:
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert add_months(date(2026, 12, 31), 12) == date(2027, 12, 31)


def test_a_day_is_over_at_local_midnight() -> None:
    assert end_of_day(date(2026, 11, 24), ZONE) == at("2026-11-25 00:00")


def test_the_grid_starts_at_local_midnight_and_a_changing_day_has_92_or_100_quarters() -> None:
    for day, quarters in ((date(2027, 3, 28), 92), (date(2026, 10, 25), 100), (date(2026, 11, 24), 96)):
        start, count = at_local(day, 0, ZONE), 0
        while local_day(start, ZONE) == day:
            count, start = count + 1, grid_ceil(start + timedelta(seconds=1), 15, ZONE)
        assert count == quarters


def test_the_grid_point_before_and_after_14_07() -> None:
    seven = at("2026-11-24 14:07")
    assert grid_floor(seven, 15, ZONE) == at("2026-11-24 14:00")
    assert grid_ceil(seven, 15, ZONE) == at("2026-11-24 14:15")
    assert grid_ceil(at("2026-11-24 14:15"), 15, ZONE) == at("2026-11-24 14:15")


def test_half_a_minute_counts_as_one() -> None:
    assert [minutes_half_up(s) for s in (0, 29, 30, 89, 90, 2240, 2250)] == [0, 0, 1, 1, 2, 37, 38]

"""What follows from strikes? R53."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.sanctions import Act, Event, Strike, bans, standing

START = datetime(2026, 11, 24, tzinfo=UTC)
TICK = timedelta(milliseconds=1)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def struck(*days: float, halves: int = 2) -> list[Event]:
    return [Event(f"s{n}", Act.STRUCK, day(at), halves) for n, at in enumerate(days)]


def test_two_strikes_are_a_warning_the_third_within_sixty_days_a_week_without_booking_ahead():
    assert standing(struck(0, 1), day(1)).ban is None
    held = standing(struck(0, 1, 59), day(59)).ban
    assert (held.until, held.asked_d) == (day(66), 7)
    assert standing(struck(0, 1, 60), day(60)).ban is None


def test_a_week_is_over_after_a_week():
    events = struck(0, 1, 2)
    assert standing(events, day(9) - TICK).barred_until == day(9)
    assert standing(events, day(9)).barred_until is None


def test_six_late_cancellations_weigh_as_three_strikes():
    assert standing(struck(*range(5), halves=1), day(5)).ban is None
    assert standing(struck(*range(6), halves=1), day(5)).ban is not None


def test_a_withdrawn_strike_takes_its_ban_along():
    events = [*struck(0, 1, 2), Event("s1", Act.WITHDRAWN, day(3))]
    assert standing(events, day(3)).ban is None
    assert standing(events, day(3)).halves == 4
    assert standing(events, day(3) - TICK).ban is not None


def test_the_second_time_asks_for_fourteen_days_and_the_third_for_thirty_but_only_a_human_grants_them():
    held = standing(struck(*range(9)), day(8)).ban
    assert (held.asked_d, held.until) == (30, day(8) + timedelta(days=7))
    longer = Event("s8", Act.LENGTHENED, day(9), until=day(38))
    assert standing([*struck(*range(9)), longer], day(30)).barred_until == day(38)


@given(st.lists(st.floats(0, 400), max_size=30))
def test_no_ban_without_three_strikes_of_sixty_days_and_none_counted_twice(days):
    events = struck(*sorted(days))
    found = bans(standing_all(events), events)
    spent = [strike for ban in found for strike in ban.strikes]
    assert len(spent) == len(set(spent))
    assert all(len(ban.strikes) == 3 for ban in found)


def standing_all(events):
    return tuple(Strike(one.strike, one.at, one.halves, appealed=False) for one in events)

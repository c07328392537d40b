"""What time is it, and how old is the view, when the plug was pulled and nobody knows?"""

from datetime import UTC, datetime, timedelta

import pytest

from core.vocabulary import Trust
from node.doorman.trust import HOUR_MS, STALE_BUDGET_MS, Reading, Timekeeper
from node.ports import Ages

T0 = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def at(mono_s: float, wall: datetime = LONG_AGO, *, ntp: bool = False) -> Reading:
    return Reading(round(mono_s * 1000), wall, ntp)


def started(ages: Ages | None = None) -> Timekeeper:
    return Timekeeper(ages or Ages(), at(100))


def told(**how) -> Timekeeper:
    keeper = started()
    keeper.issued(T0 - timedelta(hours=1), at(100), newer=True)
    keeper.told(T0, at(100), **({"holds_the_view": True} | how))
    return keeper


def test_the_hubs_time_is_carried_on_by_the_boards_running_time():
    keeper = told()
    assert keeper.trusted(at(160)) == T0 + timedelta(minutes=1)
    assert keeper.trust(at(160)) is Trust.HUB
    assert keeper.zero_ms(at(160)) == int(T0.timestamp() * 1000) - 100_000


def test_without_hub_and_ntp_there_is_no_trusted_time():
    keeper = started()
    assert keeper.trusted(at(100, T0)) is None
    assert keeper.trust(at(100, T0)) is Trust.STALE
    assert keeper.now(at(100, T0)) == T0


def test_ntp_is_believed_until_the_hub_speaks():
    keeper = started()
    assert keeper.trust(at(100, T0, ntp=True)) is Trust.NTP
    assert keeper.trusted(at(100, T0, ntp=True)) == T0


def test_ntp_that_goes_behind_what_the_hub_issued_is_not_believed():
    keeper = started(Ages(floor=T0))
    assert keeper.trust(at(100, T0 - timedelta(milliseconds=1), ntp=True)) is Trust.STALE
    assert keeper.trust(at(100, T0, ntp=True)) is Trust.NTP


@pytest.mark.parametrize(("off_s", "shown"), [(60, False), (60.001, True), (-60, False), (-60.001, True)])
def test_ntp_a_minute_away_from_the_hub_is_shown_and_changes_nothing(off_s, shown):
    keeper = told()
    reading = at(100, T0 + timedelta(seconds=off_s), ntp=True)
    assert keeper.clock_off(reading) is shown
    assert keeper.trusted(reading) == T0
    assert not keeper.clock_off(at(100, T0 + timedelta(days=1)))


def test_the_time_never_goes_behind_what_the_hub_has_issued():
    keeper = told()
    keeper.issued(T0 + timedelta(minutes=5), at(100), newer=True)
    assert keeper.trusted(at(100)) == T0 + timedelta(minutes=5)


def test_a_record_dated_by_the_hubs_time_is_a_floor_for_the_next_start():
    keeper = told()
    keeper.dated(at(160))
    assert keeper.ages(at(160)).floor == T0 + timedelta(minutes=1)


def test_one_wrong_ntp_server_sets_no_floor():
    keeper = started()
    keeper.dated(at(100, T0 + timedelta(days=4000), ntp=True))
    assert keeper.ages(at(100)).floor is None


def test_the_view_is_fresh_at_a_now_that_names_it_and_ages_from_there():
    keeper = told()
    assert keeper.age_ms(at(100)) == 0
    assert keeper.age_ms(at(100 + 86_400)) == 24 * HOUR_MS


def test_a_now_that_names_another_view_does_not_make_ours_fresh():
    keeper = told(holds_the_view=False)
    assert keeper.age_ms(at(100)) >= HOUR_MS


def test_a_view_taken_later_counts_from_its_issue():
    keeper = told()
    keeper.issued(T0 - timedelta(minutes=30), at(100), newer=True)
    assert keeper.age_ms(at(100)) == HOUR_MS // 2


def test_the_same_view_again_is_no_younger():
    keeper = told()
    keeper.issued(T0, at(7300), newer=False)
    assert keeper.age_ms(at(7300)) == 2 * HOUR_MS


def test_each_start_without_a_now_adds_an_hour():
    ages = Ages(age_ms=5 * HOUR_MS)
    for _ in range(3):
        ages = Timekeeper(ages, at(100)).ages(at(100))
    assert ages.age_ms == 8 * HOUR_MS


def test_the_greater_of_trusted_and_running_time_counts():
    keeper = Timekeeper(Ages(age_ms=0, fresh_at=T0), at(100))
    assert keeper.age_ms(at(100)) == HOUR_MS
    assert keeper.age_ms(at(100, T0 + timedelta(hours=30), ntp=True)) == 30 * HOUR_MS
    assert keeper.age_ms(at(100 + 3600)) == 2 * HOUR_MS


def test_the_age_never_falls_but_by_a_now():
    keeper = Timekeeper(Ages(age_ms=9 * HOUR_MS, fresh_at=T0), at(100))
    ages = [keeper.age_ms(at(100 + step, T0 - timedelta(days=step), ntp=True)) for step in range(5)]
    assert ages == sorted(ages)
    keeper.told(T0, at(200), holds_the_view=True)
    assert keeper.age_ms(at(200)) == 0


def test_four_hours_without_any_trusted_time_is_all_there_is():
    keeper = started()
    assert keeper.stale_left_ms(at(100)) == STALE_BUDGET_MS
    assert keeper.stale_left_ms(at(100 + 3600)) == 3 * HOUR_MS
    kept = keeper.ages(at(100 + 3600))
    again = Timekeeper(kept, at(5))
    assert again.stale_left_ms(at(5 + 3 * 3600)) == 0
    assert again.stale_left_ms(at(5 + 9 * 3600)) == 0


def test_a_now_refills_the_budget_and_trusted_time_spends_none_of_it():
    keeper = Timekeeper(Ages(spent_ms=STALE_BUDGET_MS), at(100))
    assert keeper.stale_left_ms(at(100)) == 0
    keeper.told(T0, at(100), holds_the_view=False)
    assert keeper.stale_left_ms(at(100 + 86_400)) == STALE_BUDGET_MS

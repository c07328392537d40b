"""What do the records of a session come to?"""

import itertools
from datetime import timedelta
from typing import Any

from core.session import SessionRecord, usage
from core.timeline import stamp
from core.vocabulary import EndQuality, SessionKind, StopReason
from tests.core.workshop import NOW


def record(type_: str, after_s: int, **data: Any) -> SessionRecord:
    return SessionRecord(NOW + timedelta(seconds=after_s), type_, data)


START = record(
    "session-start", 0, who="amelie", kind="use", reservation="r1", until=stamp(NOW + timedelta(hours=1))
)
ON = record("power-on", 45)
OFF = record("power-off", 45 + 2250)
END = record("session-end", 45 + 2250, reason="badge-out", end_quality="exact", power_s=2250, busy_s=1800)


def test_a_session_counts_from_power_on_to_power_off() -> None:
    found = usage([START, ON, OFF, END])
    assert found is not None
    assert (found.start, found.end) == (ON.at, OFF.at)
    assert (found.who, found.reservation, found.kind) == ("amelie", "r1", SessionKind.USE)
    assert (found.end_reason, found.end_quality) == (StopReason.BADGE_OUT, EndQuality.EXACT)
    assert (found.minutes, found.busy_s) == (38, 1800)  # 37:30 rounds up


def test_while_it_runs_nothing_is_known_of_its_end() -> None:
    found = usage([START, ON])
    assert found is not None
    assert (found.end, found.end_reason, found.minutes) == (None, None, None)
    assert found.until == NOW + timedelta(hours=1)


def test_the_records_say_the_same_in_any_order() -> None:
    records = [START, ON, record("extend", 900, until=stamp(NOW + timedelta(hours=2))), OFF, END]
    found = usage(records)
    assert found is not None
    assert found.until == NOW + timedelta(hours=2)
    assert all(usage(order) == found for order in itertools.permutations(records))  # I7


def test_without_its_start_a_session_is_not_known() -> None:
    assert usage([ON, OFF, END]) is None


def test_a_session_that_never_had_power_costs_nothing() -> None:
    found = usage([START, record("session-end", 20, reason="badge-out")])
    assert found is not None
    assert (found.start, found.minutes) == (START.at, 0)


def test_the_keepers_count_of_seconds_beats_a_clock_that_jumped() -> None:
    jumped = (
        record("power-off", 45 + 2250 + 86_400),
        record("session-end", 0, reason="slot-end", power_s=2250),
    )
    found = usage([START, ON, *jumped])
    assert found is not None
    assert found.minutes == 38


def test_an_estimated_end_is_the_instant_that_the_keeper_last_saw() -> None:
    cut = {"reason": "interrupted", "end_quality": "estimated", "power_s": 600}
    named = stamp(ON.at + timedelta(seconds=600))
    back = (record("power-off", 9000), record("session-end", 9000, **cut, end=named))
    found = usage([START, ON, *back])
    assert found is not None
    assert found.end == found.start + timedelta(minutes=10)
    assert found.minutes == 10


def test_an_estimated_end_without_an_instant_follows_from_the_seconds_of_power() -> None:
    cut = {"reason": "interrupted", "end_quality": "estimated", "power_s": 600}
    found = usage([START, ON, record("power-off", 9000), record("session-end", 9000, **cut)])
    assert found is not None
    assert found.end == found.start + timedelta(minutes=10)


def test_an_estimated_end_that_is_no_instant_is_left_aside() -> None:
    cut = {"reason": "interrupted", "end_quality": "estimated", "power_s": 60, "end": "yesterday"}
    found = usage([START, ON, record("power-off", 9000), record("session-end", 9000, **cut)])
    assert found is not None
    assert found.end == found.start + timedelta(minutes=1)


def test_an_end_before_the_start_is_never_told() -> None:
    back = (
        record("power-off", -500),
        record("session-end", -500, reason="interrupted", end_quality="estimated"),
    )
    found = usage([START, ON, *back])
    assert found is not None
    assert found.end == found.start
    assert (found.minutes, found.end_quality) == (0, EndQuality.ESTIMATED)

"""Is a box fit for tomorrow? What its records say to staff."""

from datetime import datetime, timedelta

import pytest

from core.wire.codec import canonical
from hub.ports import NewRecord
from hub.services import fitness
from hub.services.fitness import OLD, Fitness, Reported
from tests.cast import ADC, NOW
from tests.hub.services.floor import NODE, Floor

WHOLE = {"reader": "good", "clock": "good", "closing": "unknown"}


def heard(floor: Floor, kind: str, data: dict, at: datetime = NOW) -> None:
    """One record of the box, as the hub stores it."""

    def store(tx):
        head = tx.records.head(NODE, "j1")
        seq = head.stored + 1 if head else 1
        record = NewRecord(seq, at, kind, None, canonical({"type": kind, "data": data}), f"hash-{seq}")
        tx.records.append(NODE, ADC, "j1", [record], NOW)

    floor.store.write(store)


def heard_test(floor: Floor, result: str = "good", at: datetime = NOW, **parts: str) -> None:
    heard(
        floor, "selftest", {"result": result, "parts": WHOLE | parts, "words": dict.fromkeys(parts, "so")}, at
    )


def closed(floor: Floor, result: str, at: datetime = NOW) -> None:
    heard(floor, "selftest", {"result": result, "parts": {"closing": result}}, at)


def box(floor: Floor) -> Fitness:
    return next(one for one in floor.store.read(lambda tx: fitness.of_lab(tx, ADC)) if one.node.id == NODE)


def test_a_box_that_never_tested_itself_is_not_called_fit(both_floor: Floor) -> None:
    assert box(both_floor).stands(NOW) == "never"


def test_the_last_test_counts_with_what_the_box_said_of_it(both_floor: Floor) -> None:
    heard_test(both_floor, "bad", NOW - timedelta(days=1), reader="bad")
    heard_test(both_floor, "warn", NOW, voltage="warn")
    found = box(both_floor)
    assert (found.stands(NOW), found.last.parts["voltage"], found.last.words) == (
        "warn",
        "warn",
        {"voltage": "so"},
    )


def test_two_nights_without_a_test_are_told_and_one_is_none(floor: Floor) -> None:
    heard_test(floor)
    assert box(floor).stands(NOW + OLD) == "good"
    assert box(floor).stands(NOW + OLD + timedelta(seconds=1)) == "stale"


def test_a_relay_that_did_not_close_outlasts_a_good_night(floor: Floor) -> None:
    closed(floor, "bad", NOW - timedelta(days=1))
    heard_test(floor)
    assert box(floor).stands(NOW) == "bad"
    closed(floor, "good")
    assert box(floor).stands(NOW) == "good"


def test_the_journals_own_test_record_says_nothing_of_the_box(floor: Floor) -> None:
    heard(floor, "selftest", {"part": "journal"})
    assert box(floor).last is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"result": "good"},
        {"result": 7, "parts": {}},
        {"result": "good", "parts": ["reader"]},
        {"parts": {}},
    ],
)
def test_rubbish_in_a_record_is_no_test(floor: Floor, data: dict) -> None:
    heard(floor, "selftest", data)
    assert box(floor).last is None


def test_what_was_reported_at_the_machine_is_kept_beside_it_newest_first(floor: Floor) -> None:
    heard(floor, "report", {"category": "danger"}, NOW - timedelta(hours=1))
    heard(floor, "report", {"who": None, "category": "tool", "severity": "notice"})
    assert list(box(floor).reports) == [
        Reported(NOW, "tool", "notice"),
        Reported(NOW - timedelta(hours=1), "danger", "danger"),
    ]

"""Which of a box's reports reach the staff by mail, and how often?"""

from datetime import timedelta

import pytest

from hub.services import reporting
from tests.cast import NOW
from tests.hub.services.floor import NODE, Floor

HOUR = timedelta(hours=1)


def heard(floor: Floor, what, data: dict, at=NOW) -> None:
    floor.store.write(lambda tx: what(tx, tx.nodes.get(NODE), data, at))


def letters(floor: Floor, who: str = "dora") -> list[str]:
    person = getattr(floor.people, who)
    found = floor.store.read(lambda tx: tx.outbox.latest("mail", person, NOW - HOUR))
    return [one.payload["template"] for one in found]


@pytest.mark.parametrize(
    ("data", "letter"),
    [
        ({"category": "danger"}, "machine.danger"),  # the box's own button
        ({"who": None, "category": "fire", "severity": "danger"}, "machine.danger"),
        ({"who": None, "category": "tool", "severity": "notice"}, "machine.reported"),
        ({"who": "x", "category": "first-layer", "severity": "notice"}, "print.unseen"),
        ({"who": None, "category": "shelf-damaged", "severity": "fault"}, "node.unfit"),
    ],
)
def test_a_report_at_the_machine_is_mailed_to_staff_and_to_nobody_else(both_floor, data, letter) -> None:
    heard(both_floor, reporting.reported, data)
    assert letters(both_floor) == [letter]
    assert letters(both_floor, "amelie") == []


def test_the_button_and_the_tablet_tell_of_one_danger_once_an_hour(floor: Floor) -> None:
    heard(floor, reporting.reported, {"category": "danger"})
    heard(floor, reporting.reported, {"category": "fire", "severity": "danger"})
    assert letters(floor) == ["machine.danger"]
    heard(floor, reporting.reported, {"category": "danger"}, NOW + HOUR + timedelta(seconds=1))
    assert letters(floor) == ["machine.danger"] * 2


@pytest.mark.parametrize(("result", "told"), [("bad", ["node.unfit"]), ("warn", []), ("good", [])])
def test_a_bad_night_is_mailed_and_a_doubtful_one_is_read_on_the_page(floor: Floor, result, told) -> None:
    heard(floor, reporting.tested, {"result": result, "parts": {}})
    assert letters(floor) == told


def test_the_journals_own_test_record_is_nobodys_news(floor: Floor) -> None:
    heard(floor, reporting.tested, {"part": "journal"})
    assert letters(floor) == []

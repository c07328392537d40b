"""May a group have several machines at once? All or none."""

from core.booking import Part, group_objections, together
from core.vocabulary import Reason, ReservationKind
from tests.changing import replace
from tests.core.shares import F1, RULES, taken, wanted
from tests.core.workshop import LAS_1, NOW, span

WISH = wanted("13:00", "15:00", "2026-11-25", kind=ReservationKind.GROUP)
SECOND = replace(RULES, policy=replace(LAS_1, id="LAS-2"))
FREE = {"LAS-1": Part((), RULES), "LAS-2": Part((), SECOND)}
BUSY = FREE | {"LAS-2": Part((taken("14:00", "15:00", day="2026-11-25"),), SECOND)}


def test_with_both_lasers_free_a_group_of_six_may_come_and_one_of_seven_not() -> None:
    assert group_objections(WISH, FREE, 6, NOW) == {}
    found = group_objections(WISH, FREE, 7, NOW)  # R21
    assert {name: [(one.code, one.params["most"]) for one in against] for name, against in found.items()} == {
        "LAS-1": [(Reason.INVALID, 6)],
        "LAS-2": [(Reason.INVALID, 6)],
    }


def test_at_a_mill_two_trainees_are_enough() -> None:
    mill = {"CNC-1": Part((), replace(RULES, terms=replace(F1, group_ratio=2)))}
    assert group_objections(WISH, mill, 2, NOW) == {}
    assert set(group_objections(WISH, mill, 3, NOW)) == {"CNC-1"}


def test_one_busy_laser_refuses_the_group_and_names_itself() -> None:
    found = group_objections(WISH, BUSY, 6, NOW)  # S45
    assert {name: [one.code for one in against] for name, against in found.items()} == {
        "LAS-2": [Reason.OVERLAP]
    }


def test_both_lasers_are_offered_together_when_both_are_free() -> None:
    assert together(WISH, BUSY, NOW) == (
        span("2026-11-25 15:00", "2026-11-25 17:00"),
        span("2026-11-26 10:00", "2026-11-26 12:00"),
        span("2026-11-26 12:00", "2026-11-26 14:00"),
    )
    assert together(WISH, {}, NOW) == ()


def test_for_what_is_never_free_nothing_is_offered() -> None:
    full = FREE | {
        "LAS-2": Part(
            (
                replace(
                    taken("00:00", "01:00"), start=NOW, end=span("2026-12-20 00:00", "2026-12-20 01:00").end
                ),
            ),
            SECOND,
        )
    }
    assert together(WISH, full, NOW) == ()

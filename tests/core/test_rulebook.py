"""Which rules hold, where do they come from, and what is wrong with others?"""

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import families
from core.parameters import ALIASES, PARAMETERS, minute_of
from core.rulebook import Level, RuleBook, faults, resolve, terms_of, together
from core.terms import Daily, Quota, Scope, Subject, Terms, Unit, Window

BOOK = RuleBook(3, {"step_min": 15, "lead_min": 0}, {"saw": {"lead_min": 120}}, {"SAW-1": {"lead_min": 240}})


def test_the_nearest_rule_wins() -> None:
    assert BOOK.of("saw", "SAW-1")["lead_min"] == 240
    assert BOOK.of("saw", "SAW-2")["lead_min"] == 120
    assert BOOK.of("laser", "LAS-1") == {"step_min": 15, "lead_min": 0}


def test_a_short_name_is_the_same_rule() -> None:
    assert resolve({"min_min": 30}, {"min_duration_min": 60}) == {"min_duration_min": 60}
    assert resolve({"min_duration_min": 30}, {"min_min": 60}) == {"min_duration_min": 60}
    assert set(ALIASES.values()) <= set(PARAMETERS)


def test_a_change_is_a_new_version_and_the_old_book_stands() -> None:
    after = BOOK.changed(Level.FAMILY, "saw", {"lead_min": 60})
    assert isinstance(after, RuleBook)
    assert (after.version, after.of("saw", "SAW-2")["lead_min"]) == (4, 60)
    assert (BOOK.version, BOOK.of("saw", "SAW-2")["lead_min"]) == (3, 120)
    lab = after.changed(Level.LAB, "", {"lead_min": 15})
    machine = after.changed(Level.MACHINE, "LAS-1", {"lead_min": 30})
    assert isinstance(lab, RuleBook)
    assert isinstance(machine, RuleBook)
    assert lab.of("laser", "LAS-1") == {"lead_min": 15}
    assert machine.of("laser", "LAS-1")["lead_min"] == 30


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"lead_mins": 3}, [("lead_mins", "unknown")]),
        ({"lead_min": "3"}, [("lead_min", "kind")]),
        ({"lead_min": True}, [("lead_min", "kind")]),
        ({"lead_min": None}, [("lead_min", "kind")]),
        ({"lead_min": -1}, [("lead_min", "range")]),
        ({"quota_week_min": None}, []),
        ({"walkup": 1}, [("walkup", "kind")]),
        ({"stop_policy": "later"}, [("stop", "choice")]),
        ({"quiet_from": "20:60", "quiet_to": "08:00"}, [("quiet_from", "kind")]),
        ({"quiet_from": "20:00"}, [("quiet_to", "together")]),
        ({"holidays": ["armistice", "sinterklaas"]}, [("holidays", "choice")]),
        ({"holidays": "armistice"}, [("holidays", "kind")]),
        ({"min_min": 60, "max_min": 30}, [("min_duration_min", "together")]),
        ({"max_min": 120, "max_session_min": 60}, [("max_duration_min", "together")]),
        ({"step_min": 15, "buffer_after_min": 20}, [("buffer_after_min", "together")]),
        ({"step_min": 7}, [("step_min", "together")]),
        ({"step_min": 0, "min_min": 1, "walkup": "no"}, [("step_min", "range"), ("min_duration_min", "range"), ("walkup", "kind")]),
        ({"quotas": [{"most": 60, "window": "year"}]}, [("quotas", "choice")]),
        ({"quotas": [{"most": -1}]}, [("quotas", "kind")]),
        ({"quotas": [{"most": 60, "colour": "red"}]}, [("quotas", "kind")]),
        ({"quotas": [{"most": 60, "subject": "household", "peak_only": True}]}, []),
        ({"peak": [{"from": "17:00", "to": "22:00", "weekdays": [7]}]}, [("peak", "range")]),
        ({"peak": [{"from": "17", "to": "22:00"}]}, [("peak", "kind")]),
        ({"peak": [3]}, [("peak", "kind")]),
        ({"unattended": ""}, [("unattended", "kind")]),
    ],
)  # fmt: skip
def test_everything_wrong_with_proposed_rules_is_said(
    values: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert [(fault.name, fault.why) for fault in faults(values)] == expected
    after = BOOK.changed(Level.LAB, "", values)
    assert isinstance(after, tuple) == bool(expected)


def test_a_figure_out_of_range_is_told_its_range() -> None:
    (fault,) = faults({"grace_min": 241})
    assert fault.params == {"least": 0, "most": 240}
    assert faults({"grace_min": 240}) == ()


def test_the_terms_of_a_laser_are_those_of_the_table() -> None:
    terms = terms_of(resolve(families.LAB, families.FAMILIES["laser"]))
    assert terms.quotas == (Quota(360), Quota(2, Unit.COUNT, Window.FUTURE))
    assert (terms.horizons_d["staff"], terms.horizons_d["day-pass"]) == (180, 3)
    assert (terms.orphan_gap, terms.unattended, terms.buffer_after_min) == (True, None, 0)
    assert terms_of(families.FAMILIES["cnc-large"]).buffer_after_min == 30
    assert terms_of(families.FAMILIES["fdm"]).unattended == "3DPN"
    assert terms_of(families.FAMILIES["solder"]).quotas == ()


def test_rules_as_json_become_terms() -> None:
    terms = terms_of(
        {
            "quiet_from": "20:00",
            "quiet_to": "08:00",
            "peak": [{"from": "17:00", "to": "22:00", "weekdays": [4]}, {"from": "09:00", "to": "10:00"}],
            "quotas": [{"most": 3, "unit": "count", "window": "day", "scope": "all", "subject": "household"}],
        }
    )
    assert terms.quiet == Daily(1200, 480)
    assert terms.peak == (Daily(1020, 1320, (4,)), Daily(540, 600))
    assert terms.quotas == (Quota(3, Unit.COUNT, Window.DAY, Scope.ALL, Subject.HOUSEHOLD),)
    usual = (Daily(1020, 1320, (3,)), Daily(0, 1440, (5,)))  # R20: Thursday evening, Saturday
    assert terms_of({}) == Terms(horizons_d={}, peak=usual)


@pytest.mark.parametrize("family", sorted(families.FAMILIES))
def test_the_table_of_defaults_is_without_fault(family: str) -> None:
    values = resolve(families.LAB, families.FAMILIES[family])
    assert faults(families.LAB) == faults(families.FAMILIES[family]) == ()
    assert list(together(values)) == []
    assert set(families.booking_rules(family)) < set(values)
    assert families.booking_rules("loom") == {}


def test_every_usual_value_is_a_right_one() -> None:
    assert [name for name, one in PARAMETERS.items() if one.wrong(one.usual) is not None] == []


def test_every_figure_of_the_terms_can_be_set() -> None:
    other = {"horizons_d", "quiet", "quotas", "peak"}
    assert {one.name for one in fields(Terms)} - other <= set(PARAMETERS)


@pytest.mark.parametrize(
    ("text", "minute"),
    [("00:00", 0), ("08:05", 485), ("24:00", 1440), ("24:01", None), ("8:05", None), (480, None)],
)
def test_a_wall_time_is_four_figures_and_a_colon(text: object, minute: int | None) -> None:
    assert minute_of(text) == minute


values = st.dictionaries(
    st.sampled_from([*PARAMETERS, "unheard_of"]),
    st.none()
    | st.booleans()
    | st.integers(-5, 2000)
    | st.text(max_size=6)
    | st.lists(st.integers(), max_size=2),
    max_size=4,
)


@given(values)
@settings(max_examples=40, deadline=None)
def test_rules_without_fault_always_make_terms(proposed: dict[str, object]) -> None:
    if faults(proposed) == ():
        assert isinstance(terms_of(proposed), Terms)

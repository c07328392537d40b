"""Is anybody else there? S24: CNC-1 outside staffed hours, one and two people."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.company import RULES, Company, alone_from
from core.timeline import Span

NOW = datetime(2026, 11, 24, 20, tzinfo=UTC)
MIN = timedelta(minutes=1)
TWO = (NOW + 60 * MIN, NOW + 90 * MIN)
STAFFED = (Span(NOW - 60 * MIN, NOW + 30 * MIN),)


def test_a_machine_that_asks_for_nobody_is_never_lonely():
    assert alone_from("no", Company(), NOW) is None


def test_alone_means_already_and_two_are_company_until_the_first_goes():
    assert alone_from("always", Company(), NOW) == NOW
    assert alone_from("always", Company(TWO[:1]), NOW) == NOW
    assert alone_from("always", Company(TWO), NOW) == TWO[0]
    assert alone_from("always", Company(TWO), TWO[0] - MIN) == TWO[0]
    assert alone_from("always", Company(TWO), TWO[0]) == TWO[0]


def test_staff_are_company_for_a_machine_that_asks_off_hours_alone():
    assert alone_from("off-hours", Company((), STAFFED), NOW) == NOW + 30 * MIN
    assert alone_from("off-hours", Company(TWO, STAFFED), NOW) == TWO[0]
    assert alone_from("off-hours", Company((), STAFFED), NOW + 30 * MIN) == NOW + 30 * MIN
    assert alone_from("always", Company((), STAFFED), NOW) == NOW


@settings(max_examples=25)
@given(
    st.sampled_from(RULES),
    st.lists(st.integers(-50, 50), max_size=4),
    st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 30)), max_size=3),
    st.integers(0, 60),
)
def test_up_to_the_told_instant_there_is_company_at_every_minute(rule, ends, spans, later):
    staffed = tuple(Span(NOW + start * MIN, NOW + (start + length) * MIN) for start, length in spans)
    company = Company(tuple(NOW + end * MIN for end in ends), staffed)
    until = alone_from(rule, company, NOW)
    if until is not None and NOW + later * MIN < until:
        assert alone_from(rule, company, NOW + later * MIN) == until

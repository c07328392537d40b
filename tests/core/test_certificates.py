"""Is this person competent, now and until when?"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.certificates import Act, BadCourses, Claim, Course, Event, check_tree, standing, tree_of
from core.vocabulary import CertificateState, Reason
from tests.core.workshop import COURSES, NOW, at, signed


def _codes(course: str, *events: Event, now=NOW) -> list[tuple[Reason, str]]:  # type: ignore[no-untyped-def]
    return [
        (lack.code, str(lack.params["course"])) for lack in standing(course, events, COURSES, now).missing
    ]


def test_a_newcomer_lacks_the_course_and_its_prerequisite() -> None:
    assert _codes("LAS1") == [(Reason.CERT_MISSING, "LAS1"), (Reason.CERT_MISSING, "GEN")]


def test_with_both_she_is_competent_until_the_earlier_end() -> None:
    found = standing("LAS1", signed("GEN", "LAS1"), COURSES, NOW)
    assert found.usable
    assert found.state is CertificateState.ACTIVE
    assert found.until == at("2027-01-24 00:00")  # never used: it sleeps before it expires


def test_a_never_used_certificate_sleeps_after_ninety_days_at_midnight() -> None:
    events = signed("GEN", "LAS1")  # granted 25 October
    sleeps = at("2027-01-24 00:00")
    assert standing("LAS1", events, COURSES, sleeps - timedelta(milliseconds=1)).usable
    assert standing("LAS1", events, COURSES, NOW).until == sleeps
    assert [lack.code for lack in standing("LAS1", events, COURSES, sleeps).missing] == [Reason.CERT_DORMANT]


def test_a_use_keeps_it_awake_for_six_months_and_a_day_more_puts_it_to_sleep() -> None:
    used = Event("LAS1", Act.USE, at("2026-05-23 15:00"))
    events = (*signed("GEN", "LAS1", days_ago=300), used)
    assert standing("LAS1", events, COURSES, at("2026-11-23 23:59")).usable
    found = standing("LAS1", events, COURSES, NOW)  # S19
    assert found.state is CertificateState.DORMANT
    again = Event("LAS1", Act.USE, NOW)
    assert standing("LAS1", (*events, again), COURSES, NOW).usable


def test_valid_las2_is_no_use_with_las1_expired_yesterday() -> None:
    events = (
        *signed("GEN", "LAS2"),
        Event("LAS1", Act.GRANT, at("2024-11-23 10:00")),
        Event("LAS1", Act.USE, NOW - timedelta(days=3)),
    )
    assert _codes("LAS2", *events) == [(Reason.CERT_EXPIRED, "LAS1")]  # S17


def test_a_certificate_works_to_the_last_second_of_its_day() -> None:
    events = (*signed("GEN"), Event("LAS1", Act.GRANT, at("2024-11-24 10:00")))
    events = (*events, Event("LAS1", Act.USE, NOW))
    end = at("2026-11-25 00:00")  # E16
    assert standing("LAS1", events, COURSES, end - timedelta(seconds=1)).usable
    assert [lack.code for lack in standing("LAS1", events, COURSES, end).missing] == [Reason.CERT_EXPIRED]


@pytest.mark.parametrize(
    ("act", "state", "code"),
    [
        (Act.SUSPEND, CertificateState.SUSPENDED, Reason.CERT_SUSPENDED),
        (Act.REVOKE, CertificateState.REVOKED, Reason.CERT_REVOKED),
    ],
)
def test_what_stands_against_a_certificate_counts_at_once(
    act: Act, state: CertificateState, code: Reason
) -> None:
    events = (*signed("GEN", "LAS1"), Event("LAS1", act, NOW))
    assert standing("LAS1", events, COURSES, NOW - timedelta(milliseconds=1)).usable
    found = standing("LAS1", events, COURSES, NOW)
    assert (found.state, [lack.code for lack in found.missing]) == (state, [code])


def test_restoring_ends_a_suspension_and_only_a_new_grant_a_revocation() -> None:
    suspended = (*signed("GEN", "LAS1"), Event("LAS1", Act.SUSPEND, NOW), Event("LAS1", Act.RESTORE, NOW))
    assert standing("LAS1", suspended, COURSES, NOW).usable
    revoked = (*signed("GEN", "LAS1"), Event("LAS1", Act.REVOKE, NOW), Event("LAS1", Act.RESTORE, NOW))
    assert not standing("LAS1", revoked, COURSES, NOW).usable
    again = (*revoked, Event("LAS1", Act.GRANT, NOW))
    assert standing("LAS1", again, COURSES, NOW).usable


def test_steps_towards_it_are_no_right() -> None:
    events = (*signed("GEN"), Event("LAS1", Act.ENROL, NOW), Event("LAS1", Act.THEORY, NOW))
    found = standing("LAS1", events, COURSES, NOW)
    assert (found.state, found.usable) == (CertificateState.THEORY, False)


def test_one_course_of_a_group_is_enough_and_a_diamond_needs_both_sides() -> None:
    tree = {
        "A": Course("A"),
        "B": Course("B", needs=(("A",),)),
        "C": Course("C", needs=(("A",),)),
        "D": Course("D", needs=(("B",), ("C",))),
        "E": Course("E", needs=(("B", "C"),)),
    }
    some = signed("A", "B", "D", "E")
    assert standing("E", some, tree, NOW).usable  # E15
    lacks = standing("D", some, tree, NOW).missing  # E13
    assert [lack.params["course"] for lack in lacks] == ["C"]
    assert len(standing("D", (), tree, NOW).missing) == 4
    assert tree_of(["D"], tree) == {"A", "B", "C", "D"}


def test_a_circle_of_prerequisites_is_refused() -> None:
    with pytest.raises(BadCourses, match="circle"):  # E14
        check_tree({"A": Course("A", needs=(("B",),)), "B": Course("B", needs=(("A",),))})
    with pytest.raises(BadCourses, match="no such course"):
        check_tree({"A": Course("A", needs=(("X",),))})
    check_tree(COURSES)


def test_the_order_in_which_events_arrive_makes_no_difference() -> None:
    events = (*signed("GEN", "LAS1"), Event("LAS1", Act.USE, NOW - timedelta(days=1)))
    assert standing("LAS1", events, COURSES, NOW) == standing("LAS1", events[::-1], COURSES, NOW)  # I7


SHOWN = Claim("MILL-1", NOW + timedelta(hours=3), NOW + timedelta(hours=72))


def _claimed(**changes: datetime) -> tuple[Event, ...]:
    return (*signed("GEN"), Event("LAS1", Act.PRACTICAL, NOW, "tom", claim=replace(SHOWN, **changes)))


def test_what_two_badges_signed_is_good_there_today_and_elsewhere_beside_a_supervisor() -> None:  # R28
    there = standing("LAS1", _claimed(), COURSES, NOW, "MILL-1")
    assert (there.usable, there.state) == (True, CertificateState.PRACTICAL)
    assert there.until == SHOWN.alone_until
    assert _codes("LAS1", *_claimed()) == [(Reason.CERT_PROVISIONAL, "LAS1")]
    closing = standing("LAS1", _claimed(), COURSES, SHOWN.alone_until, "MILL-1")
    assert [lack.code for lack in closing.missing] == [Reason.CERT_PROVISIONAL]


def test_unconfirmed_it_lapses_at_the_seventy_second_hour_and_confirmed_it_stands() -> None:
    last = SHOWN.lapses - timedelta(milliseconds=1)
    assert _codes("LAS1", *_claimed(), now=last) == [(Reason.CERT_PROVISIONAL, "LAS1")]
    lapsed = standing("LAS1", _claimed(), COURSES, SHOWN.lapses)
    assert (lapsed.state, [one.code for one in lapsed.missing]) == (None, [Reason.CERT_MISSING])
    granted = Event("LAS1", Act.GRANT, NOW + timedelta(hours=1))
    assert standing("LAS1", (*_claimed(), granted), COURSES, SHOWN.lapses).usable

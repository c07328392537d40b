"""The acceptance scenarios of booking that the rules alone decide, by number (the races and the mails stand in tests/hub)."""

from datetime import date, timedelta
from itertools import pairwise

from core.booking import Part, Taken, alternatives, group_objections, objections, together
from core.calendars import Hours, Week, openings
from core.certificates import Course
from core.grants import right_of
from core.holder import Holder
from core.vocabulary import Audience, Reason, ReservationKind, ReservationStatus
from tests.changing import replace
from tests.core.shares import F1, RULES, amelie, codes, holds, said, taken, wanted
from tests.core.workshop import COURSES, LAS_1, NOW, at, person, signed, span

TUESDAY = "2026-11-24"


def test_s01_amelie_books_an_empty_laser() -> None:
    ann = person("amelie")
    assert right_of(ann, LAS_1, COURSES, at("2026-11-24 15:00")).missing == ()
    assert codes(wanted("14:00", "15:00", TUESDAY)) == []


def test_s02_brams_hour_is_his_and_the_next_begins_where_it_ends() -> None:
    bram = taken("14:00", "15:00", day=TUESDAY)
    slot = wanted("14:45", "15:30", TUESDAY)
    assert codes(slot, bram) == [Reason.OVERLAP]
    offered = alternatives(slot, [bram], RULES, NOW)
    assert len(offered) == 3
    for one in offered:
        assert codes(replace(slot, start=one.start, end=one.end), bram) == []
    assert codes(wanted("15:00", "15:30", TUESDAY), bram) == []


def test_s03_of_many_tries_each_is_booked_or_told_who_was_first() -> None:
    """The race itself runs on both databases; here: what is let through never overlaps, what is not says OVERLAP."""
    kept: list[Taken] = []
    policy = replace(RULES, terms=replace(F1, quotas=(), orphan_gap=False))
    for n in range(200):
        start = at("2026-11-25 10:00") + timedelta(minutes=15 * (n * 7 % 29))
        slot = replace(
            wanted("10:00", "11:00"), start=start, end=start + timedelta(minutes=30), who=f"p{n % 4}"
        )
        against = codes(slot, *kept, rules=policy)
        assert against in ([], [Reason.OVERLAP])
        if not against:
            kept.append(Taken(1, slot.start, slot.end, slot.who))
    ordered = sorted(kept, key=lambda one: one.start)
    assert all(one.end <= other.start for one, other in pairwise(ordered))
    assert len(kept) > 10


def test_s05_the_fourteenth_day_opens_at_noon() -> None:
    slot = wanted("10:00", "11:00", "2026-12-08")
    assert codes(slot, now=at("2026-11-24 11:59")) == [Reason.HORIZON]
    assert codes(slot, now=at("2026-11-24 12:00")) == []


def test_s06_with_thirty_minutes_left_friday_is_refused_and_today_is_not() -> None:
    used = holds("2026-11-23 10:00", "2026-11-23 15:30", status=ReservationStatus.DONE)
    ((code, params),) = said(wanted("14:00", "15:00"), rules=amelie(used))
    assert (code, params["left"]) == (Reason.QUOTA, 30)
    assert codes(wanted("14:00", "15:00", TUESDAY), rules=amelie(used)) == []


def test_s23_sixteen_on_saturday_and_too_young_on_friday() -> None:
    child = Holder("child", birth=date(2010, 12, 5), consent_until=at("2028-12-05 00:00"))
    session = wanted("10:00", "11:00", "2026-12-04", who="child", kind=ReservationKind.TRAINING)
    rules = replace(RULES, holder=child, terms=replace(F1, min_age=16))
    assert [one.code for one in objections(session, (), rules, NOW)] == [Reason.AGE]
    saturday = wanted("10:00", "11:00", "2026-12-05", who="child", kind=ReservationKind.TRAINING)
    assert objections(saturday, (), rules, NOW) == ()


def test_s28_a_class_at_five_stays_at_five_after_the_clocks_went_back() -> None:
    classes = Week("Europe/Brussels", {3: (Hours(1020, 1140, Audience.CLASS),)}, {})
    found = openings(classes, span("2026-10-01 00:00", "2026-11-30 00:00"))
    assert len(found) == 9
    assert {one.start.hour for one in found if one.start < at("2026-10-25 03:00")} == {15}
    assert {one.start.hour for one in found if one.start > at("2026-10-25 03:00")} == {16}
    assert all(one.span.minutes == 120 for one in found)


def test_s45_a_group_of_twelve_gets_both_lasers_or_none() -> None:
    wide = replace(RULES, terms=replace(F1, group_ratio=12))
    second = replace(wide, policy=replace(LAS_1, id="LAS-2"))
    wish = wanted("13:00", "15:00", "2026-11-25", kind=ReservationKind.GROUP)
    busy = Part((taken("14:00", "15:00", day="2026-11-25"),), second)
    parts = {"LAS-1": Part((), wide), "LAS-2": busy}
    assert {
        name: [one.code for one in found] for name, found in group_objections(wish, parts, 12, NOW).items()
    } == {"LAS-2": [Reason.OVERLAP]}
    for one in together(wish, parts, NOW):
        again = replace(wish, start=one.start, end=one.end)
        assert group_objections(again, parts, 12, NOW) == {}
    assert len(together(wish, parts, NOW)) == 3


def test_r14_a_certificate_that_runs_out_before_the_slot_ends_is_asked_for_at_once() -> None:
    courses = {**COURSES, "LAS1": Course("LAS1", valid_months=1, needs=(("GEN",),))}
    bram = person("bram", signed("GEN", "LAS1", days_ago=25))
    slot = wanted("14:00", "15:00", "2026-12-01")
    missing = right_of(bram, LAS_1, courses, slot.end).missing
    found = objections(slot, (), replace(RULES, missing=missing), NOW)
    assert [(one.code, one.next) for one in found] == [(Reason.CERT_EXPIRED, "retest")]

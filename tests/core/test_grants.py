"""What does a node get to know? The view, and its way over the wire."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.access import OpenSession, decide, stays
from core.certificates import Act, Claim, Course, Event
from core.compiling import compile_view, frank_view
from core.grants import AT_THE_DESK, RESTING, Facts, right_of
from core.timeline import stamp
from core.views import BadView, policy_body, policy_from_body, view_body, view_from_body
from core.vocabulary import Reason, Risk
from tests.core.workshop import COURSES, FRESH, LAS_1, NOW, at, hours, person, signed, slot, view


def test_whoever_may_stands_in_grants_and_whoever_lacks_something_in_refusals() -> None:
    seen = view(people=(person("amelie"), person("emma", signed("GEN"))))
    assert {key for key, grant in seen.grants.items() if grant.level != "supervised"} == {"k-amelie"}
    assert {key: [one.code for one in found] for key, found in seen.refusals.items()} == {
        "k-emma": [Reason.CERT_MISSING]
    }


def test_a_grant_ends_with_the_membership_or_the_first_certificate() -> None:
    sleeps = at("2027-01-24 00:00")  # LAS1 was never used
    assert view().grants["k-amelie"].until == sleeps
    soon = NOW + timedelta(days=90)
    seen = view(
        people=(person("amelie", member_until=sleeps - timedelta(hours=1)), person("bram", member_until=soon))
    )
    assert seen.grants["k-amelie"].until == sleeps - timedelta(hours=1)
    assert seen.grants["k-bram"].until == sleeps


def test_every_badge_of_a_person_has_its_own_grant_and_a_lost_one_sends_to_the_desk() -> None:
    seen = view(people=(person("amelie", keys=("k1", "k2"), lost_keys=("k3",)),))
    assert set(seen.grants) == {"k1", "k2"}
    assert [one.code for one in seen.refusals["k3"]] == [Reason.SEE_DESK]


def test_a_node_learns_nothing_private_and_the_member_everything() -> None:
    facts = Facts([person("emma", (), suspended=True)], COURSES, (), hours())
    told = [one.code for one in compile_view(facts, LAS_1, NOW).refusals["k-emma"]]
    assert not AT_THE_DESK & set(told)
    assert told[0] is Reason.SEE_DESK
    assert frank_view(facts, LAS_1, NOW).refusals["k-emma"][0].code is Reason.MEMBER_SUSPENDED


def test_a_name_is_no_longer_than_the_display() -> None:
    long = replace(person("amelie"), name="Marie-Christine")
    assert view(people=(long,)).grants["k-amelie"].name == "Marie-Chri"


def test_slots_reach_a_day_past_the_age_limit_and_not_further() -> None:
    inside, outside = slot("bram", "14:00", "15:00"), slot("amelie", "12:00", "13:00")
    inside = replace(inside, start=NOW + timedelta(hours=47), end=NOW + timedelta(hours=49))
    outside = replace(outside, start=NOW + timedelta(hours=48), end=NOW + timedelta(hours=49))
    assert [one.id for one in view(inside, outside).bookings] == ["r-bram"]


def test_the_body_has_the_shape_of_the_wire() -> None:
    body = view_body(view(slot("bram", "14:00", "15:00")))
    assert set(body) == {
        *("v", "epoch", "store", "rev", "issued", "machine", "grants", "refusals"),
        *("bookings", "openings", "trainings", "texts", "audit"),
    }
    assert body["bookings"] == [
        {
            "id": "r-bram",
            "who": "bram",
            "kind": "booking",
            "start": "2026-11-24T13:00:00.000Z",
            "end": "2026-11-24T14:00:00.000Z",
        }
    ]
    grant = body["grants"][0]
    assert set(grant) == {"key", "who", "name", "lang", "until", "roles", "pin", "level"}
    assert body["machine"]["zone"] == "Europe/Brussels"


@given(st.integers(9 * 60, 19 * 60), st.booleans())
@settings(max_examples=25, deadline=None)
def test_node_and_hub_decide_the_same_from_the_same_view(minute: int, booked: bool) -> None:
    seen = view(
        *([slot("bram", "14:00", "15:00")] if booked else []), people=(person("amelie"), person("emma", ()))
    )
    sent = view_from_body(json.loads(json.dumps(view_body(seen))))
    now = at("2026-11-24 00:00") + timedelta(minutes=minute)
    for key in ("k-amelie", "k-emma", "k-nobody"):
        assert decide(key, sent, now, FRESH) == decide(key, seen, now, FRESH)


def test_a_right_is_remembered_from_the_last_event_on_and_never_past_one_that_is_to_come() -> None:
    granted = NOW - timedelta(days=30)
    found = right_of(person("amelie"), LAS_1, COURSES, NOW)
    assert found.holds(granted)
    assert not found.holds(granted - timedelta(microseconds=1))
    revoked = Event("LAS1", Act.REVOKE, NOW + timedelta(days=1))
    still = right_of(person("amelie", (*signed("GEN", "LAS1"), revoked)), LAS_1, COURSES, NOW)
    assert not still.missing
    assert not still.holds(NOW + timedelta(days=1))
    assert not right_of(person("emma", ()), LAS_1, COURSES, NOW).holds(NOW)


_EITHER = {
    **COURSES,
    "CNC1": Course("CNC1", valid_months=1),
    "CNC2": Course("CNC2", dormant_months=2),
    "MILL": Course("MILL", valid_months=24, needs=(("GEN",), ("CNC1", "CNC2"))),
}
_MILL = replace(LAS_1, risk=Risk.MEDIUM, needs=("LAS1", "MILL"))
_LIKELY = (*(Act.GRANT for _ in range(12)), *Act)


@given(
    st.lists(st.tuples(st.sampled_from([*_EITHER]), st.sampled_from(_LIKELY), st.integers(-90, 9), st.booleans()), max_size=12),
    st.integers(-30, 100), st.integers(0, 60), st.booleans(),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_a_right_once_found_is_the_same_until_it_ends_as_long_as_nothing_happens(
    happened: list[tuple[str, Act, int, bool]], asked: int, later: int, leaves: bool
) -> None:
    def day(number: int) -> datetime:
        return NOW + timedelta(days=number)

    granted = [Event(course, Act.GRANT, day(-20)) for course in _EITHER]
    events = [
        Event(course, act, day(on), claim=Claim("LAS-1", day(on + 1), day(on + 3)) if claimed else None)
        for course, act, on, claimed in happened
    ]
    member = person("amelie", (*granted, *events), member_until=day(40) if leaves else None)
    found, other = right_of(member, _MILL, _EITHER, day(asked)), day(asked - 10 + later)
    if found.holds(other):
        assert right_of(member, _MILL, _EITHER, other) == found
    if not found.missing and max(on for _, _, on, _ in [("", "", -20, False), *happened]) <= asked:
        assert found.holds(day(asked)), "an answer that is good only for those who ask twice"
    if found.until is not None:
        assert not found.holds(found.until)


def test_unknown_fields_are_ignored() -> None:
    body = view_body(view())
    body["machine"]["colour"] = "red"
    body["grants"][0]["shoe_size"] = 43
    assert view_from_body(body | {"weather": "rain"}) == view_from_body(view_body(view()))


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"epoch": "1"},
        {"epoch": True},
        {"issued": "2026-11-24T12:00:00"},
        {"grants": None},
        {"grants": [{"key": "k"}]},
        {"refusals": {"k": [{"code": "BECAUSE"}]}},
        {"bookings": [{"id": "r", "who": "w", "kind": "party", "start": stamp(NOW), "end": stamp(NOW)}]},
        {"openings": [{"start": stamp(NOW), "end": "soon", "audience": "members"}]},
        {"machine": {"id": "LAS-1", "lab": "adc", "name": "n", "family": "laser", "run_on_s": "long"}},
        {"machine": {}},
    ],
)
def test_a_body_that_is_no_view_is_refused_whole(change: dict[str, Any]) -> None:
    with pytest.raises(BadView):
        view_from_body(view_body(view()) | change)


def test_the_policy_survives_the_way() -> None:
    special = replace(LAS_1, cap_s=None, needs_extraction=True, walkup=False, seats=4, run_on_s=180)
    assert policy_from_body(json.loads(json.dumps(policy_body(special)))) == special


def test_a_badge_that_rests_is_not_believed_where_the_risk_is_high_and_is_where_it_is_low() -> None:  # R57
    rests = person("amelie", keys=("k1", "k2"), resting_keys=frozenset({"k1"}))
    facts = Facts([rests], COURSES, (), hours())
    seen = compile_view(facts, LAS_1, NOW)
    assert set(seen.grants) == {"k2"}
    assert seen.refusals["k1"] == (RESTING,)
    assert set(compile_view(facts, replace(LAS_1, risk=Risk.LOW), NOW).grants) == {"k1", "k2"}
    assert stays(OpenSession("s", "amelie", key="k1"), seen) == ()  # its session goes on


def test_signed_today_she_works_alone_there_but_nowhere_else_and_never_at_high_risk() -> None:  # R28
    closing = NOW + timedelta(hours=3)
    claim = Claim("MILL-1", closing, NOW + timedelta(hours=72))
    emma = person("emma", (*signed("GEN"), Event("LAS1", Act.PRACTICAL, NOW, "tom", claim=claim)))
    facts, mill = Facts([emma], COURSES, (), hours()), replace(LAS_1, id="MILL-1", risk=Risk.MEDIUM)
    there = compile_view(facts, mill, NOW).grants["k-emma"]
    assert (there.level, there.until) == ("autonomous", closing)
    for other in (replace(mill, id="MILL-2"), replace(mill, risk=Risk.HIGH)):
        seen = compile_view(facts, other, NOW)
        assert seen.grants["k-emma"].level == "supervised"
        assert [one.code for one in seen.refusals["k-emma"]] == [Reason.CERT_PROVISIONAL]


def test_a_machine_that_wants_a_pin_wants_it_of_badges_that_can_be_copied() -> None:
    both = person("amelie", keys=("k1", "k2"), sure_keys=frozenset({"k2"}))
    seen = compile_view(Facts([both], COURSES, (), hours()), replace(LAS_1, needs_pin=True), NOW)
    assert {key: grant.pin for key, grant in seen.grants.items()} == {"k1": True, "k2": False}


def test_a_list_that_nobody_can_read_is_no_list() -> None:
    item = {"id": "lid", "fr": "Couvercle", "nl": "Deksel", "en": "Lid"}
    body = view_body(replace(view(), checklists={"LAS1": (item,)}))
    assert view_from_body(json.loads(json.dumps(body))).checklists == {"LAS1": (item,)}
    for rubbish in ([item, {"id": 7}], "no", {}, [None]):
        assert view_from_body({**body, "texts": {"checklists": {"LAS1": rubbish}}}).checklists == {}

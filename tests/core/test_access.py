"""May this badge use the machine now? The decision, rule by rule: example, edge, law."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.access import NEXT, REFUSALS, STARTS_ONLY, Case, Kind, Lock, OpenSession, Situation, decide, stays
from core.certificates import Act, Event
from core.grants import Booking, MachineView
from core.vocabulary import Inhibit, LockKind, MachineStatus, Reason, ReservationKind, Role, SessionKind
from tests.core.workshop import FRESH, LAS_1, NOW, STAFF, at, hours, person, signed, slot, view

AMELIE, BRAM = "k-amelie", "k-bram"


def tuesday(time: str) -> datetime:
    return at(f"2026-11-24 {time}")


def codes(key: str, seen: MachineView, now: datetime, situation: Situation = FRESH) -> list[Reason]:
    return [one.code for one in decide(key, seen, now, situation).objections]


def test_amelie_is_let_in_at_the_minute_her_slot_begins_and_until_its_end() -> None:
    decision = decide(AMELIE, view(slot("amelie", "14:00", "15:00")), tuesday("14:00"), FRESH)
    assert (decision.allowed, decision.kind, decision.until) == (True, Kind.USE, tuesday("15:00"))
    assert decision.booking is not None
    assert decision.booking.id == "r-amelie"


def test_at_the_end_of_her_slot_it_is_hers_no_more() -> None:
    seen = view(slot("amelie", "14:00", "15:00"))
    assert decide(AMELIE, seen, tuesday("14:59:59.999"), FRESH).kind is Kind.USE
    assert decide(AMELIE, seen, tuesday("15:00"), FRESH).kind is Kind.WALK_UP


def test_she_checks_in_early_from_a_quarter_to_and_that_does_not_move_the_end() -> None:
    seen = view(slot("amelie", "14:00", "15:00"))
    early = decide(AMELIE, seen, tuesday("13:45"), FRESH)
    assert (early.kind, early.until) == (Kind.USE, tuesday("15:00"))
    before = decide(AMELIE, seen, tuesday("13:44:59"), FRESH)
    assert (before.kind, before.until) == (Kind.WALK_UP, tuesday("15:00"))  # E21


def test_early_is_no_use_while_another_holds_the_machine() -> None:
    seen = view(slot("bram", "13:00", "14:00"), slot("amelie", "14:00", "15:00"))
    there = replace(FRESH, arrived=frozenset({"r-bram"}))
    assert codes(AMELIE, seen, tuesday("13:50"), there) == [Reason.RESERVED_OTHER]
    assert codes(AMELIE, seen, tuesday("13:50")) == []  # he never came
    assert codes(AMELIE, seen, tuesday("14:00"), there) == []


def test_bram_waits_for_the_end_of_amelies_grace_and_not_a_millisecond_longer() -> None:
    seen = view(slot("amelie", "14:00", "15:00"))
    refused = decide(BRAM, seen, tuesday("14:14:59.999"), FRESH)
    assert [one.code for one in refused.objections] == [Reason.RESERVED_OTHER]
    assert refused.objections[0].params == {
        "until": "2026-11-24T14:00:00.000Z",
        "held": "2026-11-24T13:15:00.000Z",
    }
    assert decide(BRAM, seen, tuesday("14:15"), FRESH).allowed


def test_the_grace_of_one_who_came_never_ends() -> None:
    seen = view(slot("amelie", "14:00", "15:00"))
    came = replace(FRESH, arrived=frozenset({"r-amelie"}))
    refused = decide(BRAM, seen, tuesday("14:20"), came)
    assert refused.objections[0].params["held"] is None
    assert decide(AMELIE, seen, tuesday("14:20"), came).allowed


def test_a_walk_up_lasts_half_an_hour_or_to_the_next_booking() -> None:
    assert decide(AMELIE, view(), tuesday("13:00"), FRESH).until == tuesday("13:30")
    decision = decide(AMELIE, view(slot("bram", "14:00", "15:00")), tuesday("13:35"), FRESH)  # S14
    assert (decision.kind, decision.until) == (Kind.WALK_UP, tuesday("14:00"))


def test_a_walk_up_with_nine_minutes_left_is_too_short_and_with_ten_it_is_not() -> None:
    seen = view(slot("bram", "14:00", "15:00"))
    refused = decide(AMELIE, seen, tuesday("13:51"), FRESH)  # S14
    assert [(one.code, dict(one.params)) for one in refused.objections] == [
        (Reason.TOO_SHORT, {"minutes": 9})
    ]
    assert decide(AMELIE, seen, tuesday("13:50"), FRESH).allowed


def test_a_walk_up_ends_a_quarter_before_closing_and_starts_half_an_hour_before_at_the_latest() -> (
    None
):  # R04
    thursday = decide(AMELIE, view(), at("2026-11-26 21:30"), FRESH)  # E04
    assert thursday.until == at("2026-11-26 21:45")
    assert codes(AMELIE, view(), at("2026-11-26 21:31")) == [Reason.LAST_START]


def test_a_machine_without_walk_ups_wants_a_reservation() -> None:
    seen = view(policy=replace(LAS_1, walkup=False))
    assert codes(AMELIE, seen, NOW) == [Reason.LEAD]


def test_her_own_slot_may_begin_after_the_last_start_of_walk_ups() -> None:
    seen = view(slot("amelie", "17:15", "17:45"))
    assert decide(AMELIE, seen, tuesday("17:40"), FRESH).until == tuesday("17:45")


def test_the_house_is_closed_before_ten_and_machines_are_off_from_a_quarter_to_six() -> None:
    assert codes(AMELIE, view(), tuesday("09:59:59")) == [Reason.LAB_CLOSED]
    assert codes(AMELIE, view(), tuesday("10:00")) == []
    refused = decide(AMELIE, view(), tuesday("17:45"), FRESH)
    assert [one.code for one in refused.objections] == [Reason.LAB_CLOSED]
    assert refused.objections[0].params == {"opens": "2026-11-25T09:00:00.000Z"}


def test_on_maintenance_monday_staff_come_in_and_members_do_not() -> None:
    seen = replace(view(people=(person("amelie"), person("chloe", roles=STAFF))), openings=hours())
    monday = at("2026-11-30 10:30")
    assert codes(AMELIE, seen, monday) == [Reason.LAB_CLOSED]
    assert codes("k-chloe", seen, monday) == []


def test_a_stranger_is_told_that_nobody_knows_the_badge() -> None:
    refused = decide("k-nobody", view(), NOW, FRESH)
    assert [(one.code, one.next) for one in refused.objections] == [(Reason.BADGE_UNKNOWN, "see_desk")]


def test_without_the_certificate_every_missing_course_is_named_with_the_way_there() -> None:
    seen = view(people=(person("emma", ()),))
    refused = decide("k-emma", seen, NOW, FRESH)  # S16
    assert [(one.code, one.params["course"], one.next) for one in refused.objections] == [
        (Reason.CERT_MISSING, "LAS1", "enrol"),
        (Reason.CERT_MISSING, "GEN", "enrol"),
    ]


def test_everything_against_her_is_said_at_once_safety_first() -> None:
    seen = view(slot("bram", "18:00", "19:00"), people=(person("emma", (), member_until=NOW), person("bram")))
    stopped = Situation(inhibits=frozenset({Inhibit.ESTOP}))
    assert codes("k-emma", seen, tuesday("18:05"), stopped) == [
        Reason.ESTOP,
        Reason.MEMBER_EXPIRED,
        Reason.CERT_MISSING,
        Reason.CERT_MISSING,
        Reason.LAB_CLOSED,
        Reason.RESERVED_OTHER,
    ]


@pytest.mark.parametrize("evening", [at("2026-11-24 17:00"), at("2026-11-26 20:00")])
def test_a_membership_that_ends_in_the_evening_ends_the_right_with_it(evening: datetime) -> None:
    seen = view(people=(person("emma", member_until=evening),))
    decision = decide("k-emma", seen, evening - timedelta(minutes=10), FRESH)
    assert (decision.allowed, decision.until) == (True, evening)
    assert codes("k-emma", seen, evening) == [Reason.MEMBER_EXPIRED]  # the node needs no new view to say so


def test_a_certificate_that_sleeps_tomorrow_is_said_to_sleep_by_the_same_view() -> None:
    sleepy = signed("GEN") + signed("LAS1", days_ago=90)
    seen = view(people=(person("emma", sleepy),))
    assert codes("k-emma", seen, NOW) == []
    assert codes("k-emma", seen, at("2026-11-25 12:00")) == [Reason.CERT_DORMANT]


@pytest.mark.parametrize("facts", [{"suspended": True}, {"keys": (), "lost_keys": ("k-emma",)}])
def test_what_is_private_is_only_said_at_the_desk(facts: dict[str, object]) -> None:
    assert codes("k-emma", view(people=(person("emma", **facts),)), NOW) == [Reason.SEE_DESK]


def test_a_machine_for_staff_only_refuses_a_member() -> None:
    policy = replace(LAS_1, status=MachineStatus.STAFF_ONLY)
    seen = view(people=(person("amelie"), person("chloe", roles=STAFF)), policy=policy)
    assert codes(AMELIE, seen, NOW) == [Reason.STAFF_ONLY]
    assert codes("k-chloe", seen, NOW) == []


@pytest.mark.parametrize(
    ("inhibit", "code"),
    [
        (Inhibit.ESTOP, Reason.ESTOP),
        (Inhibit.LOCKOUT, Reason.LOCKOUT),
        (Inhibit.FAULT, Reason.FAULT),
        (Inhibit.JOURNAL, Reason.FAULT),
        (Inhibit.DANGER, Reason.MACHINE_DOWN),
        (Inhibit.OUT, Reason.MACHINE_DOWN),
        (Inhibit.BYPASS, Reason.MACHINE_DOWN),
        (Inhibit.EXTRACTION, Reason.RESOURCE_DOWN),
        (Inhibit.STALE, Reason.STALE),
    ],
)
def test_every_inhibit_refuses_a_start(inhibit: Inhibit, code: Reason) -> None:
    assert codes(AMELIE, view(), NOW, Situation(inhibits=frozenset({inhibit}))) == [code]


@pytest.mark.parametrize("status", ["out_of_order", "maintenance", "decommissioned"])
def test_a_machine_that_is_down_refuses_everybody(status: str) -> None:
    seen = view(policy=replace(LAS_1, status=MachineStatus(status)))
    assert codes(AMELIE, seen, NOW) == [Reason.MACHINE_DOWN]


def test_a_view_is_good_to_the_last_second_of_its_age_and_the_hub_needs_none() -> None:
    day_s = 24 * 3600
    assert codes(AMELIE, view(), NOW, Situation(view_age_s=day_s)) == []
    assert codes(AMELIE, view(), NOW, Situation(view_age_s=day_s + 1)) == [Reason.STALE]
    assert codes(AMELIE, view(), NOW, Situation(view_age_s=None)) == [Reason.STALE]
    assert codes(AMELIE, view(), NOW, Situation(view_age_s=None, fresh=True)) == []


def test_a_machine_that_draws_while_off_is_not_started() -> None:
    assert codes(AMELIE, view(), NOW, Situation(drawing=True)) == [Reason.DRAWING]


def test_only_the_owner_of_every_lock_works_under_it_and_half_an_hour_at_a_time() -> None:
    hers = Lock("l1", LockKind.LOCKOUT, "amelie")
    locked = Situation(inhibits=frozenset({Inhibit.LOCKOUT}), locks=(hers,))
    decision = decide(AMELIE, view(), NOW, locked)
    assert (decision.kind, decision.until) == (Kind.MAINTENANCE, NOW + timedelta(minutes=30))
    assert codes(BRAM, view(), NOW, locked) == [Reason.LOCKOUT]
    both = replace(locked, locks=(hers, Lock("l2", LockKind.LOCKOUT, "bram")))
    assert codes(AMELIE, view(), NOW, both) == [Reason.LOCKOUT]
    assert codes(BRAM, view(), NOW, both) == [Reason.LOCKOUT]


def test_dora_of_the_staff_works_under_her_own_lockout_without_the_machines_certificate() -> None:
    seen = view(people=(person("dora", (), roles=STAFF),))
    hers = Lock("l1", LockKind.LOCKOUT, "dora")
    locked = Situation(inhibits=frozenset({Inhibit.LOCKOUT}), locks=(hers,))
    decision = decide("k-dora", seen, NOW, locked)
    assert (decision.allowed, decision.kind) == (True, Kind.MAINTENANCE)
    assert decision.grant is not None
    assert decision.grant.who == "dora"
    assert Reason.CERT_MISSING in codes("k-dora", seen, NOW)  # and no more than that


def test_a_danger_reported_before_is_what_the_lockouts_owner_comes_to_mend() -> None:
    locks = (Lock("l1", LockKind.LOCKOUT, "amelie"), Lock("report-1", LockKind.DANGER, ""))
    found = Situation(inhibits=frozenset({Inhibit.LOCKOUT, Inhibit.DANGER}), locks=locks)
    assert decide(AMELIE, view(), NOW, found).kind is Kind.MAINTENANCE
    assert codes(AMELIE, view(), NOW, replace(found, locks=locks[1:])) == [
        Reason.LOCKOUT,
        Reason.MACHINE_DOWN,
    ]


def test_emma_who_learns_is_let_in_beside_a_supervisor_and_not_alone() -> None:
    seen = view(people=(person("emma", signed("GEN")),))
    assert codes("k-emma", seen, NOW) == [Reason.CERT_MISSING]
    beside = decide("k-emma", seen, NOW, replace(FRESH, supervised=True))
    assert (beside.allowed, beside.kind) == (True, Kind.WALK_UP)


@pytest.mark.parametrize("lack", ["suspended", "newcomer", "over"])
def test_a_supervisor_makes_up_for_no_suspension_no_missing_prerequisite_and_no_membership(lack: str) -> None:
    emma = {
        "suspended": person(
            "emma", (*signed("GEN", "LAS1"), Event("LAS1", Act.SUSPEND, NOW, "tom", "sloppy"))
        ),
        "newcomer": person("emma", ()),
        "over": person("emma", signed("GEN"), member_until=NOW - timedelta(days=1)),
    }[lack]
    assert not decide("k-emma", view(people=(emma,)), NOW, replace(FRESH, supervised=True)).allowed


def test_a_session_alone_stops_when_the_certificate_goes_and_a_supervised_one_goes_on() -> None:
    seen = view(people=(person("emma", signed("GEN")),))
    assert stays(OpenSession("s1", "emma", key="k-emma"), seen)
    assert stays(OpenSession("s1", "emma", key="k-emma", responsible="tom"), seen) == ()


def test_a_second_tap_of_the_same_person_ends_it_whatever_stands_against_her() -> None:
    running = Situation(session=OpenSession("s1", "amelie"), inhibits=frozenset({Inhibit.STALE}))
    decision = decide(AMELIE, view(), tuesday("23:00"), running)
    assert (decision.allowed, decision.kind, decision.until) == (True, Kind.END, None)


def test_even_a_revoked_badge_ends_the_session_that_it_began() -> None:
    seen = view(people=(person("amelie", ()),))
    running = Situation(session=OpenSession("s1", "amelie", key=AMELIE))
    assert decide(AMELIE, seen, NOW, running).kind is Kind.END


def test_bram_is_told_that_the_machine_is_in_use_and_until_when() -> None:
    running = Situation(session=OpenSession("s1", "amelie", until=tuesday("12:30")))
    refused = decide(BRAM, view(), NOW, running)
    assert [(one.code, one.params) for one in refused.objections] == [
        (Reason.OCCUPIED, {"until": "2026-11-24T11:30:00.000Z"})
    ]


def test_a_revoked_certificate_stops_the_session_and_an_expired_one_does_not() -> None:
    session = OpenSession("s1", "amelie", key=AMELIE)
    assert stays(session, view()) == ()
    revoked = (*signed("GEN", "LAS1"), Event("LAS1", Act.REVOKE, NOW))
    assert [one.code for one in stays(session, view(people=(person("amelie", revoked),)))] == [
        Reason.CERT_REVOKED
    ]
    over = view(people=(person("amelie", member_until=NOW),))
    assert stays(session, over) == ()  # R24: it may finish
    assert [one.code for one in stays(session, view(people=(person("bram"),)))] == [Reason.BADGE_UNKNOWN]
    assert stays(OpenSession("s1", "amelie", SessionKind.MAINTENANCE), over) == ()


def test_a_bench_of_two_seats_takes_a_second_person_and_not_a_third() -> None:
    policy = replace(LAS_1, seats=2)
    one, two = slot("bram", "12:00", "13:00"), slot("chloe", "12:10", "13:00")
    came = replace(FRESH, arrived=frozenset({"r-bram", "r-chloe"}))
    seen = view(one, two, people=(person("amelie"), person("bram"), person("chloe")), policy=policy)
    assert decide(AMELIE, seen, NOW, came).until == tuesday("12:10")
    assert codes(AMELIE, seen, tuesday("12:10"), came) == [Reason.RESERVED_OTHER]


def test_every_refusal_has_a_next_step() -> None:
    assert {code for code, _ in REFUSALS} <= set(NEXT)


SITUATIONS = [
    FRESH,
    *(replace(FRESH, inhibits=frozenset({one})) for one in Inhibit),
    *(replace(FRESH, locks=(Lock("l", kind, who),)) for kind in LockKind for who in ("amelie", "bram")),
    replace(FRESH, drawing=True),
    replace(FRESH, session=OpenSession("s", "bram", until=tuesday("15:00"))),
    replace(FRESH, view_age_s=None),
    replace(FRESH, supervised=True),
]


@pytest.mark.parametrize("status", MachineStatus)
def test_nobody_is_let_in_because_a_question_was_left_out(status: MachineStatus) -> None:
    """What `decide` passes over for speed could not have refused: the whole list says the same."""
    people = (
        person("amelie"),
        person("bram", member_until=tuesday("13:00")),
        person("chloe", events=()),
        person("driss", suspended=True),
    )
    seen = view(slot("amelie", "14:00", "15:00"), people=people, policy=replace(LAS_1, status=status))
    for key in (AMELIE, BRAM, "k-chloe", "k-driss", "k-nobody"):
        for situation in SITUATIONS:
            now = tuesday("14:00")
            case = Case(key, seen, now, situation)
            whole = [code for code, refuses in REFUSALS for _ in refuses(case)]
            assert case.mine or codes(key, seen, now, situation) == whole, (key, situation)


quarter = st.integers(0, 15).map(lambda n: 4 * n + 40)  # quarters of the day from ten to two


slots = st.lists(st.tuples(st.sampled_from(["amelie", "bram"]), quarter, st.integers(1, 6)), max_size=4).map(
    lambda drawn: [
        replace(
            slot(who, "10:00", "11:00", ReservationKind.BOOKING),
            id=f"r-{number}",
            start=tuesday("00:00") + timedelta(minutes=15 * first),
            end=tuesday("00:00") + timedelta(minutes=15 * (first + length)),
        )
        for number, (who, first, length) in enumerate(drawn)
    ]
)


@given(slots, st.integers(9 * 60, 18 * 60), st.sets(st.sampled_from(["r-0", "r-1", "r-2"])), st.booleans())
@settings(max_examples=40, deadline=None)
def test_allowed_implies_allowed_at_every_instant_before_until(
    drawn: list[Booking], minute: int, arrived: set[str], ends_soon: bool
) -> None:
    now = tuesday("00:00") + timedelta(minutes=minute)
    end = now + timedelta(minutes=20) if ends_soon else None
    policy = replace(LAS_1, quiet_from_min=960, quiet_to_min=990) if ends_soon else LAS_1
    seen = view(*drawn, people=(person("amelie", member_until=end), person("bram")), policy=policy)
    situation = replace(FRESH, arrived=frozenset(arrived))
    decision = decide(AMELIE, seen, now, situation)
    assert decision.allowed == (not decision.objections)
    if decision.until is None:
        return
    assert decision.until > now
    moments = [now + timedelta(minutes=n) for n in range(60) if now + timedelta(minutes=n) < decision.until]
    for moment in [*moments, decision.until - timedelta(milliseconds=1)]:
        assert set(codes(AMELIE, seen, moment, situation)) <= STARTS_ONLY


@given(slots, st.integers(9 * 60, 18 * 60))
@settings(max_examples=40, deadline=None)
def test_two_people_are_never_both_let_in_by_their_own_slots(drawn: list[Booking], minute: int) -> None:
    now = tuesday("00:00") + timedelta(minutes=minute)
    disjoint = [one for n, one in enumerate(drawn) if not any(one.span.overlaps(b.span) for b in drawn[:n])]
    came = replace(FRESH, arrived=frozenset(one.id for one in disjoint))
    seen = view(*disjoint)
    both = [decide(key, seen, now, came) for key in (AMELIE, BRAM)]
    inside = [one for one in both if one.allowed and one.booking and one.booking.span.holds(now)]
    assert len(inside) <= 1
    if inside:
        assert sum(one.allowed for one in both) == 1


def test_roles_that_the_view_says_are_the_persons() -> None:
    assert view(people=(person("chloe", roles=STAFF),)).grants["k-chloe"].roles == (Role.MEMBER, Role.STAFF)


def test_quiet_hours_take_the_power_too_from_eight_sharp_and_end_what_was_begun_before() -> None:
    loud = replace(LAS_1, quiet_from_min=1200, quiet_to_min=480)  # R10
    hers = Booking(
        "r-amelie", "amelie", ReservationKind.BOOKING, at("2026-11-26 19:00"), at("2026-11-26 21:00")
    )
    seen = view(hers, policy=loud, now=at("2026-11-26 12:00"))
    assert decide(AMELIE, seen, at("2026-11-26 19:00"), FRESH).until == at("2026-11-26 20:00")
    assert codes(AMELIE, seen, at("2026-11-26 19:59:59")) == []
    (refused,) = decide(AMELIE, seen, at("2026-11-26 20:00"), FRESH).objections
    assert (refused.code, refused.params) == (Reason.QUIET, {"from": "20:00", "to": "08:00"})
    assert codes(AMELIE, replace(seen, machine=LAS_1), at("2026-11-26 20:00")) == []
    assert codes(BRAM, view(policy=loud), at("2026-11-26 21:01")) == [Reason.QUIET]
    assert decide(BRAM, view(policy=loud), at("2026-11-26 19:45"), FRESH).until == at("2026-11-26 20:00")

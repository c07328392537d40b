"""Does core.booking say what the naive lab says, minute by minute? For any slots, figures and people."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.booking import BookingRules, Request, Taken, Wanted, best_seat, is_exempt, objections
from core.calendars import Hours, Week, openings
from core.holder import Held, Holder, plan_of
from core.terms import Daily, Quota, Scope, Subject, Terms, Unit, Window
from core.timeline import Span
from core.vocabulary import Audience, ReservationKind, ReservationStatus, Role
from tests.core.workshop import LAS_1, at
from tests.oracle.naive_lab import NaiveLab, NaiveMachine, NaivePerson, Row, Slot

HALF, QUARTER, AROUND = timedelta(minutes=30), timedelta(minutes=15), timedelta(days=2)
SUNDAY = at("2026-11-29 18:00")  # the ISO week turns six hours later
EARLY = (Hours(1080, 120), Hours(600, 1000), Hours(1000, 1080, Audience.PUBLIC), Hours(1000, 1080))
WEEK = Week("Europe/Brussels", {6: EARLY, 0: (Hours(0, 300), Hours(480, 720, Audience.STAFF))}, {})
POLICY = replace(LAS_1, max_duration_min=180, machines_off_min=15)
PEOPLE = (
    NaivePerson("ann", household="h"),
    NaivePerson("ben", household="h", organisation="o"),
    NaivePerson("cas", organisation="o", birth=date(2010, 11, 30), consent_until=at("2027-01-01 00:00")),
    NaivePerson("dora", roles=(Role.MEMBER, Role.STAFF)),
)
quotas = st.builds(
    Quota,
    most=st.integers(0, 4).map(lambda n: n * 45),
    window=st.sampled_from(Window),
    scope=st.sampled_from(Scope),
    subject=st.sampled_from(Subject),
    peak_only=st.booleans(),
) | st.builds(
    Quota,
    most=st.integers(0, 2),
    unit=st.just(Unit.COUNT),
    window=st.sampled_from(Window),
    subject=st.sampled_from(Subject),
    peak_only=st.booleans(),
)
terms = st.builds(
    Terms,
    lead_min=st.sampled_from([0, 0, 120]),
    buffer_after_min=st.sampled_from([0, 0, 30]),
    quotas=st.lists(quotas, min_size=1, max_size=2).map(tuple),
    peak=st.just((Daily(1140, 1380, (6,)),)),
    quiet=st.sampled_from([None, None, Daily(1320, 480)]),
    min_gap_min=st.sampled_from([0, 60]),
    orphan_gap=st.booleans(),
    min_age=st.sampled_from([0, 16]),
    most_unattended=st.just(2),
    unattended=st.just("3DPN"),
)
quarters = st.integers(-8, 40)
kinds = st.sampled_from(["booking", "booking", "booking", "class", "maintenance"])
rows = st.lists(
    st.tuples(
        st.sampled_from(["ann", "ben", "cas", "dora"]), st.sampled_from(["LAS-1", "LAS-1", "LAS-2", "VIN-1"]),
        st.sampled_from([1, 2]), quarters, st.integers(1, 10), kinds,
        st.sampled_from(["confirmed", "confirmed", "done", "no_show", "cancelled"]), st.sampled_from([False, False, True]),
    ),
    min_size=2,
    max_size=7,
)  # fmt: skip
asked = st.tuples(
    st.sampled_from(["ann", "ann", "ben", "cas", "dora"]), quarters, st.sampled_from([4, 2, 3, 4, 6, 8, 12, 13, 1, -1]),
    kinds, st.sampled_from([0, 0, 0, 0, 7]),
)  # fmt: skip


def machines(said: Terms, seats: tuple[int, ...]) -> tuple[NaiveMachine, ...]:
    def one(name: str, family: str) -> NaiveMachine:
        return NaiveMachine(replace(POLICY, id=name, family=family), WEEK, said, seats)

    return one("LAS-1", "laser"), one("LAS-2", "laser"), one("VIN-1", "vinyl")


def disjoint(drawn: list[tuple]) -> list[Row]:
    """The drawn rows as a database would keep them: never two on a seat at once."""
    kept: list[Row] = []
    for n, (who, machine, seat, first, length, kind, status, exempt) in enumerate(drawn):
        start = SUNDAY + first * QUARTER
        row = Row(f"r{n}", who, machine, seat, start, start + length * QUARTER, kind, status, exempt)
        clash = [one for one in kept if (one.machine, one.seat) == (machine, seat)]
        if all(row.end <= one.start or one.end <= row.start for one in clash):
            kept.append(row)
    return kept


def held(lab: NaiveLab, who: NaivePerson) -> Holder:
    """What the hub would tell core of this person."""
    found = []
    for row in lab.rows:
        other = lab.people[row.who]
        shared = (
            who.household == other.household is not None or who.organisation == other.organisation is not None
        )
        if row.who == who.id or shared:
            kind, status = ReservationKind(row.kind), ReservationStatus(row.status)
            family = lab.machines[row.machine].policy.family
            found.append(
                Held(row.id, row.who, row.machine, family, kind, status, row.start, row.end, row.exempt,
                     other.household, other.organisation)
            )  # fmt: skip
    return Holder(
        who.id, plan_of(who.roles, None), who.birth, who.consent_until, household=who.household,
        organisation=who.organisation, held=tuple(found),
    )  # fmt: skip


def asked_of_core(lab: NaiveLab, slot: Slot) -> tuple[Wanted, list[Taken], BookingRules]:
    who, machine = lab.people[slot.who], lab.machines[slot.machine]
    wanted = Wanted(slot.start, slot.end, ReservationKind(slot.kind), who.roles, who.id)
    taken = [
        Taken(row.seat, row.start, row.end, row.who, ReservationKind(row.kind), row.id)
        for row in lab.rows
        if row.machine == slot.machine and row.status in ("confirmed", "done")
    ]
    early = min(slot.start, slot.end) - AROUND
    found = openings(machine.week, Span(early, max(slot.start, slot.end) + AROUND))
    rules = BookingRules(
        machine.policy, found, seats=machine.seats, terms=machine.terms, holder=held(lab, who)
    )
    return wanted, taken, rules


@given(
    terms, rows, asked, st.sampled_from([(1,), (1, 2)]), st.integers(-3000, -1200) | st.integers(-600, 240)
)
@settings(max_examples=30, deadline=None)
def test_core_objects_exactly_where_the_minutes_do(
    said: Terms, drawn: list[tuple], wish: tuple, seats: tuple[int, ...], later: int
) -> None:
    who, first, length, kind, off = wish
    lab = NaiveLab(machines(said, seats), PEOPLE)
    lab.rows = disjoint(drawn)
    start = SUNDAY + first * QUARTER + timedelta(minutes=off)
    slot, now = Slot(who, "LAS-1", start, start + length * QUARTER, kind), SUNDAY + timedelta(minutes=later)
    wanted, taken, rules = asked_of_core(lab, slot)
    against = objections(wanted, taken, rules, now)
    assert {one.code for one in against} == lab.codes(slot, now)
    if not against:
        assert best_seat(Request(wanted, taken, rules, now)) == lab.seat_for(slot, now)
        assert is_exempt(Request(wanted, taken, rules, now)) == lab.same_day(slot, now)

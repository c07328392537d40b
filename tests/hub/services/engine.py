"""One story at the desk, told to the booking engine on a real store and to the naive lab: whatever people try, in any order.

After each step the two have the same slots, and of the invariants I1, I11, I12, I13 and I15 hold.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hypothesis import currently_in_test_context, event
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from core.booking import Request
from core.booking.quotas import used
from core.rulebook import Level
from core.sanctions import Act
from core.terms import Subject, Unit, Window
from core.vocabulary import OCCUPYING, Purpose, Reason, ReservationStatus
from core.wire.messages import NodeState
from hub.ports import Reservation, ReservationFilter, RuleSet, Tx, WaitingEntry, WaitingStatus
from hub.services import (
    asking,
    attending,
    closing,
    extending,
    facts,
    giving_back,
    ground,
    holding,
    housekeeping,
    no_shows,
    offering,
    reserving,
    sanctions,
    waiting_list,
)
from hub.services.closing import Plan
from hub.services.ground import NotReserved, Wish
from hub.services.waiting_list import Want
from tests.cast import ADC, NOW
from tests.hub.services.desk import by
from tests.hub.services.f1 import F1
from tests.hub.services.floor import NODE, NODE_KEY, VAULT
from tests.oracle.naive_desk import BEGUN, NaiveDesk
from tests.oracle.naive_lab import NaiveMachine, NaivePerson, Row, Slot

BRUSSELS = ZoneInfo("Europe/Brussels")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NAMES = ("amelie", "bram", "emma", "dora")
MACHINES = ("LAS-1", "LAS-2", "SOL-1", "VIN-1")
EPOCHS = count()  # each story is told four months after the one before: what is over there is forgotten here
BY_TOKEN = {Reason.QUOTA, Reason.HORIZON}  # R19
whos, machines = st.sampled_from(NAMES), st.sampled_from(MACHINES[:2] * 3 + MACHINES)
days, quarters = st.integers(0, 3), st.integers(38, 72)  # 9:30 to 18:00
lengths = st.sampled_from([2, 3, 4, 4, 6, 8, 8, 9, 1])
offs = st.sampled_from([0] * 12 + [7])
picks = st.integers(0, 30)
drawn = st.tuples(whos, machines, days, quarters, lengths)


class Engine(RuleBasedStateMachine):
    """One story at the desk: people book, come, go, wait, and time passes."""

    f1: ClassVar[F1]
    met: ClassVar[Counter[str]]

    @initialize(day=st.integers(0, 2), slots=st.lists(drawn, min_size=4, max_size=9))
    def begins(self, day: int, slots: list[tuple[str, str, int, int, int]]) -> None:
        wall = NOW.astimezone(BRUSSELS).replace(tzinfo=None) + (133 * next(EPOCHS) + day) * DAY
        self.now = self.began = wall.replace(tzinfo=BRUSSELS).astimezone(UTC)
        self.entries: list[WaitingEntry] = []
        self.tokened: set[str] = set()
        self.people = {name: self.f1.people.ids[name] for name in NAMES}
        self.lab = self.read(self._naive)
        self.write(lambda tx: attending.state_taken(tx, NODE, NodeState(online=True), self.now))
        for one in slots:
            self.reserve_(*one)

    # ------------------------------------------------------------ what people do
    @rule(slot=drawn, off=offs)
    def reserve(self, slot: tuple[str, str, int, int, int], off: int) -> None:
        self.reserve_(*slot, off)

    def reserve_(self, who: str, machine: str, day: int, quarter: int, length: int, off: int = 0) -> None:
        start = self.wall(day, quarter) + off * MINUTE
        wish = Wish(machine, self.people[who], start, start + length * 15 * MINUTE, self.people[who])
        slot = Slot(wish.person, machine, wish.start, wish.end)
        expected = self.lab.codes(slot, self.now)
        made = self.write(lambda tx: reserving.reserve(tx, wish, self.now))
        if isinstance(made, NotReserved):
            assert {one.code for one in made.objections} == expected
            return
        if expected:
            assert expected <= BY_TOKEN, expected
            self.tokened.add(made.id)
            assert self.read(lambda tx: any(one.used_for == made.id for one in tx.rebookings.of(made.person)))
            self.lab.put(row_of(made))
            return
        assert made.seat == self.lab.seat_for(slot, self.now)
        assert made.exempt == self.lab.same_day(slot, self.now)
        self.lab.put(row_of(made))

    @rule(n=picks, day=days, quarter=quarters, length=lengths)
    def move(self, n: int, day: int, quarter: int, length: int) -> None:
        row = self.pick(n, "confirmed")
        if row is None:
            return
        start = self.wall(day, quarter)
        span = (start, start + length * 15 * MINUTE)
        moved = self.as_holder(row, lambda tx, old, who: giving_back.move(tx, old, who, span, self.now))
        if row.start <= self.now:
            assert codes(moved) == {Reason.PAST}
            return
        slot = Slot(row.who, row.machine, *span)
        expected = self.lab.codes(slot, self.now, but=row.id)
        if expected and isinstance(moved, Reservation):
            assert expected <= BY_TOKEN
            assert row.id in self.tokened
            self.lab.put(row_of(moved))
            return
        assert codes(moved) == expected
        if not expected:
            assert self.lab.move(row.id, *span, self.now) == set()

    @rule(n=picks)
    def cancel(self, n: int) -> None:
        row = self.pick(n, "confirmed")
        if row is not None:
            gone = self.as_holder(row, lambda tx, old, who: giving_back.cancel(tx, old, who, self.now))
            self.lab.cancel(row, self.now)
            assert gone.status == self.lab.get(row.id).status
            self.is_free_again(row)

    @rule(n=picks)
    def come(self, n: int) -> None:
        here = [row for row in self.rows("confirmed") if row.start - 15 * MINUTE <= self.now < row.end]
        if here:
            row = here[n % len(here)]
            self.as_holder(
                row, lambda tx, old, _: tx.bookings.set_status(old, ReservationStatus.ARRIVED, self.now)
            )
            self.lab.put(replace(row, status="arrived"))

    @rule(n=picks)
    def extend(self, n: int) -> None:
        row = self.pick(n, "arrived")
        if row is None:
            return
        before = self.read(lambda tx: tx.bookings.get(row.id))
        end = row.end + self.lab.machines[row.machine].policy.step_min * MINUTE
        expected = self.lab.may_extend(
            row, before.planned_end or before.end, self.now, self.waited_for(row, end)
        )
        grown = self.as_holder(row, lambda tx, old, who: extending.extend(tx, old, who, self.now))
        assert isinstance(grown, Reservation) == expected, grown
        if expected:
            self.meets("an extension")
            self.lab.put(replace(row, end=end))

    @rule(n=picks)
    def release(self, n: int) -> None:
        row = self.pick(n, "arrived")
        if row is not None and row.end > self.now:
            self.as_holder(row, lambda tx, old, who: giving_back.release(tx, old, who, self.now))
            self.lab.release(row, self.now)
            left = self.lab.get(row.id).end
            if left < row.end:
                self.is_free_again(replace(row, start=max(left, self.now)))

    @rule(who=whos)
    def walk_up(self, who: str) -> None:
        person = self.people[who]
        near = [row for row in self.lab.rows if row.who == person and row.status in OCCUPYING]
        if any(row.start - 16 * MINUTE <= self.now < row.end for row in near):
            return  # a slot of his own: no walk-up
        until = self.lab.walk_up_until(person, "LAS-1", self.now)
        ask = self.f1.ask(self.f1.key(who), Purpose.WALK_UP, self.now)
        answer = self.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, self.now))
        assert (answer.decision.until if answer.decision.allowed else None) == until, answer.decision
        if until is not None:
            self.lab.put(row_of(self.read(lambda tx: tx.bookings.get(answer.reservation["id"]))))

    @rule(who=whos, n=picks, least=st.sampled_from([30, 60]), wider=st.sampled_from([0, 0, 30]))
    def wait(self, who: str, n: int, least: int, wider: int) -> None:
        """For the time that somebody else has."""
        row = self.pick(n, "confirmed")
        if row is None or row.machine != "LAS-1":
            return
        start, end = row.start - wider * MINUTE, row.end + wider * MINUTE
        want = Want(ADC, self.people[who], "LAS-1", None, start, end, least)
        entry = self.write(lambda tx: waiting_list.join(tx, want, self.now))
        if isinstance(entry, WaitingEntry):
            self.entries.append(entry)

    @rule(n=picks, yes=st.booleans())
    def answer(self, n: int, yes: bool) -> None:
        offered = [one for one in self.entries if self.read(lambda tx, e=one: tx.waiting.offer_of(e.id))]
        if not offered:
            return
        entry = offered[n % len(offered)]
        if not yes:
            self.write(lambda tx: offering.pass_on(tx, entry, by(tx, entry.person), self.now))
            return
        offer = self.read(lambda tx: tx.waiting.offer_of(entry.id))
        slot = Slot(
            offer.person,
            offer.machine,
            max(offer.start, self.now) if not offer.hold else offer.start,
            offer.end,
        )
        expected = self.lab.codes(slot, self.now, but=offer.hold or "")
        expected -= BEGUN if slot.start <= self.now else set()
        taken = self.write(lambda tx: offering.accept(tx, entry, by(tx, entry.person), self.now))
        assert codes(taken) == expected
        if isinstance(taken, Reservation):
            self.lab.put(row_of(taken))
            assert taken.exempt == self.lab.same_day(slot, self.now, but=taken.id)

    @rule(machine=machines, day=days, quarter=quarters, hours=st.integers(1, 3))
    def close(self, machine: str, day: int, quarter: int, hours: int) -> None:
        start = self.wall(day, quarter)
        end = start + timedelta(hours=hours)
        if end <= self.now or len(self.lab.machines[machine].closures) > 1:
            return
        plan = Plan(ADC, machine, start, end, "a test")
        done = self.write(lambda tx: closing.close(tx, by(tx, self.people["dora"]), plan, self.now))
        fallen = self.lab.close([machine], start, end, self.now)
        assert {one.id for one in done.cancelled} == {row.id for row in fallen}

    @rule(minutes=st.sampled_from([5, 10, 15, 15, 30, 60, 180, 600]))
    def time_passes(self, minutes: int) -> None:
        self.until(self.now + minutes * MINUTE)

    @rule(n=picks, off=st.sampled_from([-15, -5, 0, 14, 15, 20]), comes=st.booleans())
    def a_slot_begins(self, n: int, off: int, comes: bool) -> None:
        row = self.pick(n, "confirmed")
        if row is not None and row.start + off * MINUTE > self.now:
            self.until(row.start + off * MINUTE)
            if comes:
                self.come(n)

    @rule(n=picks, off=st.sampled_from([-16, -15, -10, -3, 0]))
    def a_slot_nears_its_end(self, n: int, off: int) -> None:
        row = self.pick(n, "arrived")
        if row is not None and row.end + off * MINUTE > self.now:
            self.until(row.end + off * MINUTE)
            self.extend(n)

    def meets(self, what: str) -> None:
        """Count what a story comes across: Hypothesis shows it with --hypothesis-show-statistics."""
        self.met[what] += 1
        if currently_in_test_context():
            event(what)

    def until(self, target: datetime) -> None:
        """Time passes, and the jobs run whenever something is due."""
        while self.now < target:
            dues = self.read(lambda tx: [no_shows.next_due(tx, self.now), tx.waiting.next_lapse()])
            self.now = min([target, *(at for at in dues if at is not None and self.now < at)])
            self.the_jobs_run()

    # ------------------------------------------------------------ what must always be so
    @invariant()
    def all_is_well(self) -> None:
        """In this order: what is compared first is what the others count on."""
        self.the_two_labs_agree()
        self.i1_no_seat_has_two_at_once()
        self.i11_what_is_used_of_a_quota_is_what_the_slots_add_up_to()
        self.i12_every_end_is_the_same_instant_after_a_way_over_the_wall_clock()
        self.i13_a_strike_has_a_cause_on_the_members_side()

    def the_two_labs_agree(self) -> None:
        rows = {one.id: one for one in self.read(self._stored)}
        held = {row.id for row in self.lab.rows}
        for row in self.rows("conditional"):
            if rows[row.id].status is ReservationStatus.CANCELLED:  # an offer that nobody took
                self.lab.put(replace(row, status="cancelled"))
        self.takes_over([one for name, one in rows.items() if name not in held])
        assert {name: row_of(one) for name, one in rows.items()} == {row.id: row for row in self.lab.rows}

    def i1_no_seat_has_two_at_once(self) -> None:
        for seat in {row.seat for row in self.lab.rows}:
            slots = sorted(
                (row.start, row.end) for row in self.lab.rows if row.seat == seat and row.status in OCCUPYING
            )
            assert all(before[1] <= after[0] for before, after in pairwise(slots))

    def i11_what_is_used_of_a_quota_is_what_the_slots_add_up_to(self) -> None:
        start = self.wall(1, 48)
        for who in self.people.values():
            wish = Wish("LAS-1", who, start, start + 30 * MINUTE, who)
            found = self.read(lambda tx, w=wish: ground.ground_of(tx, w, self.now))
            slot = Slot(who, "LAS-1", wish.start, wish.end)
            for quota, had in used(Request(found.wanted, (), found.rules, self.now)):
                rows = [row for row in self.lab.rows if self.lab.counts(quota, slot, row)]
                if quota.window is Window.FUTURE:
                    rows = [row for row in rows if row.start > self.now]
                week = self.lab.iso_week(start, slot) if quota.unit is Unit.MINUTES else None
                assert had == self.lab.much(quota, rows, slot, week)

    def i12_every_end_is_the_same_instant_after_a_way_over_the_wall_clock(self) -> None:
        for row in self.lab.rows:
            wall = row.end.astimezone(BRUSSELS)
            assert datetime.fromisoformat(wall.isoformat()).astimezone(UTC) == row.end

    def i13_a_strike_has_a_cause_on_the_members_side(self) -> None:
        for who in self.people.values():
            told = self.read(lambda tx, w=who: tx.strikes.of(w, ADC))
            recent = [one for one in told if one.kind == Act.STRUCK and one.at >= self.began]
            for one in recent:
                assert self.lab.get(one.data["reservation"]).status in ("no_show", "cancelled_late")
            until = self.read(lambda tx, w=who: sanctions.barred_until(tx, w, ADC, self.now))
            self.lab.bar(who, until)

    def is_free_again(self, row: Row) -> None:
        """I15: what was given back is bookable at once, unless it is held for somebody who waits."""
        if row.end - row.start < 30 * MINUTE or row.end <= self.now:
            return
        other = self.f1.people.ids["tom"]
        wish = Wish(row.machine, other, max(row.start, self.now), row.end, other)
        found = self.read(lambda tx: ground.ground_of(tx, wish, self.now))
        taken = self.read(lambda tx: tx.bookings.taken(row.machine, wish.start, wish.end))
        held = [one for one in taken if one.status is ReservationStatus.CONDITIONAL]
        assert held or Reason.OVERLAP not in {one.code for one in found.against()}

    # ------------------------------------------------------------ how the story is told
    def the_jobs_run(self) -> None:
        """What the timetable does at this instant."""
        gone = self.write(lambda tx: no_shows.release_due(tx, self.now, 99))
        fallen = self.lab.not_come(self.now)
        assert gone == len(fallen)
        self.the_two_labs_agree()
        for row in fallen:
            self.is_free_again(replace(row, start=self.now))
        self.write(lambda tx: offering.lapse(tx, self.now, 99))
        self.write(lambda tx: waiting_list.expire(tx, self.now, 99))
        self.the_two_labs_agree()
        self.write(lambda tx: housekeeping.finish_slots(tx, self.now))
        self.lab.finish(self.now)
        self.the_two_labs_agree()
        self.i13_a_strike_has_a_cause_on_the_members_side()

    def takes_over(self, strange: list[Reservation]) -> None:
        """What the engine has and the naive lab not: times held for who waits, each of which the rules allow."""
        while strange:
            fits = [one for one in strange if not self.lab.codes(slot_of(one), self.now)]
            assert fits, [(one, self.lab.codes(slot_of(one), self.now)) for one in strange]
            one = fits[0]
            offer = self.read(lambda tx: tx.waiting.offer_held_by(one.id))  # noqa: B023 -- read at once
            entry = self.read(lambda tx: tx.waiting.get(offer.waiting))  # noqa: B023
            assert one.status is ReservationStatus.CONDITIONAL
            assert (entry.person, entry.status) == (one.person, WaitingStatus.WAITING)
            assert entry.start <= one.start < one.end <= entry.end
            assert one.seat == self.lab.seat_for(slot_of(one), self.now)
            assert one.exempt == self.lab.same_day(slot_of(one), self.now)
            self.lab.put(row_of(one))
            strange.remove(one)

    def waited_for(self, row: Row, end: datetime) -> bool:
        waiting = [self.read(lambda tx, e=one: tx.waiting.get(e.id)) for one in self.entries]
        return any(
            one.status is WaitingStatus.WAITING and one.person != row.who and one.machine == row.machine
            and one.start < end and row.end < one.end
            for one in waiting
        )  # fmt: skip

    def as_holder(self, row: Row, does: Callable[[Tx, Reservation, Any], Any]) -> Any:
        return self.write(lambda tx: does(tx, tx.bookings.get(row.id), by(tx, row.who)))

    def rows(self, status: str) -> list[Row]:
        return sorted(
            (row for row in self.lab.rows if row.status == status), key=lambda row: (row.start, row.id)
        )

    def pick(self, n: int, status: str) -> Row | None:
        found = [row for row in self.rows(status) if row.end > self.now]
        return found[n % len(found)] if found else None

    def wall(self, day: int, quarter: int) -> datetime:
        """A wall time some days from now."""
        midnight = self.now.astimezone(BRUSSELS).replace(hour=0, minute=0, tzinfo=None) + day * DAY
        return (midnight + quarter * 15 * MINUTE).replace(tzinfo=BRUSSELS).astimezone(UTC)

    def read(self, fn: Callable[[Tx], Any]) -> Any:
        return self.f1.store.read(fn)

    def write(self, fn: Callable[[Tx], Any]) -> Any:
        return self.f1.store.write(fn)

    def _stored(self, tx: Tx) -> list[Reservation]:
        wanted = ReservationFilter(lab=ADC, start=self.began - DAY, end=self.now + 40 * DAY, limit=999)
        return [one for one in tx.bookings.page(wanted) if one.created >= self.began]

    def _naive(self, tx: Tx) -> NaiveDesk:
        kept = []
        for name in MACHINES:
            machine = tx.machines.get(name)
            seats = tuple(seat.id for seat in tx.machines.seats(name))
            policy, week = facts.policy_of(machine, len(seats)), facts.week_of(tx, machine)
            kept.append(NaiveMachine(policy, week, holding.machine_terms(machine), seats))
        people = [tx.people.get(person) for person in self.people.values()]
        known = [NaivePerson(one.id, facts.roles_of(one, ADC), household=one.household) for one in people]
        return NaiveDesk(kept, known)

    def teardown(self) -> None:
        """The story is over: nothing of it reaches into the next."""

        def end(tx: Tx) -> None:
            for one in self._stored(tx):
                if one.status in OCCUPYING:
                    tx.bookings.set_status(one, ReservationStatus.DONE, self.now)
            for entry in self.entries:
                tx.waiting.set_status(entry.id, WaitingStatus.LEFT)
                offer = tx.waiting.offer_of(entry.id)
                if offer is not None:
                    tx.waiting.close_offer(offer.id, "missed")

        if hasattr(self, "lab"):
            self.write(end)


def row_of(one: Reservation) -> Row:
    return Row(
        one.id, one.person, one.machine, one.seat, one.start, one.end, str(one.kind), str(one.status), one.exempt
    )  # fmt: skip


def slot_of(one: Reservation) -> Slot:
    return Slot(one.person, one.machine, one.start, one.end, str(one.kind))


def codes(answer: object) -> set[Reason]:
    return {one.code for one in answer.objections} if isinstance(answer, NotReserved) else set()


def furnished(f1: F1) -> F1:
    """F1 with a reader at every machine, and a household that shares the lasers."""
    shared = {"most": 300, "subject": str(Subject.HOUSEHOLD)}

    def set_up(tx: Tx) -> None:
        laser = tx.rules.present(ADC, Level.FAMILY, "laser")
        said = {**laser, "quotas": [shared]}
        tx.rules.save(RuleSet(ADC, Level.FAMILY, "laser", 1, said, "a test", f1.people.max, NOW))
        for name in ("amelie", "bram"):
            tx.people.change(f1.people.ids[name], {"household": "canal 7"})
        for name in MACHINES[1:]:
            tx.nodes.add(name.lower(), ADC, name, VAULT.seal(NODE_KEY), NOW)
        for name in MACHINES:
            attending.state_taken(tx, name.lower(), NodeState(online=True), NOW)

    f1.store.write(set_up)
    return f1

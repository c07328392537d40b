"""Does the booking engine, on a real store, do what the naive lab does minute by minute? Whatever people try, in any order.

After each step the two have the same slots, and of the invariants I1, I11, I12, I13 and I15 hold (engine.py).
"""

import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from core.vocabulary import Reason
from hub.ports import WaitingEntry
from hub.services import closing, giving_back, grouping, series, waiting_list
from hub.services.closing import Plan
from hub.services.ground import NotReserved
from hub.services.grouping import GroupWish
from hub.services.series import SeriesWish
from hub.services.waiting_list import Want
from tests.cast import ADC
from tests.hub.services.desk import by
from tests.hub.services.engine import (
    BY_TOKEN,
    MACHINES,
    MINUTE,
    NAMES,
    Engine,
    codes,
    days,
    drawn,
    furnished,
    picks,
    quarters,
    row_of,
    whos,
)
from tests.hub.services.f1 import F1
from tests.oracle.naive_lab import Row, Slot

RARE = (
    "an offer held",
    "an offer for whoever is first",
    "a closure over a slot",
    "a rebooking token spent",
    "an occurrence of a series",
    "a group's machine",
    "an extension",
)


class Rarer(Engine):
    """The same, with what is rare by chance."""

    @precondition(lambda self: self.rows("confirmed"))
    @rule(
        n=picks,
        who=whos,
        least=st.sampled_from([30, 60]),
        yes=st.booleans(),
        off=st.sampled_from([5, 40, 200]),
    )
    def a_slot_that_somebody_waits_for_is_given_back(
        self, n: int, who: str, least: int, yes: bool, off: int
    ) -> None:
        """Near its start it is whoever is first; else it is held for the one who waits (R51)."""
        mine = [row for row in self.rows("confirmed") if row.machine == "LAS-1" and row.end > self.now]
        if not mine:
            return
        row = mine[n % len(mine)]
        self.until(max(self.now, row.start - off * MINUTE))
        if self.lab.get(row.id).status != "confirmed":
            return
        want = Want(ADC, self.people[who], "LAS-1", None, row.start, row.end, least)
        entry = self.write(lambda tx: waiting_list.join(tx, want, self.now))
        if not isinstance(entry, WaitingEntry):
            return
        self.entries.append(entry)
        if row.start > self.now:
            self.as_holder(row, lambda tx, old, holder: giving_back.cancel(tx, old, holder, self.now))
            self.lab.cancel(row, self.now)
        self.all_is_well()
        offer = self.read(lambda tx: tx.waiting.offer_of(entry.id))
        if offer is not None:
            self.meets("an offer held" if offer.hold else "an offer for whoever is first")
            self.answer(self.entries.index(entry), yes)

    @precondition(lambda self: self.rows("confirmed"))
    @rule(n=picks, quarter=quarters)
    def what_the_lab_takes_back_is_booked_anew_beyond_the_horizon(self, n: int, quarter: int) -> None:
        """A rebooking token is good two days past the horizon, and for no second slot (R19)."""
        row = self.pick(n, "confirmed")
        if row is None or row.start <= self.now or len(self.lab.machines[row.machine].closures) > 3:
            return
        plan = Plan(ADC, row.machine, row.start, row.end, "a test")
        done = self.write(lambda tx: closing.close(tx, by(tx, self.people["dora"]), plan, self.now))
        fallen = self.lab.close([row.machine], row.start, row.end, self.now)
        assert {one.id for one in done.cancelled} == {one.id for one in fallen}
        self.meets("a closure over a slot")
        self.all_is_well()
        before = len(self.tokened)
        for day in (15, 16):  # the horizon is 14 days, or 13 before noon
            [who] = [name for name, person in self.people.items() if person == row.who]
            self.reserve_(who, row.machine, day, quarter, 4)
            self.all_is_well()
        if len(self.tokened) > before:
            self.meets("a rebooking token spent")

    @rule(slot=drawn, every=st.sampled_from([1, 2, 7]), times=st.integers(2, 3))
    def repeat(self, slot: tuple[str, str, int, int, int], every: int, times: int) -> None:
        """Each occurrence has the answer that it would have alone, after those before it (R52)."""
        who, machine, day, quarter, length = slot
        start, person = self.wall(day, quarter), self.people[who]
        rrule = f"FREQ=DAILY;INTERVAL={every};COUNT={times}"
        wish = SeriesWish(machine, person, rrule, start, start + length * 15 * MINUTE, person)
        told = self.write(lambda tx: series.book(tx, wish, self.now))
        assert len(told.occurrences) == times
        for one in told.occurrences:
            again = Slot(person, machine, one.start, one.end)
            expected = self.lab.codes(again, self.now)
            if one.reservation is None:
                assert {against.code for against in one.objections} == expected
                continue
            if expected:
                assert expected <= BY_TOKEN, expected
                self.tokened.add(one.reservation.id)
            self.lab.put(row_of(one.reservation))
            self.meets("an occurrence of a series")

    @rule(
        who=whos, others=st.sampled_from([("LAS-1", "LAS-2"), ("LAS-1", "VIN-1")]), day=days, quarter=quarters
    )
    def come_as_a_group(self, who: str, others: tuple[str, ...], day: int, quarter: int) -> None:
        """All machines or none; the later ones are judged as if the earlier were had (R21)."""
        person, start = self.people[who], self.wall(day, quarter)
        wish = GroupWish(others, person, start, start + 60 * MINUTE, 4, person)
        slots = [Slot(person, machine, wish.start, wish.end, "group") for machine in sorted(others)]
        kept, expected = list(self.lab.rows), set[Reason]()
        for n, slot in enumerate(slots):
            expected |= self.lab.codes(slot, self.now)
            exempt = self.lab.same_day(slot, self.now)
            self.lab.put(
                Row(f"new{n}", person, slot.machine, 0, start, slot.end, "group", "confirmed", exempt)
            )
        self.lab.rows = kept
        made = grouping.book(self.f1.store, wish, self.now)
        assert codes(made) == expected
        for one in () if isinstance(made, NotReserved) else made:
            self.lab.put(row_of(one))
            self.meets("a group's machine")


def story_of(f1: F1) -> type[Rarer]:
    """The story of one lab, and what it came across."""
    return type("Story", (Rarer,), {"f1": furnished(f1), "met": Counter()})


@pytest.mark.timeout(300)
def test_whatever_people_do_the_engine_and_the_naive_lab_agree(f1: F1) -> None:
    bounds = settings(
        max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(story_of(f1), settings=bounds)


@pytest.mark.timeout(300)
def test_a_seeded_story_meets_offers_tokens_series_groups_closures_and_extensions(f1: F1) -> None:
    """What is rare by chance comes up here: the same steps each time, judged as those that Hypothesis draws."""
    story, dice = story_of(f1), random.Random(3)
    for _ in range(4):
        one = story()
        one.begins(dice.randrange(3), [drawn_by(dice) for _ in range(9)])
        for step in steps(one, dice) * 2:
            step()
            one.all_is_well()
        one.teardown()
    assert [what for what in RARE if not story.met[what]] == []


def drawn_by(dice: random.Random) -> tuple[str, str, int, int, int]:
    """A slot as `drawn` has them."""
    return dice.choice(NAMES), dice.choice(MACHINES[:2]), dice.randrange(3), dice.randrange(44, 64), 4


def steps(one: Rarer, dice: random.Random) -> list[Callable[[], None]]:
    """Each of the rare things once, in an order of its own."""
    n, who = dice.randrange(30), dice.choice(NAMES)

    def comes_and_goes_on() -> None:
        one.a_slot_begins(n, 0, comes=True)
        one.a_slot_nears_its_end(n, -10)

    found: list[Callable[[], None]] = [
        lambda: one.a_slot_that_somebody_waits_for_is_given_back(n, who, 30, yes=True, off=200),
        lambda: one.a_slot_that_somebody_waits_for_is_given_back(n, who, 30, yes=False, off=5),
        lambda: one.what_the_lab_takes_back_is_booked_anew_beyond_the_horizon(n, 50),
        lambda: one.repeat(drawn_by(dice), 2, 3),
        lambda: one.come_as_a_group(who, ("LAS-1", "LAS-2"), 2, dice.randrange(44, 64)),
        comes_and_goes_on,
    ]
    dice.shuffle(found)
    return found

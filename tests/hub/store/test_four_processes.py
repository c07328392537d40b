"""S03: four programs try two hundred random slots each on LAS-1 at once. Does a minute ever belong to two? On both databases."""

import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from multiprocessing import get_context

import pytest

from core.vocabulary import Reason
from hub.ports import Reservation, Store
from hub.services.finding import book
from hub.services.reserving import Wish
from hub.store.store import open_store
from tests.cast import NOW, cast_in, member

PROCESSES, TRIES = 4, 200
QUARTER = timedelta(minutes=15)
PLACES = 13 * 24 * 4  # quarters within the horizon
pytestmark = pytest.mark.timeout(300)


def client(url: str, person: str, start, answers) -> None:
    """One program: a hub process of its own, with its own connections and memory."""
    luck, found = random.Random(person), Counter()
    with open_store(url) as store:
        start.wait(60)
        for _ in range(TRIES):
            begin = NOW + luck.randrange(1, PLACES) * QUARTER
            wish = Wish("LAS-1", person, begin, begin + luck.randrange(2, 9) * QUARTER, person)
            answer = book(store, (wish,), NOW)
            booked = isinstance(answer, Reservation)
            found.update(["booked"] if booked else [str(one.code) for one in answer.objections])
    answers.put(found)


def test_s03_four_programs_two_hundred_slots_each_no_minute_twice_and_every_refusal_is_overlap(
    migrated_url: str, both_store: Store
):
    cast_in(both_store)
    persons = [both_store.write(lambda tx, n=n: member(tx, f"Racer{n}")) for n in range(PROCESSES)]
    context = get_context("spawn")
    start, answers = context.Barrier(PROCESSES), context.Queue()
    programs = [
        context.Process(target=client, args=(migrated_url, person, start, answers)) for person in persons
    ]
    for program in programs:
        program.start()
    found = [answers.get(timeout=240) for _ in programs]
    for program in programs:
        program.join(60)
    assert [program.exitcode for program in programs] == [0] * PROCESSES
    total = sum(found, Counter())
    assert set(total) == {"booked", str(Reason.OVERLAP)}
    assert sum(total.values()) == PROCESSES * TRIES
    taken = both_store.read(lambda tx: tx.bookings.taken("LAS-1", NOW, NOW + timedelta(days=30)))
    assert len(taken) == total["booked"] > TRIES / 4
    assert all(before.end <= after.start for before, after in pairwise(taken))
    assert len({one.person for one in taken}) == PROCESSES

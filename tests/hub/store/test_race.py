"""Pages, moves and walk-ups fight for one machine at once: does it ever belong to two?"""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Barrier

from hub.ports import Reservation, Store, Tx
from hub.services import reserving
from hub.services.finding import book, move
from hub.services.reserving import NotReserved, Wish
from tests.cast import NOW, cast_in, member

CLIENTS, ROUNDS, PLACES = 16, 12, 10
QUARTER = timedelta(minutes=15)
FIRST = NOW + timedelta(hours=1)


def test_whatever_they_try_no_minute_belongs_to_two(both_store: Store):
    cast_in(both_store)
    members = [both_store.write(lambda tx, n=n: member(tx, f"Racer{n}")) for n in range(CLIENTS)]
    start = Barrier(CLIENTS)

    def client(person: str) -> list[Reservation | NotReserved]:
        luck, answers = random.Random(person), []
        start.wait(10)
        for _ in range(ROUNDS):
            answers.append(one_try(both_store, person, luck, answers))
        return answers

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = [answer for some in pool.map(client, members) for answer in some]
    refusals = {str(answer.code) for answer in answers if isinstance(answer, NotReserved)}
    assert refusals <= {"OVERLAP", "CHANGED"}
    taken = both_store.read(lambda tx: tx.bookings.taken("LAS-1", NOW, NOW + timedelta(days=2)))
    assert len(taken) > 1
    assert all(before.end <= after.start for before, after in pairwise(taken))


def one_try(store: Store, person: str, luck: random.Random, before: list) -> Reservation | NotReserved:
    begin = FIRST + luck.randrange(PLACES) * QUARTER
    end = begin + luck.randrange(2, 5) * QUARTER
    mine = [one for one in before if isinstance(one, Reservation) and one.kind == "booking"]
    if mine and luck.random() < 0.4:
        return moved(store, mine[-1], person, (begin, end))
    if luck.random() < 0.2:
        return store.write(lambda tx: walked_up(tx, person, begin, end))
    return book(store, (Wish("LAS-1", person, begin, end, by=person),), NOW)


def moved(store: Store, old: Reservation, person: str, span) -> Reservation | NotReserved:
    by = store.read(lambda tx: tx.people.get(person))
    present = store.read(lambda tx: tx.bookings.get(old.id))
    return move(store, present, by, span, NOW)


def walked_up(tx: Tx, person: str, begin, end) -> Reservation | NotReserved:
    return reserving.walk_up(tx, tx.machines.get("LAS-1"), person, end, begin)

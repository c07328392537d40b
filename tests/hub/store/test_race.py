"""Sixteen members want the same hundred slots at the same moment: who gets what, and what are the others told?"""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from hub.ports import Reservation, ReservationFilter, Store
from hub.services.finding import book
from hub.services.reserving import NotReserved, Wish
from tests.cast import ADC, NOW, cast_in, member

CLIENTS, SLOTS = 16, 100
HALF_HOUR = timedelta(minutes=30)
FIRST = NOW + timedelta(hours=1)


def test_a_hundred_slots_have_a_hundred_winners_and_everybody_else_hears_overlap(both_store: Store):
    cast_in(both_store)
    members = [both_store.write(lambda tx, n=n: member(tx, f"Racer{n}")) for n in range(CLIENTS)]
    start = Barrier(CLIENTS)

    def client(person: str) -> list[Reservation | NotReserved]:
        order = list(range(SLOTS))
        random.Random(person).shuffle(order)
        start.wait(10)
        return [book(both_store, (wish(person, n),), NOW) for n in order]

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = [answer for some in pool.map(client, members) for answer in some]
    won = [answer for answer in answers if isinstance(answer, Reservation)]
    lost = [answer for answer in answers if isinstance(answer, NotReserved)]
    assert len(won) == SLOTS
    assert Counter(str(answer.code) for answer in lost) == {"OVERLAP": (CLIENTS - 1) * SLOTS}
    assert all(answer.only_late and len(answer.alternatives) == 3 for answer in lost)
    kept = both_store.read(lambda tx: tx.bookings.page(ReservationFilter(lab=ADC, limit=1000)))
    assert sorted((one.id for one in won)) == sorted(one.id for one in kept)
    assert len({one.start for one in kept}) == SLOTS


def wish(person: str, slot: int) -> Wish:
    start = FIRST + slot * HALF_HOUR
    return Wish("LAS-1", person, start, start + HALF_HOUR, by=person)

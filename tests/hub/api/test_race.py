"""Sixteen members send for the same hundred slots at the same moment: what does each hear?"""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from core.timeline import stamp
from hub.ports import ReservationFilter, Store
from hub.services.letting_in import Scope
from tests.cast import ADC, NOW, cast_in, member
from tests.hub.api.conftest import Client, StoppedClock, app_over, token_for

CLIENTS, SLOTS = 16, 100
HALF_HOUR = timedelta(minutes=30)
FIRST = NOW + timedelta(hours=1)


def wish(slot: int) -> dict[str, str]:
    start = FIRST + slot * HALF_HOUR
    return {"machine": "LAS-1", "start": stamp(start), "end": stamp(start + HALF_HOUR)}


@pytest.mark.timeout(600)
def test_a_hundred_slots_have_a_hundred_winners_and_fifteen_hundred_hear_409_with_alternatives(
    both_store: Store,
):
    cast_in(both_store)
    app = app_over(both_store, StoppedClock())
    members = [both_store.write(lambda tx, n=n: member(tx, f"Racer{n}")) for n in range(CLIENTS)]
    tokens = {person: token_for(both_store, person, Scope.BOOK) for person in members}
    start = Barrier(CLIENTS)

    def race(person: str) -> list[tuple[int, str | None, int]]:
        client, order = Client(app.test_client(), tokens[person]), list(range(SLOTS))
        random.Random(person).shuffle(order)
        start.wait(10)
        answers = [client.post("/reservations", wish(slot)) for slot in order]
        bodies = [(answer.status_code, answer.get_json()) for answer in answers]
        return [(status, body.get("code"), len(body.get("alternatives", ()))) for status, body in bodies]

    with ThreadPoolExecutor(CLIENTS) as pool:
        heard = Counter(answer for some in pool.map(race, members) for answer in some)
    assert heard == {(201, None, 0): SLOTS, (409, "OVERLAP", 3): (CLIENTS - 1) * SLOTS}
    kept = both_store.read(lambda tx: tx.bookings.page(ReservationFilter(lab=ADC, limit=1000)))
    assert sorted(one.start for one in kept) == [FIRST + n * HALF_HOUR for n in range(SLOTS)]

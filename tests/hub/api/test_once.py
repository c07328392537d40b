"""A request that is sent twice with one key: whatever dies, races or is refused in between, is it done once and answered alike?"""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from core.timeline import stamp
from hub.api.once import Turned, Within
from hub.ports import Busy, KeptAnswer, KeyPlace, ReservationFilter
from hub.services import grouping
from hub.services.letting_in import Scope
from hub.services.refused import Refused
from hub.store.store import open_store
from tests.cast import ADC, NOW, cast_in
from tests.hub.api.conftest import Client, app_over, token_for

PATIENCE_S = 30
HOUR = timedelta(hours=1)
SLOT = {"machine": "LAS-1", "start": stamp(NOW + HOUR), "end": stamp(NOW + 2 * HOUR)}
PATH = "/api/v1/reservations"


def kept(store):
    return store.read(lambda tx: tx.bookings.page(ReservationFilter(lab=ADC)))


class Counted:
    """A store that counts its transactions, and hands each to `around` first."""

    def __init__(self, store, around=lambda _number: None):
        self._store, self._around, self.writes, self.inside = store, around, 0, False
        self.reads_inside = 0

    def read(self, fn):
        self.reads_inside += self.inside
        return self._store.read(fn)

    def write(self, fn):
        self.writes += 1
        self._around(self.writes)

        def watched(tx):
            self.inside = True
            try:
                return fn(tx)
            finally:
                self.inside = False

        return self._store.write(watched)


@pytest.fixture
def both_cast(both_store):
    return cast_in(both_store)


def client(store, person, clock, scope=Scope.BOOK, over=None):
    return Client(app_over(over or store, clock).test_client(), token_for(store, person, scope))


@contextmanager
def hub(url: str, how: str) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.hub.api.dying_hub", url, how]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            yield int(child.stdout.readline())
        finally:
            child.kill()
            child.wait(PATIENCE_S)


def posted(port: int, token: str) -> tuple[int, str | None, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": "k",
        "Content-Type": "application/json",
    }
    connection.request("POST", PATH, json.dumps(SLOT), headers)
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer.status, answer.headers["Location"], said


@pytest.mark.loopback
@pytest.mark.timeout(120)
def test_a_hub_killed_between_the_commit_and_the_answer_gives_that_answer_when_it_is_back(migrated_url):
    with open_store(migrated_url) as store:
        token = token_for(store, cast_in(store).amelie, Scope.BOOK)
    with hub(migrated_url, "dies") as port, pytest.raises((http.client.HTTPException, ConnectionError)):
        posted(port, token)
    with open_store(migrated_url) as store:
        (made,) = kept(store)
    with hub(migrated_url, "lives") as port:
        first, again = posted(port, token), posted(port, token)
    assert (first[0], first[1]) == (201, f"{PATH}/{made.id}")
    assert json.loads(first[2])["id"] == made.id
    assert first == again
    with open_store(migrated_url) as store:
        assert kept(store) == [made]


@pytest.mark.parametrize("processes", [1, 2])
def test_eight_that_send_the_same_at_once_book_once_and_hear_the_same(
    both_store, both_cast, clock, processes
):
    hubs = [client(both_store, both_cast.amelie, clock) for _ in range(processes)]
    token = hubs[0].token
    racers = [Client(hubs[n % processes].http.application.test_client(), token) for n in range(8)]

    def until_answered(racer):
        for _ in range(1000):
            answer = racer.post("/reservations", SLOT, Idempotency_Key="k")
            if answer.status_code != 409:
                return answer.status_code, answer.data, answer.headers["ETag"]
            assert (answer.get_json()["code"], answer.headers["Retry-After"]) == ("IDEMPOTENCY", "1")
        raise AssertionError("never answered")

    with ThreadPoolExecutor(8) as pool:
        heard = set(pool.map(until_answered, racers))
    assert [status for status, _, _ in heard] == [201]
    assert len(kept(both_store)) == 1


def test_while_the_first_runs_the_same_again_hears_409(both_store, both_cast, clock):
    begun, go_on = Event(), Event()

    def hold(_number):
        begun.set()
        assert go_on.wait(PATIENCE_S)

    amelie = client(both_store, both_cast.amelie, clock, over=Counted(both_store, hold))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: amelie.post("/reservations", SLOT, Idempotency_Key="k"))
        assert begun.wait(PATIENCE_S)
        try:
            same = Client(amelie.http.application.test_client(), amelie.token)
            waiting = same.post("/reservations", SLOT, Idempotency_Key="k")
            assert (waiting.status_code, waiting.get_json()["code"]) == (409, "IDEMPOTENCY")
            assert waiting.headers["Retry-After"] == "1"
        finally:
            go_on.set()
        made = first.result(PATIENCE_S)
    assert made.status_code == 201
    assert same.post("/reservations", SLOT, Idempotency_Key="k").data == made.data


def test_while_another_process_answers_the_key_the_same_hears_409(postgres_migrated, clock):
    with open_store(postgres_migrated) as store:
        person = cast_in(store).amelie
        amelie, place = client(store, person, clock), KeyPlace(person, "POST", PATH, "k")
        begun, go_on = Event(), Event()

        def elsewhere(tx):
            assert tx.replays.alone(place)
            begun.set()
            assert go_on.wait(PATIENCE_S)

        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(lambda: store.write(elsewhere))
            assert begun.wait(PATIENCE_S)
            try:
                assert amelie.post("/reservations", SLOT, Idempotency_Key="k").status_code == 409
                assert amelie.post("/reservations", SLOT, Idempotency_Key="other").status_code == 201
            finally:
                go_on.set()
            held.result(PATIENCE_S)


def test_a_booking_with_a_key_is_one_transaction(both_store, both_cast, clock):
    counted = Counted(both_store)
    amelie = client(both_store, both_cast.amelie, clock, over=counted)
    assert amelie.post("/reservations", SLOT, Idempotency_Key="k").status_code == 201
    assert counted.writes == 1


def test_what_is_free_instead_is_sought_while_others_may_write(store, cast, clock):
    client(store, cast.bram, clock).post("/reservations", SLOT)
    counted = Counted(store)
    amelie = client(store, cast.amelie, clock, over=counted)
    late, plain = amelie.post("/reservations", SLOT, Idempotency_Key="k"), amelie.post("/reservations", SLOT)
    assert (late.status_code, late.get_json()) == (409, plain.get_json())
    assert len(late.get_json()["alternatives"]) == 3
    assert counted.reads_inside == 0


def test_a_refusal_is_said_again_to_its_key_though_the_slot_is_free_by_now(both_store, both_cast, clock):
    bram, amelie = (client(both_store, one, clock) for one in (both_cast.bram, both_cast.amelie))
    taken = bram.post("/reservations", SLOT).get_json()["id"]
    late = amelie.post("/reservations", SLOT, Idempotency_Key="k")
    assert late.status_code == 409
    assert bram.send("DELETE", f"/reservations/{taken}").status_code == 200
    again = amelie.post("/reservations", SLOT, Idempotency_Key="k")
    assert (again.status_code, again.data, again.mimetype) == (409, late.data, late.mimetype)
    assert amelie.post("/reservations", SLOT, Idempotency_Key="new").status_code == 201


def test_a_refusal_that_could_not_be_kept_is_said_all_the_same(store, cast, clock):
    client(store, cast.bram, clock).post("/reservations", SLOT)

    def full(number):
        if number == 2:  # the booking was refused; then its answer finds no room
            raise Busy

    amelie = client(store, cast.amelie, clock, over=Counted(store, full))
    assert amelie.post("/reservations", SLOT, Idempotency_Key="k").status_code == 409
    assert amelie.post("/reservations", SLOT, Idempotency_Key="k").status_code == 409


def test_who_is_told_busy_has_booked_nothing_and_may_send_the_same_again(store, cast, clock):
    def full(number):
        if number == 1:
            raise Busy

    amelie = client(store, cast.amelie, clock, over=Counted(store, full))
    busy = amelie.post("/reservations", SLOT, Idempotency_Key="k")
    assert (busy.status_code, busy.headers["Retry-After"], kept(store)) == (503, "1", [])
    assert amelie.post("/reservations", SLOT, Idempotency_Key="k").status_code == 201


def test_a_group_that_loses_a_machine_at_the_last_moment_has_none_and_its_key_says_so(
    store, cast, clock, monkeypatch
):
    dora = client(store, cast.dora, clock, Scope.STAFF)
    wish = {"machines": ["LAS-1", "LAS-2"], "start": SLOT["start"], "end": SLOT["end"], "headcount": 2}
    take = grouping._take

    def second_is_gone(tx, group, one, *more):
        if kept_in(tx):
            raise grouping._TakenMeanwhile
        return take(tx, group, one, *more)

    monkeypatch.setattr(grouping, "_take", second_is_gone)
    assert dora.post("/reservations/group", wish, Idempotency_Key="k").status_code == 409
    assert kept(store) == []
    monkeypatch.undo()
    assert dora.post("/reservations/group", wish, Idempotency_Key="k").status_code == 409
    assert dora.post("/reservations/group", wish, Idempotency_Key="new").status_code == 201


def kept_in(tx):
    return tx.bookings.page(ReservationFilter(lab=ADC))


def test_what_a_hub_of_before_only_began_under_a_key_counts_for_nothing(both_store, both_cast, clock):
    place = KeyPlace(both_cast.amelie, "POST", PATH, "k")
    begun = KeptAnswer("digest", None, {}, "", NOW)
    both_store.write(lambda tx: tx.replays.keep(ADC, place, begun))
    amelie = client(both_store, both_cast.amelie, clock)
    assert amelie.post("/reservations", SLOT, Idempotency_Key="k").status_code == 201


def test_every_door_that_changes_something_keeps_its_answer_in_that_transaction(store, cast, clock):
    max_ = client(store, cast.max, clock, Scope.CERTIFY, over=(counted := Counted(store)))
    day = {"start": stamp(NOW + 24 * HOUR), "end": stamp(NOW + 26 * HOUR)}
    for path, body in (
        ("/closures", {"machine": "LAS-2", **day, "reason": "Inventory"}),
        ("/lockouts", {"machine": "LAS-2", "kind": "out", "reason": "mirror"}),
        ("/members", {"email": "new@example.org", "name": "New Member"}),
        ("/reservations/series", {"machine": "LAS-1", "rrule": "FREQ=DAILY;COUNT=2", **day}),
        ("/waitlist", {"machine": "LAS-1", **day, "min_minutes": 60}),
    ):
        before = counted.writes
        first = max_.post(path, body, Idempotency_Key="k")
        again = max_.post(path, body, Idempotency_Key="k")
        assert first.status_code in (200, 201), (path, first.data)
        assert (again.status_code, again.data) == (first.status_code, first.data), path
        assert counted.writes == before + 2, path


def test_a_write_that_was_refused_ends_the_transaction_with_all_that_was_answered():
    within, no = Within(None), Refused(())
    assert within.write(lambda _tx: 1) == 1
    with pytest.raises(Turned) as ended:
        within.write(lambda _tx: no)
    assert ended.value.values == [1, no]
    assert not within.broken


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k"}])
@pytest.mark.parametrize("name", ["%00", "%FF%FE", "a%0Ab", "%ED%A0%80"])
def test_a_thing_whose_name_no_database_holds_is_not_there(both_store, both_cast, clock, name, key):
    amelie = client(both_store, both_cast.amelie, clock)
    for path in (f"/reservations/{name}/extend", f"/waitlist/{name}/pass"):
        first, again = amelie.post(path, {}, **key), amelie.post(path, {}, **key)
        assert (first.status_code, first.data) == (404, again.data)
    assert amelie.get(f"/machines/{name}").status_code == 404

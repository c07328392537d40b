"""On PostgreSQL many write at once: what happens to those who meet?"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError, Event

import pytest

from hub.ports import Busy
from hub.store.store import TRIES, PostgresStore, open_store
from tests.cast import NOW, cast_in


@pytest.fixture
def pair(postgres_migrated):
    with open_store(postgres_migrated) as store:
        yield store, cast_in(store)


def test_two_who_lock_each_other_out_are_both_served(pair):
    store, cast = pair
    meet, runs = Barrier(2), []

    def both(first, second):
        def change(tx):
            runs.append(first)
            tx.people.change(first, {"lang": "nl"})
            try:
                meet.wait(5 if len(runs) <= 2 else 0.01)
            except BrokenBarrierError:
                meet.reset()
            tx.people.change(second, {"lang": "nl"})
            return "served"

        return store.write(change)

    with ThreadPoolExecutor(2) as pool:
        told = [pool.submit(both, cast.amelie, cast.bram), pool.submit(both, cast.bram, cast.amelie)]
        assert [one.result(30) for one in told] == ["served", "served"]
    assert len(runs) > 2


def test_who_loses_every_race_is_told_busy(pair):
    store, _cast = pair
    runs = []

    def unlucky(tx):
        runs.append(1)
        tx._c.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")

    with pytest.raises(Busy):
        store.write(unlucky)
    assert len(runs) == TRIES


def test_a_lock_that_does_not_come_is_busy_and_not_a_hang(postgres_migrated, monkeypatch):
    monkeypatch.setattr("hub.store.engines.WAIT_MS", 100)
    held, go = Event(), Event()
    with PostgresStore(postgres_migrated) as store:
        cast = cast_in(store)

        def hold(tx):
            tx.people.lock([cast.amelie])
            held.set()
            assert go.wait(10)

        with ThreadPoolExecutor(1) as pool:
            holding = pool.submit(store.write, hold)
            assert held.wait(10)
            with pytest.raises(Busy):
                store.write(lambda tx: tx.people.change(cast.amelie, {"lang": "nl"}))
            go.set()
            holding.result(10)
        assert store.read(lambda tx: tx.people.get(cast.amelie).lang) == "fr"


def test_a_change_that_comes_while_a_view_is_taken_is_sent_again(pair):
    store, _cast = pair
    store.write(lambda tx: tx.outbox.put_once("adc", "view", "las-1", {}, NOW))
    taken, go = Event(), Event()

    def take(tx):
        (parcel,) = tx.outbox.due(NOW, ["view"])
        taken.set()
        assert go.wait(10)
        tx.outbox.done(parcel.id, NOW)

    with ThreadPoolExecutor(2) as pool:
        taking = pool.submit(store.write, take)
        assert taken.wait(10)
        changing = pool.submit(store.write, lambda tx: tx.outbox.put_once("adc", "view", "las-1", {}, NOW))
        go.set()
        taking.result(10)
        assert changing.result(10) is True
    assert store.read(lambda tx: tx.outbox.waiting(["view"])) == 1

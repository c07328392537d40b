"""Does the database itself refuse double booking, and a changed past?"""

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from core.vocabulary import OCCUPYING, ReservationStatus
from hub.ports import NewReservation, Reservation, Store, Tx
from hub.store.schema.use import OCCUPIES
from tests.cast import ADC, NOW, Cast, cast_in

HOUR = timedelta(hours=1)
TICK = timedelta(milliseconds=1)


def take(
    tx: Tx, person: str, start: datetime, end: datetime, place: int = 0, machine: str = "LAS-1"
) -> Reservation | None:
    seat = tx.machines.seats(machine)[place]
    return tx.bookings.add(NewReservation(ADC, machine, seat.id, person, start, end), NOW)


@pytest.fixture
def cast(both_store: Store) -> Cast:
    return cast_in(both_store)


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 60), (-30, 1), (59, 90), (15, 30), (-30, 90), (0, 30), (30, 60)],
    ids=["the same", "over the start", "over the end", "inside", "around", "first half", "second half"],
)
def test_bram_cannot_have_a_minute_of_amelies_hour(both_store, cast, start, end):
    both_store.write(lambda tx: take(tx, cast.amelie, NOW, NOW + HOUR))
    minute = timedelta(minutes=1)
    taken = both_store.write(lambda tx: take(tx, cast.bram, NOW + start * minute, NOW + end * minute))
    assert taken is None
    assert len(both_store.read(lambda tx: tx.bookings.taken("LAS-1", NOW - HOUR, NOW + 2 * HOUR))) == 1


def test_slots_that_only_touch_are_both_booked(both_store, cast):
    spans = [(NOW, NOW + HOUR), (NOW + HOUR, NOW + 2 * HOUR), (NOW - HOUR, NOW)]
    made = [both_store.write(lambda tx, span=span: take(tx, cast.amelie, *span)) for span in spans]
    assert all(made)


def test_a_slot_one_millisecond_too_long_is_refused(both_store, cast):
    both_store.write(lambda tx: take(tx, cast.amelie, NOW + HOUR, NOW + 2 * HOUR))
    assert both_store.write(lambda tx: take(tx, cast.bram, NOW, NOW + HOUR + TICK)) is None
    assert both_store.write(lambda tx: take(tx, cast.bram, NOW, NOW + HOUR)) is not None


def test_a_bench_of_four_seats_four_and_no_fifth(both_store, cast):
    taken = [
        both_store.write(lambda tx, place=place: take(tx, cast.amelie, NOW, NOW + HOUR, place, "SOL-1"))
        for place in (0, 1, 2, 3, 3)
    ]
    assert [one is not None for one in taken] == [True, True, True, True, False]


def test_a_cancelled_slot_is_free_and_cannot_come_back_over_its_successor(both_store, cast):
    mine = both_store.write(lambda tx: take(tx, cast.amelie, NOW, NOW + HOUR))
    gone = both_store.write(lambda tx: tx.bookings.set_status(mine, ReservationStatus.CANCELLED, NOW))
    assert both_store.write(lambda tx: take(tx, cast.bram, NOW, NOW + HOUR)) is not None
    assert both_store.write(lambda tx: tx.bookings.set_status(gone, ReservationStatus.CONFIRMED, NOW)) is None


def test_a_slot_moves_where_there_is_room_and_stays_where_there_is_none(both_store, cast):
    mine = both_store.write(lambda tx: take(tx, cast.amelie, NOW, NOW + HOUR))
    both_store.write(lambda tx: take(tx, cast.bram, NOW + HOUR, NOW + 2 * HOUR))
    half = HOUR / 2
    assert (
        both_store.write(lambda tx: tx.bookings.move(mine, NOW + half, NOW + half + HOUR, mine.seat, NOW))
        is None
    )
    moved = both_store.write(lambda tx: tx.bookings.move(mine, NOW - half, NOW + half, mine.seat, NOW))
    assert (moved.start, moved.end, moved.rev) == (NOW - half, NOW + half, 2)
    assert both_store.read(lambda tx: tx.bookings.get(mine.id)) == moved


def test_who_changes_what_somebody_changed_meanwhile_changes_nothing(both_store, cast):
    mine = both_store.write(lambda tx: take(tx, cast.amelie, NOW, NOW + HOUR))
    both_store.write(lambda tx: tx.bookings.set_status(mine, ReservationStatus.ARRIVED, NOW))
    assert both_store.write(lambda tx: tx.bookings.set_status(mine, ReservationStatus.CANCELLED, NOW)) is None


@pytest.mark.parametrize("table", ["audit", "certificate_event", "strike_event"])
@pytest.mark.parametrize("words", ["UPDATE {} SET at = at + 1", "DELETE FROM {}"])
def test_nobody_rewrites_the_past(both_store, cast, migrated_url, table, words):
    both_store.write(lambda tx: tx.audit.append(ADC, cast.dora, "tested", "x", {}, NOW))
    both_store.write(lambda tx: tx.strikes.record((ADC, cast.bram, "s1"), "struck", NOW, by="hub"))
    engine = create_engine(migrated_url)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(words.format(table)))
    engine.dispose()


def test_the_guard_and_the_vocabulary_mean_the_same_states():
    assert OCCUPIES == "status IN ('confirmed', 'conditional', 'arrived', 'in_use', 'done')"
    assert {word.strip("',()") for word in OCCUPIES.split()[2:]} == {str(status) for status in OCCUPYING}


def test_sqlite_seeks_one_row_to_guard_a_seat(sqlite_migrated):
    engine = create_engine(sqlite_migrated)
    last = (
        "SELECT end_ms FROM reservation WHERE " + OCCUPIES + " AND seat = 1 AND start_ms < 9 AND id <> 'x'"
        " ORDER BY start_ms DESC LIMIT 1"
    )
    with engine.connect() as connection:
        plan = connection.execute(text("EXPLAIN QUERY PLAN " + last)).all()
    engine.dispose()
    assert [row[3] for row in plan] == [
        "SEARCH reservation USING INDEX ix_reservation_seat_start (seat=? AND start_ms<?)"
    ]


@pytest.mark.parametrize("seed", range(3))
def test_the_database_agrees_with_a_naive_model_whatever_is_booked_moved_and_cancelled(
    both_store, cast, seed
):
    luck, model = random.Random(seed), {}

    def span():
        start = luck.randrange(60)
        return start, start + luck.randrange(1, 12)

    def free(wanted, but=None):
        return all(wanted[1] <= s or e <= wanted[0] for one, (s, e) in model.items() if one != but)

    def at(minutes):
        return NOW + timedelta(minutes=minutes)

    for _ in range(150):
        wanted, deed = span(), luck.choice(["book", "book", "move", "cancel"])
        old = luck.choice(sorted(model)) if model and deed != "book" else None
        row = old and both_store.read(lambda tx, old=old: tx.bookings.get(old))
        if row is None:
            made = both_store.write(lambda tx, w=wanted: take(tx, cast.amelie, at(w[0]), at(w[1])))
            assert (made is not None) == free(wanted)
            model |= {made.id: wanted} if made else {}
        elif deed == "move":
            moved = both_store.write(
                lambda tx, r=row, w=wanted: tx.bookings.move(r, at(w[0]), at(w[1]), r.seat, NOW)
            )
            assert (moved is not None) == free(wanted, but=old)
            model |= {old: wanted} if moved else {}
        else:
            both_store.write(lambda tx, r=row: tx.bookings.set_status(r, ReservationStatus.CANCELLED, NOW))
            del model[old]

"""Does the database seek, not search? What it plans for the questions that every booking asks, on both."""

from datetime import timedelta
from importlib import import_module

import pytest
from sqlalchemy import create_engine, event, text

from core.vocabulary import ReservationStatus
from hub.ports import NewReservation
from hub.ports.revisions import LABS, calendar_name, house_name
from hub.store.books.bookings import BookingBook
from hub.store.schema.use import OCCUPIES
from tests.cast import ADC, NOW, cast_in

HOUR = timedelta(hours=1)
MANY = 3000  # enough for PostgreSQL to find an index worth its while
LAST_BEFORE = f"""
SELECT end_ms FROM reservation WHERE {OCCUPIES} AND seat = 1 AND start_ms < 1764000000000 AND id <> 'x'
ORDER BY start_ms DESC LIMIT 1
"""


@pytest.fixture
def past(both_store, migrated_url):
    """A seat with a long past; the connection to ask about it."""
    cast = cast_in(both_store)

    def fill(tx):
        seat = tx.machines.seats("LAS-1")[0].id
        for n in range(MANY):
            start = NOW - (n + 1) * HOUR
            tx.bookings.add(NewReservation(ADC, "LAS-1", seat, cast.amelie, start, start + HOUR), NOW)

    both_store.write(fill)
    engine = create_engine(migrated_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        yield connection, cast
    engine.dispose()


def plan_of(connection, ask):
    """(what the database plans for the statement that `ask` sends, whether it is PostgreSQL)."""
    heard = []

    def hear(_connection, _cursor, statement, parameters, *_more):
        heard.append((statement, parameters))

    event.listen(connection.engine, "before_cursor_execute", hear)
    ask(connection)
    event.remove(connection.engine, "before_cursor_execute", hear)
    statement, parameters = heard[-1]
    postgres = connection.dialect.name == "postgresql"
    explain = "EXPLAIN " if postgres else "EXPLAIN QUERY PLAN "
    rows = connection.exec_driver_sql(explain + statement, parameters).all()
    return "\n".join(str(row[0] if postgres else row[3]) for row in rows), postgres


def test_the_guard_seeks_the_last_start_before_the_new_end(past):
    plan, postgres = plan_of(past[0], lambda c: c.execute(text(LAST_BEFORE)))
    if postgres:
        assert "Limit" in plan
        assert "ix_reservation_seat_start" in plan
        assert "Sort" not in plan
    else:
        assert plan == "SEARCH reservation USING INDEX ix_reservation_seat_start (seat=? AND start_ms<?)"


def test_the_trigger_of_sqlite_asks_just_that():
    guards = import_module("hub.store.migrations.versions.0005_guards")
    asked = " ".join(guards._LAST.split())
    assert asked.endswith("start_ms < NEW.end_ms AND id <> NEW.id ORDER BY start_ms DESC LIMIT 1")
    assert all(asked in " ".join(each.split()) for each in guards.guards("sqlite")[:2])


def test_what_touches_a_slot_is_found_by_two_seeks_for_each_seat(past):
    plan, postgres = plan_of(past[0], lambda c: BookingBook(c).taken("LAS-1", NOW, NOW + HOUR))
    assert plan.count("ix_reservation_seat_start") == 2
    if postgres:
        assert "Seq Scan on reservation" not in plan
    else:
        assert "SCAN reservation" not in plan
        assert "SCAN held" not in plan
        assert "(seat=? AND start_ms>? AND start_ms<?)" in plan


def test_what_a_person_holds_is_found_by_his_index(past):
    connection, cast = past
    plan, postgres = plan_of(connection, lambda c: BookingBook(c).of_person(cast.amelie, NOW, NOW + HOUR))
    assert "ix_reservation_person_end" in plan
    assert ("Seq Scan" if postgres else "SCAN reservation") not in plan


def test_what_counts_for_a_quota_is_found_by_the_persons_index(past):
    connection, cast = past
    for persons in ([cast.amelie], [cast.amelie, cast.bram]):
        plan, postgres = plan_of(connection, lambda c, who=persons: BookingBook(c).shares(who, NOW))
        assert "ix_reservation_person_end" in plan
        if postgres:
            assert "Seq Scan on reservation" not in plan
        else:
            assert "(person=? AND end_ms>?)" in plan
            assert "SCAN" not in plan.replace("LIST SUBQUERY", "")


def test_what_was_given_up_late_is_found_without_looking_at_what_is_booked(past):
    plan, _ = plan_of(past[0], lambda c: BookingBook(c).given_up_late("LAS-1", NOW, NOW + HOUR))
    assert "ix_reservation_given_up" in plan


def test_each_change_of_a_calendar_renews_its_number_and_no_other(both_store):
    cast = cast_in(both_store)
    names = [calendar_name("LAS-1"), calendar_name("LAS-2"), house_name(ADC), LABS]
    seen = [both_store.read(lambda tx: dict(tx.revisions.of(names)))]

    def change(fn):
        made = both_store.write(fn)
        seen.append(both_store.read(lambda tx: dict(tx.revisions.of(names))))
        return made, {name for name in names if seen[-1][name] != seen[-2][name]}

    seat = both_store.read(lambda tx: tx.machines.seats("LAS-1")[0].id)
    new = NewReservation(ADC, "LAS-1", seat, cast.amelie, NOW, NOW + HOUR)
    mine, renewed = change(lambda tx: tx.bookings.add(new, NOW))
    assert renewed == {calendar_name("LAS-1")}
    mine, renewed = change(lambda tx: tx.bookings.move(mine, NOW + HOUR, NOW + 2 * HOUR, seat, NOW))
    assert renewed == {calendar_name("LAS-1")}
    _, renewed = change(lambda tx: tx.bookings.set_status(mine, ReservationStatus.CANCELLED, NOW))
    assert renewed == {calendar_name("LAS-1")}
    _, renewed = change(lambda tx: tx.machines.set_status("LAS-2", "degraded", "squeaks"))
    assert renewed == {house_name(ADC)}
    _, renewed = change(lambda tx: tx.outbox.put(ADC, "mail", cast.amelie, {}, NOW))
    assert renewed == set()

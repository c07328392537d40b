"""May the session go on? R37, S11, E04, E26."""

from datetime import timedelta

from core.timeline import stamp
from core.vocabulary import ReservationStatus
from hub.services import metering
from hub.services.extending import extend
from tests.cast import NOW
from tests.hub.services.desk import HOUR, MINUTE, TICK, at, booked, by, came, codes, present, waits
from tests.hub.services.floor import Journal


def longer(store, slot, now):
    return store.write(lambda tx: extend(tx, present_in(tx, slot), by(tx, slot.person), now))


def present_in(tx, slot):
    return tx.bookings.get(slot.id)


def in_use(floor, start, end):
    slot = booked(floor.store, floor.people.amelie, start, end)
    return came(floor.store, slot, start)


def test_s11_four_quarters_more_and_then_neither_the_next_nor_the_limit_lets_her_go_on(both_floor):
    slot = in_use(both_floor, at(14), at(16))
    booked(both_floor.store, both_floor.people.bram, at(17), at(18))
    pressed = at(15, 50)
    ends = [longer(both_floor.store, slot, pressed).end for _ in range(4)]
    assert ends == [at(16, 15), at(16, 30), at(16, 45), at(17)]
    assert codes(longer(both_floor.store, slot, pressed)) == {"RESERVED_OTHER", "DURATION"}


def test_a_tick_before_the_last_quarter_of_an_hour_it_is_too_early_and_then_not(floor):
    slot = in_use(floor, at(14), at(16))
    early = longer(floor.store, slot, at(15, 45) - TICK)
    assert early.objections[0].params == {"opens": stamp(at(15, 45))}
    assert codes(early) == {"HORIZON"}
    assert longer(floor.store, slot, at(15, 45)).end == at(16, 15)


def test_nobody_extends_while_somebody_else_waits_for_the_time(both_floor):
    slot = in_use(both_floor, at(14), at(15))
    waits(both_floor.store, both_floor.people.bram, at(15), at(17))
    assert codes(longer(both_floor.store, slot, at(14, 50))) == {"PRIORITY"}
    assert present(both_floor.store, slot).end == at(15)


def test_who_has_not_come_or_is_late_cannot_extend(floor):
    slot = booked(floor.store, floor.people.amelie, at(14), at(15))
    assert codes(longer(floor.store, slot, at(14, 50))) == {"PAST"}
    came(floor.store, slot, at(14))
    assert codes(longer(floor.store, slot, at(15))) == {"PAST"}


def test_the_loser_of_a_race_sees_the_time_of_the_winner(both_floor):
    slot = in_use(both_floor, at(14), at(15))
    won = booked(both_floor.store, both_floor.people.bram, at(15), at(16), now=at(14, 49))
    lost = longer(both_floor.store, slot, at(14, 50))
    assert lost.objections[0].params == {"start": stamp(won.start), "until": stamp(won.end)}


def test_the_node_of_a_running_session_is_ordered_to_the_new_end_once(both_floor):
    store, amelie = both_floor.store, both_floor.people.amelie
    slot = booked(store, amelie, NOW, NOW + HOUR)
    journal = Journal().write(
        "session-start", NOW, "s1", who=amelie, kind="use", until=stamp(NOW + HOUR), reservation=slot.id
    )
    store.write(lambda tx: metering.take(tx, "las-1", journal.batch(), NOW))
    assert present(store, slot).status is ReservationStatus.IN_USE
    longer(store, slot, NOW + 50 * MINUTE)
    orders = store.write(lambda tx: tx.outbox.due(NOW + timedelta(days=1), ["order"]))
    assert [one.target for one in orders] == ["las-1"]
    payload = orders[0].payload
    assert (payload["order"], payload["session"]) == ("extend", "s1")
    assert payload["args"] == {"until": stamp(NOW + HOUR + 15 * MINUTE)}

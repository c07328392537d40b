"""What did the nodes do? Each record once, and sessions with the right minutes, whatever happens on the way."""

import random
from datetime import timedelta

import pytest

from core.vocabulary import EndQuality, ReservationKind, ReservationStatus, StopReason
from core.wire.messages import Ack, Records
from hub.services import metering
from hub.services.reserving import Wish, reserve
from tests.cast import NOW
from tests.changing import replace
from tests.hub.services.desk import came, mails
from tests.hub.services.floor import NODE, Floor, Journal

MINUTE = timedelta(minutes=1)


def take(floor: Floor, batch: Records) -> Ack | None:
    return floor.store.write(lambda tx: metering.take(tx, NODE, batch, NOW))


def stored(floor: Floor) -> list[tuple[str, int]]:
    kept = floor.store.read(lambda tx: tx.records.of(NODE, ["boot", "busy", "idle", "session-start"], 1000))
    return sorted((one.journal, one.seq) for one in kept)


def session(floor: Floor, name: str = "s1"):
    return floor.store.read(lambda tx: tx.sessions.get(name))


def long_journal(length: int = 30) -> Journal:
    journal = Journal()
    for number in range(length):
        journal.write(("boot", "busy", "idle")[number % 3], NOW + number * MINUTE)
    return journal


def test_a_batch_is_stored_and_acknowledged_up_to_its_last_record(both_floor: Floor) -> None:
    journal = long_journal(5)
    ack = take(both_floor, journal.batch())
    assert ack is not None
    assert ack.journals == {"j1": 5}
    assert stored(both_floor) == [("j1", seq) for seq in range(1, 6)]


def test_what_comes_twice_is_stored_once(both_floor: Floor) -> None:
    journal = long_journal(9)
    take(both_floor, journal.batch(1, 6))
    ack = take(both_floor, journal.batch(4, 9))
    assert ack is not None
    assert ack.journals == {"j1": 9}
    take(both_floor, journal.batch())
    assert stored(both_floor) == [("j1", seq) for seq in range(1, 10)]


def test_a_batch_that_comes_before_its_turn_waits_for_the_gap_to_fill(both_floor: Floor) -> None:
    journal = long_journal(9)
    assert take(both_floor, journal.batch(4, 6)) is None  # nothing is acknowledged beyond a gap
    ack = take(both_floor, journal.batch(1, 2))
    assert ack is not None
    assert ack.journals == {"j1": 2}
    ack = take(both_floor, journal.batch(3, 3))
    assert ack is not None
    assert ack.journals == {"j1": 6}


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_order_and_the_doubles_each_record_is_there_once(floor: Floor, seed: int) -> None:
    dice = random.Random(seed)
    journal = long_journal()
    batches = [journal.batch(first, min(30, first + dice.randrange(6))) for first in range(1, 31)]
    batches += dice.sample(batches, 10)
    dice.shuffle(batches)
    acks = [take(floor, batch) for batch in batches]
    assert stored(floor) == [("j1", seq) for seq in range(1, 31)]
    assert max(ack.journals["j1"] for ack in acks if ack) == 30
    told = [ack.journals["j1"] for ack in acks if ack]
    assert told == sorted(told)  # an acknowledgement never goes back


def test_a_second_truth_under_the_same_number_is_kept_aside_and_not_believed(both_floor: Floor) -> None:
    journal, forged = long_journal(3), Journal()
    take(both_floor, journal.batch())
    forged.write("boot", NOW).write("busy", NOW + 9 * MINUTE).write("idle", NOW + 10 * MINUTE)
    ack = take(both_floor, forged.batch(2, 3))
    assert ack is not None
    assert ack.journals == {"j1": 3}
    actions = [entry.action for entry in both_floor.store.read(lambda tx: tx.audit.read())]
    assert actions.count("records.aside") == 2
    take(both_floor, forged.batch(2, 3))  # said once, not at every repetition
    again = [entry.action for entry in both_floor.store.read(lambda tx: tx.audit.read())]
    assert again.count("records.aside") == 2


def test_a_record_whose_hash_is_not_its_own_stops_the_journal_there(floor: Floor) -> None:
    journal = long_journal(4)
    broken = dict(journal.records[2]) | {"data": {"power_s": 999}}
    batch = journal.batch()
    ack = take(floor, replace(batch, records=(*batch.records[:2], broken, *batch.records[3:])))
    assert ack is not None
    assert ack.journals == {"j1": 2}
    ack = take(floor, journal.batch())  # the true one comes after all
    assert ack is not None
    assert ack.journals == {"j1": 4}


def test_a_chain_that_does_not_fit_is_acknowledged_as_nothing(floor: Floor) -> None:
    journal, other = long_journal(2), Journal()
    other.write("idle", NOW).write("busy", NOW).write("idle", NOW)
    take(floor, journal.batch())
    ack = take(floor, other.batch(3, 3))
    assert ack is not None
    assert ack.journals == {"j1": 2}


def test_a_node_that_is_not_ours_is_not_answered(floor: Floor) -> None:
    batch = long_journal(1).batch()
    assert floor.store.write(lambda tx: metering.take(tx, "las-9", batch, NOW)) is None


def test_a_session_has_its_minutes_its_reason_and_its_walk_up(both_floor: Floor) -> None:
    amelie = both_floor.people.amelie
    take(both_floor, Journal().session(amelie, NOW, 12).batch())
    found = session(both_floor)
    assert (found.person, found.machine, found.node) == (amelie, "LAS-1", NODE)
    assert (found.start, found.end, found.minutes) == (NOW, NOW + 12 * MINUTE, 12)
    assert (found.end_reason, found.end_quality) == (StopReason.BADGE_OUT, EndQuality.EXACT)
    made = both_floor.store.read(lambda tx: tx.bookings.get(found.reservation))
    assert (made.kind, made.status, made.person) == (ReservationKind.WALKUP, ReservationStatus.DONE, amelie)
    assert (made.start, made.end) == (found.start, found.end)


def test_the_session_is_the_same_however_its_records_arrive(floor: Floor) -> None:
    journal = Journal().session(floor.people.amelie, NOW, 12)
    for seq in (3, 1, 4, 2, 2, 1):
        take(floor, journal.batch(seq, seq))
    assert session(floor).minutes == 12
    assert len(floor.store.read(lambda tx: tx.sessions.page())) == 1
    assert len(floor.store.read(lambda tx: tx.bookings.taken("LAS-1", NOW, NOW + 60 * MINUTE))) == 1


def test_while_it_runs_the_reservation_is_in_use_and_then_kept_for_a_second_tap(both_floor: Floor) -> None:
    amelie = both_floor.people.amelie
    wish = Wish("LAS-1", amelie, NOW, NOW + 60 * MINUTE, amelie)
    made = both_floor.store.write(lambda tx: reserve(tx, wish, NOW))
    journal = Journal().session(amelie, NOW, 12, reason="idle", reservation=made.id)
    take(both_floor, journal.batch(1, 2))
    assert session(both_floor).reservation == made.id
    assert session(both_floor).end is None
    assert both_floor.store.read(lambda tx: tx.bookings.get(made.id)).status is ReservationStatus.IN_USE
    take(both_floor, journal.batch(3, 4))
    assert both_floor.store.read(lambda tx: tx.bookings.get(made.id)).status is ReservationStatus.ARRIVED
    assert both_floor.store.read(lambda tx: tx.bookings.get(made.id)).end == NOW + 60 * MINUTE


def test_a_walk_up_offline_on_a_taken_seat_stays_without_a_reservation(floor: Floor) -> None:
    bram = floor.people.bram
    slot = floor.store.write(lambda tx: reserve(tx, Wish("LAS-1", bram, NOW, NOW + 30 * MINUTE, bram), NOW))
    came(floor.store, slot, NOW)  # two had it: people settle that
    take(floor, Journal().session(floor.people.amelie, NOW, 12).batch())
    assert session(floor).reservation is None
    assert session(floor).minutes == 12
    assert [entry.action for entry in floor.store.read(lambda tx: tx.audit.read())][-1] == "session.unbooked"


def test_e30_who_was_there_offline_keeps_the_time_and_who_booked_it_meanwhile_is_owed_another(
    both_floor: Floor,
) -> None:
    store, bram = both_floor.store, both_floor.people.bram
    slot = store.write(lambda tx: reserve(tx, Wish("LAS-1", bram, NOW, NOW + 30 * MINUTE, bram), NOW))
    after = store.write(
        lambda tx: reserve(tx, Wish("LAS-1", bram, NOW + 30 * MINUTE, NOW + 60 * MINUTE, bram), NOW)
    )
    take(both_floor, Journal().session(both_floor.people.amelie, NOW, 12).batch())
    made = store.read(lambda tx: tx.bookings.get(session(both_floor).reservation))
    assert (made.kind, made.person, made.status) == (
        ReservationKind.WALKUP,
        both_floor.people.amelie,
        ReservationStatus.DONE,
    )
    lost = store.read(lambda tx: tx.bookings.get(slot.id))
    assert lost.status is ReservationStatus.DISPLACED
    owed = store.read(lambda tx: tx.rebookings.of(bram))
    assert [one.reservation for one in owed] == [slot.id]
    assert "reservation.displaced" in mails(store, bram)
    assert store.read(lambda tx: tx.strikes.of(bram, "adc")) == []
    assert store.read(lambda tx: tx.bookings.get(after.id)).status is ReservationStatus.CONFIRMED


def test_a_node_cannot_hang_its_session_on_somebody_elses_reservation(floor: Floor) -> None:
    bram = floor.people.bram
    slot = Wish("LAS-1", bram, NOW + 60 * MINUTE, NOW + 90 * MINUTE, bram)
    made = floor.store.write(lambda tx: reserve(tx, slot, NOW))
    take(floor, Journal().session(floor.people.amelie, NOW, 12, reservation=made.id).batch())
    assert session(floor).reservation != made.id
    assert floor.store.read(lambda tx: tx.bookings.get(made.id)).status is ReservationStatus.CONFIRMED


def test_a_session_of_nobody_is_stored_as_records_alone(floor: Floor) -> None:
    ack = take(floor, Journal().session("nobody", NOW, 12).batch())
    assert ack is not None
    assert ack.journals == {"j1": 4}
    assert session(floor) is None


def test_records_that_make_no_sense_are_kept_and_end_nothing(floor: Floor) -> None:
    journal = Journal()
    journal.write("session-start", NOW, "s1", who=floor.people.amelie, kind="party", until="soon")
    journal.write("session-end", NOW, "s1", reason="because")
    ack = take(floor, journal.batch())
    assert ack is not None
    assert ack.journals == {"j1": 2}
    assert session(floor) is None


def test_after_a_power_cut_the_end_comes_in_the_next_journal(floor: Floor) -> None:
    first = Journal().session(floor.people.amelie, NOW, 12)
    take(floor, first.batch(1, 2))
    second = Journal("j2", replace(first.head, seq=0))
    second.write("boot", NOW + 20 * MINUTE)
    second.write("power-off", NOW + 8 * MINUTE, "s1")
    second.write(
        "session-end", NOW + 20 * MINUTE, "s1", reason="interrupted", end_quality="estimated", power_s=480
    )
    take(floor, second.batch())
    found = session(floor)
    assert (found.minutes, found.end_reason, found.end_quality) == (
        8,
        StopReason.INTERRUPTED,
        EndQuality.ESTIMATED,
    )


@pytest.mark.parametrize(("minutes", "counted"), [(4, 0), (5, 2)])
def test_five_minutes_of_power_count_as_use_of_the_certificate_and_its_prerequisite(
    floor: Floor, minutes: int, counted: int
) -> None:
    take(floor, Journal().session(floor.people.amelie, NOW, minutes).batch())
    events = floor.store.read(lambda tx: tx.certificates.events(floor.people.amelie))
    assert [event.kind for event in events].count("use") == counted


def test_a_journal_whose_oldest_records_the_node_has_deleted_begins_where_it_says(both_floor: Floor) -> None:
    journal = long_journal(9)
    ack = take(both_floor, Records("j1", "b1", 4, tuple(journal.records[3:7])))
    assert ack is not None
    assert ack.journals == {"j1": 7}
    assert stored(both_floor) == [("j1", seq) for seq in range(4, 8)]
    ack = take(both_floor, Records("j1", "b1", 4, tuple(journal.records[5:9])))
    assert ack is not None
    assert ack.journals == {"j1": 9}


def test_a_restored_hub_is_not_kept_waiting_for_what_the_node_has_deleted(floor: Floor) -> None:
    journal = long_journal(9)
    take(floor, journal.batch(1, 3))
    ack = take(floor, Records("j1", "b1", 6, tuple(journal.records[5:9])))
    assert ack is not None
    assert ack.journals == {"j1": 9}
    assert stored(floor) == [("j1", seq) for seq in (1, 2, 3, 6, 7, 8, 9)]


def test_a_gap_behind_the_first_record_that_the_node_still_has_is_waited_for(floor: Floor) -> None:
    journal = long_journal(9)
    assert take(floor, Records("j1", "b1", 4, tuple(journal.records[5:7]))) is None
    assert stored(floor) == []


def test_a_first_record_that_says_it_is_before_the_ones_sent_lets_no_broken_chain_in(floor: Floor) -> None:
    journal, other = long_journal(5), long_journal(5)
    other.records[4] = other.records[4] | {"prev": "00"}
    take(floor, journal.batch(1, 4))
    assert take(floor, Records("j1", "b1", 5, (other.records[4],))).journals == {"j1": 4}


@pytest.mark.parametrize("seed", range(8))
def test_a_node_whose_first_is_that_of_each_batch_loses_nothing_in_any_order(floor: Floor, seed: int) -> None:
    dice = random.Random(seed)
    journal = long_journal()
    spans = [(first, min(30, first + dice.randrange(6))) for first in range(1, 31)]
    dice.shuffle(spans)
    for first, last in spans:
        take(floor, Records("j1", "b1", first, tuple(journal.records[first - 1 : last])))
    assert stored(floor) == [("j1", seq) for seq in range(1, 31)]


def test_a_late_record_that_does_not_fit_the_one_behind_it_is_kept_aside(floor: Floor) -> None:
    journal, other = long_journal(5), long_journal(5)
    stranger = Journal().write("boot", NOW).write("busy", NOW - MINUTE)
    take(floor, Records("j1", "b1", 3, tuple(journal.records[2:])))
    take(floor, Records("j1", "b1", 2, (stranger.records[1],)))
    assert stored(floor) == [("j1", seq) for seq in (3, 4, 5)]
    take(floor, Records("j1", "b1", 1, tuple(other.records[:2])))
    assert stored(floor) == [("j1", seq) for seq in range(1, 6)]

"""What does the hub answer a node that asks about a badge?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

from core.timeline import stamp
from core.vocabulary import BadgeState, LockKind, Purpose, Reason, ReservationKind, ReservationStatus
from core.wire.messages import Answer, body_of, read
from hub.ports import Tx
from hub.services import asking, locking_out, metering, presence
from hub.services.enrolling import rest_badge
from hub.services.reserving import Wish, reserve
from tests.cast import NOW
from tests.hub.services.floor import NODE, VAULT, Floor, Journal

MINUTE = timedelta(minutes=1)


def asked(floor: Floor, key: str, purpose: Purpose = Purpose.WALK_UP, now: datetime = NOW) -> Answer:
    ask = floor.ask(key, purpose, now)
    answer = floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, now))
    assert answer is not None
    return read(Answer, body_of(answer))  # what the node will read


def codes(answer: Answer) -> list[Reason]:
    return [one.code for one in answer.decision.objections]


def booked(floor: Floor, who: str, start: datetime, end: datetime) -> str:
    person = getattr(floor.people, who)
    return floor.store.write(lambda tx: reserve(tx, Wish("LAS-1", person, start, end, person), NOW)).id


def test_a_walk_up_is_booked_in_the_same_answer(both_floor: Floor) -> None:  # R33
    answer = asked(both_floor, both_floor.key("amelie"))
    assert answer.decision.allowed
    assert answer.decision.until == NOW + 30 * MINUTE
    assert answer.grant["who"] == both_floor.people.amelie
    made = both_floor.store.read(lambda tx: tx.bookings.get(answer.reservation["id"]))
    assert (made.kind, made.status) == (ReservationKind.WALKUP, ReservationStatus.ARRIVED)
    assert (made.start, made.end) == (NOW, NOW + 30 * MINUTE)
    assert (answer.id, answer.nonce) == ("q1", "nonce")


def test_the_walk_up_ends_where_the_next_booking_begins(floor: Floor) -> None:
    booked(floor, "bram", NOW + 15 * MINUTE, NOW + 60 * MINUTE)
    assert asked(floor, floor.key("amelie")).decision.until == NOW + 15 * MINUTE
    late = asked(floor, floor.key("tom"), now=NOW + 6 * MINUTE)
    assert codes(late) == [Reason.RESERVED_OTHER]  # Amélie's walk-up holds


def test_a_refused_walk_up_books_nothing(both_floor: Floor) -> None:
    assert codes(asked(both_floor, both_floor.key("nils"))) == [Reason.CERT_MISSING]
    assert both_floor.store.read(lambda tx: tx.bookings.taken("LAS-1", NOW, NOW + 60 * MINUTE)) == []


def test_her_own_slot_is_answered_with_its_reservation_and_no_second_one(floor: Floor) -> None:
    reservation = booked(floor, "amelie", NOW, NOW + 60 * MINUTE)
    answer = asked(floor, floor.key("amelie"), Purpose.USE)
    assert (answer.decision.until, answer.reservation["id"]) == (NOW + 60 * MINUTE, reservation)
    assert len(floor.store.read(lambda tx: tx.bookings.taken("LAS-1", NOW, NOW + 60 * MINUTE))) == 1


def test_a_no_show_gives_way_at_the_end_of_the_grace_and_not_before(both_floor: Floor) -> None:
    bram = booked(both_floor, "bram", NOW, NOW + 60 * MINUTE)
    key = both_floor.key("amelie")
    assert codes(asked(both_floor, key, now=NOW + 15 * MINUTE - timedelta(milliseconds=1))) == [
        Reason.RESERVED_OTHER
    ]
    assert asked(both_floor, key, now=NOW + 15 * MINUTE).decision.allowed
    assert both_floor.store.read(lambda tx: tx.bookings.get(bram)).status is ReservationStatus.NO_SHOW


def test_who_has_arrived_keeps_his_slot(floor: Floor) -> None:
    bram = booked(floor, "bram", NOW, NOW + 60 * MINUTE)
    journal = Journal().session(floor.people.bram, NOW, 5, reason="idle", reservation=bram)
    floor.store.write(lambda tx: metering.take(tx, NODE, journal.batch(), NOW + 5 * MINUTE))
    assert codes(asked(floor, floor.key("amelie"), now=NOW + 20 * MINUTE)) == [Reason.RESERVED_OTHER]


def test_strangers_and_badges_of_others_are_not_told_more_than_needed(floor: Floor) -> None:
    assert codes(asked(floor, "no-such-key")) == [Reason.BADGE_UNKNOWN]
    assert codes(asked(floor, floor.key("olga"))) == [Reason.BADGE_UNKNOWN]

    def lose(tx):
        rest_badge(tx, tx.badges.of(floor.people.bram)[0].id, BadgeState.LOST, floor.people.dora, NOW)

    floor.store.write(lose)
    assert codes(asked(floor, floor.key("bram"))) == [Reason.SEE_DESK]


def test_a_locked_machine_is_given_to_nobody(floor: Floor) -> None:
    floor.store.write(
        lambda tx: locking_out.lock(tx, floor.people.dora, "LAS-1", LockKind.LOCKOUT, "lens", NOW)
    )
    assert codes(asked(floor, floor.key("amelie"))) == [Reason.LOCKOUT]


def test_a_node_that_is_not_ours_gets_no_answer(floor: Floor) -> None:
    ask = floor.ask(floor.key("amelie"))
    assert floor.store.write(lambda tx: asking.answer(tx, "las-9", ask, VAULT, NOW)) is None


def test_of_five_who_walk_up_at_the_same_moment_one_gets_the_machine(both_floor: Floor) -> None:
    names = ("amelie", "bram", "tom", "dora", "max")
    start = Barrier(len(names))

    def walk_up(name: str) -> Answer:
        start.wait(10)
        return asked(both_floor, both_floor.key(name))

    with ThreadPoolExecutor(len(names)) as pool:
        answers = list(pool.map(walk_up, names))
    assert sum(answer.decision.allowed for answer in answers) == 1
    assert {code for answer in answers for code in codes(answer)} == {Reason.RESERVED_OTHER}
    assert len(both_floor.store.read(lambda tx: tx.bookings.taken("LAS-1", NOW, NOW + 60 * MINUTE))) == 1


def running(floor: Floor, who: str, responsible: str | None = None, reservation: str | None = None) -> None:
    """A session of this person runs at LAS-1."""
    until = stamp(NOW + 60 * MINUTE)
    said = {"who": getattr(floor.people, who), "kind": "use", "until": until, "reservation": reservation}
    journal = Journal().write("session-start", NOW, "s1", responsible=responsible, **said)
    floor.store.write(lambda tx: metering.take(tx, NODE, journal.write("power-on", NOW, "s1").batch(), NOW))


def present(floor: Floor, name: str, at: datetime = NOW) -> None:
    """He has said with a second factor that he is in the workshop."""

    def confirm(tx: Tx) -> None:
        person = tx.people.get(getattr(floor.people, name))
        assert person is not None
        presence.confirm(tx, person, person.lab, at)

    floor.store.write(confirm)


def test_tom_who_trains_may_stand_beside_a_learner_and_amelie_may_not(both_floor: Floor) -> None:
    present(both_floor, "tom")
    assert asked(both_floor, both_floor.key("tom"), Purpose.SUPERVISE).decision.allowed
    assert codes(asked(both_floor, both_floor.key("amelie"), Purpose.SUPERVISE)) == [
        Reason.SUPERVISOR_INVALID
    ]
    assert codes(asked(both_floor, "no-such-key", Purpose.SUPERVISE)) == [Reason.BADGE_UNKNOWN]


def test_tom_whose_own_certificate_is_gone_supervises_nobody(floor: Floor) -> None:
    def revoke(tx: Tx) -> None:
        (his,) = (one for one in tx.certificates.of(floor.people.tom) if one.course == "LAS1")
        tx.certificates.record(his, "revoke", NOW, by=floor.people.dora, reason="left the laser alone")

    floor.store.write(revoke)
    assert codes(asked(floor, floor.key("tom"), Purpose.SUPERVISE)) == [Reason.SUPERVISOR_INVALID]


def test_the_extend_button_of_a_running_session_adds_a_step_from_a_quarter_to_on(both_floor: Floor) -> None:
    reservation = booked(both_floor, "amelie", NOW, NOW + 60 * MINUTE)
    running(both_floor, "amelie", reservation=reservation)
    early = asked(both_floor, both_floor.key("amelie"), Purpose.USE, NOW + 44 * MINUTE)
    assert codes(early) == [Reason.HORIZON]
    answer = asked(both_floor, both_floor.key("amelie"), Purpose.USE, NOW + 45 * MINUTE)
    assert (answer.decision.allowed, answer.decision.until) == (True, NOW + 75 * MINUTE)


def test_the_extend_button_stops_at_the_next_booking(floor: Floor) -> None:
    reservation = booked(floor, "amelie", NOW, NOW + 60 * MINUTE)
    booked(floor, "bram", NOW + 60 * MINUTE, NOW + 90 * MINUTE)
    running(floor, "amelie", reservation=reservation)
    assert Reason.RESERVED_OTHER in codes(asked(floor, floor.key("amelie"), Purpose.USE, NOW + 50 * MINUTE))


def test_whoever_is_too_late_for_a_slot_is_told_of_a_free_machine_of_the_family(both_floor: Floor) -> None:
    booked(both_floor, "bram", NOW, NOW + 60 * MINUTE)
    (objected,) = asked(both_floor, both_floor.key("amelie")).decision.objections
    assert (objected.code, objected.params["machine"]) == (Reason.RESERVED_OTHER, "LAS-2")


def test_a_machine_that_is_taken_too_or_broken_is_not_named(floor: Floor) -> None:
    booked(floor, "bram", NOW, NOW + 60 * MINUTE)
    dora = floor.people.dora
    floor.store.write(lambda tx: locking_out.lock(tx, dora, "LAS-2", LockKind.OUT, "lens", NOW))
    (objected,) = asked(floor, floor.key("amelie")).decision.objections
    assert "machine" not in objected.params


def test_somebody_without_the_certificate_is_sent_to_no_other_machine(floor: Floor) -> None:
    booked(floor, "bram", NOW, NOW + 60 * MINUTE)
    objections = asked(floor, floor.key("nils")).decision.objections
    assert Reason.CERT_MISSING in [one.code for one in objections]
    assert not [one for one in objections if "machine" in (one.params or {})]

"""What may a question be answered from, while nobody waits for a write? Memory that knows of every change."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core.vocabulary import BadgeState, LockKind, MemberStatus, Purpose, Reason, ReservationStatus
from core.wire.messages import Answer
from hub.ports import Tx
from hub.services import asking, locking_out
from hub.services.asking import MustWriteError
from hub.services.reserving import Wish, reserve
from tests.cast import NOW
from tests.hub.services.floor import NODE, VAULT, Floor
from tests.hub.services.test_asking import running

HOUR = timedelta(hours=1)


def at_once(floor: Floor, purpose: Purpose = Purpose.USE, now: datetime = NOW) -> Answer | None:
    ask = floor.ask(floor.key("amelie"), purpose, now)
    return floor.store.read(lambda tx: asking.answer(tx, NODE, ask, VAULT, now, reads_only=True))


def in_turn(floor: Floor, now: datetime = NOW) -> Answer | None:
    ask = floor.ask(floor.key("amelie"), Purpose.USE, now)
    return floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, now))


@pytest.fixture
def hers(both_floor: Floor) -> str:
    """Amélie's slot runs, and her badge has been seen here before."""
    amelie = both_floor.people.amelie
    wish = Wish("LAS-1", amelie, NOW, NOW + HOUR, amelie)
    made = both_floor.store.write(lambda tx: reserve(tx, wish, NOW))
    assert in_turn(both_floor).decision.allowed
    return made.id


def test_her_own_slot_is_answered_at_once_as_it_is_in_turn(both_floor: Floor, hers: str) -> None:
    assert at_once(both_floor) == in_turn(both_floor)
    assert at_once(both_floor).reservation["id"] == hers


def test_a_badge_that_nobody_has_met_is_looked_for_in_turn(both_floor: Floor) -> None:
    with pytest.raises(MustWriteError):
        at_once(both_floor)


def test_a_walk_up_is_booked_in_turn_and_never_at_once(both_floor: Floor, hers: str) -> None:
    later = NOW + 2 * HOUR
    with pytest.raises(MustWriteError):
        at_once(both_floor, Purpose.WALK_UP, later)
    assert both_floor.store.read(lambda tx: tx.bookings.taken("LAS-1", later, later + HOUR)) == []


def test_one_more_step_for_who_sits_there_is_booked_in_turn(both_floor: Floor, hers: str) -> None:
    running(both_floor, "amelie", reservation=hers)
    with pytest.raises(MustWriteError):
        at_once(both_floor)


@pytest.mark.parametrize("purpose", [Purpose.ENROL, Purpose.SUPERVISE, Purpose.SIGN_OFF])
def test_what_is_no_start_is_answered_in_turn(both_floor: Floor, hers: str, purpose: Purpose) -> None:
    with pytest.raises(MustWriteError):
        at_once(both_floor, purpose)


def lose_badge(tx: Tx, floor: Floor, _slot: str) -> None:
    (badge,) = tx.badges.of(floor.people.amelie)
    tx.badges.set_state(badge.id, BadgeState.LOST, NOW)


def lock(tx: Tx, floor: Floor, _slot: str) -> None:
    locking_out.lock(tx, floor.people.dora, "LAS-1", LockKind.LOCKOUT, "lens", NOW)


def suspend(tx: Tx, floor: Floor, _slot: str) -> None:
    tx.people.change(floor.people.amelie, {"status": MemberStatus.SUSPENDED})


@pytest.mark.parametrize(
    ("change", "code"),
    [(lose_badge, Reason.SEE_DESK), (lock, Reason.LOCKOUT), (suspend, Reason.SEE_DESK)],
)
def test_what_staff_have_just_changed_is_in_the_next_answer(
    both_floor: Floor, hers: str, change: Callable[[Tx, Floor, str], None], code: Reason
) -> None:
    assert at_once(both_floor).decision.allowed
    both_floor.store.write(lambda tx: change(tx, both_floor, hers))
    assert at_once(both_floor).decision.objections[0].code == code


def test_a_slot_that_is_given_up_lets_nobody_in(both_floor: Floor, hers: str) -> None:
    assert at_once(both_floor).decision.allowed

    def give_up(tx: Tx) -> None:
        tx.bookings.set_status(tx.bookings.get(hers), ReservationStatus.CANCELLED, NOW)

    both_floor.store.write(give_up)
    with pytest.raises(MustWriteError):  # a walk-up now
        at_once(both_floor)


def test_a_node_that_is_retired_is_answered_no_more_and_again_when_it_is_back(
    both_floor: Floor, hers: str
) -> None:
    assert at_once(both_floor).decision.allowed
    both_floor.store.write(lambda tx: tx.nodes.retire(NODE, NOW))
    assert at_once(both_floor) is None
    both_floor.store.write(lambda tx: tx.nodes.retire(NODE, None))
    assert at_once(both_floor).decision.allowed


def test_a_node_that_was_moved_is_asked_for_its_new_machine_alone(both_floor: Floor, hers: str) -> None:
    assert at_once(both_floor).reservation["id"] == hers
    both_floor.store.write(lambda tx: tx.nodes.move(NODE, "LAS-2"))
    with pytest.raises(MustWriteError):  # there her slot is nothing: a walk-up
        at_once(both_floor)


def test_a_restored_store_answers_with_its_own_mark(both_floor: Floor, hers: str) -> None:
    mark = both_floor.store.read(lambda tx: tx.meta.mark())
    assert (at_once(both_floor).epoch, at_once(both_floor).store) == (mark.epoch, mark.store)

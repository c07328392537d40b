"""What does the doorman still know after a start of his own, and what does a spoilt shelf cost?"""

import pytest

from core.views import grant_body
from node.ports import ShelfBroken
from tests.node.doorman.conftest import booking, grant

MINUTE_S = 60


def test_who_came_is_known_after_the_doorman_has_started_again(offline) -> None:
    offline.tap("amelie")
    offline.tap("amelie")  # and out again: the slot is hers to its end
    offline.restart_doorman(ntp=True)
    offline.pass_s(20 * MINUTE_S, step_ms=5000)  # past the grace
    assert offline.tap("driss").reason == "RESERVED_OTHER"


def test_one_who_waited_while_another_overran_has_come_for_the_new_doorman_too(offline) -> None:
    offline.tap("amelie")
    offline.contact(busy=True)
    offline.pass_s(61 * MINUTE_S, step_ms=5000)
    assert offline.tap("bram").allowed is False
    offline.restart_doorman(ntp=True)
    offline.contact(busy=False)
    offline.pass_s(20 * MINUTE_S, step_ms=5000)
    assert offline.tap("driss").reason == "RESERVED_OTHER"


def test_a_guest_whom_only_the_hub_knows_ends_his_session_after_a_start_of_the_doorman(machine) -> None:
    machine.send_view(bookings=())
    machine.tap("stranger")
    guest = grant("stranger")
    until = machine.clock.wall().replace(hour=13, minute=30)
    machine.answer_ask(allowed=True, until=until, grant=grant_body(guest))
    assert machine.relay
    machine.restart_doorman(ntp=True)
    machine.pass_s(40)
    assert machine.tap("stranger").action == "end"


def test_a_shelf_that_was_damaged_is_told_once_and_no_tap_is_let_in_before_a_new_view(machine) -> None:
    machine.disconnect()
    machine.spoil_shelf()
    assert machine.tap("amelie").reason == "STALE"
    assert not machine.relay
    told = [record["data"]["category"] for record in machine.records("report")]
    assert told == ["shelf-damaged"]
    machine.meet_keeper()
    machine.settle()
    assert len(machine.records("report")) == 1
    machine.connect()
    assert machine.tap("amelie").allowed


class FullDisk:
    """A shelf whose card takes nothing more, until there is room."""

    def __init__(self, shelf) -> None:
        self._shelf, self.room = shelf, False

    def __getattr__(self, name):
        if name.startswith(("keep_", "remember")) and not self.room:
            return self._refuse
        return getattr(self._shelf, name)

    def _refuse(self, *_things):
        raise ShelfBroken("database or disk is full")


@pytest.fixture
def full(machine):
    """The doorman's disk is full from now on."""
    exchange = machine.doorman._house.exchange
    exchange._world = type(exchange._world)(
        machine.link, FullDisk(machine.shelf), machine.clock, exchange._world.nonce, exchange._world.ntp
    )
    exchange.holdings._shelf = exchange._world.shelf
    return machine


def test_a_full_disk_ends_no_session_and_no_doorman(full) -> None:
    assert full.tap("amelie").allowed
    full.pass_s(2 * 3600, step_ms=60_000)  # the hourly ages cannot be kept either
    assert full.screen


def test_a_view_that_cannot_be_kept_is_not_used_and_a_lock_holds_all_the_same(full) -> None:
    full.send_view(bookings=(booking("bram", 0, 60),))
    assert not let_in(full, "bram")  # the old view still says Amelie
    full.lock_out("driss")
    assert full.tap("amelie").reason == "LOCKOUT"


def let_in(machine, who: str) -> bool:
    """Whether the badge is let in, by a node whose hub does not answer."""
    machine.tap(who)
    machine.pass_s(1)
    return machine.outcomes[-1].allowed


def room(machine) -> None:
    """Somebody has made room on the card."""
    machine.doorman._house.exchange.shelf.room = True


def test_with_room_again_the_waiting_view_is_in_force_by_itself_after_a_start_too(full) -> None:
    full.send_view(bookings=(booking("bram", 0, 60),))
    room(full)
    full.pass_s(8)
    assert not let_in(full, "bram")  # looked at every ten seconds
    full.pass_s(1)
    assert full.tap("bram").allowed
    full.restart_doorman(ntp=True)
    assert full.tap("bram").action == "end"


def test_with_room_again_a_lock_of_the_full_time_is_on_the_disk_too(full) -> None:
    full.lock_out("driss")
    assert full.shelf.locks().body["locks"] == []
    room(full)
    full.pass_s(11)
    assert [lock["owner"] for lock in full.shelf.locks().body["locks"]] == ["driss"]


def test_a_view_that_cannot_be_kept_makes_the_old_one_no_younger(full) -> None:
    exchange = full.doorman._house.exchange
    full.disconnect()
    full.leap_s(20 * 3600)
    full.send_view(bookings=(booking("bram", 0, 60),), issued=full.clock.wall())
    assert exchange.view_age_ms >= 20 * 3_600_000


def test_who_came_while_the_disk_was_full_is_remembered_once_there_is_room(full) -> None:
    full.tap("amelie")
    room(full)
    full.pass_s(12)
    assert full.shelf.recall("visitors")["keys"]

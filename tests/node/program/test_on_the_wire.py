"""A whole node and a real broker; the hub is played by hand, as wire.md lets anybody do."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from queue import Queue
from typing import Any

import pytest

from core.wire.messages import Done, NodeState
from loquet.models.card import Card
from loquet.models.chip import Chip
from node.app.doorman import DoormanProgram, doorman_program
from node.doorman.outcome import TapOutcome
from node.doorman.parts import DoormanParts
from node.settings import NodeSettings
from tests.node.doorman.conftest import BareHardware
from tests.node.program.conftest import WITHIN_S, wait_for
from tests.node.program.house import HERS
from tests.node.program.hub_by_hand import HubByHand, let_in, now, stamp


@pytest.fixture
def hub(broker: Any) -> Iterator[HubByHand]:
    made = HubByHand(broker.port, "hub-secret")
    made.say_view()
    made.say_locks()
    yield made
    made.close()


@pytest.fixture
def node(
    settings: NodeSettings,
    broker: Any,
    hub: HubByHand,
    chip: Chip,
    outcomes: "Queue[TapOutcome]",
    keeping: None,
) -> Iterator[DoormanProgram]:
    password = settings.state_dir / "password"
    password.write_text("las-1-secret")
    wired = replace(settings.broker, port=broker.port, password_file=password)
    made = doorman_program(
        replace(settings, broker=wired), parts=DoormanParts(pause_us=chip.pass_us, outcome=outcomes.put)
    )
    thread = threading.Thread(target=made.run)
    thread.start()
    wait_for(
        lambda: made.seen.fresh and "stale" not in made.seen.inhibits and made.seen.keeper == "ok", "linked"
    )
    yield made
    made.stop()
    thread.join(WITHIN_S)
    assert not thread.is_alive()


def lay(node: DoormanProgram, chip: Chip, outcomes: "Queue[TapOutcome]") -> TapOutcome:
    chip.air.lay(Card(HERS))
    outcome = outcomes.get(timeout=WITHIN_S)
    chip.air.lift()
    wait_for(lambda: not node.seen.card and node.seen.idle, "card gone")
    return outcome


def test_a_walk_up_is_booked_by_the_hub_powered_recorded_and_ended(
    node: DoormanProgram, hub: HubByHand, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    let_in(hub)
    assert lay(node, chip, outcomes).action == "start"
    assert hardware.relay
    wait_for(lambda: "power-on" in hub.types() and hub.last(NodeState).relay == "closed", "hub knows")
    assert hub.last(NodeState).session
    assert lay(node, chip, outcomes).action == "end"
    wait_for(lambda: not node.seen.unacked, "all records stored")
    assert "session-start" in hub.types()
    start = next(record for record in hub.records.values() if record["type"] == "session-start")
    assert start["data"]["reservation"] == "walk-1"


def test_what_the_hub_refuses_is_refused(
    node: DoormanProgram, hub: HubByHand, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    assert lay(node, chip, outcomes).reason == "QUOTA"
    assert not hardware.relay


def test_a_lockout_from_the_hub_opens_the_relay_and_its_record_comes(
    node: DoormanProgram, hub: HubByHand, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    let_in(hub)
    assert lay(node, chip, outcomes).allowed
    hub.lock_rev = 2
    since = stamp(now())
    hub.say_locks(
        {"id": "l1", "kind": "lockout", "owner": "driss", "by": "driss", "reason": "belt", "since": since}
    )
    wait_for(lambda: not hardware.relay, "relay open")
    wait_for(lambda: "inhibit-set" in hub.types(), "record")
    wait_for(lambda: hub.last(NodeState).locks.ids == ("l1",), "shown")
    hub.lock_rev = 3
    hub.say_locks(lifted=("l1",))
    wait_for(lambda: "lockout" not in node.seen.inhibits, "lifted")
    assert not hardware.relay


def test_a_revoked_grant_stops_the_session(
    node: DoormanProgram, hub: HubByHand, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    let_in(hub)
    assert lay(node, chip, outcomes).allowed
    hub.view_rev = 2
    hub.say_view(grants={})
    wait_for(lambda: node.seen.phase != "in-use", "winding down")
    wait_for(lambda: any(one["data"].get("reason") == "revoked" for one in hub.records.values()), "told why")


def test_an_order_is_carried_out_and_answered(
    node: DoormanProgram, hub: HubByHand, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    let_in(hub)
    assert lay(node, chip, outcomes).allowed
    hub.order("stop-now", None)
    wait_for(lambda: not hardware.relay, "relay open")
    wait_for(lambda: hub.last(Done) is not None, "answered")
    assert hub.last(Done).ok


def test_with_the_broker_killed_the_badge_still_works_and_the_records_come_once(
    node: DoormanProgram,
    broker: Any,
    hub: HubByHand,
    chip: Chip,
    hardware: BareHardware,
    outcomes: "Queue[TapOutcome]",
) -> None:
    wait_for(lambda: not node.seen.unacked, "all stored")
    broker.kill()
    wait_for(lambda: not node.seen.online, "offline")
    assert lay(node, chip, outcomes).action == "start"
    assert hardware.relay
    broker.start()
    hub.close()
    again = HubByHand(broker.port, "hub-secret")
    again.say_view()
    again.say_locks()
    wait_for(lambda: "power-on" in again.types(), "records after the break")
    wait_for(lambda: not node.seen.unacked, "all stored")
    places = sorted(again.records)
    assert len({seq for _, seq in places}) == len(places)
    again.close()

"""The doorman as a program, without a network: it decides from its shelf."""

from queue import Queue

import pytest

from loquet.models.card import Card
from loquet.models.chip import Chip
from node.app.doorman import DoormanProgram
from node.doorman.outcome import TapOutcome
from node.settings import NodeSettings
from tests.node.doorman.conftest import BareHardware
from tests.node.program.conftest import WITHIN_S, wait_for
from tests.node.program.house import HERS


def test_a_badge_on_the_chip_closes_the_relay_and_the_next_opens_it(
    keeping: None, program: DoormanProgram, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    wait_for(lambda: program.seen.keeper == "ok" and "stale" not in program.seen.inhibits, "keeper met")
    chip.air.lay(Card(HERS))
    outcome = outcomes.get(timeout=WITHIN_S)
    assert (outcome.allowed, outcome.action, outcome.phase) == (True, "start", "in-use")
    assert hardware.relay
    assert program.seen.display[0] == "Bonjour Amelie !"
    chip.air.lift()
    wait_for(lambda: not program.seen.card, "card gone")
    wait_for(lambda: program.seen.idle, "at rest")
    chip.air.lay(Card(HERS))
    outcome = outcomes.get(timeout=WITHIN_S)
    assert outcome.action == "end"
    wait_for(lambda: program.seen.idle, "at rest")
    assert outcomes.empty()


def test_the_keeper_is_found_whenever_it_comes(
    program: DoormanProgram, settings: NodeSettings, request: pytest.FixtureRequest
) -> None:
    assert program.seen.keeper == "lost"
    request.getfixturevalue("keeping")
    wait_for(lambda: program.seen.keeper == "ok", "keeper met")


def test_a_doorman_that_ends_leaves_the_running_machine_alone(
    keeping: None, program: DoormanProgram, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    wait_for(lambda: program.seen.keeper == "ok" and "stale" not in program.seen.inhibits, "keeper met")
    chip.air.lay(Card(HERS))
    assert outcomes.get(timeout=WITHIN_S).allowed
    program.stop()
    assert hardware.relay

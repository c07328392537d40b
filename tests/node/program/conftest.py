"""A whole node in threads, as on a board: chip, real reader package, socket, keeper, face."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest
from gpiozero import Device

from loquet.models.chip import Chip, plug_in
from loquet.models.pins import Board
from node.app.doorman import DoormanProgram, doorman_program
from node.app.keeper import KeeperProgram, keeper_program
from node.doorman.outcome import TapOutcome
from node.doorman.parts import DoormanParts
from node.settings import NodeSettings, load
from tests.node.doorman.conftest import SETTINGS, BareHardware, HandLink
from tests.node.program.house import SECRET, WITHIN_S, put_on_shelf


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Until it is so; nothing here depends on how long that takes."""
    pause = threading.Event()
    for _ in range(WITHIN_S * 100):
        if condition():
            return
        pause.wait(0.01)
    pytest.fail(f"never: {what}")


@pytest.fixture
def settings(tmp_path: Path) -> NodeSettings:
    (tmp_path / "node.toml").write_text(SETTINGS)
    (tmp_path / "key").write_text(SECRET.hex())
    made = load(tmp_path / "node.toml")
    made.state_dir.mkdir()
    put_on_shelf(made.state_dir / "shelf.db")
    return made


@pytest.fixture
def hardware() -> BareHardware:
    return BareHardware()


@pytest.fixture
def keeping(settings: NodeSettings, hardware: BareHardware) -> Iterator[KeeperProgram]:
    made = keeper_program(settings, open_hardware=lambda: hardware)
    thread = threading.Thread(target=made.run)
    thread.start()
    wait_for(made.inbox.settled, "keeper at rest")
    yield made
    made.stop()
    thread.join(WITHIN_S)
    assert not thread.is_alive()
    assert not hardware.relay


@pytest.fixture
def chip() -> Iterator[Chip]:
    before = Device.pin_factory
    board, made = Board(), Chip()
    plug_in(made)
    yield made
    board.factory.reset()
    Device.pin_factory = before


@pytest.fixture
def outcomes() -> "Queue[TapOutcome]":
    return Queue()


@pytest.fixture
def program(settings: NodeSettings, chip: Chip, outcomes: "Queue[TapOutcome]") -> Iterator[DoormanProgram]:
    parts = DoormanParts(pause_us=chip.pass_us, link=HandLink(), outcome=outcomes.put, ntp=lambda: True)
    made = doorman_program(settings, parts=parts)
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.stop()
    thread.join(WITHIN_S)
    assert not thread.is_alive()

"""A whole node in threads, as on a board: chip, real reader package, socket, keeper, face."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue

import pytest
from gpiozero import Device

from core.calendars import Opening
from core.grants import Grant, MachinePolicy, MachineView
from core.views import view_body
from core.vocabulary import Audience, Risk
from core.wire.freshness import Home
from core.wire.seal import Keys, badge_key
from loquet.models.chip import Chip, plug_in
from loquet.models.pins import Board
from node.app.doorman import DoormanProgram, doorman_program
from node.app.keeper import KeeperProgram, keeper_program
from node.doorman.outcome import TapOutcome
from node.doorman.parts import DoormanParts
from node.doorman.shelf.sqlite import SqliteShelf
from node.ports import Ages, Kept
from node.settings import NodeSettings, load
from tests.node.doorman.conftest import SETTINGS, BareHardware, HandLink

HERS = bytes.fromhex("04a1b2c3d4e5f6")
SECRET = bytes(range(32))
WITHIN_S = 10


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


def open_view(now: datetime) -> MachineView:
    """Amelie may, the house is open around the clock."""
    key = badge_key(Keys.of(SECRET).badge, HERS)
    hours = Opening(now - timedelta(days=1), now + timedelta(days=1), Audience.MEMBERS)
    machine = MachinePolicy(
        id="LAS-1", lab="adc", name="Laser", family="laser", risk=Risk.LOW, age_limit_h=168
    )
    return MachineView(
        epoch=1_700_000_000,
        store="s1",
        rev=1,
        issued=now,
        machine=machine,
        grants={key: Grant(key, "amelie", "Amelie", "fr", None)},
        refusals={},
        bookings=(),
        openings=(hours,),
    )


def put_on_shelf(file: Path) -> None:
    """What a hub said before."""
    now = datetime.now(UTC)  # noqa: TID251  the program runs on the machine's clock
    view = open_view(now)
    home = Home(view.epoch, view.store)
    nothing = {"v": 1, "epoch": home.epoch, "store": home.store, "rev": 1, "locks": [], "lifted": []}
    shelf = SqliteShelf(file)
    shelf.keep_view(Kept(home, 1, view_body(view)), Ages(fresh_at=now, floor=now))
    shelf.keep_locks(Kept(home, 1, nothing))
    shelf.close()


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

"""A reader chip on a board without hardware: the real mfrc522 package over the model."""

from collections.abc import Iterator

import pytest
from gpiozero import Device

from loquet.models.chip import Chip, plug_in
from loquet.models.pins import Board

RESET_PIN = 25


@pytest.fixture
def board() -> Iterator[Board]:
    before = Device.pin_factory
    made = Board()
    yield made
    made.factory.reset()
    Device.pin_factory = before


@pytest.fixture
def chip(board: Board) -> Chip:
    made = Chip()
    plug_in(made)
    return made


@pytest.fixture
def reader(chip: Chip) -> Iterator[object]:
    from node.doorman.reader.fenced import FencedReader  # noqa: PLC0415  needs spidev, which `chip` supplies

    made = FencedReader(0, 0, RESET_PIN, pause_us=chip.pass_us)
    yield made
    made.Close_MFRC522()


@pytest.fixture
def shipped(chip: Chip, reader: object) -> object:
    """The package's own reader, as it is shipped."""
    from mfrc522 import MFRC522  # noqa: PLC0415  the same

    made = MFRC522(pin_mode=11, pin_rst=RESET_PIN)
    made.logger.handlers.clear()
    return made

"""B3: how many SPI transfers does a poll cost, beside mfrc522 as it is shipped, on the same chip model?"""

from collections.abc import Callable, Iterator

from benchmarks.figure import Figure
from loquet.models.card import Card
from loquet.models.chip import Chip, plug_in
from loquet.models.pins import Board

RESET_PIN = 25
UIDS = {4: "04a1b2c3", 7: "04a1b2c3d4e5f6", 10: "04a1b2c3d4e5f6a7b8c9"}


def measure() -> Iterator[Figure]:
    """An empty field, then a card of each length."""
    Board()
    chip = Chip()
    plug_in(chip)
    # after plug_in: the model supplies the spidev that the package imports
    from node.doorman.reader.fenced import FencedReader  # noqa: PLC0415

    ours = FencedReader(0, 0, RESET_PIN, pause_us=chip.pass_us)
    shipped = FencedReader.__mro__[1](pin_mode=11, pin_rst=RESET_PIN)
    empty = _transfers(chip, ours.read_uid)
    rival = _transfers(chip, lambda: shipped.MFRC522_Request(shipped.PICC_REQIDL))
    yield Figure(
        "B3", "SPI transfers of an empty poll", str(empty), str(rival), "<= 40", "<= 12", reached=empty <= 40
    )
    for length, uid in UIDS.items():
        chip.air.lay(Card(bytes.fromhex(uid)))
        yield Figure(
            "B3",
            f"SPI transfers to read a card of {length} bytes",
            str(_transfers(chip, ours.read_uid)),
            "-",
            "-",
        )
        chip.air.lift()


def _transfers(chip: Chip, act: Callable[[], object]) -> int:
    before = chip.transfers
    act()
    return chip.transfers - before

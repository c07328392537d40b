"""A USB reader that types, and one behind PC/SC: the same badges as the chip on SPI."""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from threading import Condition

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.doorman.events import CardGone, ReaderBack, ReaderLost, TapSeen
from node.doorman.reader import wedge
from node.doorman.reader.pcsc import GET_UID, PcscReader
from node.doorman.reader.poller import CHECK_POLLS, Poller
from node.doorman.reader.typed import FORMATS, LENGTHS, Format, uid_of
from node.doorman.reader.wedge import Wedge
from tests.node.reader.test_poller import StillClock

HERS = bytes.fromhex("04a1b2c3d4e5f6")
SHORT = bytes.fromhex("04a1b2c3")
CODES = {letter: code for code, letter in reversed(wedge.KEYS.items())}
WAIT_S = 10.0


def typed(text: str) -> bytes:
    """What the kernel tells of these keys and Enter: down, the report, up, the report."""
    codes = [CODES[letter] for letter in text] + [28]
    events = [
        (kind, code, value) for one in codes for kind, code, value in ((1, one, 1), (0, 0, 0), (1, one, 0))
    ]
    return b"".join(struct.pack("@llHHi", 1, 2, *event) for event in events)


# -- what is written


@given(
    uid=st.sampled_from(LENGTHS).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    kind=st.sampled_from(FORMATS),
)
def test_whatever_way_a_reader_writes_the_badge_is_the_same(uid: bytes, kind: str) -> None:
    turned = uid[::-1] if kind.endswith("reversed") else uid
    line = turned.hex() if kind.startswith("hex") else str(int.from_bytes(turned, "big"))
    assert uid_of(line, Format(kind, len(uid))) == uid


def test_the_same_card_in_the_four_ways() -> None:
    assert uid_of("04A1B2C3", Format("hex")) == SHORT
    assert uid_of("c3b2a104", Format("hex-reversed")) == SHORT
    assert uid_of("0077705923", Format("decimal")) == SHORT
    assert uid_of("3283263748", Format("decimal-reversed")) == SHORT


@pytest.mark.parametrize("line", ["", "4", "04a1b2", "04a1b2c3d4", "04a1b2cg", "-1", "04 a1b2c3", "٠٤"])
def test_what_is_no_badge_is_none(line: str) -> None:
    assert uid_of(line, Format("hex")) is None


def test_a_number_too_great_for_its_bytes_is_none() -> None:
    assert uid_of(str(2**32), Format("decimal")) is None
    assert uid_of(str(2**32 - 1), Format("decimal")) == b"\xff" * 4


@given(st.text(max_size=40), st.sampled_from(FORMATS), st.sampled_from((None, *LENGTHS)))
def test_whatever_is_typed_gives_a_whole_uid_or_none(line: str, kind: str, length: int | None) -> None:
    uid = uid_of(line, Format(kind, length))
    assert uid is None or len(uid) in LENGTHS


# -- the keys


class Told:
    """What the wedge's thread put; waited for."""

    def __init__(self) -> None:
        self.items: list[object] = []
        self._more = Condition()

    def put(self, item: object) -> None:
        with self._more:
            self.items.append(item)
            self._more.notify_all()

    def wait_for(self, count: int) -> list[object]:
        with self._more:
            assert self._more.wait_for(lambda: len(self.items) >= count, WAIT_S), self.items
            return list(self.items)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def grabbed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A pipe cannot be grabbed; that it was asked for is kept."""
    asked: list[int] = []
    monkeypatch.setattr(wedge, "grab", asked.append)
    monkeypatch.setattr(wedge, "AGAIN_S", 0.01)
    return asked


@pytest.fixture
def keyboard(tmp_path: Path, told: Told, grabbed: list[int]) -> Iterator[Path]:
    device = tmp_path / "event7"
    os.mkfifo(device)
    reader = Wedge(device, Format("hex"), told.put, StillClock())
    reader.start()
    yield device
    reader.stop()


def opened(device: Path) -> int:
    return os.open(device, os.O_RDWR)


def test_a_typed_badge_is_one_tap_and_its_going(keyboard: Path, told: Told, grabbed: list[int]) -> None:
    keys = opened(keyboard)
    os.write(keys, typed(HERS.hex()))
    items = [one for one in told.wait_for(2) if not isinstance(one, ReaderLost | ReaderBack)]
    os.close(keys)
    assert (items or told.wait_for(4))[-2:] == [TapSeen(HERS, 1234), CardGone()]
    assert grabbed


def test_half_a_badge_and_a_torrent_of_keys_are_no_tap_and_the_next_badge_is(
    keyboard: Path, told: Told
) -> None:
    keys = opened(keyboard)
    os.write(keys, typed("04a1"))
    os.write(keys, typed("04" * 40))
    os.write(keys, typed(""))
    os.write(keys, typed(HERS.hex()))
    told.wait_for(2)
    os.close(keys)
    taps = [one for one in told.items if isinstance(one, TapSeen)]
    assert taps == [TapSeen(HERS, 1234)]


def test_a_pulled_out_reader_is_lost_and_back_when_it_is_there_again(
    tmp_path: Path, told: Told, grabbed: list[int]
) -> None:
    device = tmp_path / "event7"
    reader = Wedge(device, Format("hex"), told.put, StillClock())
    reader.start()
    assert told.wait_for(1) == [ReaderLost()]
    os.mkfifo(device)
    keys = opened(device)
    os.write(keys, typed(SHORT.hex()))
    items = told.wait_for(4)
    reader.stop()
    os.close(keys)
    assert items[:4] == [ReaderLost(), ReaderBack(), TapSeen(SHORT, 1234), CardGone()]


def test_a_device_that_cannot_be_grabbed_is_no_reader(tmp_path: Path, told: Told) -> None:
    device = tmp_path / "event7"
    os.mkfifo(device)
    reader = Wedge(device, Format("hex"), told.put, StillClock())
    reader.start()
    assert told.wait_for(1) == [ReaderLost()]
    reader.stop()


@given(st.binary(max_size=200))
def test_whatever_bytes_come_from_the_device_only_keys_are_taken(octets: bytes) -> None:
    assert all(0 <= code <= 0xFFFF for code in wedge.pressed(octets))


# -- PC/SC


class NoCardError(Exception):
    pass


class GoneError(Exception):
    pass


class Slot:
    """One reader of a stand-in for pyscard, with or without a card."""

    def __init__(self, name: str) -> None:
        self.name, self.uid, self.status = name, b"", (0x90, 0x00)
        self.unplugged = self.snatched = False
        self.sent: list[list[int]] = []

    def __str__(self) -> str:
        return self.name

    def createConnection(self) -> "Slot":  # noqa: N802  pyscard's name
        return self

    def connect(self) -> None:
        if self.unplugged:
            raise GoneError
        if not self.uid:
            raise NoCardError

    def transmit(self, octets: list[int]) -> tuple[list[int], int, int]:
        if self.snatched:
            raise GoneError
        self.sent.append(octets)
        return list(self.uid), *self.status

    def disconnect(self) -> None:
        pass


class Fake:
    absent = (NoCardError,)
    broken = (GoneError,)

    def __init__(self, *slots: Slot) -> None:
        self.slots = slots

    def readers(self) -> list[Slot]:
        return [one for one in self.slots if not one.unplugged]


@pytest.fixture
def slot() -> Slot:
    return Slot("ACS ACR122U 00 00")


@pytest.fixture
def polled(slot: Slot) -> tuple[Poller, list[object]]:
    heard: list[object] = []
    context = Fake(Slot("Other"), slot)
    return Poller(lambda: PcscReader(context, "acr122"), heard.append, StillClock()), heard


@pytest.mark.parametrize("uid", ["04a1b2c3", "04a1b2c3d4e5f6", "04a1b2c3d4e5f6071819"])
def test_a_card_on_a_pcsc_reader_is_one_tap(slot: Slot, polled, uid: str) -> None:
    poller, heard = polled
    poller.look()
    slot.uid = bytes.fromhex(uid)
    for _ in range(10):
        poller.look()
    slot.uid = b""
    for _ in range(10):
        poller.look()
    assert heard == [TapSeen(bytes.fromhex(uid), 1234), CardGone()]
    assert slot.sent[0] == GET_UID


@pytest.mark.parametrize("spoil", [{"status": (0x63, 0x00)}, {"snatched": True}, {"uid": b"\x04\xa1"}])
def test_an_answer_without_a_uid_is_no_tap(slot: Slot, polled, spoil: dict) -> None:
    poller, heard = polled
    slot.uid = HERS
    for name, value in spoil.items():
        setattr(slot, name, value)
    for _ in range(10):
        poller.look()
    assert heard == []


def test_a_pulled_out_pcsc_reader_is_told_and_comes_back(slot: Slot, polled) -> None:
    poller, heard = polled
    poller.look()
    slot.unplugged = True
    for _ in range(CHECK_POLLS + 1):
        poller.look()
    assert heard == [ReaderLost()]
    slot.unplugged = False
    slot.uid = HERS
    for _ in range(CHECK_POLLS + 1):
        poller.look()
    assert heard == [ReaderLost(), ReaderBack(), TapSeen(HERS, 1234)]

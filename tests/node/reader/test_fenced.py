"""A badge is read whole, or not at all."""

from contextlib import suppress
from itertools import product

import pytest
from gpiozero import OutputDevice
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loquet.models.card import WUPA, Air, Bits, Card, crc_a, to_bits
from loquet.models.chip import Chip
from loquet.models.pins import Board
from node.doorman.reader import iso14443
from node.doorman.reader.iso14443 import Unclear

UIDS = ("04a1b2c3", "04a1b2c3d4e5f6", "04a1b2c3d4e5f6071819")
HERS = bytes.fromhex("04a1b2c3d4e5f6")


class Torn(Card):
    """A card whose nth answer is spoiled; None makes it silent."""

    def __init__(self, uid: bytes, nth: int, flipped: int | None) -> None:
        super().__init__(uid)
        self._left, self._flipped = nth, flipped

    def hear(self, bits: Bits) -> Bits | None:
        answer = super().hear(bits)
        self._left -= 1
        if self._left != 0 or answer is None:
            return answer
        if self._flipped is None:
            return None
        return tuple(bit ^ (place == self._flipped) for place, bit in enumerate(answer))


@pytest.mark.parametrize("uid", UIDS)
def test_every_length_of_uid_is_read_whole(chip: Chip, reader, uid: str) -> None:
    chip.air.lay(Card(bytes.fromhex(uid)))
    assert reader.read_uid() == bytes.fromhex(uid)


@pytest.mark.parametrize("uid", UIDS)
def test_a_card_that_lies_still_reads_the_same_each_time(chip: Chip, reader, uid: str) -> None:
    chip.air.lay(Card(bytes.fromhex(uid)))
    assert [reader.read_uid() for _ in range(20)] == [bytes.fromhex(uid)] * 20


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(uid=st.sampled_from((4, 7, 10)).flatmap(lambda size: st.binary(min_size=size, max_size=size)))
def test_whatever_uid_is_laid_is_what_is_read(chip: Chip, reader, uid: bytes) -> None:
    chip.air.lay(Card(uid))
    try:
        assert reader.read_uid() == uid
    finally:
        chip.air.lift()
        assert reader.read_uid() is None


def test_no_card_is_none(reader) -> None:
    assert reader.read_uid() is None


def test_an_empty_poll_costs_a_dozen_transfers_where_the_shipped_package_takes_two_thousand(
    chip: Chip, reader, shipped
) -> None:
    before = chip.transfers
    shipped.MFRC522_Request(shipped.PICC_REQIDL)
    rival = chip.transfers - before
    reader.MFRC522_Init()
    before = chip.transfers
    assert reader.read_uid() is None
    ours = chip.transfers - before
    assert ours <= 12
    assert rival > 2000


def test_two_cards_the_shipped_package_confuses_are_told_apart(chip: Chip, reader, shipped) -> None:
    amelie, bram = (bytes.fromhex(uid) for uid in ("04a1b2c3d4e5f6", "04a1b2ffeeddcc"))
    shipped_ids, ids = [], []
    for uid in (amelie, bram):
        chip.air.lay(Card(uid))
        shipped.MFRC522_Request(shipped.PICC_REQIDL)
        shipped_ids.append(shipped.MFRC522_Anticoll()[1])
        chip.brown_out()
        reader.MFRC522_Init()
        ids.append(reader.read_uid())
        chip.air.lift()
    assert shipped_ids[0] == shipped_ids[1]
    assert ids == [amelie, bram]


def test_the_shipped_package_loses_a_card_that_lies_still(chip: Chip, shipped) -> None:
    chip.air.lay(Card(HERS))
    seen = []
    for _ in range(4):
        called, _ = shipped.MFRC522_Request(shipped.PICC_REQIDL)
        if called == shipped.MI_OK:
            shipped.MFRC522_Anticoll()
        seen.append(called == shipped.MI_OK)
    assert seen == [True, False, True, False]


@pytest.mark.parametrize(("nth", "flipped"), [(1, None), *product(range(2, 6), (0, 3, 9, None))])
def test_a_torn_or_silent_answer_never_makes_a_uid(chip: Chip, reader, nth: int, flipped: int | None) -> None:
    chip.air.lay(Torn(HERS, nth, flipped))
    with suppress(Unclear):
        assert reader.read_uid() is None
    assert HERS in [reader.read_uid() for _ in range(2)]


def test_a_card_that_says_too_little_is_unclear(chip: Chip, reader) -> None:
    class Short(Card):
        def hear(self, bits: Bits) -> Bits | None:
            answer = super().hear(bits)
            return answer and answer[:13]

    chip.air.lay(Short(HERS))
    with pytest.raises(Unclear):
        reader.read_uid()


def test_two_cards_at_once_are_unclear_and_one_alone_is_read_again(chip: Chip, reader) -> None:
    chip.air.lay(Card(HERS))
    chip.air.lay(Card(bytes.fromhex("04ffeeddccbbaa")))
    with pytest.raises(Unclear):
        reader.read_uid()
    chip.air.cards = chip.air.cards[:1]
    assert HERS in [reader.read_uid() for _ in range(2)]


def test_a_mute_chip_is_not_alive_and_its_wait_is_bounded(chip: Chip, reader) -> None:
    chip.mute = True
    before = chip.transfers
    assert not reader.alive()
    assert reader.read_uid() is None
    assert chip.transfers - before <= 40


def test_a_chip_after_a_dip_of_its_supply_is_set_up_again(chip: Chip, reader) -> None:
    chip.air.lay(Card(HERS))
    chip.brown_out()
    assert reader.read_uid() is None
    assert reader.alive()
    assert reader.read_uid() == HERS


def test_closing_leaves_the_relays_pin_alone(board: Board, chip: Chip, reader) -> None:
    relay = OutputDevice(17, initial_value=True)
    reader.Close_MFRC522()
    assert board.level(17)
    assert relay.value == 1
    relay.close()


def test_the_packages_own_select_works_through_the_fence(chip: Chip, reader) -> None:
    chip.air.lay(Card(bytes.fromhex("04a1b2c3")))
    assert reader.MFRC522_Request(reader.PICC_REQIDL) == (reader.MI_OK, 16)
    status, answer = reader.MFRC522_Anticoll()
    assert (status, bytes(answer[:4]).hex()) == (reader.MI_OK, "04a1b2c3")
    assert reader.MFRC522_SelectTag(answer) == 0x08


@given(octets=st.binary(max_size=20))
def test_chip_and_driver_agree_on_crc_a(octets: bytes) -> None:
    assert iso14443.crc_a(octets) == crc_a(octets)


def test_crc_a_is_that_of_the_standards_examples() -> None:
    assert iso14443.crc_a(b"\x00\x00").hex() == "a01e"
    assert iso14443.crc_a(b"\x12\x34").hex() == "26cf"


def test_a_card_refuses_a_select_of_another_uid() -> None:
    air = Air()
    air.lay(Card(HERS))
    air.exchange(to_bits((WUPA,))[:7])
    frame = b"\x93\x70\x88\x04\xa1\xb3\x9f"
    assert air.exchange(to_bits(frame + crc_a(frame))) is None

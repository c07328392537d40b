"""The models behave as the standard and the data sheet say: else they would prove nothing."""

import pytest

from loquet.models import chip as register
from loquet.models.card import HLTA, REQA, WUPA, Air, Bits, Card, CardState, crc_a, to_bits, to_bytes
from loquet.models.chip import Chip

FIRST, SECOND = bytes.fromhex("04a1b2c3"), bytes.fromhex("04a1f2c3")


def called(air: Air, word: int) -> Bits | None:
    answer = air.exchange(to_bits((word,))[:7])
    return answer and answer[0]


def known(air: Air, prefix: Bits) -> tuple[Bits, int | None] | None:
    """Ask for the rest of the UIDs that begin with these bits."""
    count, rest = divmod(16 + len(prefix), 8)
    return air.exchange(to_bits((0x93, count << 4 | rest)) + prefix)


def test_two_cards_are_found_one_by_one_by_the_bits_in_which_they_differ() -> None:
    air, found, open_prefixes = Air(), set(), [()]
    for uid in (FIRST, SECOND):
        air.lay(Card(uid))
    while open_prefixes:
        prefix = open_prefixes.pop()
        air.powered_down()
        called(air, REQA)
        answer = known(air, prefix)
        assert answer is not None
        bits, clash = answer
        if clash is None:
            found.add(to_bytes(prefix + bits)[:4])
        else:
            agreed = prefix + bits[:clash]
            open_prefixes += [(*agreed, 0), (*agreed, 1)]
    assert found == {FIRST, SECOND}


def test_a_halted_card_sleeps_through_reqa_and_wakes_to_wupa() -> None:
    air = Air()
    card = Card(FIRST)
    air.lay(card)
    called(air, REQA)
    part = FIRST + bytes((FIRST[0] ^ FIRST[1] ^ FIRST[2] ^ FIRST[3],))
    select = b"\x93\x70" + part
    sak = air.exchange(to_bits(select + crc_a(select)))
    assert sak is not None
    assert to_bytes(sak[0]) == b"\x08" + crc_a(b"\x08")
    assert air.exchange(to_bits(HLTA + crc_a(HLTA))) is None
    assert card.state is CardState.HALT
    assert called(air, REQA) is None
    assert called(air, WUPA) is not None


def test_a_card_that_loses_the_field_forgets_that_it_was_halted() -> None:
    air = Air()
    air.lay(Card(FIRST))
    called(air, REQA)
    air.powered_down()
    assert called(air, REQA) is not None


@pytest.mark.parametrize("size", [0, 3, 5, 8, 11])
def test_there_are_no_cards_of_other_lengths(size: int) -> None:
    with pytest.raises(ValueError, match="4, 7 or 10"):
        Card(bytes(size))


def write(chip: Chip, address: int, *octets: int) -> None:
    chip.transfer([address << 1, *octets])


def read(chip: Chip, address: int) -> int:
    return chip.transfer([address << 1 | 0x80, 0])[1]


def test_the_crc_unit_computes_crc_a() -> None:
    chip = Chip()
    write(chip, register.FIFO_DATA, 0x12, 0x34)
    write(chip, register.COMMAND, register.CALC_CRC)
    assert read(chip, register.DIV_IRQ) & register.CRC_IRQ
    assert (read(chip, register.CRC_LOW), read(chip, register.CRC_HIGH)) == (0x26, 0xCF)


def test_the_fifo_holds_64_bytes_and_says_when_it_overflows() -> None:
    chip = Chip()
    write(chip, register.FIFO_DATA, *range(65))
    assert read(chip, register.FIFO_LEVEL) == 64
    assert read(chip, register.ERROR) & register.OVERFLOW
    write(chip, register.FIFO_LEVEL, register.FLUSH)
    assert read(chip, register.FIFO_LEVEL) == 0


def test_the_version_is_that_of_an_mfrc522_and_cannot_be_written() -> None:
    chip = Chip()
    write(chip, register.VERSION, 0)
    assert read(chip, register.VERSION) == 0x92


def test_without_its_antenna_no_card_answers() -> None:
    chip = Chip()
    chip.air.lay(Card(FIRST))
    write(chip, register.FIFO_DATA, REQA)
    write(chip, register.COMMAND, register.TRANSCEIVE)
    write(chip, register.BIT_FRAMING, 0x87)
    chip.pass_us(10_000)
    assert not read(chip, register.COM_IRQ) & register.RX_IRQ


def test_the_answer_takes_the_time_it_takes() -> None:
    chip = Chip()
    write(chip, register.TX_CONTROL, 0x83)
    chip.air.lay(Card(FIRST))
    write(chip, register.FIFO_DATA, REQA)
    write(chip, register.COMMAND, register.TRANSCEIVE)
    write(chip, register.BIT_FRAMING, 0x87)
    assert not read(chip, register.COM_IRQ) & register.RX_IRQ
    chip.pass_us(400)
    assert read(chip, register.COM_IRQ) & register.RX_IRQ
    assert read(chip, register.FIFO_LEVEL) == 2


def test_a_collision_is_told_with_its_place() -> None:
    chip = Chip()
    write(chip, register.TX_CONTROL, 0x83)
    for uid in (FIRST, SECOND):
        chip.air.lay(Card(uid))
    for frame, bits in ((bytes((REQA,)), 0x87), (b"\x93\x20", 0x80)):
        write(chip, register.COMMAND, register.IDLE)
        write(chip, register.FIFO_LEVEL, register.FLUSH)
        write(chip, register.FIFO_DATA, *frame)
        write(chip, register.COMMAND, register.TRANSCEIVE)
        write(chip, register.BIT_FRAMING, bits)
        chip.pass_us(2_000)
        read(chip, register.COM_IRQ)
    assert read(chip, register.ERROR) & register.COLLISION
    assert read(chip, register.COLL) & 0x1F == 23  # b2 and f2 differ in the 7th bit of the third byte

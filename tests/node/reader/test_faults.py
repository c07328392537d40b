"""Bad cards, bad air, bad wires: never a wrong badge, and never a reader that stays dead unsaid."""

from contextlib import suppress
from random import Random

import pytest

from loquet.models.card import Card
from loquet.models.chip import Chip
from loquet.models.faults import Fault, FaultyCard
from node.doorman.events import CardGone, ReaderBack, ReaderLost, TapSeen
from node.doorman.reader.iso14443 import Unclear
from node.doorman.reader.poller import POLL_S, Poller
from tests.node.reader.test_poller import StillClock

HERS = bytes.fromhex("04a1b2c3d4e5f6")
UIDS = ("04a1b2c3", "04a1b2c3d4e5f6", "04a1b2c3d4e5f6071819")
LOST_S = 5.0  # the brief: noticed within five seconds


@pytest.fixture
def told() -> list[object]:
    return []


@pytest.fixture
def poller(reader, told: list[object]) -> Poller:
    return Poller(lambda: reader, told.append, StillClock())


def polls_until(poller: Poller, told: list[object], kind: type, most: int = 400) -> int:
    before = len([one for one in told if isinstance(one, kind)])
    for number in range(1, most):
        poller.look()
        if len([one for one in told if isinstance(one, kind)]) > before:
            return number
    raise AssertionError(f"no {kind.__name__} in {most} polls: {told}")


@pytest.mark.parametrize("uid", UIDS)
@pytest.mark.parametrize("fault", Fault)
def test_a_faulty_card_is_no_tap_however_long_it_lies(
    chip: Chip, poller: Poller, told: list[object], fault: Fault, uid: str
) -> None:
    chip.air.lay(FaultyCard(bytes.fromhex(uid), fault))
    for _ in range(150):
        poller.look()
    assert not [one for one in told if isinstance(one, TapSeen)]
    assert not [one for one in told if isinstance(one, ReaderLost)]


@pytest.mark.parametrize("uid", UIDS)
@pytest.mark.parametrize("fault", [one for one in Fault if one is not Fault.OTHER_UID_EACH_TIME])
@pytest.mark.parametrize("times", [1, 2, 5])
def test_once_the_fault_is_over_the_same_card_is_read_whole_and_told_once(
    chip: Chip, poller: Poller, told: list[object], fault: Fault, uid: str, times: int
) -> None:
    laid = FaultyCard(bytes.fromhex(uid), fault, times)
    chip.air.lay(laid)
    for _ in range(30):
        poller.look()
    assert laid.spoiled == times
    assert [one.uid for one in told if isinstance(one, TapSeen)] == [bytes.fromhex(uid)]


@pytest.mark.parametrize("fault", [Fault.WRONG_BCC, Fault.WRONG_CRC, Fault.TORN, Fault.SILENT_AFTER_CALL])
def test_what_is_spoiled_is_said_to_be_unclear(chip: Chip, reader, fault: Fault) -> None:
    chip.air.lay(FaultyCard(HERS, fault))
    with pytest.raises(Unclear):
        reader.read_uid()


def test_a_mute_card_is_no_card(chip: Chip, reader) -> None:
    chip.air.lay(FaultyCard(HERS, Fault.MUTE))
    assert reader.read_uid() is None


def test_two_cards_in_one_purse_are_no_tap_until_one_is_taken_away(
    chip: Chip, poller: Poller, told: list[object]
) -> None:
    chip.air.lay(Card(HERS))
    chip.air.lay(Card(bytes.fromhex("04ffeeddccbbaa")))
    for _ in range(100):
        poller.look()
    assert told == []
    chip.air.cards = chip.air.cards[:1]
    for _ in range(5):
        poller.look()
    assert told == [TapSeen(HERS, 1234)]


def test_a_second_card_laid_on_the_first_neither_taps_nor_ends_the_first(
    chip: Chip, poller: Poller, told: list[object]
) -> None:
    chip.air.lay(Card(HERS))
    poller.look()
    chip.air.lay(Card(bytes.fromhex("04ffeeddccbbaa")))
    for _ in range(40):
        poller.look()
    chip.air.cards = chip.air.cards[:1]
    for _ in range(40):
        poller.look()
    assert told == [TapSeen(HERS, 1234)]


# -- wires


def seconds(polls: int, chip: Chip, since_us: float) -> float:
    return polls * POLL_S + (chip._now_us - since_us) / 1e6


@pytest.mark.parametrize("after", [1, 2, 30, 59, 60, 61])
def test_an_unplugged_reader_is_told_within_five_seconds_and_heals_by_itself(
    chip: Chip, poller: Poller, told: list[object], after: int
) -> None:
    for _ in range(after):
        poller.look()
    chip.mute, since_us = True, chip._now_us
    assert seconds(polls_until(poller, told, ReaderLost), chip, since_us) < LOST_S
    chip.brown_out()  # it comes back as a chip that was without supply
    chip.mute, since_us = False, chip._now_us
    assert seconds(polls_until(poller, told, ReaderBack), chip, since_us) < LOST_S
    chip.air.lay(Card(HERS))
    assert polls_until(poller, told, TapSeen) == 1
    assert told == [ReaderLost(), ReaderBack(), TapSeen(HERS, 1234)]


@pytest.mark.parametrize("seed", range(20))
def test_garbage_on_the_bus_is_told_within_five_seconds_and_is_never_a_badge(
    chip: Chip, poller: Poller, told: list[object], seed: int
) -> None:
    poller.look()
    chip.air.lay(Card(HERS))
    poller.look()
    chip.noise, since_us = Random(seed), chip._now_us
    assert seconds(polls_until(poller, told, ReaderLost), chip, since_us) < LOST_S
    for _ in range(300):
        poller.look()
    assert [one.uid for one in told if isinstance(one, TapSeen)] == [HERS]
    chip.noise = None
    polls_until(poller, told, ReaderBack)
    chip.air.lift()
    polls_until(poller, told, CardGone)


@pytest.mark.parametrize("seed", range(10))
def test_a_chip_that_says_anything_is_not_alive(chip: Chip, reader, seed: int) -> None:
    chip.noise = Random(seed)
    assert not any(reader.alive() for _ in range(200))
    with suppress(Unclear):
        assert reader.read_uid() is None

"""What the reader's thread tells the doorman."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Condition

import pytest

from loquet.models.card import Card
from loquet.models.chip import Chip
from node.doorman.events import CardGone, ReaderBack, ReaderLost, TapSeen
from node.doorman.reader.poller import CHECK_POLLS, Poller

HERS = bytes.fromhex("04a1b2c3d4e5f6")


class StillClock:
    """A clock that stands at 1 234 ms."""

    def wall(self) -> datetime:
        return datetime(2026, 11, 24, 9, tzinfo=UTC)

    def monotonic_ms(self) -> int:
        return 1234

    def wait_until(self, condition: Condition, due_ms: int | None, beat_ms: int | None) -> None:
        condition.wait(0.01)

    def on_leap(self, wake: Callable[[], None]) -> None:
        pass


@pytest.fixture
def told() -> list[object]:
    return []


@pytest.fixture
def poller(reader, told: list[object]) -> Poller:
    return Poller(lambda: reader, told.append, StillClock())


def looks(poller: Poller, count: int) -> None:
    for _ in range(count):
        poller.look()


def test_a_card_is_told_at_the_first_look_once_and_its_going_once(
    chip: Chip, poller: Poller, told: list[object]
) -> None:
    chip.air.lay(Card(HERS))
    poller.look()
    assert told == [TapSeen(HERS, 1234)]
    looks(poller, 30)
    chip.air.lift()
    looks(poller, 10)
    assert told == [TapSeen(HERS, 1234), CardGone()]


def test_a_cut_cable_is_told_at_the_next_check_and_healed_without_a_restart(
    chip: Chip, poller: Poller, told: list[object]
) -> None:
    poller.look()
    chip.mute = True
    looks(poller, CHECK_POLLS)
    assert told == [ReaderLost()]
    chip.brown_out()
    chip.mute = False
    chip.air.lay(Card(HERS))
    looks(poller, CHECK_POLLS)
    assert told == [ReaderLost(), ReaderBack(), TapSeen(HERS, 1234)]


def test_a_bus_that_is_not_there_is_a_lost_reader_and_tried_again(reader, told: list[object]) -> None:
    tries = iter([OSError("no such device"), None])

    def make() -> object:
        failure = next(tries)
        if failure is not None:
            raise failure
        return reader

    poller = Poller(make, told.append, StillClock())
    looks(poller, CHECK_POLLS + 1)
    assert told == [ReaderLost(), ReaderBack()]


def test_a_random_uid_is_known_for_what_it_is_and_never_shown_in_text() -> None:
    assert TapSeen(bytes.fromhex("08a1b2c3")).random
    assert not TapSeen(bytes.fromhex("04a1b2c3")).random
    assert not TapSeen(bytes.fromhex("08a1b2c3d4e5f6")).random
    assert "08" not in repr(TapSeen(bytes.fromhex("08a1b2c3"), 0))


def test_the_thread_ends_when_told(chip: Chip, poller: Poller, told: list[object]) -> None:
    poller.start()
    poller.stop()
    assert told == []

"""Laying a card once is one tap, however badly it is read."""

from node.doorman.reader.steady import GONE_AFTER_POLLS, Seen, Steady

AMELIE, BRAM = b"\x04aaa", b"\x04bbb"


def laid(uid: bytes) -> Steady:
    steady = Steady()
    steady.saw(uid)
    assert steady.saw(uid) == uid
    return steady


def test_one_reading_is_no_tap_and_the_second_equal_one_is() -> None:
    steady = Steady()
    assert steady.saw(AMELIE) is Seen.AGAIN
    assert steady.saw(AMELIE) == AMELIE


def test_two_different_readings_are_no_tap() -> None:
    steady = Steady()
    assert [steady.saw(AMELIE), steady.saw(BRAM), steady.saw(AMELIE)] == [Seen.AGAIN] * 3


def test_a_card_that_lies_still_is_one_tap() -> None:
    steady = laid(AMELIE)
    assert {steady.saw(AMELIE) for _ in range(50)} == {Seen.NOTHING_NEW}


def test_a_card_that_flickers_is_one_tap() -> None:
    steady = laid(AMELIE)
    for _ in range(30):
        assert steady.saw_nothing() is Seen.NOTHING_NEW
        assert steady.saw(AMELIE) is Seen.NOTHING_NEW


def test_the_card_is_gone_after_so_many_empty_polls_and_not_before() -> None:
    steady = laid(AMELIE)
    looks = [steady.saw_nothing() for _ in range(GONE_AFTER_POLLS + 1)]
    assert looks == [Seen.NOTHING_NEW] * (GONE_AFTER_POLLS - 1) + [Seen.GONE, Seen.NOTHING_NEW]


def test_laid_again_after_it_was_gone_it_is_a_new_tap() -> None:
    steady = laid(AMELIE)
    for _ in range(GONE_AFTER_POLLS):
        steady.saw_nothing()
    steady.saw(AMELIE)
    assert steady.saw(AMELIE) == AMELIE


def test_brams_card_in_place_of_amelies_is_a_new_tap() -> None:
    steady = laid(AMELIE)
    steady.saw(BRAM)
    assert steady.saw(BRAM) == BRAM


def test_an_unreadable_card_is_not_gone() -> None:
    steady = laid(AMELIE)
    for _ in range(20):
        assert steady.saw_unclear() is Seen.NOTHING_NEW
    assert steady.saw(AMELIE) is Seen.NOTHING_NEW

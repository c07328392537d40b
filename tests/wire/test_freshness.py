"""Which views and locks may a node take? Each cell of "Rollback and replay"."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wire.freshness import Home, Verdict, follows, judge

HOME = Home(1_000_000, "store-a")
HELD = 7
NOW = datetime.fromtimestamp(1_000_500, UTC)


@pytest.mark.parametrize(
    ("told", "rev", "verdict"),
    [
        (Home(1_000_001, "store-a"), 0, Verdict.ACCEPTED),
        (Home(1_000_001, "store-b"), 0, Verdict.ACCEPTED),
        (Home(1_000_001, "store-b"), 99, Verdict.ACCEPTED),
        (Home(1_000_000, "store-a"), 6, Verdict.LOWER_REV),
        (Home(1_000_000, "store-a"), 7, Verdict.ACCEPTED),
        (Home(1_000_000, "store-a"), 8, Verdict.ACCEPTED),
        (Home(1_000_000, "store-b"), 6, Verdict.OTHER_STORE),
        (Home(1_000_000, "store-b"), 7, Verdict.OTHER_STORE),
        (Home(1_000_000, "store-b"), 8, Verdict.OTHER_STORE),
        (Home(999_999, "store-a"), 99, Verdict.LOWER_EPOCH),
        (Home(999_999, "store-b"), 99, Verdict.LOWER_EPOCH),
    ],
)
@pytest.mark.parametrize("now", [NOW, None])
def test_every_cell_of_epoch_store_and_rev(told, rev, verdict, now):
    assert judge(HOME, HELD, told, rev, now) is verdict


def test_a_new_node_takes_the_first_it_is_told():
    assert judge(None, None, HOME, 0, None) is Verdict.ACCEPTED


def test_a_node_that_holds_no_locks_yet_takes_any_revision_of_its_own_store():
    assert judge(HOME, None, HOME, 0, NOW) is Verdict.ACCEPTED
    assert judge(HOME, None, Home(HOME.epoch, "store-b"), 0, NOW) is Verdict.OTHER_STORE


@pytest.mark.parametrize("home", [None, HOME])
def test_an_epoch_more_than_a_day_ahead_is_refused_where_the_time_is_known(home):
    day_s = int(timedelta(days=1).total_seconds())
    at, past = (Home(int(NOW.timestamp()) + day_s + more, "store-b") for more in (0, 1))
    assert judge(home, None, at, 0, NOW) is Verdict.ACCEPTED
    assert judge(home, None, past, 0, NOW) is Verdict.FUTURE_EPOCH
    assert judge(home, None, past, 0, None) is Verdict.ACCEPTED


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("ab"), st.integers(0, 4)), max_size=30))
def test_whatever_is_replayed_epoch_and_revision_never_go_back(told):
    home, rev = None, None
    for epoch, store, number in told:
        new = Home(epoch, store)
        if judge(home, rev, new, number, None) is Verdict.ACCEPTED:
            assert home is None or new.epoch > home.epoch or (new == home and number >= (rev or 0))
            home, rev = new, number


def test_answers_acks_orders_and_nows_come_from_the_very_store_that_is_followed():
    assert follows(HOME, HOME.epoch, HOME.store)
    assert not follows(HOME, HOME.epoch + 1, HOME.store)
    assert not follows(HOME, HOME.epoch, "store-b")
    assert not follows(None, HOME.epoch, HOME.store)

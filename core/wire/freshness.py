"""Is this newer than what a node holds, and from the hub it follows? Rollback and replay, as one table.

A node follows one (epoch, store): the highest epoch it has accepted, of views and locks together.
Within it the revisions of view and of locks count apart; a higher epoch starts both again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AHEAD = timedelta(days=1)  # an epoch is a second that has been: a day allows for a slow clock (wire.md)


@dataclass(frozen=True, slots=True)
class Home:
    """The store a node follows; `epoch` is the Unix second at which that store was made."""

    epoch: int
    store: str


class Verdict(StrEnum):
    """What becomes of a view or of locks."""

    ACCEPTED = "accepted"
    LOWER_EPOCH = "lower-epoch"
    OTHER_STORE = "other-store"  # two hubs: alarm
    LOWER_REV = "lower-rev"
    FUTURE_EPOCH = "future-epoch"


def judge(home: Home | None, held_rev: int | None, told: Home, rev: int, now: datetime | None) -> Verdict:
    """May a node take revision `rev` of `told`, following `home` and holding `held_rev` of it?

    `home` is None before the first view and after pairing, `held_rev` when nothing of `home` is
    held, `now` when the node has no trusted time.
    """
    if now is not None and told.epoch > (now + AHEAD).timestamp():
        return Verdict.FUTURE_EPOCH
    if home is None or told.epoch > home.epoch:
        return Verdict.ACCEPTED
    if told.epoch < home.epoch:
        return Verdict.LOWER_EPOCH
    if told.store != home.store:
        return Verdict.OTHER_STORE
    return Verdict.LOWER_REV if held_rev is not None and rev < held_rev else Verdict.ACCEPTED


def follows(home: Home | None, epoch: int, store: str) -> bool:
    """Does an answer, ack, order or now come from the very store this node follows?"""
    return home is not None and home == Home(epoch, store)

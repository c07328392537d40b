"""When is a reading a tap? Twice the same is a tap, once for as long as the card lies there.

Pure: fed with what each poll saw. A card that flickers (id, nothing, id, nothing) still lies there.
"""

from enum import Enum

GONE_AFTER_POLLS = 4  # empty in a row: 200 ms at the pace of poller.py


class Seen(Enum):
    """What one poll made of the card, beside a tap."""

    NOTHING_NEW = "nothing new"
    AGAIN = "look again at once"
    GONE = "gone"


class Steady:
    """The memory between polls: the card that lies there, and the one seen once."""

    def __init__(self) -> None:
        self._lying: bytes | None = None
        self._once: bytes | None = None
        self._empty = 0

    def saw(self, uid: bytes) -> bytes | Seen:
        """A poll read this UID; it is given back when it is a new tap."""
        self._empty = 0
        if uid == self._lying:
            self._once = None
            return Seen.NOTHING_NEW
        if uid != self._once:
            self._once = uid
            return Seen.AGAIN
        self._lying, self._once = uid, None
        return uid

    def saw_unclear(self) -> Seen:
        """Something is there, unreadable: it neither confirms nor is it gone."""
        self._empty = 0
        return Seen.NOTHING_NEW

    def saw_nothing(self) -> Seen:
        """A poll without any answer."""
        self._empty += 1
        if self._empty < GONE_AFTER_POLLS:
            return Seen.NOTHING_NEW
        self._once = None
        if self._lying is None:
            return Seen.NOTHING_NEW
        self._lying = None
        return Seen.GONE

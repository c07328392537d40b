"""What is still true of what was computed before? Values in memory, each under the revision that it was computed from.

A revision is a random number (migration 0007), so the same number means the same content, in whichever store.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """At most `most` values; the one that was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[K, tuple[Hashable, V]] = OrderedDict()
        self._turn = Lock()

    def get(self, key: K, rev: Hashable) -> V | None:
        """The value, if it was computed from this very revision."""
        found = self._values.get(key)
        if found is None or found[0] != rev:
            return None
        try:
            self._values.move_to_end(key)
        except KeyError:  # another thread dropped it meanwhile: true it is all the same
            return found[1]
        return found[1]

    def keep(self, key: K, rev: Hashable, value: V) -> V:
        """Remember the value and give it back."""
        with self._turn:
            self._values[key] = (rev, value)
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

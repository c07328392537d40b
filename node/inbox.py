"""How does news reach a program's one loop? Any thread may put; the loop alone takes.

Rules: `take` may return None at any time (a timer, a beat, a leap of the clock): the loop then
looks at its timers. Whoever wants the loop at rest asks `settled`.
"""

from collections import deque
from threading import Condition
from typing import Generic, TypeVar

from node.ports import Clock

Item = TypeVar("Item")


class Inbox(Generic[Item]):
    """A mailbox with a clock in it: wait for news, or for the next due instant."""

    def __init__(self, clock: Clock, changed: Condition | None = None) -> None:
        """`changed` is what the loop waits on, where it hears something else meanwhile."""
        self._clock = clock
        self._changed = changed or Condition()
        self._items: deque[Item] = deque()
        self._resting = False
        clock.on_leap(self.wake)

    def put(self, item: Item) -> None:
        """Hand one item to the loop; never blocks for long, safe from any thread or handler thread."""
        with self._changed:
            self._items.append(item)
            self._stir()

    def wake(self) -> None:
        """Make the loop look at its timers, without news."""
        with self._changed:
            self._stir()

    def take(self, due_ms: int | None, beat_ms: int | None) -> Item | None:
        """The oldest item, or None at the earlier of the two instants (scale of `monotonic_ms`)."""
        with self._changed:
            if not self._items:
                self._resting = True
                self._clock.wait_until(self._changed, due_ms, beat_ms)
                self._resting = False
            return self._items.popleft() if self._items else None

    def settled(self) -> bool:
        """True while the loop waits and nothing lies in the box."""
        with self._changed:
            return self._resting and not self._items

    def _stir(self) -> None:
        self._resting = False
        self._changed.notify_all()

"""Which orders of the hub are to be carried out? Those of this start, in time, each once."""

from datetime import datetime, timedelta

from core.wire.messages import Done, Order

MOST_AHEAD = timedelta(seconds=10)  # wire.md: an order lives ten seconds by the clock set from `now`


class Orders:
    """The ids seen, until they expire, each with what became of it.

    In memory: an order names the present start, so a later one refuses it whatever its id.
    """

    def __init__(self, boot: str) -> None:
        self._boot = boot
        self._seen: dict[str, tuple[datetime, Done | None]] = {}

    def refusal(self, order: Order, now: datetime | None) -> str | None:
        """Why not, or None. `now` is the hub's time carried on; None before the first `now` of this start."""
        if now is None:
            return "no-now-yet"
        self._forget(now)
        if order.boot != self._boot:
            return "another-boot"
        if order.expires <= now:
            return "expired"
        if order.expires > now + MOST_AHEAD:
            return "too-far-ahead"
        return "seen" if order.id in self._seen else None

    def taken(self, order: Order) -> None:
        """It is being carried out."""
        self._seen[order.id] = (order.expires, None)

    def done(self, done: Done) -> None:
        """This became of it."""
        if done.id in self._seen:
            self._seen[done.id] = (self._seen[done.id][0], done)

    def outcome(self, order: str) -> Done | None:
        """What became of an order seen before: the hub asks again while it has not heard."""
        return self._seen.get(order, (None, None))[1]

    def _forget(self, now: datetime) -> None:
        self._seen = {order: kept for order, kept in self._seen.items() if kept[0] > now}

"""How does the node stand with its hub? What display, decision and bench may ask the exchange."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.vocabulary import Trust
from core.wire.freshness import Home
from core.wire.messages import Holding, LockList
from node.doorman.delivery import Delivery
from node.doorman.hints import HubHint
from node.doorman.holdings import Holdings
from node.ports import Clock, Link, Shelf


@dataclass(frozen=True, slots=True)
class Me:
    """Which node this is, at which machine, in which start of the doorman (16 random bytes as text)."""

    node: str
    machine: str
    boot: str


def _any_inside(_body: Mapping[str, object]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class World:
    """What the exchange works with. `nonce` gives fresh ids of 16 random bytes, `ntp` says whether NTP
    vouches for the wall clock, `sound` whether the inside of a view can be used.
    """

    link: Link
    shelf: Shelf
    clock: Clock
    nonce: Callable[[], str]
    ntp: Callable[[], bool] = bool  # no NTP
    sound: Callable[[Mapping[str, object]], bool] = _any_inside


class Standing:
    """What is known and held now; every answer is made from the clocks and the shelf, none is stored."""

    def __init__(self, me: Me, world: World) -> None:
        self._me, self._world = me, world
        self.holdings = Holdings(world.shelf, world.clock, world.ntp)
        self._delivery = Delivery(me.boot, world.shelf.watermark())
        self._hint = HubHint()

    @property
    def shelf(self) -> Shelf:
        """What the doorman remembers over a start."""
        return self._world.shelf

    @property
    def online(self) -> bool:
        """Does the broker hold our connection?"""
        return self._world.link.online

    @property
    def hub_up(self) -> bool:
        """A hint for the display."""
        return self.online and self._hint.up

    @property
    def home(self) -> Home | None:
        """The store this node follows."""
        return self.holdings.home

    @property
    def view(self) -> Mapping[str, object] | None:
        """The body of the view in force."""
        return None if self.holdings.view is None else self.holdings.view.body

    @property
    def view_held(self) -> Holding | None:
        """Which view is in force."""
        return self.holdings.view_holding

    @property
    def locks(self) -> LockList | None:
        """The locks, as the hub last said them."""
        return self.holdings.locks

    @property
    def locks_taken(self) -> bool:
        """False before the hub has ever said which locks there are: no start before that."""
        return self.holdings.locks is not None

    @property
    def fresh(self) -> bool:
        """Was the last hello answered, and are view and locks the ones it named?"""
        return self.holdings.is_what_was_told()

    @property
    def unacked(self) -> bool:
        """May there be records that the hub has not acknowledged?"""
        return self._delivery.unacked

    @property
    def trust(self) -> Trust:
        """Where the time comes from."""
        return self.holdings.time.trust(self.holdings.reading())

    @property
    def clock_off(self) -> bool:
        """Does NTP contradict the hub by more than a minute?"""
        return self.holdings.time.clock_off(self.holdings.reading())

    @property
    def zero_ms(self) -> int:
        """The trusted instant at CLOCK_BOOTTIME 0, in milliseconds since 1970."""
        return self.holdings.time.zero_ms(self.holdings.reading())

    @property
    def view_age_ms(self) -> int:
        """How old the view is."""
        return self.holdings.time.age_ms(self.holdings.reading())

    @property
    def stale_left_ms(self) -> int:
        """What is left of the four hours without any trusted time."""
        return self.holdings.time.stale_left_ms(self.holdings.reading())

    def now(self) -> datetime:
        """The instant to decide with: the trusted one, else the best there is."""
        return self.holdings.time.now(self.holdings.reading())

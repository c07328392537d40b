"""What does the doorman know at this instant? The view, the machine, who is in session, who came.

It decides nothing: it puts together what `core.access.decide` and the display need.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from core.case import OpenSession, Situation
from core.grants import Booking, Grant, MachineView
from core.views import BadView, grant_body, grant_from_body, view_from_body
from core.vocabulary import Phase, Risk, SessionKind
from node.doorman.exchange import Exchange
from node.doorman.keeper_talk import KeeperTalk
from node.doorman.sitting import Sitting, body_of, from_body
from node.doorman.trust import Moment
from node.ports import Clock, ShelfBroken

log = logging.getLogger(__name__)
_MS: Final = timedelta(milliseconds=1)
AGAIN_MS: Final = 10_000  # as often as the keeper looks whether its own disk has room again


class Knowledge:
    """One doorman's memory; who came and whose the session is lie on the shelf too."""

    def __init__(self, exchange: Exchange, keeper: KeeperTalk, clock: Clock) -> None:
        self.exchange, self.keeper, self.clock = exchange, keeper, clock
        self.view: MachineView | None = None
        self.keys: dict[str, str] = {}  # session -> the badge's key that began it
        self.guests: dict[str, Grant] = {}  # session -> the grant it rests on, where the hub gave it
        self.arrived: set[str] = set()  # reservations whose holder came (R32)
        self.since_ms: dict[str, int] = {}  # session -> first seen
        self.stale_told: bool | None = None  # what the keeper believes of the view's age
        self.sittings: dict[str, Sitting] = {}
        self._remembered: object = None
        self._again_ms = 0  # when the disk refused: not before then
        self._recall()

    def take_view(self, body: Mapping[str, Any]) -> MachineView | None:
        """The view in force from now on; None (and the old one stays) when its inside is no view."""
        try:
            view = view_from_body(body)
        except BadView:
            log.exception("view refused")
            return None
        self.view = view
        self.arrived &= {booking.id for booking in view.bookings}
        self.keep()
        return view

    def moment(self) -> Moment:
        """Now, and what it says of the view: read once for all that one tap asks."""
        holdings = self.exchange.holdings
        return holdings.time.moment(holdings.reading())

    def now(self) -> datetime:
        """The trusted instant."""
        return self.exchange.now()

    def mono_ms(self) -> int:
        """CLOCK_BOOTTIME."""
        return self.clock.monotonic_ms()

    def until_ms(self, until: datetime, at: Moment | None = None) -> int:
        """An instant on the scale of CLOCK_BOOTTIME; `at`: where this turn has read the clocks already."""
        at = at or self.moment()
        return at.mono_ms + (until - at.now) // _MS

    @property
    def age_s(self) -> int | None:
        """The view's age; None when no time here can be trusted with it (wire.md, "Time and age")."""
        return self._age_s(self.moment())

    def _age_s(self, at: Moment) -> int | None:
        if self.view is None:
            return None
        blind = not at.trusted and (self.view.machine.risk is Risk.HIGH or at.stale_left_ms <= 0)
        return None if blind else at.age_ms // 1000

    @property
    def too_old(self) -> bool:
        """Whether the view is past its age."""
        age_s = self.age_s
        return self.view is None or age_s is None or age_s > self.view.machine.age_limit_h * 3600

    def tell_stale(self, *, on: bool) -> None:
        """Tell the keeper whether starts must wait for a younger view."""
        self.stale_told = on if self.keeper.tell("stale", {"on": on}) else None

    def old_at_ms(self) -> int | None:
        """When the view will be too old, on CLOCK_BOOTTIME; None without a view or when it is."""
        age_s = self.age_s
        if self.view is None or age_s is None or self.too_old:
            return None
        left_ms = self.view.machine.age_limit_h * 3_600_000 - self.exchange.view_age_ms
        return self.mono_ms() + left_ms + 1000  # `too_old` counts whole seconds

    def situation(self, at: Moment | None = None) -> Situation:
        """What is true at the machine now, or at the moment that is given."""
        at = at or self.moment()
        state, age_s = self.keeper.state, self._age_s(at)
        if state is None:
            return Situation(view_age_s=age_s, arrived=frozenset(self.arrived))
        return Situation(
            inhibits=state.inhibits,
            locks=state.locks,
            session=self.session() if state.session is not None else None,
            drawing=state.busy and state.phase is Phase.IDLE,
            view_age_s=age_s,
            arrived=frozenset(self.arrived),
        )

    def session(self) -> OpenSession | None:
        """The session that runs."""
        state = self.keeper.state
        if state is None or state.session is None:
            return None
        running = state.session
        key, sitting = self.keys.get(running.id), self.sittings.get(running.id)
        responsible = sitting.responsible if sitting else None
        return OpenSession(running.id, running.who, running.kind, running.until, key, responsible)

    def sitting(self, session: str) -> Sitting:
        """What is remembered of this session."""
        return self.sittings.get(session) or Sitting(self.since_ms.get(session, self.mono_ms()))

    def keep_sitting(self, session: str, sitting: Sitting) -> None:
        """Remember it so from now on."""
        self.sittings[session] = sitting
        self.keep()

    def grant_of(self, who: str) -> Grant | None:
        """A grant of this person, where the view has one."""
        if self.view is None:
            return None
        return next((grant for grant in self.view.grants.values() if grant.who == who), None)

    def guest(self) -> Grant | None:
        """The grant of the person in session."""
        session = self.session()
        if session is None:
            return None
        return self.guests.get(session.id) or self.grant_of(session.who)

    def started(self, session: str, key: str, booking: str | None, grant: Grant | None) -> None:
        """A session of this badge began."""
        self.keys[session] = key
        if grant is not None:
            self.guests[session] = grant
        if booking is not None:
            self.arrived.add(booking)
        self.keep()

    def keep(self) -> None:
        """Put on the shelf what a start must not forget, when it has changed."""
        guests = {session: grant_body(grant) for session, grant in self.guests.items()}
        sittings = {session: body_of(one) for session, one in self.sittings.items()}
        told = {"arrived": sorted(self.arrived), "keys": dict(self.keys), "guests": guests}
        told["sittings"] = sittings
        if told == self._remembered or self.mono_ms() < self._again_ms:
            return
        try:
            self.exchange.shelf.remember("visitors", told)
        except ShelfBroken as problem:
            self._again_ms = self.mono_ms() + AGAIN_MS  # `tidy` comes by with every word of the keeper
            log.error("event=shelf_failed what=visitors problem=%s", problem)  # noqa: TRY400 - no trace
        else:
            self._remembered = told

    def _recall(self) -> None:
        """What the shelf says of visitors; what cannot be read is forgotten."""
        try:
            told = self.exchange.shelf.recall("visitors")
            if isinstance(told, dict):
                self.arrived = {str(one) for one in told["arrived"]}
                self.keys = {str(session): str(key) for session, key in told["keys"].items()}
                self.guests = {str(session): grant_from_body(one) for session, one in told["guests"].items()}
                self.sittings = {str(name): from_body(one) for name, one in told["sittings"].items()}
        except (ShelfBroken, BadView, KeyError, TypeError, AttributeError):
            log.exception("visitors forgotten")

    def tidy(self) -> None:
        """Note when a session was first seen; forget those that are over."""
        if self.keeper.state is None:
            return
        session = self.session()
        open_ids = {session.id} if session else set()
        for memory in (self.keys, self.guests, self.since_ms, self.sittings):
            for gone in [name for name in memory if name not in open_ids]:
                del memory[gone]
        for name in open_ids:
            self.since_ms.setdefault(name, self.mono_ms())
            self.sittings.setdefault(name, Sitting(self.since_ms[name]))
        self.keep()

    def next_slot(self) -> Booking | None:
        """The present slot, else the next one."""
        if self.view is None:
            return None
        now = self.now()
        session = self.session()
        mine = session.who if session and session.kind is SessionKind.USE else None
        coming = (one for one in self.view.bookings if one.end > now and one.who != mine)
        return min(coming, key=lambda one: one.start, default=None)

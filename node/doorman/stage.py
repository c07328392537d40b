"""What is shown now? The doorman's knowledge and the last word to a person, put before the face."""

from datetime import datetime, timedelta
from typing import Final, TypedDict, Unpack

from core.access import DOWN, objection
from core.calendars import next_start, open_for, present_for, span_around
from core.case import Objection
from core.grants import Booking, MachineView
from core.timeline import local_day
from core.vocabulary import Inhibit, LockKind, Phase, Reason, Role
from node.doorman.keeper_state import KeeperState
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Day, Down, Face, Guest, Said, Screen, Showing, Slot, Word

CUTTING: Final = frozenset(
    {Inhibit.ESTOP, Inhibit.FAULT, Inhibit.DANGER, Inhibit.LOCKOUT, Inhibit.EXTRACTION, Inhibit.BYPASS}
)  # interlock.md, "Inhibits"


PASSING: Final = frozenset({Word.DENIED, Word.EXTENDED, Word.NOTED})


class More(TypedDict, total=False):
    """What some words say besides: see `Said`."""

    ends_ms: int | None
    name: str
    text: str
    page: tuple[int, int]


class Stage:
    """The face and what was last said to the person at the reader."""

    def __init__(self, face: Face, known: Knowledge) -> None:
        self._face, self._known = face, known
        self._said: Said | None = None
        self._under: tuple[Phase | None, frozenset[Inhibit]] = (None, frozenset())

    def say(
        self, word: Word, lang: str | None = None, until: datetime | None = None, **more: Unpack[More]
    ) -> None:
        """A word to the person who tapped."""
        self._keep(Said(word, self._known.mono_ms(), lang, (), until, **more))

    def deny(self, objections: tuple[Objection, ...], lang: str | None) -> None:
        """Why not: every reason. A journal that fails is no relay that fails: not ready."""
        state = self._known.keeper.state
        broken = state is not None and Inhibit.FAULT in state.inhibits
        unready = not broken and all(one.code is Reason.FAULT for one in objections)
        word = Word.NOT_READY if unready else Word.DENIED
        which = (state.fault or "") if state else ""
        told = tuple(
            objection(one.code, {"fault": which}) if one.code is Reason.FAULT else one for one in objections
        )
        self._keep(Said(word, self._known.mono_ms(), lang, told))

    def clear(self) -> None:
        """Nothing more to say to anybody."""
        self._said = None

    def draw(self, *, keeper: bool) -> Screen:
        """Show the present instant."""
        self._give_way()
        return self._face.show(self._showing(keeper=keeper))

    def close(self) -> None:
        """Dark and silent."""
        self._face.close()

    def _keep(self, said: Said) -> None:
        self._said, self._under = said, self._standing()

    def _standing(self) -> tuple[Phase | None, frozenset[Inhibit]]:
        state = self._known.keeper.state
        return (state.phase, state.inhibits & CUTTING) if state else (None, frozenset())

    def _give_way(self) -> None:
        """What has just cut the power is shown before any word; the session's own change, before a refusal or a thank-you."""
        phase, cutting = self._standing()
        passing = self._said is not None and self._said.word in PASSING
        if cutting - self._under[1] or (passing and phase is not self._under[0]):
            self._said = None

    def _showing(self, *, keeper: bool) -> Showing:
        known, state, view = self._known, self._known.keeper.state, self._known.view
        now = known.now()
        opens, closed = _hours(view, now)
        return Showing(
            now_ms=known.mono_ms(),
            now=now,
            keeper=keeper and state is not None,
            online=known.exchange.hub_up,
            zone=view.machine.zone if view else "Europe/Brussels",
            slot=self._slot(known.next_slot(), view),
            opens=opens,
            closed=closed,
            view_of=now - timedelta(milliseconds=known.exchange.view_age_ms),
            extraction=bool(view and view.machine.needs_extraction),
            down=self._down(),
            out=bool(view and view.machine.status in DOWN),
            lacks=view.machine.lacks if view else (),
            guest=self._guest(),
            said=self._said,
            machine=view.machine.id if view else "",
            title=view.machine.name if view else "",
            family=view.machine.family if view else "",
            taught=bool(view and view.machine.needs),
            finishes=bool(view is None or view.machine.stop == "finish"),
            day=_day(view, now),
            phase=state.phase if state else None,
            inhibits=state.inhibits if state else frozenset(),
            drawing=bool(state and _live_while_off(state)),
            fault=(state.fault or "") if state else "",
            alarm=bool(state and state.alarm),
            phase_until_ms=state.phase_until_ms if state else None,
        )

    def _guest(self) -> Guest | None:
        session = self._known.session()
        if session is None:
            return None
        grant = self._known.guest()
        since_ms = self._known.since_ms.get(session.id, self._known.mono_ms())
        name, lang = (grant.name, grant.lang) if grant else ("", None)
        return Guest(name, lang, session.kind, session.until, since_ms, session.id)

    def _slot(self, booking: Booking | None, view: MachineView | None) -> Slot | None:
        """A waiting person's name is shown only if he chose it: the view's display names are such."""
        if booking is None or view is None:
            return None
        grant = self._known.grant_of(booking.who)
        held = booking.start + timedelta(minutes=view.machine.grace_min)
        came = booking.id in self._known.arrived
        return Slot(grant.name if grant else "", booking.start, booking.end, booking.end if came else held)

    def _down(self) -> Down:
        state, held = self._known.keeper.state, self._known.exchange.locks
        if state is None or not state.locks:
            return Down()
        lock = min(state.locks, key=lambda one: one.kind is not LockKind.LOCKOUT)
        told = next((one for one in held.locks if one.id == lock.id), None) if held else None
        grant = self._known.grant_of(lock.owner)
        reason, since = (told.reason or "", told.since) if told else ("", None)
        return Down(grant.name if grant else "", reason, since)


def _live_while_off(state: KeeperState) -> bool:
    """Does it draw, or say its contact that the relay is closed, though it should be open?"""
    off = state.phase in {Phase.IDLE, Phase.RUN_ON}
    return off and (state.busy or state.relay == "mismatch")


def _hours(view: MachineView | None, now: datetime) -> tuple[datetime | None, bool]:
    """When it opens next, and whether it is closed to members now."""
    if view is None:
        return None, False
    spans = open_for(view.openings, present_for((Role.MEMBER,)))
    return next_start(spans, now), span_around(spans, now) is None


def _day(view: MachineView | None, now: datetime) -> Day | None:
    """Today's hours and its bookings, without anybody's name."""
    if view is None:
        return None
    today = local_day(now, view.machine.zone)
    spans = open_for(view.openings, present_for((Role.MEMBER,)))
    hours = [one for one in spans if today == local_day(one.start, view.machine.zone)]
    if not hours:
        return None
    opens, closes = min(one.start for one in hours), max(one.end for one in hours)
    taken = tuple((one.start, one.end) for one in view.bookings if one.start < closes and one.end > opens)
    return Day(opens, closes, taken)

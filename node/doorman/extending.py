"""The extend button is pressed: may the session go on for one step more? (R37)

Linked, the hub answers and moves the reservation with it; offline the view's own slots and openings
decide: from a quarter before the planned end, step by step, to the next booking, the longest session
or closing, whichever comes first.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from core.access import Objection, OpenSession, objection
from core.calendars import open_for, present_for, span_around
from core.grants import MachineView
from core.timeline import BadInstant, instant, stamp
from core.vocabulary import Purpose, Reason, Role, SessionKind
from node.doorman.effects import Answered
from node.doorman.keeper_talk import Reply
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Word
from node.doorman.stage import Stage
from node.doorman.visit import reason_of

OPENS: Final = timedelta(minutes=15)  # R37: from T-15


class Extender:
    """One wish at a time."""

    def __init__(self, known: Knowledge, stage: Stage) -> None:
        self._known, self._stage = known, stage
        self._question: str | None = None
        self._wanted: OpenSession | None = None

    @property
    def busy(self) -> bool:
        """Whether the hub or the keeper has still to answer."""
        return self._wanted is not None

    def pressed(self) -> None:
        """Ask the hub, or decide alone."""
        session = self._known.session()
        if session is None or session.kind is not SessionKind.USE or session.until is None or self.busy:
            return
        self._wanted = session
        key = session.key or self._key_of(session.who)
        self._question = self._known.exchange.ask(key, "uid", Purpose.USE) if key else None
        if self._question is None:
            self._alone(session)

    def answered(self, effect: Answered) -> bool:
        """Whether this was the answer to the button; then it is done."""
        if self._question is None or effect.id != self._question:
            return False
        session, self._question = self._wanted, None
        if session is None:
            return True
        if effect.answer is None:
            self._alone(session)
        elif effect.answer.decision.allowed and effect.answer.decision.until is not None:
            self._extend(session, effect.answer.decision.until)
        else:
            told = effect.answer.decision.objections
            self._refuse(tuple(objection(one.code, dict(one.params or {})) for one in told))  # type: ignore[arg-type]
        return True

    def _alone(self, session: OpenSession) -> None:
        view = self._known.view
        if view is None or session.until is None:
            self._refuse((objection(Reason.STALE),))
            return
        end = session.until + timedelta(minutes=view.machine.step_min)
        against = tuple(self._against(session, end, view))
        if against:
            self._refuse(against)
        else:
            self._extend(session, end)

    def _against(self, session: OpenSession, end: datetime, view: MachineView) -> Iterator[Objection]:
        now, until = self._known.now(), session.until or end
        if self._known.too_old:
            yield objection(Reason.STALE, {"limit_h": view.machine.age_limit_h})
        opens = self._planned(session) - OPENS
        if now < opens:
            yield objection(Reason.HORIZON, {"opens": stamp(opens)})
        yield from _taken(session, (until, end), view)
        began = now - timedelta(milliseconds=self._known.mono_ms() - self._known.sitting(session.id).began_ms)
        if end - began > timedelta(minutes=view.machine.max_session_min):
            yield objection(Reason.DURATION, {"max": view.machine.max_session_min})
        if not _open(view, self._roles(session), end, now):
            yield objection(Reason.LAB_CLOSED, {"opens": None})

    def _extend(self, session: OpenSession, end: datetime) -> None:
        until_ms = self._known.until_ms(end)
        fields: dict[str, object] = {"session": session.id, "until_ms": until_ms, "until": stamp(end)}
        fields["by"] = session.who
        self._known.keeper.request("extend", fields, lambda reply: self._extended(session, reply, end))

    def _extended(self, session: OpenSession, reply: Reply, end: datetime) -> None:
        self._wanted = None
        if not reply.ok:
            self._refuse((objection(reason_of(reply.code)),))
            return
        sitting = self._known.sitting(session.id)
        planned = sitting.planned_end or stamp(session.until or end)
        self._known.keep_sitting(session.id, replace(sitting, planned_end=planned))
        self._stage.say(Word.EXTENDED, self._lang(), end)

    def _refuse(self, against: tuple[Objection, ...]) -> None:
        self._wanted = None
        self._stage.deny(against, self._lang())

    def _planned(self, session: OpenSession) -> datetime:
        """The end before the first extension: pressing again is allowed."""
        kept = self._known.sitting(session.id).planned_end
        try:
            return instant(kept) if kept else session.until or self._known.now()
        except BadInstant:
            return session.until or self._known.now()

    def _key_of(self, who: str) -> str | None:
        grant = self._known.grant_of(who)
        return grant.key if grant else None

    def _roles(self, session: OpenSession) -> tuple[Role, ...]:
        grant = self._known.guests.get(session.id) or self._known.grant_of(session.who)
        return grant.roles if grant else (Role.MEMBER,)

    def _lang(self) -> str | None:
        guest = self._known.guest()
        return guest.lang if guest else None


def _taken(session: OpenSession, span: tuple[datetime, datetime], view: MachineView) -> Iterator[Objection]:
    """Somebody else has booked into the time that would be added."""
    others = [one for one in view.bookings if one.who != session.who]
    coming = [one for one in others if one.start < span[1] and span[0] < one.end]
    if len(coming) >= view.machine.seats:
        first = min(coming, key=lambda one: one.start)
        yield objection(Reason.RESERVED_OTHER, {"start": stamp(first.start), "until": stamp(first.end)})


def _open(view: MachineView, roles: tuple[Role, ...], end: datetime, now: datetime) -> bool:
    """Whether the machines are still on at `end` (R04)."""
    around = span_around(open_for(view.openings, present_for(roles)), now)
    return around is not None and end <= around.end - timedelta(minutes=view.machine.machines_off_min)

"""Is anybody still at it? What a session needs from people, and its soft stop when nobody gives it.

Idle off (R42), presence to be confirmed (dead-man), a supervisor's tap each hour (R29), the card in
its slot (R43), the first layer looked at and the print left alone (R13), somebody else in the house (R58). Each is a limit: from when it
is told, when it stops the session by the machine's policy, and why. Limits follow from what is known
at each turn; none is armed or cancelled. What cannot be sensed is never counted as idle.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from core.access import objection
from core.case import OpenSession
from core.company import alone_from, unhosted_from
from core.grants import Booking, MachinePolicy
from core.vocabulary import Audience, Phase, Reason, ReservationKind, SessionKind, StopReason
from node.doorman.chores import Chores
from node.doorman.keeper_state import KeeperState
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Word
from node.doorman.sitting import Sitting
from node.doorman.stage import Stage
from node.doorman.supervising import WATCH_MS

MINUTE_MS: Final = 60_000
SLOT_MS: Final = 20_000  # R43: the card may be out for 20 s
LEAVING_MS: Final = 5 * MINUTE_MS  # E19: five minutes are counted down
AGAIN_MS: Final = 10_000  # a stop that came to nothing is asked for again
FIRST_LAYER_MS: Final = 5 * MINUTE_MS  # R13: it cannot be judged before


@dataclass(frozen=True, slots=True)
class Limit:
    """Told as `word` from `warn_ms` on; at `end_ms` the session is asked to stop, because of `reason`."""

    word: Word | None
    warn_ms: int
    end_ms: int
    reason: StopReason


class Minder:
    """The limits of the session that runs; used by the doorman's loop alone."""

    def __init__(self, known: Knowledge, stage: Stage, chores: Chores) -> None:
        self._known, self._stage, self._chores = known, stage, chores
        self._idle_ms: int | None = None
        self._alone_ms: int | None = None
        self._away_ms: int | None = None
        self._blind = False
        self._told: Limit | None = None
        self._stopped_ms: int | None = None
        self._card: str | None = None

    @property
    def idle_ms(self) -> int | None:
        """Since when the machine has been idle in this session; None while it works or nobody can tell."""
        return self._idle_ms

    # -- what happens

    def card(self, key: str) -> None:
        """This badge lies on the reader."""
        self._card = key

    def card_gone(self) -> None:
        """No badge lies there any more."""
        self._card = None

    def reader(self, *, lost: bool) -> None:
        """A reader that does not answer says nothing of a card."""
        self._blind = lost
        self._away_ms = None

    def confirmed(self, key: str) -> bool:
        """Was this tap of the person in session a sign of life, and no wish to end?"""
        session, policy = self._known.session(), self._policy()
        if session is None or policy is None or session.kind is not SessionKind.USE:
            return False
        if self._looks_at_first_layer(session):
            self._keep(session, first_layer=True, present_ms=self._now())
            return True
        warned = self._told is not None and self._told.word is Word.IDLE_SOON
        if not warned and policy.badge_mode != "slot":
            return False
        self._card, self._away_ms, self._idle_ms = key, None, self._now() if warned else self._idle_ms
        self._keep(session, present_ms=self._now())
        return True

    def watched(self, supervisor: str) -> bool:
        """Was this tap the supervisor's of the session that runs? Then another hour."""
        session = self._known.session()
        if session is None or session.responsible != supervisor or session.who == supervisor:
            return False
        self._keep(session, watched_ms=self._now())
        self._chores.note("supervise", {"supervisor": supervisor, "trainee": session.who}, session.id)
        return True

    def turn(self) -> None:
        """Look at every limit: tell it, or stop the session, once."""
        session, state = self._known.session(), self._known.keeper.state
        if session is None or state is None or state.phase is not Phase.IN_USE:
            self._forget()
            return
        self._see(state)
        now_ms = self._now()
        for limit in sorted(self._limits(session, state), key=lambda one: one.end_ms):
            if limit.end_ms <= now_ms:
                self._stop(session, limit)
                return
            if limit.warn_ms <= now_ms and limit.word is not None:
                self._tell(limit, session)
                return
        if not self._alert(session):
            self._told = None

    def due_ms(self) -> int | None:
        """When a limit is next to be told or ends."""
        session, state = self._known.session(), self._known.keeper.state
        if session is None or state is None or state.phase is not Phase.IN_USE:
            return None
        limits = list(self._limits(session, state))
        instants = [at for one in limits for at in (one.warn_ms, one.end_ms)]
        instants += [
            at
            for at in (*self._first_layer_times(session), self._lonely_at_ms(session.who))
            if at is not None
        ]
        return min((at for at in instants if at > self._now()), default=None)

    # -- the limits

    def _limits(self, session: OpenSession, state: KeeperState) -> Iterator[Limit]:
        policy, sitting = self._policy(), self._known.sitting(session.id)
        if policy is None or session.kind is not SessionKind.USE or self._asked():
            return
        yield from self._idle(policy, sitting, state)
        if self._alone_ms is not None:
            end_ms = self._alone_ms + LEAVING_MS
            yield Limit(None, end_ms, end_ms, StopReason.REVOKED)
        if policy.dead_man_min:
            end_ms = (sitting.present_ms or sitting.began_ms) + policy.dead_man_min * MINUTE_MS
            yield Limit(Word.IDLE_SOON, end_ms, end_ms + policy.idle_warn_s * 1000, StopReason.IDLE)
        if session.responsible is not None:
            end_ms = (sitting.watched_ms or sitting.began_ms) + WATCH_MS
            yield Limit(Word.SUPERVISE, end_ms, end_ms + LEAVING_MS, StopReason.REVOKED)
        if policy.badge_mode == "slot" and self._away_ms is not None:
            end_ms = self._away_ms + SLOT_MS
            yield Limit(None, end_ms, end_ms, StopReason.BADGE_OUT)

    def _idle(self, policy: MachinePolicy, sitting: Sitting, state: KeeperState) -> Iterator[Limit]:
        if self._idle_ms is None or policy.sensor == "none" or state.busy:
            return
        if sitting.first_layer:
            end_ms = self._idle_ms + policy.unattended_idle_min * MINUTE_MS
            yield Limit(None, end_ms, end_ms, StopReason.IDLE)
        elif policy.idle_max_min:
            warn_ms = self._idle_ms + policy.idle_max_min * MINUTE_MS
            yield Limit(Word.IDLE_SOON, warn_ms, warn_ms + policy.idle_warn_s * 1000, StopReason.IDLE)

    # -- the print that is left alone

    def _looks_at_first_layer(self, session: OpenSession) -> bool:
        opens, closes = self._first_layer_times(session)
        return opens is not None and closes is not None and opens <= self._now() < closes

    def _first_layer_times(self, session: OpenSession) -> tuple[int | None, int | None]:
        """From when to when the first layer is to be confirmed; nothing once it was, or staff know."""
        sitting, policy = self._known.sitting(session.id), self._policy()
        settled = sitting.first_layer or sitting.alerted
        if policy is None or settled or self._unattended(session) is None:
            return None, None
        return sitting.began_ms + FIRST_LAYER_MS, sitting.began_ms + policy.rebadge_min * MINUTE_MS

    def _unattended(self, session: OpenSession) -> Booking | None:
        view, now = self._known.view, self._known.now()
        if view is None:
            return None
        early = timedelta(minutes=view.machine.early_min)
        his = (one for one in view.bookings if one.who == session.who and one.start - early <= now < one.end)
        return next((one for one in his if one.kind is ReservationKind.UNATTENDED), None)

    def _alert(self, session: OpenSession) -> bool:
        """The first layer: asked for from +5 minutes (True), and at +20 staff are told that nobody looked."""
        opens, closes = self._first_layer_times(session)
        if opens is None or closes is None or self._now() < opens:
            return False
        if self._now() < closes:
            self._tell(Limit(Word.REBADGE, opens, closes, StopReason.IDLE), session)
            return True
        self._keep(session, alerted=True)
        told = {"who": session.who, "category": "first-layer", "severity": "notice"}
        self._chores.note("report", told, session.id)
        return False

    # -- within

    def _see(self, state: KeeperState) -> None:
        """Since when is it idle, and its card out of the slot?"""
        now_ms, session = self._now(), self._known.session()
        if state.busy:
            self._idle_ms = None
        elif self._idle_ms is None:
            self._idle_ms = now_ms
        lies = session is not None and session.key is not None and self._card == session.key
        if lies or self._blind:
            self._away_ms = None
        elif self._away_ms is None:
            self._away_ms = now_ms
        self._see_company(now_ms, session)

    def _see_company(self, now_ms: int, session: OpenSession | None) -> None:
        """Whether anybody else is left (R58); told once, when the last one goes."""
        using = session is not None and session.kind is SessionKind.USE and session.responsible is None
        at_ms = self._lonely_at_ms(session.who) if session is not None and using else None
        if at_ms is None or at_ms > now_ms:
            self._alone_ms = None
        elif self._alone_ms is None:
            self._alone_ms = now_ms
            guest = self._known.guest()
            told = objection(Reason.BUDDY, {"host": 1} if self._hosted(session) else None)
            self._stage.deny((told,), guest.lang if guest else None)

    def _lonely_at_ms(self, who: str) -> int | None:
        """When nobody else will be there, or a guest's host not; None where neither is asked."""
        view = self._known.view
        if view is None:
            return None
        now, openlab = (
            self._known.now(),
            (one.span for one in view.openings if one.audience is Audience.PUBLIC),
        )
        alone = alone_from(view.machine.buddy, view.company, now, who)
        unhosted = unhosted_from(view.company.hosts, openlab, now, who)
        return min((self._known.until_ms(at) for at in (alone, unhosted) if at is not None), default=None)

    def _hosted(self, session: OpenSession | None) -> bool:
        """Whether whoever sits there is a guest, whose host is missed (R22)."""
        view = self._known.view
        return session is not None and view is not None and session.who in view.company.hosts

    def _asked(self) -> bool:
        """Has the keeper been asked to stop just now?"""
        return self._stopped_ms is not None and self._now() - self._stopped_ms < AGAIN_MS

    def _stop(self, session: OpenSession, limit: Limit) -> None:
        self._stopped_ms = self._now()
        self._chores.stop(session.id, limit.reason, None)

    def _tell(self, limit: Limit, session: OpenSession) -> None:
        if limit.word is None or (self._told is not None and self._told.end_ms == limit.end_ms):
            return
        self._told = limit
        guest = self._known.guest()
        name, lang = (guest.name, guest.lang) if guest and guest.who == session.who else ("", None)
        self._stage.say(limit.word, lang, ends_ms=limit.end_ms, name=name)

    def _keep(self, session: OpenSession, **changes: object) -> None:
        self._known.keep_sitting(session.id, replace(self._known.sitting(session.id), **changes))  # type: ignore[arg-type]
        self._told = None
        self._stage.clear()

    def _forget(self) -> None:
        self._idle_ms = self._away_ms = self._alone_ms = None
        self._told = self._stopped_ms = None

    def _policy(self) -> MachinePolicy | None:
        return None if self._known.view is None else self._known.view.machine

    def _now(self) -> int:
        return self._known.mono_ms()

"""Was it shown, here, by whom and to whom? A sign-off at the machine: trainer, trainee, checklist (R28).

The extend button opens it while nobody has the machine: trainer's badge, trainee's badge within a
minute, then each item of the list is confirmed by the same button. The record is a claim; the hub
judges it. Nothing here powers anything, and a minute without an answer ends it.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from core.access import Objection, objection
from core.grants import LEARNING, Grant
from core.vocabulary import GrantLevel, Phase, Reason, ReservationKind
from node.doorman.checklist import ITEMS, TRAINEE, TRAINER, said
from node.doorman.chores import Chores
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Word
from node.doorman.stage import Stage

WITHIN_MS: Final = 60_000  # R28: both badges within 60 s
AN_HOUR_MS: Final = 3_600_000
MOST_AN_HOUR: Final = 12  # R28, for a trainer and a node
MOST_OUTSIDE: Final = 3  # R28, outside a training session
SIGNABLE: Final = LEARNING | {Reason.CERT_EXPIRED}


@dataclass(frozen=True, slots=True)
class Claim:
    """How far the sign-off has come."""

    trainer: Grant | None = None
    trainee: Grant | None = None
    course: str = ""
    checked: tuple[str, ...] = ()


class SignOff:
    """One sign-off at a time."""

    def __init__(self, known: Knowledge, stage: Stage, chores: Chores) -> None:
        self._known, self._stage, self._chores = known, stage, chores
        self._claim: Claim | None = None
        self._until_ms = 0
        self._signed: deque[tuple[str, int]] = deque(maxlen=200)

    @property
    def open(self) -> bool:
        """Whether one is under way."""
        return self._claim is not None

    def due_ms(self) -> int | None:
        """When its minute is over."""
        return self._until_ms if self.open else None

    def turn(self) -> None:
        """A minute without an answer, or a session: it is over."""
        state = self._known.keeper.state
        busy = state is None or state.session is not None
        if self.open and (busy or self._known.mono_ms() >= self._until_ms):
            self._claim = None
            self._stage.clear()

    def pushed(self) -> bool:
        """The button: begin, or confirm an item. False when it is none of ours."""
        state = self._known.keeper.state
        if state is None or self._known.view is None or state.session is not None:
            return False
        if state.phase not in {Phase.IDLE, Phase.RUN_ON}:
            return False
        if self._claim is None:
            self._go_on(Claim())
        elif self._claim.trainee is not None:
            self._confirm(self._claim)
        return True

    def tap(self, key: str) -> tuple[Objection, ...]:
        """A badge while it is open: what stands against it."""
        claim, grant = self._claim, self._grant(key)
        if claim is None or claim.trainee is not None:
            self._claim = None  # a badge amid the list: something else is wanted, it begins anew
            return (objection(Reason.SUPERVISOR_MISSING),)
        if claim.trainer is None:
            return self._trainer(key, grant)
        return self._trainee(claim, claim.trainer, key, grant)

    def _trainer(self, key: str, grant: Grant | None) -> tuple[Objection, ...]:
        usable = grant is not None and (grant.until is None or self._known.now() < grant.until)
        if grant is None or not usable or grant.level != GrantLevel.TRAINER:
            return (objection(Reason.SUPERVISOR_INVALID),)
        if self._too_many(grant.who):
            return (objection(Reason.RATE_LIMITED),)
        self._go_on(Claim(trainer=grant))
        return ()

    def _trainee(self, claim: Claim, trainer: Grant, key: str, grant: Grant | None) -> tuple[Objection, ...]:
        view = self._known.view
        if grant is None or view is None:
            return (objection(Reason.BADGE_UNKNOWN),)
        if grant.who == trainer.who:  # nobody signs for himself, with a second badge neither (E17)
            return (objection(Reason.SUPERVISOR_INVALID),)
        lacks = [one for one in view.refusals.get(key, ()) if one.code in SIGNABLE]
        wanted = [
            str(one.params.get("course")) for one in lacks if one.params.get("course") in view.machine.needs
        ]
        if grant.level != GrantLevel.SUPERVISED or not wanted:
            return (objection(Reason.INVALID),)
        self._go_on(Claim(claim.trainer, grant, wanted[0]))
        return ()

    def _confirm(self, claim: Claim) -> None:
        checked = (*claim.checked, ITEMS[len(claim.checked)])
        if len(checked) < len(ITEMS):
            self._go_on(Claim(claim.trainer, claim.trainee, claim.course, checked))
            return
        self._claim = None
        if claim.trainer is None or claim.trainee is None:
            return
        trainer, trainee = claim.trainer.who, claim.trainee.who
        told = {"trainer": trainer, "trainee": trainee, "course": claim.course, "checks": list(checked)}
        self._chores.note("sign-off", {**told, "session": None})
        self._signed.append((trainer, self._known.mono_ms()))
        self._stage.say(Word.SIGNED, claim.trainee.lang, name=claim.trainee.name, text=claim.course)

    def _go_on(self, claim: Claim) -> None:
        """The next thing to do, and a minute for it."""
        self._claim = claim
        self._until_ms = self._known.mono_ms() + WITHIN_MS
        if claim.trainee is not None:
            item, page = ITEMS[len(claim.checked)], len(claim.checked) + 1
        else:
            item, page = (TRAINER if claim.trainer is None else TRAINEE), 1
        lang = claim.trainee.lang if claim.trainee else claim.trainer.lang if claim.trainer else None
        pages = (page, len(ITEMS)) if claim.trainee else (1, 1)
        word = Word.CHECK if claim.trainee else Word.SIGN_OFF
        self._stage.say(word, lang, ends_ms=self._until_ms, text=said(item, lang), page=pages)

    def _too_many(self, trainer: str) -> bool:
        since_ms = self._known.mono_ms() - AN_HOUR_MS
        lately = sum(who == trainer and at_ms > since_ms for who, at_ms in self._signed)
        return lately >= (MOST_AN_HOUR if self._in_session(trainer) else MOST_OUTSIDE)

    def _in_session(self, trainer: str) -> bool:
        """Whether a training of this trainer stands in the view now."""
        view, now = self._known.view, self._known.now()
        taught = {ReservationKind.TRAINING, ReservationKind.CLASS}
        slots = view.bookings if view else ()
        return any(one.who == trainer and one.kind in taught and one.start <= now < one.end for one in slots)

    def _grant(self, key: str) -> Grant | None:
        return None if self._known.view is None else self._known.view.grants.get(key)

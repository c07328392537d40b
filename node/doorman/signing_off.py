"""Was it shown, here, by whom and to whom? A sign-off at the machine: trainer, trainee, checklist (R28).

The extend button opens it while nobody has the machine: trainer's badge, trainee's badge within a
minute, then each item of the list is confirmed by the same button. The record is a claim; the hub
judges it. Nothing here powers anything, and a minute without an answer ends it.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Final

from core.access import Objection, objection
from core.grants import LEARNING, Grant
from core.vocabulary import GrantLevel, Phase, Reason, ReservationKind
from node.doorman.checklist import TRAINEE, TRAINER, Item, items_of, said
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
class Pupil:
    """Who is to be signed, and for which course."""

    grant: Grant
    course: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """How far the sign-off has come; `waiting` tapped while another's list was gone through (E17)."""

    trainer: Grant | None = None
    pupil: Pupil | None = None
    checked: int = 0
    waiting: tuple[Pupil, ...] = ()


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

    @property
    def awaits_trainee(self) -> bool:
        """Whether the trainer's badge has been laid there and no trainee's yet."""
        claim = self._claim
        return claim is not None and claim.trainer is not None and claim.pupil is None

    def again(self) -> None:
        """Show once more what is to be done next, and give another minute for it."""
        if self._claim is not None:
            self._go_on(self._claim)

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
        elif self._claim.pupil is not None:
            self._confirm(self._claim)
        elif not self._claim.waiting:  # pushed by mistake: pushed again, it is over
            self._claim = None
            self._stage.clear()
        return True

    def tap(self, key: str) -> tuple[Objection, ...]:
        """A badge while it is open: what stands against it."""
        claim, grant = self._claim or Claim(), self._grant(key)
        if claim.trainer is None:
            return self._trainer(claim, grant)
        pupil = self._pupil(claim.trainer, key, grant)
        if claim.pupil is None and isinstance(pupil, Pupil):
            self._go_on(replace(claim, pupil=pupil))
        elif claim.pupil is not None and isinstance(pupil, Pupil):
            self._line_up(claim, claim.pupil, pupil)
        elif claim.pupil is not None:
            self._claim = None  # a badge amid the list: something else is wanted, it begins anew
            return (objection(Reason.SUPERVISOR_MISSING),)
        return pupil if isinstance(pupil, tuple) else ()

    def _trainer(self, claim: Claim, grant: Grant | None) -> tuple[Objection, ...]:
        """One tap of the trainer for each trainee (R28)."""
        usable = grant is not None and (grant.until is None or self._known.now() < grant.until)
        if grant is None or not usable or grant.level != GrantLevel.TRAINER:
            return (objection(Reason.SUPERVISOR_INVALID),)
        if self._too_many(grant.who):
            return (objection(Reason.RATE_LIMITED),)
        self._go_on(Claim(grant, next(iter(claim.waiting), None), 0, claim.waiting[1:]))
        return ()

    def _pupil(self, trainer: Grant, key: str, grant: Grant | None) -> Pupil | tuple[Objection, ...]:
        """Whom this badge names, or what stands against signing for him."""
        view = self._known.view
        if grant is None or view is None:
            return (objection(Reason.BADGE_UNKNOWN),)
        if grant.who == trainer.who:  # nobody signs for himself, with a second badge neither (E17)
            return (objection(Reason.SUPERVISOR_INVALID),)
        lacks = (one.params.get("course") for one in view.refusals.get(key, ()) if one.code in SIGNABLE)
        wanted = [str(course) for course in lacks if course in view.machine.needs]
        if grant.level != GrantLevel.SUPERVISED or not wanted:
            return (objection(Reason.INVALID),)
        return Pupil(grant, wanted[0], items_of(view.checklists, wanted[0]))

    def _line_up(self, claim: Claim, now: Pupil, late: Pupil) -> None:
        """A second trainee taps quickly: his list comes after this one, and after another tap of the trainer."""
        known = {one.grant.who for one in (now, *claim.waiting)}
        if late.grant.who not in known:
            self._claim = replace(claim, waiting=(*claim.waiting, late))

    def _confirm(self, claim: Claim) -> None:
        pupil = claim.pupil
        if pupil is None or claim.trainer is None:
            return
        if claim.checked + 1 < len(pupil.items):
            self._go_on(replace(claim, checked=claim.checked + 1))
            return
        checks = [item["id"] for item in pupil.items]
        told = {"trainer": claim.trainer.who, "trainee": pupil.grant.who, "course": pupil.course}
        self._chores.note("sign-off", {**told, "checks": checks, "session": None})
        self._signed.append((claim.trainer.who, self._known.mono_ms()))
        self._claim = None
        if claim.waiting:
            self._go_on(Claim(waiting=claim.waiting))
        else:
            self._stage.say(Word.SIGNED, pupil.grant.lang, name=pupil.grant.name, text=pupil.course)

    def _go_on(self, claim: Claim) -> None:
        """The next thing to do, and a minute for it."""
        self._claim = claim
        self._until_ms = self._known.mono_ms() + WITHIN_MS
        pupil = claim.pupil
        if pupil is not None:
            item, page = said(pupil.items[claim.checked], pupil.grant.lang), claim.checked + 1
            pages = (page, len(pupil.items))
            self._stage.say(Word.CHECK, pupil.grant.lang, ends_ms=self._until_ms, text=item, page=pages)
            return
        lang = claim.trainer.lang if claim.trainer else None
        next_one = next((one.grant.name for one in claim.waiting), "")
        badge = TRAINER if claim.trainer is None else TRAINEE
        self._stage.say(Word.SIGN_OFF, lang, ends_ms=self._until_ms, text=badge["id"], name=next_one)

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

"""May it have power, now? The one loop: events in, `step`, acts out, in the order they come.

Rules: journal (fsync) before the relay closes, and the tap's age once more between the two; the relay
opens before anything is written about it; what fails half-way ends with the relay open.
"""

import logging
import os
from collections.abc import Callable, Mapping
from typing import Final

from core.interlock import (
    Accept,
    AddLock,
    Boot,
    Cap,
    CloseRelay,
    Energise,
    Event,
    Extend,
    ExtractionOff,
    ExtractionOn,
    Handover,
    Journal,
    Lift,
    LiftLock,
    Lock,
    OpenRelay,
    Policy,
    Ready,
    Record,
    Refuse,
    SelfcheckBad,
    SetInhibit,
    State,
    Stop,
    StopNow,
    step,
)
from core.vocabulary import EndQuality, Inhibit, LockKind, Phase, Reason, StopReason
from node.keeper.failing import fault_of
from node.keeper.ledger import Ledger
from node.keeper.memory import state_text
from node.keeper.meter import Meter
from node.keeper.salvage import Found
from node.keeper.timers import LATE_MS, next_due
from node.keeper.watch import Watch, drawing_while_off, mismatched
from node.ports import Clock, Hardware, Inputs

GIVING: Final = (Energise, Handover, Extend, Ready, Lift, LiftLock)
"""Events that give something away: without their record on disk they have not happened."""
CHECKPOINT_MS: Final = 60_000  # a power cut costs at most a minute of usage
HINDERED_MS: Final = 1_000  # look again once a second at what could not be done
MOST_AT_ONCE: Final = 32  # more ripe events than rules in one look is a fault of ours
log = logging.getLogger("loquet.keeper")

Young = Callable[[], bool]


def always_young() -> bool:
    """For events that need no tap."""
    return True


class Keeper:
    """The interlock with its hands: state, contacts, timers, journal and relay."""

    def __init__(self, clock: Clock, hardware: Hardware, ledger: Ledger, policy: Policy) -> None:
        self.clock, self.hardware, self.ledger = clock, hardware, ledger
        self.policy = policy
        self.next_policy: Policy | None = None
        self.state = State()
        self.started_ms = clock.monotonic_ms()
        self.meter = Meter(self.started_ms)
        self.seen: Inputs = Inputs()
        self.known: set[str] = set()
        self.presses = 0
        self.fault: str | None = None  # which, while FAULT holds
        self.doorman = False
        self.networked = False  # a network driver switches or senses: never a high-risk machine
        self.stale = True  # until a doorman says otherwise
        self.on_change: Callable[[], None] = lambda: None
        self._watch = Watch()
        self._checkpoint: Mapping[str, object] = {}
        self._checkpoint_ms = self.started_ms

    # --- the loop's three entries ---------------------------------------------------------------------------

    def boot(self, found: Found) -> None:
        """Begin with what was remembered: relay open, session over, run-on in full."""
        self.state, self._checkpoint, self.fault = found.state, found.checkpoint, found.fault
        self.feed(Boot())
        if found.damaged:
            self.feed(SetInhibit(Inhibit.JOURNAL, "damaged"))
            self.ledger.distrust()
        if found.forgot:
            self.feed(SetInhibit(Inhibit.FAULT, "memory lost"))
        self.look()

    def look(self) -> None:
        """Read the contacts and the timers, and deal with all that is ripe now."""
        self._buttons(self.hardware.inputs())
        for _ in range(MOST_AT_ONCE):
            event = self._ripe()
            if event is None:
                break
            self.feed(event, self._timer_young() if isinstance(event, Ready) else always_young)
        self._routine()

    def feed(self, event: Event, young: Young = always_young) -> Accept | Refuse | None:
        """One event through the table and its acts; the answer, if the table has one."""
        before = self.state
        answer = self._carry_out(event, young)
        if self.ledger.bad and Inhibit.JOURNAL not in self.state.inhibits:
            self._carry_out(SetInhibit(Inhibit.JOURNAL, "write"), always_young)
        if isinstance(event, Cap):
            self.meter.capped_ms = self._now()
        if self.state != before:
            self._note_fault(event, before)
            self._adopt_policy()
            self.on_change()
        return answer

    def _note_fault(self, event: Event, before: State) -> None:
        """Which fault it is is kept with it over a boot."""
        new = Inhibit.FAULT in self.state.inhibits and Inhibit.FAULT not in before.inhibits
        if new:
            self.fault = fault_of(event, self.seen)
            self.ledger.write((), {"fault": self.fault or ""})

    def due_ms(self) -> int | None:
        """The next instant at which something must happen."""
        timer = next_due(self.state, self.meter, self.policy, self._now())
        known = (timer and timer[0], self._watch.due_ms(), self.ledger.due_ms())
        soonest = min((at for at in known if at is not None), default=None)
        if soonest is not None and self.ledger.bad:
            return max(soonest, self._now() + HINDERED_MS)  # what `look` left waits for the disk
        return soonest

    # --- what requests ask for ------------------------------------------------------------------------------

    def take_policy(self, policy: Policy) -> None:
        """Taken up at the next IDLE, which may be now."""
        self.next_policy = policy
        self._adopt_policy()

    def at_rest(self) -> bool:
        """Does the machine neither contradict its relay nor draw while off?"""
        return not mismatched(self.seen, self.state) and not drawing_while_off(
            self.seen, self.state, self.policy
        )

    def remembered(self) -> dict[str, str]:
        """What goes to disk with the records."""
        return {"state": state_text(self.state)}

    # --- within ---------------------------------------------------------------------------------------------

    def _now(self) -> int:
        return self.clock.monotonic_ms()

    def _ripe(self) -> Event | None:
        """What has to be dealt with next; nothing is lifted while the disk refuses."""
        ripe = self._watch.look(self.seen, self.state, self.policy, self._now())
        for event in (*ripe, self._told(), self._timer()):
            if event is not None and not (self.ledger.bad and isinstance(event, Lift)):
                return event
        return None

    def _timer(self) -> Event | None:
        due = next_due(self.state, self.meter, self.policy, self._now())
        if due is None or due[0] > self._now():
            return None
        if isinstance(due[1], Ready) and mismatched(self.seen, self.state):
            return SelfcheckBad()
        return due[1]

    def _timer_young(self) -> Young:
        """Is the pre-run's end still near?"""
        ready_ms = self.meter.phase_since_ms + self.policy.pre_run_s * 1000
        return lambda: self._now() - ready_ms <= LATE_MS

    def _told(self) -> Event | None:
        """What the doorman last said of its view, until the inhibit says the same."""
        if self.stale == (Inhibit.STALE in self.state.inhibits):
            return None
        cause = "told" if self.doorman else "no doorman"
        return SetInhibit(Inhibit.STALE, cause) if self.stale else Lift(Inhibit.STALE, cause)

    def _buttons(self, seen: Inputs) -> None:
        """A press is an edge; the three buttons are the keeper's, with the doorman dead too."""
        before, self.seen = self.seen, seen
        if seen.stop and not before.stop:
            self.feed(Stop(None, StopReason.STOP_BUTTON))
        if seen.report and not before.report:
            lock = Lock(f"report-{os.urandom(12).hex()}", LockKind.DANGER, "")
            self.feed(AddLock(lock, cause="report"))
        if seen.extend and not before.extend:
            self.presses += 1
            self.on_change()

    def _carry_out(self, event: Event, young: Young) -> Accept | Refuse | None:
        after, acts = step(self.state, event, self.policy)
        answer: Accept | Refuse | None = None
        for act in acts:
            if isinstance(act, Journal):
                gives = isinstance(event, GIVING)
                if not self._write(act.records, after, hold=not gives) and gives:
                    return self._abandon(ends=isinstance(event, Ready) or OpenRelay() in acts)
                self._adopt(after)
            elif isinstance(act, CloseRelay):
                if (hindered := self._close(young)) is not None:
                    return self._not_closed(hindered)
            elif isinstance(act, (Accept, Refuse)):  # `|` makes a new type each time
                answer = act
            else:
                self._drive(act)
        if after != self.state:
            self.ledger.write((), {"state": state_text(after)})
            self._adopt(after)
        return answer

    def _drive(self, act: OpenRelay | ExtractionOn | ExtractionOff) -> None:
        if isinstance(act, OpenRelay):
            self.hardware.set_relay(closed=False)
        else:
            self.hardware.set_extraction(on=isinstance(act, ExtractionOn))

    def _close(self, young: Young) -> Reason | None:
        """Close the relay, unless the disk was slow, the tap grew old or a contact says no: then why."""
        seen = self.hardware.inputs()
        if seen.estop is not False:
            return Reason.ESTOP
        if self.ledger.bad or seen.feedback is True:  # already closed: it has welded
            return Reason.FAULT
        if not young():
            return Reason.LATE
        self.hardware.set_relay(closed=True)
        if self.hardware.inputs().estop is not False:  # pressed in this very moment
            self.hardware.set_relay(closed=False)
            return Reason.ESTOP
        return None

    def _write(self, records: tuple[Record, ...], after: State, *, hold: bool) -> bool:
        """The records, with the seconds only the meter knows; the new state beside them."""
        metered = [self._metered(one) if one.type == "session-end" else one for one in records]
        return self.ledger.write(metered, {"state": state_text(after)}, hold=hold)

    def _metered(self, record: Record) -> Record:
        """What was used: measured; after a power cut up to the last checkpoint, which was then its end."""
        used = self.meter.used(self.policy, self._now())
        if record.data["end_quality"] == EndQuality.ESTIMATED:
            used = {"power_s": 0, "busy_s": 0, **self._checkpoint}
        return Record(record.type, record.session, {**record.data, **used})

    def _adopt(self, after: State) -> None:
        if after is not self.state:
            self.meter.moved(self.state, after, self._now())
            self.state = after

    def _abandon(self, *, ends: bool) -> Refuse:
        """Its record is not on disk: it has not happened; but a start that waited ends, and what was cut."""
        if ends:
            self._carry_out(StopNow(None, StopReason.INTERRUPTED), always_young)
        return Refuse(Reason.FAULT)

    def _not_closed(self, hindered: Reason) -> Refuse:
        """Its records are written, and yet it may not have power: the relay stays open, the session is over."""
        self._carry_out(StopNow(None, StopReason.INTERRUPTED), always_young)
        return Refuse(hindered)

    def _adopt_policy(self) -> None:
        if self.next_policy is not None and self.state.phase is Phase.IDLE:
            self.policy, self.next_policy = self.next_policy, None
            self._watch.distrust()

    def _routine(self) -> None:
        """What may be done at any wake-up: the test record, the checkpoint."""
        if self.ledger.retry(self.remembered()):
            self.feed(Lift(Inhibit.JOURNAL, "test record written"))
        if self.state.session and self.state.power and self._now() - self._checkpoint_ms >= CHECKPOINT_MS:
            self._checkpoint_ms = self._now()
            used = self.meter.used(self.policy, self._now())
            self.ledger.write((Record("checkpoint", self.state.session.id, used),), {})

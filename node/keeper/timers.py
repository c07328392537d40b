"""What is due when? Every timer follows from the state and its marks; none is ever armed or cancelled."""

from typing import Final

from core.interlock import Cap, Event, LeaseEnd, Policy, Quiet, Ready, RunOnOver, State
from core.vocabulary import Phase, StopReason
from node.keeper.meter import Meter

LATE_MS: Final = 5_000  # interlock.md: a start that comes later than this is no longer meant
QUIET_MS: Final = 30_000  # interlock.md: 30 s idle after a stop
ALARM_AGAIN_MS: Final = 600_000  # interlock.md: the alarm is repeated every 10 minutes
PERSON_ENDED: Final = frozenset({StopReason.BADGE_OUT, StopReason.STOP_BUTTON})


def next_due(state: State, meter: Meter, policy: Policy, now_ms: int) -> tuple[int, Event] | None:
    """The earliest timer of this phase: its instant (perhaps past) and its event."""
    due = list(_lease(state))
    if state.phase is Phase.STARTING:
        ready_ms = meter.phase_since_ms + policy.pre_run_s * 1000
        due.append((ready_ms, Ready(late=now_ms > ready_ms + LATE_MS)))
    if state.phase is Phase.ENDING:
        due += _ending(state, meter, policy)
    if state.phase is Phase.RUN_ON:
        due.append((meter.phase_since_ms + policy.run_on_s * 1000, RunOnOver()))
    return min(due, key=lambda pair: pair[0], default=None)


def phase_until_ms(state: State, meter: Meter, policy: Policy) -> int | None:
    """The end of pre-run or run-on, for the display."""
    if state.phase is Phase.STARTING:
        return meter.phase_since_ms + policy.pre_run_s * 1000
    return meter.phase_since_ms + policy.run_on_s * 1000 if state.phase is Phase.RUN_ON else None


def _lease(state: State) -> list[tuple[int, Event]]:
    if state.session is not None and state.phase in {Phase.STARTING, Phase.IN_USE}:
        return [(state.session.until_ms, LeaseEnd())]
    return []


def _ending(state: State, meter: Meter, policy: Policy) -> list[tuple[int, Event]]:
    due: list[tuple[int, Event]] = []
    if not state.busy:
        due.append((_quiet_ms(state, meter, policy), Quiet()))
    if policy.cap_s is not None:
        first_ms = meter.phase_since_ms + policy.cap_s * 1000
        due.append((first_ms if meter.capped_ms is None else meter.capped_ms + ALARM_AGAIN_MS, Cap()))
    return due


def _quiet_ms(state: State, meter: Meter, policy: Policy) -> int:
    """When the job counts as finished: by the sensor, by the person's word, or by the tolerance."""
    if policy.sensor != "none":
        return meter.idle_since_ms + QUIET_MS
    if state.session is not None and state.session.asked in PERSON_ENDED:
        return meter.phase_since_ms
    return meter.phase_since_ms + policy.tolerance_s * 1000

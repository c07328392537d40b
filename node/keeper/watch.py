"""What do the contacts mean? Each rule is a condition, how long it must hold, and the event it then is.

Rules of rules: a rule's event makes its condition false (else it would fire for ever); what counts as
dangerous counts at once, what counts as good must last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.interlock import Busy, Event, Idle, Lift, Policy, SetInhibit, State
from core.vocabulary import Inhibit
from node.ports import Inputs

LOST_MS: Final = 2_000  # interlock.md: extraction lost 2 s; mismatch 2 s; drawing while off 2 s
GOOD_MS: Final = 10_000  # interlock.md: extraction good 10 s
BYPASS_OFF_MS: Final = 2_000  # interlock.md: switch off for 2 s

Holds = Callable[[Inputs, State, Policy], bool]


@dataclass(frozen=True)
class Rule:
    """When `holds` for `for_ms`, `event` has happened."""

    name: str
    holds: Holds
    for_ms: int
    event: Event


def _pressed(seen: Inputs, state: State, _policy: Policy) -> bool:
    return seen.estop is not False and Inhibit.ESTOP not in state.inhibits


def _bypassed(seen: Inputs, state: State, _policy: Policy) -> bool:
    return seen.bypass is not False and Inhibit.BYPASS not in state.inhibits


def _bypass_off(seen: Inputs, state: State, _policy: Policy) -> bool:
    return seen.bypass is False and Inhibit.BYPASS in state.inhibits


def _air_lost(seen: Inputs, state: State, policy: Policy) -> bool:
    needed = policy.needs_extraction and Inhibit.EXTRACTION not in state.inhibits
    return needed and seen.extraction_ok is not True


def _air_good(seen: Inputs, state: State, policy: Policy) -> bool:
    good = seen.extraction_ok is True or not policy.needs_extraction
    return good and Inhibit.EXTRACTION in state.inhibits


def mismatched(seen: Inputs, state: State) -> bool:
    """Does the relay's contact contradict its command?"""
    return seen.feedback is not None and seen.feedback != state.power


def _mismatched(seen: Inputs, state: State, _policy: Policy) -> bool:
    return mismatched(seen, state) and Inhibit.FAULT not in state.inhibits


def drawing_while_off(seen: Inputs, state: State, policy: Policy) -> bool:
    """Does it draw though the relay is open and no bypass key explains it?"""
    explained = state.power or policy.sensor == "none" or Inhibit.BYPASS in state.inhibits
    return seen.busy is True and not explained


def _drawing(seen: Inputs, state: State, policy: Policy) -> bool:
    return drawing_while_off(seen, state, policy) and Inhibit.FAULT not in state.inhibits


def _turned_busy(seen: Inputs, state: State, policy: Policy) -> bool:
    lost_at_work = seen.busy is None and state.power  # a lost sensor never counts as idle
    return policy.sensor != "none" and not state.busy and (seen.busy is True or lost_at_work)


def _turned_idle(seen: Inputs, state: State, policy: Policy) -> bool:
    return state.busy and (seen.busy is False or policy.sensor == "none")


RULES: Final = (
    Rule("estop", _pressed, 0, SetInhibit(Inhibit.ESTOP, "input")),
    Rule("bypass", _bypassed, 0, SetInhibit(Inhibit.BYPASS, "input")),
    Rule("bypass-off", _bypass_off, BYPASS_OFF_MS, Lift(Inhibit.BYPASS, "input")),
    Rule("air-lost", _air_lost, LOST_MS, SetInhibit(Inhibit.EXTRACTION, "input")),
    Rule("air-good", _air_good, GOOD_MS, Lift(Inhibit.EXTRACTION, "input")),
    Rule("mismatch", _mismatched, LOST_MS, SetInhibit(Inhibit.FAULT, "relay-mismatch")),
    Rule("drawing", _drawing, LOST_MS, SetInhibit(Inhibit.FAULT, "power-without-session")),
    Rule("busy", _turned_busy, 0, Busy()),
    Rule("idle", _turned_idle, 0, Idle()),
)


class Watch:
    """Since when does each rule's condition hold?"""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}
        self._strict = True

    def distrust(self) -> None:
        """Take what is wrong at the next look as wrong for long already: after a boot, or a new policy."""
        self._strict = True

    def look(self, seen: Inputs, state: State, policy: Policy, now_ms: int) -> list[Event]:
        """What is ripe now, in the order of the rules; ask again after one has been dealt with."""
        strict, self._strict = self._strict, False
        ripe: list[Event] = []
        for rule in RULES:
            if not rule.holds(seen, state, policy):
                self._since.pop(rule.name, None)
                continue
            since = self._since.setdefault(rule.name, now_ms)
            if now_ms - since >= rule.for_ms or (strict and rule.name == "air-lost"):
                ripe.append(rule.event)
        return ripe

    def due_ms(self) -> int | None:
        """When the next held condition ripens."""
        ends = [self._since[rule.name] + rule.for_ms for rule in RULES if rule.name in self._since]
        return min(ends, default=None)

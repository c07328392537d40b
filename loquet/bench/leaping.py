"""How does time pass at once? From one due instant to the next, waiting each time until all have caught up.

Rules: programs settle, and are held where they wait, while the clock moves; the clock never moves past a due instant; a network that
is down or a hub that is away is not waited for.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from loquet.bench.channel import BenchNo
from loquet.bench.clock import BenchClock, pause, real_s

LONGEST_S = 10.0  # api.md: nothing waits over 10 s
POLL_S = 0.004  # between two looks at programs that are busy
LINK_PATIENCE_S = 2.5  # how long one step waits for things that need broker and hub
LITTLE_PATIENCE_S = 0.1  # and each further step, once it has waited in vain
MARGIN_MS = 1  # a due instant is reached, not just missed


class Program(Protocol):
    """One settled-or-not program of the demo, as the bench sees it."""

    name: str

    def standing(self, within_s: float) -> Mapping[str, Any]:
        """What `settled` of its agent answers."""
        ...

    def freeze(self, within_s: float) -> Mapping[str, Any]:
        """Stop its loops where they wait, and the same answer."""
        ...

    def thaw(self, within_s: float) -> None:
        """Let its loops go on, the clock not having been moved."""
        ...

    def leap(self, within_s: float) -> None:
        """Let them go on and wake them, after the clock was moved."""
        ...


Programs = Callable[[], Iterable[Program]]


class Leap:
    """One passing of time: `until` a monotonic instant of the bench's clock."""

    def __init__(self, clock: BenchClock, programs: Programs, longest_s: float = LONGEST_S) -> None:
        """Prepare to move `clock` under all of `programs()`, in at most `longest_s` of real time."""
        self._clock = clock
        self._programs = programs
        self._ends_at = real_s() + longest_s
        self._patience_s = LINK_PATIENCE_S

    def run(self, advance_ms: int) -> int:
        """Let `advance_ms` pass; the number of stops made. BenchNo(504) when it takes too long."""
        target_ms = self._clock.monotonic_ms() + advance_ms
        stops = 0
        while True:
            self.settle()
            if self._clock.monotonic_ms() >= target_ms:
                return stops
            stops += self._step(target_ms)

    def _step(self, target_ms: int) -> bool:
        """Move to the next due instant, unless somebody woke meanwhile (then nothing was moved)."""
        programs = list(self._programs())
        moved = False
        try:
            standings = [program.freeze(self._left_s()) for program in programs]
            now_ms = self._clock.monotonic_ms()
            moved = all(at_rest(standing, now_ms, patient=False) for standing in standings)
            if moved:
                dues = [s["due_ms"] for s in standings if s.get("due_ms") is not None]
                step_ms = max(0, min([*dues, target_ms]) - now_ms) + MARGIN_MS
                self._clock.file.move(step_ms * 1_000_000, step_ms * 1_000_000)
        finally:
            for program in programs:
                (program.leap if moved else program.thaw)(max(1.0, self._ends_at - real_s()))
        return moved

    def settle(self) -> None:
        """Return when two looks in a row show everybody waiting with nothing to do."""
        before: list[tuple[object, object]] | None = None
        patient_until = real_s() + self._patience_s
        while True:
            standings = [dict(program.standing(self._left_s())) for program in self._programs()]
            patient = real_s() < patient_until
            if not patient:
                self._patience_s = LITTLE_PATIENCE_S  # who was away at this stop is away at the next
            now_ms = self._clock.monotonic_ms()
            rest = all(at_rest(standing, now_ms, patient=patient) for standing in standings)
            marks = [(s.get("turns") if patient else 0, s.get("due_ms")) for s in standings]
            if rest and marks == before:
                return
            before = marks if rest else None
            self._left_s()
            pause(POLL_S)

    def _left_s(self) -> float:
        left = self._ends_at - real_s()
        if left <= 0:
            raise BenchNo(504, "the bench has not caught up in time")
        return left


def at_rest(standing: Mapping[str, Any], now_ms: int, *, patient: bool) -> bool:
    """Whether a program waits, has no timer due, is idle, and (if `patient`) has its network done."""
    if not standing.get("waiting", 1) or not standing.get("idle", True):
        return False
    due_ms = standing.get("due_ms")
    if due_ms is not None and due_ms <= now_ms:
        return False
    return not patient or bool(standing.get("fresh", True))

"""Since when does the machine stand as it stands, and how long was it used? Instants of CLOCK_BOOTTIME, in ms."""

from core.interlock import Policy, State


class Meter:
    """Marks of the present phase, and the seconds of the present power interval."""

    def __init__(self, now_ms: int) -> None:
        self.phase_since_ms = now_ms
        self.idle_since_ms = now_ms
        self.capped_ms: int | None = None
        self._power_since_ms: int | None = None
        self._busy_since_ms: int | None = None
        self._busy_ms = 0

    def moved(self, before: State, after: State, now_ms: int) -> None:
        """Take note of a step."""
        if before.phase is not after.phase:
            self.phase_since_ms, self.capped_ms = now_ms, None
        if not after.busy and (before.busy or (after.power and not before.power)):
            self.idle_since_ms = now_ms
        if before.busy != after.busy:
            self._busy_turned(after.busy, now_ms)
        same = before.session is not None and after.session is not None
        if after.power and not (before.power and same and _id(before) == _id(after)):
            self._power_since_ms, self._busy_ms = now_ms, 0
            self._busy_since_ms = now_ms if after.busy else None
        if not after.power:
            self._power_since_ms = None

    def used(self, policy: Policy, now_ms: int) -> dict[str, object]:
        """`power_s` and `busy_s` of the interval so far (null without a sensor)."""
        power_ms = 0 if self._power_since_ms is None else now_ms - self._power_since_ms
        busy_ms = self._busy_ms + (0 if self._busy_since_ms is None else now_ms - self._busy_since_ms)
        if self._power_since_ms is None:
            busy_ms = 0
        has_sensor = policy.sensor != "none"
        return {"power_s": power_ms // 1000, "busy_s": busy_ms // 1000 if has_sensor else None}

    def _busy_turned(self, busy: bool, now_ms: int) -> None:
        if busy:
            self._busy_since_ms = now_ms
        elif self._busy_since_ms is not None:
            self._busy_ms += now_ms - self._busy_since_ms
            self._busy_since_ms = None


def _id(state: State) -> str | None:
    return None if state.session is None else state.session.id

"""Is the plug as it should be, and does its own timer run? One plug's memory, and the next thing to tell it.

Rules: switching on waits for a confirmed timer, and for the plug's word that it stays off when the mains return; that
is seen to while the machine is at rest. The timer is renewed at a third of its time; what is not
confirmed is said again every second; the plug's word against the order counts 2 s after the order only.
A plug is switched on within 5 s of the order or not at all, and never again for the same order once it has
been on: whatever went off (its timer, its button, the mains) stays off until a new tap.
"""

from typing import Final

from node.courier.plugs import Dialect, Heard, Step

AGAIN_MS: Final = 1_000
ASK_MS: Final = 2_000
SETTLE_MS: Final = 2_000  # issue 4: confirmed within 2 s or shown as unconfirmed
LATE_MS: Final = 5_000  # interlock.md, LATE: nobody stands at the machine any more
OLD_MS: Final = 10_000  # five questions without an answer
METER_LAG_MS: Final = 3_000  # a plug's power figure is up to 3 s behind its relay


class PlugMemory:
    """What we want of one plug, what it said, and when."""

    def __init__(self, dialect: Dialect, dead_man_s: int) -> None:
        self.dialect = dialect
        self._renew_ms = dead_man_s * 1000 // 3
        self._wanted: bool | None = None
        self._wanted_ms = 0
        self._on: bool | None = None
        self._on_ms = self._turned_ms = 0
        self._armed = self._was_on = self._safe = False
        self._watts: float | None = None
        self._watts_ms = 0
        self._told_ms: int | None = None
        self._asked_ms: int | None = None

    def want(self, closed: bool, since_ms: int) -> None:
        """The order and when it was given; another one than before is told at once."""
        if closed != self._wanted:
            self._wanted, self._wanted_ms, self._told_ms = closed, since_ms, None
            self._armed, self._was_on = self._armed and closed, False

    def forget(self) -> None:
        """The connection is gone: what the plug said was before."""
        self._on = self._watts = self._told_ms = self._asked_ms = None
        self._armed = self._safe = False

    def heard(self, said: Heard, now_ms: int) -> None:
        """Take what a message says."""
        if said.online is False:
            self.forget()
        if said.on is not None:
            self._turned(said.on, now_ms)
        self._guarded(said)
        if said.watts is not None:
            self._watts, self._watts_ms = said.watts, now_ms

    def _turned(self, on: bool, now_ms: int) -> None:
        if on != self._on:
            self._turned_ms = now_ms
        self._on, self._on_ms = on, now_ms
        self._was_on = self._was_on or (on and self._wanted is True)

    def _guarded(self, said: Heard) -> None:
        """A guard that has just been set is what an order may have waited for: go on at once."""
        armed = self._armed if said.armed is None else said.armed
        safe = self._safe if said.safe is None else said.safe
        if self._wanted and (
            (armed and not self._armed and self.dialect.arms_first) or (safe and not self._safe)
        ):
            self._told_ms = None
        self._armed, self._safe = armed, safe

    def steps(self, now_ms: int) -> tuple[Step, ...]:
        """What to send now."""
        if self._wanted is None:
            return ()
        told: tuple[Step, ...] = ()
        if self._told_ms is None or now_ms - self._told_ms >= self._patience_ms():
            self._told_ms = self._asked_ms = now_ms
            told = self._order(now_ms)
            if not self._fits():
                told += self.dialect.ask()
        elif self._asked_ms is None or now_ms - self._asked_ms >= ASK_MS:
            self._asked_ms = now_ms
            told = self.dialect.ask()
        return told

    def word(self, now_ms: int) -> str | None:
        """`on`, `off` or None: what the plug itself confirms of the present order."""
        if self._on is None or now_ms - self._on_ms > OLD_MS:
            return None
        if self._on != self._wanted and now_ms - self._wanted_ms < SETTLE_MS:
            return None
        if self._on and self._wanted and not self._armed:
            return None  # on without its own timer is not what was ordered
        return "on" if self._on else "off"

    def watts(self, now_ms: int) -> float | None:
        """What it measures; None when nobody knows, also while the figure lags behind the relay."""
        if self._watts is None or now_ms - self._watts_ms > OLD_MS or self._on is None:
            return None
        if not self._on and self._watts_ms - self._turned_ms < METER_LAG_MS:
            return 0.0 if self._watts == 0 else None
        return self._watts

    def _fits(self) -> bool:
        guarded = (self._armed and self._safe) or not self._wanted
        return self._on == self._wanted and guarded

    def _patience_ms(self) -> int:
        """Again soon while it does not fit; else the renewal of the timer, and of nothing when it is off."""
        if not self._fits():
            return AGAIN_MS
        return self._renew_ms

    def _order(self, now_ms: int) -> tuple[Step, ...]:
        if not self._wanted:
            return self.dialect.off() + (() if self._safe else self.dialect.secure())
        late = self._was_on or now_ms - self._wanted_ms > LATE_MS
        is_on = self._on is True and now_ms - self._on_ms <= 2 * ASK_MS
        if late and not is_on:
            return ()
        if not self._safe:
            return self.dialect.secure()
        if self.dialect.arms_first and not self._armed:
            return self.dialect.arm()
        return self.dialect.on()

"""Does the extraction answer, and do the contacts? Tried at rest, without a session; the relay stays as it is.

Rules: only while IDLE; a session that begins meanwhile ends the trial and keeps its extraction; nobody who
asks and goes away leaves the extraction running for more than 30 s. The closing of the relay is never tried
here: power needs a badge.
"""

from typing import Final

from core.vocabulary import Inhibit, Phase
from node.keeper.keeper import Keeper

LONGEST_MS: Final = 30_000  # a fan is up in ten


class Trial:
    """At most one at a time."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._until_ms: int | None = None

    def begin(self) -> bool:
        """Extraction on; False when the machine is not at rest."""
        if self._keeper.state.phase is not Phase.IDLE:
            return False
        self._until_ms = self._keeper.clock.monotonic_ms() + LONGEST_MS
        self._keeper.hardware.set_extraction(on=True)
        return True

    def look(self) -> None:
        """End it in time."""
        if self._until_ms is None:
            return
        if self._keeper.state.phase is not Phase.IDLE:
            self._until_ms = None  # the session owns the extraction now
        elif self._keeper.clock.monotonic_ms() >= self._until_ms:
            self._end()

    def result(self) -> dict[str, object]:
        """What the contacts say at the end of it."""
        self.look()
        seen, state = self._keeper.hardware.inputs(), self._keeper.state
        tried = self._until_ms is not None
        if tried:
            self._end()
        return {
            "extraction": self._extraction(seen.extraction_ok) if tried else "interrupted",
            "feedback": {True: "closed", False: "open", None: "unwired"}[seen.feedback],
            "power": state.power,
            "estop": "closed" if seen.estop is False else "open",
            "bypass": "on" if seen.bypass is not False else "off",
            "busy": {True: "busy", False: "idle", None: "lost"}[seen.busy],
            "sensor": self._keeper.policy.sensor,
            "journal": "bad" if Inhibit.JOURNAL in state.inhibits else "good",
        }

    def _extraction(self, flowing: bool | None) -> str:
        if flowing is None and not self._keeper.policy.needs_extraction:
            return "unwired"
        return "good" if flowing else "bad"

    def _end(self) -> None:
        self._until_ms = None
        self._keeper.hardware.set_extraction(on=self._keeper.state.extraction)

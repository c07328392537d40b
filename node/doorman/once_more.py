"""Was this tap the answer to what the display has just asked? The same badge, once more, within fifteen seconds.

Two questions are asked so: take an idle machine over (decision 0007), and bring one's booking here (E22).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WITHIN_MS: Final = 15_000
LEAST_MS: Final = 500  # one laying of the card that the reader lost and found again is no answer


class Asked(StrEnum):
    """What a second tap says yes to."""

    TAKE_OVER = "take-over"
    BRING = "bring"


@dataclass(slots=True)
class OnceMore:
    """The last question, if one is open."""

    _key: str = ""
    _asked: Asked | None = None
    _at_ms: int = 0

    def ask(self, asked: Asked, key: str, now_ms: int) -> int:
        """Ask the holder of this badge; until when his answer counts."""
        self._asked, self._key, self._at_ms = asked, key, now_ms
        return now_ms + WITHIN_MS

    def answered(self, key: str, now_ms: int) -> Asked | None:
        """What this tap says yes to; any tap closes the question."""
        asked, key_asked, after_ms = self._asked, self._key, now_ms - self._at_ms
        self._asked = None
        return asked if key == key_asked and LEAST_MS <= after_ms < WITHIN_MS else None

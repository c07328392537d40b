"""Which keys are being answered just now, in this process?"""

import threading
from dataclasses import dataclass, field

from hub.ports import KeyPlace


@dataclass(slots=True)
class UnderWay:
    """Keys whose first request runs; any thread may ask."""

    _places: set[KeyPlace] = field(default_factory=set)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, place: KeyPlace) -> bool:
        """Whether it is ours to answer; then `end` must follow."""
        with self._turn:
            if place in self._places:
                return False
            self._places.add(place)
            return True

    def end(self, place: KeyPlace) -> None:
        """It is answered."""
        with self._turn:
            self._places.discard(place)

"""How often may one bearer ask? A bucket for each token: a script that runs wild slows itself alone (429, api.md)."""

import math
import threading
from dataclasses import dataclass, field

BURST = 6000  # requests at once: a test bench or an import of a season passes
REFILL_S = 100.0  # requests a second for ever: twice what a whole lab's pages and scripts ask at its busiest
MOST = 4096  # buckets remembered; full ones are forgotten first, they know nothing


@dataclass(slots=True)
class _Bucket:
    left: float
    at_ms: int


@dataclass(slots=True)
class Pace:
    """Buckets by name; any thread may ask."""

    burst: int = BURST
    refill_s: float = REFILL_S
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def wait_s(self, name: str, now_ms: int) -> int:
        """Seconds until this one may ask again; 0: now, and it is counted."""
        with self._turn:
            bucket = self._buckets.get(name) or _Bucket(float(self.burst), now_ms)
            passed_ms = max(0, now_ms - bucket.at_ms)
            bucket.left = min(float(self.burst), bucket.left + passed_ms * self.refill_s / 1000)
            bucket.at_ms = now_ms
            self._keep(name, bucket)
            if bucket.left < 1:
                return max(1, math.ceil((1 - bucket.left) / self.refill_s))
            bucket.left -= 1
            return 0

    def _keep(self, name: str, bucket: _Bucket) -> None:
        if name not in self._buckets and len(self._buckets) >= MOST:
            fullest = max(self._buckets, key=lambda each: self._buckets[each].left)
            del self._buckets[fullest]
        self._buckets[name] = bucket

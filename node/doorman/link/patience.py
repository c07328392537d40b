"""How long to wait before the next try? Longer each time, and never all nodes at once."""

import random
from typing import Final

FIRST_S: Final = 0.25  # a broker that was only restarted is back within a second
LONGEST_S: Final = 8.0  # a fault, and its end, is visible within 15 s (promises.md)
_DICE = random.SystemRandom()


def delay_s(failures: int, dice: random.Random = _DICE) -> float:
    """Seconds before try number `failures` + 1: doubling, between half and all of it at random.

    After a power cut ten thousand nodes find their broker at the same second: the jitter spreads them.
    """
    whole = min(LONGEST_S, FIRST_S * 2 ** min(failures, 16))
    return dice.uniform(whole / 2, whole)

"""How are two things compared on a noisy machine? In turns, round by round; the median of the rounds' ratios, and an A/A bar."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from benchmarks.figure import Figure

Cost = Callable[[], float]  # does it once, says how many seconds one operation took


@dataclass(frozen=True)
class Effort:
    """How much is measured; `tiny` proves that a benchmark runs, its figures mean nothing."""

    rounds: int = 7
    tiny: bool = False

    def size(self, full: int, tiny: int) -> int:
        """How many of something."""
        return tiny if self.tiny else full


@dataclass(frozen=True)
class Compared:
    """`ratio` is ours over the rival's cost (1.5: half as slow again); `low` and `high` the rival over itself."""

    ratio: float
    low: float
    high: float
    ours_s: float
    rival_s: float

    @property
    def noise(self) -> str:
        """The A/A bar."""
        return f"{self.low:.2f}-{self.high:.2f}"


def compare(ours: Cost, rival: Cost, effort: Effort) -> Compared:
    """Rival, ours, rival again, in each round: the mean of the rivals is beside ours, the two beside each other."""
    ratios, bars, our_costs, rival_costs = [], [], [], []
    for _ in range(effort.rounds):
        before, mine, after = rival(), ours(), rival()
        beside = (before + after) / 2
        ratios.append(mine / beside)
        bars.append(after / before)
        our_costs.append(mine)
        rival_costs.append(beside)
    bars.sort()
    edge = len(bars) // 4
    return Compared(median(ratios), bars[edge], bars[-1 - edge], median(our_costs), median(rival_costs))


def speed(name: tuple[str, str], found: Compared, *, due: float, aim: float) -> Figure:
    """A line that says how much of the rival's speed is ours: the higher the better."""
    ratio = 1 / found.ratio
    return Figure(
        *name, rate(found.ours_s), rate(found.rival_s), f">= {due:g}", f">= {aim:g}", f"{ratio:.2f}", found.noise,
        ratio >= due,
    )  # fmt: skip


def cost(name: tuple[str, str], found: Compared, *, due: float, aim: float) -> Figure:
    """A line that says how many times the rival's cost is ours: the lower the better."""
    return Figure(
        *name, took(found.ours_s), took(found.rival_s), f"<= {due:g}x", f"<= {aim:g}x", f"{found.ratio:.2f}x",
        found.noise, found.ratio <= due,
    )  # fmt: skip


def timed(act: Callable[[], object], times: int = 1) -> float:
    """Seconds for one of `times` in a row."""
    start = perf_counter()
    for _ in range(times):
        act()
    return (perf_counter() - start) / times


def rate(seconds: float) -> str:
    """Operations a second."""
    return f"{1 / seconds:,.0f}/s" if seconds else "-"


def took(seconds: float) -> str:
    """A duration in the unit that reads best."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} us"

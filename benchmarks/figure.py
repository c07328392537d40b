"""What is one line of the table?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured figure beside its rival; `due` says what was promised, `aim` what we would like.

    `ratio` is the median of the rounds' ratios, `noise` the same of the rival beside itself (the A/A bar): a ratio
    inside it is no difference. `reached` None: nothing was promised.
    """

    id: str
    what: str
    ours: str
    beside: str
    due: str
    aim: str = "-"
    ratio: str = "-"
    noise: str = "-"
    reached: bool | None = None

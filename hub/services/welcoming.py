"""Is the house open now, and for whom? The lab's own hours, its closures taken out; and how many people are there at least.

Nobody is counted by name, and a small number is no number: who is alone in a workshop is not told to the street.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.calendars import WALK_IN, Opening, open_for, openings, span_around
from core.timeline import Span, subtract
from core.vocabulary import Audience
from hub.ports import Lab, Tx
from hub.services.house import House, house_of

FEWEST = 3  # api.md: fewer are not told
LOOK = timedelta(days=60)  # how far back the last change is looked for: past every holiday closure


@dataclass(frozen=True, slots=True)
class Welcome:
    """A lab as a passer-by sees it; `since`: of the present state, None where it is older than LOOK. `people` None: not told."""

    lab: Lab
    is_open: bool
    to_the_public: bool
    since: datetime | None
    people: int | None


def welcome(tx: Tx, lab: str, now: datetime) -> Welcome | None:
    """The lab as it is now; None when there is no such lab."""
    found = tx.machines.lab(lab)
    if found is None:
        return None
    hours = house_hours(house_of(tx, lab), Span(now - LOOK, now + timedelta(days=1)))
    open_spans = open_for(hours, WALK_IN)
    present = span_around(open_spans, now)
    public = span_around(open_for(hours, frozenset({Audience.PUBLIC})), now) is not None
    since = present.start if present else max((one.end for one in open_spans if one.end <= now), default=None)
    return Welcome(found, present is not None, public, since, _present(tx, lab, now) if public else None)


def house_hours(house: House, within: Span) -> list[Opening]:
    """The lab's own openings: those of the machines that have no hours of their own."""
    usual = next((house.weeks[name] for name, one in house.machines.items() if not one.own_hours), None)
    if usual is None:
        return []
    holes = [Span(one.start, one.end) for one in house.closed if one.machine is None]
    return [
        Opening(left.start, left.end, one.audience)
        for one in openings(usual, within)
        for left in subtract([one.span], holes)
    ]


def _present(tx: Tx, lab: str, now: datetime) -> int | None:
    """How many there are at least: whoever is at a machine, or has said that he is in the workshop."""
    running = tx.sessions.running_in(lab)
    people = {one.person for one in running} | {one.responsible for one in running if one.responsible}
    most = max(len(people), len(tx.assurance.present(lab, now)))
    return most if most >= FEWEST else None

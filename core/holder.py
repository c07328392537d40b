"""Who will hold the slot, and what do they hold already? Facts for core.booking, no decision.

A day pass, a birthday, a household: nothing here is ever sent to a node or shown on a board.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from core.ages import age_on
from core.timeline import Span, local_day
from core.vocabulary import OCCUPYING, ReservationKind, ReservationStatus, Role

PROGRAMME = frozenset({ReservationKind.CLASS, ReservationKind.TRAINING, ReservationKind.MAINTENANCE})
COUNTED = OCCUPYING | {ReservationStatus.NO_SHOW}  # R34: of a no-show the minutes count in full
ADULT = 18
_STAFF = frozenset({Role.STAFF, Role.MANAGER})


class Plan(StrEnum):
    """Which class of member somebody is, for horizon and priority (R08, R18)."""

    STAFF = "staff"
    MEMBER = "member"
    GUEST = "day-pass"


class Held(NamedTuple):  # a tuple: a booking reads a week of them
    """A reservation that counts for the holder: his own, or one of his household or organisation.

    `exempt`: made on its own day, outside every quota (R15). `household` and `organisation` are the
    person's whose slot it is. `lab` "": the lab that is asked; only concurrency looks at others' (R16).
    """

    id: str
    who: str
    machine: str
    family: str
    kind: ReservationKind
    status: ReservationStatus
    start: datetime
    end: datetime
    exempt: bool = False
    household: str | None = None
    organisation: str | None = None
    lab: str = ""

    @property
    def span(self) -> Span:
        """Its time."""
        return Span(self.start, self.end)

    @property
    def counts(self) -> bool:
        """Whether a quota counts it: not the programme's, nothing given back, nothing the lab took."""
        return self.status in COUNTED and self.kind not in PROGRAMME and not self.exempt


class Holder(NamedTuple):
    """The person whose slot it will be. Unknown `birth`: an adult. Nobody in particular has no limits.

    `pass_day`: the one local date of a day pass (R22), which needs a `host`. `consent_until`: how long a
    guardian's consent holds (R23). `barred_until`: no booking ahead till then (R53). `tokens`: rebooking
    tokens that may be used now (R19). `held` reaches a week back and to the last of his slots.
    """

    who: str = ""
    plan: Plan = Plan.MEMBER
    birth: date | None = None
    consent_until: datetime | None = None
    pass_day: date | None = None
    host: bool = True
    household: str | None = None
    organisation: str | None = None
    barred_until: datetime | None = None
    tokens: int = 0
    held: tuple[Held, ...] = ()

    def own(self) -> list[Held]:
        """What this person holds in person."""
        who = self.who
        return [one for one in self.held if one.who == who]

    def age(self, at: datetime, zone: str) -> int | None:
        """The age in whole years on the local date of an instant; None where nobody knows."""
        return None if self.birth is None else age_on(self.birth, local_day(at, zone))


def plan_of(roles: Iterable[Role], pass_day: date | None) -> Plan:
    """The class of a member: staff above all, then the day pass."""
    if not _STAFF.isdisjoint(roles):
        return Plan.STAFF
    return Plan.MEMBER if pass_day is None else Plan.GUEST

"""Who must not be at a machine alone, whatever he learnt? Age, a guardian's consent, the one day of a pass (R22, R23).

Booking asks the same of a slot's start (core.booking.standing); this is for who stands there. No age ever leaves the hub.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.ages import age_on, birthday, of_age
from core.certificates import Courses, tree_of
from core.timeline import at_local, local_day
from core.vocabulary import Reason

FOR_ALL = "GEN"  # R22: a day pass opens the machines that ask for general safety alone
ADULT = 18
Lack = tuple[Reason, Mapping[str, "str | int | list[str] | None"]]


@dataclass(frozen=True, slots=True)
class Personal:
    """What only the hub knows of somebody; unknown `birth`: an adult, no `pass_day`: no day pass."""

    birth: date | None = None
    consent_until: datetime | None = None
    pass_day: date | None = None


NOTHING = Personal()


def against(one: Personal, needs: Sequence[str], least_age: int, zone: str, at: datetime) -> Iterator[Lack]:
    """Everything of that which stands against a use at `at`."""
    day = local_day(at, zone)
    if one.pass_day is not None:
        if day != one.pass_day:
            yield Reason.MEMBER_EXPIRED, {"day": one.pass_day.isoformat()}
        yield from ((Reason.CERT_MISSING, {"course": course}) for course in needs if course != FOR_ALL)
    if not of_age(one.birth, least_age, day):
        yield Reason.AGE, {"age": least_age}
    if without_guardian(one, day, at):
        yield Reason.AGE, {"guardian": ADULT}


def without_guardian(one: Personal, day: date, at: datetime) -> bool:
    """Whether a minor's guardian does not consent then."""
    minor = one.birth is not None and age_on(one.birth, day) < ADULT
    return minor and (one.consent_until is None or one.consent_until <= at)


def ends(one: Personal, zone: str, at: datetime) -> Iterable[datetime]:
    """When that which holds at `at` is over by itself."""
    if one.pass_day is not None:
        yield at_local(one.pass_day + timedelta(days=1), 0, zone)
    if (
        one.consent_until is not None
        and one.birth is not None
        and one.consent_until < adult_at(one.birth, zone)
    ):
        yield from (one.consent_until,) if at < one.consent_until else ()


def adult_at(birth: date, zone: str) -> datetime:
    """The local midnight at which somebody is eighteen; on it every consent ends (R23)."""
    return at_local(birthday(birth, birth.year + ADULT), 0, zone)


def least_age(needs: Iterable[str], courses: Courses) -> int:
    """The least age of these courses and of all that they need; 0 where none says one."""
    return max((courses[name].min_age for name in tree_of(needs, courses)), default=0)

"""The workshop in which the rules' tests play: LAS-1 of the demo lab, its hours, its people."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.access import Situation
from core.calendars import Hours, Opening, Week, openings
from core.certificates import Act, Course, Event
from core.compiling import compile_view
from core.grants import Booking, Facts, MachinePolicy, MachineView, PersonFacts
from core.timeline import Span
from core.vocabulary import Audience, ReservationKind, Role

BRUSSELS = ZoneInfo("Europe/Brussels")
LAS_1 = MachinePolicy(id="LAS-1", lab="adc", name="Speedy 400", family="laser", needs=("LAS1",))
COURSES = {
    "GEN": Course("GEN", valid_months=24),
    "LAS1": Course("LAS1", valid_months=24, dormant_months=6, needs=(("GEN",),)),
    "LAS2": Course("LAS2", valid_months=24, needs=(("LAS1",),)),
}
DAY = (Hours(600, 1080),)
THURSDAY = (Hours(600, 1320), Hours(1020, 1320, Audience.PUBLIC))
WEEK = Week(
    "Europe/Brussels",
    {0: (Hours(600, 720, Audience.STAFF),), 1: DAY, 2: DAY, 3: THURSDAY, 4: DAY, 5: (Hours(600, 1020),)},
    {},
)
FRESH = Situation()


def at(text: str) -> datetime:
    """The instant of a local wall time in Brussels: "2026-11-24 14:00" (seconds allowed)."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


def span(start: str, end: str) -> Span:
    """The span between two local wall times."""
    return Span(at(start), at(end))


NOW = at("2026-11-24 12:00")  # a Tuesday


def signed(*courses: str, days_ago: int = 30, now: datetime = NOW) -> tuple[Event, ...]:
    """Certificates granted so many days before `now`."""
    return tuple(Event(course, Act.GRANT, now - timedelta(days=days_ago)) for course in courses)


def person(name: str, events: tuple[Event, ...] | None = None, **facts: object) -> PersonFacts:
    """A member with LAS1 (and GEN), unless said otherwise; the badge's key is `k-<name>`."""
    known = signed("GEN", "LAS1") if events is None else events
    whole: dict[str, object] = {"keys": (f"k-{name}",), "events": known} | facts
    return PersonFacts(who=name, name=name.title(), lang="fr", **whole)  # type: ignore[arg-type]


def slot(who: str, start: str, end: str, kind: ReservationKind = ReservationKind.BOOKING) -> Booking:
    """A reservation `r-<who>` on Tuesday 24 November between two times of day."""
    return Booking(f"r-{who}", who, kind, at(f"2026-11-24 {start}"), at(f"2026-11-24 {end}"))


def hours(start: str = "2026-11-20 00:00", end: str = "2026-12-20 00:00") -> tuple[Opening, ...]:
    """The lab's openings between two local wall times."""
    return openings(WEEK, span(start, end))


def view(
    *slots: Booking,
    people: tuple[PersonFacts, ...] = (),
    policy: MachinePolicy = LAS_1,
    now: datetime = NOW,
) -> MachineView:
    """LAS-1's view with Amélie and Bram (unless `people`), and these slots."""
    known = people or (person("amelie"), person("bram"))
    facts = Facts(people=known, courses=COURSES, bookings=slots, openings=hours())
    return compile_view(facts, policy, now)


STAFF = (Role.MEMBER, Role.STAFF)

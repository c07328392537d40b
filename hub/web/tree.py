"""How do my certificates stand? The tree of courses, each with its state in a word, its share of time left, and the next step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.certificates import Act, Courses, Event, Standing, standing
from core.vocabulary import CertificateState
from hub.ports import Course
from hub.words import Voice
from hub.words.catalogs import mark

SOON = timedelta(days=30)  # visual.md §3: expiring


@dataclass(frozen=True, slots=True)
class Branch:
    """One course in the tree: how it stands, and what grows from it."""

    id: str
    name: str
    kind: str
    icon: str
    share_pct: int
    how: str
    step: str
    grown: tuple["Branch", ...]


def branches(
    courses: Sequence[Course], tree: Courses, events: Iterable[Event], at: datetime, speech: Voice
) -> tuple[Branch, ...]:
    """The tree: under each course those that need it first."""
    events = tuple(events)
    below: dict[str, list[Course]] = {}
    for course in courses:
        parent = course.needs[0][0] if course.needs else ""
        below.setdefault(parent, []).append(course)
    kept = {one.course: one.at for one in events if one.act in (Act.GRANT, Act.USE)}
    stands = {course.id: standing(course.id, events, tree, at) for course in courses}

    def grow(parent: str) -> tuple[Branch, ...]:
        return tuple(
            _branch(one, stands[one.id], kept.get(one.id), grow(one.id), at, speech)
            for one in below.get(parent, ())
        )

    return grow("")


def _branch(
    course: Course,
    here: Standing,
    since: datetime | None,
    grown: tuple[Branch, ...],
    at: datetime,
    speech: Voice,
) -> Branch:
    name = course.names.get(speech.lang) or course.id
    kind, icon, how = _how(course, here, at, speech)
    share = _share(here, since, at) if here.usable else 0
    first = here.missing[0] if here.missing else None
    step = speech.step(first.code, None, first.params) if first and kind != "free" else ""
    return Branch(course.id, name, kind, icon, share, how, step, grown)


def _how(course: Course, here: Standing, at: datetime, speech: Voice) -> tuple[str, str, str]:
    """Colour, icon and sentence of a standing."""
    if here.usable:
        if here.until is None:
            return "free", "check", speech.text(mark("valid without end"))
        days = (here.until - at).days
        if here.until - at <= SOON:
            return "ending", "hourglass", speech.text(mark("expires in %(days)s days"), days=days)
        return (
            "free",
            "check",
            speech.text(mark("valid until %(date)s"), date=speech.date(here.until - timedelta(seconds=1))),
        )
    if here.state is CertificateState.DORMANT:
        return "closed", "moon", speech.text(mark("dormant: not used for a while"))
    if here.state in (CertificateState.EXPIRED, CertificateState.REVOKED, CertificateState.SUSPENDED):
        return "out", "ban", speech.text(_OVER[here.state])
    own = [lack for lack in here.missing if lack.params.get("course") == course.id]
    if own and len(own) == len(here.missing):
        return "class", "plus", speech.text(mark("not yet"))
    needed = ", ".join(str(lack.params.get("course", "")) for lack in here.missing if lack not in own)
    return "class", "lock", speech.text(mark("needs %(courses)s first"), courses=needed)


_OVER = {
    CertificateState.EXPIRED: mark("expired"),
    CertificateState.REVOKED: mark("revoked"),
    CertificateState.SUSPENDED: mark("suspended"),
}


def _share(here: Standing, since: datetime | None, at: datetime) -> int:
    """How much is left of the time from the last grant or use to the end, in percent; full without an end."""
    if here.until is None or since is None or here.until <= since:
        return 100
    return max(1, min(100, round(100 * ((here.until - at) / (here.until - since)))))

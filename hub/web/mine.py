"""What is mine? The next booking, my certificates as a tree, and what I used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from core.certificates import Act, Courses, Event, Standing, standing
from core.vocabulary import OCCUPYING, CertificateState, ReservationStatus
from hub.ports import Course, Person, Reservation, ReservationFilter, Session, Tx
from hub.services import facts
from hub.web.house import house, me, now, voice
from hub.web.signing import to_sign_in
from hub.words import Voice
from hub.words.catalogs import mark

blueprint = Blueprint("mine", __name__)
SHOWN = 20  # bookings and uses on the page
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


@dataclass(frozen=True, slots=True)
class Use:
    """One usage record."""

    machine: str
    day: str
    span: str
    minutes: str


@dataclass(frozen=True, slots=True)
class Mine:
    """All that the page shows, as read."""

    coming: tuple[Reservation, ...]
    models: Mapping[str, str]
    uses: tuple[Session, ...]
    courses: tuple[Course, ...]
    tree: Courses
    events: tuple[Event, ...]


@blueprint.get("/mine")
def mine() -> Response | str:
    """The page."""
    person = me()
    if person is None:
        return to_sign_in()
    read = house().store.read(lambda tx: _read(tx, person, now()))
    speech = voice()
    uses = [_use(one, speech) for one in read.uses]
    return render_template(
        "mine.html",
        next=read.coming[0] if read.coming else None,
        later=read.coming[1:],
        models=read.models,
        branches=branches(read, now(), speech),
        uses=uses,
        month=_month(read.uses, speech),
        when=lambda at: speech.day(at, now()),
        cancellable=lambda one: one.status in ("confirmed", "conditional"),
    )


def _read(tx: Tx, person: Person, at: datetime) -> Mine:
    lab = house().lab
    wanted = ReservationFilter(person=person.id, start=at, limit=SHOWN)
    coming = [one for one in tx.bookings.page(wanted) if one.status in OCCUPYING - {ReservationStatus.DONE}]
    return Mine(
        coming=tuple(sorted(coming, key=lambda one: one.start)),
        models={one.id: one.model for one in tx.machines.all(lab=lab.id)},
        uses=tuple(tx.sessions.page(person=person.id, limit=SHOWN)),
        courses=tuple(tx.certificates.courses(lab.id)),
        tree=facts.courses_of(tx, lab.id, lab.zone),
        events=facts.events_of(tx.certificates.events(person.id)),
    )


def _use(one: Session, speech: Voice) -> Use:
    ended = one.end or now()
    minutes = speech.duration(one.minutes) if one.minutes is not None else speech.text(mark("running"))
    return Use(one.machine, speech.date(one.start), speech.span(one.start, ended), minutes)


def _month(uses: Sequence[Session], speech: Voice) -> str:
    """The minutes of this calendar month."""
    this = speech.local_date(now())
    days = ((speech.local_date(one.start), one.minutes or 0) for one in uses)
    return speech.duration(
        sum(minutes for day, minutes in days if (day.year, day.month) == (this.year, this.month))
    )


def branches(read: Mine, at: datetime, speech: Voice) -> tuple[Branch, ...]:
    """The tree: under each course those that need it first."""
    below: dict[str, list[Course]] = {}
    for course in read.courses:
        parent = course.needs[0][0] if course.needs else ""
        below.setdefault(parent, []).append(course)
    kept = {one.course: one.at for one in read.events if one.act in (Act.GRANT, Act.USE)}
    stands = {course.id: standing(course.id, read.events, read.tree, at) for course in read.courses}

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

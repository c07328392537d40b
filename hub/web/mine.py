"""What is mine? The next booking, what I wait for, my certificates as a tree, my warnings, and what I used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from core.certificates import Courses, Event
from core.sanctions import Standing
from core.vocabulary import OCCUPYING, BadgeState, ReservationStatus
from hub.ports import Badge, Course, Person, Reservation, Session, StrikeEvent, Tx
from hub.services import enrolling, facts, granting, sanctions
from hub.services.travelling import Journey, journeys
from hub.web.acts import choices_of, facts_of, state_of
from hub.web.again import Again, again_of
from hub.web.house import house, is_crew, me, now, voice
from hub.web.keeping import undo_of
from hub.web.signing import somebody, to_sign_in
from hub.web.tree import branches
from hub.web.waiting import Waits, waits_of
from hub.web.warnings import warnings_of
from hub.words import Voice
from hub.words.catalogs import mark
from hub.words.journeys import said as journey

blueprint = Blueprint("mine", __name__)
SHOWN = 20  # bookings and uses on the page
AHEAD = timedelta(days=400)  # past the farthest horizon of anybody


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
    waits: tuple[Waits, ...]
    stands: Standing
    strikes: tuple[StrikeEvent, ...]
    badges: tuple[Badge, ...]
    again: Again | None
    ways: tuple[Journey, ...]


@blueprint.get("/mine")
def mine() -> Response | str:
    """The page."""
    person = me()
    if person is None:
        return to_sign_in()
    read = house().store.read(lambda tx: _read(tx, person, now()))
    speech = voice()
    uses = [_use(one, speech) for one in read.uses]
    first = read.coming[0] if read.coming else None
    return render_template(
        "mine.html",
        next=first,
        can=choices_of(first, person, now()) if first else None,
        said=[state_of(first, now(), speech), _away(first, speech), *facts_of(first, now(), speech)]
        if first
        else [],
        later=read.coming[1:SHOWN],
        waits=read.waits,
        warnings=warnings_of(read.stands, read.strikes, speech),
        barred=read.stands.barred_until,
        undo=undo_of(None),
        badges=read.badges,
        crew=is_crew(person),
        hosting=house().store.read(lambda tx: tx.people.hosting([person.id])),
        again=read.again,
        ways=[journey(one, speech) for one in read.ways],
        models=read.models,
        branches=branches(read.courses, read.tree, read.events, now(), speech),
        uses=uses,
        month=_month(read.uses, speech),
        when=lambda at: speech.day(at, now()),
    )


@blueprint.post("/mine/badges/<key>/lost")
def lost(key: str) -> Response:
    """My badge is lost: from now on it opens nothing."""
    person, at = somebody(), now()

    def rest(tx: Tx) -> Badge | None:
        known = tx.badges.get(key)
        if known is None or known.person != person.id:
            return None
        changed = enrolling.rest_badge(tx, key, BadgeState.LOST, person.id, at)
        granting.person_changed(tx, person.id, at)
        return changed

    if house().store.write(rest) is None:
        abort(404)
    said = mark("Reported lost: it opens nothing any more. The front desk gives you a new one.")
    flash(voice().text(said), "ending")
    return redirect(url_for("mine.mine"), 303)


def _read(tx: Tx, person: Person, at: datetime) -> Mine:
    lab = house().lab
    waits = waits_of(tx, person, at)
    held = {one.offer.hold for one in waits if one.offer is not None}
    mine = tx.bookings.of_person(person.id, at, at + AHEAD)
    standing = OCCUPYING - {ReservationStatus.DONE}
    coming = tuple(one for one in mine if one.status in standing and one.id not in held and at < one.end)
    return Mine(
        coming=coming,
        models={one.id: f"{one.model}, {one.room}".rstrip(", ") for one in tx.machines.all(lab=lab.id)},
        uses=tuple(tx.sessions.page(person=person.id, limit=SHOWN)),
        courses=tuple(tx.certificates.courses(lab.id)),
        tree=facts.courses_of(tx, lab.id, lab.zone),
        events=facts.events_of(tx.certificates.events(person.id)),
        waits=waits,
        stands=sanctions.standing_of(tx, person.id, lab.id, at),
        strikes=tuple(tx.strikes.of(person.id, lab.id)),
        badges=tuple(one for one in tx.badges.of(person.id) if one.state is BadgeState.ACTIVE),
        again=again_of(tx, person, at),
        ways=journeys(tx, coming[0], person) if coming else (),
    )


def _away(one: Reservation, speech: Voice) -> str:
    """In how long it begins, within a day; else ""."""
    minutes = int((one.start - now()).total_seconds()) // 60
    soon = 0 < minutes < 24 * 60
    return speech.text(mark("In %(time)s."), time=speech.duration(minutes)) if soon else ""


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

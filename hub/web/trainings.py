"""What is taught when, and who has a place? Trainers and staff plan a training, and give its places."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from core.vocabulary import Reason
from hub.ports import Course, Machine, Person, Training, Tx
from hub.services import facts, teaching
from hub.services import training as enrolling_in
from hub.services.refused import Refused, refused
from hub.services.reserving import NotReserved
from hub.services.teaching import Plan
from hub.services.training import Place
from hub.web.house import house, now, voice
from hub.web.signing import crew_only, somebody
from hub.web.typed import note, number, span_in
from hub.web.whys import Why, whys
from hub.words import Voice
from hub.words.catalogs import mark

blueprint = Blueprint("trainings", __name__, url_prefix="/staff/trainings")
blueprint.before_request(crew_only)
FIELDS = ("course", "day", "since", "until", "places", "trainer", "note")
MOST_PLACES = 100
SHOWN = 100


class Shown(NamedTuple):
    """One training: its course and trainer by name, who has a place; `mine`: whoever reads may give places."""

    one: Training
    course: str
    trainer: str
    enrolled: tuple[str, ...]
    mine: bool


class Page(NamedTuple):
    """All that the page shows."""

    trainings: tuple[Shown, ...]
    courses: tuple[tuple[str, str], ...]
    machines: tuple[Machine, ...]
    people: tuple[Person, ...]
    trainers: tuple[Person, ...]


@blueprint.get("")
def overview() -> str:
    """What comes, and the form for one more."""
    return _page()


@blueprint.post("")
def plan() -> Response | tuple[str, int]:
    """All its machines, or none."""
    by, wanted = somebody(), _wanted()
    answer = wanted if isinstance(wanted, Refused) else teaching.plan(house().store, by, wanted, now())
    if isinstance(answer, Refused):
        late = isinstance(answer, NotReserved) and answer.only_late
        return _page(answer.objections), 409 if late else 422
    flash(
        voice().text(mark("The training is planned: %(machines)s."), machines=", ".join(answer.machines)),
        "free",
    )
    return redirect(url_for("trainings.overview"), 303)


@blueprint.post("/<training>/enrol")
def enrol(training: str) -> Response | tuple[str, int]:
    """Give somebody a place."""
    by, at, lab = somebody(), now(), house().lab.id
    one = house().store.read(lambda tx: tx.trainings.get(training))
    if one is None or one.lab != lab:
        abort(404)
    place = Place(one.id, request.form.get("member", ""), one.course)
    made = house().store.write(lambda tx: enrolling_in.enrol(tx, by, place, at))
    if isinstance(made, Refused):
        return _page(made.objections), 403 if made.code is Reason.FORBIDDEN else 422
    flash(voice().text(mark("A place is given.")), "free")
    return redirect(url_for("trainings.overview"), 303)


def _wanted() -> Plan | Refused:
    span = span_in(*(request.form.get(name, "") for name in ("day", "since", "until")))
    places, machines = number(request.form.get("places", "")), tuple(request.form.getlist("machine"))
    if span is None or not machines:
        return refused(Reason.INVALID, {"field": "start" if span is None else "machines"})
    if places is None or not 1 <= places <= MOST_PLACES:
        return refused(Reason.INVALID, {"field": "places"})
    trainer = request.form.get("trainer") or somebody().id
    return Plan(request.form.get("course", ""), machines, *span, trainer, places, note())


def _page(against: tuple[Objection, ...] = ()) -> str:
    lab, by, speech = house().lab.id, somebody(), voice()
    at = now()
    shown = house().store.read(lambda tx: _shown(tx, tx.trainings.coming(lab, at, SHOWN), by, speech))
    return render_template(
        "trainings.html",
        shown=shown,
        typed={name: request.form.get(name, "") for name in FIELDS},
        chosen=request.form.getlist("machine"),
        me_id=by.id,
        moment=at,
        against=_with_machines(against),
    )


def _with_machines(against: tuple[Objection, ...]) -> list[Why]:
    """Each with the machine that it is about, where there is one."""
    about = [str(one.params.get("machine", "")) for one in against]
    return [
        why._replace(text=f"{machine}: {why.text}" if machine else why.text)
        for machine, why in zip(about, whys(against), strict=True)
    ]


def _shown(tx: Tx, coming: Sequence[Training], by: Person, speech: Voice) -> Page:
    lab = house().lab.id
    courses = {one.id: _name(one, speech) for one in tx.certificates.courses(lab)}
    people = sorted(facts.everybody(tx, lab), key=lambda one: one.name.casefold())
    names = {one.id: one.name for one in people}
    trainings = tuple(
        Shown(
            one,
            courses.get(one.course, one.course),
            names.get(one.trainer, ""),
            tuple(names.get(who, "") for who in tx.trainings.enrolled(one.id)),
            by.is_staff(lab) or one.trainer == by.id,
        )
        for one in reversed(coming)
    )
    teachable = [course for course in courses if by.is_staff(lab) or by.may_sign(course, lab)]
    trainers = [one for one in people if one.is_staff(lab) or one.teaches.get(lab)]
    return Page(
        trainings,
        tuple((course, courses[course]) for course in teachable),
        tuple(tx.machines.all(lab=lab)),
        tuple(people),
        tuple(trainers) if by.is_staff(lab) else (),
    )


def _name(course: Course, speech: Voice) -> str:
    return course.names.get(speech.lang) or course.names.get("en") or course.id

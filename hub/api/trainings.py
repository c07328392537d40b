"""The trainings of the lab, for trainers and staff: what comes, with its places, and one more (R14, R28)."""

from typing import Annotated, Any

from pydantic import Field

from core.vocabulary import Reason
from hub.api import forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found
from hub.api.forms import Name, Strict, Text, read_form
from hub.api.pages import cut
from hub.api.problems import granted, problem
from hub.api.routes import Routes
from hub.api.times import parse_time
from hub.ports import Training
from hub.services import teaching
from hub.services import training as enrolling_in
from hub.services.letting_in import Scope
from hub.services.teaching import Plan
from hub.services.training import Place

routes = Routes()


class NewTraining(Strict):
    """POST /trainings: a course on these machines; who asks gives it, or the `trainer` that staff name."""

    course: Name
    machines: Annotated[list[Name], Field(min_length=1, max_length=teaching.MOST_MACHINES)]
    start: str
    end: str
    places: Annotated[int, Field(ge=1, le=100)]
    trainer: Name | None = None
    note: Text = ""


@routes.add("GET", "/trainings", scope=Scope.STAFF, query=("limit", "cursor"), answer="TrainingPage")
def coming(ask: Ask) -> Answer:
    """What is taught in the lab and is not over yet, with its free places; the latest start first."""
    lab, limit, before = _lab(ask), ask.limit(), ask.before()
    rows = ask.read(lambda tx: tx.trainings.coming(lab, ask.now, limit + 1, before))
    shown, cursor = cut(rows, limit, lambda one: (one.start, one.id))
    return Answer(shapes.page([_shape(one) for one in shown], cursor))


@routes.add("POST", "/trainings", scope=Scope.STAFF, form=NewTraining, success=201, answer="Training")
def plan(ask: Ask) -> Answer:
    """Plan a training: its machines are reserved for it, all of them or none."""
    lab, form, zone = _lab(ask), read_form(NewTraining, ask.body), ask.zone()
    start, end = (parse_time(text, name, zone) for name, text in (("start", form.start), ("end", form.end)))
    wanted = Plan(
        form.course, tuple(form.machines), start, end, form.trainer or ask.person.id, form.places, form.note
    )
    course = found(ask.read(lambda tx: tx.certificates.course(form.course)))
    found(course if course.lab == lab else None)
    made = granted(teaching.plan(ask.deps.store, ask.person, wanted, ask.now))
    return Answer(_shape(made), 201, {"Location": f"{PREFIX}/trainings/{made.id}"})


@routes.add("GET", "/trainings/{training}", scope=Scope.STAFF, answer="Training")
def one_training(ask: Ask, training: str) -> Answer:
    """One training, and who has a place in it."""
    one = found(ask.read(lambda tx: tx.trainings.get(training)))
    found(one if ask.is_crew(one.lab) else None)
    enrolled = ask.read(lambda tx: tx.trainings.enrolled(one.id))
    return Answer(_shape(one) | {"enrolled": list(enrolled)})


@routes.add(
    "POST",
    "/trainings/{training}/enrol",
    scope=Scope.BOOK,
    form=forms.NewPlace,
    success=201,
    answer="Certificate",
)
def enrol(ask: Ask, training: str) -> Answer:
    """Give a member a place in a training that stands in the calendar."""
    _lab(ask)
    form = read_form(forms.NewPlace, ask.body)
    place = Place(training, form.member, form.course)
    made = granted(ask.write(lambda tx: enrolling_in.enrol(tx, ask.person, place, ask.now)))
    return Answer(
        shapes.certificate(made, ask.voice()), 201, {"Location": f"{PREFIX}/certificates/{made.id}"}
    )


def _lab(ask: Ask) -> str:
    """The lab of whose crew the caller is; 403 where he is not."""
    lab = ask.person.lab
    if not ask.is_crew(lab):
        raise problem(Reason.FORBIDDEN)
    return lab


def _shape(one: Training) -> dict[str, Any]:
    return {
        "id": one.id,
        "lab": one.lab,
        "course": one.course,
        "machines": list(one.machines),
        "reservations": list(one.slots),
        "trainer": one.trainer,
        "start": shapes.when(one.start),
        "end": shapes.when(one.end),
        "places": one.places,
        "free": one.free,
    }

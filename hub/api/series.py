"""Several slots at once: one that repeats, and several machines for a group. Every slot has its own answer."""

from typing import Any

from core.vocabulary import Reason, ReservationKind
from hub.api import forms, shapes
from hub.api.door import Answer, Ask, found
from hub.api.forms import read_form
from hub.api.keeping import mine
from hub.api.problems import Problem, granted, invalid, objections_of
from hub.api.reservations import no_liberties, span_of
from hub.api.routes import Routes
from hub.services import finding, grouping, series
from hub.services.grouping import GroupWish
from hub.services.letting_in import Scope
from hub.services.reserving import NotReserved, Wish
from hub.services.series import Occurrence, SeriesAnswer, SeriesWish
from hub.words import Voice

routes = Routes()


@routes.add(
    "POST",
    "/reservations/series",
    scope=Scope.BOOK,
    form=forms.NewSeries,
    success=201,
    answer="SeriesMade",
)
def book(ask: Ask) -> Answer:
    """Book a slot that repeats, by a recurrence rule in local wall time (RFC 5545)."""
    no_liberties(ask)
    form = read_form(forms.NewSeries, ask.body)
    if form.kind is ReservationKind.WALKUP:
        raise invalid("kind")
    start, end = span_of(ask, form.machine, form.start, form.end)
    person = form.member or ask.person.id
    wish = SeriesWish(form.machine, person, form.rrule, start, end, ask.person.id, form.kind, form.note)
    made = granted(ask.write(lambda tx: series.book(tx, wish, ask.now)))
    if made.series is None:
        raise _none(ask, wish, made)
    return Answer(_answer(made, ask.voice()), 201)


def _none(ask: Ask, wish: SeriesWish, made: SeriesAnswer) -> Problem:
    """Not one could be had: what stands against the first, and what is free instead of it."""
    if any(one.code is not Reason.OVERLAP for each in made.occurrences for one in each.objections):
        return Problem(made.occurrences[0].objections)
    first = Wish(wish.machine, wish.person, wish.start, wish.end, wish.by, wish.kind)
    instead = ask.read(lambda tx: finding.nearest(tx, first, ask.now))
    return Problem(made.occurrences[0].objections, 409, instead)


@routes.add(
    "PATCH",
    "/reservations/{reservation}/series",
    scope=Scope.BOOK,
    form=forms.MovedSeries,
    answer="SeriesMade",
)
def move(ask: Ask, reservation: str) -> Answer:
    """Move this one, and with it the following or all by as much on the wall clock."""
    old = found(ask.read(lambda tx: mine(tx, ask, reservation)))
    form = read_form(forms.MovedSeries, ask.body)
    ask.must_match(shapes.reservation(old))
    span = span_of(ask, old.machine, form.start, form.end)
    made = granted(ask.write(lambda tx: series.move(tx, old, form.scope, ask.person, span, ask.now)))
    return Answer(_answer(made, ask.voice()))


@routes.add(
    "DELETE",
    "/reservations/{reservation}/series",
    scope=Scope.BOOK,
    query=("scope",),
    answer="SeriesMade",
)
def cancel(ask: Ask, reservation: str) -> Answer:
    """Give this one back, and with it the following or all (`scope=this|following|all`)."""
    old = found(ask.read(lambda tx: mine(tx, ask, reservation)))
    ask.must_match(shapes.reservation(old))
    wanted = ask.query.get("scope", series.Scope.THIS)
    if wanted not in set(series.Scope):
        raise invalid("scope")
    gone = ask.write(lambda tx: series.cancel(tx, old, series.Scope(wanted), ask.person, ask.now))
    return Answer(_answer(gone, ask.voice()))


@routes.add(
    "POST",
    "/reservations/group",
    scope=Scope.STAFF,
    form=forms.NewGroup,
    success=201,
    answer="ReservationPage",
)
def group(ask: Ask) -> Answer:
    """Book several machines for a group under one responsible person: all of them, or none."""
    form = read_form(forms.NewGroup, ask.body)
    start, end = span_of(ask, form.machines[0], form.start, form.end)
    person = form.member or ask.person.id
    wish = GroupWish(tuple(form.machines), person, start, end, form.headcount, ask.person.id, form.note)
    made: Any = grouping.book(ask.deps.store, wish, ask.now)
    if isinstance(made, NotReserved):
        granted(made)
    return Answer(shapes.page([shapes.reservation(one) for one in made]), 201)


def _answer(made: SeriesAnswer, voice: Voice) -> dict[str, Any]:
    return {"id": made.series, "items": [_occurrence(one, voice) for one in made.occurrences]}


def _occurrence(one: Occurrence, voice: Voice) -> dict[str, Any]:
    return {
        "start": shapes.when(one.start),
        "end": shapes.when(one.end),
        "reservation": one.reservation.id if one.reservation else None,
        "objections": objections_of(one.objections, voice),
    }

"""The reservations: take, see, move and give back a slot."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from core.vocabulary import Reason, ReservationKind
from hub.api import forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found, not_found
from hub.api.forms import read_form
from hub.api.keeping import mine
from hub.api.pages import cut, encoded, etag_of
from hub.api.problems import granted, invalid, problem
from hub.api.routes import Routes
from hub.api.times import parse_time
from hub.ports import Reservation, ReservationFilter, Tx
from hub.services import finding, giving_back, travelling
from hub.services.letting_in import Scope
from hub.services.reserving import Wish
from hub.services.travelling import Journey

routes = Routes()
KINDS = frozenset(ReservationKind)
FOR_MEMBERS = frozenset({ReservationKind.BOOKING, ReservationKind.UNATTENDED})
NOT_FOR_MEMBERS = frozenset(
    {
        "member",
        "status",
        "price",
        "price_cents",
        "cost",
        "cost_cents",
        "amount",
        "tariff",
        "override",
        "displace",
    }
)


@routes.add(
    "POST", "/reservations", scope=Scope.BOOK, form=forms.NewReservation, success=201, answer="Reservation"
)
def reserve(ask: Ask) -> Answer:
    """Book a slot on a machine, or on any machine of a family."""
    no_liberties(ask)
    form = read_form(forms.NewReservation, ask.body)
    made = granted(finding.book(ask.deps.store, _wishes(ask, form), ask.now))
    return _shown(ask, made, 201, {"Location": f"{PREFIX}/reservations/{made.id}"})


def _shown(
    ask: Ask, one: Reservation, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})
) -> Answer:
    """The booking, and beside it what to mind; its tag is that of the booking alone."""
    plain = shapes.reservation(one)

    def read(tx: Tx) -> tuple[Journey, ...]:
        person = ask.person if one.person == ask.person.id else tx.people.get(one.person)
        return travelling.journeys(tx, one, person) if person else ()

    known = one.person == ask.person.id and len({*ask.person.roles, one.lab}) == 1
    minded = () if known else ask.read(read)
    if not minded:
        return Answer(plain, status, headers)
    tag = etag_of(encoded(plain), ask.person.id)
    return Answer(plain | {"warnings": shapes.warnings(minded, ask.voice())}, status, headers, etag=tag)


def no_liberties(ask: Ask) -> None:
    """403 for what only staff may say: whose slot, of what kind, at what price."""
    if ask.is_staff(ask.person.lab):
        return
    kind = ask.body.get("kind", ReservationKind.BOOKING)
    known = isinstance(kind, str) and kind in KINDS
    if not NOT_FOR_MEMBERS.isdisjoint(ask.body) or (known and kind not in FOR_MEMBERS):
        raise problem(Reason.FORBIDDEN)


def _wishes(ask: Ask, form: forms.NewReservation) -> tuple[Wish, ...]:
    if (form.machine is None) == (form.family is None):
        raise invalid("machine")
    machines = [form.machine] if form.machine else _of_family(ask, form.family)
    if not machines:
        raise not_found()
    start, end = span_of(ask, machines[0], form.start, form.end)
    person = form.member or ask.person.id
    if form.override and not form.note:
        raise invalid("note")
    if form.kind is ReservationKind.WALKUP:  # is made by a badge at the machine, never ahead
        raise invalid("kind")
    said = {"read": form.read, "override": form.override, "displace": form.displace}
    return tuple(
        Wish(one, person, start, end, ask.person.id, form.kind, form.note, **said) for one in machines
    )


def _of_family(ask: Ask, family: str | None) -> list[str]:
    """The family's machines in the labs where the caller is somebody."""
    found_ones = ask.read(lambda tx: tx.machines.all(family=family))
    return [one.id for one in found_ones if ask.person.roles.get(one.lab)]


def span_of(ask: Ask, machine: str, start: str, end: str) -> tuple[datetime, datetime]:
    """The instants that two texts mean in the machine's zone; INVALID where the end is not after the start."""
    zone = ask.zone(machine)
    span = parse_time(start, "start", zone), parse_time(end, "end", zone)
    if span[0] >= span[1]:
        raise invalid("end")
    return span


@routes.add(
    "GET",
    "/reservations",
    scope=Scope.READ,
    query=("mine", "machine", "member", "from", "to", "limit", "cursor"),
    answer="ReservationPage",
)
def reservations(ask: Ask) -> Answer:
    """Your reservations, newest first; for staff everybody's, unless `mine=1`."""
    rows = ask.read(lambda tx: tx.bookings.page(_filter(ask)))
    shown, cursor = cut(rows, ask.limit(), lambda one: (one.start, one.id))
    return Answer(shapes.page([shapes.reservation(one) for one in shown], cursor))


def _filter(ask: Ask) -> ReservationFilter:
    only_mine, zone = ask.flag("mine"), ask.zone()
    all_of_them = ask.is_staff(ask.person.lab) and not only_mine
    return ReservationFilter(
        lab=ask.person.lab if all_of_them else None,
        machine=ask.query.get("machine"),
        person=ask.query.get("member") if all_of_them else ask.person.id,
        start=ask.time("from", zone),
        end=ask.time("to", zone),
        before=ask.before(),
        limit=ask.limit() + 1,
    )


def _mine(ask: Ask, reservation: str) -> Reservation:
    return found(ask.read(lambda tx: mine(tx, ask, reservation)))


@routes.add("GET", "/reservations/{reservation}", scope=Scope.READ, answer="Reservation")
def reservation(ask: Ask, reservation: str) -> Answer:
    """One reservation."""
    return _shown(ask, _mine(ask, reservation))


@routes.add(
    "PATCH",
    "/reservations/{reservation}",
    scope=Scope.BOOK,
    form=forms.MovedReservation,
    answer="Reservation",
)
def move(ask: Ask, reservation: str) -> Answer:
    """Move it under the same rules; a refused move keeps the old one."""
    old = _mine(ask, reservation)
    no_liberties(ask)
    form = read_form(forms.MovedReservation, ask.body)
    ask.must_match(shapes.reservation(old))
    kept: dict[str, Any] = shapes.reservation(old)
    span = span_of(ask, old.machine, form.start or kept["start"], form.end or kept["end"])
    if form.override and not form.note:
        raise invalid("note")
    reason = form.note if form.override else ""
    moved = granted(finding.move(ask.deps.store, old, ask.person, span, ask.now, reason=reason))
    return _shown(ask, moved)


@routes.add("DELETE", "/reservations/{reservation}", scope=Scope.BOOK, answer="Reservation")
def cancel(ask: Ask, reservation: str) -> Answer:
    """Give the slot back."""
    old = _mine(ask, reservation)
    ask.must_match(shapes.reservation(old))
    return Answer(
        shapes.reservation(granted(ask.write(lambda tx: giving_back.cancel(tx, old, ask.person, ask.now))))
    )

"""Will somebody make the way from one lab to the other? Said beside his booking; it hinders nothing (R16)."""

from dataclasses import dataclass
from datetime import timedelta

from core.booking.travelling import too_near
from core.holder import Held
from core.timeline import Span
from core.vocabulary import ReservationKind
from hub.ports import Person, Reservation, Tx
from hub.services import holding

CODE = "TRAVEL"  # beside the codes of refusals: this is none


@dataclass(frozen=True, slots=True)
class Journey:
    """Another booking of the same person, in another lab; `minutes` lie between, `least` the way takes."""

    lab: str
    machine: str
    start_end: Span
    minutes: int
    least: int


def journeys(tx: Tx, one: Reservation, person: Person) -> tuple[Journey, ...]:
    """What is too near to this booking in another lab of the network. Asks nothing where the person knows one lab only."""
    machine = tx.machines.get(one.machine) if len({*person.roles, one.lab}) > 1 else None
    if machine is None or one.kind is ReservationKind.UNATTENDED:
        return ()
    least = holding.machine_terms(machine).travel_min
    around = tx.bookings.of_person(
        one.person, one.start - timedelta(minutes=least), one.end + timedelta(minutes=least)
    )
    span = Span(one.start, one.end)
    return tuple(
        _journey(tx, near, span, least) for near in too_near(map(_held, around), one.lab, span, least)
    )


def _held(one: Reservation) -> Held:
    return Held(one.id, one.person, one.machine, "", one.kind, one.status, one.start, one.end, lab=one.lab)


def _journey(tx: Tx, near: Held, span: Span, least: int) -> Journey:
    lab = tx.machines.lab(near.lab)
    between = max(span.start - near.end, near.start - span.end)
    return Journey(
        lab.name if lab else near.lab, near.machine, near.span, between // timedelta(minutes=1), least
    )

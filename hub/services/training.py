"""Who learns what, and when is it over? A place in a training that stands in the calendar; a slot after it may hang on it (R14).

What grants the right is the signature at its end (hub.services.certifying); an enrolment only says that it may come.
"""

from dataclasses import dataclass
from datetime import datetime

from core.access import objection
from core.admission import NOTHING, Personal, against, least_age
from core.certificates import Act
from core.holder import PROGRAMME
from core.timeline import stamp
from core.vocabulary import OCCUPYING, Reason, ReservationKind
from hub.ports import CertificateEvent, Machine, Person, Reservation, Tx
from hub.services import certifying, facts
from hub.services.certifying import CertificateShown
from hub.services.refused import Refused, refused

TAUGHT = PROGRAMME - {ReservationKind.MAINTENANCE}


@dataclass(frozen=True, slots=True)
class Place:
    """A place for a member in a training (the reservation of kind training or class) for a course."""

    training: str
    member: str
    course: str


def enrol(tx: Tx, by: Person, place: Place, now: datetime) -> CertificateShown | Refused:
    """Take the place.

    Refused: NOT_FOUND, FORBIDDEN (staff, or who gives the training), PAST, INVALID {field} and {places}: all are taken, AGE (S23),
    REPEATED. A slot of kind training or class that nobody said places of has as many as come.
    """
    slot, member = tx.bookings.get(place.training), tx.people.get(place.member)
    machine = tx.machines.get(slot.machine) if slot else None
    if slot is None or member is None or machine is None or not member.roles.get(slot.lab):
        return refused(Reason.NOT_FOUND)
    if wrong := _against(tx, by, slot, place.course, now):
        return wrong
    if lacks := _too_young(tx, member, slot, machine, place.course):
        return lacks
    if any(one.data.get("training") == slot.id for one in _enrolments(tx, member.id, place.course)):
        return refused(Reason.REPEATED)
    if none_left := _full(tx, slot, place.course):
        return none_left
    certificate = tx.certificates.open(slot.lab, member.id, place.course)
    data = {"ends": stamp(slot.end), "training": slot.id}
    tx.certificates.record(certificate, Act.ENROL.value, now, by=by.id, data=data)
    return certifying.told(tx, certificate, Act.ENROL, by.id, now)


def _against(tx: Tx, by: Person, slot: Reservation, course: str, now: datetime) -> Refused | None:
    known = tx.certificates.course(course)
    if known is None or known.lab != slot.lab:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(slot.lab) and not (by.id == slot.person and by.may_sign(course, slot.lab)):
        return refused(Reason.FORBIDDEN)
    if slot.kind not in TAUGHT or slot.status not in OCCUPYING:
        return refused(Reason.INVALID, {"field": "training"})
    return refused(Reason.PAST) if slot.end <= now else None


def _full(tx: Tx, slot: Reservation, course: str) -> Refused | None:
    """Whether it is another course's, or all its places are taken; of two who take the last at once one gets it."""
    planned = tx.trainings.get(slot.id, lock=True)
    if planned is None:
        return None
    if planned.course != course:
        return refused(Reason.INVALID, {"field": "course"})
    return None if planned.free else refused(Reason.INVALID, {"field": "training", "places": planned.places})


def _too_young(tx: Tx, member: Person, slot: Reservation, machine: Machine, course: str) -> Refused | None:
    """Of age at the training's start, and with a guardian's consent (R23)."""
    age = least_age([course], facts.courses_of(tx, slot.lab, machine.zone))
    who = Personal(member.birth, member.consent_until)
    if who == NOTHING:
        return None
    found = tuple(objection(code, params) for code, params in against(who, (), age, machine.zone, slot.start))
    return Refused(found) if found else None


def _enrolments(tx: Tx, member: str, course: str) -> list[CertificateEvent]:
    return [
        one for one in tx.certificates.events(member) if one.kind == Act.ENROL.value and one.course == course
    ]

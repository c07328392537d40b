"""What is taught when? A training keeps its machines free for its whole time, all of them or none, and has so many places.

Who gives it holds the reservations; `training.enrol` gives the places. It falls with its first reservation, and moves with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.access import Objection, objection
from core.vocabulary import Reason, ReservationKind
from hub.ports import NewTraining, Person, Reservation, Store, Training, Tx
from hub.services.ground import Ground, NotReserved, Wish, ground_of, no
from hub.services.refused import Refused, refused
from hub.services.reserving import reserve

MOST_MACHINES = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """A course on these machines in [start, end), given by `trainer`, for so many."""

    course: str
    machines: tuple[str, ...]
    start: datetime
    end: datetime
    trainer: str
    places: int
    note: str = ""


class _TakenMeanwhile(Exception):  # noqa: N818 -- takes everything back; becomes a value in `plan`
    """The database found a machine taken after all: nothing of the training may be written."""

    def __init__(self, said: NotReserved) -> None:
        super().__init__()
        self.said = said


def plan(store: Store, by: Person, wanted: Plan, now: datetime) -> Training | Refused:
    """All its machines, or none.

    Refused: NOT_FOUND (course, machine or trainer of the lab), FORBIDDEN (staff; a trainer only his own, of what he may sign),
    INVALID {field: trainer} who may not sign the course, and every objection with its machine.
    """
    try:
        return store.write(lambda tx: _planned(tx, by, wanted, now))
    except _TakenMeanwhile as late:
        return late.said


def _planned(tx: Tx, by: Person, wanted: Plan, now: datetime) -> Training | Refused:
    if against := _against(tx, by, wanted):
        return against
    wishes = [
        Wish(machine, wanted.trainer, wanted.start, wanted.end, by.id, ReservationKind.TRAINING, wanted.note)
        for machine in sorted(set(wanted.machines))
    ]
    said = [one for wish in wishes for one in _objections(ground_of(tx, wish, now, lock=True), wish.machine)]
    if said:
        return NotReserved(tuple(said))
    slots = [_taken(reserve(tx, wish, now, mailed=wish is wishes[0])) for wish in wishes]
    lab, names = slots[0].lab, tuple(one.id for one in slots)
    tx.trainings.add(NewTraining(lab, wanted.course, wanted.places, names, now))
    told = {"course": wanted.course, "places": wanted.places, "trainer": wanted.trainer}
    tx.audit.append(lab, by.id, "training.planned", names[0], told, now)
    made = tx.trainings.get(names[0])
    return made if made is not None else refused(Reason.NOT_FOUND)


def _against(tx: Tx, by: Person, wanted: Plan) -> Refused | None:
    course, trainer = tx.certificates.course(wanted.course), tx.people.get(wanted.trainer)
    if course is None or trainer is None or not trainer.roles.get(course.lab):
        return refused(Reason.NOT_FOUND)
    own = trainer.id == by.id and by.may_sign(course.id, course.lab)
    if not by.is_staff(course.lab) and not own:
        return refused(Reason.FORBIDDEN)
    if not (trainer.may_sign(course.id, course.lab) or trainer.is_staff(course.lab)):
        return refused(Reason.INVALID, {"field": "trainer"})
    return _out_of_place(tx, wanted, course.lab)


def _out_of_place(tx: Tx, wanted: Plan, lab: str) -> Refused | None:
    if not 0 < len(set(wanted.machines)) <= MOST_MACHINES:
        return refused(Reason.INVALID, {"field": "machines"})
    if wanted.places < 1:
        return refused(Reason.INVALID, {"field": "places"})
    machines = [tx.machines.get(name) for name in set(wanted.machines)]
    theirs = all(one is not None and one.lab == lab for one in machines)
    return None if theirs else refused(Reason.NOT_FOUND)


def _objections(found: Ground | NotReserved, machine: str) -> Sequence[Objection]:
    """What stands against it there; with the machine it is about."""
    against = found.objections if isinstance(found, NotReserved) else found.against()
    if not against and isinstance(found, Ground) and found.seat() is None:
        against = no(Reason.OVERLAP)
    return [objection(one.code, {**one.params, "machine": machine}) for one in against]


def _taken(answer: Reservation | NotReserved) -> Reservation:
    if isinstance(answer, NotReserved):
        raise _TakenMeanwhile(answer)
    return answer

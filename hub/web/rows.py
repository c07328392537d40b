"""How does each machine stand for the staff: who is at it, until when, and what is locked by whom?

A lock reads as in force only when the machine has said so; until then the machine may be running.
"""

from dataclasses import dataclass

from hub.ports import Lock, Person
from hub.services.locking_out import Effect, effect, may_lift
from hub.services.ordering import resettable
from hub.services.taking_out import OUT
from hub.web.house import now
from hub.web.looks import Look, is_running, look, session_until
from hub.web.reading import Place
from hub.web.troubles import upkeep_look
from hub.words import Voice
from hub.words.catalogs import mark


@dataclass(frozen=True, slots=True)
class LockShown:
    """A lock on a row: what it says, and whether this person may lift it."""

    id: str
    text: str
    in_force: bool
    liftable: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One machine in the table of now."""

    id: str
    look: Look
    who: str
    until: str
    left: str
    watts: str
    locks: tuple[LockShown, ...]
    resets: tuple[str, ...]
    stoppable: bool
    out: bool
    upkeep: Look | None


def row_of(place: Place, names: dict[str, str], person: Person, speech: Voice) -> Row:
    """One row of the table of now."""
    at, seen = now(), look(place, now(), speech)
    until = session_until(place) if is_running(place) else None
    left = max(0, int((until - at).total_seconds() // 60)) if until else None
    watts = place.node.live.get("power_w") if place.node and place.node.online else None
    return Row(
        id=place.machine.id,
        look=seen,
        who=_who(place, names),
        until=speech.clock(until) if until else "",
        left=speech.duration(left) if left is not None else "",
        watts=str(round(watts)) if isinstance(watts, int | float) else "",
        locks=tuple(_lock(lock, place, names, person, speech) for lock in place.locks),
        resets=tuple(one.value for one in resettable(place.node)),
        stoppable=is_running(place) and place.node is not None and place.node.online,
        out=place.machine.status in OUT,
        upkeep=upkeep_look(place.machine.upkeep, speech),
    )


def _who(place: Place, names: dict[str, str]) -> str:
    if is_running(place) and place.running:
        return names.get(place.running.person, "")
    return ", ".join(names.get(slot.person, "") for slot in place.taken if slot.start <= now() < slot.end)


def _lock(lock: Lock, place: Place, names: dict[str, str], person: Person, speech: Voice) -> LockShown:
    stage = effect(lock, place.node)
    said = {
        Effect.PENDING: mark("Not yet effective: the machine may be running. %(who)s: %(reason)s"),
        Effect.IN_FORCE: mark("In force. %(who)s: %(reason)s"),
        Effect.LIFTING: mark("Lifted, the machine has not confirmed it yet. %(who)s: %(reason)s"),
        Effect.GONE: mark("Lifted. %(who)s: %(reason)s"),
    }[stage]
    who = names.get(lock.by, "") if lock.by else speech.text(mark("Reported at the machine"))
    text = speech.text(said, who=who, reason=lock.reason)
    liftable = lock.lifted is None and may_lift(lock, person)
    return LockShown(lock.id, text, stage is Effect.IN_FORCE, liftable)

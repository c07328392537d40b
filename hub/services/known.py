"""What is known of somebody who wants to book: who, what happened to his certificates, which strikes? Kept under his revision.

Any change of the person, a role, a token, a certificate or a strike renews that revision (migrations 0007 and 0013), in whichever
process it is made. Nothing here decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core import sanctions
from core.certificates import Event
from core.grants import Right
from core.timeline import instant
from core.vocabulary import Role
from hub.ports import Person, StrikeEvent, Tx
from hub.ports.revisions import house_name, person_name
from hub.services import facts
from hub.services.house import House, house_at, labs_with
from hub.services.kept import Kept


@dataclass(frozen=True, slots=True)
class Known:
    """A person as one lab knows him; `rights`: what he may at each machine, by what it needs, as of a revision of the house."""

    person: Person
    events: tuple[Event, ...]
    strikes: tuple[sanctions.Event, ...]
    roles: tuple[Role, ...]
    rights: dict[tuple[str, tuple[str, ...]], tuple[int, Right]] = field(default_factory=dict, compare=False)


_KNOWN: Kept[tuple[str, str], Known] = Kept(16_384)  # everybody of a large lab, some kB each


def known_of(tx: Tx, person: str, lab: str) -> Known | None:
    """What the lab knows of the person; None when there is no such person."""
    name = person_name(person)
    return _known(tx, person, lab, tx.revisions.of([name])[name])


def known_at(tx: Tx, machine: str, person: str) -> tuple[House, Known] | None:
    """The house in which the machine stands, and what its lab knows of the person: one question for both revisions."""
    for lab in labs_with(tx, machine):
        names = house_name(lab), person_name(person)
        revs = tx.revisions.of(names)
        house = house_at(tx, lab, revs[names[0]])
        if machine in house.machines:
            known = _known(tx, person, lab, revs[names[1]])
            return None if known is None else (house, known)
    return None


def strikes_of(rows: Iterable[StrikeEvent]) -> tuple[sanctions.Event, ...]:
    """What happened to strikes, as the rules see it."""
    return tuple(
        sanctions.Event(
            row.strike,
            sanctions.Act(row.kind),
            row.at,
            int(row.data.get("halves", 0)),
            instant(row.data["until"]) if "until" in row.data else None,
        )
        for row in rows
    )


def _known(tx: Tx, person: str, lab: str, rev: int) -> Known | None:
    known = _KNOWN.get((person, lab), rev)
    if known is not None:
        return known
    found = tx.people.get(person)
    if found is None:
        return None
    events = facts.events_of(tx.certificates.events(person))
    return _KNOWN.keep(
        (person, lab),
        rev,
        Known(found, events, strikes_of(tx.strikes.of(person, lab)), facts.roles_of(found, lab)),
    )

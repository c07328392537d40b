"""Who has said, with a second factor, that he is in the workshop? A supervisor of dangerous work must have (R29).

It counts four hours, until he says that he leaves, or until the house closes (R58); then five minutes are counted down
where he answers for somebody.
"""

from datetime import datetime

from hub.ports import Person, Proof, ProofKind, Tx
from hub.services import granting, ordering
from hub.services.company import checked_out, concerned
from hub.services.house import house_of


def confirm(tx: Tx, person: Person, lab: str, now: datetime) -> Proof:
    """He is here; the door has seen the second factor."""
    tx.assurance.end_proofs(person.id, ProofKind.PRESENCE, now)
    house = house_of(tx, lab)
    proof = Proof(lab, person.id, ProofKind.PRESENCE, now, checked_out(house, now))
    tx.assurance.prove(proof)
    tx.audit.append(lab, person.id, "presence.confirmed", person.id, {}, now)
    granting.changed(tx, concerned(tx, house, [person.id]), now)
    return proof


def leave(tx: Tx, person: Person, lab: str, now: datetime) -> int:
    """He goes: sessions that he answers for wind down (E19). How many."""
    tx.assurance.end_proofs(person.id, ProofKind.PRESENCE, now)
    tx.assurance.prove(
        Proof(lab, person.id, ProofKind.PRESENCE, now, now)
    )  # whatever showed him there before
    tx.audit.append(lab, person.id, "presence.left", person.id, {}, now)
    granting.changed(tx, concerned(tx, house_of(tx, lab), [person.id]), now)
    his = [one for one in tx.sessions.running_in(lab) if one.responsible == person.id]
    return sum(ordering.wind_down(tx, one, person.id, now) for one in his)


def present_until(tx: Tx, person: str, now: datetime) -> datetime | None:
    """Until when his presence counts; None: he has not confirmed it."""
    until = [one.until for one in tx.assurance.proofs(person, now) if one.kind is ProofKind.PRESENCE]
    return max(until, default=None)


def typed(tx: Tx, person: str, node: str, now: datetime) -> bool:
    """Whether he typed his PIN at this node just now."""
    return any(one.node == node for one in tx.assurance.proofs(person, now) if one.kind is ProofKind.PIN)


def sure(tx: Tx, person: str, node: str | None, now: datetime) -> bool:
    """Whether a second factor speaks for him here: his presence, or his PIN at this node just now."""
    return any(
        one.kind is ProofKind.PRESENCE or (node is not None and one.node == node)
        for one in tx.assurance.proofs(person, now)
    )

"""Whose badge is this? A badge is given to one person; a second owner is refused, naming nobody (R57, E39)."""

from dataclasses import dataclass
from datetime import datetime

from core.vocabulary import BadgeState, Reason
from hub.ports import Badge, BadgeVault, Tx

UID_LENGTHS = (4, 7, 10)  # ISO 14443-3: single, double, triple
RANDOM_FIRST = 0x08  # ISO 14443-3: a 4-byte UID that begins so is drawn anew at every tap (phones)


@dataclass(frozen=True, slots=True)
class BadgeRefused:
    """Why not; `code` INVALID for a UID of no known length, or one that is known already."""

    code: Reason
    what: str


def refusal_of(uid: bytes) -> BadgeRefused | None:
    """What is wrong with the UID itself."""
    if len(uid) not in UID_LENGTHS:
        return BadgeRefused(Reason.INVALID, "uid")
    if len(uid) == 4 and uid[0] == RANDOM_FIRST:
        return BadgeRefused(Reason.BADGE_RANDOM, "uid")
    return None


def enrol_badge(
    tx: Tx, vault: BadgeVault, person: str, uid: bytes, by: str, now: datetime
) -> Badge | BadgeRefused:
    """Give the badge to the person. The caller then tells the nodes (`granting.person_changed`)."""
    owner = tx.people.get(person)
    if owner is None:
        return BadgeRefused(Reason.NOT_FOUND, "member")
    if (refused := refusal_of(uid)) is not None:
        return refused
    badge = Badge(
        id=tx.fresh_id(),
        lab=owner.lab,
        person=person,
        key=vault.key(uid),
        sealed=vault.seal(uid),
        kind=f"uid{len(uid)}",
        state=BadgeState.ACTIVE,
        added=now,
    )
    if not tx.badges.add(badge):
        return BadgeRefused(Reason.INVALID, "known")
    tx.audit.append(owner.lab, by, "badge.enrolled", badge.id, {"member": person, "kind": badge.kind}, now)
    return badge


def rest_badge(tx: Tx, badge: str, state: BadgeState, by: str, now: datetime) -> Badge | None:
    """Mark it lost or returned (or found again); None when there is none. The caller tells the nodes."""
    if not tx.badges.set_state(badge, state, now):
        return None
    changed = tx.badges.get(badge)
    if changed is not None:
        tx.audit.append(changed.lab, by, f"badge.{state}", badge, {"member": changed.person}, now)
    return changed

"""Who may set the house's comfort aside for a slot, and what was set aside? Staff, with a reason, and it is written down (E02, E06)."""

from core.booking import objections
from core.holder import PROGRAMME
from core.vocabulary import Reason, Role
from hub.ports import Person, Reservation, Tx
from hub.services.ground import Ground, NotReserved, Wish, no


def refusal(tx: Tx, wish: Wish, lab: str) -> NotReserved | None:
    """FORBIDDEN for a member who wants more than a member's slot; None where there is nothing to ask, or he may."""
    special = wish.override or wish.displace
    if not special and wish.kind not in PROGRAMME:
        return None
    by = tx.people.get(wish.by)
    may = by is not None and (by.is_staff(lab) or (not special and by.has(Role.TRAINER, lab)))
    return None if may else NotReserved(no(Reason.FORBIDDEN))


def written(tx: Tx, ground: Ground, made: Reservation, by: str, reason: str) -> None:
    """What the house's rules had against it, and why staff did it all the same."""
    if not ground.wanted.override:
        return
    now, strict = ground.now, ground.wanted._replace(override=False)
    codes = [one.code.value for one in objections(strict, ground.taken, ground.rules, now)]
    if codes:
        what = {"member": made.person, "codes": sorted(set(codes)), "reason": reason}
        tx.audit.append(made.lab, by, "reservation.overridden", made.id, what, now)


def may_move(old: Reservation, by: Person, reason: str) -> NotReserved | None:
    """FORBIDDEN for who is no staff and wants a rule set aside; None without a reason: then every rule holds."""
    return NotReserved(no(Reason.FORBIDDEN)) if reason and not by.is_staff(old.lab) else None

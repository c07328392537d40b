"""What machines share is shared no more: it is forgotten, once it is not down (R49)."""

from datetime import datetime

from core.vocabulary import Reason
from hub.ports import Person, Resource, Tx
from hub.services import resources
from hub.services.refused import Refused, refused


def remove(tx: Tx, by: Person, resource: str, now: datetime) -> Resource | Refused:
    """Forget it; its machines depend on it no more. Refused: NOT_FOUND, FORBIDDEN (staff), CHANGED (down: it works again first)."""
    if not by.is_staff(by.lab):
        return refused(Reason.FORBIDDEN)
    found = {one.id: one for one in tx.resources.all(by.lab, lock=True)}.get(resource)
    if found is None:
        return refused(Reason.NOT_FOUND)
    if found.down is not None:
        return refused(Reason.CHANGED)
    tx.resources.forget(found.id)
    tx.audit.append(found.lab, by.id, "resource.removed", found.id, {"machines": list(found.machines)}, now)
    resources.spread(tx, found.lab, now)
    return found

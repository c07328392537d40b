"""Where else, when a booking cannot be moved there? As for a new one: on its own machine, and on the others of its family."""

from datetime import datetime

from hub.ports import Person, Reservation, Store
from hub.services import finding
from hub.services.reserving import NotReserved, Wish


def move(
    store: Store, old: Reservation, by: Person, span: tuple[datetime, datetime], now: datetime, *, reason: str = ""
) -> Reservation | NotReserved:  # fmt: skip
    """Move a reservation; where only others' slots are in the way, say what is free close by.

    On another machine of the family the holder books anew and gives this one back.
    """
    answer = finding.move(store, old, by, span, now, reason=reason)
    if not isinstance(answer, NotReserved) or not answer.only_late:
        return answer
    wish = Wish(old.machine, old.person, *span, by=by.id, kind=old.kind)
    return NotReserved(answer.objections, store.read(lambda tx: finding.nearest(tx, wish, now)))

"""What does time change by itself? Slots that are over become done; kept answers are forgotten.

Level-triggered: whatever is over and not done is done now, however late; nothing depends on the instant.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.vocabulary import ReservationStatus
from hub.ports import Reservation, Tx
from hub.services import no_shows

AT_ONCE = 200  # slots a turn: a leap of a month has some 400
KEPT_FOR = timedelta(hours=24)  # api.md: the same Idempotency-Key answers the same for 24 h


def finish_slots(tx: Tx, now: datetime) -> int:
    """Slots whose time is over become done, unless their session still runs (then it says when). How many."""
    return sum(
        tx.bookings.set_status(slot, ReservationStatus.DONE, now) is not None for slot in slots_over(tx, now)
    )


def slots_over(tx: Tx, now: datetime) -> Sequence[Reservation]:
    """Slots that are over and not done, of which nothing more is to be heard."""
    return [slot for slot in tx.bookings.over(now, AT_ONCE) if not _goes_on(tx, slot, now)]


def _goes_on(tx: Tx, slot: Reservation, now: datetime) -> bool:
    running = tx.sessions.running(slot.machine)
    in_use = running is not None and running.reservation == slot.id
    return in_use or no_shows.undecided(tx, slot, now)


def forget_answers(tx: Tx, now: datetime) -> int:
    """Drop the answers kept for repeated requests. How many."""
    return tx.replays.expire(now - KEPT_FOR)

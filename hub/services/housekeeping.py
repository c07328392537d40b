"""What does time change by itself? Slots that are over become done; kept answers are forgotten.

Level-triggered: whatever is over and not done is done now, however late; nothing depends on the instant.
"""

from datetime import datetime, timedelta

from core.vocabulary import ReservationStatus
from hub.ports import Tx

AT_ONCE = 200  # slots a turn: a leap of a month has some 400
KEPT_FOR = timedelta(hours=24)  # api.md: the same Idempotency-Key answers the same for 24 h


def finish_slots(tx: Tx, now: datetime) -> int:
    """Slots whose time is over become done, unless their session still runs (then it says when). How many."""
    done = 0
    for slot in tx.bookings.over(now, AT_ONCE):
        running = tx.sessions.running(slot.machine)
        if running is None or running.reservation != slot.id:
            done += tx.bookings.set_status(slot, ReservationStatus.DONE, now) is not None
    return done


def forget_answers(tx: Tx, now: datetime) -> int:
    """Drop the answers kept for repeated requests. How many."""
    return tx.replays.expire(now - KEPT_FOR)

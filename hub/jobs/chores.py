"""Which jobs does a hub have? The list, each with how often it is looked at."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.jobs.timetable import Job, Run, Timetable
from hub.ports import BadgeVault, Store, Tx
from hub.services import granting, housekeeping

EVERY_TICK = timedelta(seconds=1)
HOURLY = timedelta(hours=1)  # a view reaches a day past its age limit: an hour is soon enough
TEN_MINUTES = timedelta(minutes=10)


def timetable(store: Store, vault: BadgeVault) -> Timetable:
    """The jobs of this hub over `store`."""

    def writing(task: Callable[[Tx, datetime], int]) -> Run:
        return lambda now: store.write(lambda tx: task(tx, now))

    def slots(now: datetime) -> int:
        if not store.read(lambda tx: tx.bookings.over(now, 1)):
            return 0  # a look every second must not be a write every second
        return writing(housekeeping.finish_slots)(now)

    return Timetable(
        [
            Job("slots that are over", slots, EVERY_TICK),
            Job("views", writing(lambda tx, now: granting.refresh(tx, vault, now)), HOURLY),
            Job("kept answers", writing(housekeeping.forget_answers), TEN_MINUTES),
        ]
    )

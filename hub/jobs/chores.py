"""Which jobs does a hub have? The list, each with how often it is looked at."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from hub.jobs.timetable import Job, Next, Run, Timetable
from hub.ports import BadgeVault, Store, Tx
from hub.services import (
    conditions,
    granting,
    housekeeping,
    merging,
    no_shows,
    offering,
    overrunning,
    upkeep,
    waiting_list,
)

T = TypeVar("T")
EVERY_TICK = timedelta(seconds=1)
HOURLY = timedelta(hours=1)  # a view reaches a day past its age limit: an hour is soon enough
TEN_MINUTES = timedelta(minutes=10)
AT_ONCE = 200  # a turn's share: the rest is due at the next tick


def timetable(store: Store, vault: BadgeVault) -> Timetable:
    """The jobs of this hub over `store`."""

    def writing(task: Callable[[Tx, datetime], int]) -> Run:
        return lambda now: store.write(lambda tx: task(tx, now))

    def looking(due: Callable[[Tx, datetime], object], task: Callable[[Tx, datetime], int]) -> Run:
        """A look every second must not be a write every second."""
        return lambda now: writing(task)(now) if store.read(lambda tx: due(tx, now)) else 0

    def at(found: Callable[[Tx, datetime], datetime | None]) -> Next:
        return lambda now: store.read(lambda tx: found(tx, now))

    no_show = looking(_some(no_shows.due), _some(no_shows.release_due))
    lapse = looking(
        lambda tx, now: tx.waiting.offers_due(now, 1), lambda tx, now: offering.lapse(tx, now, AT_ONCE)
    )
    merges = looking(_some(merging.due), _some(merging.merge_due))
    overruns = looking(_some(overrunning.due), _some(overrunning.notice_due))
    slots = looking(housekeeping.slots_over, housekeeping.finish_slots)
    waits = looking(
        lambda tx, now: tx.waiting.expired(now, 1), lambda tx, now: waiting_list.expire(tx, now, AT_ONCE)
    )
    settle = looking(_some(conditions.due), _some(conditions.settle))
    return Timetable(
        [
            Job("walk-ups that become a slot", merges, EVERY_TICK, at(merging.next_due)),
            Job("slots nobody came for", no_show, EVERY_TICK, at(no_shows.next_due)),
            Job("offers that ran out", lapse, EVERY_TICK, at(_after(lambda tx: tx.waiting.next_lapse()))),
            Job("sessions past their end", overruns, EVERY_TICK, at(overrunning.next_due)),
            Job("conditions", settle, EVERY_TICK, at(_after(lambda tx: tx.bookings.next_held()))),
            Job("waits that are over", waits, TEN_MINUTES),
            Job("slots that are over", slots, EVERY_TICK),
            Job("upkeep of machines", looking(upkeep.due, upkeep.look), TEN_MINUTES),
            Job("views", writing(lambda tx, now: granting.refresh(tx, vault, now)), HOURLY),
            Job("kept answers", writing(housekeeping.forget_answers), TEN_MINUTES),
        ]
    )


def _some(task: Callable[[Tx, datetime, int], T]) -> Callable[[Tx, datetime], T]:
    """As much of it as one turn does."""
    return lambda tx, now: task(tx, now, AT_ONCE)


def _after(found: Callable[[Tx], datetime | None]) -> Callable[[Tx, datetime], datetime | None]:
    """What is still to come of it: the past is done at the next tick anyway."""

    def later(tx: Tx, now: datetime) -> datetime | None:
        at = found(tx)
        return at if at is not None and at > now else None

    return later

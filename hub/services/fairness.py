"""How much of the busy hours did somebody have lately? It sorts the waiting list, and is shown to the person (R20).

Attended minutes of the last 28 days at peak time, as each machine's rules say when that is; who did not come had them one and
a half times; what the lab took back counts nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from core.timeline import Span, common
from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports import Reservation, ReservationFilter, Tx
from hub.services.house import House

WINDOW = timedelta(days=28)  # R20
ATTENDED = frozenset({ReservationKind.BOOKING, ReservationKind.WALKUP, ReservationKind.GROUP})
HAD = frozenset({ReservationStatus.DONE, ReservationStatus.ARRIVED, ReservationStatus.IN_USE})
NO_SHOW_FACTOR = 1.5  # R20
MANY = 100_000  # slots of a lab in 28 days: past any


def score(tx: Tx, person: str, now: datetime, house: House) -> int:
    """The person's peak minutes in this lab."""
    window = Span(now - WINDOW, now)
    return _sum(tx.bookings.of_person(person, window.start, window.end), window, house)


def usual(tx: Tx, now: datetime, house: House) -> int:
    """What half of those who had any peak time had at most: to see one's own score beside."""
    window = Span(now - WINDOW, now)
    wanted = ReservationFilter(lab=house.lab, start=window.start, end=window.end, limit=MANY)
    of_person: dict[str, list[Reservation]] = defaultdict(list)
    for one in tx.bookings.page(wanted):
        of_person[one.person].append(one)
    had = [some for rows in of_person.values() if (some := _sum(rows, window, house))]
    return round(median(had)) if had else 0


def _sum(rows: Iterable[Reservation], window: Span, house: House) -> int:
    return round(sum(_weight(one) * _minutes(one, window, house) for one in rows if one.lab == house.lab))


def _weight(one: Reservation) -> float:
    if one.kind not in ATTENDED:
        return 0
    if one.status is ReservationStatus.NO_SHOW:
        return NO_SHOW_FACTOR
    return 1 if one.status in HAD else 0


def _minutes(one: Reservation, window: Span, house: House) -> int:
    span = Span(max(one.start, window.start), min(one.end, window.end))
    zone, peak = house.policies[one.machine].zone, house.terms[one.machine].peak
    busy = (part for daily in peak for part in daily.spans(span, zone))
    return sum(part.minutes for part in common([span], busy))

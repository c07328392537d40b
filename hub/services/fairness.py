"""How much of the machines did somebody have lately? It sorts the waiting list, and is shown to the person (R20)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core.timeline import Span
from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports import Reservation, Tx

WINDOW = timedelta(days=28)  # R20
ATTENDED = frozenset({ReservationKind.BOOKING, ReservationKind.WALKUP, ReservationKind.GROUP})
HAD = frozenset({ReservationStatus.DONE, ReservationStatus.ARRIVED, ReservationStatus.IN_USE})
NO_SHOW_FACTOR = 1.5  # R20


def score(tx: Tx, person: str, now: datetime, peak: Iterable[Span] | None = None) -> int:
    """Attended minutes of the last 28 days, no-shows one and a half times; only those in `peak` where it is given."""
    window = Span(now - WINDOW, now)
    spans = None if peak is None else tuple(peak)
    rows = tx.bookings.of_person(person, window.start, window.end)
    return round(sum(_weight(one) * _minutes(one, window, spans) for one in rows))


def _weight(one: Reservation) -> float:
    if one.kind not in ATTENDED:
        return 0
    if one.status is ReservationStatus.NO_SHOW:
        return NO_SHOW_FACTOR
    return 1 if one.status in HAD else 0


def _minutes(one: Reservation, window: Span, peak: tuple[Span, ...] | None) -> int:
    span = Span(max(one.start, window.start), min(one.end, window.end))
    if peak is None:
        return span.minutes
    both = (
        Span(max(span.start, part.start), min(span.end, part.end)) for part in peak if part.overlaps(span)
    )
    return sum(part.minutes for part in both)

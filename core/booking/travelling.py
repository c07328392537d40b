"""Is there time for the way? Slots of one person in two labs that follow each other too closely: a warning, never a refusal (R16)."""

from collections.abc import Iterable
from datetime import timedelta

from core.holder import Held
from core.timeline import Span
from core.vocabulary import OCCUPYING, ReservationKind


def too_near(held: Iterable[Held], lab: str, span: Span, travel_min: int) -> tuple[Held, ...]:
    """Those in another lab that end, or begin, less than the way from this slot; what runs alone asks for no way."""
    way = timedelta(minutes=travel_min)
    return tuple(
        one
        for one in held
        if one.lab not in ("", lab)
        and one.status in OCCUPYING
        and one.kind is not ReservationKind.UNATTENDED
        and timedelta(0) <= max(span.start - one.end, one.start - span.end) < way
    )

"""Can I be in both places? Two bookings in two labs within half an hour of each other are warned of, never refused (R16)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import pairwise

from core.vocabulary import ReservationKind
from hub.ports import Reservation

WAY = timedelta(minutes=30)  # R16: across the city


def tight(held: Iterable[Reservation]) -> Mapping[str, Reservation]:
    """The id of each booking that is too near to one in another lab -> that other one. Runs without their holder are none."""
    there = sorted(
        (one for one in held if one.kind is not ReservationKind.UNATTENDED), key=lambda one: one.start
    )
    found: dict[str, Reservation] = {}
    for one, after in pairwise(there):
        if one.lab != after.lab and after.start < one.end + WAY:
            found[one.id], found[after.id] = after, one
    return found

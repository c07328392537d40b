"""May this slot be booked, and if not: every broken rule at once, and what is free instead.

`request` says what is asked, `policy` reads the rules aloud, `searching` finds other times, `grouping` takes
several machines or none.
"""

from core.booking.grouping import Part, group_objections, together
from core.booking.policy import BOOKING_RULES, NEXT_STEP, is_exempt, objections, objections_to, status_of
from core.booking.request import BookingRules, Request, Taken, Wanted, bookable_time
from core.booking.searching import alternatives
from core.booking.seating import best_seat, displaced, free_seat
from core.booking.timing import last_day

__all__ = [
    "BOOKING_RULES",
    "NEXT_STEP",
    "BookingRules",
    "Part",
    "Request",
    "Taken",
    "Wanted",
    "alternatives",
    "best_seat",
    "bookable_time",
    "displaced",
    "free_seat",
    "group_objections",
    "is_exempt",
    "last_day",
    "objections",
    "objections_to",
    "status_of",
    "together",
]

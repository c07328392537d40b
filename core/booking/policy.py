"""May this slot be booked, and if not: every broken rule at once, each with its next step.

BOOKING_RULES is the policy, in order of rank (R62: what is unsafe, who may, when, who was first). Whatever a
person lacks at the slot's end (R14) was worked out before by core.grants.right_of.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from core.access import NEXT, objection
from core.booking import quotas, seating, standing, timing
from core.booking.request import BookingRules, Found, Request, Taken, Wanted
from core.case import Objection
from core.vocabulary import Reason, ReservationStatus

BOOKING_RULES: tuple[tuple[Reason, Callable[[Request], Found]], ...] = (
    (Reason.MACHINE_DOWN, standing.down),  # safety
    (Reason.MACHINE_DOWN, standing.unread),
    (Reason.RESOURCE_DOWN, standing.without_resource),
    (Reason.MAINTENANCE, standing.overdue),
    (Reason.CERT_MISSING, standing.pass_too_small),  # who may
    (Reason.MEMBER_EXPIRED, standing.beyond_day_pass),
    (Reason.AGE, standing.too_young),
    (Reason.AGE, standing.without_guardian),
    (Reason.BUDDY, standing.without_host),
    (Reason.MEMBER_SUSPENDED, standing.barred),
    (Reason.STAFF_ONLY, standing.for_staff),
    (Reason.INVALID, standing.not_here),
    (Reason.PAST, timing.past),  # when
    (Reason.LEAD, timing.too_soon),
    (Reason.HORIZON, timing.beyond_horizon),
    (Reason.GRID, timing.off_grid),
    (Reason.DURATION, timing.wrong_length),
    (Reason.LAB_CLOSED, timing.closed),
    (Reason.QUIET, timing.noisy_at_night),
    (Reason.CONCURRENT, standing.concurrent),  # fair to the others
    (Reason.QUOTA, quotas.over_quota),
    (Reason.PRIORITY, seating.kept_for_programmes),
    (Reason.PRIORITY, seating.too_late_to_displace),
    (Reason.GAP, seating.useless_gap),
    (Reason.OVERLAP, seating.overlapping),  # who was first
)
COMFORT = frozenset(  # what staff may waive with a reason (E02, E06): never safety, age, or others' slots
    {
        Reason.MEMBER_SUSPENDED, Reason.LEAD, Reason.HORIZON, Reason.DURATION, Reason.LAB_CLOSED,
        Reason.CONCURRENT, Reason.QUOTA, Reason.GAP,
    }
)  # fmt: skip
_UNWAIVED = tuple((code, rule) for code, rule in BOOKING_RULES if code not in COMFORT)
NEXT_STEP: Mapping[Callable[[Request], Found], str] = {  # where the way on is not the code's usual one
    standing.unread: "read_note",
    standing.beyond_day_pass: "choose_other_time",
    timing.too_soon: "choose_other_time",  # a tap without a booking is told to book
}


def objections(
    wanted: Wanted, taken: Sequence[Taken], rules: BookingRules, now: datetime
) -> tuple[Objection, ...]:
    """Everything against the slot, in order of rank: what the person lacks first, then the slot itself."""
    return objections_to(Request(wanted, taken, rules, now))


def objections_to(request: Request) -> tuple[Objection, ...]:
    """The same of a request at hand."""
    lacks = [objection(one.code, one.params) for one in standing.lacking(request)]
    found: list[Objection] = []
    for one in (*lacks, *_against(request)):
        if one not in found:
            found.append(one)
    return tuple(found)


def _against(request: Request) -> Iterator[Objection]:
    for code, refuses in _UNWAIVED if request.wanted.override else BOOKING_RULES:
        for params in refuses(request):
            yield Objection(code, params, NEXT_STEP.get(refuses, NEXT.get(code)))


def bookable(request: Request) -> bool:
    """Whether nothing stands against the slot itself, whatever the person lacks."""
    return next(_against(request), None) is None


def status_of(request: Request) -> ReservationStatus:
    """How a slot stands that was not refused: conditional where a training has yet to grant the right (R14)."""
    waits = any(standing.waived(request, one) for one in request.rules.missing)
    return ReservationStatus.CONDITIONAL if waits else ReservationStatus.CONFIRMED


def is_exempt(request: Request) -> bool:
    """Whether no quota will count the slot: made on its own day, or with a token (R15, R19). Store it with the slot."""
    return request.wanted.token or request.same_day

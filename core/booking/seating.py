"""Is a seat free, and does the slot leave useful time around it? Buffers, gaps, and who gives way (R06, R17, R18)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from core.booking.request import NO, Found, Request, Taken, Wanted
from core.calendars import span_around
from core.holder import PROGRAMME
from core.timeline import grid_ceil, grid_floor
from core.vocabulary import OCCUPYING, ReservationKind


def overlapping(request: Request) -> Found:
    """No seat is free for the whole slot, clean-up between two people included (I1, R06)."""
    if request.backwards or _possible(request) or (request.wanted.displace and too_late_to_displace(request)):
        return NO
    return ({},)


def too_late_to_displace(request: Request) -> Found:
    """A class takes booked time three days ahead or not at all (R18)."""
    if not request.wanted.displace or _possible(request):
        return NO
    if not any(_all_give_way(request, seat) for seat in request.rules.seats):
        return NO  # a class does not displace a class: OVERLAP says so
    return ({"hours": request.terms.class_ahead_h},)


def kept_for_programmes(request: Request) -> Found:
    """So many machines of the family stay free for the programme (R17)."""
    kept, spare = request.terms.keep_free, request.rules.spare
    if not kept or spare is None or request.wanted.programme or request.staff or spare > kept:
        return NO
    return ({"kept": kept},)


def useless_gap(request: Request) -> Found:
    """Too near to his own slot, or time left over that nobody could book (R17, E12)."""
    if request.wanted.programme or request.staff or request.backwards:
        return NO
    if (near := _too_near(request)) is not None:
        return ({"minutes": near, "between": request.terms.min_gap_min},)
    left = [orphan(request, seat) for seat in _free(request)] if request.terms.orphan_gap else []
    if not left or 0 in left:
        return NO
    return ({"minutes": min(left), "least": request.policy.min_duration_min},)


def _too_near(request: Request) -> int | None:
    """Minutes to his own slot on this machine, where they are too few."""
    least, wanted = timedelta(minutes=request.terms.min_gap_min), request.wanted
    if not least:
        return None
    gaps = [
        max(wanted.start - one.end, one.start - wanted.end)
        for one in request.own
        if one.machine == request.policy.id and one.status in OCCUPYING
    ]
    near = min((gap for gap in gaps if gap >= timedelta(0)), default=least)  # less: the two overlap
    return None if near >= least else near // timedelta(minutes=1)


def orphan(request: Request, seat: int) -> int:
    """Minutes beside the slot that nobody could book any more; 0 where there are none, or none could be avoided.

    Beside the opening's edges, beside now and beside maintenance what is left over is nobody's fault.
    """
    house = span_around(request.open_time, request.wanted.start)
    if house is None:
        return 0
    policy, wanted = request.policy, request.wanted
    held = [one for one in request.taken if one.seat == seat and not _conflicts(request, one)]
    before = max((one for one in held if one.end <= wanted.start), key=lambda one: one.end, default=None)
    after = min((one for one in held if one.start >= wanted.end), key=lambda one: one.start, default=None)
    left = right = timedelta(0)
    if before is not None and _matters(before, max(house.start, request.now) < before.end):
        free = grid_ceil(before.end + _buffer(request, before), policy.step_min, policy.zone)
        left = wanted.start - free
    if after is not None and _matters(after, after.start < house.end):
        full = grid_floor(after.start - _buffer(request, after), policy.step_min, policy.zone)
        right = full - wanted.end
    least = timedelta(minutes=policy.min_duration_min)
    lost = [gap for gap in (left, right) if timedelta(0) < gap < least]
    return min(lost, default=timedelta(0)) // timedelta(minutes=1)


def _matters(neighbour: Taken, inside: bool) -> bool:
    return inside and neighbour.kind is not ReservationKind.MAINTENANCE


def free_seat(wanted: Wanted, taken: Iterable[Taken], seats: Sequence[int]) -> int | None:
    """The first seat that nobody has during the slot, buffers and gaps apart."""
    busy = {one.seat for one in taken if one.overlaps(wanted.start, wanted.end)}
    return next((seat for seat in seats if seat not in busy), None)


def best_seat(request: Request) -> int | None:
    """The seat to give: the first free one that leaves no useless gap, else the first free one, else one that a
    class may take from others (`displaced` says whose).
    """
    free = _free(request)
    tidy = (seat for seat in free if not orphan(request, seat)) if request.terms.orphan_gap else iter(free)
    return next(tidy, next(iter(free), next(iter(_possible(request)), None)))


def displaced(request: Request) -> tuple[Taken, ...]:
    """The slots that a class takes from others on its best seat (R18): each is told, and given a token."""
    seat = best_seat(request)
    return tuple(one for one in request.taken if one.seat == seat and _conflicts(request, one))


def _possible(request: Request) -> list[int]:
    """The seats that can be had: free, or taken by people who must give way and still can."""
    free = _free(request)
    if free or not request.wanted.displace or not request.wanted.programme:
        return free
    ahead = request.now + timedelta(hours=request.terms.class_ahead_h)
    return [
        seat
        for seat in request.rules.seats
        if _all_give_way(request, seat)
        and all(one.start >= ahead for one in request.taken if one.seat == seat and _conflicts(request, one))
    ]


def _all_give_way(request: Request, seat: int) -> bool:
    """Whether everything in the way on a seat is of a lower class: a member's, not the programme's."""
    here = [one for one in request.taken if one.seat == seat and _conflicts(request, one)]
    return request.wanted.programme and all(one.kind not in PROGRAMME for one in here)


def _free(request: Request) -> list[int]:
    if not request.taken:
        return list(request.rules.seats)
    busy = {one.seat for one in request.taken if _conflicts(request, one)}
    return [seat for seat in request.rules.seats if seat not in busy]


def _conflicts(request: Request, one: Taken) -> bool:
    """Whether it is in the way, with the clean-up after either of the two."""
    buffer = _buffer(request, one)
    return one.overlaps(request.wanted.start - buffer, request.wanted.end + buffer)


def _buffer(request: Request, neighbour: Taken) -> timedelta:
    """The time between two slots; none where the same member is next (R06)."""
    same = neighbour.who == request.wanted.who != ""
    return timedelta(0) if same else timedelta(minutes=request.terms.buffer_after_min)

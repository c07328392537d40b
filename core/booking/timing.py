"""Is it the right time? Lead, horizon, grid, length, opening hours, quiet hours (R01-R11, R13)."""

from datetime import date, datetime, timedelta

from core.booking.request import NO, Found, Request, Wanted
from core.calendars import next_start, span_around
from core.grants import MachinePolicy, Params
from core.timeline import (
    DAY_MIN,
    Span,
    at_local,
    clock,
    grid_ceil,
    grid_floor,
    local_day,
    local_minute,
    stamp,
)

_DAY = timedelta(days=1)


def past(request: Request) -> Found:
    """The slot begins before now."""
    return ({},) if request.wanted.start < request.now else NO


def too_soon(request: Request) -> Found:
    """Less than the lead time ahead (R09); what is past is said already."""
    lead = request.terms.lead_min
    earliest = request.now + timedelta(minutes=lead)
    if request.wanted.programme or not request.now <= request.wanted.start < earliest:
        return NO
    return ({"minutes": lead, "earliest": stamp(earliest)},)


def beyond_horizon(request: Request) -> Found:
    """The day is not open for booking yet: it opens at noon, so many days before (R08)."""
    policy, days = request.policy, horizon_d(request)
    if request.wanted.start - request.now < (days - 2) * _DAY:  # so near that no clock change bears on it
        return NO
    day = local_day(request.wanted.start, policy.zone)
    if day <= last_day(policy, request.now, days):
        return NO
    opens = at_local(day - days * _DAY, policy.horizon_opens_min, policy.zone)
    return ({"days": days, "opens": stamp(opens)},)


def horizon_d(request: Request) -> int:
    """How many days ahead this person may book here (R08); a token adds some (R19)."""
    days = request.terms.horizons_d.get(request.holder.plan, request.policy.horizon_d)
    return days + request.terms.token_horizon_d if request.wanted.token else days


def last_day(policy: MachinePolicy, now: datetime, horizon_d: int | None = None) -> date:
    """The last local date that may be booked now (R08): one more from noon on."""
    days = policy.horizon_d if horizon_d is None else horizon_d
    opened = local_minute(now, policy.zone) >= policy.horizon_opens_min
    return local_day(now, policy.zone) + (days - (not opened)) * _DAY


def off_grid(request: Request) -> Found:
    """Start or end lie between two grid points (R05, E05)."""
    policy = request.policy
    for at in (request.wanted.start, request.wanted.end):
        before = grid_floor(at, policy.step_min, policy.zone)
        if before != at:
            after = grid_ceil(at, policy.step_min, policy.zone)
            return ({"step": policy.step_min, "proposals": [stamp(before), stamp(after)]},)
    return NO


def wrong_length(request: Request) -> Found:
    """Too short or too long, in elapsed minutes (R07, R13); the programme has a day at most."""
    least, most = lengths(request)
    length = request.wanted.end - request.wanted.start
    if timedelta(minutes=least) <= length <= timedelta(minutes=most):
        return NO
    return ({"min": least, "max": most, "minutes": int(length.total_seconds()) // 60},)


def lengths(request: Request) -> tuple[int, int]:
    """The least and the most minutes of such a slot here."""
    policy = request.policy
    if request.wanted.programme:
        return policy.step_min, DAY_MIN
    if request.wanted.runs_alone:
        return policy.min_duration_min, request.terms.unattended_max_min
    return policy.min_duration_min, min(policy.max_duration_min, policy.max_session_min)


def closed(request: Request) -> Found:
    """The slot does not lie in one opening, less the closing margin (R01, R03, R04)."""
    if request.backwards or _in_one_opening(request):
        return NO
    if any(span.covers(request.wanted.span) for span in request.open_time):
        return NO
    if request.wanted.runs_alone and _may_run_on(request):
        return NO
    opens = next_start(request.open_time, request.wanted.start)
    return ({"opens": stamp(opens) if opens else None},)


def _in_one_opening(request: Request) -> bool:
    """Whether a single window holds the slot and the closing margin; mostly so, and then no windows need to be united."""
    start, end = request.wanted.start, request.wanted.end + timedelta(minutes=request.policy.machines_off_min)
    around = [one for one in request.rules.openings if one.start <= start and end <= one.end]
    return any(one.audience in request.audiences for one in around)


def _may_run_on(request: Request) -> bool:
    """Whether a run may last past closing (R13): begun and looked at before, and somebody soon after."""
    begun = span_around(request.house_time, request.wanted.start)
    if begun is None or request.wanted.start + timedelta(minutes=request.terms.rebadge_min) > begun.end:
        return False
    limit = begun.end + timedelta(hours=request.terms.unstaffed_max_h)
    return any(begun.end < one.start <= limit for one in request.rules.openings)


def noisy_at_night(request: Request) -> Found:
    """The machine may not make noise then (R10)."""
    quiet = request.terms.quiet
    if quiet is None or request.backwards:
        return NO
    if not quiet.spans(request.wanted.span, request.zone):
        return NO
    return ({"from": clock(quiet.from_min), "to": clock(quiet.to_min)},)


def off_step(wanted: Wanted, step_min: int) -> bool:
    """Whether no start at all would put both ends on the grid."""
    length = wanted.end - wanted.start
    return length <= timedelta(0) or bool(length % timedelta(minutes=step_min))


def wanted_params(span: Span) -> Params:
    """A span as parameters of an objection."""
    return {"start": stamp(span.start), "end": stamp(span.end)}

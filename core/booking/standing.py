"""May this person hold such a slot here? The machine's state, age, day pass, sanctions, concurrency (R13-R24, R53)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from core.access import DOWN
from core.booking.request import NO, Found, Request
from core.booking.seating import overlapping
from core.grants import STAFF, Params, Refusal
from core.holder import ADULT, PROGRAMME, Held, Plan
from core.timeline import local_day, stamp
from core.vocabulary import OCCUPYING, MachineStatus, Reason, ReservationKind

FOR_ALL = "GEN"  # R22: a day pass opens the machines that ask for general safety alone


def down(request: Request) -> Found:
    """The machine is out of order for now; nobody knows until when."""
    return ({"status": request.policy.status.value},) if request.policy.status in DOWN else NO


def without_resource(request: Request) -> Found:
    """Something that the machine depends on is down; nobody knows until when (R49)."""
    return tuple({"resource": name} for name in request.policy.lacks)


def overdue(request: Request) -> Found:
    """Its upkeep is long due; nobody books it before that is done (R48)."""
    return ({},) if request.policy.overdue else NO


def unread(request: Request) -> Found:
    """The machine works in part, and what about it was not read yet (E32)."""
    degraded = request.policy.status is MachineStatus.DEGRADED
    if not degraded or not request.rules.note or request.wanted.read:
        return NO
    return ({"status": request.policy.status.value, "note": request.rules.note},)


def for_staff(request: Request) -> Found:
    """Only staff book it for now."""
    member = STAFF.isdisjoint(request.wanted.roles)
    return ({},) if request.policy.status is MachineStatus.STAFF_ONLY and member else NO


def lacking(request: Request) -> Iterable[Refusal]:
    """What the person lacks, less what a training booked will grant in time (R14)."""
    return (one for one in request.rules.missing if not waived(request, one))


def waived(request: Request, lack: Refusal) -> bool:
    """Whether a slot may stand conditionally: the training comes first, and there is a day to spare."""
    early = request.wanted.start - request.now > timedelta(hours=request.terms.conditional_h)
    return early and lack.code is Reason.CERT_MISSING and lack.params.get("course") in request.rules.promised


def too_young(request: Request) -> Found:
    """Under the least age at the slot's start (R23)."""
    years = request.terms.min_age
    return NO if request.age is None or request.age >= years else ({"age": years},)


def without_guardian(request: Request) -> Found:
    """A minor whose guardian's consent does not reach the slot's start (R23)."""
    start, until = request.wanted.start, request.holder.consent_until
    if not request.minor or (until is not None and start < until):
        return NO
    return ({"guardian": ADULT},)


def beyond_day_pass(request: Request) -> Found:
    """A day pass holds on its date, and on machines that ask for general safety alone (R22)."""
    holder = request.holder
    if holder.plan is not Plan.GUEST or holder.pass_day is None:
        return NO
    if local_day(request.wanted.start, request.zone) != holder.pass_day:
        return ({"day": holder.pass_day.isoformat()},)
    return NO


def pass_too_small(request: Request) -> Found:
    """The certificates that a day pass does not carry (R22)."""
    if request.holder.plan is not Plan.GUEST:
        return NO
    return tuple({"course": course} for course in request.policy.needs if course != FOR_ALL)


def without_host(request: Request) -> Found:
    """A guest outside an Openlab needs somebody of the house (R22)."""
    guest = request.holder.plan is Plan.GUEST
    return ({"host": 1},) if guest and not request.holder.host else NO


def barred(request: Request) -> Found:
    """Booking ahead is off for a while (R53); a walk-up is not booked here."""
    until = request.holder.barred_until
    if until is None or until <= request.now or request.wanted.programme:
        return NO
    return ({"until": stamp(until)},)


def not_here(request: Request) -> Found:
    """This machine never runs without its holder (R13)."""
    return ({"field": "kind"},) if request.wanted.runs_alone and not request.terms.unattended else NO


def concurrent(request: Request) -> Found:
    """Somebody cannot be at two machines at once, and leaves two alone at most (R16, E11)."""
    wanted = request.wanted
    if wanted.programme or request.backwards:
        return NO
    start, end = wanted.start, wanted.end
    rivals = [one for one in request.own if one.start < end and start < one.end and _rivals(request, one)]
    if rivals and overlapping(request):  # then his own slot on this machine is an overlap like any other
        rivals = [one for one in rivals if one.machine != request.policy.id]
    most = request.terms.most_unattended if wanted.runs_alone else request.terms.most_attended
    if _at_once(rivals, wanted.start) < most:
        return NO
    first = min(rivals, key=lambda one: (one.start, one.id))
    return ({**_where(first), "most": most},)


def _rivals(request: Request, one: Held) -> bool:
    """Whether a slot meanwhile takes the same pair of hands: a programme's does not, nor does a group's."""
    wanted = request.wanted
    same_group = wanted.kind is ReservationKind.GROUP is one.kind and one.span == wanted.span
    alone = one.kind is ReservationKind.UNATTENDED
    alike = alone == wanted.runs_alone and one.kind not in PROGRAMME and not same_group
    return alike and one.status in OCCUPYING


def _at_once(rivals: Sequence[Held], start: datetime) -> int:
    """How many of these run at one instant of the slot, at most: at one of their starts, or at the slot's."""
    instants = {max(start, one.start) for one in rivals}
    return max((sum(one.span.holds(at) for one in rivals) for at in instants), default=0)


def _where(one: Held) -> Params:
    return {"machine": one.machine, "start": stamp(one.start), "end": stamp(one.end)}

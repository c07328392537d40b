"""May this badge use this machine now, until when, and if not: what is missing, all of it?

The one decision of the house: the web ("why not?", the key is the person's id), the hub over MQTT and
the node offline all ask here. REFUSALS is the policy, in order of rank (R62). Law: allowed now means
allowed at every instant before `until`, but for LAST_START and TOO_SHORT, which refuse only a start.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from core.calendars import next_start
from core.case import Case, Decision, Kind, Lock, Objection, OpenSession, Situation
from core.grants import CERTIFICATES, LEARNING, RESTING, MachineView, Params, Refusal
from core.next_steps import NEXT
from core.timeline import Span, clock, stamp
from core.vocabulary import GrantLevel, Inhibit, LockKind, MachineStatus, Reason, SessionKind

__all__ = [
    "NEXT",
    "REFUSALS",
    "Case",
    "Decision",
    "Kind",
    "Lock",
    "Objection",
    "OpenSession",
    "Situation",
    "decide",
    "objection",
    "stays",
]

STARTS_ONLY = frozenset({Reason.LAST_START, Reason.TOO_SHORT})  # these never end what has begun
RUN_OUT = frozenset(
    {Reason.MEMBER_EXPIRED, Reason.CERT_EXPIRED, Reason.CERT_DORMANT, Reason.CERT_PROVISIONAL, Reason.CHARTER}
)
DOWN = frozenset({MachineStatus.OUT_OF_ORDER, MachineStatus.MAINTENANCE, MachineStatus.DECOMMISSIONED})

Found = Sequence[Params]
Rules = tuple[tuple[Reason, Callable[[Case], "Sequence[Params]"]], ...]
_YES: Found = ({},)
_NO: Found = ()


def stopped(case: Case) -> Found:
    """The emergency stop is pressed or waits for its reset."""
    return _YES if Inhibit.ESTOP in case.situation.inhibits else _NO


def locked_out(case: Case) -> Found:
    """Somebody holds a lockout; his own does not hinder the one who holds them all."""
    locked = Inhibit.LOCKOUT in case.situation.inhibits or _locks(case, LockKind.LOCKOUT)
    return _YES if locked and not case.maintaining else _NO


def faulted(case: Case) -> Found:
    """The relay does not obey, or the journal cannot be written."""
    return _YES if case.situation.inhibits & {Inhibit.FAULT, Inhibit.JOURNAL} else _NO


def drawing(case: Case) -> Found:
    """The machine draws current while it should be off."""
    return _YES if case.situation.drawing and case.situation.session is None else _NO


def down(case: Case) -> Found:
    """Out of order, in danger or under the bypass key."""
    stops = case.situation.inhibits & {Inhibit.DANGER, Inhibit.OUT, Inhibit.BYPASS}
    hindered = bool(stops) or _locks(case, LockKind.DANGER) or _locks(case, LockKind.OUT)
    status = case.policy.status
    return ({"status": status.value},) if (hindered and not case.maintaining) or _is_down(case) else _NO


def without_resource(case: Case) -> Found:
    """The machine's extraction is missing, or what it shares is down: an OUT, which hinders no maintainer (R49)."""
    own = ("extraction",) if Inhibit.EXTRACTION in case.situation.inhibits else ()
    shared = () if case.maintaining else case.policy.lacks
    return tuple({"resource": name} for name in dict.fromkeys((*own, *shared)))


def overdue(case: Case) -> Found:
    """Its upkeep is long due (R48); whoever works on it under his own lock is not hindered."""
    return _YES if case.policy.overdue and not case.maintaining else _NO


def view_too_old(case: Case) -> Found:
    """The view is past its age and the hub has not answered (I16)."""
    if case.situation.fresh or case.kind is Kind.MAINTENANCE:
        return _NO
    age_s, limit_h = case.situation.view_age_s, case.policy.age_limit_h
    old = age_s is None or age_s > limit_h * 3600 or Inhibit.STALE in case.situation.inhibits
    return ({"limit_h": limit_h},) if old else _NO


def unknown_badge(case: Case) -> Found:
    """Nobody in the view has this badge."""
    return _YES if case.person is None and case.key not in case.view.refusals else _NO


def known_against(code: Reason) -> Callable[[Case], Found]:
    """What the hub knows against the person: taken from the view, where no grant holds."""

    def found(case: Case) -> Found:
        if case.grant:
            return _NO
        against = case.view.refusals.get(case.key, ())
        return tuple(refusal.params for refusal in against if refusal.code is code)

    return found


def lapsed(case: Case) -> Found:
    """The membership is over, or a grant ended that the view says no more of."""
    silent = case.person and not case.grant and not case.view.refusals.get(case.key)
    return _YES if silent else known_against(Reason.MEMBER_EXPIRED)(case)


def for_staff(case: Case) -> Found:
    """Only staff use this machine for now."""
    return _YES if case.policy.status is MachineStatus.STAFF_ONLY and not case.staff else _NO


def closed(case: Case) -> Found:
    """The house is closed for this person, or its machines are off (R04)."""
    if case.opening or case.kind is Kind.MAINTENANCE or case.alone:
        return _NO
    opens = next_start(case.open_time, case.now)
    return ({"opens": stamp(opens) if opens else None},)


def too_loud(case: Case) -> Found:
    """It is quiet time, and the machine is none that may run then (R10); its maintainer answers for himself."""
    policy, quiet_at = case.policy, case.quiet_at
    if quiet_at is None or quiet_at > case.now or case.kind is Kind.MAINTENANCE:
        return _NO
    return ({"from": clock(policy.quiet_from_min or 0), "to": clock(policy.quiet_to_min or 0)},)


def occupied(case: Case) -> Found:
    """Somebody else's session runs on the only seat."""
    session = case.situation.session
    if session is None or case.policy.seats > 1:
        return _NO
    return ({"until": stamp(session.until) if session.until else None},)


def reserved_by_other(case: Case) -> Found:
    """The slot is another's, who came or whose grace still runs (R34)."""
    if case.taken_by is None or case.kind is Kind.MAINTENANCE:
        return _NO
    held = case.taken_by.start + timedelta(minutes=case.policy.grace_min)
    came = case.taken_by.id in case.situation.arrived
    return ({"until": stamp(case.taken_by.end), "held": None if came else stamp(held)},)


def no_walk_up(case: Case) -> Found:
    """This machine wants a reservation."""
    return _YES if case.kind is Kind.WALK_UP and not case.policy.walkup else _NO


def last_start(case: Case) -> Found:
    """It is too near to closing for a walk-up (R04, E04)."""
    if case.kind is not Kind.WALK_UP or case.opening is None:
        return _NO
    before = case.policy.last_start_min - case.policy.machines_off_min
    last = case.opening.end - timedelta(minutes=before)
    return ({"last": stamp(last)},) if case.now > last else _NO


def too_short(case: Case) -> Found:
    """A walk-up would have too little time (R33, S14)."""
    if case.kind is not Kind.WALK_UP or case.opening is None or case.taken_by or case.until is None:
        return _NO
    if case.until <= case.now:
        return _NO  # it is quiet time already, and that is said
    least = timedelta(minutes=case.policy.walkup_least_min)
    return ({"minutes": Span(case.now, case.until).minutes},) if case.until - case.now < least else _NO


def _locks(case: Case, kind: LockKind) -> bool:
    return any(lock.kind is kind for lock in case.situation.locks)


def _is_down(case: Case) -> bool:
    own_work = case.maintaining and case.policy.status is not MachineStatus.DECOMMISSIONED
    return case.policy.status in DOWN and not own_work


REFUSALS: Rules = (
    (Reason.ESTOP, stopped),  # safety
    (Reason.LOCKOUT, locked_out),
    (Reason.FAULT, faulted),
    (Reason.DRAWING, drawing),
    (Reason.MACHINE_DOWN, down),
    (Reason.RESOURCE_DOWN, without_resource),
    (Reason.MAINTENANCE, overdue),
    (Reason.STALE, view_too_old),  # trust
    (Reason.BADGE_UNKNOWN, unknown_badge),  # who
    (Reason.BADGE_LOST, known_against(Reason.BADGE_LOST)),
    (Reason.SEE_DESK, known_against(Reason.SEE_DESK)),
    (Reason.MEMBER_SUSPENDED, known_against(Reason.MEMBER_SUSPENDED)),
    (Reason.MEMBER_EXPIRED, lapsed),
    (Reason.CHARTER, known_against(Reason.CHARTER)),
    (Reason.AGE, known_against(Reason.AGE)),
    (Reason.CERT_SUSPENDED, known_against(Reason.CERT_SUSPENDED)),  # can they
    (Reason.CERT_REVOKED, known_against(Reason.CERT_REVOKED)),
    (Reason.CERT_MISSING, known_against(Reason.CERT_MISSING)),
    (Reason.CERT_PROVISIONAL, known_against(Reason.CERT_PROVISIONAL)),
    (Reason.CERT_EXPIRED, known_against(Reason.CERT_EXPIRED)),
    (Reason.CERT_DORMANT, known_against(Reason.CERT_DORMANT)),
    (Reason.STAFF_ONLY, for_staff),  # when
    (Reason.LAB_CLOSED, closed),
    (Reason.QUIET, too_loud),
    (Reason.BUDDY, lambda case: case.too_alone),
    (Reason.OCCUPIED, occupied),
    (Reason.RESERVED_OTHER, reserved_by_other),
    (Reason.LEAD, no_walk_up),
    (Reason.LAST_START, last_start),
    (Reason.TOO_SHORT, too_short),
)

# What cannot refuse is not asked: a tap waits for every question. The law in the tests: the answer is the same.
_OF_PERSON = CERTIFICATES | {
    Reason.BADGE_UNKNOWN,
    Reason.BADGE_LOST,
    Reason.SEE_DESK,
    Reason.MEMBER_SUSPENDED,
    Reason.MEMBER_EXPIRED,
    Reason.CHARTER,
    Reason.AGE,
}
AT_THE_MACHINE = frozenset(
    {
        Reason.ESTOP,
        Reason.LOCKOUT,
        Reason.FAULT,
        Reason.DRAWING,
        Reason.MACHINE_DOWN,
        Reason.RESOURCE_DOWN,
        Reason.MAINTENANCE,
        Reason.OCCUPIED,
    }
)
"""What stands against the machine itself, whoever taps; no answer of a hub changes it, so a doorman asks for none."""

_GRANTED = tuple(one for one in REFUSALS if one[0] not in _OF_PERSON)
_CLEAR = tuple(one for one in _GRANTED if one[0] not in AT_THE_MACHINE)


def _rules(case: Case) -> Rules:
    """The refusals that may apply: with a grant nothing against the person, at a clear machine nothing against that."""
    if case.grant is None:
        return REFUSALS
    at, policy = case.situation, case.policy
    down_here = policy.status in DOWN or policy.lacks or policy.overdue
    hindered = at.inhibits or at.locks or at.session or at.drawing or down_here
    return _GRANTED if hindered else _CLEAR


def objection(code: Reason, params: Params | None = None) -> Objection:
    """An objection with the next step that belongs to its code."""
    return Objection(code, params or {}, NEXT.get(code))


def decide(key: str, view: MachineView, now: datetime, situation: Situation) -> Decision:
    """May the badge (or person) `key` use the machine at `now`? Everything against it at once."""
    case = Case(key, view, now, situation)
    if case.mine:
        until = case.situation.session.until if case.situation.session else None
        return Decision(
            allowed=True, until=until, objections=(), kind=Kind.END, booking=case.own, grant=case.person
        )
    against = tuple(objection(code, params) for code, refuses in _rules(case) for params in refuses(case))
    until = None if against else case.until
    return Decision(not against, until, against, case.kind, case.own, case.grant)


def stays(session: OpenSession, view: MachineView) -> tuple[Objection, ...]:
    """What a new view says against the session that runs: revoked or suspended, never a mere expiry.

    A grant that ran out lets the session finish (R24, E16); only its removal is a cause to stop.
    """
    if session.kind is SessionKind.MAINTENANCE or _granted(session, view):  # a lock ends maintenance
        return ()
    refused = view.refusals.get(session.key or session.who, ())
    causes = tuple(one for one in refused if not _bearable(one, session))
    if refused and not causes:
        return ()
    return tuple(objection(one.code, one.params) for one in causes) or (objection(Reason.BADGE_UNKNOWN),)


def _bearable(one: Refusal, session: OpenSession) -> bool:
    """What lets a session finish: a right that ran out, a badge that rests, what a supervisor makes up for."""
    return one.code in RUN_OUT or one == RESTING or (session.responsible is not None and one.code in LEARNING)


def _granted(session: OpenSession, view: MachineView) -> bool:
    his = [one for one in view.grants.values() if session.who == one.who or session.key == one.key]
    held = [one for one in his if session.key in {None, one.key}]
    return any(one.level != GrantLevel.SUPERVISED or session.responsible for one in held)

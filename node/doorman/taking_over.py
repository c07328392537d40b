"""May somebody else take over a machine that its holder has left idle? (docs/decisions/0007)

Unlike the hand-over (R39) nobody's slot has begun: the session of one who is away, or forgot to tap, goes to one who
is there. Only idle and without an inhibit, as every hand-over; after the machine was idle long enough, or for staff;
never a print left alone, never the time that somebody has booked; and the taker's own right must stand.
"""

from dataclasses import replace
from typing import Final

from core.access import Decision, Kind, OpenSession, decide
from core.grants import STAFF, Grant, MachineView
from core.vocabulary import Phase, ReservationKind, SessionKind
from node.doorman.knowledge import Knowledge

MINUTE_MS: Final = 60_000
STARTS: Final = frozenset({Kind.USE, Kind.WALK_UP})


def decision(key: str, known: Knowledge, idle_ms: int | None) -> Decision | None:
    """The decision that lets this badge take over now; `idle_ms`: since when the machine is idle. None: it may not."""
    state, view, session = known.keeper.state, known.view, known.session()
    if state is None or view is None or session is None or session.kind is not SessionKind.USE:
        return None
    if (
        state.phase is not Phase.IN_USE
        or state.busy
        or state.inhibits
        or known.sitting(session.id).first_layer
    ):
        return None
    person = view.grants.get(key)
    if person is None or person.pin or person.who == session.who or not _long_enough(person, known, idle_ms):
        return None
    situation = replace(known.situation(), session=None)
    alone = decide(key, _without(view, session), known.now(), situation)
    return alone if alone.allowed and alone.kind in STARTS else None


def _long_enough(person: Grant, known: Knowledge, idle_ms: int | None) -> bool:
    """Idle as long as the machine's rule says; staff need not wait. What cannot be sensed is never idle."""
    machine = known.view.machine if known.view is not None else None
    if machine is None or machine.sensor == "none" or not machine.takeover_min or idle_ms is None:
        return False
    waited = known.mono_ms() - idle_ms >= machine.takeover_min * MINUTE_MS
    return waited or not STAFF.isdisjoint(person.roles)


def _without(view: MachineView, session: OpenSession) -> MachineView:
    """The view without the walk-up of the one who is away: it goes with his session; what he booked stays his."""
    his = [one for one in view.bookings if one.who == session.who and one.kind is ReservationKind.WALKUP]
    return replace(view, bookings=tuple(one for one in view.bookings if one not in his))

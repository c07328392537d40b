"""May the next booker take the machine over from one who is through? And who has come to wait?

R39: only when the machine is idle and without an inhibit. R32: a tap while the one before overruns
counts as arrived.
"""

from dataclasses import replace

from core.access import Decision, Kind, decide
from core.vocabulary import Phase, SessionKind
from node.doorman.knowledge import Knowledge

POWERED = frozenset({Phase.IN_USE, Phase.ENDING})


def decision(key: str, known: Knowledge) -> Decision | None:
    """The decision that lets this badge take over now; None when it may not."""
    state, view = known.keeper.state, known.view
    if state is None or view is None or state.session is None or state.session.kind is not SessionKind.USE:
        return None
    if state.phase not in POWERED or state.busy or state.inhibits:
        return None
    now = known.now()
    alone = decide(key, view, now, replace(known.situation(), session=None))
    begun = alone.booking is not None and alone.booking.start <= now
    return alone if alone.allowed and alone.kind is Kind.USE and begun else None


def note_arrival(who: str | None, known: Knowledge) -> None:
    """Somebody whose slot has begun came while the machine is another's."""
    if who is None or known.view is None or known.session() is None:
        return
    now = known.now()
    slots = (one for one in known.view.bookings if one.who == who and one.start <= now < one.end)
    known.arrived.update(one.id for one in slots)
    known.keep()

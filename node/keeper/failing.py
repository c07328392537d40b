"""Which fault is it? A word for the display beside the FAULT that cuts: what failed decides what a person does.

`welded`: the relay was told to open and its contact is closed; `dead`: told to close and it is open; `drawing`:
power is drawn while it is off; `self-check`: wrong before the start; `memory`: what was latched may be lost.
"""

from typing import Final

from core.interlock import Energise, Event, SelfcheckBad, SetInhibit
from core.vocabulary import Inhibit
from node.ports import Inputs

WELDED: Final = "welded"
DEAD: Final = "dead"
DRAWING: Final = "drawing"
SELF_CHECK: Final = "self-check"
MEMORY: Final = "memory"
CAUSES: Final = {"power-without-session": DRAWING, "memory lost": MEMORY}


def fault_of(event: Event, seen: Inputs) -> str | None:
    """The word, when `event` has set FAULT; `seen` are the contacts at that moment."""
    if isinstance(event, SelfcheckBad):
        return WELDED if seen.feedback else SELF_CHECK
    if isinstance(event, Energise):  # the table refuses it while the machine draws
        return DRAWING
    if isinstance(event, SetInhibit) and event.inhibit is Inhibit.FAULT:
        return CAUSES.get(str(event.cause)) or (WELDED if seen.feedback else DEAD)
    return None

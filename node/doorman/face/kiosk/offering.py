"""Which buttons does the tablet offer at this moment? What is not offered here cannot be pressed. Pure."""

from collections.abc import Iterator
from typing import Final

from core.vocabulary import Inhibit, Phase, SessionKind, Trouble
from node.doorman.events import Button
from node.doorman.showing import Showing

CATEGORIES: Final = tuple(one.value for one in Trouble)
SEVERITIES: Final = ("notice", "fault", "danger")
PIN_DIGITS: Final = range(4, 13)
PADS: Final = frozenset({"PIN", "PIN_WRONG"})
SILENT: Final = frozenset({"DENY", "CHECKING"}) | PADS
RUNNING: Final = frozenset({"WELCOME", "RUNNING", "ENDING", "OVERRUN", "EXTENDED", "IDLE_SOON"})
ASKED: Final = {"CHECK": "confirm", "SIGN_OFF": "cancel"}  # the one answer to what the box asks
NOBODYS: Final = frozenset({"FREE", "RESERVED_WAIT", "OFFLINE"})

Offer = tuple[Button, str]
"""The button and the key of its words."""


def offered(showing: Showing, name: str) -> tuple[Offer, ...]:
    """The buttons beside the screen `name`, the likeliest first."""
    if not showing.keeper or showing.phase is None or name in SILENT:
        return ()
    return tuple(_offers(showing, name))


def _offers(showing: Showing, name: str) -> Iterator[Offer]:
    guest = showing.guest
    if name in ASKED:
        yield Button.EXTEND, ASKED[name]
        return
    if guest is not None:
        if guest.kind is SessionKind.USE and guest.until is not None and name in RUNNING:
            yield Button.EXTEND, "extend"
        if showing.phase in (Phase.STARTING, Phase.IN_USE):
            yield Button.FINISH, "finish"
    if Inhibit.DANGER not in showing.inhibits:
        yield Button.REPORT, "report"
    if guest is None and showing.taught and name in NOBODYS:
        yield Button.EXTEND, "sign"

"""What do the buttons say, and what is asked after them? Words for the tablet's panels, finished. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from node.doorman.events import Button
from node.doorman.face.kiosk.offering import CATEGORIES, PADS, PIN_DIGITS, SEVERITIES, Offer
from node.doorman.face.kiosk.speech import say
from node.doorman.showing import Showing

MAIN: Final = frozenset({"extend", "confirm"})

Told = dict[str, Any]


def panel(showing: Showing, buttons: Sequence[Offer], lang: str) -> Told:
    """The buttons, and what they ask: `sure` before the end of a session, `report` after its button."""
    offers = {button for button, _ in buttons}
    return {
        "buttons": [{"do": button, "text": say(key, lang), "main": key in MAIN} for button, key in buttons],
        "sure": _sure(showing, lang) if Button.FINISH in offers else {},
        "report": _report(lang) if Button.REPORT in offers else {},
        "tools": _tools(lang) if Button.REPORT in offers else {},
        "sorry": {"late": say("too_late", lang), "lost": say("not_sent", lang)} if buttons else {},
    }


def pad(name: str, lang: str) -> Told:
    """The pad of digits, while the screen asks for a code."""
    if name not in PADS:
        return {}
    return {
        "head": say("pin" if name == "PIN" else "pin_again", lang),
        "least": PIN_DIGITS.start,
        "most": PIN_DIGITS.stop - 1,
        "go": say("pin_go", lang),
        "delete": say("pin_delete", lang),
        "late": say("too_late", lang),
    }


def _sure(showing: Showing, lang: str) -> Told:
    return {
        "head": say("finish_sure", lang),
        "note": say("finish_soft" if showing.finishes else "finish_hard", lang),
        "go": say("finish", lang),
        "back": say("go_on", lang),
    }


def _tools(lang: str) -> Told:
    """What helps before a job: is this material allowed, is there time enough?"""
    verdicts = {one: say(f"materials_{one}", lang) for one in ("ok", "ask", "never")}
    return {
        "materials": say("materials", lang),
        "verdicts": verdicts,
        "time": say("time", lang),
        "back": say("back", lang),
    }


def _report(lang: str) -> Told:
    return {
        "what": say("report_what", lang),
        "help": say("report_help", lang),
        "categories": [{"id": one, "text": say(f"category_{one}", lang)} for one in CATEGORIES],
        "how": say("report_how", lang),
        "severities": [{"id": one, "text": say(f"severity_{one}", lang)} for one in SEVERITIES],
        "back": say("back", lang),
    }

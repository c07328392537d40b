"""What is filled into a screen's text? One small function for each state that has something to fill in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import ceil
from typing import Final

from core.vocabulary import Inhibit
from node.doorman.checklist import TRAINEE, TRAINER, said
from node.doorman.face.texts import WIDTH, Fields, away, clock, date, day, fault, lines
from node.doorman.showing import Showing

BUTTON: Final = "danger"  # what the hub writes down for the report button


def fields_of(name: str, showing: Showing, lang: str) -> Fields:
    """The values for the placeholders of the state `name`; what is unknown is left out."""
    if name == "CLOSED":
        opens = showing.opens
        return {"day2": day(opens, showing.zone, lang), "hh:mm": clock(opens, showing.zone)}
    if name == "FAULT":
        return failed(showing.fault, lang)
    if name == "SIGN_OFF":
        return {**_word(showing), **_badge(showing, lang)}
    if name == "OUT_OF_ORDER":
        return _out(showing, lang)
    if name in {"RESOURCE", "RESOURCE_OTHER"}:
        return missed(next(iter(showing.lacks), ""), lang)
    return _FILLED[name](showing) if name in _FILLED else {}


def lost(thing: str) -> str:
    """The state that says that this thing is away: the extraction has one of its own."""
    if thing == "extraction":
        return "EXTRACTION"
    return "RESOURCE" if away(thing, "en") else "RESOURCE_OTHER"


def missed(thing: str, lang: str) -> Fields:
    """What is away, by its kind in the reader's language, else by the name that staff gave it."""
    return {"thing21": away(thing, lang) or thing}


def failed(which: str, lang: str) -> Fields:
    """Which fault."""
    return {"what14": fault(which, lang)[0]}


def _free(showing: Showing) -> Fields:
    """The next slot of this day; an hour without its day would be read as today's."""
    slot, zone = showing.slot, showing.zone
    if slot is None or slot.start <= showing.now or date(slot.start, zone) != date(showing.now, zone):
        return {}
    return {"hh:mm": clock(slot.start, zone)}


def _reserved(showing: Showing) -> Fields:
    slot = showing.slot
    if slot is None:
        return {}
    held = minutes(showing.now, slot.held_until)
    return {"first10": slot.name, "hh:mm": clock(slot.end, showing.zone), "mm": held}


def _guest(showing: Showing) -> Fields:
    guest = showing.guest
    if guest is None:
        return {}
    left = minutes(showing.now, guest.until) if guest.until else ""
    return {"first10": guest.name, "hh:mm": clock(guest.until, showing.zone), "mm": left}


def _next(showing: Showing) -> Fields:
    guest, slot = showing.guest, showing.slot
    left = minutes(showing.now, guest.until) if guest and guest.until else "0"
    return {"mm": left, "first10": slot.name if slot else ""}


def _over(showing: Showing) -> Fields:
    """Whoever has the next slot waits only once it has begun."""
    guest, slot = showing.guest, showing.slot
    over = minutes(guest.until, showing.now) if guest and guest.until else "0"
    waits = slot is not None and slot.start <= showing.now
    return {"mm": over.rjust(2, "0"), "first10": slot.name if slot and waits else ""}


def _extraction(showing: Showing) -> Fields:
    if showing.phase_until_ms is None:
        return {}
    return {"m:ss": _counted(showing.phase_until_ms - showing.now_ms)}


def _view(showing: Showing) -> Fields:
    return {"dd/mm": date(showing.view_of, showing.zone), "hh:mm": clock(showing.view_of, showing.zone)}


def _down(showing: Showing) -> Fields:
    down = showing.down
    return {"first10": down.owner, "reason20": down.reason, "dd/mm": date(down.since, showing.zone)}


def _out(showing: Showing, lang: str) -> Fields:
    """Why: staff's own words; of the button beside the machine there are none, so ours."""
    fields, danger = _down(showing), Inhibit.DANGER in showing.inhibits
    if danger and showing.down.reason in ("", BUTTON):
        return {**fields, "reason20": lines("REASON_DANGER", lang, {})[0]}
    return fields


def _extended(showing: Showing) -> Fields:
    return {"hh:mm": clock(showing.said.until, showing.zone)} if showing.said else {}


def _word(showing: Showing) -> Fields:
    """What the word to the person says: another's name, an item, the time left."""
    said = showing.said
    if said is None:
        return {}
    head, rest = _split(said.text)
    left_ms = max(0, (said.ends_ms or showing.now_ms) - showing.now_ms)
    number, of = said.page
    return {
        "first10": said.name,
        "first8": said.name,
        "cert16": said.text,
        "text21": head,
        "rest21": rest,
        "ss": str(min(99, ceil(left_ms / 1000))),
        "m:ss": _counted(left_ms),
        "n": str(min(9, number)),
        "m": str(min(9, of)),
    }


def _badge(showing: Showing, lang: str) -> Fields:
    """Whose badge is waited for, and who is next in line."""
    told = showing.said
    if told is None:
        return {}
    badge = said(TRAINEE if told.text == TRAINEE["id"] else TRAINER, lang)
    head, rest = _split(f"{badge}: {told.name}" if told.name else badge)
    return {"text21": head, "rest21": rest}


def _split(text: str) -> tuple[str, str]:
    """A text on two lines, broken between words where it can be."""
    if len(text) <= WIDTH:
        return text, ""
    at = text.rfind(" ", 0, WIDTH + 1)
    return (text[:at], text[at + 1 :]) if at > 0 else (text[:WIDTH], text[WIDTH:])


def _counted(left_ms: int) -> str:
    """`2:31`, begun seconds counted, at most 9:59."""
    left_s = min(599, max(0, ceil(left_ms / 1000)))
    return f"{left_s // 60}:{left_s % 60:02}"


_FILLED: Final[Mapping[str, Callable[[Showing], Fields]]] = {
    "FREE": _free,
    "RESERVED_WAIT": _reserved,
    "WELCOME": _guest,
    "RUNNING": _guest,
    "MAINT_RUNNING": _guest,
    "ENDING": _next,
    "OVERRUN": _over,
    "PRE_RUN": _extraction,
    "RUN_ON": _extraction,
    "OFFLINE": _view,
    "STALE": _view,
    "MAINT": _down,
    "EXTENDED": _extended,
    "SUPERVISE": _word,
    "ENROL": _word,
    "CHECK": _word,
    "SIGNED": _word,
    "IDLE_SOON": _word,
    "PIN": _word,
    "TAKE_OVER": _word,
    "BRING": _word,
    "PIN_WRONG": _word,
}


def minutes(start: datetime, end: datetime) -> str:
    """Whole minutes from one instant to another, begun ones counted, 0 to 99."""
    return str(max(0, min(99, ceil((end - start).total_seconds() / 60))))

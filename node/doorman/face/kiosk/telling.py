"""What does the tablet say at this moment? One small JSON of finished sentences; the page only lays them out. Pure.

Rules: no more about anybody than the display may show; a refusal is told to the person, in his language;
`kind` is the colour of visual.md; whatever has no layout of its own says the display's four lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Final

from core.vocabulary import Inhibit, Phase
from node.doorman.face import denials
from node.doorman.face.fields import fields_of
from node.doorman.face.kiosk.asking import pad, panel
from node.doorman.face.kiosk.estimating import estimates
from node.doorman.face.kiosk.offering import offered
from node.doorman.face.kiosk.pressing import turn_of
from node.doorman.face.kiosk.ruler import ruler
from node.doorman.face.kiosk.speech import at, say
from node.doorman.face.qr import modules
from node.doorman.face.screens import INHIBITED, TURN_MS, added, address, screen
from node.doorman.face.texts import LANGUAGES, clock, day, lines
from node.doorman.showing import Showing, Slot, Word

DENIED_MS: Final = 30_000  # visual.md: a refusal returns after 30 s
KINDS: Final[Mapping[str, str]] = {
    "FREE": "free",
    "RESERVED_WAIT": "booked",
    "CLOSED": "closed",
    "CHECKING": "use",
    "PRE_RUN": "use",
    "WELCOME": "use",
    "RUNNING": "use",
    "MAINT_RUNNING": "use",
    "EXTENDED": "use",
    "SUPERVISE": "use",
    "REBADGE": "use",
    "ENROL": "use",
    "CHECK": "use",
    "SIGN_OFF": "use",
    "SIGNED": "use",
    "NOTED": "use",
    "PIN": "use",
    "TAKE_OVER": "use",
    "BRING": "use",
    "PIN_WRONG": "use",
    "ENDING": "ending",
    "FINISHING": "ending",
    "OVERRUN": "ending",
    "RUN_ON": "ending",
    "IDLE_SOON": "ending",
    "NOT_READY": "offline",
}  # all others are out of order
COUNTED: Final = frozenset({"WELCOME", "RUNNING", "ENDING", "OVERRUN"})
IDLE: Final = frozenset({"FREE", "RESERVED_WAIT", "CLOSED"})
QUIET: Final = 4  # modules of white around a code

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page adds to its question: the stamp of a refusal that its reader closed, the language chosen."""

    closed: str = ""
    lang: str = ""


PLAIN: Final = Asked()


def told(showing: Showing, site: str = "", asked: Asked = PLAIN) -> Told:
    """The page's whole content. `stamp` changes when something happened, not when time goes by."""
    name = screen(replace(showing, online=True), site).name
    stamp = f"{name} {showing.said.since_ms if showing.said else 0}"
    if _still_denied(showing):
        name, stamp = "DENY", f"DENY {showing.said.since_ms if showing.said else 0}"
        if stamp == asked.closed:
            return told(replace(showing, said=None), site, asked)
    own = _own_language(showing, name)
    lang = own or _turn_of_language(showing, name, asked.lang)
    if name == "DENY":
        body = _refusal(showing, site, lang)
    elif name in COUNTED and showing.guest is not None and showing.guest.until is not None:
        body = _counted(showing, name, lang)
    elif name in IDLE:
        body = _idle(showing, name, lang)
    else:
        body = _plain(showing, _blocked(showing, name), lang, site)
    buttons = offered(showing, name)
    return {
        **_frame(showing, lang),
        **body,
        **panel(showing, buttons, lang),
        "pad": pad(name, lang),
        "estimates": estimates(showing, lang) if name in COUNTED | IDLE else [],
        "choose": own is None,
        "turn": turn_of(showing),
        "stamp": stamp,
    }


def _frame(showing: Showing, lang: str) -> Told:
    runs = showing.extraction and showing.phase not in (None, Phase.IDLE)
    good = runs and Inhibit.EXTRACTION not in showing.inhibits
    return {
        "lang": lang,
        "machine": showing.machine,
        "title": showing.title,
        "clock": clock(showing.now, showing.zone),
        "extraction": say("extraction", lang) if good else "",
        "offline": "" if showing.online else say("offline", lang),
        "lost": [say("lost", lang), say("lost_hint", lang)],
        "idle": showing.phase is Phase.IDLE,
        "family": showing.family,
        "others": [],
        "small": "",
        "facts": [],
        "hint": "",
        "side": {},
    }


def _own_language(showing: Showing, name: str) -> str | None:
    """The language of the person who is meant, where one is."""
    said, guest = showing.said, showing.guest
    spoken = said.lang if said and name not in IDLE else guest.lang if guest else None
    return spoken if spoken in LANGUAGES else None


def _turn_of_language(showing: Showing, name: str, chosen: str) -> str:
    """The one chosen on the tablet; else French first, and what has to be read goes round as on the display."""
    if chosen in LANGUAGES:
        return chosen
    return LANGUAGES[0] if name in IDLE else LANGUAGES[showing.now_ms // TURN_MS % len(LANGUAGES)]


def _still_denied(showing: Showing) -> bool:
    said = showing.said
    denied = said is not None and said.word is Word.DENIED and bool(said.objections)
    return bool(denied and said and showing.keeper and showing.now_ms - said.since_ms < DENIED_MS)


def _refusal(showing: Showing, site: str, lang: str) -> Told:
    said = showing.said
    if said is None:
        return {}
    there = address(showing, site) if denials.helped(said) else ""
    return {
        "kind": "deny",
        "word": say("not_yet", lang),
        "cards": [_card(page) for page in denials.each(said, lang, showing.zone)],
        "close": say("close", lang),
        "left_s": ceil((DENIED_MS - (showing.now_ms - said.since_ms)) / 1000),
        "side": {"head": say("scan", lang) if there else "", "qr": _code(there), "note": say("off", lang)},
    }


def _card(page: tuple[str, ...]) -> dict[str, str]:
    """What is missing, with the course it is about; then what to do."""
    first, *rest = [line for line in page if line]
    if first.endswith(":") and rest:
        first = f"{first[:-1]} {rest.pop(0)}"
    return {"what": first, "way": " ".join(rest)}


def _code(there: str) -> dict[str, object]:
    rows = modules(there)
    if rows is None:
        return {}
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return {"size": len(rows) + 2 * QUIET, "path": path}


def _idle(showing: Showing, name: str, lang: str) -> Told:
    word = {"FREE": "free", "RESERVED_WAIT": "booked", "CLOSED": "closed"}[name]
    return {
        "kind": KINDS[name],
        "word": say(word, lang),
        "small": showing.slot.name if name == "RESERVED_WAIT" and showing.slot else "",
        "others": [{"lang": one, "text": say(word, one).lower()} for one in LANGUAGES if one != lang],
        "facts": [fact for fact in [_fact(showing, name, lang)] if fact],
        "hint": "" if name == "CLOSED" else say("tap", lang),
        "side": _today_side(showing, lang),
    }


def _fact(showing: Showing, name: str, lang: str) -> str:
    slot, zone = showing.slot, showing.zone
    if name == "RESERVED_WAIT" and slot is not None:
        left = ceil((slot.held_until - showing.now).total_seconds() / 60)
        return say("held", lang, n=str(left))
    if name == "CLOSED":
        opens = showing.opens
        return say("opens", lang, d=day(opens, zone, lang), t=at(opens, zone, lang)) if opens else ""
    end = (
        slot.start
        if slot is not None and _today(showing, slot)
        else showing.day.closes
        if showing.day
        else None
    )
    return say("until", lang, t=at(end, zone, lang)) if end else ""


def _today(showing: Showing, slot: Slot) -> bool:
    return showing.day is not None and showing.now < slot.start < showing.day.closes


def _then(showing: Showing, lang: str) -> str:
    slot, zone = showing.slot, showing.zone
    if slot is None or not (_today(showing, slot) or slot.start <= showing.now):
        return say("nothing", lang) if showing.day else ""
    if slot.start <= showing.now:
        return ""
    times = {"a": at(slot.start, zone, lang), "b": at(slot.end, zone, lang)}
    return say("then_named", lang, name=slot.name, **times) if slot.name else say("then", lang, **times)


def _counted(showing: Showing, name: str, lang: str) -> Told:
    guest = showing.guest
    if guest is None or guest.until is None:
        return {}
    over = name == "OVERRUN"
    left_s = (showing.now - guest.until if over else guest.until - showing.now).total_seconds()
    greeting = say("hello", lang, name=guest.name) if guest.name else say("hello_all", lang)
    first = lines(name, lang, fields_of(name, showing, lang))
    return {
        "kind": KINDS[name],
        "small": greeting if name in ("WELCOME", "RUNNING") else first[1] if over else "",
        "word": str(max(0, ceil(left_s / 60))),
        "unit": say("over" if over else "min", lang),
        "facts": [say("called", lang)]
        if showing.alarm
        else [say("until", lang, t=at(guest.until, showing.zone, lang))],
        "hint": "" if over else say("end_by", lang),
        "side": {**_today_side(showing, lang), "note": "", "rows": _next(showing, lang)},
    }


def _next(showing: Showing, lang: str) -> list[list[str]]:
    slot = showing.slot
    if slot is None or not _today(showing, slot):
        return []
    time = at(slot.start, showing.zone, lang)
    who = say("next_named", lang, name=slot.name, t=time) if slot.name else say("next_at", lang, t=time)
    return [[say("next", lang), who]]


def _blocked(showing: Showing, name: str) -> str:
    """While the extraction runs on, what blocks the machine comes first."""
    if name != "RUN_ON":
        return name
    return next((state for inhibit, state in INHIBITED if inhibit in showing.inhibits), name)


def _plain(showing: Showing, name: str, lang: str, site: str) -> Told:
    """The display's lines, in all languages unless a person is meant."""
    first, *rest = lines(name, lang, fields_of(name, showing, lang))
    personal = showing.said is not None or showing.guest is not None
    others = () if personal else tuple(one for one in LANGUAGES if one != lang)
    heads = [{"lang": one, "text": lines(name, one, fields_of(name, showing, one))[0]} for one in others]
    facts = [line for line in rest if line and "QR" not in line]
    facts += [more for more in (added(name, showing, lang),) if more]
    if name == "CHECK":  # the button stands beside it
        facts.pop()
    if showing.phase is Phase.RUN_ON and name != "RUN_ON":
        facts.append(lines("RUN_ON", lang, fields_of("RUN_ON", showing, lang))[0])
    if showing.alarm:
        facts.append(say("called", lang))
    there = address(showing, site) if name == "OUT_OF_ORDER" else ""
    side = {"head": say("scan", lang), "qr": _code(there)} if there else _today_side(showing, lang)
    kind = KINDS.get(name, "out")
    return {"kind": kind, "word": first, "long": True, "others": heads, "facts": facts, "side": side}


def _today_side(showing: Showing, lang: str) -> Told:
    return (
        {"head": say("today", lang), "ruler": ruler(showing, lang), "note": _then(showing, lang)}
        if showing.day
        else {}
    )

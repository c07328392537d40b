"""How is a refusal told? Every reason on a page of its own: what is missing, then what to do.

A person whose language is not known reads each page in all of them, one after the other.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from core.case import Objection
from core.timeline import BadInstant, instant
from core.vocabulary import Reason
from node.doorman.face.fields import failed, lost, missed
from node.doorman.face.texts import LANGUAGES, Fields, Lines, clock, date, day, has_reason, lines, reason
from node.doorman.showing import Said

STATES: Final[Mapping[Reason, str]] = {
    Reason.BADGE_UNKNOWN: "DENY_UNKNOWN",
    Reason.CERT_MISSING: "DENY_CERT",
    Reason.CERT_EXPIRED: "DENY_EXPIRED",
    Reason.MEMBER_EXPIRED: "DENY_MEMBER",
    Reason.RESERVED_OTHER: "DENY_OTHER",
    Reason.LAB_CLOSED: "CLOSED",
    Reason.ESTOP: "ESTOP",
    Reason.STALE: "STALE",
    Reason.FAULT: "FAULT",
    Reason.LATE: "NOT_READY",
    Reason.REPEATED: "NOT_READY",
    Reason.BUSY: "NOT_READY",
}  # reasons with a screen of their own; the others share DENY
AT_THE_DESK: Final = frozenset(
    {Reason.SEE_DESK, Reason.BADGE_LOST, Reason.MEMBER_SUSPENDED, Reason.CREDIT, Reason.AGE}
)  # the why stands on the member's own page (screens.md 3.7)
HELPED: Final = frozenset(
    {
        Reason.CERT_MISSING,
        Reason.CERT_EXPIRED,
        Reason.CERT_DORMANT,
        Reason.CHARTER,
        Reason.RESERVED_OTHER,
        Reason.OCCUPIED,
        Reason.TOO_SHORT,
        Reason.LAST_START,
        Reason.LAB_CLOSED,
        Reason.QUOTA,
        Reason.MACHINE_DOWN,
    }
)  # reasons whose way out begins on the machine's page


def pages(said: Said) -> int:
    """How many pages of text the refusal takes."""
    return len(_reasons(said)) * len(_languages(said))


def helped(said: Said) -> bool:
    """Whether the machine's page on the web knows a way out of one of them."""
    return any(one.code in HELPED for one in said.objections)


def each(said: Said, lang: str, zone: str) -> tuple[Lines, ...]:
    """All that is missing at once, in one language: for a screen with room."""
    return tuple(_without_code(_page(one, lang, zone), one, lang) for one in _reasons(said))


def page(said: Said, number: int, zone: str, *, qr: bool) -> Lines:
    """The page of that number, from 0, taken round; `qr`: a code follows, of which it may speak."""
    reasons, languages = _reasons(said), _languages(said)
    turn = number % (len(reasons) * len(languages))
    lang, at = languages[turn % len(languages)], turn // len(languages)
    said_so = _page(reasons[at], lang, zone)
    first, second, third, fourth = said_so if qr else _without_code(said_so, reasons[at], lang)
    if len(reasons) > 1:
        more = lines("DENY", lang, {"n": str(at + 1), "m": str(min(9, len(reasons)))})[3]
        fourth = more if qr else more.split(" ")[0]
    return first, second, third, fourth


def _without_code(said_so: Lines, objection: Objection, lang: str) -> Lines:
    """Without a code to be seen, what to do is said in words."""
    at = next((number for number, line in enumerate(said_so) if "QR" in line), None)
    if at is None:
        return said_so
    first, second, third, fourth = (*said_so[:at], reason(objection.code.value, lang)[1], "", "", "")[:4]
    return first, second, third, fourth


def _languages(said: Said) -> tuple[str, ...]:
    return (said.lang,) if said.lang in LANGUAGES and said.lang else LANGUAGES


def _reasons(said: Said) -> tuple[Objection, ...]:
    """What may be shown, each page once: private reasons are one page."""
    found: list[Objection] = []
    for objection in said.objections:
        shown = Objection(Reason.SEE_DESK) if objection.code in AT_THE_DESK else objection
        if shown not in found:
            found.append(shown)
    return tuple(found)


def _page(objection: Objection, lang: str, zone: str) -> Lines:
    if objection.code is Reason.SEE_DESK:
        return lines("SEE_DESK", lang, {})
    state = STATES.get(objection.code)
    if objection.code is Reason.RESOURCE_DOWN:
        state = lost(str(objection.params.get("resource") or "extraction"))
    if objection.code is Reason.HORIZON and objection.params.get(
        "opens"
    ):  # the extend button, before its time
        state = "DENY_EARLY"
    if objection.params.get("why") == "presence":  # a supervisor who has still to say that he is there
        state = "DENY_PRESENCE"
    if state is not None:
        return lines(state, lang, _fields(objection, lang, zone))
    if objection.code is Reason.BUDDY and objection.params.get("host"):
        return (*reason("HOST", lang), "", "")
    code = objection.code.value if has_reason(objection.code.value) else "OTHER"
    what, step = reason(code, lang)
    return what, step, "", ""


def _fields(objection: Objection, lang: str, zone: str) -> Fields:
    match objection.code:
        case Reason.CERT_MISSING | Reason.CERT_EXPIRED:
            course = str(objection.params.get("course") or "")
            return {"cert16": course, "dd/mm": date(_at(objection, "until"), zone)}
        case Reason.RESERVED_OTHER:
            free = clock(_at(objection, "held") or _at(objection, "until"), zone)
            return {"hh:mm": free, "machine": str(objection.params.get("machine") or "")}
        case Reason.HORIZON:
            return {"hh:mm": clock(_at(objection, "opens"), zone)}
        case Reason.LAB_CLOSED:
            opens = _at(objection, "opens")
            return {"hh:mm": clock(opens, zone), "day2": day(opens, zone, lang)}
        case Reason.RESOURCE_DOWN:
            return missed(str(objection.params.get("resource") or ""), lang)
        case Reason.FAULT:
            return failed(str(objection.params.get("fault") or ""), lang)
        case _:
            return {}


def _at(objection: Objection, name: str) -> datetime | None:
    value = objection.params.get(name)
    try:
        return instant(value) if isinstance(value, str) else None
    except BadInstant:
        return None

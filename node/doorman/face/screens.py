"""Which of the screens is shown now? `screen(showing)` is pure: facts in, four lines, light, sound out.

Order: a keeper that is silent, then the word to the person who tapped, then the machine's own state.
Nothing blinks faster than twice a second (WCAG 2.3.1), and sound is never the only channel.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from core.vocabulary import Inhibit, Phase, SessionKind
from node.doorman.face import denials
from node.doorman.face.fields import fields_of, lost
from node.doorman.face.qr import modules
from node.doorman.face.texts import LANGUAGES, Lines, fault, lines
from node.doorman.showing import Said, Screen, Showing, Word

TURN_MS: Final = 4_000  # a language or page stays so long (screens.md 3.7)
WELCOME_MS: Final = 5_000  # interlock.md, "Outputs"
ENDING_BEFORE: Final = timedelta(minutes=10)  # interlock.md, "Outputs"
EXTENDED_BY: Final = timedelta(minutes=15)  # one press of the extend button (rules.md, R37)
CODE_MS: Final = 12_000  # a telephone must be found and unlocked
SHORT_MS: Final = 4_000  # a word of one page
RED_MS: Final = 1_000  # a refusal glows for one second (screens.md 3.7)

LEDS: Final[Mapping[str, str]] = {
    "FREE": "green steady dim",
    "RESERVED_WAIT": "blue breathing",
    "CHECKING": "white spin",
    "WELCOME": "violet steady",
    "RUNNING": "violet steady",
    "MAINT_RUNNING": "violet steady",
    "EXTENDED": "violet steady",
    "PRE_RUN": "cyan sweep",
    "RUN_ON": "cyan sweep",
    "ENDING": "amber pulse",
    "FINISHING": "amber pulse",
    "IDLE_SOON": "amber pulse",
    "SUPERVISE": "violet/white alternate",
    "REBADGE": "cyan blink",
    "ENROL": "violet chase",
    "CHECK": "violet/white alternate",
    "SIGN_OFF": "violet/white alternate",
    "PIN": "violet/white alternate",
    "TAKE_OVER": "violet/white alternate",
    "BRING": "violet/white alternate",
    "PIN_WRONG": "violet/white alternate",
    "SIGNED": "violet steady",
    "NOTED": "violet steady",
    "REPORTED": "red steady",
    "OVERRUN": "amber fast",
    "CLOSED": "off",
    "OFFLINE": "green steady dim",
    "OUT_OF_ORDER": "red steady",
    "MAINT": "red steady",
    "ESTOP": "red steady",
    "EXTRACTION": "red steady",
    "RESOURCE": "red steady",
    "RESOURCE_OTHER": "red steady",
    "BYPASS": "red steady",
    "STALE": "red steady",
    "NOT_READY": "red steady",
    "FAULT": "red/blue alternate",
    "FAULT_ON": "red/blue alternate",
}
BUZZES: Final[Mapping[str, str]] = {
    "WELCOME": "1 short high",
    "ENDING": "2 soft",
    "IDLE_SOON": "2 soft",
    "SUPERVISE": "2 short",
    "REBADGE": "2 short",
    "ENROL": "1 short",
    "SIGNED": "1 short high",
    "PIN": "1 short",
    "TAKE_OVER": "2 short",
    "BRING": "2 short",
    "PIN_WRONG": "1 long low",
    "OVERRUN": "1 every 30 s",
    "FAULT": "3 long",
    "FAULT_ON": "3 long",
}
INHIBITED: Final[tuple[tuple[Inhibit, str], ...]] = (
    (Inhibit.ESTOP, "ESTOP"),
    (Inhibit.FAULT, "FAULT"),
    (Inhibit.DANGER, "OUT_OF_ORDER"),
    (Inhibit.LOCKOUT, "MAINT"),
    (Inhibit.EXTRACTION, "EXTRACTION"),
    (Inhibit.BYPASS, "BYPASS"),
    (Inhibit.OUT, "OUT_OF_ORDER"),
    (Inhibit.STALE, "STALE"),
    (Inhibit.JOURNAL, "NOT_READY"),
)  # the order of interlock.md; the first that holds is shown

WORDS: Final[Mapping[Word, str]] = {
    Word.CHECKING: "CHECKING",
    Word.EXTENDED: "EXTENDED",
    Word.SUPERVISE: "SUPERVISE",
    Word.ENROL: "ENROL",
    Word.REBADGE: "REBADGE",
    Word.CHECK: "CHECK",
    Word.SIGNED: "SIGNED",
    Word.IDLE_SOON: "IDLE_SOON",
    Word.REPORTED: "REPORTED",
    Word.NOTED: "NOTED",
    Word.SIGN_OFF: "SIGN_OFF",
    Word.PIN: "PIN",
    Word.TAKE_OVER: "TAKE_OVER",
    Word.BRING: "BRING",
}


def screen(showing: Showing, site: str = "") -> Screen:
    """What is to be seen and heard at this instant; `site`: the hub's address for people, where one is told."""
    if not showing.keeper or showing.phase is None:
        return _say("NOT_READY", showing)
    said = showing.said
    if said is not None and showing.now_ms - said.since_ms < _said_ms(said, showing, site):
        return _word(said, showing, site)
    shown = _PHASES[showing.phase](showing)
    return _followed_up(shown, showing, site) if "QR" in shown.lines[3] else shown


def address(showing: Showing, site: str) -> str:
    """Where the machine's page is; "" where no code of it can be shown."""
    there = f"{site}/machines/{showing.machine}" if site and showing.machine else ""
    return there if modules(there) else ""


def _followed_up(shown: Screen, showing: Showing, site: str) -> Screen:
    """A screen that speaks of a code: the code comes after its three languages."""
    there = address(showing, site)
    if not there:
        return replace(shown, lines=(*shown.lines[:3], ""))
    if showing.now_ms // TURN_MS % (len(LANGUAGES) + 1) < len(LANGUAGES):
        return shown
    return replace(shown, lines=lines("QR", _spoken(None, showing), {}), qr=there)


def _word(said: Said, showing: Showing, site: str) -> Screen:
    if said.word is Word.DENIED and said.objections:
        return _denied(said, showing, _code_of(said, showing, site))
    wrong = said.word is Word.PIN and bool(said.text)
    return _say("PIN_WRONG" if wrong else WORDS.get(said.word, "NOT_READY"), showing, said.lang)


def _denied(said: Said, showing: Showing, code: str) -> Screen:
    """Red for a second; then the light is the machine's own again: the room is not told."""
    page = (showing.now_ms - said.since_ms) // TURN_MS
    own = _PHASES[showing.phase or Phase.IDLE](showing).led
    if page >= denials.pages(said):
        return Screen("DENY", lines("QR", _spoken(said.lang, showing), {}), own, qr=code)
    shown = denials.page(said, page, showing.zone, qr=bool(code))
    red = showing.now_ms - said.since_ms < RED_MS
    return Screen("DENY", shown, "red steady" if red else own, "1 long low" if red else "")


def _code_of(said: Said, showing: Showing, site: str) -> str:
    return address(showing, site) if denials.helped(said) else ""


def _said_ms(said: Said, showing: Showing, site: str) -> int:
    if said.word is Word.DENIED and said.objections:
        code_ms = CODE_MS if _code_of(said, showing, site) else 0
        return denials.pages(said) * TURN_MS + code_ms
    return SHORT_MS if said.ends_ms is None else max(0, said.ends_ms - said.since_ms)


def _idle(showing: Showing) -> Screen:
    hindered = _inhibited(showing) or _told_down(showing)
    if hindered is not None:
        return _say(hindered, showing)
    if showing.closed:
        return _say("CLOSED", showing)
    if not showing.online and showing.now_ms // (TURN_MS * len(LANGUAGES)) % 2:
        return _say("OFFLINE", showing)
    waiting = showing.slot is not None and showing.slot.start <= showing.now < showing.slot.held_until
    return _say("RESERVED_WAIT" if waiting else "FREE", showing)


def _starting(showing: Showing) -> Screen:
    return _say("CHECKING" if showing.phase_until_ms is None else "PRE_RUN", showing, _lang(showing))


def _in_use(showing: Showing) -> Screen:
    guest = showing.guest
    if guest is None:
        return _say("RUNNING", showing)
    if guest.kind is SessionKind.MAINTENANCE:
        return _say("MAINT_RUNNING", showing, guest.lang)
    if showing.now_ms - guest.since_ms < WELCOME_MS:
        return _say("WELCOME", showing, guest.lang)
    ends_soon = guest.until is not None and guest.until - showing.now <= ENDING_BEFORE
    return _say("ENDING" if ends_soon else "RUNNING", showing, guest.lang)


def _ending(showing: Showing) -> Screen:
    """Only past the session's end is it over time: before it, somebody asked for the end of a running job."""
    guest = showing.guest
    over = guest is not None and guest.until is not None and showing.now >= guest.until
    said = _say("OVERRUN" if over else "FINISHING", showing, _lang(showing))
    if not showing.alarm:
        return said
    called = lines("CALLED", _spoken(_lang(showing), showing), {})[0]
    return replace(said, lines=(*said.lines[:3], called))


def _run_on(showing: Showing) -> Screen:
    shown = _say("RUN_ON", showing)
    inhibited = _inhibited(showing)
    if inhibited is None:
        return shown
    if inhibited == "FAULT_ON":  # that it is still powered leaves no room for the fan's minutes
        return _say(inhibited, showing)
    over = _say(inhibited, showing)
    return Screen("RUN_ON", (over.lines[0], *shown.lines[:2], over.lines[1]), over.led, over.buzz)


_PHASES: Final[Mapping[Phase, Callable[[Showing], Screen]]] = {
    Phase.IDLE: _idle,
    Phase.STARTING: _starting,
    Phase.IN_USE: _in_use,
    Phase.ENDING: _ending,
    Phase.RUN_ON: _run_on,
}


def _inhibited(showing: Showing) -> str | None:
    name = next((name for inhibit, name in INHIBITED if inhibit in showing.inhibits), None)
    return "FAULT_ON" if name == "FAULT" and showing.drawing else name


def _told_down(showing: Showing) -> str | None:
    """What the house says of the machine, where nothing at the machine itself says more."""
    if showing.out:
        return "OUT_OF_ORDER"
    return lost(showing.lacks[0]) if showing.lacks else None


def _say(name: str, showing: Showing, lang: str | None = None) -> Screen:
    spoken = _spoken(lang, showing)
    said = _without_promises(name, lines(name, spoken, fields_of(name, showing, spoken)), showing)
    if more := added(name, showing, spoken):
        said = (*said[:3], more)
    return Screen(name, said, _led(name, showing), BUZZES.get(name, ""))


def added(name: str, showing: Showing, lang: str) -> str:
    """What the fourth line says besides: what helps against this fault, the figures that the console shows too."""
    if name == "FAULT":
        return fault(showing.fault, lang)[1]
    if name == "ENROL" and showing.said is not None and showing.said.text:
        return lines("COMPARE", lang, {"check6": showing.said.text})[0]
    return ""


def _spoken(lang: str | None, showing: Showing) -> str:
    """The person's language, or each in its turn."""
    return lang if lang in LANGUAGES and lang else LANGUAGES[showing.now_ms // TURN_MS % len(LANGUAGES)]


def _without_promises(name: str, said: Lines, showing: Showing) -> Lines:
    """Leave out the lines that speak of what is not there: an extraction, a next booking."""
    if name == "WELCOME" and not showing.extraction:
        return (*said[:3], "")
    if name == "ENDING" and not _followed(showing):
        return (said[0], "", "", "")
    return said


def _followed(showing: Showing) -> bool:
    """Whether the next slot begins so soon after this one that it cannot be prolonged."""
    guest, slot = showing.guest, showing.slot
    if guest is None or guest.until is None or slot is None:
        return False
    return slot.start < guest.until + EXTENDED_BY


def _led(name: str, showing: Showing) -> str:
    led = LEDS[name]
    return led if showing.online else f"{led} + amber dot"


def _lang(showing: Showing) -> str | None:
    return showing.guest.lang if showing.guest else None

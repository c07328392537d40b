"""One moment of every state that a machine can show, in a language: what the golden pictures are made of."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.case import Objection
from core.vocabulary import Inhibit, Phase, Reason, SessionKind
from node.doorman.face.screens import TURN_MS
from node.doorman.face.texts import LANGUAGES
from node.doorman.showing import Down, Guest, Said, Showing, Slot, Word

SITE = "http://hub.example"
NOON = datetime(2026, 11, 24, 13, tzinfo=UTC)  # 14:00 in Brussels
OPEN = Showing(now_ms=0, now=NOON, machine="LAS-1", extraction=True)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


AMELIE = Guest("Amélie", "fr", SessionKind.USE, minutes(60), since_ms=-60_000)
BRAM = Slot("Bram", minutes(60), minutes(120), minutes(75))
OBJECTIONS = {
    "DENY_UNKNOWN": Objection(Reason.BADGE_UNKNOWN),
    "DENY_CERT": Objection(Reason.CERT_MISSING, {"course": "LAS1"}),
    "DENY_EXPIRED": Objection(Reason.CERT_EXPIRED, {"course": "LAS1", "until": "2026-11-20T12:00:00.000Z"}),
    "DENY_MEMBER": Objection(Reason.MEMBER_EXPIRED),
    "DENY_OTHER": Objection(Reason.RESERVED_OTHER, {"until": "2026-11-24T14:00:00.000Z", "held": None}),
    "DENY_OTHER_FREE": Objection(
        Reason.RESERVED_OTHER, {"until": "2026-11-24T14:00:00.000Z", "held": None, "machine": "LAS-2"}
    ),
    "DENY_EARLY": Objection(Reason.HORIZON, {"opens": "2026-11-24T13:45:00.000Z"}),
    "DENY_PRESENCE": Objection(Reason.SUPERVISOR_INVALID, {"why": "presence"}),
    "DENY_COMPRESSOR": Objection(Reason.RESOURCE_DOWN, {"resource": "compressor"}),
    "DENY_NAMED": Objection(Reason.RESOURCE_DOWN, {"resource": "Dust collector no. 2 east"}),
    "DENY_DESK": Objection(Reason.CREDIT),
    "DENY_QUOTA": Objection(Reason.QUOTA),
}
INHIBITS = {
    "ESTOP": Inhibit.ESTOP,
    "FAULT": Inhibit.FAULT,
    "OUT_OF_ORDER": Inhibit.OUT,
    "MAINT": Inhibit.LOCKOUT,
    "EXTRACTION": Inhibit.EXTRACTION,
    "BYPASS": Inhibit.BYPASS,
    "STALE": Inhibit.STALE,
}
WAITS: Mapping[Word, Mapping[str, Any]] = {
    Word.CHECKING: {},
    Word.EXTENDED: {"until": minutes(75)},
    Word.SUPERVISE: {"name": "Chloé", "ends_ms": 42_000},
    Word.ENROL: {"ends_ms": 50_000, "text": "4073"},
    Word.REBADGE: {"ends_ms": 50_000},
    Word.SIGN_OFF: {"text": "trainer", "ends_ms": 50_000},
    Word.CHECK: {"text": "Extraction lancée avant la découpe", "page": (2, 5), "ends_ms": 50_000},
    Word.PIN: {"ends_ms": 30_000},
    Word.TAKE_OVER: {"ends_ms": 15_000},
    Word.BRING: {"name": "LAS-2", "ends_ms": 15_000},
    Word.NOTED: {},
    Word.SIGNED: {"name": "Chloé", "text": "LAS1"},
    Word.IDLE_SOON: {"ends_ms": 90_000},
    Word.REPORTED: {},
}


def _phases() -> dict[str, Showing]:
    used = replace(OPEN, phase=Phase.IN_USE, guest=AMELIE, slot=BRAM)
    ending = replace(used, phase=Phase.ENDING)
    driss = replace(AMELIE, name="Driss", kind=SessionKind.MAINTENANCE)
    return {
        "FREE": replace(OPEN, slot=BRAM),
        "RESERVED_WAIT": replace(OPEN, slot=replace(BRAM, start=minutes(-4), held_until=minutes(11))),
        "CLOSED": replace(OPEN, closed=True, opens=minutes(60 * 20)),
        "OFFLINE": replace(OPEN, online=False, view_of=minutes(-90)),
        "PRE_RUN": replace(used, phase=Phase.STARTING, phase_until_ms=45_000),
        "WELCOME": replace(used, guest=replace(AMELIE, since_ms=TURN_MS * 2 - 10)),
        "RUNNING": used,
        "ENDING": replace(used, now=minutes(51)),
        "FINISHING": replace(ending, now=minutes(40)),
        "OVERRUN": replace(ending, now=minutes(64)),
        "OVERRUN_ALARM": replace(ending, now=minutes(84), alarm=True),
        "MAINT_RUNNING": replace(used, guest=driss),
        "RUN_ON": replace(OPEN, phase=Phase.RUN_ON, phase_until_ms=151_000),
        "RUN_ON_ESTOP": replace(
            OPEN, phase=Phase.RUN_ON, phase_until_ms=60_000, inhibits=frozenset({Inhibit.ESTOP})
        ),
        "NOT_READY": replace(OPEN, keeper=False),
    }


def scenes() -> dict[str, Showing]:
    """Name of the picture -> the facts."""
    found = _phases()
    down = Down("Driss", "lentille fendue", NOON)
    for name, inhibit in INHIBITS.items():
        found[name] = replace(OPEN, inhibits=frozenset({inhibit}), down=down, view_of=minutes(-90))
    found["DANGER"] = replace(
        found["OUT_OF_ORDER"], inhibits=frozenset({Inhibit.DANGER}), down=Down(reason="danger")
    )
    for thing in ("water", "room"):
        found[thing.upper()] = replace(OPEN, lacks=(thing,))
    found["NAMED"] = replace(OPEN, lacks=("Dust collector no. 2",))
    found["FAULT_ON"] = replace(found["FAULT"], drawing=True)
    for which in ("welded", "dead", "drawing", "self-check", "memory"):
        found[f"FAULT_{which.upper()}"] = replace(found["FAULT"], fault=which)
    for word, more in WAITS.items():
        found[word.name] = replace(OPEN, said=Said(word, 0, None, **more))
    for name, objection in OBJECTIONS.items():
        found[name] = replace(OPEN, said=Said(Word.DENIED, 0, None, (objection,)))
    both = (OBJECTIONS["DENY_CERT"], OBJECTIONS["DENY_MEMBER"])
    found["DENY"] = replace(OPEN, said=Said(Word.DENIED, 0, None, both))
    found["PIN_WRONG"] = replace(OPEN, said=Said(Word.PIN, 0, None, ends_ms=30_000, text="wrong"))
    found["QR"] = replace(OPEN, said=Said(Word.DENIED, -TURN_MS, None, both[:1]))
    return found


def spoken(showing: Showing, lang: str) -> Showing:
    """The same moment for a person of that language, at a turn of the idle texts that speaks it too."""
    turn = LANGUAGES.index(lang)
    at_ms = turn * TURN_MS + (TURN_MS * len(LANGUAGES) if not showing.online else 0)
    moved = replace(showing, now_ms=at_ms)
    if showing.guest is not None:
        moved = replace(moved, guest=replace(showing.guest, lang=lang))
    if showing.said is not None:
        said = showing.said
        moved = replace(moved, now_ms=0, said=replace(said, lang=lang, since_ms=said.since_ms))
    return moved

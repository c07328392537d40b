"""Is this board wired as it may be? [board] says how; what firmware_config/wiring.md forbids is refused before a pin is claimed.

Rules: a list one can read aloud, the first that is broken is told; what the pins alone show is refused without a [board],
too (pinning). What software cannot see, the file has to say in words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from node.drivers import INPUT, PLUG_POWER, PLUGS, PRINTERS, PULSE, Drivers, Line
from node.pinning import AIR, BYPASS, ESTOP, RELAYS, TALKING, PinRule, outputs
from node.sections import Section

PULL_OHM: Final = range(1_000, 10_001)  # stronger than the chip's own 50 kΩ, within what a pin can drive
BEHIND: Final = (
    "contactor-coil", "permit-input", "socket",
    "brake", "drive", "controller", "chiller",
)  # fmt: skip
NEVER_BEHIND: Final = {
    "brake": "a brake needs its supply to stop the machine",
    "drive": "a frequency drive stops by its own power: switch its permit",
    "controller": "a controller PC must be shut down, not cut",
    "chiller": "a chiller runs on after the tube",
}


@dataclass(frozen=True)
class Board:
    """What the file says of the wiring."""

    name: str
    behind: tuple[str, ...]
    after_estop: bool
    pull_down_ohm: int
    pull_up_ohm: int
    inputs: str
    hold: str
    bypass_key: bool


@dataclass(frozen=True)
class Wiring:
    """All that a rule may look at."""

    board: Board
    drivers: Drivers
    pins: Mapping[str, Line]

    @property
    def high(self) -> bool:
        """Is the machine of high risk?"""
        return self.drivers.risk == "high"


Broken = Callable[[Wiring], bool]


@dataclass(frozen=True)
class Rule:
    """`broken` refuses; `key` is where the file is wrong, `why` what a person reads."""

    key: str
    broken: Broken
    why: str


def _networked(wiring: Wiring) -> bool:
    return wiring.drivers.power in PLUGS or wiring.drivers.busy in (PLUG_POWER, *PRINTERS)


def _unpulled(wiring: Wiring) -> bool:
    return any(
        line.active_high and wiring.board.pull_down_ohm not in PULL_OHM for line in outputs(wiring.pins)
    )


def _unraised(wiring: Wiring) -> bool:
    return any(
        not line.active_high and wiring.board.pull_up_ohm not in PULL_OHM for line in outputs(wiring.pins)
    )


def _never(word: str) -> Rule:
    return Rule("behind", lambda wiring: word in wiring.board.behind, f"{word}: {NEVER_BEHIND[word]}")


def _of_pins(rule: PinRule) -> Rule:
    return Rule(rule.key, lambda wiring: rule.broken(wiring.pins), rule.why)


RULES: Final = (
    Rule("risk", lambda w: w.drivers.risk is None, "[node] `risk` must be said beside a [board]"),
    *(_never(word) for word in NEVER_BEHIND),
    Rule("behind", lambda w: not w.board.behind, "say what the contact switches"),
    Rule(
        "behind",
        lambda w: w.high and "socket" in w.board.behind,
        "socket: a high-risk machine is switched in its control circuit (permit), not at its plug",
    ),
    Rule(
        "after_estop",
        lambda w: not w.board.after_estop and w.drivers.power not in PLUGS,
        "the contact stands after the e-stop: software must never be able to bridge it",
    ),
    Rule(
        "power", lambda w: w.high and _networked(w), "a high-risk machine never depends on a network driver"
    ),
    _of_pins(RELAYS),
    _of_pins(TALKING),
    Rule("pull_down_ohm", _unpulled, "an active-high relay needs a pull-down of 1 to 10 kΩ at the board"),
    Rule(
        "pull_up_ohm",
        _unraised,
        "an active-low relay needs a pull-up of 1 to 10 kΩ: without it the Pi's own pull-down switches it on",
    ),
    _of_pins(ESTOP),
    _of_pins(BYPASS),
    _of_pins(AIR),
    Rule(
        "inputs",
        lambda w: w.board.inputs == "direct" and w.drivers.risk != "low",
        "the contacts of a medium or high-risk machine are opto-isolated",
    ),
    Rule(
        "bypass_key",
        lambda w: w.board.bypass_key and "bypass" not in w.pins,
        "a bypass key must be sensed: wire its second contact to [pins] `bypass`",
    ),
    Rule("pins", lambda w: w.high and "feedback" not in w.pins, "high risk: [pins] `feedback` must be wired"),
    Rule(
        "hold",
        lambda w: w.high and w.board.hold == "none" and w.drivers.power != PULSE,
        'high risk: a hardware time relay (hold = "time-relay") or [power] driver = "pulse"',
    ),
    Rule(
        "pins",
        lambda w: w.high and w.drivers.busy == INPUT and "busy" not in w.pins,
        "high risk: work must be sensed: [pins] `busy`, or a current sensor in [busy]",
    ),
)


def board_of(section: Section) -> Board | None:
    """What [board] says; None without it. Raises SettingsError."""
    if not section.given:
        return None
    return Board(
        name=section.get("name", str),
        behind=section.words("behind", BEHIND),
        after_estop=section.get("after_estop", bool),
        pull_down_ohm=section.get("pull_down_ohm", int, 0),
        pull_up_ohm=section.get("pull_up_ohm", int, 0),
        inputs=section.one_of("inputs", ("opto-isolated", "direct")),
        hold=section.one_of("hold", ("none", "time-relay"), "none"),
        bypass_key=section.get("bypass_key", bool, default=False),
    )


def checked_board(section: Section, drivers: Drivers, pins: Mapping[str, Line]) -> Board | None:
    """The same, its wiring looked through. Raises SettingsError."""
    board = board_of(section)
    if board is not None:
        check(section, Wiring(board, drivers, pins))
    return board


def check(section: Section, wiring: Wiring) -> None:
    """Raise SettingsError for the first rule that this wiring breaks."""
    for rule in RULES:
        if rule.broken(wiring):
            raise section.problem(rule.key, f"`{rule.key}`: {rule.why}")

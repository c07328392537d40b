"""May these pins carry these lines? What a node.toml is refused for with a [board] or without one (firmware_config/wiring.md).

Each is (where the file is wrong, what breaks it, what a person reads). Plain tuples: the keeper asks before its relay is safe.
What only [board] can say stands in profiles; without one the rest of the wiring is unknown, so a high-risk machine and an
active-low relay need it.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from node.drivers import Line

RELAY_PINS: Final = range(9, 28)  # BCM 9-27 are pulled down from power-on, 0-8 up (BCM2835 peripherals, 6.2)
SPI_PINS: Final = range(7, 12)  # SPI0: the reader's
TALKING_PINS: Final = (14, 15)  # the serial console drives them at boot
Pins = Mapping[str, Line]


class PinRule(NamedTuple):
    """`broken` refuses; `key` is where the file is wrong, `why` what a person reads."""

    key: str
    broken: Callable[[Pins], bool]
    why: str


def outputs(pins: Pins) -> list[Line]:
    """The lines that switch something."""
    return [pins[name] for name in ("relay", "extraction") if name in pins]


def _opens_to(name: str, *, active: bool) -> Callable[[Pins], bool]:
    """Does a cut cable of this contact read as active?"""
    return lambda pins: name in pins and pins[name].active_high is active


RELAYS: Final = PinRule(
    "pins",
    lambda pins: any(line.pin not in RELAY_PINS for line in outputs(pins)),
    "relay and extraction belong on BCM 9 to 27: the others are pulled up from power-on",
)
TALKING: Final = PinRule(
    "pins",
    lambda pins: any(line.pin in SPI_PINS or line.pin in TALKING_PINS for line in pins.values()),
    "BCM 7 to 11 are the reader's SPI, 14 and 15 the serial console's, which talks at boot",
)
ESTOP: Final = PinRule(
    "pins",
    _opens_to("estop", active=False),
    "estop: a cut cable must stop the machine (normally closed contact, estop_active_high = true)",
)
BYPASS: Final = PinRule(
    "pins",
    _opens_to("bypass", active=False),
    "bypass: a cut cable must read as bypassed (bypass_active_high = true)",
)
AIR: Final = PinRule(
    "pins",
    _opens_to("extraction_ok", active=True),
    "extraction_ok: a cut cable must read as lost (extraction_ok_active_high = false)",
)
UNRAISED: Final = PinRule(
    "pins",
    lambda pins: any(not line.active_high for line in outputs(pins)),
    "an active-low relay needs a pull-up: say it in [board], else the Pi's own pull-down switches it on",
)
ALWAYS: Final = (RELAYS, TALKING, ESTOP, BYPASS, AIR)
UNDESCRIBED: Final = (*ALWAYS, UNRAISED)


def against(pins: Pins, risk: str | None) -> tuple[str, str, str] | None:
    """What stands against a file without a [board]: (table, key, why); None: nothing that can be seen."""
    for rule in UNDESCRIBED:
        if rule.broken(pins):
            return "pins", rule.key, rule.why
    if risk == "high":
        return "node", "risk", "a high-risk machine says in [board] how it is wired (firmware_config/boards)"
    return None

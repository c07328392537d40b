"""What stands before the people at this machine? [reader] and [face]: badge reader, light, sound, display, tablet.

Rules: the pins of light and sound are never those of the keeper's lines; the tablet's page is for
loopback unless the file says another address, and shows no more than the display does.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Final, NamedTuple

from node.sections import Section

CHIP, TYPING, PCSC = "mfrc522", "wedge", "pcsc"
WRITTEN: Final = ("hex", "hex-reversed", "decimal", "decimal-reversed")
UID_BYTES: Final = (4, 7, 10)  # ISO/IEC 14443-3
FACES: Final = ("console", "simulated", "ring", "oled")  # the first two have no parts
SPI_PINS: Final = frozenset(range(7, 12))  # SPI0 with both chip selects: the reader's
I2C_PINS: Final = frozenset({2, 3})  # the display's
LIGHTS: Final = {
    "red": 16,
    "green": 20,
    "blue": 21,
    "buzzer": 12,
}  # free beside the wiring of firmware_config
I2C_ADDRESSES: Final = (0x3C, 0x3D)  # what the pad on an SSD1306 or SH1106 module chooses


class Reader(NamedTuple):
    """How the badge reader is wired: `kind` says which of the others count."""

    kind: str
    bus: int = 0
    device: int = 0
    reset_pin: int = 25
    event: Path | None = None  # wedge: its file under /dev/input
    written: str = "hex"  # wedge: how it types a badge
    uid_bytes: int | None = None  # wedge: the length; None: any
    named: str = ""  # pcsc: a part of its name


class Fittings(NamedTuple):
    """The parts of the face; `site` is the hub's address for people, "" where it is not told."""

    kind: str = "console"
    red: int = LIGHTS["red"]
    green: int = LIGHTS["green"]
    blue: int = LIGHTS["blue"]
    buzzer: int = LIGHTS["buzzer"]
    i2c_bus: int = 1
    i2c_address: int = I2C_ADDRESSES[0]
    display: str = "ssd1306"
    site: str = ""
    kiosk_host: str = "127.0.0.1"
    kiosk_port: int | None = None  # None: no page; 0: any free port
    keypad: Path | None = None  # a numeric USB keypad: its file under /dev/input


BARE: Final = Fittings()


def reader_of(section: Section) -> Reader:
    """What [reader] says. Raises SettingsError."""
    kind = section.one_of("kind", (CHIP, TYPING, PCSC), CHIP)
    if kind == TYPING:
        return _typing(section)
    if kind == PCSC:
        return Reader(kind, named=section.get("named", str, ""))
    return Reader(
        kind,
        bus=section.get("bus", int, 0),
        device=section.get("device", int, 0),
        reset_pin=section.get("reset_pin", int, 25),
    )


def _typing(section: Section) -> Reader:
    event = section.path("event", Path("/dev/input"))
    if event is None:
        raise section.problem(None, "`event` is missing: the reader's file under /dev/input/by-id")
    written = section.one_of("format", WRITTEN, WRITTEN[0])
    length = section.get("uid_bytes", int, 0) or None
    if length is not None and length not in UID_BYTES:
        raise section.problem("uid_bytes", "`uid_bytes` must be 4, 7 or 10")
    if length is None and written.startswith("decimal"):
        raise section.problem(None, "`uid_bytes` must be said with a decimal format")
    return Reader(TYPING, event=event, written=written, uid_bytes=length)


def fittings_of(section: Section, taken: Collection[int], reader: Reader) -> Fittings:
    """What [face] says; `taken` are the pins of the keeper's lines. Raises SettingsError."""
    kind = section.one_of("kind", FACES, FACES[0])
    bus = I2C_PINS if kind == "oled" else frozenset()
    if bus & set(taken):
        raise section.problem("kind", "BCM 2 and 3 are the display's: [pins] has a line there")
    chip = SPI_PINS | {reader.reset_pin} if reader.kind == CHIP else frozenset()
    pins = _lights(section, {*taken, *bus, *chip} if kind in ("ring", "oled") else ())
    site = section.get("site", str, "").rstrip("/")
    if site and not site.lower().startswith(("http://", "https://")):
        raise section.problem("site", "`site` must begin with http:// or https://")
    port = section.within("kiosk_port", -1, 65_535, -1)
    return Fittings(
        kind,
        red=pins["red"],
        green=pins["green"],
        blue=pins["blue"],
        buzzer=pins["buzzer"],
        i2c_bus=section.within("i2c_bus", 0, 22, 1),
        i2c_address=section.within("i2c_address", *I2C_ADDRESSES, I2C_ADDRESSES[0]),
        display=section.one_of("display", ("ssd1306", "sh1106"), "ssd1306"),
        site=site,
        kiosk_host=section.get("kiosk_host", str, "127.0.0.1"),
        kiosk_port=None if port < 0 else port,
        keypad=_keypad(section, reader),
    )


def _keypad(section: Section, reader: Reader) -> Path | None:
    found = section.path("keypad", Path("/dev/input"))
    if found is not None and found == reader.event:
        raise section.problem("keypad", "`keypad` is the badge reader's own device")
    return found


def _lights(section: Section, taken: Collection[int]) -> dict[str, int]:
    pins: dict[str, int] = {}
    for name, usual in LIGHTS.items():
        pin = section.within(name, 0, 27, usual)
        if pin in taken or pin in pins.values():
            raise section.problem(name, f"`{name}` shares its pin with another line")
        pins[name] = pin
    return pins

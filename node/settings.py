"""What does this node's node.toml say? Frozen settings, or a refusal that names the key and the line.

Rules: a key nobody knows is refused (a typing mistake must not become a default); every contact is
wired to ground with the pull-up on, so `<pin>_active_high = true` means "active while the contact is
open", and a cut cable reads as active.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from node.attached import BARE, Fittings, Reader, fittings_of, reader_of
from node.drivers import INPUT, LOOPBACK, PLAIN, PLUGS, TABLES, Drivers, Line, drivers_of
from node.pinning import against
from node.sections import Section, SettingsError, sections_of

if TYPE_CHECKING:
    from node.profiles import Board

__all__ = [
    "INPUTS",
    "KEY_BYTES",
    "LOOPBACK",
    "NODE_ID",
    "OUTPUTS",
    "RESERVED_IDS",
    "Broker",
    "Line",
    "NodeSettings",
    "Reader",
    "SettingsError",
    "load",
]

NODE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{2,31}")  # wire.md, "Names and the broker"
RESERVED_IDS: Final = frozenset({"hub", "gateway", "broker", "admin", "homeassistant"})
KEY_BYTES: Final = 32  # K of wire.md

OUTPUTS: Final[dict[str, bool]] = {"relay": True, "extraction": True}
INPUTS: Final[dict[str, bool]] = {
    "estop": True,  # opened by the mushroom head; a cut cable stops the machine
    "stop": False,
    "extend": False,
    "report": False,
    "extraction_ok": False,  # closed while air flows; a cut cable reads as lost
    "feedback": False,  # the contactor's mirror contact, closed with it
    "bypass": True,  # opened by the key; a cut cable reads as bypassed
    "busy": False,  # the current switch, closed while the machine draws
}
"""Name of each line and whether it is active while high, unless the file says otherwise."""


@dataclass(frozen=True)
class Broker:
    """Where the MQTT broker is; TLS may be off on loopback alone."""

    host: str
    port: int
    user: str
    password_file: Path | None
    tls: bool
    ca: Path | None


@dataclass(frozen=True)
class NodeSettings:
    """Everything a node's programs are told at their start."""

    id: str
    machine: str
    state_dir: Path
    run_dir: Path
    key_file: Path
    socket: Path
    profile: Path | None
    doorman_user: str | None
    pins: dict[str, Line]
    broker: Broker
    reader: Reader
    face: str
    drivers: Drivers = PLAIN
    board: "Board | None" = None
    fittings: Fittings = BARE

    def key(self) -> bytes:
        """The secret K of wire.md, 32 bytes. Raises SettingsError when the file holds none."""
        try:
            key = bytes.fromhex(self.key_file.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as problem:
            raise SettingsError(f"{self.key_file}: no key in hex") from problem
        if len(key) != KEY_BYTES:
            raise SettingsError(f"{self.key_file}: not {KEY_BYTES} bytes")
        return key


def load(file: Path) -> NodeSettings:
    """The settings in `file`. Raises SettingsError naming file, line and key."""
    sections = sections_of(file, ("node", "keeper", "pins", "broker", "reader", "face", *TABLES))
    settings = _settings(sections, file.parent)
    for section in sections.values():
        section.done()
    return settings


def _settings(sections: dict[str, Section], base: Path) -> NodeSettings:
    node, keeper = sections["node"], sections["keeper"]
    name = node.get("id", str)
    if not NODE_ID.fullmatch(name) or name in RESERVED_IDS:
        raise node.problem("id", "`id` is no node id")
    run_dir = base / node.get("run_dir", str)
    drivers = drivers_of(sections, base, run_dir)
    pins, reader = _pins(sections["pins"], drivers), reader_of(sections["reader"])
    board = _board(sections, drivers, pins)
    fittings = fittings_of(sections["face"], {line.pin for line in pins.values()}, reader)
    return NodeSettings(
        id=name,
        machine=node.get("machine", str),
        state_dir=base / node.get("state_dir", str),
        run_dir=run_dir,
        key_file=base / node.get("key_file", str),
        socket=keeper.path("socket", run_dir) or run_dir / "keeper.sock",
        profile=keeper.path("profile", base),
        doorman_user=keeper.get("doorman_user", str, "") or None,
        pins=pins,
        broker=_broker(sections["broker"], base),
        reader=reader,
        face=fittings.kind,
        fittings=fittings,
        drivers=drivers,
        board=board,
    )


def _board(sections: dict[str, Section], drivers: Drivers, pins: dict[str, Line]) -> "Board | None":
    """What [board] says, looked through; None without it, the pins looked at all the same."""
    section = sections["board"]
    if not section.given:
        if found := against(pins, drivers.risk):
            table, key, why = found
            raise sections[table].problem(key, f"`{key}`: {why}")
        return None
    from node.profiles import checked_board  # noqa: PLC0415 -- its rules are for a board that is described

    return checked_board(section, drivers, pins)


def _pins(section: Section, drivers: Drivers) -> dict[str, Line]:
    needed, barred = _wired(drivers)
    lines: dict[str, Line] = {}
    for name, active_high in (OUTPUTS | INPUTS).items():
        pin = section.get(name, int) if name in needed else section.get(name, int, -1)
        polarity = section.get(f"{name}_active_high", bool, active_high)
        if pin > 27 or (pin < 0 and name in needed):
            raise section.problem(name, f"`{name}` must be a BCM number, 0 to 27")
        if pin >= 0 and name in barred:
            raise section.problem(name, f"`{name}` has another driver in [power] or [busy]")
        if pin in {line.pin for line in lines.values()}:
            raise section.problem(name, f"`{name}` shares its pin with another line")
        if pin >= 0:
            lines[name] = Line(pin, polarity)
    return lines


def _wired(drivers: Drivers) -> tuple[frozenset[str], frozenset[str]]:
    """Which lines must have a pin, and which must have none because another driver does their work."""
    by_plug, by_input = drivers.power in PLUGS, drivers.busy == INPUT
    needed = frozenset({"estop"}) if by_plug else frozenset({"estop", "relay"})
    barred = (frozenset({"relay", "feedback"}) if by_plug else frozenset()) | (
        frozenset() if by_input else frozenset({"busy"})
    )
    return needed, barred


def _broker(section: Section, base: Path) -> Broker:
    host, tls = section.get("host", str), section.get("tls", bool, True)
    if not tls and host not in LOOPBACK:
        raise section.problem("tls", "`tls` may be false on loopback only")
    port = section.get("port", int)
    if not 0 < port < 65536:
        raise section.problem("port", "`port` must be 1 to 65535")
    return Broker(
        host=host,
        port=port,
        user=section.get("user", str),
        password_file=section.path("password_file", base),
        tls=tls,
        ca=section.path("ca", base),
    )

"""What does this node's node.toml say? Frozen settings, or a refusal that names the key and the line.

Rules: a key nobody knows is refused (a typing mistake must not become a default); every contact is
wired to ground with the pull-up on, so `<pin>_active_high = true` means "active while the contact is
open", and a cut cable reads as active.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

NODE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{2,31}")  # wire.md, "Names and the broker"
RESERVED_IDS: Final = frozenset({"hub", "gateway", "broker", "admin", "homeassistant"})
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
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

Value = TypeVar("Value", str, int, bool)


class SettingsError(ValueError):
    """node.toml cannot be used; the text names file, line and key."""


@dataclass(frozen=True)
class Line:
    """One GPIO line: its BCM number and the level at which it is active."""

    pin: int
    active_high: bool


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
class Reader:
    """How the badge reader is wired."""

    kind: str
    bus: int
    device: int
    reset_pin: int


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

    def key(self) -> bytes:
        """The secret K of wire.md, 32 bytes. Raises SettingsError when the file holds none."""
        try:
            key = bytes.fromhex(self.key_file.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as problem:
            raise SettingsError(f"{self.key_file}: no key in hex") from problem
        if len(key) != KEY_BYTES:
            raise SettingsError(f"{self.key_file}: not {KEY_BYTES} bytes")
        return key


class _Section:
    """One table of the file, read key by key; what was not asked for is refused at the end."""

    def __init__(self, file: Path, text: str, name: str, table: object) -> None:
        self._file, self._text, self._name = file, text, name
        if not isinstance(table, dict):
            raise self.problem(None, "is no table")
        self._left = dict(table)

    def get(self, key: str, kind: type[Value], default: Value | None = None) -> Value:
        """The value at `key`, of that type; without a default it must be there."""
        found = self._left.pop(key, default)
        if found is None:
            raise self.problem(None, f"`{key}` is missing")
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise self.problem(key, f"`{key}` must be {_WORDS[kind]}")
        return found

    def path(self, key: str, base: Path) -> Path | None:
        """The path at `key`, taken from the file's own folder, or None."""
        found = self.get(key, str, "")
        return base / found if found else None

    def done(self) -> None:
        """Refuse the keys nobody asked for."""
        for key in self._left:
            raise self.problem(key, f"`{key}` is unknown here")

    def problem(self, key: str | None, words: str) -> SettingsError:
        """The refusal, with the line where the key (or its table) stands."""
        return SettingsError(f"{self._file}:{_line(self._text, self._name, key)}: [{self._name}] {words}")


_WORDS: Final = {str: "a text", int: "a whole number", bool: "true or false"}


def _line(text: str, table: str, key: str | None) -> int:
    """The line of `key` in `[table]`, of the table's head without one, 1 when neither is there."""
    head, inside = 1, False
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare.startswith("["):
            inside = bare.startswith(f"[{table}]")
            head = number if inside else head
        elif inside and key is not None and re.match(rf'"?{re.escape(key)}"?\s*=', bare):
            return number
    return head


def load(file: Path) -> NodeSettings:
    """The settings in `file`. Raises SettingsError naming file, line and key."""
    try:
        text = file.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except OSError as problem:
        raise SettingsError(f"{file}: cannot be read ({problem.strerror})") from problem
    except ValueError as problem:
        raise SettingsError(f"{file}: {problem}") from problem
    names = ("node", "keeper", "pins", "broker", "reader", "face")
    for name in tables:
        if name not in names:
            raise SettingsError(f"{file}:{_line(text, name, None)}: [{name}] is unknown")
    sections = {name: _Section(file, text, name, tables.get(name, {})) for name in names}
    settings = _settings(sections, file.parent)
    for section in sections.values():
        section.done()
    return settings


def _settings(sections: dict[str, _Section], base: Path) -> NodeSettings:
    node, keeper, face = sections["node"], sections["keeper"], sections["face"]
    name = node.get("id", str)
    if not NODE_ID.fullmatch(name) or name in RESERVED_IDS:
        raise node.problem("id", "`id` is no node id")
    run_dir = base / node.get("run_dir", str)
    return NodeSettings(
        id=name,
        machine=node.get("machine", str),
        state_dir=base / node.get("state_dir", str),
        run_dir=run_dir,
        key_file=base / node.get("key_file", str),
        socket=keeper.path("socket", run_dir) or run_dir / "keeper.sock",
        profile=keeper.path("profile", base),
        doorman_user=keeper.get("doorman_user", str, "") or None,
        pins=_pins(sections["pins"]),
        broker=_broker(sections["broker"], base),
        reader=_reader(sections["reader"]),
        face=face.get("kind", str, "console"),
    )


def _pins(section: _Section) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for name, active_high in (OUTPUTS | INPUTS).items():
        pin = section.get(name, int) if name in {"relay", "estop"} else section.get(name, int, -1)
        polarity = section.get(f"{name}_active_high", bool, active_high)
        if pin > 27 or (pin < 0 and name in {"relay", "estop"}):
            raise section.problem(name, f"`{name}` must be a BCM number, 0 to 27")
        if pin in {line.pin for line in lines.values()}:
            raise section.problem(name, f"`{name}` shares its pin with another line")
        if pin >= 0:
            lines[name] = Line(pin, polarity)
    return lines


def _broker(section: _Section, base: Path) -> Broker:
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


def _reader(section: _Section) -> Reader:
    kind = section.get("kind", str, "mfrc522")
    if kind != "mfrc522":
        raise section.problem("kind", '`kind` must be "mfrc522"')
    return Reader(
        kind=kind,
        bus=section.get("bus", int, 0),
        device=section.get("device", int, 0),
        reset_pin=section.get("reset_pin", int, 25),
    )

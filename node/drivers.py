"""What switches this machine, and what tells that it works? [power], [busy], [plug], [printer], [courier].

Rules: a network plug and a printer's own word are never enough for a high-risk machine, and the file
must say the risk before it may use one; what the courier serves has exactly one table of its own.
Named tuples, not dataclasses: the keeper reads this before its relay is safe, and making one of those takes 0.3 ms.
"""

from pathlib import Path
from typing import Final, NamedTuple

from node.sections import Section

TABLES: Final = ("power", "busy", "plug", "printer", "courier", "board")
RISKS: Final = ("low", "medium", "high")
RELAY: Final = "relay"
PULSE: Final = "pulse"  # the relay's pin, driven by pulses that a charge pump needs
PLUGS: Final = ("shelly-gen1", "shelly-gen2", "tasmota")
INPUT: Final = "input"
CHIPS: Final = ("ina219", "ads1115")
PLUG_POWER: Final = "plug"
PRINTERS: Final = ("octoprint", "prusalink", "moonraker")
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
LEAST_DEAD_MAN_S, MOST_DEAD_MAN_S = 30, 3600
"""Shorter than 30 s and one lost radio frame cuts a print; longer than an hour guards nothing."""


class Line(NamedTuple):
    """One GPIO line: its BCM number and the level at which it is active."""

    pin: int
    active_high: bool


class Current(NamedTuple):
    """A current sensor on the I2C bus: busy from `threshold_ma` on."""

    chip: str
    bus: int
    address: int
    threshold_ma: int
    shunt_mohm: int  # ina219: the resistor it measures across
    ma_per_v: int  # ads1115: what the clamp (with its burden) gives a volt for


class Plug(NamedTuple):
    """A network plug, by its MQTT topic; its own timer switches it off `dead_man_s` after the last renewal."""

    kind: str
    topic: str
    url: str | None  # shelly-gen1 alone: its timer is set over HTTP
    dead_man_s: int
    host: str
    port: int
    user: str | None
    password_file: Path | None
    tls: bool
    ca: Path | None
    http_user: str | None = None  # shelly-gen1 alone: its own web server's login
    http_password_file: Path | None = None


class Printer(NamedTuple):
    """A printer's own server."""

    kind: str
    url: str
    key_file: Path | None
    user: str | None = None  # prusalink alone: its digest login
    password_file: Path | None = None


class Drivers(NamedTuple):
    """How power is switched and work is sensed; `courier` is the socket of the network drivers, if any."""

    power: str = RELAY
    busy: str = INPUT
    risk: str | None = None
    current: Current | None = None
    plug: Plug | None = None
    printer: Printer | None = None
    threshold_w: int = 10
    courier: Path | None = None
    courier_user: str | None = None


PLAIN: Final = Drivers()
"""A relay on a pin and a contact to ground: what most machines have."""


def drivers_of(sections: dict[str, Section], base: Path, run_dir: Path) -> Drivers:
    """What the five tables and [node] `risk` say. Raises SettingsError."""
    power, busy, node = sections["power"], sections["busy"], sections["node"]
    told = Drivers(
        power=power.one_of("driver", (RELAY, PULSE, *PLUGS), RELAY),
        busy=busy.one_of("sensor", (INPUT, *CHIPS, PLUG_POWER, *PRINTERS), INPUT),
        risk=node.one_of("risk", RISKS, "") or None,
    )
    told = told._replace(
        current=_current(busy, told.busy) if told.busy in CHIPS else None,
        plug=_plug(sections["plug"], told, base),
        printer=_printer(sections["printer"], told.busy, base),
        threshold_w=busy.within("threshold_w", 1, 10_000, 10) if told.busy == PLUG_POWER else 10,
    )
    return _with_courier(sections, told, run_dir)


def _with_courier(sections: dict[str, Section], told: Drivers, run_dir: Path) -> Drivers:
    """The courier's own table, where a driver needs it and the risk allows it."""
    section = sections["courier"]
    if told.plug is None and told.printer is None:
        if section.given:
            raise section.problem(
                None, "has nothing to do: neither [power] nor [busy] names a network driver"
            )
        return told
    where, key = ("power", "driver") if told.power in PLUGS else ("busy", "sensor")
    if told.risk is None:
        raise sections["node"].problem(None, '`risk` must be said ("low" or "medium") with a network driver')
    if told.risk == "high":
        raise sections[where].problem(
            key, f"`{key}`: a high-risk machine never depends on a network driver: wire a relay and an input"
        )
    path = section.path("socket", run_dir) or run_dir / "courier.sock"
    user = section.get("user", str, "") or None
    return told._replace(courier=path, courier_user=user)


def _current(section: Section, chip: str) -> Current:
    least, most = (0x40, 0x4F) if chip == "ina219" else (0x48, 0x4B)  # what their address pins allow
    return Current(
        chip=chip,
        bus=section.within("bus", 0, 22, 1),
        address=section.within("address", least, most, least),
        threshold_ma=section.within("threshold_ma", 1, 100_000),
        shunt_mohm=section.within("shunt_mohm", 1, 10_000, 100) if chip == "ina219" else 100,
        ma_per_v=section.within("ma_per_v", 1, 1_000_000, 30_000) if chip == "ads1115" else 30_000,
    )


def _plug(section: Section, told: Drivers, base: Path) -> Plug | None:
    if told.power not in PLUGS:
        if told.busy == PLUG_POWER:
            raise section.problem(None, "its power figure is read only where [power] `driver` is that plug")
        return None
    host, tls = section.get("host", str), section.get("tls", bool, True)
    if not tls and host not in LOOPBACK:
        raise section.problem("tls", "`tls` may be false on loopback only")
    topic = section.get("topic", str)
    if not topic or set(topic) & set("+#") or topic.startswith("loquet/"):
        raise section.problem("topic", "`topic` must be the plug's own, without wildcards")
    web = _login(section, "http_user", "http_password_file", base) if told.power == "shelly-gen1" else _NOBODY
    return Plug(
        kind=told.power,
        topic=topic,
        url=_url(section) if told.power == "shelly-gen1" else None,
        dead_man_s=section.within("dead_man_s", LEAST_DEAD_MAN_S, MOST_DEAD_MAN_S, 300),
        host=host,
        port=section.within("port", 1, 65535),
        user=section.get("user", str, "") or None,
        password_file=section.path("password_file", base),
        tls=tls,
        ca=section.path("ca", base),
        http_user=web[0],
        http_password_file=web[1],
    )


def _printer(section: Section, sensor: str, base: Path) -> Printer | None:
    if sensor not in PRINTERS:
        return None
    url, key_file = _url(section), section.path("key_file", base)
    user, password_file = _login(section, "user", "password_file", base) if sensor == "prusalink" else _NOBODY
    if key_file is not None and user is not None:
        raise section.problem(
            "key_file", "`key_file` or `user` with `password_file`: one of the two signs in"
        )
    return Printer(sensor, url, key_file, user, password_file)


_NOBODY: Final[tuple[None, None]] = (None, None)


def _login(section: Section, user: str, file: str, base: Path) -> tuple[str | None, Path | None]:
    """A name and the file of its password: both or neither."""
    name, path = section.get(user, str, "") or None, section.path(file, base)
    if (name is None) is not (path is None):
        raise section.problem(user if name else file, f"`{user}` and `{file}` go together")
    return name, path


def _url(section: Section) -> str:
    url = section.get("url", str)
    if not url.startswith(("http://", "https://")) or len(url) > 200:
        raise section.problem("url", "`url` must begin with http:// or https://")
    return url.rstrip("/")

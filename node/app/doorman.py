"""How is a doorman put together? Settings and parts in, one program out."""

import logging
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from core.views import BadView, view_from_body
from core.wire.seal import Keys, badge_namer, hidden
from node.app.fitting import face_of, keypad_of, reader_of, shown_by
from node.clock import SystemClock
from node.doorman.doorman import Doorman, House
from node.doorman.events import Finish
from node.doorman.examining import Senses
from node.doorman.exchange import Exchange, Me, World
from node.doorman.hatch import Hatch
from node.doorman.keeper_line import KeeperLine
from node.doorman.link.paho_link import PahoLink, Way
from node.doorman.outcome import Seen
from node.doorman.parts import DoormanParts
from node.doorman.shelf.salvage import open_shelf
from node.doorman.shelf.sqlite import SqliteShelf
from node.health import board
from node.inbox import Inbox
from node.ports import Clock, Link
from node.settings import NodeSettings, SettingsError
from node.settling import settle
from node.watchdog import ALIVE, READY, STOPPING, notify

log = logging.getLogger(__name__)
NTP_SAYS = Path("/run/systemd/timesync/synchronized")  # systemd-timesyncd touches it at each good answer


class DoormanProgram:
    """One doorman with his threads. `run` in the main thread; `stop` and `seen` from any."""

    def __init__(
        self, doorman: Doorman, inbox: Inbox[object], threads: tuple[Any, ...], link: Link, shelf: SqliteShelf
    ) -> None:
        self._doorman, self._inbox, self._threads, self._shelf = doorman, inbox, threads, shelf
        self._link = link

    @property
    def seen(self) -> Seen:
        """How the doorman stands."""
        return self._doorman.seen

    def stop(self) -> None:
        """End soon; `run` then returns."""
        self._inbox.put(Finish())

    def run(self) -> None:
        """Serve until told to stop; hardware and lines are given back at the end."""
        for thread in self._threads:
            thread.start()
        notify(READY)
        settle()
        self._link.start()  # last: badges are answered before its network code is loaded
        try:
            self._doorman.run()
        finally:
            notify(STOPPING)
            for thread in (*self._threads, self._link):
                thread.stop()
            self._shelf.close()


def doorman_program(
    settings: NodeSettings, *, clock: Clock | None = None, parts: DoormanParts | None = None
) -> DoormanProgram:
    """The doorman of this node. Raises SettingsError, ShelfBroken."""
    parts, clock = parts or DoormanParts(), clock or SystemClock()
    keys = Keys.of(settings.key())
    inbox: Inbox[object] = Inbox(clock)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    shelf, damaged = open_shelf(settings.state_dir / "shelf.db")
    link = parts.link or _link(settings, keys, inbox.put)
    line = KeeperLine(settings.socket, inbox.put)
    me = Me(settings.id, settings.machine, _token())
    tokens = _Tokens()
    ntp = parts.ntp or NTP_SAYS.exists
    face = parts.make_face(inbox.put) if parts.make_face else face_of(settings.fittings, inbox.put)
    house = House(
        clock=clock,
        inbox=inbox,
        exchange=Exchange(me, World(link, shelf, clock, _token, ntp, _sound)),
        line=line,
        face=face,
        key_of=badge_namer(keys.badge),
        new_id=tokens.take,
        outcome=parts.outcome,
        pulse=partial(_turned, tokens),
        hide=lambda uid, nonce: hidden(keys.conceal, uid, nonce),
        shelf_damaged=damaged,
        keypad=keypad_of(face),
        senses=Senses(
            board=lambda: board(settings.state_dir, clock.monotonic_ms() / 1000),
            readings=lambda: poller.readings,
            display=lambda: shown_by(face),
            feedback="feedback" in settings.pins or settings.drivers.plug is not None,
        ),
    )
    poller = reader_of(settings.reader, parts, inbox.put, clock)
    hatch = Hatch(settings.run_dir / f"{settings.id}.hatch", inbox.put)
    return DoormanProgram(Doorman(house), inbox, (line, poller, hatch), link, shelf)


def run_doorman(
    settings: NodeSettings, *, clock: Clock | None = None, parts: DoormanParts | None = None
) -> DoormanProgram:
    """Build the doorman and serve until stopped."""
    program = doorman_program(settings, clock=clock, parts=parts)
    program.run()
    return program


def _token() -> str:
    """A new id: 16 random bytes as text."""
    return urlsafe_b64encode(os.urandom(16)).rstrip(b"=").decode()  # as `secrets` would, which loads `random`


def _turned(tokens: "_Tokens") -> None:
    """What every turn of the doorman's loop ends with: he lives, and his next id is made."""
    notify(ALIVE)
    tokens.prepare()


class _Tokens:
    """New ids, the next one made before it is wanted: a tap waits for it. The doorman's loop alone asks."""

    def __init__(self) -> None:
        self._ready: list[str] = []

    def take(self) -> str:
        """One that nobody had before."""
        return self._ready.pop() if self._ready else _token()

    def prepare(self) -> None:
        """Have one ready."""
        if not self._ready:
            self._ready.append(_token())


def _sound(body: Mapping[str, object]) -> bool:
    """Whether a view's inside can be decided from."""
    try:
        view_from_body(body)
    except BadView:
        return False
    return True


def _link(settings: NodeSettings, keys: Keys, put: Callable[[object], None]) -> Link:
    broker = settings.broker
    tls = _tls(broker.ca) if broker.tls else None
    way = Way(broker.host, broker.port, broker.user, _password(broker.password_file), tls)
    return PahoLink(settings.id, keys, way, put)


def _tls(ca: Path | None) -> Any:
    import ssl  # noqa: PLC0415 -- on loopback there is none

    return ssl.create_default_context(cafile=ca)


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise SettingsError(f"{file}: cannot be read ({problem.strerror})") from problem

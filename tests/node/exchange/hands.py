"""What the exchange works with in tests: a clock moved by hand, a link that notes what was said."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from core.wire import messages as m
from core.wire.codec import instant_text
from core.wire.post import FromHub, FromNode
from node.doorman.effects import Effect
from node.doorman.exchange import Exchange, Me, World
from node.doorman.shelf import SqliteShelf
from node.ports import Heard, LinkDown, LinkUp

T0 = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EPOCH = int(T0.timestamp()) - 1000
STORE = "store-a"
BOOT = "boot-1"


class HandClock:
    """Time passes when the test says so; the wall may be wrong."""

    def __init__(self) -> None:
        self.mono_ms = 50_000
        self.at = T0

    def pass_s(self, seconds: float) -> None:
        self.mono_ms += round(seconds * 1000)
        self.at += timedelta(seconds=seconds)

    def wall(self) -> datetime:
        return self.at

    def monotonic_ms(self) -> int:
        return self.mono_ms

    def on_leap(self, wake: Callable[[], None]) -> None:
        pass

    def wait_until(self, condition, due_ms, beat_ms) -> None:
        raise AssertionError("nobody waits here")


class NotedLink:
    """A broker that takes everything, while it is up."""

    def __init__(self) -> None:
        self.online = False
        self.said: list[FromNode] = []

    def start(self) -> None:
        pass

    def say(self, message: FromNode) -> bool:
        if self.online:
            self.said.append(message)
        return self.online

    def stop(self) -> None:
        self.online = False

    def last(self, kind):
        return next(said for said in reversed(self.said) if isinstance(said, kind))

    def all(self, kind):
        return [said for said in self.said if isinstance(said, kind)]


class Desk:
    """One doorman's exchange, with the world around it."""

    def __init__(self, folder: Path, *, ntp: bool = False, boot: str = BOOT) -> None:
        self.folder, self.ntp = folder, ntp
        self.clock, self.link = HandClock(), NotedLink()
        self.sound = True
        self.shelf: SqliteShelf | None = None
        self.boot_up(boot)

    def close(self) -> None:
        if self.shelf is not None:
            self.shelf.close()

    def boot_up(self, boot: str = BOOT) -> None:
        """A start of the doorman on the same card."""
        numbers = count(1)
        self.link.online = False
        self.close()
        self.shelf = SqliteShelf(self.folder / "shelf.db")
        world = World(
            self.link,
            self.shelf,
            self.clock,
            lambda: f"{boot}-n{next(numbers)}",
            lambda: self.ntp,
            lambda _body: self.sound,
        )
        self.exchange = Exchange(Me("las-1", "LAS-1", boot), world)

    def connect(self) -> list[Effect]:
        self.link.online = True
        return self.exchange.take(LinkUp())

    def cut(self) -> list[Effect]:
        self.link.online = False
        return self.exchange.take(LinkDown())

    def hear(self, message: FromHub) -> list[Effect]:
        return self.exchange.take(Heard(message, m.body_of(message)))

    def now(self, **other) -> m.Now:
        """The hub's answer to the last hello."""
        held = {"view_rev": 0, "lock_rev": 0} | other
        nonce = held.pop("nonce", None) or self.link.last(m.Hello).nonce
        told = {"time": self.clock.at, "epoch": EPOCH, "store": STORE} | held
        return m.Now(nonce, **told)

    def settle(self, rev: int = 7) -> None:
        """Connected, with view and locks of the hub, and the time."""
        self.connect()
        self.hear(view(rev=rev, issued=self.clock.at))
        self.hear(locks())
        self.hear(self.now(view_rev=rev, lock_rev=1))


def view(*, epoch: int = EPOCH, store: str = STORE, rev: int = 7, issued: datetime = T0) -> m.View:
    return m.View(epoch, store, rev, issued, {"id": "LAS-1"}, (), {})


def locks(*ids: str, epoch: int = EPOCH, store: str = STORE, rev: int = 1, lifted=()) -> m.LockList:
    return m.LockList(epoch, store, rev, tuple(m.Lock(one, "lockout") for one in ids), tuple(lifted))


def packet(journal: str | None, seqs=(), *, more: bool = False) -> dict[str, object]:
    """The keeper's `records`."""
    return {
        "msg": "records",
        "journal": journal,
        "boot": "k1",
        "first": 1,
        "records": [record(seq) for seq in seqs],
        "next": None,
        "more": more,
    }


def record(seq: int) -> dict[str, object]:
    return {
        "seq": seq,
        "at": instant_text(T0),
        "boot": "k1",
        "mono_ms": 1,
        "clock": "hub",
        "type": "tap",
        "session": None,
        "data": {},
        "prev": "",
        "hash": f"h{seq}",
    }

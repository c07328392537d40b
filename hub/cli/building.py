"""How is a hub's one process put together? Store, gateway, jobs and pages, started and ended in order.

On SQLite this is the only process that writes for long: it holds a lock beside the database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from hub.app import create_app, create_ops_app
from hub.cli.watching import Watching
from hub.jobs.chores import timetable
from hub.jobs.leader import Leader
from hub.jobs.ticking import Ticker
from hub.jobs.timetable import Timetable
from hub.mail.carriers import FolderPost, SmtpPost
from hub.mail.postman import Postman
from hub.mqtt.link import Way
from hub.mqtt.wiring import gateway
from hub.ports import Clock, Store
from hub.ports.leading import Leading
from hub.ports.link import NodeLink
from hub.ports.post import Post
from hub.services import attending
from hub.services.inviting import Invitations
from hub.services.sealing import Vault
from hub.services.tally import TALLY, Timed
from hub.services.watched import Watch
from hub.settings import BadSettings, Settings
from hub.store.engines import is_sqlite
from hub.store.leading import AdvisoryLeader
from hub.store.store import open_store

RUNNING = "running.lock"  # in the data folder; flock, so that a crash lets go of it
LEADING = "jobs.lock"
LETTERS = "mail"  # in the data folder: where mails go that no server takes
NOBODY = "loquet@localhost"


class Part(StrEnum):
    """What of the hub a process does; apart they need PostgreSQL."""

    WEB = "web"
    GATEWAY = "gateway"
    JOBS = "jobs"


ALL = frozenset(Part)


@dataclass(frozen=True)
class Hub:
    """The parts of a running hub."""

    app: Any  # the WSGI app; Flask itself stays in hub.web, hub.api and hub.app
    store: Store
    vault: Vault
    link: NodeLink
    jobs: Timetable
    ticker: Ticker
    postman: Postman
    watching: Watching
    begin: Callable[[], None]
    close: Callable[[], None]
    does: frozenset[Part] = ALL

    def start(self) -> None:
        """Connect to the nodes, let the jobs tick and the mails leave: what of it this process does."""
        if Part.GATEWAY in self.does:
            self.begin()
            self.link.start()
        if Part.JOBS in self.does:
            self.ticker.start()
            self.postman.start()
        self.watching.start()

    def stop(self) -> None:
        """End in the other order; what was taken is finished."""
        self.watching.stop()
        if Part.JOBS in self.does:
            self.postman.stop()
            self.ticker.stop()
        if Part.GATEWAY in self.does:
            self.link.stop()
        self.close()


class AlreadyRunsError(Exception):
    """Another hub holds this data folder."""


def hold(var: Path) -> Leader:
    """Be the one hub of this data folder. Raises AlreadyRunsError."""
    holder = Leader(var / RUNNING)
    if not holder.leads():
        raise AlreadyRunsError(f"another hub runs on {var}")
    return holder


def build(settings: Settings, clock: Clock, does: frozenset[Part] = ALL, **replacements: Any) -> Hub:
    """Every part of the hub over `settings`, not started. `replacements` go to `create_app` (the demo's bench).

    Pages without the gateway beside them leave their messages in the outbox, where it finds them.
    Raises BadSettings without a broker.
    """
    if settings.broker is None:
        raise BadSettings([f"{settings.var / 'hub.toml'}: [broker] is missing: the nodes could not be heard"])
    store = open_store(settings.database_url)
    vault = Vault(settings.badge_secret())
    broker = settings.broker
    way = Way(broker.host, broker.port, broker.user, broker.password(), tls_of(settings))
    counted = Timed(store, TALLY)
    link = gateway(way, counted, vault, clock)
    jobs = timetable(counted, vault)
    ticker = Ticker(jobs, clock, _leader(settings))
    told = link if Part.GATEWAY in does else None
    watch = Watch(counted, clock, told)
    if Part.JOBS in does:
        watch.lags, watch.leads = jobs.lags, lambda: ticker.led
    app = create_app(settings, store=counted, clock=clock, link=told, watch=watch, **replacements)
    keys = Invitations(settings.session_secret())
    postman = Postman(counted, clock, post_of(settings), settings.public_url, keys.key_of)

    def begin() -> None:
        store.make_room()
        store.write(lambda tx: attending.hub_started(tx, clock.wall()))

    watching = Watching(create_ops_app(watch), settings.ops_port)
    return Hub(app, store, vault, link, jobs, ticker, postman, watching, begin, store.close, does)


def post_of(settings: Settings) -> Post:
    """The mail server of the settings; without one, letters are files in the data folder."""
    if settings.mail is None:
        return FolderPost(settings.var / LETTERS, NOBODY)
    return SmtpPost(settings.mail)


def _leader(settings: Settings) -> Leading:
    """Who of several hubs does the jobs: a lock file beside SQLite, an advisory lock of PostgreSQL."""
    if is_sqlite(settings.database_url):
        return Leader(settings.var / LEADING)
    return AdvisoryLeader(settings.database_url)


def tls_of(settings: Settings) -> Any:
    """The TLS context for the broker, None on loopback."""
    import ssl

    broker = settings.broker
    if broker is None or not broker.tls:
        return None
    context = ssl.create_default_context(cafile=broker.ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_3  # wire.md
    return context

"""How do the parts of the hub become one application? The only wiring; everything can be replaced in a test.

Settings in, a Flask application out. Nothing here decides anything.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from flask import Flask
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect

from hub import api
from hub.api import exports
from hub.api.paths import LateRule
from hub.clock import SystemClock
from hub.ports import Clock, Store, Tx
from hub.ports.link import NodeLink
from hub.services.exporting import everything
from hub.services.inviting import Invitations
from hub.services.sealing import Vault
from hub.services.watched import Watch
from hub.settings import Settings
from hub.store.store import open_store
from hub.web import (
    assuring,
    board,
    booking,
    calendars,
    checks,
    closures,
    enrolments,
    fit,
    freshly,
    groups,
    health,
    incidents,
    joining,
    keeping,
    machines,
    members,
    mine,
    naming,
    orders,
    outages,
    repeating,
    reporting,
    rulings,
    signing,
    staff,
    strikes,
    taking,
    trainings,
    upkeep,
    waiting,
    warnings,
    week,
    welcome,
)
from hub.web import bench as bench_pages
from hub.web.accounts import Accounts
from hub.web.bench import BenchPort
from hub.web.errors import say_error
from hub.web.frame import STATIC, frame
from hub.web.guard import guard, headers_for
from hub.web.house import EXTENSION, House
from hub.web.proxies import TrustedProxies
from hub.web.tongue import speak

T = TypeVar("T")
LARGEST_REQUEST = 1024 * 1024  # bytes; the largest form of ours has a few hundred
SIGNED_IN_FOR = timedelta(days=14)  # on the machine's own clock, as the cookie is


class Announcing:
    """A Store that tells the gateway after each commit, so that a node hears of it at once."""

    def __init__(self, store: Store, link: NodeLink) -> None:
        self._store, self._link = store, link

    def read(self, fn: Callable[[Tx], T]) -> T:
        """As the store reads."""
        return self._store.read(fn)

    def write(self, fn: Callable[[Tx], T]) -> T:
        """As the store writes; the outbox is looked at after the commit."""
        done = self._store.write(fn)
        self._link.flush()
        return done


def create_app(
    settings: Settings,
    *,
    store: Store | None = None,
    clock: Clock | None = None,
    link: NodeLink | None = None,
    bench: BenchPort | None = None,
    watch: Watch | None = None,
) -> Flask:
    """The hub's application; what is not given is made from the settings. The bench is there only when given."""
    kept = store or open_store(settings.database_url)
    told: Store = Announcing(kept, link) if link is not None else kept
    time, vault = clock or SystemClock(), Vault(settings.badge_secret())
    app = Flask("hub", static_folder=str(STATIC), template_folder=str(STATIC.parent / "templates"))
    app.url_rule_class = LateRule
    _configure(app, settings)
    app.extensions[EXTENSION] = House(told, time, demo=bench is not None, public_url=settings.public_url)
    csrf = CSRFProtect(app)
    signing.secure(app, Accounts(told))
    guard(app, headers_for(settings.public_url))
    speak(app)
    frame(app)
    say_error(app)
    _pages(app, told, (time, vault), watch or Watch(kept, time, link))
    deps = api.Deps(told, time, signing.signed_in, signing.csrf_ok, settings.public_url, vault)
    _api(app, csrf, deps)
    if bench is not None:
        bench_doors = bench_pages.blueprint(bench)
        csrf.exempt(bench_doors)  # loopback alone, no cookie is asked for, and it looks at Origin itself
        app.register_blueprint(bench_doors)
    direct = api.directly(app.wsgi_app, deps, app.config, headers_for(settings.public_url))
    streams = api.Streams(direct, deps, headers_for(settings.public_url))
    app.wsgi_app = TrustedProxies(streams, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def create_ops_app(watch: Watch) -> Flask:
    """The second listener: health for whoever watches, on a port of its own."""
    app = Flask("ops", static_folder=None)
    app.register_blueprint(health.health(watch))
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.session_secret().hex(),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        PERMANENT_SESSION_LIFETIME=SIGNED_IN_FOR,
        SESSION_COOKIE_NAME="loquet",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https"),
        WTF_CSRF_TIME_LIMIT=None,  # a form lives as long as its session: booking pages stay open for hours
        RATELIMIT_STORAGE_URI="memory://",  # one process signs in (architecture.md); PostgreSQL set-ups share later
        RATELIMIT_STORAGE_OPTIONS={"wrap_exceptions": True},  # every failure of it is a StorageError: 503
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_SWALLOW_ERRORS=False,  # no limiter, no sign-in
    )


def _pages(app: Flask, store: Store, own: tuple[Clock, Vault], watch: Watch) -> None:
    clock, vault = own
    limiter = Limiter(signing.address, app=app)
    for blueprint in (
        board,
        machines,
        week,
        booking,
        keeping,
        waiting,
        warnings,
        mine,
        calendars,
        staff,
        orders,
        checks,
        members,
        closures,
        rulings,
        strikes,
        outages,
        repeating,
        groups,
        fit,
        reporting,
        upkeep,
        naming,
        incidents,
        trainings,
    ):
        app.register_blueprint(blueprint.blueprint)
    app.register_blueprint(signing.pages(limiter))
    app.register_blueprint(joining.pages(limiter))
    app.register_blueprint(welcome.pages(Invitations(bytes.fromhex(app.config["SECRET_KEY"]))))
    app.register_blueprint(assuring.pages(limiter, vault))
    app.register_blueprint(taking.pages(lambda tx, who, at: exports.everything(everything(tx, who), at)))
    app.register_blueprint(freshly.limited_pages(limiter, enrolments.blueprint))
    app.register_blueprint(health.health(watch, health.bearers_only(store, clock)))


def _api(app: Flask, csrf: CSRFProtect, deps: api.Deps) -> None:
    """The REST doors: bearers of tokens need no CSRF token, a page's cookie counts only together with one."""
    csrf.exempt(api.register(app, deps))

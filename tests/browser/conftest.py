"""A real browser before a real hub: Debian's Chromium, driven by Playwright, on a hub of its own with a standing clock."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from hub.app import create_app
from hub.ports import Store
from hub.settings import Settings
from hub.store.store import open_store
from tests.cast import Cast, cast_in
from tests.hub.web.conftest import COMPILED, HASH, PASSWORD, StandingClock
from tests.missing import missing, required
from tests.stores import sqlite_copy

AXE = Path(__file__).parents[2] / ".cache/front/node_modules/axe-core/axe.min.js"
WITHIN_MS = 10_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module's tests; each test has a window of its own."""
    part = required("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=part.argv[0],
            args=[*part.argv[1:], "--no-sandbox", "--disable-dev-shm-usage"],
            env=dict(part.environment()),
        )
        yield browser
        browser.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(sqlite_copy(tmp_path)) as opened:
        yield opened


@pytest.fixture
def cast(store: Store) -> Cast:
    return cast_in(store)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def hub(tmp_path: Path, store: Store, cast: Cast, clock: StandingClock) -> Iterator[str]:
    """The address of a hub with the standing cast, all of whom know their password."""
    secret = tmp_path / "secret"
    secret.write_text("ab" * 32)
    secret.chmod(0o600)
    store.write(lambda tx: [tx.people.change(one, {"password": HASH}) for one in cast.ids.values()])
    settings = Settings(
        var=tmp_path, public_url="http://127.0.0.1:8080", session_secret_file=secret, badge_secret_file=secret
    )
    app = create_app(settings, store=store, clock=clock)
    app.jinja_env.bytecode_cache = COMPILED
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


Opens = Callable[..., Page]


@pytest.fixture
def opens(chromium: Browser, hub: str) -> Iterator[Opens]:
    """`opens("/week", "bram", width=320, lang="nl")`: a window on a page; what it complains of fails the test."""
    windows: list[BrowserContext] = []
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location["url"].endswith("/nowhere"):
            complaints.append(message.text)

    def open_page(path: str, name: str | None = None, *, width: int = 1280, lang: str = "en") -> Page:
        window = chromium.new_context(viewport={"width": width, "height": 800}, base_url=hub)
        window.set_default_timeout(WITHIN_MS)
        windows.append(window)
        page = window.new_page()
        page.on("console", heard)
        page.goto(f"/sign-in?lang={lang}")
        if name is not None:
            page.fill("#email", f"{name}@lab.example")
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            page.wait_for_selector("form[action='/sign-out']")
        page.goto(path)
        return page

    yield open_page
    for window in windows:
        window.close()
    assert not complaints


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core."""
    return AXE.read_text(encoding="utf-8") if AXE.is_file() else missing("axe-core")

"""The pages over the standing cast: a hub of its own for each test, on a clock that stands still."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from hub.app import create_app
from hub.ports import Store
from hub.settings import Settings
from hub.web import signing
from tests.cast import NOW, Cast

PASSWORD = "open sesame"
HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
HASH, NOBODYS = HASHER.hash(PASSWORD), HASHER.hash(secrets.token_urlsafe())
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class StandingClock:
    """A clock that a test moves by hand."""

    at: datetime = field(default=NOW)

    def wall(self) -> datetime:
        return self.at

    def monotonic_ms(self) -> int:
        return int((self.at - NOW) / timedelta(milliseconds=1))

    def on_leap(self, wake: Callable[[], None]) -> None:
        """A standing clock wakes nobody."""


class Compiled(BytecodeCache):
    """What the pages' templates became, kept from one test's hub to the next: compiling them takes longer than most tests."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """By the template's name; one that was changed since has another checksum and is compiled anew."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """For the next hub."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    secret = tmp_path / "secret"
    secret.write_text("ab" * 32)
    secret.chmod(0o600)
    return Settings(
        var=tmp_path, public_url="http://127.0.0.1:8080", session_secret_file=secret, badge_secret_file=secret
    )


@pytest.fixture
def app(
    settings: Settings, store: Store, cast: Cast, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> Flask:
    people = list(cast.ids.values())
    store.write(lambda tx: [tx.people.change(one, {"password": HASH}) for one in people])
    with monkeypatch.context() as at_the_start:
        at_the_start.setattr(signing, "hash_password", lambda _word: NOBODYS)
        made = create_app(settings, store=store, clock=clock)
    made.jinja_env.bytecode_cache = COMPILED
    made.testing = True
    return made


class Browser:
    """A person's browser: it keeps cookies, and sends the form's token as a page would."""

    def __init__(self, app: Flask, address: str = "192.0.2.7") -> None:
        self.client: FlaskClient = app.test_client()
        self.address = address

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, environ_overrides={"REMOTE_ADDR": self.address}, **more)

    def token(self, path: str = "/sign-in") -> str:
        found = TOKEN.search(self.get(path).text)
        assert found, f"no form on {path}"
        return found[1]

    def post(self, path: str, fields: dict[str, Any] | None = None, form: str | None = None) -> Any:
        data = {"csrf_token": self.token(form or path), **(fields or {})}
        return self.client.post(path, data=data, environ_overrides={"REMOTE_ADDR": self.address})

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> Any:
        return self.post("/sign-in", {"email": f"{name}@lab.example", "password": password, **fields})


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """`browser()` is a stranger's; `browser("bram")` is Bram's, signed in."""

    def opened(name: str | None = None, address: str = "192.0.2.7") -> Browser:
        made = Browser(app, address)
        if name is not None:
            assert made.sign_in(name).status_code == 303
        return made

    return opened
